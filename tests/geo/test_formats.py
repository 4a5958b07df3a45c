"""Files as other programs write them: GeoPackages of QGIS, archives, Google Earth, phones, MapInfo."""

import json
import re
import sqlite3
import struct
import zipfile

import pytest
import shapely

from data.boundaries.catalogue import write_shapefile
from geo.errors import ReadError
from geo.formats import DRIVERS, EXPLAINED, FORMATS, SUFFIXES, instead
from geo.io import origin_of, read_layer
from geo.sandbox import read_untrusted
from tests.geo.layer_files import (
    NAMES,
    PARTS,
    communes,
    communes_as_kml,
    kml,
    placemark,
    points,
    roads,
    shapefile,
    some,
    written_by_gdal,
    zipped,
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return written_by_gdal(tmp_path_factory.mktemp("written"))


def assert_is_communes(layer, *, form, name="ten_xa"):
    assert layer["ma_xa"].tolist() == ["07615", "07616"]
    assert layer[name].tolist() == NAMES
    assert layer.crs == "EPSG:4326"
    apart = layer.geometry.symmetric_difference(communes().geometry)  # TAB rounds to a grid
    assert (shapely.area(apart.array) < 1e-5).all()
    origin = origin_of(layer)
    assert (origin.format, origin.rows) == (form, 2)


# Archives of other tools


def test_what_a_mac_leaves_beside_the_files_is_no_layer(written, tmp_path):
    beside = {f"._{name}": b"\x00\x05\x16\x07" for name in shapefile(written)}
    members = {**shapefile(written), **beside, "__MACOSX/._xa.shp": b"", "đọc.pdf": b"%PDF"}

    assert_is_communes(read_layer(zipped(tmp_path / "a.zip", members)), form="Shapefile")


@pytest.mark.parametrize(
    "spelled",
    [
        lambda name: f"ranh gioi\\{name}",
        lambda name: f"Xã (1)/RANH GIỚI/{name.upper()}",
        lambda name: name.replace("xa", "XA") if name.endswith((".shp", ".prj")) else name,
        lambda name: "cũ\\mới\\" + name.replace("xa", "Xa").replace("shp", "SHP"),
    ],
)
def test_parts_of_a_layer_are_found_however_they_are_spelled(written, tmp_path, spelled):
    path = zipped(tmp_path / "a.zip", shapefile(written, name=spelled))

    assert_is_communes(read_layer(path), form="Shapefile")


@pytest.mark.parametrize("mode", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
def test_other_ways_of_compressing_are_unpacked(written, tmp_path, mode):
    path = zipped(tmp_path / "a.zip", shapefile(written), mode=mode)

    assert_is_communes(read_layer(path), form="Shapefile")


@pytest.mark.parametrize(("method", "called"), [(9, "Deflate64"), (98, "PPMd"), (77, "77")])
def test_a_way_of_compressing_that_is_not_known_is_named(written, tmp_path, method, called):
    path = zipped(tmp_path / "a.zip", shapefile(written))
    content = re.sub(
        rb"(PK\x01\x02.{6})..", lambda found: found[1] + struct.pack("<H", method), path.read_bytes(),
        flags=re.DOTALL,
    )  # fmt: skip
    path.write_bytes(content)

    with pytest.raises(ReadError, match=rf"method {called}, .* with the ordinary method"):
        read_layer(path)


def test_an_archive_in_an_archive_is_opened(written, tmp_path):
    inner = zipped(tmp_path / "xa.zip", shapefile(written)).read_bytes()
    path = zipped(tmp_path / "a.zip", {"Thư mục/xa.zip": inner, "đọc trước.txt": b"x"})

    assert_is_communes(read_layer(path), form="Shapefile")


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("content", "kind"), [(b"7z\xbc\xaf\x27\x1c\x00\x04", "7Z"), (b"Rar!\x1a\x07\x01\x00", "RAR")]
)
def test_another_archive_is_named_by_its_content_its_name_or_inside(tmp_path, content, kind):
    named = tmp_path / f"a.{kind.lower()}"
    named.write_bytes(content)
    (tmp_path / "a.zip").write_bytes(content)
    inside = zipped(tmp_path / "b.zip", {named.name: content})

    for path in (named, tmp_path / "a.zip", inside):
        with pytest.raises(ReadError, match=rf"is a {kind} archive.* as an ordinary \.zip\."):
            read_untrusted(path)


def test_notes_as_json_beside_a_layer_are_no_layer(written, tmp_path):
    path = zipped(tmp_path / "a.zip", {**shapefile(written), "metadata.json": b'{"by": "x"}'})

    assert_is_communes(read_layer(path), form="Shapefile")


def test_layers_of_an_archive_are_chosen_by_name_or_by_their_shapes(written, tmp_path):
    write_shapefile(points(), tmp_path / "ct.shp")
    other = {f"ct{suffix}": (tmp_path / f"ct{suffix}").read_bytes() for suffix in PARTS}
    path = zipped(tmp_path / "a.zip", {**shapefile(written), **other})

    with pytest.raises(ReadError, match=r"holds 2 layers \(.*xa.shp") as caught:
        read_layer(path)
    said = caught.value
    assert sorted(said.values["layers"]) == ["ct.shp", "xa.shp"]
    assert_is_communes(read_layer(path, layer="xa.shp"), form="Shapefile")
    taken = read_layer(path, shapes=["area"])
    assert_is_communes(taken, form="Shapefile")
    assert (origin_of(taken).layer, origin_of(taken).left) == ("xa.shp", ("ct.shp",))
    with pytest.raises(ReadError, match=r"has no layer XA; it has .*xa.shp"):
        read_layer(path, layer="XA")


# GeoPackages


def geopackage(path, *statements, **layers):
    for name, layer in layers.items():
        layer.to_file(path, layer=name)
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


STYLES = (
    "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_name TEXT, styleQML TEXT)",
    "INSERT INTO layer_styles VALUES (1, 'xa', '<qgis/>')",
    "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
    "VALUES ('layer_styles', 'attributes', 'layer_styles')",
    "CREATE TABLE so_lieu (id INTEGER PRIMARY KEY, ma_xa TEXT, so_ho INTEGER)",
    "INSERT INTO so_lieu VALUES (1, '07615', 5)",
    "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
    "VALUES ('so_lieu', 'attributes', 'so_lieu')",
)


def test_styles_and_tables_beside_a_layer_are_no_layers(tmp_path):
    path = geopackage(tmp_path / "xa.gpkg", *STYLES, xa=communes())

    layer = read_layer(path)

    assert_is_communes(layer, form="GeoPackage")
    assert (origin_of(layer).layer, origin_of(layer).left) == ("xa", ())


def test_the_layer_that_fits_is_taken_and_an_empty_one_never_fits(tmp_path):
    path = geopackage(
        tmp_path / "xa.gpkg", xa=communes(), ct=points(), nhap=communes().iloc[:0], duong=roads()
    )

    taken = read_layer(path, shapes=["area"])

    assert_is_communes(taken, form="GeoPackage")
    assert sorted(origin_of(taken).left) == ["ct", "duong", "nhap"]
    with pytest.raises(ReadError, match=r"holds 2 layers \(ct, duong\)"):
        read_layer(path, shapes=["point", "line"])


def copied_while_open(path):
    """Leave a GeoPackage as it lies there while QGIS is writing to it: its last row in the WAL."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA wal_autocheckpoint = 0")
    for [trigger] in database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        database.execute(f'DROP TRIGGER "{trigger}"')  # they need functions of GDAL
    database.execute("UPDATE xa SET ten_xa = 'Xã Mới' WHERE ma_xa = '07616'")
    database.commit()
    content, wal = path.read_bytes(), path.with_name(f"{path.name}-wal").read_bytes()
    database.close()
    return content, wal


def test_a_geopackage_still_open_elsewhere_says_so_unless_its_changes_come_along(tmp_path):
    content, wal = copied_while_open(geopackage(tmp_path / "xa.gpkg", xa=communes()))
    alone, beside = tmp_path / "alone.gpkg", tmp_path / "beside.gpkg"
    alone.write_bytes(content)
    beside.write_bytes(content)
    (tmp_path / "beside.gpkg-wal").write_bytes(wal)
    both = zipped(tmp_path / "a.zip", {"x/XA.gpkg": content, "x/xa.gpkg-wal": wal})

    told = {path: origin_of(layer).is_open for path in (alone, beside, both)
            if (layer := read_layer(path)) is not None}  # fmt: skip
    assert told == {alone: True, beside: False, both: False}
    assert read_layer(alone)["ten_xa"].tolist() == NAMES
    assert read_layer(beside)["ten_xa"].tolist() == ["Xã An Lạc", "Xã Mới"]
    assert read_layer(both)["ten_xa"].tolist() == ["Xã An Lạc", "Xã Mới"]
    assert (tmp_path / "beside.gpkg-wal").read_bytes() == wal  # nothing of the sender's is touched


# GeoJSON


def test_geojson_by_other_names_and_an_object_a_line(tmp_path):
    features = json.loads(communes().to_json(to_wgs84=True))["features"]
    lines = [json.dumps(each, ensure_ascii=False) for each in features]
    texts = {
        "a.json": communes().to_json(to_wgs84=True),
        "b.json": "\ufeff" + "\r\n".join(lines) + "\r\n",
        "c.geojsonl": "\n".join(lines),
        "d.geojson": "\x1e" + "\n\x1e".join(lines) + "\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert_is_communes(read_layer(tmp_path / name), form="GeoJSON")
    for text in ("\n".join(lines)[:-20], "\n".join([*lines, "[1]"]), "\n".join([*lines, "x"])):
        (tmp_path / "cut.json").write_text(text, encoding="utf-8")
        with pytest.raises(ReadError, match=r"cut.json is no (GeoJSON|collection)"):
            read_layer(tmp_path / "cut.json")


# KML and GPX


@pytest.mark.parametrize(
    "attributes",
    [
        '<ExtendedData><Data name="ma_xa"><value>{}</value></Data></ExtendedData>',
        '<ExtendedData><SchemaData schemaUrl="#none"><SimpleData name="NAME"/>'
        '<SimpleData name="ma_xa">{}</SimpleData>'
        "</SchemaData></ExtendedData>",
        "<description><![CDATA[<html><body><table><tr><td colspan=2>Xã</td></tr><tr><td><table>"
        "<tr><td>FID</td><td>0</td></tr><tr bgcolor='#D4E4F3'><td>ma_xa</td><td>{}</td></tr>"
        "<tr><td>ghi_chu</td><td>&lt;Null&gt;</td></tr></table></td></tr></table>]]></description>",
        "<description>&lt;b&gt;ma_xa&lt;/b&gt;: {}&lt;br/&gt;dân số: 5.000</description>",
    ],
)
def test_attributes_of_google_earth_are_columns_wherever_they_stand(tmp_path, attributes):
    path = tmp_path / "xa.kml"
    path.write_text(communes_as_kml(attributes), encoding="utf-8")
    layer = read_layer(path)

    assert_is_communes(layer, form="KML", name="name")
    assert layer["folder"].tolist() == ["Huyện Sơn Động"] * 2
    assert "ghi_chu" not in layer
    assert_is_communes(
        read_layer(zipped(tmp_path / "xa.kmz", {"doc.kml": path.read_bytes(), "a.png": b"x"})),
        form="KML",
        name="name",
    )


def test_a_kmz_whose_first_file_only_links_the_others_is_read(tmp_path):
    link = "<kml><NetworkLink><Link><href>files/xa.kml</href></Link></NetworkLink></kml>"
    places = communes_as_kml("<description>ma_xa: {}</description>")
    path = zipped(tmp_path / "a.kmz", {"doc.kml": link, "files/xa.kml": places})

    layer = read_layer(path)

    assert_is_communes(layer, form="KML", name="name")
    assert (origin_of(layer).layer, origin_of(layer).left) == ("files/xa.kml", ("doc.kml",))


def test_shapes_of_kml_are_those_a_person_sees(tmp_path):
    hole = "<innerBoundaryIs><LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing>"
    ring = "<outerBoundaryIs><LinearRing><coordinates>0,0 9,0 9,9 0,0</coordinates></LinearRing>"
    area = f"<Polygon>{ring}</outerBoundaryIs>{hole}</innerBoundaryIs></Polygon>"
    label = "<Point><coordinates>1,1</coordinates></Point>"
    track = (
        "<gx:Track><when>x</when><gx:coord>1 2 3</gx:coord><gx:coord>2 3 4</gx:coord></gx:Track>"
    )
    path = tmp_path / "a.kml"
    path.write_text(
        kml(
            placemark("hai phần", f"<MultiGeometry>{label}{area}{area}</MultiGeometry>"),
            placemark("nhãn", f"<MultiGeometry>{label}{area}</MultiGeometry>"),
            placemark("máy đo", track),
            placemark("dấu cách", "<Point><coordinates> 106.1 , 21.2 , 0 </coordinates></Point>"),
            placemark("không hình", ""),
        )
    )

    layer = read_layer(path)

    assert layer.geometry.geom_type.tolist()[:4] == [
        "MultiPolygon", "Polygon", "LineString", "Point",
    ]  # fmt: skip
    assert layer.geometry.iloc[1].area == pytest.approx(81 / 2 - 1 / 2)
    assert layer.geometry.iloc[3].coords[0] == (106.1, 21.2)
    assert layer.geometry.iloc[4] is None


def test_waypoints_are_points_routes_and_tracks_are_lines(tmp_path):
    path = tmp_path / "đi.gpx"
    path.write_text(
        '<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"><metadata/>'
        '<wpt lat="21.3" lon="106.9"><ele>5</ele><name>Chợ</name><desc>Năm: 2023</desc></wpt>'
        '<rte><name>Lộ</name><rtept lat="1" lon="2"/><rtept lat="3" lon="4"/></rte>'
        '<trk><name>Đường</name><trkseg><trkpt lat="1" lon="2"/><trkpt lat="1" lon="3"/></trkseg>'
        '<trkseg><trkpt lat="2" lon="2"/><trkpt lat="2" lon="3"/></trkseg></trk></gpx>'
    )

    layer = read_layer(path)

    assert layer["name"].tolist() == ["Chợ", "Lộ", "Đường"]
    assert layer.geometry.to_wkt().tolist() == [
        "POINT (106.9 21.3)",
        "LINESTRING (2 1, 4 3)",
        "MULTILINESTRING ((2 1, 3 1), (2 2, 3 2))",
    ]
    assert layer["Năm"].iloc[0] == "2023"


LINKED = (
    "<NetworkLink><Link><href>{}</href></Link></NetworkLink>"
    "<NetworkLink><Url><href>{}</href></Url></NetworkLink>"
)
POINT = "<Point><coordinates>106,21</coordinates></Point>"
BAD_XML = {
    "cut.kml": (communes_as_kml("")[:-30], r"is no KML inside, or it is cut short; save it as KML"),
    "html.kml": ("<html></html>", r"is no KML inside"),
    "cut.gpx": ("<gpx><wpt lat='1' lon='2'>", r"is no GPX inside, or it is cut short"),
    "places.gpx": (communes_as_kml(""), r"is no GPX inside"),
    "letters.gpx": ("<gpx><wpt lat='21,3' lon='106'/></gpx>", r"are no two numbers \(106,21,3\)"),
    "letters.kml": (
        kml(placemark("a", "<Point><coordinates>106°30'</coordinates></Point>")),
        r"are no two numbers \(106°30'\)",
    ),
    "inside.kml": (
        kml(placemark("a", POINT, more=placemark("b", POINT))),
        r"Only 1 of the 2 rows of inside.kml could be read",
    ),
    "inside.gpx": (
        "<gpx><wpt lat='21' lon='106'><wpt lat='21' lon='106'/></wpt></gpx>",
        r"Only 1 of the 2 rows of inside.gpx could be read",
    ),
    "bomb.kml": (
        '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><kml>&b;</kml>',
        r"is no KML inside",
    ),
    "deep.kml": ("<kml>" + "<Folder>" * 300 + "</Folder>" * 300 + "</kml>", r"is no KML inside"),
}


@pytest.mark.parametrize("name", BAD_XML)
def test_broken_kml_and_gpx_say_what_is_wrong(tmp_path, name):
    text, sentence = BAD_XML[name]
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(ReadError, match=sentence):
        read_layer(tmp_path / name)


# MapInfo


@pytest.mark.parametrize(("suffix", "form"), [(".tab", "MapInfo TAB"), (".mif", "MapInfo MIF")])
def test_mapinfo_is_read_beside_its_parts_or_zipped(written, tmp_path, suffix, form):
    parts = some(written, ".tab", ".dat", ".map", ".id", ".mif", ".mid")
    parts = {name: parts[name] for name in parts if "/" not in name}
    for name, content in parts.items():
        (tmp_path / name.upper()).write_bytes(content)
    kept = {n: c for n, c in parts.items() if n.endswith((".mif", ".mid")) == (suffix == ".mif")}
    mixed = {name.upper() if name.endswith(suffix) else name: kept[name] for name in kept}

    assert_is_communes(read_layer(tmp_path / f"XA{suffix.upper()}"), form=form)
    assert_is_communes(read_layer(zipped(tmp_path / "a.zip", mixed)), form=form)


def test_texts_of_mapinfo_keep_every_byte(written, tmp_path):
    tcvn3 = b"X\xb7 An L\xb9c"
    (tmp_path / "a.mif").write_bytes(
        written["xa.mif"].replace(b'Charset "Neutral"', b'Charset "WindowsLatin1"')
    )
    (tmp_path / "a.mid").write_bytes(written["xa.mid"].replace("Xã An Lạc".encode(), tcvn3))

    assert read_layer(tmp_path / "a.mif")["ten_xa"].iloc[0].encode("latin-1") == tcvn3


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("a.tab", lambda text: text.replace(b"NATIVE", b"LINKED"), r"rows stand in other files"),
        (
            "a.tab",
            lambda text: text + b'\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n',
            r"rows stand in other files",
        ),
        ("a.tab", lambda text: text + b'\nopen table "/etc/b.tab"\n', r"rows stand in other files"),
        ("a.tab", lambda text: b"name\tcode\n", r"is no MapInfo TAB inside"),
        ("a.mif", lambda text: b"<mif/>", r"is no MapInfo MIF inside"),
    ],
)
def test_a_table_that_leads_elsewhere_is_refused(written, tmp_path, name, change, sentence):
    for part in (".dat", ".map", ".id", ".mid"):
        (tmp_path / f"a{part}").write_bytes(written[f"xa{part}"])
    (tmp_path / name).write_bytes(change(written[f"xa{name[1:]}"]))

    with pytest.raises(ReadError, match=sentence):
        read_layer(tmp_path / name)


@pytest.mark.parametrize(("name", "part"), [("xa.tab", ".dat"), ("xa.mif", ".mid")])
def test_a_table_alone_says_what_is_missing(written, tmp_path, name, part):
    (tmp_path / name).write_bytes(written[name])

    with pytest.raises(ReadError, match=rf"{name} lacks its \{part} file; zip all the files"):
        read_layer(tmp_path / name)


@pytest.mark.parametrize("damaged", [b"10p.5", b"10.\xff5", b"1.0.5"])
def test_a_number_of_mif_that_is_none_is_refused(written, tmp_path, damaged):
    mif = written["xa.mif"]
    first = re.search(rb"^(?:Region.*\n.*\n)(\S+) ", mif, re.MULTILINE | re.IGNORECASE)[1]
    (tmp_path / "a.mid").write_bytes(written["xa.mid"])
    (tmp_path / "a.mif").write_bytes(mif.replace(first, damaged, 1))

    with pytest.raises(ReadError, match="coordinates"):
        read_layer(tmp_path / "a.mif")


def test_quotation_marks_within_a_cell_of_mif_are_refused(written, tmp_path):
    rows = written["xa.mid"].splitlines()
    (tmp_path / "a.mif").write_bytes(written["xa.mif"])
    (tmp_path / "a.mid").write_bytes(b"\n".join([rows[0], rows[1].replace(b'"', b'"0"', 1), b""]))

    with pytest.raises(ReadError, match=r"row 2 of a.mif"):
        read_layer(tmp_path / "a.mif")


def test_rows_of_mapinfo_that_are_deleted_are_not_missed_lost_ones_are(written, tmp_path):
    for part in (".tab", ".dat", ".map", ".id", ".mif", ".mid"):
        (tmp_path / f"a{part}").write_bytes(written[f"xa{part}"])
    dat = bytearray(written["xa.dat"])
    dat[int.from_bytes(dat[8:10], "little")] = ord("*")
    (tmp_path / "a.dat").write_bytes(dat)
    (tmp_path / "a.id").write_bytes(bytes(4) + written["xa.id"][4:])

    assert read_layer(tmp_path / "a.tab")["ma_xa"].tolist() == ["07616"]
    (tmp_path / "a.mid").write_bytes(written["xa.mid"] + b'"07617","Xa"\n')
    with pytest.raises(ReadError, match=r"a.mif|2 of the 3 rows"):
        read_layer(tmp_path / "a.mif")


# File geodatabases


@pytest.mark.parametrize("folder", ["xa.gdb", "Dữ liệu/XA.GDB", "xa", ""])
def test_a_file_geodatabase_is_read_zipped_with_or_without_its_folder(written, tmp_path, folder):
    database = {
        f"{folder}/{name.partition('/')[2]}".lstrip("/"): content
        for name, content in written.items()
        if name.startswith("xa.gdb/")
    }

    layer = read_layer(zipped(tmp_path / "a.gdb.zip", database))

    assert_is_communes(layer, form="File Geodatabase")
    assert origin_of(layer).layer == "xa"


# Everything else, and the list itself


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.dgn", r"MicroStation \(DGN\) drawing.* export the layer"),
        ("A.DXF", r"AutoCAD \(DXF\) drawing"),
        ("a.dbf", r"only one part of a layer \(Shapefile\); zip all"),
        ("a.mid", r"only one part of a layer \(MapInfo MIF\)"),
        ("a.qgz", r"holds no data"),
        ("a.gdb", r"a folder \(File Geodatabase\); zip it"),
    ],
)
def test_what_people_send_instead_says_what_to_send(tmp_path, name, words):
    (tmp_path / name).write_bytes(b"x")

    with pytest.raises(ReadError, match=words):
        read_untrusted(tmp_path / name)


def test_the_list_of_formats_is_one():
    assert not set(SUFFIXES) & set(EXPLAINED)
    assert set(DRIVERS) == {driver for each in FORMATS.values() for driver in each.drivers}
    assert all(instead(f"a{suffix}") is not None for suffix in EXPLAINED)


@pytest.mark.long
def test_a_file_is_called_what_its_sender_called_it(tmp_path):
    (tmp_path / "upload.kml").write_text("<html/>")

    with pytest.raises(ReadError, match=r"^Tuyến đường.kml is no KML"):
        read_untrusted(tmp_path / "upload.kml", name="Tuyến đường.kml")
    (tmp_path / "upload.kml").write_text(communes_as_kml(""), encoding="utf-8")
    assert origin_of(read_untrusted(tmp_path / "upload.kml")).format == "KML"
