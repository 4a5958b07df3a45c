"""Title, language switch, and the notices that must never be missed."""

from __future__ import annotations

import streamlit as st

from mtqg_geo.datasets import Dataset
from mtqg_geo.labels import t
from mtqg_geo.model import LANGUAGES, Lang
from mtqg_geo.ui.state import PageState, language

LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}


def requested_language() -> Lang:
    """Return the language before any widget exists: the switch's, or the URL's on a first visit."""
    if "lang" in st.session_state:
        return language()
    return "en" if st.query_params.get("lang") == "en" else "vi"


def draw(data: Dataset) -> None:
    """Draw the title line and the language switch, and tell the browser the page's language."""
    lang = language()
    title, switch = st.columns([5, 1.4], vertical_alignment="center")
    province = data.catalog.programme.province.of(lang)
    title.html(
        f"<h1 class='app-title'>"
        f"{t('app_title', lang, province=province, year=st.session_state['year'])}</h1>"
    )
    switch.segmented_control(
        t("language", lang),
        LANGUAGES,
        key="lang",
        format_func=lambda code: LANGUAGE_NAMES[code],
        label_visibility="collapsed",
        required=True,
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
            " ".join((*state.problems, t("url_problems_hint", state.lang))),
            icon=":material/link_off:",
        )
    words = []
    if state.data.is_illustrative:
        words.append(t("illustrative_notice", state.lang))
    if state.data.boundary_set.accuracy == "approximate":
        words.append(t("approximate_notice", state.lang))
    if words:
        st.html(f"<p class='notice' role='note'>{' '.join(words)}</p>")
