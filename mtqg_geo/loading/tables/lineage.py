"""Who became whom, as a planner writes it: corrections of the delivered lineage, row by row.

A unit of which the file says only what holds already is left out, so that the delivered list loads
as no change.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.communes.codes import CODE_DIGITS, full_code, tidy_code
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
from mtqg_geo.loading.sheets import words
from mtqg_geo.loading.sheets.layout import word_reader
from mtqg_geo.loading.sheets.table import ROW, SHEET, Table
from mtqg_geo.loading.tables.draft import Draft, Problem
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import Mask
from mtqg_geo.programme.tables import (
    CHANGE,
    CONFIDENCE,
    DAY,
    FROM_CODE,
    FROM_NAME,
    LINEAGE,
    RESOLUTION,
    SHARE,
    SHARE_BASIS,
    TO_CODE,
    TO_NAME,
)
from mtqg_geo.store.live import visible
from mtqg_geo.store.transactions import Store

GROUP = [FROM_CODE, DAY]
UNKNOWN_WORDS = frozenset({"chua biet", "chua ro", "khong ro", "unknown", "not known"})
ROUNDING = 1e-4  # by which shares of a unit may miss the whole


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


def check_links(draft: Draft, table: pd.DataFrame) -> pd.DataFrame:
    """Note what does not fit what is known; return the links that are to be taken back.

    Parameters
    ----------
    draft
        Where it is noted.
    table
        Its readable rows, with names of the units ("" where not given); the index is the position
        of each row.
    """
    store = draft.data.store
    draft.refuse_each(_incomplete(table))
    stored = visible(store, "lineage") if store is not None else _nothing()
    fits = table[~draft.bad[table.index]]
    try:
        lineage = _with(stored, fits)
    except MtqgError as error:  # two links of a kind, say: nobody can tell which row is wrong
        why = words.Reading(None, getattr(error, "code", ""), getattr(error, "values", {}))
        draft.refuse_each((at, FROM_CODE, why) for at in fits.index)
        return _nothing()
    draft.refuse_each(_units(fits, lineage))
    if not draft.bad[table.index].any():  # a wrong code would make units look lost or surplus
        draft.refuse_each(_shown(fits, lineage))
    draft.refuse_each(_fellows(table, table.index[draft.bad[table.index]]))
    return _others(stored, table)


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


def _incomplete(table: pd.DataFrame) -> Iterator[Problem]:
    """Yield the rows of units whose shares do not make a whole."""
    for (code, day), links in table[table[SHARE] != 0].groupby(GROUP):
        known, gaps = links[SHARE].sum(), links[SHARE].isna().any()
        # Where a share is unknown, the others must leave something for it.
        if known >= 1 - 1e-9 if gaps else abs(known - 1) > ROUNDING:
            why = words.refuse(
                "load_lineage_sum", code=code, day=day, percent=round(100 * known, 2)
            )
            yield from ((at, SHARE, why) for at in links.index)


def _units(table: pd.DataFrame, lineage: Lineage) -> Iterator[Problem]:
    """Yield codes and names that are no units before or after the day."""
    latest = max(lineage.days, default="")
    for at, row in table.iterrows():
        day = row[DAY]
        before = str((pd.Timestamp(day) - pd.Timedelta(days=1)).date())
        if row[FROM_CODE] not in _in_force(lineage, before):
            yield at, FROM_CODE, words.refuse("load_lineage_from", day=day, code=row[FROM_CODE])
        else:
            yield from _misnamed(at, row, FROM_CODE, FROM_NAME, before)
        if row[TO_CODE] not in unit_names(day):
            yield at, TO_CODE, words.refuse("load_lineage_to", day=day, code=row[TO_CODE])
        elif day <= latest:  # later names are only in this very table
            yield from _misnamed(at, row, TO_CODE, TO_NAME, day)


def _misnamed(at: int, row: pd.Series, code: str, name: str, day: str) -> Iterator[Problem]:
    """Yield a name that is not that of the unit of the code on a day."""
    known = unit_names(day).get(row[code], "")
    if row[name] and known and normalised(row[name]) != normalised(known):
        said = {"day": row[DAY], "code": row[code], "name": row[name], "unit": known}
        yield at, name, words.refuse("load_lineage_name", **said)


@cache
def _in_force(lineage: Lineage, day: str) -> frozenset[str]:
    """Return the programme's units on a day."""
    first = day_of(vintages()[0])
    codes = units_of(vintages()[0])
    return frozenset(lineage.on(codes, since=first, until=day) if day > first else codes)


def _shown(table: pd.DataFrame, lineage: Lineage) -> Iterator[Problem]:
    """Yield rows by which a map of a later vintage would miss a unit or have one too many."""
    for vintage in vintages()[1:]:
        there = _in_force(lineage, day_of(vintage))
        until = table[table[DAY] <= day_of(vintage)]
        shipped = shipped_lineage().links
        for stray in sorted(there ^ frozenset(units_of(vintage))):
            why = words.refuse("load_lineage_shown", code=stray, day=f"{vintage}-01")
            groups = shipped.loc[shipped[TO_CODE] == stray, GROUP]
            at = until.index[(until[TO_CODE] == stray) | _of_groups(until, groups)]
            yield from ((each, TO_CODE, why) for each in (at if len(at) else until.index))


def _fellows(table: pd.DataFrame, wrong: pd.Index) -> Iterator[Problem]:
    """Yield the good rows of units of which another row is wrong."""
    bad = table[table.index.isin(wrong)]
    for at in table.index[_of_groups(table, bad) & ~table.index.isin(wrong)]:
        code, day = table.loc[at, FROM_CODE], table.loc[at, DAY]
        yield at, FROM_CODE, words.refuse("load_lineage_fellow", code=code, day=day)


def read_lineage(draft: Draft) -> Table:
    """Read the lineage of a sheet."""
    read = {field: draft.read(field, reader) for field, reader in _readers(draft).items()}
    table = pd.DataFrame({**read, SHARE: _shares(draft)})
    table[c.SOURCE] = table[c.SOURCE].replace("", draft.file_name)
    same = np.zeros(len(draft.rows), dtype=bool)
    same[~draft.bad] = in_force(table[~draft.bad], draft.data.store)
    withdrawn = check_links(draft, table[~draft.bad & ~same])
    sheet, numbers = draft.rows.sheet.name, draft.rows.numbers
    kept = ~draft.bad & ~same
    stored = table[kept].assign(**{SHEET: sheet, ROW: numbers[kept]})
    # What is taken back has no row of its own: it is told by the first row of its unit.
    first = stored.drop_duplicates(GROUP).set_index(GROUP)[ROW]
    rows = first.reindex(pd.MultiIndex.from_frame(withdrawn[GROUP])).to_numpy()
    withdrawn = withdrawn.assign(**{SHEET: sheet, ROW: rows}).dropna(subset=[ROW])
    names = [*LINEAGE.columns, SHEET, ROW]
    parts = [part[names] for part in (stored, withdrawn) if len(part)]
    joined = pd.concat(parts, ignore_index=True) if parts else stored[names]
    joined = joined.astype({SHARE: float, ROW: "int64"}).reset_index(drop=True)
    return draft.table(joined, known=int(same.sum()))


def _readers(draft: Draft) -> dict[str, words.Reader]:
    """Return how the columns are read, shares apart."""

    def answer(field: str) -> words.Reader:
        return word_reader(draft.data.catalog, field, "load_lineage_word")

    return {
        FROM_CODE: _code,
        TO_CODE: _code,
        DAY: words.required(words.read_date, "load_lineage_day"),
        CHANGE: words.required(answer(CHANGE), "load_lineage_no_change"),
        SHARE_BASIS: answer(SHARE_BASIS),
        RESOLUTION: words.read_text,
        CONFIDENCE: answer(CONFIDENCE),
        FROM_NAME: words.read_text,
        TO_NAME: words.read_text,
        c.SOURCE: words.read_text,
    }


def _code(text: str) -> words.Reading:
    code = full_code(tidy_code(text))
    if code.isdecimal() and code.isascii() and len(code) == CODE_DIGITS:
        return words.Reading(code)
    return words.read_trouble(text) or words.refuse("load_lineage_code", text=text)


def _shares(draft: Draft) -> NDArray[np.float64]:
    """Return the shares as parts of one, NaN where unknown."""
    numbers = draft.numbers(SHARE, silent=lambda text: words.plain(text) in UNKNOWN_WORDS)
    shares = np.asarray(numbers.values)
    shares = np.where(numbers.signed, shares / 100, shares)
    draft.refuse((shares < 0) | (shares > 1), SHARE, words.refuse("load_lineage_share"))
    return shares
