"""Whether all that was ever stored is still there, as it was stored.

A database does not notice a file that was altered beneath it, rows that somebody took out with the
triggers switched off, or a copy that was cut short. What was stored can be told from what was said
of it then: a kept file by its name, which is the checksum of its content; the rows of a batch by
their counts; the lines of the log, of batches and of choices by their numbers, which have no gaps.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.tables import BATCH_ID, KINDS
from mtqg_geo.programme.words import coded
from mtqg_geo.store.insert_only import REPLACED, read_file, require_chained
from mtqg_geo.store.schema import (
    AUDIT_LOG,
    BATCH,
    BLOB,
    BOUNDARY_CHOICE,
    BOUNDARY_FILE,
    BOUNDARY_SET,
    FACTS,
    GRANT,
    INSERT_ONLY,
    MARKS,
    PASSPHRASE,
    PERSON,
    TOKEN,
)
from mtqg_geo.store.transactions import Store, reading

STORED = ("new", "changed", "unchanged")  # the counts of a batch whose rows were stored
GRANTING = ("grant", "revoke")
NUMBERED = (AUDIT_LOG.c.id, BATCH.c.id, BOUNDARY_CHOICE.c.id, BOUNDARY_SET.c.number,
            *(table.c.id for table in (PERSON, PASSPHRASE, GRANT, TOKEN)))  # fmt: skip
LINKED = ((BATCH.c.file_sha256, BLOB.c.sha256), (BOUNDARY_FILE.c.sha256, BLOB.c.sha256),
          (BOUNDARY_FILE.c.set_id, BOUNDARY_SET.c.id))  # fmt: skip


@dataclass(frozen=True)
class StoreContents:
    """How much a store holds; `last_at` is when it was last changed, "" for never."""

    batches: int
    rows: int
    files: int
    sets: int
    entries: int
    last_at: str


def store_contents(store: Store) -> StoreContents:
    """Count what a store holds, in one state of it."""
    with reading(store) as connection:

        def count(table: sa.Table) -> int:
            return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0

        return StoreContents(
            batches=count(BATCH),
            rows=sum(map(count, FACTS.values())),
            files=count(BLOB),
            sets=count(BOUNDARY_SET),
            entries=count(AUDIT_LOG),
            last_at=connection.scalar(sa.select(sa.func.max(AUDIT_LOG.c.at))) or "",
        )


def store_damages(store: Store) -> Iterator[StoreError]:
    """Yield a sentence for each kind of damage there is; none where everything is as it was.

    What the database itself cannot read is one of them, and the search goes on behind it.
    """
    said = set()
    for part in (_database, _triggers, _links, _numbers, _log, _grants, _chained, _rows, _files):
        try:
            with reading(store) as connection:
                yield from part(connection, store.place)
        except StoreError as error:
            if error.code not in said:
                yield error
            said.add(error.code)


def _database(connection: sa.Connection, place: str) -> Iterator[StoreError]:
    """Let SQLite look at every page and index; PostgreSQL reads its pages when they are counted."""
    if connection.dialect.name == "postgresql":
        return
    found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    if found != ["ok"]:
        example = found[0].splitlines()[-1]
        yield coded(StoreError, "damage_database", place=place, count=len(found), example=example)


def _triggers(connection: sa.Connection, place: str) -> Iterator[StoreError]:
    """Look whether the triggers are there, and switched on, that keep the record as it is."""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        wanted = {f"{table}_insert_only" for table in INSERT_ONLY}
        marked = {f"{table}_only_marked" for table in MARKS if table != BATCH.name}
        wanted |= marked | {"batch_only_undone"}
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        wanted = {f"{table}_no_{event}" for table in INSERT_ONLY for event in ("update", "delete")}
    absent = sorted(wanted - set(connection.scalars(sa.text(query))))
    if absent:
        yield coded(
            StoreError, "damage_triggers", place=place, count=len(absent), example=absent[0]
        )


def _links(connection: sa.Connection, place: str) -> Iterator[StoreError]:
    """Look for files and sets that something refers to and that are not there."""
    for column, referred in LINKED:
        query = sa.select(column).where(column.not_in(sa.select(referred))).distinct()
        if absent := connection.scalars(query.order_by(column)).all():
            values = {"table": referred.table.name, "count": len(absent), "example": absent[0]}
            yield coded(StoreError, "damage_link", place=place, **values)


def _numbers(connection: sa.Connection, place: str) -> Iterator[StoreError]:
    """Look for numbers that were given and are gone."""
    for column in NUMBERED:
        count, last = connection.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(column), 0))
        ).one()
        if count != last:
            values = {"table": column.table.name, "count": last - count, "total": last}
            yield coded(StoreError, "damage_gap", place=place, **values)


def _log(connection: sa.Connection, place: str) -> Iterator[StoreError]:
    """Compare batches, and which of them are undone, with what the log says was done."""
    done: dict[str, Counter[str]] = {"import": Counter(), "undo": Counter()}
    for row in connection.execute(sa.select(AUDIT_LOG).where(AUDIT_LOG.c.action.in_(done))):
        if REPLACED not in row.detail:
            done[row.action][row.subject] += 1
    batches = connection.execute(sa.select(BATCH.c.id, BATCH.c.undone_at)).all()
    there = {
        "import": Counter(str(row.id) for row in batches),
        "undo": Counter(str(row.id) for row in batches if row.undone_at),
    }
    wrong = sorted(
        {
            number
            for action in done
            for number in (done[action] - there[action]) | (there[action] - done[action])
        }
    )
    if wrong:
        yield coded(StoreError, "damage_log", place=place, count=len(wrong), example=wrong[0])


def _grants(connection: sa.Connection, place: str) -> Iterator[StoreError]:
    """Compare what is granted, and which of it was revoked, with what the log says was done."""
    said: dict[int, dict[str, object]] = {}
    for row in connection.execute(sa.select(AUDIT_LOG).where(AUDIT_LOG.c.action.in_(GRANTING))):
        if REPLACED not in row.detail:
            given = said.setdefault(row.detail["grant"], {})
            given |= row.detail if row.action == "grant" else {"revoked": True}
    columns = ("verb", "communes", "valid_from", "valid_to")
    logged = {
        number: [*map(given.get, columns), "revoked" in given] for number, given in said.items()
    }
    there = {
        row["id"]: [*(row[name] for name in columns), row["revoked_at"] != ""]
        for row in connection.execute(sa.select(GRANT)).mappings()
    }
    wrong = [each for each in {**logged, **there} if logged.get(each) != there.get(each)]
    if wrong:
        yield coded(
            StoreError, "damage_grants", place=place, count=len(wrong), example=str(min(wrong))
        )


def _chained(connection: sa.Connection, _place: str) -> Iterator[StoreError]:
    """Look whether a line of the log is another than was written, or gone, or put in."""
    require_chained(connection)
    yield from ()


def _rows(connection: sa.Connection, place: str) -> Iterator[StoreError]:
    """Compare the rows of each batch with how many were counted when it came."""
    expected = {
        row.id: {
            kind: sum(each.get(name, 0) for name in STORED) for kind, each in row.counts.items()
        }
        for row in connection.execute(sa.select(BATCH.c.id, BATCH.c.counts))
    }
    for kind in KINDS:
        batch = FACTS[kind].c[BATCH_ID]
        query = sa.select(batch, sa.func.count()).group_by(batch)
        found = dict(map(tuple, connection.execute(query).all()))
        counted = {number: counts.get(kind, 0) for number, counts in expected.items()}
        wrong = [
            number
            for number in sorted({*found, *counted})
            if found.get(number, 0) != counted.get(number, 0)
        ]
        if wrong:
            first = wrong[0]
            values = {
                "found": found.get(first, 0),
                "total": counted.get(first, 0),
                "batch": str(first),
            }
            yield coded(
                StoreError, "damage_rows", place=place, kind=kind, count=len(wrong), **values
            )


def _files(connection: sa.Connection, place: str) -> Iterator[StoreError]:
    """Compare each kept file with its checksum, and say what the damaged ones were kept for."""
    damaged = []
    for sha256 in connection.scalars(sa.select(BLOB.c.sha256).order_by(BLOB.c.sha256)).all():
        try:
            read_file(connection, sha256)
        except StoreError as error:
            if error.code != "file_damaged":
                raise
            damaged.append(sha256)
    if damaged:
        names = [
            *connection.scalars(sa.select(BATCH.c.file_name).where(BATCH.c.file_sha256.in_(damaged))),
            *connection.scalars(
                sa.select(BOUNDARY_FILE.c.set_id + "/" + BOUNDARY_FILE.c.name)
                .where(BOUNDARY_FILE.c.sha256.in_(damaged))
            ),
        ]  # fmt: skip
        values = {"count": len(damaged), "example": (names or damaged)[0]}
        yield coded(StoreError, "damage_file", place=place, **values)
