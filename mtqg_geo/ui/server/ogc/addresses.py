"""Links of the service, by the address under which readers know this server.

QGIS and GDAL put names and parameters behind the addresses they are given: those of what is below
the first page therefore stand alone, without parameters. Those that are followed as they are keep
what was chosen.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers
from starlette.types import Scope

from mtqg_geo.programme.model import Lang
from mtqg_geo.ui.server.base_address import AUTHORITY

ROOT = "/ogc"
JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
HTML = "text/html"

Link = dict[str, str]


def base_of(scope: Scope, configured: str) -> str:
    """Return scheme and name of the server, with the path it is served under, if any.

    Parameters
    ----------
    scope
        A request whose `Host` has been accepted (`hosts.KnownHosts`).
    configured
        The address that the installation gives; "" to take that of the request.
    """
    if configured:
        return configured
    host = Headers(scope=scope).get("host", "")
    named = host if AUTHORITY.fullmatch(host) else "localhost"
    return f"{scope.get('scheme', 'http')}://{named}{scope.get('root_path', '')}"


@dataclass(frozen=True)
class Addresses:
    """Writes the links of one answer.

    Attributes
    ----------
    base
        Of the server; see `base_of`.
    path
        Of the answer, below `ROOT`.
    pairs
        The parameters asked with, as often and in the order as they were given.
    """

    base: str
    path: str
    pairs: tuple[tuple[str, str], ...]
    lang: Lang

    def plain(self, path: str) -> str:
        """Return an address below the service, without parameters."""
        return f"{self.base}{ROOT}{path}"

    def chosen(self, path: str, without: Collection[str] = (), **more: str) -> str:
        """Return an address with what was asked with, except the form and some others, and more."""
        kept = [pair for pair in self.pairs if pair[0] not in ("f", *without, *more)]
        query = urlencode([*kept, *more.items()], safe=",:/")
        return f"{self.plain(path)}?{query}" if query else self.plain(path)

    def as_page(self, path: str, without: Collection[str] = ()) -> str:
        """Return the address of a page for people."""
        return self.chosen(path, without, f="html")

    def map_page(self, chosen: Iterable[tuple[str, str]]) -> str:
        """Return the address of the map with a selection."""
        query = urlencode([*chosen], safe=",")
        return f"{self.base}/?{query}" if query else f"{self.base}/"


def link(href: str, rel: str, type_: str, title: str) -> Link:
    """Return a link as OGC writes it."""
    return {"href": href, "rel": rel, "type": type_, "title": title}


def items_path(name: str, feature: str = "") -> str:
    """Return the path of a layer's features, or of one of them.

    >>> items_path("sites"), items_path("sites", "7~2e1")
    ('/collections/sites/items', '/collections/sites/items/7~2e1')
    """
    return f"/collections/{name}/items" + (f"/{quote(feature)}" if feature else "")
