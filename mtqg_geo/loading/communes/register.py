"""A list of communes in which one is found: by its code, else by its name within the district.

A code and a name that contradict each other are an error: one of them is wrong, and the figure
would land in another commune. A name spelled a little differently beside a known code is only
mentioned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from mtqg_geo.communes.codes import full_code
from mtqg_geo.communes.names import (
    bare_name,
    full_name,
    joined_name,
    normalised,
    plain_name,
    plain_whole,
)
from mtqg_geo.loading.sheets.words import Reading, date_trouble, read_trouble, refuse
from mtqg_geo.programme import columns as c

ALIKE = 85.0  # of 100: a slip of the pen, not another name
RULES: tuple[Callable[[str], str], ...] = (full_name, bare_name, normalised, joined_name)


class Unit(NamedTuple):
    """A commune of the list; `also_in` are districts it was, or is, counted to as well."""

    code: str
    name: str
    district: str
    also_in: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """How a message speaks of it."""
        return f"{self.code} ({self.name}, {self.district})"

    def is_in(self, district: str) -> bool:
        """Say whether it lies in a district, as that may be spelled."""
        return any(_same(district, each) for each in (self.district, *self.also_in))


class Match(NamedTuple):
    """What became of a way of naming a commune: its code or an error, perhaps a warning."""

    code: str
    error: Reading | None = None
    warning: Reading | None = None
    field: str = c.COMMUNE_CODE


@dataclass(frozen=True)
class Register:
    """The communes of the province at one time, to be found by code or name."""

    units: tuple[Unit, ...]

    @cached_property
    def by_code(self) -> dict[str, Unit]:
        """The communes by code."""
        return {unit.code: unit for unit in self.units}

    def match(self, code: str, name: str, district: str, *, required: bool = True) -> Match:
        """Find a commune by what a row says of it.

        A name alone is enough within its district; a code that says another name is not:

        >>> list_ = Register((Unit("07375", "Xã Hồng Giang", "Lục Ngạn"),))
        >>> list_.match("", "hồng giang", "lục ngạn").code
        '07375'
        >>> list_.match("7375", "Xã Tân Sơn", "").error.code
        'load_name_contradicts'
        """
        name, district = parted(name, district)
        if (trouble := read_trouble(code) or date_trouble(code)) is not None:
            return Match("", trouble, field=c.COMMUNE_CODE)
        if (trouble := read_trouble(name)) is not None:
            return Match("", trouble, field=c.COMMUNE)
        if code:
            return self._by_code(code, name, district)
        if name:
            return self._by_name(name, district)
        return Match("", refuse("load_commune_missing") if required else None)

    def _by_code(self, code: str, name: str, district: str) -> Match:
        unit = self.by_code.get(full_code(code))
        if unit is None:
            return Match("", self._unknown_code(code, name, district))
        if name and not _same(name, unit.name):
            return self._differs(unit, name, district)
        if district and not unit.is_in(district):
            said = refuse("load_district_differs", district=district, unit=unit.words)
            return Match(unit.code, warning=said, field=c.DISTRICT)
        return Match(unit.code)

    def _differs(self, unit: Unit, name: str, district: str) -> Match:
        """Judge a name beside the code of a commune that is called otherwise."""
        others = [other for other in self.named(name, district) if other != unit]
        alike = fuzz.ratio(normalised(name), normalised(unit.name)) >= ALIKE
        code = "load_name_differs" if alike and not others else "load_name_contradicts"
        said = refuse(code, name=name, unit=unit.words)
        if code == "load_name_differs":
            return Match(unit.code, warning=said, field=c.COMMUNE)
        return Match("", said, field=c.COMMUNE)

    def _by_name(self, name: str, district: str) -> Match:
        among = self._in_district(district)
        if not among:
            nearest = _nearest(district, [unit.district for unit in self.units])
            code = "load_district_unknown" if nearest else "load_district_stranger"
            return Match("", refuse(code, district=district, nearest=nearest), field=c.DISTRICT)
        found = self.named(name, district)
        if len(found) == 1:
            return Match(found[0].code)
        if found:
            return several(name, found, district)
        nearest = self._words_of(_nearest(name, [unit.name for unit in among]), among)
        code = "load_commune_name" if nearest else "load_commune_stranger"
        return Match("", refuse(code, name=name, nearest=nearest), field=c.COMMUNE)

    def named(self, name: str, district: str) -> list[Unit]:
        """Return the communes of a name, by the strictest rule that finds any."""
        among = self._in_district(district)
        for spell in RULES:
            found = [unit for unit in among if spell(unit.name) == spell(name)]
            if found:
                return found
        return _without_accents(name, among)

    def _in_district(self, district: str) -> list[Unit]:
        return [unit for unit in self.units if not district or unit.is_in(district)]

    def _unknown_code(self, code: str, name: str, district: str) -> Reading:
        found = self.named(name, district) if name else []
        if len(found) == 1:
            nearest = found[0].words
        else:
            # Two digits that changed places are one slip.
            near = process.extractOne(
                code, list(self.by_code), scorer=OSA.normalized_similarity, score_cutoff=0.6
            )
            nearest = self.by_code[near[0]].words if near else ""
        kind = "load_commune_code" if nearest else "load_code_stranger"
        return refuse(kind, code=code, total=len(self.units), nearest=nearest)

    @staticmethod
    def _words_of(name: str, among: Sequence[Unit]) -> str:
        return next((unit.words for unit in among if unit.name == name), "")


def _without_accents(name: str, among: Sequence[Unit]) -> list[Unit]:
    """Return the communes that a name typed without accents may stand for.

    What looks like a type may be one (`xa An Lac`) or begin the name (`Phuong Lien`): both readings
    are kept, and a unit of the written type goes before its namesakes of another.

    >>> among = [Unit("1", "Xã An Lạc", ""), Unit("2", "Thị trấn An Lạc", "")]
    >>> [unit.code for unit in _without_accents("xa An Lac", among)]
    ['1']
    """
    if not bare_name(name).isascii():
        return []
    typed, whole, bare = plain_name(name, keep_type=True), plain_whole(name), plain_name(name)
    exact = [
        unit
        for unit in among
        if plain_whole(unit.name) == whole or plain_name(unit.name, keep_type=True) == typed
    ]
    return exact or [unit for unit in among if plain_whole(unit.name) == bare]


def several(name: str, found: Sequence[Unit], district: str) -> Match:
    """Return the question which of the communes of a name is meant; `choices` are its answers."""
    choices = tuple(sorted({(unit.code, unit.words) for unit in found}))
    known = "; ".join(words for _, words in choices)
    said = {"name": name, "count": len(choices), "known": known}
    why = refuse("load_commune_several", district=district, choices=choices, **said)
    return Match("", why, field=c.COMMUNE)


def parted(name: str, district: str) -> tuple[str, str]:
    """Return name and district where one cell may hold both (`An Lạc, Sơn Động`)."""
    if district or "," not in name:
        return name, district
    first, _, second = name.partition(",")
    return first.strip(), second.strip()


def _same(one: str, other: str) -> bool:
    """Say whether two spellings are of one name; accents count only where both have them."""
    if normalised(one) == normalised(other) or joined_name(one) == joined_name(other):
        return True
    if not (bare_name(one).isascii() or bare_name(other).isascii()):
        return False
    readings = ({plain_whole(each), plain_name(each)} for each in (one, other))
    return not set.isdisjoint(*readings)


def _nearest(text: str, names: Sequence[str]) -> str:
    """Return the name most like a text, "" if none is."""
    spelled = [normalised(name) for name in names]
    best = process.extractOne(normalised(text), spelled, scorer=fuzz.ratio, score_cutoff=60.0)
    return names[best[2]] if best else ""
