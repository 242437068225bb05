"""How commands print what is more than a word: tables, CSV, JSON lines, progress, and what is held back."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec
import typer
from rich.console import Console

from etl.terminal import visible, visible_json, visible_lines

if TYPE_CHECKING:
    from rich.progress import Progress

HELD_BACK = 3
_ENDLESS = 100_000

Step = Callable[[str], "Bar"]

say = Console(stderr=True)


class Format(StrEnum):
    """How `etl sql` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


class Bar:
    """The progress of one step: called for each item that is done."""

    def __init__(self, bars: "Progress", name: str, total: int | None) -> None:
        self._bars, self._task = bars, bars.add_task(name, total=total)

    def __call__(self) -> None:
        """Note that an item is done."""
        self._bars.advance(self._task)

    def one_of(self, total: int) -> None:
        """Note that one of so many items is done."""
        self._bars.update(self._task, total=total, advance=1)


@contextmanager
def progress() -> Iterator[Step]:
    """Show progress on a terminal: yield a function that begins a named step and returns its bar."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=say, disable=not say.is_terminal) as bars:
        done = 0

        def step(name: str) -> Bar:
            nonlocal done
            for task in bars.tasks:
                done = int(task.completed) or done
                bars.update(task.id, total=task.completed or 1, completed=task.completed or 1)
            # As many documents are judged as were parsed; how many those are, no step before knows.
            return Bar(bars, name, done if name == "validate" else None)

        yield step
        for task in bars.tasks:
            bars.update(task.id, total=task.completed or 1, completed=task.completed or 1)


def held_line(uri: str, record: str, reason: str, line: int | None, more: int = 0) -> str:
    """Return the line that names a document or record that is held back, and how many more records are with it."""
    where = f"{uri}, line {line}" if line else uri
    with_it = f", and {more} more with it" if more else ""
    return visible(f"held back: {record}{with_it}: {reason} ({where})")


def end(held: Sequence[str]) -> None:
    """Print lines to stderr about what is held back or left to do, and exit with 3 if there are any."""
    for text in held:
        say.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
    if held:
        raise typer.Exit(HELD_BACK)


def print_rows(title: str | None, rows: Sequence[dict[str, Any]]) -> None:
    """Print rows as a table, whose columns are the names in the first one."""
    print_table(title, list(rows[0]) if rows else ["nothing"], [tuple(row.values()) for row in rows])


def print_table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table for people, as wide as the terminal; elsewhere no line is broken."""
    from rich.table import Table
    from rich.text import Text

    # Text, not markup: `reports[#1]` is a name, and `[/x]` no mistake.
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(Text(column))
    for row in rows:
        table.add_row(*(Text("" if value is None else visible_lines(str(value))) for value in row))
    # Outside a terminal a program reads the lines, and wants them whole.
    Console(width=None if sys.stdout.isatty() else _ENDLESS).print(table)


def print_json(value: object) -> None:
    """Print a value as one line of JSON; decimals are numbers in it."""
    print(visible_json(msgspec.json.Encoder(decimal_format="number").encode(value).decode()))


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV, values as they are but on a terminal, lines ended as a shell expects them."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    if sys.stdout.isatty():
        rows = ([visible_lines(value) if isinstance(value, str) else value for value in row] for row in rows)
    writer.writerows(rows)
