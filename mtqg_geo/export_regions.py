"""How much of an exported unit is especially difficult (region III): a share, never an average."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import labels_on
from mtqg_geo.dataset.restated import RestatedDataset
from mtqg_geo.export_parts import put_together
from mtqg_geo.figures.values import has_regions
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import MOST_DIFFICULT, REGIONS

REGION_III_COUNT, REGION_III_PCT = "region_iii_communes", "region_iii_households_pct"


def region_columns(data: Dataset, year: int) -> dict[str, pd.Series]:
    """Return for units put together how much of each is in region III; nothing for communes.

    With a filter by former district that is of the part that lay there.

    Returns
    -------
    By row of `data.communes` the number of former communes in region III, and the share of the
    households that live in them, in percent. The share is blank where the households of one of
    the former communes are not known, both without a list of regions for the year; the number
    also where a unit was put in a region itself.
    """
    if not isinstance(data, RestatedDataset) or not put_together(data):
        return {}
    if not has_regions(data, year):
        nothing = pd.Series(np.nan, index=data.communes.index)
        return {REGION_III_COUNT: nothing, REGION_III_PCT: nothing}
    count, percent = _of_former_communes(data, year)
    given, made = _regions_of_units(data, year)
    itself = given != made
    whole = given.map({region: 100.0 * (region == MOST_DIFFICULT) for region in ("", *REGIONS)})
    return {REGION_III_COUNT: count.mask(itself), REGION_III_PCT: percent.mask(itself, whole)}


def _of_former_communes(data: RestatedDataset, year: int) -> tuple[pd.Series, pd.Series]:
    """Return number and share of households; zero where no former commune is in region III."""
    shares = data.region_shares(year)
    hardest = shares[shares[c.REGION] == MOST_DIFFICULT].set_index(c.CODE)
    codes = data.communes[c.CODE]
    has_any = codes.isin(hardest.index)
    count = codes.map(hardest["parts"]).astype(np.float64)
    percent = 100 * codes.map(hardest["share"]).astype(np.float64)
    return count.where(has_any, 0.0), percent.where(has_any, 0.0)


def _regions_of_units(data: RestatedDataset, year: int) -> tuple[pd.Series, pd.Series]:
    """Return by row the region of each unit ("" = none), and that which its communes make up."""
    legs, codes = data.legs, data.communes[c.CODE]
    made = labels_on(legs.regions(0, year), legs.walk(0))
    given = codes.map(data.regions_in(year))
    return given.astype(object).fillna(""), codes.map(made).astype(object).fillna("")
