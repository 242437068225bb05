"""`python -m tests.fuzz [target…]`: many mutations over all targets and cores; failing inputs are kept."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from etl.settings import PROJECT_ROOT
from tests.fuzz import growth
from tests.fuzz.processes import survive
from tests.fuzz.run import Failure
from tests.fuzz.targets import TARGETS

FAILURES = PROJECT_ROOT / "var" / "fuzz"
_BATCH = 1_000
_FATES = ("same", "as printed", "flagged", "refused")
_SHOWN = 20


def main(
    targets: Annotated[list[str] | None, typer.Argument(help=f"some of: {', '.join(TARGETS)}")] = None,
    mutations: Annotated[int, typer.Option(help="how many in all")] = 100_000,
    first_seed: Annotated[int, typer.Option(help="other seeds are other mutations")] = 0,
) -> None:
    """Damage sound documents and tell of each that crashes, hangs, or is read wrong in silence."""
    names = targets or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        raise typer.BadParameter(f"there is no target {unknown[0]!r}; there are {', '.join(TARGETS)}")
    console = Console(highlight=False)
    fates, failures = _run(list(_batches(names, mutations, first_seed)), console)
    console.print(_summary(fates))
    for failure in failures:
        path = _keep(failure)
        if failure in failures[:_SHOWN]:
            edits, fault = ", ".join(failure.edits), failure.fault
            console.print(f"{path.relative_to(PROJECT_ROOT)} ({edits}): {fault.kind}: {fault.message}", markup=False)
    outgrown = list(_outgrown(console)) if targets is None else []
    raise typer.Exit(1 if failures or outgrown else 0)


def _outgrown(console: Console) -> Iterator[str]:
    """Tell of every shape of a document for which the work grows faster than its size, and yield its name."""
    for shape in growth.shapes():
        if growth.outgrown(shape) is None:
            continue
        for part in shape.parts or (shape,):
            if factor := growth.outgrown(part):
                console.print(f"four times as much is {factor:.1f} times the work: {part.name}", markup=False)
                yield part.name


def _batches(names: Sequence[str], mutations: int, first_seed: int) -> Iterator[tuple[str, range]]:
    """Yield each target's share of the seeds in batches, the targets by turns."""
    shares = {name: len(range(number, mutations, len(names))) for number, name in enumerate(names)}
    for start in range(0, max(shares.values()), _BATCH):
        for name, share in shares.items():
            if seeds := range(first_seed + start, first_seed + min(start + _BATCH, share)):
                yield name, seeds


def _run(batches: Sequence[tuple[str, range]], console: Console) -> tuple[dict[str, Counter[str]], list[Failure]]:
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    failures: list[Failure] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    cores = psutil.cpu_count() or 1
    with Progress(*columns, console=console) as progress, ThreadPoolExecutor(cores) as pool:
        task = progress.add_task("mutations", total=sum(len(seeds) for _, seeds in batches))
        running = {pool.submit(survive, name, seeds): (name, seeds) for name, seeds in batches}
        for done in as_completed(running):
            name, seeds = running[done]
            for outcome in done.result():
                fates[name] += outcome.fates
                failures += outcome.failures
            progress.advance(task, len(seeds))
    return fates, failures


def _keep(failure: Failure) -> Path:
    FAILURES.mkdir(parents=True, exist_ok=True)
    path = FAILURES / f"{failure.target}-{failure.seed}-{failure.fault.kind}"
    path.write_bytes(failure.content)
    return path


def _summary(fates: dict[str, Counter[str]]) -> Table:
    table = Table(*(Column(name, justify="right", no_wrap=True) for name in ("target", "mutations", *_FATES, "faults")))
    for name, counts in (*fates.items(), ("all", sum(fates.values(), Counter[str]()))):
        usual = [counts[fate] for fate in _FATES]
        table.add_row(name, *(f"{number:,}" for number in (counts.total(), *usual, counts.total() - sum(usual))))
    return table


if __name__ == "__main__":
    typer.run(main)
