"""The fiscal-year run: everything that the source holds on one Thai fiscal year, into the warehouse."""

import pendulum
from airflow.sdk import dag, task
from airflow.sdk.types import DagRunProtocol

from etl.errors import BadInputError
from fiscal_year import FiscalYearTimetable, fiscal_year_at, fiscal_year_of_run
from job_settings import DAG_SETTINGS
from report_job import JOB_PARAMS, pull, report_job

DOC = """
### Project exports, a whole fiscal year

Reads **everything** that the source holds, new or not, and loads what belongs to one Thai fiscal year: 1 October to
30 September, labelled with the Buddhist year (`FY2566`). For the people who correct past years, after late exports
came in or a parser was fixed.

* Runs by itself when a year is over. Past years are reloaded by a backfill: `docs/backfill.md` says how.
* **Triggered here**, it loads the year that the logical date falls in.
* **Once more?** A second run of the same year leaves the same warehouse.
* **Failed?** Nothing is half-loaded: fix the cause that the task's log names, then clear the task.
"""


@task
def fiscal_year(dag_run: DagRunProtocol) -> int:
    """Return the run's fiscal year (B.E.); raise BadInputError when its logical date speaks of another year."""
    year = fiscal_year_of_run(dag_run)
    # `airflow dags trigger --logical-date` gives a run today's data interval, whatever date is given.
    if dag_run.logical_date and fiscal_year_at(dag_run.logical_date) != year:
        raise BadInputError(f"logical date {dag_run.logical_date} is not in FY{year}: use `airflow backfill create`")
    return year


@dag(
    schedule=FiscalYearTimetable(),
    start_date=pendulum.datetime(2011, 10, 1, tz="Asia/Bangkok"),
    doc_md=DOC,
    params=JOB_PARAMS,
    **DAG_SETTINGS,
)
def report_exports_fiscal_year() -> None:
    report_job(pull(only_new=False), fiscal_year())


report_exports_fiscal_year()
