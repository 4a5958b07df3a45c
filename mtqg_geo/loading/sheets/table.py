"""What a file of programme data holds on its way into the store, as plain, frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.programme.model import Lang, Text
from mtqg_geo.programme.words import sentence_of

if TYPE_CHECKING:  # the child that reads cells needs neither, and starts a second earlier
    import geopandas as gpd
    import pandas as pd

# Which commune a person says is meant by a name and a district, where several are called so.
Meant = Mapping[tuple[str, str], str]
TableKind = Literal["observations", "sites", "roads", "region", "lineage"]
MOST_QUOTED = 300  # characters of a cell in a sentence
# What we say of our own accord is never cut: a list of what may be written helps only as a whole.
OURS = frozenset({"known", "nearest", "unit", "parts", "years"})
BYTES = b"bytes"  # how a table that is handed over says that its texts are still to be decoded
OPEN = b"open"  # and that the file ends in the middle of its last row, as far as anybody can tell
SHEET, ROW = "sheet", "row"  # where in the file a row stands; rows are counted from 1, as in Excel


class Merge(NamedTuple):
    """Cells that were made one: rows as they are counted in the file, places from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table exactly as the file wrote it, every cell as text.

    `cells` has one column per column of the sheet (labels 0, 1, …) and "" where a cell is empty. A
    number stored as such is written with a decimal point; a date as `2023-06-30`. `numeric` and
    `percent` say which cells were stored as numbers and which of them with a percent format (the
    text of 5 % is then "0.05"); both are None where a file has no such thing (CSV). `shapes` are
    those of a layer's features in WGS 84, by row number. `merged` are the cells that were made one,
    of which the first alone holds the text; `hidden` the numbers of the rows that nobody sees,
    `hidden_columns` the places of such columns; `scaled` those of columns that show their numbers a
    thousand or a million times smaller.
    `is_bytes` says that the texts are still to be decoded: each byte was read as a letter.
    `widths` says with how many cells each row was written, where these are not all alike, and
    `open_row` the number of the last row of a file that ends before that row does (0: of none).
    `format` is that of the file.
    """

    name: str
    first_row: int
    cells: pd.DataFrame
    numeric: pd.DataFrame | None = None
    percent: pd.DataFrame | None = None
    shapes: gpd.GeoSeries | None = None
    merged: tuple[Merge, ...] = ()
    hidden: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    scaled: frozenset[int] = frozenset()
    is_bytes: bool = False
    widths: NDArray[np.int32] | None = None
    open_row: int = 0
    format: str = ""


class Column(NamedTuple):
    """A column that was understood: which field it is, its heading, its place (`"A"`, `"B"`, …)."""

    field: str
    heading: str
    letter: str


@dataclass(frozen=True)
class TableHeadings:
    """How a sheet was read: shown to the planner before anything is loaded."""

    kind: TableKind
    sheet: str
    heading_row: int
    columns: tuple[Column, ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowError:
    """Something wrong in one cell or row: where, what is written there, why, what to do.

    `code` names a sentence of `wording/errors*.toml`; `values` fills it. `rows` are all rows of
    which it is said, where it is said once for several.
    """

    sheet: str
    row: int
    column: str
    letter: str
    value: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    rows: tuple[int, ...] = ()

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands, for sorting: by row, then column (`Z` before `AA`)."""
        return self.row, len(self.letter), self.letter

    def said(self, name: str) -> object:
        """Return one of the values of its sentence, None if it has none of that name."""
        return self.values.get(name)

    def text(self, lang: Lang) -> str:
        """Return reason and remedy in a language."""
        shown = {name: _shown(name, value, lang) for name, value in self.values.items()}
        return sentence_of(self.code, lang, **shown)


def _shown(name: str, value: object, lang: Lang) -> object:
    """Cut a long text: a sentence quotes what is written, not a whole page of it."""
    value = value.of(lang) if isinstance(value, Text) else value
    is_long = isinstance(value, str) and len(value) > MOST_QUOTED and name not in OURS
    return f"{str(value)[:MOST_QUOTED]}…" if is_long else value


class Listed(NamedTuple):
    """The communes that a table names, each once in its order, and a period they are of."""

    codes: tuple[str, ...] = ()
    period: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """What one sheet (or layer) gives: the good rows, what is wrong, what deserves a look.

    `rows` has the columns of its kind in the store plus `sheet` and `row`. A row with an error is
    not among them; one with a warning is. `known` more rows say what holds without being stored.
    `listed` are the communes it names, also in rows that say nothing else or are wrong.
    """

    kind: TableKind
    rows: pd.DataFrame
    errors: tuple[RowError, ...]
    warnings: tuple[RowError, ...]
    headings: TableHeadings
    rows_read: int
    known: int = 0
    listed: Listed = Listed()

    @property
    def rejected(self) -> int:
        """How many rows have an error."""
        return len({(error.sheet, error.row) for error in self.errors})


MOST_ROWS, MOST_COLUMNS = 200_000, 500  # of a sheet; a CSV file may have more rows
# How the columns of a table that is handed over begin: texts, what was stored as a number, what
# has a percent format; and how that of the numbers of cells is called.
TEXT, STORED_NUMBER, STORED_PERCENT, WIDTHS = "t", "n", "p", "widths"
