"""The version of a store's schema, and bringing an older one up to date (Alembic)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from mtqg_geo.programme.errors import StoreError
from mtqg_geo.programme.words import coded
from mtqg_geo.store.schema import HEAD, VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"


def revision(connection: Connection) -> str:
    """Return the version of the schema; "" where there are no tables of ours."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return str(connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) or "")


def upgrade(connection: Connection, place: str) -> None:
    """Bring the schema up to date within the transaction of the connection, which writes.

    Raises
    ------
    StoreError
        `store_too_new` if a later version of this program wrote the store.
    """
    found = revision(connection)
    if found == HEAD:
        return
    # Loading Alembic takes as long as opening a store; mostly there is nothing to do.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    known = {each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if found and found not in known:
        raise coded(StoreError, "store_too_new", place=place, found=found, known=HEAD)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
