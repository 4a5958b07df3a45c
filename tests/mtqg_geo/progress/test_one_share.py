"""The same quantity is the same number wherever it stands, also where communes are silent."""

import json
from dataclasses import replace
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.figures.key_figures import key_figures
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import completion_pct
from mtqg_geo.programme.amounts import money
from mtqg_geo.programme.model import Basis
from mtqg_geo.progress.capital import ladder
from mtqg_geo.progress.document import progress_json
from mtqg_geo.progress.rankings import ranking
from mtqg_geo.progress.targets import progress, trend
from mtqg_geo.progress.words import notices
from tests.long import DEAR

SQUARES = Selection(year=2023, vintage="2023-04", indicator="FI01", basis=Basis.DISBURSED)
PROJECTS = ("DA1", "DA4.TDA1")

amounts = st.integers(0, 900)
reports = st.none() | amounts
# Of each commune and project: planned, allocated, and what was reported (nothing: silent).
capital = st.lists(
    st.tuples(amounts, amounts, reports), min_size=3 * len(PROJECTS), max_size=3 * len(PROJECTS)
)
places = st.sampled_from([(), ("00001",), ("00002", "00003")])
districts = st.sampled_from([(), ("1",), ("2",)])
projects = st.sampled_from([(), ("DA1",), ("DA4",), PROJECTS])


def loaded(squares, rows):
    keys = [(f"0000{n}", project) for n in (1, 2, 3) for project in PROJECTS]
    return squares(
        observations=[
            (commune, "FI01", project, period, basis, value, "illustrative")
            for (commune, project), values in zip(keys, rows, strict=True)
            for (period, basis), value in zip(
                (("2023", "plan"), ("2023", "allocated"), ("2023-Q1", "disbursed")),
                values,
                strict=True,
            )
        ]
    )


def tiles(data, selection):
    return {tile.key: tile for tile in key_figures(data, selection, lang="vi")}


def words(share):
    return share.text("vi"), share.reported_text("vi")


@DEAR
@given(capital, districts, places, projects)
def test_what_was_disbursed_of_what_was_allocated_is_one_number(
    squares, rows, districts, places, projects
):
    data = loaded(squares, rows)
    selection = replace(SQUARES, districts=districts, communes=places, projects=projects)
    tile = tiles(data, selection)["capital"]
    whole, *parts = ladder(data, selection)
    document = json.loads(progress_json(data, selection))["capital"]

    assert (tile.share or "–", tile.reported) == words(whole.share)
    rate = tiles(data, replace(selection, indicator="FI02", basis=Basis.ACTUAL))["indicator"]
    assert (rate.value, rate.reported) == words(whole.share)
    shown = whole.share.pct
    assert document["disbursed_pct"] == (None if isnan(shown) else pytest.approx(shown, abs=0.005))
    for part in parts:
        if not part.parent:
            alone = ladder(data, replace(selection, projects=(part.project,)))[0]
            assert words(part.share) == words(alone.share)


@DEAR
@given(capital, districts, projects)
def test_a_district_of_the_ranking_has_the_share_of_its_own_target(
    squares, rows, districts, projects
):
    data = loaded(squares, rows)
    selection = replace(SQUARES, districts=districts, projects=projects)
    made = ranking(data, selection, data.catalog.indicators["FI01"])
    for unit in (*made.ranked, *made.silent, *made.unplanned):
        own = replace(selection, districts=(unit.code,))
        line = trend(data, own, data.catalog.indicators["FI01"]).line
        tile = tiles(data, own)["indicator"]
        assert words(unit.share) == words(line.share) == (tile.share or "–", tile.reported)
        assert (unit.communes, unit.communes_missing) == (line.communes, line.communes_missing)
        if unit.path_pct and not isnan(unit.share.pct):
            assert unit.path_pct[-1] == pytest.approx(unit.share.pct)


def test_the_share_of_the_province_lies_between_those_of_its_districts(data, select):
    for indicator in ("FI01", "OP01", "OP02"):
        made = ranking(data, select(), data.catalog.indicators[indicator])
        plan, actual = (
            sum(getattr(unit, name) for unit in made.ranked) for name in ("plan", "actual")
        )
        shares = [unit.share.pct for unit in made.ranked]
        assert min(shares) <= 100 * actual / plan <= max(shares)


def test_luc_nam_disbursed_at_least_52_percent_of_its_plan(data, select):
    """Worked out by hand: 56,109 of 107,770 billion đồng are 52.06 %."""
    made = ranking(data, select(), data.catalog.indicators["FI01"])
    unit = next(unit for unit in made.ranked if unit.name == "Huyện Lục Nam")
    assert (unit.plan, unit.actual) == (107_770_000_000, 56_109_000_000)
    assert words(unit.share) == ("ít nhất 52 %", "83 % của 13/15 xã đã báo cáo đủ")
    target = progress(data, select()).line("FI01")
    assert words(target.share) == ("ít nhất 72 %", "83 % của 67/73 xã đã báo cáo đủ")
    assert tiles(data, select())["capital"].share == "ít nhất 74 %", "of what was allocated"


@pytest.mark.parametrize("commune", ["07537", "07525", "07621", "07282", "07582"])
def test_a_unit_has_one_capital_unless_it_is_said_that_a_part_is_counted_whole(data, commune):
    """Of Thanh Hải a part went to 07537, which has its share; progress counts all who reported."""
    query = {"vintage": ["2025-07"], "commune": [commune]}
    shown = shown_for(data, query)
    selection, _ = parse_selection(query, shown)
    whole = ladder(shown, selection)[0]
    tile = tiles(shown, selection)["capital"]
    said = " ".join(notices(shown, selection, progress(shown, selection), "vi"))
    is_same = money(whole.disbursed_vnd, "vi") == tile.value.removeprefix("≥ ")
    assert is_same != ("chỉ một phần thuộc nơi đang chọn, được tính trọn" in said)
    if commune == "07537":
        assert (tile.value, whole.disbursed_vnd) == ("≥ 2,0 tỷ đồng", 5_035_000_000)
        assert "Xã Thanh Hải: chỉ một phần" in said


@pytest.mark.parametrize("km", [3.183890594887977, 3.423953471796871, 0.1, 1e-9])
def test_all_of_a_plan_is_one_hundred_per_cent(km):
    assert completion_pct(km, km) == 100
