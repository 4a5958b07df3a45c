"""Coordinates as people write them are read; what looks like some and is not understood is asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from mtqg_geo.loading.sheets.headings import understand
from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.programme.model import LANGUAGES
from tests.long import DEAR
from tests.mtqg_geo.loading.sheets import sheet_of
from tests.mtqg_geo.loading.workbooks import read_as, told

HEAD = ("Tên công trình", "Loại công trình", "Dự án", "Năm", "Mã xã")
VAN_SON, AN_LAC = (106.906654, 21.414886), (106.960574, 21.321)  # in communes 07621 and 07645


def table_of(data, headings, *places, communes=("07621", "07645")):
    """Read sites at places written below some headings, in communes of the province."""
    rows = [
        (f"Chợ {n}", "Chợ", "DA4.TDA1", "2023", communes[n % len(communes)], *place)
        for n, place in enumerate(places)
    ]
    return read_as(read_sites, sheet_of((*HEAD, *headings), *rows), data)


def places_of(table):
    assert table.errors == ()
    assert set(table.rows["location"]) == {"exact"}
    return table.rows[["lon", "lat"]].to_numpy().round(6).tolist()


def in_metres(lon, lat, crs="EPSG:9214"):
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    return f"{x:.2f}", f"{y:.2f}"


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("Vĩ độ (Y)", "Kinh độ (X)"),
        ("Tọa độ Y", "Tọa độ X"),
        ("Tọa độ X", "Tọa độ Y"),  # as surveyors call them
        ("Tọa độ X hệ VN-2000", "Tọa độ Y hệ VN-2000"),
        ("N", "E"),
        ("_Toạ độ_latitude", "_Toạ độ_longitude"),
        ("gps-Latitude", "gps-Longitude"),
        ("_x_latitude", "_x_longitude"),
        ("diem/vi_tri/latitude", "diem/vi_tri/longitude"),
        ("Vĩ độ WGS84", "Kinh độ WGS84"),
        ("VĨ ĐỘ ĐIỂM ĐẶT", "KINH ĐỘ ĐIỂM ĐẶT"),
        ("X (m)", "Y (m)"),
        ("lat", "lng"),
        ("POINT_Y", "POINT_X"),  # as ArcGIS writes them
        ("ycoord", "xcoord"),  # and QGIS
    ],
)
def test_two_columns_of_coordinates_are_known_by_many_headings(data, lat, lon):
    table = table_of(data, (lat, lon), VAN_SON[::-1], AN_LAC[::-1])
    assert places_of(table) == [[*VAN_SON], [*AN_LAC]]
    assert {code for _, code in told(table.warnings)} <= {"works_id_made"}


@pytest.mark.long
def test_a_coarse_number_among_unread_coordinates_is_one_too(data):
    table = table_of(data, ("A1", "A2"), ("106.906654", "21.414886"), ("106.96", "21.32"))
    assert told(table.errors) == [
        (2, "works_coordinates_unread"),
        (3, "works_coordinates_unread"),
    ]


def test_a_heading_above_both_axes_names_neither(data):
    head = (*HEAD, "Tọa độ VN-2000", "")
    axes = ("",) * 5 + ("X", "Y")
    rows = [("Chợ", "Chợ", "DA4.TDA1", "2023", "07621", *in_metres(*VAN_SON)[::-1])]
    sheet = sheet_of(head, axes, *rows)
    assert [column.field for column in understand(sheet, data.catalog).columns][-2:] == [
        "lon",
        "lat",
    ]
    assert places_of(read_as(read_sites, sheet, data)) == [[*VAN_SON]]


TOGETHER = ("Tọa độ", "TOẠ ĐỘ GPS", "Vị trí", "Tọa độ (kinh độ, vĩ độ)", "Long/Lat")
BOTH = (
    "21.414886, 106.906654",
    "106,906654; 21,414886",
    "21,414886, 106,906654",
    "21.414886 106.906654 120 5",
    "POINT (106.906654 21.414886)",
    "Vĩ độ: 21,414886 - Kinh độ: 106,906654",
    "21°24'53.59\"N 106°54'23.954\"E",
    "21°24’53,59”B; 106°54’23,954”Đ",
    "https://www.google.com/maps/place/X/@21.414886,106.906654,17z",
)


@pytest.mark.parametrize("heading", TOGETHER)
def test_one_cell_may_hold_both_in_any_spelling(data, heading):
    places = places_of(table_of(data, (heading,), *zip(BOTH), communes=("07621",)))
    assert places == [pytest.approx(VAN_SON, abs=2e-6)] * len(BOTH)


@pytest.mark.long
@pytest.mark.parametrize("heading", TOGETHER)
@pytest.mark.parametrize("text", BOTH)
def test_a_spelling_is_read_without_others_beside_it(data, heading, text):
    [place] = places_of(table_of(data, (heading,), (text,)))
    assert place == pytest.approx(VAN_SON, abs=2e-6)


def test_a_place_in_words_is_no_place_and_no_reason_to_refuse_a_site(data):
    table = table_of(data, ("Vị trí",), ("Thôn Mới, gần UBND xã",), ("trong huyện",))
    assert table.errors == ()
    assert table.rows["location"].to_list() == ["commune", "district"]
    [warning] = [each for each in table.warnings if each.code == "works_location_words"]
    assert (warning.row, warning.said("count")) == (2, 1)


def test_the_two_columns_go_before_the_cell_with_both(data):
    head = ("toa_do", "_toa_do_latitude", "_toa_do_longitude")
    cell = "21.321 106.960574 0 0"
    table = table_of(data, head, (cell, *VAN_SON[::-1]), (cell, "", ""))
    assert places_of(table) == [[*VAN_SON], [*AN_LAC]]


@pytest.mark.parametrize("turned", [False, True], ids=["east first", "north first"])
@pytest.mark.parametrize("zone", ["EPSG:9214", "EPSG:9213", "EPSG:9215"])
def test_metres_of_vn_2000_are_put_into_the_communes_they_name(data, zone, turned):
    metres = [in_metres(*place, zone)[:: -1 if turned else 1] for place in (VAN_SON, AN_LAC)]
    table = table_of(data, ("X", "Y"), *metres)
    assert places_of(table) == [[*VAN_SON], [*AN_LAC]]
    [warning] = [each for each in table.warnings if each.code == "works_metres_read"]
    assert "VN-2000 / 10" in warning.text("vi")
    assert warning.said("count") == 2


def test_metres_may_be_grouped_and_share_a_cell(data):
    text = "X = 2.368.945,12; Y = 490.327,50"
    [place] = places_of(table_of(data, ("Tọa độ VN2000",), (text,)))
    assert [float(each) for each in in_metres(*place)] == pytest.approx(
        [490327.5, 2368945.12], abs=0.2
    )


def test_metres_without_a_commune_are_of_the_zone_of_the_province(data):
    table = table_of(data, ("X", "Y"), in_metres(*VAN_SON), communes=("",))
    assert places_of(table) == [[*VAN_SON]]
    assert table.rows["commune_code"].to_list() == ["07621"]


@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:3405", "EPSG:32649"])
def test_metres_that_two_systems_could_be_are_refused(data, crs):
    """VN-2000 and WGS 84 in one zone of 6° differ by 200 m: both put the site into its commune."""
    table = table_of(data, ("X", "Y"), in_metres(*VAN_SON, crs))
    assert {code for _, code in told(table.errors)} == {"works_metres"}
    assert table.rows.empty


@pytest.mark.parametrize(
    ("lon", "lat", "meant"),
    [
        ("106906654", "21414886", "106,906654"),
        ("106842", "212935", "106,842"),
        (1069066, 2141489, "106,9066"),  # no northing of the province has seven such digits
        ("106.906.654", "21.414.886", "106,906654"),
        (10691, 2141, "106,91"),
        (10696057, 2132100, "106,96057"),
    ],
)
def test_a_lost_decimal_mark_is_called_so_and_nothing_is_guessed(data, lon, lat, meant):
    table = table_of(data, ("Kinh độ", "Vĩ độ"), (lon, lat))
    assert told(table.errors) == [(2, "works_decimal_lost")] * 2
    assert meant in table.errors[0].text("vi")
    assert "VN-2000" not in table.errors[0].text("vi")


def test_one_of_two_values_may_have_lost_its_mark(data):
    table = table_of(data, ("Kinh độ", "Vĩ độ"), ("106.906654", 21414))
    assert [(e.code, e.letter) for e in table.errors] == [("works_decimal_lost", "G")]
    assert "21,414" in table.errors[0].text("vi")


def test_metres_of_another_place_are_no_lost_decimal_marks(data):
    table = table_of(data, ("X", "Y"), ("600000", "2374000"))
    assert {code for _, code in told(table.errors)} == {"works_metres"}


@pytest.mark.parametrize(
    ("headings", "place"),
    [
        (("Tọa độ điểm đầu",), ("km 12",)),
        (("Ảnh GPS",), ("IMG_0012.jpg",)),
        (("Định vị",), ("21.414886, 106.906654",)),
        (("Bắc", "Đông"), ("21.414886", "106.906654")),
        (("Cột 1", "Cột 2"), ("21°24'53\"", "106°54'24\"")),
        (("B (m)", "Đ (m)"), in_metres(*VAN_SON)[::-1]),
        (("Liên kết",), ("https://maps.app.goo.gl/AbCdEf",)),
        (("Liên kết",), ("https://maps.google.com/?q=21.414886,106.906654",)),
        (("VN2000 - 1", "VN2000 - 2"), in_metres(*VAN_SON)),
    ],
)
def test_what_looks_like_coordinates_is_asked_about_and_never_put_anywhere(data, headings, place):
    table = table_of(data, headings, place, ("",) * len(place))
    assert told(table.errors) == [(2, "works_coordinates_unread")]
    assert headings[0] in table.errors[0].text("vi") or headings[1] in table.errors[0].text("vi")
    assert table.rows["location"].to_list() == ["commune"]  # the row that says nothing of a place


@pytest.mark.parametrize(
    ("headings", "place"),
    [
        (("Vốn (triệu đồng)", "Số hộ"), ("106.5", "21")),
        (("Vốn (nghìn đồng)", "Đã giải ngân"), ("1200000", "400000")),
        (("Ghi chú",), ("đợt 1, 2",)),
        (("Giai đoạn",), ("2021-2025",)),
    ],
)
def test_other_columns_are_no_coordinates(data, headings, place):
    table = table_of(data, headings, place)
    assert (table.errors, table.rows["location"].to_list()) == ((), ["commune"])


def dms(degrees, mark="."):
    minutes, seconds = divmod(round(degrees * 3600, 2), 60)
    whole, minutes = divmod(int(minutes), 60)
    return f"{whole}°{minutes:02d}'{seconds:05.2f}\"".replace(".", mark)


def in_km(lon, lat):
    return tuple(f"{float(metres) / 1000:.5f}" for metres in in_metres(lon, lat))


SPACED = str.maketrans("°'", "  ", '"')
WAYS = {
    "decimal": lambda lon, lat: (f"{lon:.6f}", f"{lat:.6f}"),
    "comma": lambda lon, lat: (f"{lon:.6f}".replace(".", ","), f"{lat:.6f}".replace(".", ",")),
    "swapped": lambda lon, lat: (f"{lat:.6f}", f"{lon:.6f}"),
    "dms": lambda lon, lat: (dms(lon), dms(lat)),
    "dms, comma": lambda lon, lat: (dms(lon, ",") + " Đ", dms(lat, ",") + " B"),
    "spaced": lambda lon, lat: (dms(lon).translate(SPACED), dms(lat).translate(SPACED)),
    "no mark of minutes": lambda lon, lat: (dms(lon).replace("'", " "), dms(lat).replace("'", " ")),
    "d": lambda lon, lat: (dms(lon).replace("°", "d"), dms(lat).replace("°", "d")),
    "metres": in_metres,
    "km": in_km,
    "metres, north first": lambda lon, lat: in_metres(lon, lat)[::-1],
}


@DEAR
@given(lon=st.floats(106.001, 106.999), lat=st.floats(21.001, 21.999), in_one=st.booleans())
def test_a_point_comes_back_within_a_metre_however_it_was_written(squares, lon, lat, in_one):
    written = [way(lon, lat) for way in WAYS.values()]
    if in_one:
        head, places = ("Tọa độ",), [("; ".join(place),) for place in written]
    else:
        head, places = ("Kinh độ", "Vĩ độ"), written
    table = table_of(squares(), head, *places, communes=("00001",))
    assert table.errors == ()
    got = table.rows[["lon", "lat"]].to_numpy().T
    off_m = Geod(ellps="WGS84").inv(*got, np.full_like(got[0], lon), np.full_like(got[0], lat))[2]
    assert off_m.max() < 1


def test_kilometres_of_three_decimals_are_not_taken_for_thousands(data):
    x, y = (round(float(metres) / 1000, 3) for metres in in_metres(*AN_LAC))
    table = table_of(data, ("X (km)", "Y (km)"), (str(y), str(x)), communes=("07645",))
    assert np.abs(np.array(places_of(table)) - AN_LAC).max() < 1e-5


def test_every_sentence_about_coordinates_is_there_in_both_languages(data):
    texts = ("đông", "600000; 2374000", "106842; 212935", "21.3")
    table = table_of(data, ("Tọa độ",), *((text,) for text in texts))
    assert {e.code for e in table.errors} == {"works_point", "works_metres", "works_decimal_lost"}
    assert all(each.text(lang) for each in table.errors for lang in LANGUAGES)
