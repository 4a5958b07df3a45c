from dataclasses import replace

import numpy as np
import pytest
import shapely

from mtqg_geo.dataset.overview import illustrative_counts, road_outside_km
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.values import commune_values
from mtqg_geo.figures.works import works_view
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import commune_table, map_view
from mtqg_geo.programme.model import Basis, Status


def view_of(data, selection, lang="vi"):
    return map_view(data, selection, Classing(), lang=lang)


def test_every_layer_has_one_character_per_feature(data, select):
    view = view_of(data, select(indicator=["OP01"]))
    assert len(view.choropleth.classes) == len(view.tooltips) == len(data.communes)
    assert len(view.site_chars) == len(data.sites)
    assert len(view.road_chars) == len(data.roads)
    assert view.district_chars == "1" * len(data.districts)


def test_all_layers_follow_one_selection(data, select):
    view = view_of(data, select(district=["220"], project=["DA6"], status=["completed"]))
    shown = np.array(list(view.site_chars)) != "."
    assert set(data.sites.loc[shown, "district_code"]) == {"220"}
    assert set(data.sites.loc[shown, "status"]) == {"completed"}
    assert set(view.road_chars) == {"."}  # no road belongs to DA6
    assert view.district_chars.count("1") == 1
    assert set(view.table["district_code"]) == {"220"}
    son_dong = data.communes[data.communes["district_code"] == "220"]
    assert view.bounds == pytest.approx(tuple(son_dong.total_bounds))


def test_the_table_holds_the_values_of_the_map(data, select):
    selection = select(indicator=["OP01"], basis=["plan"])
    table = view_of(data, selection).table.set_index("code")
    values = commune_values(
        data, data.catalog.indicators["OP01"], year=2023, basis=Basis.PLAN
    ).set_index("code")
    assert table["value"].sum() == 182
    # Ten communes were given no house to build: no zero, a blank with its own reason.
    planned = values["value"].where(values["value"] != 0)
    assert table["value"].equals(planned)
    assert (table["state"] == "no_plan").sum() == (values["value"] == 0).sum() == 10
    assert commune_table(data, selection).set_index("code").equals(table)


def test_the_table_tells_no_works_from_none_reported(squares):
    data = squares(
        sites=[("a", "not_reported", "00001"), ("b", "completed", "00002")],
        roads=[("r", "not_reported", [(108.1, 21.5), (108.4, 21.5)])],
    )
    table = commune_table(data, default_selection(data))
    assert table["sites_completed"].tolist() == pytest.approx([np.nan, 1, 0], nan_ok=True)
    assert table["sites_planned"].tolist() == [1, 1, 0]
    assert table["sites_not_reported"].tolist() == [1, 0, 0]
    assert table["road_completed_km"].tolist() == pytest.approx([0, 0, np.nan], nan_ok=True)


def test_a_filter_that_leaves_completed_works_aside_does_not_say_that_none_are(squares):
    data = squares(sites=[("a", "completed", "00001"), ("b", "planned", "00002")])
    selection = replace(default_selection(data), statuses=(Status.PLANNED,))
    table = commune_table(data, selection)
    assert table["sites_completed"].isna().all()
    assert table["sites_planned"].tolist() == [1, 1, 0]
    both = replace(selection, statuses=(Status.PLANNED, Status.COMPLETED))
    assert commune_table(data, both)["sites_completed"].tolist() == [1, 0, 0]


def test_a_tooltip_has_the_value_and_nothing_for_a_blank(data, select):
    view = view_of(data, select(indicator=["OP02"], basis=["plan"]))
    values = commune_values(data, data.catalog.indicators["OP02"], year=2023, basis=Basis.PLAN)
    for text, value in zip(view.tooltips, values["value"], strict=True):
        assert text == ("" if np.isnan(value) else f"{value:,.0f}".replace(",", "."))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"district": ["213"], "commune": ["07645"]}, "Không có xã nào thuộc tất cả các bộ lọc"),
        ({"indicator": ["OP01"], "project": ["DA6"]}, "thuộc DA1 –"),
        ({"indicator": ["OP09"], "project": ["DA5.TDA1"]}, "thuộc DA5 –"),
        ({"indicator": ["OC03"], "district": ["213"]}, "Không xã nào đang chọn thuộc diện"),
    ],
)
def test_an_empty_map_says_why(data, select, query, words):
    [notice] = view_of(data, select(**query)).notices
    assert words in notice


def test_a_map_of_an_indicator_nobody_reported_says_so(squares):
    data = squares()
    selection = default_selection(data)
    silent = type(selection)(**{**vars(selection), "indicator": "OP01"})
    [notice] = view_of(data, silent).notices
    assert "Chưa xã nào báo cáo" in notice


def test_a_map_with_values_needs_no_notice(data, select):
    assert view_of(data, select()).notices == ()


def test_when_nothing_is_selected_the_map_still_has_bounds(data, select):
    view = view_of(data, select(district=["213"], commune=["07645"]))
    assert view.bounds == pytest.approx(tuple(data.communes.total_bounds))
    assert view.table.empty


def test_without_shapes_the_map_still_has_finite_bounds(squares, data):
    built = squares()
    some = built.communes.set_geometry([built.communes.geometry.iloc[0], None, None])
    first = (106, 21, 107, 22)
    selection = default_selection(built)
    for codes in (("00001",), ("00002",), ()):  # a commune without a shape: all there is
        chosen = replace(selection, communes=codes)
        assert view_of(replace(built, communes=some), chosen).bounds == first
    nothing = replace(built, communes=built.communes.set_geometry([None] * 3))
    delivered = pytest.approx(tuple(data.communes.total_bounds))
    assert view_of(nothing, selection).bounds == delivered


def test_the_same_page_is_computed_once(data, select):
    assert view_of(data, select(year=["2022"])) is view_of(data, select(year=["2022"]))


@pytest.mark.long
def test_the_page_of_works_counts_what_it_lists(data, select):
    for query in ({}, {"district": ["220"]}, {"status": ["planned", "completed"]}):
        view = works_view(data, select(**query))
        assert view.sites_by_type.to_numpy().sum() == len(view.sites)
        km = view.pieces["length_km"].sum()
        assert view.km_by_district.to_numpy().sum() == pytest.approx(km)
        # The plan does not shrink when only some statuses are shown.
        planned = works_view(data, select(**query).without_status()).pieces
        shown = planned[planned["district"].isin(view.km_by_district.index)]
        assert view.planned_km_by_district.sum() == pytest.approx(shown["length_km"].sum())
        assert view.roads["in_selection_km"].sum() == pytest.approx(km)


def test_the_page_of_data_accounts_for_every_row(data):
    join, counts = data.join, illustrative_counts(data)
    assert len(join.matched) + len(join.unmatched_rows) == len(data.regions)
    assert len(join.matched) + len(join.unmatched_units) == len(data.communes)
    assert data.observations.counts.rows == len(data.observations.table()) == counts["all_rows"]
    assert road_outside_km(data) == pytest.approx(0)
    assert 0 < counts["sites"] < counts["all_sites"]


def test_sites_lie_in_the_province(data):
    assert (
        shapely.union_all(data.communes.geometry.to_numpy())
        .buffer(1e-9)
        .covers(shapely.union_all(data.sites.geometry.to_numpy()))
    )
