"""How wide the columns of a table in a Word document are: no word is broken, in any language.

Word asks for widths before it knows its letters. They are measured in STIX, which matplotlib brings
and whose letters are as wide as those of Times New Roman; only the marks above and below vowels are
not in it, and take no room.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font, LoadFlags

from mtqg_geo.report.paper.lettering import MM_PER_PT

_PLAIN, _BOLD = "STIXGeneral.ttf", "STIXGeneralBol.ttf"
_WIDEST = 1.0  # of a letter that is in no file, in parts of the font size
_WIDER = {"%": 1.0}  # where the two fonts differ
_SAFETY_MM = 0.5  # Word rounds


def column_widths_mm(
    rows: Sequence[tuple[Sequence[str], bool]],
    *,
    room_mm: float,
    shares: Sequence[float],
    size_pt: float,
    margins_mm: float,
) -> tuple[float, ...]:
    """Return the widths of columns that together take a room.

    Parameters
    ----------
    rows
        Texts of the cells, headings too, and whether they are bold.
    room_mm
        The width of all columns.
    shares
        Which part of the room that is left each column takes beyond its longest word.
    size_pt, margins_mm
        Size of the letters; what both margins of a cell take.

    Returns
    -------
    Where the words need more than the room, all columns are narrowed alike.
    """
    columns = zip(*([(text, is_bold) for text in cells] for cells, is_bold in rows), strict=True)
    least = [
        max(_longest_word_mm(text, size_pt, bold=is_bold) for text, is_bold in column)
        + margins_mm
        + _SAFETY_MM
        for column in columns
    ]
    spare_mm = room_mm - sum(least)
    if spare_mm < 0:
        return tuple(width * room_mm / sum(least) for width in least)
    return tuple(
        width + spare_mm * share / sum(shares) for width, share in zip(least, shares, strict=True)
    )


def text_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide a text is in Times New Roman."""
    bare = (char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    advances = _advances(_BOLD if bold else _PLAIN)
    return sum(advances.get(char, _WIDEST) for char in bare) * size_pt * MM_PER_PT


def _longest_word_mm(text: str, size_pt: float, *, bold: bool) -> float:
    return max((text_mm(word, size_pt, bold=bold) for word in text.split(" ")), default=0.0)


@cache
def _advances(file: str) -> dict[str, float]:
    """Return how far each letter moves the pen, in parts of the font size."""
    face = FT2Font(Path(get_data_path()) / "fonts" / "ttf" / file)
    found = {
        chr(code): face.load_glyph(index, LoadFlags.NO_SCALE).horiAdvance / face.units_per_EM
        for code, index in face.get_charmap().items()
    }
    return found | _WIDER
