"""Warehouses as a release before this one installed them."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from etl.settings import Settings
from etl.warehouse import open_engine, schema, server


def installed_at(revision: str, server_home: Path, *scripts: str) -> Settings:
    """Return a warehouse of its own at a revision of the schema, after these scripts of SQL."""
    url = server.database_url(Settings(etl_home=server_home), f"installed_{revision}_{os.getpid()}")
    settings = Settings(etl_home=server_home, warehouse_url=url)
    with open_engine(settings).begin() as connection:
        for name in (*schema.SCHEMAS, "mart"):
            connection.execute(text(f"CREATE SCHEMA {name}"))
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(schema.SQL / "migrations"))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, revision)
        for script in scripts:
            connection.connection.driver_connection.execute(script.encode())
    return settings
