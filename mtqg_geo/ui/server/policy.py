"""What a browser may do with each answer: headers of every answer, ours, Streamlit's and errors'.

A text that got through as markup by mistake finds nothing to run and nowhere to send to: scripts
come from this server, none stands in a page but the two known by their hashes. Three things are let
in because Streamlit is made so: styles inside a page; scripts of its components from `blob:` and
WebAssembly (of its protocol), both of which only a script that already runs can make. The map's
frame has a policy of its own: what folium draws *is* a script (`map_frame`), so `eval` works there,
and nowhere else.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server import map_frame, own_pages
from mtqg_geo.ui.server.base_address import AUTHORITY

ANCESTOR = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:\d{1,5})?")
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
FRAME_SCRIPTS = ("'unsafe-eval'",)
PAGE_SCRIPTS = ("blob:", "'wasm-unsafe-eval'")
OTHERS = {
    "X-Content-Type-Options": "nosniff",
    # A link holds what somebody looks at; another site needs to know neither that nor the server.
    "Referrer-Policy": "same-origin",
}

# Of what is no page: a sentence of the server below us, scripts, sheets, fonts, data. The policy of
# a page would be a third of a kilobyte more for each of the 130 files of a first visit.
NOTHING = "default-src 'none'; frame-ancestors 'none'"
BARE = {"Content-Security-Policy": NOTHING, **OTHERS}
NO_PAGE = ("text/javascript", "application/javascript", "text/css", "font/", "application/json")


class SamePlaceOnly:
    """ASGI middleware that adds policies to every answer, whoever made it.

    Parameters
    ----------
    tile_url
        Address of the background tiles, if any: their origin may send pictures.
    ancestors
        Sites that may show these pages in a frame, besides this one.
    """

    def __init__(
        self, app: ASGIApp, *, tile_url: str | None = None, ancestors: tuple[str, ...] = ()
    ) -> None:
        self.app = app
        parts = urlsplit(tile_url or "")
        host = parts.netloc.replace("{s}", "*") if parts.netloc else ""
        tiles = (f"{parts.scheme}://{host}",) if host else ()
        self._allowed = {
            "default-src": ("'self'",),
            "img-src": ("'self'", "data:", "blob:", *tiles),
            "font-src": ("'self'", "data:"),
            "style-src": ("'self'", "'unsafe-inline'"),
            "object-src": ("'none'",),
            "base-uri": ("'none'",),
            "form-action": ("'self'",),
            "frame-ancestors": ("'self'", *ancestors),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def send_with_policy(message: Message) -> None:
            if message["type"].endswith("http.response.start"):
                headers = MutableHeaders(scope=message)
                is_page = not headers.get("content-type", "").startswith(NO_PAGE)
                headers["Content-Security-Policy"] = self._policy(scope) if is_page else NOTHING
                for name, value in OTHERS.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with_policy)

    def _policy(self, scope: Scope) -> str:
        is_frame = map_frame.FRAME in scope["path"]
        scripts = FRAME_SCRIPTS if is_frame else (*PAGE_SCRIPTS, *inline_scripts())
        allowed = self._allowed | {
            "script-src": ("'self'", *scripts),
            "connect-src": ("'self'", *_sockets(scope)),
        }
        return "; ".join(f"{name} {' '.join(sources)}" for name, sources in allowed.items())


def _sockets(scope: Scope) -> tuple[str, ...]:
    """Return the web sockets of this server: older browsers do not take them for 'self'."""
    host = Headers(scope=scope).get("host", "")
    return (f"ws://{host}", f"wss://{host}") if AUTHORITY.fullmatch(host) else ()


@cache
def inline_scripts() -> tuple[str, ...]:
    """Return the hashes of the scripts that stand in a page: Streamlit's, our first frame's."""
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    pages = (index.read_text(encoding="utf-8"), own_pages.FRAME.template)
    return tuple(_hashes("".join(pages)))


def _hashes(html: str) -> Iterator[str]:
    for script in INLINE_SCRIPT.findall(html):
        yield f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def parse_ancestors(text: str) -> tuple[str, ...]:
    """Read `MTQG_FRAME_ANCESTORS`: sites, separated by commas, that may frame these pages.

    >>> parse_ancestors("https://cong.bacgiang.gov.vn, https://*.bacgiang.gov.vn")
    ('https://cong.bacgiang.gov.vn', 'https://*.bacgiang.gov.vn')

    Raises
    ------
    SelectionError
        If one is no origin: the header would be cut short, and what it forbids be allowed.
    """
    sites = tuple(each.strip().rstrip("/").lower() for each in text.split(",") if each.strip())
    for site in sites:
        if not ANCESTOR.fullmatch(site):
            words = [t("hosts_no_ancestor", lang, example=site[:60]) for lang in LANGUAGES]
            raise SelectionError((" ".join(words),))
    return sites
