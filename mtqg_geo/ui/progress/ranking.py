"""One indicator in depth: its course, its districts side by side, and the ranking."""

from __future__ import annotations

from html import escape

import streamlit as st

from mtqg_geo.figures.periods import followed, result_basis
from mtqg_geo.figures.quarters import clock_at
from mtqg_geo.programme.model import Basis, Indicator, Kind, Lang
from mtqg_geo.programme.period import Clock
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.rankings import DISTRICT, LEVELS, ORDERS, Ranking, Unit, ranking
from mtqg_geo.progress.rules import standing
from mtqg_geo.progress.targets import Trend, trend
from mtqg_geo.progress.words import figure, figure_unit, share
from mtqg_geo.ui.progress import bars, charts, links
from mtqg_geo.ui.state import PageState

SMALL_WIDTH_PX, RANKING_PX, FEW_RANKED = 178, 420, 12
MOST_SMALL = 10  # districts that are drawn side by side


def draw(state: PageState) -> None:
    """Draw the course of the chosen indicator beside the ranking of districts or communes."""
    indicator = _chosen(state)
    st.header(t("progress_in_depth", state.lang), anchor=False)
    _controls(state, indicator)
    clock = clock_at(state.data, state.selection.year, state.selection.quarter)
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        _course(trend(state.data, state.selection, indicator), state.lang)
    with right:
        level, order = st.session_state["progress_level"], st.session_state["progress_order"]
        made = ranking(state.data, state.selection, indicator, level=level, order=order)
        _ranking(state, made, level, clock)
    _small_multiples(state, indicator)


def _options(state: PageState) -> list[str]:
    """Return the indicators that can be followed: targets first, then other planned rates."""
    catalog = state.data.catalog
    planned = [i.id for i in catalog.indicators.values() if Basis.PLAN in i.bases]
    concerned = {i.id for i in catalog.indicators_of(state.selection.projects)}
    ordered = dict.fromkeys([*followed(state.data), *planned])
    return [name for name in ordered if name in concerned]


def _chosen(state: PageState) -> Indicator:
    """Return the indicator of the map if it has a plan, else the first that has one."""
    options = _options(state)
    name = state.selection.indicator
    return state.data.catalog.indicators[name if name in options else options[0]]


def _controls(state: PageState, indicator: Indicator) -> None:
    """Draw what is followed, who is compared and in which order."""
    lang, memory = state.lang, st.session_state
    indicators = state.data.catalog.indicators
    memory["progress_indicator"] = indicator.id
    which, who, how = st.columns([2, 1, 1.4], vertical_alignment="bottom")
    which.selectbox(
        t("progress_followed", lang),
        _options(state),
        key="progress_indicator",
        format_func=lambda name: indicators[name].name.of(lang),
        on_change=_follow_indicator,
        args=(state,),
    )
    who.segmented_control(
        t("progress_level", lang),
        LEVELS,
        key="progress_level",
        format_func=lambda level: t(f"progress_level_{level}", lang),
        required=True,
    )
    how.selectbox(
        t("progress_order", lang),
        list(ORDERS),
        key="progress_order",
        format_func=lambda order: t(f"progress_order_{order}", lang),
    )


def _follow_indicator(state: PageState) -> None:
    """Make the indicator followed the one of the map too, so that the link shows it (callback)."""
    indicator = state.data.catalog.indicators[st.session_state["progress_indicator"]]
    st.session_state["indicator"] = indicator.id
    st.session_state["basis"] = result_basis(indicator).value


def _course(made: Trend, lang: Lang) -> None:
    st.html(f"<h3 class='part'>{escape(made.line.indicator.name.of(lang))}</h3>")
    if all(point.actual != point.actual for point in made.points):
        st.html(f"<p class='notice plain'>{escape(t('progress_no_course', lang))}</p>")
        return
    st.vega_lite_chart(charts.course(made, lang), width="stretch", key="progress_course")
    words = "progress_course_note" if made.is_quarterly else "progress_years_note"
    st.html(f"<p class='small'>{escape(t(words, lang))}</p>")


def _ranking(state: PageState, made: Ranking, level: str, clock: Clock) -> None:
    lang = state.lang
    if made.ranked:
        height = RANKING_PX if len(made.ranked) > FEW_RANKED else "content"
        with st.container(height=height, border=False, key="progress_ranking"):
            st.html(_table(state, made, level, clock))
    else:
        waits = made.indicator.kind is not Kind.EXTENSIVE and not clock.is_over
        words = t("progress_ranked_later" if waits else "progress_nobody_ranked", lang)
        st.html(f"<p class='notice plain'>{escape(words)}</p>")
        if waits:
            return
    st.html(f"<section class='rules'>{_apart(state, made, level)}</section>")


def _table(state: PageState, made: Ranking, level: str, clock: Clock) -> str:
    lang, indicator = state.lang, made.indicator
    names = ["rank", level, "plan", "actual", "share"]
    names += ["spark"] if indicator.kind is Kind.EXTENSIVE else []
    names += ["silent"] if level == DISTRICT else []
    heads = "".join(
        f"<th scope='col' class='{name}'>{escape(t(f'progress_column_{name}', lang))}</th>"
        for name in names
    )
    rows = "".join(_row(state, indicator, unit, level, clock, names) for unit in made.ranked)
    caption = t("progress_ranking_note", lang, unit=figure_unit(indicator, lang))
    return (
        f"<table class='progress ranking'><caption>{escape(caption)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(
    state: PageState, indicator: Indicator, unit: Unit, level: str, clock: Clock, names: list[str]
) -> str:
    lang = state.lang
    waits = indicator.kind is not Kind.EXTENSIVE
    pct = unit.completed_pct  # judged by what the bar shows: the communes that fully reported
    done = standing(100, pct, clock, completed_pct=pct, at_year_end=waits)
    cells = {
        "rank": f"{number(unit.rank, lang)}",
        "plan": escape(figure(unit.plan, indicator, lang)),
        "actual": escape(_actual(unit, indicator, lang)),
        "share": f"{bars.bar(unit.completed_pct, done, clock)}"
        f"<b>{escape(share(unit.completed_pct, lang))}</b>",
        "spark": bars.spark(unit.path_pct, lang),
        "silent": f"{number(unit.communes_missing, lang) if unit.communes_missing else '–'}"
        f" <small>/ {number(unit.communes, lang)}</small>",
        level: f"{_name(state, indicator, unit, level)}",
    }
    body = "".join(
        f"<th scope='row'>{cells[name]}</th>"
        if name == level
        else f"<td class='{name}'>{cells[name]}</td>"
        for name in names
    )
    return f"<tr data-unit='{unit.code}'>{body}</tr>"


def _name(state: PageState, indicator: Indicator, unit: Unit, level: str) -> str:
    place = {"district": unit.code} if level == DISTRICT else {"commune": unit.code}
    href = links.address(state, indicator, result_basis(indicator), **place)
    district = f" <small>{escape(unit.district)}</small>" if unit.district else ""
    return links.link(href, unit.name, t("progress_open_map", state.lang)) + district


def _actual(unit: Unit, indicator: Indicator, lang: Lang) -> str:
    text = figure(unit.actual, indicator, lang)
    is_bound = unit.communes_missing and indicator.kind is Kind.EXTENSIVE
    return t("progress_at_least", lang, value=text) if is_bound else text


def _apart(state: PageState, made: Ranking, level: str) -> str:
    """List who is not ranked: those who have not fully reported, and those without a plan."""
    lang, parts = state.lang, []
    if made.silent:
        heading = t(f"progress_silent_{level}", lang, count=number(len(made.silent), lang))
        items = "".join(f"<li>{_silent(state, made, unit, level)}</li>" for unit in made.silent)
        parts.append(f"<h3>{escape(heading)}</h3><ul class='silent'>{items}</ul>")
    if made.unplanned:
        words = t(f"progress_unplanned_{level}", lang, count=number(len(made.unplanned), lang))
        parts.append(f"<p>{escape(words)}</p>")
    return "".join(parts)


def _silent(state: PageState, made: Ranking, unit: Unit, level: str) -> str:
    lang, indicator = state.lang, made.indicator
    words = [t("progress_planned", lang, value=figure(unit.plan, indicator, lang))]
    if unit.actual == unit.actual and indicator.kind is Kind.EXTENSIVE:
        words.append(t("progress_reported", lang, value=_actual(unit, indicator, lang)))
    if unit.missing_periods:
        words.append(t("progress_lacks", lang, periods=unit.missing_periods))
    name = _name(state, indicator, unit, level)
    return f"{name} <small>({escape('; '.join(words))})</small>"


def _small_multiples(state: PageState, indicator: Indicator) -> None:
    """Draw the course of every district side by side, on one scale."""
    lang = state.lang
    made = ranking(state.data, state.selection, indicator, level=DISTRICT)
    drawn = [unit for unit in made.ranked if unit.path_pct][:MOST_SMALL]
    if len(drawn) < 2:
        return
    top_pct = max(100.0, *(pct for unit in drawn for pct in unit.path_pct))
    st.html(f"<h3 class='part'>{escape(t('progress_side_by_side', lang))}</h3>")
    with st.container(horizontal=True, key="progress_small"):
        for unit in drawn:
            with st.container(width=SMALL_WIDTH_PX):
                st.html(
                    f"<p class='small-title'>{escape(unit.name)} "
                    f"<b>{escape(share(unit.completed_pct, lang))}</b></p>"
                )
                st.vega_lite_chart(
                    charts.small_multiple(unit, top_pct, lang),
                    width="stretch",
                    key=f"progress_small_{unit.code}",
                )
