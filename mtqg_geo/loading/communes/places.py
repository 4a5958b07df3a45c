"""The commune of every row of a table, each understood in the geography of the row's period.

Rows are judged alike where code, name, district and list are alike. A code or name that could mean
a unit of two times is settled by its table: if that speaks of another time's units, it is asked
about. A table written for later units that reports earlier periods is refused as a whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mtqg_geo.communes.codes import MOST_OF_A_LIST, list_trouble, period_text, tidy_code
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.meanings import (
    EARLIER,
    LATER,
    NOW,
    Communes,
    DatedLists,
    Meaning,
    communes_of,
    doubtful,
)
from mtqg_geo.loading.communes.register import Match, parted
from mtqg_geo.loading.sheets.distinct import Distinct
from mtqg_geo.loading.sheets.row_words import PlaceNames, names_district
from mtqg_geo.loading.sheets.rows import Rows
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.sheets.words import Reading, refuse
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.model import Mask
from mtqg_geo.programme.words import coded

A_LIST = 10  # units of a later time that make a table a list of them rather than a slip
SLIPS = 0.2  # of a full list: as many rows of another time are slips in it
PLACE = (c.COMMUNE_CODE, c.COMMUNE, c.DISTRICT)


@dataclass(frozen=True, eq=False)
class RowCommunes:
    """The commune of each row ("" where there is none), and what is to be said.

    `trouble` fills the sentence `list_other_vintage` where the table as a whole is written for
    units that came after its periods.
    """

    codes: NDArray[np.object_]
    errors: list[RowError]
    warnings: list[RowError]
    trouble: Mapping[str, object] | None = None

    @property
    def wrong(self) -> Mask:
        """Whether the commune of each row is unknown."""
        return np.asarray(self.codes == "", dtype=bool)

    def refuse_list(self) -> None:
        """Refuse a table that is written for later units.

        Raises
        ------
        LoadError
            `list_other_vintage`.
        """
        if self.trouble is not None:
            raise coded(LoadError, "list_other_vintage", **self.trouble)


def place_names(data: Dataset) -> PlaceNames:
    """Return the names of districts there are, and by which a commune of any time is known."""
    communes = communes_of(data)

    def is_commune(text: str) -> bool:
        return any(communes.register(day).named(text, "") for day in communes.days)

    districts = data.commune_list.drop_duplicates(c.DISTRICT_CODE)
    codes, names = (districts[each].astype(str) for each in (c.DISTRICT_CODE, c.DISTRICT))
    return PlaceNames(dict(zip(codes, names, strict=True)), is_commune)


def always(period: str, count: int) -> Distinct:
    """Return the same period for so many rows."""
    return Distinct(np.zeros(count, dtype=np.int32), pd.Series([period], dtype=object))


def periods_read(values: Sequence[object] | NDArray[np.object_]) -> Distinct:
    """Return the period of every row as it was read: a day, a year, or None where it was not."""
    which, known = pd.factorize(
        pd.Series(["" if v is None else str(v) for v in values], dtype=object)
    )
    return Distinct(which.astype(np.int32), pd.Series(known, dtype=object))


def find_communes(
    rows: Rows, data: Dataset, periods: Distinct, *, required: bool = True
) -> RowCommunes:
    """Find the commune of every row.

    Parameters
    ----------
    rows
        Rows with a column of codes, of names, or both.
    data
        The communes there are.
    periods
        The period (or day) each row speaks of; "" where that is unknown: it is then taken to be
        another one of the table.
    required
        Whether a row without code and name is an error.
    """
    communes = communes_of(data)
    known = [str(period or "") for period in periods.known]
    default = next(filter(None, known), "")
    known = [period or default for period in known]
    eras = [communes.era(period) for period in known]
    texts = [rows.distinct(field) for field in PLACE]
    era = np.array([*eras, 0], dtype=np.int64)[periods.which]
    which, first = _combined([(each.which, len(each.known)) for each in texts], era)
    mentions = [
        Mention(known[periods.which[at]], *(each.at(int(at)) for each in texts))
        for at in first.tolist()
    ]
    meant = rows.meant or {}
    answers = [meant.get(parted(each.name, each.district), "") for each in mentions]
    mentions = [
        each._replace(code=tidy_code(each.code) or answer)
        for each, answer in zip(mentions, answers, strict=True)
    ]
    names = place_names(data)
    meanings = [
        Meaning(Match("", refuse("load_district_for_commune", name=each.name), field=c.COMMUNE))
        if names_district(each.name, names)  # "Huyện Sơn Động" is not Xã Sơn Động of today
        else communes.meaning(*each, required=required)
        for each in mentions
    ]
    trouble = _list_trouble(communes, mentions, meanings, which)
    matches = [
        _as_answered(match, mention.name) if answer else match
        for match, mention, answer in zip(
            _settled(communes, mentions, meanings), mentions, answers, strict=True
        )
    ]
    found = _found(rows, matches, which, first, lambda at: known[periods.which[at]])
    return replace(found, trouble=trouble)


def _as_answered(match: Match, name: str) -> Match:
    """Return a commune that a person chose, with a word that it was chosen."""
    if match.error is not None or match.warning is not None:
        return match
    said = refuse("load_commune_chosen", name=name, code=match.code)
    return match._replace(warning=said, field=c.COMMUNE)


class Mention(NamedTuple):
    """A commune as a row names it, and the period it speaks of."""

    period: str
    code: str
    name: str
    district: str


def _combined(
    texts: Sequence[tuple[NDArray[np.int32], int]], era: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return for each row the number of its combination of texts, and where each is first."""
    key = era.copy()
    for numbers, count in texts:
        key = key * max(count, 1) + numbers
    found, distinct = pd.factorize(key)
    first = np.zeros(len(distinct), dtype=np.intp)
    first[found[::-1]] = np.arange(len(key), dtype=np.intp)[::-1]
    return found, first


def _list_trouble(
    communes: Communes,
    mentions: Sequence[Mention],
    meanings: Sequence[Meaning],
    which: NDArray[np.intp],
) -> Mapping[str, object] | None:
    """Say what is wrong with a table of later units that reports earlier periods."""
    if not isinstance(communes, DatedLists) or not mentions:
        return None
    last = len(communes.epochs.areas) - 1
    early = [at for at, mention in enumerate(mentions) if communes.epoch(mention.period) < last]
    chosen = [at for at in early if meanings[at].code]
    if len({meanings[at].code for at in chosen}) < A_LIST:
        return None
    names = [parted(mentions[at].name, mentions[at].district)[0] for at in chosen]
    trouble = list_trouble(
        [meanings[at].code for at in chosen],
        [mentions[at].period for at in chosen],
        names if any(names) else (),
    )
    if trouble is None:
        return None
    counts = np.bincount(which, minlength=len(mentions))
    units = len(communes.register(mentions[chosen[0]].period).units)
    return {**trouble, "count": int(counts[chosen].sum()), "expected": units}


def _settled(
    communes: Communes, mentions: Sequence[Mention], meanings: Sequence[Meaning]
) -> list[Match]:
    """Return what becomes of each mention, after asking what the others tell of the time meant."""
    matches = [meaning.match for meaning in meanings]

    def epoch(at: int) -> int:
        return communes.epoch(mentions[at].period)

    for _, group in groupby(sorted(range(len(mentions)), key=epoch), key=epoch):
        together = list(group)
        register = communes.register(mentions[together[0]].period)
        told = _told([meanings[at] for at in together], len(register.units))
        for at in together:
            if meanings[at].doubts & told and not meanings[at].tells:
                matches[at] = doubtful(meanings[at], len(register.units))
    return matches


def _told(meanings: Sequence[Meaning], units: int) -> frozenset[str]:
    """Say which other times the mentions of one time speak of, by what more of them tell."""
    codes = {
        time: len({meaning.code for meaning in meanings if meaning.tells == time})
        for time in (NOW, EARLIER, LATER)
    }
    listed = len({meaning.code for meaning in meanings if meaning.tells in (NOW, "")} - {""})
    is_full = listed >= MOST_OF_A_LIST * units
    if is_full and codes[NOW] >= units / 2:  # all of them, by name; others stand beside them
        return frozenset()
    return frozenset(
        time
        for time in (EARLIER, LATER)
        if codes[time] > codes[NOW] and not (is_full and codes[time] <= SLIPS * listed)
    )


def _found(
    rows: Rows,
    matches: Sequence[Match],
    which: NDArray[np.intp],
    first: NDArray[np.intp],
    period_of: Callable[[int], str],
) -> RowCommunes:
    codes = np.array([match.code for match in matches], dtype=object)
    wrong = np.array([match.error is not None for match in matches], dtype=bool)
    chosen = np.flatnonzero(wrong[which]).tolist() if len(matches) else []
    if chosen:
        rows.refuse_many(chosen, c.COMMUNE_CODE, matches[which[chosen[0]]].error or Reading(""))
    errors = [
        rows.error(at, _shown(rows, match.field), _of_period(match.error, period_of(at)))
        for at in chosen
        for match in (matches[which[at]],)
        if match.error is not None
    ]
    counts = np.bincount(which, minlength=len(matches))
    warnings = [
        rows.error(int(at), _shown(rows, match.field), _counted(match.warning, count))
        for match, at, count in zip(matches, first, counts.tolist(), strict=True)
        if match.warning is not None
    ]
    return RowCommunes(codes[which] if len(matches) else codes, errors, warnings)


def _shown(rows: Rows, field: str) -> str:
    """Return the field in whose column the message is shown."""
    other = c.COMMUNE if field == c.COMMUNE_CODE else c.COMMUNE_CODE
    return field if rows.has(field) else other


def _counted(why: Reading, count: int) -> Reading:
    return why._replace(said={**why.said, "count": count})


def _of_period(why: Reading, period: str) -> Reading:
    """Return a question with the period of its own row, where it names one."""
    if "period" not in why.said:
        return why
    return why._replace(said={**why.said, "period": period_text(period)})


def by_list(data: Dataset, periods: Sequence[str]) -> list[list[str]]:
    """Return periods by the list of communes that their rows are read by, the earliest first."""
    communes = communes_of(data)
    found: dict[int, list[str]] = {}
    for period in periods:
        found.setdefault(communes.epoch(period), []).append(period)
    return [found[epoch] for epoch in sorted(found)]
