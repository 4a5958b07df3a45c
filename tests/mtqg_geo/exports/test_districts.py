"""The layer of former districts: what the page says of each, beside one another."""

import math

import pytest
import shapely

from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports.columns import unit_suffix
from mtqg_geo.exports.districts import districts
from mtqg_geo.exports.files import file_bytes, layer
from mtqg_geo.figures.key_figures import key_figures
from mtqg_geo.figures.measures import shown_total
from mtqg_geo.figures.periods import result_basis
from mtqg_geo.figures.quarters import as_counted
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.works import works_of
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.progress.rankings import ranking


def chosen(data, **query):
    query = {name: [*texts.split(",")] for name, texts in query.items()}
    shown = shown_for(data, query)
    selection, problems = parse_selection(query, shown)
    assert problems == ()
    return shown, selection


def by_code(data, **query):
    return districts(*chosen(data, **query)).set_index("code")


def houses(plans, results):
    """Return the observations of OP01 in 00001, 00002 (district 1) and 00003 (2)."""
    rows = []
    for n, (plan, result) in enumerate(zip(plans, results, strict=True), start=1):
        rows.append((f"0000{n}", "OP01", "DA1", "2023", "plan", plan, ""))
        rows.append((f"0000{n}", "OP01", "DA1", "2023-Q1", "actual", result, ""))
    return rows


def test_a_district_with_a_silent_commune_has_done_at_least_so_much_of_its_whole_plan(squares):
    table = by_code(squares(observations=houses([10, 90, 20], [8, None, 14])), indicator="OP01")
    names = ["plan_households", "actual_households", "actual_state", "done_pct"]
    assert table[names].to_numpy().tolist() == [
        [100, 8, "partly_reported", 8],
        [20, 14, "reported", 70],
    ]
    assert table["done_is_lower_bound"].tolist() == [True, False]
    assert table["reported_done_pct"].tolist() == [80, 70]
    assert table["actual_communes_concerned"].tolist() == [2, 1]
    assert table["actual_communes_missing"].tolist() == [1, 0]
    assert table["region_iii_communes"].tolist() == [1, 0]


def test_nobody_reported_is_blank_and_nothing_done_of_no_plan_is_zero(squares):
    table = by_code(squares(observations=houses([10, 5, 0], [None, None, 0])), indicator="OP01")
    assert table["actual_state"].tolist() == ["not_reported", "no_plan"]
    assert math.isnan(table.at["1", "actual_households"])
    assert table.at["2", "actual_households"] == 0
    assert table["done_pct"].isna().all()
    assert table["sites_planned"].isna().all(), "no list of works was loaded"


def test_a_rate_is_averaged_by_its_base(squares):
    rows = [
        (f"0000{n}", name, "", "2023", "actual", value, "")
        for n, homes, pct in ((1, 100, 30), (2, 300, 10), (3, 50, 4))
        for name, value in (("CX01", homes), ("CX02", pct))
    ]
    table = by_code(squares(observations=rows), indicator="CX02")
    assert table["actual_pct"].tolist() == [15, 4]  # 30 and 30 poor of 400


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "query",
    [
        {"indicator": "OP01"},
        {"indicator": "OC16", "vintage": "2025-07", "year": "2022"},
        {"indicator": "OP02", "vintage": "2025-07", "as_of": "2023-Q2", "district": "219,220"},
        {"indicator": "FI01", "region": "III", "project": "DA4"},
    ],
    ids=str,
)
def test_figures_are_those_of_the_ranking(data, query):
    shown, selection = chosen(data, **query)
    table = districts(shown, selection).set_index("code")
    indicator = data.catalog.indicators[selection.indicator]
    unit, result = unit_suffix(indicator), result_basis(indicator).value
    made = ranking(shown, selection, indicator)
    ranked = [unit for units in (made.ranked, made.silent, made.unplanned) for unit in units]
    concerned = table[table[f"{result}_communes_concerned"] > 0]
    assert {each.code for each in ranked} == {*concerned.index}
    for each in ranked:
        row = table.loc[each.code]
        figures = (each.plan, each.actual, each.share.pct, each.share.reported_pct)
        names = (f"plan_{unit}", f"{result}_{unit}", "done_pct", "reported_done_pct")
        assert row[[*names]].tolist() == pytest.approx(figures, nan_ok=True)
        assert row["done_is_lower_bound"] == each.share.is_lower_bound
        assert row[f"{result}_communes_concerned"] == each.communes
        assert row[f"{result}_communes_missing"] == each.communes_missing


@pytest.mark.parametrize("vintage", ["2023-04", "2025-07"])
@pytest.mark.parametrize("indicator", ["OP05", "FI01"])
def test_districts_add_up_to_the_province(data, vintage, indicator):
    shown, selection = chosen(data, indicator=indicator, vintage=vintage)
    table = districts(shown, selection)
    counted, there = as_counted(shown, selection)
    everywhere = there.commune_mask(counted)
    whole, works = shown_total(counted, there, everywhere), works_of(counted, there)
    unit = unit_suffix(data.catalog.indicators[indicator])
    basis = selection.basis.value
    assert table[f"{basis}_{unit}"].sum() == pytest.approx(whole.total.value)
    assert table[f"plan_{unit}"].sum() == pytest.approx(whole.plan)
    assert table[f"{basis}_communes_missing"].sum() == whole.total.communes_missing
    assert table["communes"].sum() == 209
    assert table["region_iii_communes"].sum() == 28
    assert table["sites_planned"].sum() == works.sites.count.planned == 167
    assert table["road_completed_km"].sum() == pytest.approx(works.roads.count.completed)


def test_the_most_difficult_communes_are_those_of_the_page(data):
    table = by_code(data, vintage="2025-07")
    first, *_ = key_figures(*chosen(data, vintage="2025-07", district="220"), lang="vi")
    assert f"{table.at['220', 'region_iii_communes']:.0f}" == first.value == "11"


def test_a_shape_is_the_union_of_the_communes_and_the_same_on_either_geography(data):
    shown, selection = chosen(data, vintage="2025-07", district="220", region="III")
    [district] = layer(shown, selection, "districts").to_dict("records")
    communes = data.communes[data.communes["district_code"] == "220"]
    whole = shapely.union_all(communes.geometry)
    assert whole.symmetric_difference(district["geometry"]).area < 1e-9 * whole.area
    assert (district["communes"], len(communes)) == (11, 17)
    assert (district["vintage"], district["district"]) == ("2023-04", "Huyện Sơn Động")


def test_a_choice_of_nothing_is_a_layer_with_the_same_columns(data):
    nothing = by_code(data, indicator="OP01", district="213", commune="07615")
    assert nothing.empty
    assert [*nothing] == [*by_code(data, indicator="OP01")]


def test_a_distance_of_many_communes_is_none_of_them_all(data):
    assert not [name for name in by_code(data, indicator="CX03") if name.endswith("_state")]


def test_a_file_of_several_layers_holds_no_districts_and_says_so(data):
    with pytest.raises(SelectionError, match="Lớp huyện không nằm trong tệp chung"):
        file_bytes(*chosen(data), "districts", "xlsx")
    assert file_bytes(*chosen(data), "districts", "shp").startswith(b"PK")
