"""Communes of every day by the places that are short for them.

A code means nothing without a day: `07228` was Phường Đa Mai alone, and is since July 2025 a unit
of five former communes, one of which lay in another district. So a set of communes says of each
code when it is meant, unless all its days are in the set.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import groupby
from operator import itemgetter

import pandas as pd

from geo.boundaries import read_level
from geo.crosswalk import FROM, TO
from mtqg_geo.communes.epochs import Epochs, epochs_of, same_ground
from mtqg_geo.communes.lineage import (
    day_before,
    day_of,
    delivered_sets,
    shipped_lineage,
    unit_names,
    vintages,
)
from mtqg_geo.people.grants import ANYWHERE, Places
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import PeopleError
from mtqg_geo.programme.period import date_words
from mtqg_geo.programme.words import coded
from mtqg_geo.store.rights import WHEN, on_day

VINTAGE = "vintage"
Meant = tuple[int, str]  # a code, in an epoch


def places_named(
    *,
    communes: Collection[str] = (),
    districts: Collection[str] = (),
    provinces: Collection[str] = (),
) -> Places:
    """Return the communes of places given by their codes; everywhere if by none.

    A commune is the last unit that bears its code, or that of a day: `07228@2024-12-31`. With a
    unit go the former communes all of which it holds; with former communes (of a district, say)
    every unit that is made of them alone. Huyện Yên Thế had 19 communes, some of whose codes its
    units have now; of Thành phố Bắc Giang, whose units hold communes of other districts too, only
    the former communes are meant by the same codes:

    >>> yen_the = places_named(districts=["215"])
    >>> yen_the.words, len(yen_the.communes), "07246" in yen_the.communes
    ('Huyện Yên Thế', 19, True)
    >>> [each for each in places_named(districts=["213"]).communes if each.startswith("07228")]
    ['07228@../2025-06-30']

    Raises
    ------
    PeopleError
        `place_unknown`.
    """
    if not (communes or districts or provinces):
        return ANYWHERE
    epochs, found, words = epochs_of(shipped_lineage()), set[Meant](), list[str]()
    for code_of, name_of, wanted in (
        (c.PROVINCE_CODE, c.PROVINCE, provinces),
        (c.DISTRICT_CODE, c.DISTRICT, districts),
    ):
        for code in wanted:
            units = _units()[_units()[code_of] == code]
            if units.empty:
                raise coded(PeopleError, "place_unknown", code=code)
            words.append(str(units[name_of].iloc[-1]))  # as it is called today
            first = units[units[VINTAGE] == units[VINTAGE].min()]
            epoch = epochs.of_vintage(str(first[VINTAGE].iloc[0]))
            found.update((epoch, str(each)) for each in first[c.CODE])
    for commune in communes:
        code, _, day = commune.partition(WHEN)
        bearing = _bearing(epochs, code)
        if day:
            bearing = [epoch for epoch in bearing if epoch == epochs.on(day)]
        if not bearing:
            raise coded(PeopleError, "place_unknown", code=commune)
        found.add((bearing[-1], code))
        words.append(_name(epochs, bearing[-1], code))
    meant = _with_relatives(epochs, found)
    return Places(tuple(sorted(_written(epochs, meant))), "; ".join(words))


def _with_relatives(epochs: Epochs, found: set[Meant]) -> set[Meant]:
    """Return units with all that is made of them alone, before and after."""
    meant, last = {*found}, len(epochs.areas) - 1
    for later in range(last, 0, -1):
        links = epochs.crosswalk(later - 1, later).links
        for origin, ways in links.groupby(FROM):
            if meant.issuperset((later, str(unit)) for unit in ways[TO]):
                meant.add((later - 1, str(origin)))
    for later in range(1, last + 1):
        links = epochs.crosswalk(later - 1, later).links
        for unit, ways in links.groupby(TO):
            if meant.issuperset((later - 1, str(origin)) for origin in ways[FROM]):
                meant.add((later, str(unit)))
    return meant


def _written(epochs: Epochs, meant: set[Meant]) -> Iterator[str]:
    """Yield each code, with the days on which it is meant where these are not all it has."""
    for code in {code for _, code in meant}:
        bearing = _bearing(epochs, code)
        taken = [(epoch, code) in meant for epoch in bearing]
        if all(taken):
            yield code
            continue
        # Between two of its units a code is that of the former (`Epochs.of`).
        firsts = ["..", *(_first_day(epochs, epoch) for epoch in bearing[1:])]
        lasts = [*map(day_before, firsts[1:]), ".."]
        for is_meant, run in groupby(zip(firsts, lasts, taken, strict=True), itemgetter(2)):
            spans = [*run]
            if is_meant:
                yield on_day(code, f"{spans[0][0]}/{spans[-1][1]}")


def _bearing(epochs: Epochs, code: str) -> list[int]:
    """Return the epochs in which some unit bears a code."""
    return [epoch for epoch, area in enumerate(epochs.areas) if code in area]


def _first_day(epochs: Epochs, epoch: int) -> str:
    return epochs.lineage.days_of_change[epoch - 1] if epoch else day_of(vintages()[0])


def _last_day(epochs: Epochs, epoch: int, code: str) -> str:
    """Return the day after which a code was given to another unit, "" if it was to none."""
    after = (
        each
        for each in _bearing(epochs, code)
        if each > epoch and not same_ground(epochs, code, epoch, each)
    )
    other = next(after, None)
    return "" if other is None else day_before(_first_day(epochs, other))


def _name(epochs: Epochs, epoch: int, code: str) -> str:
    """Return the name of a unit; with its last day if its code was given to another one then.

    >>> _name(epochs_of(shipped_lineage()), 0, "07228")
    'Phường Đa Mai (→ 30/06/2025)'
    """
    last = _last_day(epochs, epoch, code)
    day = last or _first_day(epochs, _bearing(epochs, code)[-1])
    name = unit_names(day).get(code, code)
    return f"{name} (→ {date_words(last, 'vi')})" if last else name


@cache
def _units() -> pd.DataFrame:
    """Return the programme's units of all vintages, the oldest first."""
    names = [c.CODE, c.NAME, c.DISTRICT_CODE, c.DISTRICT, c.PROVINCE_CODE, c.PROVINCE]
    layers = [
        pd.DataFrame(read_level(each, "commune")[names]).assign(**{VINTAGE: vintage})
        for vintage, each in delivered_sets().items()
    ]
    return pd.concat(layers, ignore_index=True)


@cache
def choices() -> Mapping[str, str]:
    """Return what a place can be named by, with its name: by kind and code, the largest first.

    Former communes whose code is that of another unit today come last.

    >>> choices()["district:215"], choices()["commune:07228@2023-04-28"]
    ('Huyện Yên Thế', 'Phường Đa Mai (→ 30/06/2025), Thành phố Bắc Giang')
    """
    units = _units()
    provinces = units.drop_duplicates(c.PROVINCE_CODE, keep="last")
    single = units[~units[c.DISTRICT_CODE].str.contains(";")]  # a unit of several is of none alone
    districts = single.drop_duplicates(c.DISTRICT_CODE, keep="last").sort_values(c.DISTRICT_CODE)
    communes = units.drop_duplicates(c.CODE, keep="last")
    epochs, day = epochs_of(shipped_lineage()), day_of(vintages()[0])
    former = units[units[VINTAGE] == vintages()[0]]
    former = former[[bool(_last_day(epochs, 0, code)) for code in former[c.CODE]]]
    return {
        **{f"province:{row[c.PROVINCE_CODE]}": row[c.PROVINCE] for _, row in provinces.iterrows()},
        **{f"district:{row[c.DISTRICT_CODE]}": row[c.DISTRICT] for _, row in districts.iterrows()},
        **{
            f"commune:{row[c.CODE]}": ", ".join(filter(None, (row[c.NAME], row[c.DISTRICT])))
            for _, row in communes.iterrows()
        },
        **{
            f"commune:{on_day(row[c.CODE], day)}": f"{_name(epochs, 0, row[c.CODE])}, "
            f"{row[c.DISTRICT]}"
            for _, row in former.iterrows()
        },
    }
