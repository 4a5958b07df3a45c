"""Opening the store: one SQLite file by default, PostgreSQL when `MTQG_DATABASE` says so."""

import os
import sqlite3
import threading
import uuid
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, QueuePool

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.address import (
    APPLICATION_ID,
    file_id,
    file_of,
    is_store_file,
    parsed,
    place_of,
    require_readable,
    writing_to,
)
from mtqg_geo.store.remembered import loss, remember
from mtqg_geo.store.schema import HEAD, META, VERSION_TABLE, metadata
from mtqg_geo.store.transactions import WRITES, Store, driver_of, reading, speaking, writing

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE_S, ATTEMPTS = 30, 3
GENERATION = "generation"  # a store that was restored is another one, whatever its ids


# The stores this process has open, by address, process and file.
_OPENED: dict[tuple[str, int, int], Store] = {}
_OPENING = threading.RLock()


def has_store(url: str | None = None) -> bool:
    """Say whether there is a store, without creating or changing anything.

    Raises
    ------
    StoreError
        `store_missing` if there was one and it is gone (see `remembered`), what `is_there` raises.
    """
    if is_there(url):
        return True
    address = parsed(url)
    error = _loss(address)
    # Another process may have made it, and left the marks, since we looked.
    if error is not None and not is_there(url):
        raise error
    return error is not None


def is_there(url: str | None = None) -> bool:
    """Say whether there is a store, also where one has been lost.

    A file that is there but is no store gives True: `open_store` then says what is wrong with it.

    Raises
    ------
    StoreError
        `store_unreachable` if the database server does not answer, `store_unreadable` if the folder
        does not.
    """
    address = parsed(url)
    path = file_of(address)
    if path is not None:
        return file_id(path) != 0
    if _find(address):
        return True
    store = Store(_new_engine(address), str(address))
    try:
        return _has_tables(store)
    finally:
        store.engine.dispose()


def open_store(url: str | None = None) -> Store:
    """Return the store, its schema brought up to date. Cheap from the second call on.

    Raises
    ------
    StoreError
        `no_store` if there is none (see `create_store`), `store_missing` if it is gone,
        `store_too_new` if a later version wrote it, `store_unreachable`, `not_a_store` …
    """
    address = parsed(url)
    return _find(address) or _opened(address)


def create_store(url: str | None = None, *, anew: bool = False) -> Store:
    """Create the store where there is none, and return it; one that is there stays as it is.

    Parameters
    ----------
    anew
        Also in the place of one that is gone.

    Raises
    ------
    StoreError
        `store_missing` if it is gone and nobody said `anew`; `store_folder` if the folder cannot be
        written; what `open_store` raises.
    """
    address = parsed(url)
    path = file_of(address)
    if anew:
        opened = _find(address)
        if opened and not _has_tables(opened):  # the database was made anew under it
            close_store(opened)
    else:
        has_store(url)
    if path is not None:
        with writing_to(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return _opened(address, create=True)


def close_stores() -> None:
    """Close every connection of this process; the next `open_store` opens new ones."""
    with _OPENING:
        for (_, process, _), store in _OPENED.items():
            store.engine.dispose(close=process == os.getpid())
        _OPENED.clear()


def close_store(store: Store) -> None:
    """Close the connections of one store."""
    with _OPENING:
        for key in [key for key, each in _OPENED.items() if each is store]:
            del _OPENED[key]
    store.engine.dispose()


def renew_generation(connection: sa.Connection) -> None:
    """Make the store another one, so that nothing remembered of the former is taken for it."""
    connection.execute(META.delete().where(META.c.name == GENERATION))
    connection.execute(META.insert().values(name=GENERATION, value=uuid.uuid4().hex))


def _key(address: sa.URL) -> tuple[str, int, int]:
    """Name an open store: another process, or another file of the same name, is another one."""
    path = file_of(address)
    file = 0 if path is None else file_id(path)
    return address.render_as_string(hide_password=False), os.getpid(), file


def _find(address: sa.URL) -> Store | None:
    return _OPENED.get(_key(address))


def _has_tables(store: Store) -> bool:
    with reading(store) as connection:
        return sa.inspect(connection).has_table(VERSION_TABLE)


def _loss(address: sa.URL) -> StoreError | None:
    text = address.render_as_string(hide_password=False)
    return loss(address, was_open=any(opened == text for opened, *_ in [*_OPENED]))


def _absent(address: sa.URL) -> StoreError:
    return _loss(address) or coded(StoreError, "no_store", place=place_of(address))


def _opened(address: sa.URL, *, create: bool = False) -> Store:
    with _OPENING:
        if found := _find(address):
            return found
        store = _open(address, create=create)
        return _OPENED.setdefault(_key(address), store)  # whose file there is by now


def _open(address: sa.URL, *, create: bool = False) -> Store:
    """Connect, check what is there, and bring it up to date."""
    path = file_of(address)
    if path is not None and not create:
        if not file_id(path):
            raise _absent(address)
        require_readable(path)
    engine = _new_engine(address)
    store = Store(engine, address.render_as_string(hide_password=False))
    try:
        _bring_up_to_date(store, create=create)
    except BaseException:
        engine.dispose()
        raise
    remember(address)
    return store


def _bring_up_to_date(store: Store, *, create: bool) -> None:
    place = store.place
    with reading(store) as connection:
        found, others = _revision(connection), sa.inspect(connection).get_table_names()
    path = file_of(store.url)
    _require_ours(found, others, path, place)
    if not (found or create):
        address = sa.make_url(store.url)
        # A creation that was cut short is finished.
        if path is None or not is_store_file(path) or _loss(address):
            raise _absent(address)
    if found != HEAD:
        with writing(store) as connection:
            _upgrade(connection, place)
            if path is not None:
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            if not connection.scalar(sa.select(META.c.value).where(META.c.name == GENERATION)):
                renew_generation(connection)
    if path is not None and isinstance(store.engine.pool, QueuePool):
        _use_write_ahead_log(store)


def _revision(connection: sa.Connection) -> str:
    """Return the version of the schema; "" where there are no tables of ours."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return ""
    return str(connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")) or "")


def _upgrade(connection: sa.Connection, place: str) -> None:
    """Bring the schema up to date within the transaction of the connection, which writes."""
    found = _revision(connection)  # again: another process may have done it meanwhile
    if found == HEAD:
        return
    # Loading Alembic takes as long as opening a store; mostly there is nothing to do.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    known = {each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if found and found not in known:
        raise coded(StoreError, "store_too_new", place=place, found=found, known=HEAD)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _require_ours(found: str, others: list[str], path: Path | None, place: str) -> None:
    """Refuse to build tables among those of another program."""
    if found:
        return
    if path is not None and others:
        raise coded(StoreError, "not_a_store", place=place)
    if taken := sorted(set(others) & set(metadata.tables)):
        raise coded(StoreError, "store_shared", place=place, example=taken[0])


def _use_write_ahead_log(store: Store) -> None:
    """Let readers and the writer work side by side; the file remembers it.

    Where another process holds the file at this moment, the store works without, only slower, and
    the next one to open it tries again.
    """
    with speaking(store.engine, store.place), store.engine.connect() as connection:
        driver = driver_of(connection)
        for _ in range(ATTEMPTS):
            try:
                driver.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY":
                    raise
            else:
                return


def _new_engine(address: sa.URL) -> sa.Engine:
    path = file_of(address)
    if path is None:
        # Its driver is loaded where there is a server.
        from mtqg_geo.store.server import server_engine

        return server_engine(address)
    kept: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 8, "max_overflow": 32}
    connect, pool = (_connect, kept) if _may_be_written(path) else (_peek, {"poolclass": NullPool})
    # An error tells the statement, and not what it was sent with: e-mails are among it.
    engine = sa.create_engine(address, creator=partial(connect, path), hide_parameters=True, **pool)
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _connect(path: Path, how: str = "mode=rw") -> sqlite3.Connection:
    """Open a file that is there; SQLite itself would create an absent one."""
    uri = f"{path.as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE_S, check_same_thread=False)


def _may_be_written(path: Path) -> bool:
    """Say whether file and folder may be written; SQLite keeps its log beside the file."""
    as_we_are = os.access in os.supports_effective_ids
    here = [each for each in (path, path.parent) if each.exists()]
    return all(os.access(each, os.W_OK, effective_ids=as_we_are) for each in here)


def _peek(path: Path) -> sqlite3.Connection:
    """Open a file that may only be read, for one transaction.

    While somebody else has the store open, their log lies beside it and is read with it. Without a
    log the file is whole and nobody writes it: it is read as it lies.
    """
    has_log = path.with_name(f"{path.name}-wal").exists()
    return _connect(path, "mode=rw" if has_log else "mode=ro&immutable=1")


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so, see `_begin`
    for setting in (
        "synchronous = FULL",  # an acknowledged batch also survives a power cut
        "foreign_keys = ON",
        "recursive_triggers = ON",  # what is insert-only cannot be replaced either
        "cache_size = -16384",  # KiB
        "journal_size_limit = 67108864",  # bytes: a large import leaves no large log
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: sa.Connection) -> None:
    """Begin as a reader, which waits for nobody, or as the one writer."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
