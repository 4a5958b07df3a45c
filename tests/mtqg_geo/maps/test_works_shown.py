"""Works stay off a painted map until they are what is asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.layers import kept_layers
from mtqg_geo.maps.legend import screen_works
from mtqg_geo.maps.symbols import BAR_CHARS
from mtqg_geo.maps.view import map_view
from mtqg_geo.maps.works_shown import WorksShown, _bar, parse_works, works_by_rule

BY_COMMUNE = WorksShown.BY_COMMUNE


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


def view_of(data, **chosen):
    return map_view(data, default_selection(data), Classing(), lang="en", **chosen)


def test_a_bar_counts_what_is_done_of_what_was_planned_in_its_commune(squares):
    data = squares(
        sites=[
            *((f"a{at}", "completed", "00001") for at in range(3)),
            ("a3", "planned", "00001"),
            ("b", "not_reported", "00002"),
        ]
    )
    bars = view_of(data, works=WorksShown.BY_COMMUNE).bars
    assert bars.chars == "7u."  # the third commune has no site: no bar, which is not an empty one
    assert bars.texts == ("3 of 4 sites done", "1 site planned, not reported", "")
    assert view_of(data).bars is None


@given(st.integers(1, 500), st.data())
def test_a_bar_is_empty_only_without_a_site_done_and_full_only_with_all(planned, draw):
    done = draw.draw(st.integers(0, planned))
    char, text = _bar(planned, done, 0, "en")
    assert (char == BAR_CHARS[0]) == (done == 0)
    assert (char == BAR_CHARS[-1]) == (done == planned)
    assert text.startswith(f"{done} of {planned} ")


def test_a_status_chosen_does_not_make_bars_silent(data):
    selection, _ = parse_selection({"status": ["planned"]}, data)
    every = map_view(data, default_selection(data), Classing(), lang="vi", works=BY_COMMUNE)
    chosen = map_view(data, selection, Classing(), lang="vi", works=BY_COMMUNE)
    assert chosen.bars == every.bars


@pytest.mark.parametrize(
    ("works", "hidden", "names"),
    [
        (WorksShown.NONE, True, ["communes", "roads", "districts", "sites"]),
        (WorksShown.SINGLE, False, ["communes", "roads", "districts", "sites"]),
        (BY_COMMUNE, True, ["communes", "roads", "districts", "sites", "works_bars"]),
    ],
)
def test_layers_and_legend_follow_the_works_shown(data, works, hidden, names):
    view = map_view(data, default_selection(data), Classing(), lang="vi", works=works)
    specs = {layer.spec["name"]: layer.spec for layer in kept_layers(data, view, lang="vi")}
    assert list(specs) == names
    assert specs["sites"].get("hidden", False) is specs["roads"].get("hidden", False) is hidden
    if works is BY_COMMUNE:
        assert specs["works_bars"]["url"] == specs["communes"]["url"], "no shape is sent again"
    headings = [section.heading for section in screen_works(data, view, "vi")]
    expected = {"none": [], "commune": ["Công trình theo xã"]}
    assert headings == expected.get(works, ["Công trình", "", "Đường giao thông"])
