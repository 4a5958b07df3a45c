"""In which browser somebody signed in; who is released from an identity of the office's provider.

Whoever signed in before did so in a browser that nobody noted: "".
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NAMES = ("issuer", "subject", "at", "released_at", "released_by")
HELD = sa.text("released_at = ''")
# What an update leaves as it is: an end and a release are marked once.
MARKING = {
    "identity": "OLD.released_at = '' AND NEW.released_at <> '' AND "
    "(OLD.issuer, OLD.subject, OLD.person, OLD.at) = (NEW.issuer, NEW.subject, NEW.person, NEW.at)",
    "session": "(OLD.id, OLD.person, OLD.at, OLD.until, OLD.browser) = "
    "(NEW.id, NEW.person, NEW.at, NEW.until, NEW.browser) AND "
    "(OLD.ended_at = '' OR OLD.ended_at = NEW.ended_at) AND "
    "(OLD.seen_at, OLD.ended_at) <> (NEW.seen_at, NEW.ended_at)",
}
# The same identity may come again once it was released, and not before.
THERE = "issuer = NEW.issuer AND subject = NEW.subject AND (at = NEW.at OR released_at = '')"


def upgrade() -> None:
    """Add a column to the sessions, and write the identities anew, with marks and triggers."""
    is_server = op.get_bind().dialect.name == "postgresql"
    op.add_column("session", sa.Column("browser", TEXT, nullable=False, server_default=""))
    if is_server:  # SQLite cannot, and fills in none later
        op.alter_column("session", "browser", server_default=None)
    op.execute("CREATE TABLE identity_before AS SELECT issuer, subject, person, at FROM identity")
    op.drop_table("identity")
    op.create_table(
        "identity",
        *(sa.Column(name, TEXT, nullable=False) for name in NAMES),
        sa.Column("person", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("issuer", "subject", "at"),
        sa.ForeignKeyConstraint(["person"], ["person.id"]),
    )
    op.execute(
        "INSERT INTO identity (issuer, subject, person, at, released_at, released_by) "
        "SELECT issuer, subject, person, at, '', '' FROM identity_before"
    )
    op.drop_table("identity_before")
    op.create_index(
        "identity_held",
        "identity",
        ["issuer", "subject"],
        unique=True,
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
    (_in_postgresql if is_server else _in_sqlite)()


def _in_sqlite() -> None:
    op.execute("DROP TRIGGER session_no_update")
    for table, marking in MARKING.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({marking}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        )
    says = "BEGIN SELECT RAISE(ABORT, 'identity is insert-only'); END"
    op.execute(f"CREATE TRIGGER identity_no_delete BEFORE DELETE ON identity {says}")
    op.execute(
        "CREATE TRIGGER identity_no_replace BEFORE INSERT ON identity "
        f"WHEN EXISTS (SELECT 1 FROM identity WHERE {THERE}) {says}"
    )


def _in_postgresql() -> None:
    says = "EXECUTE FUNCTION mtqg_insert_only()"  # of the first migration
    op.execute("DROP TRIGGER session_only_marked ON session")
    for table, marking in MARKING.items():
        op.execute(
            f"CREATE TRIGGER {table}_only_marked BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN (NOT ({marking})) {says}"
        )
    op.execute(
        "CREATE TRIGGER identity_insert_only BEFORE DELETE OR TRUNCATE ON identity "
        f"FOR EACH STATEMENT {says}"
    )
