"""Empty workbooks to be filled in: the communes are there, what has fixed answers is chosen."""

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

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.errors import SelectionError
from mtqg_geo.labels import t
from mtqg_geo.loading.guide import add_guide
from mtqg_geo.loading.layout import (
    DATE,
    FIELDS,
    PLACE,
    SHEET_NAMES,
    SOURCE,
    Field,
    heading,
    indicator_heading,
    period_word,
    periods_of,
    reported_indicators,
    words,
)
from mtqg_geo.loading.model import TableKind
from mtqg_geo.loading.own_sheets import LISTS
from mtqg_geo.loading.spreadsheet import put, saved
from mtqg_geo.loading.styles import BLANK_HEAD, FILLED, HEAD, NOTE, TITLE, add_styles, cell_style
from mtqg_geo.model import Indicator, Lang

KINDS: tuple[TableKind, ...] = ("observations", "sites", "roads", "region")
HEADING_ROW = 4
FIRST_ROW = HEADING_ROW + 1
SPARE_ROWS = 300  # for what a commune has more than one of
INDICATOR_WIDTH = 14.0
DAYS = ("DATE(2000,1,1)", "DATE(2100,12,31)")
BOUNDS = {c.LON: ("102", "118"), c.LAT: ("7", "24"), c.REPORTED_KM: ("0", "1000")}


def template(
    kind: TableKind, data: Dataset, *, lang: Lang = "vi", year: int | None = None
) -> bytes:
    """Return a workbook for the figures, sites, roads or regions of a province's communes.

    Parameters
    ----------
    kind
        What is to be reported.
    data
        The communes that are filled in and the catalogue from which is chosen.
    lang
        Language of headings, choices and guide.
    year
        The year reported on; any of the programme's unless given.

    Raises
    ------
    SelectionError
        If the programme has no such year.
    """
    years = _years(data, year, lang)
    book = Workbook()
    add_styles(book)
    sheet = book.active
    sheet.title = SHEET_NAMES[kind].of(lang)
    columns = _columns(kind, data)
    last_row = HEADING_ROW + len(data.commune_list) + SPARE_ROWS
    _write_head(sheet, kind, columns, data, lang)
    _write_rows(sheet, columns, data.commune_list, last_row)
    add_guide(book, kind, data.catalog, lang=lang)
    choices = _choices(data, years, lang)
    _add_lists(book, choices, lang)
    for position, column in enumerate(columns, start=1):
        letter = get_column_letter(position)
        checked = _check(column, letter, choices, years, lang)
        if checked is not None:
            checked.add(f"{letter}{FIRST_ROW}:{letter}{last_row}")
            sheet.add_data_validation(checked)
    _set_up(sheet, columns, last_row)
    return saved(book)


def _years(data: Dataset, year: int | None, lang: Lang) -> tuple[int, ...]:
    years = data.catalog.programme.reported_years
    if year is None:
        return years
    if year not in years:
        known = ", ".join(map(str, years))
        raise SelectionError((t("unknown_year", lang, example=year, known=known),))
    return (year,)


def _columns(kind: TableKind, data: Dataset) -> tuple[Field | Indicator, ...]:
    if kind == "observations":
        return (*FIELDS[kind], *reported_indicators(data.catalog), SOURCE)
    return FIELDS[kind]


def _write_head(
    sheet: Worksheet,
    kind: TableKind,
    columns: Sequence[Field | Indicator],
    data: Dataset,
    lang: Lang,
) -> None:
    """Write title, two lines on what to do, and the headings."""
    province = data.catalog.programme.province.of(lang)
    put(sheet["A1"], t(f"template_title_{kind}", lang, province=province), TITLE)
    put(sheet["A2"], t("template_note", lang), NOTE)
    put(sheet["A3"], t(f"template_note_{kind}", lang), NOTE)
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


def _write_rows(
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


def _choices(data: Dataset, years: Sequence[int], lang: Lang) -> Mapping[str, list[str]]:
    """Return what may be chosen, by column."""
    periods = [period for year in years for period in periods_of(year)]
    return {
        **{field: list(each.values()) for field, each in words(data.catalog, lang).items()},
        c.PERIOD: [period_word(period, lang) for period in periods],
        c.COMMUNE_CODE: data.commune_list[c.CODE].to_list(),
    }


def _add_lists(book: Workbook, choices: Mapping[str, Sequence[str]], lang: Lang) -> None:
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


def _check(
    column: Field | Indicator,
    letter: str,
    choices: Mapping[str, Sequence[str]],
    years: Sequence[int],
    lang: Lang,
) -> DataValidation | None:
    """Return the check a spreadsheet makes while a person types, None where anything goes."""
    if isinstance(column, Indicator):
        word = t("not_reported", lang)  # may stand in place of a figure
        cell, bounds = f"{letter}{FIRST_ROW}", _range(column)
        within = ",".join(f"{cell}{sign}{bound}" for sign, bound in bounds.items())
        values = {"word": word, "low": bounds[">="], "high": bounds.get("<=", "")}
        sentence = "template_figure_within" if "<=" in bounds else "template_figure"
        rule = f'OR({cell}="{word}",AND(ISNUMBER({cell}),{within}))'
        return _validation("custom", sentence, lang, values, formula1=rule)
    if column.name in choices:
        return _validation("list", "template_choose", lang, {}, formula1=_list_name(column.name))
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
    if indicator.unit.en == "%":
        return {">=": 0, "<=": 100}
    return {">=": -100, "<=": 100} if "percentage points" in indicator.unit.en else {">=": 0}


def _set_up(sheet: Worksheet, columns: Sequence[Field | Indicator], last_row: int) -> None:
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
