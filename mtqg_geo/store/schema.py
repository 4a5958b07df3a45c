"""The tables of the store, the same in SQLite and PostgreSQL. Migrations build them.

Rows are never changed: a table of programme data holds every version of a row, each with the batch
it came in. Ids are given under the one write lock, so they follow the order of the commits.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from mtqg_geo.programme.tables import (
    BATCH_ID,
    BYTES,
    KINDS,
    NUMBERS,
    SHEET,
    WHOLE_NUMBERS,
    DataTable,
)
from mtqg_geo.programme.tables import ROW as ROW_NUMBER

HEAD = "0001"  # the newest migration: the version of this schema
VERSION_TABLE = "mtqg_version"
# Compared byte by byte on both databases: same order, and ranges of periods use the index.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()


def _column_type(name: str) -> TypeEngine[Any]:
    """Return the type of a column of programme data."""
    if name in NUMBERS:
        return Double()
    if name in WHOLE_NUMBERS:
        return Integer()
    return LargeBinary() if name in BYTES else TEXT


def data_columns(names: tuple[str, ...]) -> list[Column[Any]]:
    """Return columns of programme data; only numbers and shapes may be missing."""
    required = {BATCH_ID, ROW_NUMBER}
    return [
        Column(
            name,
            _column_type(name),
            nullable=name in (NUMBERS | WHOLE_NUMBERS | BYTES) - required,
            autoincrement=False,
        )
        for name in names
    ]


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, TEXT, nullable=False) for name in names]


def _fact_table(kind: DataTable) -> Table:
    # No foreign key to batch: checking a million rows costs PostgreSQL seconds, and batches are
    # never deleted.
    return Table(
        kind.name,
        metadata,
        *data_columns((*kind.key, BATCH_ID, *kind.values, SHEET, ROW_NUMBER)),
        PrimaryKeyConstraint(*kind.key, BATCH_ID),
        sqlite_with_rowid=False,  # the rows lie in the order of their key
    )


FACTS = {name: _fact_table(kind) for name, kind in KINDS.items()}

META = Table(
    "meta",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("value", TEXT, nullable=False),
)
BLOB = Table(
    "blob",
    metadata,
    Column("sha256", TEXT, primary_key=True),
    Column("media", TEXT, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
BATCH = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    *_texts("file_name"),
    Column("file_sha256", TEXT, ForeignKey("blob.sha256"), nullable=False),
    *_texts("who", "at"),
    Column("illustrative", Boolean, nullable=False),
    Column("counts", JSON, nullable=False),
    *_texts("undone_at", "undone_by"),
)
BOUNDARY_SET = Table(
    "boundary_set",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", TEXT, nullable=False, unique=True),
    Column("meta", JSON, nullable=False),
    *_texts("at", "who"),
)
BOUNDARY_FILE = Table(
    "boundary_file",
    metadata,
    Column("set_id", TEXT, ForeignKey("boundary_set.id"), primary_key=True),
    Column("name", TEXT, primary_key=True),
    Column("sha256", TEXT, ForeignKey("blob.sha256"), nullable=False),
)
BOUNDARY_CHOICE = Table(
    "boundary_choice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    *_texts("vintage", "set_id", "at", "who"),
)
AUDIT_LOG = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    *_texts("at", "who", "action", "subject"),
    Column("detail", JSON, nullable=False),
)
# What no statement may change or delete, whoever sends it (triggers of the migrations).
INSERT_ONLY = (AUDIT_LOG.name, BLOB.name, BOUNDARY_CHOICE.name)
