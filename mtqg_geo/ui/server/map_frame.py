"""The frame the map is drawn in: streamlit-folium's page, with its script as we send it.

streamlit-folium draws a map by writing a script into the page, and each change of it by `eval`. To
allow the former is to let any markup run (`onerror=…`). Its script as it is sent here runs both in
the latter way, so that only `eval` has to be allowed, in this frame alone (`policy`).

It travels like the map's own: compressed, kept for good at an address that names its content.
"""

import hashlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FRAME = "/component/streamlit_folium.st_folium/"
SOURCE = re.compile(r'src="\./(static/js/main\.[0-9a-f]+\.js)"')
WRITTEN, RUN = "document.body.appendChild(i)", "(0,eval)(i.text)"


class MapFrame:
    """ASGI middleware that answers with the page of the map's frame.

    No route: Streamlit keeps all addresses of components to itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for that page, or pass the request on."""
        is_asked = scope["type"] == "http" and scope["path"].endswith((FRAME, f"{FRAME}index.html"))
        if is_asked and scope["method"] in ("GET", "HEAD"):
            answer = HTMLResponse(frame_page(), headers={"Cache-Control": "no-cache"})
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


@cache
def frame_page() -> str:
    """Return streamlit-folium's page, which asks for the script at our address."""
    return SOURCE.sub(f'src="../../assets/{frame_script()[0]}"', _page())


@cache
def frame_script() -> tuple[str, bytes]:
    """Return the frame's script and its name, which names the content.

    Raises
    ------
    RuntimeError
        If this version of streamlit-folium is built otherwise: no map would be drawn.
    """
    source = SOURCE.search(_page())
    script = (_built() / source[1]).read_text(encoding="utf-8") if source else ""
    if script.count(WRITTEN) != 1:
        raise RuntimeError(f"streamlit-folium's script has no {WRITTEN!r}: see {__name__}")
    body = script.replace(WRITTEN, RUN).encode()
    return f"frame-{hashlib.sha256(body).hexdigest()[:16]}.js", body


@cache
def _page() -> str:
    return (_built() / "index.html").read_text(encoding="utf-8")


def _built() -> Path:
    # Not imported: streamlit-folium registers its component where a page is run, and nowhere else.
    spec = find_spec("streamlit_folium")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "frontend" / "build"
