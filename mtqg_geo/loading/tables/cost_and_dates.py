"""What sites and roads cost, and when their building began and ended, as a file tells it.

Money is brought to đồng by the unit that the heading or a line above the table names, never by a
guess. A date stays as exact as it is written: a month is no first day of it.
"""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.loading.sheets.rows import place_of
from mtqg_geo.loading.sheets.units import UNIT, money_factor, noted_unit, unit_factor
from mtqg_geo.loading.sheets.words import Reading, read_rough_date, refuse
from mtqg_geo.loading.tables.draft import Draft, Objects
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import money
from mtqg_geo.programme.model import LANGUAGES, Mask, Status, Text
from mtqg_geo.programme.tables import COST_AND_DATES

# A work outside this range is asked about, not refused. Cheaper ones are mostly billions written as
# millions; the plan of all communes for 2023 is some 635 billion đồng.
LEAST_VND, MOST_VND = 20e6, 500e9


def cost_and_dates(
    draft: Draft, ids: Objects, status: Objects, there: pd.DataFrame
) -> dict[str, Any]:
    """Return cost and dates of every row; a file without such a column leaves what is known.

    Parameters
    ----------
    ids, status
        Of every row; "" where it has none.
    there
        The works there are.
    """
    dates = {name: draft.read(name, read_rough_date) for name in (c.STARTED_ON, c.COMPLETED_ON)}
    told = {c.COST_VND: _costs(draft), **dates}
    _check_dates(draft, dates[c.STARTED_ON], dates[c.COMPLETED_ON], status)
    known = there.set_index(c.ID)[[*COST_AND_DATES]].reindex(ids)
    known = known.fillna({c.STARTED_ON: "", c.COMPLETED_ON: ""})
    return {
        name: values if draft.rows.has(name) else known[name].to_numpy()
        for name, values in told.items()
    }


def _costs(draft: Draft) -> NDArray[np.float64]:
    """Return the cost of every row in whole đồng, NaN where it gives none."""
    cost = np.asarray(draft.numbers(c.COST_VND).values)
    given = ~np.isnan(cost)
    if not given.any():
        return cost
    factor = _factor(draft)
    if isinstance(factor, Reading):
        draft.refuse(given, c.COST_VND, factor)
        return np.full_like(cost, np.nan)
    column = draft.rows.column(c.COST_VND)
    if factor > 1 and column and place_of(column) in draft.rows.sheet.scaled:
        draft.refuse(given, column, refuse("load_scaled_format"))
    draft.refuse(cost < 0, c.COST_VND, refuse("works_negative_cost"))
    cost = np.round(cost * factor)
    odd = given & ~draft.bad & ((cost < LEAST_VND) | (cost > MOST_VND))
    if odd.any():
        range_ = {"least": _money(LEAST_VND), "most": _money(MOST_VND)}
        _mention(draft, odd, c.COST_VND, "works_cost_odd", value=_money(cost[odd][0]), **range_)
    return cost


def _factor(draft: Draft) -> float | Reading:
    """Return by what costs are multiplied, or why nobody can tell."""
    column, note = draft.rows.column(c.COST_VND), draft.rows.column(UNIT)
    heading, above = column.heading if column else "", note.heading if note else ""
    own = money_factor(heading)
    noted = unit_factor(noted_unit(above) or above, (), is_money=True) if above else None
    if own and noted and own != noted:
        return refuse("load_units_differ", one=above, other=heading)
    return own or noted or refuse("works_cost_unit", heading=heading)


def _check_dates(draft: Draft, started: Objects, completed: Objects, status: Objects) -> None:
    """Refuse dates that cannot be, and mention those that the status contradicts."""
    both = [(one or "", other or "") for one, other in zip(started, completed, strict=True)]
    turned = np.array([_is_later(one, other) for one, other in both], dtype=bool)
    draft.refuse(turned, c.COMPLETED_ON, refuse("works_completed_before_started"))
    today = dt.date.today().isoformat()
    ahead = np.array([_is_later(other, today) for _, other in both], dtype=bool)
    draft.refuse(ahead, c.COMPLETED_ON, refuse("works_completed_ahead"))
    has_end = np.array([bool(other) for _, other in both], dtype=bool)
    _mention(
        draft,
        has_end & ~ahead & (status != Status.COMPLETED.value),
        c.COMPLETED_ON,
        "works_completed_status",
    )


def _is_later(one: str, other: str) -> bool:
    """Say whether one date is later than another for sure, as far as both are known.

    >>> _is_later("2023-06-30", "2023-06"), _is_later("2024", "2023-06"), _is_later("", "2023")
    (False, True, False)
    """
    known = min(len(one), len(other))
    return one[:known] > other[:known]


def _mention(draft: Draft, where: Mask, field: str, code: str, **said: object) -> None:
    """Note once what deserves a look in several rows."""
    where = where & ~draft.bad
    if where.any():
        rows = tuple(draft.rows.numbers[where].tolist())
        first = draft.rows.error(int(np.argmax(where)), field, refuse(code, **said))
        draft.warnings.append(replace(first, rows=rows))


def _money(vnd: float) -> Text:
    return Text(*(money(vnd, lang) for lang in LANGUAGES))
