"""The fiscal-year run: loads all that the source holds on one Thai fiscal year into the warehouse."""

import pendulum
from airflow.sdk import Param, dag, task
from airflow.sdk.types import DagRunProtocol

from etl.errors import BadInputError
from fiscal_year import FISCAL_YEAR, FiscalYearTimetable, fiscal_year_at, fiscal_year_of_run, fiscal_years
from job_settings import ASKING_DAG_SETTINGS
from report_job import REVIEW_OF_A_YEAR, SOURCE, pull, report_job
from review import needs_reason

DOC = """
### Project exports, a whole fiscal year

Reads **everything** that the source holds, new or not, and loads what belongs to one Thai fiscal year: 1 October to
30 September, labelled with the Buddhist year (`FY2566`). For the people who correct past years, after late exports
came in or a parser was fixed.

* Runs by itself when a year is over. Past years are reloaded by a backfill: `docs/backfill.md` says how.
* **Triggered here**, it loads the fiscal year that you pick; without one, the year that the day falls in.
* **Would figures change** that are published? It waits in *Required Actions* with what would change, and loads that
  only when somebody approves it.
* **Once more?** A second run of the same year leaves the same warehouse.
* **Failed?** Nothing is half-loaded: fix the cause that the task's log names, then clear the task.
"""
PARAMS = (
    {
        FISCAL_YEAR: Param(
            None,
            type=["null", "integer"],
            enum=[None, *fiscal_years()],
            values_display={year: f"ปีงบประมาณ {year}" for year in fiscal_years()},
            title="Fiscal year (B.E.) · ปีงบประมาณ (พ.ศ.)",
            description="Load this fiscal year; without one, the year of the run's data interval",
        )
    }
    | SOURCE
    | REVIEW_OF_A_YEAR
)


@task
def fiscal_year(dag_run: DagRunProtocol) -> int:
    """Return the run's fiscal year (B.E.).

    Raises BadInputError when its logical date is in another year, unless the run was triggered by hand with a year; and
    when it is a backfill that was told to ask before it loads, without a reason.
    """
    if needs_reason(dag_run):
        raise BadInputError('a backfill with "review" needs a "reason" in its configuration, too: why it is done')
    year = fiscal_year_of_run(dag_run)
    # `airflow dags trigger --logical-date` sets today's data interval, whatever the date; and one year for all runs of
    # a backfill would load that year again and again.
    is_chosen_by_hand = dag_run.run_type == "manual" and (dag_run.conf or {}).get(FISCAL_YEAR)
    if not is_chosen_by_hand and dag_run.logical_date and fiscal_year_at(dag_run.logical_date) != year:
        raise BadInputError(
            f"logical date {dag_run.logical_date} is not in FY{year}: use `airflow backfill create`, without"
            f" {FISCAL_YEAR} in its configuration"
        )
    return year


@dag(
    schedule=FiscalYearTimetable(),
    start_date=pendulum.datetime(2011, 10, 1, tz="Asia/Bangkok"),
    doc_md=DOC,
    params=PARAMS,
    dag_display_name="report_exports_fiscal_year · ทั้งปีงบประมาณ",
    description="All exports of one Thai fiscal year into the warehouse",
    tags=["reporting", "load", "backfill"],
    **ASKING_DAG_SETTINGS,
)
def report_exports_fiscal_year() -> None:
    year = fiscal_year()
    report_job(pull(only_new=False, fiscal_year=year), year)


report_exports_fiscal_year()
