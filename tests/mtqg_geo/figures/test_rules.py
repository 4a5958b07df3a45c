from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.figures.rules import (
    Standing,
    done_per_month,
    is_reached,
    needed_per_month,
    standing,
)
from mtqg_geo.figures.shares import completion_pct
from mtqg_geo.programme.period import Clock

START, Q1, HALF, Q3, END = (Clock(2024, quarter) for quarter in range(5))


def judged(plan, actual, clock, **choices):
    pct = completion_pct(plan, actual, falls=choices.get("falls", False))
    return standing(plan, actual, clock, completed_pct=choices.pop("pct", pct), **choices)


@pytest.mark.parametrize(
    ("clock", "elapsed_pct", "passed", "left", "period"),
    [(START, 0, 0, 12, ""), (Q1, 25, 3, 9, "2024-Q1"), (HALF, 50, 6, 6, "2024-Q2"), (END, 100, 12, 0, "2024-Q4")],
)  # fmt: skip
def test_the_clock_counts_quarters_that_have_ended(clock, elapsed_pct, passed, left, period):
    assert (clock.elapsed_pct, clock.months_passed, clock.months_left) == (
        elapsed_pct,
        passed,
        left,
    )
    assert clock.period == period
    assert clock.is_over == (left == 0)


def test_completion_is_the_share_of_the_plan_that_is_done():
    assert completion_pct(182, 91) == 50
    assert completion_pct(30, 36) == 120
    assert completion_pct(49, 0) == 0


def test_without_a_plan_or_a_result_there_is_no_completion():
    for plan, actual in ((0, 5), (nan, 5), (10, nan), (0, 0)):
        assert isnan(completion_pct(plan, actual))


def test_a_fall_is_counted_from_the_level_of_the_year_before():
    # From 12 % poor down to 9 % planned; 10 % reached is two of three points.
    assert completion_pct(9, 10, falls=True, before=12) == pytest.approx(200 / 3)
    assert completion_pct(9, 13, falls=True, before=12) == pytest.approx(-100 / 3)
    assert isnan(completion_pct(9, 10, falls=True))
    assert isnan(completion_pct(12, 10, falls=True, before=12)), "nothing was to fall"


def test_a_plan_is_reached_from_above_or_when_less_is_better_from_below():
    assert is_reached(30, 30)
    assert is_reached(30, sum([0.1] * 300)), "30 km added up in pieces of 100 m"
    assert not is_reached(30, 29.99)
    assert is_reached(9, 8.5, falls=True)
    assert not is_reached(9, 9.1, falls=True)
    assert not is_reached(nan, 1)
    assert not is_reached(1, nan)


@pytest.mark.parametrize(
    ("actual", "clock", "expected"),
    [
        (100, HALF, Standing.DONE),
        (130, Q1, Standing.DONE),
        (40, HALF, Standing.ON_TRACK),  # 50 % of the year less 10 points of tolerance
        (39, HALF, Standing.LATE),
        (60, HALF, Standing.ON_TRACK),
        (15, Q1, Standing.ON_TRACK),
        (14, Q1, Standing.LATE),
        (65, Q3, Standing.ON_TRACK),
        (64, Q3, Standing.LATE),
        (94, END, Standing.LATE),  # no tolerance is left when the year is over
        (95, END, Standing.NEARLY),  # what is missed by little is told apart
        (nan, HALF, Standing.NOT_REPORTED),
        (nan, END, Standing.NOT_REPORTED),
    ],
)
def test_a_plan_of_100_is_judged_by_the_time_that_has_passed(actual, clock, expected):
    assert judged(100, actual, clock) is expected


def test_what_is_measured_at_the_end_of_the_year_is_not_due_before():
    assert judged(2.5, nan, HALF, at_year_end=True) is Standing.NOT_DUE
    assert judged(2.5, 1.0, HALF, at_year_end=True) is Standing.NOT_DUE
    assert judged(2.5, 2.6, HALF, at_year_end=True) is Standing.DONE
    assert judged(2.5, 2.4, END, at_year_end=True) is Standing.NEARLY
    assert judged(2.5, 2.3, END, at_year_end=True) is Standing.LATE
    assert judged(2.5, nan, END, at_year_end=True) is Standing.NOT_REPORTED


def test_a_fall_is_done_when_the_level_is_reached_and_late_when_the_year_is_over_without():
    assert judged(9, 8.9, HALF, falls=True) is Standing.DONE
    assert judged(9, 9.4, END, falls=True) is Standing.LATE
    assert judged(9, 9.4, HALF, falls=True) is Standing.NOT_DUE, "no level of last year is known"
    assert judged(9, 11.5, HALF, falls=True, pct=20) is Standing.LATE
    assert judged(0, 0, END, falls=True) is Standing.DONE, "down to nothing is a plan"


def test_a_plan_of_zero_is_no_plan():
    assert judged(0, 0, END) is Standing.NO_PLAN
    assert judged(0, 3, HALF) is Standing.NO_PLAN
    assert judged(nan, 3, HALF) is Standing.NO_PLAN


def test_what_is_left_is_shared_among_the_months_that_remain():
    assert needed_per_month(182, 82, HALF) == pytest.approx(100 / 6)
    assert needed_per_month(90, 0, Q1) == 10
    assert needed_per_month(12, 0, START) == 1
    assert needed_per_month(10, 12, HALF) == 0
    assert isnan(needed_per_month(182, 160, END))
    assert isnan(needed_per_month(182, nan, HALF))


def test_the_pace_so_far_is_what_was_done_by_the_months_that_passed():
    assert done_per_month(46, HALF) == pytest.approx(46 / 6)
    assert isnan(done_per_month(0, START))


@given(
    plan=st.floats(0.01, 1e12),
    actual=st.floats(0, 1e12),
    quarter=st.integers(0, 4),
)
def test_more_done_is_never_judged_worse(plan, actual, quarter):
    order = [Standing.LATE, Standing.ON_TRACK, Standing.DONE]
    clock = Clock(2024, quarter)
    less, more = judged(plan, actual, clock), judged(plan, actual * 1.5, clock)
    assert order.index(more) >= order.index(less)


@given(plan=st.floats(0, 1e12), actual=st.floats(0, 1e12), quarter=st.integers(0, 3))
def test_at_the_pace_needed_the_plan_is_reached_at_the_end(plan, actual, quarter):
    clock = Clock(2024, quarter)
    end = actual + needed_per_month(plan, actual, clock) * clock.months_left
    assert is_reached(plan, end)


def test_in_a_past_year_of_which_nothing_was_reported_everything_is_due():
    past, ahead = Clock(2024, 0, is_past=True), Clock(2024, 0)
    assert (past.elapsed_pct, past.months_left, past.period) == (100, 0, "")
    assert (ahead.elapsed_pct, ahead.months_left) == (0, 12)
    for clock, expected in ((past, Standing.NOT_REPORTED), (ahead, Standing.NOT_DUE)):
        judged = standing(3, nan, clock, completed_pct=nan, at_year_end=True)
        assert judged is expected
