"""What an exported unit put together is a row of: all of it, or the part in chosen old districts.

With a filter by former district the figures of a unit are those of the part that lay there. Shape,
area and former codes of its row are then those of that part as well, and `part_of_unit` says so.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import area_km2
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.restated import RestatedDataset
from mtqg_geo.dataset.restated_layers import BETWEEN, FORMER_CODES, main_successors
from mtqg_geo.programme import columns as c

PART, FORMER_COUNT = "part_of_unit", "former_communes"


def put_together(data: Dataset) -> bool:
    """Say whether the units shown are made of former communes."""
    return isinstance(data, RestatedDataset) and FORMER_CODES in data.communes


def part_mask(data: Dataset) -> pd.Series:
    """Say for each row of `data.communes` whether its figures are those of a part of it."""
    if not isinstance(data, RestatedDataset) or data.whole is None or not put_together(data):
        return pd.Series(False, index=data.communes.index)
    return data.communes[FORMER_CODES] != data.whole.communes[FORMER_CODES]


def as_counted_there(data: Dataset, features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rows of `data.communes`, each with the shape and area of what its figures are of."""
    partly = part_mask(data)[features.index]
    if not isinstance(data, RestatedDataset) or not partly.any():
        return features
    shapes = features.geometry.copy()
    for place in features.index[partly]:
        shapes[place] = _shape_of_part(data, data.communes.loc[place])
    area = features[c.AREA_KM2].where(~partly, area_km2(shapes))
    return features.set_geometry(shapes).assign(**{c.AREA_KM2: area})


def _shape_of_part(data: RestatedDataset, unit: pd.Series) -> BaseGeometry | None:
    """Return the shape of the part of a unit that lay in the districts chosen."""
    if data.faces is not None:
        faces = data.faces[data.faces[c.CODE] == unit[c.CODE]]
        inside = faces[faces[c.DISTRICT_CODE].isin(data.districts_chosen)].geometry
    else:
        former = data.former.communes.set_index(c.CODE).geometry
        codes = unit[FORMER_CODES].split(BETWEEN)
        went_here = main_successors(data.legs.walk(0)).reindex(codes) == unit[c.CODE]
        inside = former.reindex(went_here.index[went_here])
    shape = shapely.union_all(inside.dropna().to_numpy())
    return None if shape.is_empty else shapely.normalize(shape)


def part_columns(data: Dataset) -> dict[str, pd.Series]:
    """Return for each row of `data.communes` whether it is a part, and of how many communes.

    Nothing where communes are shown as they were.
    """
    if not put_together(data):
        return {}
    counts = data.communes[FORMER_CODES].str.split(BETWEEN).str.len()
    return {PART: part_mask(data), FORMER_COUNT: counts}
