"""`python -m bench [part…]`: measure all parts and write RESULTS.md; with parts or steps named, only print theirs."""

import signal
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from bench.machine import described

# Each part with its steps, in their order.
PARTS = {"reading": ("accuracy", "speed"), "loading": ("staging", "peers", "again", "growth", "marts")}
RESULTS = Path(__file__).with_name("RESULTS.md")
_HEAD = """\
# Measured

Written by `make bench`: everything on this page was measured in one run, on one machine, one thing after the other.
Times are medians; compare ratios, not times, with another machine's.
"""


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"some of: {', '.join(PARTS)}")] = None,
    *,
    only: Annotated[list[str] | None, typer.Option(help=f"some of: {', '.join(chain(*PARTS.values()))}")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="a corpus five times as large, and ten years of full size")
    ] = False,
) -> None:
    """Measure, and say whether each target is met."""
    of_parts = {part: PARTS[part] for part in _known(parts or [*PARTS], PARTS)}
    steps = [*chain(*of_parts.values())]
    chosen = set(_known(only or steps, steps))
    console = Console()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no server outlives us
    sections = [
        import_module(f"bench.{part}").run(console, scale=5 if full else 1, only=chosen)
        for part, its_steps in of_parts.items()
        if chosen.intersection(its_steps)
    ]
    report = "\n".join([_HEAD, f"{datetime.now(UTC):%Y-%m-%d}. {described()}\n", *sections])
    console.print(Markdown(report))
    if not parts and not only:
        RESULTS.write_text(report, encoding="utf-8")


def _known(asked: list[str], known: Collection[str]) -> list[str]:
    """Return what is asked for. Raises BadParameter when a name is not known."""
    if unknown := set(asked).difference(known):
        raise typer.BadParameter(f"there is no {min(unknown)!r}; there are {', '.join(known)}")
    return asked


if __name__ == "__main__":
    typer.run(main)
