"""What the map says in words: the pointer's line, the period above it, why it is empty."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.indicators import commune_regions
from mtqg_geo.labels import amount, t, unit
from mtqg_geo.measures import ROMAN, shown_words
from mtqg_geo.model import Indicator, Kind, Lang, State
from mtqg_geo.modes import Period, quarters_of
from mtqg_geo.selection import Selection


def tooltips(values: pd.DataFrame, indicator: Indicator, lang: Lang) -> tuple[str, ...]:
    """Write each commune's value without its unit; nothing for a blank or a category.

    The map shows the words of the class where there is no value.
    """
    if indicator.kind is Kind.CATEGORY:
        return ("",) * len(values)
    return tuple(
        "" if math.isnan(value) else amount(value, indicator, lang)
        for value in values[c.VALUE].astype(float)
    )


def tooltip_text(indicator: Indicator, lang: Lang) -> str:
    """Return the line around a value, which stands for `{}`."""
    return f"{{}} {unit(indicator, lang)}"


def pair_tooltip_text(names: Iterable[str]) -> str:
    """Return the two lines around both values of a commune."""
    return "\n".join(f"{name}: {{}}" for name in names)


def period_words(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Name the period of a selection: the year, or up to when it is known of it."""
    return name_of_period(
        data, data.catalog.indicators[selection.indicator], selection.period, lang
    )


def name_of_period(data: Dataset, indicator: Indicator, period: Period, lang: Lang) -> str:
    """Name a period of an indicator; a year whose last quarter is not reported says so."""
    reported = quarters_of(data, indicator, period.year)
    known_to = reported[-1] if reported else len(ROMAN)
    quarter = min(period.quarter or known_to, known_to)
    if quarter == len(ROMAN):
        return t("modes_year", lang, year=period.year)
    return t(
        "modes_year_to_date", lang, year=period.year, quarter=quarter, roman=ROMAN[quarter - 1]
    )


def notices(
    data: Dataset, selection: Selection, values: pd.DataFrame, lang: Lang
) -> tuple[str, ...]:
    """Say what would otherwise be an empty map or list without a word.

    `values` has the rows of the selected communes only.
    """
    said = []
    if not commune_regions(data, selection.year).notna().any():
        said.append(t("no_regions_loaded", lang, year=selection.year))
    if why := _why_empty(data, selection, values, lang):
        said.append(why)
    return tuple(said)


def _why_empty(data: Dataset, selection: Selection, values: pd.DataFrame, lang: Lang) -> str:
    """Return why not one commune has a value; "" when one has."""
    indicator = data.catalog.indicators[selection.indicator]
    name = indicator.short.of(lang)
    if values.empty:
        return t("nothing_selected", lang)
    if (values[c.STATE] == State.NOT_APPLICABLE).all():
        speaks = indicator in data.catalog.indicators_of(selection.projects)
        project = data.catalog.projects.get(indicator.project)
        return t(
            "indicator_not_applicable" if speaks else "indicator_of_other_project",
            lang,
            indicator=name,
            project=f"{project.code} – {project.short.of(lang)}" if project else "",
        )
    if values[c.VALUE].isna().all():
        words = shown_words(data, selection, lang)
        return t("indicator_without_data", lang, indicator=name, basis=words, year=selection.year)
    return ""
