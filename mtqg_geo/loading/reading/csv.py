"""A CSV file as a table of texts: which encoding, which separator, decided over the whole file."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from mtqg_geo.loading.sheets.table import BYTES, MOST_COLUMNS, OPEN, TEXT, WIDTHS
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SEPARATORS = (b";", b",", b"\t", b"|")
BLANK = b' \t;,|"'
QUOTED = re.compile(rb'"(?:[^"]|"")*"')
TOLD = re.compile(rb"sep=([;,\t|])", re.IGNORECASE)  # how Excel notes its separator
MOST_LINES_QUOTED = 100  # one cell rarely has more lines; a stray quotation mark runs on to the end
CHUNK = 1 << 20


def csv_table(path: Path, file_name: str) -> pa.Table:
    """Return the records of a CSV file as texts, columns `t0`, `t1`, …, short records filled up.

    What is no Unicode is handed over byte by byte: only its words tell which encoding it is. With
    how many cells records were written is told where these are not all alike, and that the last
    line has no end: then the file may have been cut short in it.

    Raises
    ------
    LoadError
        If it is no text, has an open quotation mark or too many columns.
    """
    data, is_bytes = as_utf8(path.read_bytes(), file_name)
    records = _records(data, file_name)
    if not any(record.strip(BLANK) for record in records):
        raise coded(LoadError, "load_all_empty", file=file_name)
    told = TOLD.fullmatch(records[0])
    if told:
        records[0] = b""
    bare = [QUOTED.sub(b"", record) for record in records] if b'"' in data else records
    separator = told[1] if told else _separator(bare)
    counts = list(map(bytes.count, bare, repeat(separator)))
    width = max(counts) + 1
    # A last cell in quotation marks is whole, and so is its row if no cell is missing.
    is_whole = data.endswith(b"\n") or (data.endswith(b'"') and counts[-1] == width - 1)
    if width > MOST_COLUMNS:
        raise coded(LoadError, "load_many_columns", file=file_name, count=width, most=MOST_COLUMNS)
    if told or min(counts) < width - 1:
        missing = (separator * (width - 1 - count) for count in counts)
        data = b"\n".join(map(bytes.__add__, records, missing))
    table = _parsed(data, separator, width, file_name)
    if table.num_rows != len(records):  # quotation marks within cells, which can be read two ways
        raise coded(LoadError, "load_csv_broken", file=file_name)
    if min(counts) < width - 1:
        table = table.append_column(WIDTHS, pc.add(pa.array(counts, pa.int32()), 1))
    noted = {BYTES: is_bytes, OPEN: not is_whole}
    return table.replace_schema_metadata({name: b"" for name, holds in noted.items() if holds})


def _parsed(data: bytes, separator: bytes, width: int, file_name: str) -> pa.Table:
    names = [f"{TEXT}{place}" for place in range(width)]
    try:
        return pa_csv.read_csv(
            pa.BufferReader(data),
            # A pool of threads is sometimes still ending when the child does, and aborts it.
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=pa_csv.ParseOptions(
                delimiter=separator.decode(), newlines_in_values=True, ignore_empty_lines=False
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise coded(LoadError, "load_csv_broken", file=file_name) from error


def as_utf8(data: bytes, file_name: str) -> tuple[bytes, bool]:
    """Return a file's text in UTF-8 with plain line ends, and whether its bytes became letters.

    Raises
    ------
    LoadError
        If it is no text, or ends within a letter.
    """
    is_bytes = not (data.startswith(UTF_16) or _is_utf8(data, file_name))
    if data.startswith(UTF_16):
        _refuse_cut(len(data) % 2, data, file_name)
        data = _decoded(data, "utf-16", file_name).encode()
    elif b"\0" in data:
        raise coded(LoadError, "load_other_inside", file=file_name)
    elif is_bytes:
        data = data.decode("latin-1").encode()
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        if data.endswith(b"\r") and b"\r\n" in data:
            data = data.removesuffix(b"\r")  # half an end of line is none
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data, is_bytes


def _is_utf8(data: bytes, file_name: str) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), CHUNK):
            decoder.decode(data[start : start + CHUNK])
    except UnicodeDecodeError:
        return False
    begun = len(decoder.getstate()[0])  # bytes of a letter that does not end
    if begun and not data[:-begun].isascii():  # in no other encoding all letters before fit
        _refuse_cut(begun, data, file_name)
    return not begun


def _refuse_cut(begun: int, data: bytes, file_name: str) -> None:
    if begun:
        row = str(data.count(b"\n") + 1)
        raise coded(LoadError, "load_cut_letter", file=file_name, row=row)


def _decoded(data: bytes, encoding: str, file_name: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise coded(LoadError, "load_encoding", file=file_name) from error


def _separator(records: list[bytes]) -> bytes:
    """Return the separator that parts most records into the same number of cells.

    Decimal commas stand in some cells only:

    >>> _separator([b"07375;OP01;12,5", b"07378;OP01;3"])
    b';'
    """
    return max(SEPARATORS, key=lambda each: _agreement(records, each))


def _agreement(records: list[bytes], separator: bytes) -> tuple[float, int]:
    """Return which share of the records agrees on a number of separators, and on how many."""
    counts = Counter(map(bytes.count, records, repeat(separator)))
    several = [(number, count) for count, number in counts.items() if count]
    if not several:
        return 0.0, 0
    number, count = max(several)
    return number / counts.total(), count


def _records(data: bytes, file_name: str) -> list[bytes]:
    """Return the records without their line ends; a quoted cell may hold several lines."""
    lines = data.removesuffix(b"\n").split(b"\n")
    return list(_quoted_records(lines, file_name)) if b'"' in data else lines


def _quoted_records(lines: list[bytes], file_name: str) -> Iterator[bytes]:
    """Yield the lines, those between two quotation marks as one."""
    pending: list[bytes] = []
    for number, line in enumerate(lines, start=1):
        if not pending and line.count(b'"') % 2 == 0:
            yield line
            continue
        pending.append(line)
        if sum(part.count(b'"') for part in pending) % 2 == 0:
            yield b"\n".join(pending)
            pending = []
        elif len(pending) > MOST_LINES_QUOTED or number == len(lines):
            first = str(number - len(pending) + 1)
            raise coded(LoadError, "load_open_quote", file=file_name, row=first)
