import csv
import io
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geo.validate import Issue
from mtqg_geo.boundaries import pairing
from mtqg_geo.boundaries.recognise import read_mapping
from mtqg_geo.boundaries.report import (
    changes_csv,
    crs_name,
    example_text,
    mapping_csv,
    matched_text,
    matches_csv,
    report,
    report_json,
    report_text,
    unreadable_report,
)
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.programme.words import wordings
from tests.mtqg_geo.boundaries.layers import check_here, district, write_zip

FIELDS = {
    "file", "features", "crs", "crs_source", "crs_median_m", "encoding", "key", "matched",
    "unmatched", "doubtful", "set_aside", "duplicates", "area_changed", "issues", "ready",
}  # fmt: skip
CODES = [key.removeprefix("issue_") for key in wordings() if key.startswith("issue_")]


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """Check a district with a name misspelt, one unknown, one twice and a training ground."""
    names = {
        "Xã Hữu Sản": "Xã Hữu Xản",
        "Xã Long Sơn": "Xã Qqq",
        "Xã An Lạc": "Xã An Bá",
        "Xã Vân Sơn": "Trường bắn TB1",
    }
    layer = district()
    layer = layer.assign(ten_xa=layer["ten_xa"].replace(names))
    path = write_zip(layer, tmp_path_factory.mktemp("layer") / "xa.zip", encoding="tcvn3")
    return check_here(path, vintage="2023-04", gazetteer=shipped_gazetteer().in_province("24"))


@pytest.mark.long
def test_the_report_has_every_field_as_plain_values(checked):
    words = json.loads(report_json(checked))
    assert set(words) >= FIELDS
    assert words == report(checked)
    assert (words["file"], words["features"], words["encoding"]) == ("xa.zip", 17, "tcvn3")
    assert (words["crs"], words["crs_source"]) == ("EPSG:4326", "file")
    assert 0 < words["crs_median_m"] < 3_000
    assert len(words["samples"]) == 5
    assert words["ready"] is False


def test_every_feature_is_in_exactly_one_list(checked):
    words = report(checked)
    listed = [row["feature"] for name in ("unmatched", "doubtful", "set_aside", "duplicates")
              for row in words[name]]  # fmt: skip
    assert len(set(listed)) == len(listed)
    assert words["matched"] + len(listed) == words["features"]
    assert [row["name"] for row in words["unmatched"]] == ["Xã Qqq"]
    assert [row["name"] for row in words["set_aside"]] == ["Trường bắn TB1"]
    assert [row["name"] for row in words["duplicates"]] == ["Xã An Bá", "Xã An Bá"]
    [doubtful] = words["doubtful"]
    assert doubtful["candidates"][0][:2] == ["07624", "Xã Hữu Sản"]
    assert (doubtful["district"], doubtful["province"]) == ("Huyện Sơn Động", "Tỉnh Bắc Giang")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_each_issue_says_what_how_many_an_example_and_what_to_do(checked, lang):
    issues = report(checked, lang=lang)["issues"]
    assert {"unmatched_features", "doubtful_features", "duplicate_features"} <= {
        issue["code"] for issue in issues
    }
    for issue in issues:
        assert {"code", "severity", "count", "example", "advice"} <= set(issue)
        assert issue["severity"] in {"error", "warning", "info"}
        assert issue["count"] > 0
        assert issue["advice"].endswith(".")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_text_says_the_same_in_either_language(checked, lang):
    text = report_text(checked, lang=lang)
    assert "xa.zip" in text
    assert "tcvn3" in text
    assert wordings()["check_not_ready"].of(lang) in text
    for issue in checked.issues:
        assert wordings()[f"issue_{issue.code}"].of(lang) in text


def test_every_issue_the_check_can_raise_has_a_name():
    for code in (
        "unmatched_features", "doubtful_features", "duplicate_features", "set_aside_features",
        "missing_communes", "nothing_recognised", "crs_unclear", "crs_doubtful", "datum_doubtful", "axes_swapped",
        "missing_geometry", "empty_geometry", "non_finite", "not_polygon", "duplicate_geometry",
        "emptied", "area_changed", "wide_overlaps", "gaps", "invalid_geometry", "slivers",
        "mismatched_edges", "overlaps", "unreadable", "no_commune_of_programme",
        "later_month",
    ):  # fmt: skip
        assert code in CODES


def test_an_unreadable_file_has_the_same_fields(checked):
    words = json.loads(unreadable_report("xa.zip", "xa.zip is no shapefile inside; export it."))
    assert set(words) >= FIELDS
    assert (words["ready"], words["features"]) == (False, 0)
    assert words["issues"][0]["example"] == "xa.zip is no shapefile inside; export it."
    assert set(words) <= set(report(checked))


def test_areas_before_and_after_are_listed_for_every_recognised_feature(checked):
    rows = list(csv.DictReader(io.StringIO(changes_csv(checked).decode("utf-8-sig"))))
    assert len(rows) == len(checked.recognition.matches)
    assert math.isclose(
        float(rows[0]["area_before_km2"]), float(rows[0]["area_after_km2"]), rel_tol=1e-3
    )


def test_no_name_of_a_file_runs_as_a_formula_and_decisions_are_read_as_they_were(checked, tmp_path):
    formula = '=HYPERLINK("http://evil.example";"Xã")'
    name = checked.recognition.columns.name
    hostile = replace(checked, features=checked.features.assign(**{name: formula}))
    named = {
        row["name_in_file"] for row in csv.DictReader(io.StringIO(text_of(matches_csv(hostile))))
    }
    assert named == {f"'{formula}"}
    place = {"name": formula, "district": "@H", "province": "-"}
    decided = pd.DataFrame([place | {"code": "07624", "decided_by": "+a"}])
    path = tmp_path / "mapping.csv"
    path.write_bytes(mapping_csv(decided))
    assert {cell[0] for row in csv.reader(io.StringIO(text_of(path.read_bytes()))) for cell in row[:3]} == {
        "'", "n", "d", "p",
    }  # fmt: skip
    assert read_mapping(path).equals(decided)


def text_of(content):
    return content.decode("utf-8-sig")


def test_every_match_is_listed_with_the_name_in_the_file_its_rule_and_its_distance(checked):
    rows = list(csv.DictReader(io.StringIO(matches_csv(checked).decode("utf-8-sig"))))
    assert len(rows) == len(checked.recognition.matches)
    assert list(rows[0]) == [
        "feature", "name_in_file", "code", "name", "rule", "score", "distance_m", "change",
    ]  # fmt: skip
    first = rows[0]
    assert first["name_in_file"] == first["name"] == checked.names[first["code"]]
    assert (first["rule"], float(first["score"])) == ("full_name", 1)
    assert float(first["distance_m"]) < 5_000


@pytest.fixture(scope="module")
def overlapping(tmp_path_factory):
    """Check a district whose first commune reaches far into its neighbours."""
    layer = district()
    grown = layer.geometry.iloc[0].buffer(0.01)
    layer = layer.set_geometry([grown, *layer.geometry.iloc[1:]])
    path = write_zip(layer, tmp_path_factory.mktemp("layer") / "xa.zip")
    return check_here(path, vintage="2023-04", gazetteer=shipped_gazetteer().in_province("24"))


@pytest.mark.long
def test_the_tolerance_and_every_commune_of_a_changed_area_are_stated(overlapping):
    words = report(overlapping)
    assert words["tolerance_m"] == 30
    assert "30 m" in report_text(overlapping)
    [issue] = [each for each in words["issues"] if each["code"] == "area_changed"]
    assert len(words["area_changed"]) == issue["count"] > 0
    worst = words["area_changed"][0]
    assert set(worst) == {"name", "code", "area_before_km2", "area_after_km2", "change_pct"}
    assert f"{worst['name']} ({worst['code']})" in issue["example"]
    assert worst["name"] == overlapping.names[worst["code"]]
    ratio = worst["area_after_km2"] / worst["area_before_km2"]
    assert math.isclose(100 * (ratio - 1), worst["change_pct"], abs_tol=0.01)


def test_no_issue_of_the_repair_calls_a_commune_by_its_row(overlapping):
    assert {"wide_overlaps", "area_changed"} <= {issue.code for issue in overlapping.issues}
    assert "#" not in report_text(overlapping)


@pytest.fixture
def unknown(tmp_path):
    """Return a builder: check a district whose first names are unknown."""

    def build(count):
        layer = district()
        names = [*(f"Xã Qqq {place}" for place in range(count)), *layer["ten_xa"][count:]]
        path = write_zip(layer.assign(ten_xa=names), tmp_path / "xa.zip")
        return check_here(path, vintage="2023-04", gazetteer=shipped_gazetteer().in_province("24"))

    return build


@pytest.mark.parametrize(("count", "code"), [(17, "nothing_recognised"), (6, "unmatched_features")])
def test_where_much_is_unknown_the_text_has_no_holes_and_doubts_the_vintage(unknown, count, code):
    checked = unknown(count)
    for lang in ("vi", "en"):
        text = report_text(checked, lang=lang)
        for hole in ("– m", "()", "; )", "nan"):
            assert hole not in text
        advised = {each["code"]: each["advice"] for each in report(checked, lang=lang)["issues"]}
        assert advised[code].endswith(wordings()["advice_vintage"].of(lang))
    assert matches_csv(checked).count(b"\n") == 1 + 17 - count


def test_one_unknown_name_is_no_reason_to_doubt_the_vintage(checked):
    assert wordings()["advice_vintage"].vi not in report_text(checked)


def test_a_system_described_in_full_is_called_by_its_name():
    assert crs_name("EPSG:9214") == "EPSG:9214"
    assert crs_name("") == ""
    assert crs_name("+proj=tmerc +lon_0=107 +k=0.9999 +x_0=500000 +type=crs") == "unknown"


def test_the_rules_are_named_in_words(checked):
    words = matched_text(checked, "vi")
    count = checked.recognition.by_rule["full_name"]

    assert f"(đúng tên đầy đủ: {count}" in words
    assert "_" not in words
    assert f"(the full name: {count}" in matched_text(checked, "en")


def test_every_rule_of_recognition_has_words():
    text = Path(pairing.__file__).read_text(encoding="utf-8")
    rules = {"code", "mapping", *re.findall(r'(?:NameRule\(|self\.units, )"(\w+)"', text)}

    assert {"full_name", "former_name", "reviewed_name"} <= rules
    assert {f"check_rule_{rule}" for rule in rules} <= set(wordings())


@pytest.mark.parametrize(
    ("example", "vi"),
    [
        ("Xã Hoàng An (07828) (-3.7 %)", "Xã Hoàng An (07828) (-3,7 %)"),
        ("1,234 m; EPSG:9214 (12 m)", "1.234 m; EPSG:9214 (12 m)"),
        ("Xã A (07201) repeats Xã B (07204)", "Xã A (07201) trùng với Xã B (07204)"),
        ("Xã 3.2, Xã 1,5 mới", "Xã 3.2, Xã 1,5 mới"),
    ],
)
def test_an_example_is_written_as_the_language_writes_numbers(example, vi):
    issue = Issue("area_changed", "warning", 1, example)
    assert (example_text(issue, "vi"), example_text(issue, "en")) == (vi, example)
