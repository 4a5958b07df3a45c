"""The lists on a page of the atlas: figures plan against result, sites, roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtqg_geo.figures.profile import CommuneProfile, IndicatorLine
from mtqg_geo.maps.legend import LineKey, SiteLook
from mtqg_geo.maps.symbols import STATUS_CHARS, road_styles
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import Lang, Status
from mtqg_geo.programme.words import number, percent, t
from mtqg_geo.report.paper.lettering import wrapped
from mtqg_geo.report.paper.sheet import FAINT_INK, Box, Sheet, line_mm
from mtqg_geo.report.tables.table import Column, Row, Sign, Table, draw_rows, lay, squeezed

_TITLE_PT, _WORDS_PT, _TITLE_MM = 8.5, 7.2, 5.0


@dataclass(frozen=True)
class Block:
    """A titled table, or a sentence where it has no rows."""

    title: str
    table: Table
    sentence: str

    def height(self, width_mm: float) -> float:
        """Return how high the whole block is at a width."""
        if not self.table.rows:
            return _TITLE_MM + len(wrapped(self.sentence, width_mm, _WORDS_PT)) * line_mm(_WORDS_PT)
        laid = lay(self.table, width_mm)
        return _TITLE_MM + laid.heading.height + sum(row.height for row in laid.rows)

    def draw(self, sheet: Sheet, place: Box, lang: Lang) -> float:
        """Draw as many rows as there is room for and say how many are left out; return the end."""
        sheet.text(place.x, place.y + 3, self.title, _TITLE_PT, weight="bold")
        top = place.y + _TITLE_MM
        if not self.table.rows:
            lines = wrapped(self.sentence, place.width, _WORDS_PT)
            return sheet.paragraph(place.x, top + 2.6, lines, _WORDS_PT, colour=FAINT_INK) - 2.6
        laid = squeezed(lay(self.table, place.width), place.bottom - top)
        fitting = _fitting(
            [row.height for row in laid.rows], place.bottom - top - laid.heading.height
        )
        end = draw_rows(sheet, place.x, top, laid, laid.rows[:fitting])
        left_out = len(laid.rows) - fitting
        if left_out:
            end += line_mm(_WORDS_PT)
            words = t("report_left_out", lang, count=number(left_out, lang))
            sheet.text(place.x + 1.3, end, words, _WORDS_PT, weight="italic", colour=FAINT_INK)
        return end


def _fitting(heights: list[float], room_mm: float) -> int:
    """Return how many rows fit, with room for the line that says that some are left out."""
    ends = np.cumsum(heights)
    if ends[-1] <= room_mm + 0.01:
        return len(heights)
    return max(int((ends <= room_mm - line_mm(_WORDS_PT) - 1).sum()), 1)


def figure_block(profile: CommuneProfile, lang: Lang) -> Block:
    """Return every indicator that concerns the commune, plan beside result."""
    columns = (
        Column(t("progress_column_indicator", lang), share=1),
        Column(t("progress_column_unit", lang), least_mm=12),
        Column(t("profile_plan", lang), "right", least_mm=13),
        Column(t("profile_result", lang), "right", least_mm=13),
        Column(t("progress_column_share", lang), "right", least_mm=9),
    )
    rows = tuple(_figure_row(line, lang) for line in profile.lines)
    return Block(t("report_figures", lang), Table(columns, rows), t("profile_no_indicators", lang))


def _figure_row(line: IndicatorLine, lang: Lang) -> Row:
    name = line.indicator.short.of(lang)
    if line.is_of_year:
        name = f"{name} ({t('report_of_year', lang)})"
    if line.missing_periods:
        name = f"{name} ({t('report_missing', lang, periods=line.missing_periods)})"
    is_silent = np.isnan(line.result)
    result = amount(line.result, line.indicator, lang)
    is_compared = line.plan > 0 and not is_silent
    return Row(
        (
            name,
            unit(line.indicator, lang),
            "" if np.isnan(line.plan) else amount(line.plan, line.indicator, lang),
            t("not_reported", lang) if is_silent else result,
            percent(line.result, line.plan, lang) if is_compared else "",
        )
    )


def site_block(profile: CommuneProfile, lang: Lang) -> Block:
    """Return the sites of the commune with their symbols."""
    columns = (
        Column("", least_mm=6.4),
        Column(t("column_site", lang), share=1),
        Column(t("column_project", lang)),
        Column(t("column_status", lang)),
    )
    rows = []
    for site in profile.sites[[c.FACILITY, c.STATUS, c.NAME, c.PROJECT]].to_dict("records"):
        sign = Sign(SiteLook(site[c.FACILITY], Status(site[c.STATUS])))
        status = t(f"status_{site[c.STATUS]}", lang)
        rows.append(Row((sign, str(site[c.NAME]), str(site[c.PROJECT]), status)))
    title = t("profile_sites", lang, count=number(len(rows), lang))
    return Block(title, Table(columns, tuple(rows)), t("profile_no_sites", lang))


def road_block(profile: CommuneProfile, lang: Lang) -> Block:
    """Return the stretches of road inside the commune with their lines."""
    columns = (
        Column("", least_mm=6.4),
        Column(t("column_road", lang), share=1),
        Column(t("report_km", lang), "right"),
        Column(t("column_status", lang)),
    )
    styles = road_styles()
    rows = []
    for road in profile.roads[[c.STATUS, c.NAME, c.LENGTH_KM]].to_dict("records"):
        sign = Sign(LineKey(styles[STATUS_CHARS[Status(road[c.STATUS])]]))
        km = number(road[c.LENGTH_KM], lang, decimals=2)
        rows.append(Row((sign, str(road[c.NAME]), km, t(f"status_{road[c.STATUS]}", lang))))
    road_km = float(profile.roads[c.LENGTH_KM].sum())
    title = t("profile_roads", lang, count=number(road_km, lang, decimals=1))
    return Block(title, Table(columns, tuple(rows)), t("profile_no_roads", lang))
