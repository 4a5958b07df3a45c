"""Observations given to the parts of former units, and put together by the units shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from geo.apportion import Floats
from geo.crosswalk import SHARE, Crosswalk
from geo.kept import kept
from geo.restating import (
    RESULT,
    UNKNOWN,
    divide,
    link_rows,
    restate_extensive,
    restate_intensive,
)
from mtqg_geo.communes.epochs import Epochs
from mtqg_geo.dataset.tables import Observations
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Indicator
from mtqg_geo.programme.tables import SPLIT
from mtqg_geo.store.observed import ObservationSummary

KEYS = (c.INDICATOR, c.PROJECT, c.PERIOD, c.BASIS, *SPLIT)
BASE = "base"
Observed = Callable[[str, int], pd.DataFrame]  # Dataset.observed


@dataclass(frozen=True, eq=False)
class PartObservations:
    """What was given in the units of one epoch, given to the parts of those units.

    Attributes
    ----------
    origin
        The observations as loaded.
    epochs, epoch
        In whose codes those taken were given.
    by_part
        Leads from the units of the epoch to their parts.
    catalog
        The kind of an indicator decides how it is divided.
    """

    origin: Observations
    epochs: Epochs
    epoch: int
    by_part: Crosswalk
    catalog: Catalog

    @property
    def counts(self) -> ObservationSummary:
        """Return how many rows there are before they are divided."""
        return self.origin.counts

    def table(self) -> pd.DataFrame:
        """Return all rows."""
        asked = product(self.catalog.indicators, self.counts.years)
        return pd.concat([self.of(*each) for each in asked], ignore_index=True)

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year that were given in this epoch.

        A figure of a split unit is shared out if it is counted, and repeated if it is a rate;
        ``unknown_parts`` marks one that cannot be, for want of a share.
        """
        return _divided(self, indicator, year)


@kept(maxsize=256)
def _divided(observations: PartObservations, indicator: str, year: int) -> pd.DataFrame:
    rows, by_part = observations.origin.of(indicator, year), observations.by_part
    meant = observations.epochs.of(rows[c.COMMUNE_CODE], rows[c.PERIOD])
    rows = rows[meant == observations.epoch]
    known = observations.catalog.indicators[indicator]
    if known.adds_up:
        names = {"code": c.COMMUNE_CODE, "value": c.VALUE}
        return divide(rows, by_part, **names, decimals=known.decimals)
    parts = link_rows(rows, by_part, code=c.COMMUNE_CODE)
    # Of a unit divided nobody knows how, no part is sure to have the rate of the whole.
    unknown = parts[SHARE].isna() & parts[c.VALUE].notna()
    return parts.assign(**{c.VALUE: parts[c.VALUE].mask(unknown), UNKNOWN: unknown})


def on_units(
    rows: pd.DataFrame, walk: Crosswalk, indicators: Mapping[str, Indicator], *, of: Observed
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
    # All that is counted in the same decimals, or averaged by the same base, goes at once.
    alike: dict[tuple[int, str], list[str]] = {}
    for code in rows[c.INDICATOR].unique():
        known = indicators[code]
        rule = (known.decimals, "") if known.adds_up else (-1, known.base)
        alike.setdefault(rule, []).append(code)
    tables = []
    names: dict[str, Any] = {"code": c.COMMUNE_CODE, "value": c.VALUE, "keys": KEYS}
    for (decimals, base), codes in alike.items():
        given = rows[rows[c.INDICATOR].isin(codes)]
        if decimals >= 0:
            restated = restate_extensive(given, walk, **names, decimals=decimals)
        else:
            sized = given.assign(**{BASE: _bases(base, given, of)}) if base else given
            restated = restate_intensive(sized, walk, **names, base=BASE if base else None)
        tables.append(restated.assign(**{c.SOURCE: "; ".join(sorted(set(given[c.SOURCE])))}))
    return as_restated(pd.concat(tables, ignore_index=True) if tables else rows, like=rows)


def as_restated(table: pd.DataFrame, *, like: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the table with the columns of restated observations, in their order."""
    columns = (table if like is None else like).columns
    return table.reindex(columns=[*columns, *(name for name in RESULT if name not in columns)])


def _bases(base: str, rows: pd.DataFrame, observed: Observed) -> Floats:
    """Return for each row the base of its unit in its year."""
    years = rows[c.PERIOD].str[:4]
    sizes = np.full(len(rows), np.nan)
    for year in years.unique():
        by_code = observed(base, int(year)).groupby(c.COMMUNE_CODE)[c.VALUE].sum(min_count=1)
        at = (years == year).to_numpy()
        sizes[at] = rows.loc[at, c.COMMUNE_CODE].map(by_code)
    return sizes
