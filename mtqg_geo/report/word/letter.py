"""Head and foot of the Word report by Decree 30/2020/NĐ-CP: who reports to whom, and who signs."""

from __future__ import annotations

from typing import Any

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.report.word import parts

_LEFT_MM, _RIGHT_MM = 66.0, 94.0  # the two halves of the head


def letterhead(document: Any, title: str, province: str, lang: Lang) -> None:
    """Office and number at the left, national name and motto, place and day at the right."""
    left, right = parts.side_by_side(document, (_LEFT_MM, _RIGHT_MM))
    parts.field(parts.line(left), t("report_word_superior", lang), size_pt=12)
    office = parts.line(left)
    parts.field(office, t("report_word_office", lang), size_pt=12, bold=True)
    parts.rule(parts.line(left), width_share=0.4, within_mm=_LEFT_MM)
    number_line = parts.line(left)
    parts.words(number_line, t("report_word_number", lang), size_pt=13)
    parts.field(number_line, "…/BC-…", size_pt=13)
    parts.words(parts.line(right), t("report_word_nation", lang), size_pt=12, bold=True)
    parts.words(parts.line(right), t("report_word_motto", lang), size_pt=13, bold=True)
    parts.rule(parts.line(right), width_share=0.6, within_mm=_RIGHT_MM)
    day = parts.line(right)
    parts.field(day, t("report_word_day", lang, province=province), size_pt=13, italic=True)
    parts.title(document, t("report_word_kind", lang), before_pt=14)
    parts.title(document, title)
    rule = document.add_paragraph()
    parts.rule(rule, width_share=0.35, within_mm=parts.TEXT_MM)


def signature(document: Any, lang: Lang) -> None:
    """Receivers at the left, office and name of who signs at the right."""
    left, right = parts.side_by_side(document, (parts.TEXT_MM / 2,) * 2)
    receivers = t("report_word_receivers", lang)
    parts.words(parts.line(left, align="left"), receivers, size_pt=12, bold=True, italic=True)
    for key in ("receiver_1", "receiver_2", "receiver_3"):
        parts.field(parts.line(left, align="left"), t(f"report_word_{key}", lang), size_pt=11)
    parts.field(parts.line(right, after_pt=60), t("report_word_signs", lang), bold=True)
    parts.field(parts.line(right), t("report_word_name", lang), bold=True)
