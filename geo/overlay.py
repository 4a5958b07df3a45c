"""Lines and points laid over units: how many kilometres, which unit, and what is left outside.

Nothing is counted twice and nothing is lost. Units are visited in the order of their ids and each
takes what earlier ones left, so a stretch along a shared border goes to the first of its units,
and the lengths by unit and outside always add up to the length of the lines.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely import GeometryType, STRtree

from geo.crs import require_crs, require_same_crs
from geo.errors import GeometryError
from geo.measure import length_km

_OUTSIDE = -1
_SLIVER_KM = 1e-9  # a micrometre: what rounding leaves of a line at a border

Pieces = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]


def length_by_unit(
    lines: gpd.GeoDataFrame, units: gpd.GeoDataFrame, *, line_id: str, unit_id: str
) -> pd.DataFrame:
    """Return the geodesic kilometres of each line within each unit.

    Parameters
    ----------
    lines
        Lines in the CRS of `units`; rows with the same id are added up.
    units
        Polygons of the units, which may share borders and may even overlap.
    line_id, unit_id
        Columns that name the lines and the units.

    Returns
    -------
    pandas.DataFrame
        Columns `line_id`, `unit_id` (missing = outside all units) and ``length_km``, sorted by
        the ids. A line without a shape keeps one row: no unit, length NaN.

    Raises
    ------
    CRSError
        If the layers have different reference systems, or none.
    GeometryError
        If a unit is invalid or a line is no line.
    """
    crs = require_same_crs(lines, units)
    units = _in_order(units, unit_id)
    total_km = length_km(lines.geometry).to_numpy()
    shapes = np.asarray(lines.geometry.array, dtype=object)
    line, unit, piece_km = _cut(shapes, total_km, np.asarray(units.geometry.array), crs=crs)
    pieces = pd.DataFrame(
        {
            line_id: lines[line_id].array.take(line),
            unit_id: units[unit_id].array.take(unit, allow_fill=True),
            "length_km": piece_km,
        }
    )
    by_ids = pieces.groupby([line_id, unit_id], dropna=False, as_index=False)
    return by_ids["length_km"].sum(skipna=False)


def dissolved_length_km(lines: gpd.GeoSeries) -> float:
    """Return the geodesic length of all lines together, in kilometres, each stretch once.

    Parameters
    ----------
    lines
        Lines in any CRS; a stretch drawn by several of them counts once, missing ones nothing.

    Raises
    ------
    CRSError
        If `lines` has no CRS.
    GeometryError
        If a geometry is no line.
    """
    crs = require_crs(lines)
    length_km(lines)  # refuses what is no line before it is merged
    # The same stretch cut at other vertices is off by a rounding error: a grid of 0.1 mm
    # makes the copies fall together.
    grid = 1e-9 if crs.is_geographic else 1e-4
    merged = shapely.union_all(np.asarray(lines.array, dtype=object), grid_size=grid)
    if merged.is_empty:
        return 0.0
    return float(length_km(gpd.GeoSeries([merged], crs=crs)).iloc[0])


def locate(points: gpd.GeoSeries, units: gpd.GeoDataFrame, *, unit_id: str) -> pd.Series:
    """Return the id of the unit that holds each point, missing where none does.

    Parameters
    ----------
    points
        Points in the CRS of `units`; a missing point lies in no unit.
    units
        Polygons; a point on a border belongs to the first of its units in order of id.
    unit_id
        Column that names the units.

    Raises
    ------
    CRSError
        If the layers have different reference systems, or none.
    GeometryError
        If a unit is invalid.
    """
    require_same_crs(points, units)
    units = _in_order(units, unit_id)
    holder = _first_unit(np.asarray(points.array), np.asarray(units.geometry.array))
    ids = units[unit_id].array.take(holder, allow_fill=True)
    return pd.Series(ids, index=points.index, name=unit_id)


def _in_order(units: gpd.GeoDataFrame, unit_id: str) -> gpd.GeoDataFrame:
    """Return the units sorted by id, or say which of them are invalid."""
    invalid = ~(units.geometry.is_valid | units.geometry.isna())
    if invalid.any():
        msg = (
            f"{invalid.sum():,} of {len(units):,} units have an invalid shape "
            f"(first: {units.loc[invalid, unit_id].iloc[0]}); repair them first."
        )
        raise GeometryError(msg)
    return units.sort_values(unit_id, kind="stable")


def _cut(
    lines: NDArray[np.object_],
    total_km: NDArray[np.float64],
    units: NDArray[np.object_],
    *,
    crs: CRS,
) -> Pieces:
    """Return line number, unit number (-1 = outside) and kilometres of every piece."""
    first = _first_unit(lines, units)
    is_whole = (first == _OUTSIDE) | (total_km == 0)
    is_whole[~is_whole] = shapely.covers(units[first[~is_whole]], lines[~is_whole])
    whole, broken = np.flatnonzero(is_whole), np.flatnonzero(~is_whole)
    segments, owner = _segments(lines[broken])
    segment, unit, piece_km = _cut_segments(segments, units, crs=crs)
    return (
        np.concatenate([whole, broken[owner[segment]]]),
        np.concatenate([first[whole], unit]),
        np.concatenate([total_km[whole], piece_km]),
    )


def _first_unit(shapes: NDArray[np.object_], units: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the lowest number of the units that each shape meets, -1 where there is none."""
    shape, unit = STRtree(units).query(shapes, predicate="intersects")
    first = np.full(len(shapes), len(units), dtype=np.intp)
    np.minimum.at(first, shape, unit)
    first[first == len(units)] = _OUTSIDE
    return first


def _segments(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the straight segments of the lines and the number of the line of each."""
    parts, line = shapely.get_parts(lines, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    is_segment = (part[1:] == part[:-1]) & (points[1:] != points[:-1]).any(axis=1)
    ends = np.stack([points[:-1][is_segment], points[1:][is_segment]], axis=1)
    return shapely.linestrings(ends), line[part[1:][is_segment]]


def _cut_segments(segments: NDArray[np.object_], units: NDArray[np.object_], *, crs: CRS) -> Pieces:
    """Return segment number, unit number and kilometres of every piece.

    Whole lines cannot be cut so: an intersection merges what a line runs through twice.
    """
    segment, unit = STRtree(units).query(segments, predicate="intersects")
    order = np.lexsort((unit, segment))
    segment, unit = segment[order], unit[order]
    turn = np.arange(len(segment)) - np.searchsorted(segment, segment)
    left = segments.copy()
    pieces = np.empty(len(segment), dtype=object)
    for now in (turn == number for number in range(turn.max(initial=-1) + 1)):
        rows, takers = segment[now], units[unit[now]]
        pieces[now] = shapely.intersection(left[rows], takers)
        left[rows] = shapely.difference(left[rows], takers)
    segment = np.concatenate([segment, np.arange(len(segments))])
    unit = np.concatenate([unit, np.full(len(segments), _OUTSIDE)])
    piece_km = _linear_km(np.concatenate([pieces, left]), crs=crs)
    return _shares(segment, unit, piece_km, _linear_km(segments, crs=crs))


def _shares(
    segment: NDArray[np.intp],
    unit: NDArray[np.intp],
    piece_km: NDArray[np.float64],
    segment_km: NDArray[np.float64],
) -> Pieces:
    """Return the pieces without rounding slivers, each segment's adding up to its length.

    A straight stretch on the map is not quite a geodesic, so its parts measure a little more
    than the whole: 1e-8 of it at 10 km.
    """
    is_real = piece_km > np.minimum(_SLIVER_KM, segment_km[segment] / 1000)
    segment, unit, piece_km = segment[is_real], unit[is_real], piece_km[is_real]
    sum_km = np.bincount(segment, weights=piece_km, minlength=len(segment_km))
    return segment, unit, piece_km * (segment_km / sum_km)[segment]


def _linear_km(shapes: NDArray[np.object_], *, crs: CRS) -> NDArray[np.float64]:
    """Return the kilometres of the lines among the parts of each shape."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    is_line = (shapely.get_type_id(parts) == GeometryType.LINESTRING) & ~shapely.is_empty(parts)
    part_km = length_km(gpd.GeoSeries(parts[is_line], crs=crs)).to_numpy()
    total_km = np.zeros(len(shapes))
    np.add.at(total_km, owner[is_line], part_km)
    return total_km
