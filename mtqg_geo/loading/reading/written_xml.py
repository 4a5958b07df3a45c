"""Workbooks that are XML: OpenDocument (.ods) of LibreOffice, and Excel's "XML Spreadsheet 2003".

Each is read as it streams by, a row at a time, with entities refused. Names are compared without
their namespaces: programs that write these files by hand often leave them out.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from mtqg_geo.loading.reading.grid import (
    BROKEN_ARCHIVE,
    MOST_SHEETS,
    Cell,
    Grid,
    grid_of,
    refuse_far,
    written,
)
from mtqg_geo.loading.reading.xlsx import MOST_UNPACKED_BYTES
from mtqg_geo.loading.sheets.table import MOST_COLUMNS, MOST_ROWS, Merge
from mtqg_geo.loading.sheets.words import clean
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
BESIDE = ("annotation", "note")  # what is pinned to a cell is not written in it


def opendocument_tables(path: Path, file_name: str) -> Iterator[Grid]:
    """Yield each sheet of an OpenDocument that holds something; hidden ones without their cells.

    Raises
    ------
    LoadError
        If the file has a password, is damaged, unpacks to too much or a cell stands too far out.
    """
    try:
        if not zipfile.is_zipfile(path):  # all in one file (.fods)
            with path.open("rb") as content:
                yield from _few(_opendocument(content), file_name)
            return
        with zipfile.ZipFile(path) as archive:
            parts = {part.filename: part.file_size for part in archive.infolist()}
            if parts[CONTENT] + parts.get(MANIFEST, 0) > MOST_UNPACKED_BYTES:
                most = MOST_UNPACKED_BYTES // 1_000_000
                raise coded(LoadError, "load_unpacks_large", file=file_name, most=most)
            if MANIFEST in parts and b"encryption-data" in archive.read(MANIFEST):
                raise coded(LoadError, "load_password", file=file_name)
            with archive.open(CONTENT) as content:
                yield from _few(_opendocument(content), file_name)
    except (ParseError, DefusedXmlException, *BROKEN_ARCHIVE) as error:
        raise coded(LoadError, "load_broken_workbook", file=file_name) from error


def spreadsheet_2003_tables(path: Path, file_name: str) -> Iterator[Grid]:
    """Yield each sheet of an "XML Spreadsheet 2003"; see `opendocument_tables`."""
    try:
        with path.open("rb") as content:
            yield from _few(_spreadsheet_2003(content), file_name)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise coded(LoadError, "load_broken_workbook", file=file_name) from error


def _few(sheets: Iterator[Grid], file_name: str) -> Iterator[Grid]:
    for number, sheet in enumerate(sheets, start=1):
        if number > MOST_SHEETS:
            raise coded(LoadError, "load_many_sheets", file=file_name, count=number)
        yield sheet


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _said(element: Element) -> dict[str, str]:
    """Return the attributes of an element by their names alone."""
    return {_local(name): value for name, value in element.items()}


def _count(said: dict[str, str], name: str, usual: int = 1) -> int:
    """Return a number of an attribute, which is never below 1."""
    return max(int(said.get(name, usual)), 1)


@dataclass
class _Sheet:
    """What was read of a sheet so far, and the number of the next row."""

    name: str = ""
    is_shown: bool = True
    row: int = 1
    rows: dict[int, list[Cell]] = field(default_factory=dict)
    merged: list[Merge] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    columns: int = 0  # that were described so far
    hidden_columns: list[int] = field(default_factory=list)

    def describe(self, first: int, count: int, *, is_hidden: bool) -> None:
        """Take down what is said of some columns."""
        self.columns = min(first + count, MOST_COLUMNS)
        if is_hidden:
            self.hidden_columns += range(first, self.columns)

    def take(
        self, cells: Sequence[tuple[Cell, int, int]], *, repeated: int, is_hidden: bool
    ) -> None:
        """Take down a row, each cell with how many more rows and columns it reaches over."""
        last = self.row + repeated - 1
        filled = [cell for cell, _, _ in cells if cell[1]]
        if filled:
            refuse_far(self.name, last, max(cell[0] for cell in filled))
            self.rows |= dict.fromkeys(range(self.row, last + 1), filled)
        self.merged += [
            Merge(self.row, place, min(self.row + down, MOST_ROWS), place + across)
            for (place, *_), down, across in cells
            if down or across
        ]
        if is_hidden:
            self.hidden += range(self.row, min(last, MOST_ROWS) + 1)
        self.row = last + 1

    def grids(self) -> Iterator[Grid]:
        """Yield the sheet if it holds something; a hidden one without its cells."""
        if self.rows or not self.is_shown:
            rows = self.rows if self.is_shown else {}
            hidden = {"hidden": self.hidden, "hidden_columns": self.hidden_columns}
            yield grid_of(self.name, rows, merged=self.merged, **hidden)


def _opendocument(content: IO[bytes]) -> Iterator[Grid]:
    hidden: set[str] = set()
    sheet, depth = _Sheet(), 0
    for event, element in iterparse(content, ("start", "end")):
        tag = _local(element.tag)
        if event == "start":
            if tag == "table":
                depth += 1
                if depth == 1:  # deeper is a table inside a cell
                    said = _said(element)
                    is_shown = said.get("style-name") not in hidden
                    sheet = _Sheet(clean(said.get("name", "")), is_shown)
        elif tag == "style":
            if any(_said(each).get("display") == "false" for each in element):
                hidden.add(_said(element).get("name", ""))
        elif tag == "table-column" and depth == 1:
            said = _said(element)
            count, is_hidden = _count(said, "number-columns-repeated"), _is_hidden(said)
            sheet.describe(sheet.columns, count, is_hidden=is_hidden)
        elif tag == "table-row" and depth == 1:
            said = _said(element)
            sheet.take(
                _opendocument_cells(element, sheet),
                repeated=_count(said, "number-rows-repeated"),
                is_hidden=_is_hidden(said),
            )
            element.clear()
        elif tag == "table":
            depth -= 1
            if depth == 0:
                yield from sheet.grids()


def _is_hidden(said: dict[str, str]) -> bool:
    return said.get("visibility") in ("collapse", "filter")


def _opendocument_cells(row: Element, sheet: _Sheet) -> list[tuple[Cell, int, int]]:
    found: list[tuple[Cell, int, int]] = []
    place = 0
    for cell in row:
        tag, said = _local(cell.tag), _said(cell)
        repeated = _count(said, "number-columns-repeated")
        if tag == "table-cell":
            shown = _opendocument_value(cell, said)
            down, across = (
                _count(said, f"number-{each}-spanned") - 1 for each in ("rows", "columns")
            )
            if shown[0]:
                refuse_far(sheet.name, sheet.row, place + repeated - 1)
                found += [((place + each, *shown), down, across) for each in range(repeated)]
        place += repeated if tag in ("table-cell", "covered-table-cell") else 0
    return found


def _opendocument_value(cell: Element, said: dict[str, str]) -> tuple[str, bool, bool]:
    kind = said.get("value-type", "")
    if kind in ("float", "percentage", "currency"):
        return written(float(said["value"]), is_percent=kind == "percentage")
    if kind == "date":
        return written(_moment(said["date-value"]))
    if kind == "time" and (parts := DURATION.fullmatch(said.get("time-value", ""))):
        return ":".join(part.zfill(2) for part in parts.groups()), False, False
    if kind == "boolean":
        return said["boolean-value"].upper(), False, False
    text = "\n".join(_text(each) for each in cell if _local(each.tag) == "p")
    # One never calculated has neither a kind nor a text.
    formula = "" if kind or text else said.get("formula", "").partition("=")[2]
    return (f"={formula}" if formula else text), False, False


def _text(element: Element) -> str:
    """Return what is written in a paragraph; spaces and line breaks in it are elements."""
    parts = [element.text or ""]
    for each in element:
        tag = _local(each.tag)
        if tag in ("s", "tab", "line-break"):
            parts.append(" ")
        elif tag not in BESIDE:
            parts.append(_text(each))
        parts.append(each.tail or "")
    return "".join(parts)


def _moment(text: str) -> dt.datetime | str:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return text


def _spreadsheet_2003(content: IO[bytes]) -> Iterator[Grid]:
    percent: set[str] = set()
    sheet, columns, style, is_in_table = _Sheet(), dict[int, str](), "", False
    for event, element in iterparse(content, ("start", "end")):
        tag, said = _local(element.tag), _said(element)
        if event == "start":
            if tag == "Worksheet":
                sheet = _Sheet(clean(said.get("Name", "")))
            elif tag == "Table":
                columns, style, is_in_table = {}, said.get("StyleID", ""), True
            elif tag == "Row" and not is_in_table:
                msg = "a row outside of every table"
                raise ValueError(msg)
        elif tag == "Style":
            formats = (_said(each).get("Format", "") for each in element)
            if any("%" in each or each == "Percent" for each in formats):
                percent.add(said.get("ID", ""))
        elif tag == "Column":
            first = _count(said, "Index", max(columns, default=-1) + 2) - 1
            wide = min(_more(said, "Span") + 1, MOST_COLUMNS)
            columns |= dict.fromkeys(range(first, first + wide), said.get("StyleID", style))
            sheet.describe(first, wide, is_hidden=said.get("Hidden") == "1")
        elif tag == "Row":
            sheet.row = _count(said, "Index", sheet.row)
            own = dict[int, str]() if "StyleID" in said else columns
            sheet.take(
                _cells_2003(element, own, said.get("StyleID", style), percent),
                repeated=1,
                is_hidden=said.get("Hidden") == "1",
            )
            sheet.row += _more(said, "Span")
            element.clear()
        elif tag == "Table":
            is_in_table = False
        elif tag == "Visible":
            sheet.is_shown = (element.text or "").strip() not in ("SheetHidden", "SheetVeryHidden")
        elif tag == "Worksheet":
            yield from sheet.grids()


def _more(said: dict[str, str], name: str) -> int:
    """Return over how many more rows or columns something reaches."""
    return max(int(said.get(name, "0")), 0)


def _cells_2003(
    row: Element, styles: dict[int, str], style: str, percent: set[str]
) -> list[tuple[Cell, int, int]]:
    found: list[tuple[Cell, int, int]] = []
    place = 0
    for cell in row:
        said = _said(cell)
        place = _count(said, "Index", place + 1)
        own = said.get("StyleID", styles.get(place - 1, style))
        data = next((each for each in cell if _local(each.tag) == "Data"), None)
        shown = _value_2003(data, said.get("Formula", ""), is_percent=own in percent)
        across = _more(said, "MergeAcross")
        if shown[0]:
            found.append(((place - 1, *shown), _more(said, "MergeDown"), across))
        place += across
    return found


def _value_2003(data: Element | None, formula: str, *, is_percent: bool) -> tuple[str, bool, bool]:
    if data is None:
        return formula, False, False
    kind, text = _said(data).get("Type", "String"), "".join(data.itertext())
    if kind == "Number":
        return written(float(text), is_percent=is_percent)
    if kind == "DateTime":
        return written(_moment(text.strip()))
    if kind == "Boolean":
        return ("FALSE" if text.strip() == "0" else "TRUE"), False, False
    return text, False, False
