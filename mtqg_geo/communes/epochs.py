"""Epochs: spans of time in which a code keeps its meaning, and the ways between them.

Between two days of the lineage on which units were merged or split, a figure given for a code means
the same ground. A change of name or district alone begins no new epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

import numpy as np
import pandas as pd

from geo.apportion import Numbers
from geo.boundaries import read_level
from geo.crosswalk import FROM, TO, Crosswalk, reverse
from mtqg_geo.communes.gazetteer import UnitSpan, shipped_gazetteer
from mtqg_geo.communes.lineage import (
    Lineage,
    day_of,
    delivered_sets,
    shipped_lineage,
    units_of,
    vintages,
)
from mtqg_geo.communes.names import full_name, normalised, plain_whole
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.period import last_day


@dataclass(frozen=True, eq=False)
class Epochs:
    """The epochs of a lineage, numbered from 0.

    The delivered lineage has three: the communes of 2023, those left by the mergers of 1 January
    2025, and the 58 units.

    >>> epochs = epochs_of(shipped_lineage())
    >>> [len(area) for area in epochs.areas], epochs.on("2024-06-30"), epochs.on("2025-09-30")
    ([209, 192, 58], 0, 2)
    """

    lineage: Lineage
    _walks: dict[tuple[int, int], Crosswalk] = field(default_factory=dict, repr=False)

    def on(self, day: str) -> int:
        """Return the epoch of a day."""
        return sum(change <= day for change in self.lineage.days_of_change)

    def of_vintage(self, vintage: str) -> int:
        """Return the epoch of a vintage."""
        return self.on(day_of(vintage))

    @cached_property
    def areas(self) -> tuple[frozenset[str], ...]:
        """The codes of the programme's units in each epoch."""
        first = day_of(vintages()[0])
        codes = units_of(vintages()[0])
        # Before the first change the units are those of the first list there is, not of year one.
        ends = [max(day, first) for day in ("", *self.lineage.days_of_change)]
        return tuple(frozenset(self.lineage.on(codes, since=first, until=day)) for day in ends)

    def of(self, codes: pd.Series, periods: pd.Series) -> Numbers:
        """Return the epoch in which each code is meant, given the period it is written for.

        It is that of the last day of the period. A code that was no unit then is meant as it last
        was one before, or first became one after.
        """
        epochs = np.zeros(len(codes), dtype=np.intp)
        for period in periods.unique():
            at = (periods == period).to_numpy()
            epoch = self.on(last_day(str(period)))
            epochs[at] = epoch
            strange = at & ~codes.isin(self.areas[epoch]).to_numpy()
            for position in np.flatnonzero(strange).tolist():
                epochs[position] = self._nearest(str(codes.iloc[position]), epoch)
        return epochs

    def _nearest(self, code: str, epoch: int) -> int:
        known = [number for number, area in enumerate(self.areas) if code in area]
        earlier = [number for number in known if number < epoch]
        return earlier[-1] if earlier else (known[0] if known else epoch)

    def crosswalk(self, start: int, end: int, *, weights: pd.Series | None = None) -> Crosswalk:
        """Return the way from the units of one epoch to those of another, either way round.

        Parameters
        ----------
        start, end
            The epochs.
        weights
            On the way back: size of the older units, by which a newer one is shared out; without
            it those shares are unknown.
        """
        if start > end:
            forward = self.crosswalk(end, start)
            return reverse(forward, weights=weights, basis="" if weights is None else "households")
        # Without weights a way is the same for every caller, so it is walked once.
        if (start, end) not in self._walks:
            days = ["", *self.lineage.days_of_change]
            self._walks[start, end] = self.lineage.crosswalk(
                self.areas[start], since=days[start], until=days[end]
            )
        return self._walks[start, end]


@lru_cache(maxsize=8)
def epochs_of(lineage: Lineage) -> Epochs:
    """Return the epochs of a lineage, worked out once."""
    return Epochs(lineage)


def geography_of(month: str, lineage: Lineage | None = None) -> str | None:
    """Return the delivered vintage whose units were in force in a month, None if there is none.

    Parameters
    ----------
    month
        Such as `2024-06`. Months before the first delivered vintage are taken as it: whether the
        communes were the same then is for the gazetteer to say.
    lineage
        Who became whom; the delivered lineage unless given.
    """
    epochs = epochs_of(lineage or shipped_lineage())
    epoch = epochs.of_vintage(month)
    return next((each for each in vintages() if epochs.of_vintage(each) == epoch), None)


@dataclass(frozen=True)
class Span:
    """A unit from one day to another, in which figures kept their meaning (`epoch`)."""

    name: str
    start: str
    end: str
    epoch: int


@cache
def spans_of(epochs: Epochs, code: str) -> tuple[Span, ...]:
    """Return the spans of a code among the programme's units, one for each epoch it lasted."""
    spans = []
    for unit in _histories().get(code, ()):
        changes = epochs.lineage.days_of_change
        edges = [day for day in changes if unit.start < day and unit.covers(day)]
        for since, until in zip([unit.start, *edges], [*edges, unit.end], strict=True):
            epoch = epochs.on(since)
            if code in epochs.areas[epoch]:
                spans.append(Span(unit.name, since, until, epoch))
    return tuple(spans)


def named_spans(spans: Sequence[Span], name: str) -> list[Span]:
    """Return the spans of a name; with the type that is written, where it was ever of that type.

    `Xã Kép` is the commune of 2025, not the `Thị trấn Kép` of before; `Kép` may be either. A text
    without any accent was typed, or lost them.
    """
    for spell in (full_name, normalised, *([plain_whole] if name.isascii() else [])):
        found = [span for span in spans if name and spell(span.name) == spell(name)]
        if found:
            return found
    return []


@cache
def successors(epochs: Epochs, start: int, end: int) -> dict[str, tuple[str, ...]]:
    """Return for each unit of an epoch the units of a later one that it became."""
    links = epochs.crosswalk(start, end).links
    return {str(code): tuple(sorted(rows[TO])) for code, rows in links.groupby(FROM)}


@cache
def unchanged(epochs: Epochs, start: int, end: int) -> frozenset[str]:
    """Return the codes that mean the same ground in an epoch and a later one."""
    links = epochs.crosswalk(start, end).links
    # Its one origin and its one successor are itself: nothing came to it, nothing left it.
    alone = ~(links[FROM].duplicated(keep=False) | links[TO].duplicated(keep=False))
    return frozenset(links.loc[alone & (links[FROM] == links[TO]), FROM])


def same_ground(epochs: Epochs, code: str, one: int, other: int) -> bool:
    """Say whether a code means the same ground in two epochs."""
    return one == other or code in unchanged(epochs, min(one, other), max(one, other))


@cache
def _histories() -> dict[str, list[UnitSpan]]:
    """Return the spans of every code of the province, oldest first."""
    province = read_level(delivered_sets()[vintages()[0]], "commune")[c.PROVINCE_CODE].iloc[0]
    return shipped_gazetteer().in_province(str(province)).spans
