"""Layers of sites or roads as sheets: headings above the table, the shapes beside its rows."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84, to_wgs84
from geo.sandbox import read_untrusted
from mtqg_geo.boundaries.encodings import best_encoding, decode
from mtqg_geo.boundaries.file_contents import as_text
from mtqg_geo.boundaries.placing import is_on_earth, stated_system
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.sheets.headings import understand, words_of
from mtqg_geo.loading.sheets.layout import GEOMETRY, answer_words
from mtqg_geo.loading.sheets.table import Sheet, TableHeadings, TableKind
from mtqg_geo.loading.sheets.words import plain
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.words import coded

SUFFIXES = (".geojson", ".gpkg", ".zip", ".fgb", ".parquet", ".shp")
POINTS = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)
LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
SHAPEFILE_CHARACTERS = 10  # of a column's name; the rest is lost
DIGITS = 15  # of a number, as many as a spreadsheet shows


def read_layer(
    path: Path, data: Dataset, *, file_name: str = "", kind: TableKind | None = None
) -> tuple[Sheet, TableHeadings]:
    """Return the table of a GeoJSON, a GeoPackage or a zipped shapefile with its shapes.

    Rows are counted from 1, as the features stand in the file.

    Parameters
    ----------
    path
        The file; anybody may have made it.
    data
        The names and the catalogue by which its words are known.
    file_name
        What the person calls the file; the name of `path` unless given.
    kind
        `sites` or `roads`; told by the shapes unless given.

    Raises
    ------
    ReadError
        If the file cannot be read as a layer.
    LoadError
        If the layer has no reference system, lies elsewhere, has areas, or lacks columns.
    """
    name = file_name or path.name
    layer = _placed(_decoded(read_untrusted(path), data), name)
    kind = kind or _kind(layer, name)
    sheet = _sheet(layer, name, kind)
    return sheet, _headed(sheet, data, kind, name)


def _decoded(layer: gpd.GeoDataFrame, data: Dataset) -> gpd.GeoDataFrame:
    """Decode the texts of a shapefile from before Unicode, told by the words that become known."""
    texts = _texts(layer)
    fixed = answer_words(data.catalog, "vi").values()
    known = {
        *data.commune_list[c.NAME],
        *data.commune_list[c.DISTRICT],
        *(word for each in fixed for word in each.values()),
    }
    choice = best_encoding([layer[name].dropna().astype(str) for name in texts], known)
    if choice.name in ("unicode", "utf-8") or choice.known_share <= 0:
        return layer
    return layer.assign(
        **{
            name: layer[name].map(lambda text: decode(text, choice.name), na_action="ignore")
            for name in texts
        }
    )


def _texts(layer: gpd.GeoDataFrame) -> list[str]:
    columns = layer.columns.drop(layer.geometry.name)
    return [
        name for name in columns if pd.api.types.infer_dtype(layer[name], skipna=True) == "string"
    ]


def _placed(layer: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return the layer in WGS 84, or say why nobody can tell where it is."""
    if layer.empty:
        raise coded(LoadError, "works_layer_empty", file=name)
    layer = stated_system(layer)
    if layer.crs is None:
        raise coded(LoadError, "works_layer_no_crs", file=name)
    finite = layer[np.isfinite(layer.geometry.bounds).all(axis=1)]
    if not finite.empty and not is_on_earth(finite):
        raise coded(LoadError, "works_layer_elsewhere", file=name, crs=layer.crs.to_string()[:40])
    return to_wgs84(layer)


def _kind(layer: gpd.GeoDataFrame, name: str) -> TableKind:
    kinds = shapely.get_type_id(layer.geometry.array)
    if np.isin(kinds, LINES).any():
        return "roads"
    if np.isin(kinds, POINTS).any():
        return "sites"
    raise coded(LoadError, "works_layer_areas", file=name)


def _single(shapes: np.ndarray) -> np.ndarray:
    """Return points that are wrapped as the only one of several by themselves."""
    alone = np.isin(shapely.get_type_id(shapes), POINTS) & (shapely.get_num_geometries(shapes) == 1)
    single = shapes.copy()
    single[alone] = shapely.get_geometry(shapes[alone], 0)
    return single


def _sheet(layer: gpd.GeoDataFrame, name: str, kind: TableKind) -> Sheet:
    """Return the table of a layer with its headings above it, as row 0, and its shapes."""
    table = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    headings = _headings([str(name) for name in table.columns], kind)
    columns = [
        (heading, _cells(table[name]), pd.api.types.is_numeric_dtype(table[name]))
        for heading, name in zip(headings, table.columns, strict=True)
    ]
    if kind == "roads":  # the lines themselves, which need no cells
        columns.append((GEOMETRY, [""] * len(table), False))
    cells = {place: [heading, *texts] for place, (heading, texts, _) in enumerate(columns)}
    stored = {
        place: [False, *(is_number and text != "" for text in texts)]
        for place, (_, texts, is_number) in enumerate(columns)
    }
    rows = range(1, len(layer) + 1)
    shapes = gpd.GeoSeries(_single(layer.geometry.to_numpy()), index=rows, crs=WGS84)
    frames = pd.DataFrame(cells, dtype="str"), pd.DataFrame(stored)
    return Sheet(name, 0, *frames, shapes=shapes)


def _cells(column: pd.Series) -> list[str]:
    """Return the cells of a column as text, numbers with the digits a spreadsheet would show."""
    if pd.api.types.is_float_dtype(column):
        column = column.map(lambda value: repr(float(f"{value:.{DIGITS}g}")), na_action="ignore")
    return list(as_text(column))


def _headings(columns: list[str], kind: TableKind) -> Iterator[str]:
    """Yield the headings, those that a shapefile cut spelled in full, our own exports' as ours."""
    has_reported = any(name.startswith("reported_k") for name in columns)
    has_commune = any(name.startswith("commune_co") for name in columns)
    for column in columns:
        if column == c.CODE and has_commune:  # how exports name the id, beside that of the feature
            yield "" if c.ID in columns else c.ID
        elif column.startswith(("length_km", "commune_codes")) and has_reported:
            yield ""  # measured by us, not told by anybody
        else:
            yield _spelled(column, kind)


def _spelled(column: str, kind: TableKind) -> str:
    """Return the one field whose name was cut to this heading; else the heading itself."""
    clear = words_of(kind).clear
    said = plain(column)
    if len(column) != SHAPEFILE_CHARACTERS or said in clear:
        return column
    cut = {field for word, field in clear.items() if plain(word[:SHAPEFILE_CHARACTERS]) == said}
    return cut.pop() if len(cut) == 1 else column


def _headed(sheet: Sheet, data: Dataset, kind: TableKind, name: str) -> TableHeadings:
    headings = understand(sheet, data.catalog, kind=kind)
    if headings is None or headings.heading_row != 0:
        texts = ", ".join(text for text in sheet.cells.iloc[0] if text and text != GEOMETRY)
        raise coded(LoadError, f"works_layer_columns_{kind}", file=name, known=texts or "–")
    return headings
