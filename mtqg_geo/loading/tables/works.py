"""What sites and roads have in common while they are read: columns, and ids."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from mtqg_geo.loading.sheets import words
from mtqg_geo.loading.sheets.layout import EXISTING, answer_words
from mtqg_geo.loading.tables.draft import Draft, Objects
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import LANGUAGES, Mask, Status, Text
from mtqg_geo.programme.words import number

# What a template has filled in: a row with nothing else waits to be filled.
PLACE_FIELDS = {c.COMMUNE_CODE, c.COMMUNE, c.DISTRICT_CODE, c.DISTRICT, c.FUNDING, c.SOURCE}
OLDEST_YEAR = 1900
# Beside the words of the templates: what people write for capital that is not the programme's.
OUTSIDE_WORDS = frozenset(
    {"ngoai", "khong thuoc chuong trinh", "ngoai ctmtqg", "co san", "da co", "outside", "existing"}
)


def read_common(draft: Draft) -> dict[str, Objects]:
    """Return name, project, year, status and source of every row that says more than its commune.

    The others are rows of a template that wait to be filled in. A site that stands outside the
    programme has no project ("") and is completed unless it says otherwise.
    """
    fields = {column.field for column in draft.rows.headings.columns} - PLACE_FIELDS
    draft.keep(draft.rows.filled_in(fields))
    name = draft.read(c.NAME, words.required(words.read_text, "works_no_name"))
    outside = _outside(draft)
    project = draft.read(c.PROJECT, words.project_reader(draft.data.catalog))
    draft.refuse((project == "") & ~outside, c.PROJECT, words.refuse("works_no_project"))
    has_project = np.array([bool(code) for code in project], dtype=bool)
    draft.refuse(has_project & outside, c.PROJECT, words.refuse("works_existing_project"))
    status = draft.read(c.STATUS, words.read_status)
    return {
        c.NAME: name,
        c.PROJECT: project,
        c.YEAR: _years(draft, outside),
        c.STATUS: np.where(outside & (status == ""), Status.COMPLETED.value, status),
        c.SOURCE: draft.sources(),
    }


def _outside(draft: Draft) -> Mask:
    """Say which rows are of facilities that the programme did not build."""
    catalog = draft.data.catalog
    ours = {words.plain(answer_words(catalog, lang)[c.FUNDING][EXISTING]) for lang in LANGUAGES}
    texts = draft.rows.distinct(c.FUNDING)
    return texts.where(lambda text: words.plain(text) in ours | OUTSIDE_WORDS)


def _years(draft: Draft, outside: Mask) -> Objects:
    """Return the year of every row: of the programme, or since when a facility is there.

    One that does not say is taken to be older than the programme, and that is said.
    """
    known = draft.data.catalog.programme.reported_years
    shown = f"{min(known)}–{max(known)}"
    years = draft.read(c.YEAR, lambda text: words.read_year(text) if text else words.Reading(""))
    silent = years == ""
    draft.refuse(silent & ~outside, c.YEAR, words.refuse("works_no_year"))
    if (taken := silent & outside).any():
        said = {"count": int(taken.sum()), "year": str(min(known))}
        draft.warn(int(np.argmax(taken)), c.NAME, words.refuse("works_existing_year", **said))
    years[taken] = min(known)
    for year in sorted({each for each in years if isinstance(each, int)} - set(known)):
        wrong = (years == year) & ~(outside & (OLDEST_YEAR <= year <= max(known)))
        why = words.refuse("works_year_outside", year=str(year), years=shown)
        draft.refuse(wrong, c.YEAR, why)
    return years


def distance_words(km: float) -> Text:
    """Say how far something is: in metres below a kilometre.

    >>> distance_words(0.0854).vi, distance_words(12.34).vi
    ('85 m', '12,3 km')
    """
    if km < 1:
        return Text(*(f"{number(1000 * km, lang)} m" for lang in LANGUAGES))
    return Text(*(f"{number(km, lang, decimals=1)} km" for lang in LANGUAGES))


def existing(draft: Draft, works: pd.DataFrame) -> pd.DataFrame:
    """Return the works a file may speak of: real and made-up data never mix."""
    return works if draft.data.is_illustrative == draft.illustrative else works.iloc[:0]


def known_ids(
    works: pd.DataFrame, communes: Iterable[Sequence[str]]
) -> Mapping[tuple[str, str, int], str]:
    """Return the ids of the works there are by name, commune and year, if one has them alone.

    Parameters
    ----------
    works
        The works there are.
    communes
        All communes of each of them.
    """
    named = zip(works[c.NAME], communes, works[c.YEAR], works[c.ID], strict=True)
    keys = [
        (work_key(name, code, year), work) for name, codes, year, work in named for code in codes
    ]
    counts = Counter(key for key, _ in keys)
    return {key: work for key, work in keys if counts[key] == 1}


def give_ids(
    draft: Draft,
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
    ids = draft.rows.texts(c.ID).to_numpy(dtype=object).copy()
    found: list[int] = []
    made: list[int] = []
    for at in np.flatnonzero((ids == "") & ~draft.bad).tolist():
        key = work_key(work[c.NAME][at], places[at], work[c.YEAR][at])
        ids[at] = known.get(key) or _made_id(prefix, key)
        (found if key in known else made).append(at)
    for code, rows in (("works_id_found", found), ("works_id_made", made)):
        if rows:
            draft.warn(rows[0], c.ID, words.refuse(code, count=len(rows), example=ids[rows[0]]))
    _refuse_twice(draft, ids, {*found, *made})
    return np.asarray(ids, dtype=object)


def work_key(name: str, place: str, year: int) -> tuple[str, str, int]:
    """Return what tells works without an id apart.

    >>> work_key("Trạm Y tế  Tân Sơn", "07399", 2023)
    ('tram y te tan son', '07399', 2023)
    """
    return words.plain(name), place, int(year)


def _made_id(prefix: str, key: tuple[str, str, int]) -> str:
    name, place, year = key
    digest = hashlib.sha256(f"{name}|{place}|{year}".encode()).hexdigest()
    return f"{prefix}-{year}-{digest[:8]}"


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
