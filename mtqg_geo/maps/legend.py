"""What the legend of a map says: sections of keys, worded once for the page, paper and HTML.

Each of the three draws a `Symbol` in its own way. They also differ in what they explain:
`printed_legend` says everything, because paper cannot be asked; on the page the pointer tells what
a site is, so `screen_works` names symbols only, and `screen_classes` sets two periods side by side.

>>> from mtqg_geo.maps.symbols import HATCHES
>>> silent = LegendKey(Swatch("#a9a9a9", "nodata"), "Chưa báo cáo", "12 xã")
>>> HATCHES[silent.symbol.fill], silent.count
('hatch:nodata', '12 xã')
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.periods import Measure
from mtqg_geo.figures.roads import km_as_written, km_by, selected_pieces
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.words import of_year
from mtqg_geo.figures.works import works_of
from mtqg_geo.maps.choropleth import CLASSES, Axis
from mtqg_geo.maps.symbols import (
    BAR_UNKNOWN,
    CLASS_CHARS,
    EXISTING_COLOUR,
    HIDDEN,
    MOST_DIFFICULT_CHARS,
    MOST_DIFFICULT_OUTLINE,
    STATUS_CHARS,
    STATUS_COLOURS,
    Style,
    both_chars,
    district_styles,
    road_styles,
)
from mtqg_geo.maps.view import MapView
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import unit
from mtqg_geo.programme.model import Kind, Lang, Status
from mtqg_geo.programme.words import KM_DECIMALS, number, t, within


@dataclass(frozen=True)
class Swatch:
    """A filled area; `fill` is as in `LegendEntry`, or `outline` for the border alone."""

    colour: str
    fill: str


@dataclass(frozen=True)
class LineSample:
    """A piece of line in the map's own style."""

    style: Style


@dataclass(frozen=True)
class BarSample:
    """A bar of works; `share` of it is full, None where that is not known."""

    share: float | None


class SiteSymbol(NamedTuple):
    """A site's type by the shape (`Facility.icon`, none if ""), its status by the fill."""

    icon: str
    status: Status


class Dot(NamedTuple):
    """A site as a dot, where there is no room for its type."""

    status: Status


class SiteMarks(StrEnum):
    """How sites are marked on paper, the more crowded the plainer; what is on it says so."""

    SYMBOLS = "symbols"
    DOTS = "dots"
    BARS = "bars"


Symbol = Swatch | LineSample | SiteSymbol | BarSample | Dot
BAR_DONE, BAR_REST, BAR_SILENT = STATUS_COLOURS[Status.COMPLETED], "#ffffff", "#c4c9d0"
_OUTLINE = Swatch(MOST_DIFFICULT_OUTLINE, "outline")
_CAPITALS = "".join(map(chr, MOST_DIFFICULT_CHARS.values()))  # every class in region III


@dataclass(frozen=True)
class LegendKey:
    """One line of the legend; `chars` are the characters on the map of the units it speaks of."""

    symbol: Symbol
    label: str
    count: str = ""
    chars: str = ""


@dataclass(frozen=True)
class Square:
    """The classes of two indicators: colours, counts, characters by row (upwards) and column."""

    rows: Axis
    columns: Axis
    colours: tuple[tuple[str, ...], ...]
    counts: tuple[tuple[str, ...], ...]
    chars: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class LegendSection:
    """Keys under one heading; `remarks` stand below the heading, `notes` below the keys.

    A map of two indicators has a `square` above its keys.
    """

    heading: str
    keys: tuple[LegendKey, ...]
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    square: Square | None = None


def printed_legend(
    data: Dataset, view: MapView, lang: Lang, marks: SiteMarks | None = None
) -> tuple[LegendSection, ...]:
    """Return the legend of a map that stands alone: classes, borders, and the works on it.

    `marks` are those there is room for; without a word there is room for what the view shows.
    """
    sections = [_printed_classes(view, lang), _borders(view, lang)]
    if view.works is not WorksShown.NONE:
        marks = marks or roomy_marks(view)
        if view.works is WorksShown.SINGLE:
            sections.append(_printed_roads(data, view, lang, marks))
        if marks is SiteMarks.BARS:
            sections += _printed_bars(data, view, lang)
        else:
            sections += _printed_sites(data, view, lang, has_dots=marks is SiteMarks.DOTS)
    return tuple(section for section in sections if section.keys)


def roomy_marks(view: MapView) -> SiteMarks:
    """Return how works are marked where there is room enough."""
    return SiteMarks.BARS if view.works is WorksShown.BY_COMMUNE else SiteMarks.SYMBOLS


def printed_road_styles(marks: SiteMarks) -> dict[str, Style]:
    """Return the style of roads by status character, half as wide where works are crowded."""
    share = 1.0 if marks is SiteMarks.SYMBOLS else 0.5
    styles = road_styles().items()
    return {char: style | {"weight": share * float(style["weight"])} for char, style in styles}


def screen_classes(view: MapView, lang: Lang) -> LegendSection:
    """Return the classes as the page lists them, with the counts of both periods compared."""
    views = view.side_by_side
    periods = [" | ".join(each.caption for each in views)] if views[1:] else []
    return LegendSection(
        heading=view.title,
        keys=(
            *_class_keys(views, lang),
            _most_difficult(views, lang),
        ),
        remarks=(*_basis(view, lang), *periods, *_between(view, lang)),
        notes=_screen_notes(views, lang),
        square=_square(views, lang),
    )


def screen_works(data: Dataset, view: MapView, lang: Lang) -> tuple[LegendSection, ...]:
    """Return the symbols of sites and roads, each only if there is one on the map."""
    if view.works is WorksShown.NONE:
        return ()
    if view.works is WorksShown.BY_COMMUNE:
        return (bars_key(view, lang),)
    sites, sections = _sites_on_map(data, view), []
    every_status = dict.fromkeys((status.value for status in Status), "")
    if len(sites):
        types = dict.fromkeys(sites[c.FACILITY], "")
        sections += [
            LegendSection(t("legend_sites", lang), _type_keys(data, types, lang)),
            LegendSection(
                "",
                _status_keys(_site_of, every_status, lang),
                notes=(t("legend_sites_note", lang),),
            ),
        ]
    if existing := _existing_keys(view, lang):
        sections.append(LegendSection("", existing))
    if set(view.road_chars) - {HIDDEN}:
        keys = _status_keys(_road_of, every_status, lang)
        sections.append(LegendSection(t("legend_roads", lang), keys))
    return tuple(sections)


def bars_key(view: MapView, lang: Lang) -> LegendSection:
    """Return what the bars of works say: how much is done, where nothing is known."""
    is_silent = view.bars is not None and BAR_UNKNOWN in view.bars.chars
    silent = LegendKey(BarSample(None), t("works_bars_unknown", lang))
    return LegendSection(
        t("works_bars_heading", lang),
        (LegendKey(BarSample(0.6), t("works_bars_key", lang)), *([silent] * is_silent)),
        notes=(t("works_bars_note", lang),),
    )


def _existing_keys(view: MapView, lang: Lang) -> tuple[LegendKey, ...]:
    """Return the key of facilities outside the programme, if one is on the map."""
    if not set(view.existing_chars) - {HIDDEN}:
        return ()
    square = Swatch(EXISTING_COLOUR, "solid")
    return (LegendKey(square, t("existing_legend", lang)),)


def _printed_classes(view: MapView, lang: Lang) -> LegendSection:
    partly, pair = view.choropleth.partly_text(lang), view.pair
    if pair is None:
        heading, classes = view.indicator.name.of(lang), view.class_notes
    else:
        names = [axis.indicator.short.of(lang) for axis in (pair.rows, pair.columns)]
        heading = t("modes_pair_title", lang, first=names[0], second=names[1])
        classes = (t("modes_pair_note", lang), *view.class_notes)
    return LegendSection(
        heading,
        keys=_class_keys([view], lang),
        remarks=tuple(_basis(view, lang)),
        notes=(*classes, *_sides(view, lang), *filter(None, [partly])),
        square=_square([view], lang),
    )


def _basis(view: MapView, lang: Lang) -> list[str]:
    """Say what is shown and in which unit; the sides of a square say it themselves."""
    if view.difference is not None:
        words = f"{t('modes_difference', lang)}: {within(view.words)}"
        return [f"{words} · {unit(view.difference.indicator, lang)}"]
    shown = view.pair is None and view.indicator.kind is not Kind.CATEGORY
    return [f"{view.words} · {unit(view.indicator, lang)}"] if shown else []


def _between(view: MapView, lang: Lang) -> tuple[str, ...]:
    """Name the two periods of a map of what changed."""
    return () if view.difference is None else (view.difference.caption,)


def _sides(view: MapView, lang: Lang) -> tuple[str, ...]:
    """Say which side of a map of what changed is better, where one is."""
    if view.difference is None:
        return ()
    side = "judged" if view.difference.better else "neutral"
    return (t(f"modes_difference_{side}", lang),)


def _screen_notes(views: Sequence[MapView], lang: Lang) -> tuple[str, ...]:
    """Say how classes and measure are made."""
    view, keys = views[0], []
    if view.selection.measure is not Measure.VALUE:
        keys.append(f"modes_{view.selection.measure.value}_note")
    if any(entry.fill == "nr" for entry in view.choropleth.legend):
        keys.append("reform_not_restatable_help")
    partly = dict.fromkeys(each.choropleth.partly_text(lang) for each in views)
    said = (*view.class_notes, *_sides(view, lang), *(t(key, lang) for key in keys))
    return (*filter(None, partly), *said)


def _class_keys(views: Sequence[MapView], lang: Lang) -> tuple[LegendKey, ...]:
    """Return a key per class; two periods have the same classes and differ in the counts.

    A blank that occurs in one of them alone counts none in the other.
    """
    legends = [
        {
            (each.label, each.colour, each.fill, each.chars): each.count
            for each in view.choropleth.legend
        }
        for view in views
    ]
    ordered = sorted(legends, key=len, reverse=True)  # the longer one has the blank in its place
    return tuple(
        LegendKey(
            Swatch(name[1], name[2]),
            name[0],
            t("legend_count", lang, count=_counts((each.get(name, 0) for each in legends), lang)),
            name[3],
        )
        for name in dict.fromkeys(name for each in ordered for name in each)
    )


def _counts(of_periods: Iterable[int], lang: Lang) -> str:
    return " | ".join(number(count, lang) for count in of_periods)


def _square(views: Sequence[MapView], lang: Lang) -> Square | None:
    """Return the square of a map of two indicators; nothing where no commune has both values."""
    pairs = [view.pair for view in views if view.pair is not None]
    if not pairs or not pairs[0].colours:
        return None
    ties = [
        t("modes_pair_ties", lang, indicator=axis.indicator.short.of(lang), count=axis.k)
        for axis in (pairs[0].rows, pairs[0].columns)
        if axis.k < CLASSES
    ]
    k = pairs[0].columns.k
    return Square(
        pairs[0].rows,
        pairs[0].columns,
        pairs[0].colours,
        counts=tuple(
            tuple(_counts(cell, lang) for cell in zip(*rows, strict=True))
            for rows in zip(*(pair.counts for pair in pairs), strict=True)
        ),
        chars=tuple(
            tuple(both_chars(char) for char in CLASS_CHARS[row * k : (row + 1) * k])
            for row in range(pairs[0].rows.k)
        ),
        notes=(t("modes_pair_note", lang), *ties),
    )


def _most_difficult(views: Sequence[MapView], lang: Lang) -> LegendKey:
    """Return the key of the line inside the border, with how many communes have it."""
    counts = (sum(char in _CAPITALS for char in view.choropleth.classes) for view in views)
    count = t("legend_count", lang, count=_counts(counts, lang))
    return LegendKey(_OUTLINE, t("most_difficult_outline", lang), count, chars=_CAPITALS)


def _borders(view: MapView, lang: Lang) -> LegendSection:
    outline = _most_difficult([view], lang)
    district = LegendKey(LineSample(district_styles()["1"]), t("report_district_border", lang))
    return LegendSection(t("report_borders", lang), (outline, district))


def _of_works(key: str, view: MapView, lang: Lang) -> str:
    """Return a heading of sites or roads; they have no quarters, so beside one it names the year.

    Whatever the map shows up to the end of a quarter, works are those of the whole year.
    """
    return ", ".join(filter(None, (t(key, lang), of_year(view.selection, lang))))


def _printed_roads(data: Dataset, view: MapView, lang: Lang, marks: SiteMarks) -> LegendSection:
    """Return the statuses on the map, with the kilometres inside the selection, counted once."""
    pieces = selected_pieces(data, view.selection.filtered())
    measured_km = km_by(pieces, c.SURFACE)
    km = km_as_written(measured_km).sum()
    is_fitted = any(km.round(KM_DECIMALS) != measured_km.sum().round(KM_DECIMALS))
    # A status drawn on the map has a key even where no kilometre of it lies inside the selection.
    on_map = (status.value for status, char in STATUS_CHARS.items() if char in view.road_chars)
    lengths = {
        status: f"{number(km.get(status, 0.0), lang, decimals=KM_DECIMALS)} {t('report_km', lang)}"
        for status in on_map
    }
    styles = printed_road_styles(marks)
    return LegendSection(
        _of_works("report_roads", view, lang),
        _status_keys(lambda status: LineSample(styles[STATUS_CHARS[status]]), lengths, lang),
        notes=(*_whole_units(data, view, lang), *([t("report_km_fitted", lang)] * is_fitted)),
    )


def _whole_units(data: Dataset, view: MapView, lang: Lang) -> tuple[str, ...]:
    """Say that works of a whole unit are on the map where a part of it is in the regions chosen."""
    is_said = view.selection.regions and data.is_put_together
    return (t("report_units_whole", lang),) if is_said else ()


def _printed_sites(
    data: Dataset, view: MapView, lang: Lang, *, has_dots: bool
) -> tuple[LegendSection, ...]:
    """Return the statuses, then the types of the sites on the map, each with its count.

    A dot tells no type.
    """
    sites = _sites_on_map(data, view)
    statuses, types = (
        {value: number(int(count), lang) for value, count in sites[column].value_counts().items()}
        for column in (c.STATUS, c.FACILITY)
    )
    of_status = LegendSection(
        _of_works("report_site_status", view, lang),
        _status_keys(Dot if has_dots else _site_of, statuses, lang),
        notes=_whole_units(data, view, lang),
    )
    existing = _existing_keys(view, lang)
    if has_dots:
        notes = (t("report_dots", lang), *of_status.notes)
        return (replace(of_status, keys=(*of_status.keys, *existing), notes=notes),)
    return (
        of_status,
        LegendSection(
            _of_works("report_sites", view, lang), (*_type_keys(data, types, lang), *existing)
        ),
    )


def _printed_bars(data: Dataset, view: MapView, lang: Lang) -> tuple[LegendSection, ...]:
    """Return what a bar says, and the sums of what all of them say."""
    planned, completed, silent = (
        float(np.nansum(bars)) for bars in commune_bars(data, view.selection).values()
    )
    parts = {
        "status_completed": (Swatch(BAR_DONE, "solid"), completed),
        "report_bar_rest": (Swatch(BAR_REST, "solid"), planned - completed - silent),
        "status_not_reported": (Swatch(BAR_SILENT, "solid"), silent),
    }
    keys = [
        LegendKey(symbol, t(key, lang), number(count, lang))
        for key, (symbol, count) in parts.items()
        if count
    ]
    # Where the reader asked for bars nothing else is on the map.
    is_asked = view.works is WorksShown.BY_COMMUNE
    why = () if is_asked else (t("report_bars_why", lang),)
    return (
        LegendSection(
            _of_works("works_bars_heading", view, lang),
            tuple(keys) if is_asked else (*keys, *_existing_keys(view, lang)),
            notes=(t("report_bars", lang), *why, *_whole_units(data, view, lang)),
        ),
    )


def commune_bars(data: Dataset, selection: Selection) -> dict[str, NDArray[np.float64]]:
    """Return how many sites of each commune are `planned`, `completed`, `not_reported`.

    Whatever statuses are chosen: what is done is told of all that were planned.
    """
    tally = works_of(data, selection.without_status()).sites.by_commune
    return {name: tally[name] for name in ("planned", "completed", "not_reported")}


def _sites_on_map(data: Dataset, view: MapView) -> pd.DataFrame:
    return data.site_list[np.array(list(view.site_chars), dtype=np.str_) != HIDDEN]


def _status_keys(
    symbol_of: Callable[[Status], Symbol], counts: Mapping[str, str], lang: Lang
) -> tuple[LegendKey, ...]:
    """Return a key for each status that has a count, which may be an empty text."""
    return tuple(
        LegendKey(symbol_of(status), t(f"status_{status.value}", lang), counts[status.value])
        for status in Status
        if status.value in counts
    )


def _type_keys(data: Dataset, counts: Mapping[str, str], lang: Lang) -> tuple[LegendKey, ...]:
    return tuple(
        LegendKey(SiteSymbol(facility.icon, Status.COMPLETED), facility.name.of(lang), counts[code])
        for code, facility in data.catalog.facilities.items()
        if code in counts
    )


def _site_of(status: Status) -> Symbol:
    return SiteSymbol("", status)


def _road_of(status: Status) -> Symbol:
    return LineSample(road_styles()[STATUS_CHARS[status]])
