"""Workbooks as the tests of loading write, fill in and read them."""

import io
from pathlib import Path
from unittest import mock

import openpyxl

import geo.io
from mtqg_geo.loading.reading.cells import read_sheets
from mtqg_geo.loading.reading.layers import read_layer
from mtqg_geo.loading.reading.xlsx import workbook_tables
from mtqg_geo.loading.sheets.headings import understand
from mtqg_geo.loading.sheets.layout import OWN_SHEETS
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.upload import READERS


def opened(content):
    """Open a workbook from its bytes."""
    return openpyxl.load_workbook(io.BytesIO(content))


def as_bytes(book):
    """Return the file of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def written(rows, *, title="Trang 1"):
    """Return the file of a workbook with one sheet of the given rows."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return as_bytes(book)


def sheets_of(content, folder, name="tệp.xlsx"):
    """Read a file as the loading does; our own sheets are passed over."""
    path = Path(folder) / f"given{Path(name).suffix}"
    path.write_bytes(content)
    return [sheet for sheet in read_sheets(path, name) if sheet.name not in OWN_SHEETS]


def sheets_here(content, folder, *, only=""):
    """Read a workbook of our own in this process, which is faster."""
    from mtqg_geo.loading.reading.cells import _part
    from mtqg_geo.loading.sheets.table import STORED_NUMBER, STORED_PERCENT, TEXT, Sheet

    path = Path(folder) / "given.xlsx"
    path.write_bytes(content)
    return [
        Sheet(name, first, _part(table, TEXT), *(_part(table, s) for s in (STORED_NUMBER, STORED_PERCENT)))
        for name, first, table, *_ in workbook_tables(path, "given.xlsx")
        if name not in OWN_SHEETS and only in name
    ]  # fmt: skip


def read_as(reader, sheet, data, **options):
    """Read a sheet with the reader of its kind."""
    return reader(Draft(sheet, understand(sheet, data.catalog), data, **options))


def layer_table(path, data, *, file_name="", kind=None, **options):
    """Read a layer as sites or roads, in this process: the child that reads it has its own tests."""
    with mock.patch("mtqg_geo.loading.reading.layers.read_untrusted", geo.io.read_layer):
        [(sheet, headings)] = read_layer(path, data, file_name=file_name, kind=kind).sheets
    return READERS[headings.kind](Draft(sheet, headings, data, **options))


def told(notes):
    """Return which row and code each error or warning has."""
    return [(note.row, note.code) for note in notes]
