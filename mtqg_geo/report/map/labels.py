"""Names on the map: districts in capitals, communes where they stand clear of everything else."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.maps.symbols import HIDDEN, map_name
from mtqg_geo.programme import columns as c
from mtqg_geo.report.map.plane import plane
from mtqg_geo.report.map.window import MapWindow
from mtqg_geo.report.paper.lettering import MM_PER_PT, Weight, printable, width_mm
from mtqg_geo.report.paper.sheet import FAINT_INK, INK, Box, Sheet

# Places of a label around its spot, the nearest first: sideways in widths, downwards in heights.
_TRIES = ((0, 0), (0, -1), (0, 1), (0.35, -1), (-0.35, -1), (0.35, 1), (-0.35, 1), (0, -2), (0, 2))


@dataclass
class Labels:
    """The names on a map, and the places of the sheet that the next one may not cover."""

    sheet: Sheet
    window: MapWindow
    taken: list[Box] = field(default_factory=list)

    def avoid_circles(self, centres: NDArray[np.float64], radius_mm: float) -> None:
        """Take the places of symbols."""
        side = 2 * radius_mm
        self.taken += [Box(x - radius_mm, y - radius_mm, side, side) for x, y in centres]

    def write_districts(self, data: Dataset, *, size_pt: float) -> None:
        """Write the districts' names in capitals, in the middle of each as far as it is free."""
        for spot, name in zip(plane(data).district_spots, data.districts[c.NAME], strict=True):
            text = printable(map_name(name)).upper()
            self._write(spot, text, size_pt, weight="bold", must=True)

    def write_communes(self, data: Dataset, classes: str, *, size_pt: float) -> None:
        """Write the communes' names where nothing is in the way; those not selected are fainter."""
        names, spots = data.commune_list[c.NAME].tolist(), plane(data).commune_spots
        for is_selected in (True, False):  # what is selected has the first choice of places
            colour = INK if is_selected else FAINT_INK
            for row, char in enumerate(classes):
                if (char != HIDDEN) is is_selected:
                    self._write(spots[row], printable(map_name(names[row])), size_pt, colour=colour)

    def _write(
        self,
        spot: NDArray[np.float64],
        text: str,
        size_pt: float,
        *,
        weight: Weight = "regular",
        colour: str = INK,
        must: bool = False,
    ) -> None:
        """Write a text at the first free place near a spot; one that `must` be there at any."""
        if not np.isfinite(spot).all():
            return
        [(x, y)] = self.window.on_paper(spot)
        width = width_mm(text, size_pt, weight) + 0.6
        height = size_pt * MM_PER_PT * 1.05
        tries = (
            Box(x - width / 2 + right * width, y - height / 2 + down * height, width, height)
            for right, down in _TRIES
        )
        inside = [box for box in tries if _holds(self.window.box.inset(0.5), box)]
        free = (box for box in inside if not any(_touch(box, other) for other in self.taken))
        box = next(free, inside[0] if must and inside else None)
        if box is None:
            return
        self.taken.append(box)
        look: dict[str, Any] = {"weight": weight, "colour": colour, "align": "center", "halo": True}
        baseline = box.y + box.height * 0.78
        self.sheet.text(box.x + box.width / 2, baseline, text, size_pt, **look)


def _touch(one: Box, other: Box) -> bool:
    is_beside = one.right <= other.x or other.right <= one.x
    return not (is_beside or one.bottom <= other.y or other.bottom <= one.y)


def _holds(frame: Box, box: Box) -> bool:
    is_between = frame.x < box.x and box.right < frame.right
    return is_between and frame.y < box.y and box.bottom < frame.bottom
