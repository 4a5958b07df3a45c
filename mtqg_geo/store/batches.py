"""Imports as batches: compared with what is there, stored whole or not at all, undone by a mark."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import pandas as pd
import sqlalchemy as sa

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.tables import BATCH_ID, ROW, SHEET
from mtqg_geo.programme.words import coded
from mtqg_geo.store import transactions
from mtqg_geo.store.comparing import PART, Comparison, compare_staged, first_key_from, seen_batches
from mtqg_geo.store.insert_only import keep_file, log
from mtqg_geo.store.rights import EVERYWHERE, Who, can, require
from mtqg_geo.store.schema import BATCH, FACTS
from mtqg_geo.store.staging import NUMBER, StagedRows, learn_contents, staged
from mtqg_geo.store.touched import Crossed, communes_loaded, communes_undone

# Called with the share done, 0 … 1, and the key of the label that says what is being done
# (`store_step_…` in wording/labels_store.toml).
OnProgress = Callable[[float, str], None]
Counts = Mapping[str, Mapping[str, int]]
SAMPLE_NAME = "sample.zip"  # the delivered example, which a new store brings along
SYSTEM = "system"  # who loads what nobody asked for
READ, COMPARED = 0.5, 0.7  # shares of the whole work that are done after these steps
MEDIA = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class Batch:
    """One import. `at` and `undone_at` are UTC in ISO form; both `undone_…` are "" unless undone.

    `counts` holds by kind how many figures were `new`, `changed` and `unchanged`, and how many rows
    of the file `rejected`.
    """

    id: int
    file_name: str
    file_sha256: str
    who: str
    at: str
    illustrative: bool
    counts: Counts
    undone_at: str = ""
    undone_by: str = ""

    @property
    def is_delivered(self) -> bool:
        """Whether it is the example that came with the store, and not from a person."""
        return is_delivered(self.id, self.file_name, illustrative=self.illustrative)


def is_delivered(batch_id: int, file_name: str, *, illustrative: bool) -> bool:
    """Say whether a batch is the example that came with the store.

    By what it is, not by who: earlier versions wrote the name of whoever loaded the first file.
    """
    return illustrative and batch_id == 1 and file_name == SAMPLE_NAME


def commit_batch(
    store: transactions.Store,
    tables: Mapping[str, pd.DataFrame],
    *,
    file_name: str,
    content: bytes,
    who: Who,
    illustrative: bool = False,
    rejected: Mapping[str, int] | None = None,
    expected: Mapping[str, Comparison] | None = None,
    progress: OnProgress | None = None,
    cancelled: transactions.Cancel | None = None,
    crossed: Crossed | None = None,
) -> Batch | None:
    """Store the tables of one file in one transaction and return the batch.

    All rows are stored, also those that change nothing: they confirm what is there. Returns None,
    with nothing stored, when no row is new or changed.

    Parameters
    ----------
    content
        The uploaded file, kept once however often it comes.
    rejected
        How many rows of the file were not good enough, by kind.
    expected
        What the person was shown (see `compare`), by kind; who looked when there was no store was
        shown nothing, an empty mapping. None: nobody looked.
    crossed
        Which communes lines cross: without it roads are loaded by who may load everywhere.

    Raises
    ------
    StoreError
        `changed_since` if somebody changed meanwhile what the person was shown; `store_twice` if
        a key comes twice; `not_allowed…` to who may not load in every commune of the rows and of
        those they replace; `store_full` … Nothing is stored then.
    Cancelled
        If `cancelled` answered True; nothing is stored then.
    """
    transactions.require_writable()
    say = progress or (lambda share, words: None)
    reading_rows = _step(say, "store_step_reading", 0, READ)
    comparing = _step(say, "store_step_comparing", READ, COMPARED)
    storing = _step(say, "store_step_storing", COMPARED, 1)
    with (
        transactions.speaking(store.engine, store.place),
        store.engine.connect() as connection,
        staged(connection, tables, progress=reading_rows, cancelled=cancelled) as waiting,
    ):
        say(READ, "store_step_waiting")
        with transactions.write_lock(connection, store.place, cancelled=cancelled):
            if not can(connection, who, "load", (EVERYWHERE,)):
                require(connection, who, "load")
                where = communes_loaded(
                    connection, waiting, illustrative=illustrative, crossed=crossed
                )
                require(connection, who, "load", where)
            found = {
                name: compare_staged(
                    connection, each, illustrative=illustrative, progress=comparing,
                    cancelled=cancelled,
                )
                for name, each in waiting.items()
            }  # fmt: skip
            if expected is not None:
                _require_as_expected(connection, waiting, found, expected, illustrative)
            if not any(each.new or each.changed for each in found.values()):
                return None
            counts = _counts(found, rejected or {})
            media = MEDIA.get(PurePath(file_name).suffix.lower(), "application/octet-stream")
            batch = Batch(
                id=transactions.next_id(connection, BATCH),
                file_name=file_name,
                file_sha256=keep_file(connection, content, media=media),
                who=who.name,
                at=transactions.now(),
                illustrative=illustrative,
                counts=counts,
            )
            connection.execute(BATCH.insert().values(**vars(batch)))
            _insert(connection, waiting, batch.id, storing, cancelled)
            detail = {"file": file_name, "illustrative": illustrative, "counts": counts}
            log(connection, "import", str(batch.id), who=who, detail=detail)
            transactions.stop_if(cancelled)
            say(1.0, "store_step_committing")
        return batch


def batches(store: transactions.Store) -> tuple[Batch, ...]:
    """Return every batch, also those undone, newest first."""
    with transactions.reading(store) as connection:
        rows = connection.execute(sa.select(BATCH).order_by(BATCH.c.id.desc())).mappings()
        return tuple(Batch(**row) for row in rows)


def undo_batch(
    store: transactions.Store, batch_id: int, *, who: Who, crossed: Crossed | None = None
) -> Batch:
    """Make everything visible again as if the batch had never come, and return it.

    Parameters
    ----------
    crossed
        Which communes lines cross: without it roads are undone by who may undo everywhere.

    Raises
    ------
    StoreError
        `no_batch`, `already_undone`, or `sample_stays`: the example is hidden by itself;
        `not_allowed…` to who may not undo in every commune of the batch and of what it replaced.
    """
    transactions.require_writable()
    with transactions.writing(store) as connection:
        batch = _batch(connection, batch_id)
        if batch is None:
            raise coded(StoreError, "no_batch", id=str(batch_id))
        if batch.undone_at:
            values = {"file": batch.file_name, "who": batch.undone_by, "at": batch.undone_at}
            raise coded(StoreError, "already_undone", id=str(batch_id), **values)
        if batch.is_delivered:
            raise coded(StoreError, "sample_stays", id=str(batch_id))
        if not can(connection, who, "undo", (EVERYWHERE,)):
            where = communes_undone(
                connection, batch_id, illustrative=batch.illustrative, crossed=crossed
            )
            require(connection, who, "undo", where)
        mark = {"undone_at": transactions.now(), "undone_by": who.name}
        connection.execute(BATCH.update().where(BATCH.c.id == batch_id).values(**mark))
        detail = {"file": batch.file_name, "imported_by": batch.who}
        log(connection, "undo", str(batch_id), who=who, detail=detail)
        return Batch(**(vars(batch) | mark))


def _step(say: OnProgress, words: str, start: float, end: float) -> Callable[[float], None]:
    """Return how a step of the import, from a share of the work to another, says how far it is."""
    return lambda share: say(start + (end - start) * share, words)


def _require_as_expected(
    connection: sa.Connection,
    waiting: Mapping[str, StagedRows],
    found: Mapping[str, Comparison],
    expected: Mapping[str, Comparison],
    illustrative: bool,
) -> None:
    """Refuse to store what was decided on looking at something that is no longer there."""
    for kind, each in found.items():
        after = seen_batches(each.seen)
        if kind in expected:
            is_same = expected[kind].seen == each.seen
            before = seen_batches(expected[kind].seen)
        else:  # there was no store; the first import brings the sample along
            is_same, before = illustrative or set(after) == {0}, Counter({0: after.total()})
        if is_same:
            continue
        gained, lost = after - before, before - after
        example = first_key_from(connection, waiting[kind], set(gained), illustrative=illustrative)
        names = _who_changed(connection, set(gained), set(lost))
        count = max(gained.total(), lost.total())
        values = {"count": count, "example": example or "–", "who": names}
        raise coded(StoreError, "changed_since", **values)


def _who_changed(connection: sa.Connection, gained: set[int], lost: set[int]) -> str:
    """Return who imported the batches that are visible now, or undid those that were."""
    came = [_batch(connection, number) for number in gained]
    # Batches newer than those gone came meanwhile; older ones show because others were undone.
    names = {each.who for each in came if each and each.id > max(lost, default=0)}
    if not names:
        gone = [_batch(connection, number) for number in lost]
        names = {each.undone_by for each in gone if each and each.undone_at}
    return ", ".join(sorted(names)) or "?"


def _counts(
    found: Mapping[str, Comparison], rejected: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    names = ("new", "changed", "unchanged")
    # Of a kind all of whose rows were rejected there is nothing to compare.
    return {
        kind: {name: getattr(found.get(kind), name, 0) for name in names}
        | {"rejected": rejected.get(kind, 0)}
        for kind in (*found, *rejected)
    }


def _insert(
    connection: sa.Connection,
    waiting: Mapping[str, StagedRows],
    batch_id: int,
    storing: Callable[[float], None],
    cancelled: transactions.Cancel | None,
) -> None:
    total, done = sum(each.rows for each in waiting.values()), 0
    for each in waiting.values():
        table, names = FACTS[each.kind.name], [*each.kind.columns, SHEET, ROW]
        rows = sa.select(sa.literal(batch_id), *(each.table.c[name] for name in names))
        for first, last in each.parts(PART):
            transactions.stop_if(cancelled)
            part = rows.where(each.table.c[NUMBER].between(first, last))
            connection.execute(
                table.insert().from_select([BATCH_ID, *names], part.order_by(each.table.c[NUMBER]))
            )
            done += last - first + 1
            storing(done / total)
        learn_contents(connection, table, each.rows)


def _batch(connection: sa.Connection, batch_id: int) -> Batch | None:
    row = connection.execute(sa.select(BATCH).where(BATCH.c.id == batch_id)).mappings().first()
    return Batch(**row) if row else None
