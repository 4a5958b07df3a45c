"""Empty workbooks to be filled in: the communes are there, what has fixed answers is chosen.

The communes are those of the year: since July 2025 the 58 units, and two lists for 2025 itself.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from geo.archive import fixed_zip
from geo.crosswalk import FROM, TO
from mtqg_geo.communes.lineage import named
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.loading.communes.meanings import DatedLists, communes_of
from mtqg_geo.loading.communes.places import by_list
from mtqg_geo.loading.sheets import layout
from mtqg_geo.loading.sheets.layout import PLACE, SOURCE, Field
from mtqg_geo.loading.sheets.table import TableKind
from mtqg_geo.loading.sheets.words import OLDEST_YEAR
from mtqg_geo.loading.tables.observation_rules import is_reported_by_quarter
from mtqg_geo.loading.workbooks.guide import add_guide
from mtqg_geo.loading.workbooks.spreadsheet import (
    BLANK_HEAD,
    FILLED,
    HEAD,
    NOTE,
    TITLE,
    add_styles,
    cell_style,
    put,
    saved,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import Basis, Indicator, Lang
from mtqg_geo.programme.period import Period, periods_in
from mtqg_geo.programme.tables import COST_AND_DATES, DAY, SHARE
from mtqg_geo.programme.words import number, t


def write_lineage(book: Workbook, data: Dataset, lang: Lang) -> tuple[Worksheet, int, str]:
    """Write the lineage in use into the first sheet; return it, its last row, and ""."""
    sheet = book.active
    sheet.title = layout.SHEET_NAMES["lineage"].of(lang)
    fields = layout.FIELDS["lineage"]
    links = named(current_lineage(data.store).links)
    last_row = HEADING_ROW + len(links) + SPARE_ROWS
    write_head(sheet, "lineage", fields, data, lang)
    known = layout.answer_words(data.catalog, lang)
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


SheetColumns = Sequence[Field | Indicator]
HEADING_ROW = 4
FIRST_ROW = HEADING_ROW + 1
SPARE_ROWS = 300  # for what a commune has more than one of
INDICATOR_WIDTH = 14.0
DAYS = ("DATE(2000,1,1)", "DATE(2100,12,31)")
BOUNDS = {
    c.LON: ("102", "118"), c.LAT: ("7", "24"), c.REPORTED_KM: ("0", "1000"), SHARE: ("0", "1"),
    c.COST_VND: ("0", "10000000"),
}  # fmt: skip


def write_head(
    sheet: Worksheet,
    kind: TableKind,
    columns: SheetColumns,
    data: Dataset,
    lang: Lang,
    *,
    topic: str = "",
    also: str = "",
) -> None:
    """Write title, two lines on what to do (`also` behind the second), and the headings.

    `topic` names title and note where they are not those of the kind.
    """
    province, topic = data.catalog.programme.province.of(lang), topic or kind
    put(sheet["A1"], t(f"template_title_{topic}", lang, province=province), TITLE)
    put(sheet["A2"], t("template_note", lang), NOTE)
    put(sheet["A3"], f"{t(f'template_note_{topic}', lang)} {also}".strip(), NOTE)
    for position, column in enumerate(columns, start=1):
        cell = sheet.cell(HEADING_ROW, position)
        if isinstance(column, Field):
            style = HEAD if column.is_required else BLANK_HEAD
            put(cell, layout.heading(kind, column.name, lang), style)
        else:
            put(cell, layout.indicator_heading(column, lang), BLANK_HEAD)
            cell.comment = _explained(column, lang)


def _explained(indicator: Indicator, lang: Lang) -> Comment:
    bases = ", ".join(t(f"basis_{basis.value}", lang) for basis in indicator.bases)
    text = "\n".join((indicator.name.of(lang), indicator.definition.of(lang), bases))
    return Comment(text, "MTQG", width=320, height=140)


def write_rows(
    sheet: Worksheet,
    columns: SheetColumns,
    communes: pd.DataFrame,
    last_row: int,
    *,
    known: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write one row per commune, its name locked, and the spare rows, all free.

    `known` is what every commune's row says already, by column.
    """
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
        said = known.get(column.name, "") if isinstance(column, Field) else ""
        for row in range(FIRST_ROW, first_spare) if said else ():
            put(sheet.cell(row, position), said)


def _format(column: Field | Indicator) -> str:
    if isinstance(column, Field):
        return column.format
    if column.is_money:
        return layout.MILLIONS
    return "#,##0" + ("." + "0" * column.decimals if column.decimals else "")


def add_lists(book: Workbook, choices: Mapping[str, Sequence[str]], lang: Lang) -> None:
    """Add the hidden sheet from which the drop-downs take their choices, and name its columns."""
    sheet = book.create_sheet(layout.LISTS.of(lang))
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
    if column.format == layout.DATE:
        kind, low, high = "date", *DAYS
    elif column.name == c.YEAR:
        first = min(years) if column.is_required else OLDEST_YEAR
        kind, low, high = "whole", str(first), str(max(years))
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


def set_up(sheet: Worksheet, columns: SheetColumns, last_row: int) -> None:
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
    wide = len(columns) > len(layout.FIELDS["sites"])
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


Asks = TableKind | Literal["existing"]
"""What a template asks for: the tables, and of sites those that the programme did not build."""


@dataclass(frozen=True)
class Asked:
    """What a template is asked for: communes (all if empty), and what its rows say already."""

    kind: Asks
    communes: frozenset[str] = frozenset()
    period: str = ""
    basis: str = ""

    def indicators(self, catalog: Catalog) -> tuple[Indicator, ...]:
        """Return the indicators that are reported for the period and on the basis."""
        every = layout.reported_indicators(catalog)
        if not (self.period and self.basis):
            return every
        basis, by_quarter = Basis(self.basis), Period.of(self.period).quarter is not None
        return tuple(
            each
            for each in every
            if basis in each.bases and is_reported_by_quarter(each, basis) == by_quarter
        )

    @property
    def table(self) -> TableKind:
        """The kind of table that comes back."""
        return "sites" if self.kind == "existing" else self.kind

    def columns(self, catalog: Catalog) -> SheetColumns:
        """Return the columns of its sheets."""
        if self.kind == "observations":
            return (*layout.FIELDS[self.kind], *self.indicators(catalog), SOURCE)
        fields = layout.FIELDS[self.table]
        if self.kind != "existing":
            return fields
        kept = (each for each in fields if each.name not in NOT_OF_EXISTING)
        return tuple(replace(f, is_required=False) if f.name == c.YEAR else f for f in kept)

    def known(self, catalog: Catalog, lang: Lang) -> Mapping[str, str]:
        """Return what the rows say already, by column."""
        words = layout.answer_words(catalog, lang)
        if self.kind == "existing":
            return {c.FUNDING: words[c.FUNDING][layout.EXISTING]}
        period = layout.period_word(self.period, lang) if self.period else ""
        return {c.PERIOD: period, c.BASIS: words[c.BASIS].get(self.basis, "")}


def bases_of(catalog: Catalog, period: str) -> tuple[str, ...]:
    """Return on which bases anything is reported for a period (`2023` or `2023-Q1`)."""
    return tuple(
        b.value for b in Basis if Asked("observations", period=period, basis=b).indicators(catalog)
    )


KINDS: tuple[TableKind, ...] = ("observations", "sites", "roads", "region")
"""The kinds that have a row for each commune."""
ALL_KINDS: tuple[Asks, ...] = (*KINDS, "existing", "lineage")
NOT_OF_EXISTING = (c.PROJECT, c.STATUS, *COST_AND_DATES)
BY_YEAR = ("sites", "roads")


def template(
    kind: Asks,
    data: Dataset,
    *,
    lang: Lang = "vi",
    year: int | None = None,
    communes: Collection[str] = (),
    period: str = "",
    basis: str = "",
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
    communes
        The communes of 2023 that are listed, or the later units they are part of; all unless given.
    period, basis
        What every row of figures says already, of a period of the year; only indicators that are
        reported so have a column.

    Raises
    ------
    SelectionError
        If the programme has no such year.
    """
    data = data.as_loaded
    # What stands since before the programme is listed by the communes of its first years.
    years = _years(data, None if kind == "existing" else year, lang)
    is_of_figures = kind == "observations"
    asked = Asked(kind, frozenset(communes), *((period, basis) if is_of_figures else ()))
    book = Workbook()
    add_styles(book)
    if kind == "lineage":
        choices = _choices(data, (), lang)
        sheets = [write_lineage(book, data, lang)]
    else:
        choices, sheets = _with_communes(book, data, years, asked, lang)
    columns = asked.columns(data.catalog)
    fields = [column for column in columns if isinstance(column, Field)]
    add_guide(book, asked.table, data.catalog, fields=fields, lang=lang)
    add_lists(book, choices, lang)
    for position, (sheet, last_row, own) in enumerate(sheets):
        _add_checks(sheet, columns, choices, years, lang, last_row=last_row, own=own)
        set_up(sheet, columns, last_row)
        book.move_sheet(sheet, position - book.index(sheet))
    return saved(book)


def template_each(
    data: Dataset, communes: Collection[str], *, lang: Lang, year: int, period: str, basis: str
) -> bytes:
    """Return an archive with a workbook of figures for each unit, to be sent to it.

    Parameters
    ----------
    data, lang, year, period, basis
        As for `template`.
    communes
        Communes of 2023; those that became one unit by the period share its workbook.
    """
    loaded = data.as_loaded
    listed = _communes(loaded, period)
    parts: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for code in sorted(communes):
        for unit, name, _ in _chosen(listed, period, loaded, frozenset([code])).itertuples(
            index=False
        ):
            parts.setdefault(unit, []).append(code)
            names[unit] = name
    files = {
        f"{unit} {names[unit]}.xlsx": template(
            "observations", data, lang=lang, year=year, communes=codes, period=period, basis=basis
        )
        for unit, codes in parts.items()
    }
    return fixed_zip(files, moment=(year, 1, 1, 0, 0, 0))


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


def _with_communes(
    book: Workbook,
    data: Dataset,
    years: Sequence[int],
    asked: Asked,
    lang: Lang,
) -> tuple[dict[str, list[str]], list[tuple[Worksheet, int, str]]]:
    """Write a sheet for each list of communes, the latest first; return choices and sheets."""
    kind = asked.table
    periods = [period for year in years for period in periods_in(year)]
    if kind in BY_YEAR:
        periods = [str(year) for year in years]
    if asked.period:
        periods = [asked.period]
    lists = by_list(data, periods) if len(years) == 1 else [periods]
    choices = _choices(data, periods, lang)
    sheets = []
    for number_, mine in enumerate(reversed(lists)):
        own = f"_{number_ + 1}" if number_ else ""
        communes = _communes(data, mine[-1]) if len(years) == 1 else data.commune_list
        communes = _chosen(communes, mine[-1], data, asked.communes)
        choices |= _own_choices(mine, communes, lang, own)
        sheet = book.active if not number_ else book.create_sheet()
        sheet.title = layout.SHEET_NAMES[kind].of(lang) + (_span(mine, lang) if number_ else "")
        columns = asked.columns(data.catalog)
        last_row = HEADING_ROW + len(communes) + SPARE_ROWS
        also = _told(mine, communes, years, lang)
        write_head(sheet, kind, columns, data, lang, topic=asked.kind, also=also)
        write_rows(sheet, columns, communes, last_row, known=asked.known(data.catalog, lang))
        sheets.append((sheet, last_row, own))
    return choices, sheets


def _communes(data: Dataset, period: str) -> pd.DataFrame:
    """Return the communes of a period as a template lists them."""
    units = communes_of(data).register(period).units
    return pd.DataFrame([unit[:3] for unit in units], columns=[c.CODE, c.NAME, c.DISTRICT])


def _chosen(
    listed: pd.DataFrame, period: str, data: Dataset, communes: frozenset[str]
) -> pd.DataFrame:
    """Return the listed units that are, or were put together of, some communes of 2023."""
    lists = communes_of(data)
    if not communes:
        return listed
    if isinstance(lists, DatedLists):
        links = lists.epochs.crosswalk(0, lists.epoch(period)).links
        communes = frozenset(links.loc[links[FROM].isin(communes), TO])
    return listed[listed[c.CODE].isin(communes)].reset_index(drop=True)


def _told(periods: Sequence[str], communes: pd.DataFrame, years: Sequence[int], lang: Lang) -> str:
    """Say of which communes a sheet is, where the year has its own."""
    if len(years) > 1:
        return ""
    named = ", ".join(layout.period_word(period, lang) for period in periods)
    return t("template_of_time", lang, count=number(len(communes), lang), periods=named)


def _span(periods: Sequence[str], lang: Lang) -> str:
    """Return how a further sheet tells its periods; a title has no slash."""
    ends = (layout.period_word(period, lang) for period in (periods[0], periods[-1]))
    first, last = (text.split("/")[0] for text in ends)
    return f" ({first}–{last})"


def _choices(data: Dataset, periods: Sequence[str], lang: Lang) -> dict[str, list[str]]:
    """Return what may be chosen, by column."""
    fixed = layout.answer_words(data.catalog, lang).items()
    return {
        **{field: list(each.values()) for field, each in fixed},
        **_own_choices(periods, data.commune_list, lang, ""),
    }


def _own_choices(
    periods: Sequence[str], communes: pd.DataFrame, lang: Lang, own: str
) -> dict[str, list[str]]:
    return {
        c.PERIOD + own: [layout.period_word(period, lang) for period in periods],
        c.COMMUNE_CODE + own: communes[c.CODE].to_list(),
    }


def _add_checks(
    sheet: Worksheet,
    columns: SheetColumns,
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
