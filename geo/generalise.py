"""Shapes with fewer details, for a screen: neighbours keep one border between them.

A border belongs to two units; simplified for each alone, it would tear open or overlap. Areas are
therefore simplified together, as the coverage they are; a layer that is not quite one is made one
first. How much may go is told in pixels of the map at the zoom that the shapes are for.
"""

from math import asinh, cos, log2, pi, radians, tan

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

DETAIL_PX = 0.5  # details smaller than this go
VIEW_PX = (900, 520)  # the map as a page of an office screen shows it
_EQUATOR_PX, _EQUATOR_M = 256, 40_075_017.0  # the whole world at zoom 0
_LINES, _AREAS = (1, 5), (3, 6)


def opening_zoom(shapes: gpd.GeoSeries) -> float:
    """Return the zoom of a web map at which shapes in WGS 84 just fill the map."""
    west, south, east, north = np.radians(shapes.total_bounds)
    wide = max((east - west) / (2 * pi), 1e-9)
    high = max((asinh(tan(north)) - asinh(tan(south))) / (2 * pi), 1e-9)  # Mercator
    return log2(min(VIEW_PX[0] / wide, VIEW_PX[1] / high) / _EQUATOR_PX)


def tolerance_at(zoom: float, shapes: gpd.GeoSeries) -> float:
    """Return how many metres `DETAIL_PX` are at a zoom, in the middle of shapes in WGS 84."""
    _, south, _, north = shapes.total_bounds
    metres_per_px = _EQUATOR_M * cos(radians((south + north) / 2)) / _EQUATOR_PX / 2**zoom
    return DETAIL_PX * metres_per_px


def generalised(shapes: gpd.GeoSeries, *, tolerance_m: float) -> gpd.GeoSeries:
    """Return shapes in WGS 84 without details smaller than `tolerance_m`.

    Of areas the corners go whose triangle is smaller than a square of that side; they should be a
    coverage (`as_coverage`). Missing and empty shapes stay as they are.
    """
    plane, (lines, areas) = _metric(shapes), _where(shapes)
    parts = plane.to_numpy().copy()
    parts[areas] = shapely.coverage_simplify(parts[areas], tolerance_m)
    parts[lines] = shapely.simplify(parts[lines], tolerance_m)
    return gpd.GeoSeries(parts, index=shapes.index, crs=plane.crs).to_crs(shapes.crs)


def as_coverage(shapes: gpd.GeoSeries, *, tolerance_m: float) -> gpd.GeoSeries:
    """Return shapes in WGS 84, areas without overlaps and without gaps narrower than the tolerance.

    A layer that is a coverage comes back as it was. An area that lies wholly on other ones keeps
    its shape, above them.
    """
    _, areas = _where(shapes)
    if shapely.coverage_is_valid(shapes.to_numpy()[areas]):
        return shapes
    plane = _metric(shapes)
    parts = plane.to_numpy().copy()
    with np.errstate(invalid="ignore"):  # needle-thin angles raise the processor's flag
        clean = shapely.coverage_clean(
            parts[areas],
            gap_width=tolerance_m,
            snapping_distance=tolerance_m / 4,
            merge_strategy="min_area",  # a town drawn on the commune around it stays a town
        )
    parts[areas] = np.where(shapely.is_empty(clean), parts[areas], clean)
    return gpd.GeoSeries(parts, index=shapes.index, crs=plane.crs).to_crs(shapes.crs)


def _metric(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    # An equal-area projection centred on the layer makes a metre a metre across a whole country.
    west, south, east, north = shapes.total_bounds
    local = f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +datum=WGS84"
    return shapes.to_crs(local)


def _where(shapes: gpd.GeoSeries) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where lines are and where areas are; an empty shape is neither."""
    drawn = ~shapely.is_empty(shapes.to_numpy())
    kinds = shapely.get_type_id(shapes.to_numpy())
    return drawn & np.isin(kinds, _LINES), drawn & np.isin(kinds, _AREAS)
