"""Sites and roads of a choice: which ones, how many are done, how many each commune has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.infrastructure import WorkCount, against_plan, by_commune, count_works, site_mask
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask
from mtqg_geo.roads import road_mask, selected_pieces
from mtqg_geo.selection import Selection


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

        What is completed follows the filter of status: where that leaves completed works aside,
        nobody is told that none were. What was planned does not shrink with it.
        """
        completed = self.by_commune["completed"]
        if not counts_completed:
            completed = np.full_like(completed, np.nan)
        return replace(
            self,
            count=against_plan(self.count, planned.count),
            by_commune=planned.by_commune | {"completed": completed},
        )


@dataclass(frozen=True, eq=False)
class Works:
    """Sites and roads of a choice."""

    sites: Tally
    roads: Tally


def works_of(data: Dataset, selection: Selection) -> Works:
    """Return the works chosen, against all that were planned for the same choice."""
    chosen = selection.of_works()
    done, planned = _works(data, chosen), _works(data, chosen.without_status())
    counts = chosen.counts_completed
    return Works(
        sites=done.sites.against(planned.sites, counts_completed=counts),
        roads=done.roads.against(planned.roads, counts_completed=counts),
    )


@lru_cache(maxsize=64)
def _works(data: Dataset, chosen: Selection) -> Works:
    """Return the works of a choice, which stay the same whatever else the map shows."""
    sites, pieces = site_mask(data, chosen), selected_pieces(data, chosen)
    codes = pd.Index(data.commune_list[c.CODE])
    status, place = (data.site_list[name].to_numpy()[sites] for name in (c.STATUS, c.COMMUNE_CODE))
    of_sites = _tally(sites, status, place, np.ones(len(status)), codes)
    status, place, km = (pieces[name].to_numpy() for name in (c.STATUS, c.CODE, c.LENGTH_KM))
    of_roads = _tally(road_mask(data, chosen), status, place, km, codes)
    return Works(
        sites=of_sites if _has_year(data.site_list, chosen) else of_sites.unknown(),
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
