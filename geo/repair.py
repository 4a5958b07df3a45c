"""Polygons that should tile their area, made to tile it, with a record of what that changed.

Overlaps, gaps, slivers and borders that only nearly meet are settled within a tolerance in metres.
No row is ever dropped, and a unit that loses its shape or over 1 % of its area is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely import GeometryType, STRtree

from geo.crs import WGS84, plane_around, to_wgs84
from geo.errors import GeometryError
from geo.measure import area_km2
from geo.shapes import (
    LINES,
    POLYGONS,
    Flags,
    Numbers,
    Shapes,
    is_absent,
    is_finite,
    pairs_that_meet,
)
from geo.validate import Issue, check_coverage, check_layer, issues_of, names_of

DECIMALS = 7

# One unit of the seventh decimal is 11 mm: nodes nearer than this could swap sides in rounding.
_SNAP_M = 1.0
_MAX_ROUNDS = 4
AREA_CHANGE_LIMIT_PCT = 1.0

_DUPLICATE_SHARE = 0.99
_SEEN_KM2 = 1e-4
_WITHOUT_AREA = (GeometryType.POINT, GeometryType.MULTIPOINT, *LINES)


@dataclass(frozen=True, eq=False)
class _UsablePolygons:
    """The usable polygons on their way, in metres."""

    shapes: Shapes
    names: Shapes
    tolerance_m: float


@dataclass(frozen=True, eq=False)
class Repair:
    """A layer after repair, and what the repair did.

    Attributes
    ----------
    layer
        Every row given, in the order given, in WGS 84 rounded to seven decimals; shared borders
        are equal to the last digit. A unit left without a shape has none (missing).
    changes
        The key, ``area_before_km2``, ``area_after_km2`` and ``change_pct`` of every row; NaN where
        there was no area to begin with.
    issues
        What was found, as `geo.validate.Issue`: missing_geometry, empty_geometry, non_finite,
        not_polygon, duplicate_geometry, emptied (errors), area_changed, wide_overlaps, gaps
        (warnings), invalid_geometry and slivers (repaired, for information).
    before, after
        What `geo.validate.check_coverage` says of the layer; after a repair that worked, nothing.
    """

    layer: gpd.GeoDataFrame
    changes: pd.DataFrame
    issues: tuple[Issue, ...]
    before: tuple[Issue, ...]
    after: tuple[Issue, ...]


def repair_coverage(layer: gpd.GeoDataFrame, *, key: str, tolerance_m: float) -> Repair:
    """Return the layer as a valid coverage, with a table and the issues of what that changed.

    Parameters
    ----------
    layer
        Polygons in any CRS. A layer that is a valid coverage already is only rounded.
    key
        Column that names the features in issues and changes.
    tolerance_m
        Width in metres up to which gaps are filled and detached slivers are given to a neighbour.
        An overlap, whatever its width, goes to the unit that has less ground of its own beside
        it; a wider one is an issue.

    Raises
    ------
    GeoError
        If the layer has no column `key`.
    CRSError
        If the layer has no CRS.
    GeometryError
        If `tolerance_m` is not above zero, or no feature has a usable polygon.

    Examples
    --------
    A is drawn 20 m into B; the strip goes to A, which has less ground of its own beside it.

    >>> shapes = shapely.box([106, 106.0098], 21, [106.01, 106.03], 21.01)
    >>> layer = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=shapes, crs="EPSG:4326")
    >>> repaired = repair_coverage(layer, key="code", tolerance_m=30)
    >>> [issue.code for issue in repaired.before], repaired.after
    (['mismatched_edges', 'overlaps'], ())
    >>> repaired.changes["change_pct"].abs().round(1).tolist()
    [0.0, 1.0]
    """
    if not (np.isfinite(tolerance_m) and tolerance_m > 0):
        msg = f"A tolerance of {tolerance_m} m repairs nothing; give one above zero, such as 10."
        raise GeometryError(msg)
    found = check_layer(layer, key=key)
    names = names_of(layer[key])
    wgs84 = np.asarray(to_wgs84(layer.geometry).array, dtype=object)
    polygons = _polygons_only(wgs84)
    metric = _local_metric_crs(polygons)
    shapes = projected(polygons, WGS84, metric)
    usable = ~is_absent(shapes)
    duplicate = _duplicates(shapes, usable)
    kept = usable & (duplicate < 0)
    work = _UsablePolygons(shapes[kept], names[kept], tolerance_m)
    repaired, n_slivers = tiled(work, metric)
    result = np.full(len(shapes), None, dtype=object)
    result[kept] = only(repaired, ~shapely.is_empty(repaired))
    after = layer.set_geometry(gpd.GeoSeries(result, index=layer.index, crs=WGS84))
    before = tuple(check_coverage(layer, key=key))
    changes = _changes(layer, key, projected(shapes, metric, WGS84), after, usable)
    repeats = [f"{name} repeats {names[row]}" for name, row in zip(names, duplicate, strict=True)]
    issues = [
        *_shape_issues(found, wgs84, usable, names),
        *issues_of("duplicate_geometry", "error", duplicate >= 0, repeats),
        *_area_issues(changes, kept, names),
        *(overlap_issues(work) if any(issue.code == "overlaps" for issue in before) else ()),
        *gap_issues(repaired, work.names),
    ]
    if n_slivers[0]:
        issues.append(Issue("slivers", "info", *n_slivers))
    return Repair(
        layer=after,
        changes=changes,
        issues=tuple(issues),
        before=before,
        after=tuple(check_coverage(after, key=key)),
    )


def changed_areas(before: gpd.GeoDataFrame, repair: Repair, *, key: str) -> gpd.GeoDataFrame:
    """Return where each unit gained or lost ground, to draw on a map.

    Returns
    -------
    GeoDataFrame
        Columns `key`, ``change`` ("gained" or "lost"), ``area_km2`` and geometry in WGS 84, the
        largest area first; each unit at most twice. Less than 100 m² is no change to be seen.
    """
    old = _polygons_only(np.asarray(to_wgs84(before.geometry).array, dtype=object))
    new = np.asarray(repair.layer.geometry.array, dtype=object)
    old, new = (np.where(shapely.is_missing(each), shapely.Polygon(), each) for each in (old, new))
    frames = [
        gpd.GeoDataFrame(
            {key: before[key].to_numpy(), "change": change},
            geometry=_polygons_only(shapely.difference(first, second)),
            crs=WGS84,
        )
        for change, first, second in (("gained", new, old), ("lost", old, new))
    ]
    areas = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=WGS84)
    areas = areas[~(areas.geometry.isna() | areas.geometry.is_empty)]
    areas = areas.assign(area_km2=area_km2(areas.geometry))
    areas = areas[areas["area_km2"] > _SEEN_KM2]
    columns = [key, "change", "area_km2", "geometry"]
    return areas.sort_values("area_km2", ascending=False, kind="stable")[columns].reset_index(
        drop=True
    )


def _polygons_only(shapes: Shapes) -> Shapes:
    """Return each shape made valid and flat, its polygons only; missing if it has none.

    Shapes with a coordinate that is not finite are missing: nothing can be computed with them.
    """
    usable = only(shapely.force_2d(shapes), is_finite(shapes))
    broken = ~(shapely.is_valid(usable) | shapely.is_missing(usable))
    valid = usable.copy()  # make_valid would drop repeated points of valid shapes too
    valid[broken] = shapely.make_valid(usable[broken], method="structure", keep_collapsed=False)
    plain = np.isin(shapely.get_type_id(valid), POLYGONS)
    result = only(valid, plain & ~shapely.is_empty(valid))
    for position in np.flatnonzero(~plain & ~shapely.is_missing(valid)):
        parts = shapely.get_parts(shapely.get_parts(valid[position]))
        polygons = parts[shapely.get_type_id(parts) == GeometryType.POLYGON]
        result[position] = shapely.union_all(polygons) if len(polygons) else None
    return result


def _local_metric_crs(shapes: Shapes) -> CRS:
    """Return a transverse Mercator centred on the layer, where a metre is a metre to 0.2 %."""
    points = shapely.get_coordinates(shapes)
    points = points[np.isfinite(points).all(axis=1) & (np.abs(points) <= [180, 90]).all(axis=1)]
    if not len(points):
        msg = (
            f"None of the {len(shapes):,} features has a polygon with finite coordinates on "
            "earth; check the reference system, then export the layer anew."
        )
        raise GeometryError(msg)
    return plane_around([*points.min(axis=0), *points.max(axis=0)], true="shapes")


def _duplicates(shapes: Shapes, usable: Flags) -> Numbers:
    """Return for each polygon the earlier one that it repeats, -1 for none."""
    rows = np.flatnonzero(usable)
    bounds, area_m2 = shapely.bounds(shapes[rows]), shapely.area(shapes[rows])
    first, second = STRtree(shapes[rows]).query(shapes[rows])
    first, second = first[first < second], second[first < second]
    smaller_m2, larger_m2 = np.sort([area_m2[first], area_m2[second]], axis=0)
    # Boxes and areas rule out nearly every pair before anything is intersected.
    near = np.abs(bounds[first] - bounds[second]).max(axis=1) < np.sqrt(area_m2[first])
    alike = near & (smaller_m2 > _DUPLICATE_SHARE * larger_m2)
    first, second, larger_m2 = rows[first[alike]], rows[second[alike]], larger_m2[alike]
    common_m2 = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    same = common_m2 > _DUPLICATE_SHARE * larger_m2
    result = np.full(len(shapes), -1, dtype=np.intp)
    for one, other in sorted(zip(first[same], second[same], strict=True)):
        if result[one] < 0:  # a copy of a copy repeats the first
            result[other] = one
    return result


def _changes(
    layer: gpd.GeoDataFrame, key: str, before: Shapes, after: gpd.GeoDataFrame, usable: Flags
) -> pd.DataFrame:
    before_km2 = area_km2(gpd.GeoSeries(before, index=layer.index, crs=WGS84))
    after_km2 = area_km2(after.geometry).where(~(usable & after.geometry.isna()), 0.0)
    return pd.DataFrame(
        {
            key: layer[key],
            "area_before_km2": before_km2,
            "area_after_km2": after_km2,
            "change_pct": (after_km2 - before_km2) / before_km2 * 100,
        }
    )


def _shape_issues(
    found: list[Issue], shapes: Shapes, usable: Flags, names: Shapes
) -> Iterator[Issue]:
    """Yield what was wrong with shapes one by one; those made valid are for information."""
    absent = is_absent(shapes)
    flat = np.isin(shapely.get_type_id(shapes), _WITHOUT_AREA)
    off_earth = ~usable & ~absent & ~flat
    yield from (issue for issue in found if issue.code in {"missing_geometry", "empty_geometry"})
    yield from issues_of("non_finite", "error", off_earth, names)
    yield from issues_of("not_polygon", "error", ~absent & flat, names)
    repairable = (issue for issue in found if issue.code == "invalid_geometry")
    yield from (replace(issue, severity="info") for issue in repairable)


def _area_issues(changes: pd.DataFrame, kept: Flags, names: Shapes) -> Iterator[Issue]:
    """Yield units emptied, and units changed by more than the limit, the worst as example."""
    change_pct = changes["change_pct"].to_numpy()
    emptied = kept & (changes["area_after_km2"].to_numpy() == 0)
    yield from issues_of("emptied", "error", emptied, names)
    changed = kept & ~emptied & (np.abs(change_pct) > AREA_CHANGE_LIMIT_PCT)
    if changed.any():
        worst = np.argmax(np.where(changed, np.abs(change_pct), -np.inf))
        example = f"{names[worst]} ({change_pct[worst]:+.1f} %)"
        yield Issue("area_changed", "warning", int(changed.sum()), example)


def tiled(work: _UsablePolygons, metric: CRS) -> tuple[Shapes, tuple[int, str]]:
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


def _cleaned(work: _UsablePolygons, *, snap_m: float) -> tuple[Shapes, tuple[int, str]]:
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


def _without_slivers(shapes: Shapes, width_m: float) -> tuple[Shapes, Numbers]:
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


def _narrow_parts(work: _UsablePolygons) -> bool:
    """Tell whether a coverage has gaps or slivers within the tolerance."""
    _, slivers = _without_slivers(work.shapes, work.tolerance_m)
    # Not coverage_is_valid(gap_width=…): it takes a narrow inlet from outside for a gap.
    holes = shapely.buffer(gaps_in(work.shapes), -work.tolerance_m / 2)
    return bool(slivers.any() or shapely.is_empty(holes).any())


def gaps_in(shapes: Shapes) -> Shapes:
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


def overlap_issues(work: _UsablePolygons) -> Iterator[Issue]:
    """Yield pairs that overlap by more than the tolerance, the largest overlap as example."""
    first, second = pairs_that_meet(work.shapes)
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
    gaps = gaps_in(shapes)
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
