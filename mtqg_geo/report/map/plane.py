"""The layers in metres, in the grid the province's land office uses, ready to be drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.path import Path
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.outlines import outlines
from mtqg_geo.programme.reference_systems import ZONE_OF_PROVINCE, ZONES_3_DEGREES

DETAIL_MM = 0.08  # finer than a printer draws
Extent = tuple[float, float, float, float]
_Shapes = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Plane:
    """The shapes of a data set in metres, in the order of its rows (None where there is none)."""

    crs: str
    communes: _Shapes
    districts: _Shapes
    roads: _Shapes
    sites: NDArray[np.float64]
    commune_areas_km2: NDArray[np.float64]
    commune_bounds: NDArray[np.float64]
    district_bounds: NDArray[np.float64]
    road_bounds: NDArray[np.float64]
    commune_spots: NDArray[np.float64]

    def extent(self, rows: Iterable[bool] | NDArray[np.bool_]) -> Extent | None:
        """Return west, south, east and north of the communes chosen; None if none has a shape."""
        bounds = self.commune_bounds[np.asarray(rows, dtype=bool)]
        bounds = bounds[np.isfinite(bounds).all(axis=1)]
        if not len(bounds):
            return None
        west, south = bounds[:, :2].min(axis=0).tolist()
        east, north = bounds[:, 2:].max(axis=0).tolist()
        return west, south, east, north


@lru_cache(maxsize=2)
def plane(data: Dataset) -> Plane:
    """Return the shapes of a data set in metres, computed once."""
    crs = zone(data)
    drawn = outlines(data)
    communes = _in_metres(drawn.communes, crs)
    districts = _in_metres(drawn.districts, crs)
    roads = _in_metres(data.roads.geometry, crs)
    sites = _in_metres(data.sites.geometry, crs)
    return Plane(
        crs=crs,
        communes=communes,
        districts=districts,
        roads=roads,
        sites=np.column_stack([shapely.get_x(sites), shapely.get_y(sites)]).reshape(-1, 2),
        commune_areas_km2=shapely.area(communes) / 1e6,
        commune_bounds=shapely.bounds(communes).reshape(-1, 4),
        district_bounds=shapely.bounds(districts).reshape(-1, 4),
        road_bounds=shapely.bounds(roads).reshape(-1, 4),
        commune_spots=_spots(communes),
    )


def _in_metres(shapes: gpd.GeoSeries, crs: str) -> _Shapes:
    return np.asarray(shapes.to_crs(crs).to_numpy(), dtype=object)


def _spots(shapes: _Shapes) -> NDArray[np.float64]:
    """Return a place well inside each shape, where a label stands best; NaN where there is none."""
    places = [(np.nan, np.nan) if each is None or each.is_empty else spot(each) for each in shapes]
    return np.array(places, dtype=np.float64).reshape(-1, 2)


def spot(shape: BaseGeometry) -> tuple[float, float]:
    """Return the place nearest to the middle of a shape that is half as deep inside as any.

    The deepest place alone may be in a far corner, the middle of a bay outside.

    A square of 1 km with an arm of 4 km to the east: the middle is in the arm, which is too narrow.

    >>> arm = shapely.union(shapely.box(0, 0, 1000, 1000), shapely.box(1000, 400, 5000, 600))
    >>> x, y = spot(arm)
    >>> bool(500 < x < 850), bool(300 < y < 700)
    (True, True)
    """
    largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
    # 50 m are a tenth of a millimetre at 1:500 000: no reader sees a label better placed.
    radius = shapely.maximum_inscribed_circle(largest, tolerance=50).length
    deep = shapely.buffer(shapely.simplify(largest, radius / 20), -radius / 2, quad_segs=2)
    x, y = shapely.get_coordinates(shapely.shortest_line(deep, largest.centroid))[0].tolist()
    return x, y


@lru_cache(maxsize=8)
def _simple(data: Dataset, level: str, scale: int) -> _Shapes:
    """Return `communes` or `districts` for drawing at `1:scale`.

    Shared borders are simplified together, so that neighbours still meet.
    """
    shapes = getattr(plane(data), level)
    given = np.array([shape is not None and not shape.is_empty for shape in shapes], dtype=bool)
    drawn = np.full(len(shapes), None, dtype=object)
    drawn[given] = shapely.coverage_simplify(shapes[given], DETAIL_MM * scale / 1000)
    return drawn


@lru_cache(maxsize=8)
def area_paths(data: Dataset, level: str, scale: int) -> tuple[Path | None, ...]:
    """Return the shapes of `communes` or `districts` for drawing at `1:scale`."""
    shapes = _simple(data, level, scale)
    return tuple(None if shape is None else _area_path(shape) for shape in shapes)


def inner_paths(
    data: Dataset, scale: int, inside_m: float, rows: NDArray[np.intp]
) -> Sequence[Path]:
    """Return lines along the inside of the borders of some communes, so far from them."""
    shapes = [shape for shape in _simple(data, "communes", scale)[rows] if shape is not None]
    inner = shapely.buffer(shapes, -inside_m, join_style="mitre")
    return [_area_path(shape) for shape in inner if not shape.is_empty]


def _area_path(shape: BaseGeometry) -> Path:
    """Return a polygon with its holes as one path; rings turn so that holes stay empty."""
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(shape)))
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )


@lru_cache(maxsize=8)
def road_lines(data: Dataset, scale: int) -> tuple[tuple[NDArray[np.float64], ...], ...]:
    """Return the lines of each road for drawing at `1:scale`."""
    simple = shapely.simplify(plane(data).roads, DETAIL_MM * scale / 1000)
    return tuple(
        tuple(shapely.get_coordinates(part) for part in shapely.get_parts(road) if len(part.coords))
        if road is not None
        else ()
        for road in simple
    )


def zone(data: Dataset) -> str:
    """Return the 3° zone of VN-2000 of the province; the nearest one where none is laid down."""
    known = ZONE_OF_PROVINCE.get(data.catalog.programme.province_code)
    return known or _nearest_zone(float(np.nanmean(data.commune_bounds[:, [0, 2]])))


def _nearest_zone(longitude: float) -> str:
    def distance(crs: str) -> float:
        degrees, minutes = ZONES_3_DEGREES[crs].rstrip("′").split("°")
        return abs(int(degrees) + int(minutes) / 60 - longitude)

    return min(ZONES_3_DEGREES, key=distance)
