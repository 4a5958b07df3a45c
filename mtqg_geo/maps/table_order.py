"""The order of the table beside the map: what needs looking at stands first.

Communes of the programme come before those outside it, those with a value before those without,
and among them the worst first: the least done, the most that is left, the poorest, region III.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.regions import region_class
from mtqg_geo.figures.periods import Measure, result_basis
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps.view import DIFFERENCE, MapView
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Indicator, Kind, State

# Somebody still owes a report; nobody can tell; nothing was to be done; it is not spoken of.
WITHOUT_VALUE = (State.NOT_REPORTED, State.NOT_RESTATABLE, State.NO_PLAN, State.NOT_APPLICABLE)
BY_REGION = ("III", "mixed_III", "II", "mixed", "I")


def order_of(view: MapView) -> tuple[NDArray[np.intp], int]:
    """Return the places of a view's rows, the worst first, and how many are of the programme.

    Of a map of differences what got worse most comes first.
    """
    if view.difference is None:
        lowest = lowest_is_worst(view.selection, view.indicator)
        return worst_first(view.table, view.indicator, lowest=lowest)
    changes = view.table.assign(**{c.VALUE: view.table[DIFFERENCE]})
    return worst_first(changes, view.indicator, lowest=view.difference.better > 0)


def lowest_is_worst(selection: Selection, indicator: Indicator) -> bool:
    """Say whether the lowest values come first: of a result where more is better.

    What was planned is neither good nor bad, however much it is: there the largest come first.
    """
    if selection.measure is not Measure.VALUE:
        return selection.measure is Measure.COMPLETION
    is_result = selection.basis == result_basis(indicator)
    return indicator.direction == "higher" and is_result


def worst_first(
    table: pd.DataFrame, indicator: Indicator, *, lowest: bool
) -> tuple[NDArray[np.intp], int]:
    """Return the places of the rows in the order shown, and how many are of the programme.

    Of two communes that reported, one that did not and a ward on no list of regions, the one that
    did least comes first:

    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"region": [None, "I", "III", "II"], "value": [9.0, 5.0, 2.0, np.nan],
    ...     "state": ["reported", "reported", "reported", "not_reported"]})
    >>> worst_first(table, SimpleNamespace(kind=Kind.EXTENSIVE), lowest=True)
    (array([2, 1, 3, 0]), 3)

    Parameters
    ----------
    table
        Rows with `region`, `value` and `state`, as `maps.view.commune_table` makes them.
    indicator
        Whose values they are.
    lowest
        Whether the lowest value is the worst.
    """
    outside = table[c.REGION].isna().to_numpy(dtype=bool)
    if indicator.kind is Kind.CATEGORY:
        known = [region_class(region) if region else None for region in table[c.REGION]]
        ranks = [BY_REGION.index(each) if each else len(BY_REGION) for each in known]
        worst = [np.array(ranks)]
    else:
        values = table[c.VALUE].to_numpy(dtype=np.float64)
        reasons = [*WITHOUT_VALUE].index
        blank = [reasons(State(each)) if each in WITHOUT_VALUE else 0 for each in table[c.STATE]]
        is_blank = np.isnan(values)
        first = np.where(is_blank, np.array(blank), values if lowest else -values)
        worst = [first, is_blank]
    return np.lexsort([*worst, outside]), int((~outside).sum())
