"""Checks the warehouse after each load: whether its figures are complete, fresh and plausible."""

import logging
from typing import Any

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task

from alerts import tell_quality
from etl.errors import QualityError
from job_settings import DAG_SETTINGS
from report_job import WAREHOUSE

DOC = """
### Is the warehouse fit to be shown?

Runs **after each load and every morning**, so that it also looks when no load succeeds: failed loads by fiscal year,
**sources** that list nothing or much less than before, **freshness** (hours without a load, days without anything new),
volume, what is held back, **coverage** (reports missing in the years that the last load touched) and **anomalies**. For
the people who answer for the figures.

* Each check is a line in the log of `check`, and a row of `ops.quality_check`, well or not.
* What is new is sent as a message: see `docs/alerts.md`.
* **Red** means that a check is critical: do not show the figures before it is cleared up.
"""
LOG_LEVELS = {"critical": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "ok": logging.INFO}
MORNING = CronTriggerTimetable("0 8 * * *", timezone="Asia/Bangkok")

log = logging.getLogger("warehouse_quality")


@task
def check() -> list[dict[str, Any]]:
    """Return what each check found: check, fiscal_year, severity, cases and message; write each to the log."""
    from etl import pipeline
    from etl_settings import settings

    found = pipeline.quality(settings())
    for result in found:
        log.log(LOG_LEVELS[result["severity"]], "%(check)s: %(severity)s: %(message)s", result)
    return found


@task
def alert(found: list[dict[str, Any]]) -> None:
    """Send the warnings, if they are new. Raises QualityError, which is not retried, when a check is critical."""
    said = {
        severity: [f"{result['check']}: {result['message']}" for result in found if result["severity"] == severity]
        for severity in ("critical", "warning")
    }
    if said["critical"]:
        raise QualityError("; ".join(said["critical"]))
    tell_quality("warehouse_quality", said["warning"])


@dag(
    schedule=AssetOrTimeSchedule(timetable=MORNING, assets=[WAREHOUSE]),
    doc_md=DOC,
    dag_display_name="warehouse_quality · ตรวจสอบคลังข้อมูล",
    description="Whether the figures are complete, fresh and plausible; tells what is new",
    tags=["reporting", "watch"],
    **DAG_SETTINGS,
)
def warehouse_quality() -> None:
    alert(check())


warehouse_quality()
