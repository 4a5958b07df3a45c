"""What can only grow: the log of who did what, and the files by their content.

Triggers of the database refuse to change or delete either, also for whoever has the file open.
"""

import hashlib
from collections.abc import Mapping

import sqlalchemy as sa

from mtqg_geo.store.schema import AUDIT_LOG, BLOB
from mtqg_geo.store.transactions import next_id, now


def log(
    connection: sa.Connection, action: str, subject: str, *, who: str, detail: Mapping[str, object]
) -> None:
    """Write down, within a writing transaction, that something was done.

    `action` is `import`, `undo`, `boundaries`, `use` or `restore`.
    """
    entry = {"at": now(), "who": who, "action": action, "subject": subject, "detail": dict(detail)}
    connection.execute(AUDIT_LOG.insert().values(id=next_id(connection, AUDIT_LOG), **entry))


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
