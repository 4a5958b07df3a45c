"""Communes of both dates by the places that are short for them."""

from collections.abc import Collection, Mapping
from functools import cache

import pandas as pd

from geo.boundaries import read_level
from geo.crosswalk import FROM, TO
from mtqg_geo.communes.lineage import delivered_sets, shipped_lineage
from mtqg_geo.people.grants import ANYWHERE, Places
from mtqg_geo.programme import columns as c
from mtqg_geo.programme import tables
from mtqg_geo.programme.errors import PeopleError
from mtqg_geo.programme.words import coded


def places_named(
    *,
    communes: Collection[str] = (),
    districts: Collection[str] = (),
    provinces: Collection[str] = (),
) -> Places:
    """Return the communes of places given by their codes, of either date; everywhere if by none.

    A commune is that of its code on any day: many codes were given to a larger unit in 2025. With a
    unit of today go the communes that became it whole; with former communes (of a district, say)
    every unit that is made of them alone. Huyện Yên Thế had 19 communes, some of whose codes its
    units have now:

    >>> yen_the = places_named(districts=["215"])
    >>> yen_the.words, len(yen_the.communes), "07246" in yen_the.communes
    ('Huyện Yên Thế', 19, True)

    Raises
    ------
    PeopleError
        `place_unknown`.
    """
    if not (communes or districts or provinces):
        return ANYWHERE
    found = {origin for code in communes for origin in _became(code)}
    words = []
    for code_of, name_of, wanted in (
        (c.PROVINCE_CODE, c.PROVINCE, provinces),
        (c.DISTRICT_CODE, c.DISTRICT, districts),
        (c.CODE, c.NAME, communes),
    ):
        for code in wanted:
            units = _units()[_units()[code_of] == code]
            if units.empty:
                raise coded(PeopleError, "place_unknown", code=code)
            words.append(str(units[name_of].iloc[-1]))  # as it is called today
            found.update(units[c.CODE])
    for day in shipped_lineage().days:
        for unit, links in _links(day).groupby(TO):
            if found.issuperset(links[FROM]):
                found.add(str(unit))
    return Places(tuple(sorted(found)), "; ".join(words))


def _became(code: str) -> set[str]:
    """Return the former communes all of whose ground is in the unit of a code today."""
    found = {code}
    for day in reversed(shipped_lineage().days):
        for origin, links in _links(day).groupby(FROM):
            if found.issuperset(links[TO]):
                found.add(str(origin))
    return found


def _links(day: str) -> pd.DataFrame:
    links = shipped_lineage().links
    return links[links[tables.DAY] == day]


@cache
def _units() -> pd.DataFrame:
    """Return the programme's units of all dates, the oldest first."""
    names = [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT, c.PROVINCE_CODE, c.PROVINCE]
    layers = [read_level(each, "commune")[names] for each in delivered_sets().values()]
    return pd.concat([pd.DataFrame(layer) for layer in layers], ignore_index=True)


@cache
def choices() -> Mapping[str, str]:
    """Return what a place can be named by, with its name: by kind and code, the largest first.

    >>> choices()["district:215"]
    'Huyện Yên Thế'
    """
    units = _units()
    provinces = units.drop_duplicates(c.PROVINCE_CODE, keep="last")
    single = units[~units[c.DISTRICT_CODE].str.contains(";")]  # a unit of several is of none alone
    districts = single.drop_duplicates(c.DISTRICT_CODE, keep="last").sort_values(c.DISTRICT_CODE)
    communes = units.drop_duplicates(c.CODE, keep="last")
    return {
        **{f"province:{row[c.PROVINCE_CODE]}": row[c.PROVINCE] for _, row in provinces.iterrows()},
        **{f"district:{row[c.DISTRICT_CODE]}": row[c.DISTRICT] for _, row in districts.iterrows()},
        **{
            f"commune:{row[c.CODE]}": ", ".join(filter(None, (row[c.NAME], row[c.DISTRICT])))
            for _, row in communes.iterrows()
        },
    }
