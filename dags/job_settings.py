"""The settings that all DAGs of the job share: limits of time, retries, and the messages about how a run ended."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryRule

from alerts import RunFailed, RunSucceeded, note_cause
from etl.errors import (
    BadInputError,
    BatchDamagedError,
    ConservationError,
    HeldBackError,
    QualityError,
    SourceUnavailableError,
    VolumeError,
    WarehouseChangedError,
    WarehouseUnavailableError,
)
from review import PATIENCE

# Where a task runs, if not wherever there is room: on the machine with the source's folder, the pages and Airflow's own
# database, or where there are most cores. Celery goes by the queue, Kubernetes by the pod: docs/scale.md.
_PODS = Path(__file__).parents[1] / "deploy" / "kubernetes"
HOME, PARSE = (
    {"queue": queue, "executor_config": {"pod_template_file": str(_PODS / f"{queue}.yaml")}}
    for queue in ("home", "parse")
)

TASK_TIMEOUT = timedelta(minutes=int(os.environ.get("ETL_TASK_TIMEOUT_MINUTES", "180")))
RUN_TIMEOUT = timedelta(hours=int(os.environ.get("ETL_RUN_TIMEOUT_HOURS", "24")))
LONGEST_RUN = RUN_TIMEOUT + PATIENCE  # one that waits for an answer
TRIES_AFTER_UNKNOWN_ERRORS = 3


class Patience(ExceptionRetryPolicy):
    """Retries long where a server may be down for an hour; an error of no known kind gets only a few tries."""

    def evaluate(self, exception: BaseException, try_number: int, *rest: Any, **more: Any) -> RetryDecision:
        """Return whether to retry, as RetryPolicy says; an error of no known kind fails at the third try."""
        decision = super().evaluate(exception, try_number, *rest, **more)
        if decision.action is RetryAction.DEFAULT and try_number >= TRIES_AFTER_UNKNOWN_ERRORS:
            return RetryDecision.fail(f"it failed {try_number} times")
        return decision


RETRY_POLICY = Patience(
    rules=[
        RetryRule(
            exception=[
                BadInputError,
                BatchDamagedError,
                ConservationError,
                HeldBackError,
                QualityError,
                VolumeError,
                WarehouseChangedError,
            ],
            action=RetryAction.FAIL,
            reason="the same input fails in the same way",
        ),
        RetryRule(
            exception=[SourceUnavailableError, WarehouseUnavailableError, OSError, "psycopg.OperationalError"],
            action=RetryAction.RETRY,
            reason="what does not answer now may answer later",
        ),
    ]
)
DAG_SETTINGS: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,
    "is_paused_upon_creation": False,  # the runs of a backfill would wait while their DAG is paused
    "dagrun_timeout": RUN_TIMEOUT,
    "on_failure_callback": RunFailed(),
    "on_success_callback": RunSucceeded(),
    "default_args": {
        "owner": "reporting",
        "retries": 12,  # two hours, with the delays below
        "execution_timeout": TASK_TIMEOUT,
        "on_failure_callback": note_cause,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=15),
        "retry_policy": RETRY_POLICY,
    },
}
ASKING_DAG_SETTINGS = DAG_SETTINGS | {"dagrun_timeout": LONGEST_RUN}
