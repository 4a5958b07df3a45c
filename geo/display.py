"""Layers made ready for the screen: simplified, escaped, compressed, addressed by their content.

A display layer is drawn, never measured or handed out: its borders are simplified and its
coordinates rounded. Exports use the full geometry (`geo.geojson`).
"""

import gzip
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup, escape

from geo.crs import to_wgs84
from geo.errors import GeoError
from geo.geojson import to_geojson

LABEL_POINT = "_at"  # property that holds the [longitude, latitude] of a feature's label
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_DECIMALS = 5  # 1.1 m on the ground: far below a pixel at any zoom the map offers
_GRIDS_M = ((300.0, 3), (20.0, 4))  # from this tolerance on, so many decimals lie well within it


@dataclass(frozen=True)
class DisplayLayer:
    """A layer as the browser gets it: one compressed GeoJSON text under an immutable address."""

    name: str
    sha: str
    body_gzip: bytes = field(repr=False)
    count: int
    keys: tuple[str, ...] = field(repr=False)

    @property
    def file(self) -> str:
        """The file name, which changes whenever the content does."""
        return f"{self.name}-{self.sha}.geojson"

    def url(self, base: str) -> str:
        """Return the address of the layer under `base`, which ends with a slash."""
        return f"{base}{self.file}"


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
        Size of the details that may go, in metres. Areas are simplified together, so that shared
        borders stay shared. All details are kept by default.
    label_points
        Give each area the point where its label stands well inside.

    Raises
    ------
    GeoError
        If the name does not suit an address, or keys are missing or repeated.
    CRSError
        If the layer has no CRS.
    """
    _require_name(name)
    keys = _keys(layer, key)
    shapes = to_wgs84(layer.geometry)
    if tolerance_m is not None:
        shapes = _simplified(shapes, tolerance_m=tolerance_m)
    columns: dict[str, object] = {column: _shown(layer[column]) for column in properties}
    if label_points:
        columns[LABEL_POINT] = [_label_point(shape) for shape in shapes]
    names = list(columns)
    columns["_key"] = list(keys)
    frame = gpd.GeoDataFrame(columns, geometry=shapes.to_numpy(), crs=shapes.crs)
    decimals = next((d for least, d in _GRIDS_M if (tolerance_m or 0) >= least), _DECIMALS)
    text = to_geojson(frame, properties=names, id_column="_key", decimals=decimals)
    body = text.encode()
    return DisplayLayer(
        name=name,
        sha=hashlib.sha256(body).hexdigest()[:16],
        body_gzip=gzip.compress(body, mtime=0),
        count=len(layer),
        keys=keys,
    )


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        msg = f"{name!r} cannot name a display layer; use small letters, digits, '-' and '_'."
        raise GeoError(msg)


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
    if pd.api.types.is_numeric_dtype(column):
        return list(column)
    return [None if pd.isna(value) else str(escape_text(value)) for value in column]


def _simplified(shapes: gpd.GeoSeries, *, tolerance_m: float) -> gpd.GeoSeries:
    # An equal-area projection centred on the layer makes a metre a metre across a whole country.
    west, south, east, north = shapes.total_bounds
    local = f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2} +datum=WGS84"
    plane = shapes.to_crs(local)
    parts = plane.to_numpy().copy()
    areas = np.isin(shapely.get_type_id(parts), (3, 6))
    lines = np.isin(shapely.get_type_id(parts), (1, 5))
    parts[areas] = shapely.coverage_simplify(parts[areas], tolerance_m)
    parts[lines] = shapely.simplify(parts[lines], tolerance_m)
    return gpd.GeoSeries(parts, index=shapes.index, crs=plane.crs).to_crs(shapes.crs)


def _label_point(shape: shapely.Geometry | None) -> list[float] | None:
    if shape is None or shape.is_empty:
        return None
    largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
    if largest.geom_type == "Polygon":
        # The middle of the widest spot: the centroid of a curved unit may lie outside it.
        largest = shapely.get_point(shapely.maximum_inscribed_circle(largest), 0)
    else:
        largest = largest.interpolate(0.5, normalized=True) if largest.length else largest
    return [round(largest.x, _DECIMALS), round(largest.y, _DECIMALS)]
