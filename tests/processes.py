"""Processes of their own, forked from one that has imported what they need: that takes longer than most commands.

`python -m etl` itself, with its imports, is called where those are what is tested.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import zip_longest
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from etl import workers
from etl.extract import extract
from etl.records import Copy
from tests.conftest import ROOT, Warehouse

FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["tests.prepared", __name__])


class Etl:
    """The command line on one warehouse, as people call it: a process, its exit status, its two streams.

    `first` is what the process does before anything else.
    """

    def __init__(self, warehouse: Warehouse, *, first: Callable[[], object] | None = None, **named: str) -> None:
        settings = warehouse.settings
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ETL_", "WAREHOUSE"))}
        url = {"WAREHOUSE_URL": settings.warehouse_url} if settings.warehouse_url else {}
        self.environment = kept | {"ETL_HOME": str(settings.etl_home)} | url | named
        self.first = first

    def __call__(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        (done,) = self.at_once(arguments)
        return done

    def at_once(
        self, *commands: Sequence[object], urls: Sequence[str] = (), typed: str = ""
    ) -> list[subprocess.CompletedProcess[str]]:
        """Run several commands beside each other, each on the warehouse at an URL of its own where there are some."""
        with ExitStack() as stack:
            running = []
            for arguments, url in zip_longest(commands, urls):
                command, folder = ["etl", *map(str, arguments)], stack.enter_context(tempfile.TemporaryDirectory())
                (Path(folder) / "0").write_text(typed, encoding="utf-8")
                environment = self.environment | ({"WAREHOUSE_URL": url} if url else {})
                process = FORKED.Process(target=_run, args=(command, environment, folder, self.first))
                process.start()
                running.append((command, process, Path(folder)))
            return [_done(*one) for one in running]


def _done(command: list[str], process: BaseProcess, folder: Path) -> subprocess.CompletedProcess[str]:
    process.join()
    said, complained = ((folder / name).read_text(encoding="utf-8") for name in ("1", "2"))
    return subprocess.CompletedProcess(command, process.exitcode or 0, said, complained)


def _run(command: list[str], environment: Mapping[str, str], folder: str, first: Callable[[], object] | None) -> None:
    """Be the command line: its streams are files of the folder, named by their numbers."""
    for number in range(3):
        descriptor = os.open(Path(folder) / str(number), os.O_RDWR | os.O_CREAT)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lasts
    os.chdir(ROOT)
    os.environ.clear()
    os.environ |= environment
    if first:
        first()
    sys.argv = command
    from etl.cli import main

    main()


def break_reading(patch: pytest.MonkeyPatch, step: str, broken: Callable[..., object]) -> None:
    """Replace a step of the reading of documents, `read` or `parse`; they are read in this process, where it is."""
    patch.setattr(f"etl.extract.{step}", broken)
    patch.setattr(workers, "extracted", _extracted_here)


def _extracted_here(
    sources: Iterable[workers.Source | list[Copy]], _processes: int | None = None
) -> Iterator[list[Copy]]:
    return (extract(*one) if isinstance(one, workers.Source) else one for one in sources)
