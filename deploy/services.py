"""Airflow's processes on this machine: each in a process group of its own, with a pid file and a log."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from deploy.airflow_home import AirflowHome
from deploy.api import AirflowApi
from etl.errors import EtlError
from etl.settings import PROJECT_ROOT

START_SECONDS = 300  # it takes half a minute; on a machine that does much else, many times that
POLL_SECONDS = 1
STOP_SECONDS = 60

log = logging.getLogger(__name__)


class AirflowDownError(EtlError):
    """Raised when Airflow does not come up; its text ends with what the logs said last."""


@dataclass(frozen=True)
class Service:
    """One of Airflow's long-running commands."""

    home: AirflowHome
    name: str
    options: tuple[str, ...] = ()

    @property
    def log_file(self) -> Path:
        return self.home.folder / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.home.folder / f"{self.name}.pid"

    @property
    def process(self) -> psutil.Process | None:
        """The process that runs now; its start time distinguishes it from a later one with the same id."""
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            pid, started = self.pid_file.read_text().split()
            process = psutil.Process(int(pid))
            if process.create_time() == float(started) and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def listens(self) -> bool:
        """Tell whether it is this process, and no stranger's, that answers on the home's port."""
        with suppress(psutil.NoSuchProcess):
            ours = [self.process, *self.process.children(recursive=True)] if self.process else []
            listening = {
                connection.laddr.port
                for process in ours
                if process
                for connection in process.net_connections("tcp4")
                if connection.status == psutil.CONN_LISTEN
            }
            return urlsplit(self.home.url).port in listening
        return False

    def start(self) -> None:
        """Start the command, detached from the terminal that started it."""
        log.info("starting the %s", self.name)
        with self.log_file.open("ab") as output:
            started = subprocess.Popen(
                [sys.executable, "-m", "airflow", self.name, *self.options],
                env=self.home.environment,
                cwd=self.home.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid_file.write_text(f"{started.pid} {psutil.Process(started.pid).create_time()}")

    def stop(self) -> None:
        """End the command and all that it started; a task that is running is given a minute to finish."""
        if process := self.process:
            log.info("stopping the %s", self.name)
            process.terminate()
            with suppress(psutil.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)


def services(home: AirflowHome) -> Sequence[Service]:
    """Return all of Airflow's services in the order in which they are to be started."""
    # Whoever shows a task's log reads it from this machine's disk: nobody has to serve it.
    return [
        Service(home, "api-server"),
        Service(home, "dag-processor"),
        Service(home, "scheduler", ("--skip-serve-logs",)),
        Service(home, "triggerer", ("--skip-serve-logs",)),
    ]


def start(wanted: Sequence[Service]) -> None:
    """Start those of the services that do not run; return when all are healthy and every DAG is ready.

    Raises AirflowDownError when one of them ends or five minutes were not enough.
    """
    for service in wanted:
        if not service.process:
            service.start()
    api_server = wanted[0]
    api = AirflowApi(api_server.home)
    deadline = time.monotonic() + START_SECONDS
    while missing := "the api-server" if not api_server.listens() else _missing(api, wanted):
        ended = [service for service in wanted if not service.process]
        if ended or time.monotonic() > deadline:
            raise AirflowDownError(f"Airflow does not come up, for want of {missing}\n{last_words(ended or wanted)}")
        time.sleep(POLL_SECONDS)
    log.info("Airflow is ready")


def stop(running: Sequence[Service]) -> None:
    """Stop the services; the scheduler first, as the tasks that it waits for still need the API server."""
    for service in running:
        if service.name == "scheduler":
            service.stop()
    with ThreadPoolExecutor() as pool:
        list(pool.map(Service.stop, running))


def last_words(asked: Sequence[Service], lines: int = 20) -> str:
    """Return the ends of the services' logs."""
    ends = [
        f"{service.log_file}:\n" + "\n".join(service.log_file.read_text(errors="replace").splitlines()[-lines:])
        for service in asked
        if service.log_file.exists()
    ]
    return "\n".join(ends)


def dag_ids() -> set[str]:
    """Return the DAGs that the files in `dags/` define, one each, by the name of the file."""
    folder = PROJECT_ROOT / "dags"
    shared = (folder / ".airflowignore").read_text().split()
    return {file.stem for file in folder.glob("*.py") if file.name not in shared}


def _missing(api: AirflowApi, wanted: Sequence[Service]) -> str:
    """Return what Airflow still lacks, in words; nothing when it is ready."""
    try:
        health = api.health()
    except OSError:
        return "the api-server"
    for service in wanted:  # the API server does not report on itself
        if health.get(service.name.replace("-", "_"), "healthy") != "healthy":
            return f"the {service.name}"
    missing = sorted(dag_ids() - api.dag_ids())
    return "\n".join([f"the DAGs {', '.join(missing)}", *api.import_errors()]) if missing else ""
