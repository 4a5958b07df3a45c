"""Plan against result as tables: every target, and the ladder of capital by project."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from mtqg_geo.programme.amounts import BILLION
from mtqg_geo.programme.model import Basis, Capital, Lang, Role
from mtqg_geo.programme.period import Clock
from mtqg_geo.programme.words import number, share, t
from mtqg_geo.progress.capital import Rung, as_written
from mtqg_geo.progress.rules import Standing
from mtqg_geo.progress.targets import Progress, TargetLine
from mtqg_geo.progress.words import (
    WITHOUT_RESULT,
    actual_text,
    figure_unit,
    pace,
    plan_source_text,
    plan_text,
    rest_text,
    rules,
    share_texts,
    silent_hint,
)
from mtqg_geo.ui.progress import cells
from mtqg_geo.ui.shared.markup import cell, draw_notice, table
from mtqg_geo.ui.state import PageState

BILLION_DECIMALS = 1  # of capital, in the ladder
COUNTS = ("plan", "actual", "share", "reported", "rest", "done")
TARGETS = ("indicator", *COUNTS, "standing", "missing")
COUNTED = tuple(each for each in Standing if each is not Standing.NOT_APPLICABLE)
STEPS = ("plan", "allocated", "disbursed")
CAPITAL = ("project", "steps", *STEPS, "reported", "left", "silent")


def draw_targets(state: PageState, made: Progress) -> None:
    """Draw how many targets stand how, every target, and the rule of every standing."""
    lang, clock = state.lang, made.clock
    counts = {standing: made.count(standing) for standing in COUNTED}
    chips = "".join(
        f"<li>{cells.chip(standing, clock, lang)} <b>{number(count, lang)}</b></li>"
        for standing, count in counts.items()
        if count
    )
    label = escape(t("progress_counts", lang))
    st.html(f"<ul class='standings' aria-label='{label}'>{chips}</ul>")
    heads = _target_heads(clock, lang)
    rows = (_target_row(state, line, clock, heads) for line in made.lines)
    words = f"{plan_source_text(made, lang)} {t('progress_table_hint', lang)}"
    st.html(table("targets cards", heads.items(), rows, caption=escape(words)))
    _draw_rules(clock, lang)


def _target_heads(clock: Clock, lang: Lang) -> dict[str, str]:
    """Return the headings: what is left in all, or what each month needs, as long as it can."""
    rest = "gap" if clock.is_over else "needed"
    return {
        name: t(f"progress_column_{rest if name == 'rest' else name}", lang)
        for name in TARGETS
        if name != "done" or not clock.is_over
    }


def _target_row(state: PageState, line: TargetLine, clock: Clock, heads: dict[str, str]) -> str:
    lang, indicator = state.lang, line.indicator
    name = cells.map_link(indicator.name.of(lang), state, indicator, line.basis)
    done = 0.0 if line.standing in WITHOUT_RESULT else line.share.pct
    bar = cells.bar(done, line.standing, clock, silent_pct=line.silent_pct)
    shares = share_texts(line, lang)
    contents = {
        "plan": "–"
        if line.standing is Standing.NO_PLAN
        else f"{escape(plan_text(line, lang))} "
        f"<small>{escape(figure_unit(indicator, lang))}</small>",
        "actual": escape(actual_text(line, lang)),
        "share": f"{bar}<b>{escape(shares['share'])}</b>",
        "reported": escape(shares["reported"] or "–"),
        "rest": escape(rest_text(line, clock, lang)),
        "done": pace(line.done_per_month, indicator, lang),
        "standing": cells.chip(line.standing, clock, lang),
        "missing": _missing(line, lang),
    }
    body = "".join(
        cell(content, kind=key, label=heads[key])
        for key, content in contents.items()
        if key in heads
    )
    hint = escape(silent_hint(line, lang))
    return f"<tr data-target='{indicator.id}' title='{hint}'><th scope='row'>{name}</th>{body}</tr>"


def _missing(line: TargetLine, lang: Lang) -> str:
    """Return how many communes have not reported; what is not due nobody owes yet."""
    if not line.communes_missing or line.standing in {Standing.NOT_DUE, Standing.NOT_LISTED}:
        return "–"
    return f"{number(line.communes_missing, lang)} <small>/ {number(line.communes, lang)}</small>"


def _draw_rules(clock: Clock, lang: Lang) -> None:
    items = "".join(
        f"<li><b>{escape(word)}</b>: {escape(rule)}</li>"
        for word, rule in rules(clock, lang).items()
    )
    mark = "" if clock.is_over else f" {t('progress_time_mark', lang)}"
    notes = f"{t('progress_rule_missing', lang)} {t('progress_hatching', lang)}{mark}"
    st.html(
        f"<section class='rules'><h3>{escape(t('progress_rules', lang))}</h3><ul>{items}</ul>"
        f"<p>{escape(notes)}</p></section>"
    )


def draw_capital(state: PageState, ladder: tuple[Rung, ...]) -> None:
    """Draw one rung per project and sub-project, the whole selection first."""
    lang = state.lang
    st.header(t("progress_capital", lang), anchor=False)
    whole, *rungs = ladder
    if whole.is_empty:
        draw_notice(t("progress_no_capital", lang, year=state.selection.year))
        return
    heads = {name: t(f"progress_capital_{name}", lang) for name in CAPITAL}
    key = "".join(
        f"<span class='key'><i class='{step}'></i>{escape(heads[step])}</span>" for step in STEPS
    )
    caption = f"{key} {escape(t('progress_capital_note', lang))}"
    shown = as_written(ladder, BILLION_DECIMALS)
    rows = (_rung_row(rung, heads, _rung_name(state, rung), _depth(rung), lang) for rung in shown)
    st.html(table("capital cards", heads.items(), rows, caption=caption))
    twice = [rung.project for rung in rungs if rung.is_split_too]
    if twice:
        words = t("progress_split_too", lang, projects=", ".join(twice))
        st.html(f"<p class='notice'>{escape(words)}</p>")


def draw_capital_by(state: PageState, capital_by: Mapping[str, Mapping[str, Rung]]) -> None:
    """Draw the capital by source and by kind of money; nothing where none is split."""
    lang, names = state.lang, state.data.catalog.capital
    for column, rungs in capital_by.items():
        if not rungs:
            continue
        st.subheader(t(f"progress_by_{column}", lang), anchor=False)
        heads = {name: t(f"progress_capital_{name}", lang) for name in CAPITAL}
        heads["project"] = t(column, lang)
        rows = (
            _rung_row(rung, heads, _part_name(names[column], code, lang), "project", lang)
            for code, rung in rungs.items()
        )
        caption = escape(t("progress_by_note", lang))
        st.html(table("capital cards", heads.items(), rows, caption=caption))


def _part_name(known: Mapping[str, Capital], code: str, lang: Lang) -> str:
    return escape(known[code].name.of(lang) if code in known else t("capital_none", lang))


def _rung_row(rung: Rung, heads: dict[str, str], name: str, depth: str, lang: Lang) -> str:
    allocated = share(rung.allocated_pct, lang)
    contents = {
        "steps": cells.ladder_bar(rung.plan_vnd, rung.allocated_vnd, rung.disbursed_vnd),
        "plan": _billions(rung.plan_vnd, lang),
        "allocated": f"{_billions(rung.allocated_vnd, lang)} <b>{allocated}</b>",
        "disbursed": f"{_disbursed(rung, lang)} <b>{rung.share.text(lang)}</b>",
        "reported": rung.share.reported_share(lang) or "–",
        "left": _billions(rung.undisbursed_vnd, lang),
        "silent": _silent(rung, lang),
    }
    body = "".join(
        cell(content, kind=name, label=heads[name]) for name, content in contents.items()
    )
    return f"<tr class='{depth}'><th scope='row'>{name}</th>{body}</tr>"


def _depth(rung: Rung) -> str:
    return "part" if rung.parent else "project" if rung.project else "whole"


def _rung_name(state: PageState, rung: Rung) -> str:
    """Return code and short name, as a link to the map of that project's capital."""
    lang, catalog = state.lang, state.data.catalog
    words = t("progress_capital_whole", lang)
    if rung.project:
        words = f"{rung.project} · {catalog.projects[rung.project].short.of(lang)}"
    capital = catalog.with_role(Role.CAPITAL)
    return cells.map_link(words, state, capital, Basis.DISBURSED, project=rung.project)


def _billions(value_vnd: float, lang: Lang) -> str:
    """Write an amount in billions, with a digit more where one would show nothing."""
    billions = value_vnd / BILLION
    return number(billions, lang, decimals=2 if 0 < abs(billions) < 0.1 else BILLION_DECIMALS)


def _disbursed(rung: Rung, lang: Lang) -> str:
    """Write what was disbursed; a sum with missing parts says that it is at least that."""
    text = _billions(rung.disbursed_vnd, lang)
    return t("progress_at_least", lang, value=text) if rung.share.is_lower_bound else text


def _silent(rung: Rung, lang: Lang) -> str:
    if not rung.communes_missing:
        return "–"
    communes = t("legend_count", lang, count=number(rung.communes_missing, lang))
    return f"{_billions(rung.silent_vnd, lang)} <small>{escape(communes)}</small>"
