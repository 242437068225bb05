"""The tasks of the job and their order, shared by the DAGs that load exports."""

import os
from typing import Any

from airflow.sdk import Asset, Param, TriggerRule, XComArg, task
from airflow.sdk.types import DagRunProtocol, RuntimeTaskInstanceProtocol

from alerts import ReviewAsked
from job_settings import HOME, PARSE
from review import Review, origin, review_params

LANDING, WAREHOUSE = Asset("report_landing"), Asset("report_warehouse")

SOURCE = {"source": Param(None, type=["null", "string"], title="Source", description="Pull from here, this once")}
REVIEW_OF_NEWS = review_params(os.environ.get("ETL_REVIEW_DAILY", "losses"))
REVIEW_OF_A_YEAR = review_params(os.environ.get("ETL_REVIEW_FISCAL_YEAR", "changes"))


@task(outlets=[LANDING], **HOME)
def pull(
    *, only_new: bool, params: dict[str, Any], ti: RuntimeTaskInstanceProtocol, fiscal_year: int | None = None
) -> list[str]:
    """Copy exports into the landing area; return the addresses of work lists of a few hundred documents each."""
    from etl import pipeline
    from etl_settings import batches_name, settings

    return pipeline.pull(settings(params["source"]), batches_name(ti), only_new=only_new, fiscal_year=fiscal_year)


@task(map_index_template="work list {{ task.op_kwargs['work_list'].rsplit('/', 1)[-1] }}", **PARSE)
def parse(work_list: str, fiscal_year: int | None) -> str:
    """Read and parse the documents of one work list; return its address, beside which their records are kept."""
    from etl import pipeline
    from etl_settings import settings

    return pipeline.parse(settings(), work_list, fiscal_year=fiscal_year)


# Where nothing is to be parsed, it runs all the same, as those after it do: for `ops.load`, and what is published.
@task(trigger_rule=TriggerRule.NONE_FAILED)
def validate(work_lists: list[str]) -> list[str]:
    """Judge the records of all parsed documents, and reconcile their copies; return the addresses of the batches."""
    from etl import pipeline

    return pipeline.validate(list(work_lists))


@task(outlets=[WAREHOUSE], trigger_rule=TriggerRule.NONE_FAILED)
def load(
    batches: list[str],
    fiscal_year: int | None,
    approval: dict[str, Any] | None,
    *,
    dag_run: DagRunProtocol,
    params: dict[str, Any],
) -> dict[str, Any]:
    """Load the batches into the warehouse in one transaction, as it was approved if it was; return its counts."""
    from etl import pipeline
    from etl.load.runs import Approval, Origin
    from etl_settings import settings
    from telemetry import sent

    counts = pipeline.load(
        settings(), dag_run.run_id, list(batches), fiscal_year=fiscal_year,
        origin=Origin(*origin(dag_run, params)), approval=Approval(**approval) if approval else None,
    )  # fmt: skip
    return sent(counts, dag_run.dag_id, fiscal_year)


@task(trigger_rule=TriggerRule.NONE_FAILED, **HOME)
def publish(summary: dict[str, Any], batches: list[str], *, ti: RuntimeTaskInstanceProtocol) -> dict[str, Any]:
    """Refresh the marts and Data Docs after a load; return where they are. May fail for what was held back."""
    from etl import pipeline
    from etl_settings import settings
    from run_note import fail_if_held

    published = pipeline.publish(settings(), summary["load_id"], list(batches))
    fail_if_held(published, ti)
    return published


def report_job(work_lists: XComArg, fiscal_year: XComArg | None = None) -> None:
    """Add the tasks after `pull` to the DAG that is being defined: for the records of all fiscal years, or of one."""
    batches = validate(parse.partial(fiscal_year=fiscal_year).expand(work_list=work_lists))
    review = Review(
        task_id="review", batches=batches, fiscal_year=fiscal_year, notifiers=[ReviewAsked()],
        trigger_rule=TriggerRule.NONE_FAILED,
    )  # fmt: skip
    publish(load(batches, fiscal_year, review.output), batches)
