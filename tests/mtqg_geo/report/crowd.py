"""A data set with as many works as a test needs, spread over the communes of the programme."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from mtqg_geo.dataset.layers import crossed_units, cut_at_borders, measured_roads

STATUSES = {"completed": 0.45, "under_construction": 0.25, "planned": 0.2, "not_reported": 0.1}


def crowded(data, count, *, roads=None, year=2023, seed=7):
    """Return the data with so many sites (and roads) of a year, each somewhere in a commune."""
    chance = np.random.default_rng(seed)
    made = _sites(data, count, year, chance)
    return made if roads is None else _with_roads(made, roads, year, chance)


def _with_roads(data, count, year, chance):
    """Return the data with roads between two sites of a commune each, about a kilometre long."""
    starts = data.sites.iloc[np.sort(chance.integers(len(data.sites) - 1, size=count))].geometry
    ends = shapely.points(shapely.get_coordinates(starts) + chance.uniform(-0.01, 0.01, (count, 2)))
    lines = shapely.linestrings([[*a.coords, *b.coords] for a, b in zip(starts, ends, strict=True)])
    like = data.roads.iloc[chance.integers(len(data.roads), size=count)].reset_index(drop=True)
    statuses = chance.choice(list(STATUSES), p=list(STATUSES.values()), size=count)
    ids = [f"DU-{number:05}" for number in range(count)]
    layer = like.assign(id=ids, year=year, status=statuses)
    roads = measured_roads(layer.set_geometry(gpd.GeoSeries(lines, crs=data.roads.crs)))
    pieces = cut_at_borders(roads, data.communes)
    roads = roads.assign(commune_codes=crossed_units(roads, pieces))
    return replace(data, roads=roads, pieces=pieces)


def _sites(data, count, year, chance):
    communes = data.communes[data.communes["code"].isin(data.regions["commune_code"])]
    rows = np.sort(chance.integers(len(communes), size=count))
    points = []
    for row, needed in zip(*np.unique(rows, return_counts=True), strict=True):
        shape = communes.geometry.iloc[row]
        west, south, east, north = shape.bounds
        x, y = chance.uniform((west, south), (east, north), (needed * 6 + 60, 2)).T
        inside = shapely.contains_xy(shape, x, y)
        points += [*shapely.points(x[inside], y[inside])[:needed]]
    assert len(points) == count
    like = data.sites.iloc[chance.integers(len(data.sites), size=count)].reset_index(drop=True)
    placed = communes.iloc[rows]
    columns = {name: placed[name].to_numpy() for name in ("district_code", "district")}
    sites = like.assign(
        id=[f"CT-{number:05}" for number in range(count)],
        commune_code=placed["code"].to_numpy(),
        commune=placed["name"].to_numpy(),
        status=chance.choice(list(STATUSES), p=list(STATUSES.values()), size=count),
        year=year,
        **columns,
    ).set_geometry(gpd.GeoSeries(points, crs=data.sites.crs))
    return replace(data, sites=sites)
