"""The boundary layers that ship with the product are what their catalogue says."""

import hashlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "boundaries"
LAYERS = FOLDER / "2023-04"
NEW_LAYERS = FOLDER / "2025-07"


@pytest.fixture(scope="module")
def communes():
    return gpd.read_file(LAYERS / "communes.shp")


@pytest.fixture(scope="module")
def districts():
    return gpd.read_file(LAYERS / "districts.shp")


@pytest.fixture(scope="module")
def units():
    return gpd.read_file(NEW_LAYERS / "communes.shp")


@pytest.fixture(scope="module")
def became():
    lineage = pd.read_csv(ROOT / "data" / "lineage" / "inputs" / "crosswalk_2025.csv", dtype=str)
    return lineage.set_index("old_code")["new_code"]


def test_there_are_209_communes_in_10_districts(communes, districts):
    assert len(communes) == communes["code"].nunique() == 209
    assert len(districts) == districts["code"].nunique() == 10
    assert set(communes["dist_code"]) == set(districts["code"])


def test_codes_and_names_are_those_of_the_official_list(communes):
    listed = pd.read_csv(FOLDER / "inputs" / "communes_bac_giang_2023.csv", dtype=str)
    listed = listed.sort_values("commune_code", ignore_index=True)
    assert communes["code"].tolist() == listed["commune_code"].tolist()
    assert communes["name"].tolist() == listed["commune"].tolist()
    assert communes["district"].tolist() == listed["district"].tolist()


def test_codes_keep_their_zeros_and_names_their_accents(communes):
    an_lac = communes.set_index("code").loc["07645"]
    assert an_lac[["name", "type", "dist_code", "district", "prov_code", "province"]].tolist() == [
        "Xã An Lạc",
        "Xã",
        "220",
        "Huyện Sơn Động",
        "24",
        "Tỉnh Bắc Giang",
    ]


def test_layers_are_wgs84_shapefiles_in_utf8(communes, districts):
    for name, layer in (("communes", communes), ("districts", districts)):
        assert layer.crs.to_epsg() == 4326
        assert (LAYERS / f"{name}.cpg").read_text() == "UTF-8"
        assert (LAYERS / f"{name}.prj").is_file()


def test_communes_are_a_valid_coverage(communes):
    shapes = communes.geometry.to_numpy()
    assert communes.geometry.is_valid.all()
    assert shapely.coverage_is_valid(shapes)
    # Nothing overlaps and nothing is left between: the parts weigh what their union weighs.
    assert shapely.area(shapes).sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-12)


def test_every_commune_is_one_polygon_with_its_own_point_inside(communes):
    points = pd.read_csv(FOLDER / "inputs" / "commune_points_2023.csv", dtype={"code": str})
    points = points.set_index("code").loc[communes["code"]]
    assert (communes.geom_type == "Polygon").all()
    assert shapely.contains_xy(communes.geometry.to_numpy(), points["lon"], points["lat"]).all()


def test_districts_are_the_union_of_their_communes(communes, districts):
    for district in districts.itertuples():
        members = communes.loc[communes["dist_code"] == district.code]
        assert (members["district"] == district.name).all()
        union = shapely.coverage_union_all(members.geometry.to_numpy())
        assert shapely.equals(union, district.geometry)
    assert shapely.coverage_is_valid(districts.geometry.to_numpy())


def test_the_province_is_about_as_large_as_its_outline(communes):
    ring = pd.read_csv(FOLDER / "inputs" / "province_outline.csv").to_numpy()
    outline = gpd.GeoSeries([shapely.Polygon(ring)], crs=4326).to_crs(9214).area.iloc[0]
    assert communes.to_crs(9214).area.sum() == pytest.approx(outline, rel=0.02)


def test_the_58_units_of_2025_are_a_valid_coverage_of_the_same_ground(communes, units):
    shapes = units.geometry.to_numpy()
    assert len(units) == units["code"].nunique() == 58
    assert units.crs.to_epsg() == 4326
    assert units.geometry.is_valid.all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.equals(shapely.union_all(shapes), communes.union_all())


def test_every_unit_of_2025_is_the_union_of_the_communes_it_was_made_of(communes, units, became):
    for unit in units.itertuples():
        members = communes[communes["code"].map(became) == unit.code]
        assert shapely.equals(shapely.coverage_union_all(members.geometry.array), unit.geometry)


def test_a_unit_of_2025_names_every_former_district_it_lies_in(units):
    districts = units.set_index("code")["district"]
    assert districts["07333"] == "Huyện Tân Yên"
    assert sorted(districts[districts.str.contains(";")].index) == ["07228", "07696", "07699"]
    assert districts["07228"] == "Thành phố Bắc Giang; Huyện Tân Yên"


def test_names_of_2025_are_those_of_the_gazetteer(units):
    listed = pd.read_parquet(ROOT / "data" / "gazetteer" / "units.parquet")
    listed = listed[listed["valid_from"] == "2025-07-01"].set_index("code")
    assert units["name"].tolist() == listed.loc[units["code"], "name"].tolist()
    assert set(units["province"]) == {"Tỉnh Bắc Ninh"}


def entries():
    return tomllib.loads((FOLDER / "catalog.toml").read_text(encoding="utf-8"))["set"]


def test_the_catalogue_lists_both_vintages_the_older_first():
    assert [entry["vintage"] for entry in entries()] == ["2023-04", "2025-07"]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["vintage"])
def test_the_catalogue_says_approximate_and_has_the_checksums_of_the_files(entry):
    assert entry["accuracy"] == "approximate"
    assert entry["source"]
    assert entry["licence"]
    assert entry["note"].keys() == {"vi", "en"}
    for level, path in entry["levels"].items():
        digest = hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()
        assert digest == entry["sha256"][level]


@pytest.mark.long
def test_rebuilding_gives_the_same_bytes(tmp_path):
    environment = os.environ | {"PYTHONUTF8": "1"}
    for vintage in ("2023_04", "2025_07"):
        module = f"data.boundaries.build_{vintage}"
        command = [sys.executable, "-m", module, "--out", str(tmp_path)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300)
    built = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert len(built) == 16
    for path in built:
        assert (tmp_path / path).read_bytes() == (FOLDER / path).read_bytes(), path
