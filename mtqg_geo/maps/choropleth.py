"""From commune values to map classes: one character per commune and a legend that counts them.

Four communes and two classes: the third has not reported, and the last is not concerned.

>>> from mtqg_geo.dataset.dataset import shipped_dataset
>>> values = pd.DataFrame(
...     {"value": [10.0, 30.0, np.nan, np.nan],
...      "state": ["reported", "reported", "not_reported", "not_applicable"]}
... )
>>> everyone, regions = np.full(4, True), pd.Series(["I", "III", "I", "I"])
>>> houses = shipped_dataset().catalog.indicators["OP01"]
>>> by_hand = Classing("fixed", breaks=(0.0, 20.0, 40.0))
>>> map_ = paint(values, everyone, regions, houses, by_hand, lang="vi")
>>> map_.classes  # the lowest class, the next one in region III (a capital), two kinds of blank
'0Bnx'
>>> [f"{entry.label}: {entry.count}" for entry in map_.legend]
['0–20: 1', '21–40: 1', 'Chưa báo cáo: 1', 'Không có kế hoạch: 0', 'Không thuộc diện: 1']
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.classify import MISSING
from geo.palette import bivariate
from mtqg_geo.dataset.regions import REGION_CLASSES, region_class
from mtqg_geo.figures.differences import Difference, change_words
from mtqg_geo.figures.measures import MappedIndicator
from mtqg_geo.maps.classes import ValueClasses, difference_classes, thirds, value_classes
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.symbols import (
    BLANKS,
    CLASS_CHARS,
    HATCHES,
    HIDDEN,
    MISSING_ONE,
    MOST_DIFFICULT_CHARS,
    both_chars,
    region_colours,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import as_read, unit, value_words
from mtqg_geo.programme.model import (
    MOST_DIFFICULT,
    REGIONS,
    Basis,
    Indicator,
    Kind,
    Lang,
    Mask,
    State,
)
from mtqg_geo.programme.words import number, t, within

# Blanks with a reason of their own; any other commune without a value has not reported.
_TOLD_APART = tuple(state for state in BLANKS if state is not State.NOT_REPORTED)


@dataclass(frozen=True)
class LegendEntry:
    """One line of the legend.

    `fill` is `solid`, or one of the hatchings: `nodata`, `na`, `nr` (not restatable), and on a map
    of two indicators `nodata_first` and `nodata_second`, where only one of the two is missing.
    `code` names the class in a file: `1` for the lowest, a region, the state of a blank; `chars`
    are its characters on the map, the plain one and that of region III.
    """

    label: str
    colour: str
    count: int
    fill: str = "solid"
    code: str = ""
    chars: str = ""


@dataclass(frozen=True)
class Choropleth:
    """What the map needs to paint the communes: a character each, in the order of the data.

    `legend` lists classes and blanks; the classes of two indicators stand in a `PairLegend`.
    `partly` counts the selected communes that are in a class by what they have reported so far.
    """

    classes: str
    colours: tuple[str, ...]
    legend: tuple[LegendEntry, ...]
    edges: tuple[float, ...]
    partly: int = 0

    def partly_text(self, lang: Lang) -> str:
        """Say how many communes are coloured by a part of what they have to report, "" if none."""
        return t("legend_partly", lang, count=number(self.partly, lang)) if self.partly else ""


def paint(
    values: pd.DataFrame,
    selected: Mask,
    regions: pd.Series,
    indicator: Indicator,
    classing: Classing,
    *,
    lang: Lang,
    pool: NDArray[np.float64] | None = None,
) -> Choropleth:
    """Class the values of the selected communes.

    Parameters
    ----------
    values
        Rows of `commune_values`, one per commune of the boundary set.
    selected
        Whether each commune is selected; the others are drawn as an empty outline.
    regions
        Region of each of these communes: those in region III have a line inside their border.
    indicator, classing
        What is shown, and how it is classed.
    lang
        Language of the legend.
    pool
        Values to find the breaks in, the ones shown among them, so that several maps have the
        same; those shown alone unless given. Missing ones count for nothing.
    """
    in_selection = values[c.VALUE].to_numpy()[selected]
    if indicator.kind is Kind.CATEGORY:
        codes, colours, edges, entries = _by_region(in_selection, lang)
    else:
        codes, colours, edges, entries = _by_value(in_selection, indicator, classing, lang, pool)
    states = values[c.STATE].to_numpy()
    blanks = _blank_entries(
        (t(state.value, lang) for state in BLANKS),
        (int((states[selected] == state).sum()) for state in BLANKS),
        BLANKS,
        has_plan=Basis.PLAN in indicator.bases,
    )
    chars = characters(selected, codes, states, regions)
    partly = int((states[selected] == State.PARTLY_REPORTED).sum())
    return Choropleth(chars, colours, (*entries, *blanks), edges, partly)


Classes = tuple[NDArray[np.int_], tuple[str, ...], tuple[float, ...], list[LegendEntry]]


def _by_region(shown: NDArray[np.object_], lang: Lang) -> Classes:
    """Return class numbers, colours, no edges and legend lines of the regions, III first."""
    classes = [region_class(region) if isinstance(region, str) else None for region in shown]
    codes = pd.Index(REGION_CLASSES).get_indexer(pd.Index(classes, dtype=object))
    colours = region_colours()
    counts = np.bincount(codes[codes >= 0], minlength=len(REGION_CLASSES)).tolist()
    entries = {
        name: LegendEntry(
            t(f"region_{name}", lang), colour, count, code=name, chars=both_chars(char)
        )
        for name, colour, count, char in zip(
            REGION_CLASSES, colours, counts, CLASS_CHARS, strict=False
        )
        if count or name in REGIONS
    }
    # The most difficult first, as every list of regions; what is between two stands between them.
    order = ("III", "mixed_III", "II", "mixed", "I")
    return codes, colours, (), [entries[name] for name in order if name in entries]


def _by_value(
    shown: NDArray[np.object_],
    indicator: Indicator,
    classing: Classing,
    lang: Lang,
    pool: NDArray[np.float64] | None,
) -> Classes:
    """Return class numbers, colours, edges and legend lines of the numbers, lowest first."""
    read = as_read(shown.astype(np.float64), indicator)
    found_in = read if pool is None else as_read(pool, indicator)
    classes = value_classes(found_in, indicator, classing, lang=lang)
    codes = classes.of(read)
    counts = np.bincount(codes[codes >= 0], minlength=len(classes.labels)).tolist()
    rows = zip(classes.labels, classes.colours, counts, CLASS_CHARS, strict=False)
    entries = [
        LegendEntry(label, colour, count, code=str(number), chars=both_chars(char))
        for number, (label, colour, count, char) in enumerate(rows, start=1)
    ]
    return codes, classes.colours, classes.edges, entries


def characters(
    selected: Mask, codes: NDArray[np.int_], states: NDArray[np.object_], regions: pd.Series
) -> str:
    """Return the character of every commune.

    Parameters
    ----------
    selected, regions
        As for `paint`.
    codes
        The class of each *selected* commune; -1 where it has no value.
    states
        The state of every commune.
    """
    chars = np.full(len(selected), HIDDEN)
    # The class -1, no value, finds the last character.
    chars[selected] = np.array([*CLASS_CHARS, BLANKS[State.NOT_REPORTED].char])[codes]
    for state in _TOLD_APART:
        chars[selected & (states == state)] = BLANKS[state].char
    strong = regions.to_numpy() == MOST_DIFFICULT
    chars[strong] = [char.translate(MOST_DIFFICULT_CHARS) for char in chars[strong].tolist()]
    return "".join(chars.tolist())


def _blank_entries(
    labels: Iterable[str], counts: Iterable[int], codes: Iterable[str], *, has_plan: bool = False
) -> list[LegendEntry]:
    """Return the lines of `BLANKS`, also where none is so: an absent line would be a riddle.

    What could not be restated is left out where it does not occur, most readers never meet it; so
    is who has no plan, unless the indicator has one (`has_plan`).
    """
    shown = {State.NOT_REPORTED, State.NOT_APPLICABLE, *((State.NO_PLAN,) if has_plan else ())}
    return [
        LegendEntry(label, blank.colour, count, blank.fill, code, both_chars(blank.char))
        for (state, blank), label, count, code in zip(
            BLANKS.items(), labels, counts, codes, strict=True
        )
        if count or state in shown
    ]


CLASSES = 3
_NEEDS = ("need", "remaining")
Numbers = NDArray[np.float64]


class IndicatorPair(NamedTuple):
    """Two indicators: the rows of the legend grow darker, the columns turn from orange to blue."""

    rows: MappedIndicator
    columns: MappedIndicator


@dataclass(frozen=True)
class Axis:
    """One of the two as it is classed, lowest class first.

    `name` has its unit, `words` say which figure of it.
    """

    indicator: Indicator
    name: str
    words: str
    classes: ValueClasses

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the bounds of each class in words."""
        return self.classes.labels

    @property
    def k(self) -> int:
        """Return the number of classes that exist: fewer than three where values coincide."""
        return len(self.labels)

    @property
    def title(self) -> str:
        """Return what the axis is, in one line."""
        return f"{self.name} – {within(self.words)}"


@dataclass(frozen=True)
class PairLegend:
    """The square of the legend: a colour and a count for each class of both."""

    rows: Axis
    columns: Axis
    colours: tuple[tuple[str, ...], ...]
    counts: tuple[tuple[int, ...], ...]


def pair_of(first: MappedIndicator, second: MappedIndicator) -> IndicatorPair:
    """Put the need into the rows, where it darkens; without one need, the first indicator."""
    if first.indicator.theme not in _NEEDS and second.indicator.theme in _NEEDS:
        return IndicatorPair(second, first)
    return IndicatorPair(first, second)


def known_pairs(pair: IndicatorPair, selected: Mask) -> tuple[Numbers, Numbers]:
    """Return both values, as read, of the selected communes that have both."""
    rows, columns = (_values_of(shown)[selected] for shown in pair)
    both = np.isfinite(rows) & np.isfinite(columns)
    return rows[both], columns[both]


def paint_pair(
    pair: IndicatorPair,
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
        All `known_pairs` to find the breaks in, those shown among them, so that several maps have
        the same; those shown alone unless given.
    """
    found_in = pool or (known_pairs(pair, selected),)
    rows, columns = (
        _axis(shown, np.concatenate([known[place] for known in found_in]), lang)
        for place, shown in enumerate(pair)
    )
    numbers = [_values_of(shown)[selected] for shown in pair]
    has = [np.isfinite(values) for values in numbers]
    both = has[0] & has[1]
    row_codes, column_codes = (
        axis.classes.of(np.where(both, values, np.nan))
        for values, axis in zip(numbers, (rows, columns), strict=True)
    )
    n_classes = rows.k * columns.k
    # The first condition that holds decides: after `both`, has[1] means the columns alone.
    codes = np.select(
        [both, has[1], has[0]],
        [row_codes * columns.k + column_codes, n_classes, n_classes + 1],
        default=MISSING,
    )
    states = _states(pair)
    counts = _counts(codes, states[selected], n_classes + 2)
    colours = bivariate(rows.k, columns.k) if n_classes else ()
    legend = PairLegend(
        rows,
        columns,
        colours,
        tuple(tuple(line) for line in np.reshape(counts[:n_classes], (rows.k, columns.k)).tolist()),
    )
    painted = Choropleth(
        classes=characters(selected, codes, states, regions),
        colours=(*chain(*colours), *(HATCHES[fill] for fill in MISSING_ONE)),
        legend=_pair_blanks(pair, counts[n_classes:], CLASS_CHARS[n_classes:][:2], lang),
        edges=(),
        partly=int((_has_state(pair, State.PARTLY_REPORTED)[selected] & both).sum()),
    )
    return painted, legend


def paint_difference(
    found: Difference,
    selected: Mask,
    regions: pd.Series,
    classing: Classing,
    *,
    lang: Lang,
    among: Mask | None = None,
) -> Choropleth:
    """Class the selected communes by what changed between two periods.

    Who is missing in one of them is in a class of its own: what changed there is not known.

    Parameters
    ----------
    found
        The difference, of all communes.
    selected, regions, classing
        As for `paint`.
    lang
        Language of the legend.
    among
        In which communes the bounds are found, those selected among them; in these alone unless
        given.
    """
    pair = IndicatorPair(found.earlier, found.later)
    read = as_read(found.by_commune, found.indicator)
    classes = difference_classes(
        read[selected if among is None else among],
        found.indicator,
        classing,
        better=found.better,
        lang=lang,
    )
    k, shown = len(classes.labels), read[selected]
    one_known = np.any([np.isfinite(_values_of(each)[selected]) for each in pair], axis=0)
    codes = np.where(np.isnan(shown) & one_known, k, classes.of(shown))
    states = _states(pair)
    counts = _counts(codes, states[selected], k + 1)
    entries = [
        LegendEntry(label, colour, count, code=str(place), chars=both_chars(char))
        for place, (label, colour, count, char) in enumerate(
            zip(classes.labels, classes.colours, counts, CLASS_CHARS, strict=False), start=1
        )
    ]
    one_missing = LegendEntry(
        t("modes_one_period_missing", lang),
        BLANKS[State.NOT_REPORTED].colour,
        counts[k],
        MISSING_ONE[0],
        chars=both_chars(CLASS_CHARS[k]),
    )
    labels = (t(_OF_PERIODS[state], lang) for state in BLANKS)
    blanks = _blank_entries(labels, counts[k + 1 :], [""] * len(BLANKS))
    return Choropleth(
        classes=characters(selected, codes, states, regions),
        colours=(*classes.colours, HATCHES[MISSING_ONE[0]]),
        legend=(*entries, one_missing, *blanks),
        edges=(),
        partly=int((_has_state(pair, State.PARTLY_REPORTED)[selected] & ~np.isnan(shown)).sum()),
    )


_OF_PERIODS = {
    State.NOT_REPORTED: "modes_both_periods_missing",
    State.NO_PLAN: "modes_period_no_plan",
    State.NOT_APPLICABLE: "modes_period_not_applicable",
    State.NOT_RESTATABLE: "not_restatable",
}


def difference_texts(found: Difference, lang: Lang) -> tuple[tuple[str, ...] | str, ...]:
    """Return what changed in each commune, and both values; "" where neither is known."""
    known = [np.isfinite(_values_of(shown)) for shown in (found.earlier, found.later)]
    words = [_value_words(shown, lang) for shown in (found.earlier, found.later)]
    write = partial(_with_unit, indicator=found.indicator, lang=lang)
    changes = [within(change_words(each, lang, write)) for each in found.by_commune.tolist()]
    return tuple(
        texts if is_known else ""
        for texts, is_known in zip(
            zip(changes, *words, strict=True), known[0] | known[1], strict=True
        )
    )


def pair_texts(pair: IndicatorPair, lang: Lang) -> tuple[tuple[str, str] | str, ...]:
    """Return both values of each commune in words; "" where neither is known."""
    known = [np.isfinite(_values_of(shown)) for shown in pair]
    words = [_value_words(shown, lang) for shown in pair]
    return tuple(
        both if is_known else ""
        for both, is_known in zip(zip(*words, strict=True), known[0] | known[1], strict=True)
    )


def _value_words(shown: MappedIndicator, lang: Lang) -> list[str]:
    """Write each value with its unit, or why there is none."""
    values = shown.table[c.VALUE].astype(float)
    return [
        _with_unit(value, shown.indicator, lang, state)
        if np.isfinite(value)
        else t(str(state), lang).lower()
        for value, state in zip(values, shown.table[c.STATE], strict=True)
    ]


def _with_unit(
    value: float, indicator: Indicator, lang: Lang, state: object = State.REPORTED
) -> str:
    words = value_words(value, state, indicator, lang)
    return f"{words} {unit(indicator, lang, behind=words)}"


def _values_of(shown: MappedIndicator) -> Numbers:
    return as_read(np.asarray(shown.table[c.VALUE], dtype=np.float64), shown.indicator)


def _axis(shown: MappedIndicator, read: Numbers, lang: Lang) -> Axis:
    """Cut values at their thirds."""
    classes = thirds(read, shown.indicator, lang=lang)
    name = f"{shown.indicator.short.of(lang)} ({unit(shown.indicator, lang)})"
    return Axis(shown.indicator, name, shown.words, classes)


def _states(pair: IndicatorPair) -> NDArray[np.object_]:
    """Return what decides between the kinds of blank.

    Without a plan if one of the two is; else not applicable, not restatable if one is that.
    """
    found = [_has_state(pair, state) for state in _TOLD_APART]
    return np.select(found, list(_TOLD_APART), default=State.REPORTED).astype(object)


def _has_state(pair: IndicatorPair, state: State) -> Mask:
    """Say for each commune whether one of its two values has a state."""
    of_each = [shown.table[c.STATE].to_numpy() == state for shown in pair]
    return np.asarray(np.any(of_each, axis=0), dtype=np.bool_)


def _counts(codes: NDArray[np.int_], states: NDArray[np.object_], n_codes: int) -> list[int]:
    """Count the classes, those with one value missing among them, then each kind of blank."""
    told_apart = [states == state for state in _TOLD_APART]
    kept = codes[~np.any(told_apart, axis=0)]
    counted = np.bincount(kept[kept >= 0], minlength=n_codes).tolist()
    return [*counted, int((kept < 0).sum()), *(int(mask.sum()) for mask in told_apart)]


def _pair_blanks(
    pair: IndicatorPair, counts: Sequence[int], chars: str, lang: Lang
) -> tuple[LegendEntry, ...]:
    """Return the lines below the square: one value missing, then both, then the other blanks."""
    one_missing = [
        LegendEntry(
            t("modes_missing_one", lang, indicator=shown.indicator.short.of(lang)),
            BLANKS[State.NOT_REPORTED].colour,
            count,
            fill,
            chars=both_chars(char),
        )
        for shown, count, fill, char in zip(pair, counts[:2], MISSING_ONE, chars, strict=True)
    ]
    keys = {
        State.NOT_REPORTED: "modes_missing_both",
        State.NO_PLAN: "modes_no_plan",
        State.NOT_APPLICABLE: "modes_not_applicable",
        State.NOT_RESTATABLE: "not_restatable",
    }
    labels = (t(keys[state], lang) for state in BLANKS)
    return (*one_missing, *_blank_entries(labels, counts[2:], [""] * len(BLANKS)))
