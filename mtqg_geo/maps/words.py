"""What the map says in words: the pointer's line, the period above it, why it is empty."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_regions
from mtqg_geo.figures.words import shown_words
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import Indicator, Kind, Lang, State
from mtqg_geo.programme.words import t


def tooltips(values: pd.DataFrame, indicator: Indicator, lang: Lang) -> tuple[str, ...]:
    """Write each commune's value without its unit; nothing for a blank or a category.

    A value that is of a part of the reports only says so.

    The map shows the words of the class where there is no value.
    """
    if indicator.kind is Kind.CATEGORY:
        return ("",) * len(values)
    # Most values stand in many communes: each is written once.
    numbers = values[c.VALUE].to_numpy(dtype=np.float64)
    different, which = np.unique(numbers, return_inverse=True)
    texts = [
        "" if math.isnan(value) else amount(value, indicator, lang) for value in different.tolist()
    ]
    written = [texts[place] for place in which.tolist()]
    for place in np.flatnonzero(values[c.STATE].to_numpy() == State.PARTLY_REPORTED).tolist():
        written[place] = written[place] and t("partly_value", lang, value=written[place])
    return tuple(written)


def tooltip_text(indicator: Indicator, lang: Lang) -> str:
    """Return the line around a value, which stands for `{}`."""
    return f"{{}} {unit(indicator, lang)}"


def pair_tooltip_text(names: Iterable[str]) -> str:
    """Return the two lines around both values of a commune."""
    return "\n".join(f"{name}: {{}}" for name in names)


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
    if values[c.VALUE].isna().all() and indicator.nearest:
        return t("distance_nowhere", lang, indicator=name, year=selection.year)
    if values[c.VALUE].isna().all():
        words = shown_words(data, selection, lang)
        return t("indicator_without_data", lang, indicator=name, basis=words, year=selection.year)
    return ""
