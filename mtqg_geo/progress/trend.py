"""How a result grew: by quarter against the plan of the year, or by year for what is a rate."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.quarters import as_counted, bare, by_quarter, clock_at, filtering
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.model import Indicator, Kind
from mtqg_geo.programme.period import Clock, Period
from mtqg_geo.progress.plan_and_result import selected_communes
from mtqg_geo.progress.targets import TargetLine, is_whole, target_line


@dataclass(frozen=True)
class Point:
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
    points: tuple[Point, ...]


def trend(data: Dataset, selection: Selection, indicator: Indicator) -> Trend:
    """Return the course of an indicator through the year, up to a quarter or the last reported."""
    data, counted = as_counted(data, bare(selection, indicator.id))
    return _trend(data, counted, clock_at(data, selection.year, selection.quarter))


@lru_cache(maxsize=64)
def _trend(data: Dataset, selection: Selection, clock: Clock) -> Trend:
    indicator = data.catalog.indicators[selection.indicator]
    line = _line(data, selection, clock, indicator)
    quarterly = indicator.kind is Kind.EXTENSIVE
    points = (
        _quarters(data, selection, clock, indicator, line.plan)
        if quarterly
        else tuple(
            _year(data, replace(selection, year=year), indicator, clock) for year in data.years
        )
    )
    return Trend(line, clock, quarterly, points)


def _line(data: Dataset, selection: Selection, clock: Clock, indicator: Indicator) -> TargetLine:
    """Measure an indicator against the published target where that is what is selected."""
    targets = {t.indicator: t for t in data.catalog.targets if t.year == selection.year}
    target = targets.get(indicator.id) if is_whole(data, selection) else None
    return target_line(data, selection, clock, indicator, target=target)


def _quarters(
    data: Dataset, selection: Selection, clock: Clock, indicator: Indicator, plan: float
) -> tuple[Point, ...]:
    chosen = data.catalog.with_children(selection.projects)
    projects = filtering(data, indicator, clock.year, chosen)
    known = by_quarter(data, indicator, clock.year, projects=projects)
    among = selected_communes(data, selection) & known.concerned
    points = []
    for quarter in range(1, clock.quarter + 1):
        sums, is_complete = known.at(quarter)
        reported = sums[among]
        points.append(
            Point(
                period=Period(clock.year, quarter).text,
                plan=plan,
                actual=math.nan if np.isnan(reported).all() else float(np.nansum(reported)),
                communes_missing=int((~is_complete[among]).sum()),
            )
        )
    return tuple(points)


def _year(data: Dataset, selection: Selection, indicator: Indicator, clock: Clock) -> Point:
    at = clock if selection.year == clock.year else clock_at(data, selection.year)
    line = _line(data, selection, at, indicator)
    return Point(str(selection.year), line.plan, line.actual, line.communes_missing)
