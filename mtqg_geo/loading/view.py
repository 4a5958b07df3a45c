"""What the page of loading shows: what a checked file would change, and what was loaded before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mtqg_geo.communes.lineage import vintages
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.dataset.vintages import units_on
from mtqg_geo.figures.selection import Selection
from mtqg_geo.loading.changes import ChangeTable, change_tables
from mtqg_geo.loading.sheets.layout import heading, indicator_name
from mtqg_geo.loading.sheets.table import RowError, TableKind
from mtqg_geo.loading.summary import batch_counts, kind_counts, kinds_of
from mtqg_geo.loading.upload import Upload
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.catalog import Catalog
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import QUARTERS, Period
from mtqg_geo.programme.words import wordings
from mtqg_geo.store.batches import Batch

# Whether there is anything to load: no row is good, every one says what is there already, or some
# would be new or change something.
Offer = Literal["no_rows", "nothing_new", "ready"]


@dataclass(frozen=True)
class ReadColumn:
    """A column of the file, and what it was taken for; "" where it is not read."""

    sheet: str
    letter: str
    heading: str
    field: str


@dataclass(frozen=True, eq=False)
class UploadView:
    """What a check of a file found.

    Attributes
    ----------
    counts
        How many rows were `read` and `rejected`; how many figures are `new`, `changed`,
        `unchanged`.
    rows, offer
        How many rows could be stored, and whether that would change anything.
    replaces_sample
        Whether the sample is no longer shown once this is loaded.
    changes
        What will be another value, or a new one, by name, a table a kind.
    columns
        How the file was understood: what is read first, then what is not.
    """

    counts: Mapping[str, int]
    rows: int
    offer: Offer
    replaces_sample: bool
    changes: tuple[ChangeTable, ...]
    columns: tuple[ReadColumn, ...]


def upload_view(upload: Upload, data: Dataset, *, lang: Lang) -> UploadView:
    """Compute what the page shows of a checked file."""
    by_kind = [kind_counts(upload, kind) for kind in kinds_of(upload)]
    read = sum(table.rows_read for table in upload.tables)
    totals = {
        name: sum(counts[name] for counts in by_kind)
        for name in ("new", "changed", "unchanged", "rejected")
    }
    return UploadView(
        counts={"read": read, **totals},
        rows=sum(len(table) for table in upload.good.values()),
        offer=_offer(upload),
        # Where communes came from is no figure: the sample is illustrative with it and without.
        replaces_sample=data.is_illustrative
        and not upload.illustrative
        and set(upload.good) != {"lineage"},
        changes=change_tables(upload, data, lang),
        columns=_columns(upload, data.catalog, lang),
    )


@dataclass(frozen=True)
class CommuneQuestion:
    """A name that several communes bear: in how many rows it stands, and which it may mean.

    `choices` are code and words of each; `place` is the name and its district as it is written.
    """

    place: tuple[str, str]
    rows: int
    choices: Mapping[str, str]


def questions_of(upload: Upload) -> tuple[CommuneQuestion, ...]:
    """Return the names in a file of which a person can say what they mean, in its order."""
    asked: dict[tuple[str, str], list[RowError]] = {}
    for error in upload.errors:
        if error.code == "load_commune_several":
            place = (str(error.said("name")), str(error.said("district")))
            asked.setdefault(place, []).append(error)
    return tuple(
        CommuneQuestion(
            place,
            len({(each.sheet, each.row) for each in errors}),
            {code: words for each in errors for code, words in _choices(each)},
        )
        for place, errors in asked.items()
    )


def _choices(error: RowError) -> Iterable[tuple[str, str]]:
    choices = error.said("choices")
    return choices if isinstance(choices, tuple) else ()


def _offer(upload: Upload) -> Offer:
    if not upload.good:
        return "nothing_new" if upload.known and not upload.has_errors else "no_rows"
    found = upload.comparison.values()
    is_known = bool(found) and not any(each.new or each.changed for each in found)
    return "nothing_new" if is_known else "ready"


def _columns(upload: Upload, catalog: Catalog, lang: Lang) -> tuple[ReadColumn, ...]:
    taken = [
        ReadColumn(
            table.headings.sheet,
            column.letter,
            column.heading,
            _field(table.kind, column.field, catalog, lang),
        )
        for table in upload.tables
        for column in table.headings.columns
    ]
    ignored = [
        ReadColumn(table.headings.sheet, "", words, "")
        for table in upload.tables
        for words in table.headings.ignored
    ]
    return (*taken, *ignored)


def _field(kind: TableKind, field: str, catalog: Catalog, lang: Lang) -> str:
    """Name what a column was taken for as the templates head it."""
    name, *details = field.split(":")
    for detail in details:
        if detail in catalog.indicators:
            return indicator_name(catalog.indicators[detail], lang)
    known = {f"template_heading_{kind}_{name}", f"template_heading_{name}"} & wordings().keys()
    return heading(kind, name, lang) if known else name


@dataclass(frozen=True)
class BatchLine:
    """One import in the list: its counts, and whether its figures are seen."""

    batch: Batch
    counts: Mapping[str, int]
    is_hidden: bool

    @property
    def can_be_undone(self) -> bool:
        """Whether a person may take it back."""
        return not self.batch.undone_at and not self.batch.is_delivered


def batch_lines(batches: Sequence[Batch], data: Dataset) -> tuple[BatchLine, ...]:
    """Return the imports as listed; the sample is hidden as soon as there is anything real."""
    return tuple(
        BatchLine(each, batch_counts(each), each.illustrative and not data.is_illustrative)
        for each in batches
    )


def usual_year(data: Dataset) -> int:
    """Return the last year anything was reported for, the programme's own if nothing was."""
    programme = data.catalog.programme
    known = (year for year in data.years if year in programme.reported_years)
    return max(known, default=programme.default_year)


def usual_period(data: Dataset, year: int) -> str:
    """Return the quarter of a year that is reported next: the one after the last that is known."""
    known = Period.of(data.latest_period) if data.latest_period else Period(0)
    done = (known.quarter or 0) if known.year == year else 0
    return Period(year, min(done + 1, QUARTERS)).text


def places_of(data: Dataset, selection: Selection) -> tuple[str, ...] | None:
    """Return the communes of 2023 in the places chosen, () where nothing limits the places.

    None where no commune lies in all of them: a template then has nobody to be filled in by.
    """
    chosen = selection.commune_mask(data)
    if not chosen.any():
        return None
    if chosen.all():
        return ()
    codes = data.commune_list.loc[chosen, c.CODE]
    return tuple(units_on(data, codes, selection.vintage, vintages()[0]))
