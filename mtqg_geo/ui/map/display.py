"""How the map is painted: classes, a second indicator, a period to compare with; folded away."""

from functools import partial

import streamlit as st

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import Comparing, Measure, can_be_paired, can_be_subtracted
from mtqg_geo.figures.selection import comparable_periods
from mtqg_geo.figures.words import name_of_period
from mtqg_geo.maps.classing import CLASS_COUNTS, SCHEMES, Classing
from mtqg_geo.programme.model import Indicator, Kind, Lang
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared.folded import draw_folded
from mtqg_geo.ui.state import PageState, selection_of_widgets


def draw(state: PageState) -> None:
    """Draw the button of a small window; what is in it is drawn and sent only while it is open."""
    lang = state.lang
    window = st.popover(
        t("display_options", lang), key="display_open", on_change="rerun", width="content"
    )
    indicator = state.data.catalog.indicators[state.selection.indicator]
    draw_folded(window, partial(_options, state.data, indicator, lang))


def _options(data: Dataset, indicator: Indicator, lang: Lang) -> None:
    if indicator.kind is not Kind.CATEGORY:
        if not st.session_state["with"]:
            _classing(lang)
        _second(data, indicator, lang)
    _compare(data, lang)
    if indicator.kind is not Kind.CATEGORY:
        st.checkbox(t("modes_pooled", lang), key="pooled", help=t("modes_pooled_help", lang))
        st.checkbox(t("modes_scope", lang), key="scope", help=t("modes_scope_help", lang))


def _classing(lang: Lang) -> None:
    is_fixed = st.session_state["scheme"] == "fixed"
    scheme, count = st.columns([1.2, 1] if is_fixed else [2.2, 1])
    usual = Classing().scheme
    has_steps = st.session_state["basis"] == Measure.COMPLETION  # a completion has usual classes
    scheme.selectbox(
        t("scheme", lang),
        SCHEMES,
        key="scheme",
        format_func=lambda each: t(
            "scheme_steps" if has_steps and each == usual else f"scheme_{each}", lang
        ),
    )
    if is_fixed:
        words = t("breaks_help", lang)
        count.text_input(t("breaks", lang), key="breaks", placeholder="0; 5; 10", help=words)
    elif not (has_steps and st.session_state["scheme"] == usual):
        count.selectbox(t("class_count", lang), CLASS_COUNTS, key="k")


def _second(data: Dataset, first: Indicator, lang: Lang) -> None:
    indicators = data.catalog.indicators
    options = ["", *(i.id for i in indicators.values() if can_be_paired(first, i))]
    st.selectbox(
        t("modes_with", lang),
        options,
        key="with",
        format_func=lambda name: (
            indicators[name].short.of(lang) if name else t("modes_with_none", lang)
        ),
        help=t("modes_with_help", lang),
    )


def _compare(data: Dataset, lang: Lang) -> None:
    selection = selection_of_widgets(data)
    periods = comparable_periods(data, selection)
    st.selectbox(
        t("modes_compare", lang),
        ["", *reversed(periods)],
        key="compare",
        format_func=lambda text: (
            name_of_period(data, selection.growing(data), periods[text], lang)
            if text
            else t("modes_compare_none", lang)
        ),
    )
    if selection.compare and can_be_subtracted(
        data.catalog.indicators[selection.indicator], selection.second
    ):
        st.segmented_control(
            t("modes_compare_as", lang),
            [each.value for each in Comparing],
            key="compare_as",
            format_func=lambda each: t(f"modes_compare_as_{each}", lang),
            label_visibility="collapsed",
            required=True,
        )
