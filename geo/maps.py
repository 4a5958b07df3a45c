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

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import folium
from folium.template import Template

from geo.base_map import Bounds, plain_bounds, script_json
from geo.display import escape_text
from geo.errors import GeoError
from geo.ready import ReadyElement

Style = Mapping[str, object]
Kind = Literal["polygon", "line", "point"]

HATCHES = (
    "hatch:nodata",
    "hatch:na",
    "hatch:nr",
    "hatch:first",
    "hatch:second",
)  # drawn by base_map.js


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


class KeptLayer(MapUpdate):
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
        takes Leaflet's path options; `fillColor` may be one of `HATCHES`. A point takes `icon` (a
        name given to `base_map`), `color`, `fill` (`full`, `half`, `open`, `unknown`) and `status`
        (put into its class name).
    kind
        What the features are.
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
        Line shown for a feature without a value, by character.
    shown
        Whether the layer is on when the map opens; later the reader's own choice stays.
    interactive
        Whether it answers the pointer; polygons that do not are outlines above the others.
    labels
        Whether features carry their first property as a permanent label.

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
        class_texts: Mapping[str, str] | None = None,
        shown: bool = True,
        interactive: bool = True,
        labels: bool = False,
    ) -> None:
        _require_count(name, "classes", len(classes), count)
        if values is not None:
            _require_count(name, "values", len(values), count)
        drawn = [char for char in sorted(set(classes)) if char in styles]
        texts = {char: (class_texts or {}).get(char, "") for char in drawn}
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
            "class_texts": _by_value({c: {"text": escape_text(t)} for c, t in texts.items() if t}),
            "hidden": not shown,
            "still": not interactive,
            "labels": labels,
        }
        required = ("name", "url", "kind", "classes", "drawn", "styles")
        self.spec = {key: value for key, value in spec.items() if value or key in required}
        super().__init__({"layers": [self.spec]})


def update_group(
    layers: Sequence[KeptLayer],
    *,
    fit: Bounds | None = None,
    selected: str | None = None,
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


def _require_count(name: str, what: str, given: int, count: int) -> None:
    if given != count:
        msg = f"Layer {name!r} has {count:,} features but {given:,} {what}; give one for each."
        raise GeoError(msg)


def _by_value(looks: Mapping[str, Style]) -> list[list[object]]:
    """Return `[option, value, characters]` for each value: many characters share most of theirs."""
    shared: dict[tuple[str, str], list[Any]] = {}
    for char, look in looks.items():
        for option, value in look.items():
            entry = shared.setdefault((option, repr(value)), [option, value, ""])
            entry[2] += char
    return list(shared.values())
