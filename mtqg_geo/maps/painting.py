"""How the communes of a selection are painted: by one indicator or two, alone or beside another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.measures import Shown, second_of, shown, shown_values
from mtqg_geo.figures.periods import periods_of
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.values import commune_regions
from mtqg_geo.maps.bivariate import Pair, PairLegend, known_pairs, paint_pair, pair_of, pair_texts
from mtqg_geo.maps.choropleth import Choropleth, paint
from mtqg_geo.maps.classing import Classing
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import amount, unit
from mtqg_geo.programme.model import Indicator, Kind, Lang, Mask, State
from mtqg_geo.programme.period import Period
from mtqg_geo.programme.words import t


@dataclass(frozen=True)
class Areas:
    """The communes as they are painted, and what the pointer says of them.

    `pair` and `second` (the values of the second indicator) are there on a map of two; `notice`
    says why the square of such a map is empty.
    """

    choropleth: Choropleth
    tooltips: tuple[object, ...]
    tooltip_text: str
    pair: PairLegend | None = None
    second: pd.Series | None = None
    notice: str = ""


def periods_of_breaks(
    data: Dataset, selection: Selection, classing: Classing
) -> tuple[Period, ...]:
    """Return the periods whose values share their breaks; none when the map stands alone."""
    compared = () if selection.compare is None else (selection.compare,)
    if classing.is_pooled:
        every = periods_of(data, selection.growing(data))
        return tuple(dict.fromkeys((*every, selection.shown_period(data), *compared)))
    return (selection.shown_period(data), *compared) if compared else ()


def painted_areas(
    data: Dataset,
    selection: Selection,
    now: Shown,
    classing: Classing,
    *,
    periods: Sequence[Period],
    lang: Lang,
) -> Areas:
    """Paint the communes of a selection.

    Parameters
    ----------
    data, selection
        What there is and what of it is chosen.
    now
        What the selection shows.
    classing
        How one indicator is classed; two are always cut at their thirds.
    periods
        The periods in whose values the breaks are found; none: the one shown.
    lang
        Language of legend and pointer.
    """
    selected = selection.commune_mask(data)
    regions = commune_regions(data, selection.year)
    if selection.second:
        return _by_two(data, selection, now, selected, regions, periods, lang)
    return Areas(
        choropleth=paint(
            now.table,
            selected,
            regions,
            now.indicator,
            classing,
            lang=lang,
            pool=_pool(data, selection, now, selected, periods),
        ),
        tooltips=tooltips(now.table, now.indicator, lang),
        tooltip_text=tooltip_text(now.indicator, lang),
    )


def _pool(
    data: Dataset, selection: Selection, now: Shown, selected: Mask, periods: Sequence[Period]
) -> NDArray[np.float64] | None:
    """Return the values of the selected communes in all these periods."""
    if now.indicator.kind is Kind.CATEGORY or not periods:
        return None
    tables = [shown_values(data, selection.at(period)) for period in periods]
    return np.concatenate(
        [np.asarray(table[c.VALUE], dtype=np.float64)[selected] for table in tables]
    )


def _by_two(
    data: Dataset,
    selection: Selection,
    first: Shown,
    selected: Mask,
    regions: pd.Series,
    periods: Sequence[Period],
    lang: Lang,
) -> Areas:
    second = shown(data, second_of(data, selection), lang=lang)
    pair = pair_of(first, second)
    now = selection.shown_period(data)
    others = [selection.at(period) for period in periods if period != now]
    choropleth, square = paint_pair(
        pair,
        selected,
        regions,
        lang=lang,
        pool=[known_pairs(_pair(data, other, lang), selected) for other in others],
    )
    names = [each.indicator.short.of(lang) for each in pair]
    nothing = t("modes_pair_empty", lang, first=names[0], second=names[1])
    return Areas(
        choropleth=choropleth,
        tooltips=pair_texts(pair, lang),
        tooltip_text=pair_tooltip_text(names),
        pair=square,
        second=second.table[c.VALUE],
        notice="" if square.colours else nothing,
    )


def _pair(data: Dataset, selection: Selection, lang: Lang) -> Pair:
    second = second_of(data, selection)
    return pair_of(shown(data, selection, lang=lang), shown(data, second, lang=lang))


def tooltips(values: pd.DataFrame, indicator: Indicator, lang: Lang) -> tuple[str, ...]:
    """Write each commune's value without its unit; nothing for a blank or a category.

    A value that is of a part of the reports only says so.

    The map shows the words of the class where there is no value.
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


def tooltip_text(indicator: Indicator, lang: Lang) -> str:
    """Return the line around a value, which stands for `{}`."""
    return f"{{}} {unit(indicator, lang)}"


def pair_tooltip_text(names: Iterable[str]) -> str:
    """Return the two lines around both values of a commune."""
    return "\n".join(f"{name}: {{}}" for name in names)
