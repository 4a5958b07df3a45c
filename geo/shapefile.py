"""Shapefiles, read whole or not at all: their parts must agree, and no byte of a text is lost."""

import codecs
import re
import struct
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyproj import CRS

from geo.crs import is_read_as_written
from geo.errors import ReadError

LATIN1 = "ISO-8859-1"  # gives every byte as one letter

_BEGIN = b"\x00\x00\x27\x0a" + bytes(20)  # of both parts, and five numbers that mean nothing yet
_SHP_HEADER_BYTES = 100
_SHX_RECORD_BYTES = 8
_BEHIND_ROWS = (b"", b"\0", b"\x1a")  # of a table: nothing, padding, or its mark of the end


def read_shapefile(name: str, path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    """Read a shapefile as bytes that look like Latin-1 and decode its texts here.

    GDAL cuts the last character of every text in some encodings (CP1258) and replaces what it
    cannot decode; reading Latin-1 keeps every byte.

    Parameters
    ----------
    name
        What messages call it.
    path
        Its ``.shp`` file; the others lie beside it, in a folder of our own. A damaged ``.prj`` is
        deleted: the layer names no system then.
    encoding
        Encoding of its texts, see `geo.io.read_layer`.
    """
    for suffix in (".shx", ".dbf"):
        if not path.with_suffix(suffix).is_file():
            raise ReadError.of("part_missing", file=name, part=suffix)
    shp = path.read_bytes()
    _require_whole(name, shp)
    shx, dbf = (path.with_suffix(suffix).read_bytes() for suffix in (".shx", ".dbf"))
    n_rows = _indexed_rows(name, shp, shx, dbf)
    _require_texts(name, dbf)
    if not _names_its_system(path):
        path.with_suffix(".prj").unlink(missing_ok=True)
    layer = gpd.read_file(path, engine="pyogrio", encoding=LATIN1)
    require_rows(name, layer, n_rows)
    cpg = path.with_suffix(".cpg")
    named = _known_encoding(cpg.read_bytes()) if cpg.is_file() else None
    return decoded_as_named(name, layer, encoding or named)


def _names_its_system(path: Path) -> bool:
    """Say whether a ``.prj`` is there, and read as it is written."""
    prj = path.with_suffix(".prj")
    if not prj.is_file():
        return False
    text = prj.read_text("utf-8-sig", errors="replace").strip("\0")
    try:
        crs = CRS(pyogrio.read_info(path)["crs"])
    except Exception:  # pyogrio stumbles in many ways over a text that is no system, or not UTF-8
        return False
    # Before well-known text a .prj was lines like "Projection UTM", which GDAL reads itself.
    return "[" not in text or is_read_as_written(text, crs)


def decoded_as_named(name: str, layer: gpd.GeoDataFrame, encoding: str | None) -> gpd.GeoDataFrame:
    """Return a layer read as Latin-1, its texts decoded: as named, else as UTF-8 if they are."""
    if encoding is not None:
        return decoded(layer, encoding, name=name)
    try:
        return decoded(layer, "UTF-8", name=name)
    except ReadError:
        return layer


def _require_whole(name: str, shp: bytes) -> None:
    """Refuse what is no shapefile inside, or one whose end is missing."""
    if not shp.startswith(_BEGIN) or len(shp) < _SHP_HEADER_BYTES:
        raise ReadError.of("no_shapefile", file=name)
    [n_words] = struct.unpack(">I", shp[24:28])
    if len(shp) < 2 * n_words:
        raise ReadError.of("cut_short", file=name, count=len(shp), total=2 * n_words)


def _indexed_rows(name: str, shp: bytes, shx: bytes, dbf: bytes) -> int:
    """Return the number of rows, on which index, shapes and table must agree.

    Damage here is silent otherwise: rows are lost, or shapes are read from the wrong place.
    """
    n_rows, rest = divmod(len(shx) - _SHP_HEADER_BYTES, _SHX_RECORD_BYTES)
    [n_words] = struct.unpack(">i", shx[24:28]) if len(shx) >= _SHP_HEADER_BYTES else [-1]
    if rest or 2 * n_words != len(shx) or not shx.startswith(_BEGIN):
        raise ReadError.of("index_damaged", file=name, count=len(shx))
    n_table = int.from_bytes(dbf[4:8], "little")
    if n_table != n_rows:
        raise ReadError.of("parts_differ", file=name, shapes=n_rows, rows=n_table)
    index = np.frombuffer(shx, dtype=">i4", offset=_SHP_HEADER_BYTES).reshape(-1, 2)
    starts, sizes = 2 * index[:, 0].astype(np.int64), 2 * index[:, 1].astype(np.int64)
    end = 2 * int.from_bytes(
        shp[24:28], "big"
    )  # there may be anything behind what it says it holds
    inside = (starts >= _SHP_HEADER_BYTES) & (sizes >= 4) & (starts + 8 + sizes <= end)
    heads = np.where(inside, starts, 0)[:, None] + np.arange(8)
    stored = np.frombuffer(shp, dtype=np.uint8)[heads].copy().view(">i4").reshape(-1, 2)
    fits = inside & (stored[:, 0] == np.arange(1, n_rows + 1)) & (2 * stored[:, 1] == sizes)
    if not fits.all():
        n_damaged, first = int(np.sum(~fits)), int(np.argmin(fits)) + 1
        raise ReadError.of("shapes_damaged", file=name, count=n_damaged, total=n_rows, row=first)
    return n_rows


def _require_texts(name: str, dbf: bytes) -> None:
    """Refuse a table that goes on behind its last row, and texts that go on behind their end.

    Where a zero byte stands in a text, GDAL reads no further.
    """
    n_rows, start, size = struct.unpack_from("<IHH", dbf.ljust(12, b"\0"), 4)
    end = start + n_rows * size
    if dbf[end : end + 1] not in _BEHIND_ROWS:  # bytes came in, and what is behind them moved on
        raise ReadError.of("table_damaged", file=name, count=len(dbf), total=end)
    rows = np.frombuffer(dbf, dtype=np.uint8, offset=min(start, len(dbf)))
    rows = rows[: len(rows) // max(size, 1) * size][: n_rows * size].reshape(-1, max(size, 1))
    at = 1
    for field in range(32, min(start, len(dbf)) - 32, 32):
        kind, width = dbf[field + 11 : field + 12], dbf[field + 16]
        text = rows[:, at : at + width]
        at += width
        if kind != b"C" or text.all():
            continue
        ended = np.maximum.accumulate(text == 0, axis=1)
        if (ended & (text != 0) & (text != ord(" "))).any():
            column = dbf[field : field + 11].split(b"\0")[0].decode(LATIN1)
            raise ReadError.of("text_damaged", file=name, column=column)


def require_rows(name: str, layer: Any, n_rows: int) -> None:
    """Refuse a layer of which not every row was read."""
    if len(layer) != n_rows:
        raise ReadError.of("rows_lost", file=name, count=len(layer), total=int(n_rows))


def _known_encoding(cpg: bytes) -> str | None:
    """Return the encoding that a .cpg file names, None if it names none that is known."""
    text = cpg.decode("ascii", errors="replace").strip()
    digits = re.sub(r"\D", "", text)
    for candidate in (text, f"cp{digits}", {"65001": "UTF-8", "88591": LATIN1}.get(digits, "")):
        try:
            return codecs.lookup(candidate).name
        except LookupError:
            continue
    return None


def decoded(layer: gpd.GeoDataFrame, encoding: str, *, name: str) -> gpd.GeoDataFrame:
    """Return the layer with column names and texts decoded from their bytes."""

    def decode(text: Any) -> Any:
        return text.encode(LATIN1).decode(encoding) if isinstance(text, str) else text

    try:
        texts = {
            column: layer[column].map(decode).astype("str")
            for column in layer.columns
            if pd.api.types.is_string_dtype(layer[column])
        }
        return layer.assign(**texts).rename(columns=decode)
    except (UnicodeError, LookupError) as error:
        raise ReadError.of("wrong_encoding", file=name, encoding=encoding) from error
