"""An address that is no page is answered in the reader's language.

Streamlit would open the map with a box in English over it.
"""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t

PAGES = ("map", "progress", "works", "load", "data")  # as in mtqg_geo/ui/main.py
START = PAGES[0]  # is at the root


class KnownPages:
    """ASGI middleware that answers a browser which asks for an unknown page with 404.

    Only addresses of one part without a dot are looked at: everything else belongs to Streamlit,
    to the map or to the files.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say which pages there are."""
        if scope["type"] == "http" and _is_unknown(scope):
            query = scope["query_string"].decode("latin-1")
            answer = HTMLResponse(_words(_name(scope), query), status_code=404)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _name(scope: Scope) -> str:
    return str(scope["path"]).strip("/")


def _is_unknown(scope: Scope) -> bool:
    name, accepted = _name(scope), dict(scope["headers"]).get(b"accept", b"")
    if scope["method"] != "GET" or b"text/html" not in accepted:
        return False
    is_one_part = bool(name) and not name.startswith("_") and not set(name) & set("/.")
    return is_one_part and name not in PAGES[1:]


def _words(name: str, query: str) -> str:
    """Return the answer: one sentence, and links to the pages that keep what was chosen."""
    lang: Lang = "en" if parse_qs(query).get("lang", ["vi"])[-1] == "en" else "vi"
    chosen = f"?{query}" if query else ""
    links = " · ".join(
        f'<a href="{escape("/" if page == START else f"/{page}")}{escape(chosen)}">'
        f"{escape(t(f'page_{page}', lang))}</a>"
        for page in PAGES
    )
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(t('app_name', lang))}</title>"
        '<body style="font: 1rem sans-serif; margin: 2rem; color: #1f2328">'
        f"<p>{escape(t('no_such_page', lang, name=name[:40]))}</p><p>{links}</p></body></html>"
    )
