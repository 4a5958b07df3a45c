"""The map's look as QGIS styles: same classes, colours, hatches and symbols as on the page."""

from collections.abc import Mapping

import pandas as pd

from geo.palette import HATCHINGS
from geo.qml import (
    Rule,
    Style,
    Symbol,
    SymbolLayer,
    equals,
    hatch_dots,
    hatch_lines,
    simple_fill,
    simple_line,
    svg_marker,
)
from mtqg_geo.dataset.regions import REGION_CLASSES
from mtqg_geo.maps.choropleth import Choropleth, LegendEntry
from mtqg_geo.maps.symbols import (
    BLANKS,
    CLASS_CHARS,
    FILLS,
    MOST_DIFFICULT_CHARS,
    MOST_DIFFICULT_LINE,
    MOST_DIFFICULT_OUTLINE,
    STATUS_CHARS,
    STATUS_COLOURS,
    choropleth_styles,
    road_styles,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import MOST_DIFFICULT, Indicator, Kind, Lang, State, Status
from mtqg_geo.programme.words import t

MAP_CLASS, MAP_LABEL = "map_class", "map_label"

PALE_PX = 1.2

SITE_PX = 22  # the map's own size of a symbol; the shapes in it are drawn on a 24 × 24 grid
HALF_TINT = 0.42
_PLAIN = BLANKS[State.NOT_REPORTED].char


def class_columns(
    communes: pd.DataFrame, indicator: Indicator, choropleth: Choropleth
) -> dict[str, list[str]]:
    """Return the columns by which a commune finds its class: the code, and the legend's words.

    Parameters
    ----------
    communes
        The communes to class; their index says where they stand in `choropleth.classes`.
    indicator, choropleth
        What the map shows, and how.
    """
    is_category = indicator.kind is Kind.CATEGORY
    numbers = REGION_CLASSES if is_category else map(str, range(1, len(CLASS_CHARS) + 1))
    codes = dict(zip(CLASS_CHARS, numbers, strict=False))
    codes |= {blank.char: state.value for state, blank in BLANKS.items()}
    codes |= {char.translate(MOST_DIFFICULT_CHARS): code for char, code in codes.items()}
    labels = {entry.code: entry.label for entry in choropleth.legend}
    found = [codes[choropleth.classes[place]] for place in communes.index]
    return {MAP_CLASS: found, MAP_LABEL: [labels[code] for code in found]}


def commune_style(choropleth: Choropleth, *, aliases: Mapping[str, str], lang: Lang) -> Style:
    """Return the style of the communes: a rule per line of the legend, and the line inside."""
    classes = [
        Rule(entry.label, equals(MAP_CLASS, entry.code), Symbol("fill", _area(entry)))
        for entry in choropleth.legend
    ]
    # Above all areas, and with a pale line beside it, so that it is seen on a dark class too.
    width_px = float(MOST_DIFFICULT_LINE["weight"])
    pale = simple_line("#ffffff", width_px=width_px + PALE_PX, is_inset=True, level=1)
    line = simple_line(MOST_DIFFICULT_OUTLINE, width_px=width_px, is_inset=True, level=2)
    strong = Rule(
        t("most_difficult_outline", lang),
        equals(c.REGION, MOST_DIFFICULT),
        Symbol("fill", (pale, line)),
    )
    return Style("fill", (*classes, strong), aliases, c.NAME)


def _area(entry: LegendEntry) -> tuple[SymbolLayer, ...]:
    """Return how an area of a class is filled: with its colour, or with the hatching of a blank."""
    look = choropleth_styles(())[_PLAIN]
    hatching = HATCHINGS.get(entry.fill)
    back = hatching.back if hatching else entry.colour
    area = simple_fill(back, outline=str(look["color"]), outline_px=float(look["weight"]))
    if hatching is None:
        return (area,)
    if hatching.dots:
        return area, hatch_dots(hatching.ink, radius_px=hatching.dots, step_px=hatching.step)
    lines = hatch_lines(
        hatching.ink, width_px=hatching.lines, step_px=hatching.step, angle=hatching.turn
    )
    return area, lines


def road_style(*, aliases: Mapping[str, str], lang: Lang) -> Style:
    """Return the style of the roads: colour, width and dashes by status."""
    looks = road_styles()
    rules = []
    for status in Status:
        look = looks[STATUS_CHARS[status]]
        line = simple_line(
            look["color"],
            width_px=look["weight"],
            opacity=look["opacity"],
            dashes_px=[float(length) for length in (look["dashArray"] or "").split()],
        )
        rules.append(
            Rule(_status(status, lang), equals(c.STATUS, status.value), Symbol("line", (line,)))
        )
    return Style("line", tuple(rules), aliases, c.NAME)


def site_style(
    sites: pd.DataFrame, catalog: Catalog, *, aliases: Mapping[str, str], lang: Lang
) -> Style:
    """Return the style of the sites: a heading per facility type, below it its statuses.

    Only the types and statuses that occur in `sites` are listed, in the order of the map's legend.
    """
    present = set(zip(sites[c.FACILITY], sites[c.STATUS], strict=True))
    rules = []
    for code, facility in catalog.facilities.items():
        statuses = [status for status in Status if (code, status.value) in present]
        if statuses:
            inner = tuple(_site_rule(facility.icon, status, lang) for status in statuses)
            rules.append(
                Rule(facility.name.of(lang), equals(c.FACILITY, code), symbol=None, rules=inner)
            )
    return Style("marker", tuple(rules), aliases, c.NAME)


def _site_rule(icon: str, status: Status, lang: Lang) -> Rule:
    picture, ink = site_picture(icon, status), STATUS_COLOURS[status]
    marker = svg_marker(picture, size_px=SITE_PX, ink=ink)
    return Rule(_status(status, lang), equals(c.STATUS, status.value), Symbol("marker", (marker,)))


def site_picture(icon: str, status: Status) -> str:
    """Return the map's symbol of a site as SVG: the type as a shape in a ring, status as a fill."""
    fill, ink = FILLS[status], f"param(fill) {STATUS_COLOURS[status]}"
    full = fill == "full"
    dashes = " stroke-dasharray='4 2.5'" if fill == "unknown" else ""
    parts = [f"<circle cx='11' cy='11' r='10' fill='{ink if full else '#ffffff'}'/>"]
    if fill == "half":
        parts.append(f"<path d='M1 11a10 10 0 0 0 20 0z' fill='{ink}' fill-opacity='{HALF_TINT}'/>")
    parts += [
        f"<circle cx='11' cy='11' r='10' fill='none' stroke='{ink}' stroke-width='2'{dashes}/>",
        f"<path transform='translate(4 4) scale(0.5833)' d='{icon}' "
        f"fill='{'#ffffff' if full else ink}'/>",
    ]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{SITE_PX}' height='{SITE_PX}' "
        f"viewBox='0 0 22 22'>{''.join(parts)}</svg>"
    )


def _status(status: Status, lang: Lang) -> str:
    return t(f"status_{status.value}", lang)
