"""Infrastructure sites of a selection: which, how many in which status, how many unreported."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask, Status
from mtqg_geo.selection import Selection, chosen_rows


@dataclass(frozen=True)
class WorkCount:
    """How many works are done of those planned, in how many communes the status is unknown.

    Works outside every commune count as one commune more.

    `completed` is missing (NaN) when there are works and the status of none is known; `planned`
    too when no list of works was loaded for the year.
    """

    completed: float
    planned: float
    communes_missing: int


def site_mask(data: Dataset, selection: Selection) -> Mask:
    """Say for each site of the data whether it is selected."""
    place = {c.DISTRICT_CODE: selection.districts, c.COMMUNE_CODE: selection.communes}
    return selection.work_mask(data, data.site_list) & chosen_rows(data.site_list, place)


def selected_sites(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    """Return the selected sites."""
    return data.sites[site_mask(data, selection)]


def against_plan(chosen: WorkCount, planned: WorkCount) -> WorkCount:
    """Return what is done of the chosen works, against all that was planned and unreported."""
    return WorkCount(chosen.completed, planned.planned, planned.communes_missing)


def count_works(
    statuses: NDArray[np.object_], communes: NDArray[np.object_], sizes: NDArray[np.float64]
) -> WorkCount:
    """Add up the sizes of works (1 for a site, km for a road) by status."""
    silent, done = statuses == Status.NOT_REPORTED, statuses == Status.COMPLETED
    places = {place if isinstance(place, str) else "" for place in communes[silent]}
    unknown = len(sizes) > 0 and silent.all()
    return WorkCount(
        completed=float("nan") if unknown else float(sizes[done].sum()),
        planned=float(sizes.sum()),
        communes_missing=len(places),
    )


def by_commune(
    statuses: NDArray[np.object_],
    communes: NDArray[np.object_],
    sizes: NDArray[np.float64],
    codes: pd.Index,
) -> dict[str, NDArray[np.float64]]:
    """Add up the sizes of works in each commune.

    Returns
    -------
    `planned`, `completed` and `not_reported`, each in the order of `codes`. A commune without a
    work has a true zero; one with works of which none was reported has no `completed` (NaN).
    """
    at = codes.get_indexer(pd.Index(communes, dtype=object))

    def added(chosen: Mask) -> NDArray[np.float64]:
        chosen = chosen & (at >= 0)
        counted = np.bincount(at[chosen], weights=sizes[chosen], minlength=len(codes))
        return counted.astype(np.float64)

    planned, silent = added(at >= 0), added(statuses == Status.NOT_REPORTED)
    completed = added(statuses == Status.COMPLETED)
    unknown = (planned > 0) & (silent == planned)
    return {
        "planned": planned,
        "completed": np.where(unknown, np.nan, completed),
        "not_reported": silent,
    }


def count_by_type(sites: pd.DataFrame, facilities: list[str]) -> pd.DataFrame:
    """Count sites by facility type (rows, in the given order) and status (columns)."""
    return (
        pd.crosstab(sites[c.FACILITY], sites[c.STATUS])
        .reindex(index=facilities, columns=[status.value for status in Status], fill_value=0)
        .astype(int)
    )
