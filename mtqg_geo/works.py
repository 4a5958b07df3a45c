"""Sites and roads of a choice: which ones, how many are done, how many each commune has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.infrastructure import WorkCount, against_plan, by_commune, count_works, site_mask
from mtqg_geo.model import Mask
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

    def against(self, planned: Tally) -> Tally:
        """Return what is done of these works, against all that was planned and unreported.

        What is completed follows the filter of status; what was planned does not shrink with it.
        """
        return replace(
            self,
            count=against_plan(self.count, planned.count),
            by_commune=planned.by_commune | {"completed": self.by_commune["completed"]},
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
    return Works(done.sites.against(planned.sites), done.roads.against(planned.roads))


@lru_cache(maxsize=64)
def _works(data: Dataset, chosen: Selection) -> Works:
    """Return the works of a choice, which stay the same whatever else the map shows."""
    sites, pieces = site_mask(data, chosen), selected_pieces(data, chosen)
    listed, codes = data.site_list[sites], pd.Index(data.commune_list[c.CODE])
    km = pieces[c.LENGTH_KM].to_numpy()
    of_sites = _tally(sites, listed, listed[c.COMMUNE_CODE], np.ones(len(listed)), codes)
    of_roads = _tally(road_mask(data, chosen), pieces, pieces[c.CODE], km, codes)
    return Works(
        sites=of_sites if _has_year(data.site_list, chosen) else of_sites.unknown(),
        roads=of_roads if _has_year(data.road_list, chosen) else of_roads.unknown(),
    )


def _has_year(works: pd.DataFrame, chosen: Selection) -> bool:
    """Say whether any list of works of the year was loaded; without one, none is not zero."""
    return bool((works[c.YEAR].to_numpy() == chosen.year).any())


def _tally(
    shown: Mask,
    works: pd.DataFrame,
    communes: pd.Series,
    sizes: NDArray[np.float64],
    codes: pd.Index,
) -> Tally:
    statuses, places = works[c.STATUS].to_numpy(), communes.to_numpy()
    count = count_works(statuses, places, sizes)
    return Tally(shown, count, by_commune(statuses, places, sizes, codes))
