"""A table over as many pages as it needs, its headings repeated on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mtqg_geo.programme.words import t
from mtqg_geo.report.paper.lettering import wrapped
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
from mtqg_geo.report.paper.setup import Setup
from mtqg_geo.report.paper.sheet import FAINT_INK, Sheet, line_mm
from mtqg_geo.report.tables.table import LaidRow, LaidTable, Table, draw_rows, lay

NOTE_PT = 6.4
_NOTE_GAP_MM = 3.6


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
