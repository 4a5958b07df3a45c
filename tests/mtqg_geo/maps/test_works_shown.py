"""Works stay off a painted map until they are what is asked about."""

import pytest

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown, parse_works, works_by_rule


@pytest.fixture(scope="module")
def data():
    return shipped_dataset()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, "none"),
        ({"indicator": ["OP01"]}, "none"),  # houses are no works
        ({"indicator": ["CX03"]}, "none"),  # a distance to works counts none
        ({"district": ["220"]}, "none"),
        ({"indicator": ["OP06"]}, "single"),  # markets
        ({"indicator": ["OP05"]}, "single"),  # kilometres of road
        ({"indicator": ["CX02"], "with": ["OP07"]}, "single"),
        ({"project": ["DA6"]}, "single"),
        ({"status": ["planned"]}, "single"),
    ],
)
def test_works_are_on_where_they_are_asked_about(data, query, shown):
    selection, problems = parse_selection(query, data)
    assert problems == ()
    assert works_by_rule(data, selection) == shown


def test_a_readers_own_choice_leads_and_both_periods_compared_follow_it(data):
    selection, _ = parse_selection({"compare": ["2022"]}, data)
    ruled = map_view(data, selection, Classing(), lang="vi")
    chosen = map_view(data, selection, Classing(), lang="vi", works=WorksShown.BY_COMMUNE)
    assert (ruled.works, ruled.other.works) == ("none", "none")
    assert (chosen.works, chosen.other.works) == ("commune", "commune")
    assert ruled.site_chars == chosen.site_chars


def test_an_unknown_choice_is_said_and_left_to_the_rule():
    assert parse_works({"works": ["all"]}, lang="en") == (
        None,
        ("There is no way to show works “all”. Known: none, single, commune.",),
    )
