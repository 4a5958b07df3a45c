"""The map below the kept layers: the same text on every run, and the files it links to."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

import folium
from folium.template import Template
from xstatic.pkg import leaflet, leaflet_markercluster

from geo.display import escape_text
from geo.errors import GeoError
from geo.ready import ReadyElement

Bounds = Sequence[Sequence[float]]  # [[south, west], [north, east]] in degrees, as Leaflet has it

LABELS = ("title", "zoom_in", "zoom_out", "layers", "failed", "coarse", "mismatch")
_SVG_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE.,\s+-]+")
OWN_ASSETS = Path(__file__).with_name("assets")
# The base map's script comes first: it listens for updates while the others load.
_SCRIPTS = (
    "base_map.js",
    "leaflet.js",
    "leaflet.markercluster.js",
    "together.js",
    "shapes.js",
    "kept_layers.js",
)
_SHEETS = ("leaflet.css", "kept_layers.css")


@cache
def asset_files() -> Mapping[str, Path]:
    """Return every file the map links to, by its address below the assets' URL.

    Each address names a version or the content, so that a browser may keep the file for ever.
    """
    own = sorted(path for path in OWN_ASSETS.iterdir() if path.suffix in {".js", ".css"})
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in own)).hexdigest()[:10]
    files = {f"kept-{digest}/{path.name}": path for path in own}
    for package, names in (
        (leaflet, ("leaflet.js", "leaflet.css", "images/layers.png", "images/layers-2x.png")),
        (leaflet_markercluster, ("leaflet.markercluster.js",)),
    ):
        folder = f"{package.__name__.rsplit('.', 1)[-1]}-{package.VERSION}"
        files |= {f"{folder}/{name}": Path(package.BASE_DIR, name) for name in names}
    return MappingProxyType(files)


def base_map(
    bounds: Bounds,
    *,
    assets_url: str,
    lang: str,
    labels: Mapping[str, str],
    icons: Mapping[str, str] | None = None,
    tile_url: str | None = None,
    tile_attribution: str | None = None,
) -> folium.Map:
    """Return the map below the layers, the same for every run with the same arguments.

    Parameters
    ----------
    bounds
        `[[south, west], [north, east]]` of the first view, in degrees.
    assets_url
        Address that serves `asset_files`, ending with a slash; relative to the map's frame.
    lang
        Language of the frame, such as `vi`.
    labels
        Texts of the map itself: one for each name in `LABELS`.
    icons
        SVG path data on a 24 x 24 grid, by icon name.
    tile_url
        Address of background tiles; there are none by default, and no request leaves the server.
    tile_attribution
        Who made the tiles.

    Raises
    ------
    GeoError
        If a label is missing or an icon is not path data.
    """
    absent = [name for name in LABELS if name not in labels]
    if absent:
        msg = f"The map lacks {len(absent)} of its {len(LABELS)} texts (first: {absent[0]!r})."
        raise GeoError(msg)
    strange = [name for name, data in (icons or {}).items() if not _SVG_PATH.fullmatch(data)]
    if strange:
        msg = f"{len(strange)} icons are not SVG path data (first: {strange[0]!r})."
        raise GeoError(msg)
    config: dict[str, object] = {
        "bounds": plain_bounds(bounds),
        "lang": lang,
        "labels": {name: escape_text(labels[name]) for name in LABELS},
        "icons": dict(icons or {}),
    }
    if tile_url:
        config["tiles"] = {"url": tile_url, "attribution": escape_text(tile_attribution)}
    return _BaseMap(config, assets_url=assets_url)


class _BaseMap(folium.Map, ReadyElement):
    """A folium map that links only our own assets and is made by `geoMap.create`."""

    _template = Template(
        "{% macro header(this, kwargs) %}{% endmacro %}"
        '{% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}" ></div>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        'var {{ this.get_name() }} = geoMap.create("{{ this.get_name() }}", {{ this.config }});'
        "{% endmacro %}"
    )

    def __init__(self, config: Mapping[str, object], *, assets_url: str) -> None:
        super().__init__(tiles=None)
        self.config = script_json(config)
        files = {path.name: file for file, path in asset_files().items()}
        first, *later = (*_SCRIPTS, *_SHEETS)
        links = {name: f"{assets_url}{files[name]}" for name in (first, *later)}
        links[first] += "#" + ",".join(files[name] for name in later)  # to be fetched ahead
        self.default_js = [(name, links[name]) for name in _SCRIPTS]
        self.default_css = [(name, links[name]) for name in _SHEETS]


def plain_bounds(bounds: Bounds) -> list[list[float]]:
    """Return bounds as plain numbers, which JSON can hold."""
    return [[float(degree) for degree in corner] for corner in bounds]


def script_json(value: object) -> str:
    """Return compact JSON that may stand inside a script element and a template.

    folium reads what a template gives as a template once more: `{{7*7}}` would be computed here.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = text.replace("<", "\\u003c")
    return re.sub(r"\{(?=[{%#])", r"\\u007b", text)  # JSON has these pairs in texts only
