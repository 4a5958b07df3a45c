"""The table of targets: plan, result, bar, pace, standing, who has not reported."""

from __future__ import annotations

from html import escape

import streamlit as st

from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import Clock
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.rules import Standing
from mtqg_geo.progress.targets import Progress, TargetLine
from mtqg_geo.progress.words import (
    actual_text,
    figure_unit,
    pace,
    plan_source_text,
    plan_text,
    rest_text,
    rules,
    share,
    silent_hint,
)
from mtqg_geo.ui.progress import bars, links
from mtqg_geo.ui.state import PageState

COLUMNS = ("indicator", "plan", "actual", "share", "rest", "done", "standing", "missing")
COUNTED = (
    Standing.DONE,
    Standing.ON_TRACK,
    Standing.LATE,
    Standing.NOT_REPORTED,
    Standing.NOT_DUE,
    Standing.NO_PLAN,
)


def draw_counts(made: Progress, lang: Lang) -> None:
    """Draw how many targets stand how, in one line."""
    counts = {standing: made.count(standing) for standing in COUNTED}
    chips = "".join(
        f"<li>{bars.chip(standing, made.clock, lang)} <b>{number(count, lang)}</b></li>"
        for standing, count in counts.items()
        if count
    )
    label = escape(t("progress_counts", lang))
    st.html(f"<ul class='standings' aria-label='{label}'>{chips}</ul>")


def draw(state: PageState, made: Progress) -> None:
    """Draw the table, and beside it the rule of every standing."""
    lang = state.lang
    heads = "".join(
        f"<th scope='col' class='{name}'>{_label(name, made.clock, lang)}</th>"
        for name in _columns(made.clock)
    )
    rows = "".join(_row(state, line, made.clock) for line in made.lines)
    st.html(
        "<table class='progress targets cards'>"
        f"<caption>{escape(plan_source_text(made, lang))} "
        f"{escape(t('progress_table_hint', lang))}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
    _rules(made, lang)


def _row(state: PageState, line: TargetLine, clock: Clock) -> str:
    lang = state.lang
    indicator = line.indicator
    name = links.link(
        links.address(state, indicator, line.basis),
        indicator.name.of(lang),
        t("progress_open_map", lang),
    )
    held = 100 * line.silent_plan / line.plan if line.plan > 0 else 0.0
    cells = {
        "plan": f"{escape(plan_text(line, lang))} "
        f"<small>{escape(figure_unit(indicator, lang))}</small>",
        "actual": escape(actual_text(line, lang)),
        "share": f"{bars.bar(line.completed_pct, line.standing, clock, silent_pct=held)}"
        f"<b>{escape(share(line.completed_pct, lang))}</b>",
        "rest": escape(rest_text(line, clock, lang)),
        "done": pace(line.done_per_month, indicator, lang),
        "standing": bars.chip(line.standing, clock, lang),
        "missing": _missing(line, lang),
    }
    hint = escape(silent_hint(line, lang))
    body = "".join(
        f"<td class='{key}' data-label='{_label(key, clock, lang)}'>{cell}</td>"
        for key, cell in cells.items()
        if key in _columns(clock)
    )
    return f"<tr data-target='{indicator.id}' title='{hint}'><th scope='row'>{name}</th>{body}</tr>"


def _columns(clock: Clock) -> tuple[str, ...]:
    """Return the columns: when the year is over, a pace is no longer of use."""
    return tuple(name for name in COLUMNS if name != "done" or not clock.is_over)


def _label(column: str, clock: Clock, lang: Lang) -> str:
    """Return the heading of a column: what is left in all, or what each month needs."""
    rest = "gap" if clock.is_over else "needed"
    return escape(t(f"progress_column_{rest if column == 'rest' else column}", lang))


def _missing(line: TargetLine, lang: Lang) -> str:
    """Return how many communes have not reported; what is not due nobody owes yet."""
    if not line.communes_missing or line.standing is Standing.NOT_DUE:
        return "–"
    return f"{number(line.communes_missing, lang)} <small>/ {number(line.communes, lang)}</small>"


def _rules(made: Progress, lang: Lang) -> None:
    items = "".join(
        f"<li><b>{escape(word)}</b>: {escape(rule)}</li>"
        for word, rule in rules(made.clock, lang).items()
    )
    mark = "" if made.clock.is_over else f" {escape(t('progress_time_mark', lang))}"
    mark = f"{escape(t('progress_hatching', lang))}{mark}"
    st.html(
        f"<section class='rules'><h3>{escape(t('progress_rules', lang))}</h3><ul>{items}</ul>"
        f"<p>{escape(t('progress_rule_missing', lang))} {mark}</p></section>"
    )
