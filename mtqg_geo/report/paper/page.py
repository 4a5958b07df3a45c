"""What every printed page has around its content: title block, running head, foot with sources."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.key_figures import Figure
from mtqg_geo.figures.scope import filter_text, place_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.words import illustrative_words
from mtqg_geo.programme.model import Lang
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.lettering import shortened, wrapped
from mtqg_geo.report.paper.office import draw_letterhead
from mtqg_geo.report.paper.sheet import FAINT_INK, INK, RULE, Box, Sheet, line_mm
from mtqg_geo.report.setup import Setup

EDGE_MM = 9.0
TITLE_PT = {"A4": 15.0, "A3": 20.0}
_NOTICE_FILL, _NOTICE_EDGE = "#fff8e1", "#8a6d1a"
_WARNING_PT, _FOOT_PT = 7.0, 6.2
FIGURES_MM = 20.0
_GAP_MM, _LABEL_PT, _VALUE_PT, _SMALL_PT = 4.0, 6.4, 11.0, 6.4


@dataclass(frozen=True)
class Heading:
    """The title block: what stands over the title, the title, what it is about."""

    over: str
    title: str
    under: str
    province: str = ""  # where an office dates what it issues


@dataclass(frozen=True)
class Foot:
    """The words at the foot of every page: a warning in bold, then sources."""

    warnings: tuple[str, ...]
    sources: tuple[str, ...]


def heading(data: Dataset, selection: Selection, title: str, lang: Lang) -> Heading:
    """Return the title block of a report about a selection."""
    place = place_text(data, selection, lang)
    chosen = filter_text(data, selection, lang)
    under = " · ".join(filter(None, (place, chosen)))
    programme = data.catalog.programme
    return Heading(programme.name.of(lang), title, under, programme.province.of(lang))


def foot(data: Dataset, year: int, source: str, setup: Setup) -> Foot:
    """Return the foot of a report of a year: what is made up, sources, the day."""
    made = captions.made_text(data, setup.day, setup.lang)
    warning = illustrative_words(data, year, setup.lang)
    return Foot((warning,) if warning else (), (source, made))


def paper_sheet(setup: Setup) -> Sheet:
    """Return an empty sheet of the paper asked for."""
    return Sheet(*setup.size_mm)


def content_of(sheet: Sheet) -> Box:
    """Return the sheet without its margins."""
    return Box(0, 0, sheet.width, sheet.height).inset(EDGE_MM)


def draw_heading(sheet: Sheet, head: Heading, setup: Setup, *, kept_free_mm: float = 0.0) -> float:
    """Draw the title block across the top, some of it kept free at the right; return its end.

    The letterhead stands above it where an office issues the report.
    """
    content, size_pt = content_of(sheet), TITLE_PT[setup.paper]
    x, width = content.x, content.width - kept_free_mm
    top = content.y
    if setup.office:
        top = draw_letterhead(sheet, content, setup.office, head.province, setup.lang)
    over = wrapped(head.over, width, 7, most_lines=2)
    y = sheet.paragraph(x, top + 2.2, over, 7, colour=FAINT_INK)
    y += max(0.0, size_pt * 0.4 - 2.2)  # room for the marks above capital letters
    lines = wrapped(head.title, width, size_pt, weight="bold", most_lines=2)
    y = sheet.paragraph(x, y, lines, size_pt, weight="bold") - size_pt * 0.08
    return sheet.paragraph(x, y, wrapped(head.under, width, 9, most_lines=2), 9)


def draw_running_head(sheet: Sheet, head: Heading) -> float:
    """Draw the title in one line, for the pages after the first; return where it ends."""
    content = content_of(sheet)
    words = shortened(f"{head.title} · {head.under}", content.width, 8)
    sheet.text(content.x, content.y + 2.6, words, 8, colour=FAINT_INK)
    return content.y + 6


def draw_notices(sheet: Sheet, top: float, notices: tuple[str, ...]) -> float:
    """Say in a frame what the reader would otherwise look for in vain; return where it ends."""
    content = content_of(sheet)
    for notice in notices:
        lines = wrapped(notice, content.width - 6, 9)
        height = len(lines) * line_mm(9) + 2.6
        frame = Box(content.x, top - 1.5, content.width, height)
        sheet.box(frame, fill=_NOTICE_FILL, edge=_NOTICE_EDGE)
        sheet.paragraph(content.x + 3, top + 2.7, lines, 9, weight="medium")
        top += height + 1.5
    return top


def foot_height(sheet: Sheet, words: Foot) -> float:
    """Return how much of the sheet the foot needs."""
    return 3.0 + words_height(words, _foot_width(sheet))


def words_height(words: Foot, width_mm: float) -> float:
    """Return how high warnings and sources are in a width; they are never cut."""
    return sum(
        len(lines) * line_mm(look["size_pt"]) for lines, look in _paragraphs(words, width_mm)
    )


def draw_foot(sheet: Sheet, words: Foot, page_text: str) -> None:
    """Draw the foot across the bottom, the number of the page at the right."""
    content = content_of(sheet)
    top = content.bottom - foot_height(sheet, words)
    rule = [((content.x, top + 0.5), (content.right, top + 0.5))]
    sheet.lines(rule, colour=RULE, width_pt=0.4)
    sheet.text(content.right, top + 3.6, page_text, 7, align="right", colour=FAINT_INK)
    draw_words(sheet, Box(content.x, top + 1.2, _foot_width(sheet), 0), words)


def draw_words(sheet: Sheet, place: Box, words: Foot) -> None:
    """Write warnings in bold and sources in small print."""
    y = place.y + 2.4
    for lines, look in _paragraphs(words, place.width):
        y = sheet.paragraph(place.x, y, lines, **look)


def _foot_width(sheet: Sheet) -> float:
    return content_of(sheet).width - 24  # what the number of the page leaves


def _paragraphs(words: Foot, width_mm: float) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the lines of each text and how they are written."""
    for text in words.warnings:
        look = {"size_pt": _WARNING_PT, "weight": "bold", "colour": INK}
        yield wrapped(text, width_mm, _WARNING_PT, weight="bold"), look
    for text in words.sources:
        yield wrapped(text, width_mm, _FOOT_PT), {"size_pt": _FOOT_PT, "colour": FAINT_INK}


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
    lines = wrapped(missing, room, _SMALL_PT, most_lines=2)
    sheet.paragraph(place.x, y, lines, _SMALL_PT, colour=FAINT_INK)
