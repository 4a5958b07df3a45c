"""The sheet that explains every column of a template, made from the catalogue."""

import math
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mtqg_geo.loading.sheets import layout
from mtqg_geo.loading.sheets.layout import Field
from mtqg_geo.loading.sheets.table import TableKind
from mtqg_geo.loading.workbooks.spreadsheet import BODY, HEAD, NOTE, TITLE, put
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Indicator, Lang, Role
from mtqg_geo.programme.tables import DAY, SHARE, SPLIT
from mtqg_geo.programme.words import number, t, wordings

WIDTHS = (30, 60, 16, 46, 24, 10)
LINE_PT = 13.5
COLUMNS = ("column", "about", "unit", "allowed", "example", "required")
LISTED = (
    c.FACILITY, c.STATUS, c.BASIS, *SPLIT, c.SURFACE, c.ROAD_CLASS, c.LOCATION, c.FUNDING, c.REGION,
    *layout.ANSWERS,
)  # fmt: skip
UNITS = {c.LON: "°", c.LAT: "°", c.REPORTED_KM: "km"}


def add_guide(
    book: Workbook,
    kind: TableKind,
    catalog: Catalog,
    *,
    fields: Sequence[Field],
    lang: Lang,
) -> None:
    """Add the guide to a template of a kind; `fields` are its columns but for the indicators."""
    sheet = book.create_sheet(layout.GUIDE.of(lang))
    put(sheet["A1"], t("template_guide_title", lang), TITLE)
    row = 2
    for row, step in enumerate(_steps(kind), start=2):
        put(sheet.cell(row, 1), f"{row - 1}. {t(step, lang)}", NOTE)
    headings = [t(f"template_guide_{name}", lang) for name in COLUMNS]
    row = _table(sheet, row + 2, headings, _column_rows(kind, fields, catalog, lang))
    if any(field.name == c.PROJECT for field in fields):
        headings = [t(f"template_guide_{name}", lang) for name in ("code", "project")]
        projects = ([p.code, p.name.of(lang)] for p in catalog.projects.values())
        _table(sheet, row + 2, headings, projects)
    _set_up(sheet)


def _steps(kind: TableKind) -> list[str]:
    """Return the keys of what to do, what holds for every kind first."""
    common = [f"template_step_{number}" for number in range(1, 5)]
    own = sorted(key for key in wordings() if key.startswith(f"template_step_{kind}_"))
    return [*common, *own, "template_step_last"]


def _column_rows(
    kind: TableKind, fields: Sequence[Field], catalog: Catalog, lang: Lang
) -> Iterable[Sequence[str]]:
    choices = layout.answer_words(catalog, lang)
    for field in fields:
        allowed = "; ".join(choices[field.name].values()) if field.name in LISTED else ""
        yield _field_row(kind, field, allowed, lang)
    if kind == "observations":
        for indicator in layout.reported_indicators(catalog):
            yield _indicator_row(indicator, catalog, lang)


def _field_row(kind: TableKind, field: Field, allowed: str, lang: Lang) -> Sequence[str]:
    return (
        layout.heading(kind, field.name, lang),
        layout.about(kind, field.name, lang),
        t("template_million", lang) if field.name == c.COST_VND else UNITS.get(field.name, ""),
        allowed or t(f"template_allowed_{_allowed_kind(field)}", lang),
        layout.example(kind, field.name, lang),
        t("template_yes" if field.is_required else "template_no", lang),
    )


def _allowed_kind(field: Field) -> str:
    """Return which sentence says what a column without a list of words takes."""
    own = (c.PROJECT, c.PERIOD, c.COMMUNE_CODE, c.YEAR, c.LON, c.LAT, c.REPORTED_KM, c.COST_VND)
    if field.name in (*own, layout.GEOMETRY, SHARE):
        return field.name
    if field.name in (c.STARTED_ON, c.COMPLETED_ON):
        return "rough_date"
    return "date" if field.name in (c.VALID_FROM, c.VALID_TO, DAY) else "text"


def _indicator_row(indicator: Indicator, catalog: Catalog, lang: Lang) -> Sequence[str]:
    bases = ", ".join(t(f"basis_{basis.value}", lang) for basis in indicator.bases)
    project = catalog.projects.get(indicator.project)
    of_project = t("template_of_project", lang, project=project.code) if project else ""
    name, definition = indicator.name.of(lang), indicator.definition.of(lang)
    return (
        layout.indicator_heading(indicator, lang),
        " ".join(part for part in (f"{name}.", definition, of_project) if part),
        layout.written_unit(indicator, lang),
        t("template_allowed_indicator", lang, range=_range(indicator, lang), bases=bases),
        number(_typical(indicator), lang, decimals=indicator.decimals),
        t("template_no", lang),
    )


def _range(indicator: Indicator, lang: Lang) -> str:
    if indicator.is_percent:
        return t("template_range_percent", lang)
    return t("template_range_signed" if indicator.is_points else "template_range_positive", lang)


def _typical(indicator: Indicator) -> float:
    """Return a figure of the order of magnitude that is reported."""
    if indicator.is_money:
        return 1250.0
    return 1234.0 if indicator.role is Role.HOUSEHOLDS else 12.5 if indicator.decimals else 12.0


def _table(
    sheet: Worksheet, first_row: int, headings: Sequence[str], rows: Iterable[Sequence[str]]
) -> int:
    """Write a small table; return its last row."""
    for position, text in enumerate(headings, start=1):
        put(sheet.cell(first_row, position), text, HEAD)
    row = first_row
    for row, texts in enumerate(rows, start=first_row + 1):
        for position, text in enumerate(texts, start=1):
            put(sheet.cell(row, position), text, BODY)
        sheet.row_dimensions[row].height = LINE_PT * _lines(texts)
    return row


def _lines(texts: Sequence[str]) -> int:
    """Return how many lines the longest cell of a row takes: not every program fits heights."""
    return max(
        math.ceil(len(text) / (1.12 * width)) for text, width in zip(texts, WIDTHS, strict=False)
    )


def _set_up(sheet: Worksheet) -> None:
    for letter, width in zip("ABCDEF", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.protection.sheet = True
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.sheet_view.showGridLines = False
