"""The map page."""

from html import escape

import streamlit as st

from mtqg_geo.figures.key_figures import Figure
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.map import frame as map_frame
from mtqg_geo.ui.map import legend, profile, table, works
from mtqg_geo.ui.shared import downloads
from mtqg_geo.ui.shared.markup import plain
from mtqg_geo.ui.state import PageState


def draw(state: PageState) -> None:
    """Draw key figures, map, legend, commune profile, table and downloads.

    On a phone the style sheet puts the map before the key figures, by the containers' keys.
    """
    view = map_view(state.data, state.selection, state.classing, lang=state.lang, works=state.works)
    with st.container(key="figures"):
        _draw_figures(view.figures, state.lang)
    # A place of their own, even when empty: the map below would be made anew if it moved.
    with st.container(key="notices"):
        for notice in view.notices:
            st.warning(plain(notice), icon=":material/info:")
    is_alone = view.other is None
    left, right = st.columns([2.35 if is_alone else 3.6, 1], gap="small")
    with left:
        map_frame.draw(state, view)
    height = map_frame.HEIGHT_PX if is_alone else map_frame.COMPARED_HEIGHT_PX
    with right, st.container(height=height, border=False, key="beside_map"):
        profile.choose(state)
        legend.draw_classes(state, view)
        works.choose(state, view.works)
        profile.draw(state)
        legend.draw_symbols(state, view)
    with st.container(key="below_map"):
        left, right = st.columns([4.2, 1], gap="small")
        with left:
            table.draw(state, view)
        with right:
            downloads.menu(state)


def _draw_figures(figures: tuple[Figure, ...], lang: Lang) -> None:
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
