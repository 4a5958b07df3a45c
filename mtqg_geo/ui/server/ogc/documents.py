"""What the service tells of itself: first page, standards, layers, their columns and parameters."""

from collections.abc import Iterable, Mapping
from typing import Any

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.exports.columns import Field
from mtqg_geo.exports.features import LISTS, extent, systems_of
from mtqg_geo.figures.file_names import DISTRICTS, ONE_BY_ONE
from mtqg_geo.figures.scope import filters_chosen, map_title, place_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.ogc.addresses import (
    GEOJSON,
    HTML,
    JSON,
    OPENAPI,
    SCHEMA,
    Addresses,
    Link,
    items_path,
    link,
)

Document = dict[str, Any]

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-"
CONFORMS_TO = (
    *(f"{_FEATURES}1/1.0/conf/{each}" for each in ("core", "geojson", "html", "oas30")),
    f"{_FEATURES}2/1.0/conf/crs",
    f"{_FEATURES}3/1.0/conf/queryables",
    *(
        f"{_FEATURES}5/1.0/conf/{each}"
        for each in ("schemas", "core-roles-features", "returnables-and-receivables", "queryables")
    ),
)
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRIES = {
    "communes": "polygon-or-multipolygon",
    DISTRICTS: "polygon-or-multipolygon",
    "sites": "point",
    "roads": "linestring-or-multilinestring",
}


def own_links(at: Addresses, type_: str) -> list[Link]:
    """Return the links of a document to itself, and to the same as a page."""
    return [
        link(at.chosen(at.path), "self", type_, t("ogc_link_self", at.lang)),
        link(at.as_page(at.path), "alternate", HTML, t("ogc_link_alternate", at.lang)),
    ]


def landing(at: Addresses) -> Document:
    """Return the first page."""
    lang = at.lang
    below = (
        ("/collections", "data", JSON, "ogc_link_collections"),
        ("/conformance", "conformance", JSON, "ogc_link_conformance"),
        ("/api", "service-desc", OPENAPI, "ogc_link_api"),
    )
    pages = [
        (path, "service-doc" if path == "/api" else rel, title) for path, rel, _, title in below
    ]
    return {
        "title": t("ogc_title", lang),
        "description": t("ogc_description", lang),
        "links": [
            *own_links(at, JSON),
            *(
                link(at.plain(path), rel, type_, t(title, lang))
                for path, rel, type_, title in below
            ),
            *(link(at.as_page(path), rel, HTML, t(title, lang)) for path, rel, title in pages),
        ],
    }


def conformance(at: Addresses) -> Document:
    """Return the standards that are kept."""
    return {"conformsTo": list(CONFORMS_TO), "links": own_links(at, JSON)}


def collections(at: Addresses, data: Dataset, selection: Selection) -> Document:
    """Return the layers."""
    return {
        "title": t("ogc_link_collections", at.lang),
        "links": own_links(at, JSON),
        "crs": list(systems_of(data)),
        "collections": [_collection(at, data, selection, name) for name in ONE_BY_ONE],
    }


def collection(at: Addresses, data: Dataset, selection: Selection, name: str) -> Document:
    """Return one of the layers."""
    document = _collection(at, data, selection, name)
    return {**document, "links": [*own_links(at, JSON), *document["links"]]}


def _collection(at: Addresses, data: Dataset, selection: Selection, name: str) -> Document:
    lang, systems = at.lang, list(systems_of(data))
    path = f"/collections/{name}"
    below = (
        (items_path(name), "items", GEOJSON, "ogc_link_items"),
        (f"{path}/schema", f"{_REL}schema", SCHEMA, "ogc_link_schema"),
        (f"{path}/queryables", f"{_REL}queryables", SCHEMA, "ogc_link_queryables"),
    )
    described = t("ogc_link_described", lang)
    return {
        "id": name,
        "title": t(f"exports_layer_{name}", lang),
        "description": _description(data, selection, name, lang),
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [extent(data, name)], "crs": systems[0]},
            "temporal": {"interval": [_interval(data)]},
        },
        "crs": systems,
        "storageCrs": systems[0],
        "links": [
            link(at.as_page(path), "alternate", HTML, t(f"exports_layer_{name}", lang)),
            *(
                link(at.chosen(below_), rel, type_, t(title, lang))
                for below_, rel, type_, title in below
            ),
            link(at.chosen(f"{path}/geojson-schema"), "describedby", SCHEMA, described),
            *(
                link(at.as_page(below_), rel, HTML, t(title, lang))
                for below_, rel, _, title in below
            ),
        ],
    }


def _description(data: Dataset, selection: Selection, name: str, lang: Lang) -> str:
    """Say which rows the layer has."""
    layer = t(f"exports_layer_{name}", lang)
    has_figures = name in ("communes", DISTRICTS)
    what = map_title(data, selection, lang) if has_figures else f"{layer}, {selection.year}"
    chosen = filters_chosen(data, selection, lang)
    return " · ".join([what, place_text(data, selection, lang), *chosen])


def _interval(data: Dataset) -> list[str]:
    return [f"{min(data.years)}-01-01T00:00:00Z", f"{max(data.years)}-12-31T23:59:59Z"]


def schema(at: Addresses, name: str, columns: Iterable[Field]) -> Document:
    """Return what each property holds (Part 5)."""
    numbered = enumerate(columns, start=2)
    return {
        "$schema": DRAFT,
        "$id": at.plain(at.path),
        "type": "object",
        "title": t(f"exports_layer_{name}", at.lang),
        "properties": {
            "geometry": {
                "title": t("ogc_geometry", at.lang),
                "x-ogc-role": "primary-geometry",
                "x-ogc-propertySeq": 1,
                "format": f"geometry-{GEOMETRIES[name]}",
            },
            **{each.name: {**_property(each), "x-ogc-propertySeq": n} for n, each in numbered},
        },
        "additionalProperties": False,
    }


def geojson_schema(at: Addresses, name: str, columns: Iterable[Field]) -> Document:
    """Return the same as GDAL reads it, which takes types from nowhere else but the first rows.

    A blank is null: `nullable` says so, since GDAL knows no list of types.
    """
    properties = {each.name: {**_property(each), "nullable": True} for each in columns}
    return {
        "$schema": DRAFT,
        "$id": at.plain(at.path),
        "type": "object",
        "title": t(f"exports_layer_{name}", at.lang),
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "properties": properties},
        },
    }


def _property(column: Field) -> Document:
    found: Document = {"title": column.heading, "description": column.meaning}
    if column.name in LISTS:
        return {**found, "type": "array", "items": {"type": "string"}}
    choices = {"enum": list(column.choices)} if column.choices else {}
    return {**found, "type": column.kind, **choices}


def queryables(at: Addresses, name: str, parameters: Mapping[str, Document]) -> Document:
    """Return the page's parameters, by which the rows of a layer are chosen."""
    return {
        "$schema": DRAFT,
        "$id": at.plain(at.path),
        "type": "object",
        "title": t("ogc_queryables", at.lang, layer=t(f"exports_layer_{name}", at.lang)),
        "properties": {key: dict(each) for key, each in parameters.items()},
        "additionalProperties": False,
    }
