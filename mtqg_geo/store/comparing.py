"""What storing a file would change, compared in the database."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pandas as pd
import sqlalchemy as sa

from mtqg_geo.programme import columns as c
from mtqg_geo.programme.tables import BATCH_ID, BYTES, ROW, SHEET, DataTable
from mtqg_geo.store.engine import GENERATION
from mtqg_geo.store.schema import BATCH, FACTS, META
from mtqg_geo.store.staging import NUMBER, StagedRows, staged
from mtqg_geo.store.transactions import Cancel, Store, reading, stop_if

MOST_CHANGES = 10_000
PART = 50_000  # rows compared or stored by one statement, between which one can cancel
COLUMN, OLD, NEW, OLD_BATCH_ID = "column", "old", "new", "old_batch_id"
SIZE = "size"


@dataclass(frozen=True, eq=False)
class Comparison:
    """What storing a table would change.

    `changes` has a row per changed value, at most 10,000: the key, `column`, `old`, `new`, `sheet`,
    `row` and `old_batch_id`; figures that change most, in relation to what they were, come first.
    `additions` are the first 10,000 rows of new keys: key, values, `sheet` and `row`. `seen`
    stands for all that is visible now for the keys of the table.
    """

    kind: str
    new: int
    changed: int
    unchanged: int
    changes: pd.DataFrame
    additions: pd.DataFrame
    seen: str


def compare(
    store: Store,
    tables: Mapping[str, pd.DataFrame],
    *,
    illustrative: bool = False,
    cancelled: Cancel | None = None,
) -> Mapping[str, Comparison]:
    """Say what storing the tables would change, without storing anything.

    Real data are compared with real data only, illustrative data with illustrative.

    Parameters
    ----------
    tables
        By kind (see `tables.KINDS`): its key and values, and `sheet` and `row` where the file has
        them.

    Raises
    ------
    StoreError
        `store_twice` if a key comes twice.
    """
    with reading(store) as connection, staged(connection, tables, cancelled=cancelled) as waiting:
        return {
            name: compare_staged(
                connection, each, illustrative=illustrative, listed=MOST_CHANGES,
                cancelled=cancelled,
            )
            for name, each in waiting.items()
        }  # fmt: skip


def compare_staged(
    connection: sa.Connection,
    waiting: StagedRows,
    *,
    illustrative: bool,
    listed: int = 0,
    progress: Callable[[float], None] | None = None,
    cancelled: Cancel | None = None,
) -> Comparison:
    """Compare rows that lie in a temporary table with what is visible; list some changes."""
    pairs = Pairs(connection, waiting, illustrative=illustrative)
    new = changed = unchanged = 0
    seen: Counter[int | None] = Counter()
    changes: list[tuple[Any, ...]] = []
    additions: list[tuple[Any, ...]] = []
    for first, last in waiting.parts(PART):
        stop_if(cancelled)
        for batch, differs, count in connection.execute(pairs.counted(first, last)):
            seen[batch] += count
            new += count if batch is None else 0
            changed += count if differs else 0
            unchanged += count if batch is not None and not differs else 0
        if changed and listed:
            least = changes[-1][0] if len(changes) == listed else -1.0
            changes += pairs.changes(connection, first, last, most=listed, above=least)
            changes = sorted(changes, key=itemgetter(0), reverse=True)[:listed]
        if new and len(additions) < listed:
            additions += pairs.additions(connection, first, last, most=listed - len(additions))
        if progress:
            progress(last / waiting.rows)
    names = [*waiting.kind.key, COLUMN, OLD, NEW, SHEET, ROW, OLD_BATCH_ID]
    return Comparison(
        waiting.kind.name,
        new,
        changed,
        unchanged,
        changes=pd.DataFrame([row for _, *row in changes], columns=names, dtype=object),
        additions=pd.DataFrame(additions, columns=pairs.told, dtype=object),
        seen=_seen(connection, seen),
    )


def seen_batches(seen: str) -> Counter[int]:
    """Return how many keys each batch gave when `seen` was written; 0 stands for none.

    >>> seen_batches('{"store": "…", "batches": {"0": 5, "3": 12}}')
    Counter({3: 12, 0: 5})
    """
    return Counter({int(batch): count for batch, count in json.loads(seen)["batches"].items()})


def first_key_from(
    connection: sa.Connection, waiting: StagedRows, batches: set[int], *, illustrative: bool
) -> str:
    """Return the first key whose visible row is of one of the batches (0: that has none)."""
    pairs = Pairs(connection, waiting, illustrative=illustrative)
    batch = sa.func.coalesce(pairs.old.c[BATCH_ID], 0)
    key = [pairs.new.c[name] for name in waiting.kind.key]
    query = sa.select(*key).select_from(pairs.joined).where(batch.in_(batches))
    row = connection.execute(query.order_by(pairs.new.c[NUMBER]).limit(1)).first()
    return " · ".join(part for part in row or () if part)


class Pairs:
    """Each waiting row (`new`) beside the visible row of its key (`old`), if there is one."""

    def __init__(
        self, connection: sa.Connection, waiting: StagedRows, *, illustrative: bool
    ) -> None:
        self.kind, self.new = waiting.kind, waiting.table
        is_server = connection.dialect.name == "postgresql"
        if is_server:  # compiling each part's statement would take longer than answering it
            connection.execute(sa.text("SET LOCAL jit = off"))
        meet = _met_in_server if is_server else _met_in_file
        self.old, on = meet(waiting, illustrative=illustrative)
        self.joined = self.new.outerjoin(self.old, on)
        pairs = ((self.old.c[name], self.new.c[name]) for name in self.kind.compared)
        self.differs: sa.ColumnElement[bool] = sa.and_(
            self.old.c[BATCH_ID].is_not(None),
            sa.or_(*(old.is_distinct_from(new) for old, new in pairs)),
        )

    def counted(self, first: int, last: int) -> Any:
        """Select how many rows of a part meet which batch, and whether they differ from it."""
        batch, differs = self.old.c[BATCH_ID], sa.case((self.differs, 1), else_=0).label("differs")
        return (
            sa.select(batch, differs, sa.func.count())
            .select_from(self.joined)
            .where(self.new.c[NUMBER].between(first, last))
            .group_by(batch, differs)
        )

    @property
    def told(self) -> list[str]:
        """What is listed of a new row: all but its shape and its source."""
        values = [name for name in self.kind.compared if name not in BYTES]
        return [*self.kind.key, *values, SHEET, ROW]

    def additions(
        self, connection: sa.Connection, first: int, last: int, *, most: int
    ) -> list[tuple[Any, ...]]:
        """Return the new rows of a part, at most so many."""
        query = (
            sa.select(*(self.new.c[name] for name in self.told))
            .select_from(self.joined)
            .where(self.new.c[NUMBER].between(first, last), self.old.c[BATCH_ID].is_(None))
            .order_by(self.new.c[NUMBER])
            .limit(most)
        )
        return [tuple(row) for row in connection.execute(query)]

    def changes(
        self, connection: sa.Connection, first: int, last: int, *, most: int, above: float
    ) -> list[tuple[Any, ...]]:
        """Return the changed values of a part, at most so many: how much each changes, and it.

        Only those that change by more than what is listed `above` them already.
        """
        kind, size = self.kind, self._size().label(SIZE)
        query = (
            sa.select(
                size,
                *(self.new.c[name] for name in (*kind.key, SHEET, ROW)),
                self.old.c[BATCH_ID].label(OLD_BATCH_ID),
                *(self.old.c[name].label(f"old_{name}") for name in kind.compared),
                *(self.new.c[name].label(f"new_{name}") for name in kind.compared),
            )
            .select_from(self.joined)
            .where(self.new.c[NUMBER].between(first, last), self.differs, self._size() > above)
            .order_by(size.desc(), self.new.c[NUMBER])
            .limit(most)
        )
        found = [
            (row[SIZE], *(row[name] for name in kind.key), name, row[f"old_{name}"],
             row[f"new_{name}"], row[SHEET], row[ROW], row[OLD_BATCH_ID])
            for row in connection.execute(query).mappings()
            for name in kind.compared
            if row[f"old_{name}"] != row[f"new_{name}"]
        ]  # fmt: skip
        return found[:most]

    def _size(self) -> sa.ColumnElement[float]:
        """Return how much a figure changes, 0 to 1: from 2 to 6 is 0.5, from or to none is 1."""
        if c.VALUE not in self.kind.compared:
            return sa.literal(0.0)
        old, new = self.old.c[c.VALUE], self.new.c[c.VALUE]
        both = sa.func.abs(old) + sa.func.abs(new)
        return sa.func.coalesce(sa.func.abs(new - old) / sa.func.nullif(both, 0.0), 1.0)


def _met_in_server(
    waiting: StagedRows, *, illustrative: bool
) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
    """Return the visible row of each waiting row: one look into the index of PostgreSQL."""
    version = FACTS[waiting.kind.name].alias("version")
    newest = (
        sa.select(version)
        .where(*versions(version, waiting.table, waiting.kind, illustrative=illustrative))
        .order_by(version.c[BATCH_ID].desc())
        .limit(1)
    )
    return newest.lateral("old"), sa.true()


def _met_in_file(
    waiting: StagedRows, *, illustrative: bool
) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
    """Return the visible row of each waiting row; SQLite joins to its table only, not LATERAL."""
    stored = FACTS[waiting.kind.name]
    version = stored.alias("version")
    newest = sa.select(sa.func.max(version.c[BATCH_ID])).where(
        *versions(version, waiting.table, waiting.kind, illustrative=illustrative)
    )
    same_key = [stored.c[name] == waiting.table.c[name] for name in waiting.kind.key]
    is_newest = stored.c[BATCH_ID] == newest.correlate(waiting.table).scalar_subquery()
    return stored, sa.and_(*same_key, is_newest)


def versions(
    version: sa.FromClause, row: sa.FromClause, kind: DataTable, *, illustrative: bool
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what makes a stored row a version of another one, of a batch that is not undone."""
    yield from (version.c[name] == row.c[name] for name in kind.key)
    batch = BATCH.alias("hidden")
    is_hidden = sa.or_(batch.c.undone_at != "", batch.c.illustrative.is_not(illustrative))
    yield version.c[BATCH_ID].not_in(sa.select(batch.c.id).where(is_hidden))


def _seen(connection: sa.Connection, batches: Counter[int | None]) -> str:
    """Write down what was seen: how many keys show a row of which batch.

    That is enough. Batches only come and are only ever undone, so as long as these counts are the
    same, every key shows the same row: a key that shows another one shows it of a batch that was
    not there, or because the batch it showed is gone.
    """
    generation = connection.scalar(sa.select(META.c.value).where(META.c.name == GENERATION))
    counts = {str(batch or 0): batches[batch] for batch in sorted(batches, key=lambda b: b or 0)}
    return json.dumps({"store": generation, "batches": counts})
