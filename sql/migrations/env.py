"""Alembic's entry: migrations run on the connection handed in by `etl.warehouse.schema`, against the one definition."""

from alembic import context

from etl.warehouse.model import metadata
from etl.warehouse.schema import SCHEMAS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_schemas=True,
    include_name=lambda name, kind, parents: kind != "schema" or name in SCHEMAS,
    version_table_schema="ops",
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
