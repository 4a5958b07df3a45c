"""Routes for what pages fetch: layer geometry, scripts and sheets, lists to choose from, our words.

All are immutable: an address names the content, so a browser asks once and keeps the answer.
"""

import gzip
import re
from collections.abc import Callable
from functools import cache
from pathlib import PurePath
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geo.maps import map_file, without_words
from mtqg_geo.ui.server.map_frame import frame_script
from mtqg_geo.ui.server.middleware import accepts_gzip
from mtqg_geo.ui.server.own_pages import FOLDER
from mtqg_geo.ui.server.own_words import script
from mtqg_geo.ui.server.scripts import script_files
from mtqg_geo.ui.styles import page_sheet

INSTANCE = uuid4().hex  # another one after each start: what is open can tell
_CONTENT_FILE = re.compile(r"[a-z0-9][a-z0-9_-]*-[0-9a-f]{16}(\.js(?:on)?)")
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".css": "text/css; charset=utf-8",
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
        Returns the gzipped text of a file of the map by its name, or None if there is none.
    lists
        The same for lists that a page chooses from.
    base_path
        Path under which the application is served, such as `/mtqg`; the root by default.
    """

    # Plain functions: Starlette runs them on its worker threads, away from the event loop.
    def named_by_content(find: Callable[[str], bytes | None]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            file = request.path_params["file"]
            name = _CONTENT_FILE.fullmatch(file)
            body_gzip = find(file) if name else None
            if name is None or body_gzip is None:
                return _absent(f"There is no {file!r} (any more); reload the page.")
            return _immutable(request, file, body_gzip, media_type=_MEDIA_TYPES[name[1]])

        return answer

    def asset(request: Request) -> Response:
        file = request.path_params["file"]
        body_gzip = _assets().get(file)
        if body_gzip is None:
            return _absent(f"There is no file {file!r} among the assets; reload the page.")
        return _immutable(request, file, body_gzip, media_type=_MEDIA_TYPES[PurePath(file).suffix])

    def words(request: Request) -> Response:
        file = request.path_params["file"]
        if file != script()[0]:
            return _absent(f"There is no file {file!r} (any more); reload the page.")
        body_gzip = gzip.compress(script()[1], mtime=0)
        return _immutable(request, file, body_gzip, media_type=_MEDIA_TYPES[".js"])

    def instance(_: Request) -> Response:
        return Response(INSTANCE, media_type="text/plain", headers={"Cache-Control": "no-store"})

    return [
        Route(f"{base_path}/instance", instance, name="instance"),
        Route(f"{base_path}/{FOLDER}/{{file}}", words, name="words"),
        Route(f"{base_path}/geo/{{file}}", named_by_content(layer), name="geometry"),
        Route(f"{base_path}/lists/{{file}}", named_by_content(lists), name="lists"),
        Route(f"{base_path}/assets/{{file:path}}", asset, name="asset"),
    ]


@cache
def _assets() -> dict[str, bytes]:
    """Return every script and sheet by its address, compressed: ours travel without comments."""
    whole = (map_file(), frame_script(), page_sheet())
    own = script_files().items()
    files = {file: without_words(path.read_text(encoding="utf-8")).encode() for file, path in own}
    return {file: gzip.compress(body, mtime=0) for file, body in (dict(whole) | files).items()}


def _immutable(request: Request, file: str, body_gzip: bytes, *, media_type: str) -> Response:
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{file}"',
        "Vary": "Accept-Encoding",
    }
    if f'"{file}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        headers["Content-Encoding"] = "gzip"
        return Response(body_gzip, headers=headers, media_type=media_type)
    return Response(gzip.decompress(body_gzip), headers=headers, media_type=media_type)


def _absent(message: str) -> JSONResponse:
    headers = {"Cache-Control": "no-store"}
    return JSONResponse({"error": message}, status_code=404, headers=headers)
