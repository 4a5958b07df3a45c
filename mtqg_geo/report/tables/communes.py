"""The communes of a selection as a table over pages, summed up by district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.region_words import region_short
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.words import of_year, shown_name
from mtqg_geo.maps.view import map_view
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang, Mask
from mtqg_geo.programme.words import number, percent, t
from mtqg_geo.report.paper import captions
from mtqg_geo.report.paper.page import foot, heading
from mtqg_geo.report.paper.setup import Setup
from mtqg_geo.report.paper.sheet import Sheet
from mtqg_geo.report.tables.commune_figures import FigureColumns, StateColumn, figure_columns
from mtqg_geo.report.tables.pages import table_sheets
from mtqg_geo.report.tables.table import Column, Row, Table

_FEW_FIGURES = 4  # above these columns stand closer
_WORKS = (("sites", "", 0), ("road", "_km", 1))  # columns of the table, decimals


def commune_sheets(data: Dataset, selection: Selection, setup: Setup) -> Iterator[Sheet]:
    """Yield the pages of the table of communes."""
    lang = setup.lang
    name = shown_name(data, selection, lang)
    title = t("report_communes_title", lang, indicator=name, year=selection.year)
    source = captions.source_text(data, selection, lang)
    words = foot(data, selection.year, source, setup)
    head = heading(data, selection, title, lang)
    yield from table_sheets([(head, commune_table(data, selection, lang))], words, setup)


def commune_table(data: Dataset, selection: Selection, lang: Lang) -> Table:
    """Return the communes by district: every figure of what is shown, works beside."""
    figures = figure_columns(data, selection, lang)
    writer = _Writer(figures, data, lang)
    view = map_view(data, selection, Setup().classing, lang=lang)
    rows: list[Row] = []
    number_in_list = 0
    for _, of_district in view.table.groupby(c.DISTRICT_CODE, sort=False):
        rows.append(writer.sum_row(of_district, of_district[c.DISTRICT].iloc[0]))
        for row in of_district.to_dict("records"):
            number_in_list += 1
            rows.append(writer.commune_row(number_in_list, row))
    if len(view.table[c.DISTRICT_CODE].unique()) > 1:
        rows.append(writer.sum_row(view.table, t("report_total", lang)))
    return Table(
        columns=_columns(figures, lang),
        rows=tuple(rows),
        notices=view.notices,
        keys=_keys(selection, lang) if rows else (),
    )


def _keys(selection: Selection, lang: Lang) -> tuple[str, ...]:
    """Explain short words and blanks, how a measure of several communes is made, of when works are.

    Works have no quarters.
    """
    measure, year = selection.measure, of_year(selection, lang)
    said = [t("report_communes_note", lang)]
    if measure is not Measure.VALUE:
        said.append(t(f"report_{measure.value}_note", lang))
    if year:
        said.append(t("report_works_of_year", lang, year=year))
    return (" ".join(said),)


class _Writer:
    """Writes the rows of the table."""

    def __init__(self, figures: FigureColumns, data: Dataset, lang: Lang) -> None:
        self.figures, self.lang = figures, lang
        self.at = {code: row for row, code in enumerate(data.commune_list[c.CODE])}

    def commune_row(self, number_in_list: int, row: Mapping[str, object]) -> Row:
        """Write a commune."""
        lang, at = self.lang, self.at[str(row[c.CODE])]
        return Row(
            (
                number(number_in_list, lang),
                str(row[c.CODE]),
                str(row[c.NAME]),
                region_short(str(row[c.REGION] or ""), lang),
                *(column.of_commune(at, lang) for column in self.figures),
                *_works(row, lang),
                _road_share(row["road_completed_km"], row["road_planned_km"], lang),
            )
        )

    def sum_row(self, rows: pd.DataFrame, name: str) -> Row:
        """Write several communes together."""
        lang, among = self.lang, self._among(rows[c.CODE])
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
                *(column.of_communes(among, lang) for column in self.figures),
                *_works(works, lang),
                _road_share(works["road_completed_km"], works["road_planned_km"], lang),
            ),
            strong=True,
        )

    def _among(self, codes: pd.Series) -> Mask:
        mask = np.zeros(len(self.at), dtype=np.bool_)
        mask[[self.at[code] for code in codes]] = True
        return mask


def _columns(figures: FigureColumns, lang: Lang) -> tuple[Column, ...]:
    is_crowded = len(figures) > _FEW_FIGURES
    shown = [
        Column(each.heading, share=1.3)
        if isinstance(each, StateColumn)
        else Column(each.heading, "right", least_mm=11 if is_crowded else 13)
        for each in figures
    ]
    works = [
        Column(t(f"report_column_{kind}_{step}", lang), "right", least_mm=7 if is_crowded else 11)
        for kind, _, _ in _WORKS
        for step in ("planned", "completed")
    ]
    return (
        Column(t("report_column_number", lang), "right"),
        Column(t("report_column_code", lang)),
        Column(t("column_name", lang), share=1.6),
        Column(t("report_column_region", lang), "center"),
        *shown,
        *works,
        Column(t("report_column_road_share", lang), "right", least_mm=8),
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
