"""What sites and roads have in common while they are read: notes about rows, words, ids."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.sheets.layout import words
from mtqg_geo.loading.sheets.rows import Notes, Objects
from mtqg_geo.loading.sheets.words import (
    Reader,
    Reading,
    plain,
    project_reader,
    read_status,
    read_trouble,
    read_year,
    refuse,
)
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import LANGUAGES


def required(reader: Reader, code: str) -> Reader:
    """Return a reader that refuses an empty text with a sentence of its own."""

    def read(text: str) -> Reading:
        reading = reader(text)
        return refuse(code) if not text or (not reading.code and reading.value == "") else reading

    return read


def read_name(text: str) -> Reading:
    """Read a name as it stands; an error value of Excel is none."""
    return read_trouble(text) or Reading(text)


def word_reader(catalog: Catalog, field: str, code: str, also: Mapping[str, str]) -> Reader:
    """Return the reader of a column with fixed answers: codes, words of both languages, others.

    Parameters
    ----------
    code
        The sentence for a text that is none of them.
    also
        Further words, spelled by `plain`, and the codes they stand for.
    """
    known = {plain(each): each for each in words(catalog, "vi")[field]} | dict(also)
    for lang in LANGUAGES:
        known |= {plain(text): each for each, text in words(catalog, lang)[field].items()}
    shown = "; ".join(words(catalog, "vi")[field].values())

    def read(text: str) -> Reading:
        if not text:
            return Reading("")
        found = known.get(plain(text))
        return (
            Reading(found) if found else read_trouble(text) or refuse(code, text=text, known=shown)
        )

    return read


def read_common(notes: Notes, data: Dataset) -> dict[str, Objects]:
    """Return name, project, year, status and source of every row."""
    years = data.catalog.programme.reported_years
    shown = f"{min(years)}–{max(years)}"

    def of_programme(text: str) -> Reading:
        year = read_year(text)
        if not year.code and year.value not in years:
            return refuse("works_year_outside", year=str(year.value), years=shown)
        return year

    return {
        c.NAME: notes.read(c.NAME, required(read_name, "works_no_name")),
        c.PROJECT: notes.read(
            c.PROJECT, required(project_reader(data.catalog), "works_no_project")
        ),
        c.YEAR: notes.read(c.YEAR, required(of_programme, "works_no_year")),
        c.STATUS: notes.read(c.STATUS, read_status),
        c.SOURCE: notes.rows.texts(c.SOURCE).to_numpy(dtype=object),
    }


def existing(works: pd.DataFrame, data: Dataset, *, illustrative: bool) -> pd.DataFrame:
    """Return the works a file may speak of: real and made-up data never mix."""
    return works if data.is_illustrative == illustrative else works.iloc[:0]


def give_ids(
    notes: Notes,
    work: Mapping[str, Objects],
    places: Sequence[str],
    known: Mapping[tuple[str, str, int], str],
    *,
    prefix: str,
) -> Objects:
    """Return the id of every row: its own, that of the work it describes, or one made of it.

    Parameters
    ----------
    work
        `name` and `year` of every row.
    places
        The commune of every row, "" where unknown.
    known
        Ids of the works there are, by `work_key`.
    prefix
        How an id begins that is made.
    """
    ids = notes.rows.texts(c.ID).to_numpy(dtype=object).copy()
    found: list[int] = []
    made: list[int] = []
    for at in np.flatnonzero((ids == "") & ~notes.bad).tolist():
        key = work_key(work[c.NAME][at], places[at], work[c.YEAR][at])
        ids[at] = known.get(key) or _made_id(prefix, key)
        (found if key in known else made).append(at)
    for code, rows in (("works_id_found", found), ("works_id_made", made)):
        if rows:
            notes.warn(rows[0], c.ID, refuse(code, count=len(rows), example=ids[rows[0]]))
    _refuse_twice(notes, ids, {*found, *made})
    return np.asarray(ids, dtype=object)


def work_key(name: str, place: str, year: int) -> tuple[str, str, int]:
    """Return what tells works without an id apart."""
    return plain(name), place, int(year)


def _made_id(prefix: str, key: tuple[str, str, int]) -> str:
    name, place, year = key
    digest = hashlib.sha256(f"{name}|{place}|{year}".encode()).hexdigest()
    return f"{prefix}-{year}-{digest[:8]}"


def _refuse_twice(notes: Notes, ids: Objects, without: Collection[int]) -> None:
    """Refuse all rows of one id: nobody can tell which of them is meant."""
    rows = pd.Series(ids)
    twice = rows[(rows != "") & rows.duplicated(keep=False)]
    for _, group in twice.groupby(twice):
        at = group.index.to_list()
        for each, other in zip(at, [*at[1:], at[0]], strict=True):
            code = "works_twice_alike" if each in without else "works_twice"
            row = str(int(notes.rows.numbers[other]))
            notes.refuse_one(each, c.ID, refuse(code, id=ids[each], row=row))
