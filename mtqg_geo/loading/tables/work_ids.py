"""Which work a row speaks of: one that is there, or a new one, and what a number of its file says.

The rule, the same for sites and roads. What identifies a work is an id of ours (`CT-2023-014`) or
a code with letters that its owner gave it (`TYT-AL-1`). **A bare number is neither**: features of
GeoJSON are numbered from 0, QGIS numbers every layer from 1, ArcMap leaves `Id` = 0, people number
their lists; the next district's file begins with 1 again. Such a number is a reference of its
source: it tells a work only together with the name of the file and the sheet.

A row with such a number, or with a code that belongs to another work, is in this order

1. the work that had this reference in a file of this name, if it is still called so;
2. the one work there is of this name, commune and year;
3. the work that had this reference in a file of this name, if two of name, commune and year are
   still the same: the file came again, corrected. Another commune is a correction only if another
   row of the file is just as it was: every district has a "Đường liên xã", and a list named like
   the template;
4. a new work. Its id is made of the reference, which is how 1 and 3 know it again.

A file that is sent twice thus doubles nothing, and none overwrites the works of another.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from mtqg_geo.loading.sheets import words
from mtqg_geo.loading.tables.draft import Draft, Objects
from mtqg_geo.programme import columns as c

OWN = re.compile(r"[A-Z]+-\d{4}-(?:\d+|[0-9a-f]{8})")  # what we make, and what the templates show
NUMBER = re.compile(r"\d+(?:[.,]0+)?")
DIGEST = 8  # hexadecimal digits of an id that is made
ALIKE = 2  # of name, commune and year


class WorkKey(NamedTuple):
    """What tells works without an id apart."""

    name: str
    place: str
    year: int


def work_key(name: str, place: str, year: int) -> WorkKey:
    """Return what tells works without an id apart.

    >>> work_key("Trạm Y tế  Tân Sơn", "07399", 2023)
    WorkKey(name='tram y te tan son', place='07399', year=2023)
    """
    return WorkKey(words.plain(name), place, int(year))


@dataclass(frozen=True, eq=False)
class KnownWorks:
    """The works a file may speak of.

    Attributes
    ----------
    by_key
        Ids by name, commune and year, where one work has them alone.
    said
        Name, communes and year of each, by id.
    by_digest
        Ids that were made, by their digest.
    is_again
        Whether the file at hand came before: one of its rows is just as it was.
    """

    by_key: Mapping[WorkKey, str]
    said: Mapping[str, tuple[str, frozenset[str], int]]
    by_digest: Mapping[str, str]
    is_again: bool = False

    def agrees(self, work: str, key: WorkKey) -> bool:
        """Say whether a work can be the one of a row: two of name, commune and year are alike.

        A commune that is not known contradicts nothing; one that differs is a correction in a file
        that came again.

        >>> known = KnownWorks({}, {"D1": ("duong mot", frozenset({"07645"}), 2023)}, {})
        >>> known.agrees("D1", WorkKey("duong mot sua ten", "07645", 2023))
        True
        >>> known.agrees("D1", WorkKey("duong hai", "07621", 2023))
        False
        """
        name, places, year = self.said[work]
        is_there = not places or not key.place or key.place in places
        alike = (name == key.name) + is_there + (year == key.year)
        return alike >= ALIKE and (is_there or self.is_again)

    def is_as_it_was(self, work: str, key: WorkKey) -> bool:
        """Say whether a work there is has just this name, commune and year."""
        name, places, year = self.said.get(work, ("", frozenset(), 0))
        return (name, year) == (key.name, key.year) and key.place in places


def known_works(works: pd.DataFrame, communes: Iterable[Sequence[str]]) -> KnownWorks:
    """Return the works there are, `communes` being all communes of each of them."""
    said = {
        work: (words.plain(name), frozenset(codes), int(year))
        for work, name, codes, year in zip(
            works[c.ID], works[c.NAME], communes, works[c.YEAR], strict=True
        )
    }
    keys = [
        (WorkKey(name, code, year), work)
        for work, (name, codes, year) in said.items()
        for code in codes
    ]
    counts = Counter(key for key, _ in keys)
    return KnownWorks(
        by_key={key: work for key, work in keys if counts[key] == 1},
        said=said,
        by_digest={work[-DIGEST:]: work for work in said if OWN.fullmatch(work)},
    )


def give_ids(
    draft: Draft,
    work: Mapping[str, Objects],
    places: Sequence[str],
    known: KnownWorks,
    *,
    prefix: str,
) -> Objects:
    """Return the id of every row, by the rule of this module.

    Parameters
    ----------
    work
        `name` and `year` of every row.
    places
        The commune of every row, "" where unknown.
    known
        The works there are.
    prefix
        How an id begins that is made.
    """
    given = draft.rows.texts(c.ID).to_numpy(dtype=object)
    rows = np.flatnonzero(~draft.bad).tolist()
    keys = {at: work_key(work[c.NAME][at], places[at], work[c.YEAR][at]) for at in rows}
    often = Counter(given)
    source = _source(draft)
    every = {at: _digest(*source, _number(given[at])) for at in rows if given[at]}
    is_again = any(
        known.is_as_it_was(known.by_digest.get(digest, given[at]), keys[at])
        for at, digest in every.items()
    )
    known = replace(known, is_again=is_again)
    # A number that several rows have (ArcMap's 0) tells nothing at all.
    digests = {
        at: digest
        for at, digest in every.items()
        if (
            often[given[at]] == 1
            if NUMBER.fullmatch(given[at])
            else digest in known.by_digest or _is_of_another(given[at], keys[at], known)
        )
    }
    silent = {at for at in rows if at not in digests and NUMBER.fullmatch(given[at] or "0")}
    ids = np.where(np.isin(np.arange(len(given)), [*digests, *silent]), "", given)
    found = _recognise(ids, keys, digests, silent, known)
    for at in (at for at in (*digests, *silent) if not ids[at]):
        key = [str(each) for each in keys[at]]
        digest = digests.get(at) or _digest(*key)
        if at in digests and digest in known.by_digest:  # that is another work's: see step 3
            digest = _digest(digest, *key)
        ids[at] = f"{prefix}-{keys[at].year}-{digest}"
    _tell(draft, ids, given, digests, found)
    _refuse_twice(draft, ids, silent)
    return np.asarray(ids, dtype=object)


def _source(draft: Draft) -> tuple[str, ...]:
    """Return file, sheet and where the table begins, for several may stand on a sheet.

    A layer is the same in whichever format it is saved.
    """
    file, sheet = words.plain(Path(draft.file_name).stem), draft.rows.sheet
    return (
        (file,)
        if sheet.shapes is not None
        else (file, words.plain(sheet.name), str(sheet.first_row))
    )


def _number(text: str) -> str:
    return text.partition(".")[0].partition(",")[0] if NUMBER.fullmatch(text) else text


def _is_of_another(code: str, key: WorkKey, known: KnownWorks) -> bool:
    """Say whether somebody else's work has a code already; an id of ours is meant as it stands."""
    is_ours = OWN.fullmatch(code) or code not in known.said
    return not is_ours and not known.agrees(code, key)


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:DIGEST]


def _recognise(
    ids: Objects,
    keys: Mapping[int, WorkKey],
    digests: Mapping[int, str],
    silent: Collection[int],
    known: KnownWorks,
) -> list[int]:
    """Fill in the ids of works that are there; return the rows that speak of them.

    Each step goes through all rows before the next one: where numbers moved up because a row was
    added, a name claims its work before the number of another row can.
    """
    taken, found = set(ids), []

    def take(at: int, work: str) -> None:
        # Rows without any reference may claim one work twice: both are refused afterwards.
        if work and not ids[at] and (at in silent or work not in taken):
            ids[at] = work
            taken.add(work)
            found.append(at)

    numbered = {at: known.by_digest.get(digest, "") for at, digest in digests.items()}
    same = {at: work for at, work in numbered.items() if work and known.agrees(work, keys[at])}
    for at, work in same.items():
        take(at, work if known.said[work][0] == keys[at].name else "")
    for at in (*digests, *silent):
        take(at, known.by_key.get(keys[at], ""))
    for at, work in same.items():
        take(at, work)
    return sorted(found)


def _tell(
    draft: Draft, ids: Objects, given: Objects, digests: Collection[int], found: list[int]
) -> None:
    """Say what became of rows whose id was made or found, each way once."""
    without = [at for at in range(len(ids)) if ids[at] and ids[at] != given[at]]
    ways: dict[str, list[int]] = {}
    for at in without:
        if at not in digests:
            code = "works_id_found" if at in found else "works_id_made"
        else:
            code = "works_id_number" if NUMBER.fullmatch(given[at]) else "works_id_taken"
        ways.setdefault(code, []).append(at)
    for code, rows in ways.items():
        known = len({*rows} & {*found})
        said = {"count": len(rows), "known": known, "new": len(rows) - known}
        first = {"text": given[rows[0]], "example": ids[rows[0]]}
        draft.warn(rows[0], c.ID, words.refuse(code, **said, **first))


def _refuse_twice(draft: Draft, ids: Objects, without: Collection[int]) -> None:
    """Refuse all rows of one id: nobody can tell which of them is meant."""
    rows = pd.Series(ids)
    twice = rows[(rows != "") & rows.duplicated(keep=False)]
    for _, group in twice.groupby(twice):
        at = group.index.to_list()
        for each, other in zip(at, [*at[1:], at[0]], strict=True):
            code = "works_twice_alike" if each in without else "works_twice"
            row = str(int(draft.rows.numbers[other]))
            draft.refuse_each([(each, c.ID, words.refuse(code, id=ids[each], row=row))])
