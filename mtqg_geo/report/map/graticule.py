"""The grid of a map on paper, coordinates along the frame, scale bar and north arrow."""

import numpy as np
from matplotlib.path import Path

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.report.map.window import MapWindow, grid_step_m, scale_bar
from mtqg_geo.report.paper.sheet import FAINT_INK, INK, Box, Point, Sheet

GRID, GRID_PT = "#c3cad2", 0.15
LABELS_MM = 4.2  # room for the coordinates outside the frame
_LABEL_PT, _TICK_MM = 5.5, 1.2
BAR_HEIGHT_MM = 1.6


def draw_grid(sheet: Sheet, window: MapWindow) -> None:
    """Draw the lines of the grid across the window."""
    box = window.box
    eastings, northings = _grid(window)
    across = [((x, box.y), (x, box.bottom)) for x in eastings]
    along = [((box.x, y), (box.right, y)) for y in northings]
    sheet.lines([*across, *along], colour=GRID, width_pt=GRID_PT)


def draw_frame(sheet: Sheet, window: MapWindow, lang: Lang) -> None:
    """Draw the frame, ticks and the kilometres of the grid on its four sides."""
    box = window.box
    sheet.box(box, edge=INK, width_pt=0.9)
    ticks: list[tuple[Point, Point]] = []
    eastings, northings = _grid(window)
    for x, easting in eastings.items():
        ticks += [
            ((x, box.y), (x, box.y - _TICK_MM)),
            ((x, box.bottom), (x, box.bottom + _TICK_MM)),
        ]
        if box.x + 4 < x < box.right - 4:
            words = _km(easting, lang)
            for y in (box.y - _TICK_MM - 0.7, box.bottom + _TICK_MM + 2.1):
                sheet.text(x, y, words, _LABEL_PT, align="center", colour=FAINT_INK)
    for y, northing in northings.items():
        ticks += [((box.x, y), (box.x - _TICK_MM, y)), ((box.right, y), (box.right + _TICK_MM, y))]
        if box.y + 6 < y < box.bottom - 6:
            words = _km(northing, lang)
            for x in (box.x - _TICK_MM - 0.7, box.right + _TICK_MM + 2.1):
                sheet.text(x, y, words, _LABEL_PT, align="center", colour=FAINT_INK, turned=90)
    if ticks:
        sheet.lines(ticks, colour=INK, width_pt=0.4)


def draw_scale_bar(sheet: Sheet, window_scale: int, place: Box, lang: Lang) -> None:
    """Draw the bar with its upper left corner in a box, as long as the box allows."""
    bar = scale_bar(window_scale, room_mm=place.width - 12)
    part_mm = bar.length_mm / bar.parts
    left, top = place.x + 1.5, place.y + 3.2
    for part in range(bar.parts):
        fill = INK if part % 2 == 0 else "#ffffff"
        piece = Box(left + part * part_mm, top, part_mm, BAR_HEIGHT_MM)
        sheet.box(piece, fill=fill, edge=INK, width_pt=0.5)
    in_km = bar.part_m >= 1000 or bar.part_m * bar.parts >= 2000
    size = 1000 if in_km else 1
    unit = t("report_km" if in_km else "report_m", lang)
    for part in range(bar.parts + 1):
        value = part * bar.part_m / size
        words = number(value, lang, decimals=0 if value.is_integer() else 1)
        sheet.text(left + part * part_mm, top - 0.9, words, 6, align="center")
    sheet.text(left + bar.length_mm + 2.2, top - 0.9, unit, 6)


def draw_north(sheet: Sheet, x: float, y: float, lang: Lang, *, height_mm: float = 11) -> None:
    """Draw an arrow to grid north, its tip at a place."""
    half, foot = height_mm * 0.22, height_mm * 0.72
    left = Path([(x, y), (x - half, y + foot), (x, y + foot * 0.78), (x, y)], closed=True)
    right = Path([(x, y), (x + half, y + foot), (x, y + foot * 0.78), (x, y)], closed=True)
    sheet.shapes([left], fill=INK, edge=INK, width_pt=0.5)
    sheet.shapes([right], fill="#ffffff", edge=INK, width_pt=0.5)
    sheet.text(
        x, y + height_mm + 0.6, t("report_north", lang), 8, weight="bold", align="center", halo=True
    )


def _grid(window: MapWindow) -> tuple[dict[float, float], dict[float, float]]:
    """Return eastings by `x` and northings by `y` of the lines of the grid, on paper."""
    west, south, east, north = window.extent
    step, mm_per_m = grid_step_m(window.scale), 1000 / window.scale
    return (
        {window.box.x + (each - west) * mm_per_m: each for each in _multiples(west, east, step)},
        {window.box.y + (north - each) * mm_per_m: each for each in _multiples(south, north, step)},
    )


def _multiples(low: float, high: float, step: float) -> list[float]:
    values = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return [float(value) for value in values]


def _km(metres: float, lang: Lang) -> str:
    km = metres / 1000
    return number(km, lang, decimals=0 if km.is_integer() else 1)
