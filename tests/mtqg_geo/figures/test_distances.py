"""Distances to the nearest station, market and road as indicators of the map."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from mtqg_geo.dataset.boundary_sets import shipped_sets
from mtqg_geo.dataset.dataset import assemble
from mtqg_geo.dataset.layers import kinds_beyond_programme
from mtqg_geo.dataset.tables import sample_tables
from mtqg_geo.dataset.vintages import shown_dataset
from mtqg_geo.exports.columns import value_columns
from mtqg_geo.exports.files import csv_text
from mtqg_geo.figures.distances import PLACES, distance_indicators, distance_km
from mtqg_geo.figures.periods import followed
from mtqg_geo.figures.profile import commune_profile
from mtqg_geo.figures.scope import source_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_values
from mtqg_geo.loading.sheets.layout import reported_indicators
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.catalog import DATA, load_catalog
from mtqg_geo.programme.model import Basis, State
from mtqg_geo.progress.difficult import criteria, remote_difficult
from mtqg_geo.progress.targets import progress
from mtqg_geo.report.tables.communes import commune_table

PLAIN = Selection(year=2023, vintage="2023-04", indicator="CX04")
DEGREE_KM = 110.7  # of latitude, near 21.5° north; of longitude it is 103.6


def market(squares, status="completed", facility="market", **wanted):
    """Return the squares with one place 0.1° north of the middle of the first of them."""
    data = squares(sites=[("M1", status, "00001", "Chợ A")], **wanted)
    sites = data.sites.assign(facility=facility)
    return replace(data, sites=sites.set_geometry([shapely.Point(106.5, 21.6)], crs="EPSG:4326"))


def values(data, name="CX04", year=2023, **asked):
    indicator = data.catalog.indicators[name]
    return commune_values(data, indicator, year=year, basis=Basis.ACTUAL, **asked)


def test_a_commune_s_value_is_its_distance_to_the_place(squares):
    found = values(market(squares))
    assert found["state"].tolist() == ["reported"] * 3
    assert found["value"].iloc[0] == pytest.approx(DEGREE_KM / 10, abs=0.05)
    assert found["value"].iloc[1] == pytest.approx(np.hypot(103.6, DEGREE_KM / 10), abs=0.5)


def test_where_there_is_no_such_place_nobody_has_a_distance_and_none_is_zero(squares):
    data = market(squares)
    found = values(data, "CX03")
    assert found["value"].isna().all()
    assert set(found["state"]) == {State.NOT_REPORTED}
    said = map_view(data, replace(PLAIN, indicator="CX03"), Classing(), lang="vi").notices
    assert said[0] == (
        "Dữ liệu đã nạp chưa có nơi nào đã hoàn thành đến năm 2023 nên chưa tính được "
        "“Khoảng cách đến trạm y tế của Chương trình”."
    )


@pytest.mark.parametrize(
    ("status", "year", "is_near"),
    [("completed", 2023, True), ("completed", 2024, True), ("completed", 2022, False),
     ("planned", 2023, False), ("under_construction", 2024, False)],
)  # fmt: skip
def test_completed_places_of_the_year_and_of_earlier_years_count(squares, status, year, is_near):
    assert values(market(squares, status), year=year)["value"].notna().all() == is_near


def test_a_commune_without_a_shape_is_not_reported_and_one_outside_does_not_matter(squares):
    data = market(squares, regions=("III", "I", None))
    shapes = data.communes.geometry.where(data.communes["code"] != "00002")
    data = replace(data, communes=data.communes.set_geometry(shapes))
    assert values(data)["state"].tolist() == ["reported", "not_reported", "not_applicable"]


def test_neither_projects_nor_the_status_filter_narrow_what_is_near(squares):
    data = market(squares)
    assert values(data, projects=frozenset({"DA9"})).equals(values(data))
    asked = (PLAIN, replace(PLAIN, projects=("DA4",)))
    views = [map_view(data, each, Classing(), lang="vi") for each in asked]
    assert views[0].table["value"].tolist() == views[1].table["value"].tolist()


def test_the_map_says_that_it_is_a_straight_line_to_a_completed_place(squares):
    view = map_view(market(squares), PLAIN, Classing(), lang="vi")
    assert view.title == "Khoảng cách đến chợ được Chương trình đầu tư"
    assert view.words == "Đến nơi gần nhất đã hoàn thành"
    assert view.indicator.unit.vi == "km đường chim bay"
    assert view.tooltips[0] == "11,1"
    assert len(view.notices) == 1
    assert "không phải quãng đường đi" in view.notices[0]
    assert "kế hoạch đến năm 2023" in view.notices[0]


def test_distances_have_no_total_and_so_no_figure_in_the_strip(data, select):
    view = map_view(data, select(indicator=["CX03"]), Classing(), lang="vi")
    assert [figure.key for figure in view.figures] == [
        "most_difficult",
        "sites",
        "roads",
        "capital",
    ]
    assert sum(entry.count for entry in view.choropleth.legend) == 209


def test_need_and_distance_make_a_map_of_both_that_says_how_it_was_measured(data, select):
    selection = select(indicator=["CX02"], **{"with": ["CX05"]})
    view = map_view(data, selection, Classing(), lang="vi")
    assert view.pair is not None
    assert any("đường chim bay" in notice for notice in view.notices)


def test_map_and_list_of_the_sample_agree_in_all_three_distances(data, select):
    listed = remote_difficult(data, select())
    assert len(listed) == 28
    for place, indicator in distance_indicators(data.catalog).items():
        on_map = values(data, indicator.id).set_index("code")["value"]
        assert [each.km[place] for each in listed] == [on_map[each.code] for each in listed]
    for each in listed:
        assert each.km[each.farthest] == each.farthest_km
    assert set(distance_indicators(data.catalog)) == set(PLACES)


def test_on_the_units_of_2025_distances_are_those_of_their_own_shapes(data):
    units = shown_dataset(data, "2025-07")
    found = values(units, "CX03").set_index("code")
    assert len(found) == len(units.communes)
    known = found["value"].dropna()
    assert len(known) > 20
    expected = distance_km(units, "health", year=2023).set_index("code")["km"]
    pd.testing.assert_series_equal(known, expected[known.index], check_names=False)
    assert not set(known).issubset(set(values(data, "CX03")["value"].dropna()))


def test_the_profile_has_the_distances_beside_what_was_reported(data, select):
    profile = commune_profile(data, select(), "07243")
    lines = {line.indicator.id: line for line in profile.lines}
    assert lines["CX05"].result == values(data, "CX05").set_index("code").loc["07243", "value"]
    assert np.isnan(lines["CX05"].plan)


def test_a_download_names_the_unit_and_where_the_places_come_from(data, select):
    selection = select(indicator=["CX03"])
    (column,) = value_columns(data, selection)
    assert column.name == "actual_km_straight_line"
    assert column.meanings(data, "vi")[column.name] == (
        "Khoảng cách đến trạm y tế được Chương trình đầu tư – Đến nơi gần nhất đã hoàn thành, 2023 "
        "(km đường chim bay)"
    )
    text = csv_text(data, selection, "communes")
    assert '"actual_km_straight_line"' in text.splitlines()[0]
    assert '"illustrative"' in text.splitlines()[1]
    assert "minh họa" in source_text(data, selection, "vi")


def test_a_distance_says_that_it_is_to_what_the_programme_built_until_others_are_loaded(data):
    catalog = data.catalog
    assert catalog.naming_distances(()).indicators == catalog.indicators
    named = catalog.naming_distances({"health"}).indicators
    assert named["CX03"].name.vi == "Khoảng cách đến trạm y tế gần nhất (đã nạp)"
    assert named["CX03"].short.en == "Distance to health station (loaded)"
    for other in ("CX04", "CX05"):
        assert named[other] == catalog.indicators[other]
        assert "Chương trình" in named[other].name.vi
        assert "Chương trình" in named[other].short.vi
        assert "programme" in named[other].name.en


def test_works_of_no_project_are_those_the_programme_did_not_build(squares):
    data = squares(sites=[("Y1", "completed", "00001", "Trạm A")])
    assert kinds_beyond_programme(data.sites, data.roads) == frozenset()
    sites = data.sites.assign(facility="health", project="")
    assert kinds_beyond_programme(sites, data.roads) == {"health"}


@pytest.mark.long
def test_a_station_of_no_project_makes_the_name_the_plain_one_for_health_stations_alone(data):
    [delivered] = [each for each in shipped_sets() if each.vintage == "2023-04"]
    catalog = load_catalog(DATA / "programme")
    tables = sample_tables(DATA, catalog, frozenset(data.commune_list["code"]))
    is_station = tables.sites["facility"] == "health"
    others = tables.sites["project"].where(~is_station, "")
    known = replace(tables, sites=tables.sites.assign(project=others))
    names = assemble(catalog, known, delivered, delivered).catalog.indicators
    assert names["CX03"].name.vi == "Khoảng cách đến trạm y tế gần nhất (đã nạp)"
    assert names["CX04"].name.vi == "Khoảng cách đến chợ được Chương trình đầu tư"


def test_every_place_that_names_a_distance_says_what_it_is_to(data, select):
    words = "Khoảng cách đến trạm y tế của Chương trình"
    selection = select(indicator=["CX03"])
    headings = [column.heading for column in commune_table(data, selection, "vi").columns]
    assert f"{words} (km đường chim bay)" in headings
    view = map_view(data, selection, Classing(), lang="vi")
    assert view.title == "Khoảng cách đến trạm y tế được Chương trình đầu tư"
    assert any("không do Chương trình đầu tư" in notice for notice in view.notices)
    [line] = [each for each in commune_profile(data, select(), "07243").lines
              if each.indicator.id == "CX03"]  # fmt: skip
    assert line.indicator.short.vi == words


def test_distances_are_no_targets_no_criteria_and_nothing_anybody_reports(data, select):
    distances = {each.id for each in distance_indicators(data.catalog).values()}
    assert distances == {"CX03", "CX04", "CX05"}
    assert not distances & set(followed(data))
    assert not distances & {line.indicator.id for line in progress(data, select()).lines}
    assert not distances & {each.id for each in criteria(data)}
    assert not distances & {each.id for each in reported_indicators(data.catalog)}
