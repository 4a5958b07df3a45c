"""Plan against result on three squares: figures that can be checked by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.figures.measures import (
    as_measured,
    completion,
    measured,
    remaining,
    shown_total,
    shown_values,
)
from mtqg_geo.figures.periods import Measure, measures_of, periods_of, quarters_of, result_basis
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.words import shown_words
from mtqg_geo.programme.model import Basis
from mtqg_geo.programme.period import Period
from mtqg_geo.programme.words import t

NAN = np.nan
ONE, TWO, THREE = "00001", "00002", "00003"


def row(commune, period, basis, value, indicator="OP01", project="DA1"):
    return (commune, indicator, project, period, basis, value, "test")


# Plans 10, 4 and 0; results 4 + 3, nothing, 1 + 1 by quarter.
OBSERVED = [
    row(ONE, "2023", "plan", 10), row(ONE, "2023-Q1", "actual", 4),
    row(ONE, "2023-Q2", "actual", 3),
    row(TWO, "2023", "plan", 4), row(TWO, "2023-Q1", "actual", NAN),
    row(TWO, "2023-Q2", "actual", NAN),
    row(THREE, "2023", "plan", 0), row(THREE, "2023-Q1", "actual", 1),
    row(THREE, "2023-Q2", "actual", 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def three(squares):
    return squares(observations=OBSERVED)


def chosen(data, **choice):
    plain = default_selection(data)
    return replace(plain, **({"indicator": "OP01", "basis": Basis.ACTUAL} | choice))


def values_and_states(data, **choice):
    rows = shown_values(data, chosen(data, **choice))
    return rows["value"].astype(float).tolist(), rows["state"].tolist()


def test_completion_is_the_result_in_percent_of_the_plan(three):
    values, states = values_and_states(three, measure=Measure.COMPLETION)
    assert values == pytest.approx([70, NAN, NAN], nan_ok=True)
    assert states == ["reported", "not_reported", "no_plan"]


def test_remaining_is_what_is_left_of_the_plan_and_never_less_than_nothing(three):
    values, states = values_and_states(three, measure=Measure.REMAINING)
    # 0 planned and 2 done: nothing was planned of which anything could be left.
    assert values == pytest.approx([3, NAN, NAN], nan_ok=True)
    assert states == ["reported", "not_reported", "no_plan"]


def test_a_quarter_counts_results_to_its_end_and_leaves_the_plan_alone(three):
    done, _ = values_and_states(three, quarter=1)
    assert done == pytest.approx([4, NAN, 1], nan_ok=True)
    share, _ = values_and_states(three, quarter=1, measure=Measure.COMPLETION)
    assert share == pytest.approx([40, NAN, NAN], nan_ok=True)
    plan, states = values_and_states(three, quarter=1, basis=Basis.PLAN)
    assert plan == pytest.approx([10, 4, NAN], nan_ok=True)
    assert states == ["reported", "reported", "no_plan"]


def test_the_last_quarter_reported_is_the_year_so_far(three):
    indicator = three.catalog.indicators["OP01"]
    assert quarters_of(three, indicator, 2023) == (1, 2)
    assert periods_of(three, (indicator,))[1:3] == (Period(2023, 1), Period(2023))
    assert periods_of(three, ()) == (Period(2022), Period(2023), Period(2024))
    year, last = (values_and_states(three, quarter=quarter) for quarter in (None, 2))
    assert year[0] == pytest.approx(last[0], nan_ok=True)
    assert year[1] == last[1]


def test_what_was_partly_reported_stays_so(squares):
    data = squares(
        observations=[
            row(ONE, "2023", "plan", 10), row(ONE, "2023-Q1", "actual", 4),
            row(ONE, "2023-Q2", "actual", NAN), row(THREE, "2023-Q2", "actual", 1),
            row(THREE, "2023-Q1", "actual", 1),
        ]
    )  # fmt: skip
    rows = shown_values(data, chosen(data, measure=Measure.COMPLETION))
    assert rows.loc[0, "value"] == 40
    assert rows["state"].tolist() == ["partly_reported", "not_reported", "not_reported"]
    assert rows.loc[0, "missing_periods"] == "2023-Q2"


def test_an_indicator_outside_its_scope_has_no_measure(squares):
    data = squares(observations=OBSERVED, regions=("III", "I", None))
    _, states = values_and_states(data, measure=Measure.REMAINING)
    assert states == ["reported", "not_reported", "not_applicable"]


def test_the_rate_of_disbursement_at_the_end_of_a_quarter_is_of_the_years_allocation(squares):
    data = squares(
        observations=[
            row(ONE, "2023", "allocated", 200, "FI01"),
            row(ONE, "2023-Q1", "disbursed", 50, "FI01"),
            row(ONE, "2023-Q2", "disbursed", 100, "FI01"),
        ]
    )
    rate = data.catalog.indicators["FI02"]
    for quarter, expected in ((1, 25), (None, 75)):
        rows = measured(data, rate, period=Period(2023, quarter), basis=Basis.DISBURSED)
        assert rows.loc[0, "value"] == expected


def test_the_total_holds_the_sum_of_results_against_the_sum_of_plans(three):
    everywhere = np.ones(3, dtype=bool)
    share = shown_total(three, chosen(three, measure=Measure.COMPLETION), everywhere)
    assert share.total.value == pytest.approx(100 * 9 / 14)
    assert (share.plan, share.result, share.total.communes_missing) == (14, 9, 1)
    left = shown_total(three, chosen(three, measure=Measure.REMAINING), everywhere)
    assert left.total.value == 3  # of the two communes that reported, and it says one is missing
    assert left.total.communes_missing == 1
    # Nothing is lost between the three: plan - result = left + plan of the silent - beyond plan.
    assert left.total.value + left.silent_plan - left.beyond_plan == 14 - 9
    assert left.silent_plan > 0
    figure = shown_total(three, chosen(three), everywhere)
    assert (figure.total.value, figure.plan) == (9, 14)


def test_only_indicators_with_plan_and_result_can_be_measured(data):
    indicators = data.catalog.indicators
    both = (Measure.COMPLETION, Measure.REMAINING)
    assert measures_of(indicators["OP01"]) == measures_of(indicators["FI01"]) == both
    assert result_basis(indicators["FI01"]) is Basis.DISBURSED
    for name in ("region", "CX01", "CX02", "FI02"):
        assert measures_of(indicators[name]) == ()
    down = replace(indicators["OP01"], direction="lower")
    assert measures_of(down) == ()


def test_a_completion_is_read_in_percent_and_what_is_left_is_a_need(data):
    indicator = data.catalog.indicators["OP05"]
    share = as_measured(indicator, Measure.COMPLETION)
    assert (share.unit.vi, share.decimals, share.kind) == ("%", 0, "intensive")
    left = as_measured(indicator, Measure.REMAINING)
    assert (left.unit, left.theme) == (indicator.unit, "remaining")
    assert as_measured(indicator, Measure.VALUE) is indicator


def test_the_words_say_what_is_shown_and_up_to_when(three):
    assert shown_words(three, chosen(three), "vi") == "Thực hiện"
    words = shown_words(three, chosen(three, quarter=1, measure=Measure.COMPLETION), "vi")
    assert words == "Tỷ lệ hoàn thành, lũy kế đến hết quý I/2023"
    assert shown_words(three, chosen(three, quarter=1, basis=Basis.PLAN), "vi") == "Kế hoạch"
    assert shown_words(three, default_selection(three), "vi") == ""


FIGURES = st.floats(0, 1e12) | st.just(NAN)


@given(st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=8))
def test_no_measure_makes_a_figure_where_plan_or_result_is_missing(pairs):
    plan, result = (rows_of(values) for values in zip(*pairs, strict=True))
    left, share = remaining(plan, result), completion(plan, result)
    for place, (planned, done) in enumerate(pairs):
        known = not (np.isnan(planned) or np.isnan(done)) and planned > 0
        assert np.isnan(left.loc[place, "value"]) != known
        assert np.isnan(share.loc[place, "value"]) != known
        assert (share.loc[place, "state"] == "no_plan") == (planned == 0)
        if known:
            assert left.loc[place, "value"] == max(planned - done, 0)


def test_a_share_of_a_plan_known_in_part_is_known_in_part():
    plan = rows_of([40.0]).assign(state="partly_reported", missing_periods="2023")
    for measure, value in ((completion, 75), (remaining, 10)):
        found = measure(plan, rows_of([30.0])).loc[0, ["value", "state", "missing_periods"]]
        assert found.tolist() == [value, "partly_reported", "2023"]


def rows_of(values):
    state = ["not_reported" if np.isnan(value) else "reported" for value in values]
    return pd.DataFrame({"code": "x", "value": values, "state": state, "missing_periods": ""})


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"measure": ["guess"]}, "Không có cách tính “guess”. Có thể chọn: completion, remaining."),
        ({"measure": ["completion"]}, "không tính được “Tỷ lệ hoàn thành”"),
        ({"measure": ["completion"], "indicator": ["CX02"]}, "Chỉ tiêu “Tỷ lệ hộ nghèo”"),
        ({"measure": ["remaining"], "indicator": ["OP01"], "basis": ["plan"]}, "bỏ qua loại số"),
        ({"as_of": ["2023-Q5"], "indicator": ["OP01"]}, "2023-Q1, 2023-Q2, 2023-Q3, 2023-Q4"),
        ({"as_of": ["2024-Q3"], "indicator": ["OP01"], "year": ["2024"]}, ": 2024-Q1, 2024-Q2."),
        ({"as_of": ["2022-Q1"], "indicator": ["OP01"]}, "2023-Q1"),
        ({"as_of": ["last"]}, "“last”"),
        ({"with": ["XX"], "indicator": ["OP01"]}, "Không có chỉ tiêu “XX” để kết hợp"),
        ({"with": ["OP01"], "indicator": ["OP01"]}, "cần hai chỉ tiêu khác nhau"),
        ({"with": ["OP01"]}, "Không thể kết hợp “Khu vực I, II, III”"),
        ({"compare": ["2023"], "indicator": ["OP01"]}, "Không có kỳ “2023” để so sánh"),
        ({"compare": ["2022-Q9"], "indicator": ["OP01"]}, "“2022-Q9”"),
    ],
)
def test_what_cannot_be_shown_gets_one_sentence(data, query, words):
    selection, [problem] = parse_selection(query, data)
    assert words in problem
    plain = {name: values for name, values in query.items() if name in {"indicator", "year"}}
    kept = {"measure": ["remaining"]} if "basis" in query else {}
    assert selection.query(data) == plain | kept


@pytest.mark.parametrize(
    "query",
    [
        {"indicator": ["OP01"], "measure": ["completion"], "as_of": ["2023-Q2"]},
        {"indicator": ["CX02"], "with": ["OP05"], "compare": ["2022"]},
        {"indicator": ["FI01"], "measure": ["remaining"], "compare": ["2022-Q3"]},
        {"compare": ["2022"]},
        {"indicator": ["CX02"], "with": ["OP05"], "as_of": ["2023-Q1"]},
    ],
)
def test_a_link_reads_back_as_it_was_written(data, query):
    selection, problems = parse_selection(query, data)
    assert problems == ()
    assert selection.query(data) == query


def test_the_last_quarter_of_a_link_is_the_year_itself(data):
    selection, problems = parse_selection({"indicator": ["OP01"], "as_of": ["2023-Q4"]}, data)
    assert (selection.quarter, problems) == (None, ())


def test_every_measure_has_words():
    for measure in (Measure.COMPLETION, Measure.REMAINING):
        assert t(f"measure_{measure.value}", "vi") != t(f"measure_{measure.value}", "en")
