"""`python -m tests.chaos`: harm of every kind to one installation, then one clean run, which must put it right.

Bounded by time, from a seed that is printed. Exit status 1 when the warehouse differs from one that saw none of it,
when something is left behind, and when a command hangs, ends in a traceback, or fails where nothing was done to it.
"""

import hashlib
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from etl import storage
from etl.diff import Counts
from etl.diff.text import in_words
from etl.diff.warehouses import compare_warehouses
from etl.warehouse import open_engine
from etl.warehouse.model import content_tables
from tests.chaos.harm import KINDS, Harm
from tests.chaos.ledger import Ledger
from tests.chaos.moment import watching
from tests.chaos.scheduler import kill_tasks
from tests.chaos.world import World, world
from tests.load.test_killed import LEFT_BEHIND, LOADED_BY_NOBODY

_SHOWN_OF_A_TABLE = 5


def main(
    kinds: Annotated[list[str] | None, typer.Argument(help=f"some of: {', '.join(KINDS)}")] = None,
    seconds: Annotated[int, typer.Option(help="how long harm is done; the clean run comes on top")] = 600,
    airflow: Annotated[bool, typer.Option(help="kill Airflow's tasks as well, in a third of the time")] = True,
    seed: Annotated[int | None, typer.Option(help="the same seed does the same, as far as timing lets it")] = None,
) -> None:
    """Do harm, run once more undisturbed, and tell what differs."""
    if unknown := [name for name in kinds or () if name not in KINDS]:
        raise typer.BadParameter(f"there is no kind {unknown[0]!r}; there are {', '.join(KINDS)}")
    console = Console(highlight=False, soft_wrap=True)
    ledger = Ledger(tell=lambda text: console.print(text, markup=False))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever stops it leaves no mount and no process behind
    seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
    console.print(f"seed {seed}, {seconds} seconds of harm")
    with world() as attacked:
        harm = Harm(attacked, ledger, random.Random(seed))
        _undisturbed(attacked, harm, ledger)
        if airflow:
            kill_tasks(attacked, ledger, harm.random, seconds // 3)
        _do_harm(harm, kinds or list(KINDS), seconds - seconds // 3 if airflow else seconds)
        _clean_run(attacked, ledger)
        _compare(attacked, ledger)
        left = _left_behind(attacked, ledger)
    console.print(ledger.table())
    in_load, kills = ledger.in_load()
    console.print(f"kills in a load's transaction: {in_load} of {kills}")
    for text in (*ledger.left_out, *left):
        console.print(text, markup=False)
    console.print(f"{len(ledger.faults)} faults, named above; seed {seed}")
    raise typer.Exit(1 if ledger.faults else 0)


def _undisturbed(attacked: World, harm: Harm, ledger: Ledger) -> None:
    """Load the reference, and learn from it when to strike."""
    reference = attacked.reference
    command = attacked.run(settings=reference)
    with watching(reference) as watch:
        harm.measure(command, watch)
    status = command.ended()
    if status not in (0, 3):
        ledger.fault(f"the run that nobody harms ended with {status}: {command.last_line()}")


def _do_harm(harm: Harm, names: Sequence[str], seconds: int) -> None:
    """Do every kind once, then by weight, until the time is over."""
    ends = time.monotonic() + seconds
    first = harm.random.sample(names, len(names))
    while time.monotonic() < ends:
        name = first.pop() if first else harm.random.choices(names, [KINDS[name] for name in names])[0]
        getattr(harm, name)()


def _clean_run(attacked: World, ledger: Ledger) -> None:
    command = attacked.run()
    status = command.ended()
    ledger.note("clean run", "at the end", {0: "done", 3: "done, some held back"}.get(status, f"ended with {status}"))
    if status not in (0, 3):
        ledger.fault(f"the clean run ended with {status}: {command.last_line()}")


def _compare(attacked: World, ledger: Ledger) -> None:
    """Note every difference to the warehouse that saw none of it."""
    engines = [open_engine(one) for one in (attacked.reference, attacked.settings)]
    rows, met = 0, Counter[str]()
    for found in compare_warehouses(engines[0], engines[1], content_tables()):
        if isinstance(found, Counts):
            rows += found.rows_after
            if met[found.table_name] or found.rows_before != found.rows_after:
                ledger.fault(
                    f"{found.table_name}: {met[found.table_name]} differences; {found.rows_after} rows, and"
                    f" {found.rows_before} in a warehouse that saw no harm"
                )
        else:
            met[found.table_name] += 1
            if met[found.table_name] <= _SHOWN_OF_A_TABLE:
                ledger.fault(f"{found.table_name}: {in_words(found)}")
    for engine in engines:
        engine.dispose()
    ledger.note("compared", "whole warehouse", f"{rows} rows")


def _left_behind(attacked: World, ledger: Ledger) -> list[str]:
    """Note as faults what nothing may leave behind; return what is only worth knowing."""
    counts: dict[str, Any] = {
        "stage tables": attacked.rows(LEFT_BEHIND),
        "rows of no committed load": attacked.rows(LOADED_BY_NOBODY),
        "loads that still run": attacked.rows("SELECT count(*) FROM ops.load WHERE status = 'running'"),
    }
    found = {name: int(next(iter(rows[0].values()))) for name, rows in counts.items()}
    found["stray processes"] = len(attacked.strays())
    landed = [path for path in storage.landing(attacked.settings).glob("*/*") if len(path.name) == 64]
    found["landed files that are not what their names say"] = sum(
        hashlib.sha256(path.read_bytes()).hexdigest() != path.name for path in landed
    )
    for name, count in found.items():
        if count:
            ledger.fault(f"left behind: {name}: {count}")
    parts = [path for path in attacked.home.rglob("*.part") if "postgres" not in path.parts]
    loads = attacked.rows("SELECT status, count(*) FROM ops.load GROUP BY status ORDER BY status")
    told = ", ".join(f"{row['count']} {row['status']}" for row in loads)
    return [f"loads: {told}", f"unfinished files (.part) that kills left: {len(parts)}"]


if __name__ == "__main__":
    typer.run(main)
