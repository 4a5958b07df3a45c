"""The commune atlas: a page per commune, with map, figures plan against result, sites and roads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import region_text
from mtqg_geo.figures.costs import WorkKind, told_of, told_text
from mtqg_geo.figures.profile import CommuneProfile, IndicatorLine, commune_profile
from mtqg_geo.figures.roads import road_mask
from mtqg_geo.figures.scope import filters_chosen
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import at_least
from mtqg_geo.figures.values import commune_regions
from mtqg_geo.figures.works import site_mask
from mtqg_geo.maps.legend import LineSample, SiteMarks, SiteSymbol
from mtqg_geo.maps.symbols import (
    HIDDEN,
    MOST_DIFFICULT_LINE,
    OUTLINE,
    STATUS_CHARS,
    road_styles,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import MOST_DIFFICULT, Lang, Mask, State, Status
from mtqg_geo.programme.words import KM_DECIMALS, number, t
from mtqg_geo.report.map.drawing import MapLook, draw_inset, draw_shapes
from mtqg_geo.report.map.graticule import LABELS_MM, draw_frame, draw_north, draw_scale_bar
from mtqg_geo.report.map.marks import uncrowded
from mtqg_geo.report.map.page import draw_works, origin
from mtqg_geo.report.map.plane import Extent, area_paths, plane
from mtqg_geo.report.map.window import MapWindow, scale_in, window_on
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.lettering import wrapped
from mtqg_geo.report.paper.page import (
    Foot,
    Heading,
    content_of,
    draw_foot,
    draw_heading,
    draw_notices,
    foot_height,
    paper_sheet,
)
from mtqg_geo.report.paper.sheet import FAINT_INK, INK, RULE, Box, Sheet
from mtqg_geo.report.setup import Setup
from mtqg_geo.report.tables.block import TableBlock
from mtqg_geo.report.tables.printed import difficult_first, printed_communes
from mtqg_geo.report.tables.table import Column, Row, Sign, Table

_SURROUNDINGS = 0.22  # of the commune's size, shown on each side
_LEAST_M = 2_500.0
_CHOSEN_FILL, _OTHER_FILL = "#fdf3cf", "#f7f8f9"
_HERE = "#c62828"
_LOCATOR_MM, _SCALE_MM = 36.0, 44.0
CORNER_MM, CORNER_HEIGHT_MM = _LOCATOR_MM + _SCALE_MM + 9, 18.5
_DETAIL_SCALE = 25_000  # all pages draw the same paths: fine enough for the largest of them
_NOTE_PT = 5.8
_GAP_MM = 5.0
_MAP_SHARE = 0.53  # of the width of a wide page
_LEAST_MAP = 0.5  # height of the map, as a part of its width


def atlas_codes(data: Dataset, selection: Selection, setup: Setup) -> list[str]:
    """Return the communes of the atlas in its order: region III first, by district, by code."""
    chosen = data.commune_list[printed_communes(data, selection, setup).among]
    placed = chosen.sort_values([c.DISTRICT_CODE, c.CODE], kind="stable")
    regions = commune_regions(data, selection.year)[placed.index]
    return list(difficult_first(placed, regions)[c.CODE])


def atlas_sheets(data: Dataset, selection: Selection, setup: Setup) -> Iterator[Sheet]:
    """Yield a page for each commune printed; a page that says so when there is none.

    The first says of how many that are selected there is no page.
    """
    codes = atlas_codes(data, selection, setup)
    if not codes:
        yield _empty_sheet(data, selection, setup)
        return
    # The neighbours' roads and sites are drawn too: a road does not end at the border of a page.
    everywhere = replace(selection, districts=(), communes=())
    maps = AtlasMaps(data, everywhere)
    words = _origin(data, selection, setup)
    note = printed_communes(data, selection, setup).note
    for position, code in enumerate(codes):
        profile = commune_profile(data, everywhere, code)
        page = t("report_page", setup.lang, page=position + 1, pages=len(codes))
        notices = (note,) if note and not position else ()
        yield _sheet(maps, profile, words, page, setup, notices)


def _empty_sheet(data: Dataset, selection: Selection, setup: Setup) -> Sheet:
    sheet = paper_sheet(setup)
    programme = data.catalog.programme.name.of(setup.lang)
    head = Heading(
        programme, t("report_atlas_title", setup.lang), t("nothing_selected", setup.lang)
    )
    draw_heading(sheet, head, setup)
    words = _origin(data, selection, setup)
    draw_foot(sheet, words, t("report_page", setup.lang, page=1, pages=1))
    return sheet


def _origin(data: Dataset, selection: Selection, setup: Setup) -> Foot:
    source = captions.atlas_source_text(data, selection, setup.lang)
    return origin(data, selection.year, source, setup)


def _sheet(
    maps: AtlasMaps,
    profile: CommuneProfile,
    words: Foot,
    page: str,
    setup: Setup,
    notices: tuple[str, ...],
) -> Sheet:
    sheet, lang = paper_sheet(setup), setup.lang
    content = content_of(sheet)
    head = _heading(maps, profile, lang)
    top = draw_heading(sheet, head, setup, kept_free_mm=CORNER_MM + _GAP_MM) + 1
    top = draw_notices(sheet, max(top, content.y + CORNER_HEIGHT_MM), notices)
    room = Box(content.x, top, content.width, content.bottom - foot_height(sheet, words) - top - 1)
    lists = (
        figure_block(profile, lang),
        site_block(profile, maps.data.catalog, lang),
        road_block(profile, lang),
    )
    arrange = _wide if sheet.width > sheet.height else _tall
    place = arrange(sheet, room, lists, lang)
    drawn = draw_commune_map(sheet, place, maps, profile.code, lang)
    draw_corner(sheet, maps, profile.code, drawn, lang)
    draw_foot(sheet, words, page)
    return sheet


def _wide(sheet: Sheet, room: Box, lists: CommuneLists, lang: Lang) -> Box:
    """Draw the figures over the roads at the right, the sites at the left; return the map's place.

    The map has what the sites leave.
    """
    figures, sites, roads = lists
    left_mm = room.width * _MAP_SHARE
    right = Box(room.x + left_mm + _GAP_MM, room.y, room.width - left_mm - _GAP_MM, room.height)
    sites_mm = min(sites.height(left_mm), room.height - left_mm * _LEAST_MAP)
    map_mm = room.height - sites_mm - _GAP_MM
    sites.draw(sheet, Box(room.x, room.y + map_mm + _GAP_MM, left_mm, sites_mm), lang)
    roads_mm = min(roads.height(right.width), right.height / 4)
    upper = Box(right.x, right.y, right.width, right.height - roads_mm - _GAP_MM)
    end = figures.draw(sheet, upper, lang) + _GAP_MM
    roads.draw(sheet, Box(right.x, end, right.width, right.bottom - end), lang)
    return Box(room.x, room.y, left_mm, map_mm)


def _tall(sheet: Sheet, room: Box, lists: CommuneLists, lang: Lang) -> Box:
    """Draw the figures beside sites and roads in the lower part; return the map's place."""
    figures, sites, roads = lists
    half_mm = (room.width - _GAP_MM) / 2
    works_mm = sites.height(half_mm) + _GAP_MM + roads.height(half_mm)
    wanted_mm = max(figures.height(half_mm), works_mm)
    lower_mm = min(wanted_mm, room.height - room.width * _LEAST_MAP)
    left = Box(room.x, room.bottom - lower_mm, half_mm, lower_mm)
    figures.draw(sheet, left, lang)
    roads_mm = min(roads.height(half_mm), lower_mm / 3)
    right = Box(left.right + _GAP_MM, left.y, half_mm, lower_mm - roads_mm - _GAP_MM)
    end = sites.draw(sheet, right, lang) + _GAP_MM
    roads.draw(sheet, Box(right.x, end, half_mm, left.bottom - end), lang)
    return Box(room.x, room.y, room.width, room.height - lower_mm - _GAP_MM)


def _heading(maps: AtlasMaps, profile: CommuneProfile, lang: Lang) -> Heading:
    data = maps.data
    province = t("report_province", lang, name=data.catalog.programme.province.of(lang))
    size = number(profile.area_km2, lang, decimals=1)
    area = [] if np.isnan(profile.area_km2) else [t("report_area", lang, area=size)]
    parts = [
        ", ".join(filter(None, (profile.district, province))),
        region_text(profile.region, lang),
        t("report_commune_code", lang, code=profile.code),
        *area,
        captions.stand_text(maps.selection, lang),
        *filters_chosen(data, maps.selection.without_status(), lang),
    ]
    return Heading(data.catalog.programme.name.of(lang), profile.name, " · ".join(parts))


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

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each commune, by its code."""
        return {code: row for row, code in enumerate(self.data.commune_list[c.CODE])}


def _chars(chars: list[str], shown: Mask) -> str:
    return "".join(char if seen else HIDDEN for char, seen in zip(chars, shown, strict=True))


def draw_commune_map(
    sheet: Sheet, place: Box, maps: AtlasMaps, code: str, lang: Lang
) -> tuple[int, SiteMarks] | None:
    """Draw the map of a commune; return its scale and marks, or None if it has no shape."""
    row = maps.row_of[code]
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
    look = uncrowded(maps.data, window, maps.look, plainest=SiteMarks.DOTS)
    labels = draw_works(sheet, window, maps.data, look)
    classes = "".join("1" if at == row else HIDDEN for at in range(len(maps.paths)))
    labels.write_communes(maps.data, classes, size_pt=7.5)
    draw_frame(sheet, window, lang)
    return window.scale, look.marks


def _with_surroundings(west: float, south: float, east: float, north: float) -> Extent:
    around_m = max(_SURROUNDINGS * max(east - west, north - south), _LEAST_M / 4)
    return west - around_m, south - around_m, east + around_m, north + around_m


def _draw_areas(sheet: Sheet, window: MapWindow, maps: AtlasMaps, row: int) -> None:
    """Fill the commune, its neighbours more faintly; lines inside borders as on every map."""
    in_window = window.sees(plane(maps.data).commune_bounds)
    seen = np.flatnonzero(in_window)
    strong = maps.is_most_difficult & in_window
    for rows, fill, edge, width_pt in (
        ([at for at in seen if at != row], _OTHER_FILL, OUTLINE, 0.35),
        ([row], _CHOSEN_FILL, INK, 1.3),
    ):
        shapes = [path for at in rows if (path := maps.paths[at]) is not None]
        draw_shapes(sheet, window, shapes, fill=fill, edge=edge, width_pt=width_pt)
    draw_inset(sheet, window, maps.data, strong, MOST_DIFFICULT_LINE, detail_scale=_DETAIL_SCALE)


def draw_corner(
    sheet: Sheet, maps: AtlasMaps, code: str, drawn: tuple[int, SiteMarks] | None, lang: Lang
) -> None:
    """Draw north, scale and the commune's place in the province into the upper right corner.

    A map with dots says so: the symbols of the list beside it are not on it.
    """
    content = content_of(sheet)
    west, south, east, north = _province(maps)
    height = (_LOCATOR_MM - 2) * (north - south) / (east - west) + 2
    locator = Box(content.right - _LOCATOR_MM, content.y, _LOCATOR_MM, height)
    _draw_locator(sheet, locator, maps, maps.row_of[code])
    if drawn is None:
        return
    scale, marks = drawn
    left = content.right - CORNER_MM
    draw_north(sheet, left + 3, content.y + 0.5, lang, height_mm=10)
    words = t("report_scale", lang, scale=number(scale, lang))
    sheet.text(left + 8, content.y + 4.4, words, 8, weight="bold")
    draw_scale_bar(sheet, scale, Box(left + 6.5, content.y + 6, _SCALE_MM, 8), lang)
    if marks is SiteMarks.DOTS:
        lines = wrapped(t("report_dots", lang), _SCALE_MM, _NOTE_PT)
        sheet.paragraph(left + 8, content.y + 14, lines, _NOTE_PT, colour=FAINT_INK)


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


CommuneLists = tuple[TableBlock, TableBlock, TableBlock]  # figures, sites and roads of a page


def figure_block(profile: CommuneProfile, lang: Lang) -> TableBlock:
    """Return every indicator that concerns the commune, plan beside result."""
    columns = (
        Column(t("indicator_name", lang), share=1),
        Column(t("progress_column_unit", lang), least_mm=12),
        Column(t("profile_plan", lang), "right", least_mm=13),
        Column(t("profile_result", lang), "right", least_mm=13),
        Column(t("progress_column_share", lang), "right", least_mm=9),
    )
    rows = tuple(_figure_row(line, lang) for line in profile.lines)
    return TableBlock(
        t("report_figures", lang), Table(columns, rows), t("profile_no_indicators", lang)
    )


def _figure_row(line: IndicatorLine, lang: Lang) -> Row:
    name = line.indicator.short.of(lang)
    if line.is_of_year:
        name = f"{name} ({t('report_of_year', lang)})"
    if line.missing_periods:
        name = f"{name} ({t('report_missing', lang, periods=line.missing_periods)})"
    plan, result = (amount(each, line.indicator, lang) for each in (line.plan, line.result))
    if line.is_without_plan:
        plan, result = t("plan_none", lang), result if line.result else "–"
    has_share = not np.isnan(line.share.pct)
    if line.state in (State.NOT_REPORTED, State.NOT_RESTATABLE):
        result = t(line.state, lang)
    elif not has_share and result != "–":  # else the share beside it says that it is a bound
        result = at_least(result, line.share, lang)
    return Row(
        (
            name,
            unit(line.indicator, lang),
            "" if np.isnan(line.plan) else plan,
            result,
            line.share.text(lang) if has_share else "",
        )
    )


def site_block(profile: CommuneProfile, catalog: Catalog, lang: Lang) -> TableBlock:
    """Return the sites of the commune with their symbols."""
    columns = (
        Column("", least_mm=6.4),
        Column(t("column_site", lang), share=1),
        Column(t("column_project", lang)),
        Column(t("column_status", lang)),
        *_told_columns(profile.sites, "sites", lang),
    )
    rows = []
    for site in profile.sites.to_dict("records"):
        icon = catalog.facilities[site[c.FACILITY]].icon
        sign = Sign(SiteSymbol(icon, Status(site[c.STATUS])))
        status = t(f"status_{site[c.STATUS]}", lang)
        told = _told_cells(site, profile.sites, lang)
        rows.append(Row((sign, str(site[c.NAME]), str(site[c.PROJECT]), status, *told)))
    title = t("profile_sites", lang, count=number(len(rows), lang))
    return TableBlock(title, Table(columns, tuple(rows)), t("profile_no_sites", lang))


def _told_columns(works: pd.DataFrame, kind: WorkKind, lang: Lang) -> list[Column]:
    """Return a column for cost and dates each, where any of the works has such a thing."""
    columns = {
        c.COST_VND: Column(t(f"report_cost_{kind}", lang), "right"),
        c.STARTED_ON: Column(t("column_started_on", lang)),
        c.COMPLETED_ON: Column(t("column_completed_on", lang)),
    }
    return [columns[name] for name in told_of(works)]


def _told_cells(work: Mapping[Any, Any], works: pd.DataFrame, lang: Lang) -> list[str]:
    return [told_text(name, work[name], lang) for name in told_of(works)]


def road_block(profile: CommuneProfile, lang: Lang) -> TableBlock:
    """Return the stretches of road inside the commune with their lines."""
    columns = (
        Column("", least_mm=6.4),
        Column(t("column_road", lang), share=1),
        Column(t("report_km", lang), "right"),
        Column(t("column_status", lang)),
        *_told_columns(profile.roads, "roads", lang),
    )
    styles = road_styles()
    rows = []
    for road in profile.roads.to_dict("records"):
        sign = Sign(LineSample(styles[STATUS_CHARS[Status(road[c.STATUS])]]))
        km = number(road[c.LENGTH_KM], lang, decimals=KM_DECIMALS)
        status, told = t(f"status_{road[c.STATUS]}", lang), _told_cells(road, profile.roads, lang)
        rows.append(Row((sign, str(road[c.NAME]), km, status, *told)))
    road_km = float(profile.roads[c.LENGTH_KM].sum())
    title = t("profile_roads", lang, count=number(road_km, lang, decimals=KM_DECIMALS))
    return TableBlock(title, Table(columns, tuple(rows)), t("profile_no_roads", lang))
