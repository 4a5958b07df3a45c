"""Which communes are late with an indicator, and which have not reported it."""

from collections.abc import Iterable
from dataclasses import replace

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures import plan_and_result
from mtqg_geo.figures.periods import result_basis
from mtqg_geo.figures.quarters import clock_at
from mtqg_geo.figures.rules import Standing, standing
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import completion_pct
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Basis, Indicator, Kind
from mtqg_geo.programme.period import Clock


def can_be_late(indicator: Indicator) -> bool:
    """Say whether an indicator has a plan that its result can lag behind."""
    return Basis.PLAN in indicator.bases and result_basis(indicator) is not Basis.PLAN


def can_be_silent(indicator: Indicator) -> bool:
    """Say whether communes report the indicator at all: a list of regions is nobody's report."""
    return indicator.kind is not Kind.CATEGORY and not indicator.nearest


def usable_standings(indicator: Indicator, wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the standings that communes can have with an indicator."""
    is_possible = {"late": can_be_late(indicator), "not_reported": can_be_silent(indicator)}
    return tuple(each for each in wanted if is_possible[each])


def with_standings(data: Dataset, selection: Selection, wanted: Iterable[str]) -> Selection:
    """Return the selection narrowed to the communes that stand as wanted.

    They are judged by the indicator shown in its year, up to its quarter, in the projects chosen;
    late is what the page of progress calls so, commune by commune.

    Parameters
    ----------
    data, selection
        What to look up.
    wanted
        Standings: `late`, `not_reported`; those the indicator does not know are left out.
    """
    indicator = data.catalog.indicators[selection.indicator]
    standings = usable_standings(indicator, wanted)
    if not standings:
        return replace(selection, standings=(), judged=frozenset())
    by_code = commune_standings(data, selection)
    codes = frozenset(
        code
        for code, stands in by_code.items()
        if stands in standings or ("late" in standings and stands.is_behind)
    )
    return replace(selection, standings=standings, judged=codes)


def commune_standings(data: Dataset, selection: Selection) -> dict[str, Standing]:
    """Return by code how each commune stands with the indicator shown, at its moment.

    Communes that it does not speak of are not among them.
    """
    indicator = data.catalog.indicators[selection.indicator]
    clock = clock_at(data, selection.year, selection.quarter)
    projects = plan_and_result.projects_counted(data, selection, indicator, selection.year)
    return dict(_standings(data, indicator, clock, projects))


@kept(maxsize=64)
def _standings(
    data: Dataset, indicator: Indicator, clock: Clock, projects: frozenset[str]
) -> tuple[tuple[str, Standing], ...]:
    """Return how each commune stands that the indicator speaks of."""
    figures = plan_and_result.figures_at(data, indicator, clock, projects=projects)
    before = None
    if indicator.falls and clock.year - 1 in data.years:
        then = clock_at(data, clock.year - 1)
        before = plan_and_result.figures_at(data, indicator, then, projects=projects).done
    found = []
    codes = data.commune_list[c.CODE].to_numpy()
    for row, code in enumerate(codes):
        if not figures.concerned[row]:
            continue
        plan, actual = float(figures.planned[row]), float(figures.done[row])
        started = float("nan") if before is None else float(before[row])
        judged = standing(
            plan,
            float("nan") if figures.is_silent[row] else actual,  # so much is not all of it
            clock,
            completed_pct=completion_pct(plan, actual, falls=indicator.falls, before=started),
            falls=indicator.falls,
            at_year_end=not indicator.adds_up,
        )
        found.append((str(code), judged))
    return tuple(found)
