"""Notes on each run in Airflow how it came out: who rejected it and why, or what it held back, which may fail it."""

import os
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from etl.errors import HeldBackError

REJECTED, HELD = "🚫 ", "⚠️ "


class OutcomeNote:
    """Listener that adds a line to the note of a run that has ended; the lines of others stay."""

    @hookimpl
    def on_dag_run_success(self, dag_run: Any) -> None:
        """Write the line."""
        _note(dag_run)

    @hookimpl
    def on_dag_run_failed(self, dag_run: Any) -> None:
        """Write the line."""
        _note(dag_run)


class RunNotePlugin(AirflowPlugin):
    """Registers the listener."""

    name = "run_note"
    listeners = [OutcomeNote()]


def outcome(rejected: str | None, held: str | None) -> str | None:
    """Return the line of a run that was rejected, by whom and why, or that held documents back; None for any other."""
    if rejected:
        return f"{REJECTED}ไม่อนุมัติ · rejected by {rejected}"
    return f"{HELD}ถูกกักไว้ · held back: {held}" if held else None


def with_outcome(note: str | None, line: str | None) -> str | None:
    """Return a note with the line of how its run came out, in place of the one that an earlier try left."""
    kept = [one for one in (note or "").splitlines() if not one.startswith((REJECTED, HELD))]
    return "\n".join([*kept, *([line] if line else [])]) or None


def fail_if_held(published: dict[str, Any], ti: RuntimeTaskInstanceProtocol) -> None:
    """Leave in the run what `publish` returns, and raise HeldBackError, if documents were held back and that is set."""
    from alerts import held_back

    if os.environ.get("ETL_HELD_FAILS_RUN") == "1" and (held := held_back(published)):
        ti.xcom_push("return_value", published)
        raise HeldBackError(f"all else is loaded; held back: {held}")


def _note(dag_run: Any) -> None:
    """Write into the note of a run, which is the scheduler's own object, what its tasks left."""
    # Airflow imports plugins in all its processes, and only the scheduler comes here.
    from airflow.models.xcom import XComModel
    from sqlalchemy import inspect

    from alerts import held_back
    from review import REJECTED as REJECTION

    session = inspect(dag_run).session
    asked = XComModel.get_many(run_id=dag_run.run_id, dag_ids=dag_run.dag_id, task_ids=["review", "publish"])
    left = {(one.task_id, one.key): XComModel.deserialize_value(one) for one in session.scalars(asked)}
    line = outcome(left.get(("review", REJECTION)), held_back(left.get(("publish", "return_value"))))
    note = with_outcome(dag_run.note, line)
    if note != dag_run.note:
        dag_run.note = note
