"""Text from files, links and people, made safe for Streamlit's Markdown."""

from __future__ import annotations

import re

MARKS = re.compile(r"([\\`*_\[\]<>!#$~|])")


def plain(text: object) -> str:
    """Return a text that Markdown shows letter by letter: no picture, link or style in it works.

    Line breaks become spaces, and an address is no link.
    """
    return MARKS.sub(r"\\\1", " ".join(str(text).split())).replace("://", r":\//")
