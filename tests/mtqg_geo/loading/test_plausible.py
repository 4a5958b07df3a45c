"""Unlikely figures: what is doubted, what is not, and how much of what was planted is found."""

import json
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import current_dataset, shipped_dataset
from mtqg_geo.loading.summary import summary_lines, upload_json
from mtqg_geo.loading.tables.plausible import Doubt, KnownFigures, verdicts
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.store.rights import Who

SEED = 1719
COLUMNS = ["indicator", "period", "commune_code", "project", "basis", "value"]
SERIES = ["indicator", "commune_code", "project", "year"]
DATA = shipped_dataset()
ENDS = ("-Q1", "-Q2", "-Q3", "-Q4")


def frame(rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def doubts(given_rows, loaded=(), *, era=lambda period: 0):
    """Return the name of the doubt about each row, "" where it is as usual."""
    given_rows, loaded = (
        rows if isinstance(rows, pd.DataFrame) else frame(rows) for rows in (given_rows, loaded)
    )
    known = KnownFigures.of(given_rows, loaded, DATA.catalog, era=era)
    found = verdicts(known, len(given_rows)).doubt
    return [Doubt(each).name if each else "" for each in found]


def of_communes(indicator, period, basis, values, *, project="DA1"):
    """Return a figure for each of the communes A0, A1, …"""
    return [(indicator, period, f"A{at}", project, basis, value) for at, value in enumerate(values)]


def test_106_km_where_106_hundredths_are_planned_is_far_beyond_the_plan():
    plan = ("OP05", "2023", "A", "DA4.TDA1", "plan", 1.06)
    result = ("OP05", "2023-Q1", "A", "DA4.TDA1", "actual", 106.0)
    assert doubts([plan, result]) == ["", "OVER_PLAN"]
    assert doubts([result], [plan]) == ["OVER_PLAN"]
    assert doubts([result], [(*plan[:-1], 106.0)]) == [""]
    assert doubts([result], [("OP05", "2022", *plan[2:])]) == [""]  # the plan of another year


def test_results_half_as_much_again_as_the_plan_are_still_usual():
    plan = ("OP01", "2023", "A", "DA1", "plan", 4.0)
    quarters = [("OP01", f"2023{end}", "A", "DA1", "actual", 2.0) for end in ENDS[:3]]
    assert doubts([plan, *quarters]) == [""] * 4  # 6 of 4
    # One more is too much, and 3 is the quarter that made it so.
    assert doubts([plan, quarters[0], (*quarters[1][:-1], 3.0), quarters[2]]) == [
        "", "", "OVER_PLAN", "",
    ]  # fmt: skip


def test_a_result_where_nothing_was_planned_is_doubted():
    plan = ("OP06", "2023", "A", "DA4.TDA1", "plan", 0.0)
    result = ("OP06", "2023-Q1", "A", "DA4.TDA1", "actual", 1.0)
    assert doubts([plan, result]) == ["", "OVER_PLAN"]
    assert doubts([plan, (*result[:-1], 0.0)]) == ["", ""]
    assert doubts([plan], [result]) == ["PLAN"]


def test_more_households_than_any_commune_has_and_money_below_a_million():
    assert doubts([("OP01", "2023", "A", "DA1", "plan", 1e15)]) == ["LARGE"]
    assert doubts([("FI01", "2023", "A", "DA6", "plan", 4100.0)]) == ["SMALL"]
    assert doubts([("FI01", "2023", "A", "DA6", "plan", 0.0)]) == [""]


def test_money_divided_by_source_is_compared_with_the_whole_of_its_plan():
    key = {"indicator": "FI01", "commune_code": "A", "project": "DA6"}
    plan = pd.DataFrame([{**key, "period": "2023", "basis": "plan", "value": 10e6}])
    paid = [
        {**key, "period": f"2023{end}", "basis": "disbursed", "value": value, "capital_source": of}
        for end, of, value in (
            ("-Q1", "central", 4e6),
            ("-Q1", "local", 4e6),
            ("-Q2", "local", 6e6),
        )
    ]
    assert doubts(pd.DataFrame(paid), plan) == ["", "", ""]  # 14 of 10 million
    paid[2]["value"] = 60e6
    assert doubts(pd.DataFrame(paid), plan) == ["", "", "OVER_PLAN"]
    parts = plan.assign(capital_source="central"), plan.assign(capital_source="local", value=60e6)
    assert doubts(pd.DataFrame(paid), pd.concat(parts)) == ["", "", ""]  # 68 of 70 million


def test_quarters_that_hold_the_year_until_then_are_recognised():
    def year(values):
        plan = ("OP01", "2023", "A", "DA1", "plan", 20.0)
        quarters = [
            ("OP01", f"2023{end}", "A", "DA1", "actual", float(value))
            for end, value in zip(ENDS, values, strict=True)
        ]
        return doubts([plan, *quarters])[1:]

    assert year([4, 9, 15, 20]) == ["CUMULATIVE"] * 4
    assert year([0, 9, 15, 20]) == ["", *["CUMULATIVE"] * 3]
    assert year([4, 5, 6, 5]) == [""] * 4  # the same year, as it was added
    assert year([1, 3, 5, 9]) == [""] * 4  # grows, and adds up to less than the plan
    assert "CUMULATIVE" not in year([9, 4, 15, 20])  # falls


@pytest.mark.parametrize("year", ["2022", "2023"])
def test_sums_of_a_running_year_are_recognised_in_many_communes_together(year):
    """Three quarters of capital: 40 % of the plan at most, so that no single sum is above it."""
    rows = sample()
    rows = rows[(rows["indicator"] == "FI01") & rows["period"].str.startswith(year)]
    rows = rows[rows["period"] != f"{year}-Q4"].reset_index(drop=True)
    assert "CUMULATIVE" not in doubts(rows)
    spent = rows["basis"] == "disbursed"
    in_order = rows[spent].sort_values("period")
    sums = in_order.groupby(["commune_code", "project"])["value"].cumsum()
    half = rows.assign(value=rows["value"].mask(spent, sums / 2))
    found = pd.Series(doubts(half))[spent & rows["value"].gt(0)]
    assert (found == "CUMULATIVE").mean() > 0.9
    two = half[half["period"] != f"{year}-Q3"].reset_index(drop=True)
    assert "CUMULATIVE" not in doubts(two), "two quarters do not tell"


def test_where_others_hold_the_year_until_then_one_that_falls_is_a_mistake():
    sums = [[4, 9, 15, 20]] * 8 + [[4, 9, 2, 20]]
    rows = of_communes("OP01", "2023", "plan", [20.0] * 9)
    for at, end in enumerate(ENDS):
        rows += of_communes("OP01", f"2023{end}", "actual", [float(each[at]) for each in sums])
    found = dict(zip(((row[1], row[2]) for row in rows), doubts(rows), strict=True))
    assert found["2023-Q3", "A8"] == "FALLS"
    assert {found[f"2023{end}", "A0"] for end in ENDS} == {"CUMULATIVE"}


def test_a_share_of_the_plan_unlike_that_of_other_communes_is_doubted():
    plans = of_communes("OP03", "2023", "plan", [1000.0] * 9)
    results = of_communes("OP03", "2023-Q1", "actual", [50.0] * 8 + [500.0])
    assert doubts(results, plans) == [""] * 8 + ["OF_PLAN"]
    assert doubts(results[2:], plans) == [""] * 7  # seven communes do not tell what is common


def test_a_plan_that_none_of_its_own_results_fits_is_doubted_and_not_they():
    plans = of_communes("OP03", "2023", "plan", [100.0] * 8 + [10_000.0])
    results = [
        row for end in ENDS[:2] for row in of_communes("OP03", f"2023{end}", "actual", [30.0] * 9)
    ]
    assert doubts(plans, results) == [""] * 8 + ["PLAN"]
    assert doubts([*plans, *results]) == [*[""] * 8, "PLAN", *[""] * 18]


def test_twice_the_households_of_the_year_before_are_doubted():
    now, before = ([("CX01", year, "A", "", "actual", value)] for year, value in
                   (("2023", 1700.0), ("2022", 170.0)))  # fmt: skip
    few = doubts(now, before)
    many = doubts(
        of_communes("CX01", "2023", "actual", [1010.0] * 9 + [2000.0], project=""),
        of_communes("CX01", "2022", "actual", [1000.0] * 10, project=""),
    )
    assert few == [""]  # one commune does not tell how communes grow
    assert many == [""] * 9 + ["BEFORE"]
    shrunk = of_communes("CX01", "2023", "actual", [1010.0] * 9 + [500.0], project="")
    assert doubts(shrunk, of_communes("CX01", "2022", "actual", [1000.0] * 10, project=""))[9]


def test_a_whole_column_in_another_unit_is_far_from_the_year_before():
    now = of_communes("CX01", "2023", "actual", [10_100.0] * 9, project="")
    assert doubts(now, of_communes("CX01", "2022", "actual", [1000.0] * 9, project="")) == (
        ["BEFORE"] * 9
    )


def test_a_figure_far_from_other_communes_is_doubted_unless_they_differ_as_much():
    alike = of_communes("OP01", "2023", "plan", [4.0, 5, 6, 4, 5, 6, 5, 60])
    assert doubts(alike) == [""] * 7 + ["LIKE"]
    wide = of_communes("OP01", "2023", "plan", [1.0, 2, 4, 9, 18, 35, 70, 140])
    assert doubts(wide) == [""] * 8


def test_a_code_that_means_another_unit_later_is_not_compared_with_itself():
    plan = ("OP05", "2025", "A", "DA4.TDA1", "plan", 1.0)
    result = ("OP05", "2025-Q1", "A", "DA4.TDA1", "actual", 50.0)
    assert doubts([result], [plan]) == ["OVER_PLAN"]
    assert doubts([result], [plan], era=lambda period: len(period)) == [""]


def test_of_a_figure_given_again_the_new_one_counts():
    plan = ("OP01", "2023", "A", "DA1", "plan", 4.0)
    result = ("OP01", "2023-Q1", "A", "DA1", "actual", 4.0)
    wrong = (*result[:-1], 400.0)
    assert doubts([result], [plan, wrong]) == [""]
    assert doubts([wrong], [plan, result]) == ["OVER_PLAN"]


@pytest.mark.long
@given(st.permutations(range(20)), st.lists(st.integers(0, 99), min_size=20, max_size=20))
def test_the_order_of_the_rows_does_not_matter(order, values):
    rows = frame(
        [
            *of_communes("OP02", "2023", "plan", map(float, values[:10])),
            *of_communes("OP02", "2023-Q1", "actual", map(float, values[10:])),
        ]
    )
    as_given, turned = doubts(rows), doubts(rows.iloc[order].reset_index(drop=True))
    assert turned == [as_given[at] for at in order]


# How much is found of what was planted (seeds fixed), on the sample and on figures that scatter more widely.


@cache
def sample():
    return DATA.observations.table()[COLUMNS].reset_index(drop=True)


def scattered():
    """Return plans and results of 60 communes whose quarters scatter far more than the sample's."""
    random = np.random.default_rng(SEED)
    rows = []
    for year, indicator, commune in product((2022, 2023), ("OP02", "OP03", "OP08"), range(60)):
        plan = max(round(random.lognormal(3 if indicator != "OP08" else 1.5, 0.8)), 1)
        shares = random.dirichlet([3, 5, 6, 8]) * random.uniform(0.6, 1.2)
        key = (indicator, f"C{commune}", "DA1")
        rows.append((key[0], str(year), *key[1:], "plan", float(plan)))
        rows += [
            (key[0], f"{year}{end}", *key[1:], "actual", float(round(plan * share)))
            for end, share in zip(ENDS, shares, strict=True)
        ]
    return frame(rows)


def is_refused(rows):
    """Say which figures are no matter of doubt: a share above 100 %, more than one commune."""
    known = DATA.catalog.indicators
    most = {i: 100 if each.is_percent else 1 if each.counts_communes else np.inf
            for i, each in known.items()}  # fmt: skip
    return (rows["value"] > rows["indicator"].map(most)).to_numpy()


def is_found(rows):
    return np.array([bool(each) for each in doubts(rows)]) | is_refused(rows)


def times(rows, factor, random):
    """Return the rows with some figures so many times larger, and which those are."""
    at = random.choice(np.flatnonzero(rows["value"] > 0), len(rows) // 200, replace=False)
    wrong = rows.copy()
    wrong.loc[at, "value"] *= factor
    return wrong, [[one] for one in at]


def with_year(rows):
    return rows.assign(year=rows["period"].str[:4], quarter=rows["period"].str[4:])


def swapped(rows, random):
    """Return the rows with some results in the place of their plan and the other way round."""
    dated = with_year(rows)
    plans = dated[dated["basis"] == "plan"].reset_index().set_index(SERIES)
    flows = dated[(dated["quarter"] != "") & dated["value"].notna()].reset_index()
    plans = plans[["index", "value"]].add_suffix("_plan")
    pairs = flows.join(plans, on=SERIES).dropna()
    pairs = pairs[pairs["value"] != pairs["value_plan"]].drop_duplicates("index_plan")
    pairs = pairs.iloc[random.choice(len(pairs), 100, replace=False)]
    wrong = rows.copy()
    result, plan = pairs["index"].to_numpy(), pairs["index_plan"].astype(int).to_numpy()
    wrong.loc[result, "value"] = pairs["value_plan"].to_numpy()
    wrong.loc[plan, "value"] = pairs["value"].to_numpy()
    return wrong, np.column_stack([result, plan]).tolist()


def cumulative(rows, random, *, whole=False):
    """Return the rows with whole years of quarters added up, and their places series by series.

    Some series, or `whole` columns: all communes of an indicator and year.
    """
    dated = with_year(rows).reset_index()
    flows = dated[(dated["quarter"] != "") & dated["value"].notna()].sort_values("period")
    years = flows.groupby([*SERIES, "basis"], sort=False)
    flows = flows.assign(
        added=years["value"].cumsum(), series=years.ngroup(), n=years["value"].transform("size")
    )
    flows = flows[flows["n"] == len(ENDS)]
    differs = flows["added"] != flows["value"]
    flows = flows[differs.groupby(flows["series"]).transform("any")]
    if whole:
        year = flows.groupby(["indicator", "year"])["series"].transform("nunique")
        flows = flows[(year >= 30) & (flows["year"] == "2023")]
    else:
        some = random.choice(flows["series"].unique(), 40, replace=False)
        flows = flows[flows["series"].isin(some)]
    wrong = rows.copy()
    wrong.loc[flows["index"], "value"] = flows["added"].to_numpy()
    return wrong, [group.tolist() for _, group in flows.groupby("series")["index"]]


MISTAKES = {
    "x10": lambda rows, random: times(rows, 10, random),
    "x100": lambda rows, random: times(rows, 100, random),
    "x1000": lambda rows, random: times(rows, 1000, random),
    "plan and result swapped": swapped,
    "cumulative here and there": cumulative,
    "cumulative throughout": lambda rows, random: cumulative(rows, random, whole=True),
}


def recall(rows, mistake, *, seeds):
    """Return which part of the planted mistakes is found: one is, if any of its figures is."""
    found = []
    for seed in seeds:
        wrong, every = MISTAKES[mistake](rows, np.random.default_rng(seed))
        doubted = is_found(wrong)
        found += [doubted[places].any() for places in every]
    return np.mean(found)


@pytest.mark.few(3)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_nineteen_of_twenty_planted_mistakes_are_found(mistake):
    assert recall(sample(), mistake, seeds=(SEED, SEED + 1)) >= 0.95


@pytest.mark.parametrize(
    ("mistake", "least"),
    [(each, 0.8 if each == "cumulative here and there" else 0.95) for each in MISTAKES],
)
def test_most_mistakes_are_found_among_figures_that_scatter_widely(mistake, least):
    assert recall(scattered(), mistake, seeds=(SEED, SEED + 1)) >= least


@pytest.mark.parametrize("rows", [sample, scattered])
def test_two_in_a_hundred_right_figures_are_doubted_at_most(rows):
    figures = rows()
    assert is_found(figures).sum() <= 0.02 * figures["value"].notna().sum()


# What is said of them when a file is checked.


def csv(*rows):
    return "\n".join(("Mã xã;Chỉ tiêu;Dự án;Kỳ;Loại số liệu;Giá trị", *rows, "")).encode()


PLAN = "07243;OP05;;2023;KH;1,06"
RESULT = "07243;OP05;;2023-Q1;TH;106"


def warned(upload):
    return [(each.row, each.letter, each.code) for each in upload.warnings]


@pytest.mark.usefixtures("in_this_process")
def test_a_warning_says_where_why_and_what_would_be_usual_and_blocks_nothing(data, own_store):
    upload = check_upload(csv(PLAN, RESULT), "tệp.csv", data, store=own_store)

    assert warned(upload) == [(3, "F", "load_doubt_over_plan")]
    assert upload.warnings[0].text("vi") == (
        "OP05 (Đường trung tâm xã, liên xã), thực hiện: cả năm vượt xa kế hoạch, ví dụ dòng 3 "
        "(Xã Đồng Tiến, DA4.TDA1, quý I/2023): cả năm 106,00 km, kế hoạch 1,06 km, thường không "
        "quá 150 % kế hoạch; hãy kiểm tra đơn vị, dấu ngăn cách và cột."
    )
    said = json.loads(upload_json(upload, "en"))["warnings"]
    assert [(each["row"], each["rows"], each["value"]) for each in said] == [(3, [3], "106")]
    assert "106.00 km in the year, a plan of 1.06 km" in said[0]["text"]
    assert any("cả năm 106,00 km" in line for line in summary_lines(upload, "vi"))
    assert commit_upload(upload, own_store, who=Who("Lan")).counts["observations"]["new"] == 2


@pytest.mark.long
@pytest.mark.usefixtures("in_this_process")
def test_a_plan_that_is_loaded_already_tells_too_and_the_sample_does_not(data, own_store):
    commit_upload(check_upload(csv(PLAN), "kh.csv", data), own_store, who=Who("Lan"))
    loaded = check_upload(csv(RESULT), "th.csv", current_dataset(), store=own_store)
    assert warned(loaded) == [(2, "F", "load_doubt_over_plan")]
    assert warned(check_upload(csv(RESULT), "th.csv", data)) == []  # of the sample's plans


@pytest.mark.usefixtures("in_this_process")
def test_a_reason_is_said_once_for_all_its_rows_and_in_the_column_it_is_about(data):
    codes = data.commune_list["code"].iloc[:12]
    rows = [f"{code};20;{'50' if at < 10 else '20'}" for at, code in enumerate(codes)]
    content = "\n".join(["Mã xã;OP01 - Kế hoạch 2023;OP01 - Thực hiện Quý I/2023", *rows]).encode()
    upload = check_upload(content, "tệp.csv", data)
    (said,) = [each for each in upload.warnings if each.code.startswith("load_doubt")]
    assert (said.letter, said.rows) == ("C", tuple(range(2, 12)))
    assert any("10 dòng (2–11), cột" in line for line in summary_lines(upload, "vi"))


@pytest.mark.usefixtures("in_this_process")
def test_sums_of_money_that_look_like_millions_are_said_with_the_remedy(data):
    upload = check_upload(csv("07243;FI01;DA6;2023;KH;1234"), "tệp.csv", data)
    assert warned(upload) == [(2, "F", "load_doubt_small")]
    assert "hãy ghi “(triệu đồng)” ở tiêu đề cột" in upload.warnings[0].text("vi")
