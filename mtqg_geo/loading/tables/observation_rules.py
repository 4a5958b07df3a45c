"""Which figures the programme accepts: indicator, basis, period and project fit, values in range.

The catalogue decides. What is done or paid in the course of a year is reported by quarter and adds
up; plans, and what is measured once (households, rates), are reported by year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import RegionHistory
from mtqg_geo.loading.communes.meanings import DatedLists, communes_of
from mtqg_geo.loading.sheets.rows import Rows
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import Reading, refuse
from mtqg_geo.loading.tables.entries import UNKNOWN, Entries, Known
from mtqg_geo.programme.model import DASH, MOST_DIFFICULT, Basis, Indicator, Kind, Mask, Scope
from mtqg_geo.programme.period import Period
from mtqg_geo.programme.words import t

LARGEST = 1e15
FLOWS = (Basis.ACTUAL, Basis.DISBURSED)


def combination_errors(
    rows: Rows, entries: Entries, known: Known, *, is_wide: bool
) -> tuple[Entries, list[RowError]]:
    """Check indicator, basis, period and project together; fill in the project that is implied.

    Returns
    -------
    The figures with their projects; errors.
    """
    sizes = [len(names) for names in (known.indicators, known.bases, known.periods, known.projects)]
    numbers = (entries.indicator, entries.basis, entries.period, entries.project)
    key = np.zeros(len(entries.at), dtype=np.int64)
    for size, each in zip(sizes, numbers, strict=True):
        key = key * size + each
    complete = np.logical_and.reduce([each != UNKNOWN for each in numbers])
    which, distinct = pd.factorize(np.where(complete, key, UNKNOWN))
    implied = np.full(len(distinct), UNKNOWN, dtype=np.int16)
    errors: list[RowError] = []
    for number, each in enumerate(distinct):
        if each == UNKNOWN:
            continue
        parts = np.unravel_index(each, sizes)
        implied[number], field, why = _judged(known, *map(int, parts), is_wide=is_wide)
        if why is not None:
            errors += entries.errors(rows, which == number, why, field)
    project = np.where(complete, implied[which], entries.project) if len(distinct) else implied
    return replace(entries, project=project), errors


def _judged(
    known: Known, indicator: int, basis: int, period: int, project: int, *, is_wide: bool
) -> tuple[int, str, Reading | None]:
    """Return the project that counts, and the field and reason if the combination is wrong."""
    meant = known.indicator(indicator)
    if meant.kind is Kind.CATEGORY:
        return project, "indicator", refuse("load_region_list", indicator=meant.id)
    if meant.nearest:
        return project, "indicator", refuse("load_distance", indicator=meant.id)
    if meant.derived:
        why = refuse("load_derived", indicator=meant.id, base=meant.derived)
        return project, "indicator", why
    if known.bases[basis] not in meant.bases:
        words = ", ".join(f"{t(f'basis_{each}', 'vi')} ({each})" for each in meant.bases)
        return project, "basis", refuse("load_basis_of", indicator=meant.id, known=words)
    by_quarter = is_reported_by_quarter(meant, Basis(known.bases[basis]))
    if by_quarter != (Period.of(known.periods[period]).quarter is not None):
        code = "load_by_quarter" if by_quarter else "load_by_year"
        return project, "period", refuse(code, indicator=meant.id, text=known.periods[period])
    implied, wrong = _project(known, meant, known.projects[project], is_wide=is_wide)
    return known.projects.index(implied), "project", wrong


def is_reported_by_quarter(indicator: Indicator, basis: Basis) -> bool:
    """Say whether figures are what was added in a quarter, rather than of a whole year."""
    planned_sums = indicator.adds_up and Basis.PLAN in indicator.bases
    return planned_sums and basis in FLOWS


def _project(
    known: Known, indicator: Indicator, given: str, *, is_wide: bool
) -> tuple[str, Reading | None]:
    """Return the project a figure belongs to, and why the one given is wrong."""
    if indicator.project:
        if given in ("", indicator.project):
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
    parts = sorted(known.catalog.with_children([given]) - {given})
    if parts:  # a sum over projects would count it twice
        return given, refuse("load_project_parts", given=given, parts=", ".join(parts))
    return given, None


def value_errors(rows: Rows, entries: Entries, known: Known) -> list[RowError]:
    """Check the values of each indicator: whole, not negative, a percentage, not too large."""
    errors: list[RowError] = []
    for number in np.unique(entries.indicator[entries.indicator != UNKNOWN]):
        indicator = known.indicator(number)
        mine = entries.indicator == number
        for where, why in _wrong_values(indicator, entries, mine):
            if where.any():
                errors += entries.errors(rows, where, why)
    return errors


def _wrong_values(
    indicator: Indicator, entries: Entries, mine: Mask
) -> Iterator[tuple[Mask, Reading]]:
    """Yield where the values of an indicator are wrong, and why."""
    value = entries.value
    said: dict[str, object] = {"indicator": indicator.id, "unit": indicator.unit}
    there = mine & ~np.isnan(value)
    yield there & (np.abs(value) > LARGEST), refuse("load_too_large_value", **said)
    if indicator.is_percent:
        yield there & ((value < 0) | (value > 100)), refuse("load_percent_range", **said)
        yield _unclear_percent(entries, there), refuse("load_percent_unclear", **said)
    elif indicator.is_points:
        yield there & (np.abs(value) > 100), refuse("load_points_range", **said)
    else:
        yield there & entries.signed, refuse("load_percent_sign", **said)
    if indicator.adds_up:
        yield there & (value < 0), refuse("load_negative", **said)
    if indicator.decimals == 0:
        yield there & (value != np.round(value)), refuse("load_fraction", **said)
    if indicator.counts_communes:  # one commune counts for one at most
        yield there & (value > 1), refuse("load_above_one", **said)


def _unclear_percent(entries: Entries, there: Mask) -> Mask:
    """Return the parts of one in a column of percentages in which nothing is above one."""
    unclear = np.zeros(len(there), dtype=bool)
    for number in range(len(entries.columns)):
        plain = there & ~entries.signed & (entries.column == number)
        if plain.any() and entries.value[plain].max() <= 1:
            unclear |= plain & (entries.value > 0) & (entries.value < 1)
    return unclear


def _regions(
    codes: NDArray[np.object_],
    entries: Entries,
    known: Known,
    of_year: Mask,
    year: int,
    data: Dataset,
) -> NDArray[np.object_] | None:
    """Return the region of the commune of each figure of a year; None if no list is known."""
    communes = communes_of(data)
    if not isinstance(communes, DatedLists):
        regions = data.regions_in(year, hardest=True)  # as `indicators` sees the scope
        found = pd.Series(codes).map(regions).to_numpy(dtype=object)
        return None if regions.empty else found
    history = RegionHistory(data.regions, communes.epochs)
    periods = pd.Series(np.array(known.periods, dtype=object)[entries.period[of_year]])
    epochs = communes.epochs.of(pd.Series(codes[of_year]), periods)
    found = np.full(len(codes), None, dtype=object)
    for epoch in np.unique(epochs).tolist():
        regions = history(epoch, year, hardest=True)
        if regions.empty:
            return None
        where = np.flatnonzero(of_year)[epochs == epoch]
        found[where] = pd.Series(codes[where]).map(regions).to_numpy(dtype=object)
    return found


def scope_warnings(
    rows: Rows, entries: Entries, known: Known, codes: NDArray[np.object_], data: Dataset
) -> list[RowError]:
    """Mention figures of communes that the indicator does not speak of: the map hides them.

    Parameters
    ----------
    codes
        The commune of each figure.
    """
    warnings: list[RowError] = []
    years = np.array([Period.of(period).year for period in known.periods])[entries.period]
    scopes = [known.indicator(number).scope for number in range(len(known.indicators))]
    for year in np.unique(years):
        of_year = years == year
        region = _regions(codes, entries, known, of_year, int(year), data)
        if region is None:
            continue
        listed = pd.notna(region) | (codes == "")
        labels = pd.Series(region, dtype=object)
        with_hardest = [each for each in labels.unique() if MOST_DIFFICULT in str(each).split(DASH)]
        hardest = labels.isin(with_hardest).to_numpy()
        for scope, outside, code in (
            (Scope.PROGRAMME, ~listed, "load_outside_programme"),
            (Scope.REGION_III, ~hardest, "load_outside_region3"),
        ):
            of_scope = np.array([each is scope for each in scopes] + [False])[entries.indicator]
            where = of_year & of_scope & outside & ~np.isnan(entries.value)
            if where.any():
                first = np.zeros(len(where), dtype=bool)
                first[np.argmax(where)] = True
                why = refuse(code, count=int(where.sum()), year=str(year))
                warnings += entries.errors(rows, first, why)
    return warnings
