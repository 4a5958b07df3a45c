"""A workbook's visible sheets as tables of texts, with caps on everything a stranger can inflate.

A cell far away, a zip bomb or a sheet of a million empty formatted rows must cost nothing but a
sentence. Formulas are never calculated: what counts is the result the spreadsheet kept.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from openpyxl import DEFUSEDXML, load_workbook

from mtqg_geo.loading.reading.arrangement import arrangement
from mtqg_geo.loading.reading.grid import (
    BROKEN_ARCHIVE,
    MOST_SHEETS,
    Cell,
    Grid,
    grid_of,
    refuse_far,
    written,
)
from mtqg_geo.loading.sheets.words import clean
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

MOST_UNPACKED_BYTES = 300_000_000
MOST_PARTS = 2_000
MOST_ROWS_OF_EXCEL = 1_048_576
SHEETS = "xl/worksheets/"
CHUNK = 1 << 20
SCALED = re.compile(r"[0#?],+(?![,0#?])")  # commas behind the last digit, a thousand each


def workbook_tables(path: Path, file_name: str) -> Iterator[Grid]:
    """Yield each sheet that holds something; hidden ones without their cells.

    Raises
    ------
    LoadError
        If the file is no workbook, unpacks to too much, or a cell stands too far out.
    """
    has_formulas = _checked_parts(path, file_name)
    with warnings.catch_warnings(), ExitStack() as opened:
        warnings.simplefilter("ignore")  # of parts that we do not read, such as drop-down lists
        book, formulas = _opened(path, file_name, opened, results=True), None
        if has_formulas:
            formulas = _opened(path, file_name, opened, results=False)
        if len(book.worksheets) > MOST_SHEETS:
            count = len(book.worksheets)
            raise coded(LoadError, "load_many_sheets", file=file_name, count=count)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                yield grid_of(clean(sheet.title), {})
                continue
            twin = formulas[sheet.title] if formulas is not None else None
            try:
                scaled: set[int] = set()
                rows = _rows(sheet, twin, scaled)
            except (MemoryError, LoadError):
                raise
            except Exception as error:
                raise coded(LoadError, "load_broken_workbook", file=file_name) from error
            if rows:
                with sheet._get_source() as part:
                    said = arrangement(part, file_name)
                beside = {"hidden": said.rows, "hidden_columns": said.columns}
                grid = grid_of(clean(sheet.title), rows, merged=said.merged, **beside)
                yield grid._replace(scaled=sorted(scaled))


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
    except BROKEN_ARCHIVE as error:
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


def _opened(path: Path, file_name: str, opened: ExitStack, *, results: bool) -> Any:
    """Open a workbook whose name may have any ending; openpyxl would go by that of a path."""
    file = opened.enter_context(path.open("rb"))
    try:
        book = load_workbook(file, read_only=True, data_only=results, keep_links=False)
        return opened.enter_context(closing(book))
    except MemoryError:
        raise
    except Exception as error:  # openpyxl meets a broken part with whatever it stumbles over
        raise coded(LoadError, "load_broken_workbook", file=file_name) from error


def _rows(sheet: Any, twin: Any | None, scaled: set[int]) -> dict[int, list[Cell]]:
    """Return the cells of each row that holds something, by row number.

    `twin` is the same sheet with formulas instead of results, if the workbook has any. To `scaled`
    come the places of columns that show numbers in thousands or millions.
    """
    sheet.reset_dimensions()  # what the file says of its size may be wrong by any factor
    rows: dict[int, list[Cell]] = {}
    unsaved = _formulas(twin) if twin is not None else {}
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        found = [
            (place, *said)
            for place, cell in enumerate(cells)
            if (said := _written(cell, unsaved.get((row, place), "")))[0]
        ]
        if found or row > MOST_ROWS_OF_EXCEL:
            refuse_far(clean(sheet.title), row, found[-1][0] if found else 0)
            rows[row] = found
            formats = ((each[0], cells[each[0]].number_format) for each in found if each[2])
            scaled.update(place for place, shown_as in formats if _is_scaled(shown_as or ""))
    return rows


@lru_cache
def _is_scaled(number_format: str) -> bool:
    """Say whether a format shows a number smaller than it is.

    >>> _is_scaled("#,##0,,"), _is_scaled("#,##0.00"), _is_scaled('0.0,"k"')
    (True, False, True)
    """
    return SCALED.search(number_format) is not None


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
    return written(value, is_percent="%" in (cell.number_format or ""))
