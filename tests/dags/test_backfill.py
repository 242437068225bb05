"""A backfill of two fiscal years by a real scheduler: it ends in success, and once more leaves the same warehouse."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy import services
from deploy.airflow_home import DATABASE, AirflowHome
from deploy.api import AirflowApi
from etl import storage
from etl.settings import PROJECT_ROOT, Settings
from etl.warehouse import owner_url, server
from tests.receivers import Received, receivers

DAILY, FISCAL_YEAR, REDRIVE = "report_exports_daily", "report_exports_fiscal_year", "quarantine_redrive"
RUN_SECONDS = 900  # a run takes half a minute; on a machine that does much else, many times that
ENDED = ("success", "failed")

pytestmark = pytest.mark.xdist_group("airflow")


class RealAirflow:
    """Airflow with its own processes, and the commands that an operator gives it."""

    def __init__(self, settings: Settings, received: Received) -> None:
        self.settings = settings
        self.received = received
        self.home = AirflowHome(settings)
        self.api = AirflowApi(self.home)

    def local(self, command: str) -> str:
        alerts = f"json://127.0.0.1:{self.received.http_port}"
        return self._output(
            "-m", "deploy.local_airflow", command,
            ETL_HOME=str(self.settings.home), ETL_ALERTS=alerts, ETL_DAILY_DEADLINE_MINUTES="0",
        )  # fmt: skip

    def airflow(self, *arguments: str) -> str:
        return self._output("-m", "airflow", *arguments, AIRFLOW_HOME=str(self.home.folder))

    def backfill(self, *options: str) -> list[dict[str, Any]]:
        """Backfill fiscal years 2565 and 2566; return the runs when they have ended."""
        # The scheduler closes a backfill some seconds after its last run, and allows no other before.
        self._wait_for(lambda: not self.metadata("SELECT FROM backfill WHERE completed_at IS NULL"))
        dates = ("--from-date", "2021-10-01", "--to-date", "2023-09-30")
        self.airflow("backfill", "create", "--dag-id", FISCAL_YEAR, *dates, *options)
        self._wait_for(lambda: all(run["state"] in ENDED for run in self.api.runs(FISCAL_YEAR)))
        return self.api.runs(FISCAL_YEAR)

    def trigger(self, dag_id: str, **conf: object) -> dict[str, Any]:
        """Run a DAG by hand; return the run when it has ended, with its tasks by name."""
        self.airflow("dags", "trigger", dag_id, "--conf", json.dumps(conf))
        self._wait_for(lambda: all(run["state"] in ENDED for run in self.api.runs(dag_id)))
        run = self.api.runs(dag_id)[0]
        return run | {"tasks": {task["task_id"]: task for task in self.api.tasks(dag_id, run["dag_run_id"])}}

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

        self._wait_for(lambda: bool(found()))
        return found()[-1]

    def last_words(self) -> str:
        """Return the ends of all logs, the tasks' included, to tell why a run did not do what it should."""
        tasks = sorted(self.home.folder.glob("logs/dag_id=*/**/*.log"), key=lambda log: log.stat().st_mtime)[-4:]
        ends = [f"{log}:\n" + "\n".join(log.read_text().splitlines()[-8:]) for log in tasks]
        return "\n".join([services.last_words(services.services(self.home)), *ends])

    def _wait_for(self, condition: Callable[[], bool]) -> None:
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


@pytest.fixture(scope="module")
def received() -> Iterator[Received]:
    with receivers() as found:
        yield found


@pytest.fixture(scope="module")
def airflow(received: Received) -> Iterator[RealAirflow]:
    # Not pytest's own folder: that is closed to the account that PostgreSQL runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="backfill-"))
    folder.chmod(0o755)
    settings = Settings(etl_home=folder, etl_source=str(PROJECT_ROOT / "samples"), warehouse_url=None)
    airflow = RealAirflow(settings, received)
    try:
        with closing(socket.socket()) as another_program:
            with suppress(OSError):  # already another's
                another_program.bind(("127.0.0.1", 8080))
            airflow.local("up")
        yield airflow
    finally:
        airflow.local("down")
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def first(airflow: RealAirflow) -> list[dict[str, Any]]:
    return airflow.backfill()


def test_a_port_in_use_is_left_to_its_owner(airflow):
    assert not airflow.home.url.endswith(":8080")


def test_starting_again_starts_nothing_and_says_how_to_log_in(airflow):
    said = airflow.local("up")
    assert "starting" not in said
    assert airflow.home.url in said
    assert airflow.home.password in said


def test_every_dag_on_a_schedule_has_a_next_run(airflow):
    # Airflow swallows what a timetable raises, and then there is none.
    unscheduled = airflow.metadata("SELECT dag_id FROM dag WHERE next_dagrun IS NULL ORDER BY dag_id")
    assert unscheduled == [("quarantine_redrive",)]


def test_secrets_are_for_the_owner_only(airflow):
    for file in (airflow.home.configuration_file, airflow.home.passwords_file):
        assert file.stat().st_mode & 0o077 == 0


def test_a_dry_run_names_the_years_and_runs_nothing(airflow):
    dates = ("--from-date", "2020-10-01", "--to-date", "2023-09-30")
    said = airflow.airflow("backfill", "create", "--dag-id", FISCAL_YEAR, *dates, "--dry-run")
    assert [line[2:12] for line in said.splitlines() if line.startswith("| 2")] == [
        "2020-10-01", "2021-10-01", "2022-10-01",
    ]  # fmt: skip


def test_just_the_years_asked_for_run_and_succeed(airflow, first):
    assert {(run["note"], run["run_type"]) for run in first} == {("FY2565", "backfill"), ("FY2566", "backfill")}
    assert all(run["state"] == "success" for run in first), airflow.last_words()


def test_the_warehouse_holds_what_belongs_to_those_years(airflow, first):
    run_ids = {run["note"]: run["dag_run_id"] for run in first}
    loads = airflow.query("SELECT run_id, status, documents_read FROM ops.load WHERE run_id LIKE 'backfill%'")
    assert set(loads) == {(run_ids["FY2565"], "committed", 0), (run_ids["FY2566"], "committed", 1)}
    assert airflow.query("SELECT project_code, fiscal_year, report_count FROM mart.project_status") == [
        ("50490000-3572", 2566, 9),
    ]  # fmt: skip


def test_a_second_backfill_leaves_the_same_warehouse(airflow, first):
    before = airflow.star_schema()
    again = airflow.backfill("--reprocess-behavior", "completed")
    assert [run["state"] for run in again] == ["success", "success"], airflow.last_words()
    assert {run["dag_run_id"] for run in again} == {run["dag_run_id"] for run in first}
    assert airflow.query("SELECT count(*) FROM ops.load WHERE run_id LIKE 'backfill%'") == [(4,)]
    assert airflow.star_schema() == before


def test_each_try_of_a_run_has_a_folder_of_its_own_named_after_dag_and_run(airflow, first):
    folders = [storage.run_of(folder) for folder in storage.batches(airflow.settings).iterdir()]
    with_exports, without = sorted((run["dag_run_id"] for run in first), reverse=True)  # 2566, and the year before
    assert folders.count(with_exports) == 2
    assert folders.count(without) <= 1  # once it is known that nothing is of that year, there is no work
    assert {*folders} <= {with_exports, without}
    assert all(folder.name.startswith(f"{FISCAL_YEAR}__") for folder in storage.batches(airflow.settings).iterdir())


def test_all_that_airflow_and_its_tasks_keep_is_for_its_owner_alone(airflow, first):
    found = [path for path in airflow.settings.home.rglob("*") if not path.is_symlink()]
    assert {"landing", "batches", "logs"} <= {path.name for path in found}
    assert [path for path in found if path.exists() and path.stat().st_mode & 0o077] == []


def test_a_run_with_nothing_to_parse_leaves_its_audit_row(airflow, first):
    run = airflow.trigger(DAILY)
    assert "not done in time" in airflow.told(DAILY, "ยังไม่เสร็จตามกำหนด")["title"]  # its deadline is at once
    assert run["tasks"]["parse"]["state"] == "skipped"
    assert run["state"] == "success"
    assert airflow.query("SELECT documents_read FROM ops.load ORDER BY load_id DESC LIMIT 1") == [(0,)]


def test_a_source_that_is_not_there_fails_at_once_and_loads_nothing(airflow, first):
    before = airflow.query("SELECT count(*) FROM ops.load")
    run = airflow.trigger(DAILY, source="/no/such/folder")
    assert (run["tasks"]["pull"]["state"], run["tasks"]["pull"]["try_number"]) == ("failed", 1)
    assert run["tasks"]["load"]["state"] == "upstream_failed"
    assert airflow.query("SELECT count(*) FROM ops.load") == before
    told = airflow.told(DAILY, "failed")["message"]
    assert "Task: pull\n" in told
    assert "Cause: BadInputError: there is nothing at /no/such/folder" in told
    assert f"Log: {airflow.home.url}/dags/{DAILY}/runs/" in told


def test_the_same_failure_is_not_told_again(airflow, first):
    airflow.trigger(DAILY, source="/no/such/folder")
    airflow.trigger(DAILY, source="/another/folder")
    assert "/another/folder" in airflow.told(DAILY, "still failing")["message"]
    assert sum("/no/such/folder" in told["message"] for told in airflow.received.posted) == 1


def test_a_redrive_reads_the_document_of_the_case_named_once_more(airflow, first, tmp_path):
    (tmp_path / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    assert airflow.trigger(DAILY, source=str(tmp_path))["state"] == "success"
    assert "R-unknown-family 1" in airflow.told(DAILY, "well again")["message"]
    ((case, last_seen),) = airflow.query("SELECT quarantine_id, last_seen FROM ops.quarantine WHERE state = 'held'")
    run = airflow.trigger(REDRIVE, quarantine_ids=[str(case)])
    assert run["state"] == "success", airflow.last_words()
    ((state, seen_again),) = airflow.query("SELECT state, last_seen FROM ops.quarantine")
    assert state == "held"
    assert seen_again > last_seen
