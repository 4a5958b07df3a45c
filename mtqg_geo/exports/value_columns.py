"""The figures of an exported commune: every basis, and the measure or second indicator chosen.

Beside each figure stands its state, since a blank may mean four things, and on units put together
the codes of the former communes that are missing from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.measures import as_measured, second_of, shown_values
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import MISSING_PARTS
from mtqg_geo.figures.words import shown_words
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Indicator, Kind, Lang
from mtqg_geo.programme.words import t


@dataclass(frozen=True)
class ValueColumn:
    """A figure of an exported commune: how its columns are named, and the selection it shows.

    `figure` and `period` are what the names begin and end with (`op05_actual`, `_2022q3`).
    """

    figure: str
    period: str
    indicator: Indicator
    content: Selection

    @property
    def name(self) -> str:
        """The column of the figure, such as `actual_km`."""
        return f"{self.figure}_{unit_suffix(self.indicator)}{self.period}"

    @property
    def state_name(self) -> str:
        """The column that says what a blank means, such as `actual_state`."""
        return f"{self.figure}_state{self.period}"

    @property
    def missing_name(self) -> str:
        """The column of the former communes that did not report all of it."""
        return f"{self.figure}_missing_codes{self.period}"

    def columns(self, data: Dataset) -> dict[str, pd.Series]:
        """Return the figure of each row of `data.communes`, its state, and who is missing from it.

        A measure does not say who is missing: plan and result beside it do.
        """
        rows = shown_values(data, self.content)
        found = {self.name: rows[c.VALUE].astype(float), self.state_name: rows[c.STATE]}
        if MISSING_PARTS in rows and self.content.measure is Measure.VALUE:
            found[self.missing_name] = rows[MISSING_PARTS]
        return found

    def meanings(self, data: Dataset, lang: Lang) -> dict[str, str]:
        """Say what each of the columns holds: the figure with its unit."""
        words = shown_words(data, self.content, lang)
        figure = f"{self.indicator.name.of(lang)} – {words}, {self.content.year}"
        return {
            self.name: f"{figure} ({self.indicator.unit.of(lang)})",
            self.state_name: t("exports_state_of", lang, figure=figure),
            self.missing_name: t("exports_missing_codes_of", lang, figure=figure),
        }


def value_columns(data: Dataset, selection: Selection) -> tuple[ValueColumn, ...]:
    """Return the figures that an export of communes has.

    Results are those of the quarter selected. The names end with the unit, and with the period
    where it is another one: `actual_km`, `completion_pct`, `op05_actual_km`, `plan_km_2022`.
    """
    if data.catalog.indicators[selection.indicator].kind is Kind.CATEGORY:
        return ()
    return tuple(_columns(data, selection))


def shown_indicators(data: Dataset, selection: Selection) -> tuple[Indicator, ...]:
    """Return the indicators whose figures an export holds."""
    names = (selection.indicator, selection.second)
    return tuple(data.catalog.indicators[name] for name in names if name)


def selection_columns(data: Dataset, selection: Selection) -> dict[str, str]:
    """Return what every row says of the modes chosen; nothing when none is."""
    period = selection.shown_period(data)
    chosen = {
        "measure": selection.measure.value if selection.measure is not Measure.VALUE else "",
        "as_of": period.text if period.quarter else "",
        "with_indicator": selection.second,
    }
    return {name: text for name, text in chosen.items() if text}


def unit_suffix(indicator: Indicator) -> str:
    """Return the unit as a suffix of a property name, such as `km`, `pct` or `vnd`."""
    unit = indicator.unit.en.lower()
    known = {"%": "pct", "percentage points/yr": "pct_points", "percentage points": "pct_points"}
    return known.get(unit) or re.sub(r"[^a-z0-9]+", "_", unit).strip("_")


def _columns(data: Dataset, selection: Selection) -> Iterator[ValueColumn]:
    alone = replace(selection, second="", compare=None)
    for basis in data.catalog.indicators[selection.indicator].bases:
        yield _column(data, replace(alone, basis=basis, measure=Measure.VALUE))
    if selection.measure is not Measure.VALUE:
        yield _column(data, alone)
    if selection.second:
        content = replace(second_of(data, selection), compare=None)
        yield _column(data, content, before=f"{selection.second.lower()}_")
    if selection.compare:
        there = replace(selection.at(selection.compare), second="")
        period = selection.compare.text.lower().replace("-", "")
        yield _column(data, there, after=f"_{period}")


def _column(data: Dataset, content: Selection, before: str = "", after: str = "") -> ValueColumn:
    indicator = as_measured(data.catalog.indicators[content.indicator], content.measure)
    is_figure = content.measure is Measure.VALUE
    figure = content.basis.value if is_figure else content.measure.value
    return ValueColumn(f"{before}{figure}", after, indicator, content)
