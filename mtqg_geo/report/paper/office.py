"""Who issues a printed report: the head and the foot that Decree 30/2020/NĐ-CP gives a document.

Annex I of the decree: below the name of the office a rule of a third to half of its length, below
the motto one of the whole length, both in the middle. What is not known is left to be written in.
"""

from collections.abc import Sequence

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.report.paper.lettering import Weight, width_mm, wrapped
from mtqg_geo.report.paper.sheet import INK, Box, Sheet, line_mm
from mtqg_geo.report.setup import Office

OFFICE_RULE = 0.4  # of the name above it
_SIZE_PT, _SMALL_PT = 9.5, 8.0
_LEFT, _RIGHT = (0.0, 0.4), (0.4, 0.6)  # where a half of the head begins, and its part of the width
_SIGNED_PART = 0.4  # of the width, for who signs
_BLANK = "…" * 12
_RULE_MM, _BELOW_MM = 1.9, 4.6  # from a baseline to the rule below it, and to the next line
_AFTER_MM = 3.0
SIGN_MM = 15.0  # for the signature and the seal
_ABOVE_MM = 3.5


def draw_letterhead(sheet: Sheet, place: Box, office: Office, province: str, lang: Lang) -> float:
    """Draw office and number at the left, motto, place and day at the right; return the end."""
    room = place.width * _LEFT[1] - 4
    middle = place.x + place.width * _LEFT[1] / 2
    y = _lines(sheet, middle, place.y + 3, wrapped(office.superior, room, _SIZE_PT))
    names = wrapped(office.name or _BLANK, room, _SIZE_PT, weight="bold")
    y = _lines(sheet, middle, y, names, "bold")
    longest = max(width_mm(line, _SIZE_PT, "bold") for line in names)
    left = _rule(sheet, middle, y, OFFICE_RULE * longest)
    number = f"{t('report_word_number', lang)}{office.number or t('report_blank_number', lang)}"
    left = _lines(sheet, middle, left, wrapped(number, room, _SIZE_PT))

    middle = place.x + place.width * (_RIGHT[0] + _RIGHT[1] / 2)
    y = _lines(sheet, middle, place.y + 3, (t("report_word_nation", lang),), "bold")
    motto = t("report_word_motto", lang)
    y = _lines(sheet, middle, y, (motto,), "bold")
    right = _rule(sheet, middle, y, width_mm(motto, _SIZE_PT, "bold"))
    day = t("report_word_day", lang, province=province)
    right = _lines(sheet, middle, right, (day,), "italic")
    return max(left, right) - line_mm(_SIZE_PT) + _AFTER_MM


def _lines(
    sheet: Sheet, middle: float, y: float, lines: Sequence[str], weight: Weight = "regular"
) -> float:
    return sheet.paragraph(middle, y, lines, _SIZE_PT, weight=weight, align="center")


def _rule(sheet: Sheet, middle: float, next_y: float, length_mm: float) -> float:
    """Draw a rule below the line before `next_y`; return where the line after it stands."""
    last = next_y - line_mm(_SIZE_PT)
    y = last + _RULE_MM
    ends = ((middle - length_mm / 2, y), (middle + length_mm / 2, y))
    sheet.lines([ends], colour=INK, width_pt=0.6)
    return last + _RULE_MM + _BELOW_MM


def signature_height(office: Office, width_mm: float, lang: Lang) -> float:
    """Return how high receivers and signature are together."""
    signs, receivers = _signed_lines(office, width_mm), _receivers(office, width_mm, lang)
    right = len(signs) * line_mm(_SIZE_PT) + SIGN_MM + line_mm(_SIZE_PT)
    left = line_mm(_SIZE_PT) + len(receivers) * line_mm(_SMALL_PT)
    return _ABOVE_MM + max(left, right) + 1


def draw_signature(sheet: Sheet, place: Box, office: Office, lang: Lang) -> None:
    """Draw who receives the report at the left, who signs it at the right."""
    y = place.y + _ABOVE_MM
    head = t("report_word_receivers", lang)
    below = sheet.paragraph(place.x, y, (head,), _SIZE_PT, weight="bold")
    sheet.paragraph(place.x, below, _receivers(office, place.width, lang), _SMALL_PT)
    middle = place.right - place.width * _SIGNED_PART / 2
    end = _lines(sheet, middle, y, _signed_lines(office, place.width), "bold")
    _lines(sheet, middle, end + SIGN_MM, (office.signer or _BLANK,), "bold")


def _signed_lines(office: Office, width_mm: float) -> list[str]:
    room = width_mm * _SIGNED_PART
    return [line for text in (office.signs or _BLANK).split(";")
            for line in wrapped(text, room, _SIZE_PT, weight="bold")]  # fmt: skip


def _receivers(office: Office, width_mm: float, lang: Lang) -> list[str]:
    room = width_mm * (1 - _SIGNED_PART) - 4
    return [line for text in receivers(office, lang) for line in wrapped(text, room, _SMALL_PT)]


def receivers(office: Office, lang: Lang) -> list[str]:
    """Return the list of receivers, each on a line as the decree writes it, the file copy last.

    >>> receivers(Office(receivers="Ban Dân tộc tỉnh; UBND các huyện"), "vi")
    ['- Ban Dân tộc tỉnh;', '- UBND các huyện;', '- Lưu: VT.']
    """
    named = [text.strip() for text in office.receivers.split(";") if text.strip()]
    return [*(f"- {text};" for text in named or [_BLANK]), t("report_office_file", lang)]
