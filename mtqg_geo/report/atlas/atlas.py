"""The commune atlas: a page per commune, with map, figures plan against result, sites and roads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.region_words import region_text
from mtqg_geo.figures.profile import CommuneProfile, commune_profile
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.report.atlas.lists import Block, figure_block, road_block, site_block
from mtqg_geo.report.atlas.map import (
    CORNER_HEIGHT_MM,
    CORNER_MM,
    AtlasMaps,
    draw_commune_map,
    draw_corner,
)
from mtqg_geo.report.map.page import origin
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.page import (
    Foot,
    Heading,
    content_of,
    draw_foot,
    draw_heading,
    foot_height,
    paper_sheet,
)
from mtqg_geo.report.paper.setup import Setup
from mtqg_geo.report.paper.sheet import Box, Sheet

_GAP_MM = 5.0
_MAP_SHARE = 0.53  # of the width of a wide page
_LEAST_MAP = 0.5  # height of the map, as a part of its width


def atlas_codes(data: Dataset, selection: Selection) -> list[str]:
    """Return the communes of the atlas in its order: by district, then by code."""
    chosen = data.commune_list[selection.commune_mask(data)]
    return list(chosen.sort_values([c.DISTRICT_CODE, c.CODE], kind="stable")[c.CODE])


def atlas_sheets(data: Dataset, selection: Selection, setup: Setup) -> Iterator[Sheet]:
    """Yield a page for each commune selected; a page that says so when there is none."""
    codes = atlas_codes(data, selection)
    if not codes:
        yield _empty_sheet(data, selection, setup)
        return
    everywhere = replace(selection, districts=(), communes=())
    maps = AtlasMaps(data, everywhere)
    words = _origin(data, selection, setup)
    for position, code in enumerate(codes):
        profile = commune_profile(data, everywhere, code)
        page = t("report_page", setup.lang, page=position + 1, pages=len(codes))
        yield _sheet(maps, profile, words, page, setup)


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


def _sheet(maps: AtlasMaps, profile: CommuneProfile, words: Foot, page: str, setup: Setup) -> Sheet:
    sheet, lang = paper_sheet(setup), setup.lang
    content = content_of(sheet)
    head = _heading(maps, profile, lang)
    top = draw_heading(sheet, head, setup, kept_free_mm=CORNER_MM + _GAP_MM) + 1
    top = max(top, content.y + CORNER_HEIGHT_MM)
    room = Box(content.x, top, content.width, content.bottom - foot_height(sheet, words) - top - 1)
    parts = (figure_block(profile, lang), site_block(profile, lang), road_block(profile, lang))
    arrange = _wide if sheet.width > sheet.height else _tall
    place = arrange(sheet, room, parts, lang)
    scale = draw_commune_map(sheet, place, maps, profile.code, lang)
    draw_corner(sheet, maps, profile.code, scale, lang)
    draw_foot(sheet, words, page)
    return sheet


Parts = tuple[Block, Block, Block]  # figures, sites, roads


def _wide(sheet: Sheet, room: Box, parts: Parts, lang: Lang) -> Box:
    """Draw the figures over the roads at the right, the sites at the left; return the map's place.

    The map has what the sites leave.
    """
    figures, sites, roads = parts
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


def _tall(sheet: Sheet, room: Box, parts: Parts, lang: Lang) -> Box:
    """Draw the figures beside sites and roads in the lower part; return the map's place."""
    figures, sites, roads = parts
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
    region = region_text(profile.region, lang)
    parts = [
        ", ".join(filter(None, (profile.district, province))),
        region,
        t("report_commune_code", lang, code=profile.code),
        *_area_parts(profile, lang),
        captions.stand_text(maps.selection, lang),
        *captions.filters_chosen(data, maps.selection.without_status(), lang),
    ]
    return Heading(data.catalog.programme.name.of(lang), profile.name, " · ".join(parts))


def _area_parts(profile: CommuneProfile, lang: Lang) -> list[str]:
    if np.isnan(profile.area_km2):
        return []
    return [t("report_area", lang, area=number(profile.area_km2, lang, decimals=1))]
