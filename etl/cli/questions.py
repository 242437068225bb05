"""`etl sql` and `etl status`: what the warehouse answers."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli.app import app, migrated
from etl.cli.printing import Format, print_csv, print_json, print_rows, print_table
from etl.settings import Settings

if TYPE_CHECKING:
    from etl.warehouse.query import Answer


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT on the views of mart.")],
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="How to print the rows. csv and json are raw, for machines: a spreadsheet that opens csv takes a text"
            " that begins with = for a formula. xlsx is for people: cells have types, and text stays text.",
        ),
    ] = Format.TABLE,
    output: Annotated[Path | None, typer.Option(help="Write into this file.", dir_okay=False)] = None,
) -> None:
    """Run one read-only query as the BI role, which sees what a BI tool would see."""
    from etl.warehouse.query import ask_as_bi

    if form is Format.XLSX and output is None and sys.stdout.isatty():
        raise typer.BadParameter("a terminal shows no xlsx; name a file with --output")
    settings = Settings()
    migrated(settings)
    answer = ask_as_bi(settings, query)
    if form is Format.XLSX:
        _print_workbook(answer, output)
        return
    with ExitStack() as stack:
        if output:
            file = stack.enter_context(output.open("w", encoding="utf-8", newline=""))
            stack.enter_context(redirect_stdout(file))
        _print(answer, form)


def _print(answer: "Answer", form: Format) -> None:
    columns, rows = answer
    if form is Format.CSV:
        print_csv(columns, rows)
    elif form is Format.JSON:
        names = _told_apart(columns)
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(None, columns, rows)


def _told_apart(columns: Sequence[str]) -> list[str]:
    """Return names that are all different, for an object has one value a name: of equal ones the later are numbered."""
    names: list[str] = []
    for column in columns:
        numbered = (f"{column}_{number}" for number in count(2) if f"{column}_{number}" not in columns)
        names.append(column if column not in names else next(name for name in numbered if name not in names))
    return names


def _print_workbook(answer: "Answer", output: Path | None) -> None:
    """Write a workbook, whole or not at all."""
    from etl.cli.spreadsheet import write_workbook

    with TemporaryDirectory(dir=output and output.absolute().parent) as folder:
        part = Path(folder) / "answer.xlsx"
        write_workbook(part, *answer)
        if output:
            part.replace(output)
        else:
            sys.stdout.buffer.write(part.read_bytes())


@app.command()
def status() -> None:
    """Show how fresh the warehouse is, what the last loads did, and what is held back."""
    from etl.warehouse.query import ask

    engine = migrated(Settings())
    for title, question in (("Freshness", "freshness"), ("Last loads", "last_loads"), ("Held back", "held_by_reason")):
        print_rows(title, ask(engine, question))
