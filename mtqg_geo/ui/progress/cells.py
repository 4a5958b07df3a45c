"""What stands in cells of the tables: bars, signs, tiny lines, and links that open the map.

A link can be copied by anyone, and is followed without a reload.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from urllib.parse import urlencode

import streamlit as st

from mtqg_geo.figures.periods import Measure, measures_of
from mtqg_geo.figures.rules import Standing
from mtqg_geo.maps.symbols import STATUS_COLOURS
from mtqg_geo.programme.model import Basis, Indicator, Lang, Status
from mtqg_geo.programme.period import QUARTERS, Clock
from mtqg_geo.programme.words import t
from mtqg_geo.progress.words import standing_text
from mtqg_geo.ui.shared.markup import picture
from mtqg_geo.ui.state import OPENED, PageState, query_of

MAP_PAGE = "./"  # seen from the page

# A plain click is followed inside the page, with a key held the browser opens a tab as always. The
# page is told what it is told when the reader goes back: that the address is another one. So the
# click is one step in the history (`st.switch_page` makes two), and the address leads.
_listener = st.components.v2.component(
    "map_links",
    js="""
    export default function () {
      const follow = (event) => {
        const link = event.target.closest("a.opens-map");
        const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
        if (!link || event.button || held) return;
        event.preventDefault();
        history.pushState({}, "", link.href);
        window.dispatchEvent(new PopStateEvent("popstate"));
      };
      document.addEventListener("click", follow);
      return () => document.removeEventListener("click", follow);
    }
    """,
)

# A sign of its own for each standing, so that grey print tells them apart too.
SIGNS = {
    Standing.DONE: "✓",
    Standing.ON_TRACK: "●",
    Standing.NEARLY: "◆",
    Standing.LATE: "▲",
    Standing.NOT_REPORTED: "?",
    Standing.NOT_DUE: "◷",
    Standing.NO_PLAN: "–",
    Standing.NOT_LISTED: "?",
    Standing.NOT_APPLICABLE: "–",
}
SPARK_WIDTH, SPARK_HEIGHT = 72, 22


def bar(pct: float, standing: Standing, clock: Clock, *, silent_pct: float = 0.0) -> str:
    """Draw completion as a bar, with a mark where the time stands.

    `silent_pct` is the share of the plan that communes hold which have not fully reported; it is
    hatched behind what was reported.
    """
    done = 0.0 if math.isnan(pct) else min(max(pct, 0.0), 100.0)
    silent = 0.0 if math.isnan(silent_pct) else min(max(silent_pct, 0.0), 100.0 - done)
    # When the year is over the mark would lie on the end of the bar and say nothing.
    running = 0 < clock.elapsed_pct < 100
    mark = f"<i class='time' style='left:{clock.elapsed_pct:g}%'></i>" if running else ""
    return (
        "<span class='track' aria-hidden='true'>"
        f"<i class='fill {standing.value}' style='width:{done:.1f}%'></i>"
        f"<i class='silent' style='left:{done:.1f}%;width:{silent:.1f}%'></i>{mark}</span>"
    )


def chip(standing: Standing, clock: Clock, lang: Lang) -> str:
    """Draw a standing as a sign and a word."""
    word = standing_text(standing, clock, lang)
    return (
        f"<span class='chip {standing.value}'><b aria-hidden='true'>{SIGNS[standing]}</b> "
        f"{escape(word)}</span>"
    )


def ladder_bar(plan: float, allocated: float, disbursed: float) -> str:
    """Draw planned, allocated and disbursed as three bars in one; the longest is the largest."""
    largest = max(value if value > 0 else 0.0 for value in (plan, allocated, disbursed))

    def width(value: float) -> str:
        return f"width:{100 * value / largest if value > 0 else 0.0:.1f}%"

    return (
        "<span class='ladder' aria-hidden='true'>"
        f"<i class='plan' style='{width(plan)}'></i>"
        f"<i class='allocated' style='{width(allocated)}'></i>"
        f"<i class='disbursed' style='{width(disbursed)}'></i></span>"
    )


def spark(path_pct: Sequence[float], lang: Lang) -> str:
    """Draw a course by quarter as a tiny line, with the straight line of time behind it."""
    if not path_pct:
        return ""
    top = max(100.0, *path_pct)

    def point(quarter: int, pct: float) -> str:
        x = 2 + (SPARK_WIDTH - 4) * quarter / QUARTERS
        y = SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 4) * max(pct, 0) / top
        return f"{x:.1f},{y:.1f}"

    line = " ".join(point(quarter, pct) for quarter, pct in enumerate((0.0, *path_pct)))
    x, y = point(len(path_pct), path_pct[-1]).split(",")
    colour = STATUS_COLOURS[Status.COMPLETED]
    shapes = (
        f"<polyline points='{point(0, 0)} {point(QUARTERS, 100)}' stroke='#a3a9b2' fill='none' "
        f"stroke-dasharray='2 2'/><polyline points='{line}' stroke='{colour}' fill='none' "
        f"stroke-width='1.8'/><circle cx='{x}' cy='{y}' r='2.2' fill='{colour}'/>"
    )
    words = t("progress_spark", lang)
    return picture(shapes, "spark", width=SPARK_WIDTH, height=SPARK_HEIGHT, words=words)


def map_link(
    text: str,
    state: PageState,
    indicator: Indicator | None,
    basis: Basis,
    *,
    district: str = "",
    commune: str = "",
    project: str = "",
) -> str:
    """Return a text that opens the map of an indicator: in a district, for a commune or a project.

    The map shows the measure it showed, where the indicator has it, at the same moment.
    Where the catalogue has no such indicator it is the text alone.
    """
    if indicator is None:
        return escape(text)
    measure = state.selection.measure
    selection = replace(
        state.selection,
        indicator=indicator.id,
        basis=basis,
        districts=(district,) if district else state.selection.districts,
        projects=(project,) if project else state.selection.projects,
        measure=measure if measure in measures_of(indicator) else Measure.VALUE,
        second="",
        compare=None,
    )
    query = query_of(replace(state, selection=selection))
    for opened in OPENED:
        query.pop(opened, None)
    if commune:
        query["profile"] = [commune]
    href = escape(f"{MAP_PAGE}?{urlencode(query, doseq=True)}")
    hint = escape(t("progress_open_map", state.lang))
    return f"<a class='opens-map' href='{href}' title='{hint}'>{escape(text)}</a>"


def follow_links() -> None:
    """Follow clicks on such links; call it once on a page that has some."""
    _listener(key="map_links")
