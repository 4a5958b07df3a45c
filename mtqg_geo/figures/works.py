"""Sites and roads of a choice: which ones, how many are done, how many each commune has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.layers import of_no_project
from mtqg_geo.figures.costs import TotalCost, WorkKind, total_cost
from mtqg_geo.figures.roads import (
    crossing_pieces,
    km_as_written,
    km_by,
    road_mask,
    selected_pieces,
    selected_roads,
)
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare, completion_pct
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask, Status
from mtqg_geo.programme.words import KM_DECIMALS, parts_as_written, rounded

TOTAL = "total"  # names the row and the column of totals
WORKS_KM = ("road_planned_km", "road_completed_km")
EXACT_KM = ("planned_exactly", "done_exactly")  # shares are of these, not of what is written


@dataclass(frozen=True)
class WorkCount:
    """How many works are done of those planned, in how many communes the status is unknown.

    Works outside every commune count as one commune more.

    `completed` is missing (NaN) when there are works and the status of none is known; `planned`
    too when no list of works was loaded for the year. `silent` is what was planned of works whose
    status is unknown.
    """

    completed: float
    planned: float
    communes_missing: int
    silent: float = 0.0

    @property
    def share(self) -> PlanShare:
        """How much of the works planned is completed."""
        return PlanShare(
            completion_pct(self.planned, self.completed),
            is_lower_bound=self.silent > 0 and math.isfinite(self.completed),
            reported_pct=completion_pct(self.planned - self.silent, self.completed),
        )


def site_mask(data: Dataset, selection: Selection) -> Mask:
    """Say for each site of the data whether it is of the programme, and selected."""
    return selection.mask(data, data.site_list, "sites") & ~is_existing(data)


def is_existing(data: Dataset) -> Mask:
    """Say which sites the programme did not build: of no project, they are in none of its counts.

    They are there all the same, for distances and on the map.
    """
    return of_no_project(data.site_list)


def existing_mask(data: Dataset, selection: Selection) -> Mask:
    """Say which facilities outside the programme stand in the places chosen by the year shown.

    None where a project is chosen: they are of none.
    """
    sites, chosen = data.site_list, selection.commune_mask(data)
    there = is_existing(data) & (sites[c.YEAR] <= selection.year).to_numpy()
    if selection.projects or not there.any():
        return np.zeros_like(there)
    if not chosen.all():
        codes = data.commune_list.loc[chosen, c.CODE]
        there &= sites[c.COMMUNE_CODE].isin(codes).to_numpy()
    return np.asarray(there, dtype=np.bool_)


def selected_sites(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    """Return the selected sites."""
    return data.sites[site_mask(data, selection)]


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
        silent=float(sizes[silent].sum()),
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


@dataclass(frozen=True, eq=False)
class Tally:
    """Works of one kind (do not change).

    Attributes
    ----------
    shown
        Whether each site or road of the data is chosen.
    count
        How many sites, or km of road counted once, are done of those planned.
    by_commune
        `planned`, `completed`, `not_reported` of each commune, in the order of the data.
    """

    shown: Mask
    count: WorkCount
    by_commune: dict[str, NDArray[np.float64]]

    def unknown(self) -> Tally:
        """Return the same without a figure: nobody has said what was planned."""
        nothing = {name: np.full_like(each, np.nan) for name, each in self.by_commune.items()}
        return replace(self, count=WorkCount(np.nan, np.nan, 0), by_commune=nothing)

    def against(self, planned: Tally, *, counts_completed: bool = True) -> Tally:
        """Return what is done of these works, against all that was planned and unreported.

        A filter of status that holds completed works leaves all of them there, and what is not
        known of others stays unknown; where it leaves them aside, nobody is told that none were.
        What was planned does not shrink with it.
        """
        if counts_completed:
            return replace(self, count=planned.count, by_commune=planned.by_commune)
        completed = np.full_like(planned.by_commune["completed"], np.nan)
        return replace(
            self,
            count=replace(planned.count, completed=self.count.completed),
            by_commune=planned.by_commune | {"completed": completed},
        )


@dataclass(frozen=True, eq=False)
class Works:
    """Sites and roads of a choice."""

    sites: Tally
    roads: Tally


def works_of(data: Dataset, selection: Selection) -> Works:
    """Return the works chosen, against all that were planned for the same choice."""
    chosen = selection.filtered()
    done, planned = _works(data, chosen), _works(data, chosen.without_status())
    counts = chosen.counts_completed
    return Works(
        sites=done.sites.against(planned.sites, counts_completed=counts),
        roads=done.roads.against(planned.roads, counts_completed=counts),
    )


@kept(maxsize=64)
def _works(data: Dataset, chosen: Selection) -> Works:
    """Return the works of a choice, which stay the same whatever else the map shows."""
    sites, pieces = site_mask(data, chosen), selected_pieces(data, chosen)
    codes = pd.Index(data.commune_list[c.CODE])
    status, place = (data.site_list[name].to_numpy()[sites] for name in (c.STATUS, c.COMMUNE_CODE))
    of_sites = _tally(sites, status, place, np.ones(len(status)), codes)
    status, place, km = (pieces[name].to_numpy() for name in (c.STATUS, c.CODE, c.LENGTH_KM))
    ours = data.site_list[~is_existing(data)]
    of_roads = _tally(road_mask(data, chosen), status, place, km, codes)
    return Works(
        sites=of_sites if _has_year(ours, chosen) else of_sites.unknown(),
        roads=of_roads if _has_year(data.road_list, chosen) else of_roads.unknown(),
    )


def _has_year(works: pd.DataFrame, chosen: Selection) -> bool:
    """Say whether any list of works of the year was loaded; without one, none is not zero."""
    return bool((works[c.YEAR].to_numpy() == chosen.year).any())


def _tally(
    shown: Mask,
    statuses: NDArray[np.object_],
    places: NDArray[np.object_],
    sizes: NDArray[np.float64],
    codes: pd.Index,
) -> Tally:
    count = count_works(statuses, places, sizes)
    return Tally(shown, count, by_commune(statuses, places, sizes, codes))


@dataclass(frozen=True)
class WorksView:
    """The page of sites and roads: the lists, their counts, and what they cost."""

    sites: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    pieces: pd.DataFrame
    sites_by_type: pd.DataFrame
    km_by_district: pd.DataFrame
    km_by_surface: pd.DataFrame
    planned_km_by_district: pd.Series
    costs: Mapping[WorkKind, TotalCost]

    @property
    def site_counts(self) -> pd.DataFrame:
        """Sites by type and status, of the types there are, with totals."""
        return with_totals(self.sites_by_type[self.sites_by_type.sum(axis=1) > 0])

    @property
    def surface_km(self) -> pd.DataFrame:
        """Kilometres by surface and status, with totals: rounded so that they add up as written."""
        return with_totals(km_as_written(self.km_by_surface))

    @property
    def districts_by_km(self) -> list[str]:
        """The districts, the one with most kilometres completed first."""
        done = self.km_by_district[Status.COMPLETED.value]
        return list(done.sort_values(ascending=False).index)


def with_totals(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the sum of each row behind it, and of each column below.

    >>> with_totals(pd.DataFrame({"completed": [2, 1], "planned": [3, 0]}, index=["a", "b"]))
           completed  planned  total
    a              2        3      5
    b              1        0      1
    total          3        3      6
    """
    totals = table.assign(**{TOTAL: table.sum(axis=1)})
    totals.loc[TOTAL] = totals.sum()
    return totals


def works_view(data: Dataset, selection: Selection) -> WorksView:
    """Compute the page of sites and roads for a selection."""
    sites, pieces = selected_sites(data, selection), selected_pieces(data, selection)
    km_by_district, roads = km_by(pieces, c.DISTRICT), selected_roads(data, selection)
    inside_km = crossing_pieces(data, selection).groupby(c.ID)[c.LENGTH_KM].sum()
    return WorksView(
        sites=sites,
        roads=roads,
        pieces=pieces,
        sites_by_type=count_by_type(sites, list(data.catalog.facilities)),
        km_by_district=km_by_district,
        km_by_surface=km_by(pieces, c.SURFACE),
        planned_km_by_district=_planned_km(data, selection).reindex(km_by_district.index),
        costs={"sites": total_cost(sites), "roads": total_cost(roads, inside_km)},
    )


def _planned_km(data: Dataset, selection: Selection) -> pd.Series:
    """Return the kilometres planned in each district, whatever their status."""
    return km_by(selected_pieces(data, selection.without_status()), c.DISTRICT).sum(axis=1)


def works_km_as_written(table: pd.DataFrame) -> pd.DataFrame:
    """Round the kilometres of every commune so that the rows written add up, exact ones beside.

    Planned is done and not done: both are fitted, so that a road that is done as planned is not
    1.28 of 1.27 km.
    """
    planned, done = (table[name].to_numpy(np.float64) for name in WORKS_KM)
    totals = [rounded(float(np.nansum(each)), KM_DECIMALS) for each in (planned, done)]
    districts, left = table[c.DISTRICT_CODE].to_numpy(), planned - np.nan_to_num(done)
    written = parts_as_written(planned, KM_DECIMALS, districts, whole=totals[0])
    rest = parts_as_written(left, KM_DECIMALS, districts, whole=totals[0] - totals[1])
    shown = np.where(np.isnan(done), np.nan, np.round(written - rest, KM_DECIMALS))
    names = (*WORKS_KM, *EXACT_KM)
    return table.assign(**dict(zip(names, (written, shown, planned, done), strict=True)))
