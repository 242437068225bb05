"""What the daily and the fiscal-year DAG share: the settings of both, the job's tasks, and what runs after what."""

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, ExceptionRetryPolicy, Param, RetryAction, RetryRule, TriggerRule, XComArg, task
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from etl.errors import (
    BadInputError,
    BatchDamagedError,
    ConservationError,
    SourceUnavailableError,
    WarehouseUnavailableError,
)

LANDING = Asset("report_landing")
WAREHOUSE = Asset("report_warehouse")

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
JOB_PARAMS = {"source": Param(None, type=["null", "string"], title="Source", description="Pull from here, this once")}


@task(outlets=[LANDING])
def pull(*, only_new: bool, params: dict[str, Any], ti: RuntimeTaskInstanceProtocol) -> list[str]:
    """Copy exports into the landing area; return the addresses of work lists, some hundred documents each."""
    from etl import pipeline
    from etl_settings import batches_name, settings

    return pipeline.pull(settings(params["source"]), batches_name(ti), only_new=only_new)


@task
def process(work_list: str, fiscal_year: int | None) -> str:
    """Read, parse and validate one work list's documents; return the address of the batch that they became."""
    from etl import pipeline

    return pipeline.process(work_list, fiscal_year=fiscal_year)


# With nothing to process, `process` is skipped; the run is still to leave its audit row and refresh what is published.
@task(outlets=[WAREHOUSE], trigger_rule=TriggerRule.NONE_FAILED)
def load(batches: list[str], fiscal_year: int | None, run_id: str) -> dict[str, Any]:
    """Load the batches into the warehouse in one transaction; return its counts."""
    from etl import pipeline
    from etl_settings import settings

    return pipeline.load(settings(), run_id, list(batches), fiscal_year=fiscal_year)


@task(trigger_rule=TriggerRule.NONE_FAILED)
def publish(summary: dict[str, Any], batches: list[str]) -> dict[str, Any]:
    """Refresh the marts and Data Docs after a load; return where they are."""
    from etl import pipeline
    from etl_settings import settings

    return pipeline.publish(settings(), summary["load_id"], list(batches))


def report_job(work_lists: XComArg, fiscal_year: XComArg | None = None) -> None:
    """Wire the job on work lists into the DAG under construction: on all fiscal years' records, or on one year's."""
    batches = process.partial(fiscal_year=fiscal_year).expand(work_list=work_lists)
    publish(load(batches, fiscal_year), batches)
