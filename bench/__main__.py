"""`python -m bench [part…] [--only step…]`: measure parts, or steps of them, and write what is known then.

`results.json` keeps what each step gave when it was measured last, and RESULTS.md shows it: so that a part may be
measured alone.
"""

import os
import signal
import sys
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markdown import Markdown

from bench.machine import described
from bench.sizes import SIZES
from bench.targets import Part, table

# Each part with its steps; the page shows them in this order, the hard ones first.
PARTS = {
    "whole": ("year", "answers"), "loading": ("peers", "growth", "marts", "staging"), "reading": ("accuracy", "speed"),
}  # fmt: skip
RESULTS = Path(__file__).with_name("results.json")
PAGE = RESULTS.with_name("RESULTS.md")
_HEAD = """\
# Measured

Written by `make bench`. What stands in one table was measured in one run, by turns; compare ratios, not times, with
another machine's. Seconds are those of processors, of our processes and the server together, for a machine may have
other work as well; where its load average is far above its cores, even these are several times what they are in peace,
and ratios blur. The goals are of size normal or full: a quick one weighs what is paid once a run too much.
[results.json](results.json) has the seconds of the clock, and all that the figures were drawn from.
"""


class Measured(msgspec.Struct):
    """What a step gave, when, of which size, on which machine, and how many processes wanted to run there meanwhile."""

    on: date
    size: str
    machine: str
    load_average: float | None  # None: not known
    part: Part


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"some of: {', '.join(PARTS)}")] = None,
    *,
    only: Annotated[list[str] | None, typer.Option(help=f"some of: {', '.join(chain(*PARTS.values()))}")] = None,
    size: Annotated[str, typer.Option(help=f"one of: {', '.join(SIZES)}")] = "normal",
) -> None:
    """Measure, and say whether each target is met."""
    of_parts = {part: PARTS[part] for part in _known(parts or [*PARTS], PARTS)}
    steps = [*chain(*of_parts.values())]
    chosen = set(_known(only or steps, steps))
    (chosen_size,) = _known([size], SIZES)
    console = Console()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no server outlives us
    for part, its_steps in of_parts.items():
        if chosen.intersection(its_steps):
            for step, given in import_module(f"bench.{part}").run(console, SIZES[chosen_size], chosen):
                busy = os.getloadavg()[2]
                write({step: Measured(datetime.now(UTC).date(), chosen_size, described(), busy, given)})
    console.print(Markdown(PAGE.read_text(encoding="utf-8")))


def write(fresh: Mapping[str, Measured]) -> None:
    """Keep what steps gave, and show on the page what is known of all."""
    kept = msgspec.json.decode(RESULTS.read_bytes(), type=dict[str, Measured]) if RESULTS.exists() else {}
    kept |= fresh
    known = {step: kept[step] for step in chain(*PARTS.values()) if step in kept}
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(known)) + b"\n")
    PAGE.write_text(page(known), encoding="utf-8")


def page(known: Mapping[str, Measured]) -> str:
    """Return the page of what is known."""
    lines = [_HEAD]
    for step, measured in known.items():
        lines += [f"## {step.capitalize()}", "", *table(measured.part.targets), ""]
        busy = "" if measured.load_average is None else f", load average {measured.load_average:.0f}"
        lines += [f"{measured.on}, size {measured.size}{busy}. {measured.part.about}", ""]
    machines = dict.fromkeys(measured.machine for measured in known.values())
    return "\n".join([*lines, "## Machine", "", *machines, ""])


def _known(asked: list[str], known: Collection[str]) -> list[str]:
    """Return what is asked for. Raises BadParameter when a name is not known."""
    if unknown := set(asked).difference(known):
        raise typer.BadParameter(f"there is no {min(unknown)!r}; there are {', '.join(known)}")
    return asked


if __name__ == "__main__":
    typer.run(main)
