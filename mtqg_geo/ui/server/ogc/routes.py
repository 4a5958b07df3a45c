"""The routes under `/ogc`.

All work is done on worker threads, two at a time as for other files. Where people sign in, the gate
before these routes asks who it is, as for everything under `/ogc`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports.features import FeatureSet, features_of, systems_of
from mtqg_geo.figures.file_names import ONE_BY_ONE
from mtqg_geo.figures.query import PARAMETERS, parse_language
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.downloads import (
    AT_ONCE,
    METHODS,
    MOST_WAITING,
    asked_of,
    for_other_sites,
    marked,
)
from mtqg_geo.ui.server.files import RETRY_S
from mtqg_geo.ui.server.ogc import documents
from mtqg_geo.ui.server.ogc.addresses import (
    GEOJSON,
    HTML,
    JSON,
    OPENAPI,
    ROOT,
    SCHEMA,
    Addresses,
    Link,
    base_of,
    items_path,
    link,
)
from mtqg_geo.ui.server.ogc.asked import (
    ANYWHERE,
    OF_FEATURE,
    OF_FEATURES,
    Asked,
    Query,
    form_of,
    page_text,
    parse_asked,
    with_period,
)
from mtqg_geo.ui.server.ogc.cells import Cells
from mtqg_geo.ui.server.ogc.openapi import openapi, overview, page_parameters
from mtqg_geo.ui.server.ogc.walks import Reading, WalkGone, Walks
from mtqg_geo.ui.server.ogc.web_page import HEADED, web_page


class NotThere(Exception):
    """There is no such layer, feature or address; the text says so."""


@dataclass(frozen=True)
class Content:
    """What is answered: a document, or its text where that is at hand, and what goes with it."""

    document: Mapping[str, Any] | bytes
    type_: str
    crs: str = ""
    as_page: Mapping[str, Any] | None = None  # what a page shows instead
    cells: Cells | None = None  # of its features, on a page


@dataclass(frozen=True)
class Call:
    """A request as the documents see it."""

    at: Addresses
    query: Query  # without what is asked for besides the selection
    asked_with: Query
    walks: Walks
    current: Callable[[], Dataset]

    def selected(self) -> tuple[Dataset, Selection]:
        """Return data and selection; a `SelectionError` says what is not known."""
        data, selection, _ = asked_of(self.current, self.query)
        return data, selection

    def asked(self) -> Asked:
        """Return which part of a layer is asked for."""
        return parse_asked(self.asked_with, self.current(), lang=self.at.lang)

    def cells(self, features: FeatureSet) -> Cells:
        """Return how properties are written on a page."""
        return Cells(features.columns, self.current().catalog, self.at.lang)

    def reading(self, name: str, asked: Asked) -> Reading:
        """Return the features of a layer, of the state that the walk began with.

        Raises
        ------
        WalkGone
            If that is neither the present one nor kept.
        """
        lang = self.at.lang
        key = (name, asked.crs, lang, tuple((n, tuple(v)) for n, v in sorted(self.query.items())))

        def make(data: Dataset) -> FeatureSet:
            _, selection = self.selected()
            crs = systems_of(data)[asked.crs]
            return features_of(data, selection, name, crs=crs, lang=lang)

        try:
            return self.walks.go_on(key, asked.state)
        except WalkGone:
            reading = self.walks.begin(key, partial(shown_for, query=self.query), make)
            if asked.state not in ("", reading.state):
                raise
            return reading


Resource = Callable[[Call, Mapping[str, str]], Content]


def routes(
    current: Callable[[], Dataset], *, base_url: str = "", origins: Sequence[str] = ()
) -> list[Route]:
    """Return the routes of the service.

    Parameters
    ----------
    current
        Returns the data.
    base_url
        Under which readers know this server; "" to take what they asked for.
    origins
        Other sites whose pages may read it; see `downloads.parse_origins`.
    """
    light, walks = CapacityLimiter(AT_ONCE), Walks(current)
    readers = for_other_sites(origins, "Content-Crs")

    def route(path: str, resource: Resource, *own: str) -> Route:
        known = frozenset((*ANYWHERE, *own))

        async def answer(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={"Allow": ", ".join(METHODS)})
            if light.statistics().tasks_waiting >= MOST_WAITING:
                words = t("files_full", parse_language(_query(request))[0])
                headers = {"Retry-After": str(RETRY_S)}
                return JSONResponse(_exception("Busy", words), status_code=503, headers=headers)
            call = partial(_answer, request, resource, known, walks, current, base_url)
            return await run_sync(call, limiter=light)

        return Route(
            f"{ROOT}{path}", answer, methods=METHODS, middleware=readers, name=f"ogc{path}"
        )

    layer = "/collections/{layer}"
    return [
        route("", _landing),
        route("/", _landing),
        route("/api", _api),
        route("/conformance", _conformance),
        route("/collections", _collections),
        route(layer, _collection),
        route(f"{layer}/schema", _schema),
        route(f"{layer}/geojson-schema", _geojson_schema),
        route(f"{layer}/queryables", _queryables),
        route(f"{layer}/items", _items, *OF_FEATURES),
        route(f"{layer}/items/{{feature}}", _feature, *OF_FEATURE),
        route("/{rest:path}", _nothing),
    ]


def _query(request: Request) -> Query:
    return {name: request.query_params.getlist(name) for name in request.query_params}


def _answer(
    request: Request,
    resource: Resource,
    own: frozenset[str],
    walks: Walks,
    current: Callable[[], Dataset],
    base_url: str,
) -> Response:
    """Answer a request (on a worker thread)."""
    asked_with = _query(request)
    lang, _ = parse_language(asked_with)
    # `request.url` would be put together of what the client says its host is.
    path = request.scope["path"].removeprefix(request.scope.get("root_path", "")).removeprefix(ROOT)
    pairs = tuple(request.query_params.multi_items())
    at = Addresses(base_of(request.scope, base_url), path or "/", pairs, lang)
    status, form = 200, "json"
    try:
        form = form_of(asked_with, request.headers.get("accept", ""), lang=lang)
        rest = {
            name: texts
            for name, texts in asked_with.items()
            if name not in own or name == "datetime"
        }
        query = with_period(rest, lang=lang) if "datetime" in own else rest
        content = resource(Call(at, query, asked_with, walks, current), request.path_params)
    except SelectionError as error:
        status, content = 400, _refused("InvalidParameterValue", " ".join(error.problems))
    except NotThere as error:
        status, content = 404, _refused("NotFound", str(error))
    except WalkGone:
        status, content = 410, _refused("Gone", t("ogc_gone", lang))
    return _response(request, at, content, form, status)


def _response(
    request: Request, at: Addresses, content: Content, form: str, status: int
) -> Response:
    document = content.document
    headers = {"Vary": "Accept"}
    if form == "html":
        held = content.as_page or (
            json.loads(document) if isinstance(document, bytes) else document
        )
        chosen = [pair for pair in at.pairs if pair[0] in PARAMETERS]
        page = web_page(at, held, chosen, content.cells)
        if status != 200:
            return HTMLResponse(page, status_code=status, headers=headers)
        return marked(request, page.encode(), f"{HTML}; charset=utf-8", headers)
    if content.crs:
        headers["Content-Crs"] = f"<{content.crs}>"
    body = document if isinstance(document, bytes) else _json(document)
    if status != 200:
        return Response(body, status_code=status, media_type=JSON, headers=headers)
    return marked(request, body, content.type_, headers)


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _exception(code: str, description: str) -> dict[str, str]:
    return {"code": code, "description": description}


def _refused(code: str, description: str) -> Content:
    return Content(_exception(code, description), JSON)


def _layer(call: Call, path: Mapping[str, str]) -> str:
    name = path["layer"]
    if name not in ONE_BY_ONE:
        words = {"example": name[:40], "known": ", ".join(ONE_BY_ONE)}
        raise NotThere(t("ogc_no_layer", call.at.lang, **words))
    return name


def _nothing(call: Call, path: Mapping[str, str]) -> Content:
    raise NotThere(t("ogc_no_address", call.at.lang, example=f"{ROOT}/{path['rest'][:60]}"))


def _landing(call: Call, _: Mapping[str, str]) -> Content:
    call.selected()  # who asks for what is not known is told at once
    return Content(documents.landing(call.at), JSON)


def _conformance(call: Call, _: Mapping[str, str]) -> Content:
    call.selected()
    return Content(documents.conformance(call.at), JSON)


def _api(call: Call, _: Mapping[str, str]) -> Content:
    data, _selection = call.selected()
    document = openapi(call.at, data)
    return Content(document, OPENAPI, as_page=overview(document))


def _collections(call: Call, _: Mapping[str, str]) -> Content:
    document = documents.collections(call.at, *call.selected())
    words = [t(key, call.at.lang) for key in ("exports_layer", "excel_what")]
    rows = [
        dict(zip((*words, ""), (each[name] for name in HEADED), strict=True))
        for each in document["collections"]
    ]
    return Content(document, JSON, as_page={"title": document["title"], "rows": rows})


def _collection(call: Call, path: Mapping[str, str]) -> Content:
    name = _layer(call, path)
    return Content(documents.collection(call.at, *call.selected(), name), JSON)


def _schema(call: Call, path: Mapping[str, str]) -> Content:
    name = _layer(call, path)
    columns = call.reading(name, Asked()).features.columns
    return Content(documents.schema(call.at, name, columns), SCHEMA)


def _geojson_schema(call: Call, path: Mapping[str, str]) -> Content:
    name = _layer(call, path)
    columns = call.reading(name, Asked()).features.columns
    return Content(documents.geojson_schema(call.at, name, columns), SCHEMA)


def _queryables(call: Call, path: Mapping[str, str]) -> Content:
    name = _layer(call, path)
    data, _ = call.selected()
    parameters = page_parameters(data, call.at.lang)
    return Content(documents.queryables(call.at, name, parameters), SCHEMA)


def _items(call: Call, path: Mapping[str, str]) -> Content:
    name, asked = _layer(call, path), call.asked()
    reading = call.reading(name, asked)
    features, at = reading.features, call.at
    rows = features.rows(asked.area)
    page, after = features.page(rows, after=asked.after, limit=asked.limit)
    head = {
        "type": "FeatureCollection",
        "title": t(f"exports_layer_{name}", at.lang),
        "description": features.note,
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "links": _links_of_page(at, name, reading.state, after),
    }
    body = b",\n".join(features.texts[row] for row in page)
    text = _json(head)[:-1] + b',"features":[\n' + body + b"\n]}\n"
    return Content(text, GEOJSON, asked.crs, cells=call.cells(features))


def _links_of_page(at: Addresses, name: str, state: str, after: str) -> list[Link]:
    layer, title = f"/collections/{name}", t("ogc_link_collection", at.lang)
    links = [
        *documents.own_links(at, GEOJSON),
        link(at.plain(layer), "collection", JSON, title),
        link(at.as_page(layer, OF_FEATURES), "collection", HTML, title),
    ]
    if after:
        page, title = page_text(state, after), t("ogc_link_next", at.lang)
        links.append(link(at.chosen(at.path, page=page), "next", GEOJSON, title))
        links.append(link(at.chosen(at.path, page=page, f="html"), "next", HTML, title))
    return links


def _feature(call: Call, path: Mapping[str, str]) -> Content:
    name, asked, at = _layer(call, path), call.asked(), call.at
    features = call.reading(name, asked).features
    if path["feature"] not in features.ids:
        words = {"example": path["feature"][:60], "layer": t(f"exports_layer_{name}", at.lang)}
        raise NotThere(t("ogc_no_feature", at.lang, **words))
    title = t("ogc_link_items", at.lang)
    links = [
        *documents.own_links(at, GEOJSON),
        link(
            at.plain(f"/collections/{name}"), "collection", JSON, t("ogc_link_collection", at.lang)
        ),
        link(at.as_page(items_path(name)), "items", HTML, title),
    ]
    text = features.texts[features.ids.index(path["feature"])]
    document = text[:-1] + b',"links":' + _json(links) + b"}"
    return Content(document, GEOJSON, asked.crs, cells=call.cells(features))
