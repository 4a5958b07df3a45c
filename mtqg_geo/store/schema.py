"""The tables of the store, the same in SQLite and PostgreSQL. Migrations build them.

Rows are never changed, and triggers see to it: a table of programme data holds every version of a
row, each with the batch it came in. Ids are given under the one write lock, so they follow the
order of the commits.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from mtqg_geo.programme import tables

HEAD = "0006"  # the newest migration: the version of this schema
VERSION_TABLE = "mtqg_version"
# Compared byte by byte on both databases: same order, and ranges of periods use the index.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

metadata = sa.MetaData()


def _column_type(name: str) -> TypeEngine[Any]:
    """Return the type of a column of programme data."""
    if name in tables.NUMBERS:
        return sa.Double()
    if name in tables.WHOLE_NUMBERS:
        return sa.Integer()
    return sa.LargeBinary() if name in tables.BYTES else TEXT


def data_columns(names: tuple[str, ...]) -> list[sa.Column[Any]]:
    """Return columns of programme data; only numbers and shapes may be missing."""
    required = {tables.BATCH_ID, tables.ROW}
    return [
        sa.Column(
            name,
            _column_type(name),
            nullable=name in (tables.NUMBERS | tables.WHOLE_NUMBERS | tables.BYTES) - required,
            autoincrement=False,
        )
        for name in names
    ]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(name, metadata, *columns)


def _fact_table(kind: tables.DataTable) -> sa.Table:
    # No foreign key to batch: checking a million rows costs PostgreSQL seconds, and batches are
    # never deleted.
    return sa.Table(
        kind.name,
        metadata,
        *data_columns((*kind.key, tables.BATCH_ID, *kind.values, tables.SHEET, tables.ROW)),
        sa.PrimaryKeyConstraint(*kind.key, tables.BATCH_ID),
        sqlite_with_rowid=False,  # the rows lie in the order of their key
    )


FACTS = {name: _fact_table(kind) for name, kind in tables.KINDS.items()}

META = _table("meta", _key("name", TEXT), *_texts("value"))
BLOB = _table(
    "blob",
    _key("sha256", TEXT),
    *_texts("media"),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
BATCH = _table(
    "batch",
    _key("id", sa.Integer),
    *_texts("file_name"),
    sa.Column("file_sha256", TEXT, sa.ForeignKey("blob.sha256"), nullable=False),
    *_texts("who", "at"),
    sa.Column("illustrative", sa.Boolean, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    *_texts("undone_at", "undone_by"),
)
BOUNDARY_SET = _table(
    "boundary_set",
    _key("number", sa.Integer),
    sa.Column("id", TEXT, nullable=False, unique=True),
    sa.Column("meta", sa.JSON, nullable=False),
    *_texts("at", "who"),
)
BOUNDARY_FILE = _table(
    "boundary_file",
    sa.Column("set_id", TEXT, sa.ForeignKey("boundary_set.id"), primary_key=True),
    _key("name", TEXT),
    sa.Column("sha256", TEXT, sa.ForeignKey("blob.sha256"), nullable=False),
)
BOUNDARY_CHOICE = _table(
    "boundary_choice", _key("id", sa.Integer), *_texts("vintage", "set_id", "at", "who")
)
AUDIT_LOG = _table(
    "audit_log",
    _key("id", sa.Integer),
    *_texts("at", "who", "action", "subject"),
    sa.Column("detail", sa.JSON, nullable=False),
)
# Each line's checksum over the former line's and itself: whoever alters one breaks all behind it.
AUDIT_CHAIN = _table("audit_chain", _key("id", sa.Integer), *_texts("sha256"))

PERSON = _table(
    "person",
    _key("id", sa.Integer),
    sa.Column("email", TEXT, nullable=False, unique=True),
    *_texts("name", "at", "by"),
)
PASSPHRASE = _table(
    "passphrase",
    _key("id", sa.Integer),
    sa.Column("person", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
    *_texts("hash", "at", "by"),
)
IDENTITY = _table(  # of a person at the office's identity provider, until they are released from it
    "identity",
    _key("issuer", TEXT),
    _key("subject", TEXT),
    _key("at", TEXT),
    sa.Column("person", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
    *_texts("released_at", "released_by"),
)
GRANT = _table(
    "access_grant",
    _key("id", sa.Integer),
    sa.Column("person", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
    *_texts("verb"),
    sa.Column("communes", sa.JSON, nullable=False),  # codes, or "*" alone
    *_texts("words", "valid_from", "valid_to", "at", "by", "revoked_at", "revoked_by"),
)
SESSION = _table(
    "session",
    _key("id", TEXT),  # the checksum of the cookie, which is kept by the browser alone
    sa.Column("person", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
    *_texts("at", "until", "seen_at", "ended_at", "browser"),
)
TOKEN = _table(
    "token",
    _key("id", sa.Integer),
    sa.Column("person", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("sha256", TEXT, nullable=False),
    *_texts("words"),
    sa.Column("verbs", sa.JSON, nullable=False),
    sa.Column("communes", sa.JSON, nullable=False),
    *_texts("at", "until", "used_at", "revoked_at", "revoked_by"),
)
for _each in (PASSPHRASE, GRANT, SESSION, TOKEN):
    sa.Index(f"{_each.name}_person", _each.c.person)
sa.Index("token_sha256", TOKEN.c.sha256, unique=True)
_held = IDENTITY.c.released_at == ""
sa.Index(
    "identity_held",
    IDENTITY.c.issuer,
    IDENTITY.c.subject,
    unique=True,
    sqlite_where=_held,
    postgresql_where=_held,
)
# What no statement may change or delete, whoever sends it (triggers of the migrations), but for the
# marks named here: once, from "" to what happened; when a session or token was last used, often.
MARKS = {
    BATCH.name: ("undone_at", "undone_by"),
    GRANT.name: ("revoked_at", "revoked_by"),
    IDENTITY.name: ("released_at", "released_by"),
    SESSION.name: ("seen_at", "ended_at"),
    TOKEN.name: ("used_at", "revoked_at", "revoked_by"),
}
INSERT_ONLY = tuple(name for name in metadata.tables if name != META.name)
