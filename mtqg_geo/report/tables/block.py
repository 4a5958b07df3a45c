"""A titled table in a part of a page: as many rows as there is room for, the others counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.report.paper.lettering import wrapped
from mtqg_geo.report.paper.sheet import FAINT_INK, Box, Sheet, line_mm
from mtqg_geo.report.tables.table import LaidTable, Table, draw_rows, lay, squeezed

_TITLE_PT, _WORDS_PT, _TITLE_MM = 8.5, 7.2, 5.0


@dataclass(frozen=True)
class TableBlock:
    """A titled table, or a sentence where it has no rows; `left_out` words the rows left out."""

    title: str
    table: Table
    sentence: str
    left_out: str = "report_left_out"

    def height(self, width_mm: float) -> float:
        """Return how high the whole block is at a width."""
        if not self.table.rows:
            return _TITLE_MM + len(wrapped(self.sentence, width_mm, _WORDS_PT)) * line_mm(_WORDS_PT)
        laid = lay(self.table, width_mm)
        return _TITLE_MM + laid.heading.height + sum(row.height for row in laid.rows)

    def rows_left_out(self, place: Box) -> int:
        """Return for how many rows there is no room in a place."""
        if not self.table.rows:
            return 0
        laid, fitting = self._fitted(place)
        return len(laid.rows) - fitting

    def draw(self, sheet: Sheet, place: Box, lang: Lang) -> float:
        """Draw as many rows as there is room for and say how many are left out; return the end."""
        sheet.text(place.x, place.y + 3, self.title, _TITLE_PT, weight="bold")
        top = place.y + _TITLE_MM
        if not self.table.rows:
            lines = wrapped(self.sentence, place.width, _WORDS_PT)
            return sheet.paragraph(place.x, top + 2.6, lines, _WORDS_PT, colour=FAINT_INK) - 2.6
        laid, fitting = self._fitted(place)
        end = draw_rows(sheet, place.x, top, laid, laid.rows[:fitting])
        if left_out := len(laid.rows) - fitting:
            end += line_mm(_WORDS_PT)
            words = t(self.left_out, lang, count=number(left_out, lang))
            sheet.text(place.x + 1.3, end, words, _WORDS_PT, weight="italic", colour=FAINT_INK)
        return end

    def _fitted(self, place: Box) -> tuple[LaidTable, int]:
        """Return the table as it is drawn in a place, and how many of its rows fit.

        Where not all do, there is room for the line that says so.
        """
        room_mm = place.height - _TITLE_MM
        laid = squeezed(lay(self.table, place.width), room_mm)
        room_mm -= laid.heading.height
        ends = np.cumsum([row.height for row in laid.rows])
        if ends[-1] <= room_mm + 0.01:
            return laid, len(ends)
        return laid, max(int((ends <= room_mm - line_mm(_WORDS_PT) - 1).sum()), 1)
