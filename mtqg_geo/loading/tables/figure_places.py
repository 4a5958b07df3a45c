"""The commune of every figure: in a wide table the columns of a row may be of different periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.meanings import communes_of
from mtqg_geo.loading.communes.places import Found, find_communes
from mtqg_geo.loading.sheets.model import RowError
from mtqg_geo.loading.sheets.rows import Rows
from mtqg_geo.loading.sheets.value_columns import ValueColumn
from mtqg_geo.loading.sheets.words import Distinct
from mtqg_geo.loading.tables.entries import Entries, Known
from mtqg_geo.programme.model import Mask

OF_ROW = -1  # in place of a list: the period stands in the row


@dataclass(frozen=True, eq=False)
class FigurePlaces:
    """The commune of each figure ("" where there is none), and what is to be said of rows."""

    codes: NDArray[np.object_]
    errors: list[RowError]
    warnings: list[RowError]


def figure_communes(
    rows: Rows,
    columns: Sequence[ValueColumn],
    entries: Entries,
    periods: NDArray[np.int16],
    known: Known,
    data: Dataset,
) -> FigurePlaces:
    """Find the commune of every figure in the geography of its period.

    Parameters
    ----------
    rows, columns, entries
        The table, its columns of figures, and the figures.
    periods
        What each row says of its period, numbered as in `known`.
    known
        The periods there are.
    data
        The communes to check against.

    Raises
    ------
    LoadError
        `list_other_vintage` if the table is written for units that came after its periods.
    """
    names = pd.Series([*known.periods, ""], dtype=object)
    of_rows = Distinct(np.where(periods < 0, len(known.periods), periods).astype(np.int32), names)
    if not any(column.period for column in columns):
        found = _found(rows, data, of_rows)
        return FigurePlaces(found.codes[entries.at], found.errors, found.warnings)
    communes = communes_of(data)
    eras = np.array(
        [communes.era(column.period) if column.period else OF_ROW for column in columns]
    )
    row_of = entries.at
    codes = np.full(len(row_of), "", dtype=object)
    errors: dict[tuple[int, str, str], RowError] = {}
    warnings: dict[tuple[int, str, str], RowError] = {}
    for era in np.unique(eras).tolist():
        mine = eras[entries.column] == era
        chosen: Mask = np.zeros(len(rows), dtype=bool)
        at = row_of[mine]
        chosen[at] = True
        first = next(column.period for column, each in zip(columns, eras, strict=True)
                     if each == era)  # fmt: skip
        given = of_rows.only(chosen) if era == OF_ROW else _same(first, int(chosen.sum()))
        found = _found(rows.only(chosen), data, given)
        places = np.cumsum(chosen) - 1
        codes[mine] = found.codes[places[at]]
        errors |= {(each.row, each.letter, each.code): each for each in found.errors}
        warnings |= {(each.row, each.letter, each.code): each for each in found.warnings}
    return FigurePlaces(codes, list(errors.values()), list(warnings.values()))


def _found(rows: Rows, data: Dataset, periods: Distinct) -> Found:
    found = find_communes(rows, data, periods)
    found.refuse_list()
    return found


def _same(period: str, count: int) -> Distinct:
    return Distinct(np.zeros(count, dtype=np.int32), pd.Series([period], dtype=object))
