"""Especially difficult communes (ĐBKK, region III): who is to leave, and how each one stands."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.distances import RemoteCommune, remote_communes
from mtqg_geo.figures.plan_and_result import figures_at, selected_communes
from mtqg_geo.figures.quarters import as_counted, bare, clock_at
from mtqg_geo.figures.rules import is_nearly, is_reached
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_regions, has_regions, was_difficult
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import MOST_DIFFICULT, Basis, Indicator, Kind, Role, State
from mtqg_geo.programme.period import Clock

Levels = NDArray[np.float64]  # a number per commune, row by row as in the data


@dataclass(frozen=True)
class CriterionCheck:
    """A criterion in one commune: the level reached against the level planned for it."""

    indicator: Indicator
    actual: float
    plan: float

    @property
    def is_met(self) -> bool | None:
        """Whether the plan is fulfilled; None where either is not known."""
        return _is_met(self.plan, self.actual, falls=self.indicator.falls)

    @property
    def is_nearly(self) -> bool:
        """Whether so much of the plan is reached that it is nearly fulfilled."""
        reached, wanted = self.actual, self.plan
        if self.indicator.falls:
            reached, wanted = wanted, reached
        return wanted > 0 and is_nearly(100 * reached / wanted)


@dataclass(frozen=True)
class DifficultCommune:
    """One commune of region III.

    Attributes
    ----------
    code, name, district
        Which one.
    is_to_leave, has_left
        Whether it is planned to leave the list this year; whether it did, None if not reported.
    poverty_change, poverty_goal
        Change of the poverty rate in percentage points, a fall negative; what it should be.
    checks
        The other criteria that are loaded.
    """

    code: str
    name: str
    district: str
    is_to_leave: bool
    has_left: bool | None
    poverty_change: float
    poverty_goal: float
    checks: tuple[CriterionCheck, ...]

    @property
    def is_poverty_met(self) -> bool | None:
        """Whether poverty fell as far as it should; None if not known."""
        return _is_met(self.poverty_goal, self.poverty_change, falls=True)

    @property
    def is_poverty_nearly(self) -> bool:
        """Whether poverty fell nearly as far as it should."""
        goal = self.poverty_goal
        return goal < 0 and is_nearly(100 * self.poverty_change / goal)

    @property
    def met(self) -> int:
        """How many criteria are met, poverty included."""
        return sum(answer is True for answer in self._answers)

    @property
    def unknown(self) -> int:
        """How many criteria cannot be judged, because something is not reported."""
        return sum(answer is None for answer in self._answers)

    @property
    def _answers(self) -> tuple[bool | None, ...]:
        return (self.is_poverty_met, *(check.is_met for check in self.checks))


@dataclass(frozen=True)
class DifficultCommunes:
    """The communes of region III in a selection, those planned to leave first.

    `is_listed` says whether any list of regions is loaded for the year: else nobody knows them.
    `goal` is the province's published goal for the change of poverty in them, in percentage points
    (missing in a year without one: every commune is then held against its own plan).
    """

    communes: tuple[DifficultCommune, ...]
    criteria: tuple[Indicator, ...]
    goal: float
    is_listed: bool

    @property
    def leaving(self) -> tuple[DifficultCommune, ...]:
        """The communes planned to leave the list this year."""
        return tuple(each for each in self.communes if each.is_to_leave)

    @property
    def staying(self) -> tuple[DifficultCommune, ...]:
        """The others."""
        return tuple(each for each in self.communes if not each.is_to_leave)

    @property
    def with_poverty(self) -> tuple[DifficultCommune, ...]:
        """The communes that reported their change of poverty."""
        return tuple(each for each in self.communes if math.isfinite(each.poverty_change))


def criteria(data: Dataset) -> tuple[Indicator, ...]:
    """Return the levels a commune is judged by besides poverty: planned rates of its own."""
    return tuple(
        indicator
        for indicator in data.catalog.indicators.values()
        if indicator.kind is Kind.INTENSIVE
        and Basis.PLAN in indicator.bases
        and not indicator.is_computed
        and indicator.role is not Role.POVERTY_FALL
    )


def difficult_communes(data: Dataset, selection: Selection) -> DifficultCommunes:
    """Return how every region III commune of a selection stands; projects and status aside."""
    data, counted = as_counted(data, bare(selection))
    plain = replace(counted, projects=())
    return _difficult(data, plain, clock_at(data, selection.year, selection.quarter))


def remote_difficult(
    data: Dataset, selection: Selection, *, completed_only: bool = True
) -> tuple[RemoteCommune, ...]:
    """Return how far the region III communes of a selection are from places, farthest first."""
    (data, selection), year = as_counted(data, bare(selection)), selection.year
    among = was_difficult(data, year) & selected_communes(data, selection)
    return remote_communes(data, among, year=year, completed_only=completed_only)


@kept(maxsize=64)
def _difficult(data: Dataset, selection: Selection, clock: Clock) -> DifficultCommunes:
    rows = np.flatnonzero(was_difficult(data, clock.year) & selected_communes(data, selection))
    to_leave, reported = _levels(data, data.catalog.with_role(Role.LEAVING), clock)
    planned_fall, fall = _levels(data, data.catalog.with_role(Role.POVERTY_FALL), clock)
    measured_by = criteria(data)
    others = [(each, *_levels(data, each, clock)) for each in measured_by]
    still_listed = (commune_regions(data, clock.year) == MOST_DIFFICULT).to_numpy(dtype=bool)
    goal = _goal(data, clock.year)
    names = data.commune_list[[c.CODE, c.NAME, c.DISTRICT]].to_numpy()
    communes = []
    for row in map(int, rows):
        code, name, district = names[row]
        # The goal is published for these communes together; without one, each is held to its own.
        wanted = goal if math.isfinite(goal) else -float(planned_fall[row])
        communes.append(
            DifficultCommune(
                code=code,
                name=name,
                district=district,
                is_to_leave=bool(to_leave[row] > 0),
                has_left=_has_left(reported[row], is_still_listed=bool(still_listed[row])),
                poverty_change=-float(fall[row]),  # reported as a fall of 3, read as -3
                poverty_goal=wanted,
                checks=tuple(
                    CriterionCheck(each, float(actual[row]), float(plan[row]))
                    for each, plan, actual in others
                ),
            )
        )
    listed = tuple(sorted(communes, key=_leaving_first))
    return DifficultCommunes(listed, measured_by, goal, has_regions(data, clock.year))


def _goal(data: Dataset, year: int) -> float:
    """Return the published change of poverty wanted in these communes, a fall negative."""
    indicators = data.catalog.indicators
    goals = (
        -target.value
        for target in data.catalog.targets
        if target.year == year and indicators[target.indicator].role is Role.POVERTY_GOAL
    )
    return next(goals, math.nan)


def _levels(data: Dataset, indicator: Indicator | None, clock: Clock) -> tuple[Levels, Levels]:
    """Return plan and result of every commune; where there is no such indicator, none is known."""
    if indicator is None:
        unknown = np.full(len(data.commune_list), np.nan)
        return unknown, unknown
    figures = figures_at(data, indicator, clock)
    # One that was not to leave and did not has reported all the same.
    no_plan = (figures.results[c.STATE] == State.NO_PLAN).to_numpy()
    return figures.planned, np.where(no_plan, 0.0, figures.done)


def _is_met(plan: float, actual: float, *, falls: bool) -> bool | None:
    if math.isnan(plan) or math.isnan(actual):
        return None
    return is_reached(plan, actual, falls=falls)


def _has_left(reported: float, *, is_still_listed: bool) -> bool | None:
    """Say whether a commune left: the list of regions says so, or its report does."""
    if not is_still_listed or reported > 0:
        return True
    return None if math.isnan(reported) else False


def _leaving_first(commune: DifficultCommune) -> tuple[bool, bool, float, str]:
    """Sort: planned to leave first, then the largest fall of poverty, unknown last."""
    change = commune.poverty_change
    return (not commune.is_to_leave, math.isnan(change), change, commune.code)
