"""The daily run: loads what is new or changed at the source into the warehouse."""

import os
from datetime import timedelta

from airflow.sdk import AsyncCallback, CronTriggerTimetable, DeadlineAlert, DeadlineReference, dag

from alerts import tell_late
from job_settings import ASKING_DAG_SETTINGS
from report_job import REVIEW_OF_NEWS, SOURCE, pull, report_job

DOC = """
### Project exports, every day

Brings the exports that are **new or changed** since the last run into the reporting warehouse, each morning before
office hours, and publishes the marts and Data Docs. For the people who keep the reports up to date.

* **Once more?** Trigger it. A run loads nothing twice.
* **Another source, this once?** Trigger it with `source`: any address that `ETL_SOURCE` may hold.
* **A past year again?** Backfill `report_exports_fiscal_year`.
* **Much less than before?** It waits in *Required Actions* until somebody approves or rejects what would be left.
* **Failed?** Nothing is half-loaded: fix the cause that the task's log names, then clear the task.
"""

DEADLINE = timedelta(minutes=int(os.environ.get("ETL_DAILY_DEADLINE_MINUTES", "180")))


# There is no start date, so that a new installation waits for the next morning and does not run for the last one.
@dag(
    schedule=CronTriggerTimetable("30 5 * * *", timezone="Asia/Bangkok", run_immediately=timedelta(minutes=10)),
    doc_md=DOC,
    params=SOURCE | REVIEW_OF_NEWS,
    dag_display_name="report_exports_daily · ประจำวัน",
    description="What is new or changed at the source, into the warehouse",
    tags=["reporting", "load"],
    deadline=DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, DEADLINE, AsyncCallback(tell_late)),
    **ASKING_DAG_SETTINGS,
)
def report_exports_daily() -> None:
    report_job(pull(only_new=True))


report_exports_daily()
