"""Routes that give layers away: the same selection and the same files as the page's buttons."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions, parse_crs, require_possible
from mtqg_geo.figures.file_names import ALL, ONE_BY_ONE
from mtqg_geo.figures.query import parse_language, parse_selection, unknown_parameters
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps.classing import parse_classing
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import LANGUAGES, Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.files import RETRY_S, content_disposition, made
from mtqg_geo.ui.server.heavy import Desk, is_heavy, wish_for

KINDS = {each.suffix: kind for kind, each in FORMATS.items()}
# What a file may be asked for besides the selection; the classes are those of the GeoPackage.
FILE_PARAMETERS = frozenset(("crs", "scheme", "k", "breaks", "pooled", "scope"))
METHODS = ("GET", "HEAD", "OPTIONS")
# Light files are made beside the pages: two at a time leave the processor to who clicks.
AT_ONCE, MOST_WAITING = 2, 100
ORIGIN = re.compile(r"\*|https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:.]+\](:\d{1,5})?")
Query = dict[str, list[str]]


def routes(
    current: Callable[[], Dataset], *, origins: Sequence[str] = (), desk: Desk | None = None
) -> list[Route]:
    """Return `GET /api/{layer}.{format}`, filtered by the page's own query parameters.

    QGIS and scripts read these addresses: `communes`, `districts`, `sites`, `roads` as `geojson`,
    `csv`, `csv.zip` (with the types of its columns), `zip` (a shapefile), `fgb` or `parquet`, and
    all but the districts as `all.xlsx`, `all.gpkg` and `all.package.zip`. `crs` names another
    reference system. A parameter that names something unknown is answered with 400 and one sentence
    for each, and so is an unknown parameter, which would otherwise give more than was asked for; an
    unknown layer or format with 404. Whoever names the file that they have (`If-None-Match`) is
    told with 304 that it is still the same. Who comes when too many wait is told with 503 to come
    again.

    Parameters
    ----------
    current
        Returns the data.
    origins
        Other sites whose pages may read the files; see `parse_origins`.
    desk
        Where files of all layers wait for their turn; without one they are made at once.
    """
    light = CapacityLimiter(AT_ONCE)

    async def download(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(METHODS)})
        name, _, suffix = request.path_params["file"].partition(".")
        query = {key: request.query_params.getlist(key) for key in request.query_params}
        lang = parse_language(query)[0]
        if not _exists(name, suffix):
            words = _unknown_layer(f"{name}.{suffix}", lang)
            return PlainTextResponse(words, status_code=404)
        if light.statistics().tasks_waiting >= MOST_WAITING:
            headers = {"Retry-After": str(RETRY_S)}
            return PlainTextResponse(t("files_full", lang), status_code=503, headers=headers)
        kind = KINDS[suffix]
        queue = desk.queue if desk and is_heavy(kind) else None
        try:
            data, selection, wish = await run_sync(asked_of, current, query, limiter=light)
            if queue:
                require_possible(name, kind, wish)
                content = await made(request, queue, wish_for(data, selection, ALL, kind, wish))
            else:
                given = (data, selection, name, kind, wish)
                content = await run_sync(exports.file_bytes, *given, limiter=light)
        except SelectionError as error:
            return PlainTextResponse("\n".join(error.problems), status_code=400)
        if isinstance(content, Response):
            return content
        file = exports.file_name(data, selection, name, kind, wish.crs)
        return await run_sync(_answer, request, content, file, FORMATS[kind].media_type)

    readers = for_other_sites(origins, "Content-Disposition")
    route = Route("/api/{file}", download, methods=METHODS, middleware=readers, name="download")
    return [route]


def for_other_sites(origins: Sequence[str], *told: str) -> list[Middleware] | None:
    """Return what lets pages of other sites read a route, and some headers; see `routes`."""
    if not origins:
        return None
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=("If-None-Match",),
            expose_headers=(*told, "ETag"),
        )
    ]


def _answer(request: Request, content: bytes, file: str, media_type: str) -> Response:
    named = {"Content-Disposition": content_disposition(file)}
    return marked(request, content, media_type, named)


def marked(
    request: Request, content: bytes, media_type: str, headers: Mapping[str, str]
) -> Response:
    """Answer with a content and its mark (`ETag`), or with 304 to who names that mark."""
    # Weak: the server compresses some answers on their way, and the bytes are then others.
    mark = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    kept = {"ETag": mark, "Cache-Control": "no-cache"}
    if _is_named(mark, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=kept)
    return Response(content, media_type=media_type, headers={**kept, **headers})


def _is_named(mark: str, if_none_match: str) -> bool:
    """Whether one of the marks that a reader names is this one; strong or weak does not matter."""
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in named or mark.removeprefix("W/") in named


def parse_origins(text: str) -> tuple[str, ...]:
    """Read `MTQG_CORS_ORIGINS`: sites, separated by commas, whose pages may read the files.

    Each is scheme, host and port as a browser names them; `*` is every site.

    >>> parse_origins("https://gis.bacgiang.gov.vn, http://10.0.0.5:8080/")
    ('https://gis.bacgiang.gov.vn', 'http://10.0.0.5:8080')

    Raises
    ------
    SelectionError
        If one is no origin: no browser would ever be let in, and nobody would know why.
    """
    origins = tuple(each.strip().rstrip("/").lower() for each in text.split(",") if each.strip())
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            words = [t("exports_no_origin", lang, example=origin[:60]) for lang in LANGUAGES]
            raise SelectionError((" ".join(words),))
    return origins


def _exists(name: str, suffix: str) -> bool:
    if suffix not in KINDS:
        return False
    holds_all = FORMATS[KINDS[suffix]].holds_all
    return name in ONE_BY_ONE or (name == ALL and holds_all)


def _unknown_layer(example: str, lang: Lang) -> str:
    """Say which layers there are, and in which formats."""
    return t(
        "exports_unknown_layer",
        lang,
        example=example[:40],
        layers=", ".join(ONE_BY_ONE),
        formats=", ".join(KINDS),
        all=", ".join(f"{ALL}.{each.suffix}" for each in FORMATS.values() if each.holds_all),
    )


def asked_of(
    current: Callable[[], Dataset], query: Query
) -> tuple[Dataset, Selection, FileOptions]:
    """Return the data and the selection of a query, and how a file of it is wanted.

    Raises
    ------
    SelectionError
        One sentence for each thing that is not known.
    """
    data = shown_for(current(), query)
    return data, *_asked_for(query, data)


def _asked_for(query: Query, data: Dataset) -> tuple[Selection, FileOptions]:
    """Read what is wanted; a `SelectionError` says all that is not known."""
    lang, unspoken = parse_language(query)
    selection, problems = parse_selection(query, data, lang=lang)
    classing, unusable = parse_classing(query, lang=lang)
    problems += (*unspoken, *unusable, *unknown_parameters(query, lang=lang, also=FILE_PARAMETERS))
    crs = FileOptions().crs
    try:
        crs = parse_crs(query["crs"][-1], lang=lang) if "crs" in query else crs
    except SelectionError as error:
        problems += error.problems
    if problems:
        raise SelectionError(problems)
    return selection, FileOptions(crs, classing, lang)
