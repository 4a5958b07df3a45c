"""Workbooks of Excel 95 to 2003 (.xls): their cells, and what the library leaves out of them.

calamine gives values and dates. It does not say which numbers are percentages, so that 5 % would
come in as 0.05, leaves cells with an error empty, and shows rows and columns that are hidden: those
are looked up in the records themselves ([MS-XLS]), which stand in one stream of a compound file
([MS-CFB]).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from mtqg_geo.loading.reading.grid import MOST_SHEETS, Cell, Grid, grid_of, refuse_far, written
from mtqg_geo.loading.sheets.table import MOST_COLUMNS, Merge
from mtqg_geo.loading.sheets.words import clean
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

_RING = "sectors that follow each other in a ring"  # the library would go round for ever
NO_SECTOR = 0xFFFFFFFA  # from here on, a number of a sector says that there is none
ENCRYPTED = "EncryptedPackage"  # a workbook of a later Excel with a password
WORKBOOKS = ("Workbook", "Book")  # the stream of Excel 97 and later, and of Excel 95
BEGIN, END, SHEET, PASSWORD = 0x0809, 0x000A, 0x0085, 0x002F
FORMAT, STYLE, ROW, COLUMNS = 0x041E, 0x00E0, 0x0208, 0x007D
NUMBER, SHORT_NUMBER, SHORT_NUMBERS, FORMULA, ERROR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
EXTENT, MOST_LINES, MOST_PLACES = 0x0200, 1 << 16, 1 << 8
WINDOW = 0x023E  # with which the part of a sheet begins that holds no cells
SIZES = {NUMBER: 14, SHORT_NUMBER: 10, ROW: 16, ERROR: 8, 0x00FD: 10, 0x0201: 6}
CELLS = {*SIZES, FORMULA, SHORT_NUMBERS, 0x00BE, 0x00D6, 0x0204} - {ROW}
# What stands from the first row on, with its cells, up to there ([MS-XLS] 2.1.7.20.5): cells and
# what belongs to them, drawings and notes, pivot tables, what later versions added, and what some
# programs write before the window and not behind it, such as merged cells.
WITH_CELLS = frozenset(
    {*CELLS, ROW, 0x0207, 0x0221, 0x0236, 0x04BC, 0x005E,
     0x003C, 0x00D7, 0x01C2, 0x001C, 0x005D, 0x00EC, 0x01B6, 0x0050, 0x0051, 0x0052, 0x01B5,
     0x00E5, 0x001D, 0x0041, 0x00A0, 0x00EF, 0x015F, 0x01B0, 0x01B1, 0x01B2, 0x01B8, 0x01BE,
     *range(0x00B0, 0x00BD), *range(0x00C5, 0x00D6), *range(0x00F0, 0x00FC), *range(0x0100, 0x0105),
     *range(0x0850, 0x08D0)}
)  # fmt: skip
PERCENT_FORMATS = (9, 10)  # "0%" and "0.00%" are built in, and not written down
ROW_IS_HIDDEN, COLUMNS_ARE_HIDDEN = 0x20, 0x01
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip


def old_workbook_tables(path: Path, file_name: str) -> Iterator[Grid]:
    """Yield each sheet that holds something; hidden ones without their cells.

    Raises
    ------
    LoadError
        If the file has a password, is no workbook, or a cell stands too far out.
    """
    try:
        data = path.read_bytes()
        marks = _marks(_stream(data))
        book = CalamineWorkbook.from_filelike(BytesIO(data))  # the name may have any ending
    except PasswordError as error:
        raise coded(LoadError, "load_password", file=file_name) from error
    except MemoryError:
        raise
    except Exception as error:  # a broken file meets whatever it stumbles over
        raise coded(LoadError, "load_broken_workbook", file=file_name) from error
    if len(book.sheet_names) > MOST_SHEETS:
        raise coded(LoadError, "load_many_sheets", file=file_name, count=len(book.sheet_names))
    if len(marks) != len(book.sheet_names):
        raise coded(LoadError, "load_broken_workbook", file=file_name)
    for number, (said, mark) in enumerate(zip(book.sheets_metadata, marks, strict=True)):
        name = clean(said.name)
        if said.typ is not SheetTypeEnum.WorkSheet:
            continue
        if said.visible is not SheetVisibleEnum.Visible:
            yield grid_of(name, {})
            continue
        sheet = book.get_sheet_by_index(number)
        if rows := _rows(sheet, name, mark):
            merged = [
                Merge(top + 1, left, bottom + 1, right)
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            ]
            hidden = [row + 1 for row in sorted(mark.hidden)]
            columns = sorted(mark.hidden_columns)
            yield grid_of(name, rows, merged=merged, hidden=hidden, hidden_columns=columns)


@dataclass
class _Marks:
    """What the library does not tell of a sheet: cells by row and place, from 0."""

    percent: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def _rows(sheet: Any, name: str, marks: _Marks) -> dict[int, list[Cell]]:
    rows: dict[int, list[Cell]] = {}
    if sheet.start is None:
        return rows
    (first_row, first_place), (last_row, last_place) = sheet.start, sheet.end
    refuse_far(name, last_row + 1, last_place)
    for row, values in enumerate(sheet.to_python(), start=first_row):
        found = []
        for place, value in enumerate(values, start=first_place):
            shown = marks.errors.get((row, place), "") if value == "" else value
            cell = written(shown, is_percent=(row, place) in marks.percent)
            if cell[0]:
                found.append((place, *cell))
        if found:
            rows[row + 1] = found
    return rows


def _stream(data: bytes) -> bytes:
    """Return the stream of the workbook out of a compound file.

    Raises
    ------
    PasswordError
        If it holds an encrypted workbook of a later Excel.
    StopIteration
        If it holds no workbook.
    ValueError
        If sectors follow each other in a ring.
    """
    size = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)
    (listing_start,) = struct.unpack_from("<I", data, 48)
    next_list, n_lists = struct.unpack_from("<2I", data, 68)
    parts = list(struct.unpack_from("<109I", data, 76))

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    def numbers(number: int) -> tuple[int, ...]:
        return struct.unpack(f"<{size // 4}I", sector(number))

    for _ in range(min(n_lists, len(data) // size)):
        *listed, next_list = numbers(next_list)
        parts += listed
    following = [each for part in parts if part < NO_SECTOR for each in numbers(part)]

    def chain(at: int, following: Sequence[int]) -> list[int]:
        found: list[int] = []
        while at < NO_SECTOR:
            found.append(at)
            if len(found) > len(following):
                raise ValueError(_RING)
            at = following[at]
        return found

    def joined(at: int) -> bytes:
        return b"".join(sector(each) for each in chain(at, following))

    entries, listing = {}, joined(listing_start)
    (least,), (small_start,) = (struct.unpack_from("<I", data, at) for at in (56, 60))
    small = joined(small_start)
    following_small = struct.unpack(f"<{len(small) // 4}I", small)
    for at in range(0, len(listing), 128):
        (name_size,) = struct.unpack_from("<H", listing, at + 64)
        name = listing[at : at + max(name_size - 2, 0)].decode("utf-16-le", "replace")
        start, length = entries[name] = struct.unpack_from("<2I", listing, at + 116)
        if length:  # at first place stand all the small ones together
            chain(start, following if length >= least or not at else following_small)
    if ENCRYPTED in entries:
        raise PasswordError
    start, length = next(entries[name] for name in WORKBOOKS if name in entries)
    return joined(start)[:length]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of the records from a place to the end of the part it begins.

    Raises
    ------
    ValueError
        If it does not end, or zeros stand where a record should begin: the library passes over them
        and gives the rows that are left.
    """
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        if not kind:
            break
        depth += (kind == BEGIN) - (kind == END)
        if depth == 1:  # deeper are charts
            yield kind, stream[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length
    msg = f"no record at {at}"
    raise ValueError(msg)


def _marks(stream: bytes) -> list[_Marks]:
    """Return what the records say of each sheet, in the order of the workbook."""
    percent_formats, styles, starts = {*PERCENT_FORMATS}, [], []
    for kind, said in _records(stream, 0):
        if kind == PASSWORD:
            raise PasswordError
        if kind == SHEET:
            starts.append(struct.unpack_from("<I", said)[0])
        elif kind == FORMAT and b"%" in said[2:]:
            percent_formats.add(struct.unpack_from("<H", said)[0])
        elif kind == STYLE:
            styles.append(struct.unpack_from("<H", said, 2)[0])
    percent = {number for number, each in enumerate(styles) if each in percent_formats}
    return [_of_sheet(stream, start, percent) for start in islice(starts, MOST_SHEETS + 1)]


def _of_sheet(stream: bytes, start: int, percent: set[int]) -> _Marks:
    """Return what the records of a sheet say of it.

    Raises
    ------
    ValueError
        If a record stands where it cannot, which the library passes over, or the sheet's own word
        of its size is none, for which the library takes any memory.
    """
    marks = _Marks()
    have_begun = have_ended = False
    for kind, said in _records(stream, start):
        have_begun |= kind in SIZES
        have_ended |= kind == WINDOW
        fits = kind not in SIZES if have_ended else kind in WITH_CELLS or not have_begun
        if kind == EXTENT:
            form = "<2I2H" if len(said) == 14 else "<4H"
            top, bottom, left, right = struct.unpack_from(form, said)
            fits = top <= bottom <= MOST_LINES and left <= right <= MOST_PLACES
        elif kind in CELLS:  # a cell far out takes the memory of all up to it
            fits &= struct.unpack_from("<H", said, 2)[0] < MOST_PLACES
        if not fits or len(said) != SIZES.get(kind, len(said)):
            msg = f"a record {kind:#x} of {len(said)} bytes where it cannot be"
            raise ValueError(msg)
        if kind == ROW and said[12] & ROW_IS_HIDDEN:
            marks.hidden.add(struct.unpack_from("<H", said)[0])
        elif kind == COLUMNS and said[8] & COLUMNS_ARE_HIDDEN:
            first, last = struct.unpack_from("<2H", said)
            marks.hidden_columns.update(range(first, min(last, MOST_COLUMNS) + 1))
        elif kind == SHORT_NUMBERS:
            row, place = struct.unpack_from("<2H", said)
            for number, at in enumerate(range(4, len(said) - 2, 6)):
                if struct.unpack_from("<H", said, at)[0] in percent:
                    marks.percent.add((row, place + number))
        elif kind in (NUMBER, SHORT_NUMBER, FORMULA, ERROR):
            row, place, style = struct.unpack_from("<3H", said)
            if style in percent:
                marks.percent.add((row, place))
            if kind == FORMULA and said[6] == 2 and said[12:14] == b"\xff\xff":
                marks.errors[row, place] = ERRORS.get(said[8], "#N/A")
            elif kind == ERROR and said[7]:
                marks.errors[row, place] = ERRORS.get(said[6], "#N/A")
    return marks
