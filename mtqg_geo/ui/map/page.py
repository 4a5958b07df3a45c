"""The map page."""

from __future__ import annotations

import streamlit as st

from mtqg_geo.maps.view import map_view
from mtqg_geo.ui.map import frame as map_frame
from mtqg_geo.ui.map import legend, profile, strip, table
from mtqg_geo.ui.shared import downloads
from mtqg_geo.ui.shared.markup import plain
from mtqg_geo.ui.state import PageState


def draw(state: PageState) -> None:
    """Draw key figures, map, legend, commune profile, table and downloads.

    On a phone the style sheet puts the map before the key figures, by the containers' keys.
    """
    view = map_view(state.data, state.selection, state.classing, lang=state.lang)
    with st.container(key="figures"):
        strip.draw(view.figures, state.lang)
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
        profile.draw(state)
        legend.draw_symbols(state, view)
    with st.container(key="below_map"):
        left, right = st.columns([4.2, 1], gap="small")
        with left:
            table.draw(state, view)
        with right:
            downloads.draw(state)
            downloads.draw_reports(state)
