"""The sidebar: every filter, in the order a planner thinks of them."""

import json
from collections.abc import Collection
from html import escape

import streamlit as st

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.filters import FILTERS, Filter
from mtqg_geo.figures.words import quarter_words
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import t
from mtqg_geo.progress.view import LAST_REPORTED, moments
from mtqg_geo.progress.words import moment_words
from mtqg_geo.ui.shared.markup import draw_small
from mtqg_geo.ui.state import clear_filters, language

MONEY = frozenset(each.name for each in FILTERS if each.of_money)
# By page, the filters that change nothing on it: they are not shown there.
IDLE = {
    "progress": {"status"},
    "works": MONEY,
    "load": {"project", "status", *MONEY},
    "data": (of_figures := {each.name for each in FILTERS} - {"vintage", "year"}),
    "people": of_figures,
}


def draw(data: Dataset, page: str) -> None:
    """Draw the filters of a page; their values live in the session under the names of the URL."""
    lang, idle = language(), IDLE.get(page, frozenset())
    chosen = sum(len(st.session_state[each.name]) for each in FILTERS if not each.is_single)
    label = t("filters_chosen", lang, count=chosen) if chosen else t("filters", lang)
    # For the button that opens the sidebar on a narrow screen, where Streamlit draws two arrows.
    st.html(f"<style>:root {{ --filters: {json.dumps(label, ensure_ascii=False)} }}</style>")
    with st.sidebar:
        # At the top: below lists that shrink when they are left it would move away from a click.
        with st.container(horizontal=True, vertical_alignment="center", key="filters_head"):
            st.html(f"<h2>{escape(label)}</h2>")
            st.button(
                t("clear_filters", lang),
                key="clear",
                on_click=clear_filters,
                type="tertiary",
                disabled=not chosen,
            )
        _places_and_projects(data, idle, lang)
        st.selectbox(t("year", lang), data.years, key="year")
        if page == "progress":  # the map has a slider of quarters below it
            _moment(data, lang)
        _origin(data, lang)


def _places_and_projects(data: Dataset, idle: Collection[str], lang: Lang) -> None:
    st.selectbox(
        t("reform_vintage", lang),
        vintages(),
        key="vintage",
        format_func=lambda vintage: t(f"reform_vintage_{vintage}", lang),
    )
    for each in sorted(FILTERS, key=lambda each: each.sidebar):
        if each.sidebar and each.name not in idle:
            _choices(each, data, lang)
    if not MONEY & set(idle):
        _capital(data, lang)


def _moment(data: Dataset, lang: Lang) -> None:
    """Draw the choice of the quarter that progress is measured at the end of."""
    memory = st.session_state
    known = moments(data, memory["year"])
    if memory["as_of"] not in known:
        memory["as_of"] = LAST_REPORTED  # it belonged to another year
    st.selectbox(
        t("progress_at", lang),
        list(known),
        key="as_of",
        format_func=lambda quarter: moment_words(known[quarter], lang)[0],
        disabled=len(known) == 1,
    )


def _capital(data: Dataset, lang: Lang) -> None:
    """Draw the filters of money, folded away; nothing where no money is split."""
    filters = [each for each in FILTERS if each.of_money]
    chosen = sum(len(st.session_state[each.name]) for each in filters)
    if not (chosen or data.observations.counts.is_split):
        return
    # Folded also with a choice, which the label counts: what is below stays on a low screen.
    with st.expander(t("capital_options", lang) + (f" · {chosen}" if chosen else "")):
        for each in filters:
            _choices(each, data, lang)
        draw_small(t("capital_help", lang))


def _choices(each: Filter, data: Dataset, lang: Lang) -> None:
    """Draw the widget of a filter: any number of its options, none of them for all."""
    memory = st.session_state
    st.multiselect(
        t(each.label_on(data), lang),
        list(dict.fromkeys([*each.offered(data, memory), *memory[each.name]])),
        key=each.name,
        format_func=lambda option: each.option_words(data, option, lang),
        placeholder=t(f"all_{each.field}", lang),
        select_all=False,  # which is to filter by nothing
    )


def _origin(data: Dataset, lang: Lang) -> None:
    """Say below the filters which boundaries and figures they filter."""
    accuracy = t(f"accuracy_{data.boundary_set.accuracy}", lang).lower()
    latest = data.latest_period
    words = t(
        "sidebar_origin",
        lang,
        vintage=data.boundary_set.vintage,
        accuracy=accuracy,
        figures=t("sidebar_figures", lang, period=quarter_words(latest, lang))
        if latest
        else t("sidebar_no_figures", lang),
    )
    draw_small(words)
