"""When people are told: a run failed, is late, held documents back, or is well again.

One run sends one message at most, and what was told is not told again for most of a day. What is open is kept in
Airflow's Variables, which all of its processes see: `reporting_alert__<DAG>`, for a fiscal year `…__FY2566`.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import Variable
from airflow.sdk.bases.notifier import BaseNotifier
from airflow.sdk.definitions.context import Context
from airflow.sdk.timezone import parse, utcnow

from etl.errors import EtlError, first_line
from fiscal_year import BANGKOK, FiscalYearTimetable, fiscal_year_of_run
from messages import compose, send, send_from_triggerer

CAUSE = "cause"  # the XCom in which a failed task says why
REPEAT_AFTER = timedelta(hours=20)  # a daily run that fails again is told again

log = logging.getLogger("alerts")


class RunFailed(BaseNotifier):
    """Tells that a run failed: in which task, why, where the log is, what to do."""

    def notify(self, context: Context) -> None:
        """Send it, unless the same was sent within the last hours."""
        incident, cause, ti = Incident(context), _cause(context), context.get("ti")
        before, now = incident.read(), utcnow()
        if before and before["cause"] == cause and now - parse(before["told_at"]) < REPEAT_AFTER:
            log.info("told at %s, and not again: %s", before["told_at"], cause)
            return
        values = {
            "cause": cause,
            "since": before.get("since"),
            "task": ti.task_id if ti else None,
            "log": ti.log_url if ti else None,
        }
        if send(compose("failing" if before else "failed", _subject(context), values)):
            incident.write({"since": before.get("since", str(now)), "cause": cause, "told_at": str(now)})


class RunSucceeded(BaseNotifier):
    """Tells that a run did well again after it had failed, and what it held back; else it is silent."""

    def notify(self, context: Context) -> None:
        """Send it where there is something to say."""
        incident, held = Incident(context), _held(context)
        before = incident.read()
        if not before and not held:
            return
        values = {"since": _clock(before.get("since")), "held": held}
        if send(compose("recovered" if before else "held", _subject(context), values)) and before:
            incident.close()


class Incident:
    """That the runs of one DAG, and of one fiscal year, fail: since when, why, and when that was told."""

    def __init__(self, context: Context) -> None:
        self._name = "__".join(["reporting_alert", *_subject(context).split()])

    def read(self) -> dict[str, str]:
        """Return what is open; nothing when the last run did well."""
        value: dict[str, str] = Variable.get(self._name, {}, deserialize_json=True)
        return value

    def write(self, value: Mapping[str, str]) -> None:
        """Keep it open."""
        Variable.set(self._name, dict(value), serialize_json=True)

    def close(self) -> None:
        """Forget it."""
        Variable.delete(self._name)


def note_cause(context: Context) -> None:
    """Keep in the run why a task failed, as far as that is fit to be sent: the callback of tasks that fail."""
    error = context["exception"]
    # What another error says may quote a document: its name must do, the log has the rest.
    says = first_line(error) if isinstance(error, EtlError | TimeoutError) else ""
    context["ti"].xcom_push(CAUSE, ": ".join(filter(None, [type(error).__name__, says])))


async def tell_late(context: Mapping[str, Any]) -> None:
    """Tell that a run is not done by its deadline: the callback of a DeadlineAlert, which the triggerer runs."""
    run = context["dag_run"]
    if run["state"] != "failed":  # which was told
        await send_from_triggerer(compose("late", run["dag_id"], {"since": _clock(run["queued_at"])}))


def tell_quality(dag_id: str, notes: Sequence[str]) -> None:
    """Tell what about the warehouse should be looked at, when it is not what was told before."""
    name, said = f"reporting_alert__{dag_id}__notes", json.dumps(list(notes), ensure_ascii=False)
    if said != Variable.get(name, "[]") and send(compose("quality", dag_id, {"notes": "\n".join(notes) or "–"})):
        Variable.set(name, said)


def _subject(context: Context) -> str:
    """Return the DAG of a run, and its fiscal year where it is about one."""
    dag, run = context["dag"], context.get("dag_run")
    if run and isinstance(dag.timetable, FiscalYearTimetable):
        return f"{dag.dag_id} FY{fiscal_year_of_run(run)}"
    return dag.dag_id


def _clock(moment: str | None) -> str | None:
    """Return a moment as Bangkok's clocks show it, to the minute."""
    return f"{parse(moment).astimezone(BANGKOK):%Y-%m-%d %H:%M}" if moment else None


def _cause(context: Context) -> str:
    """Return why a run failed: what its tasks noted, each cause once; else what Airflow says."""
    ti = context.get("ti")
    noted = ti.xcom_pull(task_ids=sorted(context["dag"].task_ids), key=CAUSE) if ti else []
    return "; ".join(dict.fromkeys(filter(None, noted))) or str(context.get("reason"))


def _held(context: Context) -> str | None:
    """Return how many documents a run held back, by rule; nothing when it held none back."""
    ti = context.get("ti")
    published = ti.xcom_pull(task_ids="publish") if ti and "publish" in context["dag"].task_ids else None
    return ", ".join(f"{rule} {count}" for rule, count in (published or {}).get("held_by_rule", {}).items()) or None
