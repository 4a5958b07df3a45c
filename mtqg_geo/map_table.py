"""The table twin of the map: one row per commune, its value and the works beside it."""

from __future__ import annotations

from functools import lru_cache
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


Tallies = dict[str, NDArray[np.float64]]


class Works(NamedTuple):
    """Sites without their points, road pieces counted once, and both by commune and status."""

    sites: pd.DataFrame
    pieces: pd.DataFrame
    site_counts: Tallies
    road_km: Tallies


def works_and_plan(data: Dataset, selection: Selection) -> tuple[Works, Works]:
    """Return the works chosen, and all that were planned for the same choice (do not change)."""
    chosen = selection.of_works()
    return _works(data, chosen), _works(data, chosen.without_status())


@lru_cache(maxsize=64)
def _works(data: Dataset, chosen: Selection) -> Works:
    """Return the works of a choice, which stay the same whatever else the map shows."""
    sites, pieces = data.site_list[site_mask(data, chosen)], selected_pieces(data, chosen)
    codes, km = pd.Index(data.commune_list[c.CODE]), pieces[c.LENGTH_KM].to_numpy()
    return Works(
        sites,
        pieces,
        by_commune(sites, codes, commune=c.COMMUNE_CODE, sizes=np.ones(len(sites))),
        by_commune(pieces, codes, commune=c.CODE, sizes=km),
    )


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
    site_counts = planned.site_counts | {"completed": works.site_counts["completed"]}
    road_km = planned.road_km | {"completed": works.road_km["completed"]}
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
