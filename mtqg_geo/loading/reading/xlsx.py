"""A workbook's visible sheets as tables of texts, with caps on everything a stranger can inflate.

A cell far away, a zip bomb or a sheet of a million empty formatted rows must cost nothing but a
sentence. Formulas are never calculated: what counts is the result the spreadsheet kept.
"""

import datetime as dt
import math
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils import get_column_letter

from mtqg_geo.loading.sheets.table import (
    MOST_COLUMNS,
    MOST_ROWS,
    STORED_NUMBER,
    STORED_PERCENT,
    TEXT,
)
from mtqg_geo.loading.sheets.words import clean
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

MOST_UNPACKED_BYTES = 300_000_000
MOST_PARTS = 2_000
MOST_SHEETS = 100
MOST_ROWS_OF_EXCEL = 1_048_576
SHEETS = "xl/worksheets/"
CHUNK = 1 << 20
DIGITS = 15  # of a number, as many as a spreadsheet shows

Cell = tuple[int, str, bool, bool]  # place, text, stored as number, with a percent format


def workbook_tables(path: Path, file_name: str) -> Iterator[tuple[str, int, pa.Table]]:
    """Yield name, first row and table of each sheet that holds something; hidden ones without it.

    Raises
    ------
    LoadError
        If the file is no workbook, unpacks to too much, or a cell stands too far out.
    """
    has_formulas = _checked_parts(path, file_name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that we do not read, such as drop-down lists
        book = _opened(path, file_name, results=True)
        written = _opened(path, file_name, results=False) if has_formulas else None
        if len(book.worksheets) > MOST_SHEETS:
            count = len(book.worksheets)
            raise coded(LoadError, "load_many_sheets", file=file_name, count=count)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                yield clean(sheet.title), 1, pa.table({})
                continue
            twin = written[sheet.title] if written is not None else None
            try:
                rows = _rows(sheet, twin)
            except (MemoryError, LoadError):
                raise
            except Exception as error:
                raise coded(LoadError, "load_broken_workbook", file=file_name) from error
            if rows:
                yield clean(sheet.title), min(rows), _table(rows)


def _checked_parts(path: Path, file_name: str) -> bool:
    """Refuse what is no workbook or too much of one; say whether it holds formulas."""
    if not DEFUSEDXML:  # without it, entities in the XML are not refused
        msg = "defusedxml is not installed."
        raise ModuleNotFoundError(msg)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
                most = MOST_UNPACKED_BYTES // 1_000_000
                raise coded(LoadError, "load_unpacks_large", file=file_name, most=most)
            if len(parts) > MOST_PARTS or not any(
                part.filename.startswith("xl/") for part in parts
            ):
                raise coded(LoadError, "load_other_inside", file=file_name)
            sheets = [part.filename for part in parts if part.filename.startswith(SHEETS)]
            return any(_holds_formula(archive, name) for name in sheets)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise coded(LoadError, "load_broken_workbook", file=file_name) from error


def _holds_formula(archive: zipfile.ZipFile, name: str) -> bool:
    before = b""
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            text = before + chunk
            if b"<f>" in text or b"<f " in text:
                return True
            before = chunk[-2:]
    return False


def _opened(path: Path, file_name: str, *, results: bool) -> Any:
    try:
        return load_workbook(path, read_only=True, data_only=results, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl meets a broken part with whatever it stumbles over
        raise coded(LoadError, "load_broken_workbook", file=file_name) from error


def _rows(sheet: Any, twin: Any | None) -> dict[int, list[Cell]]:
    """Return the cells of each row that holds something, by row number.

    `twin` is the same sheet with formulas instead of results, if the workbook has any.
    """
    sheet.reset_dimensions()  # what the file says of its size may be wrong by any factor
    rows: dict[int, list[Cell]] = {}
    unsaved = _formulas(twin) if twin is not None else {}
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        found = [
            (place, *written)
            for place, cell in enumerate(cells)
            if (written := _written(cell, unsaved.get((row, place), "")))[0]
        ]
        if found or row > MOST_ROWS_OF_EXCEL:
            _refuse_far(sheet, row, found[-1][0] if found else 0)
            rows[row] = found
    return rows


def _formulas(twin: Any) -> dict[tuple[int, int], str]:
    """Return every formula by row and place."""
    twin.reset_dimensions()
    return {
        (row, place): str(getattr(cell.value, "text", None) or cell.value)
        for row, cells in enumerate(twin.iter_rows(), start=1)
        for place, cell in enumerate(cells)
        if cell.data_type == "f"
    }


def _written(cell: Any, formula: str) -> tuple[str, bool, bool]:
    """Return a cell's text, whether it was stored as a number and whether as a percentage."""
    value = cell.value
    if value is None:
        # A formula that gave an empty text says so by its type; one never calculated does not.
        return (formula if cell.data_type == "n" else ""), False, False
    if isinstance(value, bool):
        return str(value).upper(), False, False
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return str(value), False, False
        return _number_text(value), True, "%" in (cell.number_format or "")
    if isinstance(value, dt.datetime):
        at_midnight = value.time() == dt.time()
        return (value.date() if at_midnight else value).isoformat(), False, False
    return str(value), False, False


def _number_text(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    tidy = float(f"{value:.{DIGITS}g}")
    return str(int(tidy)) if tidy.is_integer() and abs(tidy) < 10**DIGITS else repr(tidy)


def _refuse_far(sheet: Any, row: int, place: int) -> None:
    if row > MOST_ROWS or place >= MOST_COLUMNS:
        raise coded(
            LoadError,
            "load_far_cell",
            sheet=clean(sheet.title),
            cell=f"{get_column_letter(place + 1)}{row}",
            rows=MOST_ROWS,
            columns=MOST_COLUMNS,
        )


def _table(rows: dict[int, list[Cell]]) -> pa.Table:
    """Return rows from the first to the last one that hold something, column by column."""
    first, last = min(rows), max(rows)
    width = 1 + max(cell[0] for cells in rows.values() for cell in cells)
    height = last - first + 1
    texts = [[""] * height for _ in range(width)]
    stored = [[False] * height for _ in range(width)]
    percent = [[False] * height for _ in range(width)]
    for row, cells in rows.items():
        for place, text, is_number, is_percent in cells:
            texts[place][row - first] = text
            stored[place][row - first] = is_number
            percent[place][row - first] = is_percent
    return pa.table(
        {
            **_named(TEXT, texts, pa.string()),
            **_named(STORED_NUMBER, stored, pa.bool_()),
            **_named(STORED_PERCENT, percent, pa.bool_()),
        }
    )


def _named(start: str, columns: Sequence[list[Any]], kind: pa.DataType) -> dict[str, pa.Array]:
    return {f"{start}{place}": pa.array(column, kind) for place, column in enumerate(columns)}
