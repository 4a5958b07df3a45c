"""The communes of a selection as a table over pages, summed up by district."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import region_short
from mtqg_geo.figures.measures import measured, second_of, shown, shown_total, shown_values
from mtqg_geo.figures.periods import Measure, result_basis
from mtqg_geo.figures.scope import source_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare, at_least
from mtqg_geo.figures.states import SILENT
from mtqg_geo.figures.values import MISSING_PARTS, Total, base_weights, parts_named, total
from mtqg_geo.figures.words import of_year, shown_name, stand_of_result
from mtqg_geo.figures.works import EXACT_KM, WORKS_KM, WorkCount, works_km_as_written
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, scale, shown_decimals, unit
from mtqg_geo.programme.model import Basis, Indicator, Kind, Lang, Mask, State
from mtqg_geo.programme.words import KM_DECIMALS, number, parts_as_written, t
from mtqg_geo.report.paper.page import foot, heading
from mtqg_geo.report.paper.sheet import Sheet
from mtqg_geo.report.setup import Setup
from mtqg_geo.report.tables.printed import difficult_first, printed_communes
from mtqg_geo.report.tables.table import Column, Row, Table, table_sheets

_FEW_FIGURES = 4  # above these columns stand closer
_WORKS = ("sites_planned", "sites_completed", *WORKS_KM)
_SILENT = ("sites_not_reported", "road_not_reported_km")


def commune_sheets(data: Dataset, selection: Selection, setup: Setup) -> Iterator[Sheet]:
    """Yield the pages of the table of communes."""
    lang = setup.lang
    name = shown_name(data, selection, lang)
    title = t("report_communes_title", lang, indicator=name, year=selection.year)
    source = source_text(data, selection, lang)
    words = foot(data, selection.year, source, setup)
    head = heading(data, selection, title, lang)
    printed = printed_communes(data, selection, setup)
    table = commune_table(data, selection, lang, among=printed.among)
    if printed.note:
        table = replace(table, notices=(printed.note, *table.notices))
    yield from table_sheets([(head, table)], words, setup)


def commune_table(
    data: Dataset, selection: Selection, lang: Lang, *, among: Mask | None = None
) -> Table:
    """Return the communes by district: every figure of what is shown, works beside.

    Those of the selection, or the ones `among` them.
    """
    view = map_view(data, selection, Setup().classing, lang=lang)
    codes, districts = (data.commune_list[each] for each in (c.CODE, c.DISTRICT_CODE))
    among = selection.commune_mask(data) if among is None else among
    figures = tuple(
        each.as_written(among, districts) if isinstance(each, FigureColumn) else each
        for each in figure_columns(data, selection, lang)
    )
    listed = works_km_as_written(view.table[view.table[c.CODE].isin(codes[among])])
    rows: list[Row] = []
    number_in_list = 0

    def summed(communes: pd.DataFrame, name: str) -> Row:
        among = codes.isin(communes[c.CODE]).to_numpy()
        cells = [column.of_communes(among, lang) for column in figures]
        return _sum_row(communes, name, cells, lang)

    numbers = pd.Index(codes)
    for _, of_district in listed.groupby(c.DISTRICT_CODE, sort=False):
        rows.append(summed(of_district, of_district[c.DISTRICT].iloc[0]))
        in_order = difficult_first(of_district, of_district[c.REGION])
        for row in in_order.to_dict("records"):
            number_in_list += 1
            [at] = numbers.get_indexer([row[c.CODE]])
            cells = [column.of_commune(at, lang) for column in figures]
            rows.append(_commune_row(number_in_list, row, cells, lang))
    if len(listed[c.DISTRICT_CODE].unique()) > 1:
        rows.append(summed(listed, t("report_total", lang)))
    return Table(
        columns=_columns(figures, lang),
        rows=tuple(rows),
        notices=view.notices,
        keys=_keys(data, selection, lang) if rows else (),
    )


def _keys(data: Dataset, selection: Selection, lang: Lang) -> tuple[str, ...]:
    """Explain short words and blanks, how a measure of several communes is made, of when works are.

    Works have no quarters.
    """
    measure, year = selection.measure, of_year(selection, lang)
    said = [t("report_communes_note", lang), t("rounded_rows", lang)]
    if measure is not Measure.VALUE:
        said.append(t(f"report_{measure.value}_note", lang))
    if year:
        said.append(t("report_works_of_year", lang, year=year))
    if selection.regions and data.is_put_together:
        said.append(t("report_whole_units", lang))
    return (" ".join(said),)


def _commune_row(
    number_in_list: int, row: Mapping[Any, Any], figures: Iterable[str], lang: Lang
) -> Row:
    """Write a commune."""
    return Row(
        (
            number(number_in_list, lang),
            str(row[c.CODE]),
            str(row[c.NAME]),
            region_short(str(row[c.REGION] or ""), lang),
            *figures,
            *_work_cells(row, lang),
        )
    )


def _sum_row(rows: pd.DataFrame, name: str, figures: Iterable[str], lang: Lang) -> Row:
    """Write several communes together."""
    counted = f"{name} ({t('legend_count', lang, count=number(len(rows), lang))})"
    # Missing when nothing is known; a commune without a work has a true zero.
    works = rows[[*_WORKS, *EXACT_KM, *_SILENT]].sum(min_count=1)
    return Row(("", "", counted, "", *figures, *_work_cells(works, lang)), strong=True)


def _columns(figures: FigureColumns, lang: Lang) -> tuple[Column, ...]:
    is_crowded = len(figures) > _FEW_FIGURES
    shown = [
        Column(each.heading, share=1.3)
        if isinstance(each, StateColumn)
        else Column(each.heading, "right", least_mm=11 if is_crowded else 13)
        for each in figures
    ]
    works = [
        Column(t(f"report_column_{name.removesuffix('_km')}", lang), "right",
               least_mm=7 if is_crowded else 11)
        for name in _WORKS
    ]  # fmt: skip
    return (
        Column(t("report_column_number", lang), "right"),
        Column(t("report_column_code", lang)),
        Column(t("column_name", lang), share=1.6),
        Column(t("report_column_region", lang), "center"),
        *shown,
        *works,
        Column(t("report_column_road_share", lang), "right", least_mm=11),
    )


def _work_cells(row: Mapping[Any, Any] | pd.Series, lang: Lang) -> list[str]:
    """Write works planned and completed, and the share of road; nothing where none is planned.

    Where the status of some is not known, at least so many are completed.
    """
    sites, sites_done, road_km, done_km = (float(row[name]) for name in _WORKS)
    exact, exact_done = (float(row[name]) for name in EXACT_KM)
    silent_sites, silent_km = (float(row[name]) for name in _SILENT)
    cells = ["", ""]
    if sites:
        count = WorkCount(sites_done, sites, 0, silent_sites)
        cells = [number(sites, lang), at_least(number(sites_done, lang), count.share, lang)]
    if not road_km:
        return [*cells, "", "", ""]
    share = WorkCount(exact_done, exact, 0, silent_km).share
    planned, done = (number(km, lang, decimals=KM_DECIMALS) for km in (road_km, done_km))
    return [*cells, planned, at_least(done, share, lang), share.text(lang)]


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
        Makes one figure of several communes, `among` those of the rows.
    only_grows
        Whether reports that are missing can only make it more.
    """

    heading: str
    indicator: Indicator
    rows: pd.DataFrame
    combined: Callable[..., Total]
    only_grows: bool

    def as_written(self, among: Mask, districts: pd.Series) -> FigureColumn:
        """Return the column so rounded that the rows printed add up, if it adds up at all."""
        if not self.indicator.adds_up:
            return self
        size, values = scale(self.indicator), self.rows[c.VALUE].astype(float).to_numpy(copy=True)
        decimals = shown_decimals(self.indicator)
        values[among] = size * parts_as_written(values[among] / size, decimals, districts[among])
        rows = self.rows.assign(**{c.VALUE: values})
        return replace(self, rows=rows, combined=partial(total, rows, self.indicator))

    def of_commune(self, at: int, lang: Lang) -> str:
        """Write the figure of a commune; an empty cell where it is not concerned."""
        row = self.rows.iloc[at]
        if row[c.STATE] == State.NOT_APPLICABLE:
            return ""
        return amount(float(row[c.VALUE]), self.indicator, lang)

    def of_communes(self, among: Mask, lang: Lang) -> str:
        """Write the figure of several communes together; a bound, where some are silent."""
        if not (self.rows[c.STATE].to_numpy()[among] != State.NOT_APPLICABLE).any():
            return ""
        found = self.combined(among=among)
        written = amount(found.value, self.indicator, lang)
        is_bound = self.only_grows and found.communes_missing > 0 and math.isfinite(found.value)
        return at_least(written, PlanShare(is_lower_bound=is_bound), lang)


@dataclass(frozen=True, eq=False)
class StateColumn:
    """Why each commune has, or has not, a result or what is made of it."""

    heading: str
    rows: pd.DataFrame

    def of_commune(self, at: int, lang: Lang) -> str:
        """Write the state of a commune, and the periods it owes."""
        row = self.rows.iloc[at]
        state = str(row[c.STATE])
        missing = _periods(str(row[c.MISSING_PERIODS]))
        return f"{t(state, lang)} ({missing})" if missing else t(state, lang)

    def of_communes(self, among: Mask, lang: Lang) -> str:
        """Write how many communes have not, or not fully, reported; nothing where all have."""
        rows = self.rows[among]
        silent = int(np.isin(rows[c.STATE].to_numpy(), SILENT).sum())
        if MISSING_PARTS in rows:  # counted among the former communes, as everywhere else
            silent = parts_named(rows[MISSING_PARTS])
        return t("communes_missing", lang, count=number(silent, lang)) if silent else ""


FigureColumns = tuple[FigureColumn | StateColumn, ...]


def figure_columns(data: Dataset, selection: Selection, lang: Lang) -> FigureColumns:
    """Return the columns of the indicator, then of the second one, each closed by its state.

    A category has its state alone: what it is stands in the column of regions.
    """
    name = data.catalog.indicators[selection.indicator].short.of(lang)
    first = _state(data, selection, f"{t('column_state', lang)}: {name}")
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
    figure = replace(selection, measure=Measure.VALUE)
    stand = stand_of_result(data, selection, indicator, lang)
    made = []
    for basis in indicator.bases:
        rows = measured(data, indicator, period=selection.period, basis=basis, projects=projects)
        words = f"{_said(indicator, basis, stand, lang)} ({unit(indicator, lang)})"
        shown_as = replace(figure, basis=basis)
        combined = partial(total, rows, indicator, weights=weights)
        if indicator.is_disbursement:  # the share of the whole, as on the page
            combined = partial(_combined, data, shown_as)
        shown_rows = shown_values(data, shown_as)
        grows = _only_grows(indicator, shown_as)
        made.append(FigureColumn(words, indicator, shown_rows, combined, grows))
    return made


def _said(indicator: Indicator, basis: Basis, stand: str, lang: Lang) -> str:
    """Name what a column holds, results with their quarter; nobody carries out a distance."""
    if indicator.nearest:
        return indicator.short.of(lang)
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
        partial(_combined, data, selection),
        _only_grows(data.catalog.indicators[selection.indicator], selection),
    )


def _only_grows(indicator: Indicator, shown_as: Selection) -> bool:
    """Say of a result, or its share of a plan, whether missing reports can only make it more."""
    adds_up = indicator.adds_up or indicator.is_disbursement
    is_left = shown_as.measure is Measure.REMAINING
    return adds_up and shown_as.basis is result_basis(indicator) and not is_left


def _combined(data: Dataset, selection: Selection, among: Mask) -> Total:
    return shown_total(data, selection, among).total


def _state(data: Dataset, selection: Selection, heading: str) -> StateColumn:
    """Return the state of the results, whichever basis is shown; of a measure, its own."""
    result = result_basis(data.catalog.indicators[selection.indicator])
    return StateColumn(heading, shown_values(data, replace(selection, basis=result)))


def _periods(periods: str) -> str:
    """Write missing quarters shortly: `Q3, Q4`."""
    return ", ".join(period[-2:] if "-Q" in period else period for period in periods.split(", "))
