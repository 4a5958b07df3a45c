"""Words of a page: texts made safe for Streamlit's Markdown, and quarters as they are read."""

from __future__ import annotations

import re

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import QUARTERS, Period, quarter_numeral
from mtqg_geo.programme.words import t

MARKS = re.compile(r"([\\`*_\[\]<>!#$~|])")


def plain(text: object) -> str:
    """Return a text that Markdown shows letter by letter: no picture, link or style in it works.

    Line breaks become spaces, and an address is no link.
    """
    return MARKS.sub(r"\\\1", " ".join(str(text).split())).replace("://", r":\//")


def quarter_words(period: str, lang: Lang) -> str:
    """Write a quarter such as `2024-Q2` within a sentence: `quý II/2024` (vi), `Q2 2024` (en)."""
    when = Period.of(period)
    numeral = quarter_numeral(when.quarter or QUARTERS, lang)
    return t("period_quarter", lang, quarter=numeral, year=when.year)
