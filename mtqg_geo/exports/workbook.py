"""The layers as a workbook to read and to reckon with: headings in words, values as on screen.

A value that is not known is an empty cell, and the cell beside it says why. What holds for all rows
stands above them and, in full, on the sheet of notes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import region_short
from mtqg_geo.exports.columns import (
    PART,
    Field,
    ValueColumn,
    fields,
    selection_columns,
    value_columns,
)
from mtqg_geo.figures.scope import filter_text, filters_chosen, map_title, place_text, source_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.words import capital_notes, shown_words
from mtqg_geo.figures.works import works_km_as_written
from mtqg_geo.loading.sheets.layout import answer_words
from mtqg_geo.loading.workbooks.spreadsheet import BODY, HEAD, NOTE, TITLE, add_styles, put, saved
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import MILLION, is_percent, scale, shown_decimals, unit
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Lang, State
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.words import (
    all_as_written,
    all_percent_as_written,
    parts_as_written,
    t,
)

# The same in every row, or said twice: it stands on the sheet of notes.
UNSAID = (
    "geometry",
    c.DISTRICT_CODE,
    c.VINTAGE,
    "boundary_accuracy",
    c.INDICATOR,
    "indicator_name",
    c.BASIS,
    c.LOCATION,
)
FIRST = (c.CODE, c.NAME, c.COMMUNE, c.DISTRICT, c.REGION)  # then the figures, then the rest
ADDED_UP = (c.LENGTH_KM, c.IN_SELECTION_KM, c.REPORTED_KM, c.COST_VND)
LEAST_WIDTH, MOST_WIDTH, HEAD_HEIGHT = 9, 38, 66
Values = Sequence[Any]


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet: its heading, its cells as they are written, the format of numbers."""

    heading: str
    cells: Values
    number_format: str = "@"


def workbook(
    data: Dataset,
    selection: Selection,
    layers: Mapping[str, pd.DataFrame],
    boundary_note: str,
    *,
    lang: Lang,
) -> bytes:
    """Return the layers as a workbook, a sheet each, and a sheet of notes.

    Parameters
    ----------
    data, selection
        What there is and what of it is chosen.
    layers
        By name the table of each layer, with the columns of an export.
    boundary_note
        Which boundaries the layers lie in.
    lang
        Language of headings, words and notes.
    """
    book = Workbook(write_only=True)
    add_styles(book)
    what, where = map_title(data, selection, lang), place_text(data, selection, lang)
    filters, source = filter_text(data, selection, lang), source_text(data, selection, lang)
    for name, table in layers.items():
        title, of_rows = t(f"exports_layer_{name}", lang), t("excel_row_source", lang)
        warning = t("excel_illustrative", lang) if table[c.ILLUSTRATIVE].any() else ""
        above = (f"{title}: {what}", f"{where} · {filters}".strip(" ·"), f"{warning} {source}")
        if name != "communes":  # works are those chosen, whatever the map shows
            chosen = " · ".join((where, *filters_chosen(data, selection, lang)))
            above = (f"{title}, {selection.year}", chosen, f"{warning} {of_rows}")
        sheet = book.create_sheet(title)
        write_sheet(sheet, above, [*sheet_columns(data, selection, name, table, lang)])
    is_made_up = any(table[c.ILLUSTRATIVE].any() for table in layers.values())
    states = "; ".join(t(state, lang) for state in State)
    said = {
        "excel_what": what,
        "excel_where": where,
        "excel_filters": filters,
        "excel_source": source,
        "excel_made_up": t("excel_illustrative", lang) if is_made_up else "",
        "excel_boundaries": boundary_note,
        "excel_blank": t("excel_blank_note", lang, states=states),
        "excel_rounded": " ".join((t("rounded_rows", lang), *capital_notes(data, selection, lang))),
    }
    notes = {t(key, lang): text for key, text in said.items() if text}
    _write_notes(book.create_sheet(t("excel_notes", lang)), notes, t("excel_notes", lang))
    return saved(book)


def sheet_columns(
    data: Dataset, selection: Selection, name: str, table: pd.DataFrame, lang: Lang
) -> Iterator[SheetColumn]:
    """Yield the columns of a layer as they are read.

    Parameters
    ----------
    data, selection
        What there is and what of it is chosen.
    name, table
        The layer and its rows, with the columns of an export.
    lang
        Language of headings and words.
    """
    figures = value_columns(data, selection) if name == "communes" else ()
    unsaid = {*UNSAID, *selection_columns(data, selection)}
    if name == "communes":
        table = works_km_as_written(table)[table.columns]
        unsaid |= {c.YEAR} | ({c.STATE} if figures else set())
    for figure in figures:
        unsaid |= {figure.name, figure.state_name, figure.missing_name}
    described = {each.name: each for each in fields(data, selection, table, lang=lang)}
    words = cell_words(data.catalog, lang)

    def column(name: str) -> SheetColumn:
        return _column(described[name], table[name], words.get(name), lang)

    yield from (column(each) for each in FIRST if each in table)
    for figure in figures:
        yield from _figure_columns(data, selection, figure, table, lang)
    yield from (column(each) for each in table.columns if each not in {*unsaid, *FIRST})


def _figure_columns(
    data: Dataset, selection: Selection, figure: ValueColumn, table: pd.DataFrame, lang: Lang
) -> Iterator[SheetColumn]:
    """Yield a figure as it is read, and why a cell of it is empty."""
    indicator, content = figure.indicator, figure.content
    words = shown_words(data, content, lang)
    if content.indicator != selection.indicator:
        words = f"{data.catalog.indicators[content.indicator].short.of(lang)}: {words}"
    if content.year != selection.year:
        words = f"{words}, {content.year}"
    size, decimals = scale(indicator), shown_decimals(indicator)
    values = table[figure.name].to_numpy(np.float64) / size
    if is_percent(indicator):
        written = all_percent_as_written(values, decimals)
    elif indicator.adds_up:
        written = parts_as_written(values, decimals, table[c.DISTRICT_CODE].to_numpy())
    else:
        written = all_as_written(values, decimals)
    heading = f"{words} ({unit(indicator, lang)})"
    yield SheetColumn(heading, _known(pd.Series(written)), _number_format(decimals))
    states = [t(state, lang) for state in table[figure.state_name]]
    yield SheetColumn(f"{t('column_state', lang)}: {words}", states)
    if figure.missing_name in table and table[figure.missing_name].any():
        heading = t("excel_missing_codes", lang, figure=words)
        yield SheetColumn(heading, table[figure.missing_name].tolist())


def _number_format(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _known(values: pd.Series) -> Values:
    """Return values with None for what is not known: an empty cell."""
    known: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    return known


def cell_words(catalog: Catalog, lang: Lang) -> Mapping[str, Callable[[Any], Any]]:
    """Return how the cells of a column are worded, where not as they are."""
    known, made_up = answer_words(catalog, lang), t("report_illustrative_source", lang)

    def word(column: str) -> Callable[[Any], Any]:
        return lambda code: known[column].get(code, code)

    coded = (c.PROJECT, c.FACILITY, c.STATUS, c.SURFACE, c.ROAD_CLASS)
    return {
        **{name: word(name) for name in coded},
        c.POSITION_ACCURACY: word(c.LOCATION),
        c.REGION: partial(region_short, lang=lang),
        c.STATE: partial(t, lang=lang),
        c.SOURCE: lambda text: "; ".join(
            made_up if part == c.ILLUSTRATIVE else part for part in text.split("; ")
        ),
        c.ILLUSTRATIVE: lambda is_so: made_up if is_so else "",
        PART: lambda is_so: t("excel_part", lang) if is_so else "",
        **dict.fromkeys((c.STARTED_ON, c.COMPLETED_ON), partial(date_words, lang=lang)),
    }


def _column(
    field: Field, values: pd.Series, word: Callable[[Any], Any] | None, lang: Lang
) -> SheetColumn:
    """Return a column as it is read: texts in words, numbers rounded as they are written."""
    title, of = field.title, field.unit
    if field.name in (c.STATE, c.MISSING_PERIODS):  # as the table of the page calls them
        title = t(f"column_{field.name}", lang)
    if field.kind in ("string", "boolean"):
        known = values.astype(object).where(values.notna(), "")
        texts = ["; ".join(each) if isinstance(each, list) else each for each in known]
        return SheetColumn(title, [word(each) if word else each for each in texts])
    if field.kind == "integer":
        return SheetColumn(title, _known(values), "0")  # a year has no thousands
    numbers, decimals = values.to_numpy(np.float64), field.decimals
    if field.name == c.COST_VND:
        numbers, of, decimals = numbers / MILLION, t("million_vnd", lang), 1
    # Whoever adds up a column has what the page and the paper say of all of it.
    adds_up = field.name in ADDED_UP
    written = (parts_as_written if adds_up else all_as_written)(numbers, decimals)
    heading = title if of in ("", "°", *title.lower().split()) else f"{title} ({of})"
    return SheetColumn(heading, _known(pd.Series(written)), _number_format(decimals))


def write_sheet(sheet: Any, above: Sequence[str], columns: Sequence[SheetColumn]) -> None:
    """Write what a sheet is of, the headings, and a row for each row; headings stay in sight."""
    head = len(above) + 1
    for position, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _width(column)
    sheet.freeze_panes = sheet_cell(min(len(columns), 2) + 1, head + 1)
    last = head + len(columns[0].cells)
    sheet.auto_filter.ref = f"A{head}:{sheet_cell(len(columns), last)}"
    for text, style in zip(above, (TITLE, NOTE, NOTE), strict=True):
        sheet.append([put(WriteOnlyCell(sheet), text, style)])
    sheet.row_dimensions[head].height = HEAD_HEIGHT
    sheet.append([put(WriteOnlyCell(sheet), column.heading, HEAD) for column in columns])
    for row in zip(*([*_cells(sheet, column)] for column in columns), strict=True):
        sheet.append(row)


def sheet_cell(column: int, row: int) -> str:
    """Return how a workbook names a cell, `C5`."""
    return f"{get_column_letter(column)}{row}"


def _cells(sheet: Any, column: SheetColumn) -> Iterator[Any]:
    """Yield a cell for each value, none for what is not known."""
    for value in column.cells:
        if value is None or value == "":
            yield None
            continue
        cell = put(WriteOnlyCell(sheet), value)
        cell.number_format = column.number_format
        yield cell


def _width(column: SheetColumn) -> float:
    """Return a width that takes the longest cell; headings wrap, long texts go on."""
    longest = max((len(str(value)) for value in column.cells if value is not None), default=0)
    words = max(len(word) for word in column.heading.split())
    return min(max(longest, words, LEAST_WIDTH) + 2, MOST_WIDTH)


def _write_notes(sheet: Any, notes: Mapping[str, str], title: str) -> None:
    """Write a table of two columns: what is said, and of what."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 100
    sheet.append([put(WriteOnlyCell(sheet), title, TITLE)])
    for what, text in notes.items():
        sheet.append([put(WriteOnlyCell(sheet), each, BODY) for each in (what, text)])
