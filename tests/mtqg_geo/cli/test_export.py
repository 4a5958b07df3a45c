import json
import sqlite3
import zipfile
from contextlib import closing

import geopandas as gpd
import pyogrio
import pytest

from geo.io import read_layer
from mtqg_geo.cli.common import leave
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions
from mtqg_geo.figures.file_names import LAYERS
from mtqg_geo.maps.classing import Classing
from mtqg_geo.programme.words import refused


@pytest.fixture
def run(command):
    """Run the command line in this process: exit code, standard output, standard error."""
    return command


@pytest.mark.few(5)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kind", ["shp", "fgb", "parquet"])
def test_a_layer_in_vn_2000_is_the_file_of_the_page(run, data, select, layer, kind):
    flags = ("--district", "220", "--format", kind, "--crs", "9214")
    code, out, err = run("export", layer, *flags)
    assert (code, err) == (0, "")
    wanted = exports.file_bytes(
        data, select(district=["220"]), layer, kind, FileOptions("EPSG:9214")
    )
    assert out == wanted


@pytest.mark.long
def test_all_layers_go_into_one_geopackage(run, data, select):
    code, out, err = run("export", "all", "--indicator", "OP01", "--crs", "EPSG:9214")
    assert (code, err) == (0, "")
    wish = FileOptions("EPSG:9214")
    assert out == exports.file_bytes(data, select(indicator=["OP01"]), "all", "gpkg", wish)
    assert (
        out
        == run("export", "sites", "--indicator", "OP01", "--crs", "EPSG:9214", "--format", "gpkg")[
            1
        ]
    )


@pytest.mark.long
def test_the_classes_of_the_map_can_be_asked_for(run, data, select):
    flags = ("--indicator", "OP01", "--scheme", "fixed", "--breaks", "0; 5; 10", "--lang", "en")
    _, out, _ = run("export", "all", *flags)
    wish = FileOptions(classing=Classing("fixed", 5, (0.0, 5.0, 10.0)), lang="en")
    assert out == exports.file_bytes(data, select(indicator=["OP01"]), "all", "gpkg", wish)
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(out)
        labels = database.execute("SELECT DISTINCT map_label FROM communes ORDER BY map_class")
        assert [label for [label] in labels] == [
            "0–5", "6–10", "Above 10", "No plan", "Not applicable", "Not reported"
        ]  # fmt: skip


@pytest.mark.few(5)
@pytest.mark.parametrize("kind", FORMATS)
def test_the_name_of_the_file_says_the_format(run, tmp_path, kind):
    suffix = FORMATS[kind].suffix
    file = tmp_path / f"sites.{suffix}"
    code, out, err = run("export", "sites", "-o", str(file))
    assert (code, out) == (0, b"")
    assert f"{file.stat().st_size} bytes" in err
    if kind == "gpkg":
        assert len(pyogrio.list_layers(file)) == 4
    elif kind == "xlsx":
        assert zipfile.Path(file, "xl/workbook.xml").exists()
    elif kind in ("csv.zip", "package"):
        assert file.read_bytes().startswith(b"PK")
        assert zipfile.Path(file, "sites.csvt").exists()
    elif kind != "csv":
        assert len(read_layer(file)) == 167
    else:
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_beside_a_csv_stand_the_types_of_its_columns(run, tmp_path):
    code, out, err = run("export", "sites", "--district", "220", "-o", str(tmp_path / "Điểm 1.csv"))
    assert (code, out, err.count(" bytes\n")) == (0, b"", 3)
    names = {"Điểm 1.csv", "Điểm 1.csvt", "Điểm 1.csv-metadata.json"}
    assert {each.name for each in tmp_path.iterdir()} == names
    said = json.loads((tmp_path / "Điểm 1.csv-metadata.json").read_text(encoding="utf-8"))
    assert said["url"] == "Điểm 1.csv"
    back = pyogrio.read_dataframe(tmp_path / "Điểm 1.csv")
    assert set(back["district_code"]) == {"220"}
    assert (tmp_path / "Điểm 1.csv").read_bytes() == run(
        "export", "sites", "--district", "220", "--format", "csv"
    )[1]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("sites", "--crs", "EPSG:9214"), "RFC 7946"),
        (("sites", "--format", "csv", "--crs", "EPSG:9214"), "EPSG:9214"),
        (("sites", "-o", "never_written.csv", "--crs", "EPSG:9214"), "EPSG:9214"),
        (("all", "-o", "never_written.csv"), "package"),
        (("sites", "--format", "gpkg", "--crs", "EPSG:3857"), "“EPSG:3857”"),
        (("all", "--format", "geojson"), "gpkg"),
        (("all", "--scheme", "magic"), "“magic”"),
        (("all", "--k", "99"), "“99”"),
        (("all", "--breaks", "x"), "“x”"),
    ],
)
def test_what_cannot_be_had_gets_one_sentence_exit_2_and_no_data(run, flags, words):
    code, out, err = run("export", *flags)
    assert (code, out) == (2, b"")
    assert err.count("\n") == 1
    assert words in err


def test_wgs_84_may_be_named_for_geojson(run):
    assert run("export", "roads", "--crs", "epsg:4326") == run("export", "roads")


@pytest.mark.long
def test_a_geopackage_opens_as_any_other_file(run, tmp_path):
    file = tmp_path / "a.gpkg"
    assert run("export", "all", "-o", str(file))[0] == 0
    assert len(gpd.read_file(file, layer="communes")) == 209


@pytest.mark.parametrize(
    ("name", "lang", "words"),
    [
        ("no/a.csv", "vi", "(không có tệp hoặc thư mục này); hãy kiểm tra thư mục"),
        ("file/a.csv", "vi", "(một phần của đường dẫn không phải là thư mục); hãy kiểm tra"),
        ("file/a.csv", "en", "(a part of the path is no folder); check the folder"),
        ("folder", "vi", "(đó là thư mục)"),
    ],
)
def test_a_file_that_cannot_be_written_is_said_in_the_language_asked(
    name, lang, words, tmp_path, capsys
):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()

    assert leave(b"1", tmp_path / name, lang=lang) == 2
    said = capsys.readouterr().err
    assert words in said
    assert str(tmp_path / name) in said


def test_what_the_system_says_without_a_name_of_ours_is_its_number():
    error = OSError(95, "Operation not supported")
    assert tuple(refused(error)) == ("lỗi hệ thống 95", "system error 95")
