"""The ladder of capital by source and by kind of money, and the filters of both."""

import json
from dataclasses import replace
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.capital import of_capital
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_values, total
from mtqg_geo.programme.model import NOT_SPLIT, Basis, State
from mtqg_geo.programme.tables import SPLIT
from mtqg_geo.progress.capital import ladder, ladder_by
from mtqg_geo.progress.document import progress_json
from tests.long import DEAR

SQUARES = Selection(year=2023, vintage="2023-04")
SOURCE, KIND = SPLIT
STEPS = (("2023", "plan"), ("2023", "allocated"), ("2023-Q1", "disbursed"))


def money(source, kind, *amounts, commune="00001", project="DA1"):
    """Return the three steps of an amount, disbursed in the first quarter."""
    return [
        (commune, "FI01", project, period, basis, value, "illustrative", source, kind)
        for (period, basis), value in zip(STEPS, amounts, strict=True)
    ]


HOUSES = [("00002", "OP01", "DA1", "2023", "plan", 7, "illustrative")]
TWO_COMMUNES = (
    money("central", "investment", 50, 40, 30)
    + money("central", "regular", 20, 20, 5)
    + money("local", "investment", 10, 10, 10)
    + money("", "", 8, 8, 4, commune="00002")
    + HOUSES
)


def steps(rung):
    return rung.plan_vnd, rung.allocated_vnd, rung.disbursed_vnd


def narrowed(data, **chosen):
    selection = replace(SQUARES, **chosen)
    return of_capital(data, selection.capital), selection


def test_sources_and_kinds_add_up_to_the_whole_and_what_is_not_split_stands_for_itself(squares):
    data = squares(observations=TWO_COMMUNES)
    by_source = ladder_by(data, SQUARES, SOURCE)
    by_kind = ladder_by(data, SQUARES, KIND)

    assert steps(ladder(data, SQUARES)[0]) == (88, 78, 49)
    assert {code: steps(rung) for code, rung in by_source.items()} == {
        "central": (70, 60, 35), "local": (10, 10, 10), NOT_SPLIT: (8, 8, 4),
    }  # fmt: skip
    assert {code: steps(rung) for code, rung in by_kind.items()} == {
        "investment": (60, 50, 40), "regular": (20, 20, 5), NOT_SPLIT: (8, 8, 4),
    }  # fmt: skip
    # Of the second commune nobody knows whether any of its 8 is central.
    assert by_source["central"].share.is_lower_bound


@pytest.mark.long
def test_where_nothing_is_split_there_is_nothing_to_show(squares):
    data = squares(observations=money("", "", 9, 9, 9))
    assert ladder_by(data, SQUARES, SOURCE) == ladder_by(data, SQUARES, KIND) == {}


def test_a_filter_of_money_leaves_households_alone(squares):
    data, selection = narrowed(squares(observations=TWO_COMMUNES), capital_sources=("central",))
    houses = data.catalog.indicators["OP01"]
    planned = commune_values(data, houses, year=2023, basis=Basis.PLAN)
    assert total(planned, houses).value == 7
    assert steps(ladder(data, selection)[0]) == (70, 60, 35)
    assert selection.commune_mask(data).all()


def test_other_money_is_none_of_a_source_and_money_not_split_is_unknown(squares):
    rows = TWO_COMMUNES + money("local", "", 6, 6, 6, commune="00003")
    data, _ = narrowed(
        squares(observations=rows, regions=("I", "I", "I")), capital_sources=("central",)
    )
    capital = data.catalog.indicators["FI01"]
    plan = commune_values(data, capital, year=2023, basis=Basis.PLAN)
    spent = commune_values(data, capital, year=2023, basis=Basis.DISBURSED)
    assert plan["value"].fillna(-1).tolist() == [70, -1, 0]
    assert plan["state"].tolist() == [State.REPORTED, State.NOT_REPORTED, State.REPORTED]
    assert spent["value"].fillna(-1).tolist() == [35, -1, -1]
    assert spent["state"].tolist()[2] == State.NO_PLAN
    assert spent["state"].tolist()[1] == State.NOT_REPORTED, "it may have been given some"


def test_source_and_kind_together_and_money_not_split(squares):
    data = squares(observations=TWO_COMMUNES)
    both, chosen = narrowed(data, capital_sources=("central",), capital_kinds=("regular",))
    assert steps(ladder(both, chosen)[0]) == (20, 20, 5)
    rest, chosen = narrowed(data, capital_sources=(NOT_SPLIT, "local"))
    assert steps(ladder(rest, chosen)[0]) == (18, 18, 14)


def test_the_ladder_by_source_keeps_to_the_kind_chosen(squares):
    data, selection = narrowed(squares(observations=TWO_COMMUNES), capital_kinds=("investment",))
    found = {code: steps(rung) for code, rung in ladder_by(data, selection, SOURCE).items()}
    assert found["central"] == (50, 40, 30)
    assert found["local"] == (10, 10, 10)


def test_a_blank_part_makes_the_report_of_its_quarter_incomplete(squares):
    rows = money("central", "", 50, 40, 30) + money("local", "", 10, 10, None)
    data = squares(observations=rows)
    capital = data.catalog.indicators["FI01"]
    spent = commune_values(data, capital, year=2023, basis=Basis.DISBURSED).iloc[0]
    assert (spent["value"], spent["state"]) == (30, State.PARTLY_REPORTED)
    assert spent["missing_periods"] == "2023-Q1"
    assert ladder(data, SQUARES)[1].communes_missing == 1


def test_parts_of_one_amount_are_not_taken_for_reports_of_other_quarters(squares):
    """Two parts in the first quarter, none in the second: two rows, one report of two."""
    rows = money("central", "", 50, 40, 30) + money("local", "", 10, 10, 5)
    other = money("", "", 9, 9, 9, commune="00002")
    later = ("00002", "FI01", "DA1", "2023-Q2", "disbursed", 1, "illustrative")
    data = squares(observations=[*rows, *other, later])
    capital = data.catalog.indicators["FI01"]
    spent = commune_values(data, capital, year=2023, basis=Basis.DISBURSED)
    assert spent["state"].tolist()[:2] == [State.PARTLY_REPORTED, State.REPORTED]


@pytest.mark.long
def test_the_published_plan_is_not_that_of_one_source(data, select):
    selection = select(capital_source=["central"])
    shown = of_capital(data, selection.capital)
    document = json.loads(progress_json(shown, selection))
    assert document["capital"]["plan"] is None, "the sample is not split"
    plans = {line["indicator"]: line["plan"] for line in document["targets"]}
    assert plans["OP01"] == 182
    assert any("Ngân sách trung ương" in notice for notice in document["notices"])


def test_the_document_has_the_parts_and_null_for_what_is_not_split(squares):
    data = squares(observations=TWO_COMMUNES)
    capital = json.loads(progress_json(data, SQUARES))["capital"]
    assert [part["capital_source"] for part in capital["by_capital_source"]] == [
        "central", "local", None,
    ]  # fmt: skip
    # The plan of the whole province is the published one, not the sum of these communes'.
    whole = {"plan": 88, "allocated": capital["allocated"], "disbursed": capital["disbursed"]}
    for step, amount in whole.items():
        for name in SPLIT:
            assert sum(part[step] for part in capital[f"by_{name}"]) == amount


AMOUNTS = st.one_of(st.none(), st.integers(0, 10**12))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["00001", "00002", "00003"]),
        st.sampled_from(["DA1", "DA4.TDA1"]),
        st.sampled_from(["", "central", "local", "other"]),
        st.sampled_from(["", "investment", "regular"]),
        st.tuples(AMOUNTS, AMOUNTS, AMOUNTS),
    ),
    max_size=12,
    unique_by=lambda row: row[:4],
)


@DEAR
@given(rows=ROWS)
def test_however_money_is_split_the_parts_add_up(squares, rows):
    given_rows = [
        row
        for commune, project, source, kind, amounts in rows
        for row in money(source, kind, *amounts, commune=commune, project=project)
    ]
    data = squares(observations=given_rows)
    whole = ladder(data, SQUARES)[0]
    for column in SPLIT:
        parts = ladder_by(data, SQUARES, column).values()
        for name in ("plan_vnd", "allocated_vnd", "disbursed_vnd") if parts else ():
            known = [getattr(part, name) for part in parts if not isnan(getattr(part, name))]
            total_known = getattr(whole, name)
            assert sum(known) == (0 if isnan(total_known) else total_known)


@pytest.mark.parametrize("vintage", ["2023-04", "2025-07"])
def test_units_put_together_split_their_money_as_their_communes_do(data, vintage):
    from mtqg_geo.dataset.tables import ObservationsInMemory
    from mtqg_geo.dataset.vintages import shown_dataset

    rows = data.observations.table()
    money_rows = (rows["indicator"] == "FI01") & (rows["project"] == "DA4.TDA1")
    table = rows.assign(
        capital_source=rows["capital_source"].mask(money_rows, "central"),
        capital_kind=rows["capital_kind"].mask(money_rows, "investment"),
    )
    loaded = replace(data, observations=ObservationsInMemory(table))
    selection = Selection(year=2023, vintage=vintage, capital_sources=("central",))
    shown = shown_dataset(loaded, vintage, capital=selection.capital)
    of_project = replace(selection, capital_sources=(), projects=("DA4.TDA1",))
    expected = ladder(shown_dataset(loaded, vintage), of_project)[0]
    assert steps(ladder(shown, selection)[0]) == pytest.approx(steps(expected))
    assert shown.as_loaded is loaded
    assert shown.as_drawn is shown_dataset(loaded, vintage).as_drawn
    # A table of the units themselves, not only of the communes the year is counted in.
    capital = data.catalog.indicators["FI01"]
    plans = commune_values(shown, capital, year=2023, basis=Basis.PLAN)
    assert total(plans, capital).value == pytest.approx(expected.plan_vnd)


def test_policy_credit_is_of_no_kind_and_leaves_no_kind_incomplete(squares):
    rows = money("central", "investment", 50, 40, 30) + money("policy_credit", "", 9, 9, 9)
    by_kind = ladder_by(squares(observations=rows), SQUARES, KIND)
    assert {code: steps(rung) for code, rung in by_kind.items()} == {
        "investment": (50, 40, 30), NOT_SPLIT: (9, 9, 9),
    }  # fmt: skip
    assert not ladder(squares(observations=rows), SQUARES)[1].share.is_lower_bound
    assert by_kind["investment"].share.reported == 1


def test_zeros_beside_money_that_is_not_split_do_not_make_it_at_least_zero(squares):
    rows = money("", "", 50, 40, 30) + money("", "", 0, 0, 0, project="DA2")
    rows += money("", "", 0, 0, 0, commune="00002")
    data, _ = narrowed(squares(observations=rows), capital_sources=("central",))
    capital = data.catalog.indicators["FI01"]
    plan = commune_values(data, capital, year=2023, basis=Basis.PLAN)
    assert plan["value"].fillna(-1).tolist()[:2] == [-1, 0], "nobody knows; none in any case"
    assert plan["state"].tolist()[:2] == [State.NOT_REPORTED, State.REPORTED]
