"""What Streamlit serves as we send it: its page in our frame, unknown pages said, compressed."""

import gzip
import re

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mtqg_geo.ui.server.health import ROUTES as HEALTH
from mtqg_geo.ui.server.own_pages import FOLDER, first_frame, no_such_page, pages

# Below these addresses there are files of the map and of Streamlit, and no pages.
FOLDERS = (
    *("api", "assets", "component", "files", "geo", "lists", "media", "ogc", "static", FOLDER),
    *("auth", "oauth2callback", "sign-in", "sign-out"),
    *HEALTH,
)
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


class KnownPages:
    """ASGI middleware that answers a browser which asks for an unknown page with 404.

    Streamlit would open the map with a box in English over it. Files, the map's own addresses and
    Streamlit's pass.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say which pages there are."""
        if scope["type"] == "http" and _is_unknown(scope):
            answer = HTMLResponse(no_such_page(_name(scope), _query(scope)), status_code=404)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _name(scope: Scope) -> str:
    return str(scope["path"]).strip("/")


def _query(scope: Scope) -> str:
    return str(scope["query_string"].decode("latin-1"))


def _is_unknown(scope: Scope) -> bool:
    name, accepted = _name(scope), dict(scope["headers"]).get(b"accept", b"")
    if scope["method"] != "GET" or b"text/html" not in accepted:
        return False
    parts = name.split("/")
    is_of_a_page = bool(name) and "." not in name and not any(p.startswith("_") for p in parts)
    return is_of_a_page and parts[0] not in FOLDERS and name not in pages()[1:]


class FirstFrame:
    """ASGI middleware that writes our frame, title and words into the page Streamlit serves."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass every answer on as it is, except a page: that is gathered and rewritten."""
        is_http = scope["type"] == "http" and scope["method"] == "GET"
        if not (is_http and _name(scope) in ("", *pages())):
            await self.app(scope, receive, send)
            return
        takes_gzip = accepts_gzip(Headers(scope=scope).get("accept-encoding", ""))
        page: list[Message] = []

        async def rewrite(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            if not (page or (is_start and _is_page(message))):
                await send(message)
                return
            page.append(message)
            if is_start or message.get("more_body", False):
                return
            for each in _framed(page, scope, takes_gzip=takes_gzip):
                await send(each)

        # As it is: some of these answers Streamlit would compress.
        headers = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
        await self.app({**scope, "headers": headers}, receive, rewrite)


def _is_page(start: Message) -> bool:
    is_html = Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")
    return start["status"] == 200 and is_html


def _framed(page: list[Message], scope: Scope, *, takes_gzip: bool) -> tuple[Message, Message]:
    start, *parts = page
    html = b"".join(part.get("body", b"") for part in parts).decode()
    body = first_frame(html, _name(scope), _query(scope)).encode()
    start = _own(start)
    headers = MutableHeaders(scope=start)
    for name in ("etag", "last-modified", "accept-ranges"):  # of the file as it was
        del headers[name]
    if takes_gzip:
        body = gzip.compress(body, mtime=0)
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    headers.add_vary_header("Accept-Encoding")
    return start, {"type": "http.response.body", "body": body}
