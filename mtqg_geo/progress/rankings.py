"""Districts and communes compared by how much of their plan is done; who is silent stands apart."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures import plan_and_result
from mtqg_geo.figures.filters import codes_in_regions
from mtqg_geo.figures.quarters import as_counted, bare, clock_at
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare, completion_pct
from mtqg_geo.figures.values import was_difficult
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import MOST_DIFFICULT, Indicator, Mask
from mtqg_geo.programme.period import Clock

DISTRICT, COMMUNE = "district", "commune"
LEVELS = (DISTRICT, COMMUNE)


@dataclass(frozen=True)
class RankedUnit:
    """A district or commune: what it planned, what it did, who of it is missing.

    Attributes
    ----------
    code, name, district
        Who it is; `district` is the name of a commune's district, empty for a district.
    plan, actual
        Of all its communes; `actual` is a lower bound where communes are missing.
    share
        How much of that plan is done. It is what is shown and compared, as everywhere; the share
        among the communes that fully reported stands beside it, and can be compared by too.
    communes, communes_missing
        How many communes it stands for, and how many of them have not fully reported.
    path_pct
        `share.pct` at the end of each quarter so far; empty for what is measured once a year.
    missing_periods
        The quarters a commune left out, as text.
    rank
        Its place, the same for equals; 0 where it is not ranked.
    difficult
        Of a commune, whether it was especially difficult in the year: `whole`, `part`, or "".
    """

    code: str
    name: str
    district: str
    plan: float
    actual: float
    share: PlanShare
    communes: int
    communes_missing: int
    path_pct: tuple[float, ...] = ()
    missing_periods: str = ""
    rank: int = 0
    difficult: str = ""

    @property
    def gap(self) -> float:
        """What is left of the plan."""
        return max(self.plan - self.actual, 0.0)


@dataclass(frozen=True)
class Ranking:
    """Units in order; apart from them who has not fully reported, and who has nothing planned."""

    indicator: Indicator
    ranked: tuple[RankedUnit, ...]
    silent: tuple[RankedUnit, ...]
    unplanned: tuple[RankedUnit, ...]


# By what units are put in order, the usual first; what is compared, and whether the largest comes
# first. Rounded, so that equal shares worked out of different numbers are equal.
ORDERS: dict[str, tuple[Callable[[RankedUnit], float], bool]] = {
    "worst": (lambda unit: round(unit.share.pct, 9), False),
    "best": (lambda unit: round(unit.share.pct, 9), True),
    "reported": (lambda unit: round(unit.share.reported_pct, 9), True),
    "gap": (lambda unit: round(unit.gap, 9), True),
    "actual": (lambda unit: round(unit.actual, 9), True),
    "plan": (lambda unit: round(unit.plan, 9), True),
}


@dataclass(frozen=True)
class _Course:
    """Plans and results, where a fall started from, and the quarters so far."""

    figures: plan_and_result.IndicatorFigures
    before: plan_and_result.IndicatorFigures | None
    quarters: NDArray[np.float64] | None

    @property
    def falls(self) -> bool:
        return self.figures.indicator.falls


def ranking(
    data: Dataset,
    selection: Selection,
    indicator: Indicator,
    *,
    level: str = DISTRICT,
    order: str = "best",
) -> Ranking:
    """Compare the districts or communes of a selection by an indicator that has a plan.

    Parameters
    ----------
    data, selection, indicator
        What to compare; the status of works has no part in it.
    level
        `district` or `commune`. Communes are the units shown; a unit of the reform that lies in
        several former districts is counted in each with what came from there.
    order
        A key of `ORDERS`.
    """
    chosen = bare(selection, indicator.id)
    # Districts are those of the year that is measured; a commune is the unit on the screen.
    if level == DISTRICT:
        data, chosen = as_counted(data, chosen)
    units = _units(data, chosen, clock_at(data, selection.year, selection.quarter), level)
    # Who was given nothing has no place among the silent, whether it reported that or not.
    given = [unit for unit in units if not (indicator.is_planned and unit.plan == 0)]
    silent = tuple(unit for unit in given if _is_silent(unit, level))
    compared = [
        unit for unit in given if not _is_silent(unit, level) and math.isfinite(unit.share.pct)
    ]
    listed = {unit.code for unit in (*silent, *compared)}
    unplanned = tuple(unit for unit in units if unit.code not in listed)
    return Ranking(indicator, _in_order(compared, order), silent, unplanned)


def _is_silent(unit: RankedUnit, level: str) -> bool:
    """Say whether a unit cannot be ranked because of what was not reported.

    That is a commune with a gap, and a district none of whose communes with a plan has reported.
    """
    if level == COMMUNE:
        return unit.communes_missing > 0
    # Who had nothing to do reported a zero: that is no result of those who had.
    nobody = unit.plan > 0 and math.isnan(unit.share.reported_pct) and unit.communes_missing > 0
    return nobody or unit.communes_missing == unit.communes


def _in_order(units: Sequence[RankedUnit], order: str) -> tuple[RankedUnit, ...]:
    """Sort units and number them: equals share a place, and the next place counts them all.

    >>> def unit(name, pct):
    ...     share = PlanShare(pct, reported_pct=pct, reported=1, communes=1)
    ...     return RankedUnit(name, name, "", 100, pct, share, communes=1, communes_missing=0)
    >>> ordered = _in_order([unit("A", 80), unit("B", 95), unit("C", 80), unit("D", 60)], "best")
    >>> [(each.name, each.rank) for each in ordered]
    [('B', 1), ('A', 2), ('C', 2), ('D', 4)]
    """
    measure, largest_first = ORDERS[order]
    ordered = sorted(units, key=measure, reverse=largest_first)
    places: dict[float, int] = {}
    for place, unit in enumerate(ordered, start=1):
        places.setdefault(measure(unit), place)
    return tuple(replace(unit, rank=places[measure(unit)]) for unit in ordered)


@kept(maxsize=64)
def _units(data: Dataset, selection: Selection, clock: Clock, level: str) -> tuple[RankedUnit, ...]:
    if level == COMMUNE:
        course = _course(data, selection, clock)
        selected = plan_and_result.selected_communes(data, selection) & course.figures.concerned
        return tuple(_communes(course, data, clock.year, selected))
    names = zip(data.districts[c.CODE], data.districts[c.NAME], strict=True)
    units = (_district(data, selection, clock, code, name) for code, name in names)
    return tuple(unit for unit in units if unit.communes)


def _district(
    data: Dataset, selection: Selection, clock: Clock, code: str, name: str
) -> RankedUnit:
    """Return a district as a unit; one of which nothing is selected has no communes."""
    own = data.within([code])
    course = _course(own, selection, clock)
    inside = (own.commune_list[c.DISTRICT_CODE] == code).to_numpy()
    among = inside & plan_and_result.selected_communes(own, selection) & course.figures.concerned
    return _unit(course, among, code, name)


@kept(maxsize=32)
def _course(data: Dataset, selection: Selection, clock: Clock) -> _Course:
    indicator = data.catalog.indicators[selection.indicator]
    grows = indicator.adds_up
    growth = plan_and_result.growth_of(data, selection, indicator, clock) if grows else None
    return _Course(
        figures=plan_and_result.figures_of(data, selection, indicator, clock),
        before=plan_and_result.figures_before(data, selection, indicator, clock),
        quarters=growth.sums[:, : clock.quarter] if growth else None,
    )


def _communes(course: _Course, data: Dataset, year: int, rows: Mask) -> Iterator[RankedUnit]:
    """Return every commune of some rows as a unit of its own."""
    figures = course.figures
    wholly, partly = was_difficult(data, year), codes_in_regions(data, year, (MOST_DIFFICULT,))
    names = data.commune_list[[c.CODE, c.NAME, c.DISTRICT]].to_numpy()
    periods = figures.results[c.MISSING_PERIODS].to_numpy()
    for row in map(int, np.flatnonzero(rows)):
        code, name, district = names[row]
        plan, actual = float(figures.planned[row]), float(figures.done[row])
        before = math.nan if course.before is None else float(course.before.done[row])
        complete = not figures.is_silent[row]
        pct = completion_pct(plan, actual, falls=course.falls, before=before)
        done = PlanShare(pct, reported_pct=pct, reported=1, communes=1)
        yield RankedUnit(
            code=code,
            name=name,
            district=district,
            plan=plan,
            actual=actual,
            share=done if complete else PlanShare(communes=1),
            communes=1,
            communes_missing=int(not complete),
            path_pct=_path(course, np.array([row])) if complete else (),
            missing_periods=periods[row],
            difficult="whole" if wholly[row] else "part" if code in partly else "",
        )


def _unit(course: _Course, among: Mask, code: str, name: str) -> RankedUnit:
    """Return a group of communes as one unit."""
    figures = course.figures
    made = figures.result(among)
    return RankedUnit(
        code=code,
        name=name,
        district="",
        plan=figures.plan(among).value,
        actual=made.value,
        share=figures.share(among, before=course.before),
        communes=made.communes,
        communes_missing=made.communes_missing,
        path_pct=_path(course, np.flatnonzero(among)),
    )


def _path(course: _Course, rows: NDArray[np.intp]) -> tuple[float, ...]:
    """Return the share of the plan that some communes had done by the end of each quarter."""
    planned = float(np.nansum(course.figures.planned[rows]))
    if course.quarters is None or not planned > 0:
        return ()
    done = np.nansum(course.quarters[rows], axis=0)
    return tuple((100 * done / planned).tolist())
