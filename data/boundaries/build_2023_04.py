"""Build the approximate commune and district layers of Bắc Giang, vintage 2023-04.

No official commune layer of 2023 is open, so this one is made from what is: a point for every
commune and a generalised outline. Each commune is the part of the province nearer to its point
than to any other (a Voronoi partition), and a district is the union of its communes. The edges
stay straight on purpose: a border that looks surveyed but is not would mislead.

Run from the root of the project::

    python -m data.boundaries.build_2023_04
"""

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from data.boundaries.catalogue import write_entry, write_layer
from geo.boundaries import dissolve
from geo.io import read_layer

HERE = Path(__file__).parent
INPUTS = HERE / "inputs"
VINTAGE = "2023-04"
LISTED_ON = "2023-04-10"  # date of the statistics office's list the codes come from
PROVINCE = {"prov_code": "24", "province": "Tỉnh Bắc Giang"}
WGS84 = "EPSG:4326"
# Distances are compared in the province's own grid: in degrees, east-west counts 7 % too much.
GRID = "EPSG:9214"  # VN-2000, 3° zone, central meridian 107°00′
HULL_RATIO = 0.1  # follows the rim: a convex hull would add 19 %
HULL_MARGIN_M = 500.0  # points near the rim keep a cell wide enough to see and to click
PRECISION_DEG = 1e-7  # about 1 cm: neighbours share identical vertices after rounding

ENTRY = """\
[[set]]
vintage = "{vintage}"
valid_from = "{listed_on}"
name = "Ranh giới xã, huyện tỉnh Bắc Giang tháng 4/2023 (gần đúng)"
province = "Bắc Giang"
accuracy = "approximate"
source = "Voronoi partition of commune points (open 2008 commune layer, vietnamadminunits 1.0.4) \
inside the Natural Earth outline; codes and names: statistics office list of 10 April 2023"
licence = "MIT (commune points), public domain (Natural Earth outline)"

[set.note]
vi = "Ranh giới gần đúng: dựng từ điểm của từng xã, không phải ranh giới hành chính chính thức. \
Không dùng để đo diện tích hoặc xác định địa giới."
en = "Approximate boundaries: drawn around one point per commune, not the official ones. \
Do not use them to measure areas or to settle where a border runs."

[set.levels]
commune = "{vintage}/communes.shp"
district = "{vintage}/districts.shp"

[set.sha256]
commune = "{commune}"
district = "{district}"
"""


def read_points() -> gpd.GeoDataFrame:
    """Return one point per commune of the official list, with its names, sorted by code."""
    units = pd.read_csv(INPUTS / "communes_bac_giang_2023.csv", dtype=str)
    points = pd.read_csv(INPUTS / "commune_points_2023.csv", dtype={"code": str})
    named = units.merge(
        points[["code", "lon", "lat"]],
        left_on="commune_code",
        right_on="code",
        how="left",
        validate="one_to_one",
    )
    if named["lon"].isna().any():
        missing = named.loc[named["lon"].isna(), "commune_code"]
        raise SystemExit(f"{len(missing)} communes have no point (first: {missing.iloc[0]}).")
    columns = {
        "code": named["commune_code"],
        "name": named["commune"],
        "type": named["type"],
        "dist_code": named["district_code"],
        "district": named["district"],
    }
    geometry = gpd.points_from_xy(named["lon"], named["lat"])
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=WGS84)
    return frame.assign(**PROVINCE).sort_values("code", ignore_index=True)


def read_outline() -> BaseGeometry:
    """Return the generalised outline of the province, in the metres of `GRID`."""
    ring = pd.read_csv(INPUTS / "province_outline.csv")
    outline = shapely.Polygon(ring[["lon", "lat"]].to_numpy())
    return gpd.GeoSeries([outline], crs=WGS84).to_crs(GRID).iloc[0]


def area_to_share(outline: BaseGeometry, points: gpd.GeoSeries) -> BaseGeometry:
    """Return the outline widened by a hull around the points, so that none falls outside."""
    hull = shapely.concave_hull(points.union_all(), ratio=HULL_RATIO)
    return outline.union(hull.buffer(HULL_MARGIN_M, join_style="mitre"))


def largest_part_with(cell: BaseGeometry, point: BaseGeometry) -> BaseGeometry:
    """Return the part of a clipped cell that holds its own point."""
    return next(part for part in shapely.get_parts(cell) if part.covers(point))


def partition(area: BaseGeometry, points: gpd.GeoSeries) -> np.ndarray:
    """Return one polygon per point, in the order given, that together fill the area.

    A cell cut in two by a bend of the outline keeps the part with its point; each stray part
    goes to the neighbour with which it shares the longest border.
    """
    sites = shapely.multipoints(points.to_numpy())
    cells = shapely.voronoi_polygons(sites, extend_to=area, ordered=True)
    clipped = shapely.intersection(shapely.get_parts(cells), area)
    kept = np.array([largest_part_with(c, p) for c, p in zip(clipped, points, strict=True)])
    strays = [
        part
        for cell, own in zip(clipped, kept, strict=True)
        for part in shapely.get_parts(cell)
        if not part.equals(own)
    ]
    for stray in strays:
        shared_m = shapely.length(shapely.intersection(kept, stray))
        heir = int(np.argmax(shared_m))
        kept[heir] = shapely.coverage_union(kept[heir], stray)
    return kept


def build_communes() -> gpd.GeoDataFrame:
    """Return the communes as a valid coverage in WGS 84."""
    points = read_points()
    metric = points.geometry.to_crs(GRID)
    cells = partition(area_to_share(read_outline(), metric), metric)
    wgs84 = gpd.GeoSeries(cells, crs=GRID).to_crs(WGS84)
    # Rounding point by point moves a shared vertex the same way in both neighbours.
    rounded = shapely.set_precision(wgs84.to_numpy(), PRECISION_DEG, mode="pointwise")
    return points.set_geometry(gpd.GeoSeries(shapely.normalize(rounded), crs=WGS84))


def build_districts(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the districts: each the union of its communes, vertices unchanged."""
    dissolved = dissolve(
        communes, by="dist_code", columns=["district", "prov_code", "province"]
    ).rename(columns={"dist_code": "code", "district": "name"})
    is_city = dissolved["name"].str.startswith("Thành phố")
    return dissolved.assign(
        type=is_city.map({True: "Thành phố", False: "Huyện"}), geometry=dissolved.normalize()
    )[["code", "name", "type", "prov_code", "province", "geometry"]]


def check(communes: gpd.GeoDataFrame) -> None:
    """Stop if the layer written is not what the catalogue promises."""
    points = read_points()
    if not shapely.coverage_is_valid(communes.geometry.to_numpy()):
        raise SystemExit("The communes are not a valid coverage: neighbours do not share edges.")
    if not communes.geom_type.eq("Polygon").all():
        raise SystemExit("Some communes have more than one part.")
    outside = ~communes.geometry.contains(points.geometry)
    if outside.any():
        code = communes.loc[outside, "code"].iloc[0]
        raise SystemExit(f"{outside.sum()} communes do not hold their point (first: {code}).")


def main(folder: Path) -> None:
    """Write both layers and the catalogue below `folder`."""
    target = folder / VINTAGE
    target.mkdir(parents=True, exist_ok=True)
    communes = build_communes()
    checksums = {
        "commune": write_layer(communes, target / "communes.shp"),
        "district": write_layer(build_districts(communes), target / "districts.shp"),
    }
    check(read_layer(target / "communes.shp"))
    write_entry(folder, ENTRY.format(vintage=VINTAGE, listed_on=LISTED_ON, **checksums))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into")
    main(parser.parse_args().out)
