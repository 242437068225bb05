"""What the daily and the fiscal-year DAG share: the job's tasks, and what runs after what."""

from typing import Any

from airflow.sdk import Asset, Param, TriggerRule, XComArg, task
from airflow.sdk.types import RuntimeTaskInstanceProtocol

LANDING = Asset("report_landing")
WAREHOUSE = Asset("report_warehouse")

JOB_PARAMS = {"source": Param(None, type=["null", "string"], title="Source", description="Pull from here, this once")}


@task(outlets=[LANDING])
def pull(
    *, only_new: bool, params: dict[str, Any], ti: RuntimeTaskInstanceProtocol, fiscal_year: int | None = None
) -> list[str]:
    """Copy exports into the landing area; return the addresses of work lists, some hundred documents each."""
    from etl import pipeline
    from etl_settings import batches_name, settings

    return pipeline.pull(settings(params["source"]), batches_name(ti), only_new=only_new, fiscal_year=fiscal_year)


@task(map_index_template="work list {{ task.op_kwargs['work_list'].rsplit('/', 1)[-1] }}")
def parse(work_list: str, fiscal_year: int | None) -> str:
    """Read and parse one work list's documents; return its address, where what they say is kept."""
    from etl import pipeline
    from etl_settings import settings

    return pipeline.parse(settings(), work_list, fiscal_year=fiscal_year)


# With nothing to parse, `parse` is skipped; the run is still to leave its audit row and refresh what is published.
@task(trigger_rule=TriggerRule.NONE_FAILED)
def validate(work_lists: list[str]) -> list[str]:
    """Judge what all parsed documents say, and reconcile it; return the addresses of their batches."""
    from etl import pipeline

    return pipeline.validate(list(work_lists))


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
    batches = validate(parse.partial(fiscal_year=fiscal_year).expand(work_list=work_lists))
    publish(load(batches, fiscal_year), batches)
