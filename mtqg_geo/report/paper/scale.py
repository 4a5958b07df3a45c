"""Round numbers for a map on paper: its scale, its bar and its grid."""

from __future__ import annotations

from dataclasses import dataclass

_ROUND = (1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9)
_STEPS = (1, 2, 5)
BAR_PARTS = 4
FAR_MM = 18.0  # grid lines closer than this crowd the map
LARGEST_SCALE = 5_000


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
    """
    needed = max(1000 * ground / paper for ground, paper in zip(extent_m, room_mm, strict=True))
    power = 1
    while True:
        for factor in _ROUND:
            if factor * power >= max(needed, LARGEST_SCALE):
                return round(factor * power)
        power *= 10


def scale_bar(scale: int, *, room_mm: float) -> ScaleBar:
    """Return the longest bar with round parts that fits the room, for a map at `1:scale`."""
    part_m = _step_below(room_mm / BAR_PARTS * scale / 1000)
    return ScaleBar(part_m, BAR_PARTS, BAR_PARTS * part_m * 1000 / scale)


def grid_step_m(scale: int) -> float:
    """Return the distance of grid lines in metres: round, and not crowded on paper."""
    step = _step_below(FAR_MM * scale / 1000)
    return step if step * 1000 / scale >= FAR_MM else _next_step(step)


def _step_below(most: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20 … that is not above `most`."""
    power = 1.0
    while power * 10 <= most:
        power *= 10
    return max(step * power for step in _STEPS if step * power <= max(most, 1))


def _next_step(step: float) -> float:
    leading = int(str(int(step))[0])
    return step * {1: 2, 2: 2.5, 5: 2}[leading]
