"""Two fiscal years loaded by Celery workers with homes of their own, one of which is killed in mid-task.

`make test-celery` runs it: with a real Redis, Airflow's own processes, an object store that speaks S3, and a worker for
each queue of `dags/job_settings.py`, set up as in `docker-compose.celery.yaml`.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from airflow.providers.celery.get_provider_info import get_provider_info
from upath import UPath

from etl import storage
from etl.settings import PROJECT_ROOT, Settings
from etl.warehouse import owner_url
from tests.dags.real_airflow import ENDED, FISCAL_YEAR, RealAirflow
from tests.forms import Form
from tests.receivers import Received, receivers

COMPOSE = yaml.safe_load(re.sub(r"!override ", "", (PROJECT_ROOT / "docker-compose.celery.yaml").read_text("utf-8")))
YEARS = {2566: range(1, 31), 2567: range(1, 41)}
DOCUMENTS_A_TASK = 15
HOME, WORKERS = "home-worker", ("worker-a", "worker-b")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


class Cluster(RealAirflow):
    """Airflow with the settings of `docker-compose.celery.yaml`, and workers that have nothing in common."""

    def __init__(self, settings: Settings, received: Received, broker: str, storage: str) -> None:
        super().__init__(settings, received, metrics_port=0)  # nobody listens, and `local` sends none
        named = COMPOSE["x-cluster-environment"]
        self.shared = {name: str(value) for name, value in named.items() if value and "${" not in str(value)} | {
            "AIRFLOW__CELERY__BROKER_URL": broker, "AIRFLOW__CELERY__RESULT_BACKEND": broker,
            "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Bangkok", "ETL_STORAGE": storage,
            "ETL_SOURCE": settings.etl_source, "ETL_BATCH_DOCUMENTS": str(DOCUMENTS_A_TASK),
        }  # fmt: skip
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def local(self, command: str) -> str:
        return self._output(
            "-m", "deploy.local_airflow", command,
            ETL_HOME=str(self.settings.home), ETL_ALERTS=f"json://127.0.0.1:{self.received.http_port}",
        )  # fmt: skip

    def _output(self, *arguments: str, **environment: str) -> str:
        return super()._output(*arguments, **self.shared | environment)

    def start_worker(self, service: str, name: str) -> None:
        """Start a worker as a service has it, with a home of its own and nothing in it."""
        home = self.settings.home / name
        (home / "airflow").mkdir(parents=True)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "ETL_", "WAREHOUSE"))}
        environment = kept | self.shared | {
            "AIRFLOW_HOME": str(home / "airflow"), "ETL_HOME": str(home), "WAREHOUSE_URL": owner_url(self.settings),
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT_ROOT / "dags"), "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT_ROOT / "plugins"), "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT":
            str(free_port()),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.home.url}/execution/",
        }  # fmt: skip
        command = [sys.executable, "-m", *COMPOSE["services"][service]["command"], "--celery-hostname", name]
        log = (home / "worker.log").open("wb")
        self.workers[name] = subprocess.Popen(
            command, env=environment, cwd=home, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self, name: str) -> None:
        """End a worker and all that it started, at once, as a machine that loses its power does."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.cwd() == str(self.settings.home / name):
                    process.kill()

    def in_mid_task(self) -> tuple[dict[str, Any], str] | None:
        """Return a task that parses at this moment, and the worker in which it does."""
        for task in self.instances():
            if task["task_id"] == "parse" and task["state"] == "running" and task["pid"]:
                with suppress(psutil.Error):
                    return task, Path(psutil.Process(task["pid"]).cwd()).name
        return None

    def instances(self) -> list[dict[str, Any]]:
        """Return all tasks of the runs, as the API has them."""
        runs = [run["dag_run_id"] for run in self.api.runs(FISCAL_YEAR)]
        return [task | {"run": run} for run in runs for task in self.api.tasks(FISCAL_YEAR, run)]


@pytest.fixture
def cluster(broker: str, bucket: str) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    folder.chmod(0o755)
    for year, numbers in YEARS.items():
        for number in numbers:
            form = Form(
                code=f"50210000-{number:04}", fiscal_year=str(year), start=f"{year - 544}-10-01 00:00:00",
                end=f"{year - 543}-09-30 00:00:00", received=f"{number}.25 บาท", spent="0.00 บาท", reports=(),
            )  # fmt: skip
            (UPath(f"{bucket}/exports") / f"{year}-{number}.txt").write_text(form.text(), encoding="utf-8")
    settings = Settings(etl_home=folder, etl_source=f"{bucket}/exports", warehouse_url=None)
    with receivers() as received:
        cluster = Cluster(settings, received, broker, f"{bucket}/state")
        try:
            cluster.local("up")
            yield cluster
        finally:
            for name in cluster.workers:
                cluster.kill(name)
            cluster.local("down")
            shutil.rmtree(folder)


def test_two_years_load_with_exact_totals_while_a_worker_dies(cluster: Cluster) -> None:
    cluster.start_worker("home-worker", HOME)
    for name in WORKERS:
        cluster.start_worker("worker", name)
    for year in YEARS:
        cluster.api.trigger(FISCAL_YEAR, note="", parameters={"fiscal_year": year, "review": "never"})
    cluster.wait_for(lambda: cluster.in_mid_task() is not None)
    found = cluster.in_mid_task()
    assert found is not None
    lost, worker = found
    cluster.kill(worker)
    killed_at = datetime.now(UTC)
    cluster.wait_for(lambda: all(run["state"] in ENDED for run in cluster.api.runs(FISCAL_YEAR)))
    assert [run["state"] for run in cluster.api.runs(FISCAL_YEAR)] == ["success"] * len(YEARS), cluster.last_words()
    (again,) = [
        task
        for task in cluster.instances()
        if all(task[name] == lost[name] for name in ("run", "task_id", "map_index"))
    ]
    assert again["try_number"] == lost["try_number"] + 1
    print(f"killed at {killed_at}; tried again at {again['start_date']}, ended at {again['end_date']}")
    totals = cluster.query(
        "SELECT fiscal_year, count(*), sum(budget_received_thb) FROM mart.project_status GROUP BY 1 ORDER BY 1"
    )
    assert totals == [
        (year, len(numbers), sum((number + Decimal("0.25") for number in numbers), Decimal(0)))
        for year, numbers in YEARS.items()
    ]
    loads = cluster.query("SELECT fiscal_year, status FROM ops.load WHERE fiscal_year IS NOT NULL ORDER BY 1")
    assert loads == [(year, "committed") for year in YEARS]  # the daily run may have had its hour as well
    # Pages are where the home worker wrote them, and nothing of a document is in any worker's home.
    assert (cluster.settings.home / HOME / "city_report" / "index.html").exists()
    for name in (HOME, *WORKERS):
        assert not any((cluster.settings.home / name / area).exists() for area in storage.AREAS)


def test_the_provider_knows_every_setting() -> None:
    known = get_provider_info()["config"]
    named = re.findall(r"AIRFLOW__(CELERY[A-Z_]*?)__([A-Z_]+)", " ".join(COMPOSE["x-cluster-environment"]))
    assert named
    assert [one for one in named if one[1].lower() not in known[one[0].lower()]["options"]] == []
