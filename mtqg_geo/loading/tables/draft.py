"""A table while it is read: its rows, what is wrong in them, and what becomes of the good ones.

Every kind of table is read alike. A reader says how the texts of each column are read, notes what
else is wrong, and hands over the rows that can be stored.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.places import find_communes, place_names
from mtqg_geo.loading.sheets.distinct import Distinct
from mtqg_geo.loading.sheets.numbers import Numbers, read_numbers
from mtqg_geo.loading.sheets.row_kinds import data_rows
from mtqg_geo.loading.sheets.table import (
    ROW,
    SHEET,
    Column,
    Meant,
    RowError,
    Sheet,
    Table,
    TableHeadings,
)
from mtqg_geo.loading.sheets.words import Reader, Reading
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask

Objects = NDArray[np.object_]
Problem = tuple[int, str, Reading]  # position of the row, field, why it is refused


class Draft:
    """A table that is being read, with the errors and warnings noted so far.

    Parameters
    ----------
    sheet, headings
        The sheet and what its columns are.
    data
        The communes, works and catalogue to check against.
    file_name
        The source of a row that names none.
    illustrative
        Whether the file holds made-up data; it then speaks of made-up works.
    meant
        Which of several communes of a name is meant, as a person answered.

    Attributes
    ----------
    rows
        The rows that are read.
    bad
        Which of them have an error.
    """

    def __init__(
        self,
        sheet: Sheet,
        headings: TableHeadings,
        data: Dataset,
        *,
        file_name: str = "",
        illustrative: bool = False,
        meant: Meant = MappingProxyType({}),
    ) -> None:
        self.data, self.file_name, self.illustrative = data, file_name, illustrative
        self.rows = replace(data_rows(sheet, headings, place_names(data)), meant=meant)
        self.errors: list[RowError] = list(self.rows.wrong)
        self.warnings: list[RowError] = list(self.rows.set_aside)
        self.bad: Mask = np.isin(self.rows.numbers, [error.row for error in self.errors])

    def keep(self, chosen: Mask) -> None:
        """Go on with some of the rows; the others say nothing of their own."""
        self.rows, self.bad = self.rows.only(chosen), self.bad[chosen]

    def refuse(self, where: Mask, field: str | Column, why: Reading) -> None:
        """Note the same error for some rows."""
        self.errors += self.rows.errors(where, field, why)
        self.bad |= where

    def refuse_each(self, problems: Iterable[Problem]) -> None:
        """Note errors of single rows, given by their position."""
        for at, field, why in problems:
            self.errors.append(self.rows.error(at, field, why))
            self.bad[at] = True

    def warn(self, at: int, field: str, why: Reading) -> None:
        """Note what deserves a look in one row."""
        self.warnings.append(self.rows.error(at, field, why))

    def read(self, field: str, reader: Reader) -> Objects:
        """Return what a column says, None where that is not accepted (and noted)."""
        readings = self.rows.read(field, reader)
        self.errors += self.rows.unread(readings, field)
        self.bad |= readings.wrong
        return np.asarray(readings.values, dtype=object)

    def numbers(self, field: str, *, silent: Callable[[str], bool] | None = None) -> Numbers:
        """Return the numbers of a column, NaN where it has none (and that is noted).

        Parameters
        ----------
        silent
            Which texts say, in words, that there is no number.
        """
        column, texts = self.rows.column(field), self.rows.distinct(field)
        if silent is not None:
            texts = Distinct(
                texts.which, texts.known.mask(texts.known.map(silent).astype(bool), "")
            )
        numeric, percent = (None, None) if column is None else self.rows.stored_as(column)
        numbers = read_numbers(texts, numeric=numeric, percent=percent)
        wrong = np.flatnonzero(numbers.wrong).tolist()
        self.refuse_each((at, field, numbers.why(at)) for at in wrong)
        for at, why in numbers.mixed():
            self.warn(at, field, why)
        return numbers

    def communes(self, periods: Distinct, *, required: bool = True) -> Objects:
        """Return the commune of every row, "" where there is none; see `find_communes`.

        Raises
        ------
        LoadError
            `list_other_vintage` if the table is written for units that came after its periods.
        """
        found = find_communes(self.rows, self.data, periods, required=required)
        found.refuse_list()
        self.errors += found.errors
        self.warnings += found.warnings
        self.bad |= np.isin(self.rows.numbers, [error.row for error in found.errors])
        return found.codes

    def sources(self) -> Objects:
        """Return the source of every row: the file where it names none."""
        texts = self.rows.texts(c.SOURCE)
        return np.asarray(texts.where(texts != "", self.file_name), dtype=object)

    def good(self, columns: Mapping[str, Any]) -> pd.DataFrame:
        """Return the rows without an error, each with its place in the file."""
        index = range(len(self.rows))
        rows = pd.DataFrame(
            {**columns, SHEET: self.rows.sheet.name, ROW: self.rows.numbers}, index=index
        )
        return rows[~self.bad].reset_index(drop=True)

    def table(self, rows: pd.DataFrame, *, known: int = 0, in_order: bool = True) -> Table:
        """Return the table: what is to be stored, and all that was noted."""
        return Table(
            kind=self.rows.headings.kind,
            rows=rows,
            errors=tuple(sorted(self.errors, key=attrgetter("place")) if in_order else self.errors),
            warnings=tuple(self.warnings),
            headings=self.rows.headings,
            rows_read=len(self.rows),
            known=known,
        )
