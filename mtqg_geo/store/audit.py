"""Who did what and when: a log that can only grow, also for whoever has the database open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from mtqg_geo.store.engine import Store
from mtqg_geo.store.schema import AUDIT_LOG
from mtqg_geo.store.transactions import next_id, now, reading


@dataclass(frozen=True)
class Entry:
    """Something done to the store: `action` is `import`, `undo`, `boundaries`, `use`, `restore`."""

    id: int
    at: str
    who: str
    action: str
    subject: str
    detail: Mapping[str, object]


def record(
    connection: Connection, action: str, subject: str, *, who: str, detail: Mapping[str, object]
) -> None:
    """Add an entry within a writing transaction."""
    entry = Entry(next_id(connection, AUDIT_LOG), now(), who, action, subject, dict(detail))
    connection.execute(AUDIT_LOG.insert().values(**vars(entry)))


def read(store: Store, limit: int = 100) -> tuple[Entry, ...]:
    """Return the latest entries, newest first."""
    query = select(AUDIT_LOG).order_by(AUDIT_LOG.c.id.desc()).limit(limit)
    with reading(store) as connection:
        return tuple(Entry(**row) for row in connection.execute(query).mappings())
