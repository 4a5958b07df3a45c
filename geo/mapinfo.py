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
    lines = path.with_suffix(".mid").read_bytes().splitlines()
    return _read(name, path, text, encoding, sum(bool(line.strip()) for line in lines))


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
