"""Who asks: whoever signed in by their cookie, a program by a token; what a browser keeps of it.

A token is a password of HTTP Basic (any name goes with it) or a Bearer; an address holds none, for
addresses are written down everywhere.
"""

import hashlib
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from mtqg_geo.people import sessions, tokens
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.rights import Verb, Who, can
from mtqg_geo.store.transactions import reading
from mtqg_geo.ui.server.base_address import base_path, here
from mtqg_geo.ui.server.place import is_behind_tls

SIGN_IN, OUT, ELSEWHERE = "/sign-in", "/sign-out", "/sign-in/provider"
COOKIE = "mtqg"
MOST_CHARS = 2_048  # of an address
# What no address of ours has, and browsers read as something else.
STRANGE = re.compile(r"[\\\x00-\x20\x7f]")
# What a browser names itself by, the one that names others too first; then the system.
SORTS = (
    (("Edg", "Edge"), ("coc_coc", "Cốc Cốc"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
     ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")),
    (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
     ("Macintosh", "macOS"), ("Linux", "Linux")),
)  # fmt: skip
FOR_PROGRAMS = ("/api/", "/ogc/", "/files/")  # below these a token is taken


@dataclass(frozen=True)
class Visitor:
    """Somebody known.

    Attributes
    ----------
    who
        What the record will say.
    verbs
        What they may do somewhere.
    email
        Of their account.
    mark
        The checksum of their cookie; "" of a program.
    """

    who: Who
    verbs: frozenset[Verb]
    email: str = ""
    mark: str = ""


def cookie_name() -> str:
    """Return the name of the cookie; behind TLS one that no other site of the domain can set.

    Below a path the browser keeps it for that path alone, which the stricter name forbids.
    """
    if not is_behind_tls():
        return COOKIE
    return f"__Secure-{COOKIE}" if base_path() else f"__Host-{COOKIE}"


def visitor_of(scope: Scope) -> Visitor | None:
    """Return who sends a request; a token counts before a cookie."""
    shown = shown_token(scope)
    if shown is not None:
        return by_token(shown)
    return by_cookies(HTTPConnection(scope).cookies)


def by_cookies(cookies: Mapping[str, str]) -> Visitor | None:
    """Return who signed in and was given one of the cookies, if that still holds."""
    cookie = cookies.get(cookie_name(), "")
    if not cookie or not has_store():
        return None
    signed = sessions.person_of(open_store(), cookie)
    if signed is None:
        return None
    return Visitor(signed.who("page"), signed.verbs, signed.email, mark_of(cookie))


def by_token(text: str) -> Visitor | None:
    """Return whose token a text is, if it still holds."""
    if not has_store():
        return None
    store = open_store()
    who = tokens.who_of(store, text)
    if who is None:
        return None
    with reading(store) as connection:  # files and layers are read, and nothing else
        may_read = can(connection, who, "read")
    return Visitor(who, frozenset(("read",)) if may_read else frozenset())


def browser_of(headers: Mapping[str, str]) -> str:
    """Return the sort of browser and system that sends a request, in words of ours; "" if unknown.

    >>> browser_of({"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    ...             "(KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"})
    'Edge · Windows'
    """
    said = headers.get("user-agent", "")
    found = (next((word for sign, word in signs if sign in said), "") for signs in SORTS)
    return " · ".join(filter(None, found))


def mark_of(cookie: str) -> str:
    """Return what may be told of a cookie without giving it away."""
    return hashlib.sha256(f"mark {cookie}".encode()).hexdigest()


def shown_token(scope: Scope) -> str | None:
    """Return the token that comes with a request for a file or a layer; None if there is none."""
    if scope["type"] != "http" or not f"{scope['path']}/".startswith(FOR_PROGRAMS):
        return None
    said = HTTPConnection(scope).headers.get("authorization", "")
    scheme, _, text = said.partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    return _password(text) if scheme.lower() == "basic" else None


def _password(text: str) -> str:
    """Return the password in what HTTP Basic sends; "" if it is none.

    >>> _password("bGFuOnRva2Vu")
    'token'
    """
    try:
        return b64decode(text.strip(), validate=True).decode().partition(":")[2]
    except (NotBase64, ValueError):
        return ""


def safe_address(text: str) -> str:
    """Return where to go after signing in: path and query of a page here, the map for all else.

    >>> safe_address("/works?district=220&project=DA4")
    '/works?district=220&project=DA4'
    >>> safe_address("https://example.org/"), safe_address("//example.org"), safe_address("/auth/x")
    ('/', '/', '/')
    """
    is_ours = text.startswith("/") and not text.startswith("//") and len(text) <= MOST_CHARS
    if not is_ours or STRANGE.search(text):
        return "/"
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.path.startswith((SIGN_IN, OUT, "/auth/", "//")):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def give(answer: Response, cookie: str) -> Response:
    """Have a browser keep a session: until it is closed, for this server alone, from no script."""
    answer.set_cookie(cookie_name(), cookie, **held())
    answer.headers["Cache-Control"] = "no-store"
    return answer


def end(cookies: Mapping[str, str]) -> None:
    """End the session of a browser, if it has one."""
    cookie = cookies.get(cookie_name(), "")
    if cookie and has_store():
        sessions.end(open_store(), cookie)


def held() -> dict[str, Any]:
    """Return how a browser keeps a session: for these pages alone, from every script."""
    return {"path": here("/"), "secure": is_behind_tls(), "httponly": True, "samesite": "lax"}
