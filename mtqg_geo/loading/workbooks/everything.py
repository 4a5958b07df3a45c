"""Everything the store holds, or a selection of it, as one workbook that can be loaded again."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from mtqg_geo.communes.lineage import named
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.meanings import names_then
from mtqg_geo.loading.sheets import layout
from mtqg_geo.loading.sheets.layout import PLACE, SOURCE, Field
from mtqg_geo.loading.sheets.table import MOST_ROWS, TableKind
from mtqg_geo.loading.workbooks.spreadsheet import (
    HEAD,
    MAX_TEXT,
    add_styles,
    appendable,
    put,
    saved,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import MILLION
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Lang, Status
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.tables import DAY, FROM_CODE, LINEAGE, SPLIT, TO_CODE
from mtqg_geo.programme.words import t
from mtqg_geo.store.live import visible

SHEET_ROWS = MOST_ROWS - 1  # as many as are read again, below the headings
REMARK = Field("remark", 40)
# Would lose their zeros when edited as numbers.
CODES = (c.COMMUNE_CODE, c.DISTRICT_CODE, c.ID, FROM_CODE, TO_CODE)
KINDS: tuple[TableKind, ...] = ("observations", "sites", "roads", "region", "lineage")
COLUMNS: Mapping[TableKind, tuple[Field, ...]] = {
    "observations": (
        *PLACE,
        Field(c.INDICATOR, 10),
        *layout.FIELDS["observations"][len(PLACE) :],
        Field(c.VALUE, 16, "General"),
        SOURCE,
    ),
    "sites": (*layout.FIELDS["sites"][len(PLACE) : -1], *PLACE, Field(c.DISTRICT_CODE, 9), SOURCE),
    "roads": (*layout.FIELDS["roads"][len(PLACE) :], REMARK),
    "region": layout.FIELDS["region"],
    "lineage": layout.FIELDS["lineage"],
}
Write = Callable[[Any], Any]


def workbook(data: Dataset, *, lang: Lang = "vi") -> bytes:
    """Return figures, sites, roads and regions as one workbook that loads again unchanged.

    What was corrected of the lineage is a sheet of its own, if anything was.

    Parameters
    ----------
    data
        What there is.
    lang
        Language of headings and of the words in cells.
    """
    data = data.as_loaded
    book = Workbook(write_only=True)
    add_styles(book)
    for kind in KINDS:
        table = _described(_table(kind, data), data, lang)
        if kind == "lineage" and table.empty:  # nothing was corrected
            continue
        for part in range(max(1, -(-len(table) // SHEET_ROWS))):
            name = layout.SHEET_NAMES[kind].of(lang) + (f" ({part + 1})" if part else "")
            rows = table.iloc[part * SHEET_ROWS : (part + 1) * SHEET_ROWS]
            _write_sheet(book, name, kind, rows, data.catalog, lang)
    return saved(book)


def _table(kind: TableKind, data: Dataset) -> pd.DataFrame:
    """Return the rows of a kind, sorted by what identifies them."""
    if kind == "lineage":  # what was loaded: the delivered lineage needs no file
        stored = visible(data.store, kind) if data.store else pd.DataFrame(columns=LINEAGE.columns)
        return stored.sort_values([*LINEAGE.key])
    if kind in ("sites", "roads"):
        return pd.DataFrame(data.sites if kind == "sites" else data.roads).sort_values(c.ID)
    if kind == "region":
        return data.regions.sort_values([c.COMMUNE_CODE, c.VALID_FROM])
    key = [c.COMMUNE_CODE, c.INDICATOR, c.PROJECT, c.PERIOD, c.BASIS, *SPLIT]
    return data.observations.table().sort_values(key)


def _described(table: pd.DataFrame, data: Dataset, lang: Lang) -> pd.DataFrame:
    """Return the table with the names of its communes and the words for its shapes."""
    if layout.GEOMETRY in table.columns and c.ROAD_CLASS in table.columns:
        # As many digits as the line has: rounded ones would come back as a changed road.
        texts = shapely.to_wkt(table[layout.GEOMETRY], rounding_precision=-1)
        fits = np.array([text is not None and len(text) <= MAX_TEXT for text in texts], dtype=bool)
        remarks = np.where(fits, "", t("template_wkt_too_long", lang))
        return table.assign(
            **{layout.GEOMETRY: np.where(fits, texts, ""), REMARK.name: remarks.astype(object)}
        )
    if FROM_CODE in table.columns:
        return named(table)
    if c.COMMUNE_CODE not in table.columns:
        return table
    if c.FACILITY in table.columns:
        outside = table[c.PROJECT] == ""
        table = table.assign(**{c.FUNDING: np.where(outside, layout.EXISTING, "")})
    dated = next(name for name in (c.PERIOD, c.VALID_FROM, c.YEAR) if name in table.columns)
    names, districts = names_then(data, table[c.COMMUNE_CODE], table[dated].astype(str))
    return table.assign(**{c.COMMUNE: names, c.DISTRICT: districts})


def _write_sheet(
    book: Workbook,
    name: str,
    kind: TableKind,
    table: pd.DataFrame,
    catalog: Catalog,
    lang: Lang,
) -> None:
    fields = COLUMNS[kind]
    sheet = book.create_sheet(name)
    for position, field in enumerate(fields, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = field.width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(fields))}{len(table) + 1}"
    headings = [layout.heading(kind, field.name, lang) for field in fields]
    sheet.append([put(WriteOnlyCell(sheet), text, HEAD) for text in headings])
    writers = _writers(catalog, lang)
    columns = [_column(sheet, each, table[each.name], writers.get(each.name)) for each in fields]
    for row in zip(*columns, strict=True):
        sheet.append(row)


def _column(sheet: Any, field: Field, column: pd.Series, write: Write | None) -> list[Any]:
    """Return what the sheet takes for each value; each distinct one is made only once."""
    values = column.astype(object).where(column.notna(), None).tolist()
    known = {value: _cell(sheet, field, write(value) if write else value) for value in set(values)}
    return [known[value] for value in values]


def _cell(sheet: Any, field: Field, value: Any) -> Any:
    """Return a value, or a cell where it needs a format; values alone are written faster."""
    if value is None or value == "":
        return None
    if field.name not in CODES and field.format not in (layout.DATE, layout.DEGREES):
        return appendable(sheet, value)
    cell = put(WriteOnlyCell(sheet), value)
    cell.number_format = field.format
    return cell


def _writers(catalog: Catalog, lang: Lang) -> Mapping[str, Write]:
    """Return how the cells of a column are written, where not as they are."""
    known = {**layout.answer_words(catalog, lang)}
    known[c.STATUS] = {**known[c.STATUS], "": known[c.STATUS][Status.NOT_REPORTED.value]}

    def word(texts: Mapping[str, str]) -> Write:
        return lambda code: texts.get(code, code)

    return {
        **{name: word(texts) for name, texts in known.items() if name != c.PROJECT},
        c.PERIOD: lambda period: layout.period_word(period, lang),
        **dict.fromkeys((c.LON, c.LAT), float),
        c.COST_VND: lambda vnd: None if vnd is None else vnd / MILLION,
        **dict.fromkeys((c.STARTED_ON, c.COMPLETED_ON), lambda date: date_words(date, lang)),
        c.VALID_FROM: _date,
        c.VALID_TO: _date,
        DAY: _date,
    }


def _date(text: str) -> dt.date | str:
    return dt.date.fromisoformat(text) if text else ""
