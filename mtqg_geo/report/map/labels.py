"""Names on the map: districts in capitals, communes where they stand clear of everything else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.maps.symbols import HIDDEN
from mtqg_geo.programme import columns as c
from mtqg_geo.report.map.plane import plane
from mtqg_geo.report.map.window import MapWindow
from mtqg_geo.report.paper.lettering import MM_PER_PT, Weight, printable, width_mm
from mtqg_geo.report.paper.sheet import FAINT_INK, INK, Box, Sheet

_KINDS = ("Huyện ", "Xã ", "Phường ")  # understood from the letters on the map
_SHORT = {"Thành phố ": "TP ", "Thị xã ": "TX ", "Thị trấn ": "TT "}
_TRIES = ((0, 0), (0, -1), (0, 1), (0.35, -1), (-0.35, -1), (0.35, 1), (-0.35, 1), (0, -2), (0, 2))


@dataclass
class LabelObstacles:
    """The places on a sheet that a label may not cover."""

    boxes: list[Box] = field(default_factory=list)

    def add_circles(self, centres: NDArray[np.float64], radius_mm: float) -> None:
        """Take the places of symbols."""
        side = 2 * radius_mm
        self.boxes += [Box(x - radius_mm, y - radius_mm, side, side) for x, y in centres]

    def is_free(self, box: Box) -> bool:
        """Say whether a box touches nothing taken."""
        return not any(
            box.x < other.right
            and other.x < box.right
            and box.y < other.bottom
            and other.y < box.bottom
            for other in self.boxes
        )


def map_name(name: str) -> str:
    """Return a unit's name as it stands on a map.

    >>> map_name("Huyện Sơn Động"), map_name("Thị trấn An Châu")
    ('Sơn Động', 'TT An Châu')
    """
    for kind in _KINDS:
        name = name.removeprefix(kind)
    for kind, short in _SHORT.items():
        name = name.replace(kind, short)
    return name


def draw_district_names(
    sheet: Sheet, window: MapWindow, data: Dataset, taken: LabelObstacles, *, size_pt: float
) -> None:
    """Write the districts' names in capitals, in the middle of each as far as it is free."""
    _draw_names(
        sheet,
        window,
        zip(plane(data).district_spots, data.districts[c.NAME], strict=True),
        taken,
        LabelStyle(size_pt, "bold", INK, must=True, capitals=True),
    )


def draw_commune_names(
    sheet: Sheet,
    window: MapWindow,
    data: Dataset,
    classes: str,
    taken: LabelObstacles,
    *,
    size_pt: float,
) -> None:
    """Write the communes' names where nothing is in the way; those not selected are fainter."""
    names, spots = data.commune_list[c.NAME].tolist(), plane(data).commune_spots
    for is_selected in (True, False):
        rows = [row for row, char in enumerate(classes) if (char != HIDDEN) is is_selected]
        _draw_names(
            sheet,
            window,
            ((spots[row], names[row]) for row in rows),
            taken,
            LabelStyle(size_pt, "regular", INK if is_selected else FAINT_INK),
        )


@dataclass(frozen=True)
class LabelStyle:
    """How names of one kind are written; one that `must` be there may cover symbols."""

    size_pt: float
    weight: Weight
    colour: str
    must: bool = False
    capitals: bool = False


def _draw_names(
    sheet: Sheet,
    window: MapWindow,
    named: Iterable[tuple[NDArray[np.float64], str]],
    taken: LabelObstacles,
    style: LabelStyle,
) -> None:
    for spot, name in named:
        if not np.isfinite(spot).all():
            continue
        shown = printable(map_name(name))
        shown = shown.upper() if style.capitals else shown
        [(x, y)] = window.on_paper(spot)
        box = _free_box(x, y, shown, window.box, taken, style)
        if box is None:
            continue
        taken.boxes.append(box)
        sheet.text(
            box.x + box.width / 2,
            box.y + box.height * 0.78,
            shown,
            style.size_pt,
            weight=style.weight,
            align="center",
            colour=style.colour,
            halo=True,
        )


def _free_box(
    x: float, y: float, text: str, frame: Box, taken: LabelObstacles, style: LabelStyle
) -> Box | None:
    boxes = [box for box in _tries(x, y, text, style) if _holds(frame, box)]
    free = next((box for box in boxes if taken.is_free(box)), None)
    return free or (boxes[0] if style.must and boxes else None)


def _tries(x: float, y: float, text: str, style: LabelStyle) -> Sequence[Box]:
    width = width_mm(text, style.size_pt, style.weight) + 0.6
    height = style.size_pt * MM_PER_PT * 1.05
    return [
        Box(x - width / 2 + right * width, y - height / 2 + down * height, width, height)
        for right, down in _TRIES
    ]


def _holds(frame: Box, box: Box) -> bool:
    return (
        frame.x + 0.5 < box.x
        and box.right < frame.right - 0.5
        and frame.y + 0.5 < box.y
        and box.bottom < frame.bottom - 0.5
    )
