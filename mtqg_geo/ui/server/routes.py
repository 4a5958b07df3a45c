"""Routes for what pages fetch: layer geometry, scripts and sheets, lists to choose from, our words.

All are immutable: an address names the content, so a browser asks once and keeps the answer.
"""

import gzip
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geo.maps import OWN_ASSETS, asset_files
from mtqg_geo.ui.server.middleware import accepts_gzip
from mtqg_geo.ui.server.own_pages import FOLDER
from mtqg_geo.ui.server.own_words import script
from mtqg_geo.ui.server.scripts import UI, script_files

_CONTENT_FILE = re.compile(r"[a-z0-9][a-z0-9_-]*-[0-9a-f]{16}\.json")
# Our own scripts and sheets travel without indentation and lines that are comments: a sixth less.
_WORDS = re.compile(rb"^\s*(?:/\*.*?\*/|//[^\n]*)?\s*", re.MULTILINE | re.DOTALL)
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
}


def routes(
    layer: Callable[[str], bytes | None],
    *,
    lists: Callable[[str], bytes | None] = lambda _: None,
    base_path: str = "",
) -> list[Route]:
    """Return the routes of the map, to be given to `st.App(script, routes=…)`.

    Parameters
    ----------
    layer
        Returns the gzipped text of a display layer's file by its name, or None if there is none.
    lists
        The same for lists that a page chooses from.
    base_path
        Path under which the application is served, such as `/mtqg`; the root by default.
    """

    # Plain functions: Starlette runs them on its worker threads, away from the event loop.
    def named_by_content(find: Callable[[str], bytes | None]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            file = request.path_params["file"]
            body_gzip = find(file) if _CONTENT_FILE.fullmatch(file) else None
            if body_gzip is None:
                return _absent(f"There is no {file!r} (any more); reload the page.")
            return _immutable(request, file, body_gzip, media_type="application/json")

        return answer

    def asset(request: Request) -> Response:
        file = request.path_params["file"]
        path = _assets().get(file)
        if path is None:
            return _absent(f"There is no file {file!r} among the assets; reload the page.")
        return _immutable(request, file, _asset_gzip(file), media_type=_MEDIA_TYPES[path.suffix])

    def words(request: Request) -> Response:
        file = request.path_params["file"]
        if file != script()[0]:
            return _absent(f"There is no file {file!r} (any more); reload the page.")
        body_gzip = gzip.compress(script()[1], mtime=0)
        return _immutable(request, file, body_gzip, media_type=_MEDIA_TYPES[".js"])

    return [
        Route(f"{base_path}/{FOLDER}/{{file}}", words, name="words"),
        Route(f"{base_path}/geo/{{file}}", named_by_content(layer), name="geometry"),
        Route(f"{base_path}/lists/{{file}}", named_by_content(lists), name="lists"),
        Route(f"{base_path}/assets/{{file:path}}", asset, name="asset"),
    ]


@cache
def _assets() -> dict[str, Path]:
    return {**asset_files(), **script_files()}


@cache
def _asset_gzip(file: str) -> bytes:
    path = _assets()[file]
    body, is_own = path.read_bytes(), path.is_relative_to(UI) or path.parent == OWN_ASSETS
    return gzip.compress(_WORDS.sub(b"", body) if is_own else body, mtime=0)


def _immutable(request: Request, file: str, body_gzip: bytes, *, media_type: str) -> Response:
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{file}"',
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if f'"{file}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        headers["Content-Encoding"] = "gzip"
        return Response(body_gzip, headers=headers, media_type=media_type)
    return Response(gzip.decompress(body_gzip), headers=headers, media_type=media_type)


def _absent(message: str) -> JSONResponse:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return JSONResponse({"error": message}, status_code=404, headers=headers)
