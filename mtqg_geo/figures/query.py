"""A selection read from query parameters, and one sentence for each value that does not exist."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.filters import FILTERS, Filter
from mtqg_geo.figures.periods import (
    Comparing,
    Measure,
    can_be_paired,
    can_be_subtracted,
    measures_of,
    moments_of,
)
from mtqg_geo.figures.selection import Selection, comparable_periods, default_selection, usual_basis
from mtqg_geo.figures.standings import usable_standings, with_standings
from mtqg_geo.programme.model import LANGUAGES, Basis, Indicator, Lang
from mtqg_geo.programme.period import Period
from mtqg_geo.programme.words import t

Query = Mapping[str, Sequence[str]]

# What is shown of the rows that the filters take.
SHOWN = ("indicator", "basis", "measure", "with", "as_of", "compare", "compare_as")
PARAMETERS = frozenset((*(each.name for each in FILTERS), *SHOWN, "lang"))


def parse_language(query: Query) -> tuple[Lang, tuple[str, ...]]:
    """Read the language, Vietnamese unless it is English; one sentence if it is neither.

    >>> parse_language({"lang": ["en"]}), parse_language({})
    (('en', ()), ('vi', ()))
    """
    wanted = (query.get("lang") or ["vi"])[-1]
    lang: Lang = "en" if wanted == "en" else "vi"
    if wanted in LANGUAGES:
        return lang, ()
    return lang, (t("unknown_lang", lang, example=wanted[:40], known=", ".join(LANGUAGES)),)


def parse_selection(
    query: Query, data: Dataset, *, lang: Lang = "vi"
) -> tuple[Selection, tuple[str, ...]]:
    """Read a selection from query parameters.

    Parameters
    ----------
    query
        Lists of texts by parameter name; a text may also hold several values joined by commas.
    data
        What exists and can therefore be chosen.
    lang
        Language of the problem sentences.

    Returns
    -------
    The selection made of everything that exists, and one sentence for each thing that does not.
    """
    reader = _Reader(query, data, lang)
    plain = default_selection(data)
    indicator = data.catalog.indicators[
        reader.one("indicator", data.catalog.indicators, plain.indicator)
    ]
    measure = reader.measure(indicator)
    basis = reader.basis(indicator, measure)
    selection = replace(
        plain,
        indicator=indicator.id,
        basis=basis,
        measure=measure,
        **{each.field: reader.filter(each, plain) for each in FILTERS},
    )
    selection = replace(selection, second=reader.second(indicator))
    selection = replace(selection, quarter=reader.quarter(selection))
    selection = replace(selection, compare=reader.compare(selection))
    selection = replace(selection, compare_as=reader.compare_as(selection))
    standings = reader.standings(indicator, selection.standings)
    return with_standings(data, selection, standings), tuple(reader.problems)


def unknown_parameters(
    query: Query, *, lang: Lang, also: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Say which parameter does not exist: a misspelt filter would show more than was asked for."""
    strange = sorted(set(query) - PARAMETERS - also)
    if not strange:
        return ()
    known = ", ".join(sorted(PARAMETERS))
    return (t("unknown_parameter", lang, example=strange[0][:40], known=known),)


class _Reader:
    """Takes values out of a query and notes what does not exist."""

    def __init__(self, query: Query, data: Dataset, lang: Lang) -> None:
        self.query, self.data, self.lang = query, data, lang
        self.problems: list[str] = []

    def _values(self, name: str) -> list[str]:
        texts = (part.strip() for text in self.query.get(name, []) for part in text.split(","))
        return list(dict.fromkeys(text for text in texts if text))

    def _complain(self, name: str, values: Sequence[str], known: Sequence[str]) -> None:
        sentence = t(
            f"unknown_{name}",
            self.lang,
            count=len(values),
            example=values[0][:40],
            known=", ".join(known[:4]) + (" …" if len(known) > 4 else ""),
        )
        self.problems.append(sentence.replace("….", "…"))

    def many(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the known values in the order given; complain once about all the others."""
        order = list(known)
        exists = set(order)
        values = self._values(name)
        unknown = [value for value in values if value not in exists]
        if unknown:
            self._complain(name, unknown, order)
        return tuple(value for value in values if value in exists)

    def filter(self, kind: Filter, plain: Selection) -> Any:
        """Return what `Selection` holds of a filter; of a single choice, else the usual one."""
        chosen = self.many(kind.name, map(str, kind.options(self.data)))
        return kind.held(chosen or (kind.texts(plain) if kind.is_single else ()))

    def one(self, name: str, known: Iterable[str], default: str) -> str:
        """Return the last known value of a parameter that takes one."""
        chosen = self.many(name, known)
        return chosen[-1] if chosen else default

    def basis(self, indicator: Indicator, measure: Measure) -> Basis:
        """Return the basis: one the indicator is reported on; of a measure, its result's."""
        usual = usual_basis(indicator, measure)
        chosen = Basis(self.one("basis", [b.value for b in Basis], usual.value))
        if measure is Measure.VALUE and chosen not in indicator.bases:
            self._say(
                "basis_not_of_indicator",
                basis=t(f"basis_{chosen.value}", self.lang),
                indicator=indicator.short.of(self.lang),
                known=", ".join(t(f"basis_{b.value}", self.lang) for b in indicator.bases),
            )
            return indicator.default_basis
        if measure is not Measure.VALUE and chosen is not usual:
            self._say(
                "modes_basis_with_measure",
                basis=t(f"basis_{chosen.value}", self.lang),
                measure=t(f"measure_{measure.value}", self.lang),
            )
            return usual
        return chosen

    def measure(self, indicator: Indicator) -> Measure:
        """Return the measure, which must be one that can be made of the indicator."""
        known = [m.value for m in Measure if m is not Measure.VALUE]
        chosen = Measure(self.one("measure", known, Measure.VALUE.value))
        if chosen is Measure.VALUE or chosen in measures_of(indicator):
            return chosen
        self._say(
            "modes_measure_not_of_indicator",
            measure=t(f"measure_{chosen.value}", self.lang),
            indicator=indicator.short.of(self.lang),
        )
        return Measure.VALUE

    def standings(self, indicator: Indicator, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """Return the standings communes can have with the indicator; complain about others."""
        usable = usable_standings(indicator, wanted)
        if strange := [each for each in wanted if each not in usable]:
            self._say(
                "standing_not_of_indicator",
                standing=t(f"standing_{strange[0]}", self.lang),
                indicator=indicator.short.of(self.lang),
            )
        return usable

    def quarter(self, selection: Selection) -> int | None:
        """Return the quarter named by `as_of`; None for the last one, which goes unsaid."""
        year = selection.year
        reported = moments_of(self.data, selection.growing(self.data), year)
        known = {Period(year, quarter).text: quarter for quarter in reported}
        texts = self._values("as_of")
        if texts and texts[-1] not in known:
            example, named = texts[-1][:40], ", ".join(known) or "–"
            self._say("progress_unknown_as_of", example=example, year=str(year), known=named)
        chosen = known.get(texts[-1]) if texts else None
        return chosen if chosen != max(reported, default=0) else None

    def second(self, first: Indicator) -> str:
        """Return the indicator shown together with the first; "" for none."""
        indicators = self.data.catalog.indicators
        chosen = self.one("with", indicators, "")
        if not chosen or can_be_paired(first, indicators[chosen]):
            return chosen
        names = (first, indicators[chosen])
        first_name, second_name = (indicator.short.of(self.lang) for indicator in names)
        self._say("modes_not_paired", first=first_name, second=second_name)
        return ""

    def compare(self, selection: Selection) -> Period | None:
        """Return the period to compare with, another one than that selected."""
        periods = comparable_periods(self.data, selection)
        return periods.get(self.one("compare", periods, ""))

    def compare_as(self, selection: Selection) -> Comparing:
        """Return how to compare: a difference is of two periods, and of one indicator alone."""
        usual = Comparing.MAPS
        chosen = Comparing(self.one("compare_as", [each.value for each in Comparing], usual.value))
        indicator = self.data.catalog.indicators[selection.indicator]
        if chosen is usual:
            return usual
        if not can_be_subtracted(indicator, selection.second):
            self._say("modes_no_difference", indicator=indicator.short.of(self.lang))
            return usual
        if not self._values("compare"):  # of one that there is not it has been said
            self._say("modes_difference_of_one")
        return chosen if selection.compare else usual

    def _say(self, key: str, **values: str) -> None:
        self.problems.append(t(key, self.lang, **values))
