"""One indicator in depth: its course, its districts side by side, and the ranking."""

from html import escape

import streamlit as st

from mtqg_geo.figures.periods import result_basis
from mtqg_geo.figures.rules import standing
from mtqg_geo.programme.model import Indicator, Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.rankings import DISTRICT, LEVELS, ORDERS, RankedUnit
from mtqg_geo.progress.targets import Trend
from mtqg_geo.progress.view import InDepth
from mtqg_geo.progress.words import figure, figure_unit, rank_texts
from mtqg_geo.ui.progress import cells, charts
from mtqg_geo.ui.shared import combobox
from mtqg_geo.ui.shared.indicator_list import groups_of
from mtqg_geo.ui.shared.markup import cell, choose, draw_notice, draw_part, draw_small, table
from mtqg_geo.ui.state import PageState

SMALL_WIDTH_PX, RANKING_PX, FEW_RANKED = 178, 420, 12


def draw(state: PageState, view: InDepth) -> None:
    """Draw the course of the chosen indicator beside the ranking of districts or communes."""
    st.header(t("progress_in_depth", state.lang), anchor=False)
    _controls(state, view)
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        _course(view.trend, state.lang)
    with right:
        _ranking(state, view)
    _side_by_side(view, state.lang)


def _controls(state: PageState, view: InDepth) -> None:
    """Draw what is followed, who is compared and in which order."""
    lang, memory = state.lang, st.session_state
    memory["progress_indicator"] = view.ranking.indicator.id
    followable = [each.id for each in view.followable]
    which, who, how = st.columns([2, 1, 1.4], vertical_alignment="bottom")
    with which:
        combobox.choose(
            "progress_indicator",
            groups_of(state.data.catalog, followable, lang, whole_names=True, unit_of=figure_unit),
            label=t("progress_followed", lang),
            lang=lang,
            on_change=_follow_indicator,
        )
    who.segmented_control(
        t("progress_level", lang),
        LEVELS,
        key="progress_level",
        format_func=lambda level: t(f"progress_level_{level}", lang),
        required=True,
    )
    with how:
        choose("progress_order", list(ORDERS), lang)


def _follow_indicator() -> None:
    """Make the indicator followed the one of the map too, so that the link shows it (callback)."""
    st.session_state["indicator"] = st.session_state["progress_indicator"]


def _course(made: Trend, lang: Lang) -> None:
    if made.is_silent:
        draw_notice(t("progress_no_course", lang))
        return
    st.vega_lite_chart(charts.course(made, lang), width="stretch", key="progress_course")
    draw_small(t("progress_course_note" if made.is_quarterly else "progress_years_note", lang))


def _ranking(state: PageState, view: InDepth) -> None:
    if view.ranking.ranked:
        height = RANKING_PX if len(view.ranking.ranked) > FEW_RANKED else "content"
        with st.container(height=height, border=False, key="progress_ranking"):
            st.html(_table(state, view))
    else:
        key = "progress_ranked_later" if view.waits else "progress_nobody_ranked"
        draw_notice(t(key, state.lang))
        if view.waits:
            return
    st.html(f"<section class='rules'>{_apart(state, view)}</section>")


def _table(state: PageState, view: InDepth) -> str:
    lang, indicator = state.lang, view.ranking.indicator
    names = ["rank", view.level, "plan", "actual", "share"]
    names += ["reported"] if view.level == DISTRICT else []
    names += ["spark"] if indicator.adds_up else []
    names += ["silent"] if view.level == DISTRICT else []
    heads = [(name, t(f"progress_column_{name}", lang)) for name in names]
    ranked = view.ranking.ranked
    ranks = rank_texts(ranked, lang)
    rows = (_row(state, view, unit, names, rank) for unit, rank in zip(ranked, ranks, strict=True))
    caption = t("progress_ranking_note", lang, unit=figure_unit(indicator, lang))
    return table("ranking", heads, rows, caption=escape(caption))


def _row(state: PageState, view: InDepth, unit: RankedUnit, names: list[str], rank: str) -> str:
    lang, indicator = state.lang, view.ranking.indicator
    pct = unit.share.pct
    at_year_end = not indicator.adds_up
    done = standing(100, pct, view.clock, completed_pct=pct, at_year_end=at_year_end)
    contents = {
        "rank": rank,
        "plan": escape(figure(unit.plan, indicator, lang)),
        "actual": escape(_actual(unit, indicator, lang)),
        "share": f"{cells.bar(pct, done, view.clock)}<b>{escape(unit.share.text(lang))}</b>",
        "reported": unit.share.reported_share(lang) or "–",
        "spark": cells.spark(unit.path_pct, lang),
        "silent": f"{number(unit.communes_missing, lang) if unit.communes_missing else '–'}"
        f" <small>/ {number(unit.communes, lang)}</small>",
    }
    body = "".join(
        f"<th scope='row'>{_name(state, view, unit)}</th>"
        if name == view.level
        else cell(contents[name], kind=name)
        for name in names
    )
    return f"<tr data-unit='{unit.code}'>{body}</tr>"


def _name(state: PageState, view: InDepth, unit: RankedUnit) -> str:
    indicator = view.ranking.indicator
    place = {view.level: unit.code}
    link = cells.map_link(unit.name, state, indicator, result_basis(indicator), **place)
    mark = ""
    if unit.difficult:
        hint = escape(t("progress_difficult_hint", state.lang))
        word = escape(t(f"progress_difficult_{unit.difficult}", state.lang))
        mark = f" <span class='mark' title='{hint}'>{word}</span>"
    return link + mark + (f" <small>{escape(unit.district)}</small>" if unit.district else "")


def _actual(unit: RankedUnit, indicator: Indicator, lang: Lang) -> str:
    text = figure(unit.actual, indicator, lang)
    is_bound = unit.communes_missing and indicator.adds_up
    return t("progress_at_least", lang, value=text) if is_bound else text


def _apart(state: PageState, view: InDepth) -> str:
    """List who is not ranked: those who have not fully reported, and those without a plan."""
    lang, made, parts = state.lang, view.ranking, []
    if made.silent:
        heading = t(f"progress_silent_{view.level}", lang, count=number(len(made.silent), lang))
        items = "".join(f"<li>{_silent(state, view, unit)}</li>" for unit in made.silent)
        parts.append(f"<h3>{escape(heading)}</h3><ul class='silent'>{items}</ul>")
    if made.unplanned:
        count = number(len(made.unplanned), lang)
        parts.append(f"<p>{escape(t(f'progress_unplanned_{view.level}', lang, count=count))}</p>")
    return "".join(parts)


def _silent(state: PageState, view: InDepth, unit: RankedUnit) -> str:
    lang, indicator = state.lang, view.ranking.indicator
    words = [t("progress_planned", lang, value=figure(unit.plan, indicator, lang))]
    if unit.actual == unit.actual and indicator.adds_up:
        words.append(t("progress_reported", lang, value=_actual(unit, indicator, lang)))
    if unit.missing_periods:
        words.append(t("progress_lacks", lang, periods=unit.missing_periods))
    return f"{_name(state, view, unit)} <small>({escape('; '.join(words))})</small>"


def _side_by_side(view: InDepth, lang: Lang) -> None:
    """Draw the course of every district side by side, on one scale."""
    if not view.side_by_side:
        return
    draw_part(t("progress_side_by_side", lang))
    with st.container(horizontal=True, key="progress_small"):
        for unit in view.side_by_side:
            with st.container(width=SMALL_WIDTH_PX):
                st.html(
                    f"<p class='small-title'>{escape(unit.name)} "
                    f"<b>{escape(unit.share.text(lang))}</b></p>"
                )
                st.vega_lite_chart(
                    charts.small_multiple(unit, view.top_pct, lang),
                    width="stretch",
                    key=f"progress_small_{unit.code}",
                )
