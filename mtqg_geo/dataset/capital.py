"""Data of which money of some sources and kinds alone counts; what is no money stays as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.tables import Observations
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import NOT_SPLIT
from mtqg_geo.programme.tables import SPLIT
from mtqg_geo.store.observed import ObservationSummary

Chosen = tuple[tuple[str, ...], ...]  # the codes of each column of `SPLIT`; none of them takes all


def of_capital(data: Dataset, chosen: Mapping[str, Iterable[str]]) -> Dataset:
    """Return the data with money of some sources and kinds alone.

    Parameters
    ----------
    data
        What is shown.
    chosen
        By column (`capital_source`, `capital_kind`) the codes that count, `none` for money that is
        not split by it; a column without any takes all.
    """
    codes = tuple(tuple(sorted(chosen.get(name, ()))) for name in SPLIT)
    return _narrowed(data, codes) if any(codes) else data


@kept(maxsize=32)
def _narrowed(data: Dataset, chosen: Chosen) -> Dataset:
    restatement = data.restatement
    if restatement and restatement.whole:
        return _narrowed(restatement.whole, chosen).within(restatement.districts)
    if restatement:
        former = _narrowed(restatement.former, chosen)
        restatement = replace(restatement, former=former, _on_parts={})
    rows = CapitalObservations(data.observations, chosen, data.catalog)
    return replace(data, observations=rows, restatement=restatement, all_money=data)


@dataclass(frozen=True, eq=False)
class CapitalObservations:
    """Observations in which money of other sources and kinds is none."""

    origin: Observations
    chosen: Chosen
    catalog: Catalog

    @property
    def counts(self) -> ObservationSummary:
        """Return how many rows there are of any money."""
        return self.origin.counts

    def table(self) -> pd.DataFrame:
        """Return all rows."""
        return counted_alone(self.origin.table(), self.chosen, self.catalog)

    def of(self, indicator: str, year: int) -> pd.DataFrame:
        """Return the rows of one indicator in one year."""
        return _of(self, indicator, year)


@kept(maxsize=256)
def _of(observations: CapitalObservations, indicator: str, year: int) -> pd.DataFrame:
    rows = observations.origin.of(indicator, year)
    return counted_alone(rows, observations.chosen, observations.catalog)


def counted_alone(rows: pd.DataFrame, chosen: Chosen, catalog: Catalog) -> pd.DataFrame:
    """Return observations with money of some sources and kinds alone.

    Money of another source is none of the one chosen: zero. Of money that is not split nobody knows
    how much is: it is missing, so that a sum says *at least*; zeros beside it are left out, for
    they would make it at least zero. A blank of another source says nothing at all and is left out
    too. Policy credit is of no kind, whichever is chosen.

    A commune has 5 of the central and 3 of the local budget, another one 4 that are not split and a
    local part that it has not reported.

    >>> from types import SimpleNamespace
    >>> catalog = SimpleNamespace(
    ...     indicators={"FI01": SimpleNamespace(is_money=True)}, capital={"capital_source": {}})
    >>> rows = pd.DataFrame(
    ...     [("a", "central", 5.0), ("a", "local", 3.0), ("b", "", 4.0), ("b", "local", np.nan)],
    ...     columns=["commune_code", "capital_source", "value"],
    ... ).assign(indicator="FI01", capital_kind="", period="2023")
    >>> of_centre = counted_alone(rows, (("central",), ()), catalog)
    >>> list(zip(of_centre["commune_code"], of_centre["value"]))
    [('a', 5.0), ('a', 0.0), ('b', nan)]
    >>> counted_alone(rows, (("none",), ()), catalog)["value"].tolist()
    [0.0, 0.0, 4.0]
    """
    names = [name for name in rows[c.INDICATOR].unique() if catalog.indicators[name].is_money]
    money = rows[c.INDICATOR].isin(names).to_numpy()
    other = np.zeros(len(rows), dtype=bool)
    unclear = np.zeros(len(rows), dtype=bool)
    parts = catalog.capital[c.CAPITAL_SOURCE].values()
    kindless = rows[c.CAPITAL_SOURCE].isin([part.code for part in parts if part.is_kindless])
    for column, codes in zip(SPLIT, chosen, strict=True):
        if codes:
            left_out = ~rows[column].replace("", NOT_SPLIT).isin(codes).to_numpy()
            is_split = ((rows[column] != "") | kindless).to_numpy()
            other |= left_out & is_split
            unclear |= left_out & ~is_split
    value = rows[c.VALUE].to_numpy(np.float64)
    unclear &= money & ~other
    unknown = unclear & (value != 0)
    of_year = rows[c.COMMUNE_CODE] + rows[c.INDICATOR] + rows[c.PERIOD].str[:4]
    says_nothing = (unclear & of_year.isin(of_year[unknown]).to_numpy() & ~unknown) | (
        money & other & np.isnan(value)
    )
    counted = np.where(unknown, np.nan, np.where(money & other, 0.0, value))
    return rows.assign(**{c.VALUE: counted})[~says_nothing]
