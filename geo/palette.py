"""Colours of a thematic map, readable for everyone.

The ramps are interpolated in CIE Lab between anchors, so that they exist for any number of
classes, grow steadily darker (readable in grey print) and stay apart for colour-blind readers.
The tests prove it.

    >>> ramp("need", 3)
    ('#ffeda0', '#f97e35', '#7a0022')
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from geo.errors import ClassifyError
from geo.shapes import Floats

NO_DATA = "#a9a9a9"
NOT_APPLICABLE = "#e8e8e8"
NO_PLAN = "#efece4"
OUTSIDE = "#ffffff"


class Hatching(NamedTuple):
    """Lines or dots on a ground, repeated every `step` pixels; `turn` in degrees, clockwise.

    `lines` is half the width of an upright line at the left edge of a tile, `dots` the radius of a
    dot in its middle.
    """

    back: str
    ink: str
    lines: float = 0
    dots: float = 0
    step: int = 6
    turn: int = 45


# How areas without a value are filled on screens: not known, not concerned, not restatable, and
# where the first or second of two values is missing (lines across or upright, no diagonals). The
# map's script has them too (base_map.js, a test compares): sent, they would cost bytes per change.
HATCHINGS = {
    "nodata": Hatching("#eceff1", "#8b949e", lines=1.3),
    "na": Hatching("#fcfcfd", "#bcc3cb", dots=0.8),
    "nr": Hatching("#f3eef8", "#8a78ad", lines=0.8, turn=135),
    "first": Hatching("#f4f5f7", "#a3abb4", lines=0.8, step=7, turn=90),
    "second": Hatching("#f4f5f7", "#a3abb4", lines=0.8, step=7, turn=0),
}

# Sequential and diverging anchors after ColorBrewer 2.0 (C. Brewer, Apache License 2.0):
# YlOrRd, GnBu and PRGn, all rated safe for colour-blind readers. The middle of "change" and of
# "judged" is a pale yellow, because white and grey mean that there is no value.
_RAMPS = {
    "need": ("#ffeda0", "#feb24c", "#f03b20", "#7a0022"),
    "delivery": ("#d9f0d3", "#7bccc4", "#2b8cbe", "#08306b"),
    # Quieter than a need: what is left to do of a plan, which is no alarm. Its own anchors.
    "remaining": ("#f3dfa8", "#d3a960", "#9c6f33", "#4f3216"),
    # Short of a goal, from nearest to furthest, and beyond it: pale next to what is done, which is
    # darker than all that is not, so that the four usual classes differ in grey print too.
    "behind": ("#fbe3a4", "#e6a85c", "#b8651b"),
    "done": ("#1f7f94", "#0b4f6c", "#062f42"),
    # What got worse and what got better, each as dark as the other, equally far from the middle.
    "judged": ("#984200", "#d97f2e", "#fac490", "#f5ecb4", "#b3d2ee", "#5496cc", "#175c98"),
    "change": ("#762a83", "#c2a5cf", "#faf3d0", "#a6dba0", "#1b7837"),
}

# M. Okabe and K. Ito, Color Universal Design (2008), without black.
_CATEGORY = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")

# Three categories that quiet areas are filled with: no magnitude, whatever their order; mixtures of
# neighbours differ from all three, and in grey print all three differ.
QUIET_TRIAD = ("#bcdcea", "#d3b872", "#8b679c")

# Two indicators at once: a row per class of the first, from light to dark, a column per class of
# the second, from orange over mauve to blue. Chosen in CIE LCh so that any two of the nine lie 14
# or more apart for every kind of colour vision, and 6.8 or more in lightness: in grey print all
# nine differ, but only the rows can be told at a glance; the columns want the legend beside them.
_BIVARIATE = (
    ("#ffe1b8", "#d6cee4", "#90c2fe"),
    ("#d59812", "#968ca7", "#0784d0"),
    ("#875e00", "#595169", "#004775"),
)

# IEC 61966-2-1 (sRGB) to XYZ under D65; the row sums are the white point.
_RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _RGB_TO_XYZ.sum(axis=1)


@lru_cache(maxsize=128)
def ramp(name: str, k: int) -> tuple[str, ...]:
    """Return `k` colours, from the lowest class to the highest.

    Parameters
    ----------
    name
        "need" (warm, sequential), "delivery" (cool, sequential), "remaining" (earthen, sequential),
        "behind" and "done" (the two sides of a goal), "change" (diverging about a pale middle),
        "judged" (the same from worse, warm, to better, cool) or "category" (no order; at most 7).
    k
        Number of classes; none gives no colours.

    Raises
    ------
    ClassifyError
        If there is no such ramp, or it has fewer colours.
    """
    if name == "category" and 0 <= k <= len(_CATEGORY):
        return _CATEGORY[:k]
    if name not in _RAMPS or k < 0:
        known = ", ".join((*_RAMPS, "category"))
        msg = f"There is no ramp {name!r} of {k} colours; choose one of {known}, category up to 7."
        raise ClassifyError(msg)
    anchors = np.array([_lab(_linear(colour)) for colour in _RAMPS[name]])
    at = np.linspace(0, len(anchors) - 1, k) if k > 1 else np.full(k, (len(anchors) - 1) / 2)
    channels = [np.interp(at, np.arange(len(anchors)), channel) for channel in anchors.T]
    return tuple(_hex(_linear_from_lab(np.array(lab))) for lab in zip(*channels, strict=True))


def bivariate(rows: int, columns: int) -> tuple[tuple[str, ...], ...]:
    """Return the colours of a map of two indicators, lowest classes first.

    Parameters
    ----------
    rows
        Classes of the indicator that darkens, 1 to 3; two are the lightest and the darkest.
    columns
        Classes of the indicator that turns from orange (low) to blue (high), 1 to 3.

    Raises
    ------
    ClassifyError
        If there are fewer or more classes.
    """
    taken = {1: (1,), 2: (0, 2), 3: (0, 1, 2)}
    if rows not in taken or columns not in taken:
        msg = f"There are no {rows} x {columns} colours of two indicators; each has 1 to 3 classes."
        raise ClassifyError(msg)
    return tuple(tuple(_BIVARIATE[row][at] for at in taken[columns]) for row in taken[rows])


def hatched_area(name: str, width: int, height: int) -> str:
    """Return a hatched rectangle as SVG, the same pattern as on the map in the browser."""
    back, ink, lines, dots, step, turn = HATCHINGS[name]
    mark = (
        f"<path d='M0 0V{step}' stroke='{ink}' stroke-width='{2 * lines:g}'/>"
        if lines
        else f"<circle cx='{step / 2:g}' cy='{step / 2:g}' r='{dots:g}' fill='{ink}'/>"
    )
    return (
        f"<pattern id='h' width='{step}' height='{step}' patternUnits='userSpaceOnUse' "
        f"patternTransform='rotate({turn})'><rect width='{step}' height='{step}' fill='{back}'/>"
        f"{mark}</pattern><rect width='{width}' height='{height}' fill='url(#h)'/>"
    )


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 for black to 1 for white."""
    return float((_RGB_TO_XYZ @ _linear(colour))[1])


def _linear(colour: str) -> Floats:
    """Return the linear red, green and blue of ``#rrggbb``, from 0 to 1."""
    shown = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), dtype=np.uint8) / 255
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)


def _hex(linear: Floats) -> str:
    linear = np.clip(linear, 0, 1)
    shown = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + (shown * 255).round().astype(np.uint8).tobytes().hex()


def _lab(linear: Floats) -> Floats:
    """Return CIE L*, a* and b* of linear RGB."""
    ratio = (_RGB_TO_XYZ @ linear) / _WHITE
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _linear_from_lab(lab: Floats) -> Floats:
    """Return linear RGB of CIE L*, a* and b*."""
    y = (lab[0] + 16) / 116
    root = np.array([y + lab[1] / 500, y, y - lab[2] / 200])
    ratio = np.where(root > 6 / 29, root**3, (116 * root - 16) * 27 / 24389)
    return np.linalg.solve(_RGB_TO_XYZ, ratio * _WHITE)
