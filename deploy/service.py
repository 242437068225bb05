"""Becomes one of Airflow's services: `python -m deploy.service NAME OPTION…`, in AIRFLOW_HOME. supervisord calls it.

A service that was killed leaves children behind, such as a scheduler its tasks. They end before the next one begins:
else a task would run twice.
"""

import os
import sys
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

END_SECONDS = 60  # a process that is killed ends at once, unless the disk that it waits for does not answer


def main() -> None:
    """End what is left of the service's last process, and become the next."""
    name, *options = sys.argv[1:]
    end_group(Path.cwd(), name)
    _pid_file(Path.cwd(), name).write_text(str(os.getpid()))
    os.execv(sys.executable, [sys.executable, "-m", "airflow", name, *options])  # noqa: S606 - there is no shell


def end_group(folder: Path, name: str) -> None:
    """End what runs of the process group that a service had, and all that it started, if it works in this folder.

    A task has a group of its own, and is found as the child of one of the service's processes.
    """
    with suppress(FileNotFoundError, ValueError):
        group = int(_pid_file(folder, name).read_text().partition(" ")[0])  # releases before wrote more into it
        of_group = [process for process in psutil.process_iter() if _works_in(process, group, folder.resolve())]
        end([*of_group, *started_by(of_group)])


def started_by(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return all that processes have started and that still runs."""
    found: list[psutil.Process] = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            found += process.children(recursive=True)
    return found


def end(processes: Collection[psutil.Process]) -> None:
    """Kill processes, but for those that have ended; return when they no longer run, after a minute at the latest."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = time.monotonic() + END_SECONDS
    while any(map(_runs, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)  # which stays where no init waits for it
    return False


def _pid_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.pid"


def _works_in(process: psutil.Process, group: int, folder: Path) -> bool:
    with suppress(psutil.Error, ProcessLookupError):
        if process.pid == os.getpid() or os.getpgid(process.pid) != group:
            return False
        try:
            return Path(process.cwd()) == folder
        except psutil.AccessDenied:  # a worker with a task: Airflow closes it to others of its own account, too
            return process.uids().real == os.getuid()
    return False


if __name__ == "__main__":
    main()
