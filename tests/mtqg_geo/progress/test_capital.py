from math import isnan

import pytest

from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_values, total
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.model import Basis
from mtqg_geo.progress.capital import ladder
from mtqg_geo.progress.targets import progress

SQUARES = Selection(year=2023, vintage="2023-04")


def capital(project, plan, allocated, disbursed, *, commune="00001"):
    """Return the three steps of a commune in millions, disbursed in the first quarter."""
    steps = (
        ("2023", "plan", plan),
        ("2023", "allocated", allocated),
        ("2023-Q1", "disbursed", disbursed),
    )
    return [
        (commune, "FI01", project, period, basis, value, "illustrative")
        for period, basis, value in steps
    ]


def rungs(data, selection=SQUARES):
    return {rung.project: rung for rung in ladder(data, selection)}


def test_sub_projects_add_up_to_their_project_and_projects_to_the_whole(squares):
    rows = (
        capital("DA1", 100, 90, 50) + capital("DA4.TDA1", 40, 40, 10) + capital("DA4.TDA2", 8, 6, 6)
    )
    made = rungs(squares(observations=rows))
    assert list(made) == ["", "DA1", "DA4", "DA4.TDA1", "DA4.TDA2"]
    steps = {k: (r.plan_vnd, r.allocated_vnd, r.disbursed_vnd) for k, r in made.items()}
    assert steps["DA4"] == (48, 46, 16)
    assert steps[""] == (148, 136, 66), "not once more for the sub-projects"
    assert made[""].undisbursed_vnd == 70
    assert {r.parent for r in made.values()} == {"", "DA4"}


def test_choosing_a_project_and_its_sub_project_counts_nothing_twice(data, select):
    one = rungs(data, select(project=["DA4"]))
    both = rungs(data, select(project=["DA4", "DA4.TDA1"]))
    assert one == both
    assert one[""].plan_vnd == pytest.approx(242e9)


def test_capital_on_a_project_and_on_its_sub_project_is_added_and_pointed_out(squares):
    made = rungs(squares(observations=capital("DA4", 10, 10, 5) + capital("DA4.TDA1", 7, 7, 5)))
    assert (made["DA4"].plan_vnd, made["DA4"].is_split_too) == (17, True)
    assert not made["DA4.TDA1"].is_split_too
    assert not made[""].is_split_too


def test_a_silent_commune_holds_what_was_allocated_to_it(squares):
    rows = capital("DA1", 100, 90, 50) + capital("DA1", 30, 20, None, commune="00002")
    rows += capital("DA1", 0, 0, 0, commune="00003")
    made = rungs(squares(observations=rows))[""]
    assert (made.disbursed_vnd, made.silent_vnd, made.communes_missing) == (50, 20, 1)
    assert made.share.pct == pytest.approx(100 * 50 / 110)
    assert made.share.is_lower_bound
    assert made.share.reported_pct == pytest.approx(100 * 50 / 90)
    assert (made.share.reported, made.share.communes) == (1, 2), "the third was given nothing"


def test_a_commune_without_capital_owes_no_report(squares):
    rows = capital("DA1", 100, 90, 50) + capital("DA1", 0, 0, None, commune="00002")
    rows += capital("DA2", 5, 5, 1, commune="00003")  # and nothing in the first project
    made = rungs(squares(observations=rows))
    assert {name: rung.communes_missing for name, rung in made.items()} == {
        "": 0,
        "DA1": 0,
        "DA2": 0,
    }


def test_a_commune_whose_capital_nobody_knows_is_missing_from_the_whole(squares):
    rows = capital("DA1", 100, 90, 50) + capital("DA1", 30, 20, 5, commune="00002")
    made = rungs(squares(observations=rows))
    assert (made[""].communes_missing, made["DA1"].communes_missing) == (1, 0)


@pytest.mark.parametrize("as_of", [[], ["2023-Q2"]])
@pytest.mark.parametrize("project", ["DA2", "DA4", "DA6", "DA9.TDA1"])
def test_tile_targets_and_capital_count_the_same_silent_communes(data, select, project, as_of):
    selection = select(project=[project], as_of=as_of)
    strip = {f.key: f for f in map_view(data, selection, Classing(), lang="vi").figures}
    whole = ladder(data, selection)[0].communes_missing
    of_project = rungs(data, select(as_of=as_of))[project].communes_missing
    target = progress(data, selection).line("FI01").communes_missing
    assert strip["capital"].communes_missing == target == whole == of_project


def test_five_communes_with_capital_for_culture_are_silent_and_one_was_given_none(data, select):
    selection = select(project=["DA6"])
    rows = data.observed("FI01", 2023)
    rows = rows[(rows["project"] == "DA6") & rows["value"].notna()]
    spent = set(rows.loc[rows["basis"] == "disbursed", "commune_code"])
    given = set(rows.loc[(rows["basis"] != "disbursed") & (rows["value"] > 0), "commune_code"])
    in_programme = set(data.regions_in(2023).index)
    assert len(given - spent) == 5
    assert in_programme - given - spent == {"07567"}, "xã Tân Hoa"
    assert ladder(data, selection)[0].communes_missing == 5


def test_what_nobody_disbursed_is_missing_not_zero(squares):
    made = rungs(squares(observations=capital("DA1", 100, 90, None)))["DA1"]
    assert isnan(made.disbursed_vnd)
    assert made.communes_missing == 1
    assert isnan(made.share.pct)
    assert not made.share.is_lower_bound


def test_a_selection_without_capital_is_empty(data, select):
    outside = set(data.districts["code"]) - {"215", "217", "218", "219", "220"}
    (only,) = ladder(data, select(district=[min(outside)]))
    assert only.is_empty


@pytest.mark.parametrize("year", ["2022", "2023", "2024"])
@pytest.mark.parametrize("query", [{}, {"district": ["220", "219"]}, {"project": ["DA4", "DA6"]}])
def test_the_whole_is_what_the_map_shows(data, select, year, query):
    selection = select(year=[year], **query)
    whole, *rest = ladder(data, selection)
    indicator = data.catalog.indicators["FI01"]
    projects = data.catalog.with_children(selection.projects)
    for basis, value in (
        (Basis.PLAN, whole.plan_vnd),
        (Basis.ALLOCATED, whole.allocated_vnd),
        (Basis.DISBURSED, whole.disbursed_vnd),
    ):
        values = commune_values(data, indicator, year=int(year), basis=basis, projects=projects)
        expected = total(values, indicator, among=selection.commune_mask(data))
        assert value == pytest.approx(expected.value)
    assert whole.communes_missing == expected.communes_missing
    top = [rung for rung in rest if not rung.parent]
    assert sum(rung.plan_vnd for rung in top) == pytest.approx(whole.plan_vnd)
    assert sum(rung.silent_vnd for rung in top) == pytest.approx(whole.silent_vnd)


def test_an_earlier_quarter_holds_less(data, select):
    half, year = (rungs(data, select(as_of=as_of))[""] for as_of in (["2023-Q2"], []))
    assert half.disbursed_vnd == 130_774_000_000
    assert year.disbursed_vnd == 458_445_000_000
    assert half.allocated_vnd == year.allocated_vnd
