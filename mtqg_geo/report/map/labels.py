"""Names on the map, each inside its unit: districts first, then communes where there is room.

One pass places everything that has a choice (bars of communes, names of districts, names of
communes, in this order), and knows what has none (symbols, the legend on the map).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.shapes import prepared
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.maps.symbols import HIDDEN, map_name
from mtqg_geo.programme import columns as c
from mtqg_geo.report.map.plane import plane, spot
from mtqg_geo.report.map.window import MapWindow
from mtqg_geo.report.paper.lettering import MM_PER_PT, Weight, printable, width_mm
from mtqg_geo.report.paper.sheet import FAINT_INK, INK, Box, Sheet

Boxes = NDArray[np.float64]  # left, top, right and bottom of each, in millimetres of the sheet
_SIZES = (1.0, 0.87, 0.74)  # of a district's name: where there is no room it is written smaller
_STEP_MM, _REACH_MM = (1.6, 1.1), 6.0
_HALF, _WHOLE = 0.5, 1.0  # of the width of a name must lie in its unit
_EDGE_MM = 0.5


@dataclass
class Labels:
    """The names on a map, and the places of the sheet that the next one may not cover.

    `marks` are the symbols: a district that has no other place may be named over some of them.
    """

    sheet: Sheet
    window: MapWindow
    taken: list[Box] = field(default_factory=list)
    marks: Boxes = field(default_factory=lambda: np.empty((0, 4)))

    def avoid_circles(self, centres: NDArray[np.float64], radius_mm: float) -> None:
        """Take the places of symbols."""
        centres = centres.reshape(-1, 2)
        circles = np.hstack([centres - radius_mm, centres + radius_mm])
        self.marks = np.vstack([self.marks, circles])

    def write_districts(self, data: Dataset, chars: str, *, size_pt: float) -> None:
        """Write the districts' names in capitals, whole inside the part of each that is seen."""
        seen = shapely.box(*self.window.extent)
        names = data.districts[c.NAME]
        for shape, name, char in zip(plane(data).districts, names, chars, strict=True):
            unit = shapely.intersection(shape, seen) if shape is not None else None
            if unit is None or not unit.area:
                continue
            text = printable(map_name(name)).upper()
            found = next(self._district_places(unit, text, size_pt), None)
            if found:
                colour = INK if char != HIDDEN else FAINT_INK
                self._write(*found, weight="bold", colour=colour)

    def _district_places(
        self, unit: BaseGeometry, text: str, size_pt: float
    ) -> Iterator[tuple[Box, Sequence[str], float]]:
        """Yield place, lines and size: free before over symbols, whole inside before half."""
        home = np.array(spot(unit))
        lines = [(text,), *_halves(text)]
        looks = [(part, size_pt * factor) for factor in _SIZES for part in lines]
        for inside, over_marks in ((_WHOLE, False), (_WHOLE, True), (_HALF, True)):
            for part, size in looks:
                place = self.place(
                    unit, home, _size_mm(part, size, "bold"), inside=inside, over_marks=over_marks
                )
                if place:
                    yield place, part, size

    def write_communes(
        self, data: Dataset, classes: str, *, size_pt: float, more: Sequence[str] | None = None
    ) -> None:
        """Write the communes' names where nothing is in the way; those not selected are fainter.

        `more` is what is said beside each name.
        """
        ground, names = plane(data), data.commune_list[c.NAME].tolist()
        for is_selected in (True, False):  # what is selected has the first choice of places
            colour = INK if is_selected else FAINT_INK
            for row in np.flatnonzero(self.window.sees(ground.commune_bounds)).tolist():
                if (classes[row] != HIDDEN) is not is_selected or ground.communes[row] is None:
                    continue
                text = printable(map_name(names[row]))
                lines = (f"{text} {more[row]}".strip() if more else text,)
                place = self.place(
                    ground.communes[row], ground.commune_spots[row],
                    _size_mm(lines, size_pt, "regular"), inside=_HALF, reach_mm=_REACH_MM,
                )  # fmt: skip
                if place:
                    self._write(place, lines, size_pt, colour=colour)

    def place_of_mark(
        self, unit: BaseGeometry, home_m: NDArray[np.float64], size_mm: tuple[float, float]
    ) -> Box | None:
        """Return and take a place for a mark that has to be there wherever its spot is seen.

        Whole inside its unit if that is free, else half, else where it belongs over its neighbour.
        """
        if not np.isfinite(home_m).all():
            return None
        for inside in (_WHOLE, _HALF):
            found = self.place(unit, home_m, size_mm, inside=inside, reach_mm=_REACH_MM)
            if found:
                return found
        [(x, y)], (width, height) = self.window.on_paper(home_m), size_mm
        found = Box(x - width / 2, y - height / 2, width, height)
        if not _holds(self.window.box, found):
            return None
        self.taken.append(found)
        return found

    def place(
        self,
        unit: BaseGeometry,
        home_m: NDArray[np.float64],
        size_mm: tuple[float, float],
        *,
        inside: float = _WHOLE,
        over_marks: bool = False,
        reach_mm: float = np.inf,
    ) -> Box | None:
        """Return and take the free place for a box that is nearest to a spot, or None.

        Parameters
        ----------
        unit, home_m
            The unit it belongs to and the spot, in metres.
        inside
            How much of its width, around its middle, must lie in the unit.
        over_marks
            Whether it may cover symbols; then it covers as few as it can.
        reach_mm
            How far from the spot it may stand.
        """
        boxes, away_mm = self._tries(unit, home_m, size_mm, reach_mm)
        is_free = ~_touching(boxes, _near(_boxes(self.taken), boxes)).any(axis=1)
        covered = _touching(boxes, _near(self.marks, boxes)).sum(axis=1)
        if not over_marks:
            is_free &= covered == 0
        away_mm, covered, boxes = away_mm[is_free], covered[is_free], boxes[is_free]
        order = np.lexsort((away_mm, covered))
        fitting = np.flatnonzero(self._lie_in(unit, boxes[order], inside))
        if not len(fitting):
            return None
        left, top, right, bottom = boxes[order][fitting[0]].tolist()
        self.taken.append(Box(left, top, right - left, bottom - top))
        return self.taken[-1]

    def _tries(
        self,
        unit: BaseGeometry,
        home_m: NDArray[np.float64],
        size_mm: tuple[float, float],
        reach_mm: float,
    ) -> tuple[Boxes, NDArray[np.float64]]:
        """Return places in the window around a spot, and how far from it each is."""
        west, south, east, north = unit.bounds
        [home, low, high] = self.window.on_paper(np.array([home_m, (west, north), (east, south)]))
        frame = self.window.box.inset(_EDGE_MM)
        axes = zip(home, np.maximum(low, home - reach_mm), np.minimum(high, home + reach_mm),
                   _STEP_MM, strict=True)  # fmt: skip
        centres = [
            start + step * np.arange(-((start - least) // step), (most - start) // step + 1)
            for start, least, most, step in axes
        ]
        x, y = (each.ravel() for each in np.meshgrid(*centres))
        half_x, half_y = (side / 2 for side in size_mm)
        boxes = np.column_stack([x - half_x, y - half_y, x + half_x, y + half_y])
        is_whole = (boxes[:, :2] >= (frame.x, frame.y)).all(axis=1)
        is_whole &= (boxes[:, 2:] <= (frame.right, frame.bottom)).all(axis=1)
        return boxes[is_whole], np.hypot(x - home[0], y - home[1])[is_whole]

    def _lie_in(self, unit: BaseGeometry, boxes: Boxes, inside: float) -> NDArray[np.bool_]:
        window = self.window
        west, _, _, north = window.extent
        m_per_mm = window.scale / 1000
        margin = (boxes[:, 2] - boxes[:, 0]) * (1 - inside) / 2
        areas = shapely.box(
            west + (boxes[:, 0] + margin - window.box.x) * m_per_mm,
            north - (boxes[:, 3] - window.box.y) * m_per_mm,
            west + (boxes[:, 2] - margin - window.box.x) * m_per_mm,
            north - (boxes[:, 1] - window.box.y) * m_per_mm,
        )
        return np.asarray(shapely.contains(prepared(unit), areas), dtype=np.bool_)

    def _write(
        self,
        place: Box,
        lines: Sequence[str],
        size_pt: float,
        *,
        weight: Weight = "regular",
        colour: str = INK,
    ) -> None:
        look: dict[str, Any] = {"weight": weight, "colour": colour, "align": "center", "halo": True}
        high = place.height / len(lines)
        for at, line in enumerate(lines):
            baseline = place.y + (at + 0.78) * high
            self.sheet.text(place.x + place.width / 2, baseline, line, size_pt, **look)


def _holds(frame: Box, box: Box) -> bool:
    is_between = frame.x < box.x and box.right < frame.right
    return is_between and frame.y < box.y and box.bottom < frame.bottom


def _size_mm(lines: Sequence[str], size_pt: float, weight: Weight) -> tuple[float, float]:
    width = max(width_mm(line, size_pt, weight) for line in lines) + 0.6
    return width, len(lines) * size_pt * MM_PER_PT * 1.05


def _halves(text: str) -> list[tuple[str, str]]:
    """Return a name on two lines, as equally long as can be; nothing where it is one word.

    >>> _halves("TP BẮC GIANG"), _halves("HUẾ")
    ([('TP BẮC', 'GIANG')], [])
    """
    words = text.split()
    pairs = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return sorted(pairs, key=lambda pair: max(map(len, pair)))[:1]


def _boxes(places: Sequence[Box]) -> Boxes:
    return np.array([(each.x, each.y, each.right, each.bottom) for each in places]).reshape(-1, 4)


def _near(others: Boxes, boxes: Boxes) -> Boxes:
    """Return those that any of the boxes can touch: most of a sheet is far from a commune."""
    if not len(boxes):
        return others[:0]
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    is_near = ((others[:, :2] < high) & (others[:, 2:] > low)).all(axis=1)
    return np.asarray(others[is_near], dtype=np.float64)


def _touching(boxes: Boxes, others: Boxes) -> NDArray[np.bool_]:
    """Say of each box (rows) and each other (columns) whether they overlap."""
    left, top, right, bottom = boxes.T[:, :, None]
    others_left, others_top, others_right, others_bottom = others.T[:, None, :]
    is_beside = (left >= others_right) | (others_left >= right)
    return np.asarray(
        ~(is_beside | (top >= others_bottom) | (others_top >= bottom)), dtype=np.bool_
    )
