"""People, their rights, sessions and tokens; the chain of the log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mtqg_geo.store.chain import FIRST, link

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LINE = sa.table(
    "audit_log",
    *(sa.column(name) for name in ("id", "at", "who", "action", "subject")),
    sa.column("detail", sa.JSON),
)
# Each table with what must not come a second time, and what of it may be marked: once, or again.
KEPT = {
    "audit_chain": ("id = NEW.id",),
    "person": ("id = NEW.id", "email = NEW.email"),
    "passphrase": ("id = NEW.id",),
    "identity": ("issuer = NEW.issuer AND subject = NEW.subject",),
    "access_grant": ("id = NEW.id",),
    "session": ("id = NEW.id",),
    "token": ("id = NEW.id", "sha256 = NEW.sha256"),
}
FIXED = {  # PostgreSQL does not compare JSON
    "access_grant": "{0}.id, {0}.person, {0}.verb, CAST({0}.communes AS TEXT), {0}.words, "
    "{0}.valid_from, {0}.valid_to, {0}.at, {0}.by",
    "session": "{0}.id, {0}.person, {0}.at, {0}.until",
    "token": "{0}.id, {0}.person, {0}.sha256, {0}.words, CAST({0}.verbs AS TEXT), "
    "CAST({0}.communes AS TEXT), {0}.at, {0}.until",
}
ONCE = {
    "access_grant": ("revoked_at", "revoked_by"),
    "session": ("ended_at",),
    "token": ("revoked_at", "revoked_by"),
}
MARKS = {
    **ONCE,
    "session": ("seen_at", "ended_at"),
    "token": ("used_at", "revoked_at", "revoked_by"),
}


def upgrade() -> None:
    """Create the tables and their triggers, and chain the lines that the log has already."""
    _create()
    forbid = _in_postgresql if op.get_bind().dialect.name == "postgresql" else _in_sqlite
    for table in KEPT:
        forbid(table)
    _chain()


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False)


def _of_person(name: str, key: list[sa.Column[Any]], *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        *key,
        _whole("person"),
        *columns,
        sa.PrimaryKeyConstraint(*(each.name for each in key)),
        sa.ForeignKeyConstraint(["person"], ["person.id"]),
    )


def _create() -> None:
    op.create_table("audit_chain", _whole("id"), *_texts("sha256"), sa.PrimaryKeyConstraint("id"))
    op.create_table(
        "person",
        _whole("id"),
        *_texts("email", "name", "at", "by"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    _of_person("passphrase", [_whole("id")], *_texts("hash", "at", "by"))
    _of_person("identity", _texts("issuer", "subject"), *_texts("at"))
    _of_person(
        "access_grant",
        [_whole("id")],
        *_texts("verb"),
        _json("communes"),
        *_texts("words", "valid_from", "valid_to", "at", "by", "revoked_at", "revoked_by"),
    )
    _of_person("session", _texts("id"), *_texts("at", "until", "seen_at", "ended_at"))
    _of_person(
        "token",
        [_whole("id")],
        *_texts("sha256", "words"),
        _json("verbs"),
        _json("communes"),
        *_texts("at", "until", "used_at", "revoked_at", "revoked_by"),
    )
    op.create_index("token_sha256", "token", ["sha256"], unique=True)
    for table in ("passphrase", "access_grant", "session", "token"):
        op.create_index(f"{table}_person", table, ["person"])


def _allowed(table: str) -> str:
    """Return what an update of a table leaves as it is; marks are set once."""
    once = [f"(OLD.{name} = '' OR OLD.{name} = NEW.{name})" for name in ONCE[table]]
    fixed = f"({FIXED[table].format('OLD')}) = ({FIXED[table].format('NEW')})"
    rows = (", ".join(f"{row}.{name}" for name in MARKS[table]) for row in ("OLD", "NEW"))
    return " AND ".join([fixed, *once, "({}) <> ({})".format(*rows)])


def _in_sqlite(table: str) -> None:
    says = f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
    unless = f"WHEN NOT ({_allowed(table)}) " if table in FIXED else ""
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {unless}{says}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {says}")
    there = " OR ".join(f"({each})" for each in KEPT[table])
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {there}) {says}"
    )


def _in_postgresql(table: str) -> None:
    says = "EXECUTE FUNCTION mtqg_insert_only()"  # of the first migration
    events = "DELETE OR TRUNCATE" if table in FIXED else "UPDATE OR DELETE OR TRUNCATE"
    op.execute(
        f"CREATE TRIGGER {table}_insert_only BEFORE {events} ON {table} FOR EACH STATEMENT {says}"
    )
    if table in FIXED:
        op.execute(
            f"CREATE TRIGGER {table}_only_marked BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN (NOT ({_allowed(table)})) {says}"
        )


def _chain() -> None:
    connection, former, links = op.get_bind(), FIRST, []
    for row in connection.execute(sa.select(LINE).order_by(LINE.c.id)).mappings():
        former = link(former, dict(row))
        links.append({"id": row["id"], "sha256": former})
    if links:
        chain = sa.table("audit_chain", sa.column("id"), sa.column("sha256"))
        connection.execute(chain.insert(), links)
