"""Routes that give layers away: the same selection and the same files as the page's buttons."""

import hashlib
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mtqg_geo.communes.names import without_accents
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions, parse_crs
from mtqg_geo.figures.file_names import ALL, LAYERS
from mtqg_geo.figures.query import parse_language, parse_selection, unknown_parameters
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps.classing import parse_classing
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import LANGUAGES, Lang
from mtqg_geo.programme.words import t

KINDS = {each.suffix: kind for kind, each in FORMATS.items()}
# What a file may be asked for besides the selection; the classes are those of the GeoPackage.
FILE_PARAMETERS = frozenset(("crs", "scheme", "k", "breaks", "pooled", "scope"))
METHODS = ("GET", "HEAD", "OPTIONS")
ORIGIN = re.compile(r"\*|https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:.]+\](:\d{1,5})?")
Query = dict[str, list[str]]


def routes(current: Callable[[], Dataset], *, origins: Sequence[str] = ()) -> list[Route]:
    """Return `GET /api/{layer}.{format}`, filtered by the page's own query parameters.

    QGIS and scripts read these addresses: `communes`, `sites`, `roads` as `geojson`, `csv`,
    `csv.zip` (with the types of its columns), `zip` (a shapefile), `fgb` or `parquet`, and all
    three of them as `all.xlsx`, `all.gpkg` and `all.package.zip`. `crs` names another reference
    system. A parameter that names something unknown is answered with 400 and one sentence for each,
    and so is an unknown parameter, which would otherwise give more than was asked for; an unknown
    layer or format with 404. Whoever names the file that they have (`If-None-Match`) is told with
    304 that it is still the same.

    Parameters
    ----------
    current
        Returns the data.
    origins
        Other sites whose pages may read the files; see `parse_origins`.
    """

    def download(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(METHODS)})
        name, _, suffix = request.path_params["file"].partition(".")
        query = {key: request.query_params.getlist(key) for key in request.query_params}
        if not _exists(name, suffix):
            words = _unknown_layer(f"{name}.{suffix}", parse_language(query)[0])
            return PlainTextResponse(words, status_code=404)
        data, kind = shown_for(current(), query), KINDS[suffix]
        try:
            selection, wish = _asked_for(query, data)
            content = exports.file_bytes(data, selection, name, kind, wish)
        except SelectionError as error:
            return PlainTextResponse("\n".join(error.problems), status_code=400)
        file = exports.file_name(data, selection, name, kind, wish.crs)
        return _answer(request, content, file, FORMATS[kind].media_type)

    middleware = [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=("If-None-Match",),
            expose_headers=("Content-Disposition", "ETag"),
        )
    ]
    return [
        Route(
            "/api/{file}",
            download,
            methods=METHODS,
            middleware=middleware if origins else None,
            name="download",
        )
    ]


def _answer(request: Request, content: bytes, file: str, media_type: str) -> Response:
    # Weak: the server compresses some answers on their way, and the bytes are then others.
    mark = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": mark, "Cache-Control": "no-cache"}
    if _is_named(mark, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = content_disposition(file)
    return Response(content, media_type=media_type, headers=headers)


def _is_named(mark: str, if_none_match: str) -> bool:
    """Whether one of the marks that a reader names is this one; strong or weak does not matter."""
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in named or mark.removeprefix("W/") in named


def content_disposition(file: str) -> str:
    """Say under which name a file is kept (RFC 6266), letters outside ASCII in UTF-8 (RFC 8187).

    >>> print(content_disposition("roads_2023.csv"))
    attachment; filename="roads_2023.csv"
    >>> print(content_disposition("Đại Sơn.csv"))
    attachment; filename="Dai Son.csv"; filename*=UTF-8''%C4%90%E1%BA%A1i%20S%C6%A1n.csv
    """
    plain = without_accents(file).encode("ascii", "replace").decode().replace("?", "_")
    plain = re.sub(r'["\\\x00-\x1f\x7f]', "_", plain)
    in_full = "" if plain == file else f"; filename*=UTF-8''{quote(file, safe='')}"
    return f'attachment; filename="{plain}"{in_full}'


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
    return name in LAYERS or (name == ALL and holds_all)


def _unknown_layer(example: str, lang: Lang) -> str:
    """Say which layers there are, and in which formats."""
    return t(
        "exports_unknown_layer",
        lang,
        example=example[:40],
        layers=", ".join(LAYERS),
        formats=", ".join(KINDS),
        all=", ".join(f"{ALL}.{each.suffix}" for each in FORMATS.values() if each.holds_all),
    )


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
