"""Adds the Thai fiscal year to Airflow: a timetable, and a note with the Buddhist year on every run.

Fiscal year 2566 (B.E.) is 1 October 2022 to 30 September 2023. The end of an Airflow data interval is exclusive, so it
is [1 October 2022 00:00, 1 October 2023 00:00), Bangkok time.
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk.timezone import utcnow
from airflow.sdk.types import DagRunProtocol
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from airflow.utils.types import DagRunType

from etl.thai.calendar import fiscal_year_of, fiscal_year_start

BANGKOK = ZoneInfo("Asia/Bangkok")
GRACE = timedelta(days=31)  # so long after its end, a fiscal year is still run without `catchup`
FIRST_YEAR = 2555  # B.E., of the first exports
FISCAL_YEAR = "fiscal_year"  # name of the parameter of a run


def fiscal_year_at(moment: datetime) -> int:
    """Return the fiscal year (B.E.) in which an aware moment falls by Bangkok's clock."""
    return fiscal_year_of(moment.astimezone(BANGKOK).date())


def fiscal_year_interval(fiscal_year: int) -> DataInterval:
    """Return the data interval of a fiscal year (B.E.): its first midnight in Bangkok up to the next year's."""
    return DataInterval(_midnight(fiscal_year_start(fiscal_year)), _midnight(fiscal_year_start(fiscal_year + 1)))


def fiscal_year_of_run(run: DagRunProtocol) -> int:
    """Return the fiscal year (B.E.) that a run is about.

    It is the year that the run was triggered with, else that of its data interval, else that of the day it runs.
    """
    chosen: int | None = (run.conf or {}).get(FISCAL_YEAR)
    return chosen or fiscal_year_at(run.data_interval_start or run.run_after)


def fiscal_years() -> list[int]:
    """Return the fiscal years (B.E.) that a run can be about, from the current one back to FIRST_YEAR."""
    return list(range(fiscal_year_at(utcnow()), FIRST_YEAR - 1, -1))


class FiscalYearTimetable(Timetable):
    """One run for each Thai fiscal year, made as soon as the year is over.

    With `catchup` off, a year is still run up to GRACE after its end, in case the scheduler was down on 1 October.
    Older years need a backfill. A run by hand is about the year that its date is in.
    """

    description = "Once for each Thai fiscal year, when it is over: 1 October to 30 September, Bangkok time"

    @property
    def summary(self) -> str:
        """The text that the UI shows instead of a cron expression."""
        return "Thai fiscal year"

    def infer_manual_data_interval(self, *, run_after: pendulum.DateTime) -> DataInterval:
        """Return the whole fiscal year that contains the moment, finished or not."""
        return fiscal_year_interval(fiscal_year_at(run_after))

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """Return the run of the next year: after that of the last run, and within the restriction; None for none."""
        candidates = []
        if last_automated_data_interval is not None:
            candidates.append(fiscal_year_at(last_automated_data_interval.start) + 1)
        if restriction.earliest is not None:
            candidates.append(_first_year_from(restriction.earliest))
        if not restriction.catchup:
            candidates.append(fiscal_year_at(utcnow() - GRACE))
        if not candidates:
            return None
        interval = fiscal_year_interval(max(candidates))
        if restriction.latest is not None and interval.start > restriction.latest:
            return None
        return DagRunInfo.interval(interval.start, interval.end)

    def generate_run_id(
        self, *, run_type: DagRunType, run_after: pendulum.DateTime, data_interval: DataInterval | None, **_: Any
    ) -> str:
        """Return a run id that shows the Buddhist year, such as `scheduled__FY2566_2023-09-30T17:00:00+00:00`.

        That of a run by hand does not: which year it was triggered with is not known here, and its note says it.
        """
        if run_type is DagRunType.MANUAL:
            return run_type.generate_run_id(suffix=run_after.isoformat())
        year = fiscal_year_at(data_interval.start if data_interval else run_after)
        return run_type.generate_run_id(suffix=f"FY{year}_{run_after.isoformat()}")


class FiscalYearNote:
    """Listener that notes the Buddhist year on each run: the names of a backfill's runs do not have it."""

    @hookimpl
    def on_dag_run_running(self, dag_run: Any) -> None:
        """Write the year into the note of a run (the scheduler's own object), unless the run has a note."""
        timetable = dag_run.dag.timetable if dag_run.dag else None
        if isinstance(timetable, FiscalYearTimetable) and not dag_run.note:
            dag_run.note = f"FY{fiscal_year_of_run(dag_run)}"


class FiscalYearPlugin(AirflowPlugin):
    """Registers the timetable, which Airflow needs in order to store DAGs that use it, and the listener."""

    name = "fiscal_year"
    timetables = [FiscalYearTimetable]
    listeners = [FiscalYearNote()]


def _midnight(day: date) -> pendulum.DateTime:
    return pendulum.datetime(day.year, day.month, day.day, tz="Asia/Bangkok")


def _first_year_from(moment: pendulum.DateTime) -> int:
    year = fiscal_year_at(moment)
    return year if fiscal_year_interval(year).start == moment else year + 1
