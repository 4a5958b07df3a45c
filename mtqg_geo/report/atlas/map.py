"""The map of one commune with its neighbours, and a small one that shows where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.roads import road_mask
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_regions
from mtqg_geo.figures.works import site_mask
from mtqg_geo.maps.symbols import HIDDEN, MOST_DIFFICULT_OUTLINE, OUTLINE, STATUS_CHARS
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import MOST_DIFFICULT, Lang, Mask
from mtqg_geo.programme.words import number, t
from mtqg_geo.report.map.drawing import STRONG_PT, MapLook, draw_districts, draw_roads, draw_sites
from mtqg_geo.report.map.graticule import (
    LABELS_MM,
    draw_frame,
    draw_grid,
    draw_north,
    draw_scale_bar,
)
from mtqg_geo.report.map.labels import Taken, draw_commune_names
from mtqg_geo.report.map.plane import Extent, area_paths, plane
from mtqg_geo.report.map.window import MapWindow, scale_in, window_on
from mtqg_geo.report.paper.page import content_of
from mtqg_geo.report.paper.sheet import INK, RULE, Box, Sheet

_SURROUNDINGS = 0.22  # of the commune's size, shown on each side
_LEAST_M = 2_500.0
_CHOSEN_FILL, _OTHER_FILL = "#fdf3cf", "#f7f8f9"
_HERE = "#c62828"
_LOCATOR_MM, _SCALE_MM = 36.0, 44.0
CORNER_MM, CORNER_HEIGHT_MM = _LOCATOR_MM + _SCALE_MM + 9, 18.5
_DETAIL_SCALE = 25_000  # all pages draw the same paths: fine enough for the largest of them


@dataclass(frozen=True)
class AtlasMaps:
    """What the maps of all pages share."""

    data: Dataset
    selection: Selection

    @cached_property
    def look(self) -> MapLook:
        """The roads and sites of the selection; no classes."""
        data = self.data
        chars = {status.value: char for status, char in STATUS_CHARS.items()}
        return MapLook(
            classes=HIDDEN * len(data.commune_list),
            colours=(),
            districts="1" * len(data.districts),
            roads=_chars(
                [chars[s] for s in data.road_list[c.STATUS]], road_mask(data, self.selection)
            ),
            sites=_chars(["1"] * len(data.site_list), site_mask(data, self.selection)),
            site_radius_mm=1.75,
        )

    @cached_property
    def is_most_difficult(self) -> Mask:
        """Whether each commune is in region III."""
        regions = commune_regions(self.data, self.selection.year)
        return np.asarray(regions == MOST_DIFFICULT, dtype=np.bool_)

    @cached_property
    def paths(self) -> tuple[Path | None, ...]:
        """The communes, for drawing."""
        return area_paths(self.data, "communes", _DETAIL_SCALE)

    def row(self, code: str) -> int:
        """Return the row of a commune."""
        return self._rows[code]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.data.commune_list[c.CODE])}


def _chars(chars: list[str], shown: Mask) -> str:
    return "".join(char if seen else HIDDEN for char, seen in zip(chars, shown, strict=True))


def draw_commune_map(
    sheet: Sheet, place: Box, maps: AtlasMaps, code: str, lang: Lang
) -> int | None:
    """Draw the map of a commune; return its scale, or None (and a sentence) if it has no shape."""
    row = maps.row(code)
    bounds = plane(maps.data).commune_bounds[row]
    frame = place.inset(LABELS_MM)
    if not np.isfinite(bounds).all():
        sheet.box(frame, edge=RULE)
        middle = frame.x + frame.width / 2
        words = t("report_no_shape", lang)
        sheet.text(middle, frame.y + frame.height / 2, words, 8, align="center")
        return None
    extent = _with_surroundings(*bounds.tolist())
    window = window_on(extent, frame, scale=scale_in(extent, frame))
    _draw_areas(sheet, window, maps, row)
    draw_grid(sheet, window)
    draw_districts(sheet, window, maps.data, maps.look)
    draw_roads(sheet, window, maps.data, maps.look)
    taken = Taken()
    taken.add_circles(draw_sites(sheet, window, maps.data, maps.look), maps.look.site_radius_mm)
    classes = "".join("1" if at == row else HIDDEN for at in range(len(maps.paths)))
    draw_commune_names(sheet, window, maps.data, classes, taken, size_pt=7.5)
    draw_frame(sheet, window, lang)
    return window.scale


def _with_surroundings(west: float, south: float, east: float, north: float) -> Extent:
    around_m = max(_SURROUNDINGS * max(east - west, north - south), _LEAST_M / 4)
    return west - around_m, south - around_m, east + around_m, north + around_m


def _draw_areas(sheet: Sheet, window: MapWindow, maps: AtlasMaps, row: int) -> None:
    """Fill the commune, its neighbours more faintly; strong outlines as on every map."""
    seen = np.flatnonzero(window.sees(plane(maps.data).commune_bounds))
    strong = maps.is_most_difficult
    for rows, fill, edge, width_pt in (
        ([at for at in seen if at != row], _OTHER_FILL, OUTLINE, 0.35),
        ([row], _CHOSEN_FILL, INK, 1.3),
        ([at for at in seen if strong[at]], "none", MOST_DIFFICULT_OUTLINE, STRONG_PT),
    ):
        shapes = [path for at in rows if (path := maps.paths[at]) is not None]
        if shapes:
            sheet.shapes(
                shapes,
                fill=fill,
                edge=edge,
                width_pt=width_pt,
                transform=window.transform,
                inside=window.box,
            )


def draw_corner(sheet: Sheet, maps: AtlasMaps, code: str, scale: int | None, lang: Lang) -> None:
    """Draw north, scale and the commune's place in the province into the upper right corner."""
    content = content_of(sheet)
    west, south, east, north = _province(maps)
    height = (_LOCATOR_MM - 2) * (north - south) / (east - west) + 2
    locator = Box(content.right - _LOCATOR_MM, content.y, _LOCATOR_MM, height)
    _draw_locator(sheet, locator, maps, maps.row(code))
    if scale is None:
        return
    left = content.right - CORNER_MM
    draw_north(sheet, left + 3, content.y + 0.5, lang, height_mm=10)
    words = t("report_scale", lang, scale=number(scale, lang))
    sheet.text(left + 8, content.y + 4.4, words, 8, weight="bold")
    draw_scale_bar(sheet, scale, Box(left + 6.5, content.y + 6, _SCALE_MM, 8), lang)


def _province(maps: AtlasMaps) -> Extent:
    extent = plane(maps.data).extent([True] * len(maps.paths))
    assert extent is not None  # a data set without a shape is refused when it is loaded
    return extent


def _draw_locator(sheet: Sheet, box: Box, maps: AtlasMaps, row: int) -> None:
    """Draw the province's districts into a box, and the commune in them."""
    west, _, east, north = _province(maps)
    inside = box.inset(1)
    mm_per_m = inside.width / (east - west)
    transform = (
        Affine2D().translate(-west, -north).scale(mm_per_m, -mm_per_m).translate(inside.x, inside.y)
    )
    districts = area_paths(maps.data, "districts", round(1000 / mm_per_m))
    shapes = [path for path in districts if path is not None]
    sheet.shapes(shapes, fill="#eef1f4", edge=OUTLINE, width_pt=0.25, transform=transform)
    own = maps.paths[row]
    if own is not None:
        sheet.shapes([own], fill=_HERE, edge=_HERE, width_pt=0.8, transform=transform)
