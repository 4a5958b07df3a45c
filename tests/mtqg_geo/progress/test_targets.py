from dataclasses import replace
from math import isnan

import pandas as pd
import pytest

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.figures.rules import Standing
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.catalog import DATA as FOLDER
from mtqg_geo.programme.model import Basis
from mtqg_geo.programme.period import Clock
from mtqg_geo.progress.targets import progress, target_line
from mtqg_geo.progress.words import line_texts

DATA = shipped_dataset()
SQUARES = Selection(year=2023, vintage="2023-04")
END, HALF = Clock(2023, 4), Clock(2023, 2)


def row(commune, period, value, *, indicator="OP01", project="DA1", basis="actual"):
    return (commune, indicator, project, period, basis, value, "illustrative")


def planned(values, **more):
    return [row(f"0000{n}", "2023", v, basis="plan", **more) for n, v in enumerate(values, 1)]


def done(values, period="2023-Q4", **more):
    return [row(f"0000{n}", period, v, **more) for n, v in enumerate(values, 1)]


def line(data, indicator="OP01", *, clock=END, selection=SQUARES, target=None):
    known = data.catalog.indicators[indicator]
    return target_line(data, selection, clock, known, target=target)


def test_a_result_with_missing_parts_is_a_lower_bound(squares):
    made = line(squares(observations=planned([10, 20, 30]) + done([10, 15, None])))
    assert (made.plan, made.actual, made.communes, made.communes_missing) == (60, 25, 3, 1)
    assert made.is_lower_bound
    assert made.share.pct == pytest.approx(100 * 25 / 60)
    assert made.silent_plan == 30
    assert made.gap == 35
    assert made.standing is Standing.LATE
    assert not made.could_be_done, "25 + 30 is still short of 60"


def test_a_plan_that_only_silent_communes_can_fill_could_be_done(squares):
    made = line(squares(observations=planned([10, 20, 30]) + done([10, 20, None])))
    assert (made.standing, made.could_be_done) == (Standing.LATE, True)


def test_a_commune_that_reported_in_part_holds_only_the_rest_of_its_plan(squares):
    parts = done([4, None, 3], "2023-Q1") + done([6, 5, None], "2023-Q2")
    made = line(squares(observations=planned([10, 10, 10]) + parts), clock=HALF)
    assert (made.actual, made.communes_missing) == (18, 2)
    assert made.silent_plan == (10 - 5) + (10 - 3)


def test_what_one_did_beyond_its_plan_does_not_fill_the_plan_of_another(squares):
    parts = done([15, 4, 10], "2023-Q1") + done([None, None, 0], "2023-Q2")
    made = line(squares(observations=planned([10, 10, 10]) + parts), clock=HALF)
    assert made.communes_missing == 2
    assert made.silent_plan == 10 - 4


def test_a_full_report_is_no_lower_bound(squares):
    made = line(squares(observations=planned([10, 20, 30]) + done([10, 20, 31])))
    assert not made.is_lower_bound
    assert made.standing is Standing.DONE
    assert made.share.pct == pytest.approx(100 * 61 / 60)


def test_zeros_of_others_are_no_result_of_those_who_had_a_plan(squares):
    made = line(squares(observations=planned([0, 0, 8]) + done([0, 0, None])))
    assert isnan(made.actual)
    assert made.standing is Standing.NOT_REPORTED
    texts = line_texts(made, Clock(2023, 4), "vi")
    assert (texts["actual"], texts["share"], texts["reported"]) == ("–", "–", "–")
    some = line(squares(observations=planned([0, 2, 8]) + done([0, 0, None])))
    assert some.standing is Standing.LATE


def test_nobody_reported_is_not_zero(squares):
    made = line(squares(observations=planned([1, 2, 3]) + done([None] * 3)))
    assert isnan(made.actual)
    assert isnan(made.share.pct)
    assert (made.standing, made.communes_missing) == (Standing.NOT_REPORTED, 3)
    assert not made.is_lower_bound


def test_a_rate_is_averaged_by_its_base_over_those_who_reported(squares):
    rows = [
        *done([100, 300, 600], "2023", indicator="CX01", project=""),
        *planned([4, 2, 1], indicator="OC16", project=""),
        *done([4, 3, None], "2023", indicator="OC16", project=""),
    ]
    made = line(squares(observations=rows), "OC16")
    assert made.plan == pytest.approx((4 * 100 + 2 * 300 + 1 * 600) / 1000)
    assert made.actual == pytest.approx((4 * 100 + 3 * 300) / 400)  # 3.25, not 3.5
    assert made.communes_missing == 1
    assert not made.is_lower_bound, "an average with a gap may be too high as well"
    assert isnan(made.needed_per_month)
    assert isnan(made.silent_plan)


def test_the_fall_in_difficult_communes_is_averaged_over_those_alone(squares):
    rows = [
        *done([100, 300, 100], "2023", indicator="CX01", project=""),
        *planned([3, 2, 4], indicator="OC16", project=""),
        *done([2.8, 9, 4.2], "2023", indicator="OC16", project=""),
    ]
    made = line(squares(observations=rows, regions=("III", "I", "III")), "OC17")
    assert (made.plan, made.actual, made.communes) == (3.5, 3.5, 2)
    assert made.standing is Standing.DONE


def test_a_level_that_is_to_fall_is_counted_from_the_year_before(squares):
    poverty = {"indicator": "CX02", "project": ""}
    rows = [
        *done([100, 300], "2022", indicator="CX01", project=""),
        *done([100, 300], "2023", indicator="CX01", project=""),
        *done([16, 8], "2022", **poverty),  # 10 on average
        *planned([10, 6], **poverty),  # down to 7
        *done([11, 7], "2023", **poverty),  # 8 reached: two of three points
    ]
    data = squares(observations=rows, regions=("III", "I", None))
    rate = replace(data.catalog.indicators["CX02"], bases=(Basis.PLAN, Basis.ACTUAL))
    made = target_line(data, SQUARES, END, rate)
    assert (made.plan, made.actual) == (7, 8)
    assert made.share.pct == pytest.approx(100 * 2 / 3)
    assert made.standing is Standing.LATE


def test_needed_each_month_is_what_is_left_by_the_months_left(squares):
    made = line(squares(observations=planned([60, 60, 60]) + done([30] * 3, "2023-Q2")), clock=HALF)
    assert (made.needed_per_month, made.done_per_month) == (15, 15)
    assert made.standing is Standing.ON_TRACK


def test_the_published_plan_counts_only_when_nothing_is_left_out(data, select):
    assert {each.plan_source for each in progress(data, select()).lines} == {"published"}
    every = data.districts["code"].tolist()
    assert progress(data, select(district=every)).is_whole, "every district is the whole province"
    for query in ({"district": ["220"]}, {"commune": ["07645"]}, {"project": ["DA1"]}):
        made = progress(data, select(**query))
        assert not made.is_whole
        assert "published" not in {each.plan_source for each in made.lines}


def test_every_published_target_of_2023_is_there_in_its_order(data, select):
    lines = progress(data, select()).lines
    targets = [each for each in data.catalog.targets if each.year == 2023]
    assert len(lines) == 18
    assert [each.indicator.id for each in lines] == [each.indicator for each in targets]
    assert [each.plan for each in lines] == [each.value for each in targets]
    assert [each.project for each in lines] == [each.project for each in targets]
    assert [each.indicator.id for each in lines if each.is_approximate] == ["FI01"]


@pytest.fixture(scope="module")
def raw():
    rows = pd.read_csv(FOLDER / "sample" / "observations.csv", dtype=str, keep_default_na=False)
    regions = pd.read_csv(FOLDER / "sample" / "regions.csv", dtype=str)
    rows["number"] = pd.to_numeric(rows["value"])
    return rows.merge(regions[["commune_code", "region"]], on="commune_code", validate="m:1")


ADDING = [t.indicator for t in DATA.catalog.targets if not t.indicator.startswith("OC1")]


@pytest.mark.parametrize("name", ADDING)
def test_a_result_is_the_sum_of_the_commune_rows(data, select, raw, name):
    basis = "disbursed" if name == "FI01" else "actual"
    rows = raw[
        (raw["indicator"] == name) & (raw["basis"] == basis) & raw["period"].str.startswith("2023")
    ]
    if name == "OC03":
        rows = rows[rows["region"] == "III"]
    made = progress(data, select()).line(name)
    # Of two kinds of works only communes without a plan have reported: zeros that are no result.
    done = rows["number"].sum() if name not in {"OP11", "OP13"} else float("nan")
    assert made.actual == pytest.approx(done, nan_ok=True)
    silent = rows.loc[rows["number"].isna(), "commune_code"].nunique()
    assert (made.communes_missing, made.communes) == (silent, rows["commune_code"].nunique())
    assert made.share.pct == pytest.approx(100 * done / made.plan, nan_ok=True)


@pytest.mark.parametrize(("name", "regions"), [("OC16", ("I", "II", "III")), ("OC17", ("III",))])
def test_the_fall_of_poverty_is_the_average_by_households(data, select, raw, name, regions):
    of_year = raw[raw["period"].str.startswith("2023") & raw["region"].isin(regions)]
    falls = of_year[(of_year["indicator"] == "OC16") & (of_year["basis"] == "actual")]
    homes = of_year[of_year["indicator"] == "CX01"].set_index("commune_code")["number"]
    known = falls.dropna(subset=["number"])
    weights = known["commune_code"].map(homes)
    made = progress(data, select()).line(name)
    assert made.actual == pytest.approx((known["number"] * weights).sum() / weights.sum())
    assert made.communes_missing == len(falls) - len(known) > 0


def test_districts_make_the_province(data, select):
    whole = progress(data, select())
    parts = [progress(data, select(district=[code])) for code in data.districts["code"]]
    for made in whole.lines:
        pieces = [part.line(made.indicator.id) for part in parts]
        assert sum(p.communes for p in pieces) == made.communes
        assert sum(p.communes_missing for p in pieces) == made.communes_missing
        if made.adds_up:
            done = [p.actual for p in pieces if not isnan(p.actual)]
            assert (sum(done) if done else float("nan")) == pytest.approx(made.actual, nan_ok=True)
            assert sum(p.plan for p in pieces if p.communes) == pytest.approx(made.plan)
            assert sum(p.silent_plan for p in pieces) == pytest.approx(made.silent_plan)


def test_a_year_without_targets_compares_with_the_communes(data, select):
    made = progress(data, select(year=["2024"]))
    assert not made.is_published
    assert len(made.lines) == 18
    assert {each.plan_source for each in made.lines} == {"communes"}
    assert made.clock == Clock(2024, 2)
    assert made.line("OC16").standing is Standing.NOT_DUE
    assert made.line("OP01").needed_per_month == pytest.approx((252 - 46) / 6)
    assert made.line("OP08").standing is Standing.ON_TRACK


def test_an_earlier_quarter_can_be_chosen(data, select):
    made = progress(data, select(as_of=["2023-Q2"]))
    assert made.clock == HALF
    assert (made.line("OP02").actual, made.line("OP02").plan) == (291, 1234)
    assert made.line("OC16").standing is Standing.NOT_DUE


def test_targets_of_other_projects_are_left_out_and_counted(data, select):
    made = progress(data, select(project=["DA4"]))
    assert [each.indicator.id for each in made.lines][-4:] == ["OP05", "OP06", "OP07", "OP08"]
    assert made.other_projects == 18 - len(made.lines) == 10
    assert made.line("OP05").plan == pytest.approx(30)
    assert made.line("FI01").plan == pytest.approx(242e9)
    assert made.line("OP01") is None


def test_a_district_outside_the_programme_is_not_applicable(data, select):
    outside = set(data.districts["code"]) - {"215", "217", "218", "219", "220"}
    made = progress(data, select(district=[min(outside)]))
    assert made.count(Standing.NOT_APPLICABLE) == 18
    assert all(isnan(each.actual) and each.communes == 0 for each in made.lines)


def test_a_commune_without_a_plan_has_none_to_reach(squares):
    made = line(
        squares(observations=planned([0, 5, 5]) + done([0, 5, 5])),
        selection=replace(SQUARES, communes=("00001",)),
    )
    assert (made.plan, made.standing) == (0, Standing.NO_PLAN)
    assert isnan(made.share.pct)


def test_what_is_shown_on_the_map_changes_no_progress(data, select):
    plain = progress(data, select())
    other = progress(data, select(indicator=["OP01"], basis=["plan"], status=["completed"]))
    assert other is plain, "found again, not computed anew"


def test_an_indicator_that_is_never_planned_has_no_plan(squares):
    made = line(squares(observations=done([5, 6, 7], "2023", indicator="CX01", project="")), "CX01")
    assert made.standing is Standing.NO_PLAN
    assert isnan(made.plan)
    assert made.plan_source == ""
    assert made.silent_plan == 0
    assert not isnan(made.actual)


def test_a_target_of_listed_communes_is_not_judged_without_their_list(squares):
    rows = [
        *done([100, 300, 600], "2023", indicator="CX01", project=""),
        *planned([3, 3, 3], indicator="OC17", project=""),
        *done([4, 5, 6], "2023", indicator="OC17", project=""),
    ]
    listed = line(squares(observations=rows), "OC17")
    assert listed.standing is not Standing.NOT_LISTED
    unknown = line(squares(observations=rows, regions=(None, None, None)), "OC17")
    assert unknown.standing is Standing.NOT_LISTED
    texts = line_texts(unknown, Clock(2023, 4), "vi")
    assert texts["standing"] == "Chưa biết: chưa nạp danh sách xã ĐBKK"
    assert (texts["actual"], texts["share"], texts["missing"]) == ("–", "–", "–")
