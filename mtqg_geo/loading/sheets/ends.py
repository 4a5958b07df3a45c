"""Rows of a text that end before their headings do, and files that end before their last row does.

Both happen where a file was cut short on its way, or a separator was lost; and both pass for good
figures: 22000000 becomes 2200, and a row without its value says that nothing is reported. What is
certain is an error of its row. What may be right is said before anything is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.headings import value_columns
from mtqg_geo.loading.sheets.rows import (
    MOST_SHOWN,
    Rows,
    cell_texts,
    headed_width,
    is_note,
    letter,
    place_of,
)
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import refuse
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask

BLOCK = 16  # rows from which Excel leaves out the separators behind their last filled column
FREE_TEXTS = (c.SOURCE, c.NAME)  # a few letters less are no other figure


def short_errors(rows: Rows) -> list[RowError]:
    """Return an error for each row that is certainly cut: its figure is lost, or the file ends.

    In a list with a row per figure a row that ends before its figure would say "not reported".
    """
    short, widths = _short(rows)
    lost = np.zeros(len(rows), dtype=bool)
    figures = value_columns(rows.headings)
    if len(figures) == 1 and not figures[0][1].indicator:
        lost = short & (widths <= place_of(figures[0][0]))
    cut = _cut_off(rows, short, widths)
    return [
        *_said(rows, lost & ~cut, widths, "load_fewer_cells_lost"),
        *_said(rows, cut, widths, "load_cut_row"),
    ]


def short_doubts(rows: Rows) -> list[RowError]:
    """Return a word about the other rows with fewer cells than headings, and about an open end."""
    short, widths = _short(rows)
    told = {error.row for error in short_errors(rows)}
    left = short & ~np.isin(rows.numbers, [*told])
    doubts = []
    for width in np.unique(widths[left]).tolist():
        where = left & (widths == width)
        first, *_ = _said(rows, _first(where), widths, "load_fewer_cells")
        numbers = tuple(rows.numbers[where].tolist())
        doubts.append(replace(first, rows=numbers))
    if not told & {rows.sheet.open_row}:
        doubts += _open_end(rows)
    return doubts


def _short(rows: Rows) -> tuple[Mask, NDArray[np.int32]]:
    """Say which rows end before the headings do, and with how many cells each was written."""
    widths = rows.sheet.widths
    if widths is None:
        return np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=np.int32)
    is_short = widths < headed_width(rows)
    if not rows.sheet.open_row and rows.sheet.format != "web_page":  # which Excel fills up
        is_short &= ~_dropped_by_excel(widths)
    return is_short[rows.positions], widths[rows.positions]


def _dropped_by_excel(widths: NDArray[np.int32]) -> Mask:
    """Say which rows stand in a block of equally many cells.

    Excel leaves out the separators behind the last column that is filled in any of 16 rows.
    """
    starts = np.arange(0, len(widths), BLOCK)
    written = np.where(widths > 1, widths, -1)  # an empty line is none
    most = np.maximum.reduceat(written, starts)
    least = np.minimum.reduceat(np.where(written > 0, written, most.max()), starts)
    several = np.add.reduceat(written > 0, starts) > 1
    block = np.arange(len(widths)) // BLOCK
    return np.asarray((most == least)[block] & several[block] & (written > 0), dtype=bool)


def _cut_off(rows: Rows, short: Mask, widths: NDArray[np.int32]) -> Mask:
    """Say which row is the last of a file without an end and has fewer cells than is usual."""
    is_last: Mask = short & (rows.numbers == rows.sheet.open_row)
    others = widths[rows.numbers != rows.sheet.open_row]
    if len(others):
        is_last &= widths < np.bincount(others).argmax()
    return is_last


def _said(rows: Rows, where: Mask, widths: NDArray[np.int32], code: str) -> Iterator[RowError]:
    """Yield an error for some rows: how many cells each has, and what stands in the last one."""
    first, count = rows.headings.columns[0], headed_width(rows)
    chosen = np.flatnonzero(where).tolist()
    rows.refuse_many(chosen, first, refuse(code))
    for at in chosen:
        width = int(widths[at])
        error = rows.error(at, first, refuse(code, cells=width, count=count, lost=letter(width)))
        yield replace(error, value=_last_text(rows, int(rows.positions[at])))


def _last_text(rows: Rows, position: int) -> str:
    texts = [text for text in cell_texts(rows.sheet, position) if text]
    return texts[-1][:MOST_SHOWN] if texts else ""


def _first(where: Mask) -> Mask:
    first = np.zeros(len(where), dtype=bool)
    first[np.argmax(where)] = True
    return first


def _open_end(rows: Rows) -> Iterator[RowError]:
    """Yield a word about the last row of a file that may go on where the file ends.

    A text of free words may end anywhere, and so may a row that is set aside with a word.
    """
    sheet = rows.sheet
    at = len(sheet.cells) - 1
    aside = {row for each in rows.set_aside for row in each.rows or (each.row,)}
    if not sheet.open_row or sheet.first_row + at != sheet.open_row or sheet.open_row in aside:
        return
    is_page = sheet.format == "web_page"
    place = int(sheet.widths[at]) - 1 if sheet.widths is not None else sheet.cells.shape[1] - 1
    read = (each for each in rows.headings.columns if not is_note(each))
    column = next((each for each in read if place_of(each) == place), None)
    is_free = column is None or column.field in FREE_TEXTS
    if is_free and not is_page and sheet.open_row in rows.numbers:
        return
    column = column or rows.headings.columns[0]
    text = _last_text(rows, at)
    if not (text or place):
        return  # a blank line
    why = refuse("load_open_page" if is_page else "load_open_end", text=text)
    yield RowError(
        sheet.name, sheet.open_row, column.heading, letter(place), text, why.code, why.said
    )
