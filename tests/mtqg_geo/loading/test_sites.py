import json
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ReadError
from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import LANGUAGES
from tests.mtqg_geo.loading.workbooks import (
    layer_table,
    read_as,
    sheets_here,
    sheets_of,
    told,
    written,
)

HEAD = ("Mã CT", "Tên công trình", "Loại công trình", "Dự án", "Năm", "Trạng thái", "Mã xã")
MARKET = ("CT1", "Chợ Một", "Chợ", "DA4.TDA1", 2023, "Hoàn thành", "00001")


@pytest.fixture
def read(squares, tmp_path):
    """Return a reader of a sheet of sites, over three communes of one degree each."""

    def reading(*rows, head=HEAD, data=None, **options):
        [sheet] = sheets_here(written([head, *rows]), tmp_path)
        return read_as(read_sites, sheet, data or squares(), **options)

    return reading


def with_place(*places):
    """Return rows of sites at given longitudes and latitudes."""
    return [(f"CT{n}", *MARKET[1:], *place) for n, place in enumerate(places, start=1)]


PLACED = (*HEAD, "Kinh độ", "Vĩ độ")


def test_a_site_is_read_with_the_codes_of_its_words(read):
    [site] = read((*MARKET, 106.25, 21.75), head=PLACED).rows.to_dict("records")
    assert site.pop("cost_vnd") != 0  # missing is not zero
    assert site == {
        "id": "CT1", "name": "Chợ Một", "facility": "market", "project": "DA4.TDA1",
        "commune_code": "00001", "district_code": "1", "lon": 106.25, "lat": 21.75,
        "location": "exact", "status": "completed", "year": 2023, "source": "",
        "started_on": "", "completed_on": "", "sheet": "Trang 1", "row": 2,
    }  # fmt: skip


@pytest.mark.long
def test_coordinates_may_stand_in_any_order_with_comma_or_point(read):
    head = ("Vĩ độ", *HEAD, "Kinh độ")
    table = read(
        ("21,75", *MARKET, "106,250"),
        ("21.75", "CT2", *MARKET[1:], "106.25°"),
        (21.75, "CT3", *MARKET[1:], 106.25),
        head=head,
    )
    assert table.errors == ()
    assert table.rows[["lon", "lat"]].to_numpy().tolist() == [[106.25, 21.75]] * 3


def test_a_site_without_coordinates_is_put_inside_its_commune_and_says_so(read):
    [site] = read(MARKET).rows.itertuples()
    assert shapely.box(106, 21, 107, 22).contains(shapely.Point(site.lon, site.lat))
    assert site.location == "commune"


def test_a_site_that_exists_keeps_its_place_where_the_file_gives_none(read, squares):
    data = squares(sites=[("CT1", "planned", "00001")])
    [site] = read(MARKET, data=data, illustrative=True).rows.itertuples()
    assert (site.lon, site.lat, site.location, site.status) == (106.5, 21.5, "commune", "completed")


def test_a_real_file_knows_nothing_of_made_up_sites(read, squares):
    made_up = squares(sites=[("CT1", "planned", "00001", "Chợ Một")])
    assert told(read(("", *MARKET[1:]), data=made_up).warnings) == [(2, "works_id_made")]


@pytest.mark.parametrize(
    "text", ["đông", "106 độ Tây", "NaN", "nan", "inf", "1e3", "21°75'", "9" * 400]
)
def test_what_is_no_coordinate_is_refused(read, text):
    table = read(*with_place((text, 21.5)), head=PLACED)
    assert [code for _, code in told(table.errors)][0] == "works_degrees"


def test_half_a_place_is_refused(read):
    table = read(*with_place((106.5, "")), head=PLACED)
    assert told(table.errors) == [(2, "works_half_place")]


def test_longitude_and_latitude_in_each_others_column_are_exchanged_with_a_word(read):
    table = read(*with_place((21.75, 106.25)), head=PLACED)
    assert told(table.warnings) == [(2, "works_swapped")]
    assert table.rows[["lon", "lat"]].to_numpy().tolist() == [[106.25, 21.75]]


def test_a_site_outside_its_commune_is_mentioned_with_the_distance(read):
    table = read(*with_place((107.1, 21.5)), head=PLACED)
    assert len(table.rows) == 1
    [warning] = table.warnings
    assert (warning.code, warning.letter) == ("works_outside_commune", "H")
    assert "ngoài Xã 1 10,4 km" in warning.text("vi")  # a tenth of a degree at 21.5° north


def test_a_site_beside_its_commune_is_told_in_metres_and_within_what_is_known_not_at_all(read):
    """At 21.5° north a degree of longitude is 103.8 km: 0.000001° are 10 cm, 0.001° are 104 m."""
    near, gps, far = (107 + 0.000001, 21.5), (107 + 0.00028, 21.5), (107 + 0.001, 21.5)
    table = read(*with_place(near, gps, far), head=PLACED)
    assert told(table.warnings) == [(4, "works_outside_commune")]
    assert "ngoài Xã 1 104 m;" in table.warnings[0].text("vi")


def test_a_site_outside_the_province_is_an_error(read):
    table = read(*with_place((110.0, 21.5), (106.5, 20.995)), head=PLACED)
    assert told(table.errors) == [(2, "works_outside_province")]
    assert told(table.warnings) == [(3, "works_outside_commune")]  # half a kilometre is no proof
    assert "103,6 km" in table.errors[0].text("vi")


def test_a_site_whose_district_alone_is_known_may_stand_anywhere_in_the_province(read):
    head = (*PLACED, "Độ chính xác vị trí")
    table = read(*with_place((107.1, 21.5, "Gần đúng, trong huyện")), head=head)
    assert (table.warnings, table.rows["location"].to_list()) == ((), ["district"])


def test_a_site_that_names_no_commune_is_in_the_one_that_holds_it(read):
    head = (*HEAD[:-1], "Kinh độ", "Vĩ độ")
    table = read((*MARKET[:-1], 108.5, 21.5), ("CT2", *MARKET[1:-1], "", ""), head=head)
    assert table.rows[["commune_code", "district_code"]].to_numpy().tolist() == [["00003", "2"]]
    assert told(table.warnings) == [(2, "works_commune_found")]
    assert told(table.errors) == [(3, "works_no_place")]


def test_a_commune_is_found_by_name_and_its_code_keeps_its_zeros(read):
    head = (*HEAD[:-1], "Tên xã", "Huyện")
    table = read((*MARKET[:-1], "xã 2", "Huyện 1"), head=head)
    assert table.rows["commune_code"].to_list() == ["00002"]
    # 1 and 2 are districts on this paper; real ones have three digits, communes five.
    assert read((*MARKET[:-1], 3)).rows["commune_code"].to_list() == ["00003"]


@pytest.mark.parametrize(
    ("place", "text", "code"),
    [
        (1, "", "works_no_name"),
        (1, "#REF!", "load_error_value"),
        (2, "", "works_no_facility"),
        (2, "Sân bay", "works_facility"),
        (3, "", "works_no_project"),
        (3, "DA99", "load_project"),
        (4, "", "works_no_year"),
        (4, 2035, "works_year_outside"),
        (4, "hai ba", "load_year"),
        (5, "gần xong", "load_status"),
        (6, "99999", "load_code_stranger"),
    ],
)
def test_what_is_unknown_is_an_error_at_its_cell(read, place, text, code):
    row = [*MARKET]
    row[place] = text
    table = read(row, ("CT2", *MARKET[1:]))
    assert [(error.row, error.letter, error.code) for error in table.errors] == [
        (2, "ABCDEFG"[place], code)
    ]
    assert table.rows["id"].to_list() == ["CT2"]
    assert all(table.errors[0].text(lang) for lang in LANGUAGES)


def test_a_status_left_empty_or_said_to_be_missing_is_not_reported(read):
    table = read((*MARKET[:5], "", MARKET[6]), ("CT2", *MARKET[1:5], "Chưa báo cáo", MARKET[6]))
    assert table.rows["status"].to_list() == ["", ""]


def test_an_id_that_comes_twice_is_refused_in_both_rows(read):
    table = read(MARKET, (MARKET[0], "Chợ Hai", *MARKET[2:]), ("CT3", *MARKET[1:]))
    assert told(table.errors) == [(2, "works_twice"), (3, "works_twice")]
    assert table.rows["id"].to_list() == ["CT3"]


def test_a_missing_id_is_made_of_name_commune_and_year_and_is_the_same_next_time(read):
    first = read(("", *MARKET[1:]), ("", "Chợ Hai", *MARKET[2:]))
    again = read(("", "CHỢ  MỘT", *MARKET[2:]))
    assert [warning.code for warning in first.warnings] == ["works_id_made"]
    assert first.warnings[0].values["count"] == 2
    assert first.rows["id"].is_unique
    assert first.rows["id"].str.startswith("CT-2023-").all()
    assert again.rows["id"].iloc[0] == first.rows["id"].iloc[0]


def test_two_sites_of_one_name_without_ids_are_asked_about(read):
    table = read(("", *MARKET[1:]), ("", *MARKET[1:]))
    assert told(table.errors) == [(2, "works_twice_alike"), (3, "works_twice_alike")]


def test_a_site_without_id_is_the_one_that_is_there_by_name_commune_and_year(read, squares):
    data = squares(sites=[("CT-9", "planned", "00001", "Chợ Một")])
    table = read(("", *MARKET[1:]), data=data, illustrative=True)
    assert table.rows["id"].to_list() == ["CT-9"]
    assert told(table.warnings) == [(2, "works_id_found")]


def test_a_commune_without_a_shape_needs_coordinates(read, squares):
    data = squares()
    data = replace(
        data, communes=data.communes.assign(geometry=[None, *data.communes.geometry[1:]])
    )
    table = read(MARKET, ("CT2", *MARKET[1:6], "00002"), data=data)
    assert told(table.errors) == [(2, "works_no_shape")]
    assert table.rows["id"].to_list() == ["CT2"]


@pytest.mark.long
def test_a_csv_is_read_as_a_workbook_is(squares, tmp_path):
    text = ";".join(map(str, PLACED)) + "\n" + ";".join(map(str, (*MARKET, "106,25", "21,75")))
    [sheet] = sheets_of(text.encode("utf-8-sig"), tmp_path, "công trình.csv")
    [site] = read_as(read_sites, sheet, squares()).rows.itertuples()
    assert (site.commune_code, site.lon, site.lat) == ("00001", 106.25, 21.75)


def layer(*features, **columns):
    return gpd.GeoDataFrame(
        {
            "id": [f"CT{n}" for n in range(1, len(features) + 1)],
            "name": "Chợ Một", "facility": "market", "project": "DA4.TDA1", "year": 2023,
            "status": "completed", "commune_code": "00001", **columns,
        },
        geometry=list(features),
        crs="EPSG:4326",
    )  # fmt: skip


def test_points_of_a_geojson_are_sites(squares, tmp_path):
    path = tmp_path / "sites.geojson"
    layer(shapely.Point(106.25, 21.75), shapely.MultiPoint([(106.5, 21.5)])).to_file(path)
    table = layer_table(path, squares(), file_name="công trình.geojson")
    assert (table.kind, table.errors) == ("sites", ())
    assert table.rows[["lon", "lat", "location", "row"]].to_numpy().tolist() == [
        [106.25, 21.75, "exact", 1],
        [106.5, 21.5, "exact", 2],
    ]
    assert set(table.rows["sheet"]) == {"công trình.geojson"}


def test_a_layer_in_vn_2000_is_brought_to_degrees(squares, tmp_path):
    path = tmp_path / "sites.gpkg"
    layer(shapely.Point(106.25, 21.75)).to_crs("EPSG:9214").to_file(path)
    table = layer_table(path, squares(), kind="sites")
    assert table.rows[["lon", "lat"]].to_numpy().tolist() == [[106.25, 21.75]]


def test_a_feature_without_a_point_takes_its_commune(squares, tmp_path):
    path = tmp_path / "sites.geojson"
    layer(shapely.Point(106.25, 21.75), None).to_file(path)
    assert layer_table(path, squares()).rows["location"].to_list() == ["exact", "commune"]


@pytest.mark.parametrize("nothing", [None, shapely.Point()])
def test_a_feature_without_a_point_may_have_its_place_in_columns(squares, tmp_path, nothing):
    path = tmp_path / "sites.parquet"
    columns = {
        "lon": [999, 106.75],
        "lat": [None, 21.25],
    }  # what stands beside a point is not asked
    layer(shapely.Point(106.25, 21.75), nothing, **columns).to_parquet(path)
    table = layer_table(path, squares())
    assert table.rows[["lon", "lat"]].to_numpy().tolist() == [[106.25, 21.75], [106.75, 21.25]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d["features"].clear(), "works_layer_empty"),
        (
            lambda d: d["features"][0]["geometry"].update(coordinates=[404123.5, 2374000.0]),
            "works_layer_elsewhere",
        ),
        (lambda d: d["features"][0]["properties"].pop("facility"), "works_layer_columns_sites"),
        (lambda d: d["features"][0]["properties"].clear(), "works_layer_columns_sites"),
        (
            lambda d: d["features"][0].update(
                geometry={"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}
            ),
            "works_layer_areas",
        ),
    ],
)
def test_a_layer_that_cannot_be_used_says_why(squares, tmp_path, change, code):
    path = tmp_path / "sites.geojson"
    document = json.loads(layer(shapely.Point(106.25, 21.75)).to_json())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(LoadError) as caught:
        layer_table(path, squares())
    assert caught.value.code == code


def test_a_shape_of_which_nothing_is_told_is_a_row_that_lacks_its_name(squares, tmp_path):
    path = tmp_path / "sites.parquet"
    known, bare = shapely.Point(106.25, 21.75), shapely.Point(106.26, 21.76)
    told_of = layer(known, bare, None)
    columns = told_of.columns.drop("geometry")
    told_of.assign(**{name: [told_of[name].iloc[0], None, None] for name in columns}).to_parquet(
        path
    )

    table = layer_table(path, squares())

    assert (len(table.rows), table.rows_read) == (1, 3)  # the third has neither words nor a point
    assert {2, 3} == {error.row for error in table.errors}


def test_nan_in_a_geojson_is_refused(squares, tmp_path):
    path = tmp_path / "sites.geojson"
    text = layer(shapely.Point(106.25, 21.75)).to_json()
    path.write_text(text.replace("106.25", "NaN"))
    with pytest.raises(ReadError):
        layer_table(path, squares())


cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["00001", "DA4.TDA1", "Chợ", "2023", "106,5", "21.5", "=1+1", "#REF!"]),
)


@given(rows=st.lists(st.lists(cells, min_size=9, max_size=9), min_size=1, max_size=4))
def test_every_row_becomes_a_site_or_an_error(rows, squares, tmp_path):
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    clean = [[ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row] for row in rows]
    [sheet] = sheets_here(written([PLACED, *clean]), tmp_path)
    table = read_as(read_sites, sheet, squares())
    assert len(table.rows) + table.rejected == table.rows_read
    assert all(error.text(lang) for error in table.errors for lang in LANGUAGES)


EXISTING = (*HEAD, "Nguồn vốn")


def test_a_facility_outside_the_programme_needs_no_project_year_or_status(read):
    table = read(
        ("TYT1", "Trạm y tế Một", "Trạm y tế", "", "", "", "00001", "Ngoài Chương trình"),
        ("TYT2", "Trạm y tế Hai", "Trạm y tế", "", 1998, "", "00002", "có sẵn"),
        MARKET,
        head=EXISTING,
    )
    assert table.errors == ()
    columns = ["id", "project", "year", "status"]
    assert table.rows[columns].to_numpy().tolist() == [
        ["TYT1", "", 2021, "completed"],
        ["TYT2", "", 1998, "completed"],
        ["CT1", "DA4.TDA1", 2023, "completed"],
    ]
    assert told(table.warnings) == [(2, "works_existing_year")]
    assert "1 cơ sở ngoài Chương trình không ghi năm" in table.warnings[0].text("vi")


def test_a_site_is_of_the_programme_or_outside_it_never_both(read):
    table = read(
        (*MARKET, "Ngoài Chương trình"),
        ("CT2", "Chợ Hai", "Chợ", "", 2023, "", "00001", ""),
        ("CT3", "Chợ Ba", "Chợ", "DA4.TDA1", 1998, "", "00001", "Trong Chương trình"),
        ("CT4", "Chợ Bốn", "Chợ", "DA4.TDA1", "", "", "00001", ""),
        ("CT5", "Chợ Năm", "Chợ", "", 2099, "", "00001", "Ngoài Chương trình"),
        head=EXISTING,
    )
    assert sorted(told(table.errors)) == [
        (2, "works_existing_project"), (3, "works_no_project"), (4, "works_year_outside"),
        (5, "works_no_year"), (6, "works_year_outside"),
    ]  # fmt: skip
    assert table.rows.empty
