"""Which unit a way of naming one means in a period: codes and names were used again in 2025.

The list of a period decides. A unit that was merged before is understood as the former one; a code
and a name that together mean a unit of another time are a question. What could be meant either way
is told apart by the rest of its table (`loading.places`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd

from mtqg_geo.communes.codes import (
    CodeNote,
    codes_for,
    explain_code,
    full_code,
    moment,
    unit_list,
)
from mtqg_geo.communes.epochs import Epochs, Span, epochs_of, named_spans, same_ground, spans_of
from mtqg_geo.communes.gazetteer import shipped_gazetteer
from mtqg_geo.communes.lineage import Lineage, units_of, vintages
from mtqg_geo.communes.names import full_name
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import current_lineage
from mtqg_geo.loading.communes.register import Match, Register, Unit, parted, several
from mtqg_geo.loading.sheets.words import Reading, read_trouble, refuse
from mtqg_geo.programme import columns as c

NOW, EARLIER, LATER = "now", "earlier", "later"
# Sentences of a name that the list of the period does not have.
NOT_LISTED = frozenset(
    {"load_commune_name", "load_commune_stranger", "load_district_unknown",
     "load_district_stranger"}
)  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """What a way of naming a commune means in a period.

    Attributes
    ----------
    match
        What becomes of the row.
    code
        The unit meant, also where that is a question; "" where nobody can tell.
    tells
        For which time it shows its table to be written: `NOW`, `EARLIER`, `LATER`; "" for none.
    doubts
        The times at which it could mean a unit of other ground.
    """

    match: Match
    code: str = ""
    tells: str = ""
    doubts: frozenset[str] = frozenset()


def communes_of(data: Dataset) -> Communes:
    """Return the lists that rows are read by: of any time for the programme's communes."""
    if frozenset(data.commune_list[c.CODE]) == frozenset(units_of(vintages()[0])):
        return _dated(current_lineage(data.store))
    names = (c.CODE, c.NAME, c.DISTRICT)
    columns = (data.commune_list[name].astype(str) for name in names)
    return OneList(Register(tuple(Unit(*row) for row in zip(*columns, strict=True))))


@dataclass(frozen=True)
class OneList:
    """The same communes at all times."""

    only: Register
    days: tuple[str, ...] = ("",)

    def era(self, period: str) -> int:
        """Return the same number for every period."""
        return 0

    def epoch(self, period: str) -> int:
        """Return the same number for every period."""
        return 0

    def register(self, period: str) -> Register:
        """Return the list."""
        return self.only

    def meaning(
        self, period: str, code: str, name: str, district: str, *, required: bool = True
    ) -> Meaning:
        """Say which unit is meant."""
        match = self.only.match(code, name, district, required=required)
        return Meaning(match, match.code)


@lru_cache(maxsize=2)
def _dated(lineage: Lineage) -> DatedLists:
    return DatedLists(lineage)


@dataclass(frozen=True, eq=False)
class DatedLists:
    """The communes of every time, by the lineage."""

    lineage: Lineage
    _registers: dict[int, Register] = field(default_factory=dict, repr=False)

    @property
    def epochs(self) -> Epochs:
        """The times in which codes keep their meaning."""
        return epochs_of(self.lineage)

    @property
    def days(self) -> tuple[str, ...]:
        """A day of each list, the earliest "" for the time before any change."""
        return ("", *self.lineage.days)

    def era(self, period: str) -> int:
        """Return the number of the list that a period (or day) is read by."""
        day = moment(period)
        return sum(each <= day for each in self.lineage.days)

    def epoch(self, period: str) -> int:
        """Return the number of the time in which codes keep their meaning."""
        return self.epochs.on(moment(period))

    def register(self, period: str) -> Register:
        """Return the list of a period: names of the time, districts of then and before."""
        return self._of_era(self.era(period))

    def _of_era(self, era: int) -> Register:
        if era not in self._registers:
            first = self.lineage.days[era - 1] if era else ""
            self._registers[era] = Register(tuple(_units(self.epochs, moment(first))))
        return self._registers[era]

    def meaning(
        self, period: str, code: str, name: str, district: str, *, required: bool = True
    ) -> Meaning:
        """Say which unit is meant."""
        name, district = parted(name, district)
        unreadable = read_trouble(code) is not None or read_trouble(name) is not None
        if unreadable or not (code or name):
            return Meaning(self.register(period).match(code, name, district, required=required))
        if code:
            return self._by_code(period, full_code(code), name, district)
        return self._by_name(period, name, district)

    def _by_code(self, period: str, code: str, name: str, district: str) -> Meaning:
        note = explain_code(code, period, name=name, lineage=self.lineage)
        if note.verdict in ("unknown", "fits"):
            match = self.register(period).match(code, name, district)
            if match.error is not None:
                return Meaning(match)
            return Meaning(match, code, *self._told(period, code, self._same_code(code, name)))
        if note.verdict == "other_vintage":
            return _question(note)
        match = self.register(note.since).match(code, name, district)
        return Meaning(match) if match.error is not None else _former(note)

    def _by_name(self, period: str, name: str, district: str) -> Meaning:
        match = self.register(period).match("", name, district)
        if match.error is None:
            other = self._written_of_other(period, match.code, name, district)
            if other is not None:
                return _question(other, written=name)
            namesakes = self._namesakes(period, name, district)
            return Meaning(match, match.code, *self._told(period, match.code, namesakes))
        if match.error.code not in NOT_LISTED:
            return Meaning(match)
        return self._not_of_list(period, (name, district), match)

    def _not_of_list(self, period: str, place: tuple[str, str], match: Match) -> Meaning:
        """Say what a name (and its district) means that only lists of other times have."""
        name, district = place
        listed = self._listed(period, name, district)
        if not listed:
            return Meaning(match)
        _, unit = listed[0]
        if len({other.code for _, other in listed}) > 1:
            times = {EARLIER if era < self.era(period) else LATER for era, _ in listed}
            return Meaning(several(name, [each for _, each in listed], district),
                           tells=times.pop() if len(times) == 1 else "")  # fmt: skip
        note = explain_code(unit.code, period, name=unit.name, lineage=self.lineage)
        if note.verdict == "other_vintage":
            return _question(note, written=name)
        return _former(note) if note.verdict == "dissolved" else Meaning(Match(unit.code))

    def _written_of_other(
        self, period: str, code: str, name: str, district: str
    ) -> CodeNote | None:
        """Return the unit of another time that alone is of the written type and name."""
        if full_name(self.register(period).by_code[code].name) == full_name(name):
            return None
        notes = [
            explain_code(unit.code, period, name=name, lineage=self.lineage)
            for _, unit in self._listed(period, name, district)
            if full_name(unit.name) == full_name(name)
        ]
        if any(note.verdict != "other_vintage" for note in notes):
            return None
        return next(iter(notes), None)

    def _listed(self, period: str, name: str, district: str) -> list[tuple[int, Unit]]:
        """Return the units of a name in the lists of other times, the nearest earlier first.

        Where any is of the type that is written, only those.
        """
        now = self.era(period)
        eras = (*range(now - 1, -1, -1), *range(now + 1, len(self.lineage.days) + 1))
        found = [(era, unit) for era in eras for unit in self._of_era(era).named(name, district)]
        return [each for each in found if full_name(each[1].name) == full_name(name)] or found

    def _same_code(self, code: str, name: str) -> Iterator[tuple[str, int]]:
        """Yield every unit that bears a code (and the name), and when."""
        spans = spans_of(self.epochs, code)
        for span in named_spans(spans, name) if name else spans:
            yield code, span.epoch

    def _namesakes(self, period: str, name: str, district: str) -> Iterator[tuple[str, int]]:
        """Yield the units of other times that a name means no less exactly, and when."""
        now = self.register(period).named(name, district)
        exact = any(full_name(unit.name) == full_name(name) for unit in now)
        for era, unit in self._listed(period, name, district):
            if not exact or full_name(unit.name) == full_name(name):
                yield unit.code, self.epochs.on(self.lineage.days[era - 1] if era else "")

    def _told(
        self, period: str, code: str, meant: Iterator[tuple[str, int]]
    ) -> tuple[str, frozenset[str]]:
        """Say for which time a unit that fits speaks, and what else it could mean."""
        now = self.epoch(period)
        doubts = frozenset(
            EARLIER if epoch < now else LATER
            for other, epoch in meant
            if epoch != now and not (other == code and same_ground(self.epochs, code, epoch, now))
        )
        return ("" if doubts or not self._ever_changed(code, now) else NOW), doubts

    def _ever_changed(self, code: str, now: int) -> bool:
        spans: tuple[Span, ...] = spans_of(self.epochs, code)
        return any(not same_ground(self.epochs, code, span.epoch, now) for span in spans)


Communes = OneList | DatedLists
"""The lists by which rows are read."""


def _question(note: CodeNote, written: str = "") -> Meaning:
    """Return what has to be asked: the name says a unit of another time."""
    field_ = c.COMMUNE
    said = Reading(None, note.sentence, {**note.said, **({"name": written} if written else {})})
    return Meaning(Match("", said, field=field_), note.code, EARLIER if note.is_former else LATER)


def _former(note: CodeNote) -> Meaning:
    """Return a unit that was merged before, with a word about it."""
    said = Reading(None, note.sentence, note.said)
    return Meaning(Match(note.code, warning=said), note.code, EARLIER)


def doubtful(meaning: Meaning, units: int) -> Match:
    """Return the question about a unit that could be meant as that of another time."""
    said = refuse("load_commune_doubtful", code=meaning.code, units=units)
    return Match("", said, field=c.COMMUNE_CODE)


def _units(epochs: Epochs, day: str) -> Iterator[Unit]:
    """Yield the units in force on a day, as they were called then, by code."""
    listed = unit_list(codes_for(day)).set_index(c.CODE)[c.DISTRICT]
    then = shipped_gazetteer().at(day).drop_duplicates(c.CODE).set_index(c.CODE)[c.DISTRICT]
    then = then[then.index.isin(epochs.areas[epochs.on(day)])]
    for code in sorted(epochs.areas[epochs.on(day)]):
        spans = [span for span in spans_of(epochs, code) if span.start <= day]
        district = str(listed.get(code, ""))
        parts = {*district.split("; "), str(then.get(code, ""))} - {"", district}
        yield Unit(code, spans[-1].name if spans else code, district, tuple(sorted(parts)))


def names_then(data: Dataset, codes: pd.Series, periods: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return name and district of each code in its period; of a merged unit those it last had."""
    communes = communes_of(data)
    eras = periods.map({each: communes.era(each) for each in periods.unique()})
    pairs = pd.DataFrame({"code": codes, "era": eras, "period": periods})
    known = pairs.drop_duplicates(["code", "era"])
    units = {
        (code, era): _unit_then(communes, code, period)
        for code, era, period in known.itertuples(index=False, name=None)
    }
    found = [units[pair] for pair in zip(codes, eras, strict=True)]
    names = pd.Series([unit.name for unit in found], index=codes.index, dtype=object)
    return names, pd.Series([unit.district for unit in found], index=codes.index, dtype=object)


def _unit_then(communes: Communes, code: str, period: str) -> Unit:
    nobody = Unit(code, "", "")
    unit = communes.register(period).by_code.get(code)
    if unit is not None or not isinstance(communes, DatedLists):
        return unit or nobody
    note = explain_code(code, period, lineage=communes.lineage)
    return communes.register(note.since or period).by_code.get(code, nobody)
