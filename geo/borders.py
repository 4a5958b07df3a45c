"""Borders of units: where straight segments meet them, and which unit holds a point.

Everything is done for many segments and points at once, on arrays of their coordinates.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

NO_UNIT = -1

Numbers = NDArray[np.intp]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Meetings:
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

    def meetings(self, start: Floats, end: Floats) -> Meetings:
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
        return Meetings(
            np.concatenate([segment[is_crossing], along[0], along[0]]),
            np.concatenate([share[is_crossing].clip(0, 1), along[1], along[2]]),
            *along,
            self.owner[edge[is_along]],
        )

    def first_unit(self, points: Floats) -> Numbers:
        """Return the lowest number of the units that hold each point, `NO_UNIT` if none does."""
        tree = STRtree(shapely.points(points))
        unit, point = tree.query(self.units, predicate="intersects")
        first = np.full(len(points), len(self.units), dtype=np.intp)
        np.minimum.at(first, point, unit)
        first[first == len(self.units)] = NO_UNIT
        return first


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
    product: Floats = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return product


def _dot(a: Floats, b: Floats) -> Floats:
    product: Floats = (a * b).sum(axis=1)
    return product
