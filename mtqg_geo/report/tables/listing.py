"""The communes of a printed map as a list on the same sheet, the worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.regions import region_short
from mtqg_geo.figures.measures import shown
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.quarters import clock_at
from mtqg_geo.figures.rules import Standing
from mtqg_geo.figures.standings import can_be_late, commune_standings
from mtqg_geo.figures.states import SILENT
from mtqg_geo.maps.table_order import order_of
from mtqg_geo.maps.view import MapView, value_columns
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import MOST_DIFFICULT, Basis, Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.words import standing_text
from mtqg_geo.report.tables.block import TableBlock
from mtqg_geo.report.tables.table import Column, Row, Table

PLANNED = "planned"  # beside the result, in the list alone
FIRST = (
    Standing.LATE,
    Standing.NEARLY,
    Standing.NOT_REPORTED,
    Standing.NOT_DUE,
    Standing.ON_TRACK,
    Standing.DONE,
    Standing.NO_PLAN,
    Standing.NOT_LISTED,
    Standing.NOT_APPLICABLE,
)


def commune_listing(data: Dataset, view: MapView, lang: Lang) -> TableBlock:
    """Return the communes of a map: name, district, region, figures, how they stand.

    Those of the programme alone, or all where none is of it: the late ones first, then the silent,
    within these as in the table of the page.
    """
    stands, selection = _stands(data, view), view.selection
    second = data.catalog.indicators.get(selection.second)
    table, figures = view.table, value_columns(view, second, lang)
    if figures and second is None and selection.compare is None:
        # The title of the sheet names the indicator: here stands what of it.
        figures[c.VALUE] = (f"{view.words} ({unit(view.indicator, lang)})", view.indicator)
    if stands and view.difference is None:
        planned = replace(selection, basis=Basis.PLAN, measure=Measure.VALUE)
        now = shown(data, planned, lang=lang)
        table = table.assign(**{PLANNED: now.table[c.VALUE]})
        heading = f"{t('basis_plan', lang)} ({unit(now.indicator, lang)})"
        figures = {PLANNED: (heading, now.indicator), **figures}
    clock = clock_at(data, selection.year, selection.quarter)
    rows = []
    listed = table.iloc[_order(view, stands)].to_dict("records")
    for position, row in enumerate(listed, start=1):
        region, code = str(row[c.REGION] or ""), str(row[c.CODE])
        is_difficult = region == MOST_DIFFICULT
        cells = (
            number(position, lang),
            str(row[c.NAME]),
            str(row[c.DISTRICT]),
            t("report_region_iii", lang) if is_difficult else region_short(region, lang),
            *(amount(float(row[name]), of, lang) for name, (_, of) in figures.items()),
            standing_text(stands[code], clock, lang) if code in stands else t(row[c.STATE], lang),
        )
        rows.append(Row(cells))
    columns = (
        Column(t("report_column_number", lang), "right", least_mm=4),
        Column(t("column_name", lang), share=1.3),
        Column(t("column_district", lang), share=1),
        Column(t("report_column_region", lang), "center"),
        *(Column(heading, "right", least_mm=11) for heading, _ in figures.values()),
        Column(t("report_list_state", lang)),
    )
    title = t("report_list_title", lang, count=number(len(rows), lang))
    sentence, more = t("nothing_selected", lang), "report_list_left_out"
    return TableBlock(title, Table(columns, tuple(rows)), sentence, more)


def _stands(data: Dataset, view: MapView) -> dict[str, Standing]:
    """Return by code how a commune stands that owes no report; nothing where no result is shown."""
    selection, table = view.selection, view.table
    indicator = data.catalog.indicators[selection.indicator]
    if not can_be_late(indicator) or selection.basis is Basis.PLAN:
        return {}
    owing = {*table[c.CODE][table[c.STATE].isin(SILENT)]}
    standings = commune_standings(data, selection)
    return {code: stands for code, stands in standings.items() if code not in owing}


def _order(view: MapView, stands: Mapping[str, Standing]) -> NDArray[np.intp]:
    """Return the places of the communes listed, in their order."""
    order, inside = order_of(view)
    listed = order[: inside or len(order)]
    if not stands or view.difference is not None:
        return listed
    codes = view.table[c.CODE].to_numpy()[listed]
    ranks = [FIRST.index(stands.get(code, Standing.NOT_REPORTED)) for code in codes]
    return listed[np.argsort(ranks, kind="stable")]
