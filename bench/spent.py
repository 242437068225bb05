"""What work costs: time by the clock, and time of processors, that of the work's own processes and of the server.

On a machine that others use as well, the clock tells of them too; the processors' time hardly does.
"""

import os
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from etl.settings import PROJECT_ROOT

_TICKS = os.sysconf("SC_CLK_TCK")
_REAPED_SECONDS = 0.2  # until the server has put away the sessions that have ended


class Used(NamedTuple):
    """Seconds of one's own: by the clock, and of processors."""

    wall: float
    cpu: float


class Spent(NamedTuple):
    """Seconds by the clock, and of processors: in all, and of them the server's."""

    wall: float
    cpu: float
    server: float


def spent(data: Path, work: Callable[[], Used]) -> Spent:
    """Do some work, whose sessions are ended when it returns, on the server with this data folder."""
    before = _of_sessions(data)
    used = work()
    time.sleep(_REAPED_SECONDS)
    server = _of_sessions(data) - before
    return Spent(used.wall, used.cpu + server, server)


def command(arguments: Sequence[str], environment: Mapping[str, str], *, allowed: Sequence[int] = (0,)) -> Used:
    """Run a program to its end, and all that it starts. Raises CalledProcessError when its status is not allowed."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        arguments, env=os.environ | dict(environment), cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in allowed:
        raise subprocess.CalledProcessError(done.returncode, arguments, done.stdout, done.stderr)
    return Used(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _of_sessions(data: Path) -> float:
    """Return the seconds that all sessions of a server have taken that have ended."""
    pid = (data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0]
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[13]) + int(fields[14])) / _TICKS
