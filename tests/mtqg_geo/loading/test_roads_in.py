import sqlite3
import zipfile
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.exports.files import geojson
from mtqg_geo.loading.tables.roads import read_roads
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import LANGUAGES
from tests.long import DEAR
from tests.mtqg_geo.boundaries.old_encodings import encode
from tests.mtqg_geo.loading.workbooks import layer_table, read_as, sheets_here, told, written

HEAD = (
    "Mã tuyến", "Tên tuyến đường", "Dự án", "Năm", "Trạng thái", "Mặt đường", "Cấp đường",
    "Chiều dài (km)", "Hình tuyến (WKT)",
)  # fmt: skip
LINE = "LINESTRING (106.25 21.5, 106.26 21.5)"  # 1.036 km at 21.5° north
ROAD = ("D1", "Đường Một", "DA4.TDA1", 2023, "Hoàn thành", "Bê tông xi măng", "Đường liên xã", 1.04)


@pytest.fixture
def read(squares, tmp_path):
    """Return a reader of a sheet of roads, over three communes of one degree each."""

    def reading(*rows, head=HEAD, data=None, **options):
        [sheet] = sheets_here(written([head, *rows]), tmp_path)
        return read_as(read_roads, sheet, data or squares(), **options)

    return reading


def test_a_road_is_read_with_the_codes_of_its_words_and_its_line(read):
    table = read((*ROAD, LINE))
    [road] = table.rows.to_dict("records")
    assert table.warnings == ()
    assert road.pop("cost_vnd") != 0  # missing is not zero
    assert road == {
        "id": "D1", "name": "Đường Một", "project": "DA4.TDA1", "year": 2023,
        "status": "completed", "surface": "concrete", "road_class": "inter_commune",
        "reported_km": 1.04, "source": "", "sheet": "Trang 1", "row": 2,
        "started_on": "", "completed_on": "", "geometry": shapely.to_wkb(shapely.from_wkt(LINE)),
    }  # fmt: skip


def test_a_road_that_exists_keeps_its_line_where_the_file_gives_none(read, squares):
    data = squares(roads=[("D1", "planned", [(106.1, 21.1), (106.2, 21.1)])])
    [road] = read((*ROAD, ""), data=data, illustrative=True).rows.itertuples()
    assert road.geometry == shapely.to_wkb(data.roads.geometry.iloc[0])
    assert road.status == "completed"


@pytest.mark.long
def test_a_new_road_needs_a_line(read, squares):
    made_up = squares(roads=[("D1", "planned", [(106.1, 21.1), (106.2, 21.1)])])
    for table in (
        read((*ROAD, "")),
        read((*ROAD, "LINESTRING EMPTY")),
        read((*ROAD, ""), data=made_up),
    ):
        assert told(table.errors) == [(2, "works_line_missing")]
        assert table.rows.empty


@pytest.mark.parametrize(
    ("wkt", "code"),
    [
        ("đường thẳng", "works_wkt"),
        ("POINT (106.5 21.5)", "works_no_line"),
        ("POLYGON ((106 21, 107 21, 107 22, 106 21))", "works_no_line"),
        ("LINESTRING (106.5 21.5, 106.5 21.5)", "works_invalid_line"),
        ("LINESTRING (106.5 21.5, nan nan)", "works_not_finite"),
        ("LINESTRING (404123 2374000, 404500 2374000)", "works_line_metres"),
        ("LINESTRING (120 21.5, 120.1 21.5)", "works_road_outside"),
        ("#REF!", "works_wkt"),
    ],
)
def test_a_line_that_cannot_be_used_is_an_error_of_its_row(read, wkt, code):
    table = read((*ROAD, wkt), ("D2", *ROAD[1:], LINE))
    assert told(table.errors) == [(2, code)]
    assert table.rows["id"].to_list() == ["D2"]
    assert all(table.errors[0].text(lang) for lang in LANGUAGES)


def test_latitude_before_longitude_is_put_right_with_a_word(read):
    table = read((*ROAD, "LINESTRING (21.5 106.25, 21.5 106.26)"))
    assert told(table.warnings) == [(2, "works_swapped")]
    assert table.rows["geometry"].iloc[0] == shapely.to_wkb(shapely.from_wkt(LINE))


def test_a_road_that_leaves_the_province_is_mentioned_with_its_lengths(read):
    [warning] = read((*ROAD[:7], "", "LINESTRING (108.99 21.5, 109.01 21.5)")).warnings
    assert warning.code == "works_road_leaves"
    assert "1.036 trên 2.072 m" in warning.text("vi")


def test_a_reported_length_a_tenth_off_is_mentioned_with_both(read):
    row = [*ROAD, LINE]
    row[7] = "1,2"
    [warning] = read(row).warnings
    assert warning.code == "works_length_differs"
    assert "1.200 m lệch quá 10 % so với 1.036 m" in warning.text("vi")


@pytest.mark.parametrize(
    ("place", "text", "code"),
    [
        (1, "", "works_no_name"),
        (2, "", "works_no_project"),
        (3, 1999, "works_year_outside"),
        (4, "?", "load_status"),
        (5, "vàng", "works_surface"),
        (6, "cao tốc", "works_class"),
        (7, "dài", "load_no_number"),
        (7, -1, "works_negative_km"),
    ],
)
def test_what_is_unknown_is_an_error_at_its_cell(read, place, text, code):
    row = [*ROAD, LINE]
    row[place] = text
    [error] = read(row).errors
    assert (error.letter, error.code) == ("ABCDEFGHI"[place], code)


@pytest.mark.long
def test_an_id_is_made_of_name_commune_and_year_and_stays(read):
    moved = LINE.replace("106.26", "106.27")
    ids = [read(("", *ROAD[1:], line)).rows["id"].iloc[0] for line in (LINE, moved)]
    assert ids[0] == ids[1]
    assert ids[0].startswith("D-2023-")
    elsewhere = read(("", *ROAD[1:], LINE.replace("106.", "107."))).rows["id"].iloc[0]
    assert elsewhere != ids[0]


def test_a_wrong_commune_is_only_mentioned_for_the_line_says_where_a_road_is(read):
    table = read((*ROAD, LINE, "99999"), head=(*HEAD, "Mã xã"))
    assert told(table.warnings) == [(2, "load_code_stranger")]
    assert len(table.rows) == 1


def layer(*lines, **columns):
    return gpd.GeoDataFrame(
        {
            "ma_tuyen": [f"D{n}" for n in range(1, len(lines) + 1)],
            "ten_tuyen": "Đường liên xã", "du_an": "DA4.TDA1", "nam": 2023,
            "trang_thai": "Đang thi công", "mat_duong": "Nhựa", **columns,
        },
        geometry=list(lines),
        crs="EPSG:4326",
    )  # fmt: skip


ONE = shapely.LineString([(106.25, 21.5), (106.26, 21.5)])
TWO = shapely.MultiLineString([[(107.5, 21.5, 3), (107.6, 21.5, 3)], [(107.6, 21.6, 3), (107.7, 21.6, 3)]])  # fmt: skip


def zipped(frame, folder, *, encoding="utf-8", prj=True, cpg=True):
    """Write a zipped shapefile as an office would send it."""
    work = folder / "shp"
    work.mkdir()
    names = frame.columns.drop("geometry")
    texts = {n: [encode(str(text), encoding) for text in frame[n]] for n in names}
    frame.assign(**texts).to_file(work / "duong.shp", engine="pyogrio", encoding="ISO-8859-1")
    (work / "duong.cpg").write_text("UTF-8")
    for name, wanted in (("duong.prj", prj), ("duong.cpg", cpg)):
        if not wanted:
            (work / name).unlink()
    path = folder / "duong.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(work.iterdir()):
            archive.write(file, file.name)
    return path


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_lines_of_a_layer_are_roads_by_vietnamese_headings(squares, tmp_path, suffix):
    path = tmp_path / f"roads{suffix}"
    layer(ONE, TWO).to_file(path)
    table = layer_table(path, squares(), file_name="đường")
    assert (table.kind, table.errors, table.rows["row"].to_list()) == ("roads", (), [1, 2])
    assert set(table.rows["surface"]) == {"asphalt"}
    shapes = shapely.from_wkb(table.rows["geometry"].to_numpy())
    assert shapely.length(shapes).round(6).tolist() == [0.01, 0.2]
    assert not shapely.has_z(shapes).any()


def test_a_shapefile_with_cut_headings_and_another_system_is_understood(squares, tmp_path):
    names = {
        "ma_tuyen": "ma_tuyen_d", "ten_tuyen": "ten_tuyen_", "trang_thai": "trang_thai",
        "mat_duong": "loai_mat_d",
    }  # fmt: skip
    frame = layer(ONE, reported_k=1.04).rename(columns=names).to_crs("EPSG:9214")
    [road] = layer_table(zipped(frame, tmp_path), squares(), kind="roads").rows.itertuples()
    assert (road.id, road.name, road.surface, road.reported_km) == (
        "D1", "Đường liên xã", "asphalt", 1.04,
    )  # fmt: skip
    shape = shapely.from_wkb(road.geometry)
    assert shape.equals_exact(ONE, tolerance=1e-7)


def test_texts_from_before_unicode_are_decoded(squares, tmp_path):
    path = zipped(layer(ONE), tmp_path, encoding="tcvn3", cpg=False)
    [road] = layer_table(path, squares(), kind="roads").rows.itertuples()
    assert (road.name, road.status) == ("Đường liên xã", "under_construction")


def test_a_shapefile_without_its_system_says_what_to_do(squares, tmp_path):
    with pytest.raises(LoadError) as caught:
        layer_table(zipped(layer(ONE), tmp_path, prj=False), squares(), kind="roads")
    assert caught.value.code == "works_layer_no_crs"
    assert "EPSG:9214" in str(caught.value)


def test_a_layer_without_names_says_which_columns_it_has(squares, tmp_path):
    path = tmp_path / "roads.gpkg"
    layer(ONE)[["du_an", "nam", "geometry"]].to_file(path)
    with pytest.raises(LoadError, match="du_an, nam"):
        layer_table(path, squares(), kind="roads")


def test_lines_without_a_surface_beside_a_table_of_styles_are_roads_all_the_same(squares, tmp_path):
    path = tmp_path / "duong.gpkg"
    lines = [shapely.affinity.translate(ONE, 0, by / 100) for by in range(5)]
    layer(*lines).drop(columns="mat_duong").to_file(path, layer="duong")
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT)")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('layer_styles', 'attributes')"
        )
    database.close()

    table = layer_table(path, squares(), file_name="đường")

    assert (table.kind, table.errors) == ("roads", ())
    assert table.rows["surface"].tolist() == [""] * 5


def test_what_the_product_gives_out_can_be_loaded_again(data, select, tmp_path):
    path = tmp_path / "roads.geojson"
    path.write_text(geojson(data, select(year=["2023"]), "roads"), encoding="utf-8")
    table = layer_table(path, data, illustrative=True)
    roads = data.roads[data.roads["year"] == 2023].set_index("id")
    assert table.errors == ()
    assert sorted(table.rows["id"]) == sorted(roads.index)
    again = table.rows.set_index("id")
    assert again["reported_km"].equals(roads.loc[again.index, "reported_km"])


def test_communes_without_a_shape_leave_open_what_lies_outside(read, squares):
    data = squares()
    data = replace(
        data, communes=data.communes.assign(geometry=[*data.communes.geometry[:2], None])
    )
    assert read((*ROAD[:7], "", "LINESTRING (120 21.5, 120.1 21.5)"), data=data).errors == ()


numbers = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True), st.floats(106, 109), st.just(21.5)
)
shapes = st.one_of(
    st.lists(st.tuples(numbers, numbers), min_size=2, max_size=4).map(
        lambda points: "LINESTRING (" + ", ".join(f"{x} {y}" for x, y in points) + ")"
    ),
    st.text(max_size=20),
)


@DEAR
@given(wkts=st.lists(shapes, min_size=1, max_size=5))
def test_every_row_becomes_a_measurable_road_or_an_error(wkts, squares, tmp_path):
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    rows = [(f"D{n}", *ROAD[1:], ILLEGAL_CHARACTERS_RE.sub("", wkt)) for n, wkt in enumerate(wkts)]
    [sheet] = sheets_here(written([HEAD, *rows]), tmp_path)
    table = read_as(read_roads, sheet, squares())
    assert len(table.rows) + table.rejected == table.rows_read
    kept = shapely.from_wkb(table.rows["geometry"].to_numpy())
    assert shapely.is_valid(kept).all()
    assert not shapely.is_empty(kept).any()
