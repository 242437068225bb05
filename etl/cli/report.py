"""`etl report`: the city report, made anew."""

from pathlib import Path
from typing import Annotated

import typer

from etl.cli.app import app, migrated
from etl.settings import Settings


@app.command()
def report(
    folder: Annotated[
        Path | None, typer.Argument(help="Write it here instead of where publish does.", file_okay=False)
    ] = None,
    fiscal_year: Annotated[int | None, typer.Option(help="Only the pages of this Buddhist year, such as 2566.")] = None,
) -> None:
    """Make the city report anew from the marts, and print its address: pages that need no server and no network."""
    from etl import pipeline

    settings = Settings()
    migrated(settings)
    years = None if fiscal_year is None else {fiscal_year}
    print(pipeline.city_report(settings, years, folder and folder.absolute()).as_uri())
