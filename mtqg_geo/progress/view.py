"""All that the page of progress shows, computed before anything of it is drawn."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.distances import RemoteCommune
from mtqg_geo.figures.periods import followed, reported_quarters
from mtqg_geo.figures.quarters import as_counted, clock_at
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.model import Basis, Indicator, Lang
from mtqg_geo.programme.period import Clock
from mtqg_geo.progress.capital import CapitalTables, capital_tables
from mtqg_geo.progress.difficult import DifficultCommunes, difficult_communes, remote_difficult
from mtqg_geo.progress.rankings import DISTRICT, RankedUnit, Ranking, ranking
from mtqg_geo.progress.targets import Progress, Trend, progress, trend
from mtqg_geo.progress.words import notices

LAST_REPORTED = 0  # stands for the last quarter reported where a quarter can be chosen
MOST_SIDE_BY_SIDE = 10  # more districts would not fit beside each other


@dataclass(frozen=True)
class ProgressChoices:
    """What is chosen on the page besides the filters.

    Attributes
    ----------
    level, order
        Which units are ranked, and by what, as in `ranking`.
    limit_km
        Beyond which distance a commune is far from a place.
    completed_only
        Whether a place that is not built yet is none to be near to.
    """

    level: str
    order: str
    limit_km: float
    completed_only: bool


@dataclass(frozen=True)
class InDepth:
    """One indicator: its course, its units in order, its districts side by side.

    Attributes
    ----------
    followable
        The indicators that can be followed, this one among them: targets first, then other
        planned rates.
    waits
        Whether nobody can be ranked before the year is over, because the rate is measured then.
    side_by_side, top_pct
        The districts whose course is drawn, none where there is nothing to compare; the end of
        the scale they share.
    """

    followable: tuple[Indicator, ...]
    trend: Trend
    ranking: Ranking
    level: str
    clock: Clock
    waits: bool
    side_by_side: tuple[RankedUnit, ...]
    top_pct: float


@dataclass(frozen=True)
class RemoteCommunes:
    """Which of the difficult communes are farther than the limit from a place, farthest first."""

    limit_km: float
    communes: tuple[RemoteCommune, ...]
    among: int


@dataclass(frozen=True)
class ProgressDetails:
    """What is shown below the notices where a commune is concerned at all.

    `counted_data` and `counted` are the difficult communes' own: links open the communes that are
    judged, whichever units are shown.
    """

    in_depth: InDepth
    capital: CapitalTables
    counted_data: Dataset
    counted: Selection
    difficult: DifficultCommunes
    difficult_clock: Clock
    remote: RemoteCommunes


@dataclass(frozen=True)
class ProgressView:
    """The page: every target, and the details."""

    targets: Progress
    notices: tuple[str, ...]
    details: ProgressDetails | None


def progress_view(
    data: Dataset, selection: Selection, choices: ProgressChoices, *, lang: Lang
) -> ProgressView:
    """Compute the page of progress for a selection."""
    targets = progress(data, selection)
    is_anyone_concerned = any(line.communes for line in targets.lines)
    return ProgressView(
        targets=targets,
        # The head of the page names the units counted already.
        notices=notices(data, selection, targets, lang, names_units=False),
        details=_details(data, selection, choices) if is_anyone_concerned else None,
    )


def moments(data: Dataset, year: int) -> Mapping[int, Clock]:
    """Return when a year can be measured: the clock by quarter, the last reported one first.

    `LAST_REPORTED` stands for that, whichever it is; earlier ones follow backwards.
    """
    quarters = (LAST_REPORTED, *reversed(reported_quarters(data, year)[:-1]))
    return {each: clock_at(data, year, each or None) for each in quarters}


def _details(data: Dataset, selection: Selection, choices: ProgressChoices) -> ProgressDetails:
    counted_data, counted = as_counted(data, selection)
    return ProgressDetails(
        in_depth=_in_depth(data, selection, choices),
        capital=capital_tables(data, selection),
        counted_data=counted_data,
        counted=counted,
        difficult=difficult_communes(counted_data, counted),
        difficult_clock=clock_at(counted_data, counted.year, counted.quarter),
        remote=_remote(counted_data, counted, choices),
    )


def _in_depth(data: Dataset, selection: Selection, choices: ProgressChoices) -> InDepth:
    followable = _followable(data, selection)
    on_the_map = (each for each in followable if each.id == selection.indicator)
    indicator = next(on_the_map, followable[0])
    clock = clock_at(data, selection.year, selection.quarter)
    by_district = ranking(data, selection, indicator, level=DISTRICT, order=choices.order)
    courses = tuple(unit for unit in by_district.ranked if unit.path_pct)[:MOST_SIDE_BY_SIDE]
    return InDepth(
        followable=followable,
        trend=trend(data, selection, indicator),
        ranking=ranking(data, selection, indicator, level=choices.level, order=choices.order),
        level=choices.level,
        clock=clock,
        waits=not indicator.adds_up and not clock.is_over,
        side_by_side=courses if len(courses) > 1 else (),
        # A scale to 100 % at least: the end of the plan is always seen.
        top_pct=max((100.0, *(pct for unit in courses for pct in unit.path_pct))),
    )


def _followable(data: Dataset, selection: Selection) -> tuple[Indicator, ...]:
    """Return the indicators that can be followed: targets first, then other planned rates."""
    catalog = data.catalog
    planned = [each.id for each in catalog.indicators.values() if Basis.PLAN in each.bases]
    concerned = {each.id for each in catalog.indicators_of(selection.projects)}
    ordered = dict.fromkeys([*followed(data), *planned])
    return tuple(catalog.indicators[name] for name in ordered if name in concerned)


def _remote(data: Dataset, selection: Selection, choices: ProgressChoices) -> RemoteCommunes:
    every = remote_difficult(data, selection, completed_only=choices.completed_only)
    limit_km = choices.limit_km
    # A missing distance means that there is no such place: nothing is farther.
    far = (
        each for each in every if math.isnan(each.farthest_km) or is_far(each.farthest_km, limit_km)
    )
    return RemoteCommunes(limit_km, tuple(far), len(every))


def is_far(km: float, limit_km: float) -> bool:
    """Say whether a distance is beyond a limit, read as the page writes it.

    >>> is_far(10.04, 10.0), is_far(10.06, 10.0)
    (False, True)
    """
    return round(km, 1) > limit_km
