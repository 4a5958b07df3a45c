"""What a site or road costs, and when its building began and ended.

Works of before say nothing of it: no cost, and "" for both dates.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DATES = ("started_on", "completed_on")


def upgrade() -> None:
    """Add the columns behind those there are; no row is written anew."""
    for table in ("sites", "roads"):
        op.add_column(table, sa.Column("cost_vnd", sa.Double))
        for name in DATES:
            op.add_column(table, sa.Column(name, TEXT, nullable=False, server_default=""))
            if op.get_bind().dialect.name == "postgresql":  # SQLite cannot, and fills in none later
                op.alter_column(table, name, server_default=None)
