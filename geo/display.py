"""Layers made ready for the screen: generalised, escaped, compressed, addressed by their content.

A display layer is drawn, never measured or handed out. Exports use the full geometry
(`geo.geojson`). How detailed its files are is told in pixels:

* a file lacks details smaller than half a pixel at the largest zoom it is for, and its points lie
  on a grid of an eighth of a pixel;
* the finest file has the tolerance that the caller asks for, and serves every zoom above;
* when that file is heavier than `LIGHT_BYTES`, a coarser one is made for the opening view, where
  the layer fills the map, and one zoom beyond. It alone carries keys and texts; the finer one
  brings nothing but shapes, and a browser asks for it only when a reader zooms in further.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import asinh, cos, log2, pi, radians, sqrt, tan
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup, escape

from geo.crs import plane_around, to_wgs84
from geo.errors import GeoError
from geo.repair import gaps_in
from geo.shapes import LINES, POLYGONS, Flags, Numbers, Shapes, is_absent

DETAIL_PX = 0.5  # details smaller than this go
VIEW_PX = (900, 520)  # the map as a page of an office screen shows it
_EQUATOR_PX, _EQUATOR_M = 256, 40_075_017.0  # the whole world at zoom 0
METRES_PER_DEGREE = 111_320.0  # of longitude at the equator; of latitude, nearly, anywhere
_KINDS = {0: "Point", 1: "LineString", 3: "Polygon", 5: "MultiLineString", 6: "MultiPolygon"}
_AREA = 2
LABEL_POINT = "_at"  # property that holds the [longitude, latitude] of a feature's label
_ENCLAVE = 0.01  # a smaller share of a unit is a gap in it, not another unit
LIGHT_BYTES = 100_000
# Of a typical area. A gap as wide as the square of that size, or narrower, is two drawings of one
# border, not an area that the layer lacks: Bắc Giang's smallest commune is 4 % of its median one.
GAP_SHARE = 0.01
_SNAP_M = 1.0  # ends of a border that are nearer than this are one place
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_DECIMALS = 5  # 1.1 m on the ground: far below a pixel at any zoom the map offers
_GRID_OF_TOLERANCE = 4  # half a pixel by four


@dataclass(frozen=True)
class DisplayFile:
    """What is behind one immutable address: shapes, and the zoom above which they are drawn."""

    name: str
    body_gzip: bytes = field(repr=False)
    above_zoom: float = 0.0


@dataclass(frozen=True)
class DisplayLayer:
    """A layer as the browser gets it; of several files the first is the coarsest."""

    name: str
    count: int
    keys: tuple[str, ...] = field(repr=False)
    files: tuple[DisplayFile, ...]

    def url(self, base: str) -> str:
        """Return the address of the first file under `base`, which ends with a slash."""
        return f"{base}{self.files[0].name}"

    def finer(self, base: str) -> list[tuple[float, str]]:
        """Return the zoom above which each other file is drawn, and its address under `base`."""
        return [(file.above_zoom, f"{base}{file.name}") for file in self.files[1:]]

    def body(self, file: str) -> bytes | None:
        """Return the compressed text of a file of the layer by its name, or None."""
        return next((each.body_gzip for each in self.files if each.name == file), None)


def escape_text(text: object) -> Markup:
    """Return a text that HTML shows letter by letter; nothing for a missing one.

    This is the only place where text is made safe for the map. Text that has been here before
    comes back unchanged, so a caller need not remember.
    """
    if text is None or (isinstance(text, float) and np.isnan(text)) or text is pd.NA:
        return Markup("")
    return escape(text)


def display_layer(
    name: str,
    layer: gpd.GeoDataFrame,
    *,
    key: str,
    properties: Sequence[str] = (),
    tolerance_m: float | None = None,
    label_points: bool = False,
) -> DisplayLayer:
    """Prepare a layer for the map.

    Parameters
    ----------
    name
        Name of the layer in addresses: small letters, digits, `-` and `_`.
    layer
        Any CRS; features keep the order of the rows, and a missing shape keeps its place.
    key
        Column whose text identifies a feature when it is clicked; unique, never missing.
    properties
        Columns shown in the tooltip, the heading first.
    tolerance_m
        Size of the details that may go even from the finest file, in metres. Areas are simplified
        together, so that shared borders stay shared. All details are kept by default.
    label_points
        Give each area the point where its label stands well inside.

    Raises
    ------
    GeoError
        If the name does not suit an address, keys are missing or repeated, or shapes are not all
        points, all lines or all areas.
    CRSError
        If the layer has no CRS.
    """
    if not _NAME.fullmatch(name):
        msg = f"{name!r} cannot name a display layer; use small letters, digits, '-' and '_'."
        raise GeoError(msg)
    keys = _keys(layer, key)
    shapes = to_wgs84(layer.geometry)
    columns = {column: _shown(layer[column]) for column in properties}
    facts: dict[str, object] = {"keys": keys, "properties": columns}
    if tolerance_m is not None:
        shapes = as_coverage(shapes, tolerance_m=tolerance_m)
        shapes = generalised(shapes, tolerance_m=tolerance_m)
    if label_points:
        columns[LABEL_POINT] = [_label_point(shape) for shape in shapes]
    files = [_file(name, shapes, facts, tolerance_m=tolerance_m)]
    if tolerance_m is not None and len(files[0].body_gzip) > LIGHT_BYTES:
        zoom = round(opening_zoom(shapes) + 1, 1)
        coarse_m = tolerance_at(zoom, shapes)
        if coarse_m > 2 * tolerance_m:
            coarse = generalised(shapes, tolerance_m=coarse_m)
            files = [
                _file(name, coarse, facts, tolerance_m=coarse_m),
                _file(name, shapes, {}, tolerance_m=tolerance_m, above_zoom=zoom),
            ]
    return DisplayLayer(name=name, count=len(layer), keys=keys, files=tuple(files))


def _file(
    name: str,
    shapes: gpd.GeoSeries,
    facts: Mapping[str, object],
    *,
    tolerance_m: float | None,
    above_zoom: float = 0.0,
) -> DisplayFile:
    cells_per_degree = 10**_DECIMALS
    if tolerance_m is not None:
        grid_m = tolerance_m / _GRID_OF_TOLERANCE
        cells_per_degree = min(cells_per_degree, max(1, round(METRES_PER_DEGREE / grid_m)))
    steps = as_steps(shapes.to_numpy(), cells_per_degree=cells_per_degree)
    content = {"cells_per_degree": cells_per_degree, **facts, "shapes": steps}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    body = text.encode()
    return DisplayFile(
        name=f"{name}-{hashlib.sha256(body).hexdigest()[:16]}.json",
        body_gzip=gzip.compress(body, mtime=0),
        above_zoom=above_zoom,
    )


def _keys(layer: gpd.GeoDataFrame, key: str) -> tuple[str, ...]:
    keys = layer[key]
    missing, repeated = int(keys.isna().sum()), keys[keys.duplicated()]
    if missing or len(repeated):
        example = f" (first: {repeated.iloc[0]!r})" if len(repeated) else ""
        msg = (
            f"{missing} of {len(keys)} values of {key!r} are missing and {len(repeated)} are "
            f"repeated{example}; a map layer needs one key for each feature."
        )
        raise GeoError(msg)
    return tuple(str(value) for value in keys)


def _shown(column: pd.Series) -> list[object]:
    is_number = pd.api.types.is_numeric_dtype(column)
    return [
        None if pd.isna(value) else value if is_number else str(escape_text(value))
        for value in column.tolist()
    ]


def _label_point(shape: shapely.Geometry | None) -> list[float] | None:
    if shape is None or shape.is_empty:
        return None
    largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
    if largest.geom_type == "Polygon":
        # Gaps between the parts a unit was put together of are nothing to keep clear of.
        enclaves = [
            ring
            for ring in largest.interiors
            if shapely.Polygon(ring).area > _ENCLAVE * largest.area
        ]
        whole = shapely.Polygon(largest.exterior, enclaves)
        # The middle of the widest spot: the centroid of a curved unit may lie outside it.
        largest = shapely.get_point(shapely.maximum_inscribed_circle(whole), 0)
    else:
        largest = largest.interpolate(0.5, normalized=True) if largest.length else largest
    return [round(largest.x, _DECIMALS), round(largest.y, _DECIMALS)]


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


def without_gaps(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return areas in WGS 84 as a coverage, narrow gaps between them given to a neighbour.

    A gap goes to the area with the longest border along it. One in which a whole area of the layer
    may be missing stays open (`GAP_SHARE`). A coverage without gaps comes back as it was.

    Two communes of 2 km leave a slit of 50 m in the ground that they enclose.

    >>> left, right = shapely.box([106, 106.02], 21, [106.02, 106.04], 21.02)
    >>> slit = shapely.box(106.0195, 21.005, 106.02, 21.015)
    >>> closed = without_gaps(gpd.GeoSeries([left - slit, right], crs="EPSG:4326"))
    >>> [round(each.area, 6) for each in closed], len(closed.union_all().interiors)
    ([0.0004, 0.0004], 0)
    """
    _, areas = _where(shapes)
    plane = _metric(shapes)
    parts = plane.to_numpy().copy()
    given = parts[areas]
    if shapely.coverage_is_valid(given) and not len(gaps_in(given)):
        return shapes
    width_m = sqrt(GAP_SHARE * float(np.median(shapely.area(given))))
    with np.errstate(invalid="ignore"):  # needle-thin angles raise the processor's flag
        parts[areas] = shapely.coverage_clean(
            given, gap_width=width_m, snapping_distance=_SNAP_M, merge_strategy="min_area"
        )
    return gpd.GeoSeries(parts, index=shapes.index, crs=plane.crs).to_crs(shapes.crs)


def _metric(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    # On a plane that keeps areas, a metre is a metre across a whole country.
    return shapes.to_crs(plane_around(shapes.total_bounds, true="areas"))


def _where(shapes: gpd.GeoSeries) -> tuple[Flags, Flags]:
    """Return where lines are and where areas are; an empty shape is neither."""
    drawn = ~shapely.is_empty(shapes.to_numpy())
    kinds = shapely.get_type_id(shapes.to_numpy())
    return drawn & np.isin(kinds, LINES), drawn & np.isin(kinds, POLYGONS)


def as_steps(shapes: Shapes, *, cells_per_degree: int) -> list[Any]:
    """Return shapes told in steps: how far each point lies from the one before, in whole cells.

    Neighbouring points are close together, so steps are short numbers; compressed, they take about
    half of what GeoJSON's coordinates do. A shape is nested as in GeoJSON: a point is `[x, y]`, a
    line a list of paths, an area a list of polygons, each a list of rings, the outer one first. A
    path is one flat list `[x, y, x, y, …]` of steps that go on from the last point of the path
    before, and the first of all from 0° east, 0° north. A ring does not repeat its first point.
    `geo/assets/shapes.js` walks them back. A missing or empty shape is None. Points are moved to
    the nearest corner of the grid, every copy of a point to the same one.

    >>> as_steps(shapely.linestrings([[[1, 2], [1.5, 2], [1.5, 1]]]), cells_per_degree=10)
    [[[10, 20, 5, 0, 0, -10]]]

    Raises
    ------
    GeoError
        If shapes are neither points, lines nor areas, or not all of one of these.
    """
    given = ~is_absent(shapes)
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


def _paths(paths: Shapes, cells_per_degree: int, *, closed: bool) -> list[list[int]]:
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


def _gathered(values: Iterable[Any], owner: Numbers, count: int) -> list[list[Any]]:
    gathered: list[list[Any]] = [[] for _ in range(count)]
    for value, place in zip(values, owner.tolist(), strict=True):
        gathered[place].append(value)
    return gathered
