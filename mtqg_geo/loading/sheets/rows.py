"""The rows of a table below its headings: their texts by field, and errors that say where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import column_index_from_string, get_column_letter

from mtqg_geo.loading.sheets.distinct import Distinct, Readings, distinct_texts
from mtqg_geo.loading.sheets.table import Column, Meant, RowError, Sheet, TableHeadings
from mtqg_geo.loading.sheets.words import Reader, Reading, clean, refuse
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import Mask
from mtqg_geo.programme.words import coded

MOST_ERRORS = 10_000
MOST_SHOWN = 200  # characters of a wrong cell
PLACES = ("commune_code", "commune")


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows that hold data, and how to speak of them.

    `numbers` are their row numbers in the file, `positions` their places in `sheet.cells`;
    `set_aside` tells of the rows that hold none (`row_kinds`), `wrong` what is wrong with the form
    of a row; `above` are the districts that rows above name for those below them; `meant` is what
    a person answered.
    """

    sheet: Sheet
    headings: TableHeadings
    numbers: NDArray[np.int64]
    positions: NDArray[np.intp]
    set_aside: tuple[RowError, ...] = ()
    wrong: tuple[RowError, ...] = ()
    above: Distinct | None = None
    meant: Meant | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def only(self, chosen: Mask) -> Rows:
        """Return some of the rows."""
        above = None if self.above is None else self.above.only(chosen)
        numbers, positions = self.numbers[chosen], self.positions[chosen]
        return replace(self, numbers=numbers, positions=positions, above=above)

    def column(self, field: str) -> Column | None:
        """Return the column of a field, None if the table has none; notes are no columns."""
        return next((col for col in self.headings.columns if col.field == field), None)

    def has(self, field: str) -> bool:
        """Say whether the table has a column of the field, or a note that speaks for all rows."""
        return self.column(field) is not None

    def texts(self, field: str) -> pd.Series:
        """Return the clean texts of a field; "" in every row if the table has no such column.

        What a note above the table says holds for every row.
        """
        return self.distinct(field).texts(self.numbers)

    def distinct(self, field: str) -> Distinct:
        """Return the texts of a field, each once; see `texts`."""
        if field == c.DISTRICT and self.above is not None:
            return self.above
        column = self.column(field)
        if column is not None and not is_note(column):
            return self.distinct_at(place_of(column))
        said = column.heading.partition(":")[2].strip() if column else ""
        return Distinct(np.zeros(len(self), dtype=np.int32), pd.Series([said], dtype="str"))

    def distinct_at(self, place: int) -> Distinct:
        """Return the texts of a column by its place, each once."""
        cells = self.sheet.cells[self.sheet.cells.columns[place]].iloc[self.positions]
        return distinct_texts(cells)

    def read(self, field: str, reader: Reader) -> Readings:
        """Read a field of every row, each distinct text only once."""
        return self.distinct(field).read(reader)

    def stored_as(self, column: Column) -> tuple[Mask | None, Mask | None]:
        """Say which cells are stored as numbers, and which with a percent format; None in a CSV."""
        numeric, percent = (
            None if flags is None else flags.iloc[self.positions, place_of(column)].to_numpy(bool)
            for flags in (self.sheet.numeric, self.sheet.percent)
        )
        return numeric, percent

    @property
    def are_features(self) -> Mask:
        """Which rows are those of a layer: none is blank, though nothing may be told of it.

        A feature of which neither words nor a shape are left was damaged.
        """
        return np.full(len(self), self.sheet.shapes is not None)

    def filled_in(self, fields: Iterable[str]) -> Mask:
        """Say which rows are features, or have a cell filled in the column of any field."""
        filled = self.are_features
        for field in fields:
            column = self.column(field)
            if column is not None and not is_note(column):  # a note fills every row, or none
                filled |= self.distinct_at(place_of(column)).filled
        return filled

    def error(self, at: int, field: str | Column, why: Reading) -> RowError:
        """Return an error in one of these rows.

        Parameters
        ----------
        at
            Position among the rows, from 0.
        field
            The field or column that is wrong; a field without column is shown in the first one.
        why
            The reading that was refused, see `values.refuse`.
        """
        column = field if isinstance(field, Column) else self.column(field)
        column = column or self.headings.columns[0]
        return RowError(
            sheet=self.sheet.name,
            row=int(self.numbers[at]),
            column=column.heading,
            letter=re.sub(r"\d", "", column.letter),
            value=self._written(at, column)[:MOST_SHOWN],
            code=why.code,
            values=why.said,
        )

    def errors(
        self, where: Mask | Iterable[int], field: str | Column, why: Reading
    ) -> list[RowError]:
        """Return the same error for several rows, given as a mask or by position."""
        chosen = np.flatnonzero(where).tolist() if isinstance(where, np.ndarray) else list(where)
        self.refuse_many(chosen, field, why)
        return [self.error(at, field, why) for at in chosen]

    def unread(
        self, readings: Readings, field: str | Column, *, among: Mask | None = None
    ) -> list[RowError]:
        """Return an error for each row whose text was not accepted by a reader."""
        wrong = readings.wrong if among is None else readings.wrong & among
        chosen = np.flatnonzero(wrong).tolist()
        if len(chosen):
            self.refuse_many(chosen, field, readings.at(chosen[0]))
        return [self.error(at, field, readings.at(at)) for at in chosen]

    def refuse_many(self, where: Sequence[int], field: str | Column, why: Reading) -> None:
        """Refuse a sheet with errors in more rows than anybody would read one by one.

        Raises
        ------
        LoadError
            `load_too_many_errors`, with the first of them.
        """
        if len(where) > MOST_ERRORS:
            raise _too_many(self.error(where[0], field, why), len(where))

    def _written(self, at: int, column: Column) -> str:
        if is_note(column):
            return column.heading
        cells = self.sheet.cells
        return clean(str(cells.iloc[int(self.positions[at]), place_of(column)]))


def refuse_errors(errors: Sequence[RowError]) -> None:
    """Refuse a sheet with more errors than anybody would read one by one.

    Raises
    ------
    LoadError
        `load_too_many_errors`, with the first of them.
    """
    if len(errors) > MOST_ERRORS:
        raise _too_many(errors[0], len(errors))


def _too_many(first: RowError, count: int) -> LoadError:
    return coded(
        LoadError,
        "load_too_many_errors",
        sheet=first.sheet,
        count=count,
        column=first.column,
        row=str(first.row),
        value=first.value,
    )


def is_note(column: Column) -> bool:
    """Say whether a column is a note above the table: its letter is then a cell (`B2`)."""
    return is_note_letter(column.letter)


def is_note_letter(letter: str) -> bool:
    """Say whether what stands for the letter of a column is the cell of a note."""
    return letter[-1:].isdigit()


def letter(place: int) -> str:
    """Return the letter of a column by its place, from 0."""
    return str(get_column_letter(place + 1))


def place_of(column: Column) -> int:
    """Return the place of a column in the cells of its sheet, from 0."""
    return int(column_index_from_string(column.letter)) - 1


def cell_texts(sheet: Sheet, position: int) -> tuple[str, ...]:
    """Return the clean texts of a row of a sheet."""
    return tuple(clean(str(text)) for text in sheet.cells.iloc[position])


def is_running_number(sheet: Sheet, place: int) -> bool:
    """Say whether the numbers of a column only count its rows, from 0 or 1: they are no codes."""
    texts = sheet.cells.iloc[:, place]
    found = (
        texts[texts.str.fullmatch(r"(?:0|[1-9]\d{0,5})(?:\.0+)?")]
        .astype(str)
        .astype(float)
        .sort_values()
        .to_numpy()
    )
    first = found[0] if len(found) else -1
    return first in (0, 1) and bool((found == first + np.arange(len(found))).all())


def headed_width(rows: Rows) -> int:
    """Return how many columns the headings of a table take."""
    headings = cell_texts(rows.sheet, rows.headings.heading_row - rows.sheet.first_row)
    return max(place for place, text in enumerate(headings) if text) + 1


def surplus_errors(rows: Rows) -> list[RowError]:
    """Return an error for each row of a CSV file or a web page with more cells than its headings.

    A decimal comma that parts cells too would otherwise move every figure behind it. On a page the
    row of headings may be as wide as the others, with nothing written at its end.
    """
    sheet, code = rows.sheet, "load_more_cells"
    width = headed_width(rows)
    surplus = np.ones(len(rows), dtype=bool)
    if sheet.format == "web_page" and sheet.widths is not None:
        code = "load_more_cells_page"
        surplus = (
            sheet.widths[rows.positions] > sheet.widths[rows.headings.heading_row - sheet.first_row]
        )
    elif sheet.numeric is not None:
        return []
    filled = np.zeros(len(rows), dtype=bool)
    for place in range(width, sheet.cells.shape[1]):
        filled |= rows.distinct_at(place).filled
    return rows.errors(surplus & filled, rows.headings.columns[0], refuse(code, count=width))
