"""How far the nearest of some places is, straight over the WGS 84 ellipsoid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod

from geo.crs import WGS84, require_same_crs, to_wgs84

KM, PLACE = "km", "place"
STEP_DEG = 0.01  # about 1 km; a straight line on one map bends 1 cm on the other

_ELLIPSOID = Geod(ellps="WGS84")


def nearest_km(points: gpd.GeoSeries, places: gpd.GeoSeries) -> pd.DataFrame:
    """Return the geodesic distance from each point to the nearest place.

    Parameters
    ----------
    points
        Where to measure from; a missing or empty point has no distance.
    places
        Points, lines or areas to measure to, in the same CRS; missing and empty ones are left out.
        Of a line or an area the nearest spot counts; inside an area the distance is zero.

    Returns
    -------
    One row per point, in its index: `km`, and in `place` the index label of the nearest place.
    Both are missing where there is no point or no place at all.

    Raises
    ------
    CRSError
        If either layer has no CRS, or the two differ.
    """
    require_same_crs(points, places)
    found = pd.DataFrame({KM: np.nan, PLACE: None}, index=points.index).astype({PLACE: object})
    starts, goals = to_wgs84(_present(points)), to_wgs84(_present(places))
    if starts.empty or goals.empty:
        return found
    # Which place is nearest is decided on a plane around the points; how far it is, is not.
    plane = _plane_around(starts)
    drawn = goals.segmentize(STEP_DEG)  # straight on a map of longitude and latitude, as drawn
    start_m, goal_m = starts.to_crs(plane).to_numpy(), drawn.to_crs(plane).to_numpy()
    row, goal = shapely.STRtree(goal_m).query_nearest(start_m, all_matches=False)
    ways = gpd.GeoSeries(shapely.shortest_line(start_m[row], goal_m[goal]), crs=plane).to_crs(WGS84)
    ends = shapely.get_coordinates(ways).reshape(-1, 4)  # lon, lat of the point, then of the place
    _, _, metres = _ELLIPSOID.inv(*ends.T)
    at = starts.index[row]
    found.loc[at, KM] = metres / 1000
    found.loc[at, PLACE] = np.asarray(goals.index[goal], dtype=object)
    return found


def _plane_around(shapes: gpd.GeoSeries) -> CRS:
    """Return a plane that touches the earth in the middle of some shapes.

    Within 200 km of it a distance is true to 0.02 %.
    """
    west, south, east, north = shapes.total_bounds
    middle = {"lat_0": (south + north) / 2, "lon_0": (west + east) / 2}
    return CRS.from_dict({"proj": "aeqd", "ellps": "WGS84", **middle})


def _present(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    return shapes[~(shapes.isna() | shapes.is_empty)]
