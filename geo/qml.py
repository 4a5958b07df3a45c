"""Layer styles as QGIS reads them (QML, from 3.22 on): symbols, rules, categories, field names.

Only what has no default in QGIS is written. Sizes are given in pixels of 1/96 inch, as on a web
page, and written in millimetres; a style therefore looks the same on screen and on paper.
"""

import re
import uuid
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree as ET

MM_PER_PX = 25.4 / 96
VERSION = "3.28.0-Firenze"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"

Kind = Literal["fill", "line", "marker"]
GEOMETRY_TYPES: dict[Kind, str] = {"marker": "0", "line": "1", "fill": "2"}
# Characters that no XML document can hold.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


@dataclass(frozen=True)
class SymbolLayer:
    """One layer of a symbol, by QGIS's own name of its class; lower `level`s are drawn first."""

    name: str
    options: Mapping[str, str]
    level: int = 0
    inner: "Symbol | None" = None


@dataclass(frozen=True)
class Symbol:
    """What a feature is drawn with: layers, the lowest first."""

    kind: Kind
    layers: tuple[SymbolLayer, ...]


@dataclass(frozen=True)
class Rule:
    """One line of the legend and the features it is for; a rule without a symbol is a heading."""

    label: str
    condition: str
    symbol: Symbol | None = None
    rules: tuple["Rule", ...] = ()


@dataclass(frozen=True)
class Style:
    """How a layer looks: its rules, how its fields are called, and which of them names a feature.

    Every rule that fits draws a feature, in the order of the levels of the symbols' layers.
    """

    kind: Kind
    rules: tuple[Rule, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    display_field: str = ""


def qml(style: Style) -> str:
    """Return the style as a QML document, the same text each time."""
    root = ET.Element("qgis", version=VERSION, styleCategories="AllStyleCategories")
    renderer = ET.SubElement(
        root, "renderer-v2", type="RuleRenderer", symbollevels="1", forceraster="0",
        enableorderby="0", referencescale="-1",
    )  # fmt: skip
    symbols: list[Symbol] = []
    _write_rules(ET.SubElement(renderer, "rules", key=_key("")), style.rules, symbols, "")
    shelf = ET.SubElement(renderer, "symbols")
    for number, symbol in enumerate(symbols):
        _write_symbol(shelf, str(number), symbol)
    names = ET.SubElement(root, "aliases")
    for index, (name, alias) in enumerate(style.aliases.items()):
        ET.SubElement(names, "alias", index=str(index), field=name, name=_xml_text(alias))
    if style.display_field:
        ET.SubElement(root, "previewExpression").text = column(style.display_field)
    ET.SubElement(root, "layerGeometryType").text = GEOMETRY_TYPES[style.kind]
    ET.indent(root, " ")
    return DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


def column(name: str) -> str:
    """Return the name of a field as an expression of QGIS."""
    return '"' + name.replace('"', '""') + '"'


def equals(name: str, value: str) -> str:
    """Return the condition that a field holds a text."""
    quoted = value.replace("\\", "\\\\").replace("'", "''")
    return f"{column(name)} = '{quoted}'"


def colour(hex_colour: str, *, opacity: float = 1.0) -> str:
    """Return `#rrggbb` as QGIS writes a colour: red, green, blue and alpha from 0 to 255.

    >>> colour("#ff8000", opacity=0.5)
    '255,128,0,128'
    """
    red, green, blue = bytes.fromhex(hex_colour.removeprefix("#"))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def simple_fill(
    fill: str | None,
    *,
    opacity: float = 1.0,
    outline: str | None = None,
    outline_px: float = 0.0,
    level: int = 0,
) -> SymbolLayer:
    """Return a plain area; without a `fill` colour it is an outline only."""
    options = {
        "color": colour(fill or "#ffffff", opacity=opacity),
        "style": "solid" if fill else "no",
        "outline_color": colour(outline or "#000000"),
        "outline_style": "solid" if outline else "no",
        **_size("outline_width", outline_px),
        "joinstyle": "round",
    }
    return SymbolLayer("SimpleFill", options, level)


def hatch_lines(
    ink: str, *, width_px: float, step_px: float, opacity: float = 1.0, angle: int = 45
) -> SymbolLayer:
    """Return slanting lines over an area; `angle` in degrees, anticlockwise from the horizontal."""
    line = Symbol("line", (simple_line(ink, width_px=width_px, opacity=opacity),))
    size = _size("distance", step_px)
    return SymbolLayer("LinePatternFill", {"angle": str(angle), **size}, 0, line)


def hatch_dots(ink: str, *, radius_px: float, step_px: float, opacity: float = 1.0) -> SymbolLayer:
    """Return staggered dots over an area, `step_px` apart along the slant."""
    dot = SymbolLayer(
        "SimpleMarker",
        {
            "name": "circle",
            "color": colour(ink, opacity=opacity),
            "outline_style": "no",
            **_size("size", 2 * radius_px),
        },
    )
    across_px = step_px * 2**0.5
    options = {
        **_size("distance_x", across_px),
        **_size("distance_y", across_px / 2),
        **_size("displacement_x", across_px / 2),
    }
    return SymbolLayer("PointPatternFill", options, 0, Symbol("marker", (dot,)))


def simple_line(
    ink: str,
    *,
    width_px: float,
    opacity: float = 1.0,
    dashes_px: Sequence[float] = (),
    is_inset: bool = False,
    level: int = 0,
) -> SymbolLayer:
    """Return a line with round ends; `dashes_px` are the lengths of dash and gap in turn.

    Around an area an `is_inset` line shows only the half of its width that lies inside.
    """
    options = {
        "line_color": colour(ink, opacity=opacity),
        "line_style": "solid",
        **_size("line_width", width_px),
        "capstyle": "round",
        "joinstyle": "round",
    }
    if dashes_px:
        options |= {
            "use_custom_dash": "1",
            "customdash": ";".join(_millimetres(length) for length in dashes_px),
            "customdash_unit": "MM",
        }
    if is_inset:
        options["draw_inside_polygon"] = "1"
    return SymbolLayer("SimpleLine", options, level)


def svg_marker(picture: str, *, size_px: float, ink: str) -> SymbolLayer:
    """Return a drawing of our own, kept inside the style.

    `param(fill)` in the SVG stands for the colour, so that it can be changed in QGIS.
    """
    options = {
        "name": f"base64:{b64encode(picture.encode()).decode()}",
        "color": colour(ink),
        **_size("size", size_px),
    }
    return SymbolLayer("SvgMarker", options)


def _size(name: str, pixels: float) -> dict[str, str]:
    return {name: _millimetres(pixels), f"{name}_unit": "MM"}


def _millimetres(pixels: float) -> str:
    return f"{pixels * MM_PER_PX:.3f}".rstrip("0").rstrip(".")


def _write_rules(
    parent: ET.Element, rules: Sequence[Rule], symbols: list[Symbol], path: str
) -> None:
    for position, rule in enumerate(rules):
        here = f"{path}/{position}"
        element = ET.SubElement(parent, "rule", key=_key(here), label=_xml_text(rule.label))
        if rule.condition:
            element.set("filter", _xml_text(rule.condition))
        if rule.symbol is not None:
            element.set("symbol", str(len(symbols)))
            symbols.append(rule.symbol)
        _write_rules(element, rule.rules, symbols, here)


def _write_symbol(parent: ET.Element, name: str, symbol: Symbol) -> None:
    element = ET.SubElement(
        parent, "symbol", name=name, type=symbol.kind, alpha="1", clip_to_extent="1", force_rhr="0"
    )
    for number, each in enumerate(symbol.layers):
        part = ET.SubElement(
            element,
            "layer",
            {"class": each.name, "pass": str(each.level), "enabled": "1", "locked": "0"},
        )
        options = ET.SubElement(part, "Option", type="Map")
        for key, value in each.options.items():
            ET.SubElement(options, "Option", name=key, type="QString", value=value)
        if each.inner is not None:
            _write_symbol(part, f"@{name}@{number}", each.inner)


def _key(path: str) -> str:
    """Return an identifier of a rule that depends on its place alone."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, f'rule{path}')}}}"


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("", text)
