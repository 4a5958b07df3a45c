"""A data set with as many sites as a test needs, spread over the communes of the programme."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

STATUSES = {"completed": 0.45, "under_construction": 0.25, "planned": 0.2, "not_reported": 0.1}


def crowded(data, count, *, year=2023, seed=7):
    """Return the data with so many sites of a year, each somewhere in a commune."""
    chance = np.random.default_rng(seed)
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
