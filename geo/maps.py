"""The map that keeps its layers: geometry travels once, a change sends only how features look.

`base_map` is the same text on every run, so that streamlit-folium keeps the map in the page;
`update_group` goes into its `feature_group_to_add` and carries one payload to `kept_layers.js`::

    constants = map_constants(bounds, lang="vi", labels=labels, icons=icons, looks=looks)
    shown = st_folium(
        base_map(constants, assets_url="../../assets/", constants_url="../../geo/"),
        feature_group_to_add=update_group([communes, roads, sites]),
        key="map",
        returned_objects=[],
    )

A click comes back as `{"clicked": key, "layer": name, "count": n}`. Make a new base map on every
run (it takes about a millisecond): streamlit-folium changes the one it is given.

A browser fetches two scripts, each named by its content: `map_file`, the code with Leaflet and all
styles, and the constants of this map. A message names them and holds what has changed.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
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

LABELS = (
    *("title", "instead", "zoom_in", "zoom_out", "home", "layers"),
    *("failed", "coarse", "mismatch"),
)
_SVG_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE.,\s+-]+")
_OWN = Path(__file__).with_name("assets")
_LEAFLET, _CLUSTER = Path(leaflet.BASE_DIR), Path(leaflet_markercluster.BASE_DIR)
_SCRIPTS = (
    _LEAFLET / "leaflet.js",
    _CLUSTER / "leaflet.markercluster.js",
    *(
        _OWN / f"{name}.js"
        for name in ("base_map", "around", "shapes", "marks", "labels", "kept_layers")
    ),
)
_SHEETS = (_LEAFLET / "leaflet.css", _OWN / "kept_layers.css")
_SOURCE_MAP = re.compile(r"^\s*//# sourceMappingURL=.*$", re.MULTILINE)
_WORDS = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*)?\s*", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"url\(images/[^)]*\)")


@cache
def map_file() -> tuple[str, bytes]:
    """Return the one script of the map and its name, which names the content.

    It brings the style sheets along: what is drawn before they are there is measured wrongly.
    """
    sheet = json.dumps(map_sheet(), ensure_ascii=False)
    style = f'Object.assign(document.createElement("style"),{{textContent:{sheet}}})'
    body = f"{map_script()}\ndocument.head.append({style});".encode()
    return f"map-{_digest(body)}.js", body


@cache
def map_script() -> str:
    """Return Leaflet, its clusters and our own scripts as one."""
    return ";\n".join(map(_bare, _SCRIPTS))


@cache
def map_sheet() -> str:
    """Return Leaflet's style sheet and ours as one, without Leaflet's pictures: ours are in it."""
    return "\n".join(_PICTURE.sub("url(data:,)", _bare(path)) for path in _SHEETS)


def _bare(path: Path) -> str:
    """Return a script or sheet as it travels: ours without words, no other file named."""
    text = path.read_text(encoding="utf-8")
    return without_words(text) if path.parent == _OWN else _SOURCE_MAP.sub("", text)


def without_words(code: str) -> str:
    r"""Return a script or sheet of ours without indentation and lines that are comments.

    >>> print(without_words("// what for\nif (a) {\n  b();\n}"))
    if (a) {
    b();
    }
    """
    return _WORDS.sub("", code)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


@dataclass(frozen=True)
class MapConstants:
    """What of a map is the same at every change, as JSON."""

    config: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What stands for the content."""
        return _digest(self.config.encode())

    @property
    def file(self) -> str:
        """Name of the script, which names the content."""
        return f"map-{self.digest}.js"

    @property
    def body_gzip(self) -> bytes:
        """The compressed script, which puts the constants where `base_map` looks for them."""
        script = f'(window.geoMapConstants||={{}})["{self.digest}"]={self.config};'
        return gzip.compress(script.encode(), mtime=0)


def map_constants(
    bounds: Bounds,
    *,
    lang: str,
    labels: Mapping[str, str],
    icons: Mapping[str, str] | None = None,
    looks: "Sequence[LayerLook]" = (),
    tile_url: str | None = None,
    tile_attribution: str | None = None,
) -> MapConstants:
    """Return what a map is made of that no change touches.

    Parameters
    ----------
    bounds
        `[[south, west], [north, east]]` of the first view, in degrees.
    lang
        Language of the frame, such as `vi`.
    labels
        Texts of the map itself: one for each name in `LABELS`.
    icons
        SVG path data on a 24 x 24 grid, by icon name.
    looks
        What is known of layers beforehand; a `KeptLayer` of the same name adds to it.
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
        "looks": {look.name: look.spec for look in looks},
    }
    if tile_url:
        config["tiles"] = {"url": tile_url, "attribution": escape_text(tile_attribution)}
    return MapConstants(script_json(config))


def base_map(
    constants: MapConstants, *, assets_url: str, constants_url: str | None = None
) -> folium.Map:
    """Return the map below the layers, the same for every run with the same constants.

    Parameters
    ----------
    constants
        From `map_constants`.
    assets_url
        Address that serves `map_file`, ending with a slash; relative to the map's frame.
    constants_url
        The same of the constants' own file; without it they stand in the page.
    """
    return _BaseMap(constants, assets_url=assets_url, constants_url=constants_url)


class _BaseMap(folium.Map, ReadyElement):
    """A folium map that links only our own script and is made by `geoMap.create`."""

    _template = Template(
        "{% macro header(this, kwargs) %}{% endmacro %}"
        '{% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}" ></div>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        'var {{ this.get_name() }} = geoMap.create("{{ this.get_name() }}", {{ this.config }});'
        "{% endmacro %}"
    )

    def __init__(
        self, constants: MapConstants, *, assets_url: str, constants_url: str | None
    ) -> None:
        super().__init__(tiles=None)
        name = map_file()[0]
        self.default_js, self.default_css = [(name, f"{assets_url}{name}")], []
        self.config = constants.config
        if constants_url is not None:
            # Other constants make another script, by which streamlit-folium tells a new map.
            self.config = f'geoMapConstants["{constants.digest}"]'
            self.default_js += [(constants.file, f"{constants_url}{constants.file}")]


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
_NONE: Mapping[str, Any] = MappingProxyType({})
_RUN = re.compile(r"(.)\1{4,}", re.DOTALL)
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


class LayerLook:
    """How the features of one display layer look, as far as no change touches it.

    Parameters
    ----------
    name
        The layer's name on the map; the same name keeps the layer between runs.
    styles
        Look of each character; a feature whose character has none is hidden. A polygon or line
        takes Leaflet's path options; `fillColor` may be one of `HATCHES`, `inset` draws only the
        half of a polygon's line that lies inside it, `casing` is by how many pixels a white line
        below a line is wider. A point takes `icon` (a name given to `map_constants`), `color`,
        `fill` (`full`, `half`, `open`, `unknown`) and `status` (put into its class name); a bar
        `color` and the `share` of it that is full, none where that is not known.
    kind
        What the features are; a bar stands at the label point of an area.
    label
        Name in the layer switch; not listed when empty.
    base
        Path options shared by all characters.
    class_texts
        Line shown for a feature without a value, by character; of one in several parts, which
        characters share, each part is sent once.
    interactive
        Whether it answers the pointer; polygons that do not are outlines above the others.
    labels
        Whether features are named by their property `_label`, or else the first: not, `always`
        (where there is room on the map) or where the name fits `inside` its area. Of several
        layers the upper ones' names go first.
    """

    def __init__(
        self,
        name: str,
        *,
        styles: Mapping[str, Style] = _NONE,
        kind: Kind = "polygon",
        label: str = "",
        base: Style = _NONE,
        class_texts: Mapping[str, str | tuple[str, ...]] = _NONE,
        interactive: bool = True,
        labels: Labels = "",
    ) -> None:
        self.name = name
        spec: dict[str, Any] = {
            "kind": "" if kind == "polygon" else kind,
            "drawn": "".join(sorted(styles)),
            "styles": _by_value({char: {**base, **styles[char]} for char in sorted(styles)}),
            "label": escape_text(label),
            "class_texts": _by_value(
                {char: _text_parts(class_texts[char]) for char in sorted(class_texts)}
            ),
            "still": not interactive,
            "labels": labels,
        }
        self.spec = {key: value for key, value in spec.items() if value}


class KeptLayer:
    """How the features of one display layer look now.

    What a `LayerLook` of the map's constants says of a layer of this name need not be given again;
    styles and texts of characters given here come on top of those.

    Parameters
    ----------
    name
        The layer's name on the map.
    url
        Address of the display layer (`DisplayLayer.url`).
    classes
        One character per feature, in the order of the display layer.
    count
        Number of features of the display layer.
    finer
        Zoom above which finer shapes are drawn, and their address (`DisplayLayer.finer`).
    values
        A short text for each feature, or a tuple of them, shown in `value_text`; `""` shows the
        class's text instead.
    value_text
        The line around the value, which stands for `{}`; one line and `{}` for each of several.
    shown
        Whether the layer is on when the map opens, and again when this changes; in between the
        reader's own choice stays.
    styles, class_texts, look
        As of a `LayerLook`, but only those of characters in use are sent.

    Raises
    ------
    GeoError
        If classes or values are not one per feature, or a class is `{`.
    """

    def __init__(
        self,
        name: str,
        url: str,
        classes: str,
        *,
        count: int,
        finer: Sequence[tuple[float, str]] = (),
        values: Sequence[object] | None = None,
        value_text: str = "{}",
        shown: bool = True,
        styles: Mapping[str, Style] = _NONE,
        class_texts: Mapping[str, str | tuple[str, ...]] = _NONE,
        **look: Any,
    ) -> None:
        for what, given in (("classes", classes), ("values", values)):
            if given is not None and len(given) != count:
                msg = (
                    f"Layer {name!r} has {count:,} features but {len(given):,} {what}; "
                    "give one for each."
                )
                raise GeoError(msg)
        in_use = set(classes)
        spec: dict[str, Any] = {
            "name": name,
            "url": url,
            "finer": list(finer),
            "classes": with_runs(classes),
            # No escaped text contains ">", and one text is shorter than a list of texts.
            "values": ">".join(map(_escaped_value, values or ())).rstrip(">"),
            "value_text": "" if value_text == "{}" else escape_text(value_text),
            "hidden": not shown,
        }
        required = ("name", "url", "classes")
        self.spec = {key: value for key, value in spec.items() if value or key in required}
        self.spec |= LayerLook(
            name,
            styles={char: style for char, style in styles.items() if char in in_use},
            class_texts={char: text for char, text in class_texts.items() if char in in_use},
            **look,
        ).spec


def with_runs(classes: str) -> str:
    """Return characters with each run of five or more told as the character and its number.

    `kept_layers.js` reads them back.

    >>> with_runs("aab.......")
    'aab.{7}'

    Raises
    ------
    GeoError
        If a character is `{`, by which a number is known.
    """
    if "{" in classes:
        msg = f"'{{' stands for no class of a map (first: feature {classes.index('{') + 1:,})."
        raise GeoError(msg)
    return _RUN.sub(lambda run: f"{run[1]}{{{len(run[0])}}}", classes)


def update_group(
    layers: Sequence[KeptLayer],
    *,
    fit: Bounds | None = None,
    selected: str | None = None,
    found: tuple[str, str] | None = None,
    notice: str | None = None,
    caption: str | None = None,
    title: str | None = None,
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
        This and `found` may be told by an element of the page around the map instead, as JSON in
        its attribute `data-on-map`: the map's own message is the same then, whatever is chosen.
    found
        Layer and key of a point or line to ring; the view moves to it when it changes, unless it
        was clicked on the map. It is shown also where its layer is off.
    notice
        Text in a corner of the map.
    caption
        Text above the map, such as the period it shows.
    title
        What the map is called where that is not its label `title`.
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
    if title:
        payload["title"] = escape_text(title)
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
