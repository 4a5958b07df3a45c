"""The page of progress before it is drawn."""

from dataclasses import replace

import pytest

from mtqg_geo.progress.view import LAST_REPORTED, ProgressChoices, moments, progress_view

USUAL = ProgressChoices("district", "best", limit_km=10.0, completed_only=True)


@pytest.fixture
def view(data, select):
    """Return the page of a selection."""
    return lambda choices=USUAL, **query: progress_view(data, select(**query), choices, lang="en")


def test_the_moments_are_the_last_reported_then_earlier_ones_backwards(data):
    known = moments(data, 2023)
    assert list(known) == [LAST_REPORTED, 3, 2, 1]
    assert [clock.quarter for clock in known.values()] == [4, 3, 2, 1]


def test_the_indicator_of_the_map_is_followed_if_it_has_a_plan(view):
    followed = view(indicator=["OP05"]).details.in_depth
    assert followed.ranking.indicator.id == "OP05"
    other = view(indicator=["CX01"]).details.in_depth  # households are not planned
    assert other.ranking.indicator == other.followable[0]
    assert other.trend.line.indicator == other.followable[0]


def test_a_rate_of_the_running_year_waits_for_its_end(view):
    assert view(year=["2024"], indicator=["OP03"]).details.in_depth.waits is False
    rates = [each.id for each in view().details.in_depth.followable if each.kind == "intensive"]
    assert view(year=["2024"], indicator=rates[:1]).details.in_depth.waits
    assert not view(year=["2023"], indicator=rates[:1]).details.in_depth.waits


def test_districts_stand_side_by_side_only_where_there_are_two(view):
    several = view(indicator=["OP01"]).details.in_depth
    assert 2 <= len(several.side_by_side) <= 10
    assert several.top_pct >= 100
    assert view(indicator=["OP01"], district=["220"]).details.in_depth.side_by_side == ()


def test_a_farther_limit_leaves_fewer_communes_of_the_same_ones(view):
    near = view(replace(USUAL, limit_km=5.0)).details.remote
    far = view(replace(USUAL, limit_km=20.0)).details.remote
    assert near.among == far.among
    assert {each.code for each in far.communes} < {each.code for each in near.communes}


def test_difficult_communes_leave_or_stay(view):
    difficult = view().details.difficult
    assert len(difficult.leaving) == 4, "the plan of 2023"
    assert (*difficult.leaving, *difficult.staying) == difficult.communes


def test_where_nobody_is_concerned_there_is_nothing_but_the_notice(view):
    nobody = view(commune=["07243"], district=["213"])
    assert nobody.details is None
    assert len(nobody.notices) == 1
