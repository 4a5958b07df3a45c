"""What a unit is found by besides its name: the units it became or came from, and their codes."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from geo.crosswalk import FROM, TO
from mtqg_geo.communes.codes import unit_list
from mtqg_geo.communes.lineage import Lineage, between, vintages
from mtqg_geo.communes.names import bare_name
from mtqg_geo.programme import columns as c


@dataclass(frozen=True)
class Kin:
    """Units of another vintage that one became or came from: code and name of each."""

    vintage: str
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FindableUnit:
    """A unit as a search lists it."""

    code: str
    name: str
    district: str
    kin: tuple[Kin, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What else it is found by: its name without the type, its code, then those of its kin."""
        kin = [unit for each in self.kin for unit in each.units]
        named = (bare_name(self.name), self.code, *(bare_name(name) for _, name in kin))
        return tuple(dict.fromkeys((*named, *(code for code, _ in kin))))


def findable(units: pd.DataFrame, vintage: str, lineage: Lineage) -> Iterator[FindableUnit]:
    """Give each unit with its kin in every other vintage.

    Parameters
    ----------
    units
        Code, name and district of units of the vintage.
    vintage
        Theirs, one of `lineage.vintages`.
    lineage
        Who became whom.

    Examples
    --------
    An Lạc of 2023 is a part of the An Lạc of 2025, whose code was that of Lệ Viễn:

    >>> from mtqg_geo.communes.lineage import shipped_lineage
    >>> then, now = (
    ...     {each.code: each for each in findable(unit_list(day), day, shipped_lineage())}
    ...     for day in ("2023-04", "2025-07"))
    >>> then["07645"].kin[0].units
    (('07654', 'Xã An Lạc'),)
    >>> now["07654"].words
    ('an lạc', '07654', 'lệ viễn', '07645')
    """
    others = [(other, *_kin(vintage, other, lineage)) for other in vintages() if other != vintage]
    columns = (units[name] for name in (c.CODE, c.NAME, c.DISTRICT))
    for code, name, district in zip(*columns, strict=True):
        kin = (
            Kin(other, tuple((each, names[each]) for each in codes.get(code, ())))
            for other, codes, names in others
        )
        yield FindableUnit(code, name, district, tuple(each for each in kin if each.units))


def _kin(vintage: str, other: str, lineage: Lineage) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the codes of another vintage by those of this one, and their names."""
    links = between(lineage, vintage, other).links
    units = unit_list(other)
    codes = {str(code): sorted(set(rows)) for code, rows in links.groupby(FROM)[TO]}
    return codes, dict(zip(units[c.CODE], units[c.NAME], strict=True))
