"""Observations given to the parts of former units, and put together by the units shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geo.apportion import Floats
from geo.crosswalk import SHARE, Crosswalk
from geo.restating import (
    RESULT,
    UNKNOWN,
    divide,
    link_rows,
    restate_extensive,
    restate_intensive,
)
from mtqg_geo.communes.epochs import Epochs
from mtqg_geo.dataset.observations import ObservationCounts, Observations
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Indicator, Kind

KEYS = (c.INDICATOR, c.PROJECT, c.PERIOD, c.BASIS)
BASE = "base"
Observed = Callable[[str, int], pd.DataFrame]  # Dataset.observed


@dataclass(frozen=True, eq=False)
class PartObservations:
    """The observations of one epoch, given to the parts."""

    origin: Observations
    epochs: Epochs
    epoch: int
    by_part: Crosswalk
    catalog: Catalog
    _kept: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def counts(self) -> ObservationCounts:
        """Return how many rows there are before they are divided."""
        return self.origin.counts

    def table(self) -> pd.DataFrame:
        """Return all rows."""
        slices = [
            self.of(each, year) for each in self.catalog.indicators for year in self.counts.years
        ]
        return pd.concat(slices, ignore_index=True)

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year that were given in this epoch.

        A figure of a split unit is shared out if it is counted, and repeated if it is a rate;
        ``unknown_parts`` marks one that cannot be, for want of a share.
        """
        key = (indicator, year)
        if key not in self._kept:
            self._kept[key] = self._divided(self.origin.of(indicator, year), indicator)
        return self._kept[key]

    def _divided(self, rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
        meant = self.epochs.of(rows[c.COMMUNE_CODE], rows[c.PERIOD])
        rows = rows[meant == self.epoch]
        known = self.catalog.indicators[indicator]
        if known.kind is Kind.EXTENSIVE:
            places = {"code": c.COMMUNE_CODE, "value": c.VALUE}
            return divide(rows, self.by_part, **places, decimals=known.decimals)
        parts = link_rows(rows, self.by_part, code=c.COMMUNE_CODE)
        unknown = parts[SHARE].isna() & parts[c.VALUE].notna()
        return parts.assign(**{c.VALUE: parts[c.VALUE].mask(unknown), UNKNOWN: unknown})


def on_units(
    rows: pd.DataFrame,
    walk: Crosswalk,
    indicators: Mapping[str, Indicator],
    *,
    of: Observed,
) -> pd.DataFrame:
    """Return observations by the units that a crosswalk leads to.

    Parameters
    ----------
    rows
        Observations of any indicators, all given in the units the crosswalk leads from.
    walk
        The crosswalk.
    indicators
        The catalogue: its kind decides how an indicator is restated.
    of
        How the base of a rate is looked up, by indicator and year.

    Returns
    -------
    The columns of `rows`, and ``parts``, ``missing_parts`` and ``unknown_parts``.
    """
    rules = rows[c.INDICATOR].map(_rules(rows[c.INDICATOR].unique(), indicators))
    tables = []
    for rule in rules.unique():
        given = rows[(rules == rule).to_numpy()]
        restated = _by_rule(given, str(rule), walk, of)
        tables.append(restated.assign(**{c.SOURCE: "; ".join(sorted(set(given[c.SOURCE])))}))
    return as_restated(pd.concat(tables, ignore_index=True) if tables else rows, like=rows)


def as_restated(table: pd.DataFrame, *, like: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the table with the columns of restated observations, in their order."""
    columns = (table if like is None else like).columns
    return table.reindex(columns=[*columns, *(name for name in RESULT if name not in columns)])


def _rules(codes: np.ndarray, indicators: Mapping[str, Indicator]) -> dict[str, str]:
    """Return for each indicator the decimals in which it is counted, or the base of a rate."""
    return {
        code: str(indicators[code].decimals)
        if indicators[code].kind is Kind.EXTENSIVE
        else f"by {indicators[code].base}"
        for code in codes
    }


def _by_rule(rows: pd.DataFrame, rule: str, walk: Crosswalk, observed: Observed) -> pd.DataFrame:
    if not rule.startswith("by "):
        return restate_extensive(
            rows, walk, code=c.COMMUNE_CODE, value=c.VALUE, keys=KEYS, decimals=int(rule)
        )
    base = rule.removeprefix("by ")
    return restate_intensive(
        rows.assign(**{BASE: _bases(base, rows, observed)}) if base else rows,
        walk,
        base=BASE if base else None,
        code=c.COMMUNE_CODE,
        value=c.VALUE,
        keys=KEYS,
    )


def _bases(base: str, rows: pd.DataFrame, observed: Observed) -> Floats:
    """Return for each row the base of its unit in its year."""
    years = rows[c.PERIOD].str[:4]
    sizes = np.full(len(rows), np.nan)
    for year in years.unique():
        by_code = observed(base, int(year)).groupby(c.COMMUNE_CODE)[c.VALUE].sum(min_count=1)
        at = (years == year).to_numpy()
        sizes[at] = rows.loc[at, c.COMMUNE_CODE].map(by_code)
    return sizes
