"""Routes that give layers away: the same selection and the same files as the page's buttons."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mtqg_geo import exports
from mtqg_geo.datasets import Dataset
from mtqg_geo.labels import t
from mtqg_geo.model import LANGUAGES, Lang
from mtqg_geo.selection import parse_selection, unknown_parameters


def routes(current: Callable[[], Dataset]) -> list[Route]:
    """Return `GET /api/{layer}.{geojson,csv}`, filtered by the page's own query parameters.

    QGIS and scripts read these addresses. A parameter that names something unknown is answered
    with 400 and one sentence for each, and so is an unknown parameter, which would otherwise give
    more than was asked for; an unknown layer or format with 404. `current` returns the data.
    """

    def download(request: Request) -> Response:
        data = current()
        name, kind = request.path_params["layer"], request.path_params["kind"]
        if name not in exports.LAYERS or kind not in exports.MEDIA_TYPES:
            return PlainTextResponse(f"{name}.{kind}: not a layer.", status_code=404)
        parameters = request.query_params
        query = {key: parameters.getlist(key) for key in parameters}
        wanted = parameters.get("lang", "vi")
        lang: Lang = "en" if wanted == "en" else "vi"
        selection, problems = parse_selection(query, data, lang=lang)
        if wanted not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            problems += (t("unknown_lang", lang, example=wanted[:40], known=known),)
        problems += unknown_parameters(query, lang=lang)
        if problems:
            return PlainTextResponse("\n".join(problems), status_code=400)
        stem = exports.file_stem(data, selection, name)
        return Response(
            exports.file_bytes(data, selection, name, kind),
            media_type=exports.MEDIA_TYPES[kind],
            headers={
                "Content-Disposition": f'attachment; filename="{stem}.{kind}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    return [Route("/api/{layer}.{kind}", download, name="download")]
