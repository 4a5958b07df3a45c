"""The letters of a printed page: IBM Plex Sans Condensed, which has every Vietnamese letter.

The font comes from a registry package under the SIL Open Font License, so that every office prints
the same page whatever fonts its computers have. Widths are needed before anything is drawn: to
wrap a text, to right-align a table, to keep labels apart.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

Weight = Literal["regular", "medium", "bold", "italic"]

_FILES: dict[Weight, str] = {
    "regular": "IBMPlexSansCondensed-Regular.ttf",
    "medium": "IBMPlexSansCondensed-Medium.ttf",
    "bold": "IBMPlexSansCondensed-SemiBold.ttf",
    "italic": "IBMPlexSansCondensed-Italic.ttf",
}
MM_PER_PT = 25.4 / 72
ABSENT = "¤"  # stands for a letter the font does not have
_ELLIPSIS = "…"


@cache
def font_file(weight: Weight = "regular") -> Path:
    """Return the file of a face."""
    return Path(str(files("fontpkg_ibm_plex_sans_condensed").joinpath("files", _FILES[weight])))


@lru_cache(maxsize=256)
def font(size_pt: float, weight: Weight = "regular") -> FontProperties:
    """Return a face at a size, for matplotlib. Shared: do not change it."""
    return FontProperties(fname=font_file(weight), size=size_pt)


@cache
def _advances(weight: Weight) -> dict[str, float]:
    """Return how far each letter of a face moves the pen, in parts of the font size."""
    face = FT2Font(font_file(weight))
    return {
        chr(code): face.load_glyph(index, LoadFlags.NO_SCALE).horiAdvance / face.units_per_EM
        for code, index in face.get_charmap().items()
    }


def printable(text: object) -> str:
    """Return a text on one line in which every letter exists in the font.

    Decomposed letters are joined (`e` + `^` + `´` to `ế`), control characters become spaces.
    """
    known = _advances("regular")
    joined = unicodedata.normalize("NFC", str(text))
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in joined)
    return "".join(char if char in known else ABSENT for char in " ".join(plain.split(" ")))


def width_mm(text: str, size_pt: float, weight: Weight = "regular") -> float:
    """Return how wide a text is on paper, in millimetres."""
    advances = _advances(weight)
    return sum(advances.get(char, 0.6) for char in text) * size_pt * MM_PER_PT


@lru_cache(maxsize=8192)
def wrapped(
    text: object,
    room_mm: float,
    size_pt: float,
    *,
    weight: Weight = "regular",
    most_lines: int = 99,
) -> tuple[str, ...]:
    """Break a text into lines that fit a width; a cut one ends in an ellipsis.

    Parameters
    ----------
    text
        Any text; it is made printable first.
    room_mm, size_pt, weight
        Room on paper and the face.
    most_lines
        How many lines there is room for.
    """
    lines: list[str] = []
    for word in printable(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_mm(longer, size_pt, weight) <= room_mm:
            lines[-1] = longer
        else:
            lines.extend(_broken(word, room_mm, size_pt, weight))
    if len(lines) > most_lines:
        cut = _fitting(f"{lines[most_lines - 1]}{_ELLIPSIS}", room_mm, size_pt, weight)
        lines = [*lines[: most_lines - 1], cut]
    return tuple(lines)


def shortened(text: object, room_mm: float, size_pt: float, weight: Weight = "regular") -> str:
    """Return a text cut to one line of a width; an ellipsis says that it was cut."""
    return _fitting(printable(text), room_mm, size_pt, weight)


def _broken(word: str, room_mm: float, size_pt: float, weight: Weight) -> list[str]:
    """Break a word wider than the line, such as an address, where the line ends."""
    if width_mm(word, size_pt, weight) <= room_mm:
        return [word]
    pieces = [""]
    for char in word:
        if pieces[-1] and width_mm(pieces[-1] + char, size_pt, weight) > room_mm:
            pieces.append("")
        pieces[-1] += char
    return pieces


def _fitting(text: str, room_mm: float, size_pt: float, weight: Weight) -> str:
    if width_mm(text, size_pt, weight) <= room_mm:
        return text
    text = text.removesuffix(_ELLIPSIS)
    while text and width_mm(text + _ELLIPSIS, size_pt, weight) > room_mm:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS
