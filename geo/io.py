"""Layers read from and written to files, whole or not at all.

Text stays text: codes keep their zeros and accented names their accents. Whatever goes wrong with
a file ends in one `ReadError`; what is wrong with the layer inside is for `geo.validate`.
"""

import contextlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyogrio

from geo.archive import checked_members
from geo.crs import require_crs
from geo.errors import ReadError
from geo.shapefile import SHAPEFILE_PARTS, read_shapefile, require_dbf_sizes, require_rows


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
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise ReadError.of("unknown_kind", file=path.name, kinds=known)
    if not path.is_file():
        raise ReadError.of("absent", file=path.name)
    try:
        layer = reader(path, encoding)
    except ReadError:
        raise
    except Exception as error:
        # Damaged files raise almost anything, and the messages of GDAL show paths of the server.
        raise ReadError.of("unreadable", file=path.name) from error
    if not isinstance(layer, gpd.GeoDataFrame):
        raise ReadError.of("no_shapes", file=path.name)
    return layer


def write_shapefile(layer: gpd.GeoDataFrame, path: Path | str) -> None:
    """Write a layer as a UTF-8 shapefile with ``.cpg`` and ``.prj``, the same bytes each time.

    Raises
    ------
    CRSError
        If the layer has no CRS.
    GeoError
        If a column name or a text is too long for the format, which would cut it.
    """
    require_crs(layer)
    require_dbf_sizes(layer)
    # The format stores the day of writing; a fixed one keeps checksums stable.
    options = {"DBF_DATE_LAST_UPDATE": "2000-01-01"}
    layer.to_file(
        path, driver="ESRI Shapefile", engine="pyogrio", encoding="UTF-8", index=False, **options
    )


def _read_zip(path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    """Read the one layer of an archive in place, without unpacking."""
    with zipfile.ZipFile(path) as archive:
        names = checked_members(path.name, archive)
        layers = [name for name in names if _suffix(name) in _ZIPPED_LAYERS]
        if len(layers) != 1:
            raise _not_one(path.name, layers)
        source = f"/vsizip/{{{path}}}/{layers[0]}"
        if _suffix(layers[0]) != ".shp":
            inside = _Source(path.name, source, archive.read(layers[0]))
            return _SINGLE_FILES[_suffix(layers[0])](inside)
        stem = layers[0][: -len(".shp")]
        parts = {
            name[len(stem) :].lower(): archive.read(name)
            for name in names
            if name.lower() in {f"{stem}{suffix}".lower() for suffix in SHAPEFILE_PARTS}
        }
    return read_shapefile(path.name, source, parts, encoding)


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
    return read_shapefile(path.name, path, parts, encoding)


@dataclass(frozen=True)
class _Source:
    """A layer of one file, also inside an archive: what messages call it, where GDAL finds it."""

    name: str
    where: Path | str
    content: bytes


def _read_single(path: Path, _encoding: str | None) -> gpd.GeoDataFrame:
    return _SINGLE_FILES[_suffix(path.name)](_Source(path.name, path, path.read_bytes()))


def _read_geopackage(source: _Source) -> gpd.GeoDataFrame:
    _require_magic(source, b"SQLite format 3\x00", kind="GeoPackage")
    _refuse_computed_tables(source)
    layers = pyogrio.list_layers(source.where)
    if len(layers) != 1:
        raise ReadError.of("many_layers", file=source.name, count=len(layers))
    return _read_counted(source)


def _refuse_computed_tables(source: _Source) -> None:
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


def _read_flatgeobuf(source: _Source) -> gpd.GeoDataFrame:
    _require_magic(source, b"fgb\x03fgb", kind="FlatGeobuf")
    return _read_counted(source)


def _read_counted(source: _Source) -> gpd.GeoDataFrame:
    """Read a file that says itself how many rows it has."""
    n_rows = pyogrio.read_info(source.where)["features"]
    layer = gpd.read_file(source.where, engine="pyogrio")
    if n_rows >= 0:
        require_rows(source.name, layer, n_rows)
    return layer


def _read_geojson(source: _Source) -> gpd.GeoDataFrame:
    n_rows = _geojson_rows(source.name, source.content)
    layer = gpd.read_file(source.where, engine="pyogrio", DATE_AS_STRING="YES")
    require_rows(source.name, layer, n_rows)
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


def _read_parquet(source: _Source) -> gpd.GeoDataFrame:
    _require_magic(source, b"PAR1", kind="GeoParquet")
    return gpd.read_parquet(io.BytesIO(source.content))


def _require_magic(source: _Source, magic: bytes, *, kind: str) -> None:
    if not source.content.startswith(magic):
        raise ReadError.of("wrong_format", file=source.name, kind=kind)


_SINGLE_FILES: dict[str, Callable[[_Source], gpd.GeoDataFrame]] = {
    ".gpkg": _read_geopackage,
    ".geojson": _read_geojson,
    ".fgb": _read_flatgeobuf,
    ".parquet": _read_parquet,
}
_READERS: dict[str, Callable[[Path, str | None], gpd.GeoDataFrame]] = {
    ".shp": _read_shp,
    ".zip": _read_zip,
    **dict.fromkeys(_SINGLE_FILES, _read_single),
}
_ZIPPED_LAYERS = (".shp", *_SINGLE_FILES)
SUFFIXES = tuple(_READERS)
