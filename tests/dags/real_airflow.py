"""Airflow with its own processes on this machine, and what operators give it: commands, and calls of its API."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from deploy.airflow_home import DATABASE, AirflowHome
from deploy.api import AirflowApi
from deploy.services import Services
from etl.settings import Settings
from etl.warehouse import owner_url, server
from tests.receivers import Received

DAILY, FISCAL_YEAR, REDRIVE = "report_exports_daily", "report_exports_fiscal_year", "quarantine_redrive"
RUN_SECONDS = 900  # a run takes half a minute; on a machine that does much else, many times that
ENDED = ("success", "failed")


class RealAirflow:
    """Airflow with its own processes, and the commands that an operator gives it."""

    def __init__(self, settings: Settings, received: Received, metrics_port: int) -> None:
        self.settings = settings
        self.received = received
        self.metrics_port = metrics_port
        self.home = AirflowHome(settings)
        self.api = AirflowApi(self.home)

    @property
    def lineage_file(self) -> Path:
        """Where Airflow writes its events of lineage, a line each."""
        return self.settings.home / "lineage.jsonl"

    def local(self, command: str) -> str:
        alerts = f"json://127.0.0.1:{self.received.http_port}"
        return self._output(
            "-m", "deploy.local_airflow", command,
            ETL_HOME=str(self.settings.home), ETL_ALERTS=alerts, ETL_DAILY_DEADLINE_MINUTES="0",
            AIRFLOW__METRICS__OTEL_ON="True", OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{self.metrics_port}",
            AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(
                {"type": "file", "log_file_path": str(self.lineage_file), "append": True}
            ),
        )  # fmt: skip

    def etl(self, *arguments: str) -> str:
        return self._output("-m", "etl", *arguments, ETL_HOME=str(self.settings.home))

    def airflow(self, *arguments: str) -> str:
        return self._output("-m", "airflow", *arguments, AIRFLOW_HOME=str(self.home.folder))

    def backfill(self, *options: str) -> list[dict[str, Any]]:
        """Backfill fiscal years 2565 and 2566; return the runs when they have ended."""
        # The scheduler closes a backfill some seconds after its last run, and allows no other before.
        self.wait_for(lambda: not self.metadata("SELECT FROM backfill WHERE completed_at IS NULL"))
        dates = ("--from-date", "2021-10-01", "--to-date", "2023-09-30")
        self.airflow("backfill", "create", "--dag-id", FISCAL_YEAR, *dates, *options)
        self.wait_for(lambda: all(run["state"] in ENDED for run in self.api.runs(FISCAL_YEAR)))
        return self.api.runs(FISCAL_YEAR)

    def trigger(self, dag_id: str, **conf: object) -> dict[str, Any]:
        """Run a DAG by hand, as its page does; return the run when it has ended, with its tasks by name."""
        self.api.trigger(dag_id, note="", parameters=conf)
        return self.ended(dag_id)

    def ended(self, dag_id: str) -> dict[str, Any]:
        """Return the last run of a DAG when it has ended, with its tasks by name."""
        self.wait_for(lambda: all(run["state"] in ENDED for run in self.api.runs(dag_id)))
        run = self.api.runs(dag_id)[0]
        return run | {"tasks": {task["task_id"]: task for task in self.api.tasks(dag_id, run["dag_run_id"])}}

    def asked(self, dag_id: str, **conf: object) -> dict[str, Any]:
        """Run a DAG by hand; return the question with which its `review` waits, as the API has it."""
        self.api.trigger(dag_id, note="", parameters=conf)
        self.wait_for(lambda: self._state_of_review(dag_id) not in (None, "queued", "running", "scheduled"))
        assert self._state_of_review(dag_id) == "awaiting_input", self.last_words()
        # Airflow 3.3.2 takes an answer for a failure, and asks again, that comes before the scheduler has heard of the
        # task's end.
        heard = f"executor event with state success .* task_id='review', run_id='{re.escape(self._run_id(dag_id))}'"
        log = self.home.folder / "scheduler.log"
        self.wait_for(lambda: re.search(heard, log.read_text("utf-8", "replace")) is not None)
        question: dict[str, Any] = self.api.call("GET", self._question(dag_id))
        return question

    def answer(self, dag_id: str, option: str, why: str) -> dict[str, Any]:
        """Answer the question of a DAG's last run; return the run when it has ended, with its tasks by name."""
        self.api.call("PATCH", self._question(dag_id), {"chosen_options": [option], "params_input": {"why": why}})
        return self.ended(dag_id)

    def ui(self, path: str) -> Any:
        """Ask what Airflow's own pages ask."""
        return self.api._call("GET", f"/ui{path}", self.api._authorised)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        return _rows(owner_url(self.settings), statement)

    def metadata(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask Airflow's own database."""
        return _rows(server.database_url(self.settings, DATABASE), statement)

    def star_schema(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows of all tables of the star schema, as text."""
        tables = self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'dw'")
        return {table: self.query(f"SELECT row::text FROM dw.{table} AS row ORDER BY 1") for (table,) in tables}

    def told(self, subject: str, of: str) -> dict[str, Any]:
        """Return the last message on a subject that says something, as soon as it is there."""

        def found() -> list[dict[str, Any]]:
            return [told for told in self.received.posted if f"{subject}:" in told["title"] and of in str(told)]

        self.wait_for(lambda: bool(found()))
        return found()[-1]

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Return as soon as a condition holds."""
        deadline = time.monotonic() + RUN_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                states = [
                    (run["dag_run_id"], run["state"])
                    for dag in (DAILY, FISCAL_YEAR, REDRIVE)
                    for run in self.api.runs(dag)
                ]
                pytest.fail(f"after {RUN_SECONDS} s: {states}\n{self.last_words()}")
            time.sleep(0.5)

    def last_words(self) -> str:
        """Return the ends of all logs, the tasks' included, to tell why a run did not do what it should."""
        tasks = sorted(self.home.folder.glob("logs/dag_id=*/**/*.log"), key=lambda log: log.stat().st_mtime)[-4:]
        ends = [f"{log}:\n" + "\n".join(log.read_text().splitlines()[-8:]) for log in tasks]
        return "\n".join([Services(self.home).last_words(), *ends])

    def _question(self, dag_id: str) -> str:
        run_id = quote(self._run_id(dag_id), safe="")
        return f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/review/-1/hitlDetails"

    def _run_id(self, dag_id: str) -> str:
        run_id: str = self.api.runs(dag_id)[0]["dag_run_id"]
        return run_id

    def _state_of_review(self, dag_id: str) -> str | None:
        tasks = self.api.tasks(dag_id, self._run_id(dag_id))
        return next((task["state"] for task in tasks if task["task_id"] == "review"), None)  # none before it begins

    def _output(self, *arguments: str, **environment: str) -> str:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "ETL_", "WAREHOUSE"))
        }
        done = subprocess.run(
            [sys.executable, *arguments], env=kept | environment, cwd="/", capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{arguments}:\n{said}\n{self.last_words()}"
        return said


def _rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()
