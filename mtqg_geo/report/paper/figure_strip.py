"""The key figures of a selection in a row: value, what it is part of, who has not reported."""

from __future__ import annotations

from collections.abc import Sequence

from mtqg_geo.figures.key_figures import Figure
from mtqg_geo.programme.model import Lang
from mtqg_geo.report.paper.lettering import shortened, wrapped
from mtqg_geo.report.paper.sheet import FAINT_INK, RULE, Box, Sheet

FIGURES_MM = 20.0
_GAP_MM, _LABEL_PT, _VALUE_PT, _SMALL_PT = 4.0, 6.4, 11.0, 6.4


def draw_figures(sheet: Sheet, place: Box, figures: Sequence[Figure], lang: Lang) -> None:
    """Draw the figures side by side, a rule to the left of each."""
    step = (place.width + _GAP_MM) / max(len(figures), 1)
    for position, figure in enumerate(figures):
        x = place.x + position * step
        sheet.lines([((x, place.y), (x, place.y + 17))], colour=RULE, width_pt=0.8)
        _draw_figure(sheet, Box(x + 2, place.y, step - _GAP_MM - 2, place.height), figure, lang)


def _draw_figure(sheet: Sheet, place: Box, figure: Figure, lang: Lang) -> None:
    room = place.width
    missing = figure.missing_words(lang)
    part = " · ".join(text for text in (figure.share, figure.whole) if text)
    label = shortened(figure.label, room, _LABEL_PT)
    sheet.text(place.x, place.y + 2.4, label, _LABEL_PT, colour=FAINT_INK)
    value = shortened(figure.value, room, _VALUE_PT, "bold")
    sheet.text(place.x, place.y + 7.2, value, _VALUE_PT, weight="bold")
    y = place.y + 10.6
    parts = wrapped(part, room, _SMALL_PT, most_lines=2)
    y = sheet.paragraph(place.x, y, parts, _SMALL_PT) if parts else y
    sheet.text(place.x, y, shortened(missing, room, _SMALL_PT), _SMALL_PT, colour=FAINT_INK)
