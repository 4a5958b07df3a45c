"""Infrastructure sites of a selection: which, how many in which status, how many unreported."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.model import Status
from mtqg_geo.selection import Selection


@dataclass(frozen=True)
class WorkCount:
    """How many works are done of those planned, in how many communes the status is unknown."""

    completed: float
    planned: float
    communes_missing: int


def site_mask(data: Dataset, selection: Selection) -> pd.Series:
    """Say for each site of the data whether it is selected."""
    mask = selection.work_mask(data, data.sites)
    if selection.districts:
        mask &= data.sites[c.DISTRICT_CODE].isin(selection.districts)
    if selection.communes:
        mask &= data.sites[c.COMMUNE_CODE].isin(selection.communes)
    return mask


def selected_sites(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    """Return the selected sites."""
    return data.sites[site_mask(data, selection)]


def count_sites(sites: pd.DataFrame) -> WorkCount:
    """Count the completed sites among all of them (each was planned for its year)."""
    silent = sites[sites[c.STATUS] == Status.NOT_REPORTED]
    return WorkCount(
        completed=int((sites[c.STATUS] == Status.COMPLETED).sum()),
        planned=len(sites),
        communes_missing=silent[c.COMMUNE_CODE].nunique(),
    )


def count_by_type(sites: pd.DataFrame, facilities: list[str]) -> pd.DataFrame:
    """Count sites by facility type (rows, in the given order) and status (columns)."""
    return (
        pd.crosstab(sites[c.FACILITY], sites[c.STATUS])
        .reindex(index=facilities, columns=[status.value for status in Status], fill_value=0)
        .astype(int)
    )
