"""The two ways to use the store: reading one state of it, or being the one who writes."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mtqg_geo.programme.errors import Cancelled, StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.address import place_of
from mtqg_geo.store.mode import ACCESS, access_mode

# How result codes of SQLite and SQLSTATEs of PostgreSQL begin.
CODES = {
    "SQLITE_FULL": "store_full",
    "SQLITE_NOTADB": "not_a_store",
    "SQLITE_CORRUPT": "store_damaged",
    "SQLITE_BUSY": "store_busy",
    "SQLITE_LOCKED": "store_busy",
    "SQLITE_READONLY": "store_readonly",
    "SQLITE_PERM": "store_readonly",
    "SQLITE_CANTOPEN": "store_readonly",
    "53100": "store_full",
    "55P03": "store_busy",
    "57014": "store_slow",
    "42P01": "store_missing",  # the database was emptied, or made anew, under our connections
    "42501": "store_readonly",
    "25006": "store_readonly",
    "XX001": "store_damaged",
    "53300": "store_unreachable",
    "57P": "store_unreachable",
    "08": "store_unreachable",
    "28": "store_unreachable",
    "3D": "store_unreachable",
}


@contextmanager
def speaking(engine: sa.Engine, place: str) -> Iterator[None]:
    """Turn what the database or its driver raises inside into a `StoreError`."""
    try:
        yield
    except PoolTimeoutError as error:
        raise coded(StoreError, "store_busy", place=place) from error
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise store_error(error, place) from error


def store_error(error: BaseException, place: str) -> StoreError:
    """Return the sentence of a driver's error."""
    reason = str(getattr(error, "orig", None) or error).strip().splitlines() or ["?"]
    return coded(StoreError, error_code(error), place=place, reason=reason[0])


def error_code(error: BaseException) -> str:
    """Return the code of our sentence for a driver's error."""
    origin = getattr(error, "orig", None) or error
    given = getattr(origin, "sqlite_errorname", "") or getattr(origin, "sqlstate", "") or ""
    known = next((code for start, code in CODES.items() if given.startswith(start)), "")
    is_lost = getattr(error, "connection_invalidated", False)
    # A server that cannot be reached has given neither a name nor a state.
    names = [each.__name__ for each in type(origin).__mro__]
    refused = not given and "OperationalError" in names
    return known or ("store_unreachable" if is_lost or refused else "store_failed")


READ_ONLY = "MTQG_READ_ONLY"  # set to 1, nobody changes anything, on a page or the command line
WRITES = "mtqg_writes"  # execution option of a connection that is about to write
WRITE_LOCK = 1719  # the advisory lock of PostgreSQL that stands for the right to write
ATTEMPTS, PATIENCE_S = 20, 30  # a long import may be under way: wait for ten minutes
READING_S, WRITING_S = 30, 600  # one question to a server; one statement of a large import
Cancel = Callable[[], bool]


def is_read_only() -> bool:
    """Say whether whoever runs this installation lets nobody change anything."""
    return os.environ.get(READ_ONLY, "") not in ("", "0") or access_mode() == "public"


def require_writable() -> None:
    """Refuse where nothing may be changed; whatever changes the record asks this first.

    Raises
    ------
    StoreError
        `store_read_only`, `store_public`.
    """
    if access_mode() == "public":
        raise coded(StoreError, "store_public", setting=f"{ACCESS}=public")
    if is_read_only():
        raise coded(StoreError, "store_read_only", setting=READ_ONLY)


@dataclass(frozen=True)
class Store:
    """An open store. Safe to use from several threads; one per address and process.

    `url` is the address as SQLAlchemy writes it, with its password if it has one; show `place`.
    """

    engine: sa.Engine
    url: str

    @property
    def place(self) -> str:
        """Where the store is, in words that may be shown: the file, or host and database."""
        return place_of(sa.make_url(self.url))

    @property
    def is_postgresql(self) -> bool:
        """Whether the store is in a PostgreSQL server; otherwise it is an SQLite file."""
        return self.engine.dialect.name == "postgresql"


def driver_of(connection: sa.Connection) -> sqlite3.Connection:
    """Return what SQLAlchemy drives where the store is a file."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@contextmanager
def reading(store: Store, *, once: bool = False) -> Iterator[sa.Connection]:
    """Give a connection that sees one state of the store, whatever others commit meanwhile.

    Parameters
    ----------
    once
        For a single statement, which a server then answers without opening a transaction.
    """
    with speaking(store.engine, store.place), store.engine.connect() as connection:
        if store.is_postgresql:
            level = "AUTOCOMMIT" if once else "REPEATABLE READ"
            connection.execution_options(isolation_level=level)
        with patience(connection, READING_S):
            yield connection


@contextmanager
def writing(store: Store) -> Iterator[sa.Connection]:
    """Give a connection whose transaction is the only one that writes; committed at the end."""
    with (
        speaking(store.engine, store.place),
        store.engine.connect() as connection,
        write_lock(connection, store.place),
    ):
        yield connection


@contextmanager
def marking(store: Store, *, waits: bool = True) -> Iterator[sa.Connection]:
    """Give a connection to write of people what is neither numbered nor logged, such as a session.

    In a server that waits for nobody, also while somebody loads a million rows; a file has one
    writer. Without `waits` a file that is busy is left alone: `store_busy`.
    """
    if store.is_postgresql:
        with speaking(store.engine, store.place), store.engine.begin() as connection:
            yield connection
        return
    if waits:
        with writing(store) as connection:
            yield connection
        return
    with speaking(store.engine, store.place), store.engine.connect() as connection:
        driver = driver_of(connection)
        before = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute("PRAGMA busy_timeout = 0")
        try:
            with _begin_writing(connection):
                yield connection
        finally:
            driver.execute(f"PRAGMA busy_timeout = {before}")


@contextmanager
def write_lock(
    connection: sa.Connection, place: str, *, cancelled: Cancel | None = None
) -> Iterator[None]:
    """Wait for the one right to write and hold it for a transaction, committed at the end."""
    with patience(connection, WRITING_S):
        for _ in range(ATTEMPTS):
            stop_if(cancelled)
            try:
                transaction = _begin_writing(connection)
                break
            except OperationalError as error:
                if error_code(error) != "store_busy":
                    raise
        else:
            raise coded(StoreError, "store_busy", place=place)
        with transaction:
            yield


@contextmanager
def patience(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Wait up to so many seconds for a server's answer to each statement inside (see `server`)."""
    driver: Any = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        yield
        return
    before, driver.patience_s = driver.patience_s, seconds
    try:
        yield
    finally:
        driver.patience_s = before


def next_id(connection: sa.Connection, table: sa.Table) -> int:
    """Return the next id of a table; whoever holds the write lock is the only one to ask."""
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))) or 0) + 1


def now() -> str:
    """Return this moment, UTC in ISO form."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def stop_if(cancelled: Cancel | None) -> None:
    """Raise `Cancelled` if the person stopped what is under way."""
    if cancelled is not None and cancelled():
        raise coded(Cancelled, "store_cancelled")


def _begin_writing(connection: sa.Connection) -> sa.RootTransaction:
    try:
        connection.execution_options(**{WRITES: True})
        transaction = connection.begin()
    finally:
        connection.execution_options(**{WRITES: False})
    if connection.dialect.name == "postgresql":
        try:
            connection.execute(sa.text(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'"))
            connection.execute(sa.text(f"SET LOCAL statement_timeout = '{WRITING_S}s'"))
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})"))
        except BaseException:
            transaction.rollback()
            raise
    return transaction
