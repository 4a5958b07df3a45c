"""What the legend of a map says: sections of keys, the same on paper and on the web page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.roads import selected_pieces
from mtqg_geo.figures.words import of_year
from mtqg_geo.maps.bivariate import Axis, PairLegend
from mtqg_geo.maps.choropleth import LegendEntry
from mtqg_geo.maps.symbols import (
    HIDDEN,
    MOST_DIFFICULT_OUTLINE,
    STATUS_CHARS,
    Style,
    district_styles,
    road_styles,
)
from mtqg_geo.maps.view import MapView
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import unit
from mtqg_geo.programme.model import Kind, Lang, Status
from mtqg_geo.programme.words import number, t


@dataclass(frozen=True)
class AreaKey:
    """A filled swatch; `fill` is as in `LegendEntry`, or `outline` for the border alone."""

    colour: str
    fill: str


@dataclass(frozen=True)
class LineKey:
    """A line of the map's own style."""

    style: Style


class SiteLook(NamedTuple):
    """What a site's symbol says: its type by the shape (none if ""), its status by the fill."""

    facility: str
    status: Status


Symbol = AreaKey | LineKey | SiteLook


@dataclass(frozen=True)
class Key:
    """One line of the legend."""

    symbol: Symbol
    label: str
    count: str = ""


@dataclass(frozen=True)
class Side:
    """One side of the square: what it is, and the bounds of its classes, lowest first."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Square:
    """The classes of two indicators: colours and counts by row (upwards) and column."""

    rows: Side
    columns: Side
    colours: tuple[tuple[str, ...], ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Section:
    """Keys under one heading; `remark` stands below the heading, `note` below the keys.

    A map of two indicators has a `square` above its keys.
    """

    heading: str
    keys: tuple[Key, ...]
    remark: str = ""
    note: str = ""
    square: Square | None = None


def legend_sections(data: Dataset, view: MapView, lang: Lang) -> tuple[Section, ...]:
    """Return the legend of a view: classes, borders, roads and sites that are on the map."""
    sections = (
        _classes(view, lang),
        _borders(lang),
        _roads(data, view, lang),
        _site_statuses(data, view, lang),
        _site_types(data, view, lang),
    )
    return tuple(section for section in sections if section.keys)


def _classes(view: MapView, lang: Lang) -> Section:
    if view.pair is not None:
        return _pair(view.pair, view.choropleth.partly_text(lang), lang)
    indicator = view.indicator
    is_category = indicator.kind is Kind.CATEGORY
    classes = t("legend_classes", lang) if len(view.choropleth.edges) > 1 else ""
    return Section(
        heading=indicator.name.of(lang),
        remark="" if is_category else f"{view.words} · {unit(indicator, lang)}",
        keys=_entry_keys(view.choropleth.legend, lang),
        note=" ".join(filter(None, (classes, view.choropleth.partly_text(lang)))),
    )


def _entry_keys(entries: Sequence[LegendEntry], lang: Lang) -> tuple[Key, ...]:
    return tuple(
        Key(
            AreaKey(entry.colour, entry.fill),
            entry.label,
            t("legend_count", lang, count=number(entry.count, lang)),
        )
        for entry in entries
    )


def _pair(pair: PairLegend, partly: str, lang: Lang) -> Section:
    """Return the square of two indicators, and the keys of what is missing."""
    names = [axis.indicator.short.of(lang) for axis in (pair.rows, pair.columns)]
    square = Square(_side(pair.rows, lang), _side(pair.columns, lang), pair.colours, pair.counts)
    return Section(
        heading=t("modes_pair_title", lang, first=names[0], second=names[1]),
        keys=_entry_keys(pair.blanks, lang),
        note=" ".join(filter(None, (t("modes_pair_note", lang), partly))),
        square=square if pair.colours else None,
    )


def _side(axis: Axis, lang: Lang) -> Side:
    name, measure = axis.indicator.short.of(lang), unit(axis.indicator, lang)
    return Side(f"{name} ({measure}) – {axis.words.lower()}", axis.labels)


def _borders(lang: Lang) -> Section:
    outline = Key(AreaKey(MOST_DIFFICULT_OUTLINE, "outline"), t("report_most_difficult", lang))
    district = Key(LineKey(district_styles()["1"]), t("report_district_border", lang))
    return Section(heading=t("report_borders", lang), keys=(outline, district))


def _of_works(key: str, view: MapView, lang: Lang) -> str:
    """Return a heading of sites or roads; they have no quarters, so beside one it names the year.

    Whatever the map shows up to the end of a quarter, works are those of the whole year.
    """
    return ", ".join(filter(None, (t(key, lang), of_year(view.selection, lang))))


def _roads(data: Dataset, view: MapView, lang: Lang) -> Section:
    """Return the statuses on the map, with the kilometres inside the selection, counted once."""
    styles, present = road_styles(), set(view.road_chars)
    pieces = selected_pieces(data, view.selection.filtered())
    km = pieces.groupby(c.STATUS)[c.LENGTH_KM].sum()
    return Section(
        heading=_of_works("report_roads", view, lang),
        keys=tuple(
            Key(
                LineKey(styles[char]),
                t(f"status_{status.value}", lang),
                f"{number(km.get(status.value, 0.0), lang, decimals=1)} {t('report_km', lang)}",
            )
            for status, char in STATUS_CHARS.items()
            if char in present
        ),
    )


def _shown_sites(data: Dataset, view: MapView) -> pd.DataFrame:
    shown = np.array([char != HIDDEN for char in view.site_chars], dtype=bool)
    return data.site_list[shown]


def _site_types(data: Dataset, view: MapView, lang: Lang) -> Section:
    counts = _shown_sites(data, view)[c.FACILITY].value_counts()
    return Section(
        heading=_of_works("report_sites", view, lang),
        keys=tuple(
            Key(
                SiteLook(code, Status.COMPLETED),
                facility.name.of(lang),
                number(int(counts[code]), lang),
            )
            for code, facility in data.catalog.facilities.items()
            if code in counts.index
        ),
    )


def _site_statuses(data: Dataset, view: MapView, lang: Lang) -> Section:
    counts = _shown_sites(data, view)[c.STATUS].value_counts()
    return Section(
        heading=_of_works("report_site_status", view, lang),
        keys=tuple(
            Key(
                SiteLook("", status),
                t(f"status_{status.value}", lang),
                number(int(counts[status.value]), lang),
            )
            for status in Status
            if status.value in counts.index
        ),
    )
