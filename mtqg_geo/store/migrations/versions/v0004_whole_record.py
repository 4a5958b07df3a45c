"""Figures, batches and boundary sets only grow too; of a batch, undoing alone may be marked, once.

No trigger looks at each figure that is inserted, which would slow an import by a tenth: INSERT OR
REPLACE of a figure is refused by connections with `recursive_triggers`, as all of ours are.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

FACTS = ("observations", "sites", "roads", "region", "lineage")
# Small tables, each with what must not come a second time.
KEPT = {
    "batch": ("id = NEW.id",),
    "boundary_set": ("number = NEW.number", "id = NEW.id"),
    "boundary_file": ("set_id = NEW.set_id AND name = NEW.name",),
}
FIXED = (  # PostgreSQL does not compare JSON
    "{0}.id, {0}.file_name, {0}.file_sha256, {0}.who, {0}.at, {0}.illustrative, "
    "CAST({0}.counts AS TEXT)"
)
# Of an update of a batch: it is the mark that the batch was undone.
IS_UNDOING = (
    "OLD.undone_at = '' AND NEW.undone_at <> '' "
    f"AND ({FIXED.format('OLD')}) = ({FIXED.format('NEW')})"
)


def upgrade() -> None:
    """Forbid changes of every table that is not insert-only yet."""
    forbid = _in_postgresql if op.get_bind().dialect.name == "postgresql" else _in_sqlite
    for table in (*FACTS, *KEPT):
        forbid(table)


def _in_sqlite(table: str) -> None:
    says = f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
    unless = f"WHEN NOT ({IS_UNDOING}) " if table == "batch" else ""
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {unless}{says}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {says}")
    if table in KEPT:
        there = " OR ".join(f"({each})" for each in KEPT[table])
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {there}) {says}"
        )


def _in_postgresql(table: str) -> None:
    says = "EXECUTE FUNCTION mtqg_insert_only()"  # of the first migration
    events = "DELETE OR TRUNCATE" if table == "batch" else "UPDATE OR DELETE OR TRUNCATE"
    op.execute(
        f"CREATE TRIGGER {table}_insert_only BEFORE {events} ON {table} FOR EACH STATEMENT {says}"
    )
    if table == "batch":
        op.execute(
            "CREATE TRIGGER batch_only_undone BEFORE UPDATE ON batch FOR EACH ROW "
            f"WHEN (NOT ({IS_UNDOING})) {says}"
        )
