"""What sites and roads have in common while they are read; which work is meant: `work_ids`."""

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
        wrong = (years == year) & ~(outside & (words.OLDEST_YEAR <= year <= max(known)))
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
