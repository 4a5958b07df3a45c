"""Many lines of text as one artist.

matplotlib measures each text before it draws it, and takes its time; ours are measured already
(`lettering`). Small print is set without kerning, which lets a PDF hold a line as one piece.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase

from mtqg_geo.report.paper.lettering import Weight, font, width_mm
from mtqg_geo.report.paper.pdf_lines import can_write, write

Align = Literal["left", "center", "right"]
KERNED_FROM_PT = 9.0  # below this size nobody sees the difference
_PLAIN = ("-kern", "-liga")
_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}


@dataclass(frozen=True)
class Line:
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


class Words(Artist):
    """Lines of text, drawn in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
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
        line: Line,
        place: tuple[float, float],
    ) -> None:
        if not line.is_kerned and can_write(renderer, line.text, line.weight):
            write(renderer, gc, place, line.text, line.size_pt, line.weight, turned=line.turned)
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
