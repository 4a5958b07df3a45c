"""Lines of text written straight into a PDF.

matplotlib lays every letter out anew and places each by itself, because its widths are rounded to
a 64th of a point: a page of small print takes a third of a second, an atlas of 209 pages more than
a minute. Without kerning a line of text is one operator. This reaches into the PDF backend of the
matplotlib version that is pinned; `can_write` says whether the backend is as expected, and where
it is not the text is drawn the usual way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_pdf import Op, PdfFile
from matplotlib.font_manager import FontPath, get_font

from mtqg_geo.report.paper.lettering import Weight, font_file

_USED = ("check_gc", "file")
_BASIC_PLANE = 0x10000  # letters beyond it have no two-byte code


@cache
def _glyphs(weight: Weight) -> dict[str, int]:
    face = get_font(str(font_file(weight)))
    return {chr(code): index for code, index in face.get_charmap().items() if code < _BASIC_PLANE}


def can_write(renderer: RendererBase, text: str, weight: Weight) -> bool:
    """Say whether a line can be written straight into what a renderer draws."""
    if not all(hasattr(renderer, name) for name in _USED):
        return False
    file: Any = renderer.file  # type: ignore[attr-defined]
    known = _glyphs(weight)
    return (
        isinstance(file, PdfFile)
        and hasattr(file, "_character_tracker")
        and all(char in known for char in text)
    )


def write(
    renderer: Any,
    gc: GraphicsContextBase,
    place: tuple[float, float],
    text: str,
    size_pt: float,
    weight: Weight,
    *,
    turned: float = 0.0,
) -> None:
    """Write a line that starts at a place of the page, in points from its lower left corner."""
    file = renderer.file
    face = get_font(str(font_file(weight)))
    renderer.check_gc(gc, gc.get_rgb())
    cosine, sine = math.cos(math.radians(turned)), math.sin(math.radians(turned))
    file.output(
        Op.begin_text,
        *(cosine, sine, -sine, cosine, *place, Op.textmatrix),
        *_shown(file, face, text, size_pt, _glyphs(weight)),
        Op.end_text,
    )


def _shown(
    file: Any, face: Any, text: str, size_pt: float, known: Mapping[str, int]
) -> Iterator[Any]:
    """Yield font and letters; a letter that has two glyphs is in a second part of the font."""
    track = file._character_tracker.track_glyph
    code_of = {char: track(face, char, known[char]) for char in dict.fromkeys(text)}
    path = FontPath(face.fname, face.face_index)
    for subset, codes in groupby(map(code_of.__getitem__, text), key=itemgetter(0)):
        yield from (file.fontName(path, subset), size_pt, Op.selectfont)
        yield from (b"".join(code.to_bytes(2, "big") for _, code in codes), Op.show)
