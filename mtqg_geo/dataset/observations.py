"""The programme's observations: where a page takes the few it needs from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd

from mtqg_geo.programme import columns as c
from mtqg_geo.programme.frames import texts_as_objects


@dataclass(frozen=True)
class ObservationCounts:
    """What there is in all: `latest_period` is the last quarter with a figure ("" for none)."""

    rows: int
    empty: int
    communes: int
    illustrative: int
    latest_period: str
    years: tuple[int, ...]


class Observations(Protocol):
    """Rows of commune, indicator, project, period, basis, value (NaN: not reported), source."""

    @property
    def counts(self) -> ObservationCounts:
        """Return how many rows there are, and of which kind."""

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year; shared between callers, do not change."""

    def table(self) -> pd.DataFrame:
        """Return all rows."""


@dataclass(frozen=True, eq=False)
class ObservationsInMemory:
    """A table that is small enough to be held."""

    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return all rows."""
        return self.rows

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year (empty when there are none)."""
        return self._slices.get((indicator, year), self.rows.iloc[:0])

    @cached_property
    def _slices(self) -> dict[tuple[str, int], pd.DataFrame]:
        years = self.rows[c.PERIOD].str[:4].astype(int)
        groups = texts_as_objects(self.rows).groupby([c.INDICATOR, years], sort=False)
        return {(str(indicator), int(year)): rows for (indicator, year), rows in groups}

    @cached_property
    def counts(self) -> ObservationCounts:
        """Return how many rows there are, and of which kind."""
        rows = self.rows
        quarters = rows.loc[(rows[c.PERIOD].str.len() > 4) & rows[c.VALUE].notna(), c.PERIOD]
        return ObservationCounts(
            rows=len(rows),
            empty=int(rows[c.VALUE].isna().sum()),
            communes=int(rows[c.COMMUNE_CODE].nunique()),
            illustrative=int((rows[c.SOURCE] == c.ILLUSTRATIVE).sum()),
            latest_period=str(quarters.max()) if len(quarters) else "",
            years=tuple(sorted({year for _, year in self._slices})),
        )
