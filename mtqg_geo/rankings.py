"""Districts and communes compared by how much of their plan is done; who is silent stands apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.indicators import base_weights, total
from mtqg_geo.model import Indicator, Kind, Mask, State
from mtqg_geo.progress import FALLING, plans_of
from mtqg_geo.progress_periods import Cumulative, bare, by_quarter, clock_at, filtering, results_at
from mtqg_geo.progress_rules import Clock, completion_pct
from mtqg_geo.selection import Selection

DISTRICT, COMMUNE = "district", "commune"
LEVELS = (DISTRICT, COMMUNE)


@dataclass(frozen=True)
class Unit:
    """A district or commune: what it planned, what it did, who of it is missing.

    Attributes
    ----------
    code, name, district
        Who it is; `district` is the name of a commune's district, empty for a district.
    plan, actual
        Of all its communes; `actual` is a lower bound where communes are missing.
    completed_pct
        Of the communes that fully reported: their result as a share of their plan. A silent commune
        thus neither counts as zero nor pulls its district down.
    communes, communes_missing
        How many communes it stands for, and how many of them have not fully reported.
    path_pct
        `completed_pct` at the end of each quarter so far; empty for what is measured once a year.
    missing_periods
        The quarters a commune left out, as text.
    rank
        Its place, the same for equals; 0 where it is not ranked.
    """

    code: str
    name: str
    district: str
    plan: float
    actual: float
    completed_pct: float
    communes: int
    communes_missing: int
    path_pct: tuple[float, ...] = ()
    missing_periods: str = ""
    rank: int = 0

    @property
    def gap(self) -> float:
        """What is left of the plan."""
        return max(self.plan - self.actual, 0.0)


@dataclass(frozen=True)
class Ranking:
    """Units in order; apart from them who has not fully reported, and who has nothing planned."""

    indicator: Indicator
    ranked: tuple[Unit, ...]
    silent: tuple[Unit, ...]
    unplanned: tuple[Unit, ...]


# By what units are put in order; what is compared, and whether the largest comes first.
ORDERS: dict[str, tuple[Callable[[Unit], float], bool]] = {
    "best": (lambda unit: round(unit.completed_pct, 9), True),
    "worst": (lambda unit: round(unit.completed_pct, 9), False),
    "gap": (lambda unit: round(unit.gap, 9), True),
    "actual": (lambda unit: round(unit.actual, 9), True),
    "plan": (lambda unit: round(unit.plan, 9), True),
}


@dataclass(frozen=True)
class _Figures:
    """Plan, result and quarters of every commune, row by row as in the data."""

    indicator: Indicator
    plans: pd.DataFrame
    results: pd.DataFrame
    before: pd.DataFrame | None
    weights: pd.Series | None
    quarters: Cumulative | None
    last_quarter: int


def ranking(
    data: Dataset,
    selection: Selection,
    indicator: Indicator,
    *,
    level: str = DISTRICT,
    order: str = "best",
    quarter: int | None = None,
) -> Ranking:
    """Compare the districts or communes of a selection by an indicator that has a plan.

    Parameters
    ----------
    data, selection, indicator
        What to compare; the status of works has no part in it.
    level
        `district` or `commune`.
    order
        A key of `ORDERS`.
    quarter
        The end of which quarter to measure at; without it the last one that was reported.
    """
    units = _units(
        data, bare(selection, indicator.id), clock_at(data, selection.year, quarter), level
    )
    silent = tuple(unit for unit in units if _is_silent(unit, level))
    others = [unit for unit in units if not _is_silent(unit, level)]
    compared = [unit for unit in others if math.isfinite(unit.completed_pct)]
    unplanned = tuple(unit for unit in others if not math.isfinite(unit.completed_pct))
    return Ranking(indicator, _in_order(compared, order), silent, unplanned)


def _is_silent(unit: Unit, level: str) -> bool:
    """Say whether a unit cannot be ranked because of what was not reported.

    That is a commune with a gap, and a district none of whose communes with a plan has reported.
    """
    if level == COMMUNE:
        return unit.communes_missing > 0
    nobody = unit.plan > 0 and math.isnan(unit.completed_pct) and unit.communes_missing > 0
    return nobody or unit.communes_missing == unit.communes


def _in_order(units: Sequence[Unit], order: str) -> tuple[Unit, ...]:
    """Sort units and number them: equals share a place, and the next place counts them all."""
    measure, largest_first = ORDERS[order]
    ordered = sorted(units, key=measure, reverse=largest_first)
    places: dict[float, int] = {}
    for place, unit in enumerate(ordered, start=1):
        places.setdefault(measure(unit), place)
    return tuple(replace(unit, rank=places[measure(unit)]) for unit in ordered)


@lru_cache(maxsize=64)
def _units(data: Dataset, selection: Selection, clock: Clock, level: str) -> tuple[Unit, ...]:
    figures = _figures(data, selection, clock)
    communes = data.commune_list
    concerned = figures.results[c.STATE].to_numpy() != State.NOT_APPLICABLE
    selected = selection.commune_mask(data) & concerned
    if level == COMMUNE:
        return tuple(_communes(figures, communes, selected))
    district = communes[c.DISTRICT_CODE].to_numpy()
    names = dict(zip(data.districts[c.CODE], data.districts[c.NAME], strict=True))
    return tuple(
        _unit(figures, (district == code) & selected, code, names[code])
        for code in names
        if ((district == code) & selected).any()
    )


def _figures(data: Dataset, selection: Selection, clock: Clock) -> _Figures:
    indicator = data.catalog.indicators[selection.indicator]
    chosen = data.catalog.with_children(selection.projects)
    projects = filtering(data, indicator, clock.year, chosen)
    results = results_at(data, indicator, clock, projects=projects)
    plans = plans_of(data, indicator, clock.year, projects=projects)
    grows = indicator.kind is Kind.EXTENSIVE
    last_year = indicator.direction == FALLING and clock.year - 1 in data.years
    return _Figures(
        indicator=indicator,
        plans=results.assign(**{c.VALUE: np.nan}) if plans is None else plans,
        results=results,
        before=results_at(data, indicator, Clock(clock.year - 1, 4), projects=projects)
        if last_year
        else None,
        weights=base_weights(data, indicator, year=clock.year, projects=projects),
        quarters=by_quarter(data, indicator, clock.year, projects=projects) if grows else None,
        last_quarter=clock.quarter,
    )


def _communes(figures: _Figures, communes: pd.DataFrame, rows: Mask) -> Iterator[Unit]:
    """Return every commune of some rows as a unit of its own."""
    falls = figures.indicator.direction == FALLING
    planned, done = _numbers(figures.plans), _numbers(figures.results)
    before = np.full(len(done), np.nan) if figures.before is None else _numbers(figures.before)
    complete = (figures.results[c.STATE] == State.REPORTED).to_numpy(dtype=bool)
    names = communes[[c.CODE, c.NAME, c.DISTRICT]].to_numpy()
    periods = figures.results[c.MISSING_PERIODS].to_numpy()
    for row in np.flatnonzero(rows):
        code, name, district = names[row]
        plan, actual = float(planned[row]), float(done[row])
        share = completion_pct(plan, actual, falls=falls, before=float(before[row]))
        only = np.arange(len(done)) == row
        yield Unit(
            code=code,
            name=name,
            district=district,
            plan=plan,
            actual=actual,
            completed_pct=share if complete[row] else math.nan,
            communes=1,
            communes_missing=int(not complete[row]),
            path_pct=_path(figures, only & complete),
            missing_periods=periods[row],
        )


def _unit(figures: _Figures, among: Mask, code: str, name: str) -> Unit:
    """Return a group of communes as one unit."""
    complete = among & (figures.results[c.STATE].to_numpy() == State.REPORTED)
    made = total(figures.results, figures.indicator, among=among, weights=figures.weights)
    return Unit(
        code=code,
        name=name,
        district="",
        plan=_value(figures, figures.plans, among),
        actual=made.value,
        completed_pct=completion_pct(
            _value(figures, figures.plans, complete),
            _value(figures, figures.results, complete),
            falls=figures.indicator.direction == FALLING,
            before=_value(figures, figures.before, complete),
        ),
        communes=made.communes,
        communes_missing=made.communes_missing,
        path_pct=_path(figures, complete),
    )


def _value(figures: _Figures, values: pd.DataFrame | None, among: Mask) -> float:
    if values is None:
        return math.nan
    return total(values, figures.indicator, among=among, weights=figures.weights).value


def _path(figures: _Figures, complete: Mask) -> tuple[float, ...]:
    """Return the share of the plan done by the end of each quarter."""
    if figures.quarters is None or not complete.any():
        return ()
    planned = np.nansum(_numbers(figures.plans)[complete])
    if not planned > 0:
        return ()
    done = np.nansum(figures.quarters.sums[complete], axis=0)[: figures.last_quarter]
    return tuple((100 * done / planned).tolist())


def _numbers(values: pd.DataFrame) -> NDArray[np.float64]:
    return np.asarray(values[c.VALUE], dtype=np.float64)
