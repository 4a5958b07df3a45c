"""Charts of progress: the course of one indicator, a small one per district, poverty by commune.

Altair takes 30 ms to build and check a chart. So each kind of chart is built once per language and
unit with places for its data, and only those are filled in for a reader.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from mtqg_geo.maps.symbols import STATUS_COLOURS
from mtqg_geo.programme.amounts import BILLION
from mtqg_geo.programme.model import Indicator, Lang, Status
from mtqg_geo.programme.period import NUMERALS, QUARTERS
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.difficult import DifficultCommune
from mtqg_geo.progress.rankings import RankedUnit
from mtqg_geo.progress.targets import Trend, TrendPoint
from mtqg_geo.progress.words import figure, figure_unit

DONE_COLOUR = STATUS_COLOURS[Status.COMPLETED]
LATE_COLOUR = STATUS_COLOURS[Status.UNDER_CONSTRUCTION]
NEARLY_COLOUR = "#e3a008"  # as in `ui/styles/progress.css`
INK, QUIET, GRID = "#1f2328", "#6b727c", "#e3e6ea"
TREND_PX, SMALL_PX, ROW_PX, AXIS_PX = 270, 96, 18, 40
TRIMMED = ",~f"  # thousands apart, no zeros behind the decimals

Spec = dict[str, Any]
Rows = list[dict[str, Any]]


def course(trend: Trend, lang: Lang) -> Spec:
    """Return the course of an indicator: by quarter against plan and time, or by year."""
    indicator = trend.line.indicator
    unit = figure_unit(indicator, lang)
    points = _points(trend.points, indicator, lang)
    known = [point for point in points if point["actual"] is not None]
    told = [f"{point['period']}: {point['text']}" for point in known]
    words = f"{indicator.name.of(lang)} ({unit}); {'; '.join(told)}"
    if not trend.is_quarterly:
        filled = _filled(_by_year(lang, unit), {"plans": points, "points": known})
        return filled | {"description": words}
    plan = _number(trend.line.plan, indicator)
    goal: Rows = [] if plan is None else [{"at": 0.04, "actual": plan, "words": _plan(trend, lang)}]
    time: Rows = [] if plan is None else _line([0, plan], [0, QUARTERS])
    start = {"at": 0, "actual": 0}
    filled = _filled(
        _by_quarter(lang, unit),
        {"time": time, "goal": goal, "course": [start, *known], "points": known},
    )
    return filled | {"description": "; ".join([words, *(each["words"] for each in goal)])}


def small_multiple(unit: RankedUnit, top_pct: float, lang: Lang) -> Spec:
    """Return the course of one district in percent of its plan; `top_pct` is common to all."""
    path = _line([0.0, *unit.path_pct], range(QUARTERS + 1))
    top = math.ceil(top_pct)
    time = _line([0, 100], [0, QUARTERS])
    filled = _filled(_small(lang, top), {"time": time, "course": path, "last": path[-1:]})
    return filled | {"description": f"{unit.name} {unit.share.text(lang)}"}


def poverty(communes: Sequence[DifficultCommune], lang: Lang) -> Spec:
    """Return the change of poverty in communes that reported it, against what was wanted."""
    rows = [
        {
            "name": _label(each, communes),
            "district": each.district,
            "change": each.poverty_change,
            "goal": None if math.isnan(each.poverty_goal) else each.poverty_goal,
            "colour": DONE_COLOUR
            if each.is_poverty_met
            else (NEARLY_COLOUR if each.is_poverty_nearly else LATE_COLOUR),
            "text": number(each.poverty_change, lang, decimals=1),
            "goal_text": number(each.poverty_goal, lang, decimals=1),
        }
        for each in communes
    ]
    spec = _filled(_poverty(lang), {"communes": rows, "goals": rows})
    return spec | {
        "height": AXIS_PX + ROW_PX * len(communes),
        "description": t("progress_poverty", lang),
    }


def _filled(template: Spec, rows: Mapping[str, Rows]) -> Spec:
    """Return a chart with its data in place; the template stays as it is.

    Every layer has data of its own: what stood above them all would reach the browser only after
    the chart, and be missed by it at first. So nothing is a table to Streamlit either, which would
    offer one as a CSV whose cells run formulas.
    """

    def fill(part: Spec) -> Spec:
        name = part.get("data", {}).get("name")
        filled = part | {"data": {"values": rows[name]}} if name in rows else dict(part)
        if "layer" in part:
            filled["layer"] = [fill(layer) for layer in part["layer"]]
        return filled

    return fill(template)


def _spec(chart: alt.LayerChart, lang: Lang) -> Spec:
    """Give a chart our quiet look, and numbers as the language writes them."""
    decimal, thousands = (",", ".") if lang == "vi" else (".", ",")
    numbers = alt.NumberLocale(
        decimal=decimal, thousands=thousands, grouping=[3], currency=["", " ₫"], minus="-"
    )
    quiet = {"gridColor": GRID, "domainColor": "#b9bec6", "tickColor": "#b9bec6"}
    words = {"labelColor": "#444c56", "titleColor": "#444c56", "titleFontWeight": "normal"}
    finished = (
        # Vega names axes and marks for a screen reader, in English only or not at all: a chart has
        # one description of ours, and the tables say the rest better.
        chart.configure(locale=alt.Locale(number=numbers), aria=False)
        .configure_mark(aria=False)
        .configure_view(stroke=None)
        .configure_axis(**quiet, **words)
    )
    return finished.to_dict()


def _named(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name))


def _quarters(lang: Lang, *, short: bool = False) -> alt.X:
    """Return the axis from the beginning of the year to its end, named by quarter."""
    names = [t("progress_january", lang), *(t("progress_quarter", lang, name=n) for n in NUMERALS)]
    if short:
        names = ["", *NUMERALS]
    listed = ", ".join(f"'{name}'" for name in names)
    axis = alt.Axis(
        values=list(range(QUARTERS + 1)),
        labelExpr=f"[{listed}][datum.value]",
        grid=False,
        title=None,
        labelFlush=True,
    )
    return alt.X("at:Q", axis=axis, scale=alt.Scale(domain=[0, QUARTERS], nice=False))


def _tooltip(unit: str, lang: Lang) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("period:N", title=t("progress_period", lang)),
        alt.Tooltip("text:N", title=f"{t('progress_column_actual', lang)} ({unit})"),
        alt.Tooltip("plan_text:N", title=f"{t('progress_column_plan', lang)} ({unit})"),
        alt.Tooltip("missing:N", title=t("progress_column_missing", lang)),
    ]


@lru_cache(maxsize=64)
def _by_quarter(lang: Lang, unit: str) -> Spec:
    x = _quarters(lang)
    y = alt.Y("actual:Q", title=unit, axis=alt.Axis(format=TRIMMED))
    fill = alt.condition("datum.whole", alt.value(DONE_COLOUR), alt.value("#ffffff"))
    dots = _named("points").encode(x=x, y=y, tooltip=_tooltip(unit, lang))
    words = {"align": "left", "baseline": "bottom", "dy": -3, "color": INK, "fontSize": 12}
    values = {"align": "right", "dx": -9, "dy": -9, "color": DONE_COLOUR, "fontWeight": 600}
    layers = [
        _named("time").mark_line(color=QUIET, strokeDash=[4, 4], strokeWidth=1.3).encode(x=x, y=y),
        _named("goal").mark_rule(color=INK, strokeWidth=1.3).encode(y=y),
        _named("goal").mark_text(**words).encode(x=x, y=y, text="words:N"),
        _named("course").mark_line(color=DONE_COLOUR, strokeWidth=2.5).encode(x=x, y=y),
        dots.mark_point(size=70, stroke=DONE_COLOUR, strokeWidth=2, opacity=1).encode(fill=fill),
        dots.mark_text(**values, fontSize=12).encode(text="text:N"),
    ]
    return _spec(alt.layer(*layers).properties(height=TREND_PX), lang)


@lru_cache(maxsize=64)
def _by_year(lang: Lang, unit: str) -> Spec:
    x = alt.X("period:N", title=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("actual:Q", title=unit, axis=alt.Axis(format=TRIMMED), scale=alt.Scale(zero=True))
    known, plans = (
        _named(name).encode(x=x, tooltip=_tooltip(unit, lang)) for name in ("points", "plans")
    )
    values = {"baseline": "top", "dy": 5, "color": "#ffffff", "fontWeight": 600}
    layers = [
        known.mark_bar(color=DONE_COLOUR, width={"band": 0.45}).encode(y=y),
        plans.mark_tick(color=INK, thickness=3, width={"band": 0.6}).encode(y="plan:Q"),
        known.mark_text(**values).encode(y=y, text="text:N"),
    ]
    return _spec(alt.layer(*layers).properties(height=TREND_PX), lang)


@lru_cache(maxsize=64)
def _small(lang: Lang, top: int) -> Spec:
    x = _quarters(lang, short=True)
    axis = alt.Axis(values=[0, 50, 100], format="d", labelExpr="datum.label + ' %'")
    y = alt.Y("actual:Q", title=None, scale=alt.Scale(domain=[0, top], nice=False), axis=axis)
    layers = [
        _named("time")
        .mark_line(color=QUIET, strokeDash=[3, 3], strokeWidth=1)
        .encode(x=x, y=y),
        _named("course").mark_line(color=DONE_COLOUR, strokeWidth=2).encode(x=x, y=y),
        _named("last").mark_point(color=DONE_COLOUR, filled=True, size=36, opacity=1)
        .encode(x=x, y=y),
    ]  # fmt: skip
    return _spec(alt.layer(*layers).properties(height=SMALL_PX), lang)


@lru_cache(maxsize=2)
def _poverty(lang: Lang) -> Spec:
    axis = alt.Axis(labelLimit=150, labelOverlap=False, labelFlush=False, ticks=False)
    order = alt.EncodingSortField("change", op="min", order="ascending")
    unit = t("progress_points", lang)
    x = alt.X("change:Q", title=unit, axis=alt.Axis(format=TRIMMED), scale=alt.Scale(zero=True))
    headings = {
        "name": t("column_commune", lang),
        "district": t("column_district", lang),
        "text": f"{t('progress_change', lang)} ({unit})",
        "goal_text": f"{t('progress_goal', lang)} ({unit})",
    }
    y = alt.Y("name:N", sort=order, title=None, axis=axis)
    tooltip = [alt.Tooltip(f"{name}:N", title=title) for name, title in headings.items()]
    bars = _named("communes").encode(y=y, x=x, tooltip=tooltip)
    goals = _named("goals").encode(y=y, x="goal:Q", tooltip=tooltip)
    colour = alt.Color("colour:N", scale=None, legend=None)
    layers = [
        bars.mark_bar(height={"band": 0.68}).encode(color=colour),
        goals.mark_tick(color=INK, thickness=2, height={"band": 0.95}),
    ]
    return _spec(alt.layer(*layers), lang)


def _line(values: Sequence[float], places: Sequence[int]) -> Rows:
    return [{"at": at, "actual": value} for at, value in zip(places, values, strict=False)]


def _points(points: Sequence[TrendPoint], indicator: Indicator, lang: Lang) -> Rows:
    return [
        {
            "at": at,
            "period": point.period,
            "plan": _number(point.plan, indicator),
            "actual": _number(point.actual, indicator),
            "text": figure(point.actual, indicator, lang),
            "plan_text": figure(point.plan, indicator, lang),
            "missing": number(point.communes_missing, lang),
            "whole": point.communes_missing == 0,
        }
        for at, point in enumerate(points, start=1)
    ]


def _number(value: float, indicator: Indicator) -> float | None:
    """Return a value as it is read; None, which JSON can write, where it is missing."""
    if not math.isfinite(value):
        return None
    return value / BILLION if indicator.is_money else value


def _plan(trend: Trend, lang: Lang) -> str:
    words = figure(trend.line.plan, trend.line.indicator, lang)
    return f"{t('progress_column_plan', lang)} {words}"


def _label(commune: DifficultCommune, communes: Sequence[DifficultCommune]) -> str:
    """Return the name of a commune, with its district where another has the same name."""
    shared = sum(each.name == commune.name for each in communes) > 1
    return f"{commune.name}, {commune.district}" if shared else commune.name
