"""Sheets built by hand, as `read_sheets` would give them."""

from typing import NamedTuple

import pandas as pd
from openpyxl.utils import range_boundaries

from mtqg_geo.loading.sheets.headings import understand
from mtqg_geo.loading.sheets.table import Merge, Sheet
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.tables.observations import read_observations


class Percent(NamedTuple):
    """A cell stored as a number with a percent format: `Percent(0.05)` is shown as 5 %."""

    part: float


def sheet_of(*rows, name="Trang 1", first_row=1, merged=(), hidden=()):
    """Return a sheet; numbers stand for cells stored as such, short rows are filled up.

    `merged` are ranges as Excel writes them (`A2:A3`), `hidden` the numbers of hidden rows.
    """
    width = max(map(len, rows))
    cells = [[*row, *[""] * (width - len(row))] for row in rows]
    return Sheet(
        name=name,
        first_row=first_row,
        cells=pd.DataFrame([[_text(cell) for cell in row] for row in cells], dtype="str"),
        numeric=pd.DataFrame([[not isinstance(cell, str) for cell in row] for row in cells]),
        percent=pd.DataFrame([[isinstance(cell, Percent) for cell in row] for row in cells]),
        merged=tuple(_merge(text) for text in merged),
        hidden=frozenset(hidden),
    )


def _merge(text):
    left, top, right, bottom = range_boundaries(text)
    return Merge(top, left - 1, bottom, right - 1)


def _text(cell):
    return cell if isinstance(cell, str) else str(cell.part if isinstance(cell, Percent) else cell)


def figures_of(data, *rows, **options):
    """Read rows, the first of them headings, as figures."""
    sheet = sheet_of(*rows, **options)
    headings = understand(sheet, data.catalog, kind="observations")
    return read_observations(Draft(sheet, headings, data, file_name="tệp.xlsx"))


def codes_of(errors):
    """Return row, letter of the column and code of each error."""
    return [(error.row, error.letter, error.code) for error in errors]


def stored(table):
    """Return the good rows as tuples: commune, indicator, project, period, basis, value."""
    columns = ["commune_code", "indicator", "project", "period", "basis", "value"]
    return [tuple(row) for row in table.rows[columns].itertuples(index=False)]
