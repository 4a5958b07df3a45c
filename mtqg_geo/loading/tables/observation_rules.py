"""Which figures the programme accepts: indicator, basis, period and project fit, values in range.

The catalogue decides. What is done or paid in the course of a year is reported by quarter and adds
up; plans, and what is measured once (households, rates), are reported by year.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import RegionHistory
from mtqg_geo.loading.communes.meanings import DatedLists, communes_of
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import Reading, refuse
from mtqg_geo.loading.tables.figures import COLUMN, KEY, SIGNED, Figures
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import (
    DASH,
    FLOWS,
    MOST_DIFFICULT,
    Basis,
    Indicator,
    Kind,
    Mask,
    Scope,
)
from mtqg_geo.programme.period import Period
from mtqg_geo.programme.words import t

LARGEST = 1e15
PAIR = [c.COMMUNE_CODE, c.PERIOD]
OUTSIDE = {
    Scope.PROGRAMME: "load_outside_programme",
    Scope.REGION_III: "load_outside_region3",
}


def combination_checks(
    figures: Figures, *, is_wide: bool
) -> tuple[Figures, list[RowError], list[RowError]]:
    """Check indicator, basis, period and project together; fill in the project that is implied.

    Each combination is judged once, however many figures are of it.

    Returns
    -------
    The figures with their projects; errors; a word where a project stood for its part.
    """
    # NaN where the file says nothing of one of the four: that has an error of its own already.
    which = figures.frame.groupby(KEY, observed=True, sort=False).ngroup()
    first = which.dropna().drop_duplicates()
    names, implied = figures.names(c.PROJECT), {}
    errors: list[RowError] = []
    warnings: list[RowError] = []
    for number, key in zip(first, figures.frame.loc[first.index, KEY].to_numpy(), strict=True):
        project, field, why = _judged(figures.catalog, *key, is_wide=is_wide)
        implied[number] = names.index(project)
        where, given = np.asarray(which == number, dtype=bool), key[KEY.index(c.PROJECT)]
        if why is not None:
            errors += figures.errors(where, why, field)
        elif given and project and given != project:
            said = {"indicator": key[0], "project": project, "given": given}
            why = refuse("load_project_taken", count=int(where.sum()), **said)
            warnings += figures.first_error(where, why, field)
    codes = which.map(implied).where(which.notna(), figures.of(c.PROJECT)).astype(np.int16)
    dtype = figures.frame[c.PROJECT].dtype
    figures = figures.assign(**{c.PROJECT: pd.Categorical.from_codes(codes, dtype=dtype)})
    return figures, errors, warnings


def _judged(
    catalog: Catalog, indicator: str, basis: str, period: str, project: str, *, is_wide: bool
) -> tuple[str, str, Reading | None]:
    """Return the project that counts, and the field and reason if the combination is wrong."""
    meant = catalog.indicators[indicator]
    if meant.kind is Kind.CATEGORY:
        return project, c.INDICATOR, refuse("load_region_list", indicator=meant.id)
    if meant.nearest:
        return project, c.INDICATOR, refuse("load_distance", indicator=meant.id)
    if meant.derived:
        why = refuse("load_derived", indicator=meant.id, base=meant.derived)
        return project, c.INDICATOR, why
    if basis not in meant.bases:
        words = ", ".join(f"{t(f'basis_{each}', 'vi')} ({each})" for each in meant.bases)
        return project, c.BASIS, refuse("load_basis_of", indicator=meant.id, known=words)
    by_quarter = is_reported_by_quarter(meant, Basis(basis))
    if by_quarter != (Period.of(period).quarter is not None):
        code = "load_by_quarter" if by_quarter else "load_by_year"
        return project, c.PERIOD, refuse(code, indicator=meant.id, text=period)
    implied, wrong = _project(catalog, meant, project, is_wide=is_wide)
    return implied, c.PROJECT, wrong


def is_reported_by_quarter(indicator: Indicator, basis: Basis) -> bool:
    """Say whether figures are what was added in a quarter, rather than of a whole year."""
    return indicator.grows_by_quarter and basis in FLOWS


def _project(
    catalog: Catalog, indicator: Indicator, given: str, *, is_wide: bool
) -> tuple[str, Reading | None]:
    """Return the project a figure belongs to, and why the one given is wrong."""
    if indicator.project:
        # Of a project with several parts, the indicator names the one that is meant.
        if not given or indicator.project in catalog.with_children([given]):
            return indicator.project, None
        values = {"indicator": indicator.id, "project": indicator.project, "given": given}
        return given, refuse("load_project_of", **values)
    if Basis.DISBURSED not in indicator.bases:  # neither a result of a project nor money
        # A row of a wide table may name the project of its capital beside its other figures.
        if not given or is_wide:
            return "", None
        return given, refuse("load_project_none", indicator=indicator.id, given=given)
    if not given:
        return given, refuse("load_project_missing", indicator=indicator.id)
    parts = sorted(catalog.with_children([given]) - {given})
    if parts:  # a sum over projects would count it twice
        return given, refuse("load_project_parts", given=given, parts=", ".join(parts))
    return given, None


def value_errors(figures: Figures) -> list[RowError]:
    """Check the values of each indicator: whole, not negative, a percentage, not too large."""
    return [
        error
        for indicator, mine in figures.by_indicator()
        for where, why in _wrong_values(indicator, figures, mine)
        if where.any()
        for error in figures.errors(where, why)
    ]


def _wrong_values(
    indicator: Indicator, figures: Figures, mine: Mask
) -> Iterator[tuple[Mask, Reading]]:
    """Yield where the values of an indicator are wrong, and why."""
    value, signed = figures.of(c.VALUE), figures.of(SIGNED)
    said: dict[str, object] = {"indicator": indicator.id, "unit": indicator.unit}
    there = mine & ~np.isnan(value)
    yield there & (np.abs(value) > LARGEST), refuse("load_too_large_value", **said)
    if indicator.is_percent:
        yield there & ((value < 0) | (value > 100)), refuse("load_percent_range", **said)
        yield _unclear_percent(figures, there), refuse("load_percent_unclear", **said)
    elif indicator.is_points:
        yield there & (np.abs(value) > 100), refuse("load_points_range", **said)
    else:
        yield there & signed, refuse("load_percent_sign", **said)
    if indicator.adds_up:
        yield there & (value < 0), refuse("load_negative", **said)
    if indicator.decimals == 0:
        yield there & (value != np.round(value)), refuse("load_fraction", **said)
    if indicator.counts_communes:  # one commune counts for one at most
        yield there & (value > 1), refuse("load_above_one", **said)


def _unclear_percent(figures: Figures, there: Mask) -> Mask:
    """Return the parts of one in a column of percentages in which nothing is above one.

    0.05 may be meant as 5 % there; beside a 12 it is a twentieth of one per cent.
    """
    value, column = figures.of(c.VALUE), figures.of(COLUMN)
    unclear = np.zeros(len(there), dtype=bool)
    for number in range(len(figures.columns)):
        unsigned = there & ~figures.of(SIGNED) & (column == number)
        if unsigned.any() and value[unsigned].max() <= 1:
            unclear |= unsigned & (value > 0) & (value < 1)
    return unclear


def scope_warnings(figures: Figures, data: Dataset) -> list[RowError]:
    """Mention figures of communes that the indicator does not speak of: the map hides them.

    Parameters
    ----------
    figures
        The figures with the commune of each ("" where there is none).
    data
        The lists of regions.
    """
    # The region is asked once for each commune and period, not for each of a million figures.
    of_pair = figures.frame.groupby(PAIR, observed=True, sort=False).ngroup()
    first = of_pair.dropna().drop_duplicates()
    pairs = figures.frame.loc[first.index, PAIR].astype(object).set_axis(first.astype(int))
    pair_years = pairs[c.PERIOD].map(lambda period: Period.of(period).year)
    outside = {scope: np.zeros(len(pairs) + 1, dtype=bool) for scope in OUTSIDE}  # last: no period
    for year, of_year in pairs.groupby(pair_years):
        regions = _regions(of_year, year, data)
        if regions is None:  # without a list nobody can tell
            continue
        hardest = [MOST_DIFFICULT in str(region).split(DASH) for region in regions]
        unlisted = pd.isna(regions) & (of_year[c.COMMUNE_CODE] != "")
        outside[Scope.PROGRAMME][of_year.index] = unlisted
        outside[Scope.REGION_III][of_year.index] = np.logical_not(hardest)
    number = of_pair.fillna(-1).to_numpy(int)
    years = np.append(pair_years.sort_index(), 0)[number]
    there = ~np.isnan(figures.of(c.VALUE))
    warnings: list[RowError] = []
    for scope, code in OUTSIDE.items():
        where = outside[scope][number] & there & _of_scope(figures, scope)
        for year in np.unique(years[where]).tolist():
            of_year = where & (years == year)
            why = refuse(code, count=int(of_year.sum()), year=str(year))
            warnings += figures.first_error(of_year, why)
    return warnings


def _of_scope(figures: Figures, scope: Scope) -> Mask:
    return figures.where(lambda indicator: indicator.scope is scope)


def _regions(pairs: pd.DataFrame, year: int, data: Dataset) -> NDArray[np.object_] | None:
    """Return the region of each commune in its period of a year; None if no list is known."""
    communes, codes = communes_of(data), pairs[c.COMMUNE_CODE]
    if not isinstance(communes, DatedLists):
        regions = data.regions_in(year, hardest=True)  # as `indicators` sees the scope
        return None if regions.empty else codes.map(regions).to_numpy(dtype=object)
    history = RegionHistory(data.regions, communes.epochs)
    # A code names another unit after 2025, so each is looked up in the time it speaks of.
    epochs = np.asarray(communes.epochs.of(codes, pairs[c.PERIOD]))
    found = np.full(len(codes), None, dtype=object)
    for epoch in np.unique(epochs).tolist():
        regions = history(epoch, year, hardest=True)
        if regions.empty:
            return None
        found[epochs == epoch] = codes[epochs == epoch].map(regions).to_numpy(dtype=object)
    return found
