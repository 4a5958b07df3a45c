"""Lines cut where they leave a unit: how many kilometres of each line lie in which unit.

Each line is cut at every place where it meets a border. The middle of what lies between two such
places tells which unit holds it; of several the first one takes it, so nothing counts twice.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer

from geo.borders import NO_UNIT, Borders, Floats, Meetings, Numbers, Shapes, segments_of
from geo.crs import WGS84
from geo.measure import length_km

_ELLIPSOID = Geod(ellps="WGS84")
_SLIVER_M, _SLIVER_DEG = 1e-6, 1e-11  # a micrometre: what rounding leaves at a border
_MAX_EXCESS = 5e-10  # of a line: what its pieces may measure more than the whole

Shares = tuple[Numbers, Numbers, Floats]


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

    whole = _points_first_unit(shapes, total_km, borders)
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


def _cut(start: Floats, end: Floats, part: Numbers, at: Meetings, *, sliver: float) -> _Pieces:
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
    pieces: _Pieces, start: Floats, end: Floats, at: Meetings, borders: Borders
) -> Numbers:
    """Return the number of the first unit that holds each piece, or along whose border it runs."""
    middle = (pieces.low + pieces.high) / 2
    one = np.flatnonzero(np.diff(pieces.run, prepend=-1))  # piece of each run speaks for all
    segment = pieces.segment[one]
    points = start[segment] + middle[one, None] * (end - start)[segment]
    unit = borders.first_unit(points)
    unit[unit == NO_UNIT] = len(borders.units)

    first = np.searchsorted(pieces.segment, at.along_segment)
    count = np.searchsorted(pieces.segment, at.along_segment, side="right") - first
    along = np.repeat(np.arange(len(first)), count)
    piece = np.arange(len(along)) + (first + count - np.cumsum(count))[along]
    is_along = (at.along_from[along] < middle[piece]) & (middle[piece] < at.along_to[along])
    np.minimum.at(unit, pieces.run[piece[is_along]], at.along_unit[along[is_along]])
    unit[unit == len(borders.units)] = NO_UNIT
    return unit[pieces.run]


def _points_first_unit(shapes: Shapes, total_km: Floats, borders: Borders) -> Numbers:
    """Return the unit of each line that is but a point, `NO_UNIT` of all others."""
    unit = np.full(len(shapes), NO_UNIT, dtype=np.intp)
    points = total_km == 0
    unit[points] = borders.first_unit(shapely.get_coordinates(shapely.centroid(shapes[points])))
    return unit


def _piece_km(pieces: _Pieces, numbers: Numbers, start: Floats, end: Floats, crs: CRS) -> Floats:
    """Return the geodesic kilometres of the pieces with these numbers."""
    segment = pieces.segment[numbers]
    low, high = pieces.low[numbers, None], pieces.high[numbers, None]
    way = (end - start)[segment]
    from_points = start[segment] + low * way
    to_points = np.where(high == 1, end[segment], start[segment] + high * way)
    to_wgs84 = Transformer.from_crs(crs, WGS84, always_xy=True).transform
    _, _, piece_m = _ELLIPSOID.inv(*to_wgs84(*from_points.T), *to_wgs84(*to_points.T))
    return np.asarray(piece_m) / 1000


def _fitted(piece_km: Floats, line: Numbers, total_km: Floats) -> Floats:
    """Return the lengths of the pieces such that those of each line add up to its length.

    A straight stretch on the map is not quite a geodesic, so its parts measure a little more than
    the whole: 1e-8 of it at 10 km. Less than half a billionth is left as it was measured.
    """
    sum_km = np.bincount(line, weights=piece_km, minlength=len(total_km))
    is_over = (sum_km > 0) & (np.abs(sum_km - total_km) > _MAX_EXCESS * total_km)
    scale = np.divide(total_km, sum_km, where=is_over, out=np.ones(len(total_km)))
    return piece_km * scale[line]
