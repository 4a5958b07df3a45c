"""The figures a selection shows: of its basis, or the result held against the plan.

Completion is 100 · result / plan, remaining is plan − result and never below zero: what was done
beyond the plan in one commune does not fill what is left in another. A commune that was given no
plan has neither, and shows no zero as if it were a result: it is *without a plan* on every map.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import Measure, quarters_of, result_basis
from mtqg_geo.figures.quarters import results_at
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare, plan_share
from mtqg_geo.figures.states import any_is, states_of
from mtqg_geo.figures.values import (
    Total,
    base_weights,
    commune_values,
    restated_values,
    total,
    without_plan,
)
from mtqg_geo.figures.words import shown_words
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Kind, Lang, Mask, State, Text
from mtqg_geo.programme.period import Clock, Period

PERCENT = Text("%", "%")


@dataclass(frozen=True)
class MappedIndicator:
    """An indicator as a map shows it.

    Attributes
    ----------
    indicator
        With the unit, decimals and ramp of the measure: a completion is read in percent.
    words
        What is shown of it: the basis or the measure, and up to when.
    table
        A row per commune, as `commune_values` returns them; do not change it.
    """

    indicator: Indicator
    words: str
    table: pd.DataFrame


def shown(data: Dataset, selection: Selection, *, lang: Lang) -> MappedIndicator:
    """Return what the selection shows of its indicator."""
    indicator = data.catalog.indicators[selection.indicator]
    return MappedIndicator(
        indicator=as_measured(indicator, selection.measure),
        words=shown_words(data, selection, lang),
        table=shown_values(data, selection),
    )


def second_of(data: Dataset, selection: Selection) -> Selection:
    """Return the selection of the second indicator alone: its usual figure, the same period."""
    indicator = data.catalog.indicators[selection.second]
    return replace(
        selection,
        indicator=indicator.id,
        basis=indicator.default_basis,
        measure=Measure.VALUE,
        second="",
    )


def as_measured(indicator: Indicator, measure: Measure) -> Indicator:
    """Return the indicator with the unit, kind and ramp in which a measure of it is read."""
    if measure is Measure.COMPLETION:
        share = replace(indicator, unit=PERCENT, unit_one_en="", decimals=0)
        return replace(share, kind=Kind.INTENSIVE, theme="completion")
    return replace(indicator, theme="remaining") if measure is Measure.REMAINING else indicator


def shown_values(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return what the selection shows, a row per commune (shared: do not change it).

    As `measured`; besides, a plan of nothing is no figure but *no plan*. In sums it is the zero it
    always was: they are made of `measured`.
    """
    return _shown_values(
        data,
        data.catalog.indicators[selection.indicator],
        selection.period,
        selection.basis,
        selection.measure,
        data.catalog.with_children(selection.projects),
    )


@kept(maxsize=256)
def _shown_values(
    data: Dataset,
    indicator: Indicator,
    period: Period,
    basis: Basis,
    measure: Measure,
    projects: frozenset[str],
) -> pd.DataFrame:
    rows_of = partial(measured, data, indicator, period=period, projects=projects)
    rows = rows_of(basis=basis, measure=measure)
    if measure is not Measure.VALUE or not indicator.is_planned:
        return rows
    return without_plan(rows, rows_of(basis=Basis.PLAN))


@kept(maxsize=256)
def measured(
    data: Dataset,
    indicator: Indicator,
    *,
    period: Period,
    basis: Basis,
    measure: Measure = Measure.VALUE,
    projects: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Return the figure, completion or remainder of every commune, as rows of `commune_values`.

    Parameters
    ----------
    data, indicator, projects
        As for `commune_values`.
    period
        A year, or up to the end of a quarter: only results are told apart by quarters.
    basis
        Which figure; a measure always takes plan and result.
    measure
        Of a commune without a plan both have none. Both are missing where plan or result are,
        and partly reported where one of them is.
    """
    figure = partial(_figure, data, indicator, period=period, projects=projects)
    if measure is Measure.VALUE:
        return figure(basis=basis)
    bases = (Basis.PLAN, result_basis(indicator))
    restatement = data.restatement if measure is Measure.REMAINING else None
    # Where plan and result were given for the same units, what is left of them adds up.
    if restatement and len(restatement.epochs_of(indicator.id, period.year, bases)) == 1:
        return restated_values(
            restatement,
            indicator,
            year=period.year,
            basis=bases[1],
            projects=projects,
            figure=partial(measured, period=period, measure=measure, projects=projects),
        )
    made = completion if measure is Measure.COMPLETION else remaining
    return made(*(figure(basis=each) for each in bases))


def completion(plan: pd.DataFrame, result: pd.DataFrame) -> pd.DataFrame:
    """Return the result in percent of the plan, where there is one.

    30 of 40 houses are 75 %, 3 without any plan are no share of one, 10 planned and none reported
    are silent.

    >>> rows = pd.DataFrame({"state": "reported", "missing_periods": ""}, index=range(3))
    >>> plan = rows.assign(value=[40.0, 0.0, 10.0])
    >>> found = completion(plan, rows.assign(value=[30.0, 3.0, np.nan]))
    >>> found["value"].tolist(), found["state"].tolist()
    ([75.0, nan, nan], ['reported', 'no_plan', 'not_reported'])
    """
    planned, done = (_numbers(rows) for rows in (plan, result))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(planned > 0, 100 * (done / planned), np.nan)
    return _judged(plan, result, share)


def remaining(plan: pd.DataFrame, result: pd.DataFrame) -> pd.DataFrame:
    """Return what is left of the plan: nothing where more was done, and no zero without a plan.

    >>> rows = pd.DataFrame({"state": "reported", "missing_periods": ""}, index=range(3))
    >>> plan = rows.assign(value=[40.0, 40.0, 0.0])
    >>> found = remaining(plan, rows.assign(value=[30.0, 45.0, 0.0]))
    >>> found["value"].tolist(), found["state"].tolist()
    ([10.0, 0.0, nan], ['reported', 'reported', 'no_plan'])
    """
    return _judged(plan, result, np.maximum(_numbers(plan) - _numbers(result), 0))


@dataclass(frozen=True)
class SelectionTotal:
    """What the selection shows, as one figure, beside plan and result where it is a result.

    `share` is the result in percent of the plan; of a rate of disbursement, which has no plan, the
    rate itself. What remains leaves two things aside: `silent_plan`, the plan of the communes that
    have not reported, and `beyond_plan`, what others did beyond theirs.
    """

    total: Total
    result: float
    plan: float
    has_plan: bool
    share: PlanShare
    silent_plan: float = 0.0
    beyond_plan: float = 0.0


def shown_total(data: Dataset, selection: Selection, among: Mask) -> SelectionTotal:
    """Combine what is shown into one figure.

    The completion of several communes, and what they disbursed of what was allocated, is a
    `plan_share`. What remains adds up commune by commune, over those that reported.
    """
    indicator = data.catalog.indicators[selection.indicator]
    projects = data.catalog.with_children(selection.projects)
    weights = base_weights(data, indicator, year=selection.year, projects=projects)

    rows_of = partial(measured, data, indicator, period=selection.period, projects=projects)
    combined = partial(total, indicator=indicator, among=among, weights=weights)

    has_plan = Basis.PLAN in indicator.bases and selection.basis is not Basis.PLAN
    plan = combined(rows_of(basis=Basis.PLAN)).value if has_plan else np.nan
    result = combined(rows_of(basis=selection.basis))
    share = _share(data, selection, indicator, among, weights)
    if selection.measure is Measure.COMPLETION or indicator.is_disbursement:
        shown = replace(result, value=share.pct)
        return SelectionTotal(shown, result.value, plan, has_plan, share)
    if selection.measure is Measure.REMAINING:
        left = rows_of(basis=selection.basis, measure=selection.measure)
        if not indicator.adds_up:  # an average leaves no sum aside
            return SelectionTotal(combined(left), result.value, plan, has_plan, share)
        aside = _left_aside(rows_of(basis=Basis.PLAN), rows_of(basis=selection.basis), among)
        return SelectionTotal(combined(left), result.value, plan, has_plan, share, *aside)
    return SelectionTotal(result, result.value, plan, has_plan, share)


def _share(
    data: Dataset,
    selection: Selection,
    indicator: Indicator,
    among: Mask,
    weights: pd.Series | None,
) -> PlanShare:
    """Return the result in percent of the plan, or what was disbursed of what was allocated."""
    projects = data.catalog.with_children(selection.projects)
    whole, basis = Basis.PLAN, selection.basis
    if indicator.is_disbursement:
        indicator, weights = data.catalog.indicators[indicator.derived], None
        whole, basis = Basis.ALLOCATED, Basis.DISBURSED
    if whole not in indicator.bases or basis is whole:  # a plan is no share of itself
        return PlanShare()
    rows_of = partial(measured, data, indicator, projects=projects)
    year_before = selection.year - 1
    starts = indicator.falls and year_before in data.years
    share = plan_share(
        rows_of(basis=whole, period=selection.period),
        rows_of(basis=basis, period=selection.period),
        indicator,
        among=among,
        weights=weights,
        before=rows_of(basis=basis, period=Period(year_before)) if starts else None,
    )
    # *At least* is said of results: where an allocation is not known, the plan often is not, too.
    return share if basis is result_basis(indicator) else replace(share, is_lower_bound=False)


def _left_aside(plan: pd.DataFrame, result: pd.DataFrame, among: Mask) -> tuple[float, float]:
    """Return the plan of the communes without a result, and what others did beyond theirs."""
    planned, done = (_numbers(rows)[among] for rows in (plan, result))
    silent_plan = np.nansum(planned[np.isnan(done)])
    return float(silent_plan), float(np.nansum(np.maximum(done - planned, 0)))


def _figure(
    data: Dataset, indicator: Indicator, *, period: Period, basis: Basis, projects: frozenset[str]
) -> pd.DataFrame:
    """Return the figure of a basis; a result as it stood at the end of the period."""
    quarters = quarters_of(data, indicator, period.year) if period.quarter else ()
    is_earlier = bool(quarters) and (period.quarter or 0) < quarters[-1]
    if not is_earlier or basis is not result_basis(indicator):
        return commune_values(data, indicator, year=period.year, basis=basis, projects=projects)
    clock = Clock(period.year, period.quarter or 0)
    if indicator.is_disbursement and data.restatement:
        return restated_values(
            data.restatement,
            indicator,
            year=period.year,
            basis=basis,
            projects=projects,
            figure=partial(_figure, period=period, projects=projects),
        )
    if indicator.is_disbursement:
        money = data.catalog.indicators[indicator.derived]
        allocated = commune_values(
            data, money, year=period.year, basis=Basis.ALLOCATED, projects=projects
        )
        return completion(allocated, results_at(data, money, clock, projects=projects))
    return results_at(data, indicator, clock, projects=projects)


def _numbers(rows: pd.DataFrame) -> NDArray[np.float64]:
    return np.asarray(rows[c.VALUE], dtype=np.float64)


def _judged(plan: pd.DataFrame, result: pd.DataFrame, values: NDArray[np.float64]) -> pd.DataFrame:
    """Return rows with these values, and why there is none where there is none."""
    states = [rows[c.STATE].to_numpy() for rows in (plan, result)]
    outside = any_is(State.NOT_APPLICABLE, *states)
    no_plan = _numbers(plan) <= 0
    vague = any_is(State.NOT_RESTATABLE, *states)
    state = states_of(
        outside=outside,
        no_plan=no_plan,
        unknown_share=vague,
        missing=np.isnan(values),
        partly=any_is(State.PARTLY_REPORTED, *states),
    )
    periods = np.where(
        result[c.MISSING_PERIODS] != "", result[c.MISSING_PERIODS], plan[c.MISSING_PERIODS]
    )
    return result.assign(
        **{
            c.VALUE: np.where(outside | no_plan | vague, np.nan, values),
            c.STATE: state,
            c.MISSING_PERIODS: np.where(outside | no_plan, "", periods),
        }
    )
