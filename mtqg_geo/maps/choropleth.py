"""From commune values to map classes: one character per commune and a legend that counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.classify import Classification, classify
from geo.palette import ramp
from mtqg_geo.dataset.regions import REGION_CLASSES, region_class
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.symbols import (
    CLASS_CHARS,
    HIDDEN,
    MOST_DIFFICULT_CHARS,
    NO_DATA_COLOUR,
    NOT_APPLICABLE_CHAR,
    NOT_APPLICABLE_COLOUR,
    NOT_REPORTED_CHAR,
    NOT_RESTATABLE_CHAR,
    NOT_RESTATABLE_COLOUR,
    region_colours,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.amounts import scale, shown_decimals
from mtqg_geo.programme.model import MOST_DIFFICULT, REGIONS, Indicator, Kind, Lang, Mask, State
from mtqg_geo.programme.words import all_rounded, number, t


@dataclass(frozen=True)
class LegendEntry:
    """One line of the legend.

    `fill` is `solid`, or one of the hatchings: `nodata`, `na`, `nr` (not restatable), and on a map
    of two indicators `nodata_first` and `nodata_second`, where only one of the two is missing.
    `code` names the class in a file: `1` for the lowest, a region, the state of a blank; a map of
    two indicators has none.
    """

    label: str
    colour: str
    count: int
    fill: str = "solid"
    code: str = ""


@dataclass(frozen=True)
class Choropleth:
    """What the map needs to paint the communes: a character each, in the order of the data.

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
        Region of each of these communes: those in region III keep a strong outline.
    indicator, classing
        What is shown, and how it is classed.
    lang
        Language of the legend.
    pool
        Values to find the breaks in, the ones shown among them, so that several maps have the
        same; those shown alone unless given.
    """
    in_selection = values[c.VALUE].to_numpy()[selected]
    if indicator.kind is Kind.CATEGORY:
        codes, colours, edges, entries = _by_region(in_selection, lang)
    else:
        codes, colours, edges, entries = _by_value(in_selection, indicator, classing, lang, pool)
    states = values[c.STATE].to_numpy()
    blanks = _blank_entries(states[selected], lang)
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
        name: LegendEntry(t(f"region_{name}", lang), colour, count, code=name)
        for name, colour, count in zip(REGION_CLASSES, colours, counts, strict=True)
        if count or name in REGIONS
    }
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
    numbers = as_read(shown.astype(np.float64), indicator)
    found_in = numbers if pool is None else as_read(pool, indicator)
    classification = _classify(found_in, classing)
    edges, codes = classification.breaks, classification.classes(numbers)
    colours = _colours(indicator, edges)
    counts = np.bincount(codes[codes >= 0], minlength=classification.k).tolist()
    entries = [
        LegendEntry(label, colour, count, code=str(number))
        for number, (label, colour, count) in enumerate(
            zip(bound_labels(edges, indicator, lang), colours, counts, strict=True), start=1
        )
    ]
    return codes, colours, edges, entries


def as_read(numbers: NDArray[np.float64], indicator: Indicator) -> NDArray[np.float64]:
    """Round values to what the reader sees, so that each stands in the class it seems to be in."""
    size = scale(indicator)
    return np.asarray(all_rounded(numbers / size, shown_decimals(indicator)) * size)


def _colours(indicator: Indicator, edges: Sequence[float]) -> tuple[str, ...]:
    """Return a colour per class; the middle of a diverging ramp stands at zero."""
    k = max(len(edges) - 1, 0)
    if indicator.theme != "change" or not k:
        return ramp(indicator.theme, k) if k else ()
    falls = sum(low < 0 and high <= 0 for low, high in zip(edges, edges[1:], strict=False))
    side = max(falls, k - falls)
    return ramp("change", 2 * side)[side - falls : side - falls + k]


def _classify(numbers: NDArray[np.float64], classing: Classing) -> Classification:
    if classing.scheme == "fixed" and classing.breaks:
        return classify(numbers, scheme="fixed", breaks=classing.breaks)
    scheme = Classing().scheme if classing.scheme == "fixed" else classing.scheme
    return classify(numbers, scheme=scheme, k=classing.k)


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
    chars[selected] = np.array([*CLASS_CHARS, NOT_REPORTED_CHAR])[codes]
    chars[selected & (states == State.NOT_APPLICABLE)] = NOT_APPLICABLE_CHAR
    chars[selected & (states == State.NOT_RESTATABLE)] = NOT_RESTATABLE_CHAR
    strong = regions.to_numpy() == MOST_DIFFICULT
    chars[strong] = [char.translate(MOST_DIFFICULT_CHARS) for char in chars[strong].tolist()]
    return "".join(chars.tolist())


def _blank_entries(states: NDArray[np.object_], lang: Lang) -> list[LegendEntry]:
    """Legend lines of the kinds of blank, always shown: an absent line would be a riddle.

    Only what could not be restated is left out where it does not occur: most readers never meet it.
    """
    kinds = (
        (State.NOT_REPORTED, NO_DATA_COLOUR, "nodata"),
        (State.NOT_APPLICABLE, NOT_APPLICABLE_COLOUR, "na"),
        (State.NOT_RESTATABLE, NOT_RESTATABLE_COLOUR, "nr"),
    )
    entries = [
        LegendEntry(t(kind.value, lang), colour, int((states == kind).sum()), fill, kind.value)
        for kind, colour, fill in kinds
    ]
    return entries if entries[-1].count else entries[:-1]


def bound_labels(edges: Sequence[float], indicator: Indicator, lang: Lang) -> list[str]:
    """Write half-open class bounds: `0 – 5`, then `> 5 – 12`; open ends as `< 0` and `> 12`.

    The class above an open lower one holds both its bounds, as the first class does.
    """
    labels = []
    for position, (low, high) in enumerate(zip(edges, edges[1:], strict=False)):
        if np.isneginf(low):
            labels.append(f"< {_bound(high, indicator, lang)}")
        elif np.isposinf(high):
            labels.append(f"> {_bound(low, indicator, lang)}")
        elif low == high:
            labels.append(_bound(high, indicator, lang))
        else:
            is_first = position == 0 or np.isneginf(edges[position - 1])
            sign = "" if is_first else "> "
            labels.append(f"{sign}{_bound(low, indicator, lang)} – {_bound(high, indicator, lang)}")
    return labels


def _bound(value: float, indicator: Indicator, lang: Lang) -> str:
    """Write a class bound with as many decimals as it really has (three, if it has no end)."""
    scaled = value / scale(indicator)
    start = 0 if scale(indicator) != 1 else indicator.decimals
    decimals = next((d for d in range(start, 7) if abs(round(scaled, d) - scaled) < 1e-9), 3)
    return number(scaled, lang, decimals=decimals)
