"""Airflow for these tests: the repository's plugins and DAGs, in a home of its own, before anything imports Airflow."""

import os
import sys
import tempfile
from pathlib import Path

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
