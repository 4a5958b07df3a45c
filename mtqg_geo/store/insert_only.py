"""What can only grow: the log of who did what, and the files by their content.

Triggers of the database refuse to change or delete either, also for whoever has the file open. A
file is compared with its name, which is its content's, whenever it is read.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.chain import FIRST, first_break, link
from mtqg_geo.store.rights import Who, identity
from mtqg_geo.store.schema import AUDIT_CHAIN, AUDIT_LOG, BLOB
from mtqg_geo.store.transactions import Store, next_id, now, reading

CHANGES = ("import", "undo", "boundaries", "use", "restore")  # what readers see another state of
OF_PEOPLE = (
    "person", "passphrase", "grant", "revoke", "sign_out", "sign_out_some", "release", "token",
    "revoke_token",
)  # fmt: skip
ACTIONS = (*CHANGES, *OF_PEOPLE)
REPLACED = "replaced_by"  # in the detail of what was done in a store that a backup then replaced


@dataclass(frozen=True)
class LogEntry:
    """One line of the log: who did what, when (UTC in ISO form), and to what.

    `subject` is the number of a batch, the id of a boundary set, a vintage or the name of a backup;
    `detail` says more. `replaced_by` is the backup that took the place of the store it was done in.
    """

    id: int
    at: str
    who: str
    action: str
    subject: str
    detail: Mapping[str, Any]

    @property
    def replaced_by(self) -> str:
        """The backup that replaced the store in which this was done; "" where none did."""
        return str(self.detail.get(REPLACED, ""))


def log_entries(store: Store) -> tuple[LogEntry, ...]:
    """Return the whole log, the newest first; what was replaced stands where it happened."""
    query = sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.at.desc(), AUDIT_LOG.c.id.desc())
    with reading(store, once=True) as connection:
        return tuple(LogEntry(**row) for row in connection.execute(query).mappings())


def log(
    connection: sa.Connection, action: str, subject: str, *, who: Who, detail: Mapping[str, object]
) -> None:
    """Write down, within a writing transaction, that something was done; `action` of `ACTIONS`."""
    said = {**detail, **identity(connection, who)}
    line = {"at": now(), "who": who.name, "action": action, "subject": subject, "detail": said}
    append(connection, line)


def append(connection: sa.Connection, line: Mapping[str, Any]) -> None:
    """Put a line behind the log, and its link behind the chain, within a writing transaction."""
    number = next_id(connection, AUDIT_LOG)
    # As it will be read: a tuple is written as a list, a number that names something as a text.
    entry = {**line, "id": number, "detail": json.loads(json.dumps(line["detail"]))}
    former = connection.scalar(
        sa.select(AUDIT_CHAIN.c.sha256).where(AUDIT_CHAIN.c.id == number - 1)
    )
    connection.execute(AUDIT_LOG.insert().values(entry))
    connection.execute(AUDIT_CHAIN.insert().values(id=number, sha256=link(former or FIRST, entry)))


def chain(connection: sa.Connection) -> Mapping[int, str]:
    """Return the checksum of each line of the log, by its number, in order."""
    links = connection.execute(sa.select(AUDIT_CHAIN).order_by(AUDIT_CHAIN.c.id))
    return {row.id: row.sha256 for row in links}


def require_chained(connection: sa.Connection) -> None:
    """Refuse a log that is not as it was written.

    Raises
    ------
    StoreError
        `chain_altered`, `chain_removed` or `chain_put_in`, which name the first such line.
    """
    query = sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.id).execution_options(yield_per=1_000)
    with connection.execute(query) as rows:
        found = first_break(map(dict, rows.mappings()), chain(connection))
    if found:
        raise coded(StoreError, f"chain_{found[1]}", id=str(found[0]))


def keep_file(connection: sa.Connection, data: bytes, *, media: str) -> str:
    """Keep a file within a writing transaction and return its SHA-256, by which it is found.

    The same bytes are kept once, however often they come.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if connection.scalar(sa.select(BLOB.c.sha256).where(BLOB.c.sha256 == sha256)) is None:
        connection.execute(
            BLOB.insert().values(sha256=sha256, media=media, bytes=len(data), data=data)
        )
    return sha256


def read_file(connection: sa.Connection, sha256: str) -> bytes:
    """Return a kept file, which is what it was when it was stored.

    Raises
    ------
    StoreError
        `file_damaged` if it is absent or no longer what it was.
    """
    data = connection.scalar(sa.select(BLOB.c.data).where(BLOB.c.sha256 == sha256))
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        raise coded(StoreError, "file_damaged", sha256=sha256)
    return bytes(data)
