"""How progress is judged: share of the plan, time elapsed, pace needed. Numbers only, no data."""

import math
from enum import StrEnum

from mtqg_geo.programme.period import Clock

TOLERANCE_PCT = 10.0  # percentage points a target may lag behind the year before it counts as late
NEARLY_PCT = 95.0  # a target that was missed by less than the rest of it was nearly reached
ROUNDING = 1e-9  # sums of decimals miss their total by less than this share of it


class Standing(StrEnum):
    """Where a target stands, in the order in which they are listed.

    `NEARLY` is late or missed as well (`is_behind`), by little.

    `NOT_LISTED`: it speaks of the communes of a list, and no list of the year is loaded.
    """

    DONE = "done"
    ON_TRACK = "on_track"
    NEARLY = "nearly"
    LATE = "late"
    NOT_REPORTED = "not_reported"
    NOT_DUE = "not_due"
    NO_PLAN = "no_plan"
    NOT_LISTED = "not_listed"
    NOT_APPLICABLE = "not_applicable"

    @property
    def is_behind(self) -> bool:
        """Whether the plan was missed, or will be."""
        return self in {Standing.NEARLY, Standing.LATE}


def is_reached(plan: float, actual: float, *, falls: bool = False) -> bool:
    """Say whether a result fulfils its plan; `falls` when less is better. Missing fulfils nothing.

    >>> is_reached(30, 29.99), is_reached(9, 8.5, falls=True)
    (False, True)
    """
    margin = ROUNDING * max(abs(plan), 1)
    return actual <= plan + margin if falls else actual >= plan - margin


def standing(
    plan: float,
    actual: float,
    clock: Clock,
    *,
    completed_pct: float,
    falls: bool = False,
    at_year_end: bool = False,
) -> Standing:
    """Judge a target.

    Done: the result fulfils the plan. Late: completion lags behind the time elapsed by more than
    `TOLERANCE_PCT` points, or the year is over; nearly, if `NEARLY_PCT` is done. On track: neither.

    Parameters
    ----------
    plan, actual
        What was promised and what was reported; missing when nobody did.
    clock
        The moment.
    completed_pct
        How much of the plan that is, see `figures.shares`.
    falls
        Whether less is better.
    at_year_end
        Whether it is measured once, at the end of the year (a rate): before that it is not due.

    Examples
    --------
    In June, with 50 % of the year gone, 45 % done is within ten points of it and 30 % is not:

    >>> june = Clock(2024, quarter=2)
    >>> standing(100, 45, june, completed_pct=45), standing(100, 30, june, completed_pct=30)
    (<Standing.ON_TRACK: 'on_track'>, <Standing.LATE: 'late'>)
    """
    # A plan of no houses asks for nothing; a plan to come down to no poor household asks for all.
    if math.isnan(plan) or (plan == 0 and not falls):
        return Standing.NO_PLAN
    waits = not clock.is_over and (at_year_end or math.isnan(completed_pct))
    if math.isnan(actual):
        return Standing.NOT_DUE if at_year_end and waits else Standing.NOT_REPORTED
    if is_reached(plan, actual, falls=falls):
        return Standing.DONE
    if waits:
        return Standing.NOT_DUE
    if clock.is_over or completed_pct < clock.elapsed_pct - TOLERANCE_PCT:
        return Standing.NEARLY if is_nearly(completed_pct) else Standing.LATE
    return Standing.ON_TRACK


def is_nearly(completed_pct: float) -> bool:
    """Say whether so much is nearly all, read as it is written: in whole percent.

    >>> is_nearly(94.4), is_nearly(94.6), is_nearly(math.nan)
    (False, True, False)
    """
    return completed_pct >= NEARLY_PCT - 0.5


def needed_per_month(plan: float, actual: float, clock: Clock) -> float:
    """Return what must be done in each month that remains; missing when none does.

    >>> needed_per_month(182, 82, Clock(2024, 2))  # 100 left, 6 months
    16.666666666666668
    """
    if not clock.months_left:
        return math.nan
    return max(plan - actual, 0.0) / clock.months_left


def done_per_month(actual: float, clock: Clock) -> float:
    """Return what was done in each month so far; missing when none has passed.

    >>> done_per_month(82, Clock(2024, 2))
    13.666666666666666
    """
    return actual / clock.months_passed if clock.months_passed else math.nan
