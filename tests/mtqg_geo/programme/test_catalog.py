import shutil
from pathlib import Path

import pytest

from mtqg_geo.programme.catalog import load_catalog
from mtqg_geo.programme.errors import CatalogError
from mtqg_geo.programme.model import Basis, Kind

PROGRAMME = Path(__file__).parents[3] / "data" / "programme"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(PROGRAMME, tmp_path / "programme"))


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_programme_has_ten_projects_with_their_sub_projects(data):
    projects = data.catalog.projects.values()
    assert sorted(p.code for p in projects if not p.parent) == sorted(
        f"DA{n}" for n in range(1, 11)
    )
    assert all(p.parent == p.code.split(".")[0] for p in projects if p.parent)


def test_the_plan_of_2023_has_all_its_published_targets(data):
    values = {t.indicator: t.value for t in data.catalog.targets if t.year == 2023}
    assert values == {
        "FI01": 635_000_000_000, "OC16": 2.5, "OC17": 3, "OC03": 4, "OP01": 182, "OP02": 1234,
        "OP03": 2206, "OP04": 8, "OP05": 30, "OP06": 3, "OP07": 3, "OP08": 49, "OP09": 12,
        "OP10": 7, "OP11": 10, "OP12": 7, "OP13": 4, "OP14": 62,
    }  # fmt: skip
    assert all(target.source for target in data.catalog.targets)


def test_every_intensive_indicator_but_a_distance_has_a_base_that_adds_up(data):
    indicators = data.catalog.indicators
    rates = [each for each in indicators.values() if each.kind is Kind.INTENSIVE]
    assert {each.id for each in rates if not each.base} == {"CX03", "CX04", "CX05"}
    assert {indicators[each.base].kind for each in rates if each.base} == {Kind.EXTENSIVE}
    assert all(each.has_total == bool(each.base) for each in rates)


def test_distances_are_measured_to_a_facility_type_or_the_roads(folder, data):
    nearest = {each.id: each.nearest for each in data.catalog.indicators.values() if each.nearest}
    assert nearest == {"CX03": "health", "CX04": "market", "CX05": "road"}
    change(folder, "indicators.toml", 'nearest = "market"', 'nearest = "harbour"')
    with pytest.raises(CatalogError, match="CX04 → harbour"):
        load_catalog(folder)


def test_a_project_brings_its_sub_projects(data):
    assert data.catalog.with_children(["DA10"]) == {"DA10", "DA10.TDA1", "DA10.TDA2", "DA10.TDA3"}
    assert data.catalog.with_children(["DA4.TDA1"]) == {"DA4.TDA1"}
    assert data.catalog.with_children([]) == set()


def test_indicators_of_a_project_are_its_own_and_those_of_no_project(data):
    own = {i.id for i in data.catalog.indicators_of(["DA1"]) if i.project}
    assert own == {"OP01", "OP02", "OP03", "OP04"}
    assert {"FI01", "OC16", "region"} <= {i.id for i in data.catalog.indicators_of(["DA1"])}
    assert len(data.catalog.indicators_of([])) == len(data.catalog.indicators)


def test_a_sub_project_does_not_claim_the_figures_of_its_whole_project(data):
    own = {i.id for i in data.catalog.indicators_of(["DA5.TDA1"]) if i.project}
    assert own == {"OP10"}  # OP09 is counted for DA5 as a whole


def test_every_default_basis_is_one_the_indicator_is_reported_on(data):
    for indicator in data.catalog.indicators.values():
        assert indicator.default_basis in indicator.bases
        assert set(indicator.bases) <= set(Basis)


@pytest.mark.parametrize("field", ["unit_vi", "unit_en", "kind"])
def test_an_indicator_without_unit_or_kind_is_refused(folder, field):
    path = folder / "indicators.toml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith(f"{field} ="))
    path.write_text("".join(lines[:first] + lines[first + 1 :]), encoding="utf-8")
    with pytest.raises(CatalogError, match=rf"region lacks {field}\. Add it"):
        load_catalog(folder)


def test_a_reference_that_points_nowhere_is_refused(folder):
    change(folder, "projects.toml", 'parent = "DA4"', 'parent = "DA44"')
    change(folder, "targets.toml", 'indicator = "OP01"', 'indicator = "OP99"')
    with pytest.raises(CatalogError, match=r"2 references point nowhere \(first: DA4\.\w+ → DA44"):
        load_catalog(folder)


def test_a_default_basis_that_is_not_reported_is_refused(folder):
    change(folder, "indicators.toml", 'default_basis = "actual"', 'default_basis = "allocated"')
    with pytest.raises(CatalogError, match="default basis of region"):
        load_catalog(folder)


def test_a_file_that_is_no_toml_is_named(folder):
    (folder / "facilities.toml").write_text("[[facility", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"facilities\.toml cannot be read"):
        load_catalog(folder)


def test_an_empty_file_is_named(folder):
    (folder / "targets.toml").write_text("", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"targets\.toml holds no \[\[target\]\] entry"):
        load_catalog(folder)


def test_a_role_is_filled_once(folder):
    change(folder, "indicators.toml", 'role = "leaving"', 'role = "capital"')
    with pytest.raises(CatalogError, match="2 indicators fill the role capital"):
        load_catalog(folder)


def test_what_is_usual_of_all_indicators_goes_without_saying_for_each(folder, data):
    usual = {i: each.usual for i, each in data.catalog.indicators.items()}
    assert (usual["OC16"].times, usual["CX01"].times) == (4.0, 1.5)
    assert usual["FI01"].least == 1_000_000
    change(folder, "indicators.toml", "over_plan = 1.5", "over_plan = 2.5")
    assert {i.usual.over_plan for i in load_catalog(folder).indicators.values()} == {2.5}
    change(folder, "indicators.toml", "over_plan = 2.5", "")
    with pytest.raises(CatalogError, match="lacks over_plan"):
        load_catalog(folder)


def test_indicators_stand_in_groups_each_in_one(data):
    indicators = data.catalog.indicators
    groups = data.catalog.grouped(indicators)
    assert list(groups) == ["results", "works", "capital", "context"]
    assert sorted(each.id for group in groups.values() for each in group) == sorted(indicators)
    assert [each.id for each in groups["capital"]] == ["FI01", "FI02"], "money and its share"
    assert {"OP05", "OP06"} <= {each.id for each in groups["works"]}
    assert {"region", "CX02"} <= {each.id for each in groups["context"]}
    assert list(data.catalog.grouped(["OP05"])) == ["works"], "a group of none is not shown"
