"""From commune values to map classes: one character per commune and a legend that counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.classify import Classification, classify
from geo.palette import ramp
from mtqg_geo import columns as c
from mtqg_geo.indicators import MOST_DIFFICULT, REGIONS
from mtqg_geo.labels import number, scale, t
from mtqg_geo.model import Indicator, Kind, Lang, State
from mtqg_geo.symbology import (
    CLASS_CHARS,
    HIDDEN,
    MOST_DIFFICULT_CHARS,
    NO_DATA_COLOUR,
    NOT_APPLICABLE_CHAR,
    NOT_APPLICABLE_COLOUR,
    NOT_REPORTED_CHAR,
    region_colours,
)

SCHEMES = ("natural", "quantiles", "equal", "fixed")
CLASS_COUNTS = (3, 4, 5, 6, 7)


@dataclass(frozen=True)
class Classing:
    """How values are classed: scheme, number of classes wanted, edges of fixed classes."""

    scheme: str = "natural"
    k: int = 5
    breaks: tuple[float, ...] = ()


@dataclass(frozen=True)
class LegendEntry:
    """One line of the legend. `fill` is `solid`, `nodata` or `na` (the two hatchings)."""

    label: str
    colour: str
    count: int
    fill: str = "solid"


@dataclass(frozen=True)
class Choropleth:
    """What the map needs to paint the communes: a character each, in the order of the data."""

    classes: str
    colours: tuple[str, ...]
    legend: tuple[LegendEntry, ...]
    edges: tuple[float, ...]


def parse_classing(
    query: Mapping[str, Sequence[str]], *, lang: Lang = "vi"
) -> tuple[Classing, tuple[str, ...]]:
    """Read scheme, k and breaks from query parameters; one sentence for each unusable value."""
    plain, problems = Classing(), []
    scheme = (query.get("scheme") or [plain.scheme])[-1]
    if scheme not in SCHEMES:
        problems.append(t("unknown_scheme", lang, example=scheme[:40], known=", ".join(SCHEMES)))
        scheme = plain.scheme
    k_text = (query.get("k") or [str(plain.k)])[-1]
    k = int(k_text) if k_text.isascii() and k_text.isdigit() else 0
    if k not in CLASS_COUNTS:
        problems.append(
            t("unknown_k", lang, example=k_text[:40], low=CLASS_COUNTS[0], high=CLASS_COUNTS[-1])
        )
        k = plain.k
    text = " ".join(query.get("breaks", []))
    breaks = parse_breaks(text)
    if breaks is None:
        problems.append(t("unreadable_breaks", lang, example=text[:40]))
    return Classing(scheme, k, breaks or ()), tuple(problems)


def parse_breaks(text: str) -> tuple[float, ...] | None:
    """Read class edges from a text such as `10; 20; 35,5`; None if it holds anything else.

    A comma followed by a space or a semicolon separates; a comma between digits is decimal.
    """
    parts = text.replace(";", " ").replace(", ", " ").split()
    try:
        numbers = [float(part.replace(",", ".")) for part in parts]
    except ValueError:
        return None
    finite = all(np.isfinite(numbers))
    return tuple(sorted(set(numbers))) if finite and len(numbers) <= len(CLASS_CHARS) else None


def paint(
    values: pd.DataFrame,
    selected: pd.Series,
    regions: pd.Series,
    indicator: Indicator,
    classing: Classing,
    *,
    lang: Lang,
) -> Choropleth:
    """Class the values of the selected communes.

    Parameters
    ----------
    values
        Rows of `commune_values`, one per commune of the boundary set.
    selected
        Whether each commune is selected; the others are drawn as an empty outline.
    regions
        Region of each programme commune, by code: those in region III keep a strong outline.
    indicator, classing
        What is shown, and how it is classed.
    lang
        Language of the legend.
    """
    shown = values[selected]
    edges: tuple[float, ...] = ()
    if indicator.kind is Kind.CATEGORY:
        codes = pd.Series(pd.Categorical(shown[c.VALUE], categories=REGIONS).codes, shown.index)
        counts = [int((codes == i).sum()) for i in range(len(REGIONS))]
        entries = [
            LegendEntry(t(f"region_{region}", lang), colour, count)
            for region, colour, count in zip(REGIONS, region_colours(), counts, strict=True)
        ][::-1]
        colours = region_colours()
    else:
        numbers = shown[c.VALUE].astype(float)
        classification = _classify(numbers, classing)
        codes = pd.Series(classification.classes(numbers), shown.index)
        colours = _colours(indicator, numbers, classification.k)
        edges = classification.breaks
        entries = [
            LegendEntry(label, colour, count)
            for label, colour, count in zip(
                bound_labels(edges, indicator, lang), colours, classification.counts, strict=True
            )
        ]
    chars = _characters(values, shown, codes, regions)
    return Choropleth(chars, colours, (*entries, *_blank_entries(shown, lang)), edges)


def _colours(indicator: Indicator, numbers: pd.Series, k: int) -> tuple[str, ...]:
    """Return the ramp of the indicator; of a diverging one only the half that occurs."""
    if not k:
        return ()
    if indicator.theme != "change":
        return ramp(indicator.theme, k)
    if numbers.min() >= 0:
        return ramp("change", 2 * k)[k:]
    return ramp("change", k)


def _classify(numbers: pd.Series, classing: Classing) -> Classification:
    if classing.scheme == "fixed" and classing.breaks:
        return classify(numbers, scheme="fixed", breaks=classing.breaks)
    scheme = Classing().scheme if classing.scheme == "fixed" else classing.scheme
    return classify(numbers, scheme=scheme, k=classing.k)


def _characters(
    values: pd.DataFrame, shown: pd.DataFrame, codes: pd.Series, regions: pd.Series
) -> str:
    chars = pd.Series(HIDDEN, index=values.index)
    chars[shown.index] = [CLASS_CHARS[code] if code >= 0 else NOT_REPORTED_CHAR for code in codes]
    chars[shown.index[shown[c.STATE] == State.NOT_APPLICABLE]] = NOT_APPLICABLE_CHAR
    strong = values[c.CODE].map(regions) == MOST_DIFFICULT
    chars[strong] = chars[strong].str.translate(MOST_DIFFICULT_CHARS)
    return "".join(chars)


def _blank_entries(shown: pd.DataFrame, lang: Lang) -> list[LegendEntry]:
    """Legend lines of the two kinds of blank, always shown: an absent line would be a riddle."""
    return [
        LegendEntry(
            t("not_reported", lang), NO_DATA_COLOUR, _count(shown, State.NOT_REPORTED), "nodata"
        ),
        LegendEntry(
            t("not_applicable", lang),
            NOT_APPLICABLE_COLOUR,
            _count(shown, State.NOT_APPLICABLE),
            "na",
        ),
    ]


def _count(shown: pd.DataFrame, state: State) -> int:
    return int((shown[c.STATE] == state).sum())


def bound_labels(edges: Sequence[float], indicator: Indicator, lang: Lang) -> list[str]:
    """Write half-open class bounds: `0 – 5`, then `> 5 – 12`; open ends as `≤ 5` and `> 12`."""
    labels = []
    for position, (low, high) in enumerate(zip(edges, edges[1:], strict=False)):
        if np.isneginf(low):
            labels.append(f"≤ {_bound(high, indicator, lang)}")
        elif np.isposinf(high):
            labels.append(f"> {_bound(low, indicator, lang)}")
        elif low == high:
            labels.append(_bound(high, indicator, lang))
        else:
            sign = "" if position == 0 else "> "
            labels.append(f"{sign}{_bound(low, indicator, lang)} – {_bound(high, indicator, lang)}")
    return labels


def _bound(value: float, indicator: Indicator, lang: Lang) -> str:
    """Write a class bound with as many decimals as it really has (three, if it has no end)."""
    scaled = value / scale(indicator)
    start = 0 if scale(indicator) != 1 else indicator.decimals
    decimals = next((d for d in range(start, 7) if abs(round(scaled, d) - scaled) < 1e-9), 3)
    return number(scaled, lang, decimals=decimals)
