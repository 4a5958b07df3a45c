"""The catalogue files: projects, indicators, targets, facility types."""

import tomllib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "data" / "programme"
NOT_VERIFIED = "general knowledge of Decision 1719/QĐ-TTg, not verified"
PUBLISHED_2023 = {
    "OC16": 2.5,
    "OC17": 3,
    "OC03": 4,
    "OP01": 182,
    "OP02": 1234,
    "OP03": 2206,
    "OP04": 8,
    "OP05": 30,
    "OP06": 3,
    "OP07": 3,
    "OP08": 49,
    "OP09": 12,
    "OP10": 7,
    "OP11": 10,
    "OP12": 7,
    "OP13": 4,
    "OP14": 62,
    "FI01": 635_000_000_000,
}


def read(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def projects():
    return {p["code"]: p for p in read("projects")["project"]}


@pytest.fixture(scope="module")
def indicators():
    return {i["id"]: i for i in read("indicators")["indicator"]}


def test_ten_projects_have_fourteen_sub_projects(projects):
    tops = [code for code, project in projects.items() if not project["parent"]]
    assert tops == [f"DA{n}" for n in range(1, 11)]
    assert len(projects) == 24
    assert all(p["parent"] in tops for p in projects.values() if p["parent"])
    assert all(c.startswith(f"{p['parent']}.") for c, p in projects.items() if p["parent"])


def test_short_names_of_projects_fit_a_narrow_list(projects):
    assert projects["DA1"]["short_vi"] == "Đất ở, nhà ở, nước sinh hoạt"
    for project in projects.values():
        assert 0 < len(project["short_vi"]) <= 32
        assert 0 < len(project["short_en"]) <= 32


def test_every_project_names_its_source_or_says_there_is_none(projects):
    for project in projects.values():
        assert isinstance(project["verified"], bool)
        assert project["source"] == NOT_VERIFIED or "://" in project["source"]
        assert not (project["verified"] and project["source"] == NOT_VERIFIED)


def test_the_indicators_are_complete_and_in_order(indicators):
    outputs = [f"OP{n:02d}" for n in range(1, 15)]
    rest = ["region", "OC03", "OC08", "OC09", "OC10", "OC16", "OC17", "FI01", "FI02"]
    assert set(indicators) == {*outputs, *rest, "CX01", "CX02", "CX03", "CX04", "CX05"}
    assert [i for i in indicators if i in outputs] == outputs


def test_every_indicator_has_unit_kind_source_and_both_languages(indicators):
    for indicator in indicators.values():
        assert indicator["kind"] in {"extensive", "intensive", "category"}
        assert indicator["source"]
        for field in ("name", "short", "unit", "definition"):
            assert indicator[f"{field}_vi"].strip()
            assert indicator[f"{field}_en"].strip()


def test_indicators_use_the_words_of_the_catalogue(indicators):
    for indicator in indicators.values():
        assert indicator["direction"] in {"higher", "lower", "neutral"}
        assert indicator["theme"] in {"need", "delivery", "change", "category"}
        assert indicator["scope"] in {"programme", "region3", "all"}
        assert set(indicator["bases"]) <= {"plan", "allocated", "disbursed", "actual"}
        assert indicator["default_basis"] in indicator["bases"]


def test_references_of_indicators_point_somewhere(indicators, projects):
    facilities = {f["code"] for f in read("facilities")["facility"]}
    for indicator in indicators.values():
        assert indicator["project"] in {"", *projects}
        assert indicator["base"] in {"", *indicators}
        assert indicator["derived"] in {"", *indicators}
        assert indicator["facility"] in {"", *facilities}


def test_a_rate_has_a_base_to_be_averaged_by_and_a_distance_none(indicators):
    for indicator in indicators.values():
        is_rate = indicator["kind"] == "intensive" and not indicator.get("nearest")
        assert is_rate == bool(indicator["base"])


def test_no_two_outputs_count_the_same_sites(indicators):
    counted = [(i["facility"], i["project"]) for i in indicators.values() if i["facility"]]
    assert len(counted) == len(set(counted)) == 10


def test_the_eighteen_targets_of_2023_are_the_published_ones(indicators):
    targets = read("targets")["target"]
    assert {t["indicator"]: t["value"] for t in targets} == PUBLISHED_2023
    assert len(targets) == 18
    for target in targets:
        indicator = indicators[target["indicator"]]
        assert target["year"] == 2023
        assert target["project"] == indicator["project"]
        assert target["unit_vi"] == indicator["unit_vi"]
        assert target["source"].startswith("https://")
        assert target["quote"]
        assert target.get("approximate", False) == (target["indicator"] == "FI01")


def test_the_programme_is_the_one_of_bac_giang():
    programme = read("programme")
    assert programme["decision"] == "1719/QĐ-TTg"
    assert programme["province_code"] == "24"
    assert programme["default_year"] in programme["years"] == [2022, 2023, 2024]


def test_facility_types_are_the_ten_of_the_legend():
    assert [f["code"] for f in read("facilities")["facility"]] == [
        "water",
        "market",
        "health",
        "school",
        "essential",
        "tourism",
        "relic",
        "village",
        "culture",
        "other",
    ]
