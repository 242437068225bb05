"""The Reporting page in Airflow: its place in the navigation, in tabs of runs, and links from tasks.

Airflow imports plugins in all its processes, and only its API server shows the page: what the page needs is imported
when somebody asks for it.
"""

from typing import Any
from urllib.parse import quote

from airflow.plugins_manager import AirflowPlugin
from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.types import TaskInstanceKey

PREFIX = "/reporting"
LOADING = frozenset({"report_exports_daily", "report_exports_fiscal_year", "quarantine_redrive"})


async def page(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request for the page: an ASGI application."""
    from reporting_page.app import app

    await app(scope, receive, send)


RUN = "reporting/run?run_id={RUN_ID}"
ICON = {"icon": f"{PREFIX.lstrip('/')}/static/icon.svg", "icon_dark_mode": "reporting/static/icon-dark.svg"}


class ReportingLink(BaseOperatorLink):
    """The button of a task that leads to what its run did."""

    name = "Reporting · ผลการนำเข้า"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002 - as Airflow calls it
        """Return the address of the run's page; nothing for runs that load nothing."""
        return f"reporting/run?run_id={quote(ti_key.run_id, safe='')}" if ti_key.dag_id in LOADING else ""


class ReportingPlugin(AirflowPlugin):
    """Registers the page."""

    name = "reporting"
    fastapi_apps = [{"app": page, "url_prefix": PREFIX, "name": "Reporting"}]
    # Without a slash before them, addresses are below that of Airflow, wherever that is.
    external_views = [
        {"name": "Reporting", "href": "reporting/", "destination": "nav", "url_route": "reporting"} | ICON,
        {"name": "Reporting", "href": RUN, "destination": "dag_run", "url_route": "reporting-run"} | ICON,
    ]
    global_operator_extra_links = [ReportingLink()]
