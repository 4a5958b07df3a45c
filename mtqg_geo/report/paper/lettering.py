"""The letters of a printed page: IBM Plex Sans Condensed, which has every Vietnamese letter.

The font comes from a registry package under the SIL Open Font License, so that every office prints
the same page whatever fonts its computers have. Widths are needed before anything is drawn: to
wrap a text, to right-align a table, to keep labels apart.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal

from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_pdf import Op, PdfFile
from matplotlib.font_manager import FontPath, FontProperties, get_font
from matplotlib.ft2font import FT2Font, LoadFlags

Weight = Literal["regular", "medium", "bold", "italic"]
MM_PER_PT = 25.4 / 72
ABSENT = "¤"  # stands for a letter the font does not have
_ELLIPSIS = "…"
_USED = ("check_gc", "file")
_BASIC_PLANE = 0x10000  # letters beyond it have no two-byte code
Align = Literal["left", "center", "right"]
KERNED_FROM_PT = 9.0  # below this size nobody sees the difference
_PLAIN = ("-kern", "-liga")
_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}


@cache
def font_file(weight: Weight = "regular") -> Path:
    """Return the file of a face."""
    face = "SemiBold" if weight == "bold" else weight.title()
    folder = files("fontpkg_ibm_plex_sans_condensed").joinpath("files")
    return Path(str(folder.joinpath(f"IBMPlexSansCondensed-{face}.ttf")))


@lru_cache(maxsize=256)
def font(size_pt: float, weight: Weight = "regular") -> FontProperties:
    """Return a face at a size, for matplotlib. Shared: do not change it."""
    return FontProperties(fname=font_file(weight), size=size_pt)


@cache
def advances(file: Path) -> dict[str, float]:
    """Return how far each letter of a face moves the pen, in parts of the font size."""
    face = FT2Font(file)
    return {
        chr(code): face.load_glyph(index, LoadFlags.NO_SCALE).horiAdvance / face.units_per_EM
        for code, index in face.get_charmap().items()
    }


def printable(text: object) -> str:
    """Return a text on one line in which every letter exists in the font.

    Decomposed letters are joined (`e` + `^` + `´` to `ế`), control characters become spaces.
    """
    known = advances(font_file())
    joined = unicodedata.normalize("NFC", str(text))
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in joined)
    return "".join(char if char in known else ABSENT for char in " ".join(plain.split(" ")))


def width_mm(text: str, size_pt: float, weight: Weight = "regular") -> float:
    """Return how wide a text is on paper, in millimetres."""
    advance = advances(font_file(weight))
    return sum(advance.get(char, 0.6) for char in text) * size_pt * MM_PER_PT


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

    Examples
    --------
    >>> wrapped("Tỷ lệ hộ nghèo của xã", 18, 9)
    ('Tỷ lệ hộ', 'nghèo của xã')
    >>> wrapped("Tỷ lệ hộ nghèo của xã", 18, 9, most_lines=1)
    ('Tỷ lệ hộ…',)
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
    renderer: Any, gc: GraphicsContextBase, place: tuple[float, float], line: TextLine
) -> None:
    """Write a line that starts at a place of the page, in points from its lower left corner."""
    file = renderer.file
    face = get_font(str(font_file(line.weight)))
    renderer.check_gc(gc, gc.get_rgb())
    cosine, sine = math.cos(math.radians(line.turned)), math.sin(math.radians(line.turned))
    file.output(
        Op.begin_text,
        *(cosine, sine, -sine, cosine, *place, Op.textmatrix),
        *_shown(file, face, line.text, line.size_pt, _glyphs(line.weight)),
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


@dataclass(frozen=True)
class TextLine:
    """One line of text at a place on the sheet, in millimetres; `turned` in degrees."""

    x: float
    y: float
    text: str
    size_pt: float
    weight: Weight
    align: Align
    colour: str
    turned: float = 0.0
    is_kerned: bool = False

    @property
    def start(self) -> tuple[float, float]:
        """Where the baseline starts."""
        before = _BEFORE[self.align] * width_mm(self.text, self.size_pt, self.weight)
        angle = math.radians(self.turned)
        return self.x - before * math.cos(angle), self.y + before * math.sin(angle)


class TextLines(Artist):
    """Lines of text, drawn in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[TextLine] = []
        self._features: tuple[str, ...] | None = None

    def get_fontfeatures(self) -> tuple[str, ...] | None:
        """Say how the line being drawn is set (asked by the renderer)."""
        return self._features

    def get_language(self) -> None:
        """Say that letters look the same in every language (asked by the renderer)."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw all lines."""
        to_display = self.get_transform()
        _, height = renderer.get_canvas_width_height()
        gc = renderer.new_gc()
        for line in self.lines:
            x, y = to_display.transform(line.start)
            gc.set_foreground(line.colour)
            self._draw_line(renderer, gc, line, (x, height - y if renderer.flipy() else y))
        gc.restore()
        self.stale = False

    def _draw_line(
        self,
        renderer: RendererBase,
        gc: GraphicsContextBase,
        line: TextLine,
        place: tuple[float, float],
    ) -> None:
        if not line.is_kerned and can_write(renderer, line.text, line.weight):
            write(renderer, gc, place, line)
            return
        self._features = None if line.is_kerned else _PLAIN
        renderer.draw_text(
            gc,
            *place,
            line.text,
            font(line.size_pt, line.weight),
            line.turned,
            ismath=False,
            mtext=self,  # type: ignore[arg-type]  # it has what is asked of a Text
        )
