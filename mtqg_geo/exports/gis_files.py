"""Layers as files for QGIS and other programs: GeoPackage, Shapefile, FlatGeobuf, GeoParquet.

The same layers give the same bytes: dates that a format wants to keep are always the same one.
"""

import csv
import io
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
from pyarrow import parquet

from geo.archive import fixed_zip
from geo.qml import Style, qml
from geo.scratch import scratch_folder
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t

WRITTEN = "2000-01-01T00:00:00.000Z"  # where a format keeps the moment of writing
DBF_NAME_CHARS, DBF_TEXT_BYTES = 10, 254
# Endings that tell the columns of one figure apart; a name is shortened before them.
DBF_ENDINGS = {"_state": "_state", "_missing_codes": "_miss"}
STYLE_NAME_CHARS = 30  # the width of the column in QGIS
ZIP_MOMENT = (2000, 1, 1, 0, 0, 0)

# The type of each kind of layer, also when it is empty.
_TYPES = {0: "Point", 1: "MultiLineString", 2: "MultiPolygon"}

# The table as QGIS makes it (QgsOgrUtils::saveStyle); QGIS looks a style up by table and geometry
# column, with an empty schema, the default first.
_STYLE_TABLE = """
CREATE TABLE layer_styles (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "f_table_catalog" TEXT(256), "f_table_schema" TEXT(256), "f_table_name" TEXT(256),
  "f_geometry_column" TEXT(256), "styleName" TEXT(30), "styleQML" TEXT, "styleSLD" TEXT,
  "useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30), "ui" TEXT(30),
  "update_time" DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""
_STYLE_CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)
"""
_STYLE_ROW = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
  styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time)
VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)
"""


@dataclass(frozen=True)
class FileLayer:
    """A layer on its way into a file.

    Attributes
    ----------
    name
        Name of the layer and of the files in an archive.
    features
        What is written, in the reference system of the file.
    dimension
        0 for points, 1 for lines, 2 for areas.
    note
        Where it comes from, how exact it is, whether figures are made up.
    meanings
        What each column holds, in the reader's words.
    """

    name: str
    features: gpd.GeoDataFrame
    dimension: int
    note: str
    meanings: Mapping[str, str]


def geopackage(layers: Sequence[tuple[FileLayer, Style]], *, style_name: str) -> bytes:
    """Return one GeoPackage with all the layers and the styles in which QGIS opens them."""
    with scratch_folder() as folder:
        path = Path(folder) / "layers.gpkg"
        for layer, _ in layers:
            _write(
                layer,
                path,
                driver="GPKG",
                layer_options={"DESCRIPTION": layer.note, "GEOMETRY_NAME": "geom"},
                dataset_options={"VERSION": "1.2"},  # which QGIS and ArcGIS of any age read
            )
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            _add_styles(database, layers, style_name)
            # GDAL writes the moment of writing; VACUUM then leaves no trace of what was there.
            database.execute("UPDATE gpkg_contents SET last_change = ?", (WRITTEN,))
            database.execute("VACUUM")
        return path.read_bytes()


def _add_styles(
    database: sqlite3.Connection, layers: Sequence[tuple[FileLayer, Style]], name: str
) -> None:
    database.execute("BEGIN")
    database.execute(_STYLE_TABLE)
    database.execute(_STYLE_CONTENTS, (WRITTEN,))
    for layer, style in layers:
        row = (layer.name, name[:STYLE_NAME_CHARS], qml(style), layer.note, WRITTEN)
        database.execute(_STYLE_ROW, row)
    database.execute("COMMIT")


def flatgeobuf(layer: FileLayer) -> bytes:
    """Return a FlatGeobuf with a spatial index, unless a feature has no shape to be indexed by."""
    has_index = bool(layer.features.geometry.notna().all())
    options = {"DESCRIPTION": layer.note, "SPATIAL_INDEX": "YES" if has_index else "NO"}
    with scratch_folder() as folder:
        path = Path(folder) / f"{layer.name}.fgb"
        _write(layer, path, driver="FlatGeobuf", layer_options=options)
        return path.read_bytes()


def geoparquet(layer: FileLayer) -> bytes:
    """Return a GeoParquet file (1.0) with the note as `description` of the file; lists stay."""
    plain = io.BytesIO()
    layer.features.to_parquet(plain, index=False, schema_version="1.0.0")
    table = parquet.read_table(pa.BufferReader(plain.getvalue()))
    metadata = {**table.schema.metadata, b"description": layer.note.encode("utf-8")}
    noted = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(metadata), noted)
    return noted.getvalue()


def shapefile_zip(layer: FileLayer, *, lang: Lang) -> bytes:
    """Return a zipped UTF-8 shapefile with a list of its shortened field names and a note.

    Texts of more than 254 bytes are cut at a whole character; the note says in which fields.
    """
    names = short_names(list(layer.features.columns.drop(layer.features.geometry.name)))
    flat, n_cut = cut_texts(_flat(layer.features))
    with scratch_folder() as folder:
        renamed = replace(layer, features=flat.rename(columns=names))
        options = {"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": WRITTEN[:10]}
        path = Path(folder) / f"{layer.name}.shp"
        _write(renamed, path, driver="ESRI Shapefile", layer_options=options)
        parts = {each.name: each.read_bytes() for each in sorted(Path(folder).iterdir())}
    parts["FIELDS.csv"] = _field_map(layer, names, lang)
    parts["README.txt"] = _readme(layer, n_cut, lang).encode("utf-8-sig")
    return fixed_zip(parts, moment=ZIP_MOMENT)


def short_names(columns: Sequence[str]) -> dict[str, str]:
    """Return each column's name of at most 10 characters; two that would be the same are numbered.

    >>> short_names(["commune_code", "commune_codes", "disbursed_vnd", "disbursed_state"])
    ... # doctest: +NORMALIZE_WHITESPACE
    {'commune_code': 'commune_co', 'commune_codes': 'commune_c1',
     'disbursed_vnd': 'disbursed_', 'disbursed_state': 'disb_state'}
    """
    short: dict[str, str] = {}
    for name in columns:
        candidate, turn = _short_name(name), 0
        while candidate.lower() in {each.lower() for each in short.values()}:
            turn += 1
            candidate = f"{_short_name(name)[: DBF_NAME_CHARS - len(str(turn))]}{turn}"
        short[name] = candidate
    return short


def _short_name(name: str) -> str:
    for ending, short in DBF_ENDINGS.items():
        if name.endswith(ending):
            kept = name.removesuffix(ending)[: DBF_NAME_CHARS - len(short)]
            return f"{kept.rstrip('_')}{short}"
    return name[:DBF_NAME_CHARS]


def cut_texts(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Cut texts to what a shapefile holds; also say how many were cut in which column."""
    n_cut: dict[str, int] = {}
    cut = {}
    for name in table.columns.drop(table.geometry.name):
        if not pd.api.types.is_numeric_dtype(table[name]):
            cut[name] = table[name].map(_cut, na_action="ignore")
            if n_changed := int((cut[name] != table[name])[table[name].notna()].sum()):
                n_cut[name] = n_changed
    return table.assign(**cut), n_cut


def _cut(text: str) -> str:
    return text.encode("utf-8")[:DBF_TEXT_BYTES].decode("utf-8", errors="ignore")


def _flat(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features with lists and dates as text, for formats that hold only plain values."""
    texts = {
        name: features[name].map(_as_text)
        for name in features.columns.drop(features.geometry.name)
        if not pd.api.types.is_numeric_dtype(features[name])
    }
    return features.assign(**texts)


def _as_text(value: object) -> str | None:
    """Return a value as text; a NUL, at which GDAL would end the text, is left out."""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return None if pd.isna(value) else str(value).replace("\0", "")


def _write(
    layer: FileLayer,
    path: Path,
    *,
    driver: str,
    layer_options: dict[str, str],
    dataset_options: dict[str, str] | None = None,
) -> None:
    pyogrio.write_dataframe(
        _flat(layer.features),
        path,
        layer=layer.name,
        driver=driver,
        geometry_type=_TYPES[layer.dimension],
        promote_to_multi=layer.dimension > 0,
        layer_options=layer_options,
        dataset_options=dataset_options,
    )


def _field_map(layer: FileLayer, names: Mapping[str, str], lang: Lang) -> bytes:
    """Return the list of fields as CSV that Excel opens: name in the file, full name, meaning."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(t(f"exports_field_{column}", lang) for column in ("short", "full", "meaning"))
    writer.writerows((short, full, layer.meanings[full]) for full, short in names.items())
    return out.getvalue().encode("utf-8-sig")


def _readme(layer: FileLayer, n_cut: Mapping[str, int], lang: Lang) -> str:
    cut = (
        t("exports_readme_cut", lang, column=name, count=number(count, lang))
        for name, count in n_cut.items()
    )
    return "\r\n".join((layer.note, t("exports_readme_fields", lang), *cut, ""))
