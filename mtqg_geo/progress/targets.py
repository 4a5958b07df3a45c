"""Plan against result: every target of the province's plan for a selection, and where it stands."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures import plan_and_result, rules
from mtqg_geo.figures.periods import followed, result_basis
from mtqg_geo.figures.quarters import as_counted, bare, clock_at
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare
from mtqg_geo.figures.values import has_regions
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Scope, Target
from mtqg_geo.programme.period import Clock, Period

PUBLISHED, BY_COMMUNES = "published", "communes"


@dataclass(frozen=True)
class TargetLine:
    """One target of the plan for a selection.

    Attributes
    ----------
    indicator, project
        What is measured and who answers for it.
    plan, plan_source, is_approximate
        The plan figure; `published`, or `communes` when it is the sum of the communes' plans;
        whether it was published as "about".
    actual, basis
        What was achieved by the communes that reported; missing when none did.
    communes, communes_missing
        How many communes it concerns, and how many of them have not, or not fully, reported.
    silent_plan
        How much of the plan lies with communes that have not fully reported, beyond what they did.
    share, standing
        How much of the plan is done, and how `rules` judges it.
    needed_per_month, done_per_month
        Pace; missing for what is measured once a year.
    """

    indicator: Indicator
    project: str
    plan: float
    plan_source: str
    is_approximate: bool
    actual: float
    basis: Basis
    communes: int
    communes_missing: int
    silent_plan: float
    share: PlanShare
    standing: rules.Standing
    needed_per_month: float
    done_per_month: float

    @property
    def adds_up(self) -> bool:
        """Whether it grows through the year, so that pace and a lower bound make sense."""
        return self.indicator.adds_up

    @property
    def is_lower_bound(self) -> bool:
        """Whether the true result may be higher, because communes are missing from the sum."""
        return self.share.is_lower_bound

    @property
    def is_owed(self) -> bool:
        """Whether anybody owes a report: not of what is measured at the end of a running year."""
        return self.standing not in {rules.Standing.NOT_DUE, rules.Standing.NOT_LISTED}

    @property
    def gap(self) -> float:
        """How much of the plan is not done; missing for what does not add up."""
        return max(self.plan - self.actual, 0.0) if self.adds_up else math.nan

    @property
    def silent_pct(self) -> float:
        """How much of the plan that is, in percent."""
        return 100 * self.silent_plan / self.plan if self.plan > 0 else 0.0

    @property
    def could_be_done(self) -> bool:
        """Whether the plan is fulfilled if the missing communes did what they had planned."""
        return self.is_lower_bound and self.actual + self.silent_plan >= self.plan


@dataclass(frozen=True)
class Progress:
    """All targets for a selection at a moment, in the order of the plan.

    `is_published` says whether the province published a plan for the year at all; `other_projects`
    counts the targets left out because they belong to projects that are not selected.
    """

    clock: Clock
    lines: tuple[TargetLine, ...]
    is_whole: bool
    is_published: bool
    other_projects: int

    def count(self, *standings: rules.Standing) -> int:
        """Count the targets that stand so."""
        return sum(line.standing in standings for line in self.lines)

    def line(self, indicator: str) -> TargetLine | None:
        """Return the line of an indicator."""
        return next((line for line in self.lines if line.indicator.id == indicator), None)


def progress(data: Dataset, selection: Selection) -> Progress:
    """Measure every target of the plan for a selection.

    Parameters
    ----------
    data, selection
        Year, quarter, districts, communes and projects count; the status of works has no part in
        it. Without a quarter it is the last one that was reported.
    """
    data, counted = as_counted(data, bare(selection))
    return _progress(data, counted, clock_at(data, selection.year, selection.quarter))


@kept(maxsize=64)
def _progress(data: Dataset, selection: Selection, clock: Clock) -> Progress:
    targets = {t.indicator: t for t in data.catalog.targets if t.year == selection.year}
    indicators = [data.catalog.indicators[name] for name in targets or followed(data)]
    concerned = data.catalog.indicators_of(selection.projects)
    return Progress(
        clock=clock,
        lines=tuple(
            _line(data, selection, clock, indicator)
            for indicator in indicators
            if indicator in concerned
        ),
        is_whole=_is_whole(data, selection),
        is_published=bool(targets),
        other_projects=sum(indicator not in concerned for indicator in indicators),
    )


def _is_whole(data: Dataset, selection: Selection) -> bool:
    """Say whether a selection leaves out no commune and no project."""
    chosen = data.catalog.with_children(selection.projects)
    every_project = not chosen or chosen >= set(data.catalog.projects)
    return every_project and bool(plan_and_result.selected_communes(data, selection).all())


def target_line(
    data: Dataset,
    selection: Selection,
    clock: Clock,
    indicator: Indicator,
    *,
    target: Target | None = None,
) -> TargetLine:
    """Measure one indicator for a selection; its plan is the target, or else the communes'."""
    figures = plan_and_result.figures_of(data, selection, indicator, clock)
    last_year = plan_and_result.figures_before(data, selection, indicator, clock)
    selected = plan_and_result.selected_communes(data, selection)
    made = figures.result(selected)
    plan = target.value if target else figures.plan(selected).value
    done = figures.share(selected, planned=plan, before=last_year)
    source = PUBLISHED if target else BY_COMMUNES if math.isfinite(plan) else ""
    grows = indicator.adds_up
    judged = rules.standing(
        plan,
        made.value,
        clock,
        completed_pct=done.pct,
        falls=indicator.falls,
        at_year_end=not grows,
    )
    # Worked out over all communes it would be judged as that of those nobody has named.
    if indicator.scope is Scope.REGION_III and not has_regions(data, clock.year):
        judged = rules.Standing.NOT_LISTED
    return TargetLine(
        indicator=indicator,
        project=followed(data).get(indicator.id) or indicator.project,
        plan=plan,
        plan_source=source,
        is_approximate=target.approximate if target else False,
        actual=made.value,
        basis=result_basis(indicator),
        communes=made.communes,
        communes_missing=made.communes_missing,
        silent_plan=figures.silent_plan(selected) if grows else math.nan,
        share=done,
        standing=judged if made.communes else rules.Standing.NOT_APPLICABLE,
        needed_per_month=rules.needed_per_month(plan, made.value, clock) if grows else math.nan,
        done_per_month=rules.done_per_month(made.value, clock) if grows else math.nan,
    )


def silent_communes(data: Dataset, selection: Selection, made: Progress) -> pd.DataFrame:
    """Return name, district and `missing` of the communes that owe a report, the worst first.

    `missing` counts the targets a commune has not fully reported; a target that is measured at
    the end of the year is not owed before.
    """
    data, selection = as_counted(data, selection)
    missing = np.zeros(len(data.commune_list), dtype=int)
    for line in made.lines:
        if line.is_owed:
            figures = plan_and_result.figures_of(data, selection, line.indicator, made.clock)
            missing += figures.is_silent
    table = data.commune_list[[c.NAME, c.DISTRICT]].assign(missing=missing)
    owing = table[plan_and_result.selected_communes(data, selection) & (missing > 0)]
    return owing.sort_values(["missing", c.DISTRICT, c.NAME], ascending=[False, True, True])


@dataclass(frozen=True)
class TrendPoint:
    """What was reached by the end of a quarter (or in a year), and how many communes are missing.

    `plan` is the plan of the year; `actual` is missing where nobody reported.
    """

    period: str
    plan: float
    actual: float
    communes_missing: int


@dataclass(frozen=True)
class Trend:
    """The course of one indicator for a selection.

    `line` is its target at the moment measured at; `points` are quarters if `is_quarterly`, and
    the years that can be chosen otherwise.
    """

    line: TargetLine
    clock: Clock
    is_quarterly: bool
    points: tuple[TrendPoint, ...]

    @property
    def is_silent(self) -> bool:
        """Whether nobody reported anything in all that time."""
        return all(math.isnan(point.actual) for point in self.points)


def trend(data: Dataset, selection: Selection, indicator: Indicator) -> Trend:
    """Return the course of an indicator through the year, up to a quarter or the last reported."""
    data, counted = as_counted(data, bare(selection, indicator.id))
    return _trend(data, counted, clock_at(data, selection.year, selection.quarter))


@kept(maxsize=64)
def _trend(data: Dataset, selection: Selection, clock: Clock) -> Trend:
    indicator = data.catalog.indicators[selection.indicator]
    line = _line(data, selection, clock, indicator)
    points = (
        _quarters(data, selection, clock, indicator, line.plan)
        if indicator.adds_up
        else tuple(
            _year(data, replace(selection, year=year), indicator, clock) for year in data.years
        )
    )
    return Trend(line, clock, indicator.adds_up, points)


def _line(data: Dataset, selection: Selection, clock: Clock, indicator: Indicator) -> TargetLine:
    """Measure an indicator against the published target where that is what is selected."""
    targets = {t.indicator: t for t in data.catalog.targets if t.year == selection.year}
    # The published plan of money is of all sources and kinds.
    is_part = indicator.is_money and any(selection.capital.values())
    target = targets.get(indicator.id) if _is_whole(data, selection) and not is_part else None
    return target_line(data, selection, clock, indicator, target=target)


def _quarters(
    data: Dataset, selection: Selection, clock: Clock, indicator: Indicator, plan: float
) -> tuple[TrendPoint, ...]:
    known = plan_and_result.growth_of(data, selection, indicator, clock)
    among = plan_and_result.selected_communes(data, selection) & known.concerned
    points = []
    for quarter in range(1, clock.quarter + 1):
        sums, is_complete = known.at(quarter)
        reported = sums[among]
        points.append(
            TrendPoint(
                period=Period(clock.year, quarter).text,
                plan=plan,
                actual=math.nan if np.isnan(reported).all() else float(np.nansum(reported)),
                communes_missing=int((~is_complete[among]).sum()),
            )
        )
    return tuple(points)


def _year(data: Dataset, selection: Selection, indicator: Indicator, clock: Clock) -> TrendPoint:
    at = clock if selection.year == clock.year else clock_at(data, selection.year)
    line = _line(data, selection, at, indicator)
    return TrendPoint(str(selection.year), line.plan, line.actual, line.communes_missing)
