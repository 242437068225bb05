"""The watch over the warehouse: whether what it shows after a load is complete, fresh and plausible."""

import logging

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

from job_settings import DAG_SETTINGS
from report_job import WAREHOUSE

DOC = """
### Is the warehouse fit to be shown?

Runs after each load and looks at **coverage** (which agencies' reports are missing), **freshness** and **anomalies**
in what the warehouse shows. For the people who answer for the figures.

* Every alert is in the log of `alert`, and in the result of `check`.
* **Red** means that an alert is critical: do not show the figures before it is cleared up.
"""
LOG_LEVELS = {"critical": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}

log = logging.getLogger("warehouse_quality")


@task
def check() -> list[dict[str, str]]:
    """Return the alerts on what the warehouse shows now: check, severity and message."""
    from etl import pipeline
    from etl_settings import settings

    return pipeline.quality(settings())


@task
def alert(alerts: list[dict[str, str]]) -> None:
    """Log each alert; fail, without a retry, when one of them is critical."""
    for found in alerts:
        log.log(LOG_LEVELS[found["severity"]], "%s: %s", found["check"], found["message"])
    critical = [found["check"] for found in alerts if found["severity"] == "critical"]
    if critical:
        raise AirflowFailException(f"critical: {', '.join(critical)}")


@dag(schedule=[WAREHOUSE], doc_md=DOC, **DAG_SETTINGS)
def warehouse_quality() -> None:
    alert(check())


warehouse_quality()
