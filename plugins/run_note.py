"""Notes on each run in Airflow how it came out: who rejected it and why, or what it held back, which may fail it."""

import os
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import TaskInstanceState
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from etl.errors import HeldBackError

REJECTED, HELD = "🚫 ", "⚠️ "
RAN = (TaskInstanceState.SUCCESS, TaskInstanceState.SKIPPED, TaskInstanceState.FAILED)
NOTE_MAX = 1000  # characters that Airflow's database takes; one more stops its scheduler
LINE_MIN = 40  # of them that say something


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
        return f"{REJECTED}ไม่อนุมัติ · rejected by {' '.join(rejected.split())}"
    return f"{HELD}ถูกกักไว้ · held back: {held}" if held else None


def with_outcome(note: str | None, line: str | None) -> str | None:
    """Return a note with the line of how its run came out, in place of the one that an earlier try left.

    What others wrote stays whole: the line is cut to what the note has room for, and left out where that is none.
    """
    kept = "".join(f"{one}\n" for one in (note or "").splitlines() if not one.startswith((REJECTED, HELD)))
    room = NOTE_MAX - len(kept)
    if not line or room < LINE_MIN:
        return kept.rstrip("\n") or None
    return kept + (line if len(line) <= room else f"{line[: room - 1]}…")


def fail_if_held(published: dict[str, Any], ti: RuntimeTaskInstanceProtocol) -> None:
    """Leave in the run what `publish` returns, and raise HeldBackError, if documents were held back and that is set."""
    from alerts import held_back

    if os.environ.get("ETL_HELD_FAILS_RUN") == "1" and (held := held_back(published)):
        ti.xcom_push("return_value", published)
        raise HeldBackError(f"all else is loaded; held back: {held}")


def _note(dag_run: Any) -> None:
    """Write into the note of a run, which is the scheduler's own object, what its tasks left."""
    # Airflow imports plugins in all its processes; only the scheduler comes here, and the API server where somebody
    # sets how a run ended.
    from airflow.models.xcom import XComModel
    from sqlalchemy import inspect

    from alerts import held_back
    from review import REJECTED as REJECTION

    session = inspect(dag_run).session
    asked = XComModel.get_many(run_id=dag_run.run_id, dag_ids=dag_run.dag_id, task_ids=["review", "publish"])
    # One that did not come to run again, since a task before it failed, has left what it did in an earlier try.
    ran = {one.task_id for one in dag_run.get_task_instances(session=session) if one.state in RAN}
    left = {
        (one.task_id, one.key): XComModel.deserialize_value(one) for one in session.scalars(asked) if one.task_id in ran
    }
    line = outcome(left.get(("review", REJECTION)), held_back(left.get(("publish", "return_value"))))
    note = with_outcome(dag_run.note, line)
    if note != dag_run.note:
        dag_run.note = note
