"""A backup or restore in a process of its own that is killed at a named point.

Home and warehouse come from the environment, as for `etl backup`.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from etl import storage
from etl.backup import dump, make, restore
from etl.settings import Settings
from tests.load.killed import after, before, die
from tests.processes import FORKED


def in_the_script() -> None:
    """Die when a part of the dump has gone to the server and the rest has not."""
    original = dump._for_server

    def dying(script: Iterable[bytes], major: int) -> Iterator[bytes]:
        for line in original(script, major):
            yield line
            if line.startswith(b"COPY dw.fact_project"):
                die()

    dump._for_server = dying


IN_BACKUP: dict[str, Callable[[], None]] = {
    "in the dump": lambda: before(dump, "_require_success"),
    "in the landing area": lambda: before(make, "place"),
    "before the hashes": lambda: before(make, "seal"),
    "before the new name": lambda: before(Path, "rename"),
}
IN_RESTORE: dict[str, Callable[[], None]] = {
    "in the files": lambda: after(storage, "write"),
    "in the script": in_the_script,
    "before its commit": lambda: before(dump, "_say", call=2),
    "after its commit": lambda: before(restore, "_require_equal"),
    "before the marts": lambda: before(restore, "migrate"),
}


def status_of(point: str, folder: Path, environment: Mapping[str, str]) -> int | None:
    """Back up into a folder, or restore from it, as far as the point; return how the process ended."""
    process = FORKED.Process(target=_run, args=(point, folder, environment))
    process.start()
    process.join()
    return process.exitcode


def _run(point: str, folder: Path, environment: Mapping[str, str]) -> None:
    os.environ |= environment
    (IN_BACKUP | IN_RESTORE)[point]()
    if point in IN_BACKUP:
        make.backup(Settings(), folder, lambda _: lambda: None)
    else:
        restore.restore(Settings(), folder, lambda _: lambda: None, replace=False, with_rules=False)
