"""The communes of a selection as a table over pages, summed up by district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from mtqg_geo import columns as c
from mtqg_geo.datasets import Dataset
from mtqg_geo.indicators import base_weights, total
from mtqg_geo.labels import amount, number, percent, t, unit
from mtqg_geo.measure_words import stand_of_result
from mtqg_geo.measures import measured
from mtqg_geo.model import Basis, Indicator, Kind, Lang, Mask, State
from mtqg_geo.modes import result_basis
from mtqg_geo.region_words import region_short
from mtqg_geo.report import captions
from mtqg_geo.report.page import foot, heading
from mtqg_geo.report.setup import Setup
from mtqg_geo.report.sheet import Sheet
from mtqg_geo.report.table import Column, Row, Table
from mtqg_geo.report.table_pages import table_sheets
from mtqg_geo.selection import Selection
from mtqg_geo.views import map_view

_WORKS = (("sites", "", 0), ("road", "_km", 1))  # columns of the table, decimals


def commune_sheets(data: Dataset, selection: Selection, setup: Setup) -> Iterator[Sheet]:
    """Yield the pages of the table of communes."""
    lang = setup.lang
    indicator = data.catalog.indicators[selection.indicator]
    title = t("report_communes_title", lang, indicator=indicator.name.of(lang), year=selection.year)
    source = captions.source_text(data, selection, lang)
    words = foot(data, selection.year, source, setup)
    head = heading(data, selection, title, lang)
    yield from table_sheets([(head, commune_table(data, selection, lang))], words, setup)


def commune_table(data: Dataset, selection: Selection, lang: Lang) -> Table:
    """Return the communes by district: figures of the indicator on every basis, works beside."""
    figures = _Figures(data, selection, lang)
    view = map_view(data, selection, Setup().classing, lang=lang)
    rows: list[Row] = []
    number_in_list = 0
    for _, of_district in view.table.groupby(c.DISTRICT_CODE, sort=False):
        rows.append(_sum_row(figures, of_district, of_district[c.DISTRICT].iloc[0], lang))
        for row in of_district.to_dict("records"):
            number_in_list += 1
            rows.append(_commune_row(figures, number_in_list, row, lang))
    if len(view.table[c.DISTRICT_CODE].unique()) > 1:
        rows.append(_sum_row(figures, view.table, t("report_total", lang), lang))
    return Table(
        columns=_columns(figures, lang),
        rows=tuple(rows),
        notices=view.notices,
        notes=(t("report_communes_note", lang),) if rows else (),
    )


class _Figures:
    """The values of the indicator on each of its bases, and how they combine."""

    def __init__(self, data: Dataset, selection: Selection, lang: Lang) -> None:
        self.data, self.lang = data, lang
        self.indicator: Indicator = data.catalog.indicators[selection.indicator]
        projects = data.catalog.with_children(selection.projects)
        self.bases: tuple[Basis, ...] = self.indicator.bases
        self.is_category = self.indicator.kind is Kind.CATEGORY
        self.values = {
            basis: measured(
                data, self.indicator, period=selection.period, basis=basis, projects=projects
            )
            for basis in self.bases
        }
        self.stand = stand_of_result(data, selection, self.indicator, lang)
        self.weights = base_weights(data, self.indicator, year=selection.year, projects=projects)
        self.at = {code: row for row, code in enumerate(data.commune_list[c.CODE])}

    def of_commune(self, code: str) -> list[str]:
        """Write the figures of a commune; an empty cell where it is not concerned."""
        if self.is_category:
            return []
        cells = [values.iloc[self.at[code]] for values in self.values.values()]
        return [self._cell(cell[c.VALUE], cell[c.STATE]) for cell in cells]

    def of_communes(self, codes: pd.Series) -> list[str]:
        """Write the figures of several communes together."""
        if self.is_category:
            return []
        among = self._among(codes)
        made = [
            total(values, self.indicator, among=among, weights=self.weights)
            for values in self.values.values()
        ]
        return [
            "" if not one.communes else amount(one.value, self.indicator, self.lang) for one in made
        ]

    def missing(self, codes: pd.Series) -> int:
        """Count the communes that have not fully reported the last basis."""
        states = self.values[self.bases[-1]][c.STATE].to_numpy()[self._among(codes)]
        return int(np.isin(states, [State.NOT_REPORTED, State.PARTLY_REPORTED]).sum())

    def _among(self, codes: pd.Series) -> Mask:
        mask = np.zeros(len(self.at), dtype=np.bool_)
        mask[[self.at[code] for code in codes]] = True
        return mask

    def _cell(self, value: object, state: str) -> str:
        if state == State.NOT_APPLICABLE:
            return ""
        return amount(float(str(value)), self.indicator, self.lang)


def _said(figures: _Figures, basis: Basis, lang: Lang) -> str:
    """Name what a column holds, results with their quarter; nobody carries out a distance."""
    indicator = figures.indicator
    if indicator.nearest:
        return t("column_distance", lang)
    name = t(f"basis_{basis.value}", lang)
    is_result = basis is result_basis(indicator)
    return f"{name}, {figures.stand}" if is_result and figures.stand else name


def _columns(figures: _Figures, lang: Lang) -> tuple[Column, ...]:
    measure = unit(figures.indicator, lang)
    of_bases = [
        Column(f"{_said(figures, basis, lang)} ({measure})", "right", least_mm=13)
        for basis in figures.bases
        if not figures.is_category
    ]
    works = [
        Column(t(f"report_column_{kind}_{step}", lang), "right", least_mm=11)
        for kind, _, _ in _WORKS
        for step in ("planned", "completed")
    ]
    return (
        Column(t("report_column_number", lang), "right"),
        Column(t("report_column_code", lang)),
        Column(t("column_name", lang), share=1.6),
        Column(t("report_column_region", lang), "center"),
        *of_bases,
        Column(t("column_state", lang), share=1.3),
        *works,
        Column(t("report_column_road_share", lang), "right", least_mm=10),
    )


def _commune_row(
    figures: _Figures, number_in_list: int, row: Mapping[str, object], lang: Lang
) -> Row:
    state = t(str(row[c.STATE]), lang)
    if row[c.MISSING_PERIODS]:
        state = f"{state} ({_periods(str(row[c.MISSING_PERIODS]), lang)})"
    return Row(
        (
            number(number_in_list, lang),
            str(row[c.CODE]),
            str(row[c.NAME]),
            region_short(str(row[c.REGION] or ""), lang),
            *figures.of_commune(str(row[c.CODE])),
            state,
            *_works(row, lang),
            _road_share(row["road_completed_km"], row["road_planned_km"], lang),
        )
    )


def _sum_row(figures: _Figures, rows: pd.DataFrame, name: str, lang: Lang) -> Row:
    missing = figures.missing(rows[c.CODE])
    works = {
        name: _sum(rows[name])
        for kind, suffix, _ in _WORKS
        for name in (f"{kind}_planned{suffix}", f"{kind}_completed{suffix}")
    }
    return Row(
        (
            "",
            "",
            f"{name} ({t('legend_count', lang, count=number(len(rows), lang))})",
            "",
            *figures.of_communes(rows[c.CODE]),
            t("communes_missing", lang, count=number(missing, lang)) if missing else "",
            *_works(works, lang),
            _road_share(works["road_completed_km"], works["road_planned_km"], lang),
        ),
        strong=True,
    )


def _sum(values: pd.Series) -> float:
    """Add up what is known; missing when nothing is (a commune without a work has a true zero)."""
    return float(values.sum(min_count=1))


def _works(row: Mapping[str, object], lang: Lang) -> list[str]:
    """Write works planned and completed; nothing where there are none."""
    cells = []
    for kind, suffix, decimals in _WORKS:
        sizes = [float(str(row[f"{kind}_{step}{suffix}"])) for step in ("planned", "completed")]
        cells += [number(size, lang, decimals=decimals) if sizes[0] else "" for size in sizes]
    return cells


def _road_share(done_km: object, planned_km: object, lang: Lang) -> str:
    planned = float(str(planned_km))
    return percent(float(str(done_km)), planned, lang) if planned else ""


def _periods(periods: str, lang: Lang) -> str:
    """Write missing quarters shortly: `Q3, Q4`."""
    return ", ".join(period[-2:] if "-Q" in period else period for period in periods.split(", "))
