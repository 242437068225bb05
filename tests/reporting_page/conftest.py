"""A real Airflow with the Reporting page, on a warehouse of invented exports, and people who look at it in Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from psycopg.rows import dict_row

from deploy.airflow_home import AirflowHome
from deploy.services import Services
from etl.settings import Settings
from etl.warehouse import owner_url
from tests.browser import program
from tests.reporting_page.exports import write

expect.set_options(timeout=60_000)  # it takes a second; on a machine that does much else, many times that

USERS = {"admin": "admin", "viewer": "viewer", "stranger": ""}  # with Airflow's role; a stranger has none


class Reporting:
    """The page of a running Airflow, its warehouse, and a browser."""

    def __init__(
        self, settings: Settings, browser: Browser, users: Mapping[str, str] = USERS, **environment: str
    ) -> None:
        self.settings, self.browser = settings, browser
        named = ",".join(f"{name}:{role}" for name, role in users.items())
        self._environment = environment | {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": named}
        self.home = AirflowHome(settings)
        self._tokens: dict[str, str] = {}

    @property
    def airflow(self) -> str:
        """The address of Airflow."""
        return self.home.url

    def address(self, path: str) -> str:
        return f"{self.airflow}/reporting{path}"

    def password(self, user: str) -> str:
        password: str = json.loads(self.home.passwords_file.read_text())[user]
        return password

    def token(self, user: str) -> str:
        """Return what Airflow's cookie holds of a user who has logged in."""
        if user not in self._tokens:
            login = {"username": user, "password": self.password(user)}
            self._tokens[user] = self.call("POST", "/auth/token", login)["access_token"]
        return self._tokens[user]

    def call(self, method: str, path: str, body: object = None, user: str | None = None) -> Any:
        """Call Airflow's API."""
        headers = {"Content-Type": "application/json"}
        if user:
            headers["Authorization"] = f"Bearer {self.token(user)}"
        asked = self.browser.new_context().request
        answer = asked.fetch(f"{self.airflow}{path}", method=method, headers=headers, data=json.dumps(body), timeout=0)
        assert answer.ok, answer.text()
        return json.loads(answer.text().splitlines()[-1])

    def run_ended(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run when it has ended."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/wait?interval=1"
        state: str = self.call("GET", path, user="admin")["state"]
        return state

    def page(self, user: str | None = "admin", *, language: str = "en", width: int = 1440, dark: bool = False) -> Page:
        """Return a tab of somebody's browser."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, color_scheme="dark" if dark else "light"
        )
        if user:
            context.add_cookies([{"name": "_token", "value": self.token(user), "url": self.airflow, "sameSite": "Lax"}])
        return context.new_page()

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """Ask the warehouse."""
        with psycopg.connect(owner_url(self.settings), row_factory=dict_row) as connection:
            return connection.execute(query, parameters).fetchall()

    def local(self, module: str, *arguments: str) -> None:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "ETL_", "WAREHOUSE"))
        }
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=kept | self._environment | {
                "ETL_HOME": str(self.settings.home), "ETL_SOURCE": self.settings.etl_source,
                "AIRFLOW_HOME": str(self.home.folder),
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode in (0, 3), f"{module} {arguments}:\n{said}\n{Services(self.home).last_words()}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def no_tab_outlives_its_test(browser: Browser) -> Iterator[None]:
    """Each tab keeps two processes of the browser."""
    yield
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="session")
def reporting(browser: Browser) -> Iterator[Reporting]:
    with running(browser) as found:
        yield found


@contextmanager
def running(browser: Browser, users: Mapping[str, str] = USERS, *, teams: Sequence[str] = ()) -> Iterator[Reporting]:
    """Run Airflow on a warehouse of invented exports; with teams, the DAGs are the first one's."""
    # Not pytest's own folder: that is closed to the account that PostgreSQL runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="reporting-page-"))
    folder.chmod(0o755)
    exports = folder / "exports"
    exports.mkdir()
    write(exports)
    settings = Settings(etl_home=folder / "home", etl_source=str(exports), warehouse_url=None)
    found = Reporting(settings, browser, users, **of_teams(teams))
    try:
        found.local("etl", "run")
        if teams:  # which its configuration may only name when they are there
            without = Reporting(settings, browser)
            without.local("deploy.local_airflow", "home")
            for team in teams:
                without.local("airflow", "teams", "create", team)
        with closing(socket.socket()) as port_that_others_want:
            with suppress(OSError):  # already another's
                port_that_others_want.bind(("127.0.0.1", 8080))
            found.local("deploy.local_airflow", "up")
        yield found
    finally:
        found.local("deploy.local_airflow", "down")
        shutil.rmtree(folder)


def of_teams(teams: Sequence[str]) -> dict[str, str]:
    """Return the configuration of Airflow in which the DAGs are the first team's."""
    if not teams:
        return {}
    bundle = {"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {}}
    return {
        "AIRFLOW__CORE__MULTI_TEAM": "True",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle | {"team_name": teams[0]}]),
    }
