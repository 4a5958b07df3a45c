"""Which cells of a worksheet are merged and which rows hidden: its quick reader does not tell.

Both are read from the bytes of its XML, piece by piece, so that a large sheet costs no memory.
"""

import re
from collections.abc import Iterator
from typing import IO

from openpyxl.utils import column_index_from_string

from mtqg_geo.loading.sheets.table import MOST_ROWS, Merge
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

TAG = re.compile(rb"<(?:\w+:)?(row|mergeCell)\b([^>]*)>")
NUMBER = re.compile(rb"""(?:^|\s)r\s*=\s*["'](\d+)["']""")
HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
RANGE = re.compile(rb"""\sref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
MOST_MERGED = 200_000
CHUNK = 1 << 20


def arrangement(part: IO[bytes], file_name: str) -> tuple[list[Merge], list[int]]:
    """Return the merged cells of a worksheet, and the numbers of its hidden rows.

    Parameters
    ----------
    part
        The worksheet's XML.
    file_name
        What the person calls the file.

    Raises
    ------
    LoadError
        `load_too_much_memory` if it has more merged cells than any table.

    Examples
    --------
    >>> import io
    >>> rows = b'<row r="2"/><row hidden="1"/><mergeCell ref="B2:B3"/>'
    >>> arrangement(io.BytesIO(rows), "x.xlsx")
    ([Merge(top=2, left=1, bottom=3, right=1)], [3])
    """
    merged: list[Merge] = []
    hidden: list[int] = []
    row = 0
    for kind, said in _tags(part):
        if kind == b"row":
            number = NUMBER.search(said)
            row = int(number[1]) if number else row + 1  # some programs do not number them
            if HIDDEN.search(said) and row <= MOST_ROWS:
                hidden.append(row)
        elif found := RANGE.search(said):
            left, right = (
                column_index_from_string(each.decode()) - 1 for each in found.group(1, 3)
            )
            merged.append(Merge(int(found[2]), left, min(int(found[4]), MOST_ROWS), right))
            if len(merged) > MOST_MERGED:
                raise coded(LoadError, "load_too_much_memory", file=file_name)
    return merged, hidden


def _tags(part: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and attributes of the tags that matter; a tag may be cut between two pieces."""
    rest = b""
    while chunk := part.read(CHUNK):
        text = rest + chunk
        end = text.rfind(b"<")
        rest = text[end:] if end >= 0 else b""
        yield from TAG.findall(text, 0, max(end, 0))
    yield from TAG.findall(rest)
