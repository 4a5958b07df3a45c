"""Routes that give layers away: the same selection and the same files as the page's buttons."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions, parse_crs
from mtqg_geo.figures.file_names import ALL, LAYERS
from mtqg_geo.figures.query import parse_language, parse_selection, unknown_parameters
from mtqg_geo.figures.selection import Selection
from mtqg_geo.maps.classing import parse_classing
from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t

KINDS = {each.suffix: kind for kind, each in FORMATS.items()}
# What a file may be asked for besides the selection; the classes are those of the GeoPackage.
FILE_PARAMETERS = frozenset(("crs", "scheme", "k", "breaks", "pooled"))
Query = dict[str, list[str]]


def routes(current: Callable[[], Dataset]) -> list[Route]:
    """Return `GET /api/{layer}.{format}`, filtered by the page's own query parameters.

    QGIS and scripts read these addresses: `communes`, `sites`, `roads` as `geojson`, `csv`, `zip`
    (a shapefile), `fgb` or `parquet`, and all three of them as `all.gpkg`. `crs` names another
    reference system. A parameter that names something unknown is answered with 400 and one
    sentence for each, and so is an unknown parameter, which would otherwise give more than was
    asked for; an unknown layer or format with 404. `current` returns the data.
    """

    def download(request: Request) -> Response:
        name, suffix = request.path_params["layer"], request.path_params["kind"]
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
        return Response(
            content,
            media_type=FORMATS[kind].media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{file}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    return [Route("/api/{layer}.{kind}", download, name="download")]


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
