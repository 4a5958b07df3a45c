"""The rows of a file in temporary tables beside the data, in the order of their key.

Nobody else sees them and nobody waits for them: the one right to write is taken only when
everything is there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from mtqg_geo.programme.frames import with_unsaid
from mtqg_geo.programme.tables import KINDS, ROW, SHEET, DataTable
from mtqg_geo.store.frames import Row, rows_of, sorted_order
from mtqg_geo.store.schema import data_columns
from mtqg_geo.store.transactions import Cancel, stop_if

NUMBER = "n"  # 1, 2, … in the order of the key
MANY = 10_000  # from here on PostgreSQL is told at once what the tables hold


@dataclass(frozen=True)
class StagedRows:
    """The rows of one kind, waiting."""

    kind: DataTable
    table: sa.Table
    rows: int

    def parts(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield the first and last number of each part of the rows.

        >>> list(StagedRows(KINDS["sites"], None, rows=5).parts(2))
        [(1, 2), (3, 4), (5, 5)]
        """
        for first in range(1, self.rows + 1, size):
            yield first, min(first + size - 1, self.rows)


@contextmanager
def staged(
    connection: sa.Connection,
    tables: Mapping[str, pd.DataFrame],
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Cancel | None = None,
) -> Iterator[dict[str, StagedRows]]:
    """Lay the rows of each kind into a temporary table, and take it away again at the end."""
    total = sum(map(len, tables.values())) or 1
    waiting: dict[str, StagedRows] = {}
    done = 0
    try:
        for name, table in tables.items():
            waiting[name] = StagedRows(KINDS[name], _table(KINDS[name]), len(table))
            for count in _lay(connection, waiting[name], table):
                done += count
                stop_if(cancelled)
                if progress:
                    progress(done / total)
        yield waiting
    finally:
        _clear(connection, waiting)


def insert_rows(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: list[Row]
) -> None:
    """Insert rows the way the driver does it fastest."""
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", rows)
        return
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def learn_contents(connection: sa.Connection, table: sa.Table, rows: int) -> None:
    """Tell PostgreSQL's planner what a table holds after many rows; it would learn later itself."""
    if connection.dialect.name == "postgresql" and rows >= MANY:
        connection.execute(sa.text(f"ANALYZE {table.name}"))


def _table(kind: DataTable) -> sa.Table:
    return sa.Table(
        f"staged_{kind.name}",
        sa.MetaData(),
        sa.Column(NUMBER, sa.Integer, primary_key=True, autoincrement=False),
        *data_columns((*kind.columns, SHEET, ROW)),
        prefixes=["TEMPORARY"],
    )


def _lay(connection: sa.Connection, waiting: StagedRows, table: pd.DataFrame) -> Iterator[int]:
    kind = waiting.kind
    table = with_unsaid(table, kind)
    order = sorted_order(table, kind)
    names = (NUMBER, *kind.columns, SHEET, ROW)
    first = 1
    with connection.begin():
        waiting.table.create(connection)
        for rows in rows_of(table, kind, order):
            numbered = [(number, *row) for number, row in enumerate(rows, first)]
            insert_rows(connection, waiting.table, names, numbered)
            first += len(rows)
            yield len(rows)
        learn_contents(connection, waiting.table, waiting.rows)


def _clear(connection: sa.Connection, waiting: Mapping[str, StagedRows]) -> None:
    try:
        connection.rollback()
        with connection.begin():
            for each in waiting.values():
                each.table.drop(connection, checkfirst=True)
    except DBAPIError:  # the connection is lost, or of no more use
        connection.invalidate()
