"""What tests want to know of a store and the product never asks: the log, a kept file, all rows."""

import hashlib

from sqlalchemy import select, text

from mtqg_geo.programme.tables import BATCH_ID, KINDS
from mtqg_geo.store.frames import chunks
from mtqg_geo.store.live import visible_rows
from mtqg_geo.store.schema import AUDIT_LOG, BLOB, FACTS
from mtqg_geo.store.transactions import reading


def log_of(store):
    """Return the entries of the log, newest first."""
    with reading(store) as connection:
        return connection.execute(select(AUDIT_LOG).order_by(AUDIT_LOG.c.id.desc())).all()


def kept_file(store, sha256):
    """Return a kept file; None if there is none."""
    with reading(store) as connection:
        return connection.scalar(select(BLOB.c.data).where(BLOB.c.sha256 == sha256))


def visible_digest(store):
    """Return the SHA-256 of everything visible: keys, values, and where each row comes from."""
    digest = hashlib.sha256()
    with reading(store) as connection:
        for kind in KINDS:
            digest.update(f"{kind}\n".encode())
            for part in chunks(visible_rows(connection, kind)):
                digest.update("".join(f"{tuple(row)!r}\n" for row in part).encode())
    return digest.hexdigest()


def versions(store, kind, key):
    """Return all that was ever stored for a key, newest first, also what is undone."""
    table = FACTS[kind]
    query = select(table).where(*(table.c[name] == value for name, value in key.items()))
    with reading(store) as connection:
        return connection.execute(query.order_by(table.c[BATCH_ID].desc())).all()


def alter(connection, statement, **values):
    """Do what the triggers forbid, as a defect of the disk would: without a word to anybody."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement), values)
        return
    triggers = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    )
    kept = triggers.all()
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for name, _ in kept:
        connection.execute(text(f"DROP TRIGGER {name}"))
    connection.execute(text(statement), values)
    for _, sql in kept:
        connection.exec_driver_sql(sql)
