"""The ladder of capital: planned, allocated, disbursed by project and sub-project."""

from __future__ import annotations

from html import escape

import streamlit as st

from mtqg_geo.programme.amounts import BILLION
from mtqg_geo.programme.model import Basis, Lang, Role
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.capital import Rung, ladder, share_pct
from mtqg_geo.progress.words import share
from mtqg_geo.ui.progress import bars, links
from mtqg_geo.ui.state import PageState

STEPS = ("plan", "allocated", "disbursed")
COLUMNS = ("project", "steps", "plan", "allocated", "disbursed", "left", "silent")


def draw(state: PageState) -> None:
    """Draw one rung per project and sub-project, the whole selection first."""
    lang = state.lang
    st.header(t("progress_capital", lang), anchor=False)
    whole, *rungs = ladder(state.data, state.selection)
    if whole.is_empty:
        words = t("progress_no_capital", lang, year=state.selection.year)
        st.html(f"<p class='notice plain'>{escape(words)}</p>")
        return
    heads = "".join(
        f"<th scope='col' class='{name}'>{escape(t(f'progress_capital_{name}', lang))}</th>"
        for name in COLUMNS
    )
    body = "".join(_row(state, rung) for rung in (whole, *rungs))
    st.html(
        f"<table class='progress capital cards'><caption>{_key(lang)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )
    twice = [rung.project for rung in rungs if rung.is_split_too]
    if twice:
        words = t("progress_split_too", lang, projects=", ".join(twice))
        st.html(f"<p class='notice'>{escape(words)}</p>")


def _key(lang: Lang) -> str:
    """Return the key of the three bars and the unit."""
    names = {step: t(f"progress_capital_{step}", lang) for step in STEPS}
    steps = "".join(
        f"<span class='key'><i class='{step}'></i>{escape(name)}</span>"
        for step, name in names.items()
    )
    return f"{steps} {escape(t('progress_capital_note', lang))}"


def _row(state: PageState, rung: Rung) -> str:
    lang = state.lang
    allocated = share(share_pct(rung.allocated_vnd, rung.plan_vnd), lang)
    disbursed = share(share_pct(rung.disbursed_vnd, rung.allocated_vnd), lang)
    cells = {
        "steps": bars.ladder_bar(rung.plan_vnd, rung.allocated_vnd, rung.disbursed_vnd),
        "plan": _billions(rung.plan_vnd, lang),
        "allocated": f"{_billions(rung.allocated_vnd, lang)} <b>{allocated}</b>",
        "disbursed": f"{_disbursed(rung, lang)} <b>{disbursed}</b>",
        "left": _billions(rung.undisbursed_vnd, lang),
        "silent": _silent(rung, lang),
    }
    body = "".join(
        f"<td class='{name}' data-label='{escape(t(f'progress_capital_{name}', lang))}'>{cell}</td>"
        for name, cell in cells.items()
    )
    depth = "part" if rung.parent else "project" if rung.project else "whole"
    return f"<tr class='{depth}'><th scope='row'>{_name(state, rung)}</th>{body}</tr>"


def _name(state: PageState, rung: Rung) -> str:
    """Return code and short name, as a link to the map of that project's capital."""
    lang, catalog = state.lang, state.data.catalog
    capital = catalog.with_role(Role.CAPITAL)
    words = t("progress_capital_whole", lang)
    if rung.project:
        words = f"{rung.project} · {catalog.projects[rung.project].short.of(lang)}"
    if capital is None:
        return escape(words)
    href = links.address(state, capital, Basis.DISBURSED, project=rung.project)
    return links.link(href, words, t("progress_open_map", lang))


def _billions(value_vnd: float, lang: Lang) -> str:
    """Write an amount in billions, with a digit more where one would show nothing."""
    billions = value_vnd / BILLION
    return number(billions, lang, decimals=2 if 0 < abs(billions) < 0.1 else 1)


def _disbursed(rung: Rung, lang: Lang) -> str:
    """Write what was disbursed; a sum with missing parts says that it is at least that."""
    text = _billions(rung.disbursed_vnd, lang)
    known = rung.communes_missing and rung.disbursed_vnd == rung.disbursed_vnd
    return f"≥ {text}" if known else text


def _silent(rung: Rung, lang: Lang) -> str:
    if not rung.communes_missing:
        return "–"
    communes = t("legend_count", lang, count=number(rung.communes_missing, lang))
    return f"{_billions(rung.silent_vnd, lang)} <small>{escape(communes)}</small>"
