"""A layer as features that a service gives page by page: the same rows and texts as its file.

======================  ==========================================================================
`FeatureSet`            the features of a selection in the order of their ids, and a page of them
`feature_id`            a code as the id of a feature, which holds no dot
`systems_of`            the reference systems that a service offers, by their addresses
`Box`, `parse_box`      a rectangle that features are asked for by
`extent`                where the features of a layer lie, whatever is selected
======================  ==========================================================================
"""

import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Polygon

from geo.crs import WGS84
from geo.geojson import feature_texts
from geo.shapes import Shapes
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.exports.columns import Field, fields
from mtqg_geo.exports.files import file_note, layer
from mtqg_geo.exports.formats import FileOptions
from mtqg_geo.figures.file_names import DISTRICTS
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import ZONE_OF_PROVINCE
from mtqg_geo.programme.words import t

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"  # WGS 84, longitude first
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
LISTS = (c.COMMUNE_CODES,)  # columns that hold several texts
DEGREE_DECIMALS, METRE_DECIMALS = 6, 2
_ID = "_id"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
# As far as a box is looked at: the whole earth, or ground on which a zone's metres have a sense.
WEST, SOUTH, EAST, NORTH = -180.0, -90.0, 180.0, 90.0
ZONE = (-1.5e6, 0.0, 2.5e6, 6e6)
SIDE_POINTS = 32  # a straight side in metres is a little bent in degrees

Corners = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class FeatureSet:
    """The features of a layer as filtered, in the order of their ids (do not change).

    Attributes
    ----------
    ids, texts
        Of each feature its id and its GeoJSON, in UTF-8.
    shapes
        In degrees, whatever system the texts are in.
    columns
        What each property holds.
    note
        What a file of them says of itself.
    """

    ids: tuple[str, ...]
    texts: tuple[bytes, ...]
    shapes: Shapes
    columns: tuple[Field, ...]
    note: str

    @cached_property
    def n_bytes(self) -> int:
        """About how much memory is held."""
        return sum(map(len, self.texts)) + 40 * int(shapely.get_num_coordinates(self.shapes).sum())

    def rows(self, area: Polygon | None) -> list[int]:
        """Return the places of the features that touch an area, in order; None: of all."""
        if area is None:
            return list(range(len(self.ids)))
        return [int(row) for row in np.flatnonzero(shapely.intersects(self.shapes, area))]

    def page(self, rows: list[int], *, after: str, limit: int) -> tuple[list[int], str]:
        """Return the next of some features, and the id behind which to go on; "" at the end.

        Parameters
        ----------
        rows
            Their places; see `rows`.
        after
            The id behind which the page begins; "" for the first page.
        limit
            How many features it has at most.
        """
        start = bisect_right(rows, after, key=lambda row: self.ids[row]) if after else 0
        page = rows[start : start + limit]
        return page, self.ids[page[-1]] if start + limit < len(rows) else ""


def features_of(
    data: Dataset, selection: Selection, name: str, *, crs: str = WGS84, lang: Lang = "vi"
) -> FeatureSet:
    """Return a layer as filtered, as features: every feature has every property.

    Parameters
    ----------
    data, selection
        What there is and what of it is chosen.
    name
        One of `ONE_BY_ONE`.
    crs
        Reference system of the coordinates.
    lang
        Language of the words about them.
    """
    features = layer(data, selection, name)
    features = features.assign(**{_ID: features[c.CODE].map(feature_id)}).sort_values(_ID)
    names = [column for column in features if column not in (_ID, features.geometry.name)]
    decimals = DEGREE_DECIMALS if crs == WGS84 else METRE_DECIMALS
    texts = feature_texts(features, properties=names, id_column=_ID, decimals=decimals, crs=crs)
    return FeatureSet(
        tuple(features[_ID]),
        tuple(text.encode() for text in texts),
        np.asarray(features.geometry.array, dtype=object),
        fields(data, selection, pd.DataFrame(features[names]), lang=lang),
        file_note(data, selection, name, features, FileOptions(crs, lang=lang)),
    )


def feature_id(code: str) -> str:
    """Return a code as the id of a feature: QGIS takes what follows a dot for something else.

    Other letters than those of plain codes are written as their bytes, so that two codes never
    become one id, and an id is a part of an address as it stands.

    >>> feature_id("CT-2023-001"), feature_id("07201"), feature_id("7.1/Đ")
    ('CT-2023-001', '07201', '7~2e1~2f~c4~90')
    """
    return _UNSAFE.sub(lambda text: "".join(f"~{byte:02x}" for byte in text[0].encode()), code)


def systems_of(data: Dataset) -> dict[str, str]:
    """Return by address the reference systems that features are given in; degrees come first.

    The other one is the province's own zone of VN-2000, easting first as EPSG has it.
    """
    zone = ZONE_OF_PROVINCE.get(data.catalog.programme.province_code)
    zones = {f"{EPSG}{zone.removeprefix('EPSG:')}": zone} if zone else {}
    return {CRS84: WGS84, **zones}


def parse_box(text: str, crs: str, *, lang: Lang) -> Polygon:
    """Return the area, in degrees, of a `bbox`: two corners, with heights or without.

    Of degrees the western side may lie behind the eastern one: the box then crosses 180°.

    >>> parse_box("106,21,107,22", "EPSG:4326", lang="vi").bounds
    (106.0, 21.0, 107.0, 22.0)

    Raises
    ------
    SelectionError
        If it is none.
    """
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) in (4, 6) and all(map(math.isfinite, numbers)):
        n_axes = len(numbers) // 2
        (west, south), (east, north) = numbers[:2], numbers[n_axes : n_axes + 2]
        is_across = crs == WGS84 and west > east
        spans = [(west, EAST), (WEST, east)] if is_across else [(west, east)]
        if south <= north and all(low <= high for low, high in spans):
            boxes = [_in_degrees((low, south, high, north), crs) for low, high in spans]
            return shapely.union_all(boxes)
    raise SelectionError((t("ogc_no_bbox", lang, example=text[:60]),))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _in_degrees(corners: Corners, crs: str) -> Polygon:
    limits = (WEST, SOUTH, EAST, NORTH) if crs == WGS84 else ZONE
    west, south, east, north = np.clip(corners, limits[:2] * 2, limits[2:] * 2)
    box = shapely.box(west, south, east, north)
    if crs == WGS84:
        return box
    side = max(east - west, north - south) / SIDE_POINTS
    sides = shapely.segmentize(box, side) if side > 0 else box
    return gpd.GeoSeries([sides], crs=crs).to_crs(WGS84).iloc[0]


def extent(data: Dataset, name: str) -> list[float]:
    """Return west, south, east and north of the province and of a layer's features, in degrees."""
    beyond = {"sites": data.sites, "roads": data.roads, DISTRICTS: data.districts}
    layers = [data.communes, *([beyond[name]] if name in beyond else [])]
    bounds = np.array([each.total_bounds for each in layers])
    corners = (*np.nanmin(bounds[:, :2], axis=0), *np.nanmax(bounds[:, 2:], axis=0))
    return [round(float(corner), DEGREE_DECIMALS) for corner in corners]
