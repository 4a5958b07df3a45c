"""The layers of the map drawn into a window of a sheet, in the order of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.maps.legend import SiteLook
from mtqg_geo.maps.symbols import (
    HIDDEN,
    MOST_DIFFICULT_OUTLINE,
    OUTLINE,
    Style,
    choropleth_styles,
    district_styles,
    road_styles,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Status
from mtqg_geo.report.map.plane import area_paths, plane, road_lines
from mtqg_geo.report.map.site_symbols import apart, draw_leaders, draw_symbols
from mtqg_geo.report.map.window import MapWindow
from mtqg_geo.report.paper.sheet import Hatch, Sheet

PT_PER_PX = 0.5  # a screen line of one pixel, on paper
ROAD_PT_PER_PX, DASH_PT_PER_PX = 0.34, 0.42
SHORTEST_DASH_PT = 1.0
STRONG_PT = 1.0
CASING_PT = 0.9  # white on both sides of a road together
HATCHES = {
    "hatch:nodata": Hatch("/////", "#6e7781", "#ffffff", 0.55),
    "hatch:na": Hatch("...", "#c4cad1", "#ffffff", 0.3),
    "hatch:nr": Hatch("\\\\\\\\", "#8a78ad", "#ffffff", 0.45),
    "hatch:first": Hatch("----", "#8b949e", "#ffffff", 0.4),
    "hatch:second": Hatch("||||", "#8b949e", "#ffffff", 0.4),
}
OUTSIDE_FILL = "#ffffff"


@dataclass(frozen=True)
class MapLook:
    """How every feature looks: a character each, as on the screen (see `symbology`)."""

    classes: str
    colours: tuple[str, ...]
    districts: str
    roads: str
    sites: str
    site_radius_mm: float = 1.45


def draw_areas(sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook) -> None:
    """Fill the communes by class; then the strong outlines, which no neighbour may cover."""
    paths = area_paths(data, "communes", window.scale)
    seen = window.sees(plane(data).commune_bounds)
    styles = choropleth_styles(look.colours)
    rows = _rows_by_char(look.classes, seen)
    for char, of_class in rows.items():
        fill = str(styles[char]["fillColor"])
        shapes = [path for row in of_class if (path := paths[row]) is not None]
        hatch = HATCHES.get(fill)
        sheet.shapes(
            shapes,
            fill=OUTSIDE_FILL if char == HIDDEN else "none" if hatch else fill,
            hatch=hatch,
            edge=str(styles[char]["color"]) if not char.isupper() else OUTLINE,
            width_pt=0.3,
            transform=window.transform,
            inside=window.box,
        )
    strong = [
        path
        for char, of_class in rows.items()
        if char.isupper()
        for row in of_class
        if (path := paths[row]) is not None
    ]
    if strong:
        sheet.shapes(
            strong,
            edge=MOST_DIFFICULT_OUTLINE,
            width_pt=STRONG_PT,
            transform=window.transform,
            inside=window.box,
        )


def draw_districts(sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook) -> None:
    """Draw the outlines of the districts."""
    paths = area_paths(data, "districts", window.scale)
    seen = window.sees(plane(data).district_bounds)
    styles = district_styles()
    for char in sorted(set(look.districts)):  # those outside the selection first: "." before "1"
        shapes = [
            path
            for path, own, is_seen in zip(paths, look.districts, seen, strict=True)
            if is_seen and own == char and path is not None
        ]
        if not shapes:
            continue
        sheet.shapes(
            shapes,
            edge=str(styles[char]["color"]),
            width_pt=float(styles[char]["weight"]) * PT_PER_PX,
            transform=window.transform,
            inside=window.box,
        )


def draw_roads(sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook) -> None:
    """Draw the roads by status, each with a white rim that parts it from the fill below."""
    lines = road_lines(data, window.scale)
    seen = window.sees(plane(data).road_bounds)
    for char, style in road_styles().items():
        drawn = [
            line
            for own, parts, is_seen in zip(look.roads, lines, seen, strict=True)
            if is_seen and own == char
            for line in parts
        ]
        if drawn:
            _draw_road(sheet, window, drawn, style)


def _draw_road(
    sheet: Sheet, window: MapWindow, lines: Sequence[NDArray[np.float64]], style: Style
) -> None:
    width_pt, dashes = road_pen(style)
    for colour, width, pattern in (
        ("#ffffff", width_pt + CASING_PT, None),
        (str(style["color"]), width_pt, dashes),
    ):
        drawn = LineCollection(list(lines), colors=colour, linewidths=width)
        drawn.set(capstyle="butt" if pattern else "round", joinstyle="round")
        if pattern:
            drawn.set_linestyle([(0, pattern)])
        sheet.add(drawn, transform=window.transform, inside=window.box)


def road_pen(style: Style) -> tuple[float, tuple[float, ...] | None]:
    """Return width and dashes of a road in points."""
    dashes = [
        max(float(part) * DASH_PT_PER_PX, SHORTEST_DASH_PT)
        for part in str(style["dashArray"] or "").split()
    ]
    return float(style["weight"]) * ROAD_PT_PER_PX, tuple(dashes) or None


def draw_sites(
    sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook
) -> NDArray[np.float64]:
    """Draw the symbols of the sites in the window; return where they stand on the sheet."""
    homes = window.on_paper(plane(data).sites)
    box = window.box
    rows = np.flatnonzero(
        (np.array(list(look.sites), dtype=np.str_) != HIDDEN)
        & (homes[:, 0] >= box.x)
        & (homes[:, 0] <= box.right)
        & (homes[:, 1] >= box.y)
        & (homes[:, 1] <= box.bottom)
    )
    places = apart(homes[rows], look.site_radius_mm, box.inset(0.4))
    facilities, statuses = (
        data.site_list[column].to_numpy()[rows] for column in (c.FACILITY, c.STATUS)
    )
    looks = [SiteLook(*pair) for pair in zip(facilities, map(Status, statuses), strict=True)]
    draw_leaders(sheet, homes[rows], places, look.site_radius_mm)
    draw_symbols(sheet, places, looks, look.site_radius_mm, inside=box)
    return places


def _rows_by_char(classes: str, seen: NDArray[np.bool_]) -> Mapping[str, list[int]]:
    """Group the rows to draw by their character, those outside the selection first."""
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero(seen).tolist():
        rows.setdefault(classes[row], []).append(row)
    return dict(sorted(rows.items()))
