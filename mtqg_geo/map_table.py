"""The table twin of the map: one row per commune, its value and the works beside it."""

from __future__ import annotations

import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.works import Works
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Mask

# Beside the value: that of the second indicator, and that of the period compared with.
SECOND, COMPARED = "value_second", "value_compared"


def value_table(
    data: Dataset,
    values: pd.DataFrame,
    selected: Mask,
    regions: pd.Series,
    works: Works,
) -> pd.DataFrame:
    """Return the table twin of the map: same communes, same values, works beside them."""
    communes = data.commune_list
    named = [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT, c.AREA_KM2]
    table = pd.DataFrame(
        {
            **{column: communes[column] for column in named},
            c.REGION: regions,
            **{column: values[column] for column in (c.VALUE, c.STATE, c.MISSING_PERIODS)},
            **{f"sites_{name}": counts for name, counts in works.sites.by_commune.items()},
            **{f"road_{name}_km": km for name, km in works.roads.by_commune.items()},
        }
    )
    return table[selected]
