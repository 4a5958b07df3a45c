"""Which format a file of tables has, by what it holds: names lie, and Excel opens it all the same.

=============  ===================================================================================
`xlsx`         a workbook of Excel since 2007; `xlsx_strict` one saved as Strict Open XML
`xls`          a workbook of Excel 95 to 2003
`ods`          an OpenDocument spreadsheet, of LibreOffice
`xml_2003`     Excel's "XML Spreadsheet 2003"
`web_page`     HTML with tables
`archive`      a .zip of such files, as ODK hands them out: their sheets are those of one file
`text`         cells parted by semicolons, commas, tabs: CSV, and Excel's "Unicode Text"
=============  ===================================================================================
"""

import codecs
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from geo.archive import unpack
from mtqg_geo.loading.reading.csv import csv_table
from mtqg_geo.loading.reading.grid import BROKEN_ARCHIVE, Grid
from mtqg_geo.loading.reading.strict import FIRST_PART, STRICT, usual_copy
from mtqg_geo.loading.reading.web_page import ARCHIVE, web_page_tables
from mtqg_geo.loading.reading.written_xml import opendocument_tables, spreadsheet_2003_tables
from mtqg_geo.loading.reading.xls import old_workbook_tables
from mtqg_geo.loading.reading.xlsx import workbook_tables
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

TableFormat = Literal[
    "xlsx", "xlsx_strict", "xls", "ods", "xml_2003", "web_page", "archive", "text"
]
# How names of workbooks end, the usual ending first; WPS gives its own to two formats.
OF_EXCEL, OF_WPS = (".xlsx", ".xlsm", ".xltx", ".xltm"), (".et", ".ett")
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "xlsx": (*OF_EXCEL, *OF_WPS),
    "xlsx_strict": (*OF_EXCEL, *OF_WPS),
    "xls": (".xls", ".xlt", *OF_WPS),
    "ods": (".ods", ".fods"),
}
ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# How a workbook begins that stands in no compound file: by Excel 2 to 4, and by simple programs.
BEFORE_1995 = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# How papers, pictures, archives and layers begin that may have no zero byte, and then pass
# for CSV.
OTHERS = re.compile(
    r"%PDF-|%!PS|\{\\rtf|\{\s*\"|\x89PNG|\xff\xd8\xff|GIF8[79]a|Rar!|7z\xbc\xaf",
    re.IGNORECASE,
)
# The first element of a text with tags, behind what may stand before it.
FIRST_TAG = re.compile(
    r"(?P<xml><\?xml[^>]*>)?(?:\s|<\?[^>]*>|<!--.*?-->|<!(?!--)[^>\[]*(?:\[[^\]]*\])?[^>]*>)*+"
    r"<(?:[\w.-]+:)?(?P<name>[a-z][a-z\d]*)[\s/>]",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
OF_PAGES = frozenset(
    {"html", "head", "body", "table", "meta", "style", "title", "div", "p", "center", "font", "h1",
     "h2", "h3", "tr", "thead", "tbody"}
)  # fmt: skip
HEAD_BYTES = 8_192
OPEN_DOCUMENT = "opendocument.spreadsheet"
IN_ARCHIVES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
CONTENT_TYPES = "[Content_Types].xml"  # a part of all that Office writes, which may hold workbooks


def format_of(path: Path, file_name: str) -> TableFormat:
    """Return which format a file has.

    Raises
    ------
    LoadError
        If it holds no table of any kind that is read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(ZIP):
        return _of_archive(path, file_name)
    if head.startswith(COMPOUND):
        return "xls"
    if head.startswith(BEFORE_1995):
        said = {"file": file_name, "kind": "Excel 2–5"}
        raise coded(LoadError, "load_save_anew", **said)
    text = head.decode("utf-16", "replace") if head.startswith(UTF_16) else head.decode("latin-1")
    text = text.removeprefix("\ufeff").removeprefix(codecs.BOM_UTF8.decode("latin-1")).lstrip()
    tag = FIRST_TAG.match(text)
    name = tag["name"].lower() if tag else ""
    if name == "workbook":
        return "xml_2003"
    if name == "document" and OPEN_DOCUMENT in text:
        return "ods"
    if name in OF_PAGES or ARCHIVE.match(head):
        return "web_page"
    if OTHERS.match(text) or (tag and (tag["xml"] or "xmlns" in text)):
        raise coded(LoadError, "load_other_inside", file=file_name)
    return "text"


def _of_archive(path: Path, file_name: str) -> TableFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "content.xml" in names:
                kind = _begins(archive, "mimetype") if "mimetype" in names else b"spreadsheet"
                if b"spreadsheet" not in kind:
                    raise coded(LoadError, "load_other_inside", file=file_name)
                return "ods"
            if "encrypted-package" in names:  # LibreOffice since 24.8
                raise coded(LoadError, "load_password", file=file_name)
            if "xl/workbook.bin" in names:
                raise coded(LoadError, "load_save_anew", file=file_name, kind=".xlsb")
            if CONTENT_TYPES not in names and any(map(_is_table, names)):
                return "archive"
            is_workbook = any(name.startswith("xl/") for name in names)
            if not is_workbook and file_name.lower().endswith(".zip"):
                raise coded(LoadError, "load_zip_nothing", file=file_name)
            is_strict = FIRST_PART in names and STRICT in _begins(archive, FIRST_PART)
            return "xlsx_strict" if is_strict else "xlsx"
    except BROKEN_ARCHIVE as error:
        raise coded(LoadError, "load_broken_workbook", file=file_name) from error


def _is_table(name: str) -> bool:
    return name.lower().endswith(IN_ARCHIVES)


def _begins(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(HEAD_BYTES)


def grids_of(path: Path, file_name: str, kind: TableFormat, folder: Path) -> Iterator[Grid]:
    """Return the sheets of a file, read as the format it has.

    Parameters
    ----------
    folder
        A private one, for a copy where reading needs one.

    Raises
    ------
    LoadError
        For whatever is wrong with the file as a whole.
    """
    if kind == "text":
        return iter([Grid(file_name, 1, csv_table(path, file_name))])
    if kind == "archive":
        return _of_members(path, file_name, folder)
    if kind == "xlsx_strict":
        try:
            path = usual_copy(path, folder)
        except BROKEN_ARCHIVE as error:
            raise coded(LoadError, "load_broken_workbook", file=file_name) from error
        return workbook_tables(path, file_name)
    readers = {
        "xlsx": workbook_tables,
        "xls": old_workbook_tables,
        "ods": opendocument_tables,
        "xml_2003": spreadsheet_2003_tables,
        "web_page": web_page_tables,
    }
    return readers[kind](path, file_name)


def _of_members(path: Path, file_name: str, folder: Path) -> Iterator[Grid]:
    """Yield the sheets of an archive's tables, named by their files where these are several."""
    unpacked = unpack(path, file_name, folder / "unpacked", suffixes=IN_ARCHIVES)
    tables = [(member, place) for member, place in unpacked.items() if _is_table(member)]
    for number, (member, place) in enumerate(tables):
        name = member.rpartition("/")[2]
        kind = format_of(place, name)
        if kind == "archive":
            raise coded(LoadError, "load_other_inside", file=name)
        private = folder / f"member_{number}"
        private.mkdir()
        for grid in grids_of(place, name, kind, private):
            is_named = len(tables) == 1 or grid.name == name
            yield grid if is_named else grid._replace(name=f"{name}: {grid.name}")
