"""The table twin of the map: one row per commune, its value and the works beside it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.infrastructure import by_commune, site_mask
from mtqg_geo.model import Mask
from mtqg_geo.roads import selected_pieces
from mtqg_geo.selection import Selection

# Beside the value: that of the second indicator, and that of the period compared with.
SECOND, COMPARED = "value_second", "value_compared"


class Works(NamedTuple):
    """Sites without their points, and road pieces counted once."""

    sites: pd.DataFrame
    pieces: pd.DataFrame


def works_and_plan(data: Dataset, selection: Selection) -> tuple[Works, Works]:
    """Return the works chosen, and all that were planned for the same choice."""
    works = _works(data, selection)
    return works, _works(data, selection.without_status()) if selection.statuses else works


def _works(data: Dataset, selection: Selection) -> Works:
    sites = data.site_list[site_mask(data, selection)]
    return Works(sites, selected_pieces(data, selection))


def value_table(
    data: Dataset,
    values: pd.DataFrame,
    selected: Mask,
    regions: pd.Series,
    works: Works,
    planned: Works,
) -> pd.DataFrame:
    """Return the table twin of the map: same communes, same values, works beside them.

    What is completed follows the status filter; what was planned does not shrink with it.
    """
    communes = data.commune_list
    codes = pd.Index(communes[c.CODE])
    site_counts, road_km = _by_commune(planned, codes)
    if works is not planned:
        chosen_sites, chosen_km = _by_commune(works, codes)
        site_counts["completed"] = chosen_sites["completed"]
        road_km["completed"] = chosen_km["completed"]
    named = [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT, c.AREA_KM2]
    table = pd.DataFrame(
        {
            **{column: communes[column] for column in named},
            c.REGION: regions,
            **{column: values[column] for column in (c.VALUE, c.STATE, c.MISSING_PERIODS)},
            **{f"sites_{name}": counts for name, counts in site_counts.items()},
            **{f"road_{name}_km": km for name, km in road_km.items()},
        }
    )
    return table[selected]


Tallies = dict[str, NDArray[np.float64]]


def _by_commune(works: Works, codes: pd.Index) -> tuple[Tallies, Tallies]:
    """Count sites and kilometres in each commune by status."""
    sites, pieces = works
    km = pieces[c.LENGTH_KM].to_numpy()
    return (
        by_commune(sites, codes, commune=c.COMMUNE_CODE, sizes=np.ones(len(sites))),
        by_commune(pieces, codes, commune=c.CODE, sizes=km),
    )
