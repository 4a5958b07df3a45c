"""Arrays of shapes: what they are called in `geo`, and what several modules ask of them."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType, STRtree

Shapes = NDArray[np.object_]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.intp]
Floats = NDArray[np.float64]

LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)
POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
NOT_FINITE = "have a coordinate that is not finite"  # of `is_finite`, in messages


def is_absent(shapes: Shapes) -> Flags:
    """Say of each shape whether it is missing or empty."""
    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))


def is_finite(shapes: Shapes) -> Flags:
    """Say of each shape whether all its coordinates are finite; one without any counts as finite.

    >>> is_finite(shapely.points([[105, 21], [105, np.inf]])).tolist()
    [True, False]
    """
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(points).all(axis=1)]] = False
    return finite


def prepared(shapes: Any) -> Any:
    """Return copies of a shape, or of an array of them, prepared for being asked many times.

    Copies, because a prepared shape makes its index when it is asked first: two threads that
    ask one shape at once break the whole process.
    """
    own = shapely.force_2d(shapes)
    shapely.prepare(own)
    return own


def pairs_that_meet(shapes: Shapes) -> tuple[Numbers, Numbers]:
    """Return both numbers of every two shapes that touch or overlap, the lower one first.

    >>> row_of_boxes = shapely.box([0, 1, 5], 0, [1, 2, 6], 1)
    >>> [numbers.tolist() for numbers in pairs_that_meet(row_of_boxes)]
    [[0], [1]]
    """
    first, second = STRtree(shapes).query(shapes, predicate="intersects")
    return first[first < second], second[first < second]
