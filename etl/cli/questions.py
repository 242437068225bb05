"""`etl sql` and `etl status`: what the warehouse answers."""

from typing import Annotated

import typer

from etl.cli.app import app, migrated
from etl.cli.printing import Format, print_csv, print_json, print_rows, print_table
from etl.settings import Settings


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT on the views of mart.")],
    output: Annotated[Format, typer.Option("--format", help="How to print the rows.")] = Format.TABLE,
) -> None:
    """Run one read-only query as the BI role, which sees what a BI tool would see."""
    from etl.warehouse.query import ask_as_bi

    columns, rows = ask_as_bi(migrated(Settings()), query)
    if output is Format.CSV:
        print_csv(columns, rows)
    elif output is Format.JSON:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(None, columns, rows)


@app.command()
def status() -> None:
    """Show how fresh the warehouse is, what the last loads did, and what is held back."""
    from etl.warehouse.query import ask

    engine = migrated(Settings())
    for title, question in (("Freshness", "freshness"), ("Last loads", "last_loads"), ("Held back", "held_by_reason")):
        print_rows(title, ask(engine, question))
