"""Airflow for these tests: the repository's plugins and DAGs, in a home of its own, before anything imports Airflow."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from etl.settings import PROJECT_ROOT, Settings
from tests.dags.real_airflow import RealAirflow
from tests.receivers import Received, collector, receivers

ROOT = Path(__file__).resolve().parents[2]

for folder in ("plugins", "dags"):
    sys.path.insert(0, str(ROOT / folder))

airflow_home = tempfile.TemporaryDirectory(prefix="airflow-home-")  # removed when the tests are over

os.environ |= {
    "AIRFLOW_HOME": airflow_home.name,
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Bangkok",
    "AIRFLOW__DAG_PROCESSOR__DAG_VERSION_INFLATION_CHECK_LEVEL": "error",
}


@pytest.fixture(scope="package")
def received() -> Iterator[Received]:
    with receivers() as found:
        yield found


@pytest.fixture(scope="package")
def airflow(received: Received) -> Iterator[RealAirflow]:
    # Not pytest's own folder: that is closed to the account that PostgreSQL runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="backfill-"))
    folder.chmod(0o755)
    settings = Settings(etl_home=folder, etl_source=str(PROJECT_ROOT / "samples"), warehouse_url=None)
    with collector(folder / "metrics.txt") as metrics_port:
        airflow = RealAirflow(settings, received, metrics_port)
        try:
            with closing(socket.socket()) as another_program:
                with suppress(OSError):  # already another's
                    another_program.bind(("127.0.0.1", 8080))
                airflow.local("up")
            yield airflow
        finally:
            airflow.local("down")
            shutil.rmtree(folder)
