"""The moment progress is measured at: the end of the last quarter reported, or an earlier one."""

from __future__ import annotations

import streamlit as st

from mtqg_geo.figures.periods import reported_quarters
from mtqg_geo.figures.quarters import clock_at
from mtqg_geo.programme.period import Clock
from mtqg_geo.programme.words import t
from mtqg_geo.progress.words import elapsed_text, moment_text
from mtqg_geo.ui.state import PageState

LATEST = 0


def choose(state: PageState) -> None:
    """Draw the choice of the quarter."""
    data, lang, year = state.data, state.lang, state.selection.year
    earlier = reported_quarters(data, year)[:-1]
    if st.session_state["as_of"] not in earlier:
        st.session_state["as_of"] = LATEST  # it belonged to another year
    st.selectbox(
        t("progress_at", lang),
        [LATEST, *reversed(earlier)],
        key="as_of",
        format_func=lambda quarter: _words(clock_at(data, year, quarter or None), state),
        label_visibility="collapsed",
        disabled=not earlier,
    )


def _words(clock: Clock, state: PageState) -> str:
    if not clock.quarter:
        return moment_text(clock, state.lang)
    return f"{moment_text(clock, state.lang)} – {elapsed_text(clock, state.lang)}"
