"""Plan against result as tables: every target, and the ladder of capital by project."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from mtqg_geo.figures.rules import Standing
from mtqg_geo.programme.model import Basis, Lang, Role
from mtqg_geo.programme.period import Clock
from mtqg_geo.programme.words import number, share, t
from mtqg_geo.progress.capital import CapitalTables, Rung
from mtqg_geo.progress.targets import Progress, TargetLine
from mtqg_geo.progress.words import (
    WITHOUT_RESULT,
    actual_text,
    capital_note,
    figure_unit,
    pace,
    part_of_money,
    plan_source_text,
    plan_text,
    rest_text,
    rules,
    rung_texts,
    share_texts,
    silent_hint,
)
from mtqg_geo.ui.progress import cells
from mtqg_geo.ui.shared.glossary import marked
from mtqg_geo.ui.shared.markup import cell, draw_notice, table
from mtqg_geo.ui.state import PageState

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
        "reported": escape(shares["reported"]),
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
    if not line.communes_missing or not line.is_owed:
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


def draw_capital(state: PageState, capital: CapitalTables) -> None:
    """Draw one rung per project and sub-project, the whole first; then per source and kind."""
    lang = state.lang
    st.header(t("progress_capital", lang), anchor=False)
    whole, *rungs = capital.rungs
    if whole.is_empty:
        draw_notice(t("progress_no_capital", lang, year=state.selection.year))
        return
    heads = {name: t(f"progress_capital_{name}", lang) for name in CAPITAL}
    key = "".join(
        f"<span class='key'><i class='{step}'></i>{escape(heads[step])}</span>" for step in STEPS
    )
    caption = f"{key} {marked(t('progress_capital_note', lang), lang)} {escape(capital_note(lang))}"
    rows = (
        _rung_row(rung, heads, _rung_name(state, rung), _depth(rung), capital.decimals, lang)
        for rung in capital.rungs
    )
    st.html(table("capital cards", heads.items(), rows, caption=caption))
    twice = [rung.project for rung in rungs if rung.is_split_too]
    if twice:
        words = t("progress_split_too", lang, projects=", ".join(twice))
        st.html(f"<p class='notice'>{escape(words)}</p>")
    for column, parts in capital.by.items():
        if parts:
            _draw_capital_by(state, column, parts, capital.decimals)


def _draw_capital_by(
    state: PageState, column: str, parts: Mapping[str, Rung], decimals: int
) -> None:
    lang = state.lang
    st.subheader(t(f"progress_by_{column}", lang), anchor=False)
    heads = {name: t(f"progress_capital_{name}", lang) for name in CAPITAL}
    heads["project"] = t(column, lang)
    names = {code: part_of_money(state.data, column, code, lang) for code in parts}
    rows = (
        _rung_row(rung, heads, escape(names[code]), "project", decimals, lang)
        for code, rung in parts.items()
    )
    caption = escape(t("progress_by_note", lang))
    st.html(table("capital cards", heads.items(), rows, caption=caption))


def _rung_row(
    rung: Rung, heads: dict[str, str], name: str, depth: str, decimals: int, lang: Lang
) -> str:
    texts = {key: escape(text) for key, text in rung_texts(rung, decimals, lang).items()}
    contents = {
        "steps": cells.ladder_bar(rung.plan_vnd, rung.allocated_vnd, rung.disbursed_vnd),
        "plan": texts["plan"],
        "allocated": f"{texts['allocated']} <b>{share(rung.allocated_pct, lang)}</b>",
        "disbursed": f"{texts['disbursed']} <b>{texts['rate']}</b>",
        "reported": texts["reported"],
        "left": texts["left"],
        "silent": texts["silent"],
    }
    if rung.communes_missing:
        communes = t("legend_count", lang, count=texts["missing"])
        contents["silent"] += f" <small>{escape(communes)}</small>"
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
