"""The columns of figures in the table of communes: every basis, the measure, a second indicator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.measures import measured, second_of, shown, shown_total, shown_values
from mtqg_geo.figures.periods import Measure, result_basis
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import Total, base_weights, total
from mtqg_geo.figures.words import stand_of_result
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import Basis, Indicator, Kind, Lang, Mask, State
from mtqg_geo.programme.words import number, t

_SILENT = (State.NOT_REPORTED, State.PARTLY_REPORTED)


@dataclass(frozen=True, eq=False)
class FigureColumn:
    """One figure of every commune.

    Attributes
    ----------
    heading
        What it is, in which unit.
    indicator
        In the unit it is read in.
    rows
        Value and state of each commune, in the order of the data.
    combined
        Makes one figure of several communes.
    """

    heading: str
    indicator: Indicator
    rows: pd.DataFrame
    combined: Callable[[Mask], Total]

    def of_commune(self, at: int, lang: Lang) -> str:
        """Write the figure of a commune; an empty cell where it is not concerned."""
        row = self.rows.iloc[at]
        if row[c.STATE] == State.NOT_APPLICABLE:
            return ""
        return amount(float(row[c.VALUE]), self.indicator, lang)

    def of_communes(self, among: Mask, lang: Lang) -> str:
        """Write the figure of several communes together."""
        if not (self.rows[c.STATE].to_numpy()[among] != State.NOT_APPLICABLE).any():
            return ""
        return amount(self.combined(among).value, self.indicator, lang)


@dataclass(frozen=True, eq=False)
class StateColumn:
    """Why each commune has, or has not, a result.

    `plan` has the plans where results are held against them: nothing was done and nothing planned
    is not the same as not concerned.
    """

    heading: str
    rows: pd.DataFrame
    plan: pd.DataFrame | None = None

    def of_commune(self, at: int, lang: Lang) -> str:
        """Write the state of a commune, and the periods it owes."""
        row = self.rows.iloc[at]
        state = str(row[c.STATE])
        if state == State.REPORTED and self.plan is not None and self.plan[c.VALUE].iloc[at] <= 0:
            return t("progress_no_plan", lang)
        missing = _periods(str(row[c.MISSING_PERIODS]))
        return f"{t(state, lang)} ({missing})" if missing else t(state, lang)

    def of_communes(self, among: Mask, lang: Lang) -> str:
        """Write how many communes have not, or not fully, reported; nothing where all have."""
        silent = int(np.isin(self.rows[c.STATE].to_numpy()[among], _SILENT).sum())
        return t("communes_missing", lang, count=number(silent, lang)) if silent else ""


FigureColumns = tuple[FigureColumn | StateColumn, ...]


def figure_columns(data: Dataset, selection: Selection, lang: Lang) -> FigureColumns:
    """Return the columns of the indicator, then of the second one, each closed by its state.

    A category has its state alone: what it is stands in the column of regions.
    """
    first = _state(data, selection, t("column_state", lang))
    if data.catalog.indicators[selection.indicator].kind is Kind.CATEGORY:
        return (first,)
    made: list[FigureColumn | StateColumn] = [*_of_bases(data, selection, lang)]
    if selection.measure is not Measure.VALUE:
        made.append(_as_shown(data, selection, lang))
    made.append(first)
    if selection.second:
        second = second_of(data, selection)
        name = data.catalog.indicators[second.indicator].short.of(lang)
        made.append(_as_shown(data, second, lang, name=name))
        made.append(_state(data, second, f"{t('column_state', lang)}: {name}"))
    return tuple(made)


def _of_bases(data: Dataset, selection: Selection, lang: Lang) -> list[FigureColumn]:
    indicator = data.catalog.indicators[selection.indicator]
    projects = data.catalog.with_children(selection.projects)
    weights = base_weights(data, indicator, year=selection.year, projects=projects)
    stand = stand_of_result(data, selection, indicator, lang)
    made = []
    for basis in indicator.bases:
        rows = measured(data, indicator, period=selection.period, basis=basis, projects=projects)
        words = f"{_said(indicator, basis, stand, lang)} ({unit(indicator, lang)})"
        made.append(FigureColumn(words, indicator, rows, _adding(rows, indicator, weights)))
    return made


def _adding(
    rows: pd.DataFrame, indicator: Indicator, weights: pd.Series | None
) -> Callable[[Mask], Total]:
    return lambda among: total(rows, indicator, among=among, weights=weights)


def _said(indicator: Indicator, basis: Basis, stand: str, lang: Lang) -> str:
    """Name what a column holds, results with their quarter; nobody carries out a distance."""
    if indicator.nearest:
        return t("column_distance", lang)
    name = t(f"basis_{basis.value}", lang)
    return f"{name}, {stand}" if basis is result_basis(indicator) and stand else name


def _as_shown(data: Dataset, selection: Selection, lang: Lang, *, name: str = "") -> FigureColumn:
    """Return what a map of the selection shows."""
    now = shown(data, selection, lang=lang)
    words = f"{name}: {now.words}" if name else now.words
    return FigureColumn(
        f"{words} ({unit(now.indicator, lang)})",
        now.indicator,
        now.table,
        lambda among: shown_total(data, selection, among).total,
    )


def _state(data: Dataset, selection: Selection, heading: str) -> StateColumn:
    """Return the state of the results, whichever basis or measure is shown."""
    indicator = data.catalog.indicators[selection.indicator]
    figure = replace(selection, measure=Measure.VALUE)
    is_completion = selection.measure is Measure.COMPLETION
    plan = shown_values(data, replace(figure, basis=Basis.PLAN)) if is_completion else None
    rows = shown_values(data, replace(figure, basis=result_basis(indicator)))
    return StateColumn(heading, rows, plan)


def _periods(periods: str) -> str:
    """Write missing quarters shortly: `Q3, Q4`."""
    return ", ".join(period[-2:] if "-Q" in period else period for period in periods.split(", "))
