"""The codes of every vintage beside an exported feature: the same in the files of each vintage.

A unit is, was or became others by the lineage. A site or road lies where its own point or line
lies on the borders of each vintage, whatever else became of the commune around it.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.restated_layers import BETWEEN, FORMER_CODES
from mtqg_geo.dataset.vintages import (
    as_loaded,
    codes_by_vintage,
    codes_column,
    kin_of,
    shown_dataset,
)
from mtqg_geo.export_parts import part_mask, put_together
from mtqg_geo.programme import columns as c


def codes_beside(data: Dataset, name: str, features: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    """Return the codes that go with each feature of an export.

    Parameters
    ----------
    data
        What is shown.
    name
        `communes`, `sites` or `roads`.
    features
        The layer, with its `code`.

    Returns
    -------
    By column name (`codes_2023_04`, `codes_2025_07`) the codes, several joined by "; ".
    """
    if name == "communes":
        return _of_units(data, features)
    of_works = {"sites": _of_sites, "roads": _of_roads}[name](data)
    return {
        codes_column(vintage): features[c.CODE].map(codes).fillna("")
        for vintage, codes in of_works.items()
    }


def _of_units(data: Dataset, units: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    """Return the codes of units; of a part of one, those of its own former communes."""
    codes = codes_by_vintage(data, units[c.CODE])
    if not put_together(data):
        return codes
    former = codes_column(vintages()[0])
    partly = part_mask(data)[units.index]
    return {**codes, former: codes[former].mask(partly, data.communes[FORMER_CODES])}


def _of_roads(data: Dataset) -> dict[str, pd.Series]:
    """Return by vintage and road the units that its pieces lie in."""
    on_each = {vintage: shown_dataset(as_loaded(data), vintage) for vintage in vintages()}
    return {
        vintage: shown.road_list.set_index(c.ID)[c.COMMUNE_CODES].map(BETWEEN.join)
        for vintage, shown in on_each.items()
    }


def _of_sites(data: Dataset) -> dict[str, pd.Series]:
    """Return by vintage and site the unit that it lies in.

    Where its own unit is not known on a vintage, all that the unit of another one came from or
    became: a site given for a unit of 2025, without an exact point, lies in one of its communes.
    """
    loaded = as_loaded(data)
    own = {
        vintage: shown_dataset(loaded, vintage).site_list.set_index(c.ID)[c.COMMUNE_CODE]
        for vintage in vintages()
    }
    found = {}
    for vintage, codes in own.items():
        for other in vintages():
            kin = own[other].map(kin_of(loaded, other, vintage)).fillna("")
            codes = codes.where(codes != "", kin.reindex(codes.index))
        found[vintage] = codes
    return found
