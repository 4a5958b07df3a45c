"""The whole store as one file, taken while it runs, and back from it into either database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from geo.scratch import scratch_folder
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.address import MAGIC, file_of, file_url, is_store_file, store_url, writing_to
from mtqg_geo.store.engine import close_store, create_store, has_store, open_store, renew_generation
from mtqg_geo.store.insert_only import log
from mtqg_geo.store.schema import BATCH, BLOB, BOUNDARY_SET, FACTS, INSERT_ONLY, metadata
from mtqg_geo.store.staging import insert_rows, learn_contents
from mtqg_geo.store.transactions import (
    Store,
    driver_of,
    reading,
    require_writable,
    speaking,
    store_error,
    writing,
)

ROWS = 10_000  # copied at a time


def backup(store: Store, path: Path) -> Path:
    """Write the store into one file, as it is at one moment, while others read and write.

    The file is an SQLite store of its own, whichever database the store is in. It appears at
    `path` when complete; an older backup there is replaced, any other file is not.

    Raises
    ------
    StoreError
        `backup_exists` if another file has that name; `store_folder` if it cannot be written.
    """
    if path.exists() and not _is_backup(path):
        raise coded(StoreError, "backup_exists", file=str(path))
    beside = path.absolute().parent
    with (
        writing_to(beside),
        # What is complete there is then renamed to `path`.
        scratch_folder(beside=beside) as folder,
    ):
        work = Path(folder) / path.name
        if store.is_postgresql:
            _copy_to_file(store, work)
        else:
            with speaking(store.engine, store.place), store.engine.connect() as connection:
                _copy_pages(driver_of(connection), work)
        _as_one_file(work)
        work.replace(path)
    return path


def restore(path: Path, *, url: str | None = None, who: str = "", replace: bool = False) -> Store:
    """Make the store what the backup says and return it.

    A backup of an older version is brought up to date on the way. Readers see the store as it was,
    then as it is; they are not disturbed. A file too damaged to be opened is kept beside the new
    one, as `….damaged`.

    Parameters
    ----------
    url
        Address of the store (default: `store_url()`); it is created where there is none.
    replace
        Also where the store has data, which are then gone.

    Raises
    ------
    StoreError
        `no_backup`, `not_a_backup`, `store_too_new`, `store_has_data`; the store is unchanged.
    """
    require_writable()
    if not path.is_file():
        raise coded(StoreError, "no_backup", file=str(path))
    if not replace and has_store(url):
        _require_empty(open_store(url))
    with (
        scratch_folder() as folder,
        _prepared(path, Path(folder) / "restore.sqlite", who=who) as source,
    ):
        target = _target(url, replace=replace)
        if target.is_postgresql:
            _copy_to_server(source, target)
        else:
            _copy_over(source, target)
    return target


def _target(url: str | None, *, replace: bool) -> Store:
    try:
        return create_store(url)
    except StoreError as error:
        path = file_of(url or store_url())
        if error.code != "store_damaged" or path is None or not replace:
            raise
        for part in ("", "-wal", "-shm"):
            damaged = path.with_name(f"{path.name}{part}")
            if damaged.exists():
                damaged.replace(path.with_name(f"{path.name}.damaged{part}"))
        return create_store(url)


def _is_backup(path: Path) -> bool:
    """Say whether a file is a backup; a running store, which keeps a log beside it, is none."""
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + 4)
    keeps_log = head[18:19] == b"\2"  # the version that can write the file, in its header
    return is_store_file(path) and not keeps_log


def _copy_pages(source: sqlite3.Connection, work: Path) -> None:
    """Copy one state of an SQLite store into a new file; nobody has to wait for it."""
    with closing(sqlite3.connect(work)) as target:
        source.backup(target)


def _as_one_file(work: Path) -> None:
    """Make a copy complete in itself, without a log beside it."""
    with closing(sqlite3.connect(work)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _copy_to_file(store: Store, work: Path) -> None:
    """Copy one state of a store in a server into a new file."""
    target = create_store(file_url(work))
    try:
        with reading(store) as source, writing(target) as connection:
            connection.execute(metadata.tables["meta"].delete())
            _copy_tables(source, connection)
    finally:
        close_store(target)


@contextmanager
def _prepared(path: Path, work: Path, *, who: str) -> Iterator[Store]:
    """Give a copy of a backup, whole, up to date, and with the restoring in its log."""
    if not is_store_file(path):
        raise coded(StoreError, "not_a_backup", file=str(path))
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
            _copy_pages(source, work)
        _require_whole(work)
        store = open_store(file_url(work))
    except sqlite3.Error as error:
        raise store_error(error, str(path)) from error
    except StoreError as error:  # says it of the copy
        values = {**error.values, "place": str(path)}
        raise coded(StoreError, error.code, **values) from error
    try:
        with writing(store) as connection:
            renew_generation(connection)
            log(connection, "restore", path.name, who=who, detail={})
        yield store
    finally:
        close_store(store)


def _require_whole(work: Path) -> None:
    with closing(sqlite3.connect(work)) as connection:
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise coded(StoreError, "store_damaged", place=str(work))


def _require_empty(store: Store) -> None:
    with reading(store) as connection:
        for table in (BATCH, BOUNDARY_SET):
            if connection.scalar(sa.select(sa.func.count()).select_from(table)):
                raise coded(StoreError, "store_has_data", place=store.place)


def _copy_over(source: Store, target: Store) -> None:
    """Make one SQLite file what another is, in one transaction."""
    path = file_of(target.url)
    with (
        speaking(target.engine, str(path)),
        source.engine.connect() as copied,
        target.engine.connect() as connection,
    ):
        driver_of(copied).backup(driver_of(connection))


def _copy_to_server(source: Store, target: Store) -> None:
    """Replace all that a server holds in one transaction, which readers do not notice."""
    with reading(source) as copied, writing(target) as connection:
        for name in INSERT_ONLY:
            connection.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        _copy_tables(copied, connection)
        for name in INSERT_ONLY:
            connection.execute(sa.text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))


def _copy_tables(source: sa.Connection, target: sa.Connection) -> None:
    for table in metadata.sorted_tables:
        size = 1 if table is BLOB else ROWS  # a file may be large
        count = 0
        query = sa.select(table).execution_options(yield_per=size)
        for rows in source.execute(query).partitions():
            if table.name in FACTS:
                insert_rows(target, table, table.columns.keys(), [tuple(row) for row in rows])
            else:
                target.execute(table.insert(), [dict(row._mapping) for row in rows])
            count += len(rows)
        learn_contents(target, table, count)
