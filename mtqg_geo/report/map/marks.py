"""How works are marked on a map: as plainly as there are many for the ground they stand on.

Symbols that tell the type of a site where they fit, then dots in the colour of its status, then one
bar per commune: how much of its plan is done.
"""

from dataclasses import replace

import numpy as np
from matplotlib.path import Path
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.maps.legend import (
    BAR_DONE,
    BAR_REST,
    BAR_SILENT,
    SiteMarks,
    printed_road_styles,
)
from mtqg_geo.maps.symbols import HIDDEN
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang, Mask
from mtqg_geo.programme.words import number
from mtqg_geo.report.map.drawing import (
    CASING_PT,
    EXISTING_SIZE,
    MapLook,
    mark_radius_mm,
    road_pen,
)
from mtqg_geo.report.map.labels import Labels
from mtqg_geo.report.map.plane import plane
from mtqg_geo.report.map.window import MapWindow
from mtqg_geo.report.paper.lettering import MM_PER_PT
from mtqg_geo.report.paper.sheet import INK, Sheet

# With more than a fifth of the ground under them works are what is seen, not what the communes are
# painted by. The sample's 167 sites of a year cover 17 % of their communes on A4, 1,647 nearly two
# thirds of the province as symbols and a quarter as dots.
MOST_COVERED = 0.2
_BAR_MM, _RIM_MM = (5.2, 1.5), 0.25
Bars = dict[str, NDArray[np.float64]]


def uncrowded(
    data: Dataset, window: MapWindow, look: MapLook, *, plainest: SiteMarks = SiteMarks.BARS
) -> MapLook:
    """Return the look with the fullest marks, from its own to `plainest`, that have room."""
    every = list(SiteMarks)
    for marks in every[every.index(look.marks) : every.index(plainest)]:
        tried = replace(look, marks=marks)
        if covered_share(data, window, tried) <= MOST_COVERED:
            return tried
    return replace(look, marks=plainest)


def covered_share(data: Dataset, window: MapWindow, look: MapLook) -> float:
    """Return how much of the communes that have works would lie under them, of those in the window.

    Marks count with their whole area, though some may lie on one another: there is as little room
    for them. Works outside every commune, and a map without any, cover nothing.
    """
    ground, codes = plane(data), data.commune_list[c.CODE]
    in_window = codes[window.sees(ground.commune_bounds)]
    radius_mm = mark_radius_mm(look)
    areas_mm2 = (
        (look.sites, np.pi * radius_mm**2),
        (look.existing, (2 * EXISTING_SIZE * radius_mm) ** 2),
    )
    covered_mm2, communes = 0.0, set()
    for chars, area_mm2 in areas_mm2:
        within = data.site_list[c.COMMUNE_CODE].to_numpy()[np.flatnonzero(_on_map(chars))]
        within = within[np.isin(within, in_window)]
        covered_mm2 += area_mm2 * len(within)
        communes |= set(within)
    mm_per_km = 1_000_000 / window.scale
    statuses = dict(zip(data.road_list[c.ID], look.roads, strict=True))
    pieces = data.pieces[data.pieces[c.CODE].isin(in_window)]
    drawn = pieces[c.ID].map(statuses)
    for char, style in printed_road_styles(look.marks).items():
        of_status = pieces[drawn == char]
        width_mm = (road_pen(style)[0] + CASING_PT) * MM_PER_PT
        covered_mm2 += float(of_status[c.LENGTH_KM].sum()) * mm_per_km * width_mm
        communes |= set(of_status[c.CODE])
    area_mm2 = float(np.nansum(ground.commune_areas_km2[codes.isin(communes)])) * mm_per_km**2
    return covered_mm2 / area_mm2 if area_mm2 else 0.0


def _on_map(chars: str) -> Mask:
    """Say which features are drawn; of a layer that is not on the map, none."""
    return np.array([char != HIDDEN for char in chars], dtype=np.bool_)


def draw_bars(sheet: Sheet, labels: Labels, data: Dataset, bars: Bars) -> None:
    """Draw a bar in each commune that planned works: done, not yet done, not reported.

    Where nothing was reported the whole bar is grey: it is not known that nothing is done.
    """
    ground, (width, height) = plane(data), _BAR_MM
    with np.errstate(invalid="ignore", divide="ignore"):
        done, silent = (bars[each] / bars["planned"] for each in ("completed", "not_reported"))
    fills: dict[str, list[Path]] = {BAR_REST: [], BAR_SILENT: [], BAR_DONE: []}
    seen = labels.window.sees(ground.commune_bounds)
    for row in np.flatnonzero((bars["planned"] > 0) & seen):
        place = labels.place_of_mark(
            ground.communes[row], ground.commune_spots[row],
            (width + 2 * _RIM_MM, height + 2 * _RIM_MM),
        )  # fmt: skip
        if place is None:
            continue
        bar = place.inset(_RIM_MM)
        is_known = np.isfinite(done[row])
        grey_mm = width * float(silent[row]) if is_known else width
        done_mm = width * float(done[row]) if is_known else 0.0
        fills[BAR_REST].append(_rectangle(bar.x, bar.y, width, height))
        fills[BAR_SILENT].append(_rectangle(bar.right - grey_mm, bar.y, grey_mm, height))
        fills[BAR_DONE].append(_rectangle(bar.x, bar.y, done_mm, height))
    whole = fills[BAR_REST]
    if whole:
        box = labels.window.box
        sheet.shapes(whole, edge="#ffffff", width_pt=1.6, inside=box)
        for fill, shapes in fills.items():
            sheet.shapes(shapes, fill=fill, inside=box)
        sheet.shapes(whole, edge=INK, width_pt=0.4, inside=box)


def bar_texts(bars: Bars, lang: Lang) -> list[str]:
    """Return what is written beside a commune's name: `3/5`, a dash where it is not known."""
    pairs = zip(bars["completed"].tolist(), bars["planned"].tolist(), strict=True)
    return [
        f"{'–' if np.isnan(done) else number(done, lang)}/{number(planned, lang)}"
        if planned > 0
        else ""
        for done, planned in pairs
    ]


def _rectangle(x: float, y: float, width: float, height: float) -> Path:
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    return Path(corners, closed=True)
