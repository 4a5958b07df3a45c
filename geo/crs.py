"""Coordinate reference systems: present, equal, or refused.

Layers are stored and exchanged in WGS 84, longitude first. Geopandas only warns when two layers
differ, and then finds nothing; here a difference is an error. So is a system that is written down
in a damaged text, of which GDAL and PROJ make another one.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, TypeVar

import geopandas as gpd
import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geo.errors import CRSError
from geo.shapes import Floats

WGS84 = "EPSG:4326"

# A piece of well-known text: the word before a bracket, a text, a number or an axis' direction, and
# all that stands up to the next piece.
_PIECE = re.compile(
    r"""\s*(?:(?P<opens>[A-Za-z]\w*)\s*[\[(]
      |(?:"(?:[^"]|"")*"|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|[A-Za-z]+)
       (?P<closes>[\s\])]*)(?P<ends>,|$))""",
    re.VERBOSE,
)
_NOTES = {"AUTHORITY", "METADATA", "VERTCS"}  # what says nothing of where a place lies
_DIALECTS = ("WKT1_ESRI", "WKT1_GDAL")
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


def is_read_as_written(text: str, crs: CRS) -> bool:
    """Say whether a system is the one of a well-known text, as in a ``.prj`` file.

    The readers of such texts overlook brackets that close in the wrong place, words they do not
    know and what stands twice, and take what is then missing for what is usual.

    Parameters
    ----------
    text
        Well-known text as GDAL or Esri write it (WKT 1).
    crs
        What was made of it.

    Examples
    --------
    The scale of this zone is lost with a letter, and taken for 1: places move by up to 230 m.

    >>> zone = CRS("EPSG:9214")
    >>> text = zone.to_wkt("WKT1_ESRI")
    >>> damaged = text.replace("Scale_Factor", "Scole_Factor")
    >>> is_read_as_written(text, zone), is_read_as_written(damaged, CRS(damaged))
    (True, False)
    """
    said = _numbers(text)
    if said is None:
        return False
    for dialect in _DIALECTS:
        try:
            made = _numbers(crs.to_wkt(dialect))
        except ProjError:  # a system that this dialect has no words for
            continue
        if made is not None and not said - made and all(map(_is_usual, made - said)):
            return True
    return False


def _is_usual(place: tuple[str, float]) -> bool:
    """Say whether a number is what a parameter is without a word of it: a shift of 0, a scale of 1.

    >>> _is_usual(("PROJCS PARAMETER", 1.0)), _is_usual(("PROJCS UNIT", 1.0))
    (True, False)
    """
    return place[0].endswith(" PARAMETER") and place[1] in (0, 1)


def _numbers(text: str) -> Counter[tuple[str, float]] | None:
    """Return each number of a well-known text with the words around it, None if it is damaged.

    >>> _numbers('GEOGCS["a",PRIMEM["Greenwich",0.25]]')
    Counter({('GEOGCS PRIMEM', 0.25): 1})
    >>> _numbers('GEOGCS["a",PRIMEM["Greenwich",0.25]99]')
    """
    numbers: Counter[tuple[str, float]] = Counter()
    path: list[str] = []
    text, at = text.strip(), 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            return None
        at = piece.end()
        if piece["opens"]:
            path.append(piece["opens"].upper())
            continue
        if piece["number"] and not _NOTES & {*path}:
            # Programs differ in the last digits; and PROJ turns the angles of TOWGS84 around where
            # they are known to be of the other convention.
            numbers[" ".join(path), float(f"{abs(float(piece['number'])):.10g}")] += 1
        n_closed = len(re.sub(r"\s", "", piece["closes"]))
        if not path or n_closed > len(path):
            return None
        del path[len(path) - n_closed :]
    return None if path or not text else numbers


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
