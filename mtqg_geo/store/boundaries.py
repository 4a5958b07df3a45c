"""Boundary sets kept in the store, and which one is in use for each vintage."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from geo.scratch import scratch_prefix
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.address import writing_to
from mtqg_geo.store.insert_only import keep_file, log, read_file
from mtqg_geo.store.rights import EVERYWHERE, Who, require
from mtqg_geo.store.schema import BOUNDARY_CHOICE, BOUNDARY_FILE, BOUNDARY_SET
from mtqg_geo.store.transactions import (
    Store,
    next_id,
    now,
    reading,
    require_writable,
    writing,
)

MEDIA = "application/octet-stream"


@dataclass(frozen=True)
class StoredSet:
    """A boundary set in the store; `files` gives the SHA-256 of each of its files by name."""

    id: str
    at: str
    who: str
    meta: Mapping[str, object]
    files: Mapping[str, str]


def save_set(
    store: Store,
    set_id: str,
    folder: Path,
    *,
    who: Who,
    meta: Mapping[str, object] | None = None,
    use_for: str | None = None,
) -> bool:
    """Keep every file of a set's folder in one transaction; a set that is there stays as it is.

    `use_for` is the vintage for which the set is put in use in the same transaction, if for any.
    Return whether the set is new.
    """
    require_writable()
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    with writing(store) as connection:
        require(connection, who, "install", (EVERYWHERE,))
        is_new = not _has(connection, set_id)
        if is_new:
            _insert(connection, set_id, files, who=who, meta=dict(meta or {}))
        if use_for is not None:
            _choose(connection, use_for, set_id, who=who)
    return is_new


def _insert(
    connection: sa.Connection,
    set_id: str,
    files: Mapping[str, bytes],
    *,
    who: Who,
    meta: Mapping[str, object],
) -> None:
    number = 1 + (connection.scalar(sa.select(sa.func.max(BOUNDARY_SET.c.number))) or 0)
    entry = {"number": number, "id": set_id, "meta": meta, "at": now(), "who": who.name}
    connection.execute(BOUNDARY_SET.insert().values(**entry))
    for name, content in files.items():
        sha256 = keep_file(connection, content, media=MEDIA)
        file = {"set_id": set_id, "name": name, "sha256": sha256}
        connection.execute(BOUNDARY_FILE.insert().values(**file))
    log(connection, "boundaries", set_id, who=who, detail={"files": len(files), **meta})


def sets(store: Store) -> tuple[StoredSet, ...]:
    """Return the sets in the store, in the order in which they came."""
    query = sa.select(BOUNDARY_SET).order_by(BOUNDARY_SET.c.number)
    with reading(store) as connection:
        files: dict[str, dict[str, str]] = {}
        for each in connection.execute(sa.select(BOUNDARY_FILE).order_by(BOUNDARY_FILE.c.name)):
            files.setdefault(each.set_id, {})[each.name] = each.sha256
        return tuple(
            StoredSet(row.id, row.at, row.who, row.meta, files.get(row.id, {}))
            for row in connection.execute(query)
        )


def restore_folder(store: Store, set_id: str, target: Path) -> None:
    """Write the files of a set into the folder `target`, which appears complete or not at all.

    A folder that is there already is left as it is: a set is named by its content.

    Raises
    ------
    StoreError
        `no_set` if the store has none of this id; `file_damaged` if one of its files is not what
        was stored; `store_folder` if the folder cannot be written.
    """
    if target.is_dir():
        return
    with reading(store) as connection:
        if not _has(connection, set_id):
            raise coded(StoreError, "no_set", id=set_id)
        query = sa.select(BOUNDARY_FILE).where(BOUNDARY_FILE.c.set_id == set_id)
        files = {
            row.name: read_file(connection, row.sha256) for row in connection.execute(query).all()
        }
    with writing_to(target):
        _write(files, target)


def use(store: Store, vintage: str, set_id: str, *, who: Who) -> None:
    """Choose the set of a vintage; "" goes back to the delivered one. The latest choice counts."""
    require_writable()
    with writing(store) as connection:
        require(connection, who, "install", (EVERYWHERE,))
        _choose(connection, vintage, set_id, who=who)


def _choose(connection: sa.Connection, vintage: str, set_id: str, *, who: Who) -> None:
    entry = {"vintage": vintage, "set_id": set_id, "at": now(), "who": who.name}
    number = next_id(connection, BOUNDARY_CHOICE)
    connection.execute(BOUNDARY_CHOICE.insert().values(id=number, **entry))
    log(connection, "use", vintage, who=who, detail={"set": set_id})


def in_use(store: Store) -> Mapping[str, str]:
    """Return the set chosen for each vintage, where one was chosen."""
    query = sa.select(BOUNDARY_CHOICE).order_by(BOUNDARY_CHOICE.c.id)
    with reading(store) as connection:
        # A choice is never taken back: the last of each vintage stands, "" for the delivered set.
        latest = {row.vintage: row.set_id for row in connection.execute(query)}
    return {vintage: set_id for vintage, set_id in latest.items() if set_id}


def _has(connection: sa.Connection, set_id: str) -> bool:
    query = sa.select(BOUNDARY_SET.c.id).where(BOUNDARY_SET.c.id == set_id)
    return connection.scalar(query) is not None


def _write(files: Mapping[str, bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=scratch_prefix(), dir=target.parent))
    try:
        for name, content in files.items():
            (work / Path(name).name).write_bytes(content)  # a name never leads out of the folder
        work.chmod(0o755)  # private until it is complete
        work.rename(target)
    except OSError:
        if not target.is_dir():  # another process may have written the same set meanwhile
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
