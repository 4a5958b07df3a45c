"""Lengths and areas on the WGS 84 ellipsoid.

A map projection stretches: Web Mercator overstates a length at 21° north by 7 % and an area by
15 %. Everything is therefore measured along geodesics, from any reference system.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely import GeometryType

from geo.crs import to_wgs84
from geo.errors import GeometryError

_ELLIPSOID = Geod(ellps="WGS84")
_LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)
_POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)


def length_km(lines: gpd.GeoSeries) -> pd.Series:
    """Return the geodesic length of each line, in kilometres.

    Parameters
    ----------
    lines
        Line geometries in any CRS; a missing or empty geometry gives NaN.

    Raises
    ------
    CRSError
        If `lines` has no CRS.
    GeometryError
        If a geometry is no line or has a coordinate that is not finite.
    """
    geometries = _checked(lines, kinds=_LINES, noun="line")
    parts, owner = shapely.get_parts(geometries, return_index=True)
    total_m = np.zeros(len(geometries))
    np.add.at(total_m, owner, _part_m(parts))
    total_m[_absent(geometries)] = np.nan
    return pd.Series(total_m / 1000, index=lines.index, name="length_km")


def area_km2(polygons: gpd.GeoSeries) -> pd.Series:
    """Return the geodesic area of each polygon, in square kilometres.

    Parameters
    ----------
    polygons
        Polygons in any CRS, wound either way, holes subtracted; missing or empty gives NaN.

    Raises
    ------
    CRSError
        If `polygons` has no CRS.
    GeometryError
        If a geometry is no polygon or has a coordinate that is not finite.
    """
    geometries = shapely.orient_polygons(_checked(polygons, kinds=_POLYGONS, noun="polygon"))
    absent = _absent(geometries)
    area_m2 = [
        np.nan if gone else abs(_ELLIPSOID.geometry_area_perimeter(geometry)[0])
        for geometry, gone in zip(geometries, absent, strict=True)
    ]
    return pd.Series(np.array(area_m2, float) / 1e6, index=polygons.index, name="area_km2")


def _part_m(parts: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the metres of each simple line by one call for all their segments."""
    points, owner = shapely.get_coordinates(parts, return_index=True)
    is_segment = owner[1:] == owner[:-1]
    (lon, lat), (lon_next, lat_next) = points[:-1][is_segment].T, points[1:][is_segment].T
    _, _, segment_m = _ELLIPSOID.inv(lon, lat, lon_next, lat_next)
    total_m = np.zeros(len(parts))
    np.add.at(total_m, owner[1:][is_segment], segment_m)
    return total_m


def _checked(
    layer: gpd.GeoSeries, *, kinds: tuple[GeometryType, ...], noun: str
) -> NDArray[np.object_]:
    """Return the geometries in WGS 84, or say which of them cannot be measured."""
    geometries = np.asarray(to_wgs84(layer).array, dtype=object)
    wrong = ~np.isin(shapely.get_type_id(geometries), (GeometryType.MISSING, *kinds))
    _refuse(layer, wrong, f"are not a {noun}", f"keep only {noun}s to measure")
    points, owner = shapely.get_coordinates(geometries, return_index=True)
    infinite = np.zeros(len(geometries), dtype=bool)
    infinite[owner[~np.isfinite(points).all(axis=1)]] = True
    _refuse(layer, infinite, "have a coordinate that is not finite", "correct or remove them")
    return geometries


def _refuse(layer: gpd.GeoSeries, wrong: NDArray[np.bool_], what: str, cure: str) -> None:
    if wrong.any():
        msg = (
            f"{wrong.sum():,} of {len(layer):,} geometries {what} "
            f"(first: row {layer.index[wrong][0]}); {cure}."
        )
        raise GeometryError(msg)


def _absent(geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
    absent: NDArray[np.bool_] = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    return absent
