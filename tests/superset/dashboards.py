"""The Superset bundle in a real Superset and a real Chromium: `make test-dashboards`, minutes, and not in `make test`.

A small invented city is loaded, the bundle imported by the documented command, and each dashboard opened: no chart may
be in error, and what each is given must equal what SQL says of the same mart.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Response, sync_playwright
from psycopg.rows import dict_row

from city.draw import draw
from city.files import write
from deploy.superset import DEFINITIONS, definitions, pack
from etl.settings import Settings
from etl.warehouse import open_engine, owner_url, server
from etl.warehouse.access import BI_ROLE, grant
from tests.browser import program
from tests.conftest import ROOT, Warehouse

PROGRAMS = ROOT / ".venv-superset" / "bin"
SECRET = "of_this_test"
WAIT_MS = 60_000
CONFIGURATION = """
SECRET_KEY = "of this test alone, and long enough for Superset"
SQLALCHEMY_DATABASE_URI = "sqlite:///{home}/superset.db"
RATELIMIT_ENABLED = False
"""
CHARTS, DASHBOARDS = definitions("charts"), definitions("dashboards")

# What a chart shows, asked by hand of the city's latest year, or of an agency's, under the chart's names.
BY_HAND = {
    "projects": "SELECT count(*) AS projects FROM project_status WHERE {where}",
    "progress": "SELECT avg(progress_pct) AS progress_pct FROM project_status WHERE {where}",
    "overdue": "SELECT sum(is_overdue::INT) AS overdue FROM project_status WHERE {where}",
    "disputed": "SELECT sum(is_disputed::INT) AS disputed FROM project_status WHERE {where}",
    "without_log": "SELECT count(*) - count(report_count) AS without_log FROM project_status WHERE {where}",
    "missing": "SELECT sum((expected = 1 AND reported = 0)::INT) AS missing FROM project_month WHERE {where}",
    "received": "SELECT sum(budget_received_thb) AS received_thb FROM project_status WHERE {where}",
    "spent": "SELECT sum(budget_spent_thb) AS spent_thb FROM project_status WHERE {where}",
    "findings": "SELECT count(*) AS findings FROM document_quality WHERE {where}",
    "held_back": "SELECT count(*) AS held_back FROM document_quality WHERE {where} AND severity = 'critical'",
    "documents_with_findings": "SELECT count(DISTINCT sha256) AS documents FROM document_quality WHERE {where}",
    "missing_by_agency_and_month":
        "SELECT month_label_en, agency_name, sum((expected = 1 AND reported = 0)::INT) AS missing FROM project_month"
        " WHERE {where} AND (expected = 1 OR is_unclear) GROUP BY 1, 2",
    "progress_by_month":
        "SELECT month_start, avg(progress_pct) AS progress_pct,"
        " avg(time_gone_pct) FILTER (WHERE progress_pct IS NOT NULL) AS time_gone_pct FROM project_month"
        " WHERE {where} GROUP BY 1",
    "reports_by_month":
        "SELECT month_start, sum((expected = 1 AND reported = 1)::INT) AS received,"
        " sum((expected = 1 AND reported = 0)::INT) AS missing FROM project_month"
        " WHERE {where} AND (expected = 1 OR is_unclear) GROUP BY 1",
    "money_by_agency":
        "SELECT agency_name, sum(budget_received_thb) AS received_thb, sum(budget_spent_thb) AS spent_thb"
        " FROM project_status WHERE {where} GROUP BY 1 ORDER BY 2 DESC NULLS LAST LIMIT 15",
    "budget_status": "SELECT budget_status, count(*) AS projects FROM budget WHERE {where} GROUP BY 1",
    "anomalies_by_rule": "SELECT rule_id, count(*) AS anomalies FROM progress_anomaly WHERE {where} GROUP BY 1",
    "findings_by_rule":
        "SELECT rule_id, nullif(sum((severity = 'critical')::INT), 0) AS critical,"
        " nullif(sum((severity = 'warning')::INT), 0) AS warning, nullif(sum((severity = 'info')::INT), 0) AS info"
        " FROM document_quality WHERE {where} GROUP BY 1",
    "findings_by_agency":
        "SELECT agency_code, agency_name, severity, count(*) AS findings, count(DISTINCT sha256) AS documents"
        " FROM document_quality WHERE {where} GROUP BY 1, 2, 3",
    "goals":
        "SELECT fiscal_year, plan_version, goal_code, goal_name, projects, progress_pct, budget_received_thb"
        " FROM strategy_progress WHERE {where}",
    "behind":
        "SELECT agency_name, section_name, project_code, project_name, progress_pct, time_gone_pct, behind_pct,"
        " is_overdue, last_report_date FROM project_status WHERE {where} AND behind_pct > 0",
    "anomalies":
        "SELECT project_code, project_name, report_no, report_date, rule_id, value, message, document_uri, line"
        " FROM progress_anomaly WHERE {where}",
    "send_back":
        "SELECT agency_name, project_code, rule_id, severity, field, value, message, document_uri, line"
        " FROM document_quality WHERE {where} AND NOT is_superseded",
    "fresh":
        "SELECT subject, row_count, row_count_before, last_report_date, last_snapshot_at, last_loaded_at, failed_since"
        " FROM freshness",
}  # fmt: skip


class House(NamedTuple):
    """A warehouse, the port that tools reach it by, and a Superset with the bundle in it."""

    warehouse: Warehouse
    port: int
    address: str
    run: Callable[..., None]
    agency: str  # that the clerk was granted


class Opened(NamedTuple):
    """A dashboard in the browser: what its charts were given, by their names, and the text of the page."""

    given: dict[str, list[dict[str, Any]]]
    text: str


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="etl-superset-"))
    folder.chmod(0o755)
    settings, port, web = Settings(etl_home=folder / "home"), free_port(), free_port()
    server.listen(settings, port)
    warehouse = Warehouse(settings.model_copy(update={"warehouse_url": owner_url(settings)}))
    write(draw(seed=7, forms=150), folder / "exports")
    warehouse.load(folder / "exports")
    grant(open_engine(warehouse.settings), "analyst", BI_ROLE, SECRET)
    agency = warehouse.value("SELECT agency_code FROM mart.project_status GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    grant(open_engine(warehouse.settings), "clerk", BI_ROLE, SECRET, agencies=[agency])
    (folder / "superset_config.py").write_text(CONFIGURATION.format(home=folder), encoding="utf-8")
    environment = os.environ | {
        "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"), "FLASK_APP": "superset", "PGPASSWORD": SECRET,
    }  # fmt: skip

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [PROGRAMS / program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]

    run("superset", "db", "upgrade")
    run("superset", "init")
    name = ("--firstname", "a", "--lastname", "b", "--email", "a@b.example")
    run("superset", "fab", "create-admin", "--username", "admin", "--password", SECRET, *name)
    log = (folder / "superset.log").open("w")
    command = [PROGRAMS / "superset", "run", "--port", str(web), "--with-threads"]
    serving = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        while not answers(web):
            assert serving.poll() is None, (folder / "superset.log").read_text()[-3000:]
        yield House(warehouse, port, f"http://127.0.0.1:{web}", run, agency)
    finally:
        serving.terminate()
        serving.wait()
        server.stop(settings)
        shutil.rmtree(folder)


def import_bundle(house: House, login: str) -> None:
    """Import the bundle by the documented command, for the warehouse as a login sees it."""
    bundle = house.warehouse.settings.home / "superset.zip"
    pack(bundle, f"postgresql+psycopg2://{login}@127.0.0.1:{house.port}/reporting")
    house.run("python", str(DEFINITIONS / "import_bundle.py"), str(bundle), "admin")


@pytest.fixture(scope="module")
def page(house: House) -> Iterator[Page]:
    """A tab that is logged in to Superset; tall, so that every chart is in view, and asked for its data."""
    with sync_playwright() as playwright:
        chromium: Browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1440, "height": 5000}, locale="en-US")
        page.set_default_timeout(WAIT_MS)
        page.goto(f"{house.address}/login/")
        page.get_by_label("Username").fill("admin")
        page.locator("input[type=password]").fill(SECRET)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/superset/welcome/**")
        yield page
        chromium.close()


def opened(house: House, page: Page, slug: str) -> Opened:
    """Open a dashboard, and wait until each of its charts has its data and has drawn it."""
    wanted = {name for row in DASHBOARDS[slug]["rows"] for name in row["charts"]}
    listed = page.request.get(f"{house.address}/api/v1/chart/?q=(page_size:100)").json()["result"]
    titles = {chart["title"]: name for name, chart in CHARTS.items()}
    names = {one["id"]: titles[one["slice_name"]] for one in listed}
    answers: dict[str, Response] = {}

    def note(response: Response) -> None:
        if "/api/v1/chart/data" in response.url:
            name = names.get(response.request.post_data_json["form_data"].get("slice_id"))
            if name:
                answers[name] = response

    page.on("response", note)
    page.goto(f"{house.address}/superset/dashboard/{slug}/")
    while wanted - answers.keys():  # nothing is noted but while the page is waited for
        page.wait_for_event("response")
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", note)
    for name, response in answers.items():
        assert response.status == 200, (name, response.text())
    given = {name: response.json()["result"][0]["data"] for name, response in answers.items()}
    page.wait_for_function("!document.querySelector('[data-test=loading-indicator]')")
    shots = ROOT / ".test-runs" / "superset"
    shots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=shots / f"{slug}.png", full_page=True)
    return Opened(given, page.inner_text("body"))


def plain(value: object) -> object:
    """Return a value as it can be compared: numbers rounded, days and moments as milliseconds."""
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
        return round(moment.timestamp() * 1000, 3)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return round(float(value), 3) if is_number else value


def differing(house: House, login: str, found: Opened, where: str) -> dict[str, list[object]]:
    """Return, by chart, a row of what was given and of what SQL says, where these are not the same rows."""
    wrong: dict[str, list[object]] = {}
    with psycopg.connect(
        host="127.0.0.1", port=house.port, dbname="reporting", user=login, password=SECRET, row_factory=dict_row
    ) as connection:
        for name, given in found.given.items():
            cursor = connection.execute(BY_HAND[name].format(where=where))
            assert cursor.description
            columns = [column.name for column in cursor.description]
            # Superset adds shares and ranks of its own, and leaves out a series that has nothing.
            shown, said = (
                sorted(repr([plain(row.get(column)) for column in columns]) for row in rows)
                for rows in (given, cursor.fetchall())
            )
            if shown != said:
                wrong[name] = [len(shown), len(said), *({*shown} - {*said}), *({*said} - {*shown})][:4]
    return wrong


def test_every_chart_has_a_question_by_hand() -> None:
    assert BY_HAND.keys() == CHARTS.keys()


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_a_dashboard_shows_what_sql_says(house: House, page: Page, slug: str) -> None:
    import_bundle(house, "analyst")
    found = opened(house, page, slug)
    first = house.warehouse.value("SELECT max(fiscal_year) FROM mart.project_status")
    where = "TRUE" if DASHBOARDS[slug].get("begins_with_all") else f"fiscal_year = {first}"
    if "agency_name" in DASHBOARDS[slug]["filters"]:
        agency = house.warehouse.value(f"SELECT min(agency_name) FROM mart.project_status WHERE {where}")
        where += f" AND agency_name = '{agency}'"
    assert differing(house, "analyst", found, where) == {}
    assert "rror" not in found.text
    for name in ("projects", "overdue", "missing", "findings", "held_back"):
        if name in found.given:
            (number,) = found.given[name][0].values()
            assert f"{number:,}" in found.text


def test_a_login_that_was_granted_an_agency_sees_its_dashboard_alone(house: House, page: Page) -> None:
    import_bundle(house, "clerk")
    found = opened(house, page, "bma-agency")
    first = house.warehouse.value(
        f"SELECT max(fiscal_year) FROM mart.project_status WHERE agency_code = '{house.agency}'"
    )
    assert differing(house, "clerk", found, f"fiscal_year = {first} AND agency_code = '{house.agency}'") == {}
    assert found.given["projects"] != []
