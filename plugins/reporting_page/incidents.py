"""The failures of runs that are open: those that `alerts` has told of and has not called well again."""

import json
from typing import Any

from airflow.models.variable import Variable  # the SDK's can list none
from airflow.utils.session import create_session
from sqlalchemy import select

PREFIX = "reporting_alert__"
NOTES = "__notes"  # what should be checked, which the page shows as checks


def open_incidents() -> list[dict[str, Any]]:
    """Return the open failures, the oldest first: subject (`report_exports_fiscal_year FY2566`), cause, since when."""
    with create_session() as session:
        kept = session.scalars(select(Variable).where(Variable.key.startswith(PREFIX, autoescape=True))).all()
        found = [
            {"subject": one.key.removeprefix(PREFIX).replace("__", " "), **json.loads(one.val)}
            for one in kept
            if not one.key.endswith(NOTES)
        ]
    return sorted(found, key=lambda incident: str(incident.get("since")))
