"""Who became whom, as a planner writes it: corrections of the delivered lineage, row by row.

A unit of which the file says only what holds already is left out, so that the delivered list loads
as no change.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtqg_geo.loading.communes.register import CODE_DIGITS, full_code
from mtqg_geo.loading.sheets.layout import ANSWERS, answers
from mtqg_geo.loading.sheets.model import ROW, SHEET, RowError, Sheet, Table, Understood
from mtqg_geo.loading.sheets.numbers import number_values, read_numbers
from mtqg_geo.loading.sheets.rows import Rows, data_rows, place_of
from mtqg_geo.loading.sheets.words import (
    Reader,
    Reading,
    plain,
    read_date,
    read_texts,
    read_trouble,
    refuse,
)
from mtqg_geo.loading.tables.degrees import Numbers
from mtqg_geo.loading.tables.lineage_checks import checked, in_force
from mtqg_geo.programme import columns as c
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
from mtqg_geo.store.engine import Store

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
