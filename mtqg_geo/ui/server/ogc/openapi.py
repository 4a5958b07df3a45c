"""The service described for programs, as OpenAPI 3.0; and the page's parameters one by one.

The page's parameters stand with the path, not with the operation: QGIS and GDAL take what stands
with the operation for properties of the same name, and would send `district='Huyện Lục Ngạn'`
where a code is meant.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.exports.features import systems_of
from mtqg_geo.figures.file_names import ONE_BY_ONE
from mtqg_geo.figures.filters import FILTERS
from mtqg_geo.figures.periods import Comparing, Measure
from mtqg_geo.figures.query import SHOWN
from mtqg_geo.programme.model import LANGUAGES, Basis, Lang
from mtqg_geo.programme.words import t
from mtqg_geo.store.mode import access_mode
from mtqg_geo.ui.server.ogc.addresses import (
    GEOJSON,
    HTML,
    JSON,
    OPENAPI,
    ROOT,
    SCHEMA,
    Addresses,
    items_path,
)
from mtqg_geo.ui.server.ogc.asked import ANYWHERE, FORMS, MOST, OF_FEATURE, OF_FEATURES, USUAL_LIMIT

Document = dict[str, Any]

VERSION = "3.0.3"
MOST_CHOICES = 64  # that are listed; of more the queryables are the wrong place to choose from
PERIOD = r"^\d{4}(-Q[1-4])?$"
# What every address may answer besides what was asked for; of the gate, where people sign in.
ANY_CODE = ("400", "401", "403", "429", "500", "503")


def page_parameters(data: Dataset, lang: Lang) -> dict[str, Document]:
    """Return the schema of each parameter of the page: what may be chosen, in words."""
    indicators = list(data.catalog.indicators)
    measures = [each.value for each in Measure if each is not Measure.VALUE]
    shown = {
        "indicator": {"enum": indicators},
        "basis": {"enum": [each.value for each in Basis]},
        "measure": {"enum": measures},
        "with": {"enum": indicators},
        "as_of": {"pattern": PERIOD},
        "compare": {"pattern": PERIOD},
        "compare_as": {"enum": [each.value for each in Comparing]},
    }
    filters = {}
    for each in FILTERS:
        known = [str(option) for option in each.options(data)]
        value = {"type": "string", **({"enum": known} if len(known) <= MOST_CHOICES else {})}
        several = {"type": "array", "items": value}
        title = {"title": t(each.label_on(data), lang)}
        filters[each.name] = title | (value if each.is_single else several)
    return filters | {
        name: {"title": t(f"ogc_parameter_{name}", lang), "type": "string", **shown[name]}
        for name in SHOWN
    }


def openapi(at: Addresses, data: Dataset) -> Document:
    """Return the description of the whole service."""
    lang = at.lang
    tokens = ("ogc_tokens",) if access_mode() == "signed-in" else ()
    own = _own_parameters(data, lang)
    of_page = page_parameters(data, lang)
    parameters = {
        **own,
        **{name: _parameter(name, schema) for name, schema in of_page.items()},
        "lang": _parameter(
            "lang", {"title": t("language", lang), "type": "string", "enum": list(LANGUAGES)}
        ),
    }
    shared = [_ref("parameters", name) for name in (*of_page, "lang")]
    paths = {
        path: {"parameters": [*shared, *own_path], "get": operation}
        for path, own_path, operation in _operations(lang)
    }
    return {
        "openapi": VERSION,
        "info": {
            "title": t("ogc_title", lang),
            "description": " ".join(t(key, lang) for key in ("ogc_description", *tokens)),
            "version": "1.0",
        },
        "servers": [{"url": at.plain("")}],
        "security": [{"basic": []}, {"bearer": []}] if tokens else [],
        "paths": paths,
        "components": {
            "parameters": parameters,
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "responses": _responses(lang),
            "schemas": {
                "exception": {
                    "type": "object",
                    "required": ["code"],
                    "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
                }
            },
        },
    }


def overview(document: Document) -> Document:
    """Return the same in short, for a page: which addresses there are, which parameters."""
    parameters = document["components"]["parameters"].values()
    return {
        **document["info"],
        "paths": [
            {"path": f"{ROOT}{path}", "summary": each["get"]["summary"]}
            for path, each in document["paths"].items()
        ],
        "parameters": [
            {
                "name": each["name"],
                "description": each["description"],
                "values": _values(each["schema"]),
            }
            for each in parameters
        ],
    }


def _values(schema: Document) -> str:
    held = schema.get("items", schema)
    return ", ".join(held.get("enum", ())) or held.get("pattern", "") or schema["type"]


def _operations(lang: Lang) -> Iterable[tuple[str, list[Document], Document]]:
    """Give each path with its parameters, and what it does."""
    text = {"type": "string"}
    feature_id = [{"name": "featureId", "in": "path", "required": True, "schema": text}]
    for path, title, type_ in (
        ("/", "ogc_title", JSON),
        ("/api", "ogc_link_api", OPENAPI),
        ("/conformance", "ogc_link_conformance", JSON),
        ("/collections", "ogc_link_collections", JSON),
    ):
        yield path, [], _operation(path, t(title, lang), type_, ANYWHERE)
    for name in ONE_BY_ONE:
        layer, top = t(f"exports_layer_{name}", lang), f"/collections/{name}"
        items = items_path(name)
        for path, title, type_, own in (
            (top, "ogc_link_collection", JSON, ANYWHERE),
            (f"{top}/schema", "ogc_link_schema", SCHEMA, ANYWHERE),
            (f"{top}/geojson-schema", "ogc_link_described", SCHEMA, ANYWHERE),
            (f"{top}/queryables", "ogc_link_queryables", SCHEMA, ANYWHERE),
            (items, "ogc_link_items", GEOJSON, OF_FEATURES),
            (f"{items}/{{featureId}}", "ogc_link_item", GEOJSON, OF_FEATURE),
        ):
            summary = f"{layer}: {t(title, lang)}"
            in_path = feature_id if path.endswith("}") else []
            yield path, in_path, _operation(path, summary, type_, own)


def _operation(path: str, summary: str, type_: str, own: Sequence[str]) -> Document:
    gone = {"410"} if "page" in own else set()
    lost = {"404"} if path.endswith("}") else set()
    content = {type_: {"schema": {"type": "object"}}, HTML: {"schema": {"type": "string"}}}
    system = {"headers": {"Content-Crs": {"schema": {"type": "string"}}}} if "crs" in own else {}
    return {
        "operationId": re.sub(r"\W+", "_", path).strip("_") or "landing",
        "summary": summary,
        "parameters": [_ref("parameters", name) for name in own],
        "responses": {
            "200": {"description": summary, "content": content, **system},
            **{code: _ref("responses", code) for code in sorted({"304", *gone, *lost, *ANY_CODE})},
        },
    }


def _responses(lang: Lang) -> dict[str, Document]:
    body = {
        type_: {"schema": schema}
        for type_, schema in (
            (JSON, {"$ref": "#/components/schemas/exception"}),
            (HTML, {"type": "string"}),
            ("text/plain", {"type": "string"}),
        )
    }
    codes = ("304", "404", "410", *ANY_CODE)
    return {
        code: {
            "description": t(f"ogc_code_{code}", lang),
            **({} if code == "304" else {"content": body}),
        }
        for code in codes
    }


def _own_parameters(data: Dataset, lang: Lang) -> dict[str, Document]:
    systems = {"type": "string", "enum": list(systems_of(data))}
    schemas = {
        "f": {"type": "string", "enum": list(FORMS)},
        "crs": systems,
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT},
        "bbox": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
        "bbox-crs": systems,
        "datetime": {"type": "string"},
        "page": {"type": "string"},
    }
    return {
        name: _parameter(name, {"title": t(f"ogc_parameter_{name}", lang), **schema})
        for name, schema in schemas.items()
    }


def _parameter(name: str, schema: Document) -> Document:
    rest = dict(schema)
    return {
        "name": name,
        "in": "query",
        "description": rest.pop("title"),
        "required": False,
        "style": "form",
        "explode": False,
        "schema": rest,
    }


def _ref(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}
