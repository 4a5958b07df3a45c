from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.values import (
    base_weights,
    commune_regions,
    commune_values,
    total,
    was_difficult,
)
from mtqg_geo.programme.model import Basis, Kind

DATA = shipped_dataset()


def row(commune, period, value, *, indicator="OP01", project="DA1", basis="actual"):
    return (commune, indicator, project, period, basis, value, "illustrative")


def values_of(data, indicator="OP01", *, basis="actual", projects=frozenset(), year=2023):
    found = commune_values(
        data, data.catalog.indicators[indicator], year=year, basis=Basis(basis), projects=projects
    )
    assert found["code"].tolist() == data.communes["code"].tolist()
    return found.set_index("code")


def whole(data, indicator, basis="plan", year=2023):
    known = data.catalog.indicators[indicator]
    weights = base_weights(data, known, year=year)
    return total(commune_values(data, known, year=year, basis=Basis(basis)), known, weights=weights)


@pytest.mark.parametrize(
    "target", [t for t in DATA.catalog.targets if t.year == 2023], ids=lambda t: t.indicator
)
def test_the_commune_plans_of_2023_make_the_published_plan(data, target):
    made = whole(data, target.indicator)
    assert made.value == pytest.approx(target.value, rel=1e-9)
    assert made.communes_missing == 0


def test_quarters_add_up_to_the_year_and_zero_is_not_missing(squares):
    quarters = [row("00001", f"2023-Q{n}", n) for n in (1, 2, 3, 4)]
    zeros = [row("00002", f"2023-Q{n}", 0) for n in (1, 2, 3, 4)]
    found = values_of(squares(observations=[*quarters, *zeros]))
    assert found["value"].tolist()[:2] == [10, 0]
    assert found["state"].tolist() == ["reported", "reported", "not_reported"]
    assert found["missing_periods"].tolist() == ["", "", ""]


def test_a_commune_with_two_of_four_quarters_is_partly_reported_and_the_others_are_named(squares):
    full = [row("00001", f"2023-Q{n}", 5) for n in (1, 2, 3, 4)]
    half = [row("00002", f"2023-Q{n}", v) for n, v in ((1, 3), (2, None), (3, 4), (4, None))]
    found = values_of(squares(observations=[*full, *half]))
    assert found.loc["00002"].tolist() == [7, "2023-Q2, 2023-Q4", "partly_reported"]
    made = total(found.reset_index(drop=True), DATA.catalog.indicators["OP01"])
    assert (made.value, made.communes, made.communes_missing) == (27, 3, 2)


def test_a_quarter_that_lies_ahead_for_everyone_is_not_missing(squares):
    rows = [row(c, f"2023-Q{n}", v) for c in ("00001", "00002") for n, v in ((1, 2), (2, None))]
    found = values_of(squares(observations=rows))
    assert found["state"].tolist()[:2] == ["reported", "reported"]


def test_a_commune_outside_the_programme_is_not_applicable(squares):
    found = values_of(squares(regions=("III", None, "II")))
    assert found["state"].tolist() == ["not_reported", "not_applicable", "not_reported"]


def test_an_indicator_of_region_iii_speaks_of_no_other_commune(squares):
    rows = [row(f"0000{n}", "2023", 1, indicator="OC03", project="") for n in (1, 2, 3)]
    found = values_of(squares(observations=rows), "OC03")
    assert found["state"].tolist() == ["reported", "not_applicable", "not_applicable"]
    assert found["value"].isna().tolist() == [False, True, True]


def test_the_region_is_a_category(squares):
    found = values_of(squares(regions=("III", None, "II")), "region")
    assert found["value"].tolist()[::2] == ["III", "II"]
    assert found["state"].tolist() == ["reported", "not_applicable", "reported"]


def test_capital_adds_up_over_the_chosen_projects(squares):
    rows = [
        row("00001", "2023", money, indicator="FI01", project=project, basis="allocated")
        for project, money in (("DA1", 100), ("DA4.TDA1", 20), ("DA4.TDA2", 3))
    ]
    data = squares(observations=rows)
    assert values_of(data, "FI01", basis="allocated")["value"].iloc[0] == 123
    chosen = data.catalog.with_children(["DA4"])
    assert values_of(data, "FI01", basis="allocated", projects=chosen)["value"].iloc[0] == 23


def test_an_indicator_of_another_project_is_not_applicable(squares):
    data = squares(observations=[row("00001", "2023-Q1", 1)])
    found = values_of(data, projects=frozenset({"DA4.TDA1"}))
    assert set(found["state"]) == {"not_applicable"}


def test_the_disbursement_rate_is_weighted_by_the_capital(squares):
    capital = {"00001": (100, 50), "00002": (300, 300), "00003": (0, 0)}
    rows = [
        row(commune, "2023", money, indicator="FI01", project="DA1", basis=basis)
        for commune, amounts in capital.items()
        for basis, money in zip(("allocated", "disbursed"), amounts, strict=True)
    ]
    data = squares(observations=rows)
    found = values_of(data, "FI02", basis="disbursed")
    assert found["value"].tolist()[:2] == [50, 100]
    assert found["state"].tolist() == ["reported", "reported", "not_applicable"]
    assert whole(data, "FI02", "disbursed").value == 87.5  # 350 of 400, not (50 + 100) / 2


def test_a_rate_is_averaged_by_households_never_plainly(squares):
    rows = [
        row("00001", "2023", 100, indicator="CX01", project=""),
        row("00002", "2023", 300, indicator="CX01", project=""),
        row("00001", "2023", 8, indicator="CX02", project=""),
        row("00002", "2023", 4, indicator="CX02", project=""),
        row("00003", "2023", 50, indicator="CX02", project=""),
    ]
    made = whole(squares(observations=rows), "CX02", "actual")
    assert made.value == 5
    assert made.communes_missing == 1  # 00003: a rate of nobody knows how many


def test_a_rate_of_no_households_at_all_enters_no_average(squares):
    rows = [
        row("00001", "2023", 0, indicator="CX01", project=""),
        row("00001", "2023", 50, indicator="CX02", project=""),
    ]
    made = whole(squares(observations=rows), "CX02", "actual")
    assert np.isnan(made.value)
    assert made.communes_missing == 3


def test_when_nobody_reported_the_sum_is_missing_not_zero(squares):
    made = whole(squares(observations=[row("00001", "2023-Q1", None)]), "OP01", "actual")
    assert np.isnan(made.value)
    assert made.communes_missing == 3


def test_the_regions_are_36_9_and_28_communes(data):
    counts = commune_regions(data, 2023).value_counts().to_dict()
    assert counts == {"I": 36, "II": 9, "III": 28}


@given(
    indicator=st.sampled_from([i for i in DATA.catalog.indicators.values() if i.kind is not Kind.CATEGORY]),
    year=st.sampled_from(DATA.years),
    cut=st.lists(st.integers(0, 3), min_size=10, max_size=10),
    draw=st.data(),
)  # fmt: skip
def test_any_grouping_of_the_districts_makes_the_total_of_the_province(indicator, year, cut, draw):
    basis = draw.draw(st.sampled_from(indicator.bases))
    values = commune_values(DATA, indicator, year=year, basis=basis)
    weights = base_weights(DATA, indicator, year=year)
    group = DATA.communes["district_code"].map(dict(zip(DATA.districts["code"], cut, strict=True)))
    parts = [
        total(values, indicator, among=(group == g).to_numpy(), weights=weights) for g in set(cut)
    ]
    province = total(values, indicator, weights=weights)
    assert sum(part.communes for part in parts) == province.communes
    assert sum(part.communes_missing for part in parts) == province.communes_missing
    if indicator.kind is Kind.EXTENSIVE:
        known = [part.value for part in parts if not np.isnan(part.value)]
        assert (sum(known) if known else np.nan) == pytest.approx(province.value, nan_ok=True)
    elif parts and not np.isnan(province.value):
        known = [part.value for part in parts if not np.isnan(part.value)]
        assert min(known) - 1e-9 <= province.value <= max(known) + 1e-9


def test_values_plan_and_states_fit_each_other_in_every_indicator(data):
    for indicator in data.catalog.indicators.values():
        for basis in indicator.bases:
            found = commune_values(data, indicator, year=2023, basis=basis)
            blank = found["state"].isin(["not_reported", "no_plan", "not_applicable"])
            assert (found["value"].isna() == blank).all(), indicator.id
            partly = found["state"] == "partly_reported"
            assert ((found["missing_periods"] != "") == partly).all(), indicator.id
            assert isinstance(found, pd.DataFrame)


def test_without_a_list_of_regions_every_commune_counts(squares):
    rows = [("00001", "OP01", "DA1", "2023", "plan", 3.0, "s")]
    data = squares(observations=rows, regions=(None, None, None))
    values = commune_values(data, data.catalog.indicators["OP01"], year=2023, basis=Basis.PLAN)
    assert values["state"].tolist() == ["reported", "not_reported", "not_reported"]


def left_in_october(squares):
    """00001 left region III on 1 October 2023, 00002 joined it on that day, 00003 never was."""
    rows = [
        row(f"0000{n}", "2023", value, indicator="OC03", project="", basis="plan")
        for n, value in ((1, 1), (2, 0), (3, 0))
    ]
    rows += [
        row(f"0000{n}", "2023", value, indicator="OC16", project="")
        for n, value in ((1, 3.5), (2, 2.5), (3, 1.5))
    ]
    history = [
        ("00001", "III", "2021-01-01", "2023-09-30"), ("00001", "II", "2023-10-01", ""),
        ("00002", "I", "2021-01-01", "2023-09-30"), ("00002", "III", "2023-10-01", ""),
        ("00003", "II", "2021-01-01", ""),
    ]  # fmt: skip
    columns = ["commune_code", "region", "valid_from", "valid_to"]
    regions = pd.DataFrame(history, columns=columns)
    return replace(
        squares(observations=rows), regions=regions.assign(decision="861", source="illustrative")
    )


def test_who_was_in_region_iii_on_any_day_of_the_year_counts_in_it(squares):
    data = left_in_october(squares)
    assert commune_regions(data, 2023).tolist() == ["II", "III", "II"]
    leaving = values_of(data, "OC03", basis="plan")
    assert leaving["state"].tolist() == ["reported", "reported", "not_applicable"]
    assert whole(data, "OC03", "plan").value == 1, "the commune that left is the one planned to"
    fall = values_of(data, "OC17")
    assert fall["value"].tolist()[:2] == [3.5, 2.5]
    assert fall["state"].tolist() == ["reported", "reported", "not_applicable"]


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2022, [True, False, False]), (2023, [True, True, False]), (2024, [False, True, False])],
)
def test_in_another_year_only_those_of_that_year_do(squares, year, expected):
    data = left_in_october(squares)
    assert was_difficult(data, year).tolist() == expected
    applies = values_of(data, "OC03", year=year, basis="plan")["state"] != "not_applicable"
    assert applies.tolist() == expected
