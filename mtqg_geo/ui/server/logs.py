"""The server's log: what happened, of which kind, and to nobody by name (`MTQG_LOG=json`).

Who did what stands in the record of the store, which administrators read. The log is read by
whoever runs the server, is kept by the system and sent elsewhere: it has no names, e-mails,
addresses, passphrases, tokens, and of a failure where it was and of which kind, not what it said,
for that may repeat what somebody typed. A person stands there by their number.

Everything that logs (Streamlit and uvicorn have handlers of their own) comes out in the same form,
an object a line: `time` (UTC), `level`, `logger`, `message`, `mode`, the `request` in which it was
and, for a request that has ended, `method`, `route`, `status`, `ms`.
"""

import json
import logging
import os
import re
import secrets
import sys
import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from ipaddress import ip_address
from time import perf_counter
from traceback import walk_tb
from typing import Any, TextIO

import streamlit.logger
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.errors import GeoError
from mtqg_geo.programme.errors import MtqgError, SelectionError
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import t
from mtqg_geo.store.mode import access_mode
from mtqg_geo.ui.server.middleware import FOLDERS
from mtqg_geo.ui.server.own_pages import OF_PEOPLE, PAGES

SETTING, JSON = "MTQG_LOG", "json"
LOG = logging.getLogger(__name__)
UVICORN = ("uvicorn.access", "uvicorn.error")  # the latter of web sockets
REQUEST: ContextVar[str] = ContextVar("request", default="")
TELLS = ("mtqg_geo", "geo", "uvicorn", "streamlit")  # of others warnings are enough
# What may stand in a route as it is: words of ours and of Streamlit, nothing that somebody chose.
WORDS = frozenset((
    *FOLDERS, *PAGES, OF_PEOPLE, "_stcore", "stream", "health", "host-config", "upload_file",
    "js", "css", "login", "logout", "provider", "collections", "communes", "sites", "roads",
    "items", "schema", "conformance", "instance", "bidi-components",
))  # fmt: skip
EMAIL = re.compile(r"[^\s@\"'<>()]+@[^\s@\"'<>()]+")
SECRET = re.compile(r"mtqg_[\w-]{16,}|\b[\w-]{40,}")  # a token; a cookie or its checksum
QUERY = re.compile(r"\?[^\s\"']*")
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*", re.IGNORECASE)


def is_json() -> bool:
    """Say whether the log is to be read by programs.

    Raises
    ------
    SelectionError
        If the setting says anything else than `json` or `text`.
    """
    said = os.environ.get(SETTING, "").strip()
    if said not in ("", "text", JSON):
        words = [t("log_unknown", lang, setting=SETTING, value=said[:40]) for lang in LANGUAGES]
        raise SelectionError((" ".join(words),))
    return said == JSON


def begin(stream: TextIO | None = None) -> None:
    """Have everything that logs come out in one form, if the setting asks for it.

    In either form no line of a request names the address it came from.
    """
    for name in UVICORN:
        logging.getLogger(name).addFilter(_is_brief)
    if not is_json():
        return
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(AsJson())
    # Streamlit gives each logger a handler when it is first asked for, also later.
    streamlit.logger.setup_formatter = _ours
    for name in [*logging.root.manager.loggerDict]:
        _ours(logging.getLogger(name))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    for name in TELLS:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").propagate = False  # `Requests` says it
    logging.captureWarnings(capture=True)
    threading.excepthook = _failed


def _ours(logger: logging.Logger) -> None:
    logger.handlers.clear()
    logger.propagate = True


def _failed(what: threading.ExceptHookArgs) -> None:
    LOG.error("A thread failed", exc_info=what.exc_value)


def _is_brief(record: logging.LogRecord) -> bool:
    """Take who asked, and what they asked with, out of a line of uvicorn's about a request."""
    if str(record.msg).startswith('%s - "') and isinstance(record.args, tuple):
        said = (QUERY.sub("", each) if isinstance(each, str) else each for each in record.args[1:])
        record.args = ("-", *said)
    return True


class AsJson(logging.Formatter):
    """Writes a line of the log as an object of JSON, without what is personal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _impersonal(record),
            "mode": access_mode(),
        }
        if request := REQUEST.get():
            said["request"] = request
        said |= getattr(record, "said", {})
        if record.exc_info and record.exc_info[1]:
            said["failures"] = [*_failures(record.exc_info[1])]
        return json.dumps(said, ensure_ascii=False)


def _impersonal(record: logging.LogRecord) -> str:
    """Return the message, with errors by their code, and no e-mail, address, secret or query.

    >>> line = "lan@a.vn of 10.0.0.5: GET /x?name=Lan with mtqg_" + 43 * "x"
    >>> _impersonal(logging.makeLogRecord({"msg": line}))
    '[e-mail] of [address]: GET /x?… with [secret]'
    """
    if isinstance(record.args, tuple):
        shown = tuple(map(_kind, record.args))
        record = logging.makeLogRecord({"msg": record.msg, "args": shown})
    text = EMAIL.sub("[e-mail]", record.getMessage())
    text = SECRET.sub("[secret]", QUERY.sub("?…", text))
    return ADDRESS.sub(_without_address, text)


def _kind(value: object) -> object:
    """Return the code of an error, or its kind, in the place of what it says; all else as it is."""
    if not isinstance(value, BaseException):
        return value
    code = value.code if isinstance(value, MtqgError | GeoError) else ""
    return code or type(value).__qualname__


def _without_address(found: re.Match[str]) -> str:
    try:
        ip_address(found[0])
    except ValueError:
        return found[0]
    return "[address]"


def _failures(error: BaseException | None) -> Any:
    """Yield an error and what it came from: its kind, and where, the innermost last."""
    while error is not None:
        where = [
            f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
            for frame, line in walk_tb(error.__traceback__)
        ]
        yield {"kind": str(_kind(error)), "where": where}
        error = error.__cause__ or error.__context__


class Requests:
    """ASGI middleware that logs each request when it has ended, by its route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the request a number, pass it on, and note how it went."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), 500  # unless anything is answered

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"].endswith("http.response.start"):
                status = message["status"]
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close" and status == 500:
                status = 403  # as the server says it for who was not let in
            await send(message)

        number = REQUEST.set(secrets.token_hex(4))
        try:
            await self.app(scope, receive, noted)
        finally:
            said = {
                "method": scope.get("method", "WEBSOCKET"),
                "route": route_of(scope["path"]),
                "status": status,
                "ms": round(1000 * (perf_counter() - began)),
            }
            LOG.info("request", extra={"said": said})
            REQUEST.reset(number)


def route_of(path: str) -> str:
    """Return the kind of a path: what somebody chose in it is left out.

    >>> route_of("/ogc/collections/sites/items/CT-7"), route_of("/files/3fa9"), route_of("/")
    ('/ogc/collections/sites/items/{}', '/files/{}', '/')
    """
    return "/".join(part if part in WORDS or not part else "{}" for part in path.split("/"))
