import pytest

from mtqg_geo.exports.formats import FORMATS, FileOptions, parse_crs, require_possible
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.reference_systems import CANDIDATES


@pytest.mark.parametrize(
    "text",
    ["EPSG:9214", "epsg:9214", "EPSG 9214", " 9214 ", "EPSG::9214", "epsg9214",
     "urn:ogc:def:crs:EPSG::9214"],
)  # fmt: skip
def test_a_reference_system_may_be_written_in_many_ways(text):
    assert parse_crs(text, lang="vi") == "EPSG:9214"


def test_every_system_of_the_country_is_taken():
    assert [parse_crs(code, lang="vi") for code in CANDIDATES] == list(CANDIDATES)


@pytest.mark.parametrize("text", ["", "EPSG:", "EPSG:3857", "VN-2000", "9214; 4326", "EPSG:27700"])
def test_any_other_is_one_sentence_that_says_which_there_are(text):
    with pytest.raises(SelectionError) as refused:
        parse_crs(text, lang="en")
    [sentence] = refused.value.problems
    assert f"“{text}”" in sentence
    assert "EPSG:9214" in sentence


def test_geojson_and_csv_are_always_wgs_84():
    for kind in ("geojson", "csv", "csv.zip", "xlsx", "package"):
        with pytest.raises(SelectionError, match="EPSG:9214"):
            require_possible("sites", kind, FileOptions("EPSG:9214"))
        require_possible("sites", kind, FileOptions())
    with pytest.raises(SelectionError, match="RFC 7946"):
        require_possible("sites", "geojson", FileOptions("EPSG:4756"))


def test_only_some_formats_hold_all_layers():
    assert [kind for kind, form in FORMATS.items() if form.holds_all] == ["xlsx", "gpkg", "package"]
    for kind, form in FORMATS.items():
        if form.holds_all:
            require_possible("all", kind, FileOptions())
        else:
            with pytest.raises(SelectionError, match="communes, sites, roads"):
                require_possible("all", kind, FileOptions())
