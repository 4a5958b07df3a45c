"""Which names this server goes by, and whose pages may drive it.

A page of another site, open in the browser of somebody who can reach this server, could act in
their name: through a name of its own that it lets point here (DNS rebinding), or by opening a web
socket. So a request must name this server by a name it has, and what changes something must come
from one of its own pages.
"""

import socket
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from streamlit import config

from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import t
from mtqg_geo.ui.server.base_address import AUTHORITY
from mtqg_geo.ui.server.own_pages import language_of

READING = ("GET", "HEAD", "OPTIONS")
LOOPBACK = "localhost"


class KnownHosts:
    """ASGI middleware that answers only who calls this server by its name.

    Parameters
    ----------
    hosts
        Its names besides those of the loopback and the address it is asked at.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str] = ()) -> None:
        self.app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say in one sentence why not."""
        is_request = scope["type"] in ("http", "websocket")
        refusal = self._refusal(scope) if is_request else None
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await refusal(scope, receive, send)
        elif "websocket.http.response" in scope.get("extensions", {}):
            await WebSocket(scope, receive, send).send_denial_response(refusal)
        else:  # the server then answers 403 by itself
            await send({"type": "websocket.close", "code": 1008})

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        lang = language_of(scope["query_string"].decode("latin-1"))
        host = headers.get("host", "")
        name = host_name(host)
        if name is None:
            return PlainTextResponse(t("hosts_no_name", lang, example=host[:60]), status_code=400)
        if not (name == LOOPBACK or name in self._hosts or _is_own_address(name, scope)):
            return PlainTextResponse(t("hosts_unknown", lang, example=name[:60]), status_code=421)
        origin = headers.get("origin")
        if scope["type"] == "websocket":
            is_foreign = origin is None or not _is_same_place(origin, host)
        else:
            is_reading = scope["method"] in READING
            is_foreign = not is_reading and origin is not None and not _is_same_place(origin, host)
        if is_foreign:
            words = t("hosts_foreign", lang, example=(origin or "–")[:60])
            return PlainTextResponse(words, status_code=403)
        return None


def host_name(host: str) -> str | None:
    """Return the name in a `Host` header, without port; None if there is none.

    >>> host_name("Ban-Do.bacgiang.gov.vn:8501"), host_name("[::1]:8501"), host_name("a b")
    ('ban-do.bacgiang.gov.vn', '::1', None)
    """
    parts = AUTHORITY.fullmatch(host)
    return parts[1].strip("[]").rstrip(".").lower() if parts else None


def known_hosts(text: str) -> tuple[str, ...]:
    """Return the names in `MTQG_HOSTS`, those the server was started with and the machine's own.

    By its own name the machine is found by others of the same office; no site outside has it.
    """
    started_with = map(config.get_option, ("server.address", "browser.serverAddress"))
    machine = socket.gethostname()
    own = (*started_with, machine, f"{machine}.local")  # the latter by multicast, without a DNS
    return (*parse_hosts(text), *(each.lower() for each in own if each))


def _is_own_address(name: str, scope: Scope) -> bool:
    """Whether a name is an address of the loopback, or the very one the request came to.

    An address written as such cannot be another site's name for this server.
    """
    try:
        address = _plain_address(name)
        asked = _plain_address((scope.get("server") or ("",))[0])
    except ValueError:
        return False
    return address == asked or ip_address(address).is_loopback


def _plain_address(text: str) -> str:
    """Return an address as it is compared: IPv4 that came through an IPv6 socket as IPv4."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _is_same_place(origin: str, host: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def parse_hosts(text: str) -> tuple[str, ...]:
    """Read `MTQG_HOSTS`: names, separated by commas, by which readers call this server.

    >>> parse_hosts("bando.bacgiang.gov.vn, 10.0.0.5")
    ('bando.bacgiang.gov.vn', '10.0.0.5')

    Raises
    ------
    SelectionError
        If one is no name: nobody would ever be let in by it.
    """
    hosts = tuple(each.strip() for each in text.split(",") if each.strip())
    names = tuple(filter(None, map(host_name, hosts)))
    for host in hosts:
        if host_name(host) is None:
            words = [t("hosts_no_host", lang, example=host[:60]) for lang in LANGUAGES]
            raise SelectionError((" ".join(words),))
    return names
