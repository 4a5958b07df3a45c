"""Small drawings inside tables: a bar against the time elapsed, a ladder of three, a tiny line."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from html import escape

from mtqg_geo.maps.symbols import STATUS_COLOURS
from mtqg_geo.programme.model import Lang, Status
from mtqg_geo.programme.period import QUARTERS, Clock
from mtqg_geo.programme.words import t
from mtqg_geo.progress.rules import Standing
from mtqg_geo.progress.words import standing_text

# A sign of its own for each standing, so that grey print tells them apart too.
SIGNS = {
    Standing.DONE: "✓",
    Standing.ON_TRACK: "●",
    Standing.LATE: "▲",
    Standing.NOT_REPORTED: "?",
    Standing.NOT_DUE: "◷",
    Standing.NO_PLAN: "–",
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
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {SPARK_WIDTH} {SPARK_HEIGHT}'>"
        f"<polyline points='{point(0, 0)} {point(QUARTERS, 100)}' stroke='#a3a9b2' fill='none' "
        f"stroke-dasharray='2 2'/><polyline points='{line}' stroke='{colour}' fill='none' "
        f"stroke-width='1.8'/><circle cx='{x}' cy='{y}' r='2.2' fill='{colour}'/></svg>"
    )
    data = b64encode(svg.encode()).decode()
    words = t("progress_spark", lang)
    return f"<img class='spark' alt='{escape(words)}' src='data:image/svg+xml;base64,{data}'>"
