"""Becomes one of Airflow's services: `python -m deploy.service NAME OPTION…`, in AIRFLOW_HOME. supervisord calls it.

A service that was killed leaves children behind, such as a scheduler its tasks. They end before the next one begins:
else a task would run twice.
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil


def main() -> None:
    """End what is left of the service's last process, and become the next."""
    name, *options = sys.argv[1:]
    end_group(Path.cwd(), name)
    _pid_file(Path.cwd(), name).write_text(str(os.getpid()))
    os.execv(sys.executable, [sys.executable, "-m", "airflow", name, *options])  # noqa: S606 - there is no shell


def end_group(folder: Path, name: str) -> None:
    """End what runs of the process group that a service had, if its processes work in this folder, as services do."""
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        group = int(_pid_file(folder, name).read_text().partition(" ")[0])  # releases before wrote more into it
        if any(_works_in(process, group, folder) for process in psutil.process_iter()):
            os.killpg(group, signal.SIGKILL)


def _pid_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.pid"


def _works_in(process: psutil.Process, group: int, folder: Path) -> bool:
    with suppress(psutil.Error, ProcessLookupError):
        return process.pid != os.getpid() and os.getpgid(process.pid) == group and Path(process.cwd()) == folder
    return False


if __name__ == "__main__":
    main()
