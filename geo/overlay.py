"""Lines and points laid over units: how many kilometres, which unit, and what is left outside.

Nothing is counted twice and nothing is lost. A stretch that several units hold, because they
overlap or share a border, goes to the first of them in the order of their ids, and the lengths by
unit and outside add up to the length of the lines, to a billionth of it.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import STRtree

from geo.borders import NO_UNIT, Numbers, Shapes, borders_of
from geo.crs import require_same_crs
from geo.cutting import Shares, cut_lines
from geo.errors import GeometryError
from geo.measure import length_km
from geo.parallel import map_parts

_LINES_AT_ONCE = 50_000


def length_by_unit(
    lines: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    *,
    line_id: str,
    unit_id: str,
    threads: int | None = None,
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
    threads
        How many parts of a large layer to work on at a time; one for each processor unless
        given. Where ``DASK_SCHEDULER_ADDRESS`` names a cluster, that does the parts instead.

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
    GeoError
        If a cluster is named that cannot be used.
    """
    require_same_crs(lines, units)
    units = _in_order(units, unit_id)
    line, unit, km = _shares(lines.geometry, np.asarray(units.geometry.array), threads)
    pieces = pd.DataFrame(
        {
            line_id: lines[line_id].array.take(line),
            unit_id: units[unit_id].array.take(unit, allow_fill=True),
            "length_km": km,
        }
    )
    by_ids = pieces.groupby([line_id, unit_id], dropna=False, as_index=False)
    return by_ids["length_km"].sum(skipna=False)


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


def _shares(lines: gpd.GeoSeries, units: Shapes, threads: int | None) -> Shares:
    """Return line number, unit number and kilometres, large layers by parts."""
    starts = range(0, max(len(lines), 1), _LINES_AT_ONCE)
    parts = [lines.iloc[start : start + _LINES_AT_ONCE] for start in starts]
    try:
        shares = map_parts(cut_lines, parts, borders_of(units), threads=threads)
    except GeometryError:
        length_km(lines)  # says how many of all lines are wrong, not only of one part
        raise
    line = [number + start for start, (number, _, _) in zip(starts, shares, strict=True)]
    unit, km = ([share[column] for share in shares] for column in (1, 2))
    return np.concatenate(line), np.concatenate(unit), np.concatenate(km)


def _first_unit(shapes: Shapes, units: Shapes) -> Numbers:
    """Return the lowest number of the units that each shape meets, `NO_UNIT` if it meets none."""
    shape, unit = STRtree(units).query(shapes, predicate="intersects")
    first = np.full(len(shapes), len(units), dtype=np.intp)
    np.minimum.at(first, shape, unit)
    first[first == len(units)] = NO_UNIT
    return first
