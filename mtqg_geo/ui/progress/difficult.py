"""Especially difficult communes: who is to leave, poverty against its goal, who is far away."""

from __future__ import annotations

import math
from html import escape

import streamlit as st

from mtqg_geo.figures.distances import PLACES, RemoteCommune, distance_indicators
from mtqg_geo.figures.quarters import clock_at
from mtqg_geo.programme.model import Basis, Lang, Role
from mtqg_geo.programme.period import Clock
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.difficult import (
    Check,
    Difficult,
    DifficultCommune,
    difficult_communes,
    remote_difficult,
)
from mtqg_geo.ui.choices import CHOICES, COMPLETED
from mtqg_geo.ui.progress import charts, links
from mtqg_geo.ui.state import PageState

FAR_PX = 330


def draw(state: PageState) -> None:
    """Draw the communes planned to leave, the change of poverty, and distances."""
    lang = state.lang
    made = difficult_communes(state.data, state.selection)
    count = number(len(made.communes) if made.is_listed else None, lang)
    st.header(t("progress_difficult", lang, count=count), anchor=False)
    if not made.communes:
        key = "progress_no_difficult" if made.is_listed else "no_regions_loaded"
        words = t(key, lang, year=state.selection.year)
        st.html(f"<p class='notice plain'>{escape(words)}</p>")
        return
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        _leaving(state, made)
        _far(state)
    with right:
        _poverty(made, clock_at(state.data, state.selection.year, state.selection.quarter), lang)


def _leaving(state: PageState, made: Difficult) -> None:
    lang, year = state.lang, state.selection.year
    leaving = [each for each in made.communes if each.is_to_leave]
    words = t("progress_leaving", lang, year=year, count=number(len(leaving), lang))
    st.html(f"<h3 class='part'>{escape(words)}</h3>")
    if leaving:
        st.html(_table(state, made, leaving))
    else:
        st.html(f"<p class='notice plain'>{escape(t('progress_nobody_leaves', lang))}</p>")
    others = [each for each in made.communes if not each.is_to_leave]
    if others:
        label = t("progress_staying", lang, count=number(len(others), lang))
        with st.expander(label):
            st.html(_table(state, made, others))


def _table(state: PageState, made: Difficult, communes: list[DifficultCommune]) -> str:
    lang = state.lang
    names = _headings(made, lang)
    heads = "".join(
        f"<th scope='col'{_kind(place)}>{escape(name)}</th>" for place, name in enumerate(names)
    )
    rows = "".join(_row(state, commune, names) for commune in communes)
    return (
        "<table class='progress difficult cards'>"
        f"<caption>{escape(t('progress_checks_note', lang))}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _headings(made: Difficult, lang: Lang) -> list[str]:
    return [
        t("column_commune", lang),
        t("progress_left", lang),
        t("progress_change", lang),
        *(criterion.short.of(lang) for criterion in made.criteria),
        t("progress_met", lang),
    ]


def _kind(place: int) -> str:
    return " class='text'" if place == 1 else ""


def _row(state: PageState, commune: DifficultCommune, names: list[str]) -> str:
    lang, leaving = state.lang, state.data.catalog.with_role(Role.LEAVING)
    name = escape(commune.name)
    if leaving:
        href = links.address(state, leaving, Basis.PLAN, commune=commune.code)
        name = links.link(href, commune.name, t("progress_open_map", lang))
    unknown = t("progress_unknown_checks", lang, count=commune.unknown) if commune.unknown else ""
    cells = [
        _has_left(commune, lang),
        _judged(
            number(commune.poverty_change, lang, decimals=1),
            number(commune.poverty_goal, lang, decimals=1),
            commune.is_poverty_met,
            lang,
        ),
        *(_check(check, lang) for check in commune.checks),
        f"{commune.met}/{len(commune.checks) + 1} <small>{escape(unknown)}</small>",
    ]
    body = "".join(
        f"<td{_kind(place)} data-label='{escape(names[place])}'>{cell}</td>"
        for place, cell in enumerate(cells, start=1)
    )
    return f"<tr><th scope='row'>{name} <small>{escape(commune.district)}</small></th>{body}</tr>"


def _has_left(commune: DifficultCommune, lang: Lang) -> str:
    key = {True: "progress_has_left", False: "progress_not_left", None: "not_reported"}
    return escape(t(key[commune.has_left], lang))


def _check(check: Check, lang: Lang) -> str:
    decimals = check.indicator.decimals
    actual = number(check.actual, lang, decimals=decimals)
    return _judged(actual, number(check.plan, lang, decimals=decimals), check.is_met, lang)


def _judged(actual: str, plan: str, is_met: bool | None, lang: Lang) -> str:
    """Write a level against what it should be, with a sign that says whether it is."""
    sign, word = {
        True: ("✓", "progress_is_met"),
        False: ("▲", "progress_is_not_met"),
        None: ("?", "not_reported"),
    }[is_met]
    kind = {True: "done", False: "late", None: "not_reported"}[is_met]
    return (
        f"<span class='chip {kind}'><b title='{escape(t(word, lang))}'>{sign}</b>{actual}</span>"
        f" <small>/ {plan}</small>"
    )


def _poverty(made: Difficult, clock: Clock, lang: Lang) -> None:
    st.html(f"<h3 class='part'>{escape(t('progress_poverty', lang))}</h3>")
    known = [each for each in made.communes if math.isfinite(each.poverty_change)]
    silent = [each.name for each in made.communes if math.isnan(each.poverty_change)]
    if not known:
        key = "progress_poverty_nobody" if clock.is_over else "progress_poverty_not_due"
        st.html(f"<p class='notice plain'>{escape(t(key, lang))}</p>")
        return
    st.vega_lite_chart(charts.poverty(known, lang), width="stretch", key="progress_poverty")
    has_goal = math.isfinite(made.goal)
    goal = t("progress_goal_published", lang, goal=number(made.goal, lang, decimals=1))
    words = [goal if has_goal else t("progress_goal_own", lang)]
    if silent:
        names = ", ".join(silent)
        words.append(t("progress_poverty_silent", lang, count=len(silent), names=names))
    st.html(f"<p class='small'>{escape(' '.join(words))}</p>")


def _far(state: PageState) -> None:
    lang, data = state.lang, state.data
    st.html(f"<h3 class='part'>{escape(t('progress_far', lang))}</h3>")
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
    limit_km = float(st.session_state["progress_far_km"])
    communes = remote_difficult(
        data, state.selection, completed_only=st.session_state["progress_far_works"] == COMPLETED
    )
    far = [each for each in communes if not _read_km(each.farthest_km) <= limit_km]
    words = t(
        "progress_far_count", lang, count=len(far), all=len(communes), km=number(limit_km, lang)
    )
    st.html(f"<p class='small'>{escape(words)} {escape(t('progress_far_note', lang))}</p>")
    st.html(f"<p class='small'>{_on_the_map(state)}</p>")
    if far:
        with st.container(height=FAR_PX, border=False, key="progress_far"):
            st.html(_far_table(state, far, limit_km))


def _on_the_map(state: PageState) -> str:
    """Link to the map of each distance, of all communes and not only of those far away."""
    places = ", ".join(
        links.link(
            links.address(state, indicator, Basis.ACTUAL),
            indicator.short.of(state.lang),
            t("progress_open_map", state.lang),
        )
        for indicator in distance_indicators(state.data.catalog).values()
    )
    return f"{escape(t('progress_far_on_map', state.lang))} {places}."


def _read_km(km: float) -> float:
    """Round a distance to what the reader sees, so that 10,0 is not farther than 10."""
    return round(km, 1)


def _far_table(state: PageState, communes: list[RemoteCommune], limit_km: float) -> str:
    lang = state.lang
    heads = "".join(
        f"<th scope='col'>{escape(t(f'progress_far_{place}', lang))}</th>" for place in PLACES
    )
    rows = "".join(_far_row(state, commune, limit_km) for commune in communes)
    return (
        "<table class='progress far'><thead><tr>"
        f"<th scope='col'>{escape(t('column_commune', lang))}</th>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _far_row(state: PageState, commune: RemoteCommune, limit_km: float) -> str:
    lang = state.lang
    shown = distance_indicators(state.data.catalog)[commune.farthest]
    href = links.address(state, shown, Basis.ACTUAL, commune=commune.code)
    name = links.link(href, commune.name, t("progress_open_map", lang))
    cells = "".join(
        f"<td class='{'far' if _read_km(commune.km[place]) > limit_km else ''}' "
        f"title='{escape(commune.nearest[place])}'>"
        f"{number(commune.km[place], lang, decimals=1)}</td>"
        for place in PLACES
    )
    return f"<tr><th scope='row'>{name} <small>{escape(commune.district)}</small></th>{cells}</tr>"
