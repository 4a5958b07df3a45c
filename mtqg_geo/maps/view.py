"""What a map shows, computed without a widget: selection in, everything to draw out.

Communes are painted by one indicator or by two, alone or beside another period, or by what changed
between two periods. A layer is told to the browser as one character per feature, so that a
click sends a few hundred bytes:

>>> from mtqg_geo.dataset.dataset import shipped_dataset
>>> from mtqg_geo.figures.selection import default_selection
>>> data = shipped_dataset()
>>> view = map_view(data, default_selection(data), Classing(), lang="en")
>>> len(view.choropleth.classes) == len(data.commune_list)
True
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.kept import kept
from mtqg_geo.dataset.dataset import Dataset, shipped_dataset
from mtqg_geo.dataset.regions import region_parts
from mtqg_geo.figures.differences import Difference, difference_of
from mtqg_geo.figures.key_figures import Figure, key_figures
from mtqg_geo.figures.measures import MappedIndicator, second_of, shown, shown_values
from mtqg_geo.figures.periods import Measure, periods_of
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_regions, has_regions
from mtqg_geo.figures.words import (
    capital_notes,
    distance_notes,
    period_words,
    shown_name,
    shown_words,
)
from mtqg_geo.figures.works import (
    existing_mask,
    works_of,
)
from mtqg_geo.maps.choropleth import (
    Choropleth,
    IndicatorPair,
    PairLegend,
    difference_texts,
    known_pairs,
    paint,
    paint_difference,
    paint_pair,
    pair_of,
    pair_texts,
)
from mtqg_geo.maps.classes import has_fixed
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.symbols import EXISTING, HIDDEN, STATUS_CHARS, site_chars
from mtqg_geo.maps.works_shown import WorksBars, WorksShown, works_bars, works_by_rule
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import Basis, Indicator, Kind, Lang, Mask, State, Status
from mtqg_geo.programme.period import Period
from mtqg_geo.programme.words import t

# Beside the value: that of the second indicator, that of the period compared with, what changed.
SECOND, COMPARED, DIFFERENCE = "value_second", "value_compared", "value_difference"
REGION_PARTS = "region_parts"
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class MapView:
    """The map page: one character per feature of each layer, and the table beside the map.

    Attributes
    ----------
    selection, indicator, title, words
        What is shown; the indicator has the unit and ramp of the measure, `title` names it (both
        on a map of two), `words` the basis or measure.
    choropleth
        The classes of the communes, of one indicator or of two.
    works
        Which works are on the map. The characters of sites and roads are those of all that are
        chosen, on the map or not: a reader may switch a layer on.
    tooltips, tooltip_text
        The value of each commune (both, on a map of two indicators), and the line around it.
    table
        A row per selected commune.
    bounds
        West, south, east and north, in degrees.
    caption
        The period, where it is not simply the year selected.
    pair
        The square of the legend of a map of two indicators.
    bars
        How many of each commune's works are done, where that is shown.
    other
        The same in the period compared with, in the same classes.
    difference
        What the communes are painted by, where it is what changed between two periods.
    class_notes
        In which values the breaks were found, where that could be asked.
    """

    selection: Selection
    indicator: Indicator
    title: str
    words: str
    choropleth: Choropleth
    tooltips: tuple[object, ...]
    tooltip_text: str
    works: WorksShown
    site_chars: str
    existing_chars: str
    road_chars: str
    district_chars: str
    table: pd.DataFrame
    figures: tuple[Figure, ...]
    bounds: Bounds
    notices: tuple[str, ...]
    caption: str = ""
    pair: PairLegend | None = None
    bars: WorksBars | None = None
    other: MapView | None = None
    class_notes: tuple[str, ...] = ()
    difference: Difference | None = None

    @property
    def side_by_side(self) -> tuple[MapView, ...]:
        """The maps of the page from left to right: of two periods the earlier one first."""
        if self.other is None:
            return (self,)
        return tuple(sorted((self, self.other), key=lambda view: view.selection.period.order))


# A reader goes to and fro between a few maps, and a click beside the map asks for the same again.
@kept(maxsize=128)
def map_view(
    data: Dataset,
    selection: Selection,
    classing: Classing,
    *,
    lang: Lang,
    works: WorksShown | None = None,
) -> MapView:
    """Compute the map page for a selection; kept for the next reader of the same page.

    `works` is the reader's own choice of the works shown; the rule decides where there is none.
    """
    periods = _periods_of_breaks(data, selection, classing)
    works = works or works_by_rule(data, selection)
    view = _map_of(data, selection, classing, periods, works, lang)
    if selection.compare is None or selection.is_difference:
        return view
    other = _map_of(data, selection.at(selection.compare), classing, periods, works, lang)
    return replace(
        view,
        caption=period_words(data, selection, lang),
        table=view.table.assign(**{COMPARED: other.table[c.VALUE]}),
        notices=tuple(dict.fromkeys((*view.notices, *other.notices))),
        other=replace(other, caption=period_words(data, other.selection, lang)),
    )


def _map_of(
    data: Dataset,
    selection: Selection,
    classing: Classing,
    periods: Sequence[Period],
    works_shown: WorksShown,
    lang: Lang,
) -> MapView:
    """Compute one map; `periods` are those in whose values the breaks are found."""
    now, selected = shown(data, selection, lang=lang), selection.commune_mask(data)
    paint_by = (
        _by_difference if selection.is_difference else _by_two if selection.second else _by_one
    )
    painted = paint_by(data, selection, now, selected, classing, periods, lang)
    table = commune_table(data, selection)
    if selection.regions and data.is_put_together:
        parts = _region_parts(data, selection.year, table[c.CODE], lang)
        table = table.assign(**{REGION_PARTS: parts})
    works = works_of(data, selection)
    said = _notices(data, selection, now.table[selected], lang)
    # Up to a quarter a figure is not that of the year in the title: it says so.
    is_earlier = selection.shown_period(data).quarter is not None
    caption = period_words(data, selection, lang) if is_earlier else ""
    if painted.difference:
        caption = painted.difference.caption
    return MapView(
        selection=selection,
        indicator=now.indicator,
        title=shown_name(data, selection, lang),
        # Both periods are named beside a difference: up to when each counts.
        words=shown_words(data, replace(selection, quarter=None), lang)
        if painted.difference
        else now.words,
        choropleth=painted.choropleth,
        tooltips=painted.tooltips,
        tooltip_text=painted.tooltip_text,
        works=works_shown,
        site_chars=_site_chars(data, works.sites.shown),
        existing_chars=_existing_chars(data, existing_mask(data, selection)),
        road_chars=_road_chars(data, works.roads.shown),
        district_chars=_district_chars(data, selected),
        table=table.assign(**painted.columns),
        figures=key_figures(data, selection, lang=lang),
        bounds=_bounds(data, selected),
        # One reason is enough where the map is empty; where a distance starts is always said.
        notices=(
            *(said or painted.notices),
            *distance_notes(data, selection, lang),
            *capital_notes(data, selection, lang),
        ),
        caption=caption,
        pair=painted.pair,
        difference=painted.difference,
        class_notes=_class_notes(now.indicator, selection, classing, selected, lang),
        bars=works_bars(data, selection, selected, lang=lang)
        if works_shown is WorksShown.BY_COMMUNE
        else None,
    )


def _class_notes(
    indicator: Indicator, selection: Selection, classing: Classing, selected: Mask, lang: Lang
) -> tuple[str, ...]:
    """Say in which values the breaks were found; nothing where they stand fast."""
    finds_own = bool(selection.second) or selection.is_difference
    if indicator.kind is Kind.CATEGORY or (has_fixed(indicator, classing) and not finds_own):
        return ()
    keys = []
    if selection.is_difference:
        keys += ["modes_difference_typed"] if classing.is_fixed else []
    elif classing.is_pooled or selection.compare is not None:
        keys.append("modes_pooled_note" if classing.is_pooled else "modes_compared_note")
    if not selected.all():
        keys.append("modes_scope_note_" + ("filtered" if classing.is_filtered else "province"))
    return tuple(t(key, lang) for key in keys)


def _region_parts(data: Dataset, year: int, codes: pd.Series, lang: Lang) -> pd.Series:
    """Say of each unit put together how much of it is in which region."""
    shares, whole = data.region_shares(year), t("region_whole_unit", lang)
    return codes.map(lambda code: "; ".join(region_parts(shares, code, lang)) or whole)


def _periods_of_breaks(
    data: Dataset, selection: Selection, classing: Classing
) -> tuple[Period, ...]:
    """Return the periods whose values share their breaks; none when the map stands alone."""
    compared = () if selection.compare is None else (selection.compare,)
    if classing.is_pooled:
        # The period shown need not be among them, but must be classed by the same breaks.
        every = periods_of(data, selection.growing(data))
        return tuple(dict.fromkeys((*every, selection.shown_period(data), *compared)))
    return (selection.shown_period(data), *compared) if compared else ()


@dataclass(frozen=True)
class _PaintedCommunes:
    """The communes as they are painted, and what the pointer says of them.

    `pair` is there on a map of two indicators, `difference` on one of what changed; `columns` are
    what such a map adds to the table, and `notices` say why it is empty.
    """

    choropleth: Choropleth
    tooltips: tuple[object, ...]
    tooltip_text: str
    pair: PairLegend | None = None
    difference: Difference | None = None
    columns: dict[str, pd.Series] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def _by_one(
    data: Dataset,
    selection: Selection,
    now: MappedIndicator,
    selected: Mask,
    classing: Classing,
    periods: Sequence[Period],
    lang: Lang,
) -> _PaintedCommunes:
    # The values of all these periods, so that a colour keeps its meaning when a filter is chosen; a
    # category has no breaks.
    found_in = selected if classing.is_filtered else np.ones_like(selected)
    pool = [
        np.asarray(shown_values(data, selection.at(period))[c.VALUE], dtype=np.float64)[found_in]
        for period in periods or (selection.shown_period(data),)
        if now.indicator.kind is not Kind.CATEGORY
    ]
    choropleth = paint(
        now.table,
        selected,
        commune_regions(data, selection.year),
        now.indicator,
        classing,
        lang=lang,
        pool=np.concatenate(pool) if pool else None,
    )
    line = f"{{}} {unit(now.indicator, lang)}"  # the pointer's; the value stands for `{}`
    return _PaintedCommunes(choropleth, _tooltips(now.table, now.indicator, lang), line)


def _by_two(
    data: Dataset,
    selection: Selection,
    now: MappedIndicator,
    selected: Mask,
    classing: Classing,
    periods: Sequence[Period],
    lang: Lang,
) -> _PaintedCommunes:
    """Paint by two indicators; they are always cut at their thirds, whatever the scheme."""
    second = shown(data, second_of(data, selection), lang=lang)
    pair = pair_of(now, second)
    found_in = selected if classing.is_filtered else np.ones_like(selected)
    others = [period for period in periods if period != selection.shown_period(data)]
    pairs = [pair, *(_pair_at(data, selection, when, lang) for when in others)]
    choropleth, square = paint_pair(
        pair,
        selected,
        commune_regions(data, selection.year),
        lang=lang,
        pool=[known_pairs(each, found_in) for each in pairs],
    )
    names = [each.indicator.short.of(lang) for each in pair]
    nothing = t("modes_pair_empty", lang, first=names[0], second=names[1])
    return _PaintedCommunes(
        choropleth,
        pair_texts(pair, lang),
        "\n".join(f"{name}: {{}}" for name in names),
        pair=square,
        columns={SECOND: second.table[c.VALUE]},
        notices=() if square.colours else (nothing,),
    )


def _by_difference(
    data: Dataset,
    selection: Selection,
    now: MappedIndicator,
    selected: Mask,
    classing: Classing,
    periods: Sequence[Period],
    lang: Lang,
) -> _PaintedCommunes:
    """Paint by what changed between two periods; they need no breaks of their own."""
    found = difference_of(data, selection, lang=lang)
    is_earlier = selection.in_time(data)[0].period == selection.compare
    other = (found.earlier if is_earlier else found.later).table
    choropleth = paint_difference(
        found,
        selected,
        commune_regions(data, selection.year),
        classing,
        lang=lang,
        among=selected if classing.is_filtered else np.ones_like(selected),
    )
    names = (t("modes_difference", lang), *found.periods)
    is_empty = not np.isfinite(found.by_commune[selected]).any()
    nothing = t("modes_difference_empty", lang, indicator=now.indicator.short.of(lang))
    return _PaintedCommunes(
        choropleth,
        difference_texts(found, lang),
        "\n".join(f"{name}: {{}}" for name in names),
        difference=found,
        columns={
            COMPARED: other[c.VALUE],
            DIFFERENCE: pd.Series(found.by_commune, index=now.table.index),
        },
        notices=(nothing,) if is_empty else (),
    )


def _pair_at(data: Dataset, selection: Selection, period: Period, lang: Lang) -> IndicatorPair:
    then = selection.at(period)
    return pair_of(*(shown(data, each, lang=lang) for each in (then, second_of(data, then))))


def _tooltips(values: pd.DataFrame, indicator: Indicator, lang: Lang) -> tuple[str, ...]:
    """Write each commune's value without its unit; nothing for a blank or a category.

    A value that is of a part of the reports only says so. Where there is no value the map shows the
    words of the class.
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


def _notices(
    data: Dataset, selection: Selection, values: pd.DataFrame, lang: Lang
) -> tuple[str, ...]:
    """Say what would otherwise be an empty map or list without a word.

    `values` has the rows of the selected communes only.
    """
    no_regions = t("no_regions_loaded", lang, year=selection.year)
    said = "" if has_regions(data, selection.year) else no_regions
    return tuple(filter(None, (said, _why_empty(data, selection, values, lang))))


def _why_empty(data: Dataset, selection: Selection, values: pd.DataFrame, lang: Lang) -> str:
    """Return why not one commune has a value; "" when one has."""
    indicator = data.catalog.indicators[selection.indicator]
    name = indicator.short.of(lang)
    if values.empty:
        return t("nothing_selected", lang)
    states = set(values[c.STATE])
    if State.NO_PLAN in states and values[c.VALUE].isna().all() and not _has_plan(data, selection):
        return t("indicator_no_plan", lang, indicator=name, year=selection.year)
    if states == {State.NOT_APPLICABLE}:
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
    # That no list of regions is loaded has been said.
    if values[c.VALUE].isna().all() and indicator.kind is not Kind.CATEGORY:
        words = shown_words(data, selection, lang)
        return t("indicator_without_data", lang, indicator=name, basis=words, year=selection.year)
    return ""


def _has_plan(data: Dataset, selection: Selection) -> bool:
    """Say whether any of the selected communes was given something to do."""
    plan = replace(selection, basis=Basis.PLAN, measure=Measure.VALUE)
    return bool((shown_values(data, plan)[c.VALUE] > 0)[selection.commune_mask(data)].any())


def commune_table(data: Dataset, selection: Selection) -> pd.DataFrame:
    """Return the table twin of the map: same communes, same values, works beside them."""
    values = shown_values(data, selection)
    communes, works = data.commune_list, works_of(data, selection)
    named = [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT, c.AREA_KM2]
    table = pd.DataFrame(
        {
            **{column: communes[column] for column in named},
            c.REGION: commune_regions(data, selection.year),
            **{column: values[column] for column in (c.VALUE, c.STATE, c.MISSING_PERIODS)},
            **{f"sites_{name}": counts for name, counts in works.sites.by_commune.items()},
            **{f"road_{name}_km": km for name, km in works.roads.by_commune.items()},
        }
    )
    return table[selection.commune_mask(data)]


def value_columns(
    view: MapView, second: Indicator | None, lang: Lang
) -> dict[str, tuple[str, Indicator]]:
    """Return the columns of values in the table: heading, and the indicator as which they are read.

    Of two periods the earlier one stands first, and what changed behind both.
    """
    indicator, chosen = view.indicator, view.selection
    if indicator.kind is Kind.CATEGORY:
        return {}
    names = {c.VALUE: indicator.short.of(lang)}
    if chosen.compare is not None:
        order = sorted([(chosen.period.order, c.VALUE), (chosen.compare.order, COMPARED)])
        periods = (
            view.difference.periods
            if view.difference
            else [each.caption for each in view.side_by_side]
        )
        names = {name: period for (_, name), period in zip(order, periods, strict=True)}
    found = {name: (_heading(words, indicator, lang), indicator) for name, words in names.items()}
    if view.difference is not None:
        read = view.difference.indicator
        found[DIFFERENCE] = (_heading(t("modes_difference", lang), read, lang), read)
    if second is not None:
        found[SECOND] = (_heading(second.short.of(lang), second, lang), second)
    return found


def _heading(name: str, indicator: Indicator, lang: Lang) -> str:
    return f"{name} ({unit(indicator, lang)})"


def _site_chars(data: Dataset, shown: Mask) -> str:
    return "".join(np.where(shown, _symbols(data), HIDDEN).tolist())


def _existing_chars(data: Dataset, shown: Mask) -> str:
    """Return the class character of each facility outside the programme that is shown."""
    if not shown.any():
        return HIDDEN * len(shown)
    chars = site_chars(tuple(data.catalog.facilities))
    looks = [chars[facility, EXISTING] for facility in data.site_list[c.FACILITY]]
    return "".join(np.where(shown, looks, HIDDEN).tolist())


@kept(maxsize=4)
def _symbols(data: Dataset) -> NDArray[np.str_]:
    """Return the class character of each site of the data."""
    chars = site_chars(tuple(data.catalog.facilities))
    pairs = zip(data.site_list[c.FACILITY], data.site_list[c.STATUS], strict=True)
    return np.array([chars[pair] for pair in pairs], dtype=np.str_)


def _road_chars(data: Dataset, shown: Mask) -> str:
    pairs = zip(data.road_list[c.STATUS], shown, strict=True)
    return "".join(STATUS_CHARS[Status(status)] if seen else HIDDEN for status, seen in pairs)


def _district_chars(data: Dataset, selected: Mask) -> str:
    present = set(data.commune_list[c.DISTRICT_CODE].to_numpy()[selected])
    return "".join("1" if code in present else HIDDEN for code in data.districts[c.CODE])


def _bounds(data: Dataset, selected: Mask) -> Bounds:
    """Return the bounds of the selected communes; of the province, if none of them has a shape."""
    bounds = data.commune_bounds[selected]
    if not np.isfinite(bounds).any():  # nothing selected, or nothing that has a shape in this set
        bounds = data.commune_bounds
    if not np.isfinite(bounds).any():
        bounds = shipped_dataset().commune_bounds
    west, south = np.nanmin(bounds[:, :2], axis=0).tolist()
    east, north = np.nanmax(bounds[:, 2:], axis=0).tolist()
    return west, south, east, north
