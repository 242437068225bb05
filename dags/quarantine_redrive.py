"""The redrive: documents that are held back are read again after a fix, and loaded if they can be read now."""

from typing import Any

from airflow.sdk import Param, dag, task
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from job_settings import ASKING_DAG_SETTINGS
from report_job import REVIEW_OF_NEWS, report_job

DOC = """
### Quarantine, once more

Reads the documents that have a **case held back** again, from the landing area, and loads what a fix has made readable;
the case is then released. What is still unreadable stays held. For the people who fixed a parser or a rule.

* **All cases?** Trigger it. **Only some?** Trigger it with their ids, as `etl quarantine list` names them, one a line.
* **Once more?** A second run of the same cases leaves the same warehouse.
* **Failed?** Nothing is half-loaded: fix the cause that the task's log names, then clear the task.
"""
# Ids are texts: they have more digits than a number in a browser can hold.
PARAMS = {
    "quarantine_ids": Param(
        None,
        type=["null", "array"],
        items={"type": "string", "pattern": r"^\d+$"},
        title="Cases",
        description="Read the documents of these cases again; without any, of all that are held",
    )
} | REVIEW_OF_NEWS


@task
def redrive(*, params: dict[str, Any], ti: RuntimeTaskInstanceProtocol) -> list[str]:
    """Return the addresses of work lists of the documents of the cases named; without any, of all cases held."""
    from etl import pipeline
    from etl_settings import batches_name, settings

    return pipeline.redrive(settings(), batches_name(ti), [int(case) for case in params["quarantine_ids"] or ()])


@dag(
    schedule=None,
    doc_md=DOC,
    params=PARAMS,
    dag_display_name="quarantine_redrive · ประมวลผลข้อมูลที่ถูกกักไว้ใหม่",
    description="Documents that are held back, once more after a fix",
    tags=["reporting", "load", "quarantine"],
    **ASKING_DAG_SETTINGS,
)
def quarantine_redrive() -> None:
    report_job(redrive())


quarantine_redrive()
