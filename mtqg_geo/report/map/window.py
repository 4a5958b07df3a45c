"""Where a map stands on the sheet, and at what scale: metres on the ground to millimetres."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, takewhile

import numpy as np
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from mtqg_geo.report.map.plane import Extent
from mtqg_geo.report.paper.sheet import Box

_ROUND = (1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9)
_STEPS = (1, 2, 5)
BAR_PARTS = 4
FAR_MM = 18.0  # grid lines closer than this crowd the map
LARGEST_SCALE = 5_000
MARGIN_MM = 3.0  # between the outermost commune and the frame


@dataclass(frozen=True)
class MapWindow:
    """A window on the ground, drawn at `1:scale` into a box of the sheet.

    `west_m` and `north_m` are the grid coordinates of the box's upper left corner.
    """

    box: Box
    scale: int
    west_m: float
    north_m: float

    @property
    def transform(self) -> Affine2D:
        """Turns metres of the grid into millimetres of the sheet."""
        mm_per_m = 1000 / self.scale
        return (
            Affine2D()
            .translate(-self.west_m, -self.north_m)
            .scale(mm_per_m, -mm_per_m)
            .translate(self.box.x, self.box.y)
        )

    @property
    def extent(self) -> Extent:
        """West, south, east and north of the window in metres."""
        m_per_mm = self.scale / 1000
        return (
            self.west_m,
            self.north_m - self.box.height * m_per_mm,
            self.west_m + self.box.width * m_per_mm,
            self.north_m,
        )

    def on_paper(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points in millimetres of the sheet."""
        return np.asarray(self.transform.transform(points_m), dtype=np.float64).reshape(-1, 2)

    def sees(self, bounds_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say for each west, south, east, north whether it meets the window."""
        west, south, east, north = self.extent
        return np.asarray(
            (bounds_m[:, 0] < east)
            & (bounds_m[:, 2] > west)
            & (bounds_m[:, 1] < north)
            & (bounds_m[:, 3] > south),
            dtype=np.bool_,
        )


def scale_in(extent_m: Extent, box: Box) -> int:
    """Return the largest round scale at which an extent fits a box with a margin."""
    west, south, east, north = extent_m
    room = box.inset(MARGIN_MM)
    return denominator((east - west, north - south), (room.width, room.height))


def window_on(extent_m: Extent, box: Box, *, scale: int | None = None) -> MapWindow:
    """Return the window with an extent in its middle."""
    west, south, east, north = extent_m
    scale = scale or scale_in(extent_m, box)
    half_width_m, half_height_m = (side * scale / 2000 for side in (box.width, box.height))
    return MapWindow(
        box,
        scale,
        west_m=(west + east) / 2 - half_width_m,
        north_m=(south + north) / 2 + half_height_m,
    )


@dataclass(frozen=True)
class ScaleBar:
    """A bar of equal parts: how long a part is on the ground, and the whole on paper."""

    part_m: float
    parts: int
    length_mm: float


def denominator(extent_m: tuple[float, float], room_mm: tuple[float, float]) -> int:
    """Return the largest round scale at which an extent fits the room on paper.

    Parameters
    ----------
    extent_m
        Width and height on the ground, in metres.
    room_mm
        Width and height on paper, in millimetres.

    Returns
    -------
    The number after `1:`, such as 500000; at least `LARGEST_SCALE`.

    Examples
    --------
    Fifty kilometres in 250 mm would fit at 1:200 000; forty in 150 mm need 1:266 667, or rounder:

    >>> denominator((50_000, 40_000), (250, 150))
    300000
    """
    needed = max(1000 * ground / paper for ground, paper in zip(extent_m, room_mm, strict=True))
    return round(next(each for each in _rounded(_ROUND) if each >= max(needed, LARGEST_SCALE)))


def scale_bar(scale: int, *, room_mm: float) -> ScaleBar:
    """Return the longest bar with round parts that fits the room, for a map at `1:scale`.

    >>> scale_bar(250_000, room_mm=50)  # 12.5 mm a part are 3,125 m at most, so 2 km
    ScaleBar(part_m=2000.0, parts=4, length_mm=32.0)
    """
    most_m = max(room_mm / BAR_PARTS * scale / 1000, 1)
    *_, part_m = takewhile(lambda step: step <= most_m, _rounded(_STEPS))
    return ScaleBar(part_m, BAR_PARTS, BAR_PARTS * part_m * 1000 / scale)


def grid_step_m(scale: int) -> float:
    """Return the distance of grid lines in metres: round, and not crowded on paper.

    >>> grid_step_m(250_000)  # 18 mm are 4.5 km
    5000.0
    """
    return next(step for step in _rounded(_STEPS) if step * 1000 / scale >= FAR_MM)


def _rounded(factors: Sequence[float]) -> Iterator[float]:
    """Yield the factors, then ten times each, and so on without end: 1, 2, 5, 10, 20 …."""
    return (float(factor * 10**power) for power in count() for factor in factors)
