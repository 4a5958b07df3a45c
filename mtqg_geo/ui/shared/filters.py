"""The sidebar: every filter, in the order a planner thinks of them."""

import streamlit as st

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.filters import FILTERS, Filter
from mtqg_geo.figures.periods import (
    Measure,
    can_be_paired,
    measures_of,
    moments_of,
    quarters_of_any,
)
from mtqg_geo.figures.selection import comparable_periods
from mtqg_geo.figures.words import name_of_period, quarter_words
from mtqg_geo.maps.classing import CLASS_COUNTS, SCHEMES, Classing
from mtqg_geo.programme.model import Indicator, Kind, Lang
from mtqg_geo.programme.period import quarter_numeral
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared.markup import draw_small
from mtqg_geo.ui.state import clear_filters, language, selection_of_widgets

MEASURES = tuple(Measure)
LATEST = 0  # also on the page of progress, which measures at the same quarter


def draw(data: Dataset) -> None:
    """Draw the filters; their values live in the session under the names of the URL."""
    lang = language()
    with st.sidebar:
        _places_and_projects(data, lang)
        _what_is_shown(data, lang)
        st.button(
            t("clear_filters", lang),
            key="clear",
            icon=":material/filter_alt_off:",
            on_click=clear_filters,
            width="stretch",
        )
        _origin(data, lang)


def _places_and_projects(data: Dataset, lang: Lang) -> None:
    st.selectbox(
        t("reform_vintage", lang),
        vintages(),
        key="vintage",
        format_func=lambda vintage: t(f"reform_vintage_{vintage}", lang),
    )
    for each in sorted(FILTERS, key=lambda each: each.sidebar):
        if each.sidebar:
            _choices(each, data, lang)
    _capital(data, lang)


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
    is_put_together = memory["vintage"] != vintages()[0]
    label = (is_put_together and each.label_of_units) or each.label
    st.multiselect(
        t(label, lang),
        list(dict.fromkeys([*each.offered(data, memory), *memory[each.name]])),
        key=each.name,
        format_func=lambda option: each.option_words(data, option, lang),
        placeholder=t(f"all_{each.field}", lang),
    )


def _what_is_shown(data: Dataset, lang: Lang) -> None:
    indicators = data.catalog.indicators
    relevant = [i.id for i in data.catalog.indicators_of(st.session_state["project"])]
    options = list(dict.fromkeys([*relevant, st.session_state["indicator"]]))
    st.selectbox(
        t("indicator", lang),
        options,
        key="indicator",
        format_func=lambda name: indicators[name].short.of(lang),
        on_change=_fit_basis,
        args=(data,),
    )
    indicator = indicators[st.session_state["indicator"]]
    year, basis = st.columns([1, 1.85])
    year.selectbox(t("year", lang), data.years, key="year")
    basis.selectbox(
        t("basis", lang),
        [*(basis.value for basis in indicator.bases), *(m.value for m in measures_of(indicator))],
        key="basis",
        format_func=lambda name: t(f"{'measure' if name in MEASURES else 'basis'}_{name}", lang),
    )
    _quarter(data, lang)
    if indicator.kind is not Kind.CATEGORY and not st.session_state["with"]:
        _classing(lang)
    _options(data, indicator, lang)


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


def _fit_basis(data: Dataset) -> None:
    """Keep basis or measure when the new indicator has it, else take its own (callback)."""
    indicator = data.catalog.indicators[st.session_state["indicator"]]
    if st.session_state.get("basis") not in (*indicator.bases, *measures_of(indicator)):
        st.session_state["basis"] = indicator.default_basis.value


def _quarter(data: Dataset, lang: Lang) -> None:
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


def _options(data: Dataset, indicator: Indicator, lang: Lang) -> None:
    """Draw the options that most readers leave alone, folded away."""
    with st.expander(t("modes_options", lang)):
        if indicator.kind is not Kind.CATEGORY:
            _second(data, indicator, lang)
        _compare(data, lang)
        if indicator.kind is not Kind.CATEGORY:
            st.checkbox(t("modes_pooled", lang), key="pooled", help=t("modes_pooled_help", lang))
            st.checkbox(t("modes_scope", lang), key="scope", help=t("modes_scope_help", lang))


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
