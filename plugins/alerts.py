"""Sends messages about runs: a run failed, is late, waits for approval, held documents back, or succeeds again.

A run sends one message at most, and the same failure is sent again only after `REPEAT_AFTER`. Open failures are kept in
Airflow Variables, which all its processes see: `reporting_alert__<DAG>`, or `reporting_alert__<DAG>__FY2566` for one
fiscal year.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import Variable
from airflow.sdk.bases.notifier import BaseNotifier
from airflow.sdk.definitions.context import Context
from airflow.sdk.exceptions import AirflowRuntimeError
from airflow.sdk.timezone import parse, utcnow

from etl.errors import EtlError, first_line
from fiscal_year import BANGKOK, FiscalYearTimetable, fiscal_year_of_run
from messages import compose, send, send_from_triggerer
from review import REJECTED

CAUSE = "cause"  # key of the XCom in which a failed task leaves the cause
INCIDENT = ("since", "cause", "told_at")  # what is stored of an open failure
REPEAT_AFTER = timedelta(hours=20)  # less than a day, so that a daily run that fails again is reported again

log = logging.getLogger("alerts")


class RunFailed(BaseNotifier):
    """Sends that a run failed: in which task, why, where the log is, what to do."""

    def notify(self, context: Context) -> None:
        """Send the message, unless one with the same cause was sent within `REPEAT_AFTER`."""
        incident, cause, ti = Incident(context), _cause(context), context.get("ti")
        before, now = incident.read(), utcnow()
        if before and before["cause"] == cause and now - parse(before["told_at"]) < REPEAT_AFTER:
            log.info("sent at %s, and not again: %s", before["told_at"], cause)
            return
        values = {
            "cause": cause,
            "since": _clock(before.get("since")),
            "held": held_back(_xcom(context, "publish")),
            "task": ti.task_id if ti else None,
            "log": ti.log_url if ti else None,
        }
        if send(compose("failing" if before else "failed", _subject(context), values)):
            incident.write({"since": before.get("since", str(now)), "cause": cause, "told_at": str(now)})


class RunSucceeded(BaseNotifier):
    """Sends that a run succeeded again after a failure, and what it held back; without either, it sends nothing.

    Of a run whose load was rejected it sends that, and by whom.
    """

    def notify(self, context: Context) -> None:
        """Send the message if there is one, and close the failure that was open."""
        incident = Incident(context)
        before = incident.read()
        if rejected := _xcom(context, "review", REJECTED):
            if send(compose("rejected", _subject(context), {"rejected": rejected})) and before:
                incident.close()
            return
        held = held_back(_xcom(context, "publish"))
        if not before and not held:
            return
        values = {"since": _clock(before.get("since")), "held": held}
        if send(compose("recovered" if before else "held", _subject(context), values)) and before:
            incident.close()


class ReviewAsked(BaseNotifier):
    """Sends that a load waits for approval, and where to answer."""

    def notify(self, context: Context) -> None:
        """Send the message."""
        answer_at = context["ti"].log_url.partition("?")[0] + "/required_actions"
        send(compose("asked", _subject(context), {"answer": answer_at}))


class Incident:
    """The open failure of one DAG or of one fiscal year of it: since when, why, and when a message was sent."""

    def __init__(self, context: Context) -> None:
        self._name = "__".join(["reporting_alert", *_subject(context).split()])

    def read(self) -> dict[str, str]:
        """Return the open failure; empty when the last run succeeded, or when what is stored cannot be read."""
        try:
            return open_incident(Variable.get(self._name, None))
        except (AirflowRuntimeError, ValueError) as error:
            log.warning("Variable %s cannot be read, and counts as none: %s", self._name, first_line(error))
            return {}

    def write(self, value: Mapping[str, str]) -> None:
        """Store the open failure."""
        Variable.set(self._name, dict(value), serialize_json=True)

    def close(self) -> None:
        """Delete the failure: a run has succeeded again."""
        Variable.delete(self._name)


def open_incident(stored: str | None) -> dict[str, str]:
    """Return the failure that a Variable holds, `since`, `cause` and `told_at`; empty for none.

    Raises ValueError when it holds something else.
    """
    if stored is None:
        return {}
    found = json.loads(stored)
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in INCIDENT):
        raise ValueError("it holds no failure")
    parse(found["since"]), parse(found["told_at"])
    return found


def note_cause(context: Context) -> None:
    """Leave in the run why a task failed, in words that may be sent. This is the callback of tasks that fail."""
    error = context["exception"]
    # The text of any other error may quote a document. Only the error's name is sent; the log has the rest.
    says = first_line(error) if isinstance(error, EtlError | TimeoutError) else ""
    context["ti"].xcom_push(CAUSE, ": ".join(filter(None, [type(error).__name__, says])))


async def tell_late(context: Mapping[str, Any]) -> None:
    """Send that a run is late. This is the callback of a DeadlineAlert, and runs in Airflow's triggerer."""
    run = context["dag_run"]
    if run["state"] != "failed":  # a failure has had its own message
        await send_from_triggerer(compose("late", run["dag_id"], {"since": _clock(run["queued_at"])}))


def tell_quality(dag_id: str, notes: Sequence[str]) -> None:
    """Send what should be checked in the warehouse, or that nothing is any more, if that was not what was sent last."""
    name, said = f"reporting_alert__{dag_id}__notes", json.dumps(list(notes), ensure_ascii=False)
    if said == Variable.get(name, "[]"):
        return
    if send(compose("quality" if notes else "cleared", dag_id, {"notes": "\n".join(notes)})):
        Variable.set(name, said)


def _subject(context: Context) -> str:
    """Return the DAG of a run, with the fiscal year if the run is about one."""
    dag, run = context["dag"], context.get("dag_run")
    if run and isinstance(dag.timetable, FiscalYearTimetable):
        return f"{dag.dag_id} FY{fiscal_year_of_run(run)}"
    return dag.dag_id


def _clock(moment: str | None) -> str | None:
    """Return a moment in Bangkok's time, to the minute; None for None."""
    return f"{parse(moment).astimezone(BANGKOK):%Y-%m-%d %H:%M}" if moment else None


def _cause(context: Context) -> str:
    """Return why a run failed: the causes that its tasks left, each once; without any, Airflow's reason."""
    ti = context.get("ti")
    noted = ti.xcom_pull(task_ids=sorted(context["dag"].task_ids), key=CAUSE) if ti else []
    return "; ".join(dict.fromkeys(filter(None, noted))) or str(context.get("reason"))


def held_back(published: Mapping[str, Any] | None) -> str | None:
    """Return how many documents were held back, by rule, from what `publish` returned; None where there are none."""
    return ", ".join(f"{rule} {count}" for rule, count in (published or {}).get("held_by_rule", {}).items()) or None


def _xcom(context: Context, task_id: str, key: str = "return_value") -> Any:
    """Return what a task of the run left; None if it left nothing or the DAG has no such task."""
    ti = context.get("ti")
    return ti.xcom_pull(task_ids=task_id, key=key) if ti and task_id in context["dag"].task_ids else None
