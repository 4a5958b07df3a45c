"""The printed map: title block, map in the province's grid, legend, scale, imprint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.scope import map_title, source_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps.legend import SiteMarks, commune_bars, printed_legend, roomy_marks
from mtqg_geo.maps.symbols import HIDDEN
from mtqg_geo.maps.view import MapView, map_view
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import ZONES_3_DEGREES
from mtqg_geo.programme.words import number, t
from mtqg_geo.report.map.drawing import (
    MapLook,
    draw_areas,
    draw_districts,
    draw_existing,
    draw_roads,
    draw_sites,
    mark_radius_mm,
)
from mtqg_geo.report.map.graticule import (
    LABELS_MM,
    draw_frame,
    draw_grid,
    draw_north,
    draw_scale_bar,
)
from mtqg_geo.report.map.labels import Labels
from mtqg_geo.report.map.legend import LegendPieces, draw_legend, fits, holds, measured
from mtqg_geo.report.map.marks import bar_texts, draw_bars, uncrowded
from mtqg_geo.report.map.plane import Extent, plane
from mtqg_geo.report.map.window import MARGIN_MM, MapWindow, scale_in, window_on
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.office import draw_signature, signature_height
from mtqg_geo.report.paper.page import (
    FIGURES_MM,
    Foot,
    content_of,
    draw_figures,
    draw_heading,
    draw_notices,
    draw_words,
    foot,
    heading,
    paper_sheet,
    words_height,
)
from mtqg_geo.report.paper.sheet import FAINT_INK, RULE, Box, Sheet
from mtqg_geo.report.setup import Setup
from mtqg_geo.report.tables.block import TableBlock
from mtqg_geo.report.tables.listing import commune_listing

COLUMN_MM, GUTTER_MM = 56.0, 5.0
_PAD_MM, _STEP_MM = 2.5, 2.0
_MOST_LISTED = 0.45  # of a high sheet, for the list of communes
_MOST_LEGEND = 0.75  # of a wide one, for the legend below the list
_AROUND_MM = 12.0  # of empty ground above and below what a map shows
_SCALE_MM, _IMPRINT_GAP_MM = 17.5, 3.5  # scale and bar; between them and the map
_PICTURE_FOOT_MM, _PICTURE_STEP_MM = 15.0, 8.0
_WORDS_FROM_MM = 77.0  # in the imprint they stand at the right of north and scale
_SIGNED_PART, _WIDE_MM = 0.4, 230.0  # of a wide imprint, for who signs; which one is wide
_COMMUNE_NAMES_FROM = 400_000  # at a smaller scale they would cover the map
_RADII_MM = {_COMMUNE_NAMES_FROM: 1.75, 650_000: 1.45}
_LEAST_RADIUS_MM = 1.05


def map_sheets(data: Dataset, selection: Selection, setup: Setup) -> Iterator[Sheet]:
    """Yield the map of a selection, and that of the period it is compared with, if any."""
    view = map_view(data, selection, setup.classing, lang=setup.lang, works=setup.works)
    for each in (view, view.other):
        if each is not None:
            yield _sheet(data, each, setup)


def _sheet(data: Dataset, view: MapView, setup: Setup) -> Sheet:
    sheet, selection = paper_sheet(setup), view.selection
    content = content_of(sheet)
    title = map_title(data, selection, setup.lang)
    top = draw_heading(sheet, heading(data, selection, title, setup.lang), setup)
    top = draw_notices(sheet, top, captions.map_notices(view, setup.lang))
    source = source_text(data, selection, setup.lang)
    words = origin(data, selection.year, source, setup)
    imprint = _imprint(content, words, setup)
    room = Box(content.x, top, content.width, imprint.y - top)
    scale = _draw_map(sheet, room, data, view, setup)
    _draw_imprint(sheet, imprint, scale, words, setup)
    return sheet


def map_picture(
    data: Dataset, selection: Selection, setup: Setup, *, width_mm: float, most_mm: float
) -> Sheet:
    """Return the map with its legend and scale alone, for a document that has its own words.

    It is as low as it can be without the map getting smaller, and at most `most_mm` high.
    """
    view = map_view(data, selection, setup.classing, lang=setup.lang, works=setup.works)
    # A lower picture leaves room for words; the lowest one at the best scale is taken.
    heights = np.arange(most_mm, most_mm / 2, -_PICTURE_STEP_MM)
    rooms = [Box(0, 0, width_mm, height - _PICTURE_FOOT_MM) for height in heights]
    laid = [_laid_out(room, data, view, setup.lang).layout.window.scale for room in rooms]
    best = max(range(len(rooms)), key=lambda at: (-laid[at], at))
    sheet = Sheet(width_mm, float(heights[best]))
    scale = _draw_map(sheet, rooms[best], data, view, setup, figures=False)
    top = sheet.height - _PICTURE_FOOT_MM + 2
    draw_north(sheet, 8, top, setup.lang, height_mm=9)
    draw_scale(sheet, Box(15, top, 62, _PICTURE_FOOT_MM), scale, setup.lang)
    return sheet


def _draw_map(
    sheet: Sheet, room: Box, data: Dataset, view: MapView, setup: Setup, *, figures: bool = True
) -> int:
    """Draw key figures (if they cost the map nothing), map, legend and list; return the scale."""
    listing = commune_listing(data, view, setup.lang) if setup.listed else None
    laid = _laid_out(room, data, view, setup.lang, listing)
    lower = Box(room.x, room.y + FIGURES_MM, room.width, room.height - FIGURES_MM)
    with_figures = _laid_out(lower, data, view, setup.lang, listing)
    if figures and _costs_nothing(with_figures.layout, laid.layout):
        draw_figures(sheet, Box(room.x, room.y, room.width, FIGURES_MM), view.figures, setup.lang)
        laid = with_figures
    layout, look = laid.layout, laid.look
    window = layout.window
    draw_areas(sheet, window, data, look)
    labels = draw_works(sheet, window, data, look, keep_clear=layout.panel)
    has_bars = view.works is not WorksShown.NONE and look.marks is SiteMarks.BARS
    bars = commune_bars(data, view.selection) if has_bars else None
    if bars:
        draw_bars(sheet, labels, data, bars)
    labels.write_districts(data, look.districts, size_pt=7.5)
    if window.scale <= _COMMUNE_NAMES_FROM:
        more = bar_texts(bars, setup.lang) if bars else None
        size_pt = 5.2 if window.scale > 200_000 else 6.2
        labels.write_communes(data, look.classes, size_pt=size_pt, more=more)
    if layout.panel:
        sheet.box(layout.panel, fill="#ffffff", edge=RULE, width_pt=0.5)
    draw_frame(sheet, window, setup.lang)
    draw_legend(sheet, laid.legend, layout.columns)
    if listing and layout.listing:
        listing.draw(sheet, layout.listing, setup.lang)
    return window.scale


def _look(view: MapView) -> MapLook:
    """Return how the features look where there is room enough; works only if the view has each."""
    works = [view.road_chars, view.site_chars, view.existing_chars]
    if view.works is not WorksShown.SINGLE:
        works = [HIDDEN * len(chars) for chars in works]
    roads, sites, existing = works
    return MapLook(
        classes=view.choropleth.classes,
        colours=view.choropleth.colours,
        districts=view.district_chars,
        roads=roads,
        sites=sites,
        existing=existing,
        marks=roomy_marks(view),
    )


class _LaidOut(NamedTuple):
    """A layout, how the features look in it, and the legend that says so."""

    layout: MapLayout
    look: MapLook
    legend: LegendPieces


def _laid_out(
    room: Box, data: Dataset, view: MapView, lang: Lang, listing: TableBlock | None = None
) -> _LaidOut:
    """Return the layout with the fullest marks for which its own scale has room.

    The scale depends on how long the legend is, the legend on the marks, and these on the scale.
    """
    look = _look(view)
    while True:
        legend = measured(printed_legend(data, view, lang, look.marks), COLUMN_MM)
        layout = _layout(room, data, view, legend, listing)
        sized = replace(look, site_radius_mm=_radius_mm(layout.window.scale))
        wanted = uncrowded(data, layout.window, sized)
        if wanted.marks is look.marks:
            return _LaidOut(layout, wanted, legend)
        look = wanted


def _radius_mm(scale: int) -> float:
    """Return the size of the sites' symbols: smaller where they would hide the map."""
    return next((r for limit, r in _RADII_MM.items() if scale <= limit), _LEAST_RADIUS_MM)


def _costs_nothing(layout: MapLayout, without: MapLayout) -> bool:
    """Say whether the map is no smaller for the figures above it."""
    is_as_large = layout.window.scale == without.window.scale
    is_as_full = layout.left_out <= without.left_out
    return is_as_large and is_as_full and len(layout.columns) <= len(without.columns)


def _layout(
    room: Box, data: Dataset, view: MapView, legend: LegendPieces, listing: TableBlock | None
) -> MapLayout:
    ground = plane(data)
    selected = view.selection.commune_mask(data)
    # Nothing selected shows the province; a province without a single shape shows an empty sheet.
    extent = ground.extent(selected) or ground.extent([True] * len(selected)) or (0, 0, 1, 1)
    shapes = [shape for shape in ground.communes[selected] if shape is not None]
    land = shapely.GeometryCollection(shapes) if shapes else None
    if listing is None:
        return lay_out(room, extent, land, legend)
    return lay_out_listed(room, extent, land, legend, listing)


def draw_works(
    sheet: Sheet, window: MapWindow, data: Dataset, look: MapLook, *, keep_clear: Box | None = None
) -> Labels:
    """Draw grid, districts, roads and sites over the areas; return the names, clear of sites."""
    draw_grid(sheet, window)
    draw_districts(sheet, window, data, look)
    draw_roads(sheet, window, data, look)
    labels = Labels(sheet, window, [keep_clear] if keep_clear else [])
    for draw in (draw_existing, draw_sites):
        labels.avoid_circles(draw(sheet, window, data, look), mark_radius_mm(look))
    return labels


def _imprint(content: Box, words: Foot, setup: Setup) -> Box:
    """Return the foot of the sheet, as high as its words and who signs need."""
    words_mm = words_height(words, _words_width(content, setup)) + 1.5
    height = max(_SCALE_MM, words_mm)
    if setup.office:
        signed_mm = signature_height(setup.office, _signed_width(content), setup.lang)
        height = max(height, signed_mm) if _is_wide(content) else height + signed_mm
    height += _IMPRINT_GAP_MM
    return Box(content.x, content.bottom - height, content.width, height)


def _is_wide(place: Box) -> bool:
    """Say whether who signs stands beside the words: below them it would cost the map more."""
    return place.width >= _WIDE_MM


def _signed_width(place: Box) -> float:
    return place.width * _SIGNED_PART if _is_wide(place) else place.width


def _words_width(place: Box, setup: Setup) -> float:
    is_shared = setup.office and _is_wide(place)
    return place.width - _WORDS_FROM_MM - (_signed_width(place) + GUTTER_MM if is_shared else 0)


def _draw_imprint(sheet: Sheet, place: Box, scale: int, words: Foot, setup: Setup) -> None:
    """Draw the foot: north, scale, grid, sources, accuracy, the day, who signs."""
    top, lang = place.y + _IMPRINT_GAP_MM, setup.lang
    sheet.lines([((place.x, top - 1.5), (place.right, top - 1.5))], colour=RULE, width_pt=0.4)
    draw_north(sheet, place.x + 4, top + 0.5, lang)
    draw_scale(sheet, Box(place.x + 11, top, 62, _SCALE_MM), scale, lang)
    width = _words_width(place, setup)
    draw_words(sheet, Box(place.x + _WORDS_FROM_MM, top, width, place.height), words)
    if setup.office:
        width = _signed_width(place)
        height = signature_height(setup.office, width, lang)
        signed = Box(place.right - width, place.bottom - height, width, height)
        draw_signature(sheet, signed, setup.office, lang)


def draw_scale(sheet: Sheet, place: Box, scale: int, lang: Lang) -> None:
    """Write the scale as a number, as a sentence and as a bar."""
    words = t("report_scale", lang, scale=number(scale, lang))
    sheet.text(place.x, place.y + 3.2, words, 10, weight="bold")
    centimetre = t("report_centimetre", lang, length=ground_length(scale, lang))
    sheet.text(place.x, place.y + 6.9, centimetre, 6.2, colour=FAINT_INK)
    draw_scale_bar(sheet, scale, Box(place.x - 1.5, place.y + 8, place.width, 8), lang)


def ground_length(scale: int, lang: Lang) -> str:
    """Write what a centimetre on paper is on the ground."""
    metres = scale / 100
    if metres >= 1000:
        km = metres / 1000
        decimals = next(d for d in range(4) if round(km, d) == km or d == 3)
        return f"{number(km, lang, decimals=decimals)} {t('report_km', lang)}"
    return f"{number(metres, lang)} {t('report_m', lang)}"


def origin(data: Dataset, year: int, source: str, setup: Setup) -> Foot:
    """Say where figures and boundaries come from, in which grid they are drawn, and when."""
    words = foot(data, year, source, setup)
    crs = plane(data).crs
    grid = t("report_grid", setup.lang, meridian=ZONES_3_DEGREES[crs], crs=crs)
    drawn = (captions.boundary_text(data, setup.lang), grid)
    return Foot(words.warnings, (*words.sources[:-1], *drawn, words.sources[-1]))


@dataclass(frozen=True)
class MapLayout:
    """The window of the map and the columns of its legend; `panel` if that lies on the map.

    `listing` is the place of a list of communes, `left_out` how many do not fit it.
    """

    window: MapWindow
    columns: tuple[Box, ...]
    panel: Box | None = None
    listing: Box | None = None
    left_out: int = 0


def lay_out(
    room: Box, extent_m: Extent, land: BaseGeometry | None, legend: LegendPieces
) -> MapLayout:
    """Place map and legend.

    Parameters
    ----------
    room
        What title and imprint leave of the sheet.
    extent_m
        What the map must show, in metres.
    land
        The shape of it: a legend on the map may not cover any of it.
    legend
        The legend, measured for columns of `COLUMN_MM`.

    Returns
    -------
    The legend beside the map, below it or in an empty corner of it, whichever lets the map be
    largest; in this order where they are equal.
    """
    options = [
        _beside(room, extent_m, legend),
        _below(room, extent_m, legend),
        _on_map(room, extent_m, land, legend),
    ]
    return min(
        (each for each in options if each),
        key=lambda layout: (not holds(legend, layout.columns), layout.window.scale),
    )


def lay_out_listed(
    room: Box,
    extent_m: Extent,
    land: BaseGeometry | None,
    legend: LegendPieces,
    listing: TableBlock,
) -> MapLayout:
    """Place map, legend and the list of communes: at the right, on a high sheet below.

    The legend stands below the list, or with the map as in `lay_out`: where more communes are
    listed, then where the map is larger.
    """
    if room.width < room.height:
        height = min(listing.height(room.width) + 1, room.height * _MOST_LISTED)
        upper = Box(room.x, room.y, room.width, room.height - height - GUTTER_MM)
        place = Box(room.x, upper.bottom + GUTTER_MM, room.width, height)
        return _listed(lay_out(upper, extent_m, land, legend), place, listing)
    wide = 2 * COLUMN_MM + GUTTER_MM
    left = Box(room.x, room.y, room.width - wide - GUTTER_MM, room.height)
    place = Box(room.right - wide, room.y, wide, room.height - 1)
    options = [_listed(lay_out(left, extent_m, land, legend), place, listing)]
    height = _least_height(legend, 2, most=room.height * _MOST_LEGEND)
    free = place.height - height - GUTTER_MM
    upper = Box(place.x, place.y, wide, min(listing.height(wide) + 1, free))
    columns = _columns(place.x, upper.bottom + GUTTER_MM, 2, height)
    if fits(legend, columns):
        alone = MapLayout(_fitted(extent_m, left.inset(LABELS_MM)), columns)
        options.append(_listed(alone, upper, listing))

    def badness(layout: MapLayout) -> tuple[bool, bool, int]:
        is_cut = not holds(legend, layout.columns)
        return is_cut, layout.left_out > 0, layout.window.scale

    return min(options, key=badness)


def _listed(layout: MapLayout, place: Box, listing: TableBlock) -> MapLayout:
    return replace(layout, listing=place, left_out=listing.rows_left_out(place))


def _beside(room: Box, extent_m: Extent, legend: LegendPieces) -> MapLayout:
    """One column at the right; two, if the legend is longer than the sheet is high."""
    high = Box(0, 0, COLUMN_MM, room.height - 2 * LABELS_MM)
    count = 1 if fits(legend, [high]) else 2
    width = count * (COLUMN_MM + GUTTER_MM)
    frame = Box(room.x, room.y, room.width - width + LABELS_MM, room.height).inset(LABELS_MM)
    columns = _columns(frame.right + GUTTER_MM + 1, frame.y, count, frame.height)
    return MapLayout(_fitted(extent_m, frame), columns)


def _below(room: Box, extent_m: Extent, legend: LegendPieces) -> MapLayout:
    """As many columns as there is room for, no higher than they need to be."""
    count = int((room.width + GUTTER_MM) // (COLUMN_MM + GUTTER_MM))
    height = _least_height(legend, count, most=room.height / 2)
    frame = Box(room.x, room.y, room.width, room.height - height).inset(LABELS_MM)
    window = _fitted(extent_m, frame)
    columns = _columns(frame.x, window.box.bottom + LABELS_MM + 1, count, height)
    return MapLayout(window, columns)


def _fitted(extent_m: Extent, frame: Box) -> MapWindow:
    """Return the window at the scale that a frame allows, no higher than what it shows needs."""
    scale = scale_in(extent_m, frame)
    _, south, _, north = extent_m
    height = min(frame.height, (north - south) * 1000 / scale + 2 * _AROUND_MM)
    return window_on(extent_m, Box(frame.x, frame.y, frame.width, height), scale=scale)


def _on_map(
    room: Box, extent_m: Extent, land: BaseGeometry | None, legend: LegendPieces
) -> MapLayout | None:
    """Return the legend in a place without land, moving the map aside if that makes one."""
    if land is None:
        return None
    frame = room.inset(LABELS_MM)
    scale = scale_in(extent_m, frame)
    for count in (1, 2, 3):
        height = _least_height(legend, count, most=frame.height - 2 * _PAD_MM)
        width = count * (COLUMN_MM + GUTTER_MM) - GUTTER_MM
        size = (width + 2 * _PAD_MM, height + 2 * _PAD_MM)
        if size[0] > frame.width or size[1] > frame.height:
            continue
        for window in _windows(extent_m, frame, scale):
            panel = _empty_place(window, land, size)
            if panel is not None:
                inside = panel.inset(_PAD_MM)
                columns = _columns(inside.x, inside.y, count, inside.height)
                return MapLayout(window, columns, panel)
    return None


def _windows(extent_m: Extent, frame: Box, scale: int) -> Iterator[MapWindow]:
    """Yield the window with the land in its middle, then at each of its sides and corners."""
    middle = window_on(extent_m, frame, scale=scale)
    west, south, east, north = extent_m
    m_per_mm = scale / 1000
    spare_x = frame.width / 2 - (east - west) / m_per_mm / 2 - MARGIN_MM
    spare_y = frame.height / 2 - (north - south) / m_per_mm / 2 - MARGIN_MM
    for right, up in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)):
        yield MapWindow(
            frame,
            scale,
            middle.west_m - right * spare_x * m_per_mm,
            middle.north_m - up * spare_y * m_per_mm,
        )


def _empty_place(window: MapWindow, land: BaseGeometry, size_mm: tuple[float, float]) -> Box | None:
    """Return the first place for a box along the frame, clockwise from lower left, without land."""
    frame = window.box
    width, height = size_mm
    xs = np.arange(frame.x, frame.right - width + 0.01, _STEP_MM)
    ys = np.arange(frame.y, frame.bottom - height + 0.01, _STEP_MM)
    low, left = frame.bottom - height, frame.x
    places = [
        *((x, low) for x in (*xs, frame.right - width)),
        *((x, frame.y) for x in (*xs, frame.right - width)),
        *((left, y) for y in ys),
        *((frame.right - width, y) for y in ys),
    ]
    west, _, _, north = window.extent
    m_per_mm = window.scale / 1000
    pad = 1.5
    boxes = shapely.box(
        [west + (x - pad - frame.x) * m_per_mm for x, _ in places],
        [north - (y + height + pad - frame.y) * m_per_mm for _, y in places],
        [west + (x + width + pad - frame.x) * m_per_mm for x, _ in places],
        [north - (y - pad - frame.y) * m_per_mm for _, y in places],
    )
    # Not prepared, although asked so often: GEOS has no index for a collection, and is slower then.
    free = np.flatnonzero(~shapely.intersects(land, boxes))
    if not len(free):
        return None
    x, y = places[int(free[0])]
    return Box(float(x), float(y), width, height)


def _least_height(legend: LegendPieces, count: int, *, most: float) -> float:
    height = 16.0
    while height < most and not fits(legend, _columns(0, 0, count, height)):
        height += 1
    return height


def _columns(x: float, y: float, count: int, height: float) -> tuple[Box, ...]:
    step = COLUMN_MM + GUTTER_MM
    return tuple(Box(x + each * step, y, COLUMN_MM, height) for each in range(count))
