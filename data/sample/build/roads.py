"""Road segments, and the kilometres by commune measured from them (OP05).

A segment starts somewhere in a commune and wanders towards a neighbouring one. It is drawn leg by
leg along geodesics, so its measured length is the one wanted, and the segments of 2023 add up to
the 30 km of the published plan.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from data.sample.build.area import (
    COMMUNES,
    ILLUSTRATIVE,
    YEARS,
    lower_name,
    numbered,
    rng_for,
    silent,
)
from data.sample.build.plan import (
    PACE,
    QUARTERS,
    ROAD_SHARE_DONE,
    apportion,
    plan_total,
    quarter_rows,
    text,
)
from geo.geojson import to_geojson
from geo.measure import length_km
from geo.overlay import length_by_unit

PROPERTIES = (
    "id",
    "name",
    "project",
    "year",
    "status",
    "surface",
    "road_class",
    "reported_km",
    "source",
)
NOTE = "Số liệu minh họa. Illustrative data."
INDICATOR, PROJECT = "OP05", "DA4.TDA1"
ELLIPSOID = Geod(ellps="WGS84")
SEGMENTS = {2022: 13, 2023: 16, 2024: 12}
SHORTEST_M = 800
UNREPORTED = 2  # segments a year without a report, so that no data is seen
SHARE_CROSSING = 0.5  # of the others, how many cross a commune border
BEND_DEG = 13  # spread of the turns between two legs
NEED = {"I": 0.5, "II": 1.0, "III": 2.0}
SURFACES = ("concrete", "asphalt", "gravel")


def build_roads(area: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return all segments; `quarter` says when a completed one was finished."""
    roads = pd.concat([_year_roads(area, year) for year in YEARS], ignore_index=True)
    roads["name"] = numbered(roads["name"], "đoạn")
    return gpd.GeoDataFrame(roads, geometry="geometry", crs=area.crs)


def _year_roads(area: gpd.GeoDataFrame, year: int) -> pd.DataFrame:
    rng = rng_for(f"roads-{year}")
    quiet = silent(area, year, "works")
    lengths_m = _lengths_m(int(plan_total(INDICATOR, year) * 1000), SEGMENTS[year], rng)
    starts = _starts(area, quiet, len(lengths_m), rng)
    lines = [
        _line(area, start, quiet, int(length_m), rng)
        for start, length_m in zip(starts, lengths_m, strict=True)
    ]
    roads = gpd.GeoDataFrame(
        {
            "id": [f"D-{year}-{n:02d}" for n in range(1, len(lines) + 1)],
            "project": PROJECT,
            "year": year,
            "surface": rng.choice(SURFACES, len(lines), p=[0.72, 0.2, 0.08]),
            "source": ILLUSTRATIVE,
        },
        geometry=lines,
        crs=area.crs,
    )
    roads = _with_progress(roads, pd.Series(starts).isin(quiet).to_numpy(), year, rng)
    return _with_names(area, roads, starts)


def _starts(
    area: gpd.GeoDataFrame, quiet: frozenset[str], count: int, rng: np.random.Generator
) -> np.ndarray:
    """Choose the communes where segments begin, a few of them without a report."""
    need = np.where(area.index.isin(quiet), 0, area["region"].map(NEED))
    starts = rng.choice(area.index, count, replace=False, p=need / need.sum())
    unreported = rng.permutation(sorted(quiet))[:UNREPORTED]
    starts[: len(unreported)] = unreported
    return starts


def _lengths_m(total_m: int, count: int, rng: np.random.Generator) -> np.ndarray:
    return SHORTEST_M + apportion(total_m - count * SHORTEST_M, rng.gamma(3.0, 1.0, count))


def _line(
    area: gpd.GeoDataFrame,
    start: str,
    quiet: frozenset[str],
    length_m: int,
    rng: np.random.Generator,
) -> shapely.LineString:
    """Draw one segment that stays in the programme area.

    A segment is reported by all its communes or by none: one that starts in a commune without a
    report stays inside it, the others keep out of such communes.
    """
    home = area.loc[start, "geometry"]
    reporting = area[~area.index.isin(quiet)]
    room = home if start in quiet else shapely.union_all(reporting.geometry.to_numpy())
    near = reporting[reporting.geometry.intersects(home)].drop(start, errors="ignore")
    goals = (near if len(near) else area.loc[[start]]).geometry.representative_point()
    crosses = start not in quiet and len(near) > 0 and rng.random() < SHARE_CROSSING
    while True:
        west, south, east, north = home.bounds
        origin = rng.uniform((west, south), (east, north))
        goal = goals.iloc[rng.integers(len(goals))]
        line = _wander(origin, (goal.x, goal.y), length_m, rng)
        fits = shapely.intersects_xy(home, *origin) and room.covers(line)
        if fits and home.covers(line) != crosses:
            return line


def _wander(
    origin: tuple[float, float],
    goal: tuple[float, float],
    length_m: int,
    rng: np.random.Generator,
) -> shapely.LineString:
    """Draw a gently bent line of the wanted geodesic length from a place towards another."""
    legs = int(rng.integers(4, 12))
    leg_m = rng.uniform(0.7, 1.3, legs)
    leg_m *= length_m / leg_m.sum()
    bearing, _, _ = ELLIPSOID.inv(*origin, *goal)
    bend = 0.0
    points = [tuple(np.round(origin, 6))]
    for step_m in leg_m:
        bend = np.clip(0.6 * bend + rng.normal(0, BEND_DEG), -45, 45)
        lon, lat, _ = ELLIPSOID.fwd(*points[-1], bearing + bend, step_m)
        points.append((round(lon, 6), round(lat, 6)))
    return shapely.LineString(points)


def _with_progress(
    roads: gpd.GeoDataFrame, is_silent: np.ndarray, year: int, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Complete segments until the wanted share of the kilometres is done."""
    measured_km = length_km(roads.geometry).to_numpy()
    wanted_km = ROAD_SHARE_DONE[year] * measured_km.sum()
    status = rng.choice(["under_construction", "planned"], len(roads), p=[0.7, 0.3]).astype(object)
    done_km = 0.0
    for i in rng.permutation(np.flatnonzero(~is_silent)):
        if done_km + measured_km[i] <= wanted_km + 0.3:
            status[i] = "completed"
            done_km += measured_km[i]
    status[is_silent] = None
    pace = PACE[: len(QUARTERS[year])]
    quarters = rng.choice(QUARTERS[year], len(roads), p=pace / pace.sum())
    # A commune reads its road off a design drawing or a car: near the truth, seldom on it.
    reported = np.round(measured_km * rng.normal(1.0, 0.04, len(roads)), 1)
    return roads.assign(
        status=status,
        quarter=np.where(status == "completed", quarters, ""),
        reported_km=np.where(is_silent, np.nan, reported),
    )


def _with_names(
    area: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, starts: np.ndarray
) -> gpd.GeoDataFrame:
    pieces = length_by_unit(roads, _units(), line_id="id", unit_id="code")
    names, classes = [], []
    for road, start in zip(roads["id"], starts, strict=True):
        own = pieces[pieces["id"] == road].sort_values("length_km", ascending=False)
        others = [code for code in own["code"] if code != start]
        home = lower_name(area.loc[start, "name"])
        if others:
            names.append(
                f"Đường liên xã {area.loc[start, 'short']} - {area.loc[others[0], 'short']}"
            )
        else:
            names.append(f"Đường đến trung tâm {home}")
        classes.append("inter_commune" if others else "commune")
    return roads.assign(name=names, road_class=classes)


def _units() -> gpd.GeoDataFrame:
    return gpd.read_file(COMMUNES)


def road_rows(area: pd.DataFrame, roads: gpd.GeoDataFrame) -> list[tuple[str, ...]]:
    """Return plan and quarterly results in kilometres, measured within each commune."""
    pieces = length_by_unit(roads, _units(), line_id="id", unit_id="code")
    pieces = pieces.merge(roads[["id", "year", "quarter"]], on="id")
    rows: list[tuple[str, ...]] = []
    for year in YEARS:
        own = pieces[pieces["year"] == year]
        by_commune = own.groupby("code")["length_km"].sum().reindex(area.index, fill_value=0.0)
        plan = apportion(round(plan_total(INDICATOR, year) * 100), by_commune)  # units of 10 m
        quiet = silent(area, year, "works")
        for code, planned in zip(area.index, plan, strict=True):
            here = own[own["code"] == code]
            per_road = apportion(int(planned), here["length_km"])
            done = [
                int(per_road[here["quarter"].eq(quarter).to_numpy()].sum())
                for quarter in QUARTERS[year]
            ]
            parts = ["" if code in quiet else text(part / 100, 2) for part in done]
            value = text(int(planned) / 100, 2)
            rows.append((code, INDICATOR, PROJECT, str(year), "plan", value, ILLUSTRATIVE))
            rows += quarter_rows(code, INDICATOR, PROJECT, year, "actual", parts)
    return rows


def write_geojson(roads: gpd.GeoDataFrame, path: Path) -> None:
    """Write the segments as GeoJSON, sorted by id."""
    collection = to_geojson(roads.sort_values("id"), properties=PROPERTIES, members={"note": NOTE})
    path.write_text(f"{collection}\n", encoding="utf-8", newline="\n")
