import csv
import io
import json
from dataclasses import replace

import pandas as pd
import pytest
import shapely
from shapely.geometry import shape

from mtqg_geo.dataset.tables import ObservationsInMemory
from mtqg_geo.exports import files as exports
from mtqg_geo.figures.file_names import LAYERS
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.figures.works import works_view
from mtqg_geo.maps.view import commune_table

EVERY = {"code", "name", "district_code", "district", "vintage", "source"}
WORK = EVERY | {"project", "status", "year", "commune_code", "commune"}
REQUIRED = {
    "communes": EVERY,
    "sites": WORK,
    "roads": WORK | {"commune_codes", "length_km", "reported_km"},
}
QUERIES = [
    {},
    {"district": ["220"], "indicator": ["OP01"]},
    {"project": ["DA4"], "status": ["completed", "not_reported"]},
    {"year": ["2022"], "indicator": ["FI01"], "basis": ["allocated"]},
    {"commune": ["07645"], "indicator": ["FI02"]},
]


def document(data, selection, layer):
    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(exports.geojson(data, selection, layer), parse_constant=refuse)


def rows_of(data, selection, layer):
    text = exports.file_bytes(data, selection, layer, "csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def positions(coordinates):
    if isinstance(coordinates[0], int | float):
        yield coordinates
    else:
        for part in coordinates:
            yield from positions(part)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_layer_is_rfc_7946_with_every_promised_property(data, select, layer, query):
    collection = document(data, select(**query), layer)
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    for feature in collection["features"]:
        assert set(feature["properties"]) >= REQUIRED[layer]
        assert feature["id"] == feature["properties"]["code"]
        assert feature["properties"]["vintage"] == "2023-04"
        assert feature["properties"]["source"]
    ids = [feature["id"] for feature in collection["features"]]
    assert len(set(ids)) == len(ids)
    if ids:
        points = [
            p for f in collection["features"] for p in positions(f["geometry"]["coordinates"])
        ]
        west, south, east, north = collection["bbox"]
        assert all(west <= x <= east and south <= y <= north for x, y in points)
        assert all(round(x, 7) == x and round(y, 7) == y for x, y in points)


def test_rings_follow_the_right_hand_rule(data, select):
    for feature in document(data, select(), "communes")["features"]:
        polygon = shape(feature["geometry"])
        assert shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(polygon))).all()


def test_full_geometry_is_exported_not_the_one_drawn(data, select):
    features = document(data, select(), "communes")["features"]
    vertices = sum(len(list(positions(f["geometry"]["coordinates"]))) for f in features)
    assert vertices == shapely.get_num_coordinates(data.communes.geometry.to_numpy()).sum()


@pytest.mark.long
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_layer_table_and_csv_hold_the_same_rows_and_numbers(data, select, query):
    selection = select(**query)
    works = works_view(data, selection)
    for layer, codes in {
        "communes": commune_table(data, selection)["code"],
        "sites": works.sites["id"],
        "roads": works.roads["id"],
    }.items():
        features = document(data, selection, layer)["features"]
        rows = rows_of(data, selection, layer)
        assert [f["id"] for f in features] == [row["code"] for row in rows] == codes.tolist()


def test_the_exported_plan_of_communes_adds_up_to_the_published_plan(data, select):
    features = document(data, select(indicator=["OP01"]), "communes")["features"]
    plans = [f["properties"]["plan_households"] for f in features]
    assert sum(plan for plan in plans if plan is not None) == 182
    assert plans.count(None) == 209 - 73  # outside the programme: null, not 0


@pytest.mark.long
def test_units_stand_in_the_names_of_properties(data, select):
    def names(indicator):
        return set(
            document(data, select(indicator=[indicator]), "communes")["features"][0]["properties"]
        )

    assert {"plan_vnd", "allocated_vnd", "disbursed_vnd", "area_km2"} <= names("FI01")
    assert "disbursed_pct" in names("FI02")
    assert "actual_km" in names("OP05")
    assert {"sites_planned", "road_planned_km", "road_completed_km"} <= names("OP05")


def test_a_road_lists_its_communes_and_stands_in_the_one_that_holds_most_of_it(data, select):
    selection = select()
    for feature in document(data, selection, "roads")["features"]:
        properties = feature["properties"]
        parts = data.pieces[data.pieces["id"] == properties["code"]]
        longest = parts.sort_values("length_km")["code"].iloc[-1]
        assert properties["commune_codes"] == sorted(parts["code"])
        assert properties["commune_code"] == longest
        assert properties["length_km"] == pytest.approx(parts["length_km"].sum())


def test_a_road_in_a_chosen_district_is_placed_in_that_district(data, select):
    features = document(data, select(district=["220"]), "roads")["features"]
    assert {f["properties"]["district_code"] for f in features} == {"220"}


@pytest.mark.long
def test_a_road_financed_twice_keeps_its_place_in_both_features(squares):
    line = [(106.1, 21.5), (106.4, 21.5)]
    data = squares(roads=[("a", "completed", line), ("b", "planned", line)])
    features = document(data, default_selection(data), "roads")["features"]
    assert [f["properties"]["commune_code"] for f in features] == ["00001", "00001"]
    assert features[1]["properties"]["in_selection_km"] == 0


def test_what_is_illustrative_or_approximate_says_so_in_every_feature(data, select):
    for layer in LAYERS:
        for feature in document(data, select(indicator=["OP01"]), layer)["features"]:
            assert feature["properties"]["boundary_accuracy"] == "approximate"
    sources = {f["properties"]["source"] for f in document(data, select(), "sites")["features"]}
    assert "illustrative" in sources
    assert any(source.startswith("http") for source in sources)


def test_the_source_of_the_second_indicator_is_named_too(data, select):
    rows = data.observations.table()
    rows = rows.assign(source=rows["source"].mask(rows["indicator"] == "OP05", "Sở Y"))
    mixed = replace(data, observations=ObservationsInMemory(rows))
    for query, named in (({}, "illustrative"), ({"with": ["OP05"]}, "Sở Y; illustrative")):
        features = document(mixed, select(indicator=["OP01"], **query), "communes")["features"]
        assert {feature["properties"]["source"] for feature in features} == {named}


@pytest.mark.parametrize("layer", LAYERS)
def test_every_feature_says_whether_it_holds_illustrative_figures(data, select, layer):
    for feature in document(data, select(indicator=["OP01"]), layer)["features"]:
        properties = feature["properties"]
        assert properties["illustrative"] is ("illustrative" in properties["source"])


@pytest.mark.parametrize("layer", LAYERS)
def test_a_document_says_where_it_comes_from_even_without_features(data, select, layer):
    for query in ({}, {"district": ["213"], "commune": ["07645"]}):
        note = document(data, select(**query), layer)["description"]
        for words in ("2023-04", "ranh giới gần đúng", "Natural Earth", "WGS 84 (EPSG:4326)"):
            assert words in note
    assert "SỐ LIỆU MINH HỌA" in document(data, select(), layer)["description"]


def test_csv_opens_in_excel_as_utf8_with_its_codes_as_text(data, select):
    content = exports.file_bytes(data, select(), "communes", "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert b'"07645"' in content
    assert b"\r\n" in content
    [row] = [r for r in rows_of(data, select(), "communes") if r["code"] == "07645"]
    assert row["district_code"] == "220"
    assert row["name"].startswith(("Xã ", "Thị trấn "))


def test_a_missing_value_is_an_empty_cell_and_a_zero_is_0(data, select):
    rows = rows_of(data, select(indicator=["OP01"]), "communes")
    assert {row["plan_households"] for row in rows} >= {"", "0.0"}


def test_a_formula_in_a_name_stays_text(squares):
    names = ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "Chợ = bến"]
    data = squares(sites=[(str(i), "planned", "00001", name) for i, name in enumerate(names)])
    found = [row["name"] for row in rows_of(data, default_selection(data), "sites")]
    assert found == [*(f"'{name}" for name in names[:-1]), "Chợ = bến"]


def test_hostile_text_stays_data_in_geojson(squares):
    name = '<img src=x onerror=alert(1)>"\\ \u2028'
    data = squares(sites=[("a", "planned", "00001", name)])
    [feature] = document(data, default_selection(data), "sites")["features"]
    assert feature["properties"]["name"] == name


@pytest.mark.long
def test_an_empty_selection_is_a_valid_empty_layer(data, select):
    selection = select(district=["213"], commune=["07645"])
    for layer in LAYERS:
        assert document(data, selection, layer)["features"] == []
        assert rows_of(data, selection, layer) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_the_same_selection_gives_the_same_bytes(data, select, layer):
    for kind in ("geojson", "csv"):
        files = [exports.file_bytes(data, select(district=["220"]), layer, kind) for _ in range(2)]
        assert files[0] == files[1]


def test_a_file_name_says_layer_selection_and_date_of_data(data, select):
    selection = select(indicator=["OP01"], district=["220"], project=["DA4.TDA1"])
    assert (
        exports.file_stem(data, selection, "communes")
        == "communes_OP01-actual_2023_district-220_project-DA4.TDA1_data-2024-Q2"
    )
    many = replace(selection, communes=tuple(data.communes["code"][:30]), projects=())
    assert exports.file_stem(data, many, "roads") == (
        "roads_2023_district-220_commune-30-chosen_data-2024-Q2"
    )


@pytest.mark.long
def test_the_exported_layer_can_be_read_back_by_geopandas(data, select, tmp_path):
    import geopandas as gpd

    for layer in LAYERS:
        path = tmp_path / f"{layer}.geojson"
        path.write_bytes(exports.file_bytes(data, select(), layer, "geojson"))
        back = gpd.read_file(path)
        assert back.crs == "EPSG:4326"
        assert len(back) == len(exports.layer(data, select(), layer))
        assert pd.api.types.is_string_dtype(back["code"])
