"""The whole job in a process of its own that is killed at a named point.

Source, home and warehouse come from the environment, as for `etl run`.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from psycopg import Copy

from etl import batch, pipeline, storage
from etl.load import merge, transform
from etl.pipeline import parsing, pulling
from etl.settings import Settings
from tests.conftest import batches_of
from tests.processes import FORKED


def die(*_: object, **__: object) -> None:
    """End at once, as by `kill -9`."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, *, call: int = 1) -> None:
    """Let the n-th call of a function be the last thing that this process begins."""
    original, calls = getattr(owner, name), iter(range(1, call))

    def wrapped(*arguments: Any, **options: Any) -> Any:
        if next(calls, None) is None:
            die()
        return original(*arguments, **options)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str) -> None:
    """Let the first call of a function be the last thing that this process ends."""
    original = getattr(owner, name)

    def wrapped(*arguments: Any, **options: Any) -> None:
        original(*arguments, **options)
        die()

    setattr(owner, name, wrapped)


POINTS: dict[str, Callable[[], None]] = {
    "in the pull": lambda: before(pulling, "_work_lists"),
    "after the pull": lambda: after(pipeline, "pull"),
    "in parsing": lambda: before(parsing, "_corrected", call=2),
    "after the parsing": lambda: after(pipeline, "parse"),
    "in the validation": lambda: before(batch, "write_results"),
    "after the validation": lambda: after(pipeline, "validate"),
    "before the load": lambda: before(merge, "_begin"),
    "after the load began": lambda: after(merge, "_begin"),
    "in a COPY": lambda: after(Copy, "write"),
    "before the first step": lambda: before(merge, "run"),
    "between steps": lambda: before(transform, "_fill", call=6),
    "after the merge": lambda: after(merge, "_merge"),
    "after the commit": lambda: before(merge, "_summary"),
    "before publishing": lambda: before(pipeline, "publish"),
}


def status_of(point: str, environment: Mapping[str, str]) -> int | None:
    """Pull, process, load and publish, as far as the point; return how the process ended."""
    process = FORKED.Process(target=_run, args=(point, environment))
    process.start()
    process.join()
    return process.exitcode


def _run(point: str, environment: Mapping[str, str]) -> None:
    os.environ |= environment
    POINTS[point]()
    settings = Settings()
    work_lists = pipeline.pull(settings, storage.unique("killed"), only_new=False)
    batches = batches_of(settings, work_lists)
    summary = pipeline.load(settings, "killed", batches)
    pipeline.publish(settings, summary["load_id"], batches)
