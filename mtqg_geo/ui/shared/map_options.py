"""Ways to look at the indicator: up to which quarter, with another one, beside another period."""

from __future__ import annotations

import streamlit as st

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import can_be_paired, moments_of, quarters_of_any
from mtqg_geo.figures.selection import comparable_periods
from mtqg_geo.figures.words import name_of_period
from mtqg_geo.programme.model import Indicator, Kind, Lang
from mtqg_geo.programme.period import quarter_numeral
from mtqg_geo.programme.words import t
from mtqg_geo.ui.state import selection_of_widgets

LATEST = 0  # also on the page of progress, which measures at the same quarter


def draw_quarter(data: Dataset, lang: Lang) -> None:
    """Draw the slider of quarters, for results that are reported by quarter.

    A quarter that was chosen elsewhere counts in the key figures: it can always be seen and left.
    """
    memory, selection = st.session_state, selection_of_widgets(data)
    growing, year = selection.growing(data), selection.year
    quarters = (moments_of if selection.quarter else quarters_of_any)(data, growing, year)
    if len(quarters) < 2:
        return
    last = quarters[-1]
    memory["until"] = memory["as_of"] if memory["as_of"] in quarters else last
    st.select_slider(
        t("modes_until", lang),
        quarters,
        key="until",
        format_func=lambda quarter: t(
            "modes_quarter", lang, quarter=quarter_numeral(quarter, lang)
        ),
        on_change=_take_quarter,
        args=(last,),
    )


def _take_quarter(last: int) -> None:
    """Hold the quarter of the slider; the last one is what is known today (callback)."""
    until = st.session_state["until"]
    st.session_state["as_of"] = until if until < last else LATEST


def draw(data: Dataset, indicator: Indicator, lang: Lang) -> None:
    """Draw the options that most readers leave alone, folded away."""
    with st.expander(t("modes_options", lang)):
        if indicator.kind is not Kind.CATEGORY:
            _second(data, indicator, lang)
        _compare(data, lang)
        if indicator.kind is not Kind.CATEGORY:
            st.checkbox(t("modes_pooled", lang), key="pooled", help=t("modes_pooled_help", lang))


def _second(data: Dataset, first: Indicator, lang: Lang) -> None:
    indicators = data.catalog.indicators
    options = ["", *(i.id for i in indicators.values() if can_be_paired(first, i))]
    if st.session_state["with"] not in options:
        st.session_state["with"] = ""
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
    if st.session_state["compare"] not in periods:
        st.session_state["compare"] = ""
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
