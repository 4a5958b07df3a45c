"""What is visible: of each key the newest row of a batch that is not undone.

As soon as one real batch is not undone, illustrative ones are hidden altogether.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from mtqg_geo.programme.tables import BATCH_ID, KINDS, LINEAGE
from mtqg_geo.store.engine import GENERATION
from mtqg_geo.store.frames import Row, chunks, frame_of
from mtqg_geo.store.insert_only import CHANGES
from mtqg_geo.store.schema import AUDIT_LOG, BATCH, FACTS, META
from mtqg_geo.store.transactions import Store, reading

FETCHED = 5_000  # rows a database sends at a time
_OTHER = BATCH.alias()  # whether a batch is hidden depends on the others that are there
# Who became whom says nothing of figures: a batch of nothing else leaves the example in place.
_FIGURES = tuple(kind for kind in KINDS if kind != LINEAGE.name)
_HAS_FIGURES = sa.or_(
    *(sa.cast(_OTHER.c.counts, sa.Text).contains(f'"{kind}"') for kind in _FIGURES)
)
_REAL_IS_THERE = sa.exists().where(
    _OTHER.c.undone_at == "", _OTHER.c.illustrative.is_(False), _HAS_FIGURES
)
IS_HIDDEN = sa.or_(BATCH.c.undone_at != "", sa.and_(BATCH.c.illustrative, _REAL_IS_THERE))


@dataclass(frozen=True)
class Shown:
    """Which batches are visible in a state of the store: those up to `last` but the `hidden` ones.

    Rows are never changed or deleted, so that a state is read alike whatever is loaded or undone
    after it: a file that takes a minute to make holds no figures of two.
    """

    last: int
    hidden: tuple[int, ...]

    def holds(self, batch: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        """Say of the numbers of batches in a column whether they are visible."""
        return sa.and_(batch <= self.last, batch.not_in(self.hidden))


def shown_now(store: Store) -> Shown:
    """Return which batches are visible at this moment."""
    query = sa.select(BATCH.c.id, IS_HIDDEN.label("is_hidden")).order_by(BATCH.c.id)
    with reading(store, once=True) as connection:
        found = connection.execute(query).all()
    return Shown(found[-1].id if found else 0, tuple(each.id for each in found if each.is_hidden))


def visible(store: Store, kind: str, shown: Shown | None = None) -> pd.DataFrame:
    """Return the visible rows of a kind, sorted by key: key, values, `batch_id`, `sheet`, `row`.

    Texts are `str` with "" for none, numbers float, `year` Int64, `geometry` WKB as bytes.
    """
    names = KINDS[kind].stored
    with reading(store) as connection:
        parts = [frame_of(names, part) for part in chunks(visible_rows(connection, kind, shown))]
    return pd.concat(parts, ignore_index=True) if parts else frame_of(names, [])


def visible_rows(connection: sa.Connection, kind: str, shown: Shown | None = None) -> Iterator[Row]:
    """Yield the visible rows of a kind by key."""
    described, table = KINDS[kind], FACTS[kind]
    query = (
        sa.select(*(table.c[name] for name in described.stored))
        .where(is_shown(table, shown))
        .order_by(*(table.c[name] for name in (*described.key, BATCH_ID)))
        .execution_options(yield_per=FETCHED)
    )
    return newest(connection.execute(query), len(described.key))


def newest(rows: Iterable[Row], key_columns: int) -> Iterator[Row]:
    """Yield the last row of each key, from rows sorted by key and batch.

    >>> list(newest([("A", 1), ("A", 2), ("B", 1)], 1))
    [('A', 2), ('B', 1)]
    """
    last: Row | None = None
    for row in rows:
        if last is not None and row[:key_columns] != last[:key_columns]:
            yield last
        last = row
    if last is not None:
        yield last


def is_shown(table: sa.FromClause, shown: Shown | None = None) -> sa.ColumnElement[bool]:
    """Say of the rows of a table whether their batch may be visible, now or in a state.

    The hidden batches are named rather than the others: a database then reads them once, and does
    not search the rows batch by batch.
    """
    if shown is None:
        return table.c[BATCH_ID].not_in(sa.select(BATCH.c.id).where(IS_HIDDEN))
    return shown.holds(table.c[BATCH_ID])


def is_illustrative(store: Store) -> bool:
    """Say whether what is visible is made up as an example; an empty store is not."""
    query = sa.select(BATCH.c.illustrative).where(~IS_HIDDEN, BATCH.c.illustrative).limit(1)
    with reading(store, once=True) as connection:
        return bool(connection.scalar(query))


def state_version(store: Store) -> str:
    """Return a text that changes with every commit, undo, restore and choice of boundaries."""
    generation = sa.select(META.c.value).where(META.c.name == GENERATION).scalar_subquery()
    # Of whatever else is written down, such as a right granted, readers see nothing.
    line = sa.select(AUDIT_LOG.c.id).where(AUDIT_LOG.c.action.in_(CHANGES))
    last = line.order_by(AUDIT_LOG.c.id.desc()).limit(1).scalar_subquery()
    with reading(store, once=True) as connection:
        row = connection.execute(sa.select(generation, last)).one()
    return f"{row[0]}-{row[1] or 0}"
