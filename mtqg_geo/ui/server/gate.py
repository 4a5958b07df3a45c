"""Who is let in: asked of the store with every request, and with every word of an open page.

What is not named as free needs somebody who may read, whatever its address: a route that comes
later is shut until its author has thought about it. Decided by the path that routes are chosen by,
never by what a request says of the server.
"""

import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime import get_instance

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import t
from mtqg_geo.store.mode import access_mode
from mtqg_geo.store.rights import Verb, Who
from mtqg_geo.ui.server import identity_provider, sign_in
from mtqg_geo.ui.server.base_address import here
from mtqg_geo.ui.server.health import ROUTES as HEALTH
from mtqg_geo.ui.server.identity_provider import CALLBACK, LOGIN
from mtqg_geo.ui.server.limits import LIMITS, Limits, What
from mtqg_geo.ui.server.logs import route_of
from mtqg_geo.ui.server.own_pages import FOLDER, failed, language_of, pages
from mtqg_geo.ui.server.place import address_of, is_behind_tls, is_for_others, open_words
from mtqg_geo.ui.server.uploads import ADDRESS as UPLOAD
from mtqg_geo.ui.server.visitor import SIGN_IN, Visitor, shown_token, visitor_of

LOG = logging.getLogger(__name__)
# Scripts and sheets, the same for everybody, and what says that the server lives.
FREE = re.compile(
    rf"/(?:{'|'.join(HEALTH)}|_stcore/(?:health|host-config)|favicon\.\w+"
    rf"|(?:{FOLDER}|assets|component|static|_stcore/bidi-components)/.*)"
)
# To whom a page belongs, as Streamlit is told: it gives a page to nobody else who knows its number.
MARK, MARK_NAME = "x-mtqg-session", "session"
NEEDED: tuple[tuple[re.Pattern[str], frozenset[Verb]], ...] = (
    (UPLOAD, frozenset(("load", "install"))),  # one of them
)
READ: frozenset[Verb] = frozenset(("read",))
BASIC, BEARER = 'Basic realm="MTQG", charset="UTF-8"', "Bearer"
ASKS_AT_ONCE = 8  # of the store, beside what answers clicks
GONE = 1008  # a web socket is closed by, in which whoever signed in no longer may


def mark_sessions() -> None:
    """Have Streamlit keep with each page whose it is (see `MARK`)."""
    config.set_option("server.trustedUserHeaders", {MARK: MARK_NAME})


class Gate:
    """ASGI middleware that lets in who may read, and says to others what they can do."""

    def __init__(self, app: ASGIApp, *, limits: Limits = LIMITS) -> None:
        self.app = app
        self._limits = limits
        self._asks = CapacityLimiter(ASKS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with who sent it, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope, send = _unmarked(scope), _sealed(send)
        if is_for_others(scope.get("server")):
            words = open_words(str(scope["server"][0]), language_of(_query(scope)))
            await _refuse(PlainTextResponse(words, status_code=403), scope, receive, send)
            return
        mode = access_mode()
        if mode == "public" and UPLOAD.search(scope["path"]):
            words = t("gate_no_right", language_of(_query(scope)))
            await _refuse(PlainTextResponse(words, status_code=403), scope, receive, send)
        elif mode != "signed-in":
            wait_s = self._wait_s(scope, "") if mode == "public" else 0
            if wait_s:
                await _say_wait(scope, receive, send, wait_s)
            else:
                await self.app(_by(scope, Who("", via=_via(scope))), receive, send)
        elif _is_free(scope):
            await self.app(scope, receive, send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = _private(send)
        try:
            visitor = await self._ask(scope)
        except StoreError as error:
            await _refuse(failed(Request(_as_http(scope)), error), scope, receive, send)
            return
        if visitor is None and shown_token(scope) is not None:
            LOG.warning("A token was shown that opens nothing.")
            wait_s = self._limits.wait_s("token", address=address_of(scope))
            if wait_s:
                await _say_wait(scope, receive, send, wait_s)
                return
        refusal = _refusal(scope, visitor)
        if refusal is not None or visitor is None:
            await _refuse(refusal or _unknown(scope), scope, receive, send)
            return
        if wait_s := self._wait_s(scope, str(visitor.who.person)):
            await _say_wait(scope, receive, send, wait_s)
            return
        scope = _by(scope, visitor.who)
        if scope["type"] == "websocket":
            mark = (MARK.encode(), visitor.mark.encode())
            scope = {**scope, "headers": [*scope["headers"], mark]}
            line = Line(receive, send, partial(self._ask, scope))
            receive, send = line.receive, line.send
        await self.app(scope, receive, send)

    async def _ask(self, scope: Scope) -> Visitor | None:
        return await run_sync(visitor_of, scope, limiter=self._asks)

    def _wait_s(self, scope: Scope, person: str) -> int:
        what = _counted(scope)
        if what is None:
            return 0
        return self._limits.wait_s(what, person=person, address=address_of(scope))


class Line:
    """The two ways of an open web socket, cut at the first word after somebody may no longer read.

    All that a reader does in a page comes this way, and nothing a page does comes otherwise.
    """

    def __init__(self, receive: Receive, send: Send, ask: Callable[[], Any]) -> None:
        self._receive, self._send, self._ask = receive, send, ask
        self._is_cut = False

    async def receive(self) -> Message:
        """Return what the browser says, as long as it may say something."""
        message = await self._receive()
        if message["type"] == "websocket.receive" and not self._is_cut and not await self._may():
            await self.send({"type": "websocket.close", "code": GONE})
            self._is_cut = True
        return {"type": "websocket.disconnect", "code": GONE} if self._is_cut else message

    async def send(self, message: Message) -> None:
        """Pass on what the server says, as long as there is somebody to hear it."""
        if not self._is_cut:
            await self._send(message)

    async def _may(self) -> bool:
        try:
            visitor = await self._ask()
        except StoreError:  # what is to be said of it the page says
            return True
        return visitor is not None and "read" in visitor.verbs


def _refusal(scope: Scope, visitor: Visitor | None) -> Response | None:
    """Return what is answered to who may not have what they ask for."""
    if visitor is None:
        return _unknown(scope)
    if READ.isdisjoint(visitor.verbs):
        return _without_right(scope, visitor)
    needed = next((verbs for path, verbs in NEEDED if path.search(scope["path"])), READ)
    if needed.isdisjoint(visitor.verbs) or not _is_own(scope, visitor):
        return _without_right(scope, visitor)
    return None


def _unknown(scope: Scope) -> Response:
    lang = language_of(_query(scope))
    if _is_page(scope):
        address = scope["path"] + (f"?{_query(scope)}" if _query(scope) else "")
        return RedirectResponse(f"{here(SIGN_IN)}?next={quote(address, safe='')}", 303)
    # A browser would ask for a password in a window of its own, which no page of ours wants.
    scheme = BASIC if scope["path"].startswith(("/api/", "/ogc")) else BEARER
    headers = {"WWW-Authenticate": scheme}
    return PlainTextResponse(t("gate_unknown", lang), status_code=401, headers=headers)


def _without_right(scope: Scope, visitor: Visitor) -> Response:
    lang = language_of(_query(scope))
    LOG.warning("Person %s has no right to %s.", visitor.who.person, route_of(scope["path"]))
    if _is_page(scope):
        return HTMLResponse(sign_in.without_right(visitor.who.name, lang), status_code=403)
    return PlainTextResponse(t("gate_no_right", lang), status_code=403)


def _is_own(scope: Scope, visitor: Visitor) -> bool:
    """Whether the page that a file is sent to, or taken from, was opened by the same person."""
    address = UPLOAD.search(scope["path"])
    if address is None:
        return True
    client = get_instance().get_client(address[1])
    # Of a page that is not there Streamlit says so itself.
    context = client.client_context if client else None
    return context is None or dict(context.headers).get(MARK) == visitor.mark


def _is_free(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    path, method = scope["path"], scope["method"]
    if method == "OPTIONS" and path.startswith(("/api/", "/ogc")):
        return True  # a browser asks so before it sends a token; there is nothing in the answer
    if FREE.fullmatch(path) or path in sign_in.ROUTES:
        return True
    return path in (LOGIN, CALLBACK) and identity_provider.is_there()


def _is_page(scope: Scope) -> bool:
    """Whether somebody opens a page in a browser: they can be shown another one instead."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    is_read = "text/html" in Headers(scope=scope).get("accept", "")
    path = scope["path"]
    return path.strip("/") in ("", *pages()) or (is_read and not path.startswith("/api/"))


def _counted(scope: Scope) -> What | None:
    """Return as what a request is counted, if it is one that takes the server's time."""
    if scope["type"] != "http":
        return None
    path, method = scope["path"], scope["method"]
    if UPLOAD.search(path):
        return "upload" if method == "PUT" else None
    if path.startswith("/ogc"):
        return "query"
    if path.startswith("/files/"):
        return "export" if method == "GET" else "ask"
    return "export" if path.startswith("/api/") else None


async def _refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request; who wants to open a web socket is told 403 by the server itself."""
    if scope["type"] == "http":
        await answer(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": GONE})


async def _say_wait(scope: Scope, receive: Receive, send: Send, wait_s: int) -> None:
    LOG.warning("Too many requests of a kind: %s.", _counted(scope))
    while _counted(scope) == "upload" and (await receive()).get("more_body", False):
        pass  # a browser listens only once all is sent
    words = t("gate_too_often", language_of(_query(scope)), seconds=wait_s)
    headers = {"Retry-After": str(wait_s)}
    answer = PlainTextResponse(words, status_code=429, headers=headers)
    await _refuse(answer, scope, receive, send)


def _by(scope: Scope, who: Who) -> Scope:
    return {**scope, "state": {**scope.get("state", {}), "who": who}}


def _via(scope: Scope) -> Any:
    return "page" if scope["type"] == "websocket" else "api"


def _unmarked(scope: Scope) -> Scope:
    """Return a request without what only the gate may say."""
    mark = MARK.encode()
    return {**scope, "headers": [each for each in scope["headers"] if each[0].lower() != mark]}


def _sealed(send: Send) -> Send:
    """Have every cookie travel by TLS alone where readers come that way, also Streamlit's."""
    if not is_behind_tls():
        return send

    async def sealed(message: Message) -> None:
        if message["type"].endswith("http.response.start"):
            message = {**message, "headers": [_secure(*each) for each in message["headers"]]}
        await send(message)

    return sealed


def _secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    is_open = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if is_open else value


def _private(send: Send) -> Send:
    """Have no cache between keep for everybody what was given to one."""

    async def private(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"]]}
            headers = MutableHeaders(scope=message)
            said = headers.get("cache-control", "")
            kept = [each.strip() for each in said.split(",") if each.strip() not in ("", "public")]
            headers["Cache-Control"] = ", ".join(dict.fromkeys(["private", *kept]))
        await send(message)

    return private


def _as_http(scope: Scope) -> Scope:
    return {"method": "GET", **scope, "type": "http"}


def _query(scope: Scope) -> str:
    return str(scope["query_string"].decode("latin-1"))
