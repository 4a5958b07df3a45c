"""The list of communes by region I, II, III: which of its rows count in a year."""

from __future__ import annotations

import pandas as pd

from mtqg_geo.programme import columns as c


def regions_within(regions: pd.DataFrame, year: int, *, hardest: bool = False) -> pd.DataFrame:
    """Return the rows that are in force on any day of a year, in order: the last one counts.

    Parameters
    ----------
    regions
        Commune, region, `valid_from` and `valid_to` ("" = without an end).
    year
        Which year.
    hardest
        Where a commune changes its region within the year, not the later region counts but the
        one of greater difficulty: what the commune was on any day of the year.
    """
    valid = (regions[c.VALID_FROM] <= f"{year}-12-31") & (
        (regions[c.VALID_TO] == "") | (regions[c.VALID_TO] >= f"{year}-01-01")
    )
    order = [c.REGION, c.VALID_FROM] if hardest else [c.VALID_FROM]  # I < II < III, as texts too
    return regions[valid].sort_values(order, kind="stable")
