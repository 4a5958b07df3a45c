"""Tables of MapInfo, as TAB or as MIF, read whole or not at all.

A TAB file may say that its rows stand in another file, in a database or on a server. Only one that
holds its rows itself is read.
"""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np

from geo.errors import ReadError
from geo.shapefile import LATIN1, decoded_as_named, require_rows

_CHARSET = re.compile(rb'(charset\s+)"?([\w-]+)"?', re.IGNORECASE)
_HOLDS_ROWS = re.compile(rb'^\s*Type\s+"?(NATIVE|DBF)"?', re.IGNORECASE | re.MULTILINE)
_LEADS_ELSEWHERE = re.compile(
    rb'^\s*(create\s+view|open\s+table|file\s+"|"?\\?isseamless"?\s*=\s*"?true)', re.I | re.M
)
# WindowsLatin1 is what MapInfo writes whatever the font: such bytes are left to be recognised.
_ENCODINGS = {b"windowsvietnamese": "cp1258", b"utf-8": "UTF-8"}
_NUMBER = rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
# A line of the shapes in a MIF file that is neither words and numbers nor a text, pen or symbol.
_NO_SHAPE = re.compile(
    rb"^(?![ \t]*+(?:[a-z]+\b[ \t]*)*+(?:" + _NUMBER + rb"(?:[ \t,]+|\r?$))*+\r?$)"
    rb"(?![ \t]*+[a-z]*+[ \t]*+[(\"]).+$",
    re.IGNORECASE | re.MULTILINE,
)
_SHAPES = re.compile(rb"^Data[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_DELIMITER = re.compile(rb'^\s*Delimiter\s+"(.)"', re.IGNORECASE | re.MULTILINE)
_PARTS = {b"NATIVE": (".dat", ".map", ".id"), b"DBF": (".dbf", ".map", ".id")}


def read_tab(name: str, path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    """Return the rows of a TAB file that are not deleted.

    Parameters
    ----------
    name
        What messages call it.
    path
        The file, in a folder of our own with its parts; it is changed.
    encoding
        Encoding of its texts, see `geo.io.read_layer`.
    """
    text = path.read_bytes()
    if not text.lstrip().lower().startswith(b"!table"):
        raise ReadError.of("wrong_format", file=name, kind="MapInfo TAB")
    kind = _HOLDS_ROWS.search(text)
    if kind is None or _LEADS_ELSEWHERE.search(text):
        raise ReadError.of("mapinfo_elsewhere", file=name)
    parts = _PARTS[kind[1].upper()]
    _require_parts(name, path, parts)
    n_rows = _rows_kept(path.with_suffix(parts[0]).read_bytes())
    return _read(name, path, text, encoding, n_rows)


def read_mif(name: str, path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    """Return the rows of a MIF file, the parameters as for `read_tab`."""
    text = path.read_bytes()
    if not text.lstrip().lower().startswith(b"version"):
        raise ReadError.of("wrong_format", file=name, kind="MapInfo MIF")
    _require_parts(name, path, (".mid",))
    start = _SHAPES.search(text)
    if start and (odd := _NO_SHAPE.search(text, start.end())):  # GDAL takes 106.1?95 for 106.1
        example = odd[0].decode("ascii", "replace").strip()[:60]
        raise ReadError.of("no_coordinates", file=name, example=example)
    rows = path.with_suffix(".mid").read_bytes()
    told = _DELIMITER.search(text)
    if odd := _odd_quotes(told[1] if told else b"\t").search(rows):
        row = rows.count(b"\n", 0, odd.start()) + 1
        raise ReadError.of("odd_quotes", file=name, row=row)
    return _read(name, path, text, encoding, sum(bool(line.strip()) for line in rows.splitlines()))


def _odd_quotes(delimiter: bytes) -> re.Pattern[bytes]:
    """Return what finds a row with a quotation mark within a cell, which GDAL passes over.

    >>> odd = _odd_quotes(b",")
    >>> [bool(odd.search(row)) for row in (b'"a ""b"" c",5', b'"a"003"003",5', b'"a,5')]
    [False, True, True]
    """
    end = re.escape(delimiter)
    cell = rb' *+(?:"(?:[^"\n]|"")*+" *+|[^"\r\n' + end + rb"]*+)"
    return re.compile(rb"^(?!" + cell + rb"(?:" + end + cell + rb")*+\r?$).+$", re.MULTILINE)


def _require_parts(name: str, path: Path, parts: tuple[str, ...]) -> None:
    for part in parts:
        if not path.with_suffix(part).is_file():
            raise ReadError.of("part_missing", file=name, part=part)


def _rows_kept(dbf: bytes) -> int:
    """Return how many rows a table in the format of dBase has that are not marked as deleted."""
    n_rows, start = int.from_bytes(dbf[4:8], "little"), int.from_bytes(dbf[8:10], "little")
    size = max(int.from_bytes(dbf[10:12], "little"), 1)
    marks = np.frombuffer(dbf, dtype=np.uint8, offset=min(start, len(dbf)))[::size][:n_rows]
    return n_rows - int((marks == ord("*")).sum())


def _read(
    name: str, path: Path, text: bytes, encoding: str | None, n_rows: int
) -> gpd.GeoDataFrame:
    """Read a table as bytes that look like Latin-1, whatever its charset, and decode it here."""
    named = next((found[2].lower() for found in _CHARSET.finditer(text)), b"")
    path.write_bytes(_CHARSET.sub(rb'\1"Neutral"', text))
    layer = gpd.read_file(path, engine="pyogrio", encoding=LATIN1)
    require_rows(name, layer, n_rows)
    return decoded_as_named(name, layer, encoding or _ENCODINGS.get(named))
