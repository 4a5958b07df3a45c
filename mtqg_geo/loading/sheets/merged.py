"""Cells merged downwards: what stands in them holds for every row of theirs that says something.

A spreadsheet keeps the text in the first cell alone. A commune, an indicator or a status is meant
for all rows; a quantity is not: nobody knows how it is divided among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.rows import Rows, is_note, place_of
from mtqg_geo.loading.sheets.table import Column, Merge, RowError, Sheet, TableHeadings
from mtqg_geo.loading.sheets.words import clean, refuse
from mtqg_geo.programme.model import Mask

QUANTITIES = frozenset({"value", "reported_km", "cost_vnd", "share"})


def is_quantity(column: Column) -> bool:
    """Say whether a column holds what belongs to one row alone."""
    return column.field.partition(":")[0] in QUANTITIES


def filled_down(
    sheet: Sheet, headings: TableHeadings, own: Mask, *, beside: tuple[int, ...] = ()
) -> Sheet:
    """Return a sheet in which merged cells say the same in each of their rows.

    Parameters
    ----------
    own
        Which rows of the sheet have a text of their own in a column that is read; the others, as
        where a record takes two rows of the sheet, stay empty.
    beside
        Places of further columns that are looked at.
    """
    read = [column for column in headings.columns if not is_note(column)]
    places = {place_of(column) for column in read if not is_quantity(column)} | {*beside}
    by_place: dict[int, list[Merge]] = {}
    for each in _below(sheet, headings):
        if each.left in places and each.bottom > each.top:
            by_place.setdefault(each.left, []).append(each)
    parts = {"cells": sheet.cells, "numeric": sheet.numeric, "percent": sheet.percent}
    changed = {name: part.copy(deep=False) for name, part in parts.items() if part is not None}
    for place, merges in by_place.items():
        source = np.where(own, _sources(sheet, merges), np.arange(len(sheet.cells)))
        for part in changed.values():
            part[part.columns[place]] = _taken(part.iloc[:, place], source)
    return replace(sheet, **changed) if by_place else sheet


def unclear_quantities(rows: Rows, own: Mask) -> Iterator[RowError]:
    """Yield an error for each row whose quantity stands in a cell merged with another one's."""
    columns = {place_of(each): each for each in rows.headings.columns if not is_note(each)}
    quantities = {place: each for place, each in columns.items() if is_quantity(each)}
    sheet = rows.sheet
    for each in _below(sheet, rows.headings):
        covered = [place for place in range(each.left, each.right + 1) if place in quantities]
        span = slice(each.top - sheet.first_row, each.bottom - sheet.first_row + 1)
        mine = np.flatnonzero(own[span]) + span.start
        cells = max(len(mine), 1) * len(covered)
        is_written = each.top >= sheet.first_row and clean(
            str(sheet.cells.iloc[span.start, each.left])
        )
        if cells > 1 and is_written:
            at = np.flatnonzero(np.isin(rows.positions, mine))
            yield from rows.errors(
                at.tolist(), quantities[covered[0]], refuse("load_merged_value", count=cells)
            )


def _below(sheet: Sheet, headings: TableHeadings) -> Iterator[Merge]:
    """Yield the merged cells below the headings, as far as the sheet goes."""
    last = sheet.first_row + len(sheet.cells) - 1
    width = sheet.cells.shape[1]
    for each in sheet.merged:
        if headings.heading_row < each.top <= last and each.left < width:
            yield each._replace(bottom=min(each.bottom, last), right=min(each.right, width - 1))


def _sources(sheet: Sheet, merges: list[Merge]) -> NDArray[np.intp]:
    """Return from which row each row takes its text; cells that overlap are no work of Excel."""
    source = np.arange(len(sheet.cells))
    last = -1
    for each in sorted(merges):
        top, end = each.top - sheet.first_row, each.bottom - sheet.first_row + 1
        if top > last:
            source[top:end] = top
            last = end - 1
    return source


def _taken(column: pd.Series, source: NDArray[np.intp]) -> pd.Series:
    return column.take(source).set_axis(column.index)
