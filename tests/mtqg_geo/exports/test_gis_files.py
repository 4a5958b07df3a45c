import csv
import io
import sqlite3
import struct
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from dataclasses import replace
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from geo.io import read_layer
from geo.qml import Style
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions
from mtqg_geo.exports.gis_files import (
    WRITTEN,
    FileLayer,
    cut_texts,
    flatgeobuf,
    geopackage,
    geoparquet,
    shapefile_zip,
    short_names,
)
from mtqg_geo.figures.file_names import LAYERS
from tests.long import LONG

GIS = ("gpkg", "shp", "fgb", "parquet")
SYSTEMS = ("EPSG:4326", "EPSG:9214", "EPSG:3405")
PRECISION = {"EPSG:4326": 1e-9, "EPSG:9214": 1e-4, "EPSG:3405": 1e-4}  # degrees, metres


@pytest.fixture
def read(tmp_path):
    """Return a layer as another program reads it from the bytes of a file."""

    def read_back(content, kind, layer):
        path = tmp_path / f"file.{FORMATS[kind].suffix}"
        path.write_bytes(content)
        if kind == "gpkg":
            return gpd.read_file(path, layer=layer)
        return read_layer(path)

    return read_back


@pytest.fixture(scope="module")
def database(data, select):
    """Return an open GeoPackage of a selection."""
    opened = {}

    def build(query, **wish):
        key = repr((query, wish))
        if key not in opened:
            opened[key] = sqlite3.connect(":memory:")
            opened[key].deserialize(
                exports.file_bytes(data, select(**query), "all", "gpkg", FileOptions(**wish))
            )
        return opened[key]

    yield build
    for each in opened.values():
        each.close()


def expected(data, selection, layer, crs):
    features = exports.layer(data, selection, layer).to_crs(crs)
    return features.sort_values("code", ignore_index=True)


@pytest.mark.few(8)
@pytest.mark.parametrize(
    ("kind", "layer", "crs"),
    [  # each of two in every pair, or at length all three
        (kind, layer, crs)
        for (k, kind), (n, layer), (s, crs) in product(*map(enumerate, (GIS, LAYERS, SYSTEMS)))
        if LONG or (k + n + s) % 3 == 0
    ],
)
def test_a_file_read_back_has_the_same_rows_codes_names_places_and_system(
    data, select, read, kind, layer, crs
):
    selection = select(indicator=["FI01"], district=["220", "219"])
    content = exports.file_bytes(data, selection, layer, kind, FileOptions(crs))
    back = read(content, kind, layer).sort_values("code", ignore_index=True)
    wanted = expected(data, selection, layer, crs)
    assert back.crs.to_epsg() == int(crs.removeprefix("EPSG:"))
    assert back["code"].tolist() == wanted["code"].tolist()
    assert back["name"].tolist() == wanted["name"].tolist()
    assert back["district"].tolist() == wanted["district"].tolist()
    apart = shapely.hausdorff_distance(back.geometry.array, wanted.geometry.array)
    assert apart.max() < PRECISION[crs]


@pytest.mark.parametrize("kind", GIS)
def test_codes_keep_their_zeros_and_lists_and_blanks_stay_what_they_are(data, select, read, kind):
    selection = select(indicator=["OP01"])
    short = short_names(list(exports.layer(data, selection, "roads").columns.drop("geometry")))
    name = (lambda column: short[column]) if kind == "shp" else (lambda column: column)
    roads = read(exports.file_bytes(data, selection, "roads", kind), kind, "roads")
    codes = roads[name("commune_code")]
    assert pd.api.types.is_string_dtype(codes)
    assert set(codes.str.len()) == {5}
    lists = [
        each if isinstance(each, str) else "; ".join(each) for each in roads[name("commune_codes")]
    ]
    assert any(each.startswith("07") and "; 07" in each for each in lists)
    assert roads[name("reported_km")].isna().any()
    communes = read(exports.file_bytes(data, selection, "communes", kind), kind, "communes")
    plans = communes["plan_house" if kind == "shp" else "plan_households"]
    assert plans.sum() == 182
    assert int(plans.isna().sum()) == 209 - 73, "outside the programme: missing, not 0"
    assert (plans == 0).any()


@pytest.mark.parametrize("kind", GIS)
def test_lengths_are_geodesic_whatever_the_reference_system(data, select, read, kind):
    wish = FileOptions("EPSG:9214")
    roads = read(exports.file_bytes(data, select(), "roads", kind, wish), kind, "roads")
    roads = roads.sort_values("code", ignore_index=True)
    measured = expected(data, select(), "roads", "EPSG:4326")["length_km"]
    assert roads["length_km"].to_numpy() == pytest.approx(measured.to_numpy(), rel=1e-12)
    # In the plane of VN-2000 (scale 0.9999) the same lines are a little shorter.
    assert roads.length.sum() / 1000 == pytest.approx(measured.sum() * 0.9999, rel=1e-4)


def test_money_of_the_size_of_a_province_survives_the_narrow_numbers_of_a_shapefile(read):
    budget_vnd = 635_123_456_789_012.0
    layer = points(name=["a", "b"], budget_vnd=[budget_vnd, np.nan])
    back = read(shapefile_zip(layer, lang="vi"), "shp", "points")
    assert back["budget_vnd"].iloc[0] == budget_vnd
    assert np.isnan(back["budget_vnd"].iloc[1])


def points(**columns):
    n_rows = len(next(iter(columns.values())))
    features = gpd.GeoDataFrame(
        columns, geometry=gpd.points_from_xy([106.5] * n_rows, [21.5] * n_rows), crs="EPSG:4326"
    )
    return FileLayer("points", features, 0, "Ghi chú", dict.fromkeys(columns, "?"))


@pytest.mark.parametrize("kind", GIS)
@pytest.mark.parametrize("layer", LAYERS)
def test_an_empty_selection_is_a_layer_without_rows_and_with_its_columns(
    data, select, read, tmp_path, layer, kind
):
    selection = select(district=["213"], commune=["07645"])
    back = read(exports.file_bytes(data, selection, layer, kind), kind, layer)
    assert len(back) == 0
    assert {"code", "name", "vintage", "source"} <= set(back.columns)
    assert back.crs == "EPSG:4326"


@pytest.mark.parametrize("kind", GIS)
def test_a_commune_without_a_shape_keeps_its_row(data, select, read, kind):
    shapes = data.communes.geometry.copy()
    shapes.iloc[3] = None
    partial = replace(data, communes=data.communes.set_geometry(shapes))
    content = exports.file_bytes(partial, select(), "communes", kind, FileOptions("EPSG:9214"))
    back = read(content, kind, "communes").set_index("code")
    assert len(back) == 209
    assert back.index[back.geometry.isna()].tolist() == [data.communes["code"].iloc[3]]


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_selection_gives_the_same_bytes(data, select, kind):
    selection = select(district=["220"], indicator=["OP01"])
    files = [exports.file_bytes(data, selection, "roads", kind) for _ in range(2)]
    assert files[0] == files[1]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@pytest.mark.long
@given(st.lists(TEXTS, min_size=20, max_size=40))
def test_any_name_comes_back_as_it_was(tmp_path_factory, names):
    layer = points(name=names)
    folder = tmp_path_factory.mktemp("names")
    for suffix, content in {
        "gpkg": geopackage([(layer, Style("marker", ()))], style_name="x"),
        "fgb": flatgeobuf(layer),
        "parquet": geoparquet(layer),
    }.items():
        path = folder / f"a.{suffix}"
        path.write_bytes(content)
        back = gpd.read_parquet(path) if suffix == "parquet" else gpd.read_file(path, layer=0)
        assert sorted(back["name"].fillna("")) == sorted(names)


@pytest.mark.parametrize("kind", ["fgb", "shp"])
def test_a_character_that_would_end_the_text_is_left_out(read, kind):
    layer = points(name=["Chợ\0 Kép"])
    content = flatgeobuf(layer) if kind == "fgb" else shapefile_zip(layer, lang="vi")
    assert read(content, kind, "points")["name"].tolist() == ["Chợ Kép"]


# ---- GeoPackage ------------------------------------------------------------------------------


@pytest.mark.long
def test_a_map_of_two_indicators_is_painted_in_qgis_by_the_first(database):
    query = "SELECT map_class, map_label FROM communes"
    alone = database({"indicator": ["OC17"]}).execute(query).fetchall()
    assert database({"indicator": ["OC17"], "with": ["FI02"]}).execute(query).fetchall() == alone


def test_the_three_layers_are_there_and_no_other_that_a_reader_would_be_offered(
    data, select, tmp_path
):
    path = tmp_path / "a.gpkg"
    path.write_bytes(exports.file_bytes(data, select(), "sites", "gpkg"))
    with_shapes = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
    assert with_shapes == ["communes", "roads", "sites"]
    kinds = dict(pyogrio.list_layers(path).tolist())
    assert kinds == {
        "communes": "MultiPolygon", "roads": "MultiLineString", "sites": "Point", "layer_styles": None
    }  # fmt: skip


def test_the_table_of_styles_is_registered_as_gdal_registers_a_table_for_qgis(database, tmp_path):
    path = tmp_path / "plain.gpkg"
    pyogrio.write_dataframe(
        pd.DataFrame({"x": ["1"]}), path, layer="layer_styles", driver="GPKG",
        layer_options={"FID": "id"},
    )  # fmt: skip
    columns = "table_name, data_type, identifier, description, min_x, max_x, srs_id"
    query = f"SELECT {columns} FROM gpkg_contents WHERE table_name = 'layer_styles'"
    with closing(sqlite3.connect(path)) as plain:
        assert database({}).execute(query).fetchall() == plain.execute(query).fetchall()


def test_each_layer_has_one_default_style_where_qgis_looks_for_it(database):
    rows = database({"indicator": ["OP01"]}).execute(
        "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, useAsDefault, "
        "styleName, styleSLD, owner, styleQML FROM layer_styles ORDER BY id"
    )
    found = rows.fetchall()
    name = "Bản đồ MTQG OP01 2023"
    assert [row[:8] for row in found] == [
        ("", "", layer, "geom", 1, name, "", "") for layer in ("communes", "roads", "sites")
    ]
    for *_, text in found:
        assert ET.fromstring(text.split("\n", 1)[1]).tag == "qgis"
    geometry = "SELECT table_name, column_name FROM gpkg_geometry_columns ORDER BY table_name"
    assert database({}).execute(geometry).fetchall() == [
        ("communes", "geom"), ("roads", "geom"), ("sites", "geom")
    ]  # fmt: skip


def test_the_columns_of_the_table_are_those_qgis_makes(database):
    columns = database({}).execute("SELECT name, type, pk FROM pragma_table_info('layer_styles')")
    texts = {
        "f_table_catalog": 256, "f_table_schema": 256, "f_table_name": 256,
        "f_geometry_column": 256, "styleName": 30, "owner": 30, "ui": 30,
    }  # fmt: skip
    assert {name: kind for name, kind, _ in columns} == {
        "id": "INTEGER", "styleQML": "TEXT", "styleSLD": "TEXT", "useAsDefault": "BOOLEAN",
        "description": "TEXT", "update_time": "DATETIME",
        **{name: f"TEXT({width})" for name, width in texts.items()},
    }  # fmt: skip


@pytest.mark.long
def test_every_value_of_the_layers_meets_a_rule_of_its_style_and_the_other_way_round(database):
    opened = database({"indicator": ["OP01"], "project": ["DA4", "DA6"]})
    styles = dict(opened.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    for layer, field in (("communes", "map_class"), ("roads", "status"), ("sites", "facility")):
        root = ET.fromstring(styles[layer].split("\n", 1)[1])
        prefix = f'"{field}" = \''
        named = {
            rule.get("filter").removeprefix(prefix).rstrip("'")
            for rule in root.iter("rule")
            if rule.get("filter").startswith(prefix)
        }
        present = {value for [value] in opened.execute(f"SELECT DISTINCT {field} FROM {layer}")}
        assert present <= named
        if layer == "sites":
            assert named == present


def test_the_fields_are_called_in_the_reader_s_words(database):
    opened = database({"indicator": ["OP01"]})
    [[text]] = opened.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'communes'")
    root = ET.fromstring(text.split("\n", 1)[1])
    aliases = {a.get("field"): a.get("name") for a in root.iter("alias")}
    columns = {name for _, name, *_ in opened.execute("PRAGMA table_info(communes)")}
    assert set(aliases) == columns - {"fid", "geom"}
    assert aliases["plan_households"] == "Số hộ được hỗ trợ làm nhà ở – Kế hoạch, 2023 (hộ)"
    assert all(alias != field for field, alias in aliases.items()), "each has words of its own"


@pytest.mark.long
def test_each_layer_says_where_it_comes_from(database):
    for crs, words in (("EPSG:4326", "WGS 84 (EPSG:4326)"), ("EPSG:9214", "107°00′ (EPSG:9214)")):
        notes = database({"indicator": ["OP01"]}, crs=crs).execute(
            "SELECT description FROM gpkg_contents WHERE data_type = 'features'"
        )
        for [note] in notes:
            for word in ("SỐ LIỆU MINH HỌA", "2023-04", "gần đúng", "Natural Earth", "MIT", words):
                assert word in note


def test_the_file_can_be_read_by_programs_of_five_years_ago(data, select):
    content = exports.file_bytes(data, select(), "all", "gpkg")
    assert content.startswith(b"SQLite format 3\0")
    [version, application] = struct.unpack(">I4xI", content[60:72])
    assert (version, application.to_bytes(4, "big")) == (10200, b"GPKG")


# ---- Shapefile -------------------------------------------------------------------------------


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_archive_holds_a_whole_shapefile_in_utf8_a_list_of_fields_and_a_note(data, select):
    parts = members(exports.file_bytes(data, select(), "roads", "shp"))
    assert set(parts) == {
        "roads.shp", "roads.shx", "roads.dbf", "roads.prj", "roads.cpg", "FIELDS.csv", "README.txt"
    }  # fmt: skip
    assert parts["roads.cpg"] == b"UTF-8"
    note = parts["README.txt"].decode("utf-8-sig")
    for word in ("SỐ LIỆU MINH HỌA", "2023-04", "gần đúng", "Natural Earth", "FIELDS.csv"):
        assert word in note


def test_the_table_bears_the_same_day_whenever_it_is_written(data, select):
    head = members(exports.file_bytes(data, select(), "roads", "shp"))["roads.dbf"][1:4]
    year, month, day = head  # years since 1900, as dBASE counts them
    assert f"{1900 + year}-{month:02d}-{day:02d}" == WRITTEN[:10]


def test_the_list_of_fields_explains_every_field_of_the_table(data, select, read):
    content = exports.file_bytes(data, select(), "roads", "shp")
    rows = list(csv.reader(io.StringIO(members(content)["FIELDS.csv"].decode("utf-8-sig"))))
    assert rows[0] == ["Trường", "Tên đầy đủ", "Ý nghĩa"]
    full = {short: name for short, name, _ in rows[1:]}
    back = read(content, "shp", "roads")
    assert list(full) == list(back.columns.drop("geometry"))
    assert list(full.values()) == list(
        exports.layer(data, select(), "roads").columns.drop("geometry")
    )
    assert (full["commune_co"], full["commune_c1"]) == ("commune_codes", "commune_code")
    assert all(meaning and meaning != name for _, name, meaning in rows[1:])


def test_a_long_text_is_cut_at_a_whole_character_and_the_note_says_so(read):
    long, fits = "ệ" * 100, "x" * 254  # 300 bytes, and 254
    layer = points(name=[long, fits, None], other=["a", "b", "c"])
    content = shapefile_zip(layer, lang="vi")
    assert read(content, "shp", "points")["name"].fillna("").tolist() == ["ệ" * 84, fits, ""]
    note = members(content)["README.txt"].decode("utf-8-sig")
    assert "Cột name: 1 giá trị dài hơn 254 byte nên bị cắt" in note
    assert "Cột other" not in note


def test_cutting_leaves_the_table_it_was_given_alone():
    layer = points(name=["ệ" * 100])
    flat, n_cut = cut_texts(layer.features)
    assert n_cut == {"name": 1}
    assert layer.features["name"].iloc[0] == "ệ" * 100
    assert flat["name"].iloc[0] == "ệ" * 84


@given(st.lists(st.from_regex(r"[a-z_]{1,14}", fullmatch=True), unique=True, max_size=40))
def test_short_names_are_short_and_stay_apart(columns):
    short = short_names(columns)
    assert list(short) == columns
    assert all(0 < len(name) <= 10 for name in short.values())
    assert len({name.lower() for name in short.values()}) == len(columns)


def test_names_that_fit_are_kept_and_twins_are_numbered():
    names = ["code", "commune_code", "commune_codes", "commune_coat"]
    assert short_names(names) == {
        "code": "code", "commune_code": "commune_co", "commune_codes": "commune_c1",
        "commune_coat": "commune_c2",
    }  # fmt: skip


def test_the_columns_of_one_figure_keep_the_ending_that_tells_them_apart():
    names = ["disbursed_vnd", "disbursed_state", "disbursed_missing_codes", "op05_actual_state"]
    assert list(short_names(names).values()) == [
        "disbursed_", "disb_state", "disbu_miss", "op05_state",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", GIS)
def test_the_state_of_every_figure_comes_back_from_a_file(data, select, read, kind):
    selection = select(indicator=["OP05"], basis=["plan"])
    back = read(exports.file_bytes(data, selection, "communes", kind), kind, "communes")
    states = ["plan_state", "actu_state" if kind == "shp" else "actual_state"]
    back = back.set_index("code")[states]
    assert back.loc["07621"].tolist() == ["no_plan", "no_plan"]
    assert back.loc["07537"].tolist() == ["reported", "not_reported"]
    assert back.loc["07201"].tolist() == ["not_applicable", "not_applicable"]


# ---- GeoParquet and FlatGeobuf ---------------------------------------------------------------


def test_geoparquet_keeps_lists_and_says_where_it_comes_from(data, select, tmp_path):
    path = tmp_path / "roads.parquet"
    path.write_bytes(exports.file_bytes(data, select(), "roads", "parquet"))
    roads = gpd.read_parquet(path)
    wanted = exports.layer(data, select(), "roads")["commune_codes"]
    assert [list(each) for each in roads["commune_codes"]] == wanted.tolist()
    metadata = parquet.read_schema(path).metadata
    assert "2023-04" in metadata[b"description"].decode()
    assert b'"version": "1.0.0"' in metadata[b"geo"]


def test_flatgeobuf_has_a_spatial_index_and_says_where_it_comes_from(data, select, tmp_path):
    path = tmp_path / "sites.fgb"
    path.write_bytes(exports.file_bytes(data, select(), "sites", "fgb"))
    assert pyogrio.read_info(path)["capabilities"]["fast_spatial_filter"]
    assert "SỐ LIỆU MINH HỌA".encode() in path.read_bytes()[:4000]


@pytest.mark.long
def test_a_geopackage_has_the_values_of_both_periods_however_they_are_compared(data, select):
    query = {"indicator": ["CX02"], "compare": ["2022"], "district": ["220"]}
    maps, difference = (
        exports.file_bytes(data, select(**query, compare_as=[each]), "all", "gpkg")
        for each in ("maps", "difference")
    )
    assert maps == difference
