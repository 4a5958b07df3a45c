"""Commune layers as Google Earth, MapInfo and QGIS save them: recognised, and said what was read."""

import re
import warnings
import zipfile

import pytest

import geo.io
from geo.errors import ReadError
from mtqg_geo.boundaries import check as boundary_check
from mtqg_geo.boundaries.check import check_file
from mtqg_geo.boundaries.origin import origin_notes
from mtqg_geo.boundaries.report import report, report_text
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from tests.geo.layer_files import kml, placemark, polygon
from tests.mtqg_geo.boundaries.layers import district
from tests.mtqg_geo.boundaries.old_encodings import encode


@pytest.fixture
def check(monkeypatch):
    """Check a file in this process: the child that reads it has tests of its own."""
    monkeypatch.setattr(boundary_check, "read_untrusted", geo.io.read_layer)
    gazetteer = shipped_gazetteer().in_province("24")
    return lambda path, **given: check_file(path, vintage="2023-04", gazetteer=gazetteer, **given)


def test_folders_of_google_earth_are_the_districts_of_its_places(check, tmp_path):
    areas = [placemark(row.ten_xa, polygon(row.geometry)) for row in district().itertuples()]
    label = placemark("Trung tâm", "<Point><coordinates>106.8,21.3</coordinates></Point>")
    path = tmp_path / "xã.kml"
    path.write_text(kml(*areas, label, folder="Huyện Sơn Động"), encoding="utf-8")

    checked = check(path)

    assert checked.is_ready
    assert checked.recognition.columns.district == "folder"
    assert len(checked.units) == 17
    assert len(checked.recognition.set_aside) == 1
    assert report_text(checked).startswith("Đã đọc xã.kml: 18 đối tượng (KML).\n")


@pytest.mark.long
def test_letters_of_old_fonts_in_mapinfo_are_decoded_and_their_place_found(check, tmp_path):
    old = district().to_crs("EPSG:9214")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old.to_file(tmp_path / "a.mif", driver="MapInfo File")
    texts = (tmp_path / "a.mid").read_text(encoding="utf-8")
    mif = re.sub(
        rb"CoordSys .*", rb'CoordSys NonEarth Units "m" Bounds (0, 0) (9999999, 9999999)',
        (tmp_path / "a.mif").read_bytes().replace(b"Neutral", b"WindowsLatin1"),
    )  # fmt: skip
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("GIS\\XA.MIF", mif)
        archive.writestr("GIS\\xa.mid", encode(texts, "tcvn3").encode("latin-1"))

    checked = check(tmp_path / "a.zip")

    assert checked.is_ready
    assert checked.encoding.name == "tcvn3"
    assert checked.placing.crs == "EPSG:9214"
    assert len(checked.units) == 17


@pytest.mark.long
def test_communes_are_chosen_from_a_geopackage_of_several_layers(check, tmp_path):
    path = tmp_path / "a.gpkg"
    communes = district()
    communes.to_file(path, layer="xa")
    communes.set_geometry(communes.representative_point()).to_file(path, layer="nhan")

    checked = check(path)
    assert (report(checked)["layer"], report(checked)["layers_left"]) == ("xa", ["nhan"])
    [note] = origin_notes("a.gpkg", checked.origin, "vi")
    assert note == "Không dùng các lớp: nhan."
    communes.dissolve().to_file(path, layer="huyen")
    with pytest.raises(ReadError, match=r"holds 2 layers \(xa, huyen\)"):
        check(path)
    assert len(check(path, layer="xa").units) == 17


def test_a_file_copied_while_qgis_was_open_says_what_may_be_missing():
    [note] = origin_notes("a.gpkg", geo.io.Origin("GeoPackage", "xa", 17, is_open=True), "vi")

    assert note.startswith("a.gpkg được chép khi QGIS còn đang mở")
    assert "đóng QGIS, chép lại" in note
