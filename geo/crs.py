"""Coordinate reference systems: present, equal, or refused.

Layers are stored and exchanged in WGS 84, longitude first. Geopandas only warns when two layers
differ, and then finds nothing; here a difference is an error.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, TypeVar

import geopandas as gpd
import numpy as np
from pyproj import CRS, Transformer

from geo.errors import CRSError
from geo.shapes import Floats

WGS84 = "EPSG:4326"

_PLANES = {"shapes": "tmerc", "areas": "laea", "distances": "aeqd"}

Layer = TypeVar("Layer", gpd.GeoDataFrame, gpd.GeoSeries)


def require_crs(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Return the reference system of a layer.

    Raises
    ------
    CRSError
        If the layer has none.
    """
    if layer.crs is None:
        msg = (
            f"The layer of {len(layer):,} features has no coordinate reference system; "
            'name it first, for example with set_crs("EPSG:4326").'
        )
        raise CRSError(msg)
    return CRS(layer.crs)


def require_same_crs(
    first: gpd.GeoDataFrame | gpd.GeoSeries, second: gpd.GeoDataFrame | gpd.GeoSeries
) -> CRS:
    """Return the reference system that two layers share.

    Raises
    ------
    CRSError
        If either layer has none, or the two differ.
    """
    crs, other = require_crs(first), require_crs(second)
    # Layers keep x = longitude whatever the authority says, so the axis order is no difference.
    if not crs.equals(other, ignore_axis_order=True):
        msg = (
            f"The layers have different reference systems ({_label(crs)} and {_label(other)}); "
            "bring both to one with to_crs first."
        )
        raise CRSError(msg)
    return crs


def to_wgs84(layer: Layer) -> Layer:
    """Return the layer in WGS 84 longitude and latitude, in degrees.

    Raises
    ------
    CRSError
        If the layer has no reference system.
    """
    require_crs(layer)
    return layer.to_crs(WGS84)


def degrees_of(x: Floats, y: Floats, crs: str) -> tuple[Floats, Floats]:
    """Return WGS 84 longitude and latitude of coordinates, infinite where they are off the earth.

    Parameters
    ----------
    x, y
        Easting and northing, or degrees east and north, whatever the system says of its axes.
    crs
        Their reference system, such as "EPSG:9214".
    """
    lon, lat = _to_wgs84(crs).transform(x, y)
    return np.asarray(lon), np.asarray(lat)


@lru_cache(maxsize=64)
def _to_wgs84(crs: str) -> Transformer:
    return Transformer.from_crs(CRS(crs), WGS84, always_xy=True)


def plane_around(bounds: Iterable[float], *, true: Literal["shapes", "areas", "distances"]) -> CRS:
    """Return a plane in metres that touches the earth in the middle of some ground.

    Parameters
    ----------
    bounds
        West, south, east and north of the ground, in degrees.
    true
        What the plane keeps: shapes (and lengths to 0.2 % across a province), areas exactly, or
        distances from the middle (to 0.02 % within 200 km of it).
    """
    west, south, east, north = bounds
    middle = {"lat_0": (south + north) / 2, "lon_0": (west + east) / 2}
    return CRS.from_dict({"proj": _PLANES[true], "datum": "WGS84", "units": "m", **middle})


def _label(crs: CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name
