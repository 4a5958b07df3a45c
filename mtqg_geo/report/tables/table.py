"""Tables on paper: columns as wide as their numbers, texts wrapped, bars and symbols in cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mtqg_geo.maps.legend import Symbol
from mtqg_geo.programme.words import t
from mtqg_geo.report.map.legend import draw_symbol
from mtqg_geo.report.paper.lettering import Weight, width_mm, wrapped
from mtqg_geo.report.paper.page import (
    Foot,
    Heading,
    content_of,
    draw_foot,
    draw_heading,
    draw_notices,
    draw_running_head,
    foot_height,
    paper_sheet,
)
from mtqg_geo.report.paper.sheet import FAINT_INK, INK, RULE, Box, Sheet, line_mm
from mtqg_geo.report.setup import Setup

SIZE_PT = 7.2
_PAD_X, _PAD_Y = 1.3, 0.62
_LEAST_PAD_Y = 0.2
_BAND, _STRONG_BAND, _HAIRLINE = "#f3f5f7", "#e3e8ee", "#c4cad1"
_BAR_DONE, _BAR_LEFT, _BAR_MM, _MARK_MM = "#2b6a94", "#dfe5ea", 2.6, 0.6
Align = Literal["left", "right", "center"]
NOTE_PT = 6.4
_NOTE_GAP_MM = 3.6


@dataclass(frozen=True)
class Column:
    """A column; one with a `share` takes that part of the room the others leave and wraps."""

    heading: str
    align: Align = "left"
    share: float = 0.0
    least_mm: float = 7.0


@dataclass(frozen=True)
class Bar:
    """A cell that draws how much is done, and by a mark how much of the time has passed."""

    done_pct: float
    mark_pct: float


@dataclass(frozen=True)
class Sign:
    """A cell that holds a symbol of the map."""

    symbol: Symbol


Cell = str | Bar | Sign


@dataclass(frozen=True)
class Row:
    """A row; a `strong` one sums up or heads those that follow."""

    cells: tuple[Cell, ...]
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Columns and rows, and what is said above and below them; `keys` explain signs and columns."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LaidRow:
    """A row whose texts are wrapped, and how high that makes it."""

    cells: tuple[tuple[str, ...] | Bar | Sign, ...]
    height: float
    strong: bool


@dataclass(frozen=True)
class LaidTable:
    """A table measured for a width on paper."""

    columns: tuple[Column, ...]
    widths: tuple[float, ...]
    heading: LaidRow
    rows: tuple[LaidRow, ...]

    @property
    def width(self) -> float:
        """The width of all columns."""
        return sum(self.widths)


def lay(table: Table, room_mm: float) -> LaidTable:
    """Measure a table for a width."""
    widths = _widths(table, room_mm)
    heading = Row(tuple(column.heading for column in table.columns), strong=True)
    return LaidTable(
        table.columns,
        widths,
        _laid_row(heading, widths),
        tuple(_laid_row(row, widths) for row in table.rows),
    )


def squeezed(laid: LaidTable, room_mm: float) -> LaidTable:
    """Return a table whose rows stand closer, as far as they have to be and can be to fit."""
    every = (laid.heading, *laid.rows)
    too_high_mm = sum(row.height for row in every) - room_mm
    less_mm = min(max(too_high_mm / len(every), 0.0), 2 * (_PAD_Y - _LEAST_PAD_Y))
    heading, *rows = (replace(row, height=row.height - less_mm) for row in every)
    return replace(laid, heading=heading, rows=tuple(rows))


def draw_rows(
    sheet: Sheet, x: float, top: float, laid: LaidTable, rows: Sequence[LaidRow]
) -> float:
    """Draw the headings of a table and some of its rows; return where they end."""
    y, edges = top, [top]
    for row in (laid.heading, *rows):
        if row.strong:
            band = _STRONG_BAND if row is laid.heading else _BAND
            sheet.box(Box(x, y, laid.width, row.height), fill=band)
        _draw_cells(sheet, x, y, row, laid)
        y += row.height
        edges.append(y)
    rules = [((x, edge), (x + laid.width, edge)) for edge in edges]
    sheet.lines(rules[2:-1], colour=_HAIRLINE, width_pt=0.25)
    sheet.lines([*rules[:2], rules[-1]], colour=RULE, width_pt=0.6)
    return y


def _weight(row: Row | LaidRow) -> Weight:
    return "bold" if row.strong else "regular"


def _widths(table: Table, room_mm: float) -> tuple[float, ...]:
    """Give columns without a share what their longest word or number needs, the rest to others."""
    fixed = [
        0.0 if column.share else _need(table, position)
        for position, column in enumerate(table.columns)
    ]
    shares = sum(column.share for column in table.columns) or 1.0
    spare = (room_mm - sum(fixed)) / shares
    return tuple(
        column.share * spare if column.share else width
        for column, width in zip(table.columns, fixed, strict=True)
    )


def _need(table: Table, position: int) -> float:
    column = table.columns[position]
    words = [width_mm(word, SIZE_PT, "bold") for word in column.heading.split()]
    cells = [
        width_mm(cell, SIZE_PT, _weight(row))
        for row in table.rows
        if isinstance(cell := row.cells[position], str)
    ]
    return max([*words, *cells, column.least_mm]) + 2 * _PAD_X


def _laid_row(row: Row, widths: Sequence[float]) -> LaidRow:
    cells = tuple(
        wrapped(cell, width - 2 * _PAD_X, SIZE_PT, weight=_weight(row))
        if isinstance(cell, str)
        else cell
        for cell, width in zip(row.cells, widths, strict=True)
    )
    lines = max(len(cell) if isinstance(cell, tuple) else 1 for cell in cells)
    return LaidRow(cells, max(lines, 1) * line_mm(SIZE_PT) + 2 * _PAD_Y, row.strong)


def _draw_cells(sheet: Sheet, x: float, y: float, row: LaidRow, laid: LaidTable) -> None:
    middle = y + row.height / 2
    lines = max((len(cell) for cell in row.cells if isinstance(cell, tuple)), default=1)
    pad_mm = (row.height - max(lines, 1) * line_mm(SIZE_PT)) / 2
    for cell, column, width in zip(row.cells, laid.columns, laid.widths, strict=True):
        room = width - 2 * _PAD_X
        if isinstance(cell, Bar):
            _draw_bar(sheet, Box(x + _PAD_X, middle, room, _BAR_MM), cell)
        elif isinstance(cell, Sign):
            draw_symbol(sheet, cell.symbol, x + _PAD_X, middle)
        elif cell:
            place = {"left": x + _PAD_X, "right": x + width - _PAD_X, "center": x + width / 2}
            block = (len(cell) - 1) * line_mm(SIZE_PT)
            is_level = row is laid.heading or len(cell) == 1 and row.height < 2 * line_mm(SIZE_PT)
            first = middle - block / 2 if is_level else y + pad_mm + line_mm(SIZE_PT) / 2
            sheet.paragraph(
                place[column.align], first + 0.88, cell, SIZE_PT,
                weight=_weight(row), align=column.align, colour=INK,
            )  # fmt: skip
        x += width


def _draw_bar(sheet: Sheet, place: Box, bar: Bar) -> None:
    """Draw the share done (at most the whole) around the middle of a row, and the time mark."""
    top = place.y - place.height / 2
    sheet.box(Box(place.x, top, place.width, place.height), fill=_BAR_LEFT)
    if bar.done_pct > 0:
        done = min(bar.done_pct, 100.0) / 100 * place.width
        sheet.box(Box(place.x, top, done, place.height), fill=_BAR_DONE)
    if 0 < bar.mark_pct < 100:
        at = place.x + bar.mark_pct / 100 * place.width
        mark = [((at, top - _MARK_MM), (at, top + place.height + _MARK_MM))]
        sheet.lines(mark, colour=INK, width_pt=0.9)


@dataclass(frozen=True)
class _Page:
    """One page of a table: what stands above, the rows on it, the notes below."""

    head: Heading
    notices: tuple[str, ...]
    keys: Sequence[str]
    laid: LaidTable
    rows: Sequence[LaidRow] = ()
    notes: Sequence[str] = ()
    is_first: bool = True


def table_sheets(
    tables: Sequence[tuple[Heading, Table]], words: Foot, setup: Setup
) -> Iterator[Sheet]:
    """Yield the pages of tables, each table starting on a page of its own."""
    pages = [page for head, table in tables for page in _paged(head, table, words, setup)]
    for position, page in enumerate(pages):
        sheet = paper_sheet(setup)
        x = content_of(sheet).x
        end = _draw_top(sheet, page, setup)
        if page.rows:
            end = draw_rows(sheet, x, end, page.laid, page.rows)
        sheet.paragraph(x, end + _NOTE_GAP_MM, page.notes, NOTE_PT, colour=FAINT_INK)
        number = t("report_page", setup.lang, page=position + 1, pages=len(pages))
        draw_foot(sheet, words, number)
        yield sheet


def _draw_top(sheet: Sheet, page: _Page, setup: Setup) -> float:
    if not page.is_first:
        return draw_running_head(sheet, page.head)
    end = draw_notices(sheet, draw_heading(sheet, page.head, setup), page.notices)
    return sheet.paragraph(content_of(sheet).x, end, page.keys, NOTE_PT, colour=FAINT_INK)


def _paged(head: Heading, table: Table, words: Foot, setup: Setup) -> list[_Page]:
    """Deal the rows of a table to pages; notes that find no room get a page of their own."""
    trial = paper_sheet(setup)
    content = content_of(trial)
    laid = lay(table, content.width)
    keys, notes = ([line for text in texts for line in wrapped(text, content.width, NOTE_PT)]
                   for texts in (table.keys, table.notes))  # fmt: skip
    first = _Page(head, table.notices, keys, laid)
    bottom = content.bottom - foot_height(trial, words) - 1 - laid.heading.height
    room_mm = (
        bottom - _draw_top(trial, first, setup),
        bottom - _draw_top(trial, replace(first, is_first=False), setup),
    )
    dealt = _dealt(laid.rows, *room_mm)
    # Notes stand below the last rows if they fit there, else alone on a page more.
    needed = _NOTE_GAP_MM + len(notes) * line_mm(NOTE_PT) if notes else 0.0
    if sum(row.height for row in dealt[-1]) + needed > room_mm[len(dealt) > 1]:
        dealt.append([])
    last = len(dealt) - 1
    return [
        replace(first, rows=rows, notes=notes if at == last else (), is_first=at == 0)
        for at, rows in enumerate(dealt)
    ]


def _dealt(rows: Sequence[LaidRow], first_mm: float, other_mm: float) -> list[list[LaidRow]]:
    """Deal rows to pages; a strong row is not left alone at the foot of one."""
    pages: list[list[LaidRow]] = [[]]
    left = first_mm
    for position, row in enumerate(rows):
        follows = rows[position + 1] if position + 1 < len(rows) else None
        below = follows.height if row.strong and follows and not follows.strong else 0.0
        if row.height + below > left and pages[-1]:
            pages.append([])
            left = other_mm
        pages[-1].append(row)
        left -= row.height
    return pages
