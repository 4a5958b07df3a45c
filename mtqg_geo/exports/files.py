"""What leaves the product: layers and tables exactly as filtered, with their sources."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from geo.archive import fixed_zip
from geo.boundaries import BoundarySet
from geo.crs import WGS84
from geo.formulas import disarmed
from geo.geojson import to_geojson
from mtqg_geo.dataset.boundary_sets import licence_text, source_text
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.layers import FORMER_COMMUNE_CODE
from mtqg_geo.exports.columns import (
    COMMUNES,
    FORMER_COUNT,
    PART,
    as_counted_there,
    codes_beside,
    column_meanings,
    fields,
    part_columns,
    region_columns,
    selection_columns,
    shown_indicators,
    value_columns,
)
from mtqg_geo.exports.districts import districts
from mtqg_geo.exports.formats import FORMATS, FileOptions, require_possible
from mtqg_geo.exports.gis_files import (
    ZIP_MOMENT,
    FileLayer,
    flatgeobuf,
    geopackage,
    geoparquet,
    shapefile_zip,
)
from mtqg_geo.exports.packages import Table, csv_files, data_package
from mtqg_geo.exports.qgis_styles import class_columns, commune_style, road_style, site_style
from mtqg_geo.exports.workbook import workbook
from mtqg_geo.figures.file_names import ALL, DISTRICTS, LAYERS, file_stem
from mtqg_geo.figures.periods import Comparing
from mtqg_geo.figures.roads import crossing_pieces, selected_roads
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import rows_behind
from mtqg_geo.figures.words import capital_notes, shown_name
from mtqg_geo.figures.works import selected_sites
from mtqg_geo.maps.view import commune_table, map_view
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Indicator, Lang
from mtqg_geo.programme.reference_systems import crs_label
from mtqg_geo.programme.words import t, wordings

DIMENSIONS = {"communes": 2, DISTRICTS: 2, "roads": 1, "sites": 0}


def layer(data: Dataset, selection: Selection, name: str) -> gpd.GeoDataFrame:
    """Return a layer as filtered, with the properties of an export (DESIGN's fixed names).

    Parameters
    ----------
    data, selection
        What there is and what of it is chosen.
    name
        One of `ONE_BY_ONE`.
    """
    build = {"communes": _communes, DISTRICTS: _districts, "sites": _sites, "roads": _roads}[name]
    features = build(data, selection)
    boundaries = _boundaries(data, name)
    made_up = features[c.SOURCE].map(lambda text: c.ILLUSTRATIVE in str(text)).astype(bool)
    return features.assign(
        **codes_beside(data, name, features),
        **{
            c.VINTAGE: boundaries.vintage,
            "boundary_accuracy": boundaries.accuracy,
            c.ILLUSTRATIVE: made_up,
        },
    )


def _boundaries(data: Dataset, name: str) -> BoundarySet:
    """Return the set whose borders a layer has: districts ended with the communes of their time."""
    return (data.as_loaded if name == DISTRICTS else data).boundary_set


def geojson(data: Dataset, selection: Selection, name: str, *, lang: Lang = "vi") -> str:
    """Return a layer as an RFC 7946 document at full detail."""
    features = layer(data, selection, name)
    members = {
        "name": file_stem(data, selection, name),
        "description": file_note(data, selection, name, features, FileOptions(lang=lang)),
    }
    return to_geojson(features, id_column=c.CODE, members=members)


def csv_text(data: Dataset, selection: Selection, name: str) -> str:
    """Return a layer as CSV text without geometry: codes quoted, formulas made harmless."""
    return plain_csv(_csv_table(layer(data, selection, name), name))


def _csv_table(features: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    table = pd.DataFrame(features.drop(columns="geometry"))
    if name == "sites":
        table = table.assign(**{c.LON: features.geometry.x, c.LAT: features.geometry.y})
    return table


def plain_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV text: texts quoted, formulas made harmless."""
    texts = table.select_dtypes(exclude=["number", "bool"]).columns
    table = table.assign(**{name: table[name].map(_plain_text) for name in texts})
    out = io.StringIO()
    table.to_csv(out, index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    return out.getvalue()


def file_bytes(
    data: Dataset, selection: Selection, name: str, kind: str, options: FileOptions | None = None
) -> bytes:
    """Return the file of a layer; a CSV has the mark by which Excel knows UTF-8.

    Parameters
    ----------
    data, selection
        What there is and what of it is chosen.
    name
        One of `ONE_BY_ONE`, or `ALL`; what can hold all of `LAYERS` always does.
    kind
        One of `FORMATS`.
    options
        Reference system, classes of the map, language of the words inside.

    Raises
    ------
    SelectionError
        If the format cannot hold all layers, or not the reference system.
    """
    options = options or FileOptions()
    require_possible(name, kind, options)
    if kind == "geojson":
        return geojson(data, selection, name, lang=options.lang).encode("utf-8")
    if kind == "csv":
        return csv_text(data, selection, name).encode("utf-8-sig")
    if kind == "csv.zip":
        return _zip(csv_with_types(data, selection, name, f"{name}.csv", lang=options.lang))
    if kind == "xlsx":
        return _workbook(data, selection, lang=options.lang)
    if kind == "package":
        return _package(data, selection, lang=options.lang)
    if kind == "gpkg":
        return _geopackage(data, selection, options)
    one = _file_layer(data, selection, name, layer(data, selection, name), options)
    if kind == "shp":
        return shapefile_zip(one, lang=options.lang)
    return {"fgb": flatgeobuf, "parquet": geoparquet}[kind](one)


def csv_with_types(
    data: Dataset, selection: Selection, name: str, file_name: str, *, lang: Lang
) -> dict[str, bytes]:
    """Return by name the CSV of a layer and, beside it, the files that say what its columns hold.

    Parameters
    ----------
    data, selection, name
        As for `file_bytes`.
    file_name
        Name of the CSV; the names of the others follow from it.
    lang
        Language of the words inside.
    """
    return csv_files(_table(data, selection, name, lang), file_name, lang=lang)


def _table(data: Dataset, selection: Selection, name: str, lang: Lang) -> Table:
    features = layer(data, selection, name)
    table = _csv_table(features, name)
    parts = (part.strip() for text in features[c.SOURCE] for part in str(text).split("; "))
    made_up = t("report_illustrative_source", lang)
    named = (made_up if c.ILLUSTRATIVE in part else part for part in parts)
    sources = dict.fromkeys((*named, source_text(_boundaries(data, name), lang)))
    return Table(
        name,
        plain_csv(table).encode("utf-8-sig"),
        fields(data, selection, table, lang=lang),
        t(f"exports_layer_{name}", lang),
        file_note(data, selection, name, features, FileOptions(lang=lang)),
        tuple(each for each in sources if each),
    )


def _workbook(data: Dataset, selection: Selection, *, lang: Lang) -> bytes:
    tables = {name: _csv_table(layer(data, selection, name), name) for name in LAYERS}
    note = _boundary_note(data.boundary_set, lang)
    return workbook(data, selection, tables, note, lang=lang)


def _package(data: Dataset, selection: Selection, *, lang: Lang) -> bytes:
    files = data_package(
        [_table(data, selection, name, lang) for name in LAYERS],
        {name: geojson(data, selection, name, lang=lang).encode("utf-8") for name in LAYERS},
        name=file_stem(data, selection, ALL),
        title=f"{t('app_name', lang)} – {shown_name(data, selection, lang)}, {selection.year}",
        licence=licence_text(data.boundary_set, lang),
        lang=lang,
    )
    return _zip(files)


def _zip(files: Mapping[str, bytes]) -> bytes:
    return fixed_zip(files, moment=ZIP_MOMENT)


def _geopackage(data: Dataset, selection: Selection, options: FileOptions) -> bytes:
    # A style of rules cannot hold the square of two indicators: it paints the first one. Files have
    # the values of both periods, and no difference.
    painted = replace(selection, second="", compare_as=Comparing.MAPS)
    view = map_view(data, painted, options.classing, lang=options.lang)
    indicator, lang = view.indicator, options.lang
    communes = layer(data, selection, "communes")
    features = {  # in the order in which QGIS stacks them
        "communes": communes.assign(**class_columns(communes, indicator, view.choropleth)),
        "roads": layer(data, selection, "roads"),
        "sites": layer(data, selection, "sites"),
    }
    layers = {
        name: _file_layer(data, selection, name, each, options) for name, each in features.items()
    }
    known = {name: one.meanings for name, one in layers.items()}
    styles = {
        "communes": commune_style(view.choropleth, aliases=known["communes"], lang=lang),
        "roads": road_style(aliases=known["roads"], lang=lang),
        "sites": site_style(features["sites"], data.catalog, aliases=known["sites"], lang=lang),
    }
    return geopackage(
        [(one, styles[name]) for name, one in layers.items()],
        style_name=t("exports_style_name", lang, indicator=indicator.id, year=selection.year),
    )


def _file_layer(
    data: Dataset, selection: Selection, name: str, features: gpd.GeoDataFrame, options: FileOptions
) -> FileLayer:
    """Return a layer in the reference system wished, with all that a file says of it."""
    names = features.columns.drop(features.geometry.name)
    shapes = features.geometry.where(~features.geometry.is_empty, None)
    return FileLayer(
        name=name,
        features=features.set_geometry(shapes).to_crs(options.crs),
        dimension=DIMENSIONS[name],
        note=file_note(data, selection, name, features, options),
        meanings=column_meanings(data, selection, names, lang=options.lang),
    )


def file_note(
    data: Dataset, selection: Selection, name: str, features: pd.DataFrame, options: FileOptions
) -> str:
    """Return what a file says of itself: where it comes from, how exact it is, what to mind."""
    lang, stem = options.lang, file_stem(data, selection, name)
    is_illustrative = bool(features[c.ILLUSTRATIVE].any())
    sentences = [
        t("exports_note_layer", lang, layer=t(f"exports_layer_{name}", lang), stem=stem),
        t("exports_illustrative" if is_illustrative else "exports_real", lang),
        _boundary_note(_boundaries(data, name), lang),
        t("exports_note_crs", lang, crs=f"{crs_label(options.crs)} ({options.crs})"),
        *(t(remark, lang) for remark in remarks_on(features)),
        *(capital_notes(data, selection, lang) if name in ("communes", DISTRICTS) else ()),
    ]
    return " ".join(sentences)


def _boundary_note(boundaries: BoundarySet, lang: Lang) -> str:
    accuracy = f"accuracy_{boundaries.accuracy}"
    return t(
        "exports_note_boundaries",
        lang,
        vintage=boundaries.vintage,
        # An installed set may be catalogued as exact in a way that has no wording.
        accuracy=t(accuracy, lang).lower() if accuracy in wordings() else boundaries.accuracy,
        name=boundaries.name,
        source=source_text(boundaries, lang) or "–",
        licence=licence_text(boundaries, lang) or "–",
    )


def remarks_on(features: pd.DataFrame) -> tuple[str, ...]:
    """Return the wordings without which the rows of a layer could be misread."""
    needed = {
        "exports_note_blanks": any(column.endswith(c.STATE) for column in features),
        "exports_note_regions": FORMER_COUNT in features,
        "exports_note_districts": COMMUNES in features,
        "exports_note_parts": PART in features and bool(features[PART].any()),
    }
    return tuple(remark for remark, is_needed in needed.items() if is_needed)


def _plain_text(cell: object) -> object:
    """Keep a text from being run as a formula by a spreadsheet; lists become `a; b`."""
    if isinstance(cell, list):
        cell = "; ".join(cell)
    return disarmed(cell) if isinstance(cell, str) else cell


def file_name(data: Dataset, selection: Selection, name: str, kind: str, crs: str = WGS84) -> str:
    """Return the name of a file: what is in it, the reference system unless WGS 84, the format."""
    stem = file_stem(data, selection, ALL if FORMATS[kind].holds_all else name)
    system = "" if crs == WGS84 else f"_{crs.replace(':', '-').lower()}"
    return f"{stem}{system}.{FORMATS[kind].suffix}"


def _communes(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    table = commune_table(data, selection)
    frame = data.communes.loc[table.index, ["geometry"]].join(table)
    for figure in value_columns(data, selection):
        for column, held in figure.columns(data).items():
            frame[column] = held.loc[table.index]
    shares = region_columns(data, selection.year, selection.regions)
    of_parts = {**part_columns(data), **shares}
    return as_counted_there(data, frame.drop(columns=c.VALUE)).assign(
        **{column: held.loc[table.index] for column, held in of_parts.items()},
        **_what_is_shown(data, selection),
    )


def _districts(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    return districts(data, selection).assign(**_what_is_shown(data, selection))


def _what_is_shown(data: Dataset, selection: Selection) -> dict[str, object]:
    """Return what every row of a layer of figures says of what is chosen."""
    indicator = data.catalog.indicators[selection.indicator]
    return {
        c.YEAR: selection.year,
        c.INDICATOR: indicator.id,
        "indicator_name": indicator.name.vi,
        c.BASIS: selection.basis.value,
        **selection_columns(data, selection),
        c.SOURCE: _sources(data, shown_indicators(data, selection), selection.year),
    }


def _sources(data: Dataset, indicators: Iterable[Indicator], year: int) -> str:
    """Name where the figures of an export come from."""
    tables = [
        data.regions if each.id == c.REGION else rows_behind(data, each, year)
        for each in indicators
    ]
    return "; ".join(sorted({source for rows in tables for source in rows[c.SOURCE]}))


def _sites(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    sites = selected_sites(data, selection)
    unused = [c.LON, c.LAT, FORMER_COMMUNE_CODE]
    named = sites.drop(columns=unused, errors="ignore").rename(columns={c.ID: c.CODE})
    return named.assign(**{c.POSITION_ACCURACY: named[c.LOCATION]})  # one word by both names


def _roads(data: Dataset, selection: Selection) -> gpd.GeoDataFrame:
    """Return whole roads; the place columns name the selected commune that holds most of each."""
    roads = selected_roads(data, selection)
    names = data.commune_list.set_index(c.CODE)
    longest = (
        crossing_pieces(data, selection)
        .dropna(subset=[c.CODE])
        .sort_values([c.LENGTH_KM, c.CODE], ascending=[False, True])
        .drop_duplicates(c.ID)
        .set_index(c.ID)[c.CODE]
    )
    main = roads[c.ID].map(longest)
    places = {c.COMMUNE: c.NAME, c.DISTRICT_CODE: c.DISTRICT_CODE, c.DISTRICT: c.DISTRICT}
    return roads.rename(columns={c.ID: c.CODE}).assign(
        **{c.COMMUNE_CODE: main},
        **{column: main.map(names[name]) for column, name in places.items()},
    )
