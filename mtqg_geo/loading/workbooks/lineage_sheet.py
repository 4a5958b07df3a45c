"""The lineage as a sheet to be corrected: what is in use is filled in, any cell may change."""

from __future__ import annotations

import datetime as dt
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from mtqg_geo.communes.lineage import named
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.loading.sheets.layout import FIELDS, SHEET_NAMES, words
from mtqg_geo.loading.workbooks.spreadsheet import put
from mtqg_geo.loading.workbooks.styles import cell_style
from mtqg_geo.loading.workbooks.template_sheet import FIRST_ROW, HEADING_ROW, SPARE_ROWS, write_head
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.tables import DAY


def write_lineage(book: Workbook, data: Dataset, lang: Lang) -> tuple[Worksheet, int, str]:
    """Write the lineage in use into the first sheet; return it, its last row, and ""."""
    sheet = book.active
    sheet.title = SHEET_NAMES["lineage"].of(lang)
    fields = FIELDS["lineage"]
    links = named(current_lineage(data.store).links)
    last_row = HEADING_ROW + len(links) + SPARE_ROWS
    write_head(sheet, "lineage", fields, data, lang)
    known = words(data.catalog, lang)
    for position, field in enumerate(fields, start=1):
        style, texts = cell_style(field.format), known.get(field.name, {})
        values = links[field.name].astype(object).where(links[field.name].notna(), None)
        for row, value in enumerate(values, start=FIRST_ROW):
            put(sheet.cell(row, position), _shown(field.name, texts.get(value, value)), style)
        for row in range(FIRST_ROW + len(links), last_row + 1):
            sheet.cell(row, position).style = style
    return sheet, last_row, ""


def _shown(field: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if field == DAY else value
