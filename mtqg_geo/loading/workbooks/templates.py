"""Empty workbooks to be filled in: the communes are there, what has fixed answers is chosen.

The communes are those of the year: since July 2025 the 58 units, and two lists for 2025 itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import as_loaded
from mtqg_geo.loading.communes.meanings import communes_of
from mtqg_geo.loading.communes.places import by_list
from mtqg_geo.loading.sheets.layout import (
    FIELDS,
    SHEET_NAMES,
    SOURCE,
    Field,
    period_word,
    reported_indicators,
    words,
)
from mtqg_geo.loading.sheets.model import TableKind
from mtqg_geo.loading.workbooks.guide import add_guide
from mtqg_geo.loading.workbooks.lineage_sheet import write_lineage
from mtqg_geo.loading.workbooks.spreadsheet import saved
from mtqg_geo.loading.workbooks.styles import add_styles
from mtqg_geo.loading.workbooks.template_sheet import (
    FIRST_ROW,
    HEADING_ROW,
    SPARE_ROWS,
    add_lists,
    check,
    set_up,
    write_head,
    write_rows,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import Indicator, Lang
from mtqg_geo.programme.period import Period, periods_in
from mtqg_geo.programme.words import number, t

KINDS: tuple[TableKind, ...] = ("observations", "sites", "roads", "region")
"""The kinds that have a row for each commune."""
ALL_KINDS: tuple[TableKind, ...] = (*KINDS, "lineage")
BY_YEAR = ("sites", "roads")


def template(
    kind: TableKind, data: Dataset, *, lang: Lang = "vi", year: int | None = None
) -> bytes:
    """Return a workbook for figures, sites, roads or regions of communes, or for the lineage.

    Parameters
    ----------
    kind
        What is to be reported.
    data
        The communes that are filled in and the catalogue from which is chosen.
    lang
        Language of headings, choices and guide.
    year
        The year reported on. Unless given, the years that speak of the first communes alone.

    Raises
    ------
    SelectionError
        If the programme has no such year.
    """
    data = as_loaded(data)
    years = _years(data, year, lang)
    book = Workbook()
    add_styles(book)
    if kind == "lineage":
        choices = _choices(data, (), lang)
        sheets = [write_lineage(book, data, lang)]
    else:
        choices, sheets = _with_communes(book, kind, data, years, lang)
    add_guide(book, kind, data.catalog, lang=lang)
    add_lists(book, choices, lang)
    columns = _columns(kind, data)
    for position, (sheet, last_row, own) in enumerate(sheets):
        _add_checks(sheet, columns, choices, years, lang, last_row=last_row, own=own)
        set_up(sheet, columns, last_row)
        book.move_sheet(sheet, position - book.index(sheet))
    return saved(book)


def _years(data: Dataset, year: int | None, lang: Lang) -> tuple[int, ...]:
    years = data.catalog.programme.reported_years
    if year is None:
        communes = communes_of(data)
        first = communes.epoch(Period(years[0], 1).text)
        return tuple(each for each in years if communes.epoch(str(each)) == first)
    if year not in years:
        known = ", ".join(map(str, years))
        raise SelectionError((t("unknown_year", lang, example=year, known=known),))
    return (year,)


def _columns(kind: TableKind, data: Dataset) -> tuple[Field | Indicator, ...]:
    if kind == "observations":
        return (*FIELDS[kind], *reported_indicators(data.catalog), SOURCE)
    return FIELDS[kind]


def _with_communes(
    book: Workbook, kind: TableKind, data: Dataset, years: Sequence[int], lang: Lang
) -> tuple[dict[str, list[str]], list[tuple[Worksheet, int, str]]]:
    """Write a sheet for each list of communes, the latest first; return choices and sheets."""
    periods = [period for year in years for period in periods_in(year)]
    if kind in BY_YEAR:
        periods = [str(year) for year in years]
    lists = by_list(data, periods) if len(years) == 1 else [periods]
    choices = _choices(data, periods, lang)
    sheets = []
    for number_, mine in enumerate(reversed(lists)):
        own = f"_{number_ + 1}" if number_ else ""
        communes = _communes(data, mine[-1]) if len(years) == 1 else data.commune_list
        choices |= _own_choices(mine, communes, lang, own)
        sheet = book.active if not number_ else book.create_sheet()
        sheet.title = SHEET_NAMES[kind].of(lang) + (_span(mine, lang) if number_ else "")
        columns = _columns(kind, data)
        last_row = HEADING_ROW + len(communes) + SPARE_ROWS
        write_head(sheet, kind, columns, data, lang, also=_told(mine, communes, years, lang))
        write_rows(sheet, columns, communes, last_row)
        sheets.append((sheet, last_row, own))
    return choices, sheets


def _communes(data: Dataset, period: str) -> pd.DataFrame:
    """Return the communes of a period as a template lists them."""
    units = communes_of(data).register(period).units
    return pd.DataFrame([unit[:3] for unit in units], columns=[c.CODE, c.NAME, c.DISTRICT])


def _told(periods: Sequence[str], communes: pd.DataFrame, years: Sequence[int], lang: Lang) -> str:
    """Say of which communes a sheet is, where the year has its own."""
    if len(years) > 1:
        return ""
    named = ", ".join(period_word(period, lang) for period in periods)
    return t("template_of_time", lang, count=number(len(communes), lang), periods=named)


def _span(periods: Sequence[str], lang: Lang) -> str:
    """Return how a further sheet tells its periods; a title has no slash."""
    first, last = (period_word(period, lang).split("/")[0] for period in (periods[0], periods[-1]))
    return f" ({first}–{last})"


def _choices(data: Dataset, periods: Sequence[str], lang: Lang) -> dict[str, list[str]]:
    """Return what may be chosen, by column."""
    fixed = words(data.catalog, lang).items()
    return {
        **{field: list(each.values()) for field, each in fixed},
        **_own_choices(periods, data.commune_list, lang, ""),
    }


def _own_choices(
    periods: Sequence[str], communes: pd.DataFrame, lang: Lang, own: str
) -> dict[str, list[str]]:
    return {
        c.PERIOD + own: [period_word(period, lang) for period in periods],
        c.COMMUNE_CODE + own: communes[c.CODE].to_list(),
    }


def _add_checks(
    sheet: Worksheet,
    columns: Sequence[Field | Indicator],
    choices: Mapping[str, Sequence[str]],
    years: Sequence[int],
    lang: Lang,
    *,
    last_row: int,
    own: str,
) -> None:
    for position, column in enumerate(columns, start=1):
        letter = get_column_letter(position)
        checked = check(column, letter, choices, years, lang, own=own)
        if checked is not None:
            checked.add(f"{letter}{FIRST_ROW}:{letter}{last_row}")
            sheet.add_data_validation(checked)
