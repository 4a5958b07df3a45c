"""The title of the map: the indicator, chosen where it is read, and a sentence about it."""

from html import escape

import streamlit as st

from mtqg_geo.figures.periods import Measure, measures_of
from mtqg_geo.figures.scope import filters_chosen, place_text
from mtqg_geo.figures.sentence import in_words
from mtqg_geo.maps.view import MapView
from mtqg_geo.programme.model import Kind
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared import combobox, glossary
from mtqg_geo.ui.shared.indicator_list import groups_of
from mtqg_geo.ui.state import PageState

MEASURES = tuple(Measure)


def choose(state: PageState) -> None:
    """Draw the indicator as a heading that is a list, and what of it is shown."""
    _choose_indicator(state)
    _choose_basis(state)


def draw_words(state: PageState, view: MapView) -> None:
    """Draw a sentence about what is shown; on paper, what is filtered."""
    words = in_words(state.data, state.selection, view.figures, view.table, state.lang)
    # Filters stand beside the map as lists; printed they are words.
    chosen = filters_chosen(state.data, state.selection, state.lang)
    of = " · ".join([place_text(state.data, state.selection, state.lang), *chosen])
    st.html(
        f"<p class='in-words' role='status'>{glossary.marked(words, state.lang)}</p>"
        f"<p class='on-paper'>{escape(of)}</p>"
    )


def _choose_indicator(state: PageState) -> None:
    lang, catalog = state.lang, state.data.catalog
    relevant = [each.id for each in catalog.indicators_of(st.session_state["project"])]
    combobox.choose(
        "indicator",
        groups_of(catalog, [*relevant, state.selection.indicator], lang),
        label=t("indicator", lang),
        lang=lang,
    )


def _choose_basis(state: PageState) -> None:
    """Offer plan, result and what is made of them, where there is a choice."""
    lang = state.lang
    indicator = state.data.catalog.indicators[state.selection.indicator]
    options = [
        *(basis.value for basis in indicator.bases),
        *(measure.value for measure in measures_of(indicator)),
    ]
    if indicator.kind is Kind.CATEGORY or len(options) < 2:
        return
    st.selectbox(
        t("basis", lang),
        options,
        key="basis",
        format_func=lambda name: t(f"{'measure' if name in MEASURES else 'basis'}_{name}", lang),
        label_visibility="collapsed",
        width=150,
    )
