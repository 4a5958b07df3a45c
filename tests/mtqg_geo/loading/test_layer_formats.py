"""Sites and roads in the formats planners have: what becomes of their layers, in words too."""

from unittest import mock

import geopandas as gpd
import pytest
import shapely

import geo.io
from mtqg_geo.loading.reading.layers import type_reader
from mtqg_geo.loading.summary import read_line, set_aside_lines, upload_json
from mtqg_geo.loading.upload import FILES, check_upload
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import error_text
from tests.geo.layer_files import zipped
from tests.mtqg_geo.loading.workbooks import told

POINT = "<Point><coordinates>106.25,21.75,0</coordinates></Point>"
LINE = "<LineString><coordinates>106.1,21.6 106.2,21.7</coordinates></LineString>"
SAID = "Dự án: DA4.TDA1\nNăm: 2023"


def placemark(name, shape, description=SAID):
    return (
        f"<Placemark><name>{name}</name><description>{description}</description>{shape}</Placemark>"
    )


def kml(*placemarks):
    return f"<kml><Document><Folder>{''.join(placemarks)}</Folder></Document></kml>".encode()


def gpx(*, desc=SAID, kind="user"):
    return (
        f'<gpx><wpt lat="21.75" lon="106.25"><name>Chợ Một</name><desc>{desc}</desc>'
        f"<type>{kind}</type></wpt><trk><name>Đường Một</name><desc>{desc}</desc><trkseg>"
        '<trkpt lat="21.6" lon="106.1"/><trkpt lat="21.7" lon="106.2"/></trkseg></trk></gpx>'
    ).encode()


def checked(content, name, data, **options):
    """Check a file in this process: the child that reads it has tests of its own."""
    with mock.patch("mtqg_geo.loading.reading.layers.read_untrusted", geo.io.read_layer):
        return check_upload(content, name, data, **options)


def layers(folder, **given):
    """Return a GeoPackage with some layers, each a line or a point with the columns of a work."""
    columns = {"ten": ["Chợ Một"], "du_an": ["DA4.TDA1"], "nam": [2023], "loai": ["Chợ"]}
    for name, shape in given.items():
        frame = gpd.GeoDataFrame(columns, geometry=[shape], crs="EPSG:4326")
        frame.to_file(folder / "a.gpkg", layer=name)
    return (folder / "a.gpkg").read_bytes()


HERE, THERE = shapely.Point(106.25, 21.75), shapely.Point(106.26, 21.76)
ROAD = shapely.LineString([(106.1, 21.6), (106.2, 21.7)])


def test_a_file_of_a_phone_holds_sites_and_roads(squares):
    upload = checked(gpx(), "đi.gpx", squares())

    sites, roads = upload.tables
    assert (sites.kind, roads.kind, upload.errors) == ("sites", "roads", ())
    assert sites.rows[["name", "facility", "project", "lon", "lat"]].to_numpy().tolist() == [
        ["Chợ Một", "market", "DA4.TDA1", 106.25, 21.75]
    ]
    assert roads.rows["name"].tolist() == ["Đường Một"]
    assert [each for each in told(sites.warnings) if each[1] == "works_typed_by_name"] == [
        (1, "works_typed_by_name")
    ]
    assert read_line(upload, "vi") == "Đã đọc đi.gpx: 2 đối tượng (GPX)."
    assert '"format": "GPX"' in upload_json(upload, "vi")


@pytest.mark.parametrize("name", ["a.kml", "a.kmz"])
def test_a_type_in_the_description_counts_more_than_the_name(squares, tmp_path, name):
    said = f"{SAID}\nLoại công trình: Trường học"
    content = kml(placemark("Chợ Một", POINT, said), placemark("Chợ Hai", POINT))

    if name == "a.kmz":
        content = zipped(tmp_path / name, {"doc.kml": content}).read_bytes()

    [table] = checked(content, name, squares()).tables

    assert table.rows["facility"].tolist() == ["school", "market"]
    [note] = [each for each in table.warnings if each.code == "works_typed_by_name"]
    assert note.values == {"count": 1, "example": "Chợ Hai: Chợ"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Trạm y tế xã An Lạc", "Trạm y tế"),
        ("CHỢ", "Chợ"),
        ("Nhà văn hoá thôn Mới", "Nhà văn hóa"),
        ("Trường Mầm non", "Trường học"),
        ("Chợt", None),
        ("Cầu Chợ", None),
    ],
)
def test_a_type_is_told_by_the_first_words_of_a_name(squares, name, kind):
    assert type_reader(squares())(name) == kind


def test_what_lacks_says_how_to_write_it_there(squares):
    upload = checked(kml(placemark("Chợ Một", POINT, "")), "a.kml", squares())

    assert {error.code for error in upload.errors} == {"works_no_project", "works_no_year"}
    [advice] = [each for each in upload.warnings if each.code == "works_described"]
    assert "“Dự án: DA4.TDA1”" in advice.text("vi")
    assert "GeoPackage" in advice.text("vi")


def test_nobody_signs_below_the_features_of_a_layer(squares):
    upload = checked(kml(placemark("Chợ Một", POINT, "Ghi chú: mới sửa")), "a.kml", squares())
    assert {error.code for error in upload.errors} == {"works_no_project", "works_no_year"}
    assert "load_below_table" not in {each.code for each in upload.warnings}


def test_a_track_without_a_name_is_a_row_that_lacks_it(squares):
    content = gpx().replace("<name>Đường Một</name>".encode(), b"")
    named = content.replace("<name>Chợ Một</name>".encode(), b"")

    for given, n_missing in ((content, 1), (named, 2)):
        upload = checked(given, "đi.gpx", squares())
        codes = [error.code for error in upload.errors]
        assert codes.count("works_no_name") == n_missing
        assert len(upload.tables) == 2


def test_a_table_has_no_layer_to_choose(squares):
    with pytest.raises(LoadError, match=r"a.csv is a file of tables and has no layer xa"):
        check_upload(b"x", "a.csv", squares(), layer="xa")


def test_a_point_among_roads_of_other_formats_stays_a_row_that_is_wrong(squares, tmp_path):
    columns = {"ten": ["Đường", "Điểm"], "du_an": "DA4.TDA1", "nam": 2023}
    frame = gpd.GeoDataFrame(columns, geometry=[ROAD, HERE], crs="EPSG:4326")
    frame.to_file(tmp_path / "a.geojson")

    [table] = checked((tmp_path / "a.geojson").read_bytes(), "a.json", squares()).tables

    assert table.kind == "roads"
    assert told(table.errors) == [(2, "works_no_line")]


def test_of_several_layers_the_one_that_fits_is_taken_with_a_word(squares, tmp_path):
    content = layers(tmp_path, xa=shapely.box(106, 21, 107, 22), cho=HERE)

    upload = checked(content, "công trình.gpkg", squares())

    assert upload.errors == ()
    assert read_line(upload, "vi") == (
        "Đã đọc công trình.gpkg: 1 đối tượng (GeoPackage, lớp “cho”)."
    )
    assert "Không dùng các lớp: xa." in set_aside_lines(upload, "vi")


def test_of_several_that_fit_one_is_chosen_by_name_or_kind(squares, tmp_path):
    content = layers(tmp_path, cho=HERE, cho2=THERE, duong=ROAD)

    with pytest.raises(LoadError) as caught:
        checked(content, "a.gpkg", squares())
    assert caught.value.code == "many_layers"
    assert caught.value.values["layers"] == ["cho", "cho2", "duong"]
    assert error_text(caught.value, "vi").startswith("a.gpkg chứa 3 lớp (cho, cho2, duong); hãy")
    [table] = checked(content, "a.gpkg", squares(), layer="cho2").tables
    assert table.rows["lon"].tolist() == [106.26]
    [table] = checked(content, "a.gpkg", squares(), kind="roads").tables
    assert table.kind == "roads"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hien_trang.dgn", "là bản vẽ MicroStation (DGN)"),
        ("duong.rar", "là tệp nén RAR"),
        ("duong.dbf", "chỉ là một phần của lớp (Shapefile)"),
        ("ghi.pdf", "hãy dùng một trong: .xlsx"),
    ],
)
def test_a_file_of_another_kind_says_what_to_send(squares, name, words):
    with pytest.raises(LoadError) as caught:
        check_upload(b"x", name, squares())
    assert error_text(caught.value, "vi").startswith(name)
    assert words in error_text(caught.value, "vi")
    assert ".kmz" in FILES


def numbered(frame, path):
    """Write a layer as a program writes it that numbers its features from the beginning."""
    if path.suffix == ".geojson":
        text = frame.to_json()  # each feature with its number, which is none of its properties
        assert '"id": "0"' in text
        return text.encode()
    frame = frame.assign(id=range(1, len(frame) + 1))
    if path.suffix == ".gpkg":
        frame.to_file(path)
        return path.read_bytes()
    folder = path.with_suffix("")
    folder.mkdir()
    frame.to_file(folder / "duong.shp")
    return zipped(path, {each.name: each.read_bytes() for each in folder.iterdir()}).read_bytes()


@pytest.mark.long
@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".zip"])
def test_two_files_that_are_numbered_from_the_beginning_hold_four_roads(squares, tmp_path, suffix):
    found = []
    for district, shift in (("Một", 0), ("Hai", 2)):
        lines = [shapely.affinity.translate(ROAD, shift, by / 10) for by in (0, 1)]
        names = [f"Đường {district} {number}" for number in (1, 2)]
        columns = {"name": names, "du_an": "DA4.TDA1", "nam": 2023}
        frame = gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:4326")
        path = tmp_path / f"{district}{suffix}"
        upload = checked(numbered(frame, path), path.name, squares(), kind="roads")
        assert upload.errors == ()
        found += upload.good["roads"]["id"].tolist()
    assert len(set(found)) == 4
