"""The DAG files: all read by Airflow, none heavy, each one DAG that is wired as the contract says."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import RetryAction, TriggerRule
from airflow.sdk.exceptions import ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization
from airflow.utils.dag_version_inflation_checker import check_dag_file_stability

from alerts import RunFailed, RunSucceeded, note_cause
from deploy.services import dag_ids
from etl.errors import (
    BadInputError,
    ConservationError,
    SourceUnavailableError,
    VolumeError,
    WarehouseChangedError,
    WarehouseUnavailableError,
)
from job_settings import RUN_TIMEOUT
from review import PATIENCE

DAGS = Path(__file__).resolve().parents[2] / "dags"
HEAVY = {"pandas", "numpy", "pyarrow", "great_expectations", "pythainlp", "etl.pipeline", "airflow.models"}
DAG_FILE_LINES = 90
NEW_MODULES_PER_MODULE_OF_THE_SDK = 0.1

MODULES_OF_PARSING = """
import json, sys
from pathlib import Path
from airflow.sdk import DAG, Asset, CronTriggerTimetable, ExceptionRetryPolicy, Param, task
before = set(sys.modules)
for file in sorted(Path(sys.argv[1]).glob("*.py")):
    __import__(file.stem)
print(json.dumps([sorted(before), sorted(sys.modules)]))
"""


@pytest.fixture(scope="session")
def bag() -> DagBag:
    return DagBag(DAGS, bundle_path=DAGS, bundle_name="tests")


def test_every_file_is_a_dag_of_its_name_or_shared_by_dags(bag):
    shared = (DAGS / ".airflowignore").read_text().split()
    assert {file.name for file in DAGS.glob("*.py")} == {f"{dag_id}.py" for dag_id in bag.dags} | set(shared)
    assert {Path(dag.fileloc).stem for dag in bag.dags.values()} == set(bag.dags) == dag_ids()


def test_no_file_has_an_import_error(bag):
    assert bag.import_errors == {}


def test_a_dag_file_is_wiring_only():
    assert max(len(file.read_text().splitlines()) for file in DAGS.glob("*.py")) <= DAG_FILE_LINES


def test_parsing_the_files_imports_nothing_heavy():
    command = [sys.executable, "-c", MODULES_OF_PARSING, DAGS]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    before, after = (set(modules) for modules in json.loads(output))
    assert HEAVY.isdisjoint(after - before)
    assert len(after - before) < NEW_MODULES_PER_MODULE_OF_THE_SDK * len(before)


def test_a_dag_is_the_same_each_time_it_is_read(bag):
    for dag in bag.dags.values():
        assert check_dag_file_stability(dag.fileloc).runtime_varying_values == {}
        again = DagBag(dag.fileloc, bundle_path=DAGS, bundle_name="tests").dags[dag.dag_id]
        assert DagSerialization.to_dict(dag) == DagSerialization.to_dict(again)


def test_every_dag_tells_what_it_does_and_makes_up_for_no_past(bag):
    for dag in bag.dags.values():
        assert dag.description
        assert dag.dag_display_name.startswith(f"{dag.dag_id} · ")
        assert "reporting" in dag.tags
        assert dag.doc_md.strip().startswith("### ")
        assert not dag.catchup
        assert dag.max_active_runs == 1
        assert not dag.is_paused_upon_creation


@pytest.mark.parametrize(
    ("dag_id", "first"),
    [("report_exports_daily", "pull"), ("report_exports_fiscal_year", "pull"), ("quarantine_redrive", "redrive")],
)
def test_the_job_is_a_start_parse_validate_load_publish(bag, dag_id, first):
    tasks = bag.dags[dag_id].task_dict
    assert "parse" in tasks[first].downstream_task_ids
    assert tasks["parse"].is_mapped
    assert tasks["parse"].downstream_task_ids == {"validate"}
    assert tasks["validate"].downstream_task_ids == {"review", "load", "publish"}
    assert tasks["review"].downstream_task_ids == {"load"}
    assert tasks["load"].downstream_task_ids == {"publish"}
    assert {tasks[name].trigger_rule for name in ("validate", "review", "load", "publish")} == {TriggerRule.NONE_FAILED}
    assert [asset.name for asset in tasks[first].outlets] == (["report_landing"] if first == "pull" else [])
    assert [asset.name for asset in tasks["load"].outlets] == ["report_warehouse"]


def test_the_redrive_is_by_hand_and_takes_ids_as_text(bag):
    dag = bag.dags["quarantine_redrive"]
    assert dag.schedule is None
    param = dag.params.get_param("quarantine_ids")
    assert param.resolve(["7342563512345678901"]) == ["7342563512345678901"]
    for wrong in ([7342563512345678901], ["all"]):
        with pytest.raises(ParamValidationError):
            param.resolve(wrong)


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (BadInputError(), RetryAction.FAIL),
        (ConservationError(), RetryAction.FAIL),
        (VolumeError(), RetryAction.FAIL),
        (WarehouseChangedError(), RetryAction.FAIL),
        (SourceUnavailableError(), RetryAction.RETRY),
        (WarehouseUnavailableError(), RetryAction.RETRY),
        (ConnectionResetError(), RetryAction.RETRY),
        (psycopg.OperationalError(), RetryAction.RETRY),
        (psycopg.errors.AdminShutdown(), RetryAction.RETRY),
        (KeyError(), RetryAction.DEFAULT),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.value,
)
def test_bad_data_fails_at_once_and_what_may_come_back_is_retried(bag, error, action):
    for task in (task for dag in bag.dags.values() for task in dag.tasks):
        assert task.retry_policy.evaluate(error, try_number=1, max_tries=task.retries).action is action
        assert task.retry_exponential_backoff > 1


def test_a_source_that_is_down_is_tried_for_two_hours_and_an_unknown_error_three_times(bag):
    for task in (task for dag in bag.dags.values() for task in dag.tasks):
        growth = (task.retry_delay * task.retry_exponential_backoff**number for number in range(task.retries))
        assert sum((min(delay, task.max_retry_delay) for delay in growth), timedelta()) >= timedelta(hours=2)
        decided = [task.retry_policy.evaluate(KeyError(), number, task.retries).action for number in (1, 2, 3)]
        assert decided == [RetryAction.DEFAULT, RetryAction.DEFAULT, RetryAction.FAIL]


def test_nothing_runs_for_ever_and_somebody_is_told(bag):
    for dag in bag.dags.values():
        waits = PATIENCE if "review" in dag.task_dict else timedelta()  # for a person
        assert dag.dagrun_timeout == RUN_TIMEOUT + waits
        assert (type(dag.on_failure_callback), type(dag.on_success_callback)) == (RunFailed, RunSucceeded)
        for task in dag.tasks:
            assert task.execution_timeout < dag.dagrun_timeout
            partial = getattr(task, "partial_kwargs", {})  # of a mapped task
            assert partial.get("on_failure_callback", task.on_failure_callback) in (note_cause, [note_cause])
