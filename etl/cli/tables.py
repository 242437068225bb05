"""`etl tables`: the open tables, made anew."""

from etl.cli.app import app, migrated
from etl.settings import Settings


@app.command()
def tables() -> None:
    """Write the marts as open tables on to storage, Parquet and CSV, and print the address of their description.

    A run does so by itself when it publishes, unless ETL_OPEN_TABLES is 0.
    """
    from etl import pipeline

    settings = Settings()
    migrated(settings)
    print(pipeline.open_tables(settings, anew=True).as_uri())
