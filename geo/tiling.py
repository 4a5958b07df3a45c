"""Polygons cleaned until they tile: no overlap, no sliver, no gap within a tolerance in metres.

Everything here is about shapes alone; what the cleaning means for the units is for `geo.repair`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely import STRtree

from geo.crs import WGS84
from geo.validate import Issue

DECIMALS = 7

# One unit of the seventh decimal is 11 mm: nodes nearer than this could swap sides in rounding.
_SNAP_M = 1.0
_MAX_ROUNDS = 4

Shapes = NDArray[np.object_]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Work:
    """The usable polygons on their way, in metres."""

    shapes: Shapes
    names: Shapes
    tolerance_m: float


def tiled(work: Work, metric: CRS) -> tuple[Shapes, tuple[int, str]]:
    """Return the polygons as a coverage in rounded WGS 84; number and example of slivers.

    Rounding moves every copy of a vertex alike, so shared borders stay shared; but a border that
    runs within a centimetre of another can cross it. Then nodes are snapped wider and it is tried
    again.
    """
    rounded = _rounded(projected(work.shapes, metric, WGS84))
    if _is_tiling(work.shapes) and _is_tiling(rounded) and not _narrow_parts(work):
        return rounded, (0, "")
    snap_m = min(_SNAP_M, work.tolerance_m)
    for _ in range(_MAX_ROUNDS):
        cleaned, slivers = _cleaned(work, snap_m=snap_m)
        rounded = _rounded(projected(cleaned, metric, WGS84))
        if _is_tiling(rounded):
            break
        snap_m *= 2
    return rounded, slivers


def _cleaned(work: Work, *, snap_m: float) -> tuple[Shapes, tuple[int, str]]:
    """Return the coverage in metres, slivers before and after settling overlaps given away."""
    first, dropped = _without_slivers(work.shapes, work.tolerance_m)
    first = _clean(first, work.tolerance_m, snap_m)
    second, dropped_again = _without_slivers(first, work.tolerance_m)
    if dropped_again.any():
        second = _clean(second, work.tolerance_m, snap_m)
    per_unit = dropped + dropped_again
    example = str(work.names[per_unit > 0][0]) if per_unit.any() else ""
    return second, (int(per_unit.sum()), example)


def _clean(shapes: Shapes, gap_m: float, snap_m: float) -> Shapes:
    # "min_area" gives an overlap to the unit with less ground outside it. The default, the longest
    # border, empties a town drawn on top of the commune around it, and changes more on real layers.
    # Missing shapes must not get here: coverage_clean of GEOS 3.14 moves them to the end.
    # Needle-thin angles raise the processor's flag for an invalid number; the result is checked.
    with np.errstate(invalid="ignore"):
        cleaned = shapely.coverage_clean(
            shapes, gap_width=gap_m, snapping_distance=snap_m, merge_strategy="min_area"
        )
    return np.asarray(cleaned, dtype=object)


def _without_slivers(shapes: Shapes, width_m: float) -> tuple[Shapes, NDArray[np.intp]]:
    """Return the polygons without parts narrower than a width, and how many each lost.

    The largest part of a polygon always stays.
    """
    lost = np.zeros(len(shapes), dtype=np.intp)
    several = np.flatnonzero(shapely.get_num_geometries(shapes) > 1)
    if not len(several):
        return shapes, lost
    parts, owner = shapely.get_parts(shapes[several], return_index=True)
    area = shapely.area(parts)
    is_narrow = shapely.is_empty(shapely.buffer(parts, -width_m / 2))
    largest = pd.Series(area).groupby(owner).idxmax().to_numpy()
    is_narrow[largest] = False
    np.add.at(lost, several[owner[is_narrow]], 1)
    result = shapes.copy()
    result[several] = shapely.multipolygons(parts[~is_narrow], indices=owner[~is_narrow])
    return result, lost


def _narrow_parts(work: Work) -> bool:
    """Tell whether a coverage has gaps or slivers within the tolerance."""
    _, slivers = _without_slivers(work.shapes, work.tolerance_m)
    # Not coverage_is_valid(gap_width=…): it takes a narrow inlet from outside for a gap.
    holes = shapely.buffer(_gaps(work.shapes), -work.tolerance_m / 2)
    return bool(slivers.any() or shapely.is_empty(holes).any())


def _gaps(shapes: Shapes) -> Shapes:
    """Return what a coverage encloses without covering it."""
    parts = shapely.get_parts(shapely.coverage_union_all(shapes))
    rings, owner = shapely.get_rings(parts, return_index=True)
    is_inner = np.diff(owner, prepend=-1) == 0  # the first ring of each part is the outer one
    if not is_inner.any():
        return np.array([], dtype=object)
    return np.asarray(shapely.polygons(rings[is_inner]), dtype=object)


def _is_tiling(shapes: Shapes) -> bool:
    return bool(shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes))


def _rounded(shapes: Shapes) -> Shapes:
    return np.asarray(shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS)), dtype=object)


def overlap_issues(work: Work) -> Iterator[Issue]:
    """Yield pairs that overlap by more than the tolerance, the largest overlap as example."""
    first, second = STRtree(work.shapes).query(work.shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.intersection(work.shapes[first], work.shapes[second])
    area_m2 = shapely.area(common)
    wide = (area_m2 > 0) & ~shapely.is_empty(shapely.buffer(common, -work.tolerance_m / 2))
    if wide.any():
        worst = np.argmax(np.where(wide, area_m2, -np.inf))
        pair = f"{work.names[first[worst]]}, {work.names[second[worst]]}"
        yield Issue("wide_overlaps", "warning", int(wide.sum()), pair)


def gap_issues(shapes: Shapes, names: Shapes) -> Iterator[Issue]:
    """Yield how many enclosed gaps remain, with a neighbour of the largest as example."""
    if not _is_tiling(shapes):
        return
    gaps = _gaps(shapes)
    if len(gaps):
        largest = gaps[np.argmax(shapely.area(gaps))]
        beside = np.flatnonzero(shapely.intersects(shapes, largest))
        yield Issue("gaps", "warning", len(gaps), str(names[beside[0]]))


def projected(shapes: Shapes, source: CRS | str, target: CRS | str) -> Shapes:
    """Return the shapes in another system; what has no place there is missing."""
    moved = np.asarray(gpd.GeoSeries(shapes, crs=source).to_crs(target).array, dtype=object)
    return only(moved, is_finite(moved))


def only(shapes: Shapes, wanted: Flags) -> Shapes:
    """Return the shapes wanted, the others missing."""
    result = np.full(len(shapes), None, dtype=object)
    result[wanted] = shapes[wanted]
    return result


def is_finite(shapes: Shapes) -> Flags:
    """Say of each shape whether all its coordinates are finite."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(points).all(axis=1)]] = False
    return finite
