"""Airflow's processes on this machine: supervisord starts them, and starts them again whenever they end by themselves.

A process that ends within a minute of its start is started again after one second, then after two, three …: what it
needs, such as the database, may be down.
"""

import logging
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from configparser import ConfigParser
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from deploy.airflow_home import AirflowHome
from deploy.api import AirflowApi
from deploy.service import end, end_group, started_by
from etl import files
from etl.backup.airflow import DATABASE
from etl.errors import EtlError
from etl.settings import PROJECT_ROOT
from etl.warehouse import server

START_SECONDS = 300  # it takes half a minute; on a machine that does much else, many times that
POLL_SECONDS = 1
STOP_SECONDS = 60  # so long may a task that is running go on
STEADY_SECONDS = 60
LOG_BYTES, LOGS_KEPT = "50MB", 3
# Whoever shows a task's log reads it from this machine's disk: nobody has to serve it.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "api-server": (),
    "dag-processor": (),
    "scheduler": ("--skip-serve-logs",),
    "triggerer": ("--skip-serve-logs",),
}
RUNS = ("STARTING", "RUNNING")
ENDED = ("BACKOFF", "EXITED", "FATAL")  # by themselves

log = logging.getLogger(__name__)


class AirflowDownError(EtlError):
    """Raised when Airflow does not come up or go down; its text ends with what the logs said last."""


class Services:
    """Airflow's services of one home, and the supervisor that keeps them running."""

    def __init__(self, home: AirflowHome) -> None:
        self.home = home

    def running(self) -> list[str]:
        """Return the services that run, or will again in a moment."""
        return [name for name, found in self._found().items() if found["statename"] in (*RUNS, "BACKOFF")]

    def process(self, name: str) -> psutil.Process | None:
        """Return the process of a service that runs now."""
        found = self._found().get(name)
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(found["pid"]) if found and found["statename"] in RUNS else None
        return None

    def start(self, wanted: Sequence[str] = tuple(SERVICES)) -> None:
        """Start those of the services that do not run; return when all are healthy and every DAG is ready.

        Raises AirflowDownError when one of them ends or five minutes were not enough.
        """
        if not self._supervisor_runs():
            self._start_supervisor()
        found = self._found()
        for name in wanted:
            if found[name]["statename"] in RUNS:
                continue
            log.info("starting the %s", name)
            with suppress(Fault):  # it does not wait to be started again
                self._asked.stopProcess(name)
            with suppress(Fault):  # it has just begun by itself, or cannot begin, which the wait below tells
                self._asked.startProcess(name, False)  # does not wait
        deadline = time.monotonic() + START_SECONDS
        while missing := self._missing(wanted):
            found = self._found()
            ended = [name for name in wanted if found[name]["statename"] in ENDED]
            if ended or time.monotonic() > deadline:
                raise AirflowDownError(f"Airflow does not come up, for want of {missing}\n{self.last_words(ended)}")
            time.sleep(POLL_SECONDS)
        log.info("Airflow is ready")

    def stop(self, asked: Collection[str] = tuple(SERVICES)) -> None:
        """Stop services and all that they started, and the supervisor with the last; a task is given a minute.

        The scheduler ends first, as the tasks that it waits for still need the API server. Raises AirflowDownError when
        the supervisor does not end.
        """
        running = self.running()
        started = started_by(filter(None, map(self.process, asked)))
        for name in sorted(asked, key=lambda name: name != "scheduler") if self._supervisor_runs() else ():
            log.info("stopping the %s", name)
            with suppress(Fault):  # it has ended
                self._asked.stopProcess(name, name == "scheduler")  # the others end beside each other
        while any(found["statename"] == "STOPPING" for found in self._found().values()):
            time.sleep(POLL_SECONDS)
        for name in asked:
            end_group(self.home.folder, name)
        end(started)  # a task that went on for longer has lost the process that had started it
        if self._supervisor_runs() and not set(running) - set(asked):
            supervisor = psutil.Process(self._asked.getPID())
            self._asked.shutdown()
            try:
                supervisor.wait(STOP_SECONDS)
            except psutil.TimeoutExpired as error:
                raise AirflowDownError(f"supervisord, process {supervisor.pid}, does not end") from error

    def end_left_behind(self) -> None:
        """End the services of a supervisor that was killed, as they run on without it and hold their port."""
        if not self._supervisor_runs():
            for name in SERVICES:
                end_group(self.home.folder, name)

    def last_words(self, asked: Sequence[str] = (), lines: int = 20) -> str:
        """Return the ends of the logs of some services, or of all."""
        logs = [self.home.folder / f"{name}.log" for name in asked or SERVICES]
        ends = [(file, file.read_text(errors="replace").splitlines()[-lines:]) for file in logs if file.exists()]
        return "\n".join(f"{file}:\n" + "\n".join(end) for file, end in ends)

    @property
    def _asked(self) -> Any:
        """The supervisor, for one call: a connection that failed stays so. Its socket is for our account alone."""
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        return ServerProxy("http://127.0.0.1", transport=transport).supervisor

    @property
    def _socket(self) -> Path:
        """A short path in a private folder: that of the database's socket."""
        (folder,) = parse_qs(urlsplit(server.known_url(self.home.settings, DATABASE)).query)["host"]
        return Path(folder) / "svc"

    def _supervisor_runs(self) -> bool:
        with suppress(OSError, Fault):
            return bool(self._asked.getState()["statename"] == "RUNNING")
        return False

    def _found(self) -> dict[str, dict[str, Any]]:
        """Return what the supervisor says of each service; nothing when it does not run."""
        with suppress(OSError, Fault):  # which one that goes down answers
            return {found["name"]: found for found in self._asked.getAllProcessInfo()}
        return {}

    def _start_supervisor(self) -> None:
        configuration = self.home.folder / "supervisord.conf"
        with configuration.open("w") as file:
            _configuration(self.home.folder, self._socket).write(file)
        command = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(configuration)]
        done = subprocess.run(
            command, env=self.home.environment, cwd=self.home.folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not self._supervisor_runs():
            if done.returncode or time.monotonic() > deadline:
                raise AirflowDownError(f"supervisord does not start: {done.stdout}{done.stderr}")
            time.sleep(0.1)

    def _missing(self, wanted: Sequence[str]) -> str:
        """Return what Airflow still lacks, in words; nothing when it is ready."""
        if not self._listens():
            return "the api-server"
        api = AirflowApi(self.home)
        try:
            health = api.health()
        except OSError:
            return "the api-server"
        for name in wanted:  # the API server does not report on itself
            if health.get(name.replace("-", "_"), "healthy") != "healthy":
                return f"the {name}"
        missing = sorted(dag_ids() - api.dag_ids())
        return "\n".join([f"the DAGs {', '.join(missing)}", *api.import_errors()]) if missing else ""

    def _listens(self) -> bool:
        """Tell whether it is our API server, and no stranger's, that answers on the home's port."""
        process = self.process("api-server")
        with suppress(psutil.NoSuchProcess):
            ours = [process, *process.children(recursive=True)] if process else []
            listening = {
                connection.laddr.port
                for one in ours
                for connection in one.net_connections("tcp4")
                if connection.status == psutil.CONN_LISTEN
            }
            return urlsplit(self.home.url).port in listening
        return False


def dag_ids() -> set[str]:
    """Return the DAGs that the files in `dags/` define, one each, by the name of the file."""
    folder = PROJECT_ROOT / "dags"
    shared = (folder / ".airflowignore").read_text().split()
    return {file.stem for file in folder.glob("*.py") if file.name not in shared}


def _configuration(folder: Path, socket: Path) -> ConfigParser:
    """Return what supervisord is told: to run the services that it is asked for, and how."""
    here = str(folder).replace("%", "%%")
    sections: dict[str, dict[str, object]] = {
        "unix_http_server": {"file": str(socket).replace("%", "%%")},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        "supervisord": {
            "logfile": f"{here}/supervisord.log",
            "pidfile": f"{here}/supervisord.pid",
            "childlogdir": here,
            "umask": f"{files.UMASK:03o}",
        },
    }
    if os.geteuid() == 0:
        sections["supervisord"]["user"] = "root"  # else it warns
    for name, options in SERVICES.items():
        command = shlex.join([sys.executable, "-m", "deploy.service", name, *options])
        sections[f"program:{name}"] = {
            "command": command.replace("%", "%%"),
            "directory": here,
            "autostart": "false",
            "autorestart": "true",
            "startsecs": STEADY_SECONDS,
            "startretries": 1_000_000,  # never given up
            "stopwaitsecs": STOP_SECONDS,
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": f"{here}/{name}.log",
            "stdout_logfile_maxbytes": LOG_BYTES,
            "stdout_logfile_backups": LOGS_KEPT,
        }
    parser = ConfigParser(interpolation=None)
    parser.read_dict(sections)
    return parser
