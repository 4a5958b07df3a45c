"""Title, links to the pages, language switch, and who has signed in."""

from collections.abc import Sequence
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import t
from mtqg_geo.ui import person
from mtqg_geo.ui.shared import search
from mtqg_geo.ui.state import PageState, query_of

LANGUAGE_NAMES = {"vi": "VI", "en": "EN"}


def draw(state: PageState) -> DeltaGenerator:
    """Draw title and language switch; return the place between them for the links.

    The browser is told the language (`page_orders.js`): Streamlit serves lang="en", and a screen
    reader would read Vietnamese with English sounds.
    """
    lang = state.lang
    province = state.data.catalog.programme.province.of(lang)
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        st.html(
            f"<h1 class='app-title' data-lang='{lang}'>"
            f"{escape(t('app_title', lang, province=province))}</h1>"
        )
        links = st.container(horizontal=True, width="content", key="pages")
        search.draw(state)
        st.segmented_control(
            t("language", lang),
            LANGUAGES,
            key="lang",
            format_func=lambda code: LANGUAGE_NAMES[code],
            label_visibility="collapsed",
            required=True,
            width="content",
        )
    if person.has_names():
        with st.container(key="person"):
            st.html(person.badge(lang))
    return links


def draw_links(place: DeltaGenerator, state: PageState, pages: Sequence[st.Page]) -> None:
    """Draw the links to the pages; unlike those of st.navigation they carry the selection along."""
    query = query_of(state)
    for page in pages:
        place.page_link(page, query_params=query)
