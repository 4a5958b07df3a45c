"""The strip of key figures."""

from __future__ import annotations

from html import escape

import streamlit as st

from mtqg_geo.figures.key_figures import Figure
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t


def draw(figures: tuple[Figure, ...], lang: Lang) -> None:
    """Draw one tile per figure: value, what it is part of, who has not reported."""
    tiles = "".join(_tile(figure, lang) for figure in figures)
    st.html(f"<dl class='strip' aria-label='{escape(t('figures', lang))}'>{tiles}</dl>")


def _tile(figure: Figure, lang: Lang) -> str:
    share = f"<span class='share'>{escape(figure.share)}</span>" if figure.share else ""
    silent = "missing" if figure.communes_missing or figure.not_restatable else "complete"
    return (
        f"<div class='tile' data-figure='{figure.key}'><dt>{escape(figure.label)}</dt>"
        f"<dd><span class='value'>{escape(figure.value)}</span>{share}"
        f"<span class='whole'>{escape(figure.whole)}</span>"
        f"<span class='{silent}'>{escape(figure.missing_words(lang))}</span></dd></div>"
    )
