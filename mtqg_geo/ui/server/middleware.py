"""What stands around every HTTP answer: a policy, a sentence for unknown pages, compression."""

import gzip
import re
from html import escape
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t

HASHED_TEXT = re.compile(r"/static/(?:js|css)/[^/]+\.(?:js|css)")


class CompressedOnce:
    """ASGI middleware that answers with the compressed script or sheet, if the reader takes gzip.

    Streamlit sends its own scripts and sheets as they are, megabytes on a first visit, because
    compressing them anew for every reader would cost more than it saves, and counts on a proxy in
    front of it. An office has none. Here each is compressed once and kept: their addresses name
    their content.

    Ranges, questions whether a file has changed and answers that are compressed already pass. So
    does what may change: for an address that it does not know Streamlit sends its page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[str, tuple[Message, Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass the request on and keep what comes back."""
        if scope["type"] != "http" or not _is_wanted(scope):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self._kept:
            messages = await self._answer(scope, receive)
            if not _can_be_kept(messages):
                for message in messages:
                    await send(message)
                return
            self._kept[path] = await run_in_threadpool(_compressed, messages)
        for message in self._kept[path]:
            await send(_own(message))

    async def _answer(self, scope: Scope, receive: Receive) -> list[Message]:
        """Return what the application would send: the start, then the parts of the body."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        return messages


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a request takes gzip: named, and not with the weight 0 that means "never"."""
    for offer in accept_encoding.lower().split(","):
        coding, _, weight = offer.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return False


def _is_wanted(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    is_whole = not any(name in headers for name in ("range", "if-none-match", "if-modified-since"))
    return (
        scope["method"] == "GET"
        and is_whole
        and HASHED_TEXT.search(scope["path"]) is not None
        and accepts_gzip(headers.get("accept-encoding", ""))
    )


def _can_be_kept(messages: list[Message]) -> bool:
    """Whether an answer is one that never changes, and all of it is there."""
    if not messages:
        return False
    start, *parts = messages
    headers = Headers(raw=start["headers"])
    is_plain = start["status"] == 200 and "content-encoding" not in headers
    # When a reader leaves while it is sent, the rest never comes: kept, it would be everybody's.
    n_bytes = sum(len(part.get("body", b"")) for part in parts)
    is_whole = headers.get("content-length") == str(n_bytes)
    return is_plain and is_whole and "immutable" in headers.get("cache-control", "")


def _compressed(messages: list[Message]) -> tuple[Message, Message]:
    """Return the same answer with its body compressed, in one part."""
    start, *parts = messages
    body = gzip.compress(b"".join(part.get("body", b"") for part in parts), mtime=0)
    start = _own(start)
    headers = MutableHeaders(scope=start)
    del headers["accept-ranges"]
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    headers.add_vary_header("Accept-Encoding")
    return start, {"type": "http.response.body", "body": body}


def _own(message: Message) -> Message:
    """Return a copy to which others may add headers."""
    return {**message, "headers": list(message["headers"])} if "headers" in message else message


PAGES = ("map", "progress", "works", "load", "data")  # as in mtqg_geo/ui/main.py
START = PAGES[0]  # is at the root


class KnownPages:
    """ASGI middleware that answers a browser which asks for an unknown page with 404.

    Streamlit would open the map with a box in English over it.

    Only addresses of one part without a dot are looked at: everything else belongs to Streamlit,
    to the map or to the files.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say which pages there are."""
        if scope["type"] == "http" and _is_unknown(scope):
            query = scope["query_string"].decode("latin-1")
            answer = HTMLResponse(_page_of_links(_name(scope), query), status_code=404)
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


def _page_of_links(name: str, query: str) -> str:
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


class SamePlaceOnly:
    """ASGI middleware that adds a Content-Security-Policy to every HTTP answer.

    Pictures, fonts and connections come from this server only; the origin of the configured
    background tiles, if any, is added for pictures.
    """

    def __init__(self, app: ASGIApp, *, tile_url: str | None = None) -> None:
        self.app = app
        parts = urlsplit(tile_url or "")
        host = parts.netloc.replace("{s}", "*") if parts.netloc else ""
        tiles = f" {parts.scheme}://{host}" if host else ""
        self.policy = "; ".join(
            (
                f"img-src 'self' data: blob:{tiles}",
                "font-src 'self' data:",
                "media-src 'self' data: blob:",
                "connect-src 'self' ws: wss: data: blob:",
                "object-src 'none'",
                "form-action 'self'",
            )
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the header to the answer."""

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = self.policy
            await send(message)

        await self.app(scope, receive, send_with_policy if scope["type"] == "http" else send)
