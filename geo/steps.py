"""Shapes told in steps: how far each point lies from the one before, in whole cells of a grid.

Neighbouring points are close together, so steps are short numbers; compressed, they take about
half of what GeoJSON's coordinates do. A shape is nested as in GeoJSON: a point is `[x, y]`, a line
a list of paths, an area a list of polygons, each a list of rings, the outer one first. A path is
one flat list `[x, y, x, y, …]` of steps that go on from the last point of the path before, and the
first of all from 0° east, 0° north. A ring does not repeat its first point. `geo/assets/shapes.js`
walks them back.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import GeoError

METRES_PER_DEGREE = 111_320.0  # of longitude at the equator; of latitude, nearly, anywhere
_KINDS = {0: "Point", 1: "LineString", 3: "Polygon", 5: "MultiLineString", 6: "MultiPolygon"}
_AREA = 2


def as_steps(shapes: NDArray[np.object_], *, cells_per_degree: int) -> list[Any]:
    """Return one nested list for each shape, None for a missing or empty one.

    Points are moved to the nearest corner of the grid, every copy of a point to the same one.

    Raises
    ------
    GeoError
        If shapes are neither points, lines nor areas, or not all of one of these.
    """
    given = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    kinds = np.unique(shapely.get_type_id(shapes[given]))
    dimensions = np.unique(shapely.get_dimensions(shapes[given]))
    if not set(kinds.tolist()) <= set(_KINDS) or len(dimensions) > 1:
        names = ", ".join(sorted({shape.geom_type for shape in shapes[given]}))
        msg = f"A layer of the map holds only points, only lines or only areas, not {names}."
        raise GeoError(msg)
    places = np.flatnonzero(given)
    parts, given_of = shapely.get_parts(shapes[given], return_index=True)
    dimension = int(dimensions[0]) if len(dimensions) else 0
    if dimension == _AREA:
        rings, part_of = shapely.get_rings(parts, return_index=True)
        told = _gathered(_paths(rings, cells_per_degree, closed=True), part_of, len(parts))
    else:
        told = _paths(parts, cells_per_degree, closed=False)
    every = _gathered(told, places[given_of], len(shapes))
    return [(each[0] if dimension == 0 else each) if each else None for each in every]


def _paths(paths: NDArray[np.object_], cells_per_degree: int, *, closed: bool) -> list[list[int]]:
    degrees, path_of = shapely.get_coordinates(paths, return_index=True)
    corners = np.rint(degrees * cells_per_degree).astype(np.int64)
    is_first = np.diff(path_of, prepend=-1) != 0
    has_moved = (np.diff(corners, axis=0, prepend=corners[:1]) != 0).any(axis=1)
    kept = is_first | has_moved
    if closed:
        is_last = np.diff(path_of[kept], append=-1) != 0
        kept[np.flatnonzero(kept)[is_last & ~is_first[kept]]] = False
    steps = np.diff(corners[kept], axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()
    starts = 2 * np.flatnonzero(is_first[kept])
    plain = steps.tolist()
    return [plain[start:end] for start, end in pairwise([*starts.tolist(), len(plain)])]


def _gathered(values: Iterable[Any], owner: NDArray[np.intp], count: int) -> list[list[Any]]:
    gathered: list[list[Any]] = [[] for _ in range(count)]
    for value, place in zip(values, owner.tolist(), strict=True):
        gathered[place].append(value)
    return gathered
