"""A file of programme data on its way into the store: read, checked, compared, committed."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from geo.errors import ReadError
from geo.formats import SUFFIXES, instead
from geo.io import Origin
from geo.sandbox import telling
from geo.scratch import scratch_folder
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading.communes.places import place_names
from mtqg_geo.loading.crossed import communes_crossed
from mtqg_geo.loading.reading.cells import read_sheets
from mtqg_geo.loading.reading.layers import WorksLayer, read_layer
from mtqg_geo.loading.reading.letters import legible, require_letters
from mtqg_geo.loading.sheets.blocks import tables_of
from mtqg_geo.loading.sheets.ends import short_doubts, short_errors
from mtqg_geo.loading.sheets.layout import OWN_SHEETS
from mtqg_geo.loading.sheets.row_kinds import data_rows
from mtqg_geo.loading.sheets.rows import MOST_SHOWN, surplus_errors
from mtqg_geo.loading.sheets.survey import review_notes
from mtqg_geo.loading.sheets.table import Meant, RowError, Sheet, Table, TableHeadings, TableKind
from mtqg_geo.loading.sheets.unclear import closest_row, unclear_heading
from mtqg_geo.loading.tables.complete import (
    MAY_BE_CUT,
    listed_communes,
    own_account,
    with_gaps,
)
from mtqg_geo.loading.tables.doubts import with_doubts
from mtqg_geo.loading.tables.draft import Draft
from mtqg_geo.loading.tables.lineage import read_lineage
from mtqg_geo.loading.tables.observations import read_observations
from mtqg_geo.loading.tables.regions import read_regions, with_list_ahead
from mtqg_geo.loading.tables.roads import read_roads
from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.loading.tables.whole_file import is_made_up, sorted_out, with_errors, without_repeats
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.errors import LoadError
from mtqg_geo.programme.unforeseen import in_words
from mtqg_geo.programme.words import coded, refused
from mtqg_geo.store.batches import Batch, OnProgress, commit_batch
from mtqg_geo.store.comparing import Comparison, compare
from mtqg_geo.store.rights import Who
from mtqg_geo.store.transactions import Cancel, Store, stop_if

TABLES = (
    ".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".xml", ".html", ".htm",
)  # fmt: skip
# Rarer names of the same formats, not worth a place in a sentence.
ALSO = (".xltx", ".xltm", ".xlt", ".xlsb", ".et", ".ett", ".fods", ".mht", ".mhtml")
FILES = (*TABLES, *SUFFIXES)  # how the names of files end that can be loaded
LAYERS: tuple[TableKind, ...] = ("sites", "roads")
READERS: Mapping[TableKind, Callable[[Draft], Table]] = {
    "observations": read_observations,
    "sites": read_sites,
    "roads": read_roads,
    "region": read_regions,
    "lineage": read_lineage,
}
READ, CHECKED, COMPARED = 0.4, 0.7, 1.0  # shares of the whole check that are done after these steps


@dataclass(frozen=True, eq=False)
class Upload:
    """What a file holds and what storing it would change; nothing is stored yet.

    `format` is what the file is, whatever its name says: one of `reading.formats`, or `layer`.
    `comparison` is empty while there is no store; `origin` says what of a layer's file was read;
    `sheets_ignored` are the sheets without a table of a known kind, such as notes, and those not
    chosen.
    """

    file_name: str
    format: str
    content: bytes = field(repr=False)
    tables: tuple[Table, ...]
    sheets_ignored: tuple[str, ...]
    illustrative: bool
    comparison: Mapping[str, Comparison]
    origin: Origin | None = None

    @property
    def errors(self) -> tuple[RowError, ...]:
        """Everything that is wrong, sheet by sheet."""
        return tuple(error for table in self.tables for error in table.errors)

    @property
    def warnings(self) -> tuple[RowError, ...]:
        """Everything that deserves a look, sheet by sheet; first what may have been lost."""
        every = (warning for table in self.tables for warning in table.warnings)
        return tuple(sorted(every, key=lambda each: each.code not in MAY_BE_CUT))

    @property
    def may_be_cut(self) -> tuple[RowError, ...]:
        """What speaks for a file that has lost something: to be read before it is loaded."""
        return tuple(each for each in self.warnings if each.code in MAY_BE_CUT)

    @property
    def known(self) -> int:
        """How many rows say what holds without being stored: the delivered lineage."""
        return sum(table.known for table in self.tables)

    @property
    def has_errors(self) -> bool:
        """Whether any row is wrong."""
        return any(table.errors for table in self.tables)

    @property
    def rejected(self) -> dict[str, int]:
        """How many rows are wrong, by kind."""
        found: dict[str, int] = {}
        for table in self.tables:
            found[table.kind] = found.get(table.kind, 0) + table.rejected
        return found

    @cached_property
    def good(self) -> Mapping[str, pd.DataFrame]:
        """The rows that can be stored, by kind."""
        return _by_kind(self.tables)


@in_words(file=lambda _, file_name, *__, **___: str(file_name))
def check_upload(
    path_or_bytes: Path | bytes,
    file_name: str,
    data: Dataset,
    *,
    kind: TableKind | None = None,
    layer: str | None = None,
    meant: Meant = MappingProxyType({}),
    sheets: Collection[str] = (),
    progress: OnProgress | None = None,
    cancelled: Cancel | None = None,
    store: Store | None = None,
) -> Upload:
    """Read a file, check every row and say what storing it would change.

    Parameters
    ----------
    path_or_bytes, file_name
        The file, and what the person calls it.
    data
        Communes and catalogue to check against, and the works there are.
    kind
        What the tables hold; found by their headings or shapes unless given.
    layer
        Which layer of a file of several; the only one with points or lines unless given.
    meant
        Which of several communes of a name is meant, as a person answered.
    sheets
        Which sheets are read; all that hold a table unless given.
    progress
        Called with the share done and the key of the label that says what is being done; again and
        again while a child waits for its turn and reads. What it raises ends the check.
    cancelled
        Asked between steps whether to stop.
    store
        The store to compare with, if there is one.

    Raises
    ------
    LoadError
        If the file as a whole cannot be read or understood; `load_unforeseen` if something
        happened that nobody foresaw.
    Cancelled
        If `cancelled` answered True.
    """
    data = data.as_loaded  # whatever a page shows, a file is checked against what is loaded
    say = progress or (lambda share, words: None)
    say(0.0, "loading_step_reading")
    content = path_or_bytes if isinstance(path_or_bytes, bytes) else _content(path_or_bytes)
    given = Given(file_name, data, meant, sheets, layer)

    def told(waits: bool) -> None:
        stop_if(cancelled)
        say(0.0, "loading_step_waiting" if waits else "loading_step_reading")

    with telling(told):
        read, ignored, read_as, origin = _tables(content, given, kind, say, cancelled)
    stop_if(cancelled)
    tables, illustrative = sorted_out(without_repeats(read))
    tables = with_gaps(with_doubts(tables, data, illustrative=illustrative), data)
    say(CHECKED, "loading_step_comparing")
    stop_if(cancelled)
    good = _by_kind(tables)
    found = (
        compare(store, good, illustrative=illustrative, cancelled=cancelled)
        if store is not None and good
        else {}
    )
    say(COMPARED, "loading_step_comparing")
    return Upload(file_name, read_as, content, tables, ignored, illustrative, found, origin)


def commit_upload(
    upload: Upload,
    store: Store,
    *,
    who: Who,
    allow_rejected: bool = False,
    progress: OnProgress | None = None,
    cancelled: Cancel | None = None,
    data: Dataset | None = None,
) -> Batch | None:
    """Store a file's good rows as one batch; None if they change nothing.

    Parameters
    ----------
    who
        Who loads it.
    allow_rejected
        Whether the good rows are stored although others are wrong.
    data
        The communes that say where a road is; without them it is loaded by who may load everywhere.

    Raises
    ------
    LoadError
        `load_has_errors` without that permission, `load_nothing_good`; nothing is stored.
    StoreError
        `changed_since` if what the person was shown has changed meanwhile, `not_allowed…` to who
        may not load in every commune of the file; nothing is stored.
    """
    if upload.has_errors and not allow_rejected:
        count = sum(upload.rejected.values())
        raise coded(LoadError, "load_has_errors", file=upload.file_name, count=count)
    if not upload.good and upload.known and not upload.has_errors:
        return None
    if not upload.good:
        raise coded(LoadError, "load_nothing_good", file=upload.file_name)
    return commit_batch(
        store,
        upload.good,
        file_name=upload.file_name,
        content=upload.content,
        who=who,
        illustrative=upload.illustrative,
        rejected=upload.rejected,
        expected=upload.comparison,
        progress=progress,
        cancelled=cancelled,
        crossed=None if data is None else communes_crossed(data),
    )


def _content(path: Path) -> bytes:
    if path.is_dir() and (error := instead(path.name)):
        raise _worded(error)
    if not path.is_file():
        raise coded(LoadError, "load_absent", file=path.name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise coded(LoadError, "load_closed", file=path.name, reason=refused(error)) from error


class Given(NamedTuple):
    """What every table of a file is read with: its name, what there is, what a person answered."""

    file_name: str
    data: Dataset
    meant: Meant
    sheets: Collection[str] = ()
    layer: str | None = None


def _tables(
    content: bytes,
    given: Given,
    kind: TableKind | None,
    say: OnProgress,
    cancelled: Cancel | None,
) -> tuple[list[Table], tuple[str, ...], str, Origin | None]:
    """Return the tables, the sheets that hold nothing known, the format, and what of a layer."""
    file_name = given.file_name
    suffix = Path(file_name).suffix.lower()
    if suffix not in (*FILES, *ALSO):
        if error := instead(file_name):
            raise _worded(error)
        raise coded(LoadError, "load_unknown_kind", file=file_name, kinds=", ".join(FILES))
    if given.layer and suffix not in SUFFIXES:
        raise coded(LoadError, "load_no_layers", file=file_name, layer=given.layer)
    with scratch_folder() as folder:
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(content)
        if suffix in SUFFIXES:
            try:
                tables, origin = _of_layer(path, given, kind)
                return tables, (), "layer", origin
            except LoadError as error:
                if error.code != "zip_no_layer":  # an archive of tables has none
                    raise
        sheets = read_sheets(path, file_name)
    stop_if(cancelled)
    say(READ, "loading_step_checking")
    sheets = legible(sheets, given.data, file_name)
    tables, ignored = _of_sheets(sheets, given, kind, cancelled)
    return tables, ignored, sheets[0].format, None


def _of_layer(path: Path, given: Given, kind: TableKind | None) -> tuple[list[Table], Origin]:
    wanted = kind if kind in LAYERS else None
    try:
        layer = read_layer(
            path, given.data, file_name=given.file_name, kind=wanted, layer=given.layer
        )
    except ReadError as error:
        raise _worded(error) from error
    require_letters([sheet for sheet, _ in layer.sheets], given.file_name)
    tables = [_table(sheet, headings, given, made_up=False) for sheet, headings in layer.sheets]
    if is_made_up(pd.concat([table.rows[c.SOURCE] for table in tables])):
        # Then it speaks of other works than a real file does.
        tables = [_table(sheet, headings, given, made_up=True) for sheet, headings in layer.sheets]
    return [_with_advice(table, layer) for table in tables], layer.origin


def _with_advice(table: Table, layer: WorksLayer) -> Table:
    """Say how the places of Google Earth or a phone were understood, and how they can say more."""
    first = RowError(table.headings.sheet, 1, c.NAME, "", "", "works_described")
    typed = layer.typed if table.kind == "sites" else ()
    values = {"count": len(typed), "example": typed[0]} if typed else {}
    notes = (
        *((replace(first, code="works_typed_by_name", values=values),) if typed else ()),
        *((first,) if table.errors and layer.is_described else ()),
    )
    return replace(table, warnings=(*notes, *table.warnings))


def _worded(error: ReadError) -> LoadError:
    """Return an error of reading as one of loading, with its words in either language."""
    said = LoadError(str(error))
    said.code, said.values = error.code, error.values  # noqa: PD011 - these are no pandas ones
    return said


def _of_sheets(
    sheets: Sequence[Sheet],
    given: Given,
    kind: TableKind | None,
    cancelled: Cancel | None,
) -> tuple[list[Table], tuple[str, ...]]:
    every = [sheet for sheet in sheets if sheet.name not in OWN_SHEETS]
    own = [sheet for sheet in every if not given.sheets or sheet.name in given.sheets]
    if absent := [name for name in given.sheets if name not in {sheet.name for sheet in own}]:
        names = "; ".join(sheet.name for sheet in every)
        said = {"file": given.file_name, "sheet": absent[0], "known": names}
        raise coded(LoadError, "load_no_sheet", **said)
    places, catalog = place_names(given.data), given.data.catalog
    found = [tables_of(sheet, catalog, places, kind=kind) for sheet in own]
    known = [table for each in found for table in each.read]
    if not known:
        for sheet in own:
            if unclear := unclear_heading(sheet, given.data.catalog):
                heading, words = unclear
                said = {"file": given.file_name, "heading": heading[:80], "words": words}
                raise coded(LoadError, "load_heading_unclear", **said)
        closest = closest_row(own, given.data.catalog, kind=kind)
        if closest is None:
            raise coded(LoadError, "load_all_empty", file=given.file_name)
        said = {"row": str(closest.row), "first": closest.text[:MOST_SHOWN]}
        raise coded(
            LoadError, "load_no_table", file=given.file_name, missing=closest.missing, **said
        )
    made_up = _all_made_up(known)
    tables = _lists_first(known, given, cancelled, made_up=made_up)
    tables = [*_with_unread(tables, [word for each in found for word in each.unread])]
    if not any(table.rows_read for table in tables):
        _refuse_only_set_aside(tables, given.file_name)
        sheet, each = known[0]
        row = str(each.heading_row)
        raise coded(LoadError, "load_no_rows", file=given.file_name, sheet=sheet.name, row=row)
    named = {sheet.name for sheet, _ in known}
    return tables, tuple(sheet.name for sheet in every if sheet.name not in named)


def _with_unread(tables: Sequence[Table], unread: Sequence[RowError]) -> Iterator[Table]:
    """Yield the tables; the first of a sheet tells which others on it were not understood."""
    told: set[str] = set()
    for table in tables:
        sheet = table.headings.sheet
        mine = () if sheet in told else tuple(each for each in unread if each.sheet == sheet)
        told.add(sheet)
        yield replace(table, warnings=(*table.warnings, *mine))


def _refuse_only_set_aside(tables: Sequence[Table], file_name: str) -> None:
    """Refuse a file in which something is written, but nothing of a commune or work."""
    every = [warning for table in tables for warning in table.warnings]
    said = [warning for warning in every if warning.code not in MAY_BE_CUT]
    if said:
        first, rows = said[0], {row for each in said for row in each.rows or (each.row,)}
        values = {"sheet": first.sheet, "row": str(first.row), "value": first.value}
        raise coded(LoadError, "load_none_of_communes", file=file_name, count=len(rows), **values)


def _lists_first(
    known: Sequence[tuple[Sheet, TableHeadings]],
    given: Given,
    cancelled: Cancel | None,
    *,
    made_up: bool,
) -> list[Table]:
    """Read the sheets, region lists before the figures that are judged by them."""
    numbered = list(enumerate(known))
    read: dict[int, Table] = {}
    for at, (sheet, each) in numbered:
        if each.kind == "region":
            stop_if(cancelled)
            read[at] = _table(sheet, each, given, made_up=made_up)
    listed = with_list_ahead(given.data, [*read.values()], illustrative=made_up)
    ahead = given._replace(data=listed)
    for at, (sheet, each) in numbered:
        if each.kind != "region":
            stop_if(cancelled)
            read[at] = _table(sheet, each, ahead, made_up=made_up)
    return [read[at] for at, _ in numbered]


def _all_made_up(known: Sequence[tuple[Sheet, TableHeadings]]) -> bool:
    """Say whether the figures, lists and works of a workbook are all of the sample."""
    if all(each.kind == "lineage" for _, each in known):
        return False
    figures = [(sheet, each) for sheet, each in known if each.kind != "lineage"]
    if not any(column.field == c.SOURCE for _, each in figures for column in each.columns):
        return False  # as of most files: nothing of it has to be read twice
    sources = [data_rows(sheet, each).texts(c.SOURCE) for sheet, each in figures]
    return is_made_up(pd.concat([each.drop_duplicates() for each in sources]))


def _table(sheet: Sheet, headings: TableHeadings, given: Given, *, made_up: bool) -> Table:
    file_name, data, meant = given[:3]
    draft = Draft(sheet, headings, data, file_name=file_name, illustrative=made_up, meant=meant)
    rows = draft.rows  # all of them: a reader goes on without those that say nothing
    wrong = [*surplus_errors(rows), *short_errors(rows)]
    table = with_errors(READERS[headings.kind](draft), wrong)
    table = replace(table, listed=listed_communes(rows, table, data))
    doubts = (*short_doubts(rows), *own_account(rows, table, data))
    return replace(table, warnings=(*doubts, *table.warnings, *review_notes(rows)))


def _by_kind(tables: Sequence[Table]) -> dict[str, pd.DataFrame]:
    """Return the good rows of all tables of a kind as one; kinds without any are left out."""
    found: dict[str, pd.DataFrame] = {}
    for kind in dict.fromkeys(table.kind for table in tables):
        parts = [table.rows for table in tables if table.kind == kind and len(table.rows)]
        if len(parts) > 1:  # categories of several sheets are no longer the same ones
            parts = [pd.concat(map(_without_categories, parts), ignore_index=True)]
        if parts:
            found[kind] = parts[0]
    return found


def _without_categories(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype(dict.fromkeys(rows.select_dtypes("category").columns, object))
