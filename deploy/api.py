"""A small client of Airflow's REST API, for the address and the user that an AIRFLOW_HOME names."""

import json
from collections.abc import Mapping
from contextlib import closing
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

from deploy.airflow_home import USER, AirflowHome
from etl.errors import EtlError

TIMEOUT_SECONDS = 300  # it takes a moment; on a machine that does much else, many times that


class AirflowApiError(EtlError):
    """Raised when the API refuses a call; its text is the call and the answer."""


class AirflowApi:
    """Calls the API as the user `admin`. Every call raises OSError when the server does not answer."""

    def __init__(self, home: AirflowHome) -> None:
        self.home = home

    def health(self) -> dict[str, str | None]:
        """Return the status of each component: `healthy`, `unhealthy` or None when it has never run."""
        found = self._call("GET", "/api/v2/monitor/health", headers={})
        return {component: state["status"] for component, state in found.items()}

    def dag_ids(self) -> set[str]:
        """Return the DAGs that are ready to run."""
        return {dag["dag_id"] for dag in self._get("/dags")["dags"]}

    def import_errors(self) -> list[str]:
        """Return what is wrong with the DAG files that cannot be read."""
        return [error["stack_trace"] for error in self._get("/importErrors")["import_errors"]]

    def trigger(self, dag_id: str, note: str, parameters: Mapping[str, Any] | None = None) -> str:
        """Start a run by hand, with some of its DAG's parameters, and return its id."""
        body = {"logical_date": None, "note": note, "conf": dict(parameters or {})}
        run: dict[str, str] = self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", self._authorised, body)
        return run["dag_run_id"]

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Return the runs of a DAG, the latest first."""
        runs: list[dict[str, Any]] = self._get(f"/dags/{dag_id}/dagRuns?order_by=-run_after")["dag_runs"]
        return runs

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """Return one run."""
        run: dict[str, Any] = self._get(_run(dag_id, run_id))
        return run

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return the task instances of a run."""
        tasks: list[dict[str, Any]] = self._get(f"{_run(dag_id, run_id)}/taskInstances")["task_instances"]
        return tasks

    def result(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """Return what a task returned."""
        return self._get(f"{_run(dag_id, run_id)}/taskInstances/{task_id}/xcomEntries/return_value")["value"]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the answer to a call of any other path."""
        return self._call(method, f"/api/v2{path}", self._authorised, body)

    @cached_property
    def _authorised(self) -> dict[str, str]:
        login = {"username": USER, "password": self.home.password}
        token = self._call("POST", "/auth/token", {}, login)["access_token"]
        return {"Authorization": f"Bearer {token}"}

    def _get(self, path: str) -> Any:
        return self._call("GET", f"/api/v2{path}", self._authorised)

    def _call(self, method: str, path: str, headers: dict[str, str], body: object = None) -> Any:
        address = urlsplit(self.home.url)
        with closing(HTTPConnection(address.netloc, timeout=TIMEOUT_SECONDS)) as connection:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {**headers, "Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise AirflowApiError(f"{method} {path}: {answer.status} {content.decode(errors='replace')}")
        return json.loads(content)


def _run(dag_id: str, run_id: str) -> str:
    return f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"
