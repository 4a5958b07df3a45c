"""Tables on paper: columns as wide as their numbers, texts wrapped, bars and symbols in cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mtqg_geo.maps.legend import Symbol
from mtqg_geo.programme.words import t
from mtqg_geo.report.map.legend import draw_symbol
from mtqg_geo.report.paper.lettering import Weight, width_mm, wrapped
from mtqg_geo.report.paper.office import draw_signature, signature_height
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
from mtqg_geo.report.setup import Office, Setup

SIZE_PT = 7.2
_PAD_X, _PAD_Y = 1.3, 0.62
_MOST_CLOSER_MM = 2 * (_PAD_Y - 0.2)  # by which a row may be lower
LEAST_ROWS = 3  # on the last of several pages
_FEW = 0.25  # of a page: less is not worth a sheet of paper
_MOST_LEFT_FREE = 0.35  # of the first page, for the sake of the last
_BAND, _STRONG_BAND, _HAIRLINE = "#f3f5f7", "#e3e8ee", "#dfe3e8"
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
    too_high_mm = laid.heading.height + sum(row.height for row in laid.rows) - room_mm
    return tightened(laid, min(max(too_high_mm / (len(laid.rows) + 1), 0.0), _MOST_CLOSER_MM))


def tightened(laid: LaidTable, less_mm: float) -> LaidTable:
    """Return a table whose headings and rows are lower by so much."""
    heading, *rows = (
        replace(row, height=row.height - less_mm) for row in (laid.heading, *laid.rows)
    )
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
    """Give columns what their longest word or number needs, and what is left by their shares."""
    columns = dict(enumerate(table.columns))
    widths = {at: _need(table, at) for at, column in columns.items() if not column.share}
    sharing = {at: column.share for at, column in columns.items() if column.share}
    words = {at: _need(table, at) for at in sharing}
    # Words are broken only where there is no room at all for all of them.
    is_roomy = sum(words.values()) <= room_mm - sum(widths.values())
    while sharing:
        per_share = (room_mm - sum(widths.values())) / sum(sharing.values())
        narrow = [at for at, share in sharing.items() if is_roomy and share * per_share < words[at]]
        widths |= {at: words[at] if narrow else sharing[at] * per_share for at in narrow or sharing}
        sharing = {at: share for at, share in sharing.items() if at not in widths}
    return tuple(widths[at] for at in columns)


def _need(table: Table, position: int) -> float:
    """Return what a column needs: its longest word, or longest cell where it does not wrap."""
    column = table.columns[position]
    words = [width_mm(word, SIZE_PT, "bold") for word in column.heading.split()]
    cells = [
        width_mm(text, SIZE_PT, _weight(row))
        for row in table.rows
        if isinstance(cell := row.cells[position], str)
        for text in (cell.split() if column.share else [cell])
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
    """One page of a table: what stands above, the rows on it, the notes and who signs below."""

    head: Heading
    notices: tuple[str, ...]
    keys: Sequence[str]
    laid: LaidTable
    setup: Setup
    rows: Sequence[LaidRow] = ()
    notes: Sequence[str] = ()
    is_first: bool = True
    signed: Office | None = None


def table_sheets(
    tables: Sequence[tuple[Heading, Table]], words: Foot, setup: Setup
) -> Iterator[Sheet]:
    """Yield the pages of tables, each table starting on a page of its own.

    The letterhead of the office stands above the first of them, who signs below the last.
    """
    pages = []
    for position, (head, table) in enumerate(tables):
        own = setup if position == 0 else replace(setup, office=None)
        signed = setup.office if position == len(tables) - 1 else None
        pages += _paged(head, table, words, own, signed)
    for position, page in enumerate(pages):
        sheet = paper_sheet(setup)
        content = content_of(sheet)
        end = _draw_top(sheet, page)
        if page.rows:
            end = draw_rows(sheet, content.x, end, page.laid, page.rows)
        end = sheet.paragraph(content.x, end + _NOTE_GAP_MM, page.notes, NOTE_PT, colour=FAINT_INK)
        if page.signed:
            draw_signature(sheet, Box(content.x, end, content.width, 0), page.signed, setup.lang)
        number = t("report_page", setup.lang, page=position + 1, pages=len(pages))
        draw_foot(sheet, words, number)
        yield sheet


def _draw_top(sheet: Sheet, page: _Page) -> float:
    if not page.is_first:
        return draw_running_head(sheet, page.head)
    end = draw_notices(sheet, draw_heading(sheet, page.head, page.setup), page.notices)
    return sheet.paragraph(content_of(sheet).x, end, page.keys, NOTE_PT, colour=FAINT_INK)


def _paged(
    head: Heading, table: Table, words: Foot, setup: Setup, signed: Office | None
) -> list[_Page]:
    """Deal the rows of a table to pages, notes and who signs below the last of them."""
    trial = paper_sheet(setup)
    content = content_of(trial)
    laid = lay(table, content.width)
    keys, notes = ([line for text in texts for line in wrapped(text, content.width, NOTE_PT)]
                   for texts in (table.keys, table.notes))  # fmt: skip
    first = _Page(head, table.notices, keys, laid, setup)
    bottom = content.bottom - foot_height(trial, words) - 1
    room_mm = (
        bottom - _draw_top(trial, first),
        bottom - _draw_top(trial, replace(first, is_first=False)),
    )
    end_mm = _NOTE_GAP_MM + len(notes) * line_mm(NOTE_PT) if notes or signed else 0.0
    end_mm += signature_height(signed, content.width, setup.lang) if signed else 0.0
    laid, dealt = arranged(laid, *room_mm, end_mm=end_mm)
    pages = [
        replace(first, laid=laid, rows=rows, is_first=at == 0) for at, rows in enumerate(dealt)
    ]
    return [*pages[:-1], replace(pages[-1], notes=notes, signed=signed)]


def arranged(
    laid: LaidTable, first_mm: float, other_mm: float, *, end_mm: float = 0.0
) -> tuple[LaidTable, list[list[LaidRow]]]:
    """Deal the rows of a table to pages so that the last one is worth its paper.

    Where only a few rows would be left for it, rows stand closer if that saves the page; else the
    pages before it take fewer.

    Parameters
    ----------
    laid
        The table, measured.
    first_mm, other_mm
        Room for headings and rows on the first page, and on each of the others.
    end_mm
        Room for what stands below the last rows.

    Returns
    -------
    The table as it is drawn, and its rows by page; a table without rows has one page.

    Examples
    --------
    Nineteen rows fit a page. Of 21 two would be left: they stand closer. Of 22 three would be left,
    and cannot stand so close: three more go with them.

    >>> row = LaidRow((), 9.0, strong=False)
    >>> by_page = lambda count: arranged(LaidTable((), (), row, (row,) * count), 184.5, 184.5)
    >>> [[len(rows) for rows in by_page(count)[1]] for count in (19, 21, 22)]
    [[19], [21], [16, 6]]
    """
    dealt = _dealt(laid, first_mm, other_mm, end_mm)
    if not _is_few(dealt, other_mm):
        return laid, dealt
    for share in (0.25, 0.5, 0.75, 1.0):
        closer = tightened(laid, share * _MOST_CLOSER_MM)
        on_less = _dealt(closer, first_mm, other_mm, end_mm)
        if len(on_less) < len(dealt):
            return closer, on_less
    for less_mm in np.arange(1.0, first_mm * _MOST_LEFT_FREE):
        moved = _dealt(laid, first_mm - less_mm, other_mm - less_mm, end_mm)
        if len(moved) > len(dealt):
            break
        dealt = moved
        if not _is_few(dealt, other_mm):
            break
    return laid, dealt


def _is_few(dealt: Sequence[Sequence[LaidRow]], room_mm: float) -> bool:
    """Say whether the last of several pages is nearly empty."""
    last = dealt[-1]
    is_low = sum(row.height for row in last) < _FEW * room_mm
    return len(dealt) > 1 and (is_low or len(last) < LEAST_ROWS)


def _dealt(laid: LaidTable, first_mm: float, other_mm: float, end_mm: float) -> list[list[LaidRow]]:
    """Deal rows to pages from the first on; what belongs together stays on one."""
    pages: list[list[LaidRow]] = [[]]
    left = first_mm - laid.heading.height
    blocks = _blocks(laid.rows)
    for position, block in enumerate(blocks):
        below_mm = end_mm if position == len(blocks) - 1 else 0.0
        whole_mm = sum(row.height for row in block) + below_mm
        # A block that is higher than a page is broken, as it has to be.
        is_broken = whole_mm > (other_mm - laid.heading.height if pages[-1] else left)
        for part in [[row] for row in block] if is_broken else [block]:
            part_mm = sum(row.height for row in part)
            needed = part_mm + (below_mm if part[-1] is block[-1] else 0.0)
            if needed > left and pages[-1]:
                pages.append([])
                left = other_mm - laid.heading.height
            pages[-1] += part
            left -= part_mm
    return pages


def _blocks(rows: Sequence[LaidRow]) -> list[list[LaidRow]]:
    """Return rows that stay together: a strong one with the one below it, and the last ones."""
    blocks: list[list[LaidRow]] = []
    for position, row in enumerate(rows):
        above = rows[position - 1] if position else None
        heads = above is not None and above.strong and not row.strong
        if blocks and (heads or position > len(rows) - LEAST_ROWS):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks
