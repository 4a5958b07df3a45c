"""Layers read from files, whole or not at all.

Text stays text: codes keep their zeros and accented names their accents. Whatever goes wrong with
a file ends in one `ReadError`; what is wrong with the layer inside is for `geo.validate`.
"""

import codecs
import contextlib
import io
import json
import re
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from geo.archive import checked_members
from geo.errors import ReadError

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".cpg")

_SHP_HEADER_BYTES = 100
_SHX_RECORD_BYTES = 8
_LATIN1 = "ISO-8859-1"


def read_layer(path: Path | str, *, encoding: str | None = None) -> gpd.GeoDataFrame:
    """Return the one layer of a file, with every row; its CRS is None if the file names none.

    Parameters
    ----------
    path
        A ``.shp``, ``.gpkg``, ``.geojson``, ``.fgb`` or ``.parquet`` file, or a ``.zip`` with
        exactly one of these (in a folder or not).
    encoding
        Encoding of the texts of a shapefile. Unless given it is the one of the ``.cpg`` file;
        without that, UTF-8 if every text is valid, else ISO-8859-1, which loses no byte. "latin-1"
        gives every byte as one letter, to be decoded when more is known.

    Raises
    ------
    ReadError
        If the file is absent, damaged, of another kind, or holds not exactly one layer.
    """
    path = Path(path)
    suffix = _suffix(path.name)
    if suffix not in SUFFIXES:
        raise ReadError.of("unknown_kind", file=path.name, kinds=", ".join(SUFFIXES))
    if not path.is_file():
        raise ReadError.of("absent", file=path.name)
    try:
        if suffix in _SINGLE_FILES:
            layer = _read_single(_LayerFile(path.name, path, path.read_bytes()), suffix)
        else:
            layer = (_read_zip if suffix == ".zip" else _read_shp)(path, encoding)
    except ReadError:
        raise
    except Exception as error:
        # Damaged files raise almost anything, and the messages of GDAL show paths of the server.
        raise ReadError.of("unreadable", file=path.name) from error
    if not isinstance(layer, gpd.GeoDataFrame):
        raise ReadError.of("no_shapes", file=path.name)
    return layer


def _read_zip(path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    """Read the one layer of an archive in place, without unpacking."""
    with zipfile.ZipFile(path) as archive:
        names = checked_members(path.name, archive)
        layers = [name for name in names if _suffix(name) in _ZIPPED_LAYERS]
        if len(layers) != 1:
            raise _not_one(path.name, layers)
        source = f"/vsizip/{{{path}}}/{layers[0]}"
        if _suffix(layers[0]) != ".shp":
            inside = _LayerFile(path.name, source, archive.read(layers[0]))
            return _read_single(inside, _suffix(layers[0]))
        stem = layers[0][: -len(".shp")]
        parts = {
            name[len(stem) :].lower(): archive.read(name)
            for name in names
            if name.lower() in {f"{stem}{suffix}".lower() for suffix in SHAPEFILE_PARTS}
        }
    return _read_shapefile(path.name, source, parts, encoding)


def _not_one(name: str, layers: list[str]) -> ReadError:
    if not layers:
        return ReadError.of("zip_no_layer", file=name)
    kinds = {_suffix(each) for each in layers}
    code = "zip_shapefiles" if kinds == {".shp"} else "zip_layers"
    return ReadError.of(code, file=name, count=len(layers), example=layers[0])


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _read_shp(path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    siblings = (each for each in path.parent.iterdir() if each.stem == path.stem)
    parts = {
        each.suffix.lower(): each.read_bytes()
        for each in siblings
        if each.suffix.lower() in SHAPEFILE_PARTS
    }
    return _read_shapefile(path.name, path, parts, encoding)


@dataclass(frozen=True)
class _LayerFile:
    """A layer of one file, also inside an archive: what messages call it, where GDAL finds it."""

    name: str
    where: Path | str
    content: bytes


def _read_single(source: _LayerFile, suffix: str) -> gpd.GeoDataFrame:
    kind, magic, reader = _SINGLE_FILES[suffix]
    if not source.content.startswith(magic):
        raise ReadError.of("wrong_format", file=source.name, kind=kind)
    return reader(source)


def _read_geopackage(source: _LayerFile) -> gpd.GeoDataFrame:
    _refuse_computed_tables(source)
    layers = pyogrio.list_layers(source.where)
    if len(layers) != 1:
        raise ReadError.of("many_layers", file=source.name, count=len(layers))
    return _read_counted(source)


def _refuse_computed_tables(source: _LayerFile) -> None:
    """Refuse a database whose tables do more than hold rows.

    A view, a computed column or a foreign table can call functions of the reader: one of GDAL asks
    a server on the network, others open files.
    """
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(source.content)
        [[n_computed]] = database.execute(_COMPUTED_TABLES)
    if n_computed:
        raise ReadError.of("computed_tables", file=source.name, count=n_computed)


_COMPUTED_TABLES = """
SELECT (SELECT count(*) FROM sqlite_master WHERE type = 'view')
     + (SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL %'
                                             AND sql NOT LIKE '% USING rtree%')
     + (SELECT count(*) FROM sqlite_master AS part, pragma_table_xinfo(part.name) AS item
        WHERE part.type = 'table' AND part.sql NOT LIKE 'CREATE VIRTUAL %' AND item.hidden > 1)
"""


def _read_counted(source: _LayerFile) -> gpd.GeoDataFrame:
    """Read a GeoPackage or FlatGeobuf, which says itself how many rows it has."""
    n_rows = pyogrio.read_info(source.where)["features"]
    layer = gpd.read_file(source.where, engine="pyogrio")
    if n_rows >= 0:
        _require_rows(source.name, layer, n_rows)
    return layer


def _read_geojson(source: _LayerFile) -> gpd.GeoDataFrame:
    n_rows = _geojson_rows(source.name, source.content)
    layer = gpd.read_file(source.where, engine="pyogrio", DATE_AS_STRING="YES")
    _require_rows(source.name, layer, n_rows)
    return layer


def _geojson_rows(name: str, content: bytes) -> int:
    """Return how many features a GeoJSON text has; refuse any other text.

    GDAL goes by content, not by name, and knows texts that make it open other files.
    """

    def refuse(constant: str) -> None:
        raise ReadError.of("geojson_number", file=name, example=constant)

    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise ReadError.of("geojson_broken", file=name) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        return 1
    features = document.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        raise ReadError.of("geojson_other", file=name)
    return len(features)


def _read_parquet(source: _LayerFile) -> gpd.GeoDataFrame:
    return gpd.read_parquet(io.BytesIO(source.content))


def _read_shapefile(
    name: str, source: Path | str, parts: dict[str, bytes], encoding: str | None
) -> gpd.GeoDataFrame:
    """Read a shapefile as bytes that look like Latin-1 and decode its texts here.

    GDAL cuts the last character of every text in some encodings (CP1258) and replaces what it
    cannot decode; reading Latin-1 keeps every byte.
    """
    for suffix in (".shx", ".dbf"):
        if suffix not in parts:
            raise ReadError.of("part_missing", file=name, part=suffix)
    _require_whole(name, parts[".shp"])
    n_rows = _indexed_rows(name, parts)
    layer = gpd.read_file(source, engine="pyogrio", encoding=_LATIN1)
    _require_rows(name, layer, n_rows)
    named = encoding or _cpg_encoding(parts.get(".cpg", b""))
    if named is not None:
        return _decoded(layer, named, name=name)
    try:
        return _decoded(layer, "UTF-8", name=name)
    except ReadError:
        return layer


def _require_whole(name: str, shp: bytes) -> None:
    """Refuse what is no shapefile inside, or one whose end is missing."""
    if shp[:4] != b"\x00\x00\x27\x0a" or len(shp) < _SHP_HEADER_BYTES:
        raise ReadError.of("no_shapefile", file=name)
    [n_words] = struct.unpack(">i", shp[24:28])
    if len(shp) < 2 * n_words:
        raise ReadError.of("cut_short", file=name, count=len(shp), total=2 * n_words)


def _indexed_rows(name: str, parts: dict[str, bytes]) -> int:
    """Return the number of rows, on which index, shapes and table must agree.

    Damage here is silent otherwise: rows are lost, or shapes are read from the wrong place.
    """
    shp, shx, dbf = parts[".shp"], parts[".shx"], parts[".dbf"]
    n_rows, rest = divmod(len(shx) - _SHP_HEADER_BYTES, _SHX_RECORD_BYTES)
    [n_words] = struct.unpack(">i", shx[24:28]) if len(shx) >= _SHP_HEADER_BYTES else [-1]
    if rest or 2 * n_words != len(shx):
        raise ReadError.of("index_damaged", file=name, count=len(shx))
    n_table = int.from_bytes(dbf[4:8], "little")
    if n_table != n_rows:
        raise ReadError.of("parts_differ", file=name, shapes=n_rows, rows=n_table)
    index = np.frombuffer(shx, dtype=">i4", offset=_SHP_HEADER_BYTES).reshape(-1, 2)
    starts, sizes = 2 * index[:, 0].astype(np.int64), 2 * index[:, 1].astype(np.int64)
    inside = (starts >= _SHP_HEADER_BYTES) & (sizes >= 4) & (starts + 8 + sizes <= len(shp))
    heads = np.where(inside, starts, 0)[:, None] + np.arange(8)
    stored = np.frombuffer(shp, dtype=np.uint8)[heads].copy().view(">i4").reshape(-1, 2)
    fits = inside & (stored[:, 0] == np.arange(1, n_rows + 1)) & (2 * stored[:, 1] == sizes)
    if not fits.all():
        n_damaged, first = int(np.sum(~fits)), int(np.argmin(fits)) + 1
        raise ReadError.of("shapes_damaged", file=name, count=n_damaged, total=n_rows, row=first)
    return n_rows


def _require_rows(name: str, layer: Any, n_rows: int) -> None:
    """Refuse a layer of which not every row was read."""
    if len(layer) != n_rows:
        raise ReadError.of("rows_lost", file=name, count=len(layer), total=int(n_rows))


def _cpg_encoding(cpg: bytes) -> str | None:
    """Return the encoding that a .cpg file names, None if it names none that is known."""
    text = cpg.decode("ascii", errors="replace").strip()
    digits = re.sub(r"\D", "", text)
    for candidate in (text, f"cp{digits}", {"65001": "UTF-8", "88591": _LATIN1}.get(digits, "")):
        try:
            return codecs.lookup(candidate).name
        except LookupError:
            continue
    return None


def _decoded(layer: gpd.GeoDataFrame, encoding: str, *, name: str) -> gpd.GeoDataFrame:
    """Return the layer with column names and texts decoded from their bytes."""

    def decode(text: Any) -> Any:
        return text.encode(_LATIN1).decode(encoding) if isinstance(text, str) else text

    try:
        texts = {
            column: layer[column].map(decode).astype("str")
            for column in layer.columns
            if pd.api.types.is_string_dtype(layer[column])
        }
        return layer.assign(**texts).rename(columns=decode)
    except (UnicodeError, LookupError) as error:
        raise ReadError.of("wrong_encoding", file=name, encoding=encoding) from error


# What a file of its own must begin with, whatever its name says. GeoJSON is looked at as a whole.
_SINGLE_FILES: dict[str, tuple[str, bytes, Callable[[_LayerFile], gpd.GeoDataFrame]]] = {
    ".gpkg": ("GeoPackage", b"SQLite format 3\x00", _read_geopackage),
    ".geojson": ("GeoJSON", b"", _read_geojson),
    ".fgb": ("FlatGeobuf", b"fgb\x03fgb", _read_counted),
    ".parquet": ("GeoParquet", b"PAR1", _read_parquet),
}
_ZIPPED_LAYERS = (".shp", *_SINGLE_FILES)
SUFFIXES = (".shp", ".zip", *_SINGLE_FILES)
