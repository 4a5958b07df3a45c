"""Streamlit's own scripts and style sheets, compressed for slow lines.

Streamlit sends them as they are, megabytes on a first visit, because compressing them anew for
every reader would cost more than it saves, and counts on a proxy in front of it. An office has
none. Here each is compressed once and kept: their addresses name their content.
"""

from __future__ import annotations

import gzip
import re

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HASHED_TEXT = re.compile(r"/static/(?:js|css)/[^/]+\.(?:js|css)")


class CompressedOnce:
    """ASGI middleware that answers with the compressed script or sheet, if the reader takes gzip.

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
            if not _can_be_kept(messages[0]):
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
        and _HASHED_TEXT.search(scope["path"]) is not None
        and accepts_gzip(headers.get("accept-encoding", ""))
    )


def _can_be_kept(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    is_plain = start["status"] == 200 and "content-encoding" not in headers
    return is_plain and "immutable" in headers.get("cache-control", "")


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
