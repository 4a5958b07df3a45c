"""Lines and points laid over units: how many kilometres, which unit, and what is left outside.

Nothing is counted twice and nothing is lost. A stretch that several units hold, because they
overlap or share a border, goes to the first of them in the order of their ids, and the lengths by
unit and outside add up to the length of the lines, to a billionth of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from shapely import STRtree

from geo.crs import WGS84, require_same_crs
from geo.errors import GeometryError, refuse
from geo.measure import distance_m, length_km
from geo.parallel import map_parts
from geo.shapes import Floats, Numbers, Shapes

NO_UNIT = -1

_LINES_AT_ONCE = 50_000
_SLIVER_M, _SLIVER_DEG = 1e-6, 1e-11  # a micrometre: what rounding leaves at a border
_MAX_EXCESS = 5e-10  # of a line: what its pieces may measure more than the whole

Shares = tuple[Numbers, Numbers, Floats]


@dataclass(frozen=True)
class BorderMeetings:
    """Where segments meet borders, as shares of the way along each segment.

    Attributes
    ----------
    segment, share
        Every place where a segment may leave or enter a unit, in no order. A place too many does
        no harm: what lies on both sides of it is then in the same unit.
    along_segment, along_from, along_to, along_unit
        Stretches that run along the border of a unit; their ends are among the places.
    """

    segment: Numbers
    share: Floats
    along_segment: Numbers
    along_from: Floats
    along_to: Floats
    along_unit: Numbers


@dataclass(frozen=True)
class Borders:
    """The units and the edges of their rings, ready to be searched by several threads.

    Attributes
    ----------
    units
        Polygons, missing ones allowed; a unit is known by its number in this array.
    tree
        Index of the edges of their rings.
    start, end, owner
        Both ends of each edge as rows of x and y, and the number of its unit.
    """

    units: Shapes
    tree: STRtree
    start: Floats
    end: Floats
    owner: Numbers

    def __reduce__(self) -> tuple[Callable[[Shapes], "Borders"], tuple[Shapes]]:
        """Send the units alone to another process, which builds the index for itself."""
        return borders_of, (self.units,)

    def meetings(self, start: Floats, end: Floats) -> BorderMeetings:
        """Return where the segments between the rows of `start` and `end` meet the borders."""
        segment, edge = self.tree.query(shapely.linestrings(np.stack([start, end], axis=1)))
        way = (end - start)[segment]
        length = np.hypot(way[:, 0], way[:, 1])
        # Of both ends of each edge: how far left of the segment's line, how far along it.
        first, last = self.start[edge] - start[segment], self.end[edge] - start[segment]
        first_left, last_left = _cross(way, first) / length, _cross(way, last) / length
        first_share, last_share = _dot(way, first) / length**2, _dot(way, last) / length**2

        # What the rounding of coordinates can move a place that lies on the line.
        slack = 8 * np.spacing(np.abs(self.start).max(initial=0))
        near, far = np.minimum(first_left, last_left), np.maximum(first_left, last_left)
        is_along = (near >= -slack) & (far <= slack)
        is_crossing = (near <= slack) & (far >= -slack) & ~is_along
        with np.errstate(divide="ignore", invalid="ignore"):  # of edges that are along
            part = (first_left / (first_left - last_left)).clip(0, 1)
            share = first_share + part * (last_share - first_share)
        is_crossing &= (share >= -slack / length) & (share <= 1 + slack / length)
        along_from = np.minimum(first_share, last_share).clip(0, 1)
        along_to = np.maximum(first_share, last_share).clip(0, 1)
        is_along &= along_from < along_to
        along = segment[is_along], along_from[is_along], along_to[is_along]
        return BorderMeetings(
            np.concatenate([segment[is_crossing], along[0], along[0]]),
            np.concatenate([share[is_crossing].clip(0, 1), along[1], along[2]]),
            *along,
            self.owner[edge[is_along]],
        )


@dataclass(frozen=True)
class _Pieces:
    """Pieces of segments, in their order along the lines.

    `low` and `high` are the ends as shares of the way along the segment; `run` counts the
    stretches between two places where a border is met, of one piece or of many.
    """

    segment: Numbers
    low: Floats
    high: Floats
    run: Numbers


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

    Examples
    --------
    A road runs from the middle of commune A through B and as far again beyond.

    >>> boxes = shapely.box([106, 106.1], 21, [106.1, 106.2], 21.1)
    >>> units = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=boxes, crs="EPSG:4326")
    >>> line = shapely.from_wkt("LINESTRING (106.05 21.05, 106.25 21.05)")
    >>> road = gpd.GeoDataFrame({"id": ["QL31"]}, geometry=[line], crs="EPSG:4326")
    >>> length_by_unit(road, units, line_id="id", unit_id="code").round(1)
         id code  length_km
    0  QL31    A        5.2
    1  QL31    B       10.4
    2  QL31  NaN        5.2
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
    holder = first_unit(np.asarray(points.array), np.asarray(units.geometry.array))
    ids = units[unit_id].array.take(holder, allow_fill=True)
    return pd.Series(ids, index=points.index, name=unit_id)


def _in_order(units: gpd.GeoDataFrame, unit_id: str) -> gpd.GeoDataFrame:
    """Return the units sorted by id, or say which of them are invalid."""
    invalid = ~(units.geometry.is_valid | units.geometry.isna())
    refuse(
        GeometryError, invalid, units[unit_id], "units have an invalid shape", "repair them first"
    )
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


def first_unit(shapes: Shapes, units: Shapes) -> Numbers:
    """Return the lowest number of the units that each shape meets, `NO_UNIT` if it meets none.

    >>> units = shapely.box([0, 1], 0, [1, 2], 1)
    >>> first_unit(shapely.points([[0.5, 0.5], [1, 0.5], [3, 0.5]]), units).tolist()
    [0, 0, -1]
    """
    # The units ask for the shapes, not the other way round: GEOS then prepares each unit once.
    unit, shape = STRtree(shapes).query(units, predicate="intersects")
    first = np.full(len(shapes), len(units), dtype=np.intp)
    np.minimum.at(first, shape, unit)
    first[first == len(units)] = NO_UNIT
    return first


def cut_lines(lines: gpd.GeoSeries, borders: Borders) -> Shares:
    """Return line number, unit number and kilometres of what each unit holds of each line.

    Parameters
    ----------
    lines
        Lines in the reference system of the units.
    borders
        The units. What none of them holds has the number `NO_UNIT`, and so has a line without a
        shape, whose length is NaN.

    Raises
    ------
    CRSError
        If `lines` has no CRS.
    GeometryError
        If a geometry is no line.
    """
    total_km = length_km(lines).to_numpy()
    shapes = np.asarray(lines.array, dtype=object)
    parts, line_of_part = shapely.get_parts(shapes, return_index=True)
    start, end, part = segments_of(parts)
    at = borders.meetings(start, end)
    sliver = _SLIVER_DEG if CRS(lines.crs).is_geographic else _SLIVER_M
    pieces = _cut(start, end, part, at, sliver=sliver)
    unit = _holders(pieces, start, end, at, borders)
    line = line_of_part[part[pieces.segment]]

    whole = np.full(len(shapes), NO_UNIT, dtype=np.intp)
    is_point = total_km == 0  # such a line has no segments, and so no pieces
    whole[is_point] = first_unit(shapely.centroid(shapes[is_point]), borders.units)
    is_broken = np.zeros(len(lines), dtype=bool)
    whole[line[::-1]] = unit[::-1]  # of a line's pieces the first stays
    is_broken[line[unit != whole[line]]] = True
    measured = np.flatnonzero(is_broken[line])
    piece_km = _piece_km(pieces, measured, start, end, CRS(lines.crs))
    unbroken = np.flatnonzero(~is_broken)
    return (
        np.concatenate([unbroken, line[measured]]),
        np.concatenate([whole[unbroken], unit[measured]]),
        np.concatenate([total_km[unbroken], _fitted(piece_km, line[measured], total_km)]),
    )


def _cut(
    start: Floats, end: Floats, part: Numbers, at: BorderMeetings, *, sliver: float
) -> _Pieces:
    """Return the segments cut where they meet a border, but not twice within a sliver."""
    length = np.hypot(*(end - start).T)
    gap = np.minimum(sliver / length, 1e-3)
    is_at_end = at.share > 1 - gap[at.segment]  # which is the start of the next segment
    segment = np.concatenate([np.arange(len(start)), at.segment + is_at_end])
    share = np.concatenate([np.zeros(len(start)), np.where(is_at_end, 0, at.share)])
    is_met = np.concatenate([np.diff(part, prepend=-1) != 0, np.ones(len(at.segment), dtype=bool)])
    order = np.lexsort((share, segment))[: np.count_nonzero(segment < len(start))]
    segment, share, is_met = segment[order], share[order], is_met[order]

    is_piece = (np.diff(segment, prepend=-1) != 0) | (np.diff(share, prepend=0) > gap[segment])
    is_met = np.logical_or.reduceat(is_met, np.flatnonzero(is_piece)) if len(segment) else is_met
    segment, low = segment[is_piece], share[is_piece]
    is_last = np.diff(segment, append=len(start)) != 0
    high = np.where(is_last, 1, np.append(low[1:], 1)[: len(low)])
    return _Pieces(segment, low, high, np.cumsum(is_met) - 1)


def _holders(
    pieces: _Pieces, start: Floats, end: Floats, at: BorderMeetings, borders: Borders
) -> Numbers:
    """Return the number of the first unit that holds each piece, or along whose border it runs."""
    middle = (pieces.low + pieces.high) / 2
    one = np.flatnonzero(np.diff(pieces.run, prepend=-1))  # piece of each run speaks for all
    segment = pieces.segment[one]
    points = start[segment] + middle[one, None] * (end - start)[segment]
    unit = first_unit(shapely.points(points), borders.units)
    unit[unit == NO_UNIT] = len(borders.units)

    first = np.searchsorted(pieces.segment, at.along_segment)
    count = np.searchsorted(pieces.segment, at.along_segment, side="right") - first
    along = np.repeat(np.arange(len(first)), count)
    piece = np.arange(len(along)) + (first + count - np.cumsum(count))[along]
    is_along = (at.along_from[along] < middle[piece]) & (middle[piece] < at.along_to[along])
    np.minimum.at(unit, pieces.run[piece[is_along]], at.along_unit[along[is_along]])
    unit[unit == len(borders.units)] = NO_UNIT
    return unit[pieces.run]


def _piece_km(pieces: _Pieces, numbers: Numbers, start: Floats, end: Floats, crs: CRS) -> Floats:
    """Return the geodesic kilometres of the pieces with these numbers."""
    segment = pieces.segment[numbers]
    low, high = pieces.low[numbers, None], pieces.high[numbers, None]
    way = (end - start)[segment]
    from_points = start[segment] + low * way
    to_points = np.where(high == 1, end[segment], start[segment] + high * way)
    to_wgs84 = Transformer.from_crs(crs, WGS84, always_xy=True).transform
    return distance_m(*to_wgs84(*from_points.T), *to_wgs84(*to_points.T)) / 1000


def _fitted(piece_km: Floats, line: Numbers, total_km: Floats) -> Floats:
    """Return the lengths of the pieces such that those of each line add up to its length.

    A straight stretch on the map is not quite a geodesic, so its parts measure a little more than
    the whole: 1e-8 of it at 10 km. Less than half a billionth is left as it was measured.
    """
    sum_km = np.bincount(line, weights=piece_km, minlength=len(total_km))
    is_over = (sum_km > 0) & (np.abs(sum_km - total_km) > _MAX_EXCESS * total_km)
    scale = np.divide(total_km, sum_km, where=is_over, out=np.ones(len(total_km)))
    return piece_km * scale[line]


def borders_of(units: Shapes) -> Borders:
    """Return the borders of polygons, which may be missing or lie in several parts."""
    parts, unit = shapely.get_parts(units, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    start, end, ring = segments_of(rings)
    edges = shapely.linestrings(np.stack([start, end], axis=1))
    # Copies, because several threads may not share shapes that somebody has prepared: the
    # process dies of it.
    own = shapely.from_wkb(shapely.to_wkb(units))
    return Borders(own, STRtree(edges), start, end, unit[part[ring]])


def segments_of(lines: Shapes) -> tuple[Floats, Floats, Numbers]:
    """Return both ends of every segment of simple lines, and the number of its line.

    Segments without length are left out.
    """
    points, line = shapely.get_coordinates(lines, return_index=True)
    is_segment = (line[1:] == line[:-1]) & (points[1:] != points[:-1]).any(axis=1)
    return points[:-1][is_segment], points[1:][is_segment], line[1:][is_segment]


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray((a * b).sum(axis=1))
