"""Values of an indicator by commune, and how they combine into one figure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from geo.nearest import KM
from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.model import MOST_DIFFICULT, Basis, Indicator, Kind, Mask, Scope, State
from mtqg_geo.observations import texts_as_objects
from mtqg_geo.remoteness import counted_works, distance_km
from mtqg_geo.restate import RestatedDataset
from mtqg_geo.restated_values import MISSING_PARTS, WEIGHT, restated_values


@dataclass(frozen=True)
class Total:
    """One figure made of many communes, and what is missing from it.

    `value` is missing when no commune reported; `communes_missing` counts the communes that should
    have reported and did not, or not for every period; `not_restatable` the units left out because
    nobody knows their share.
    """

    value: float
    communes: int
    communes_missing: int
    not_restatable: int = 0


@lru_cache(maxsize=16)
def commune_regions(data: Dataset, year: int) -> pd.Series:
    """Return the region of each row of `data.communes`; missing outside the programme.

    The series is shared between callers: do not change it.
    """
    regions = data.communes[c.CODE].map(data.regions_in(year))
    return regions.astype(object).where(regions.notna(), None)


@lru_cache(maxsize=16)
def was_difficult(data: Dataset, year: int) -> Mask:
    """Say for each commune whether it was in region III on any day of a year.

    One that leaves within the year belongs to the year's plan until its end. Do not change the
    mask: it is shared.
    """
    regions = data.commune_list[c.CODE].map(data.regions_in(year, hardest=True))
    return np.asarray(regions == MOST_DIFFICULT, dtype=np.bool_)


@lru_cache(maxsize=1024)
def commune_values(
    data: Dataset,
    indicator: Indicator,
    *,
    year: int,
    basis: Basis,
    projects: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Return one row per commune of the boundary set, in its order.

    Parameters
    ----------
    data
        The data to read.
    indicator
        What to look up.
    year, basis
        Which figure of it. Quarters are increments and add up to the year.
    projects
        Project codes to keep, sub-projects already included; empty keeps all.

    Returns
    -------
    Columns `code`, `value` (number, or region text), `state` and `missing_periods` (text).
    A commune outside the indicator's scope is *not applicable*; one that should have reported and
    did not is *not reported*; both have a missing value. A year in which only some of the periods
    were reported is *partly reported* and holds the sum of those. The table is shared between
    callers (it is kept for the next call): do not change it.
    """
    if indicator.nearest:
        return _distances(data, indicator, year)
    if isinstance(data, RestatedDataset) and indicator.kind is not Kind.CATEGORY:
        return restated_values(
            data,
            indicator,
            year=year,
            basis=basis,
            projects=projects,
            values_of=commune_values,
            weights_of=base_weights,
        )
    codes = pd.Index(data.commune_list[c.CODE], name=c.CODE)
    regions = commune_regions(data, year)
    in_scope = _in_scope(data, indicator, year)
    if indicator.kind is Kind.CATEGORY:
        blank = pd.DataFrame({c.VALUE: regions.to_numpy(), c.MISSING_PERIODS: ""}, index=codes)
        return texts_as_objects(_with_state(blank, in_scope).reset_index())
    if projects and indicator.project and indicator.project not in projects:
        in_scope = np.zeros(len(codes), dtype=bool)
    if indicator.derived and indicator.unit.vi == "%":
        table, has_base = _rate(data, indicator, codes, year=year, projects=projects)
        in_scope = in_scope & has_base
    else:
        source = data.catalog.indicators[indicator.derived or indicator.id]
        rows = data.observed(source.id, year)
        rows = rows[rows[c.BASIS] == basis.value]
        if projects:
            rows = rows[rows[c.PROJECT].isin(projects) | (rows[c.PROJECT] == "")]
        table = _combine(rows, codes, adds_up=indicator.kind is Kind.EXTENSIVE)
    return texts_as_objects(_with_state(table, in_scope).reset_index())


def rows_behind(data: Dataset, indicator: Indicator, year: int) -> pd.DataFrame:
    """Return what the values of an indicator are computed from, each row with its source."""
    if indicator.nearest:
        return pd.DataFrame(counted_works(data, indicator.nearest, year=year))
    return data.observed(indicator.derived or indicator.id, year)


def _distances(data: Dataset, indicator: Indicator, year: int) -> pd.DataFrame:
    """Return how far the nearest place is from each unit shown; not reported where none is."""
    found = distance_km(data, indicator.nearest, year=year)
    codes = pd.Index(data.commune_list[c.CODE], name=c.CODE)
    table = pd.DataFrame({c.VALUE: found[KM].to_numpy(), c.MISSING_PERIODS: ""}, index=codes)
    rows = _with_state(table, _in_scope(data, indicator, year))
    return texts_as_objects(rows.reset_index())


def _in_scope(data: Dataset, indicator: Indicator, year: int) -> Mask:
    """Say which communes the indicator speaks of; all, as long as no list of regions is loaded."""
    regions = commune_regions(data, year)
    if indicator.scope is Scope.ALL or not regions.notna().any():
        return np.ones(len(regions), dtype=bool)
    if indicator.scope is Scope.REGION_III:
        return was_difficult(data, year)
    return np.asarray(regions.notna(), dtype=bool)


def _combine(rows: pd.DataFrame, codes: pd.Index, *, adds_up: bool) -> pd.DataFrame:
    """Combine observations into one value per commune; note the periods that are missing.

    A period is due as soon as any commune reported it: a quarter that lies ahead is not missing.
    """
    due = rows.loc[rows[c.VALUE].notna(), c.PERIOD].unique()
    rows = rows[rows[c.PERIOD].isin(due)]
    by_commune = rows.groupby(c.COMMUNE_CODE, sort=False)
    if adds_up:
        values = by_commune[c.VALUE].sum(min_count=1)
    else:
        values = rows.sort_values(c.PERIOD).groupby(c.COMMUNE_CODE)[c.VALUE].last()
    expected = by_commune[c.PROJECT].nunique() * len(due)
    got = by_commune[c.VALUE].count()
    partly = (got < expected) & (got > 0)
    table = pd.DataFrame({c.VALUE: values.reindex(codes)}, index=codes)
    table[c.MISSING_PERIODS] = ""
    gaps = rows[rows[c.COMMUNE_CODE].isin(partly.index[partly])]
    if len(gaps):
        silent = gaps[gaps[c.VALUE].isna()].groupby(c.COMMUNE_CODE)[c.PERIOD]
        texts = silent.agg(lambda periods: ", ".join(sorted(set(periods))))
        absent = [code for code in partly.index[partly] if code not in texts.index]
        texts = pd.concat([texts, pd.Series("?", index=absent, dtype=object)])
        table[c.MISSING_PERIODS] = texts.reindex(codes).fillna("")
    return table


def _rate(
    data: Dataset,
    indicator: Indicator,
    codes: pd.Index,
    *,
    year: int,
    projects: frozenset[str],
) -> tuple[pd.DataFrame, Mask]:
    """Return disbursed as a percentage of allocated, and whether there is an allocation at all."""
    source = data.catalog.indicators[indicator.derived]
    parts = {
        basis: commune_values(data, source, year=year, basis=basis, projects=projects).set_index(
            c.CODE
        )
        for basis in (Basis.DISBURSED, Basis.ALLOCATED)
    }
    allocated = parts[Basis.ALLOCATED][c.VALUE].astype(float)
    disbursed = parts[Basis.DISBURSED][c.VALUE].astype(float)
    rate = pd.DataFrame(
        {
            c.VALUE: 100 * disbursed / allocated.where(allocated > 0),
            c.MISSING_PERIODS: parts[Basis.DISBURSED][c.MISSING_PERIODS],
        },
        index=codes,
    )
    return rate, np.asarray(allocated != 0, dtype=bool)


def _with_state(table: pd.DataFrame, in_scope: Mask) -> pd.DataFrame:
    values = table[c.VALUE].where(in_scope)
    missing = table[c.MISSING_PERIODS].where(in_scope, "")
    state = np.select(
        [~in_scope, values.isna(), missing != ""],
        [State.NOT_APPLICABLE, State.NOT_REPORTED, State.PARTLY_REPORTED],
        default=State.REPORTED,
    )
    return table.assign(**{c.VALUE: values, c.MISSING_PERIODS: missing, c.STATE: state})


def total(
    values: pd.DataFrame,
    indicator: Indicator,
    *,
    among: Mask | None = None,
    weights: pd.Series | None = None,
) -> Total:
    """Combine the values of several communes into one figure.

    Parameters
    ----------
    values
        Rows of `commune_values`.
    indicator
        Its kind decides: extensive values add up, intensive ones are averaged by `weights`.
    among
        Which of the rows to combine; all of them unless given.
    weights
        The base (households, people, allocated capital) of each row, for an intensive indicator;
        a commune whose weight is unknown does not enter the average and counts as missing.
    """
    states = values[c.STATE].to_numpy()
    concerned = states != State.NOT_APPLICABLE
    if among is not None:
        concerned &= among
    numbers = values[c.VALUE].to_numpy(dtype=np.float64)
    missing = (states == State.NOT_REPORTED) | (states == State.PARTLY_REPORTED)
    known = concerned & ~np.isnan(numbers)
    if WEIGHT in values:  # the base of the former communes that entered each rate
        weights = values[WEIGHT]
    value = np.nan
    if indicator.kind is Kind.EXTENSIVE and known.any():
        value = numbers[known].sum()
    elif indicator.kind is Kind.INTENSIVE and weights is not None:
        base = weights.to_numpy(dtype=np.float64)
        known &= base > 0
        missing |= ~known
        value = np.average(numbers[known], weights=base[known]) if known.any() else np.nan
    if MISSING_PARTS in values:  # counted among the former communes, as everywhere else
        texts = values.loc[concerned, MISSING_PARTS]
        silent = len({code for text in texts for code in text.split("; ") if code})
    else:
        silent = int((missing & concerned).sum())
    vague = int(((states == State.NOT_RESTATABLE) & concerned).sum())
    return Total(float(value), int(concerned.sum()), silent, vague)


def base_weights(
    data: Dataset, indicator: Indicator, *, year: int, projects: frozenset[str] = frozenset()
) -> pd.Series | None:
    """Return the base of an intensive indicator by row of `data.communes` (None: it has none)."""
    if indicator.kind is not Kind.INTENSIVE or not indicator.base:
        return None
    base = data.catalog.indicators[indicator.base]
    basis = Basis.ALLOCATED if Basis.ALLOCATED in base.bases else base.default_basis
    rows = commune_values(data, base, year=year, basis=basis, projects=projects)
    return rows[c.VALUE].astype(float)
