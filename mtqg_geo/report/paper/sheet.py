"""A sheet of paper that is drawn on in millimetres, from the top left corner, and kept as vectors.

matplotlib draws it, through its object interface only: a server draws several sheets at once, and
pyplot's one current figure would mix them up.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from fontTools import subset
from matplotlib.artist import Artist
from matplotlib.backends import _backend_pdf_ps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontPath
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import NDArray
from PIL import Image

from mtqg_geo.report.paper.lettering import (
    KERNED_FROM_PT,
    Align,
    TextLine,
    TextLines,
    Weight,
    font,
    printable,
)

INK, FAINT_INK, RULE = "#1f2328", "#57606a", "#8b949e"
MM_PER_INCH = 25.4
PNG_DPI = 200
Point = tuple[float, float]
DPI = 150  # a single page has more; seven pages of A4 are 12 million dots at this
GAP_PX = 3
_LEAST_RIM_PT = 1.8  # of a name: thinner than this the fill below is not parted from small letters


@dataclass(frozen=True)
class Box:
    """A rectangle on paper, in millimetres; `y` counts downwards from the top edge."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    def inset(self, mm: float) -> Box:
        """Return the box with every edge moved inwards.

        >>> Box(0, 0, 210, 297).inset(9)
        Box(x=9, y=9, width=192, height=279)
        """
        return Box(self.x + mm, self.y + mm, self.width - 2 * mm, self.height - 2 * mm)


class Sheet:
    """One page being drawn."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width, self.height = width_mm, height_mm
        self.figure = Figure((self.width / MM_PER_INCH, self.height / MM_PER_INCH))
        self._last: Artist | None = None
        self._drawn = 0
        self.mm: Transform = (
            Affine2D()
            .scale(1 / MM_PER_INCH, -1 / MM_PER_INCH)
            .translate(0, self.height / MM_PER_INCH)
            + self.figure.dpi_scale_trans
        )

    def add(
        self, artist: Artist, *, transform: Transform | None = None, inside: Box | None = None
    ) -> None:
        """Add an artist in millimetres, or in what `transform` makes of them, cut at a box."""
        self._drawn += 1
        artist.set_zorder(self._drawn)  # what is drawn later lies on top
        self._last = artist
        artist.set_transform(self.mm if transform is None else transform + self.mm)
        self.figure.add_artist(artist)
        if inside is not None:
            frame = Rectangle((inside.x, inside.y), inside.width, inside.height, transform=self.mm)
            artist.set_clip_path(frame)

    def text(
        self,
        x: float,
        y: float,
        text: object,
        size_pt: float,
        *,
        weight: Weight = "regular",
        align: Align = "left",
        colour: str = INK,
        halo: bool = False,
        turned: float = 0,
    ) -> None:
        """Write one line with its baseline at `y`.

        The white rim of a haloed text is a drawing below the text, which stays a text.
        """
        is_kerned = halo or size_pt >= KERNED_FROM_PT
        line = TextLine(x, y, printable(text), size_pt, weight, align, colour, turned, is_kerned)
        if halo:
            rim = [
                Stroke(
                    linewidth=max(size_pt / 4, _LEAST_RIM_PT),
                    foreground="#ffffff",
                    joinstyle="round",
                )
            ]
            look: dict[str, Any] = {"rotation": turned, "rotation_mode": "anchor"}
            look |= {"fontproperties": font(size_pt, weight), "parse_math": False}
            self.add(Text(*line.start, line.text, path_effects=rim, **look))
        if not isinstance(self._last, TextLines):
            self.add(TextLines())
        assert isinstance(self._last, TextLines)
        self._last.lines.append(line)

    def paragraph(
        self, x: float, y: float, lines: Iterable[str], size_pt: float, **look: Any
    ) -> float:
        """Write lines below each other, the first baseline at `y`; return the next baseline."""
        for line in lines:
            self.text(x, y, line, size_pt, **look)
            y += line_mm(size_pt)
        return y

    def lines(
        self,
        lines: Sequence[Sequence[Point]],
        *,
        colour: str = INK,
        width_pt: float = 0.5,
        dashes: Sequence[float] | None = None,
    ) -> None:
        """Draw lines of one look; `dashes` in points."""
        style = (0, tuple(dashes)) if dashes else "solid"
        self.add(LineCollection(lines, colors=colour, linewidths=width_pt, linestyles=[style]))

    def box(
        self,
        box: Box,
        *,
        fill: str = "none",
        edge: str = "none",
        width_pt: float = 0.5,
    ) -> None:
        """Draw a rectangle."""
        shape = Rectangle((box.x, box.y), box.width, box.height)
        shape.set(facecolor=fill, edgecolor=edge, linewidth=width_pt)
        self.add(shape)

    def shapes(
        self,
        shapes: Sequence[Path],
        *,
        fill: str | Sequence[str] = "none",
        edge: str | Sequence[str] = "none",
        width_pt: float = 0.5,
        hatch: Hatch | None = None,
        dashes: Sequence[float] | None = None,
        transform: Transform | None = None,
        inside: Box | None = None,
    ) -> None:
        """Draw areas of one look."""
        drawn = PathCollection(shapes, facecolors=fill, edgecolors=edge, linewidths=width_pt)
        drawn.set(joinstyle="round")
        if dashes:
            drawn.set_linestyle([(0, tuple(dashes))])
        if hatch is not None:
            drawn.set(facecolor=hatch.back, hatch=hatch.pattern, hatchcolor=hatch.ink)
            drawn.set_edgecolor(edge)
            drawn.set_hatch_linewidth(hatch.width_pt)
        self.add(drawn, transform=transform, inside=inside)

    def circles(
        self,
        places: NDArray[np.float64],
        radius_mm: float,
        *,
        fill: str,
        edge: str = "none",
        width_pt: float = 0.5,
        inside: Box | None = None,
    ) -> None:
        """Draw circles of one look; the file holds their outline once, however many there are."""
        drawn = PathCollection(
            [Path.unit_circle().transformed(Affine2D().scale(radius_mm))],
            offsets=places, offset_transform=self.mm, facecolors=fill, edgecolors=edge,
            linewidths=width_pt,
        )  # fmt: skip
        # The outline is around the origin: its transform must not move it to the sheet's corner.
        self.add(drawn, transform=Affine2D().translate(0, self.height), inside=inside)


@dataclass(frozen=True)
class Hatch:
    """A pattern in one ink over a background, in matplotlib's notation."""

    pattern: str
    ink: str
    back: str
    width_pt: float


def line_mm(size_pt: float) -> float:
    """Return the distance of two baselines."""
    return size_pt * 1.28 * MM_PER_INCH / 72


def pdf_bytes(sheets: Iterable[Sheet], *, title: str, subject: str) -> bytes:
    """Return sheets as pages of one PDF, each written as soon as it is drawn.

    The file holds no date of its making: the same figures give the same bytes.
    """
    # Fonts are embedded whole as TrueType (42), so that the text can be searched and copied. The
    # settings are global to matplotlib and stay: another thread may be writing with them.
    mpl.rcParams.update({"pdf.fonttype": 42, "pdf.compression": 6, "pdf.use14corefonts": False})
    _backend_pdf_ps.get_glyphs_subset = _glyphs_alone
    facts = {"Title": title, "Subject": subject, "Creator": "mtqg_geo", "CreationDate": None}
    out = io.BytesIO()
    with PdfPages(out, metadata=facts) as pdf:
        for sheet in sheets:
            pdf.savefig(sheet.figure)
    return out.getvalue()


@contextmanager
def _glyphs_alone(
    fontfile: FontPath, glyphs: Iterable[int]
) -> Iterator[_backend_pdf_ps.SubsetResults]:
    """Cut the glyphs in use out of a font as matplotlib does, without the tables that place them.

    On the page each has its place already, and to cut those tables as well took most of the time
    of a PDF.
    """
    options = subset.Options(glyph_names=True, recommended_glyphs=True)
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "meta"]
    options.font_number = fontfile.face_index
    subsetter = subset.Subsetter(options)
    subsetter.populate(gids=glyphs)
    with subset.load_font(fontfile, options) as font:
        subsetter.subset(font)
        yield _backend_pdf_ps.SubsetResults(font, subsetter.glyph_index_map)


def png_bytes(sheet: Sheet, *, dpi: int = PNG_DPI) -> bytes:
    """Return a sheet as a PNG picture."""
    out = io.BytesIO()
    FigureCanvasAgg(sheet.figure)
    sheet.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()


def png_of_pages(pages: Sequence[Sheet], *, dpi: int = DPI) -> bytes:
    """Return pages of one size below each other as a PNG picture, the first on top."""
    first = _drawn(pages[0], dpi)
    step = first.height + GAP_PX
    whole = Image.new("RGB", (first.width, len(pages) * step - GAP_PX), RULE)
    whole.paste(first)
    for at, page in enumerate(pages[1:], start=1):
        whole.paste(_drawn(page, dpi), (0, at * step))
    out = io.BytesIO()
    whole.save(out, format="png", dpi=(dpi, dpi))
    return out.getvalue()


def _drawn(page: Sheet, dpi: int) -> Image.Image:
    return Image.open(io.BytesIO(png_bytes(page, dpi=dpi))).convert("RGB")
