"""How pages look: the sheets beside this file, one per part of a page.

They are one file, which a browser fetches once: as a part of the page they would be handled with
every click.
"""

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import quote

from geo.maps import without_words
from geo.palette import hatched_area
from mtqg_geo.maps.symbols import HATCHES, MOST_DIFFICULT_OUTLINE


@cache
def page_sheet() -> tuple[str, bytes]:
    """Return all rules and the name of their file, which names the content."""
    sheets = [each.read_text("utf-8") for each in sorted(Path(__file__).parent.glob("*.css"))]
    body = "".join((*map(without_words, sheets), _of_legends())).encode()
    return f"page-{hashlib.sha256(body).hexdigest()[:16]}.css", body


def _of_legends() -> str:
    """Return the rules that draw what many legends repeat: hatchings, and the line of ĐBKK."""
    # Half in a pale class, half in a dark one, where the line is white.
    line, inset = MOST_DIFFICULT_OUTLINE, "box-shadow:inset 0 0 0 2px"
    halves = (
        f".legend .outline b{{background:#fff;{inset} {line}}}"
        f".legend .outline b+b{{background:{line};{inset} #fff}}"
    )
    return halves + "".join(_hatching(fill, hatch) for fill, hatch in HATCHES.items())


def _hatching(fill: str, hatch: str) -> str:
    """Return the rule of a hatched swatch, drawn as on the map, inside a border of one pixel."""
    shapes = hatched_area(hatch.removeprefix("hatch:"), 20, 12)
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='20' height='12'>{shapes}</svg>"
    address = quote(svg, safe=" '=:/(),")
    return f'.legend .swatch.{fill}{{background-image:url("data:image/svg+xml,{address}")}}'
