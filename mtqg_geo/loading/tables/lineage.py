"""Who became whom, as a planner writes it: corrections of the delivered lineage, row by row.

A unit of which the file says only what holds already is left out, so that the delivered list loads
as no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from mtqg_geo.loading.communes.register import CODE_DIGITS, full_code
from mtqg_geo.loading.sheets.coordinates import Numbers
from mtqg_geo.loading.sheets.layout import ANSWERS, answers
from mtqg_geo.loading.sheets.numbers import number_values, read_numbers
from mtqg_geo.loading.sheets.rows import Rows, data_rows, place_of
from mtqg_geo.loading.sheets.table import ROW, SHEET, RowError, Sheet, Table, Understood
from mtqg_geo.loading.sheets.words import (
    Reader,
    Reading,
    plain,
    read_date,
    read_texts,
    read_trouble,
    refuse,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import LANGUAGES, Mask
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
    found.wrong += _incomplete(table)
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


def _incomplete(table: pd.DataFrame) -> list[tuple[int, str, Reading]]:
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


UNKNOWN_WORDS = frozenset({"chua biet", "chua ro", "khong ro", "unknown", "not known"})


def read_lineage_rows(
    sheet: Sheet, understood: Understood, store: Store | None, *, file_name: str = ""
) -> Table:
    """Read the lineage of a sheet.

    Parameters
    ----------
    sheet, understood
        The sheet and what its columns are.
    store
        Where corrections were loaded before; None if nothing ever was.
    file_name
        The source of a row that names none.
    """
    rows = data_rows(sheet, understood)
    readers: dict[str, Reader] = {
        FROM_CODE: _code,
        TO_CODE: _code,
        DAY: lambda text: read_date(text) if text else refuse("load_lineage_day"),
        CHANGE: _one_of(CHANGE, empty="load_lineage_no_change"),
        SHARE_BASIS: _one_of(SHARE_BASIS),
        RESOLUTION: _text,
        CONFIDENCE: _one_of(CONFIDENCE),
        FROM_NAME: _text,
        TO_NAME: _text,
        c.SOURCE: _text,
    }
    read = {field: read_texts(rows.texts(field), reader) for field, reader in readers.items()}
    errors = [error for field, each in read.items() for error in rows.unread(each, field)]
    share, wrong = _shares(rows)
    errors += wrong
    table = pd.DataFrame(
        {field: np.asarray(each.values, dtype=object) for field, each in read.items()}
    ).assign(**{SHARE: share})
    table[c.SOURCE] = table[c.SOURCE].replace("", file_name)
    good = ~np.isin(rows.numbers, [error.row for error in errors])
    same = np.zeros(len(rows), dtype=bool)
    same[good] = in_force(table[good], store)
    return _table(rows, table, errors, good, same, store)


def _table(
    rows: Rows,
    table: pd.DataFrame,
    errors: Sequence[RowError],
    good: Mask,
    same: Mask,
    store: Store | None,
) -> Table:
    """Return what is to be stored, after the rows were checked together."""
    checks = checked(table[good & ~same], store)
    errors = [*errors, *(rows.error(at, field, why) for at, field, why in checks.wrong)]
    kept = good & ~same & ~np.isin(np.arange(len(rows)), list(checks.rows))
    sheet = rows.sheet.name
    stored = table[kept].assign(**{SHEET: sheet, ROW: rows.numbers[kept]})
    back = checks.withdrawn
    first = stored.drop_duplicates([FROM_CODE, DAY]).set_index([FROM_CODE, DAY])[ROW]
    keys = pd.MultiIndex.from_frame(back[[FROM_CODE, DAY]])
    back = back.assign(**{SHEET: sheet, ROW: first.reindex(keys).to_numpy()}).dropna(subset=[ROW])
    names = [*LINEAGE.columns, SHEET, ROW]
    parts = [part[names] for part in (stored, back) if len(part)]
    joined = pd.concat(parts, ignore_index=True) if parts else stored[names]
    return Table(
        kind="lineage",
        rows=joined.astype({SHARE: float, ROW: "int64"}).reset_index(drop=True),
        errors=tuple(sorted(errors, key=lambda error: (error.row, error.letter))),
        warnings=rows.set_aside,
        understood=rows.understood,
        rows_read=len(rows),
        known=int(same.sum()),
    )


def _code(text: str) -> Reading:
    if (trouble := read_trouble(text)) is not None:
        return trouble
    code = full_code(text)
    is_code = code.isdecimal() and code.isascii() and len(code) == CODE_DIGITS
    return Reading(code) if is_code else refuse("load_lineage_code", text=text)


def _text(text: str) -> Reading:
    return read_trouble(text) or Reading(text)


def _one_of(field: str, *, empty: str = "") -> Reader:
    """Return the reader of a column with fixed answers in both languages."""
    topic, codes = ANSWERS[field]
    known = {plain(code): code for code in codes}
    for lang in LANGUAGES:
        known |= {plain(word): code for code, word in answers(topic, codes, lang).items()}
    shown = "; ".join(answers(topic, codes, "vi").values())

    def read(text: str) -> Reading:
        if not text:
            return refuse(empty) if empty else Reading("")
        found = known.get(plain(text))
        wrong = refuse("load_lineage_word", text=text, known=shown)
        return Reading(found) if found else read_trouble(text) or wrong

    return read


def _shares(rows: Rows) -> tuple[Numbers, list[RowError]]:
    """Return the shares as parts of one, NaN where unknown, and what cannot be read."""
    column = rows.column(SHARE)
    if column is None:
        return np.full(len(rows), np.nan), []
    place = place_of(column)
    numeric, percent = (
        rows.flags_at(flags, place) for flags in (rows.sheet.numeric, rows.sheet.percent)
    )
    texts = rows.texts(SHARE)
    texts = texts.where(~texts.map(lambda text: plain(text) in UNKNOWN_WORDS).astype(bool), "")
    numbers = read_numbers(texts, numeric=numeric, percent=percent)
    errors = []
    for at in np.flatnonzero(numbers.wrong).tolist():
        code = str(numbers.codes[at])
        why = Reading(None, code, number_values(code, str(texts.iloc[at])))
        errors.append(rows.error(at, SHARE, why))
    read: Numbers = np.asarray(numbers.values)
    values: Numbers = np.where(numbers.signed, read / 100, read)
    outside = (values < 0) | (values > 1)
    errors += rows.errors(outside, SHARE, refuse("load_lineage_share"))
    return values, errors
