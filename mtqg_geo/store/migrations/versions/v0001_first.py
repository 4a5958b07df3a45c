"""The first schema.

Written out in full, not taken from `schema.py`: it stays what it was when that one changes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSERT_ONLY = ("audit_log", "blob", "boundary_choice")


def upgrade() -> None:
    """Create every table, and the triggers that keep logs and files as they are."""
    _create_common()
    _fact("observations", ["indicator", "period", "commune_code", "project", "basis"],
          [_number("value"), _text("source")])  # fmt: skip
    _fact("sites", ["id"],
          [*map(_text, ("name", "facility", "project", "commune_code", "district_code")),
           _number("lon"), _number("lat"), _text("location"), _text("status"), _year(),
           _text("source")])  # fmt: skip
    _fact("roads", ["id"],
          [_text("name"), _text("project"), _year(), *map(_text, ("status", "surface",
           "road_class")), _number("reported_km"), _text("source"),
           sa.Column("geometry", sa.LargeBinary)])  # fmt: skip
    _fact("region", ["commune_code", "valid_from"],
          [*map(_text, ("region", "valid_to", "decision", "source"))])  # fmt: skip
    _fact("lineage", ["from_code", "to_code", "day"],
          [_text("change"), _number("share"), *map(_text, ("share_basis", "resolution",
           "confidence", "source"))])  # fmt: skip
    for table in INSERT_ONLY:
        _forbid_changes(table)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)


def _number(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double)


def _year() -> sa.Column[int]:
    return sa.Column("year", sa.Integer)


def _fact(name: str, key: list[str], values: list[sa.Column[Any]]) -> None:
    op.create_table(
        name,
        *map(_text, key),
        _whole("batch_id"),
        *values,
        _text("sheet"),
        _whole("row"),
        sa.PrimaryKeyConstraint(*key, "batch_id"),
        sqlite_with_rowid=False,
    )


def _create_common() -> None:
    op.create_table("meta", _text("name"), _text("value"), sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "blob",
        *map(_text, ("sha256", "media")),
        _whole("bytes"),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "batch",
        _whole("id"),
        *map(_text, ("file_name", "file_sha256", "who", "at")),
        sa.Column("illustrative", sa.Boolean, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        *map(_text, ("undone_at", "undone_by")),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["file_sha256"], ["blob.sha256"]),
    )
    op.create_table(
        "boundary_set",
        _whole("number"),
        _text("id"),
        sa.Column("meta", sa.JSON, nullable=False),
        *map(_text, ("at", "who")),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_table(
        "boundary_file",
        *map(_text, ("set_id", "name", "sha256")),
        sa.PrimaryKeyConstraint("set_id", "name"),
        sa.ForeignKeyConstraint(["set_id"], ["boundary_set.id"]),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"]),
    )
    op.create_table(
        "boundary_choice",
        _whole("id"),
        *map(_text, ("vintage", "set_id", "at", "who")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "audit_log",
        _whole("id"),
        *map(_text, ("at", "who", "action", "subject")),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _forbid_changes(table: str) -> None:
    """Make a table insert-only for every statement, whoever sends it."""
    if op.get_bind().dialect.name == "postgresql":
        _forbid_in_postgresql(table)
        return
    key = "sha256" if table == "blob" else "id"
    says = f"SELECT RAISE(ABORT, '{table} is insert-only')"
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} BEGIN {says}; END"
        )
    # INSERT OR REPLACE would delete the old row without asking the trigger above.
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) BEGIN {says}; END"
    )


def _forbid_in_postgresql(table: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION mtqg_insert_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION mtqg_insert_only()"
    )
