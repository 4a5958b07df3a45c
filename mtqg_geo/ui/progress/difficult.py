"""Especially difficult communes: who is to leave, poverty against its goal, who is far away."""

import math
from collections.abc import Iterable
from dataclasses import replace
from html import escape

import streamlit as st

from mtqg_geo.figures.distances import PLACES, RemoteCommune, distance_indicators
from mtqg_geo.figures.rules import NEARLY_PCT, Standing
from mtqg_geo.programme.model import Basis, Lang, Role
from mtqg_geo.programme.period import Clock
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.difficult import CriterionCheck, DifficultCommune, DifficultCommunes
from mtqg_geo.progress.view import ProgressDetails, RemoteCommunes, is_far
from mtqg_geo.ui.choices import CHOICES
from mtqg_geo.ui.progress import charts
from mtqg_geo.ui.progress.cells import SIGNS, map_link
from mtqg_geo.ui.shared.markup import cell, draw_notice, draw_part, draw_small, table
from mtqg_geo.ui.state import PageState

FAR_PX = 330


def draw(state: PageState, view: ProgressDetails) -> None:
    """Draw the communes planned to leave, the change of poverty, and distances."""
    lang, made = state.lang, view.difficult
    state = replace(state, data=view.counted_data, selection=view.counted)
    count = number(len(made.communes) if made.is_listed else None, lang)
    st.header(t("progress_difficult", lang, count=count), anchor=False)
    if not made.communes:
        key = "progress_no_difficult" if made.is_listed else "no_regions_loaded"
        draw_notice(t(key, lang, year=state.selection.year))
        return
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        _leaving(state, made)
        _far(state, view.remote)
    with right:
        _poverty(made, view.difficult_clock, lang)


def _leaving(state: PageState, made: DifficultCommunes) -> None:
    lang, year = state.lang, state.selection.year
    draw_part(t("progress_leaving", lang, year=year, count=number(len(made.leaving), lang)))
    if made.leaving:
        st.html(_table(state, made, made.leaving))
    else:
        draw_notice(t("progress_nobody_leaves", lang))
    if made.staying:
        with st.expander(t("progress_staying", lang, count=number(len(made.staying), lang))):
            st.html(_table(state, made, made.staying))


def _table(state: PageState, made: DifficultCommunes, communes: Iterable[DifficultCommune]) -> str:
    lang = state.lang
    heads = [
        ("", t("column_commune", lang)),
        ("text", t("progress_left", lang)),
        ("", t("progress_change", lang)),
        *(("", criterion.short.of(lang)) for criterion in made.criteria),
        ("", t("progress_met", lang)),
    ]
    rows = (_row(state, commune, heads[1:]) for commune in communes)
    note = escape(t("progress_checks_note", lang))
    return table("difficult cards", heads, rows, caption=note)


def _row(state: PageState, commune: DifficultCommune, heads: list[tuple[str, str]]) -> str:
    lang, leaving = state.lang, state.data.catalog.with_role(Role.LEAVING)
    name = map_link(commune.name, state, leaving, Basis.PLAN, commune=commune.code)
    unknown = t("progress_unknown_checks", lang, count=commune.unknown) if commune.unknown else ""
    contents = (
        _has_left(commune, lang),
        _judged(
            number(commune.poverty_change, lang, decimals=1),
            number(commune.poverty_goal, lang, decimals=1),
            commune.is_poverty_met,
            lang,
            is_nearly=commune.is_poverty_nearly,
        ),
        *(_check(check, lang) for check in commune.checks),
        f"{commune.met}/{len(commune.checks) + 1} <small>{escape(unknown)}</small>",
    )
    body = "".join(
        cell(content, kind=kind, label=label)
        for content, (kind, label) in zip(contents, heads, strict=True)
    )
    return f"<tr><th scope='row'>{name} <small>{escape(commune.district)}</small></th>{body}</tr>"


def _has_left(commune: DifficultCommune, lang: Lang) -> str:
    key = {True: "progress_has_left", False: "progress_not_left", None: "not_reported"}
    return escape(t(key[commune.has_left], lang))


def _check(check: CriterionCheck, lang: Lang) -> str:
    decimals = check.indicator.decimals
    actual = number(check.actual, lang, decimals=decimals)
    plan = number(check.plan, lang, decimals=decimals)
    return _judged(actual, plan, check.is_met, lang, is_nearly=check.is_nearly)


def _judged(actual: str, plan: str, is_met: bool | None, lang: Lang, *, is_nearly: bool) -> str:
    """Write a level against what it should be, with a sign that says whether it is."""
    missed = Standing.NEARLY if is_nearly else Standing.LATE
    standing, word = {
        True: (Standing.DONE, "progress_is_met"),
        False: (missed, "progress_is_nearly" if is_nearly else "progress_is_not_met"),
        None: (Standing.NOT_REPORTED, "not_reported"),
    }[is_met]
    kind, sign = standing.value, SIGNS[standing]
    return (
        f"<span class='chip {kind}'><b title='{escape(t(word, lang))}'>{sign}</b>{actual}</span>"
        f" <small>/ {plan}</small>"
    )


def _poverty(made: DifficultCommunes, clock: Clock, lang: Lang) -> None:
    draw_part(t("progress_poverty", lang))
    if not made.with_poverty:
        draw_notice(
            t("progress_poverty_nobody" if clock.is_over else "progress_poverty_not_due", lang)
        )
        return
    chart = charts.poverty(made.with_poverty, lang)
    st.vega_lite_chart(chart, width="stretch", key="progress_poverty")
    key = "progress_goal_published" if math.isfinite(made.goal) else "progress_goal_own"
    nearly, goal = number(NEARLY_PCT, lang), number(made.goal, lang, decimals=1)
    words = [t(key, lang, goal=goal, nearly=nearly)]
    silent = [each.name for each in made.communes if math.isnan(each.poverty_change)]
    if silent:
        names = ", ".join(silent)
        words.append(t("progress_poverty_silent", lang, count=len(silent), names=names))
    draw_small(" ".join(words))


def _far(state: PageState, remote: RemoteCommunes) -> None:
    lang, limit_km = state.lang, remote.limit_km
    draw_part(t("progress_far", lang))
    limit, built = st.columns(2, vertical_alignment="bottom")
    limit.selectbox(
        t("progress_far_limit", lang),
        CHOICES["far_km"].options,
        key="progress_far_km",
        format_func=lambda km: t("progress_far_km", lang, km=km),
    )
    built.selectbox(
        t("progress_far_which", lang),
        CHOICES["far"].options,
        key="progress_far_works",
        format_func=lambda works: t(f"progress_far_{works}", lang),
    )
    counts = {"count": len(remote.communes), "all": remote.among, "km": number(limit_km, lang)}
    draw_small(f"{t('progress_far_count', lang, **counts)} {t('progress_far_note', lang)}")
    st.html(f"<p class='small'>{_on_the_map(state)}</p>")
    if remote.communes:
        distances = distance_indicators(state.data.catalog)
        to_places = (
            f"{distances[place].short.of(lang)} ({t('report_km', lang)})" for place in PLACES
        )
        heads = [("", head) for head in (t("column_commune", lang), *to_places)]
        rows = (_far_row(state, commune, limit_km) for commune in remote.communes)
        with st.container(height=FAR_PX, border=False, key="progress_far"):
            st.html(table("far", heads, rows))


def _on_the_map(state: PageState) -> str:
    """Link to the map of each distance, of all communes and not only of those far away."""
    places = ", ".join(
        map_link(indicator.short.of(state.lang), state, indicator, Basis.ACTUAL)
        for indicator in distance_indicators(state.data.catalog).values()
    )
    return f"{escape(t('progress_far_on_map', state.lang))} {places}."


def _far_row(state: PageState, commune: RemoteCommune, limit_km: float) -> str:
    indicator = distance_indicators(state.data.catalog)[commune.farthest]
    name = map_link(commune.name, state, indicator, Basis.ACTUAL, commune=commune.code)
    body = "".join(
        f"<td class='{'far' if is_far(commune.km[place], limit_km) else ''}' "
        f"title='{escape(commune.nearest[place])}'>"
        f"{number(commune.km[place], state.lang, decimals=1)}</td>"
        for place in PLACES
    )
    return f"<tr><th scope='row'>{name} <small>{escape(commune.district)}</small></th>{body}</tr>"
