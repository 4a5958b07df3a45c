"""Files that say what their columns hold: read by programs that would have to guess."""

import io
import json
import zipfile

import pandas as pd
import pyogrio
import pytest

from mtqg_geo.exports import files as exports
from mtqg_geo.exports.columns import Field, fields
from mtqg_geo.exports.formats import FileOptions
from mtqg_geo.exports.packages import csvw, table_schema
from mtqg_geo.figures.file_names import LAYERS
from mtqg_geo.figures.selection import default_selection
from mtqg_geo.programme.model import State
from mtqg_geo.programme.words import t

LINE = [(106.1, 21.5), (106.4, 21.5)]


@pytest.fixture(scope="module")
def small(squares):
    """A road, a site and two communes that have reported, on three squares."""
    observations = [
        ("00001", "OP05", "DA4.TDA1", "2023", "plan", 1.5, "Sở A"),
        ("00002", "OP05", "DA4.TDA1", "2023", "actual", 0, "https://sở.vn/b"),
    ]
    made = squares(
        observations=observations,
        roads=[("D1", "completed", LINE)],
        sites=[("01", "planned", "00001")],
    )
    return made, default_selection(made)


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("layer", LAYERS)
def test_gdal_reads_every_column_as_what_it_is(small, tmp_path, layer):
    data, selection = small
    files = unpacked(exports.file_bytes(data, selection, layer, "csv.zip"))
    assert list(files) == [f"{layer}.csv", f"{layer}.csvt", f"{layer}.csv-metadata.json"]
    assert files[f"{layer}.csv"] == exports.file_bytes(data, selection, layer, "csv")
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    back = pyogrio.read_dataframe(tmp_path / f"{layer}.csv")
    given = exports.layer(data, selection, layer)
    assert back["code"].tolist() == given["code"].tolist()
    for name in given.columns.drop("geometry"):
        if pd.api.types.is_numeric_dtype(given[name]):
            pd.testing.assert_series_equal(
                back[name], given[name], check_index=False, check_dtype=False
            )
        else:
            assert not pd.api.types.is_numeric_dtype(back[name]), name
    if layer == "sites":
        assert back.geometry.tolist() == given.geometry.tolist()


def test_a_column_of_blanks_is_a_number_all_the_same(small):
    data, selection = small
    table = exports.layer(data, selection, "roads").assign(reported_km=None)
    [field] = [
        each for each in fields(data, selection, table, lang="vi") if each.name == "reported_km"
    ]
    assert field == Field(
        "reported_km", "number", "Chiều dài báo cáo", "Chiều dài báo cáo (km)", "km", decimals=2
    )


def test_a_figure_has_a_heading_a_unit_and_says_where_its_blanks_are_told(small, select, data):
    made, selection = small
    selection = select(indicator=["OP05"])
    table = exports.layer(made, selection, "communes")
    held = {each.name: each for each in fields(made, selection, table, lang="vi")}
    name = data.catalog.indicators["OP05"].name.vi
    plan, state = held["plan_km"], held["plan_state"]
    assert (plan.kind, plan.unit, plan.title) == ("number", "km", f"{name} – Kế hoạch, 2023")
    assert plan.meaning.endswith("lý do ở cột plan_state")
    assert state.choices == tuple(State)
    assert "not_reported: chưa báo cáo" in state.meaning
    assert (held["code"].kind, held["illustrative"].kind, held["year"].kind) == (
        "string", "boolean", "integer",
    )  # fmt: skip
    assert table_schema([plan])["fields"] == [
        {
            "name": "plan_km",
            "type": "number",
            "title": plan.title,
            "description": plan.meaning,
            "unit": "km",
        }
    ]


def test_the_metadata_of_csv_on_the_web_stand_beside_the_file(small):
    data, selection = small
    table = exports._table(data, selection, "communes", "en")
    said = csvw(table, "xã.csv", lang="en")
    assert (said["url"], said["tableSchema"]["primaryKey"]) == ("xã.csv", "code")
    header = table.text.decode("utf-8-sig").splitlines()[0].replace('"', "").split(",")
    columns = {each["name"]: each for each in said["tableSchema"]["columns"]}
    assert list(columns) == [each["titles"] for each in columns.values()] == header
    assert columns["illustrative"]["datatype"] == {"base": "boolean", "format": "True|False"}
    assert columns["area_km2"]["schema:unitText"] == "km²"


@pytest.mark.long
def test_a_package_is_one_to_the_library_that_checks_packages(small, select, tmp_path):
    import frictionless  # takes a second

    data, selection = small[0], select(indicator=["OP05"])
    content = exports.file_bytes(data, selection, "all", "package")
    path = tmp_path / "a.package.zip"
    path.write_bytes(content)
    report = frictionless.validate(str(path))
    assert report.valid, report.flatten(["fieldName", "note"])
    assert report.stats["tasks"] == 6
    resource = frictionless.Package(str(path)).get_resource("communes")
    rows = {row["code"]: row for row in resource.read_rows()}
    assert {code: (row["plan_state"], row["plan_km"]) for code, row in rows.items()} == {
        "00001": ("reported", 1.5),
        "00002": ("not_reported", None),
        "00003": ("not_reported", None),
    }
    # The same package with a code that stands twice, and a state that is none, is not one.
    files = unpacked(content)
    lines = files["communes.csv"].replace(b'"reported"', b'"perhaps"', 1).splitlines(keepends=True)
    files["communes.csv"] = b"".join([*lines, lines[-1]])
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in files.items():
            archive.writestr(name, part)
    found = {kind for [kind] in frictionless.validate(str(path)).flatten(["type"])}
    assert found >= {"primary-key", "constraint-error", "hash-count"}


@pytest.mark.long
def test_a_package_says_its_sources_its_licence_and_no_contributor(small, select):
    data, selection = small[0], select(indicator=["OP05"])
    files = unpacked(exports.file_bytes(data, selection, "sites", "package"))
    assert {f"{name}.{end}" for name in LAYERS for end in ("csv", "csvt", "geojson")} < set(files)
    said = json.loads(files["datapackage.json"])
    assert "contributors" not in said
    assert said["name"] == said["name"].lower()
    assert {"title": "https://sở.vn/b", "path": "https://sở.vn/b"} in said["sources"]
    titles = [each["title"] for each in said["sources"]]
    assert {"Sở A", t("report_illustrative_source", "vi")} <= set(titles)
    assert len(set(titles)) == len(titles)
    assert "MIT" in said["licenses"][0]["title"]
    assert said["licenses"][0]["path"] in files
    schema = said["resources"][0]["schema"]
    assert (schema["missingValues"], schema["primaryKey"]) == ([""], ["code"])
    english = unpacked(
        exports.file_bytes(data, selection, "all", "package", FileOptions(lang="en"))
    )
    assert json.loads(english["datapackage.json"])["resources"][0]["title"] == "Communes"


def test_nothing_selected_is_a_package_of_empty_tables(small):
    data, selection = small
    nothing = exports.replace(selection, districts=("1",), communes=("00003",))
    files = unpacked(exports.file_bytes(data, nothing, "all", "package"))
    said = json.loads(files["datapackage.json"])
    assert files["sites.csv"].count(b"\r\n") == 1
    kinds = {each["name"]: each["type"] for each in said["resources"][2]["schema"]["fields"]}
    assert (kinds["code"], kinds["lon"], kinds["illustrative"]) == ("string", "number", "boolean")
