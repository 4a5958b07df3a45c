"""The list of regions I, II and III: which commune, by which decision, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.places import find_communes, periods_read
from mtqg_geo.loading.sheets.rows import Rows, data_rows
from mtqg_geo.loading.sheets.table import ROW, SHEET, Sheet, Table, Understood
from mtqg_geo.loading.sheets.words import (
    Reader,
    Reading,
    read_date,
    read_region,
    read_texts,
    read_trouble,
    refuse,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.tables import KINDS

FIELDS = (c.REGION, c.VALID_FROM, c.VALID_TO, c.DECISION)


def read_regions(
    sheet: Sheet, understood: Understood, data: Dataset, *, file_name: str = ""
) -> Table:
    """Read the regions of a sheet; a commune without any entry is on no list and passed over.

    Codes are those of the day from which a decision holds.

    Parameters
    ----------
    sheet, understood
        The sheet and what its columns are.
    data
        The communes to check against.
    file_name
        The source of a row that names none.

    Raises
    ------
    LoadError
        `list_other_vintage` if the list is written for units that came after its days.
    """
    rows = _filled(data_rows(sheet, understood))
    readers: dict[str, Reader] = {
        c.REGION: read_region,
        c.VALID_FROM: _required(read_date, "load_valid_from_missing"),
        c.VALID_TO: read_date,
        c.DECISION: _required(_decision, "load_decision_missing"),
    }
    read = {field: read_texts(rows.texts(field), readers[field]) for field in FIELDS}
    found = find_communes(rows, data, periods_read(read[c.VALID_FROM].values))
    found.refuse_list()
    errors = [*found.errors]
    for field, readings in read.items():
        errors += rows.unread(readings, field)
    start, end = (pd.Series(read[field].values).fillna("") for field in (c.VALID_FROM, c.VALID_TO))
    reversed_dates = np.asarray((end != "") & (start != "") & (end < start), dtype=bool)
    errors += rows.errors(reversed_dates, c.VALID_TO, refuse("load_dates_reversed"))
    good = ~np.isin(rows.numbers, [error.row for error in errors])
    source = rows.texts(c.SOURCE)
    table = pd.DataFrame(
        {
            c.COMMUNE_CODE: found.codes,
            **{field: np.asarray(each.values) for field, each in read.items()},
            c.SOURCE: source.where(source != "", file_name).to_numpy(dtype=object),
            SHEET: sheet.name,
            ROW: rows.numbers,
        }
    )
    return Table(
        kind="region",
        rows=table[good].reset_index(drop=True),
        errors=tuple(sorted(errors, key=lambda error: (error.row, error.letter))),
        warnings=(*rows.set_aside, *found.warnings),
        understood=understood,
        rows_read=len(rows),
    )


def with_list_ahead(data: Dataset, read: Sequence[Table], *, illustrative: bool) -> Dataset:
    """Return the data with the list that will be in force once a file is loaded.

    Figures are judged by it: the first real file hides the illustrative list along with everything
    else that is illustrative, and a list in the same file counts at once.

    Parameters
    ----------
    data
        What is loaded so far.
    read
        The lists the file holds.
    illustrative
        Whether the file itself is made up as an example.
    """
    region = KINDS["region"]
    names = [*region.columns]
    hides = data.is_illustrative and not illustrative
    kept = data.regions.iloc[:0] if hides else data.regions
    every = pd.concat([kept[names], *(table.rows[names] for table in read)], ignore_index=True)
    return replace(data, regions=every.drop_duplicates([*region.key], keep="last"))


def _filled(rows: Rows) -> Rows:
    """Return the rows that say something of a region; a note above the table fills none."""
    filled = np.zeros(len(rows), dtype=bool)
    for field in FIELDS:
        if rows.is_column(field):
            filled |= np.asarray(rows.texts(field) != "", dtype=bool)
    return rows.only(filled)


def _decision(text: str) -> Reading:
    return read_trouble(text) or Reading(text)


def _required(reader: Reader, code: str) -> Reader:
    """Return a reader that refuses an empty text with a sentence of its own."""
    return lambda text: reader(text) if text else refuse(code)
