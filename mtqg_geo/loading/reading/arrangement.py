"""Which cells of a worksheet are merged, which rows and columns hidden.

Its quick reader does not tell. They are read from the bytes of its XML, piece by piece, so that a
large sheet costs no memory.
"""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from openpyxl.utils import column_index_from_string

from mtqg_geo.loading.sheets.table import MOST_ROWS, Merge
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

TAG = re.compile(rb"<(?:\w+:)?(row|col|mergeCell)\b([^>]*)>")
NUMBER = re.compile(rb"""(?:^|\s)r\s*=\s*["'](\d+)["']""")
HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
SPAN = re.compile(rb"""\s(min|max)\s*=\s*["'](\d{1,5})["']""")
RANGE = re.compile(rb"""\sref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
# What stands in a row and is no cell, such as a value outside of one: nobody reads it.
ASTRAY = re.compile(
    rb"(?:</(?:\w+:)?c>|<(?:\w+:)?c\b[^>]*/>|<(?:\w+:)?row\b[^>]*>)\s*"
    rb"<(?![!?]|/?(?:\w+:)?(?:c|row|sheetData|extLst)\b)"
)
MOST_COLUMNS = 16_384  # of a worksheet
MOST_MERGED = 200_000
CHUNK = 1 << 20


class Arrangement(NamedTuple):
    """The merged cells, the numbers of the hidden rows, the places of the hidden columns."""

    merged: list[Merge]
    rows: list[int]
    columns: list[int]


def arrangement(part: IO[bytes], file_name: str) -> Arrangement:
    """Return what is merged and hidden in a worksheet.

    Parameters
    ----------
    part
        The worksheet's XML.
    file_name
        What the person calls the file.

    Raises
    ------
    LoadError
        `load_too_much_memory` if it has more merged cells than any table; `load_broken_workbook` if
        something stands astray between its cells.

    Examples
    --------
    >>> import io
    >>> said = b'<col min="4" max="5" hidden="1"/><row r="2"/><row hidden="1"/>'
    >>> arrangement(io.BytesIO(said + b'</sheetData><mergeCell ref="B2:B3"/>'), "x.xlsx")
    Arrangement(merged=[Merge(top=2, left=1, bottom=3, right=1)], rows=[3], columns=[3, 4])
    """
    merged: list[Merge] = []
    hidden: list[int] = []
    columns: list[int] = []
    row = 0
    for kind, said in _tags(part, file_name):
        if kind == b"row":
            number = NUMBER.search(said)
            row = int(number[1]) if number else row + 1  # some programs do not number them
            if HIDDEN.search(said) and row <= MOST_ROWS:
                hidden.append(row)
        elif kind == b"col":
            if HIDDEN.search(said):
                ends = {name: int(number) for name, number in SPAN.findall(said)}
                columns += range(ends.get(b"min", 1) - 1, min(ends.get(b"max", 0), MOST_COLUMNS))
        elif found := RANGE.search(said):
            left, right = (
                column_index_from_string(each.decode()) - 1 for each in found.group(1, 3)
            )
            merged.append(Merge(int(found[2]), left, min(int(found[4]), MOST_ROWS), right))
            if len(merged) > MOST_MERGED:
                raise coded(LoadError, "load_too_much_memory", file=file_name)
    return Arrangement(merged, hidden, columns)


def _tags(part: IO[bytes], file_name: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and attributes of the tags that matter; a tag may be cut between two pieces."""
    rest = b""
    while chunk := part.read(CHUNK):
        text = rest + chunk
        if ASTRAY.search(text):
            raise coded(LoadError, "load_broken_workbook", file=file_name)
        end = text.rfind(b"<")
        rest = text[end:] if end >= 0 else b""
        yield from TAG.findall(text, 0, max(end, 0))
    yield from TAG.findall(rest)
