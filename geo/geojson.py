"""Layers as RFC 7946 GeoJSON: WGS 84, right-hand rule, plain JSON, the same bytes each time."""

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import WGS84, require_crs
from geo.errors import GeoError, GeometryError, refuse
from geo.shapes import NOT_FINITE, Shapes, is_finite

_LONG_NUMBER = re.compile(r"-?\d+\.\d{8,}")
MAX_DECIMALS = 7  # of a degree: one centimetre; RFC 7946 advises against more
_BATCH = 1_000

_OWN_MEMBERS = {"type", "features", "bbox", "crs", "coordinates", "geometry", "properties"}


def to_geojson(
    layer: gpd.GeoDataFrame,
    *,
    properties: Sequence[str] | None = None,
    id_column: str | None = None,
    decimals: int = 6,
    members: Mapping[str, Any] | None = None,
) -> str:
    """Return the layer as the text of a FeatureCollection.

    Parameters
    ----------
    layer
        Features in any CRS. Heights are left out; a missing or empty geometry is written null.
    properties
        Columns to write, in this order; all of them unless given. A missing value is written
        null, a date as ISO text, a list as an array.
    id_column
        Column to write as the id of the features, texts or numbers.
    decimals
        Digits of a degree to keep, at most `MAX_DECIMALS`; 6 are 11 cm.
    members
        More members of the collection, such as its source; they come before the features.

    Raises
    ------
    CRSError
        If the layer has no CRS.
    GeometryError
        If a coordinate is not finite.
    GeoError
        If a property, an id or a member cannot be written as GeoJSON.

    Examples
    --------
    >>> point = gpd.GeoSeries.from_xy([106.5], [21.25], crs="EPSG:4326")
    >>> layer = gpd.GeoDataFrame({"code": ["00123"], "km": [None]}, geometry=point)
    >>> print(to_geojson(layer, id_column="code", properties=["km"]), end="")
    {"type":"FeatureCollection","bbox":[106.5,21.25,106.5,21.25],"features":[
    {"type":"Feature","id":"00123","properties":{"km":null},"geometry":{"type":"Point","coordinates":[106.5,21.25]}}
    ]}
    """
    shapes = _shapes(layer, decimals)
    starts = _feature_starts(layer, _property_names(layer, properties), id_column)
    features = enumerate(_features(starts, shapes, decimals))
    lines = (f"{',' if row else ''}\n{feature}" for row, feature in features)
    return "".join([_head(shapes, members or {}), *lines, "\n]}\n"])


def feature_texts(
    layer: gpd.GeoDataFrame,
    *,
    properties: Sequence[str] | None = None,
    id_column: str | None = None,
    decimals: int = 6,
    crs: str = WGS84,
) -> Iterator[str]:
    """Give the text of each feature by itself, as `to_geojson` writes it.

    Parameters
    ----------
    layer, properties, id_column
        As for `to_geojson`.
    decimals
        Digits to keep of a degree, or of a metre.
    crs
        The reference system to write in, easting or longitude first. A file is always in WGS 84
        (RFC 7946); a service may give what was asked of it.
    """
    starts = _feature_starts(layer, _property_names(layer, properties), id_column)
    return _features(starts, _shapes(layer, decimals, crs), decimals)


def _features(starts: Sequence[str], shapes: Shapes, decimals: int) -> Iterator[str]:
    # Coordinates are told by batches: of a country their texts alone take a hundred megabytes.
    for first in range(0, len(shapes), _BATCH):
        batch = slice(first, first + _BATCH)
        texts = shapely.to_geojson(shapes[batch])
        for start, geometry in zip(starts[batch], texts, strict=True):
            yield f"{start}{_trimmed(geometry, decimals) if geometry else 'null'}}}"


def _trimmed(geometry: str, decimals: int) -> str:
    """Write a rounded coordinate as it was rounded: GEOS prints some with 17 digits."""
    return _LONG_NUMBER.sub(lambda number: repr(round(float(number[0]), decimals)), geometry)


def _shapes(layer: gpd.GeoDataFrame, decimals: int, crs: str = WGS84) -> Shapes:
    """Return the shapes, rounded, exterior rings counter-clockwise, None if empty."""
    if not 0 <= decimals <= MAX_DECIMALS:
        msg = f"{decimals} decimals of a degree cannot be written; keep 0 to {MAX_DECIMALS}."
        raise GeoError(msg)
    require_crs(layer)
    shapes = np.asarray(layer.geometry.to_crs(crs).array, dtype=object)
    what, cure = f"features {NOT_FINITE}", "correct or remove them"
    refuse(GeometryError, ~is_finite(shapes), layer.index, what, cure, show="row {}")
    # Adding zero turns -0.0 into 0.0.
    rounded = shapely.transform(shapes, lambda points: points.round(decimals) + 0.0)
    oriented: Shapes = shapely.orient_polygons(rounded)
    oriented[shapely.is_empty(oriented)] = None
    return oriented


def _head(shapes: Shapes, members: Mapping[str, Any]) -> str:
    """Return the start of the document, as far as the bracket that opens the features."""
    clash = sorted(_OWN_MEMBERS & members.keys())
    if clash:
        msg = f"The member {clash[0]!r} belongs to GeoJSON itself; choose another name."
        raise GeoError(msg)
    head: dict[str, Any] = {"type": "FeatureCollection"}
    present = shapes[~shapely.is_missing(shapes)]
    if len(present):
        head["bbox"] = shapely.total_bounds(present).tolist()
    [text] = _encoded([head | dict(members)], what="members")
    return text[:-1] + ',"features":['


def _feature_starts(
    layer: gpd.GeoDataFrame, names: Sequence[str], id_column: str | None
) -> list[str]:
    """Return the text of each feature as far as its geometry."""
    ids = [""] * len(layer) if id_column is None else _id_members(layer, id_column)
    labels = _encoded(map(str, names), what="property names")
    columns = [_column(layer, name) for name in names]
    rows = zip(*columns, strict=True) if columns else [()] * len(layer)
    records = (",".join(map(":".join, zip(labels, row, strict=True))) for row in rows)
    return [
        f'{{"type":"Feature",{own_id}"properties":{{{record}}},"geometry":'
        for own_id, record in zip(ids, records, strict=True)
    ]


def _property_names(layer: gpd.GeoDataFrame, properties: Sequence[str] | None) -> list[str]:
    """Return the columns to write: those named, or all that hold no geometry."""
    if properties is None:
        return list(layer.columns[layer.dtypes != "geometry"])
    absent = [name for name in properties if name not in layer.columns]
    if absent:
        msg = (
            f"{len(absent)} of {len(properties)} properties are no columns of the layer "
            f"(first: {absent[0]!r}); correct their names."
        )
        raise GeoError(msg)
    return list(properties)


def _id_members(layer: gpd.GeoDataFrame, id_column: str) -> list[str]:
    [name] = _property_names(layer, [id_column])
    what, cure = f"features have no id in {name!r}", "complete them or name another column"
    refuse(GeoError, layer[name].isna(), layer.index, what, cure, show="row {}")
    return [f'"id":{text},' for text in _column(layer, name)]


def _column(layer: gpd.GeoDataFrame, name: str) -> list[str]:
    """Return the JSON text of each value of a column."""
    column = layer[name]
    values = column.astype(object).where(column.notna(), None)
    return _encoded(values.tolist(), what=f"values of {name!r}")


def _encoded(values: Iterable[Any], *, what: str) -> list[str]:
    texts = []
    for value in values:
        try:
            texts.append(_ENCODER.encode(value))
        except (TypeError, ValueError) as error:
            msg = (
                f"The {what} cannot all be written as JSON (first: {value!r}); "
                "use texts, finite numbers, dates or lists of them."
            )
            raise GeoError(msg) from error
    return texts


def _plain(value: Any) -> Any:
    """Return what JSON knows for a date, or for a number or array of numpy."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    msg = f"JSON has no {type(value).__name__}."
    raise TypeError(msg)


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
)
