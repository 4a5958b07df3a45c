"""Layers of sites or roads as sheets: headings above the table, the shapes beside its rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84, to_wgs84
from geo.io import Origin, Shape, origin_of
from geo.sandbox import read_untrusted
from mtqg_geo.boundaries.encodings import best_encoding, decode
from mtqg_geo.boundaries.file_contents import as_text
from mtqg_geo.boundaries.placing import is_on_earth, stated_system
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.sheets.headings import understand, words_of
from mtqg_geo.loading.sheets.layout import GEOMETRY, answer_words
from mtqg_geo.loading.sheets.table import Sheet, TableHeadings, TableKind
from mtqg_geo.loading.sheets.words import plain
from mtqg_geo.loading.tables.sites import FACILITY_WORDS
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import coded

POINTS = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)
LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
WANTED: dict[TableKind | None, tuple[Shape, ...]] = {
    None: ("point", "line"), "sites": ("point",), "roads": ("line",),
}  # fmt: skip
SHAPE_NAMES = {"sites": "Point", "roads": "LineString"}  # as QGIS calls them, in any language
DESCRIBED = ("KML", "GPX")
TYPE_BY_NAME = "Loại công trình"
SHAPEFILE_CHARACTERS = 10  # of a column's name; the rest is lost
DIGITS = 15  # of a number, as many as a spreadsheet shows


@dataclass(frozen=True, eq=False)
class WorksLayer:
    """A layer as the sheets of its points and of its lines.

    Attributes
    ----------
    origin
        What of its file was read.
    sheets
        The sheets, each with its headings.
    typed
        The names by which the type of a site was told, with the type.
    """

    origin: Origin
    sheets: tuple[tuple[Sheet, TableHeadings], ...]
    typed: tuple[str, ...] = ()

    @property
    def is_described(self) -> bool:
        """Whether its places have a name and a description, but no columns."""
        return self.origin.format in DESCRIBED


def read_layer(
    path: Path,
    data: Dataset,
    *,
    file_name: str = "",
    kind: TableKind | None = None,
    layer: str | None = None,
) -> WorksLayer:
    """Return the tables of a layer of any format, with its shapes.

    Points are sites, lines are roads; KML and GPX mix them and give a table of each.
    Rows are counted from 1, as the features of a table stand in the file.

    Parameters
    ----------
    path
        The file; anybody may have made it.
    data
        The names and the catalogue by which its words are known.
    file_name
        What the person calls the file; the name of `path` unless given.
    kind
        `sites` or `roads`, for all of it; told by the shapes unless given.
    layer
        Which of its layers; the only one with points or lines unless given.

    Raises
    ------
    ReadError
        If the file cannot be read as a layer, or a layer must be chosen.
    LoadError
        If the layer has no reference system, lies elsewhere, has areas, or lacks columns.
    """
    name = file_name or path.name
    read = read_untrusted(path, layer=layer, shapes=WANTED[kind], name=name)
    origin = origin_of(read)
    placed = _placed(_decoded(read, data), name)
    is_described = origin.format in DESCRIBED
    parts = {kind: placed} if kind else _by_kind(placed, name, are_mixed=is_described)
    typed: tuple[str, ...] = ()
    if is_described:
        parts = {each: _with_names(part, each) for each, part in parts.items()}
    if is_described and "sites" in parts:
        parts["sites"], typed = _with_types(parts["sites"], data)
    titles = {each: name if len(parts) == 1 else f"{name} ({SHAPE_NAMES[each]})" for each in parts}
    sheets = [_sheet(part, titles[each], each) for each, part in parts.items()]
    headed = [
        (sheet, _headed(sheet, data, each, name)) for sheet, each in zip(sheets, parts, strict=True)
    ]
    return WorksLayer(origin, tuple(headed), typed)


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


def _by_kind(
    layer: gpd.GeoDataFrame, name: str, *, are_mixed: bool
) -> dict[TableKind, gpd.GeoDataFrame]:
    """Return a layer by its kind; lines and points apart where its format mixes them.

    Elsewhere a point among roads is a mistake, for its row to say. What is neither stays with
    the points.
    """
    shapes = shapely.get_type_id(layer.geometry.array)
    are_lines, are_points = np.isin(shapes, LINES), np.isin(shapes, POINTS)
    if not are_lines.any() and not are_points.any():
        raise coded(LoadError, "works_layer_areas", file=name)
    if are_mixed and are_lines.any() and are_points.any():
        return {"sites": layer[~are_lines], "roads": layer[are_lines]}
    return {"roads" if are_lines.any() else "sites": layer}


def _fields(layer: gpd.GeoDataFrame, kind: TableKind) -> dict[str, str]:
    """Return the column of each field that a heading says clearly."""
    clear = words_of(kind).clear
    said = {str(column): clear.get(plain(str(column))) for column in layer.columns}
    return {field: column for column, field in said.items() if field is not None}


def _with_names(layer: gpd.GeoDataFrame, kind: TableKind) -> gpd.GeoDataFrame:
    """Return places with a column for their names also where none has one, for rows to say it."""
    return layer if c.NAME in _fields(layer, kind) else layer.assign(**{c.NAME: None})


def _with_types(sites: gpd.GeoDataFrame, data: Dataset) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return places of Google Earth or a phone with the type of facility their name begins with.

    Nobody can add a column there. A type written in the description counts more. Names with the
    type that they told are returned beside the places.
    """
    fields = _fields(sites, "sites")
    begins = type_reader(data)
    names = sites[fields[c.NAME]]
    told = names.map(begins, na_action="ignore")
    column = fields.get(c.FACILITY, TYPE_BY_NAME)
    written = sites[column] if column in sites else pd.Series(None, sites.index, dtype=object)
    # A device fills in a type of its own ("user"), which says nothing.
    by_name = told.notna() & written.map(begins, na_action="ignore").isna()
    typed = (f"{name}: {told[at]}" for at, name in names[by_name].items())
    return sites.assign(**{column: told.where(by_name, written)}), tuple(typed)


def type_reader(data: Dataset) -> Callable[[str], str | None]:
    """Return a function that gives the type of facility, in our words, that a name begins with."""
    words = {plain(word): code for word, code in FACILITY_WORDS.items()}
    for lang in LANGUAGES:
        names = answer_words(data.catalog, lang)[c.FACILITY]
        words |= {plain(word): code for code, word in names.items()}
    ours = answer_words(data.catalog, "vi")[c.FACILITY]

    def begins(name: str) -> str | None:
        said = f"{plain(name)} "
        found = [word for word in words if said.startswith(f"{word} ")]
        return ours[words[max(found, key=len)]] if found else None

    return begins


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
        row = sheet.cells.iloc[:1].to_numpy().ravel()  # none of shapes without any column
        texts = ", ".join(text for text in row if text and text != GEOMETRY)
        raise coded(LoadError, f"works_layer_columns_{kind}", file=name, known=texts or "–")
    return headings
