"""Files kept in the store by their content: the same bytes are there once, and never change."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, select

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.engine import Store
from mtqg_geo.store.schema import BLOB
from mtqg_geo.store.transactions import reading


def put(connection: Connection, data: bytes, *, media: str) -> str:
    """Keep a file within a writing transaction and return its SHA-256, by which `get` finds it."""
    sha256 = hashlib.sha256(data).hexdigest()
    if connection.scalar(select(BLOB.c.sha256).where(BLOB.c.sha256 == sha256)) is None:
        connection.execute(
            BLOB.insert().values(sha256=sha256, media=media, bytes=len(data), data=data)
        )
    return sha256


def get(store: Store, sha256: str) -> bytes:
    """Return a kept file.

    Raises
    ------
    StoreError
        `no_blob` if there is none.
    """
    with reading(store) as connection:
        data = connection.scalar(select(BLOB.c.data).where(BLOB.c.sha256 == sha256))
    if data is None:
        raise coded(StoreError, "no_blob", sha256=sha256)
    return bytes(data)
