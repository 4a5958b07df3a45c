"""The sidebar: every filter, in the order a planner thinks of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape

import streamlit as st

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import Measure, measures_of
from mtqg_geo.maps.classing import CLASS_COUNTS, SCHEMES
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Kind, Lang, Status
from mtqg_geo.programme.words import t
from mtqg_geo.ui.shared import map_options
from mtqg_geo.ui.shared.words import quarter_words
from mtqg_geo.ui.state import clear_filters, language

MEASURES = tuple(Measure)


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
    projects = data.catalog.projects
    st.selectbox(
        t("reform_vintage", lang),
        vintages(),
        key="vintage",
        format_func=lambda vintage: t(f"reform_vintage_{vintage}", lang),
    )
    st.multiselect(
        t("project", lang),
        list(projects),
        key="project",
        format_func=lambda code: f"{code} · {projects[code].short.of(lang)}",
        placeholder=t("all_projects", lang),
    )
    districts = dict(zip(data.districts[c.CODE], data.districts[c.NAME], strict=True))
    is_former = st.session_state["vintage"] != vintages()[0]
    st.multiselect(
        t("reform_former_district" if is_former else "district", lang),
        list(districts),
        key="district",
        format_func=lambda code: districts[code],
        placeholder=t("all_districts", lang),
    )
    names, wanted = commune_names(data), st.session_state["district"]
    within = [code for code, at in _district_codes(data).items() if not wanted or at in wanted]
    chosen = st.session_state["commune"]
    st.multiselect(
        t("commune", lang),
        list(dict.fromkeys([*within, *chosen])),
        key="commune",
        format_func=lambda code: names[code],
        placeholder=t("all_communes", lang),
    )
    st.multiselect(
        t("status", lang),
        [status.value for status in Status],
        key="status",
        format_func=lambda status: t(f"status_{status}", lang),
        placeholder=t("all_statuses", lang),
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
    map_options.draw_quarter(data, lang)
    if indicator.kind is not Kind.CATEGORY and not st.session_state["with"]:
        _classing(lang)
    map_options.draw(data, indicator, lang)


def _classing(lang: Lang) -> None:
    is_fixed = st.session_state["scheme"] == "fixed"
    scheme, count = st.columns([1.2, 1] if is_fixed else [2.2, 1])
    scheme.selectbox(
        t("scheme", lang),
        SCHEMES,
        key="scheme",
        format_func=lambda scheme: t(f"scheme_{scheme}", lang),
    )
    if is_fixed:
        words = t("breaks_help", lang)
        count.text_input(t("breaks", lang), key="breaks", placeholder="0; 5; 10", help=words)
    else:
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
    st.html(f"<p class='small'>{escape(words)}</p>")


def _fit_basis(data: Dataset) -> None:
    """Keep basis or measure when the new indicator has it, else take its own (callback)."""
    indicator = data.catalog.indicators[st.session_state["indicator"]]
    if st.session_state.get("basis") not in (*indicator.bases, *measures_of(indicator)):
        st.session_state["basis"] = indicator.default_basis.value


@lru_cache(maxsize=8)
def commune_names(data: Dataset) -> Mapping[str, str]:
    """Return `name, district` by commune code: two communes may share a name."""
    labels = data.communes[c.NAME] + ", " + data.communes[c.DISTRICT]
    return dict(zip(data.communes[c.CODE], labels, strict=True))


@lru_cache(maxsize=8)
def _district_codes(data: Dataset) -> Mapping[str, str]:
    """Return the code of its district by commune code."""
    return dict(zip(data.communes[c.CODE], data.communes[c.DISTRICT_CODE], strict=True))
