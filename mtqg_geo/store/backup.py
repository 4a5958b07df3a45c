"""The whole store as one file, taken while it runs, and back from it into either database.

A backup is read through before it gets its name: what cannot be restored is none. A store that is
replaced leaves its log behind, among the lines of the backup.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo.scratch import scratch_folder, sweep
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.model import Text
from mtqg_geo.programme.words import coded, error_text
from mtqg_geo.store.address import MAGIC, file_of, file_url, is_store_file, store_url, writing_to
from mtqg_geo.store.damage import StoreContents, store_contents, store_damages
from mtqg_geo.store.engine import (
    close_store,
    create_store,
    is_there,
    open_store,
    renew_generation,
)
from mtqg_geo.store.insert_only import REPLACED, append, log
from mtqg_geo.store.rights import NOBODY, Who, ended_sessions, require_machine
from mtqg_geo.store.schema import AUDIT_LOG, BATCH, BLOB, BOUNDARY_SET, FACTS, INSERT_ONLY, metadata
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
IN_TURN = re.compile(r"mtqg-\d{8}T\d{6}Z\.sqlite")  # backups that follow each other in a folder
LogLine = dict[str, Any]


def backup(store: Store, path: Path) -> Path:
    """Write the store into one file, as it is at one moment, while others read and write.

    The file is an SQLite store of its own, whichever database the store is in. It appears at
    `path` when complete and verified; an older backup there is replaced, any other file is not.

    Raises
    ------
    StoreError
        `backup_exists` if another file has that name; `backup_of_another` if a backup there holds
        what this store never had; `store_folder` if it cannot be written; `backup_not_written` if
        the store, and so the backup, is damaged.
    """
    if path.exists() and not _is_backup(path):
        raise coded(StoreError, "backup_exists", file=str(path))
    if path.exists() and (count := _only_in(path, store)):
        raise coded(StoreError, "backup_of_another", file=str(path), count=count)
    beside = path.absolute().parent
    sweep(beside)
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
        copy = open_store(file_url(work))
        try:
            _require_sound(copy, path, "backup_not_written", place=store.place)
        finally:
            close_store(copy)
        _as_one_file(work)
        work.replace(path)
    return path


def backup_in_turn(store: Store, folder: Path, *, keep: int) -> tuple[Path, tuple[Path, ...]]:
    """Write a backup named by this moment (UTC), then delete the oldest of those beyond `keep`.

    Returns
    -------
    The new backup, and those deleted. Files of other names in the folder are left alone, and so
    are backups that hold what this store never had, as of one that was lost before it was begun.
    """
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
    new = backup(store, folder / f"mtqg-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite")
    older = sorted(
        each for each in folder.iterdir() if IN_TURN.fullmatch(each.name) and each.name != new.name
    )
    gone = [each for each in older[: max(len(older) - keep + 1, 0)] if not _only_in(each, store)]
    with writing_to(folder):
        for each in gone:
            each.unlink(missing_ok=True)
    return new, tuple(gone)


def verify_backup(path: Path) -> StoreContents:
    """Read all of a backup and return what it holds; the file stays as it is.

    Raises
    ------
    StoreError
        `no_backup`, `not_a_backup`, `store_too_new`, `store_damaged`, or `backup_damaged` if it
        can be opened and yet does not hold all that was stored.
    """
    if not path.is_file():
        raise coded(StoreError, "no_backup", file=str(path))
    with scratch_folder() as folder, _copied(path, Path(folder) / "verify.sqlite") as copy:
        _require_sound(copy, path, "backup_damaged", place=str(path))
        return store_contents(copy)


def _require_sound(copy: Store, path: Path, code: str, *, place: str) -> None:
    """Refuse a backup with any damage, and name `place` as what is damaged."""
    if found := [*store_damages(copy)]:
        first = coded(StoreError, found[0].code, **{**found[0].values, "place": place})
        reason = Text(error_text(first, "vi"), error_text(first, "en"))
        raise coded(StoreError, code, file=str(path), count=len(found), reason=reason)


def restore(
    path: Path,
    *,
    url: str | None = None,
    who: Who = NOBODY,
    replace: bool = False,
    allow_damaged: bool = False,
) -> Store:
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
    allow_damaged
        Also of a backup that does not hold all that was stored: it may be all there is.

    Raises
    ------
    StoreError
        `no_backup`, `not_a_backup`, `store_too_new`, `store_has_data`, `restore_damaged`; the store
        is unchanged.
    """
    require_writable()
    require_machine(who)
    if not path.is_file():
        raise coded(StoreError, "no_backup", file=str(path))
    if not replace and is_there(url):
        _require_empty(open_store(url))
    with scratch_folder() as folder, _copied(path, Path(folder) / "restore.sqlite") as source:
        if not allow_damaged:
            _require_sound(source, path, "restore_damaged", place=str(path))
        with writing(source) as connection:
            renew_generation(connection)
            connection.execute(ended_sessions())  # one that ended since would go on
        target, replaced = _target(url, replace=replace)
        if target.is_postgresql:
            _copy_to_server(source, target, path.name, who=who)
        else:
            with writing(source) as connection:
                _keep_log(connection, replaced, path.name, who=who)
            _copy_over(source, target)
    return target


def _target(url: str | None, *, replace: bool) -> tuple[Store, list[LogLine]]:
    """Return the store that is written over, and its log."""
    try:
        target = create_store(url, anew=True)  # a lost store is what backups are for
        try:
            with reading(target) as connection:
                return target, _log_lines(connection)
        except StoreError:
            close_store(target)
            raise
    except StoreError as error:
        path = file_of(url or store_url())
        if error.code != "store_damaged" or path is None or not replace:
            raise
        for part in ("", "-wal", "-shm"):  # with its log in it
            damaged = path.with_name(f"{path.name}{part}")
            if damaged.exists():
                damaged.replace(path.with_name(f"{path.name}.damaged{part}"))
        return create_store(url, anew=True), []


def _log_lines(connection: sa.Connection) -> list[LogLine]:
    rows = connection.execute(sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.id)).mappings()
    return [dict(row) for row in rows]


def _keep_log(
    connection: sa.Connection, replaced: Sequence[LogLine], file: str, *, who: Who
) -> None:
    """Write behind a backup's log what was done in the store it replaces, and the restoring.

    Lines that both have are the backup's: it was taken of that store, or of one like it.
    """
    known = Counter(map(_said, _log_lines(connection)))
    left = []
    for line in replaced:
        if known[_said(line)]:
            known[_said(line)] -= 1
        else:
            left.append(line)
    for line in left:
        append(connection, {**line, "detail": {REPLACED: file, **line["detail"]}})
    log(connection, "restore", file, who=who, detail={"replaced": len(left)})


def _said(line: LogLine) -> str:
    """Return what a line says, whatever its number and whether it was replaced."""
    detail = {name: value for name, value in line["detail"].items() if name != REPLACED}
    return json.dumps([line["at"], line["who"], line["action"], line["subject"], detail])


def _is_backup(path: Path) -> bool:
    """Say whether a file is a backup; a running store, which keeps a log beside it, is none."""
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + 4)
    keeps_log = head[18:19] == b"\2"  # the version that can write the file, in its header
    return is_store_file(path) and not keeps_log


def _only_in(path: Path, store: Store) -> int:
    """Return how much was done, by the log of a backup, that the log of the store knows nothing of.

    A store keeps its log whole, and that of a store it replaced: where lines are missing, the
    backup may be all that is left of another store. One that cannot be read keeps nothing.
    """
    names = ("at", "who", "action", "subject", "detail")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            rows = file.execute(f"SELECT {', '.join(names)} FROM {AUDIT_LOG.name}").fetchall()
        lines = [dict(zip(names, (*row, json.loads(detail)), strict=True)) for *row, detail in rows]
    except (sqlite3.Error, ValueError):
        return 0
    with reading(store) as connection:
        known = Counter(map(_said, _log_lines(connection)))
    return (Counter(map(_said, lines)) - known).total()


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
def _copied(path: Path, work: Path) -> Iterator[Store]:
    """Give a copy of a backup, which can be read and is up to date; the backup stays as it is."""
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


def _copy_to_server(source: Store, target: Store, file: str, *, who: Who) -> None:
    """Replace all that a server holds in one transaction, which readers do not notice."""
    with reading(source) as copied, writing(target) as connection:
        replaced = _log_lines(connection)
        for name in INSERT_ONLY:
            connection.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        _copy_tables(copied, connection)
        _keep_log(connection, replaced, file, who=who)
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
