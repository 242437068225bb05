"""What all DAGs of the job share: how often a task is tried again, after which errors, and how runs are made."""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from etl.errors import (
    BadInputError,
    BatchDamagedError,
    ConservationError,
    SourceUnavailableError,
    WarehouseUnavailableError,
)

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=[BadInputError, BatchDamagedError, ConservationError],
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
    "is_paused_upon_creation": False,  # the runs of a backfill wait for as long as their DAG is paused
    "default_args": {
        "owner": "reporting",
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=15),
        "retry_policy": RETRY_POLICY,
    },
    "tags": ["reporting"],
}
