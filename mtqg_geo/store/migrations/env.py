"""How Alembic runs the migrations: on the connection and in the transaction it is given."""

from alembic import context

from mtqg_geo.store.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # also in SQLite, where our connections begin transactions themselves
)
with context.begin_transaction():
    context.run_migrations()
