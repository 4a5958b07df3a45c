"""Two indicators on one map, such as need against delivery: three classes of each, nine together.

The rule is fixed: each indicator is cut at the thirds of the communes that have *both* values; a
commune on a break is in the lower class. Where many communes share a value there are fewer classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.classify import MISSING, classify
from geo.palette import bivariate
from mtqg_geo.figures.measures import Shown
from mtqg_geo.maps.choropleth import Choropleth, LegendEntry, as_read, bound_labels, characters
from mtqg_geo.maps.symbols import (
    HATCHES,
    MISSING_ONE,
    NO_DATA_COLOUR,
    NOT_APPLICABLE_COLOUR,
    NOT_RESTATABLE_COLOUR,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import unit, value_words
from mtqg_geo.programme.model import Indicator, Lang, Mask, State
from mtqg_geo.programme.words import t

CLASSES = 3
Numbers = NDArray[np.float64]
Codes = NDArray[np.int_]


class Pair(NamedTuple):
    """Two indicators: the rows of the legend grow darker, the columns turn from orange to blue."""

    rows: Shown
    columns: Shown


@dataclass(frozen=True)
class Axis:
    """One of the two as it is classed, lowest class first.

    `name` has its unit, `words` say which figure of it; `labels` are the bounds of each class.
    """

    indicator: Indicator
    name: str
    words: str
    edges: tuple[float, ...]
    labels: tuple[str, ...]

    @property
    def k(self) -> int:
        """Return the number of classes that exist: fewer than three where values coincide."""
        return len(self.labels)

    @property
    def title(self) -> str:
        """Return what the axis is, in one line."""
        return f"{self.name} – {self.words.lower()}"


@dataclass(frozen=True)
class PairLegend:
    """The square of the legend: a colour and a count for each class of both."""

    rows: Axis
    columns: Axis
    colours: tuple[tuple[str, ...], ...]
    counts: tuple[tuple[int, ...], ...]
    blanks: tuple[LegendEntry, ...]


def pair_of(first: Shown, second: Shown) -> Pair:
    """Put the need into the rows, where it darkens; without one need, the first indicator."""
    if first.indicator.theme != "need" and second.indicator.theme == "need":
        return Pair(second, first)
    return Pair(first, second)


def known_pairs(pair: Pair, selected: Mask) -> tuple[Numbers, Numbers]:
    """Return both values, as read, of the selected communes that have both."""
    rows, columns = (_as_read(shown)[selected] for shown in pair)
    both = np.isfinite(rows) & np.isfinite(columns)
    return rows[both], columns[both]


def paint_pair(
    pair: Pair,
    selected: Mask,
    regions: pd.Series,
    *,
    lang: Lang,
    pool: Sequence[tuple[Numbers, Numbers]] = (),
) -> tuple[Choropleth, PairLegend]:
    """Class the selected communes by two indicators.

    Parameters
    ----------
    pair
        What is shown of each.
    selected, regions
        As for `paint`.
    lang
        Language of the legend.
    pool
        Further `known_pairs` to find the breaks in, so that several maps have the same.
    """
    found_in = (known_pairs(pair, selected), *pool)
    rows, columns = (
        _axis(shown, np.concatenate([known[place] for known in found_in]), lang)
        for place, shown in enumerate(pair)
    )
    numbers = [_as_read(shown)[selected] for shown in pair]
    has = [np.isfinite(values) for values in numbers]
    both = has[0] & has[1]
    row_codes, column_codes = (
        _codes(np.where(both, values, np.nan), axis)
        for values, axis in zip(numbers, (rows, columns), strict=True)
    )
    n_classes = rows.k * columns.k
    codes = np.select(
        [both, has[1], has[0]],
        [row_codes * columns.k + column_codes, n_classes, n_classes + 1],
        default=MISSING,
    )
    states = _states(pair)
    counts = _counts(codes, states[selected], n_classes)
    colours = bivariate(rows.k, columns.k) if n_classes else ()
    legend = PairLegend(
        rows,
        columns,
        colours,
        tuple(tuple(line) for line in np.reshape(counts[:n_classes], (rows.k, columns.k)).tolist()),
        _blanks(pair, counts[n_classes:], lang),
    )
    painted = Choropleth(
        classes=characters(selected, codes, states, regions),
        colours=(*chain(*colours), *(HATCHES[fill] for fill in MISSING_ONE)),
        legend=(*_cells(legend, lang), *legend.blanks),
        edges=(),
        partly=int((_is_partly(pair)[selected] & both).sum()),
    )
    return painted, legend


def pair_texts(pair: Pair, lang: Lang) -> tuple[tuple[str, str] | str, ...]:
    """Return both values of each commune in words; "" where neither is known."""
    known = [np.isfinite(_as_read(shown)) for shown in pair]
    words = [_value_words(shown, lang) for shown in pair]
    return tuple(
        both if is_known else ""
        for both, is_known in zip(zip(*words, strict=True), known[0] | known[1], strict=True)
    )


def _value_words(shown: Shown, lang: Lang) -> list[str]:
    """Write each value with its unit, or why there is none."""
    of_unit = unit(shown.indicator, lang)
    values = shown.table[c.VALUE].astype(float)
    return [
        f"{value_words(value, state, shown.indicator, lang)} {of_unit}"
        if np.isfinite(value)
        else t(str(state), lang).lower()
        for value, state in zip(values, shown.table[c.STATE], strict=True)
    ]


def _as_read(shown: Shown) -> Numbers:
    return as_read(np.asarray(shown.table[c.VALUE], dtype=np.float64), shown.indicator)


def _axis(shown: Shown, values: Numbers, lang: Lang) -> Axis:
    """Cut values at their thirds; a class ends at the largest value it holds."""
    thirds = classify(values, k=CLASSES)
    codes = thirds.classes(values)
    ends = [float(values[codes == code].max()) for code in range(thirds.k)]
    edges = (float(values.min()), *ends) if ends else ()
    labels = tuple(bound_labels(edges, shown.indicator, lang))
    name = f"{shown.indicator.short.of(lang)} ({unit(shown.indicator, lang)})"
    return Axis(shown.indicator, name, shown.words, edges, labels)


def _codes(values: Numbers, axis: Axis) -> Codes:
    if not axis.edges:
        return np.full(len(values), MISSING)
    return classify(values, scheme="fixed", breaks=axis.edges).classes(values)


def _states(pair: Pair) -> NDArray[np.object_]:
    """Return what decides between the kinds of blank.

    Not applicable if one of the two is; not restatable if one is that.
    """
    states = [shown.table[c.STATE].to_numpy() for shown in pair]
    kinds = (State.NOT_APPLICABLE, State.NOT_RESTATABLE)
    found = [np.any([state == kind for state in states], axis=0) for kind in kinds]
    return np.select(found, list(kinds), default=State.REPORTED).astype(object)


def _is_partly(pair: Pair) -> Mask:
    """Say for each commune whether one of the two is known in part only."""
    states = [shown.table[c.STATE].to_numpy() == State.PARTLY_REPORTED for shown in pair]
    return np.asarray(np.any(states, axis=0), dtype=np.bool_)


def _counts(codes: Codes, states: NDArray[np.object_], n_classes: int) -> list[int]:
    """Count the classes, those with one value missing, with both, and each other kind of blank."""
    outside, vague = states == State.NOT_APPLICABLE, states == State.NOT_RESTATABLE
    kept = codes[~outside & ~vague]
    counted = np.bincount(kept[kept >= 0], minlength=n_classes + 2).tolist()
    return [*counted, int((kept < 0).sum()), int(outside.sum()), int(vague.sum())]


def _blanks(pair: Pair, counts: Sequence[int], lang: Lang) -> tuple[LegendEntry, ...]:
    names = [shown.indicator.short.of(lang) for shown in pair]
    fills = (*MISSING_ONE, "nodata", "na", "nr")
    colours = (*[NO_DATA_COLOUR] * 3, NOT_APPLICABLE_COLOUR, NOT_RESTATABLE_COLOUR)
    labels = (
        *(t("modes_missing_one", lang, indicator=name) for name in names),
        t("modes_missing_both", lang),
        t("modes_not_applicable", lang),
        t("not_restatable", lang),
    )
    entries = tuple(
        LegendEntry(label, colour, count, fill)
        for label, colour, count, fill in zip(labels, colours, counts, fills, strict=True)
    )
    return entries if entries[-1].count else entries[:-1]


def _cells(legend: PairLegend, lang: Lang) -> list[LegendEntry]:
    """Return the square as lines of a legend, row by row."""
    return [
        LegendEntry(
            t(
                "modes_pair_cell",
                lang,
                first=legend.rows.indicator.short.of(lang),
                first_class=_with_unit(legend.rows, row, lang),
                second=legend.columns.indicator.short.of(lang),
                second_class=_with_unit(legend.columns, column, lang),
            ),
            legend.colours[row][column],
            legend.counts[row][column],
        )
        for row in range(legend.rows.k)
        for column in range(legend.columns.k)
    ]


def _with_unit(axis: Axis, place: int, lang: Lang) -> str:
    return f"{axis.labels[place]} {unit(axis.indicator, lang)}"
