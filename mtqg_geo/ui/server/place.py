"""Where this server stands: which proxies are in front of it, and for whom it listens.

What a request says of where it comes from (`X-Forwarded-*`) anybody can write: it is believed of
proxies that are named. Without sign-in whoever reaches the server may do everything: then it
listens to this machine alone, unless whoever starts it says that they know.
"""

import os
import sys
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import uvicorn.config
from starlette.types import Scope
from streamlit import config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.programme.model import LANGUAGES, Lang
from mtqg_geo.programme.words import t
from mtqg_geo.store.mode import ACCESS, access_mode
from mtqg_geo.ui.server.base_address import base_url

PROXIES = "MTQG_PROXIES"
I_KNOW, I_KNOW_FLAG = "MTQG_I_KNOW", "--i-know"
NETWORK_BITS = 64  # of an IPv6 address: what a house or an office is given


def is_behind_tls() -> bool:
    """Say whether readers come by https, so that their cookies may ask for it."""
    return base_url().startswith("https:") or bool(config.get_option("server.sslCertFile"))


def base_host() -> tuple[str, ...]:
    """Return the name in the address under which readers open this server, if it is known."""
    name = urlsplit(base_url()).hostname
    return (name,) if name else ()


def parse_proxies(text: str) -> tuple[str, ...]:
    """Read `MTQG_PROXIES`: addresses or networks, separated by commas, that may forward.

    >>> parse_proxies("127.0.0.1, 10.0.0.0/24")
    ('127.0.0.1', '10.0.0.0/24')

    Raises
    ------
    SelectionError
        If one is no address: whoever writes `*` would have everybody believed.
    """
    proxies = tuple(each.strip() for each in text.split(",") if each.strip())
    for proxy in proxies:
        try:
            ip_network(proxy)
        except ValueError as error:
            raise SelectionError((_both("place_no_proxy", example=proxy[:60]),)) from error
    return proxies


def believe_only(proxies: tuple[str, ...]) -> None:
    """Have the server take `X-Forwarded-For` and `-Proto` from these alone.

    uvicorn believes everything that comes from this machine, and reads its own setting before our
    module is imported; the name is looked up after that, whichever way the server is started.
    """

    def believing(app: Any, trusted_hosts: object = None) -> ProxyHeadersMiddleware:
        return ProxyHeadersMiddleware(app, trusted_hosts=[*proxies])

    uvicorn.config.ProxyHeadersMiddleware = believing  # type: ignore[assignment,misc]


def address_of(scope: Scope) -> str:
    """Return the address somebody comes from, as limits count them: of IPv6 the network.

    >>> address_of({"client": ("2001:db8:1:2:3::4", 1)}), address_of({"client": ("10.0.0.5", 1)})
    ('2001:db8:1:2::/64', '10.0.0.5')
    """
    text = str((scope.get("client") or ("",))[0])
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((int(address), NETWORK_BITS), strict=False))
    return str(address)


def require_own_desk() -> None:
    """Refuse to start where others could do everything without a name.

    Raises
    ------
    SelectionError
        If there is no sign-in and the server is told to listen to more than this machine.
    """
    address = config.get_option("server.address")
    if address and is_for_others((address, 0)):
        raise SelectionError((_both("place_open", **_open(address)),))


def open_words(address: str, lang: Lang) -> str:
    """Say why nobody is answered at an address that others can reach."""
    return t("place_open", lang, **_open(address))


def is_for_others(server: Any) -> bool:
    """Say whether an address of ours is one that others can reach, where that is not meant.

    Parameters
    ----------
    server
        Address and port, as in the scope of a request; None is a socket that is a file.
    """
    if access_mode() != "open" or _is_known():
        return False
    name = str((server or ("",))[0])
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_loopback


def _open(address: str) -> dict[str, str]:
    return {"example": address, "access": ACCESS, "setting": I_KNOW, "flag": I_KNOW_FLAG}


def _is_known() -> bool:
    return os.environ.get(I_KNOW, "") not in ("", "0") or I_KNOW_FLAG in sys.argv


def _both(key: str, **values: object) -> str:
    return " ".join(t(key, lang, **values) for lang in LANGUAGES)
