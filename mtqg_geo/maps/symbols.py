"""How things look: colours of regions and statuses, facility symbols, map styles."""

import string
from collections.abc import Sequence
from typing import Any, NamedTuple

from geo.palette import NO_DATA, NO_PLAN, NOT_APPLICABLE, QUIET_TRIAD, luminance
from mtqg_geo.programme.model import State, Status

Style = dict[str, Any]

INK = "#1f2328"
OUTLINE = "#8a8f98"
MOST_DIFFICULT_OUTLINE = "#3b1f1f"
# A line inside the commune's own border, which never covers a neighbour nor a district's line: the
# stroke is clipped to the shape, so half of its `weight` (in pixels) is seen.
MOST_DIFFICULT_LINE: Style = {"color": MOST_DIFFICULT_OUTLINE, "weight": 2.8, "inset": True}


class StatusLook(NamedTuple):
    """How works of a status look: a colour-blind-safe hue, of sites and roads alike.

    `char` is the character of a road's class, `dashes` those of its line (none where it is whole),
    and `fill` how a site's symbol is filled.
    """

    colour: str
    char: str
    fill: str
    dashes: str | None = None


STATUS_LOOKS = {
    Status.COMPLETED: StatusLook("#0b5d8a", "c", "full"),
    Status.UNDER_CONSTRUCTION: StatusLook("#b05c00", "u", "half", "9 5"),
    Status.PLANNED: StatusLook("#4a5462", "p", "open", "2 6"),
    Status.NOT_REPORTED: StatusLook("#868d98", "q", "unknown", "1 7"),
}
STATUS_COLOURS = {status: look.colour for status, look in STATUS_LOOKS.items()}
STATUS_CHARS = {status: look.char for status, look in STATUS_LOOKS.items()}
FILLS = {status: look.fill for status, look in STATUS_LOOKS.items()}

HIDDEN = "."
CLASS_CHARS = "0123456789k"  # eleven: a map of two indicators has nine, and two with one missing
# How the kinds of blank are filled: the names of `geo.palette.HATCHINGS`, as map styles. The last
# two are of a map of two indicators, where one of them is missing.
HATCHES = {
    "nodata": "hatch:nodata",
    "na": "hatch:na",
    "nr": "hatch:nr",
    "nodata_first": "hatch:first",
    "nodata_second": "hatch:second",
}
MISSING_ONE = ("nodata_first", "nodata_second")


class Blank(NamedTuple):
    """How communes without a value look: a character, the name of a hatching, its colour.

    Without a plan are most communes of most works: a plain pale colour leaves the others in sight.
    """

    char: str
    fill: str
    colour: str


# In the order of the legend: `choropleth` words and counts them by it, the capitals below follow.
BLANKS = {
    State.NOT_REPORTED: Blank("n", "nodata", NO_DATA),
    State.NO_PLAN: Blank("p", "solid", NO_PLAN),
    State.NOT_APPLICABLE: Blank("x", "na", NOT_APPLICABLE),
    State.NOT_RESTATABLE: Blank("r", "nr", "#f3eef8"),
}
# In a commune of region III the same classes are capital letters.
MOST_DIFFICULT_CHARS = str.maketrans(
    CLASS_CHARS + "".join(blank.char for blank in BLANKS.values()), "ABCDEFGHIJKNPXR"
)


def both_chars(char: str) -> str:
    """Return a class's character, and the one it has in region III.

    >>> both_chars("1"), both_chars("n")
    ('1B', 'nN')
    """
    return char + char.translate(MOST_DIFFICULT_CHARS)


CASING_PX = 2.5  # by which a white line below a completed road is wider
# Of the works planned in a commune, how much is done: none, tenths, all; or that it is not known.
BAR_CHARS, BAR_UNKNOWN = "0123456789a", "u"
SITE_CHARS = string.digits + string.ascii_letters
# Facilities that the programme did not build: a square instead of a circle, and no status.
EXISTING = "existing"
EXISTING_COLOUR = "#5f5a52"


def choropleth_styles(colours: tuple[str, ...]) -> dict[str, Style]:
    """Return the map style of every class character; fills are as opaque as the legend's swatches.

    A capital letter stands for the same class in an especially difficult commune, which has a thin
    line inside its border on every map, white where it would not be seen otherwise.
    """
    fills = dict(zip(CLASS_CHARS, colours, strict=False))
    fills |= {blank.char: HATCHES.get(blank.fill, blank.colour) for blank in BLANKS.values()}
    plain: dict[str, Style] = {
        char: {"fillColor": fill, "fillOpacity": 1, "color": OUTLINE, "weight": 0.6}
        for char, fill in fills.items()
    }
    strong = {
        char.translate(MOST_DIFFICULT_CHARS): plain[char]
        | MOST_DIFFICULT_LINE
        | ({"color": "#ffffff"} if _hides_line(fills[char]) else {})
        for char in plain
    }
    outside = {"fillColor": "#ffffff", "fillOpacity": 0.0, "color": "#d5d8dd", "weight": 0.5}
    return plain | strong | {HIDDEN: outside}


def road_styles() -> dict[str, Style]:
    """Return the map style of a road by status character; not yet completed roads are dashed."""
    return {
        look.char: {
            "color": look.colour,
            "weight": 4.5 if status is Status.COMPLETED else 3.5,
            "opacity": 0.95,
            "dashArray": look.dashes,
            # On a fill as blue as the line itself it would not be seen.
            **({"casing": CASING_PX} if status is Status.COMPLETED else {}),
        }
        for status, look in STATUS_LOOKS.items()
    }


def site_chars(facilities: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return the class character of each pair of facility type and status, or `EXISTING`."""
    looks = [*(status.value for status in Status), EXISTING]
    pairs = [(facility, look) for facility in facilities for look in looks]
    return dict(zip(pairs, SITE_CHARS, strict=False))


def site_styles(facilities: Sequence[str]) -> dict[str, Style]:
    """Return the symbol of a site by class character: its type as a shape, its status as a fill."""
    return {
        char: {"icon": facility, "status": look, **_site_look(look)}
        for (facility, look), char in site_chars(facilities).items()
    }


def _site_look(look: str) -> Style:
    if look == EXISTING:
        return {"color": EXISTING_COLOUR, "fill": "square"}
    return {"color": STATUS_COLOURS[Status(look)], "fill": FILLS[Status(look)]}


def bar_styles() -> dict[str, Style]:
    """Return the look of a bar of works by class character."""
    colour, full = STATUS_COLOURS[Status.COMPLETED], len(BAR_CHARS) - 1
    known = {char: {"share": at / full, "color": colour} for at, char in enumerate(BAR_CHARS)}
    return known | {BAR_UNKNOWN: {}}


def district_styles() -> dict[str, Style]:
    """Return the style of district outlines (`1`) and of those outside the selection (hidden)."""
    return {
        "1": {"fill": False, "color": "#31363d", "weight": 1.4, "opacity": 0.9},
        HIDDEN: {"fill": False, "color": "#9aa0a8", "weight": 0.9, "opacity": 0.8},
    }


def map_name(name: str) -> str:
    """Return a unit's name as it stands on a map; what most units are need not be said.

    >>> map_name("Huyện Sơn Động"), map_name("Thị trấn An Châu")
    ('Sơn Động', 'TT An Châu')
    """
    for kind in ("Huyện ", "Xã ", "Phường "):
        name = name.removeprefix(kind)
    for kind, short in (("Thành phố ", "TP "), ("Thị xã ", "TX "), ("Thị trấn ", "TT ")):
        name = name.replace(kind, short)
    return name


def ink_on(colour: str) -> str:
    """Return the ink in which figures on a colour are read: white on a dark one.

    >>> ink_on("#7a0022"), ink_on("#ffeda0")
    ('#ffffff', '#1f2328')
    """
    # Near this luminance white and our ink have the same contrast with the colour (WCAG 2).
    return "#ffffff" if luminance(colour) < 0.21 else INK


def _hides_line(fill: str) -> bool:
    """Say whether a class is too dark for the line inside it (contrast below 3); no hatching is."""
    is_plain = fill.startswith("#")
    return is_plain and luminance(fill) + 0.05 < 3 * (luminance(MOST_DIFFICULT_OUTLINE) + 0.05)


def region_colours() -> tuple[str, ...]:
    """Return the colours of `REGION_CLASSES`; a mixed unit stands between those it is made of."""
    first, second, third = QUIET_TRIAD
    return first, second, third, _between(first, second), _between(second, third)


def _between(one: str, other: str) -> str:
    """Return the colour half-way between two (`#rrggbb`)."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{(a + b) // 2:02x}" for a, b in pairs)
