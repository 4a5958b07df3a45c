"""Layers read from and written to files, whole or not at all.

Text stays text: codes keep their zeros and accented names their accents. Whatever goes wrong with
a file ends in one `ReadError`; what is wrong with the layer inside is for `geo.validate`.
"""

import codecs
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from geo.crs import require_crs
from geo.errors import GeoError, ReadError

MAX_ZIP_MEMBERS = 200
MAX_UNPACKED_BYTES = 1_000_000_000

_SHP_HEADER_BYTES = 100
_SHX_RECORD_BYTES = 8
_LATIN1 = "ISO-8859-1"
_DBF_NAME_BYTES = 10
_DBF_TEXT_BYTES = 254


def read_layer(path: Path | str, *, encoding: str | None = None) -> gpd.GeoDataFrame:
    """Return the one layer of a file, with every row; its CRS is None if the file names none.

    Parameters
    ----------
    path
        A ``.shp``, a ``.zip`` with exactly one (in a folder or not), a ``.gpkg``, ``.geojson``
        or ``.parquet`` file.
    encoding
        Encoding of the texts of a shapefile. Unless given it is the one of the ``.cpg`` file;
        without that, UTF-8 if every text is valid, else ISO-8859-1, which loses no byte.

    Raises
    ------
    ReadError
        If the file is absent, damaged, of another kind, or holds not exactly one layer.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise ReadError(f"{path.name} is no layer that can be read; give one of {known}.")
    if not path.is_file():
        raise ReadError(f"There is no file {path.name}; check the name and the folder.")
    try:
        layer = reader(path, encoding)
    except ReadError:
        raise
    except Exception as error:
        # Damaged files raise almost anything, and the messages of GDAL show paths of the server.
        msg = f"{path.name} cannot be read as a layer; open it in QGIS and save it anew."
        raise ReadError(msg) from error
    if not isinstance(layer, gpd.GeoDataFrame):
        msg = f"{path.name} is a table without shapes; export the layer with its geometry."
        raise ReadError(msg)
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
    _require_dbf_sizes(layer)
    # The format stores the day of writing; a fixed one keeps checksums stable.
    options = {"DBF_DATE_LAST_UPDATE": "2000-01-01"}
    layer.to_file(
        path, driver="ESRI Shapefile", engine="pyogrio", encoding="UTF-8", index=False, **options
    )


def _read_zip(path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    """Read the one shapefile of an archive in place, without unpacking."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MAX_ZIP_MEMBERS:
            msg = f"{path.name} holds {len(members):,} files; leave at most {MAX_ZIP_MEMBERS}."
            raise ReadError(msg)
        if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            msg = f"{path.name} unpacks to more than 1 GB; split or simplify the layer."
            raise ReadError(msg)
        names = [name for name in archive.namelist() if "__MACOSX/" not in name]
        shapefiles = [name for name in names if name.lower().endswith(".shp")]
        if len(shapefiles) != 1:
            found = f"{len(shapefiles)} shapefiles" if shapefiles else "no shapefile"
            msg = f"{path.name} holds {found}; zip exactly one, with its .shx and .dbf."
            raise ReadError(msg)
        stem = shapefiles[0][: -len(".shp")]
        parts = {
            name[len(stem) :].lower(): archive.read(name)
            for name in names
            if name.lower() in {f"{stem}{suffix}".lower() for suffix in _SHAPEFILE_PARTS}
        }
    return _read_shapefile(path.name, f"/vsizip/{{{path}}}/{shapefiles[0]}", parts, encoding)


def _read_shp(path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    siblings = (each for each in path.parent.iterdir() if each.stem == path.stem)
    parts = {
        each.suffix.lower(): each.read_bytes()
        for each in siblings
        if each.suffix.lower() in _SHAPEFILE_PARTS
    }
    return _read_shapefile(path.name, path, parts, encoding)


_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".cpg")


def _read_shapefile(
    name: str, source: Path | str, parts: dict[str, bytes], encoding: str | None
) -> gpd.GeoDataFrame:
    """Read a shapefile as bytes that look like Latin-1 and decode its texts here.

    GDAL cuts the last character of every text in some encodings (CP1258) and replaces what it
    cannot decode; reading Latin-1 keeps every byte.
    """
    for suffix in (".shx", ".dbf"):
        if suffix not in parts:
            msg = f"{name} lacks its {suffix} file; give all the files of the shapefile together."
            raise ReadError(msg)
    _require_whole(name, parts[".shp"])
    layer = gpd.read_file(source, engine="pyogrio", encoding=_LATIN1)
    n_rows = (len(parts[".shx"]) - _SHP_HEADER_BYTES) // _SHX_RECORD_BYTES
    if len(layer) != n_rows:
        msg = f"Only {len(layer):,} of the {n_rows:,} rows of {name} could be read; export it anew."
        raise ReadError(msg)
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
        msg = f"{name} is no shapefile inside; export the layer as ESRI Shapefile."
        raise ReadError(msg)
    [n_words] = struct.unpack(">i", shp[24:28])
    if len(shp) < 2 * n_words:
        msg = f"{name} is cut short ({len(shp):,} of {2 * n_words:,} bytes); copy it again."
        raise ReadError(msg)


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
        msg = f"The texts of {name} are not in {encoding}; name the encoding they were saved in."
        raise ReadError(msg) from error


def _read_geopackage(path: Path, _encoding: str | None) -> gpd.GeoDataFrame:
    layers = pyogrio.list_layers(path)
    if len(layers) != 1:
        msg = f"{path.name} holds {len(layers)} layers; export the one wanted to a file of its own."
        raise ReadError(msg)
    return gpd.read_file(path, engine="pyogrio")


def _read_geojson(path: Path, _encoding: str | None) -> gpd.GeoDataFrame:
    return gpd.read_file(path, engine="pyogrio", DATE_AS_STRING="YES")


def _read_parquet(path: Path, _encoding: str | None) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path)


def _require_dbf_sizes(layer: gpd.GeoDataFrame) -> None:
    """Refuse names and texts that the format would cut."""
    columns = layer.columns.drop(layer.geometry.name)
    long_names = [name for name in columns if len(str(name).encode()) > _DBF_NAME_BYTES]
    if long_names:
        msg = (
            f"{len(long_names)} column names are longer than the 10 bytes of a shapefile "
            f"(first: {long_names[0]}); rename them."
        )
        raise GeoError(msg)
    for name in columns[[pd.api.types.is_string_dtype(layer[each]) for each in columns]]:
        sizes = layer[name].dropna().map(lambda text: len(str(text).encode()))
        if sizes.max() > _DBF_TEXT_BYTES:
            msg = (
                f"{np.sum(sizes > _DBF_TEXT_BYTES):,} texts in {name} are longer than the "
                "254 bytes of a shapefile; shorten them."
            )
            raise GeoError(msg)


_READERS: dict[str, Callable[[Path, str | None], gpd.GeoDataFrame]] = {
    ".shp": _read_shp,
    ".zip": _read_zip,
    ".gpkg": _read_geopackage,
    ".geojson": _read_geojson,
    ".parquet": _read_parquet,
}
