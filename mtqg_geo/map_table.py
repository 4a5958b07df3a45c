"""The table twin of the map: one row per commune, its value and the works beside it."""

from __future__ import annotations

import pandas as pd

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.model import Mask
from mtqg_geo.works import Works

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
    named = [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT, c.AREA_KM2]
    shown = [c.VALUE, c.STATE, c.MISSING_PERIODS]
    columns = {
        **{column: data.commune_list[column].array for column in named},
        c.REGION: regions.array,
        **{column: values[column].array for column in shown},
        **{f"sites_{name}": counts for name, counts in works.sites.by_commune.items()},
        **{f"road_{name}_km": km for name, km in works.roads.by_commune.items()},
    }
    # With one index for all of them pandas need not align the columns, which took most of the time.
    index = data.commune_list.index[selected]
    return pd.DataFrame(
        {name: pd.Series(held[selected], index, dtype=held.dtype) for name, held in columns.items()}
    )
