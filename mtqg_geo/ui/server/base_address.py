"""The address readers know the pages by (`MTQG_BASE_URL`), also below a path of a name they share.

A request does not tell it: behind a proxy it names another one. Links to be kept elsewhere begin
with it; links within a page need its path alone.
"""

import os
import re
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import t

AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?", re.ASCII | re.IGNORECASE)
BASE = re.compile(rf"https?://{AUTHORITY.pattern}(/[\w.~-]+)*", re.ASCII | re.IGNORECASE)


def base_url() -> str:
    """Return the address under which readers know the pages (`MTQG_BASE_URL`), "" if none is set.

    Links to be kept elsewhere begin with it; behind a proxy a request does not tell.
    """
    return parse_base_url(os.environ.get("MTQG_BASE_URL", ""))


def base_path() -> str:
    """Return the path of that address, "" at the root."""
    return urlsplit(base_url()).path


def here(path: str) -> str:
    """Return a path of ours as a browser has to be told it."""
    return base_path() + path


def require_one_path() -> None:
    """Refuse a path that Streamlit alone would be told of.

    Raises
    ------
    SelectionError
        If `server.baseUrlPath` is set: our own routes would not lie below it.
    """
    said = str(config.get_option("server.baseUrlPath") or "").strip("/")
    if said:
        words = [t("hosts_one_path", lang, example=said[:60]) for lang in LANGUAGES]
        raise SelectionError((" ".join(words),))


def parse_base_url(text: str) -> str:
    """Read `MTQG_BASE_URL`.

    >>> parse_base_url(" https://bando.bacgiang.gov.vn/mtqg/ "), parse_base_url("")
    ('https://bando.bacgiang.gov.vn/mtqg', '')

    Raises
    ------
    SelectionError
        If it is no address: links that begin with it would lead nowhere.
    """
    address = text.strip().rstrip("/")
    if address and not BASE.fullmatch(address):
        words = [t("hosts_no_base", lang, example=address[:60]) for lang in LANGUAGES]
        raise SelectionError((" ".join(words),))
    return address


class UnderPath:
    """ASGI middleware that takes the path of `MTQG_BASE_URL` off what is asked for.

    Some proxies take it off themselves, others leave it: either way all that is behind it, routes
    and gate, sees the same path, and links are written with `here`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its own path."""
        under = base_path()
        if scope["type"] == "http" and under and scope["path"] == under:
            # Without the stroke what the page names beside itself would be looked for beside it.
            query = scope["query_string"].decode("latin-1")
            answer = RedirectResponse(f"{under}/" + (f"?{query}" if query else ""), 308)
            await answer(scope, receive, send)
            return
        is_asked = scope["type"] in ("http", "websocket")
        if is_asked and under and scope["path"].startswith(f"{under}/"):
            raw = scope.get("raw_path") or scope["path"].encode()
            scope = {
                **scope,
                "path": scope["path"].removeprefix(under),
                "raw_path": raw.removeprefix(under.encode()),
            }
        await self.app(scope, receive, send)
