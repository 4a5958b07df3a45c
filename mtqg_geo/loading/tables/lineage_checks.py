"""Whether rows of a lineage fit what is known: units of the day, shares, the units that are shown.

Rows of one unit on one day stand and fall together, since they replace all that was known of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from mtqg_geo.communes.lineage import (
    Lineage,
    day_of,
    lineage_of,
    shipped_lineage,
    unit_names,
    units_of,
    vintages,
)
from mtqg_geo.communes.names import normalised
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.loading.sheets.words import Reading, refuse
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import Mask
from mtqg_geo.programme.tables import (
    DAY,
    FROM_CODE,
    FROM_NAME,
    LINEAGE,
    SHARE,
    SHARE_BASIS,
    TO_CODE,
    TO_NAME,
)
from mtqg_geo.store.engine import Store
from mtqg_geo.store.live import visible

GROUP = [FROM_CODE, DAY]
ROUNDING = 1e-4  # by which shares of a unit may miss the whole


@dataclass(eq=False)
class Checked:
    """What is wrong, by position of the row and field; `withdrawn` links are to be stored too."""

    wrong: list[tuple[int, str, Reading]] = field(default_factory=list)
    withdrawn: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def rows(self) -> set[int]:
        """The rows that are wrong."""
        return {at for at, _, _ in self.wrong}


def in_force(table: pd.DataFrame, store: Store | None) -> Mask:
    """Say which rows belong to a unit of which the table says only what holds already."""
    names = list(LINEAGE.compared)
    key = list(LINEAGE.key)
    now = current_lineage(store).links.set_index(key)[names]
    said = table.set_index(key)[names]
    there = now.reindex(said.index)
    equal = pd.Series(True, index=said.index)
    for name in names:
        old, new = there[name], said[name]
        if name == SHARE:
            same = np.isclose(old.astype(float), new.astype(float), atol=1e-9, equal_nan=True)
        else:
            same = (old.fillna("").astype(object) == new.fillna("").astype(object)).to_numpy()
        equal &= same & said.index.isin(now.index)
    rows = table[GROUP].assign(same=equal.to_numpy())
    whole = rows.groupby(GROUP)["same"].transform("all")
    sizes = current_lineage(store).links.groupby(GROUP).size()
    wanted = pd.Series(pd.MultiIndex.from_frame(table[GROUP]).map(sizes), index=table.index)
    counted = rows.groupby(GROUP)["same"].transform("size")
    return np.asarray(whole & (counted == wanted.fillna(-1)), dtype=bool)


def checked(table: pd.DataFrame, store: Store | None) -> Checked:
    """Check readable rows of a lineage against what is known.

    Parameters
    ----------
    table
        The columns of the store's kind, and names of the units ("" where not given); the index is
        the position of each row.
    store
        Where corrections were loaded before.
    """
    found = Checked()
    found.wrong += _shares(table)
    stored = visible(store, "lineage") if store is not None else _nothing()
    others = _others(stored, table)
    fits = table[~table.index.isin(found.rows)]
    try:
        lineage = _with(stored, fits)
    except MtqgError as error:  # two links of a kind, say: nobody can tell which row is wrong
        code, values = getattr(error, "code", ""), getattr(error, "values", {})
        found.wrong += [(at, FROM_CODE, Reading(None, code, values)) for at in fits.index]
        return found
    found.wrong += _units(fits, lineage)
    if not found.wrong:
        found.wrong += _shown(fits, lineage)
    found.wrong += list(_fellows(table, found.rows))
    found.withdrawn = others
    return found


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=list(LINEAGE.columns))


def _with(stored: pd.DataFrame, rows: pd.DataFrame) -> Lineage:
    """Return the lineage as it would be."""
    columns = list(LINEAGE.columns)
    kept = stored[~_of_groups(stored, rows)]
    corrections = pd.concat([kept[columns], rows[columns]], ignore_index=True)
    return lineage_of(shipped_lineage().links, corrections=corrections)


def _of_groups(table: pd.DataFrame, rows: pd.DataFrame) -> Mask:
    if table.empty or rows.empty:
        return np.zeros(len(table), dtype=bool)
    keys = pd.MultiIndex.from_frame(table[GROUP])
    return np.asarray(keys.isin(pd.MultiIndex.from_frame(rows[GROUP])), dtype=bool)


def _others(stored: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the links stored before that the rows leave out, as taken back."""
    if stored.empty or rows.empty:
        return _nothing()
    key = list(LINEAGE.key)
    given = pd.MultiIndex.from_frame(stored[key]).isin(pd.MultiIndex.from_frame(rows[key]))
    left = stored[_of_groups(stored, rows) & ~given]
    return left[list(LINEAGE.columns)].assign(**{SHARE: 0.0, SHARE_BASIS: ""})


def _shares(table: pd.DataFrame) -> list[tuple[int, str, Reading]]:
    """Find the units whose shares do not make a whole."""
    wrong = []
    for (code, day), links in table[table[SHARE] != 0].groupby(GROUP):
        known, gaps = links[SHARE].sum(), links[SHARE].isna().any()
        if known >= 1 - 1e-9 if gaps else abs(known - 1) > ROUNDING:
            why = refuse("load_lineage_sum", code=code, day=day, percent=round(100 * known, 2))
            wrong += [(at, SHARE, why) for at in links.index]
    return wrong


def _units(table: pd.DataFrame, lineage: Lineage) -> list[tuple[int, str, Reading]]:
    """Find codes and names that are no units before or after the day."""
    wrong = []
    latest = max(lineage.days, default="")
    for at, row in table.iterrows():
        day = row[DAY]
        before = str((pd.Timestamp(day) - pd.Timedelta(days=1)).date())
        said = {"day": day, "code": row[FROM_CODE]}
        if row[FROM_CODE] not in _in_force(lineage, before):
            wrong.append((at, FROM_CODE, refuse("load_lineage_from", **said)))
        elif not _is_name(row[FROM_NAME], row[FROM_CODE], before):
            name = unit_names(before).get(row[FROM_CODE], "")
            why = refuse("load_lineage_name", name=row[FROM_NAME], unit=name, **said)
            wrong.append((at, FROM_NAME, why))
        said = {"day": day, "code": row[TO_CODE]}
        if row[TO_CODE] not in unit_names(day):
            wrong.append((at, TO_CODE, refuse("load_lineage_to", **said)))
        elif day <= latest and not _is_name(row[TO_NAME], row[TO_CODE], day):
            name = unit_names(day)[row[TO_CODE]]
            why = refuse("load_lineage_name", name=row[TO_NAME], unit=name, **said)
            wrong.append((at, TO_NAME, why))
    return wrong


@cache
def _in_force(lineage: Lineage, day: str) -> frozenset[str]:
    """Return the programme's units on a day."""
    first = day_of(vintages()[0])
    codes = units_of(vintages()[0])
    return frozenset(lineage.on(codes, since=first, until=day) if day > first else codes)


def _is_name(name: str, code: str, day: str) -> bool:
    known = unit_names(day).get(code, "")
    return not name or not known or normalised(name) == normalised(known)


def _shown(table: pd.DataFrame, lineage: Lineage) -> list[tuple[int, str, Reading]]:
    """Find rows by which a map of a later vintage would miss a unit or have one too many."""
    wrong = []
    for vintage in vintages()[1:]:
        there = _in_force(lineage, day_of(vintage))
        until = table[table[DAY] <= day_of(vintage)]
        shipped = shipped_lineage().links
        for stray in sorted(there ^ frozenset(units_of(vintage))):
            why = refuse("load_lineage_shown", code=stray, day=f"{vintage}-01")
            groups = shipped.loc[shipped[TO_CODE] == stray, GROUP]
            at = until.index[(until[TO_CODE] == stray) | _of_groups(until, groups)]
            wrong += [(each, TO_CODE, why) for each in (at if len(at) else until.index)]
    return wrong


def _fellows(table: pd.DataFrame, wrong: set[int]) -> Iterator[tuple[int, str, Reading]]:
    """Yield the good rows of units of which another row is wrong."""
    bad = table[table.index.isin(wrong)]
    for at in table.index[_of_groups(table, bad) & ~table.index.isin(wrong)]:
        code, day = table.loc[at, FROM_CODE], table.loc[at, DAY]
        yield at, FROM_CODE, refuse("load_lineage_fellow", code=code, day=day)
