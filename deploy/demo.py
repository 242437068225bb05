"""The demonstration: the main job through Airflow on a real form and on an invented city, and what came of it."""

import json
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from city.draw import draw
from city.files import write
from deploy.api import AirflowApi
from etl.errors import EtlError
from etl.settings import Settings
from etl.warehouse import connect_to, owner_url

JOB, WATCH = "report_exports_daily", "warehouse_quality"
RUN_SECONDS = 600
POLL_SECONDS = 0.5
RUN_ENDS = {"success", "failed"}
TASK_FAULTS = {"failed", "up_for_retry"}
TASK_NEWS = {*TASK_FAULTS, "success", "skipped", "upstream_failed"}

FINDINGS = r"""
    SELECT severity, rule_id, concat_ws(' ', regexp_replace(record, '/\w+\[\d+\]$', ''), field), line, message
    FROM ops.finding
    WHERE load_id = %s
    ORDER BY array_position(ARRAY['critical', 'warning', 'info'], severity), rule_id, line
"""

TALLY = """
    SELECT severity, rule_id, count(*), min(message)
    FROM ops.finding
    WHERE load_id = %s AND severity <> 'info'
    GROUP BY severity, rule_id
    ORDER BY array_position(ARRAY['critical', 'warning'], severity), count(*) DESC, rule_id
"""

T = TypeVar("T")

log = logging.getLogger(__name__)


class DemoFailedError(EtlError):
    """Raised when a run of the demonstration fails or does not end; its text names the run."""


@dataclass(frozen=True)
class Outcome:
    """What the job loaded, where it published it, and what the watch over the warehouse found."""

    summary: dict[str, Any]
    published: dict[str, str]
    alerts: list[dict[str, str]]


def run(api: AirflowApi, source: Path | None = None) -> Outcome:
    """Trigger the daily job, follow it and the check that its load sets off; return what they said.

    It pulls from a folder, or else from where the installation always does. Raises DemoFailedError when the job fails,
    or when either does not end within ten minutes.
    """
    checked_before = _run_ids(api, WATCH)
    job = api.trigger(JOB, note="make demo", parameters={"source": str(source)} if source else None)
    if _follow(api, JOB, job) != "success":
        raise DemoFailedError(f"{JOB} failed; its logs are in {api.home.run_logs(JOB, job)}")
    check = _wait_for(WATCH, lambda: _run_ids(api, WATCH) - checked_before).pop()
    _follow(api, WATCH, check)
    return Outcome(api.result(JOB, job, "load"), api.result(JOB, job, "publish"), api.result(WATCH, check, "check"))


def invented_city(settings: Settings) -> Path:
    """Return the folder with the exports of the invented city; they are written the first time."""
    folder, part = settings.home / "city", settings.home / "city.part"
    if not folder.exists():
        shutil.rmtree(part, ignore_errors=True)
        log.info("inventing a city: %s files in %s", write(draw(), part), folder)
        part.rename(folder)
    return folder


def show_sample(settings: Settings, outcome: Outcome) -> None:
    """Print what was loaded of the real form, each thing that was flagged, and where the rules are explained."""
    _show_counts("the real form", outcome)
    print("\nFlagged")
    with connect_to(owner_url(settings)) as connection:
        for severity, rule, place, line, message in connection.execute(FINDINGS, [outcome.summary["load_id"]]):
            print(f"  {severity:8} {rule:18} {place}, line {line}: {message}")
    for found in outcome.alerts:
        print(f"  {found['severity']:8} {found['check']:18} {found['message']}")
    print("\nWhere to look")
    print('  .venv/bin/etl sql "SELECT * FROM mart.project_status"')
    print("  make up, for Airflow's own pages; make down stops it and PostgreSQL, which now waits for your queries")
    print(outcome.published["data_docs"])


def show_city(settings: Settings, outcome: Outcome) -> None:
    """Print what was loaded of the invented city, what was flagged how often; the last line is the report's address."""
    _show_counts("the invented city", outcome)
    print("\nFlagged")
    with connect_to(owner_url(settings)) as connection:
        for severity, rule, cases, example in connection.execute(TALLY, [outcome.summary["load_id"]]):
            print(f"  {severity:8} {rule:18} {cases:5}  such as: {example}")
    print("\nThe city report, of invented data but for one form")
    print(outcome.published["city_report"])


def _show_counts(of: str, outcome: Outcome) -> None:
    is_new = outcome.summary["documents_read"]
    print(f"\nLoaded of {of}" if is_new else f"\nLoaded of {of}: nothing, as nothing in the source is new")
    for name, value in outcome.summary.items():
        print(f"  {name.replace('_', ' '):22} {value}")


def _run_ids(api: AirflowApi, dag_id: str) -> set[str]:
    return {run["dag_run_id"] for run in api.runs(dag_id)}


def _follow(api: AirflowApi, dag_id: str, run_id: str) -> str:
    """Log each task as it ends; return the state in which the run ended."""
    logged = set()

    def ended() -> str | None:
        state: str = api.run(dag_id, run_id)["state"]
        for task in api.tasks(dag_id, run_id):
            name = task["task_id"] + (f"[{task['map_index']}]" if task["map_index"] >= 0 else "")
            news = name, task["state"], task["try_number"]
            if task["state"] in TASK_NEWS and news not in logged:
                logged.add(news)
                log.info("%s.%s: %s", dag_id, name, task["state"])
            if task["state"] in TASK_FAULTS:  # what does not answer is tried again in Airflow; nobody waits for a demo
                logs = api.home.run_logs(dag_id, run_id)
                raise DemoFailedError(f"{dag_id}.{name}: {_reason(logs)}; the whole story is in {logs}")
        return state if state in RUN_ENDS else None

    return _wait_for(run_id, ended)


def _reason(logs: Path) -> str:
    """Return the last error in a run's logs, in its own words."""
    errors = [
        detail["exc_value"]
        for file in sorted(logs.rglob("*.log"), key=lambda file: file.stat().st_mtime)
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("{")
        for detail in json.loads(line).get("error_detail") or []
    ]
    return str(errors[-1]) if errors else "it failed without a word"


def _wait_for(awaited: str, probe: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + RUN_SECONDS
    while not (found := probe()):
        if time.monotonic() > deadline:
            raise DemoFailedError(f"{awaited} has not ended after {RUN_SECONDS} s; `make up` shows how far it is")
        time.sleep(POLL_SECONDS)
    return found
