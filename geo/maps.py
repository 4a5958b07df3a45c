"""The map that keeps its layers: geometry travels once, a change sends only how features look.

`base_map` is the same text on every run, so that streamlit-folium keeps the map in the page;
`update_group` goes into its `feature_group_to_add` and carries one payload to `kept_layers.js`::

    shown = st_folium(
        base_map(bounds, assets_url="../../assets/", lang="vi", labels=labels, icons=icons),
        feature_group_to_add=update_group([communes, roads, sites]),
        key="map",
        returned_objects=[],
    )

A click comes back as `{"clicked": key, "layer": name, "count": n}`. Make a new base map on every
run (it takes about a millisecond): streamlit-folium changes the one it is given.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from posixpath import relpath
from types import MappingProxyType
from typing import Any, Literal

import folium
from branca.element import Element, MacroElement
from folium.template import Template
from xstatic.pkg import leaflet, leaflet_markercluster

from geo.display import escape_text
from geo.errors import GeoError


class ReadyElement(MacroElement):
    """An element that puts its texts into the page as they are.

    Stand it behind folium's own class: `class Ours(folium.FeatureGroup, ReadyElement)`.
    """

    def render(self, **kwargs: object) -> None:  # type: ignore[override]  # as branca's own does
        """Put header, body and script into the page, and render the children."""
        figure: Any = self.get_root()
        for part in ("header", "html", "script"):
            if macro := getattr(self._template.module, part, None):
                text = _ReadyText(macro(self, kwargs))
                getattr(figure, part).add_child(text, name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)


class _ReadyText(Element):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_: object) -> str:
        return self._text


Bounds = Sequence[Sequence[float]]  # [[south, west], [north, east]] in degrees, as Leaflet has it

LABELS = ("title", "zoom_in", "zoom_out", "home", "layers", "failed", "coarse", "mismatch")
_SVG_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE.,\s+-]+")
OWN_ASSETS = Path(__file__).with_name("assets")
# The base map's script comes first: it listens for updates while the others load.
_SCRIPTS = (
    "base_map.js",
    "leaflet.js",
    "leaflet.markercluster.js",
    "around.js",
    "shapes.js",
    "marks.js",
    "labels.js",
    "kept_layers.js",
)
_SHEETS = ("leaflet.css", "kept_layers.css")


@cache
def asset_files() -> Mapping[str, Path]:
    """Return every file the map links to, by its address below the assets' URL.

    Each address names a version or the content, so that a browser may keep the file for ever.
    """
    own = sorted(path for path in OWN_ASSETS.iterdir() if path.suffix in {".js", ".css"})
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in own)).hexdigest()[:8]
    files = {f"{digest}/{path.name}": path for path in own}
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
        # To be fetched ahead, seen from the first one's folder.
        folder = files[first].rpartition("/")[0]
        near = (relpath(files[name], folder) for name in later)
        links[first] += "#" + ",".join(near)
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


Style = Mapping[str, object]
Kind = Literal["polygon", "line", "point", "bar"]
Labels = Literal["", "always", "inside"]

HATCHES = tuple(
    f"hatch:{name}" for name in ("nodata", "na", "nr", "first", "second")
)  # base_map.js


class MapUpdate(ReadyElement):
    """One payload for the map it is added to, directly or inside a feature group."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "geoMap.update({{ this.map_name() }}, {{ this.payload }});"
        "{% endmacro %}"
    )

    def __init__(self, payload: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "MapUpdate"
        self._payload = payload

    @property
    def payload(self) -> str:
        """What is sent, as it stands in the script."""
        return script_json(self._payload)

    def map_name(self) -> str:
        """Return the script's name of the map."""
        parent: Any = self._parent
        while not isinstance(parent, folium.Map):
            parent = parent._parent
        return str(parent.get_name())


class KeptLayer:
    """How the features of one display layer look now.

    Parameters
    ----------
    name
        The layer's name on the map; the same name keeps the layer between runs.
    url
        Address of the display layer (`DisplayLayer.url`).
    classes
        One character per feature, in the order of the display layer.
    count
        Number of features of the display layer.
    finer
        Zoom above which finer shapes are drawn, and their address (`DisplayLayer.finer`).
    styles
        Look of each character; a feature whose character is not here is hidden. A polygon or line
        takes Leaflet's path options; `fillColor` may be one of `HATCHES`, `inset` draws only the
        half of a polygon's line that lies inside it, `casing` is by how many pixels a white line
        below a line is wider. A point takes `icon` (a name given to `base_map`), `color`, `fill`
        (`full`, `half`, `open`, `unknown`) and `status` (put into its class name); a bar `color`
        and the `share` of it that is full, none where that is not known.
    kind
        What the features are; a bar stands at the label point of an area.
    label
        Name in the layer switch; not listed when empty.
    base
        Path options shared by all characters.
    values
        A short text for each feature, or a tuple of them, shown in `value_text`; `""` shows the
        class's text instead.
    value_text
        The line around the value, which stands for `{}`; one line and `{}` for each of several.
    class_texts
        Line shown for a feature without a value, by character; of one in several parts, which
        characters share, each part is sent once.
    shown
        Whether the layer is on when the map opens, and again when this changes; in between the
        reader's own choice stays.
    interactive
        Whether it answers the pointer; polygons that do not are outlines above the others.
    labels
        Whether features are named by their property `_label`, or else the first: not, `always`
        (where there is room on the map) or where the name fits `inside` its area. Of several
        layers the upper ones' names go first.

    Raises
    ------
    GeoError
        If classes or values are not one per feature.
    """

    def __init__(
        self,
        name: str,
        url: str,
        classes: str,
        *,
        count: int,
        finer: Sequence[tuple[float, str]] = (),
        styles: Mapping[str, Style],
        kind: Kind = "polygon",
        label: str = "",
        base: Style | None = None,
        values: Sequence[object] | None = None,
        value_text: str = "{}",
        class_texts: Mapping[str, str | tuple[str, ...]] | None = None,
        shown: bool = True,
        interactive: bool = True,
        labels: Labels = "",
    ) -> None:
        for what, given in (("classes", classes), ("values", values)):
            if given is not None and len(given) != count:
                msg = (
                    f"Layer {name!r} has {count:,} features but {len(given):,} {what}; "
                    "give one for each."
                )
                raise GeoError(msg)
        drawn = [char for char in sorted(set(classes)) if char in styles]
        texts = {char: _text_parts((class_texts or {}).get(char, "")) for char in drawn}
        spec: dict[str, Any] = {
            "name": name,
            "url": url,
            "finer": list(finer),
            "kind": kind,
            "classes": classes,
            "drawn": "".join(drawn),
            "styles": _by_value({char: {**(base or {}), **styles[char]} for char in drawn}),
            "label": escape_text(label),
            # No escaped text contains ">", and one text is shorter than a list of texts.
            "values": ">".join(map(_escaped_value, values or ())).rstrip(">"),
            "value_text": "" if value_text == "{}" else escape_text(value_text),
            "class_texts": _by_value(texts),
            "hidden": not shown,
            "still": not interactive,
            "labels": labels,
        }
        required = ("name", "url", "kind", "classes", "drawn", "styles")
        self.spec = {key: value for key, value in spec.items() if value or key in required}


def update_group(
    layers: Sequence[KeptLayer],
    *,
    fit: Bounds | None = None,
    selected: str | None = None,
    found: tuple[str, str] | None = None,
    notice: str | None = None,
    caption: str | None = None,
    together: str | None = None,
) -> folium.FeatureGroup:
    """Return the group that brings the map to the state given.

    Parameters
    ----------
    layers
        All layers of the map, lower ones first; a layer left out is taken off the map.
    fit
        Bounds to show; the view moves only when they change. The whole base map by default.
    selected
        Key of the unit with a strong outline, looked up in the first interactive polygon layer.
    found
        Layer and key of a point or line to ring; the view moves to it when it changes, unless it
        was clicked on the map. It is shown also where its layer is off.
    notice
        Text in a corner of the map.
    caption
        Text above the map, such as the period it shows.
    together
        A name shared by several maps of a page, which then move as one.
    """
    payload: dict[str, object] = {"layers": [layer.spec for layer in layers]}
    if fit is not None:
        payload["fit"] = plain_bounds(fit)
    if selected is not None:
        payload["selected"] = selected
    if found is not None:
        payload["found"] = list(found)
    if notice:
        payload["notice"] = escape_text(notice)
    if caption:
        payload["caption"] = escape_text(caption)
    if together:
        payload["together"] = together
    group = _Group(control=False)
    MapUpdate(payload).add_to(group)
    return group


class _Group(folium.FeatureGroup, ReadyElement):
    """A group of folium with what changes."""


def _escaped_value(value: object) -> str:
    """Return a text for HTML; several, parted by a character that no escaped text contains."""
    return "<".join(map(escape_text, value if isinstance(value, tuple) else (value,)))


def _text_parts(text: str | tuple[str, ...]) -> dict[str, object]:
    """Return the parts of a text by their place, for HTML."""
    parts = text if isinstance(text, tuple) else (text,)
    return {str(place): escape_text(part) for place, part in enumerate(parts) if part}


def _by_value(looks: Mapping[str, Style]) -> list[list[object]]:
    """Return `[option, value, characters]` for each value: many characters share most of theirs."""
    shared: dict[tuple[str, str], list[Any]] = {}
    for char, look in looks.items():
        for option, value in look.items():
            entry = shared.setdefault((option, repr(value)), [option, value, ""])
            entry[2] += char
    return list(shared.values())
