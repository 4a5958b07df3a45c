"""The sample adds up to the published plan, and its parts agree with each other."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
YEARS = ("2022", "2023", "2024")
WORKS = ["OP04", *(f"OP{n:02d}" for n in range(6, 15))]
HAS_RESULT = {"disbursed", "actual"}


FILES = {
    "project": "projects",
    "indicator": "indicators",
    "target": "targets",
    "facility": "facilities",
}


def catalogue(name):
    path = ROOT / "data" / "programme" / f"{FILES[name]}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))[name]


def read_csv(name):
    return pd.read_csv(SAMPLE / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def regions():
    return read_csv("regions.csv").set_index("commune_code")


@pytest.fixture(scope="module")
def observations():
    table = read_csv("observations.csv")
    return table.assign(number=pd.to_numeric(table["value"]), year=table["period"].str[:4])


@pytest.fixture(scope="module")
def sites():
    return read_csv("sites.csv")


@pytest.fixture(scope="module")
def roads():
    return json.loads((SAMPLE / "roads.geojson").read_text(encoding="utf-8"))["features"]


@pytest.fixture(scope="module")
def communes():
    return gpd.read_file(ROOT / "data" / "boundaries" / "2023-04" / "communes.shp").set_index(
        "code"
    )


def planned(observations, indicator, year="2023"):
    chosen = observations["indicator"].eq(indicator) & observations["basis"].eq("plan")
    return observations[chosen & observations["year"].eq(year)]


def average_by_households(rows, observations):
    base = observations["indicator"].eq("CX01") & observations["year"].eq("2023")
    households = observations[base].set_index("commune_code")["number"]
    weights = households.loc[rows["commune_code"]].to_numpy()
    return (rows["number"] * weights).sum() / weights.sum()


def geodesic_km(road):
    lon, lat = zip(*road["geometry"]["coordinates"], strict=True)
    return Geod(ellps="WGS84").line_length(lon, lat) / 1000


def test_regions_are_36_9_28_with_the_four_verified_ones(regions):
    assert len(regions) == regions.index.nunique() == 73
    assert regions["region"].value_counts().to_dict() == {"I": 36, "II": 9, "III": 28}
    verified = regions[regions["source"] != "illustrative"]
    assert verified["region"].to_dict() == {"07387": "I", "07405": "I", "07414": "I", "07615": "II"}
    assert verified["source"].str.startswith("github:").all()


def test_all_of_son_dong_and_three_communes_of_lang_giang_are_in_the_programme(regions, communes):
    members = communes.loc[regions.index, "district"].value_counts()
    assert members["Huyện Lạng Giang"] == 3
    assert members["Huyện Sơn Động"] == (communes["district"] == "Huyện Sơn Động").sum() == 17


@pytest.mark.parametrize("target", catalogue("target"), ids=lambda t: t["indicator"])
def test_commune_plans_of_2023_add_up_to_the_published_plan(target, observations, regions):
    if target["indicator"] in {"OC16", "OC17"}:
        rows = planned(observations, "OC16")  # OC17 is OC16 in region III
        if target["indicator"] == "OC17":
            region = regions.loc[rows["commune_code"], "region"].to_numpy()
            rows = rows[region == "III"]
        total = average_by_households(rows, observations)
    else:
        total = planned(observations, target["indicator"])["number"].sum()
    assert total == pytest.approx(target["value"], rel=1e-12)


def test_four_communes_of_region_iii_are_planned_to_leave_it(observations, regions):
    rows = planned(observations, "OC03")
    leaving = rows.loc[rows["value"] == "1", "commune_code"]
    assert len(rows) == 28
    assert len(leaving) == 4
    assert (regions.loc[leaving, "region"] == "III").all()


def test_capital_of_da6_is_as_published(observations):
    for year, million in (("2022", 8_871), ("2023", 18_409)):
        rows = planned(observations, "FI01", year)
        assert rows.loc[rows["project"] == "DA6", "number"].sum() == million * 1_000_000


def test_capital_is_kept_by_projects_that_have_no_sub_projects(observations):
    projects = catalogue("project")
    leaves = {p["code"] for p in projects} - {p["parent"] for p in projects}
    assert set(observations.loc[observations["indicator"] == "FI01", "project"]) == leaves


def test_money_is_whole_and_shrinks_from_plan_to_disbursed(observations):
    money = observations[observations["indicator"] == "FI01"]
    assert money.loc[money["value"] != "", "value"].str.fullmatch(r"\d+").all()
    keys = ["commune_code", "project", "year"]
    table = money.pivot_table(index=keys, columns="basis", values="number", aggfunc="sum")
    assert (table["allocated"] <= table["plan"]).all()
    has_any = table["allocated"] > 0
    assert (table["disbursed"] < table["allocated"])[has_any].all()
    assert (table.loc[~has_any, "disbursed"] == 0).all()


def test_published_totals_of_other_years_are_kept(observations):
    done = observations[observations["basis"].isin(HAS_RESULT)]
    totals = done.groupby(["indicator", "year"])["number"].sum()
    assert totals["OP01", "2022"] + totals["OP01", "2023"] == 498
    assert totals["OP02", "2022"] + totals["OP02", "2023"] == 1768
    assert totals["OP03", "2022"] + totals["OP03", "2023"] == 2699
    assert totals["FI01", "2024"] == 155_000_000_000
    assert planned(observations, "FI01", "2024")["number"].sum() == 734_000_000_000


@pytest.mark.parametrize(
    "indicator", [f"OP{n:02d}" for n in range(1, 15) if n not in {11, 13}]
)  # of OP11 and OP13 no result is published
def test_results_of_2023_are_plausible(indicator, observations):
    rows = observations[observations["indicator"].eq(indicator) & observations["year"].eq("2023")]
    done = rows.loc[rows["basis"] == "actual", "number"].sum()
    plan = rows.loc[rows["basis"] == "plan", "number"].sum()
    assert 0.60 <= done / plan <= 1.05


def test_some_communes_are_below_some_at_and_some_above_their_plan(observations):
    rows = observations[observations["indicator"].eq("OP02") & observations["year"].eq("2023")]
    table = rows.pivot_table(index="commune_code", columns="basis", values="number", aggfunc="sum")
    table = table[table["plan"] > 0]
    for compared in ("lt", "eq", "gt"):
        assert getattr(table["actual"], compared)(table["plan"]).sum() >= 5


def test_every_programme_commune_has_a_plan_for_every_output(observations, regions):
    for number in range(1, 15):
        for year in YEARS:
            rows = planned(observations, f"OP{number:02d}", year)
            assert sorted(rows["commune_code"]) == sorted(regions.index)
            assert rows["number"].notna().all()


def test_observations_are_sorted_unique_and_within_the_catalogue(observations, regions):
    keys = ["commune_code", "indicator", "project", "period", "basis"]
    assert not observations.duplicated(keys).any()
    assert observations[keys].equals(observations[keys].sort_values(keys, ignore_index=True))
    indicators = {i["id"]: i for i in catalogue("indicator")}
    for (indicator, basis), _ in observations.groupby(["indicator", "basis"]):
        assert basis in indicators[indicator]["bases"]
        assert not indicators[indicator]["derived"]
    assert set(observations["commune_code"]) == set(regions.index)
    assert set(observations["source"]) == {"illustrative"}


def test_results_of_extensive_indicators_come_by_quarter_and_2024_ends_in_june(observations):
    extensive = {i["id"] for i in catalogue("indicator") if i["kind"] == "extensive"} - {"CX01"}
    by_quarter = observations["indicator"].isin(extensive) & observations["basis"].isin(HAS_RESULT)
    assert observations.loc[by_quarter, "period"].str.fullmatch(r"\d{4}-Q[1-4]").all()
    assert observations.loc[~by_quarter, "period"].isin(YEARS).all()
    assert observations.loc[by_quarter, "period"].max() == "2024-Q2"


def test_poverty_falls_by_the_difference_of_the_rates(observations):
    actual = observations[observations["basis"] == "actual"]
    table = actual.pivot_table(index="commune_code", columns=["indicator", "year"], values="number")
    fall = table["CX02", "2022"] - table["CX02", "2023"]
    reported = fall.notna()
    assert reported.sum() >= 60
    differences = (fall - table["OC16", "2023"])[reported].abs()
    assert differences.max() < 1e-9


def test_about_eight_percent_of_communes_did_not_report_in_2023(observations):
    rows = observations[observations["year"].eq("2023") & observations["value"].eq("")]
    silent = rows.groupby("indicator")["commune_code"].nunique()
    for indicator in ("OP01", "OP05", "OP08", "FI01", "OC16", "CX02"):
        assert silent[indicator] == 6
    assert rows["basis"].isin(HAS_RESULT).all()


def test_plans_and_results_of_works_are_counted_from_the_sites(observations, sites):
    outputs = {(i["facility"], i["project"]): i["id"] for i in catalogue("indicator")}
    kinds = zip(sites["facility"], sites["project"], strict=True)
    own = sites.assign(indicator=[outputs.get(kind, "") for kind in kinds])
    own = own[own["indicator"] != ""]
    keys = ["indicator", "year", "commune_code"]
    rows = observations[observations["indicator"].isin(WORKS)]
    plan = rows[rows["basis"] == "plan"].set_index(keys)["number"]
    count = own.groupby(keys).size().reindex(plan.index, fill_value=0)
    assert plan.equals(count.astype(plan.dtype).rename("number"))

    by_commune = rows[rows["basis"] == "actual"].groupby(keys)["number"]
    reported = by_commune.count() > 0
    done = by_commune.sum()[reported]
    completed = own[own["status"] == "completed"].groupby(keys).size()
    assert completed.index.isin(done.index).all()
    assert done.equals(completed.reindex(done.index, fill_value=0).astype(float).rename("number"))

    illustrative = own[own["source"] == "illustrative"]
    is_reported = reported.loc[pd.MultiIndex.from_frame(illustrative[keys])].to_numpy()
    in_unknown = illustrative["status"].eq("").to_numpy()
    assert (is_reported == ~in_unknown).all()


def test_sites_lie_in_their_own_commune_and_not_on_one_spot(sites, communes):
    shapes = communes.loc[sites["commune_code"]]
    lon, lat = sites["lon"].astype(float), sites["lat"].astype(float)
    assert shapely.contains_xy(shapes.geometry.to_numpy(), lon, lat).all()
    assert (shapes["dist_code"].to_numpy() == sites["district_code"]).all()
    assert not sites.duplicated(["lon", "lat"]).any()
    assert sites["id"].is_unique


def test_sites_use_known_words(sites):
    assert set(sites["facility"]) <= {f["code"] for f in catalogue("facility")}
    assert set(sites["project"]) <= {p["code"] for p in catalogue("project")}
    assert set(sites["status"]) == {"", "planned", "under_construction", "completed"}
    assert set(sites["location"]) == {"commune", "district"}
    assert set(sites["year"]) == set(YEARS)


def test_named_works_of_da6_keep_name_place_status_and_source(sites):
    works = pd.read_csv(SAMPLE / "inputs" / "works.csv", dtype=str, keep_default_na=False)
    works = works[works["project"] == "DA6"]
    named = sites[sites["source"] != "illustrative"]
    assert len(works) == 17
    assert len(named) == 20
    for work in works.to_dict("records"):
        shown = named[named["name"].str.startswith(work["name"]) & named["year"].eq(work["year"])]
        assert len(shown) == len(work["district"].split("; "))
        # Nobody has published whether a planned work was begun: "" is not reported.
        status = "" if work["status"].startswith("planned") else "completed"
        assert (shown["status"] == status).all()
        assert shown["source"].str.startswith(work["source_url"]).all()
        if work["commune_code_2023"]:
            assert shown["commune_code"].tolist() == [work["commune_code_2023"]]
            assert shown["location"].tolist() == ["commune"]
        else:
            assert (shown["location"] == "district").all()
            assert shown["source"].str.endswith("; commune illustrative").all()


def test_roads_of_2023_measure_thirty_kilometres(roads):
    lengths = [geodesic_km(road) for road in roads if road["properties"]["year"] == 2023]
    assert len(lengths) == 16
    assert sum(lengths) == pytest.approx(30.0, abs=0.05)


def test_road_kilometres_by_commune_are_measured_from_the_segments(roads, observations, communes):
    geod = Geod(ellps="WGS84")
    plan = planned(observations, "OP05").set_index("commune_code")["number"]
    measured = dict.fromkeys(plan.index, 0.0)
    for road in roads:
        if road["properties"]["year"] != 2023:
            continue
        line = shapely.geometry.shape(road["geometry"])
        for code in communes.index[communes.geometry.intersects(line)]:
            inside = communes.loc[code, "geometry"].intersection(line)
            measured[code] += geod.geometry_length(inside) / 1000
    assert (plan - pd.Series(measured)).abs().max() < 0.011


def test_roads_are_bent_lines_inside_the_programme_area(roads, regions, communes):
    area = shapely.coverage_union_all(communes.loc[regions.index].geometry.to_numpy())
    crossing = 0
    for road in roads:
        line = shapely.geometry.shape(road["geometry"])
        assert 5 <= len(line.coords) <= 12
        assert area.covers(line)
        crosses = not communes.geometry.covers(line).any()
        assert crosses == (road["properties"]["road_class"] == "inter_commune")
        crossing += crosses
    assert crossing >= 10


def test_roads_of_communes_without_a_report_have_no_status(roads, observations, communes):
    rows = observations[observations["indicator"].eq("OP05") & observations["basis"].eq("actual")]
    silent = set(rows.loc[rows["value"] == "", ["commune_code", "year"]].itertuples(index=False))
    for road in roads:
        shape, about = shapely.geometry.shape(road["geometry"]), road["properties"]
        crossed = communes.index[communes.geometry.intersects(shape)]
        quiet = {(code, str(about["year"])) in silent for code in crossed}
        assert quiet == {about["status"] is None}
        assert (about["reported_km"] is None) == (about["status"] is None)
        assert about["surface"] in {"concrete", "asphalt", "gravel"}


def test_the_observations_stay_small_enough_to_ship():
    assert (SAMPLE / "observations.csv").stat().st_size < 3_000_000


@pytest.mark.long
def test_rebuilding_gives_the_same_bytes(tmp_path):
    command = [sys.executable, "-m", "data.sample.build", "--out", str(tmp_path)]
    environment = os.environ | {"PYTHONUTF8": "1"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300)
    built = sorted(path.name for path in tmp_path.iterdir())
    assert built == ["observations.csv", "regions.csv", "roads.geojson", "sites.csv"]
    for name in built:
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name
