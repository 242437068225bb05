"""The failures of runs that are open: those that `alerts` has told of and has not called well again."""

from typing import Any

from airflow.models.variable import Variable  # the SDK's can list none
from airflow.utils.session import create_session
from sqlalchemy import select

from alerts import open_incident

PREFIX = "reporting_alert__"
NOTES = "__notes"  # what should be checked, which the page shows as checks


def open_incidents() -> list[dict[str, Any]]:
    """Return the open failures, the oldest first: subject (`report_exports_fiscal_year FY2566`), cause, since when.

    One of which nothing can be read has no cause.
    """
    with create_session() as session:
        kept = session.scalars(select(Variable).where(Variable.key.startswith(PREFIX, autoescape=True))).all()
        found = [(one.key, one.val) for one in kept if not one.key.endswith(NOTES)]
    return sorted((_incident(*one) for one in found), key=lambda incident: str(incident["since"]))


def _incident(key: str, stored: str | None) -> dict[str, Any]:
    subject = key.removeprefix(PREFIX).replace("__", " ")
    try:
        return {"key": key, "subject": subject, "cause": None, "since": None} | open_incident(stored)
    except ValueError:  # a hand wrote it, or it was encrypted with another key
        return {"key": key, "subject": subject, "cause": None, "since": None}
