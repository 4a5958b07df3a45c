from datetime import date
from itertools import product

import numpy as np
import pytest

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.periods import followed, reported_quarters, result_basis
from mtqg_geo.figures.quarters import by_quarter, clock_at, filtering, results_at
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.values import commune_values
from mtqg_geo.programme.period import Clock

DATA = shipped_dataset()
INDICATORS = [DATA.catalog.indicators[name] for name in followed(DATA)]


def row(commune, period, value, *, indicator="OP01", project="DA1", basis="actual"):
    return (commune, indicator, project, period, basis, value, "illustrative")


def indicator(data, name="OP01"):
    return data.catalog.indicators[name]


def test_a_year_is_measured_at_the_last_quarter_anything_was_reported_for(data):
    assert reported_quarters(data, 2022) == (1, 2, 3, 4)
    assert reported_quarters(data, 2024) == (1, 2)
    assert clock_at(data, 2024) == Clock(2024, 2)
    assert clock_at(data, 2023, 2) == Clock(2023, 2)
    assert clock_at(data, 2024, 4) == Clock(2024, 2), "a quarter that lies ahead"


def test_an_empty_report_is_no_report(squares):
    rows = [row("00001", "2023-Q1", 1), row("00001", "2023-Q2", None)]
    assert clock_at(squares(observations=rows), 2023) == Clock(2023, 1)
    assert clock_at(squares(), 2023) == Clock(2023, 0, is_past=True)


def test_a_plan_is_no_report_and_a_result_of_the_whole_year_ends_it(squares):
    plan = row("00001", "2023", 5, basis="plan")
    assert clock_at(squares(observations=[plan]), 2023) == Clock(2023, 0, is_past=True)
    done = row("00001", "2023", 4)
    assert clock_at(squares(observations=[plan, done]), 2023) == Clock(2023, 4)


def test_households_counted_for_a_year_do_not_end_it(data):
    # The sample holds the households of 2024, and results of two quarters.
    assert data.observed("CX01", 2024)["value"].notna().all()
    assert clock_at(data, 2024).quarter == 2


def test_results_grow_quarter_by_quarter(squares):
    rows = [row("00001", f"2023-Q{n}", v) for n, v in ((1, 3), (2, 0), (3, 4))]
    rows += [row("00002", f"2023-Q{n}", v) for n, v in ((1, 1), (2, None), (3, 5))]
    data = squares(observations=rows)
    known = by_quarter(data, indicator(data), 2023)
    assert known.sums[0, :3].tolist() == [3, 3, 7]
    assert known.sums[1, :3].tolist() == [1, 1, 6]
    assert np.isnan(known.sums[2]).all(), "00003 never reported"
    assert known.is_complete[:, :3].tolist() == [[True] * 3, [True, False, False], [False] * 3]


def test_a_commune_that_reports_two_projects_is_complete_with_both(squares):
    rows = [
        row("00001", "2023-Q1", money, indicator="FI01", project=project, basis="disbursed")
        for project, money in (("DA1", 5), ("DA6", None))
    ] + [row("00002", "2023-Q1", 7, indicator="FI01", project="DA6", basis="disbursed")]
    data = squares(observations=rows)
    known = by_quarter(data, indicator(data, "FI01"), 2023)
    assert known.sums[:2, 0].tolist() == [5, 7]
    assert known.is_complete[:2, 0].tolist() == [False, True]
    one = by_quarter(data, indicator(data, "FI01"), 2023, projects=frozenset({"DA1"}))
    assert one.is_complete[:2, 0].tolist() == [True, False]


@pytest.mark.long
def test_at_the_last_quarter_the_results_are_those_of_the_map():
    for chosen, year in product(INDICATORS, DATA.years):
        case = f"{chosen.id} in {year}"
        of_the_map = commune_values(DATA, chosen, year=year, basis=result_basis(chosen))
        at_the_end = results_at(DATA, chosen, clock_at(DATA, year))
        assert at_the_end.equals(of_the_map), case
        known = by_quarter(DATA, chosen, year)
        if not np.isnan(known.sums).all():  # measured by quarter
            sums, is_complete = known.at(clock_at(DATA, year).quarter)
            values = of_the_map["value"].to_numpy(dtype=float)
            assert sums == pytest.approx(values, nan_ok=True), case
            reported = of_the_map["state"].isin(["reported", "no_plan"]).to_numpy()
            assert ((is_complete & known.concerned) == reported).all(), case


def test_earlier_in_the_year_later_quarters_do_not_count(data):
    op02 = indicator(data, "OP02")
    rows = data.observed("OP02", 2023)
    first_half = rows[(rows["basis"] == "actual") & rows["period"].isin(["2023-Q1", "2023-Q2"])]
    found = results_at(data, op02, Clock(2023, 2))
    assert found["value"].astype(float).sum() == first_half["value"].sum() == 291
    assert set(found["state"]) == {"reported", "not_reported", "not_applicable"}


def test_who_owes_a_later_quarter_alone_and_had_no_plan_has_none_before(squares):
    rows = [
        row("00001", "2023", 0, basis="plan"), row("00001", "2023-Q1", 0),
        row("00001", "2023-Q2", None),
        row("00002", "2023", 4, basis="plan"), row("00002", "2023-Q1", 1),
        row("00002", "2023-Q2", 2),
    ]  # fmt: skip
    data = squares(observations=rows)
    op01 = indicator(data)
    until = [results_at(data, op01, Clock(2023, each))["state"].tolist() for each in (1, 2)]
    assert [each[:2] for each in until] == [
        ["no_plan", "reported"],
        ["partly_reported", "reported"],
    ]


def test_what_is_measured_once_a_year_is_not_there_earlier(data):
    found = results_at(data, indicator(data, "OC16"), Clock(2023, 3))
    assert found["value"].astype(float).isna().all()
    assert results_at(data, indicator(data, "OC16"), Clock(2023, 4))["value"].notna().any()


def test_projects_are_filtered_only_where_that_leaves_something_out(data):
    chosen = data.catalog.with_children(["DA4"])
    assert filtering(data, indicator(data, "OP05"), 2023, chosen) == frozenset()
    assert filtering(data, indicator(data, "OC16"), 2023, chosen) == frozenset()
    assert filtering(data, indicator(data, "FI01"), 2023, chosen) == chosen
    assert filtering(data, indicator(data, "OP01"), 2023, chosen) == chosen


def test_a_link_names_a_quarter_that_was_reported(data):
    def parsed(*as_of):  # whatever is shown: here the regions, which have no quarters
        selection, problems = parse_selection({"year": ["2024"], "as_of": as_of}, data)
        return selection.quarter, problems

    assert parsed("2024-Q1") == (1, ())
    assert parsed("2024-Q2") == (None, ()), "the last goes unsaid"
    assert parsed() == (None, ())
    for wrong in ("2024-Q3", "2023-Q1", "Q1", "<b>"):
        quarter, problems = parsed(wrong)
        assert quarter is None
        assert wrong in problems[0]
        assert "2024-Q1, 2024-Q2" in problems[0]


def test_a_year_of_which_nothing_was_reported_is_over_by_the_calendar(squares):
    year = date.today().year
    assert clock_at(squares(), year - 1).is_over
    assert not clock_at(squares(), year).is_over
