"""Housekeeping: what is old and has done its work is deleted."""

from airflow.sdk import CronTriggerTimetable, dag, task

from job_settings import DAG_SETTINGS, HOME, LONGEST_RUN

DOC = """
### Housekeeping, every week

Deletes what is old and has done its work: **batches** of past runs, what **other versions of the parser** read, and
**logs** of tasks, and **rows of Airflow's own database** on past runs. For the people who look after the disk; how long
each is kept is set (`ETL_…_KEEP_DAYS`).

* The landing area stays: what is held back can be redriven for as long as it is held.
* What may still run, or waits for an answer, is younger than anything that goes.
* **Failed?** Clear the task: what is deleted stays deleted, and the rest goes with the next try.
"""


@task
def tidy_storage() -> dict[str, int]:
    """Delete old batches, and what other versions of the parser read; return how many of each."""
    from datetime import UTC, datetime

    from etl.housekeeping import tidy
    from etl_settings import settings

    return tidy(settings(), datetime.now(UTC))


@task(**HOME)
def delete_logs() -> int:
    """Delete old logs of tasks; return how many."""
    from datetime import UTC, datetime

    from old_runs import delete_old_logs

    return delete_old_logs(datetime.now(UTC), LONGEST_RUN)


@task(**HOME)
def prune_airflow() -> str:
    """Delete old rows of Airflow's own database; return what the command said."""
    from datetime import UTC, datetime

    from old_runs import prune_airflow

    return prune_airflow(datetime.now(UTC), LONGEST_RUN)


@dag(
    schedule=CronTriggerTimetable("0 3 * * 0", timezone="Asia/Bangkok"),
    doc_md=DOC,
    dag_display_name="housekeeping · ลบข้อมูลเก่าที่ไม่ใช้แล้ว",
    description="Deletes batches, parsed documents, logs and past runs by age",
    tags=["reporting", "housekeeping"],
    **DAG_SETTINGS,
)
def housekeeping() -> None:
    tidy_storage()
    delete_logs()
    prune_airflow()


housekeeping()
