"""Processes of their own, forked from one that has imported what they need: that takes longer than most commands.

`python -m etl` itself, with its imports, is called where those are what is tested.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from multiprocessing import get_context
from pathlib import Path

import pytest

from etl import workers
from etl.extract import extract
from etl.records import Copy
from tests.conftest import ROOT, Warehouse

FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["tests.prepared", __name__])


class Etl:
    """The command line on one warehouse, as people call it: a process, its exit status, its two streams."""

    def __init__(self, warehouse: Warehouse) -> None:
        settings = warehouse.settings
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ETL_")},
            "ETL_HOME": str(settings.etl_home),
            "WAREHOUSE_URL": str(settings.warehouse_url),
        }

    def __call__(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = ["etl", *map(str, arguments)]
        with tempfile.TemporaryDirectory() as folder:
            process = FORKED.Process(target=_run, args=(command, self.environment, folder))
            process.start()
            process.join()
            said, complained = ((Path(folder) / name).read_text(encoding="utf-8") for name in ("1", "2"))
        return subprocess.CompletedProcess(command, process.exitcode or 0, said, complained)


def _run(command: list[str], environment: Mapping[str, str], folder: str) -> None:
    """Be the command line: its streams are files of the folder, named by their numbers."""
    for stream in (sys.stdout, sys.stderr):
        descriptor = os.open(Path(folder) / str(stream.fileno()), os.O_WRONLY | os.O_CREAT)
        os.dup2(descriptor, stream.fileno())
        os.close(descriptor)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ |= environment
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
