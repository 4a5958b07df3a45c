"""Where money comes from and which kind it is, as part of what identifies a figure.

Figures of before are not split: both columns are "".
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = ("indicator", "period", "commune_code", "project", "basis")
SPLIT = ("capital_source", "capital_kind")
OTHERS = ("batch_id", "value", "source", "sheet", "row")


def upgrade() -> None:
    """Add the two columns to the observations and to their key."""
    if op.get_bind().dialect.name == "postgresql":
        _alter_in_place()
    else:
        _copy_over()


def _alter_in_place() -> None:
    for name in SPLIT:
        op.add_column("observations", sa.Column(name, TEXT, nullable=False, server_default=""))
        op.alter_column("observations", name, server_default=None)
    op.drop_constraint("observations_pkey", "observations", type_="primary")
    op.create_primary_key("observations_pkey", "observations", [*KEY, *SPLIT, "batch_id"])


def _copy_over() -> None:
    """Write the table anew: the rows of SQLite lie in the order of their key, which changes."""
    op.rename_table("observations", "observations_before")
    op.create_table(
        "observations",
        *(sa.Column(name, TEXT, nullable=False) for name in (*KEY, *SPLIT)),
        sa.Column("batch_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("value", sa.Double),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("sheet", TEXT, nullable=False),
        sa.Column("row", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint(*KEY, *SPLIT, "batch_id"),
        sqlite_with_rowid=False,
    )
    kept = ", ".join((*KEY, *OTHERS))
    op.execute(
        f"INSERT INTO observations ({kept}, {', '.join(SPLIT)}) "
        f"SELECT {kept}, '', '' FROM observations_before"
    )
    op.drop_table("observations_before")
