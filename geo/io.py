"""Layers read from files, whole or not at all.

Text stays text: codes keep their zeros and accented names their accents. Whatever goes wrong with
a file ends in one `ReadError`; what is wrong with the layer inside is for `geo.validate`.
"""

import contextlib
import io
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, Self

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geo.archive import unpack
from geo.errors import ReadError
from geo.formats import (
    FORMATS,
    GEODATABASE,
    READABLE,
    instead,
    require_content,
    require_kind,
    suffix_of,
)
from geo.kml import read_gpx, read_kml
from geo.mapinfo import read_mif, read_tab
from geo.scratch import scratch_folder
from geo.shapefile import read_shapefile, require_rows

Shape = Literal["point", "line", "area"]
_DIMENSIONS: Mapping[int, Shape] = {0: "point", 1: "line", 2: "area"}
_ARCHIVES = (".zip", ".kmz")


@dataclass(frozen=True)
class Origin:
    """Where a layer was read: kept with it as `layer.attrs["origin"]`, see `origin_of`.

    Attributes
    ----------
    format
        What kind of file it is, such as "GeoPackage".
    layer
        Name of the layer, "" where the kind of file has one without a name.
    rows
        How many rows were read.
    left
        Names of the layers that were not taken.
    is_open
        Whether the file was still open in another program when it was copied, so that what was
        changed last may be missing.
    """

    format: str
    layer: str
    rows: int
    left: tuple[str, ...] = ()
    is_open: bool = False


def origin_of(layer: gpd.GeoDataFrame) -> Origin:
    """Return where a layer was read that `read_layer` gave."""
    said = layer.attrs["origin"]
    return Origin(**{**said, "left": tuple(said["left"])})


def read_layer(
    path: Path | str,
    *,
    encoding: str | None = None,
    layer: str | None = None,
    shapes: Collection[Shape] = (),
    name: str = "",
) -> gpd.GeoDataFrame:
    """Return one layer of a file, with every row; its CRS is None if the file names none.

    Parameters
    ----------
    path
        A file of a kind that `geo.formats` lists, or an archive with such files in it. Files that
        belong to it (``.dbf``, ``.dat``) lie beside it.
    encoding
        Encoding of the texts of a shapefile or of MapInfo. Unless given it is the one that the file
        names; without that, UTF-8 if every text is valid, else ISO-8859-1, which loses no byte.
        "latin-1" gives every byte as one letter, to be decoded when more is known.
    layer
        Name of the layer; needed where several fit.
    shapes
        Which shapes are wanted: a file of several layers with only one of these needs no name.
    name
        What messages call the file; the name of `path` unless given.

    Raises
    ------
    ReadError
        If the file is absent, damaged or of another kind; `many_layers` if it holds several layers
        that fit, with their names as the value `layers`.
    """
    path = Path(path)
    name = name or path.name
    require_kind(name, path.name)
    if not path.is_file():
        raise ReadError.of("absent", file=name)
    try:
        with scratch_folder() as folder:
            return _read(path, name, Path(folder), encoding, layer, frozenset(shapes))
    except ReadError:
        raise
    except Exception as error:
        # Damaged files raise almost anything, and the messages of GDAL show paths of the server.
        raise ReadError.of("unreadable", file=name) from error


def _read(
    path: Path,
    name: str,
    folder: Path,
    encoding: str | None,
    layer: str | None,
    shapes: frozenset[Shape],
) -> gpd.GeoDataFrame:
    """Read a layer from copies in a folder of our own.

    No file beside it can be taken for a part of it there, and nothing is left in its own folder.
    """
    files = _unpacked if suffix_of(path.name) in _ARCHIVES else _copied
    layers = [each for file in files(path, name, folder) for each in _layers(file, encoding)]
    if len({each.label for each in layers}) < len(layers):  # of several files in an archive
        layers = [replace(each, label=f"{each.file.member}: {each.label}") for each in layers]
    if not layers:
        raise ReadError.of("no_shapes", file=name)
    chosen = _chosen(name, layers, layer, shapes)
    read = chosen.read
    if not isinstance(read, gpd.GeoDataFrame):
        raise ReadError.of("no_shapes", file=name)
    left = tuple(each.label for each in layers if each is not chosen)
    # A file of one layer bears a name of its own, which its sender may never have seen.
    label = chosen.label if left or chosen.is_named else ""
    origin = Origin(chosen.file.format, label, len(read), left, chosen.file.is_open)
    read.attrs["origin"] = asdict(origin)
    return read


@dataclass(frozen=True)
class _File:
    """A file in our folder: what messages call it, and what it is called inside an archive."""

    name: str
    member: str
    path: Path
    is_open: bool

    @classmethod
    def of(cls, name: str, member: str, path: Path) -> Self:
        return cls(name, member, path, _is_open(path))

    @property
    def suffix(self) -> str:
        return suffix_of(self.path.name)

    @property
    def format(self) -> str:
        return GEODATABASE if self.suffix == ".gdb" else FORMATS[self.suffix].name


def _is_open(path: Path) -> bool:
    """Say whether a database has its last changes in a file that was not sent."""
    if path.suffix != ".gpkg" or path.with_suffix(".gpkg-wal").is_file():
        return False
    with path.open("rb") as file:
        return file.read(20)[18:] == b"\x02\x02"  # https://sqlite.org/fileformat.html#1.3.3


@dataclass(frozen=True)
class _Layer:
    """A layer of a file: its name to choose it by, its shapes if the file tells, how to read it."""

    file: _File
    label: str
    told: frozenset[Shape] | None
    reader: Callable[[], gpd.GeoDataFrame]
    is_named: bool = False

    @cached_property
    def read(self) -> gpd.GeoDataFrame:
        return self.reader()

    @cached_property
    def shapes(self) -> frozenset[Shape]:
        """Which shapes it has; none if it has no rows."""
        if self.told is not None:
            return self.told
        try:
            is_layer = isinstance(self.read, gpd.GeoDataFrame)
        except ReadError as error:
            if error.code != "kml_links":  # of a KMZ of several files the first may only link them
                raise
            is_layer = False
        if not is_layer:
            return frozenset()
        found = np.unique(shapely.get_dimensions(self.read.geometry.array))
        return frozenset(_DIMENSIONS[each] for each in found.tolist() if each >= 0)


def _copied(path: Path, name: str, folder: Path) -> list[_File]:
    """Copy a file and those that belong to it, under a name of ours."""
    suffix = suffix_of(path.name)
    stem = path.name[: -len(suffix)]
    for each in path.parent.iterdir() if FORMATS[suffix].parts else ():
        part = each.name[len(stem) :].lower()
        if each.name.startswith(stem) and part in FORMATS[suffix].parts:
            shutil.copyfile(each, folder / f"0{part}")
    shutil.copyfile(path, folder / f"0{suffix}")
    return [_File.of(name, "", folder / f"0{suffix}")]


def _unpacked(path: Path, name: str, folder: Path) -> list[_File]:
    """Unpack an archive, or one in an archive, and return the files that may hold layers."""
    _require_content(name, path)
    places = unpack(path, name, folder / "outer", suffixes=READABLE)
    inner = [each for each in places if suffix_of(each) in _ARCHIVES]
    found = _layer_files(name, places)
    if not found and len(inner) == 1:
        places = unpack(places[inner[0]], name, folder / "inner", suffixes=READABLE)
        found = _layer_files(name, places)
    elif not found and inner:
        raise ReadError.of("zip_in_zip", file=name, count=len(inner), example=inner[0])
    if not found:
        known = filter(None, (instead(name, member=each) for each in places))
        others = (error for error in known if error.code != "part_alone")
        raise next(others, ReadError.of("zip_no_layer", file=name))
    return found


def _layer_files(name: str, places: Mapping[str, Path]) -> list[_File]:
    folders = {str(Path(each).parent): path.parent for each, path in places.items()}
    found = [
        _File.of(name, each, path)
        for each, path in {**folders, **places}.items()
        if path.suffix in (".gdb", ".gpkg", *_READERS)
    ]
    # Many programs leave notes of their own as JSON beside a layer.
    return [each for each in found if each.suffix != ".json"] or found


def _layers(file: _File, encoding: str | None) -> list[_Layer]:
    if file.suffix == ".gdb":
        return _listed(file)
    if file.suffix != ".shp":  # which says itself what is wrong with it
        _require_content(file.name, file.path)
    if file.suffix == ".gpkg":
        return _listed(file)
    reader = partial(_READERS[file.suffix], file, encoding)
    return [_Layer(file, file.member or file.name, None, reader)]


def _require_content(name: str, path: Path) -> None:
    with path.open("rb") as file:
        require_content(name, file.read(1024), suffix=suffix_of(path.name))


def _chosen(
    name: str, layers: list[_Layer], wanted: str | None, shapes: frozenset[Shape]
) -> _Layer:
    """Return the layer that was asked for, or the only one that fits."""
    if wanted is not None:
        found = [each for each in layers if each.label == wanted]
        if not found:
            known = ", ".join(each.label for each in layers)
            raise ReadError.of("no_such_layer", file=name, layer=wanted, known=known)
        return found[0]
    if len(layers) == 1:
        return layers[0]
    fitting = [each for each in layers if each.shapes & (shapes or {"point", "line", "area"})]
    if len(fitting) == 1:
        return fitting[0]
    labels = [each.label for each in fitting or layers]
    said = {"count": len(labels), "known": ", ".join(labels), "layers": labels}
    raise ReadError.of("many_layers", file=name, **said)


def _listed(file: _File) -> list[_Layer]:
    """Return the layers of a database; styles and tables without shapes are none."""
    if file.suffix == ".gpkg":
        _refuse_computed_tables(file)
    return [
        _Layer(
            file,
            str(layer),
            _told(str(kind), pyogrio.read_info(file.path, layer=layer)["features"]),
            partial(_read_counted, file, str(layer)),
            is_named=True,
        )
        for layer, kind in pyogrio.list_layers(file.path)
        if kind is not None
    ]


def _told(kind: str, n_rows: int) -> frozenset[Shape] | None:
    """Return the shapes of a layer by GDAL's word for them, None where that tells nothing.

    >>> _told("2.5D MultiPolygon", 17), _told("Unknown", 17), _told("Point", 0)
    (frozenset({'area'}), None, frozenset())
    """
    if n_rows == 0:
        return frozenset()
    words: dict[str, Shape] = {
        "Polygon": "area", "Surface": "area", "Point": "point", "Line": "line", "Curve": "line",
    }  # fmt: skip
    return next((frozenset((shape,)) for word, shape in words.items() if word in kind), None)


def _refuse_computed_tables(file: _File) -> None:
    """Refuse a database whose tables do more than hold rows.

    A view, a computed column or a foreign table can call functions of the reader: one of GDAL asks
    a server on the network, others open files.
    """
    with contextlib.closing(sqlite3.connect(file.path)) as database:
        [[n_computed]] = database.execute(_COMPUTED_TABLES)
    if n_computed:
        raise ReadError.of("computed_tables", file=file.name, count=n_computed)


_COMPUTED_TABLES = """
SELECT (SELECT count(*) FROM sqlite_master WHERE type = 'view')
     + (SELECT count(*) FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL %'
                                             AND sql NOT LIKE '% USING rtree%')
     + (SELECT count(*) FROM sqlite_master AS part, pragma_table_xinfo(part.name) AS item
        WHERE part.type = 'table' AND part.sql NOT LIKE 'CREATE VIRTUAL %' AND item.hidden > 1)
"""


def _read_counted(file: _File, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read a layer of a file that says itself how many rows it has."""
    n_rows = pyogrio.read_info(file.path, layer=layer)["features"]
    read = gpd.read_file(file.path, engine="pyogrio", layer=layer)
    if n_rows >= 0:
        require_rows(file.name, read, n_rows)
    if read.empty and file.suffix == ".gdb":  # GDAL takes a damaged table for one without rows
        raise ReadError.of("no_rows_or_damaged", file=file.name, layer=layer)
    return read


def _read_geojson(file: _File, _: str | None) -> gpd.GeoDataFrame:
    content = file.path.read_bytes()
    as_read, n_rows = _geojson_features(file.name, content)
    source = file.path if as_read is content else io.BytesIO(as_read)
    read = gpd.read_file(source, engine="pyogrio", DATE_AS_STRING="YES")
    require_rows(file.name, read, n_rows)
    return read


def _geojson_features(name: str, content: bytes) -> tuple[bytes, int]:
    """Return a GeoJSON text as GDAL shall read it, and how many features it has.

    An object a line is made one collection. Any other text is refused: GDAL goes by content, not
    by name, and knows texts that make it open other files.
    """

    def refuse(constant: str) -> None:
        raise ReadError.of("geojson_number", file=name, example=constant)

    def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) < len(members):  # the last one would count, where a piece is missing
            twice = next(
                key for key, count in Counter(key for key, _ in members).items() if count > 1
            )
            raise ReadError.of("geojson_twice", file=name, example=twice[:60])
        return found

    def parsed(text: str) -> Any:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=once)

    try:
        text = content.decode("utf-8-sig")
        try:
            document = parsed(text)
        except ValueError:
            stripped = [line.strip("\x1e \t\r") for line in text.split("\n")]
            lines = [line for line in stripped if line]
            document = {"type": "FeatureCollection", "features": [parsed(line) for line in lines]}
            content = f'{{"type":"FeatureCollection","features":[{",".join(lines)}]}}'.encode()
    except (ValueError, RecursionError) as error:
        raise ReadError.of("geojson_broken", file=name) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        return content, 1
    features: Any = document.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list) or not all(_is_feature(each) for each in features):
        raise ReadError.of("geojson_other", file=name)
    _refuse_mixed(name, features)
    return content, len(features)


def _refuse_mixed(name: str, features: list[Any]) -> None:
    """Refuse a column of which some values are lists, objects or truth values, and others not.

    Of a list among texts GDAL makes the text "[ ]".
    """
    odd: dict[str, bool] = {}
    for row, feature in enumerate(features, start=1):
        columns = feature.get("properties")
        for column, value in columns.items() if isinstance(columns, dict) else ():
            is_odd = isinstance(value, list | dict | bool)
            if value is not None and odd.setdefault(column, is_odd) != is_odd:
                raise ReadError.of("geojson_mixed", file=name, column=column[:60], row=row)


def _is_feature(value: object) -> bool:
    return isinstance(value, dict) and value.get("type") == "Feature"


def _read_parquet(file: _File, _: str | None) -> gpd.GeoDataFrame:
    return gpd.read_parquet(io.BytesIO(file.path.read_bytes()))


_READERS: dict[str, Callable[[_File, str | None], gpd.GeoDataFrame]] = {
    ".shp": lambda file, encoding: read_shapefile(file.name, file.path, encoding),
    ".geojson": _read_geojson,
    ".json": _read_geojson,
    ".geojsonl": _read_geojson,
    ".kml": lambda file, _: read_kml(file.name, file.path.read_bytes()),
    ".gpx": lambda file, _: read_gpx(file.name, file.path.read_bytes()),
    ".tab": lambda file, encoding: read_tab(file.name, file.path, encoding),
    ".mif": lambda file, encoding: read_mif(file.name, file.path, encoding),
    ".fgb": lambda file, _: _read_counted(file),
    ".parquet": _read_parquet,
}
