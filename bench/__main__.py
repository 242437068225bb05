"""`python -m bench [part…]`: measure all parts and write RESULTS.md; with parts named, only print theirs."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from bench.machine import described

PARTS = ("reading",)
RESULTS = Path(__file__).with_name("RESULTS.md")
_HEAD = """\
# Measured

Written by `make bench`: everything on this page was measured in one run, on one machine, one thing after the other.
Times are medians; compare ratios, not times, with another machine's.
"""


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"some of: {', '.join(PARTS)}")] = None,
    *,
    full: Annotated[bool, typer.Option("--full", help="a corpus five times as large")] = False,
) -> None:
    """Measure, and say whether each target is met."""
    if unknown := set(parts or ()).difference(PARTS):
        raise typer.BadParameter(f"there is no part {min(unknown)!r}; there are {', '.join(PARTS)}")
    console = Console()
    chosen = parts or list(PARTS)
    sections = [import_module(f"bench.{part}").run(console, scale=5 if full else 1) for part in chosen]
    report = "\n".join([_HEAD, f"{datetime.now(UTC):%Y-%m-%d}. {described()}\n", *sections])
    console.print(Markdown(report))
    if not parts:
        RESULTS.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
