"""Figures of a file as a frame, a row each: of what they are, and where they stand.

Indicator, basis, period, project and the split of money are categoricals: of a million figures each
text is kept once, and whatever is asked of them is asked once per text. The categories are all that
the catalogue knows, so that one of them missing means that the file says nothing, or nothing known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.rows import Rows
from mtqg_geo.loading.sheets.table import Column, RowError
from mtqg_geo.loading.sheets.words import Reading
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Basis, Indicator, Mask
from mtqg_geo.programme.period import periods_in
from mtqg_geo.programme.tables import SPLIT

KEY = [c.INDICATOR, c.BASIS, c.PERIOD, c.PROJECT]
TERMS = [*KEY, *SPLIT]
# Which of the rows a figure stands in, in which of the columns; whether it has a sign of per cent.
AT, COLUMN, SIGNED = "at", "column", "signed"
Terms = Mapping[str, pd.CategoricalDtype]


def terms_of(catalog: Catalog) -> Terms:
    """Return what figures may be of, by column; no project, and no split, is one of them."""
    periods = [period for year in catalog.programme.reported_years for period in periods_in(year)]
    split = (["", *catalog.capital[name]] for name in SPLIT)
    names = ([*catalog.indicators], [*Basis], periods, ["", *catalog.projects], *split)
    return {
        field: pd.CategoricalDtype([str(name) for name in each])
        for field, each in zip(TERMS, names, strict=True)
    }


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of a table.

    Attributes
    ----------
    rows, columns
        The rows and the columns that figures stand in.
    catalog
        What is known of their indicators.
    frame
        The figures: `TERMS`, `value`, and the places `AT` and `COLUMN` by number.
    """

    rows: Rows
    columns: tuple[Column, ...]
    catalog: Catalog
    frame: pd.DataFrame

    @classmethod
    def joined(
        cls, rows: Rows, columns: Sequence[Column], catalog: Catalog, parts: Sequence[pd.DataFrame]
    ) -> Figures:
        """Return the figures of several columns as one list, row by row."""
        numbered = [part.assign(**{COLUMN: np.int16(at)}) for at, part in enumerate(parts)]
        if len(parts) == 1:
            return cls(rows, tuple(columns), catalog, numbered[0])
        every = pd.concat(numbered, ignore_index=True).sort_values(AT, kind="stable")
        return cls(rows, tuple(columns), catalog, every.reset_index(drop=True))

    def __len__(self) -> int:
        return len(self.frame)

    def of(self, name: str) -> NDArray[Any]:
        """Return a column, categoricals as codes: -1 where a figure says nothing of it."""
        column = self.frame[name]
        return np.asarray(column.cat.codes if name in TERMS else column)

    def names(self, field: str) -> list[str]:
        """Return the categories of a column, in the order of their codes."""
        return list(self.frame[field].cat.categories)

    def only(self, chosen: Mask) -> Figures:
        """Return some of the figures."""
        return replace(self, frame=self.frame[chosen])

    def assign(self, **columns: object) -> Figures:
        """Return the figures with other values in some columns."""
        return replace(self, frame=self.frame.assign(**columns))

    def where(self, accepts: Callable[[Indicator], bool]) -> Mask:
        """Say which figures are of indicators that are accepted."""
        known = self.catalog.indicators
        answers = [accepts(known[name]) for name in self.names(c.INDICATOR)]
        accepted: Mask = np.array([*answers, False])[self.of(c.INDICATOR)]  # -1 is the last
        return accepted

    def by_indicator(self) -> Iterator[tuple[Indicator, Mask]]:
        """Yield each indicator there are figures of, and which those are."""
        codes, names = self.of(c.INDICATOR), self.names(c.INDICATOR)
        for code in np.unique(codes[codes >= 0]):
            yield self.catalog.indicators[names[code]], codes == code

    def errors(self, where: Mask, why: Reading, field: str = "") -> list[RowError]:
        """Return an error for some figures, shown in their column or that of a field."""
        places, columns = self.of(AT), self.of(COLUMN)
        found: list[RowError] = []
        for number, column in enumerate(self.columns):
            shown = column if not field or self.rows.column(field) is None else field
            at = np.unique(places[where & (columns == number)])
            found += self.rows.errors(at.tolist(), shown, why)
        return found

    def first_error(self, where: Mask, why: Reading, field: str = "") -> list[RowError]:
        """Return the error of the first of some figures, for what is said only once."""
        first = np.zeros(len(where), dtype=bool)
        first[np.argmax(where)] = True
        return self.errors(first, why, field)
