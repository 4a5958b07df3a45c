"""A sheet to be filled in: title, headings, rows, what may be chosen, what is checked on typing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.sheets.layout import (
    DATE,
    FIELDS,
    LISTS,
    PLACE,
    Field,
    heading,
    indicator_heading,
)
from mtqg_geo.loading.sheets.model import TableKind
from mtqg_geo.loading.workbooks.spreadsheet import put
from mtqg_geo.loading.workbooks.styles import BLANK_HEAD, FILLED, HEAD, NOTE, TITLE, cell_style
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Indicator, Lang
from mtqg_geo.programme.tables import SHARE
from mtqg_geo.programme.words import t

HEADING_ROW = 4
FIRST_ROW = HEADING_ROW + 1
SPARE_ROWS = 300  # for what a commune has more than one of
INDICATOR_WIDTH = 14.0
DAYS = ("DATE(2000,1,1)", "DATE(2100,12,31)")
BOUNDS = {
    c.LON: ("102", "118"), c.LAT: ("7", "24"), c.REPORTED_KM: ("0", "1000"), SHARE: ("0", "1"),
}  # fmt: skip


def write_head(
    sheet: Worksheet,
    kind: TableKind,
    columns: Sequence[Field | Indicator],
    data: Dataset,
    lang: Lang,
    *,
    also: str = "",
) -> None:
    """Write title, two lines on what to do (`also` behind the second), and the headings."""
    province = data.catalog.programme.province.of(lang)
    put(sheet["A1"], t(f"template_title_{kind}", lang, province=province), TITLE)
    put(sheet["A2"], t("template_note", lang), NOTE)
    put(sheet["A3"], f"{t(f'template_note_{kind}', lang)} {also}".strip(), NOTE)
    for position, column in enumerate(columns, start=1):
        cell = sheet.cell(HEADING_ROW, position)
        if isinstance(column, Field):
            style = HEAD if column.is_required else BLANK_HEAD
            put(cell, heading(kind, column.name, lang), style)
        else:
            put(cell, indicator_heading(column, lang), BLANK_HEAD)
            cell.comment = _explained(column, lang)


def _explained(indicator: Indicator, lang: Lang) -> Comment:
    bases = ", ".join(t(f"basis_{basis.value}", lang) for basis in indicator.bases)
    text = "\n".join((indicator.name.of(lang), indicator.definition.of(lang), bases))
    return Comment(text, "MTQG", width=320, height=140)


def write_rows(
    sheet: Worksheet, columns: Sequence[Field | Indicator], communes: pd.DataFrame, last_row: int
) -> None:
    """Write one row per commune, its name locked, and the spare rows, all free."""
    places = communes[[c.CODE, c.NAME, c.DISTRICT]].itertuples(index=False, name=None)
    for row, place in enumerate(places, start=FIRST_ROW):
        for position, text in enumerate(place, start=1):
            put(sheet.cell(row, position), text, FILLED)
    first_spare = FIRST_ROW + len(communes)
    for position, column in enumerate(columns, start=1):
        style = cell_style(_format(column))
        first = first_spare if position <= len(PLACE) else FIRST_ROW
        for row in range(first, last_row + 1):
            sheet.cell(row, position).style = style


def _format(column: Field | Indicator) -> str:
    if isinstance(column, Field):
        return column.format
    return "#,##0" + ("." + "0" * column.decimals if column.decimals else "")


def add_lists(book: Workbook, choices: Mapping[str, Sequence[str]], lang: Lang) -> None:
    """Add the hidden sheet from which the drop-downs take their choices, and name its columns."""
    sheet = book.create_sheet(LISTS.of(lang))
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
    for position, (field, texts) in enumerate(choices.items(), start=1):
        for row, text in enumerate(texts, start=1):
            put(sheet.cell(row, position), text).number_format = "@"
        letter = get_column_letter(position)
        where = f"'{sheet.title}'!${letter}$1:${letter}${len(texts)}"
        book.defined_names[_list_name(field)] = DefinedName(_list_name(field), attr_text=where)


def _list_name(field: str) -> str:
    return f"mtqg_{field}"


def check(
    column: Field | Indicator,
    letter: str,
    choices: Mapping[str, Sequence[str]],
    years: Sequence[int],
    lang: Lang,
    *,
    own: str = "",
) -> DataValidation | None:
    """Return the check a spreadsheet makes while a person types, None where anything goes.

    A list that ends in `own` is preferred: a sheet may have periods and communes of its own.
    """
    if isinstance(column, Indicator):
        word = t("not_reported", lang)  # may stand in place of a figure
        cell, bounds = f"{letter}{FIRST_ROW}", _range(column)
        within = ",".join(f"{cell}{sign}{bound}" for sign, bound in bounds.items())
        values = {"word": word, "low": bounds[">="], "high": bounds.get("<=", "")}
        sentence = "template_figure_within" if "<=" in bounds else "template_figure"
        rule = f'OR({cell}="{word}",AND(ISNUMBER({cell}),{within}))'
        return _validation("custom", sentence, lang, values, formula1=rule)
    if column.name in choices:
        field = column.name + own if column.name + own in choices else column.name
        return _validation("list", "template_choose", lang, {}, formula1=_list_name(field))
    if column.format == DATE:
        kind, low, high = "date", *DAYS
    elif column.name == c.YEAR:
        kind, low, high = "whole", str(min(years)), str(max(years))
    elif column.name in BOUNDS:
        kind, (low, high) = "decimal", BOUNDS[column.name]
    else:
        return None
    between = {"operator": "between", "formula1": low, "formula2": high}
    return _validation(kind, f"template_{kind}", lang, {"low": low, "high": high}, **between)


def _validation(
    kind: str, sentence: str, lang: Lang, values: Mapping[str, object], **rule: str
) -> DataValidation:
    return DataValidation(
        type=kind,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="stop",
        errorTitle=t("template_error_title", lang),
        error=t(sentence, lang, **values),
        **rule,
    )


def _range(indicator: Indicator) -> Mapping[str, int]:
    """Return the bounds of an indicator by their sign; a fall of a rate may be negative."""
    if indicator.is_percent:
        return {">=": 0, "<=": 100}
    return {">=": -100, "<=": 100} if indicator.is_points else {">=": 0}


def set_up(sheet: Worksheet, columns: Sequence[Field | Indicator], last_row: int) -> None:
    """Set widths, what stays in view, protection and paper."""
    for position, column in enumerate(columns, start=1):
        width = column.width if isinstance(column, Field) else INDICATOR_WIDTH
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.row_dimensions[HEADING_ROW].height = 62
    sheet.freeze_panes = sheet.cell(FIRST_ROW, len(PLACE) + 1)
    last = get_column_letter(len(columns))
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{last}{last_row}"
    protection = sheet.protection
    protection.sheet = True  # against slips only, hence no password
    protection.formatColumns = protection.formatRows = protection.autoFilter = False
    protection.formatCells = False
    wide = len(columns) > len(FIELDS["sites"])
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3 if wide else sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (2 if wide else 1), 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    if wide:
        sheet.print_title_cols = "A:C"
    sheet.print_area = f"A1:{last}{last_row - SPARE_ROWS}"
    sheet.oddFooter.center.text = "&P/&N"
    sheet.sheet_view.zoomScale = 90
