"""Charts of progress: the course of one indicator, a small one per district, poverty by commune."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from mtqg_geo.difficult import DifficultCommune
from mtqg_geo.labels import BILLION, number, t
from mtqg_geo.model import Indicator, Lang, Status
from mtqg_geo.progress_rules import QUARTERS
from mtqg_geo.progress_words import ROMAN, figure, figure_unit, is_money
from mtqg_geo.rankings import Unit
from mtqg_geo.symbology import STATUS_COLOURS
from mtqg_geo.trend import Point, Trend

DONE_COLOUR = STATUS_COLOURS[Status.COMPLETED]
LATE_COLOUR = STATUS_COLOURS[Status.UNDER_CONSTRUCTION]
INK, QUIET, GRID = "#1f2328", "#6b727c", "#e3e6ea"
TREND_PX, SMALL_PX, ROW_PX = 270, 96, 18
TRIMMED = ",~f"  # thousands apart, no zeros behind the decimals


def _finished(chart: alt.LayerChart, lang: Lang) -> alt.LayerChart:
    """Give a chart our quiet look, and numbers as the language writes them."""
    decimal, thousands = (",", ".") if lang == "vi" else (".", ",")
    numbers = alt.NumberLocale(
        decimal=decimal, thousands=thousands, grouping=[3], currency=["", " ₫"]
    )
    return (
        chart.configure(locale=alt.Locale(number=numbers))
        .configure_view(stroke=None)
        .configure_axis(
            gridColor=GRID, domainColor="#b9bec6", tickColor="#b9bec6", labelColor="#444c56",
            titleColor="#444c56", titleFontWeight="normal",
        )
    )  # fmt: skip


def _quarter_axis(lang: Lang, *, short: bool = False) -> alt.Axis:
    """Return an axis from the beginning of the year to its end, named by quarter."""
    names = [t("progress_january", lang), *(t("progress_quarter", lang, name=n) for n in ROMAN)]
    if short:
        names = ["", *ROMAN]
    listed = ", ".join(f"'{name}'" for name in names)
    return alt.Axis(
        values=list(range(QUARTERS + 1)),
        labelExpr=f"[{listed}][datum.value]",
        grid=False,
        title=None,
        labelFlush=True,
    )


def course(trend: Trend, lang: Lang) -> alt.LayerChart:
    """Return the course of an indicator: by quarter against plan and time, or by year."""
    drawn = _by_quarter(trend, lang) if trend.is_quarterly else _by_year(trend, lang)
    return _finished(drawn.properties(height=TREND_PX), lang)


def _scale(indicator: Indicator) -> float:
    return BILLION if is_money(indicator) else 1


def _points(points: Sequence[Point], indicator: Indicator, lang: Lang) -> pd.DataFrame:
    size = _scale(indicator)
    return pd.DataFrame(
        {
            "at": range(1, len(points) + 1),
            "period": [point.period for point in points],
            "plan": [point.plan / size for point in points],
            "actual": [point.actual / size for point in points],
            "text": [figure(point.actual, indicator, lang) for point in points],
            "plan_text": [figure(point.plan, indicator, lang) for point in points],
            "missing": [number(point.communes_missing, lang) for point in points],
            "whole": [point.communes_missing == 0 for point in points],
        }
    )


def _tooltip(indicator: Indicator, lang: Lang) -> list[alt.Tooltip]:
    unit = figure_unit(indicator, lang)
    return [
        alt.Tooltip("period:N", title=t("progress_period", lang)),
        alt.Tooltip("text:N", title=f"{t('progress_column_actual', lang)} ({unit})"),
        alt.Tooltip("plan_text:N", title=f"{t('progress_column_plan', lang)} ({unit})"),
        alt.Tooltip("missing:N", title=t("progress_column_missing", lang)),
    ]


def _by_quarter(trend: Trend, lang: Lang) -> alt.LayerChart:
    indicator, plan = trend.line.indicator, trend.line.plan / _scale(trend.line.indicator)
    known = _points(trend.points, indicator, lang).dropna(subset=["actual"])
    start = pd.DataFrame({"at": [0], "actual": [0.0]})
    x = alt.X("at:Q", axis=_quarter_axis(lang), scale=alt.Scale(domain=[0, QUARTERS], nice=False))
    y = alt.Y("actual:Q", title=figure_unit(indicator, lang), axis=alt.Axis(format=TRIMMED))
    layers = []
    if math.isfinite(plan):
        time = pd.DataFrame({"at": [0, QUARTERS], "actual": [0, plan]})
        goal = pd.DataFrame({"at": [0.04], "actual": [plan], "words": [_plan_words(trend, lang)]})
        layers = [
            alt.Chart(time)
            .mark_line(color=QUIET, strokeDash=[4, 4], strokeWidth=1.3)
            .encode(x=x, y=y),
            alt.Chart(goal).mark_rule(color=INK, strokeWidth=1.3).encode(y=y),
            alt.Chart(goal)
            .mark_text(align="left", baseline="bottom", dy=-3, color=INK, fontSize=12)
            .encode(x=x, y=y, text="words:N"),
        ]
    line = alt.Chart(pd.concat([start, known], ignore_index=True))
    dots = alt.Chart(known).encode(x=x, y=y, tooltip=_tooltip(indicator, lang))
    fill = alt.condition("datum.whole", alt.value(DONE_COLOUR), alt.value("#ffffff"))
    layers += [
        line.mark_line(color=DONE_COLOUR, strokeWidth=2.5).encode(x=x, y=y),
        dots.mark_point(size=70, stroke=DONE_COLOUR, strokeWidth=2, opacity=1).encode(fill=fill),
        dots.mark_text(align="right", dx=-9, dy=-9, color=DONE_COLOUR, fontWeight=600, fontSize=12)
        .encode(text="text:N"),
    ]  # fmt: skip
    return alt.layer(*layers)


def _plan_words(trend: Trend, lang: Lang) -> str:
    words = figure(trend.line.plan, trend.line.indicator, lang)
    return f"{t('progress_column_plan', lang)} {words}"


def _by_year(trend: Trend, lang: Lang) -> alt.LayerChart:
    indicator = trend.line.indicator
    points = _points(trend.points, indicator, lang)
    x = alt.X("period:N", title=None, axis=alt.Axis(labelAngle=0))
    unit = figure_unit(indicator, lang)
    y = alt.Y("actual:Q", title=unit, axis=alt.Axis(format=TRIMMED), scale=alt.Scale(zero=True))
    base = alt.Chart(points).encode(x=x, tooltip=_tooltip(indicator, lang))
    known = base.transform_filter("isValid(datum.actual)")
    return alt.layer(
        known.mark_bar(color=DONE_COLOUR, width={"band": 0.45}).encode(y=y),
        base.mark_tick(color=INK, thickness=3, width={"band": 0.6}).encode(y="plan:Q"),
        known.mark_text(baseline="top", dy=5, color="#ffffff", fontWeight=600).encode(
            y=y, text="text:N"
        ),
    )


def small_multiple(unit: Unit, top_pct: float, lang: Lang) -> alt.LayerChart:
    """Return the course of one district in percent of its plan; `top_pct` is common to all."""
    points = pd.DataFrame({"at": range(len(unit.path_pct) + 1), "pct": [0.0, *unit.path_pct]})
    time = pd.DataFrame({"at": [0, QUARTERS], "pct": [0, 100]})
    x = alt.X(
        "at:Q",
        axis=_quarter_axis(lang, short=True),
        scale=alt.Scale(domain=[0, QUARTERS], nice=False),
    )
    y = alt.Y(
        "pct:Q",
        title=None,
        scale=alt.Scale(domain=[0, top_pct], nice=False),
        axis=alt.Axis(values=[0, 50, 100], format="d", labelExpr="datum.label + ' %'"),
    )
    drawn = alt.layer(
        alt.Chart(time).mark_line(color=QUIET, strokeDash=[3, 3], strokeWidth=1).encode(x=x, y=y),
        alt.Chart(points).mark_line(color=DONE_COLOUR, strokeWidth=2).encode(x=x, y=y),
        alt.Chart(points[-1:]).mark_point(color=DONE_COLOUR, filled=True, size=36, opacity=1)
        .encode(x=x, y=y),
    )  # fmt: skip
    return _finished(drawn.properties(height=SMALL_PX), lang)


def poverty(communes: Sequence[DifficultCommune], lang: Lang) -> alt.LayerChart:
    """Return the change of poverty in communes that reported it, against what was wanted."""
    table = pd.DataFrame(
        {
            "name": [_label(each, communes) for each in communes],
            "change": [each.poverty_change for each in communes],
            "goal": [each.poverty_goal for each in communes],
            "met": [bool(each.is_poverty_met) for each in communes],
            "text": [number(each.poverty_change, lang, decimals=1) for each in communes],
            "goal_text": [number(each.poverty_goal, lang, decimals=1) for each in communes],
            "district": [each.district for each in communes],
        }
    ).sort_values("change")
    y = alt.Y(
        "name:N",
        sort=table["name"].tolist(),
        title=None,
        axis=alt.Axis(labelLimit=150, labelOverlap=False, labelFlush=False, ticks=False),
    )
    unit = t("progress_points", lang)
    x = alt.X("change:Q", title=unit, axis=alt.Axis(format=TRIMMED), scale=alt.Scale(zero=True))
    base = alt.Chart(table).encode(
        y=y,
        tooltip=[
            alt.Tooltip("name:N", title=t("column_commune", lang)),
            alt.Tooltip("district:N", title=t("column_district", lang)),
            alt.Tooltip("text:N", title=f"{t('progress_change', lang)} ({unit})"),
            alt.Tooltip("goal_text:N", title=f"{t('progress_goal', lang)} ({unit})"),
        ],
    )
    colour = alt.condition("datum.met", alt.value(DONE_COLOUR), alt.value(LATE_COLOUR))
    drawn = alt.layer(
        base.mark_bar(height={"band": 0.68}).encode(x=x, color=colour),
        base.mark_tick(color=INK, thickness=2, height={"band": 0.95}).encode(x="goal:Q"),
    )
    return _finished(drawn.properties(height=40 + ROW_PX * len(communes)), lang)


def _label(commune: DifficultCommune, communes: Sequence[DifficultCommune]) -> str:
    """Return the name of a commune, with its district where another has the same name."""
    shared = sum(each.name == commune.name for each in communes) > 1
    return f"{commune.name}, {commune.district}" if shared else commune.name
