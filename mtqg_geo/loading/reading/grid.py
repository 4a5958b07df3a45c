"""Cells of a sheet on their way out of the reading child, the same whatever format held them."""

import datetime as dt
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from openpyxl.utils import get_column_letter

from mtqg_geo.loading.sheets.table import (
    MOST_COLUMNS,
    MOST_ROWS,
    STORED_NUMBER,
    STORED_PERCENT,
    TEXT,
    Merge,
)
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

DIGITS = 15  # of a number, as many as a spreadsheet shows

# What reading a damaged archive meets, or one of a kind of its own.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError, RuntimeError,
    ValueError,
)  # fmt: skip
MOST_SHEETS = 100
MOST_LETTERED = 18_277  # ZZZ: further out, no column has a letter

Cell = tuple[int, str, bool, bool]  # place, text, stored as number, with a percent format


class Grid(NamedTuple):
    """A sheet as its reader gives it: its name, the number of its first row, its cells.

    `merged` are cells that were made one, `hidden` the numbers of rows that nobody sees and
    `hidden_columns` the places of columns, where a format tells; `scaled` those of columns with
    numbers that are shown a thousand or a million times smaller.
    """

    name: str
    first_row: int
    table: pa.Table
    merged: Sequence[Merge] = ()
    hidden: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    scaled: Sequence[int] = ()


def grid_of(
    name: str,
    rows: Mapping[int, Sequence[Cell]],
    *,
    merged: Sequence[Merge] = (),
    hidden: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
) -> Grid:
    """Return a sheet by its cells, row by row as they are numbered; a hidden sheet has none."""
    if not rows:
        return Grid(name, 1, pa.table({}))
    return Grid(name, min(rows), _table(rows), merged, hidden, hidden_columns)


def written(value: object, *, is_percent: bool = False) -> tuple[str, bool, bool]:
    """Return the value of a cell as text, whether it is stored as a number, and as a percentage.

    >>> written(0.1 + 0.2), written(dt.datetime(2023, 6, 30)), written(True)
    (('0.3', True, False), ('2023-06-30', False, False), ('TRUE', False, False))
    """
    if isinstance(value, bool):
        return str(value).upper(), False, False
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return str(value), False, False
        return _number(value), True, is_percent
    if isinstance(value, dt.datetime):
        at_midnight = value.time() == dt.time()
        return (value.date() if at_midnight else value).isoformat(), False, False
    return str(value), False, False


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    tidy = float(f"{value:.{DIGITS}g}")
    return str(int(tidy)) if tidy.is_integer() and abs(tidy) < 10**DIGITS else repr(tidy)


def refuse_far(sheet: str, row: int, place: int) -> None:
    """Refuse a cell too far out: a sheet costs as much as its farthest cell.

    Raises
    ------
    LoadError
        `load_far_cell`.
    """
    if row > MOST_ROWS or place >= MOST_COLUMNS:
        raise coded(
            LoadError,
            "load_far_cell",
            sheet=sheet,
            cell=f"{get_column_letter(min(place, MOST_LETTERED) + 1)}{row}",
            rows=MOST_ROWS,
            columns=MOST_COLUMNS,
        )


def _table(rows: Mapping[int, Sequence[Cell]]) -> pa.Table:
    """Return rows from the first to the last one that hold something, column by column."""
    first, last = min(rows), max(rows)
    width = 1 + max(cell[0] for cells in rows.values() for cell in cells)
    height = last - first + 1
    texts = [[""] * height for _ in range(width)]
    stored = [[False] * height for _ in range(width)]
    percent = [[False] * height for _ in range(width)]
    for row, cells in rows.items():
        for place, text, is_number, is_percent in cells:
            texts[place][row - first] = text
            stored[place][row - first] = is_number
            percent[place][row - first] = is_percent
    return pa.table(
        {
            **_named(TEXT, texts, pa.string()),
            **_named(STORED_NUMBER, stored, pa.bool_()),
            **_named(STORED_PERCENT, percent, pa.bool_()),
        }
    )


def _named(start: str, columns: Sequence[list[Any]], kind: pa.DataType) -> dict[str, pa.Array]:
    return {f"{start}{place}": pa.array(column, kind) for place, column in enumerate(columns)}
