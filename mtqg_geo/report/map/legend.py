"""The legend on paper: keys below each other, flowing from one column into the next."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.path import Path

from mtqg_geo.maps.legend import (
    Dot,
    LegendKey,
    LegendSection,
    LineSample,
    SiteSymbol,
    Square,
    Swatch,
    Symbol,
)
from mtqg_geo.maps.symbols import HATCHES, MOST_DIFFICULT_LINE, ink_on
from mtqg_geo.report.map.drawing import (
    HATCH_STYLES,
    PT_PER_PX,
    draw_dots,
    draw_symbols,
    inset_pt,
    road_pen,
)
from mtqg_geo.report.paper.lettering import MM_PER_PT, width_mm, wrapped
from mtqg_geo.report.paper.sheet import FAINT_INK, Box, Sheet, line_mm

HEADING_PT, KEY_PT, NOTE_PT = 7.6, 7.0, 5.8
_ROW_MM, _SWATCH = 3.85, (6.4, 2.9)
_GAP_MM, _AFTER_SECTION_MM = 2.0, 1.8
_RADIUS_MM = 1.45
_CELL_MM = 7.0


@dataclass(frozen=True)
class LegendPiece:
    """A piece of legend that is not broken: how high it is and how it is drawn at a place."""

    height: float
    draw: Callable[[Sheet, float, float], None]
    closes: bool = False  # the space below a section is no reason for a new column


LegendPieces = tuple[tuple[LegendPiece, ...], ...]  # the pieces of each section


def measured(sections: Sequence[LegendSection], column_mm: float) -> LegendPieces:
    """Return the pieces of the sections for columns of a width."""
    return tuple(tuple(_pieces(section, column_mm)) for section in sections)


def draw_legend(sheet: Sheet, legend: LegendPieces, columns: Sequence[Box]) -> None:
    """Draw a legend into columns, the first one filled first.

    What does not fit the last column runs on below it: ask `fits` before.
    """
    for column, items in zip(columns, _flow(legend, columns)[0], strict=True):
        y = column.y
        for item in items:
            item.draw(sheet, column.x, y)
            y += item.height


def fits(legend: LegendPieces, columns: Sequence[Box]) -> bool:
    """Say whether a whole legend fits the columns with no section broken between two."""
    _, is_broken = _flow(legend, columns)
    return not is_broken and holds(legend, columns)


def holds(legend: LegendPieces, columns: Sequence[Box]) -> bool:
    """Say whether a whole legend stands in the columns, also with a section broken between two."""
    dealt, _ = _flow(legend, columns)
    return all(
        _height(items) <= column.height + _AFTER_SECTION_MM
        for items, column in zip(dealt, columns, strict=True)
    )


def _flow(legend: LegendPieces, columns: Sequence[Box]) -> tuple[list[list[LegendPiece]], bool]:
    """Deal the pieces to the columns; say whether a section had to be broken."""
    dealt: list[list[LegendPiece]] = [[] for _ in columns]
    at, is_broken = 0, False
    for section in legend:
        room = columns[at].height + _AFTER_SECTION_MM - _height(dealt[at])
        if _height(section) > room and dealt[at] and at + 1 < len(columns):
            at += 1
        for item in section:
            is_full = _height(dealt[at]) + item.height > columns[at].height
            if is_full and dealt[at] and not item.closes and at + 1 < len(columns):
                at, is_broken = at + 1, True
            dealt[at].append(item)
    return dealt, is_broken


def _height(items: Sequence[LegendPiece]) -> float:
    return sum(item.height for item in items)


def _pieces(section: LegendSection, room_mm: float) -> Iterable[LegendPiece]:
    yield _heading(section, room_mm)
    if section.square:
        yield _square(section.square, room_mm)
    for key in section.keys:
        yield _key(key, room_mm)
    if section.notes:
        yield _note(" ".join(section.notes), room_mm)
    yield LegendPiece(_AFTER_SECTION_MM, lambda sheet, x, y: None, closes=True)


def _heading(section: LegendSection, room_mm: float) -> LegendPiece:
    lines = wrapped(section.heading, room_mm, HEADING_PT, weight="bold", most_lines=3)
    remark = wrapped(" ".join(section.remarks), room_mm, KEY_PT, most_lines=2)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        y = sheet.paragraph(x, y + 2.7, lines, HEADING_PT, weight="bold")
        sheet.paragraph(x, y, remark, KEY_PT, colour=FAINT_INK)

    height = len(lines) * line_mm(HEADING_PT) + len(remark) * line_mm(KEY_PT) + 1.0
    return LegendPiece(height, draw)


def _square(square: Square, room_mm: float) -> LegendPiece:
    """Return the square of two indicators: the highest row on top, the lowest column first."""
    cell_mm = _CELL_MM
    labels_mm = max(width_mm(label, NOTE_PT) for label in square.rows.labels) + 1.5
    names = [wrapped(f"{arrow} {axis.title}", room_mm, KEY_PT, most_lines=2)
             for arrow, axis in (("↑", square.rows), ("→", square.columns))]  # fmt: skip
    above, below = (len(name) * line_mm(KEY_PT) for name in names)
    width = min((room_mm - labels_mm) / len(square.columns.labels), 2 * cell_mm)
    bounds = [wrapped(label, width - 0.8, NOTE_PT) for label in square.columns.labels]
    more_mm = (max(map(len, bounds)) - 1) * line_mm(NOTE_PT)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        y = sheet.paragraph(x, y + 2.4, names[0], KEY_PT) - 1.4
        for colours, counts, label in reversed(
            list(zip(square.colours, square.counts, square.rows.labels, strict=True))
        ):
            middle = y + cell_mm / 2 + 0.8
            sheet.text(x + labels_mm - 1, middle, label, NOTE_PT, align="right")
            for at, (colour, count) in enumerate(zip(colours, counts, strict=True)):
                box = Box(x + labels_mm + at * width, y, width, cell_mm)
                sheet.box(box, fill=colour, edge="#ffffff", width_pt=0.6)
                centre, ink = box.x + width / 2, ink_on(colour)
                sheet.text(centre, middle, count, NOTE_PT, align="center", colour=ink)
            y += cell_mm
        for at, lines in enumerate(bounds):
            centre = x + labels_mm + (at + 0.5) * width
            for row, line in enumerate(lines):
                sheet.text(centre, y + 2.4 + row * line_mm(NOTE_PT), line, NOTE_PT, align="center")
        sheet.paragraph(x, y + 2.4 + more_mm + line_mm(KEY_PT), names[1], KEY_PT)

    return LegendPiece(above + below + len(square.rows.labels) * cell_mm + more_mm + 6.5, draw)


def _note(note: str, room_mm: float) -> LegendPiece:
    lines = wrapped(note, room_mm, NOTE_PT)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.paragraph(x, y + 2.6, lines, NOTE_PT, colour=FAINT_INK)

    return LegendPiece(len(lines) * line_mm(NOTE_PT) + 1.0, draw)


def _key(key: LegendKey, room_mm: float) -> LegendPiece:
    left = _SWATCH[0] + _GAP_MM
    count_mm = width_mm(key.count, KEY_PT) + 1.5 if key.count else 0.0
    lines = wrapped(key.label, room_mm - left - count_mm, KEY_PT, most_lines=2)
    height = max(_ROW_MM, len(lines) * line_mm(KEY_PT) + 0.6)

    def draw(sheet: Sheet, x: float, y: float) -> None:
        middle = y + _ROW_MM / 2
        draw_symbol(sheet, key.symbol, x, middle)
        sheet.paragraph(x + left, middle + 0.9, lines, KEY_PT)
        if key.count:
            sheet.text(
                x + room_mm, middle + 0.9, key.count, KEY_PT, align="right", colour=FAINT_INK
            )

    return LegendPiece(height, draw)


def draw_symbol(sheet: Sheet, symbol: Symbol, x: float, middle: float) -> None:
    """Draw a symbol of the map with its left edge at a place."""
    width, height = _SWATCH
    swatch = Box(x, middle - height / 2, width, height)
    if isinstance(symbol, Swatch):
        _draw_swatch(sheet, swatch, symbol)
    elif isinstance(symbol, LineSample):
        _draw_line(sheet, symbol, x, middle, width)
    elif isinstance(symbol, Dot):
        draw_dots(sheet, np.array([[x + width / 2, middle]]), [symbol.status], inside=None)
    else:
        assert isinstance(symbol, SiteSymbol)  # bars are explained part by part on paper
        place = np.array([[x + width / 2, middle]])
        # A key that speaks of a status alone has no icon inside: it may be smaller.
        radius_mm = _RADIUS_MM if symbol.icon else _RADIUS_MM * 0.85
        draw_symbols(sheet, place, [symbol], radius_mm, inside=None)


def _draw_swatch(sheet: Sheet, box: Box, symbol: Swatch) -> None:
    path = _outline(box)
    if symbol.fill == "outline":
        _draw_inset_swatch(sheet, box, symbol)
    elif symbol.fill == "solid":
        sheet.shapes([path], fill=symbol.colour, edge="#57606a", width_pt=0.3)
    else:
        hatch = HATCH_STYLES[HATCHES[symbol.fill]]
        sheet.shapes([path], hatch=hatch, edge="#57606a", width_pt=0.3)


def _draw_inset_swatch(sheet: Sheet, box: Box, symbol: Swatch) -> None:
    """Draw the line inside a border as it is in a pale class, and as it is in a dark one."""
    width_pt = inset_pt(MOST_DIFFICULT_LINE)
    half = box.width / 2
    looks = (("#ffffff", symbol.colour), (symbol.colour, "#ffffff"))
    for at, (fill, line) in enumerate(looks):
        part = Box(box.x + at * half, box.y, half, box.height)
        sheet.shapes([_outline(part)], fill=fill, edge="#57606a", width_pt=0.3)
        inner = _outline(part.inset(width_pt * MM_PER_PT / 2 + 0.1))
        sheet.shapes([inner], edge=line, width_pt=width_pt)


def _outline(box: Box) -> Path:
    corners = [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
    return Path([*corners, corners[0]], closed=True)


def _draw_line(sheet: Sheet, symbol: LineSample, x: float, middle: float, width: float) -> None:
    style = symbol.style
    if "dashArray" in style:
        width_pt, dashes = road_pen(style)
    else:
        width_pt, dashes = float(style["weight"]) * PT_PER_PX, None
    line = [((x, middle), (x + width, middle))]
    sheet.lines(line, colour=str(style["color"]), width_pt=width_pt, dashes=dashes)
