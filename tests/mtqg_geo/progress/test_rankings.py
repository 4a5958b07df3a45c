from dataclasses import replace
from math import isnan, nan

import pytest

from mtqg_geo.figures.selection import Selection
from mtqg_geo.progress.rankings import COMMUNE, DISTRICT, ORDERS, ranking
from mtqg_geo.progress.targets import trend

SQUARES = Selection(year=2023, vintage="2023-04")


def plans_and_results(plans, results, *, indicator="OP01", project="DA1"):
    rows = []
    for n, (plan, result) in enumerate(zip(plans, results, strict=True), 1):
        rows.append((f"0000{n}", indicator, project, "2023", "plan", plan, "illustrative"))
        for quarter, value in enumerate(result, 1):
            period = f"2023-Q{quarter}"
            rows.append((f"0000{n}", indicator, project, period, "actual", value, "illustrative"))
    return rows


def ranked(data, name="OP01", selection=SQUARES, **choices):
    return ranking(data, selection, data.catalog.indicators[name], **choices)


def places(units):
    return [(unit.code, unit.rank) for unit in units]


def test_communes_are_ranked_by_the_share_of_their_plan(squares):
    data = squares(observations=plans_and_results([10, 40, 20], [[5], [36], [18]]))
    made = ranked(data, level=COMMUNE)
    assert places(made.ranked) == [("00002", 1), ("00003", 1), ("00001", 3)], "equals share a place"
    assert [unit.share.pct for unit in made.ranked] == [90, 90, 50]
    assert made.silent == made.unplanned == ()


@pytest.mark.parametrize("order", ["best", "worst"])
def test_a_third_of_any_plan_is_the_same_third(squares, order):
    # In floating point 100 · 0.1 / 0.3 is a little more than 100 · 0.7 / 2.1.
    data = squares(observations=plans_and_results([0.3, 2.1, 3], [[0.1], [0.7], [1]]))
    made = ranked(data, level=COMMUNE, order=order)
    assert [unit.rank for unit in made.ranked] == [1, 1, 1]


def test_who_has_not_fully_reported_stands_apart_and_is_never_ranked_as_zero(squares):
    data = squares(observations=plans_and_results([10, 40, 20], [[5, 5], [36, None], [None, None]]))
    made = ranked(data, level=COMMUNE)
    assert places(made.ranked) == [("00001", 1)]
    assert [unit.code for unit in made.silent] == ["00002", "00003"]
    assert (made.silent[0].actual, made.silent[0].missing_periods) == (36, "2023-Q2")
    assert isnan(made.silent[1].actual)
    assert all(isnan(unit.share.pct) for unit in made.silent)


def test_who_has_no_plan_is_not_ranked_either(squares):
    data = squares(observations=plans_and_results([10, 0, 20], [[5], [0], [20]]))
    made = ranked(data, level=COMMUNE)
    assert [unit.code for unit in made.unplanned] == ["00002"]


def test_a_district_with_a_silent_commune_has_done_at_least_so_much_of_its_whole_plan(squares):
    # District 1: 00001 did 8 of 10, 00002 (plan 90) is silent; district 2 did 14 of 20.
    data = squares(observations=plans_and_results([10, 90, 20], [[8], [None], [14]]))
    made = ranked(data, level=DISTRICT)
    assert [(unit.code, unit.share.text("vi")) for unit in made.ranked] == [
        ("2", "70 %"),
        ("1", "ít nhất 8 %"),
    ]
    last = made.ranked[-1]
    assert (last.plan, last.actual, last.communes, last.communes_missing) == (100, 8, 2, 1)
    assert last.share.reported_text("vi") == "80 % của 1/2 xã đã báo cáo đủ"
    by_reports = ranked(data, level=DISTRICT, order="reported")
    assert [(unit.code, unit.share.reported_pct) for unit in by_reports.ranked] == [
        ("1", 80),
        ("2", 70),
    ]


def test_a_district_of_silent_communes_stands_apart(squares):
    data = squares(observations=plans_and_results([10, 5, 20], [[8], [5], [None]]))
    assert [unit.code for unit in ranked(data, level=DISTRICT).silent] == ["2"]
    # In district 1 only 00001 reported, and it had nothing to do.
    data = squares(observations=plans_and_results([0, 5, 20], [[0], [None], [20]]))
    made = ranked(data, level=DISTRICT)
    assert [unit.code for unit in made.silent] == ["1"]
    assert [unit.code for unit in made.ranked] == ["2"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("best", ["00001", "00002", "00003"]),
        ("worst", ["00003", "00002", "00001"]),
        ("gap", ["00002", "00003", "00001"]),  # 10, 6, 0 are left
        ("actual", ["00002", "00001", "00003"]),  # 30, 10, 4
        ("plan", ["00002", "00001", "00003"]),  # 40, 10, 10
    ],
)
def test_units_can_be_put_in_any_order(squares, order, expected):
    data = squares(observations=plans_and_results([10, 40, 10], [[10], [30], [4]]))
    assert [unit.code for unit in ranked(data, level=COMMUNE, order=order).ranked] == expected


def test_a_rate_of_a_district_is_averaged_by_its_base(squares):
    rows = [
        (f"0000{n}", "CX01", "", "2023", "actual", homes, "")
        for n, homes in ((1, 100), (2, 300), (3, 50))
    ]
    rows += [
        (f"0000{n}", "OC16", "", "2023", basis, value, "")
        for n, plan, fall in ((1, 2, 3), (2, 4, 3), (3, 2, 1))
        for basis, value in (("plan", plan), ("actual", fall))
    ]
    made = ranked(squares(observations=rows), "OC16", level=DISTRICT)
    first, second = made.ranked
    assert (first.code, first.plan, first.actual) == ("1", 3.5, 3)
    assert first.share.pct == pytest.approx(100 * 3 / 3.5)
    assert second.share.pct == 50
    assert first.path_pct == ()


def test_the_course_of_a_unit_is_its_share_quarter_by_quarter(squares):
    data = squares(observations=plans_and_results([10, 40, 20], [[5, 1], [4, 4], [0, 20]]))
    made = {unit.code: unit for unit in ranked(data, level=COMMUNE).ranked}
    assert made["00001"].path_pct == (50, 60)
    district = {unit.code: unit for unit in ranked(data, level=DISTRICT).ranked}
    assert district["1"].path_pct == (18, 28)  # 9, then 14 of 50


@pytest.mark.parametrize("level", [DISTRICT, COMMUNE])
@pytest.mark.parametrize("name", ["FI01", "OC03", "OC16", "OP02", "OP11"])
def test_every_unit_is_in_exactly_one_list(data, select, name, level):
    made = ranked(data, name, select(), level=level)
    codes = [unit.code for units in (made.ranked, made.silent, made.unplanned) for unit in units]
    assert len(codes) == len(set(codes))
    communes = sum(
        u.communes for units in (made.ranked, made.silent, made.unplanned) for u in units
    )
    assert communes == (28 if name == "OC03" else 73)
    assert all(unit.communes_missing == 0 for unit in made.ranked) or level == DISTRICT
    for order in ORDERS:
        again = ranked(data, name, select(), level=level, order=order)
        assert {unit.code for unit in again.ranked} == {unit.code for unit in made.ranked}


def test_a_trend_adds_up_the_quarters_and_counts_the_silent(squares):
    data = squares(observations=plans_and_results([10, 40, 20], [[5, 1], [4, None], [None, 3]]))
    of_project = replace(SQUARES, projects=("DA1",))  # else the published plan would count
    made = trend(data, of_project, data.catalog.indicators["OP01"])
    assert made.is_quarterly
    assert [(p.period, p.actual, p.communes_missing) for p in made.points] == [
        ("2023-Q1", 9, 1),
        ("2023-Q2", 13, 2),  # 00002 lacks the second quarter, 00003 the first
    ]
    assert {point.plan for point in made.points} == {70}


def test_a_trend_ends_where_it_is_measured(data, select):
    op02 = data.catalog.indicators["OP02"]
    half = trend(data, select(as_of=["2023-Q2"]), op02)
    whole = trend(data, select(), op02)
    assert [point.actual for point in whole.points] == [82, 291, 583, 1032]
    assert half.points == whole.points[:2]
    assert whole.line.plan == 1234
    assert len(trend(data, select(year=["2024"]), op02).points) == 2


def test_what_is_measured_once_a_year_has_a_course_of_years(data, select):
    made = trend(data, select(), data.catalog.indicators["OC16"])
    assert not made.is_quarterly
    assert [point.period for point in made.points] == ["2022", "2023", "2024"]
    assert made.points[1].plan == 2.5, "the published target"
    assert made.points[1].actual == pytest.approx(2.458, abs=0.001)
    assert made.points[2].actual == pytest.approx(nan, nan_ok=True)
