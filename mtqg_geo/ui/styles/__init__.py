"""How pages look: the sheets beside this file, one per part of a page."""

from functools import cache
from pathlib import Path

from mtqg_geo.ui.map import legend


@cache
def styles() -> str:
    """Return all rules as the element that a page begins with; read once, not with each click.

    On one line: Streamlit looks at the beginning of each, of a thousand with every click.
    """
    sheets = [each.read_text("utf-8") for each in sorted(Path(__file__).parent.glob("*.css"))]
    return f"<style>{''.join((*sheets, legend.sheet()))}</style>".replace("\n", " ")
