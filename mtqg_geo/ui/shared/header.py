"""Title, language switch, and the notices that must never be missed."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from mtqg_geo.figures.words import counted_words, illustrative_words
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared.markup import plain
from mtqg_geo.ui.state import PageState, query_of

LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}


def draw(state: PageState, pages: Sequence[st.Page]) -> None:
    """Draw title, links to the pages and language switch; tell the browser the language."""
    lang = state.lang
    province = state.data.catalog.programme.province.of(lang)
    title = t("app_title", lang, province=province, year=state.selection.year)
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        st.html(f"<h1 class='app-title'>{escape(title)}</h1>")
        with st.container(horizontal=True, width="content", key="pages"):
            # Unlike the links of st.navigation, these carry the selection along.
            query = query_of(state)
            for page in pages:
                st.page_link(page, query_params=query)
        st.segmented_control(
            t("language", lang),
            LANGUAGES,
            key="lang",
            format_func=lambda code: LANGUAGE_NAMES[code],
            label_visibility="collapsed",
            required=True,
            width="content",
        )
    # Streamlit serves lang="en"; a screen reader would read Vietnamese with English sounds.
    st.html(
        f"<script>document.documentElement.lang = '{lang}';</script>",
        unsafe_allow_javascript=True,
    )


def notices(state: PageState) -> None:
    """Say what the URL asked for in vain, and what on the page is illustrative or approximate."""
    if state.problems:
        st.error(
            plain(" ".join((*state.problems, t("url_problems_hint", state.lang)))),
            icon=":material/link_off:",
        )
    made_up = illustrative_words(state.data, state.selection.year, state.lang)
    words = [made_up] if made_up else []
    if state.data.boundary_set.accuracy == "approximate":
        words.append(t("approximate_notice", state.lang))
    if counted := counted_words(state.selection, state.lang):
        words.append(counted)
    if words:
        st.html(f"<p class='notice' role='note'>{' '.join(words)}</p>")
