"""The Reporting page where several teams share an Airflow: it is the team's whose DAGs load the exports."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.reporting_page.conftest import Reporting, running
from tests.reporting_page.test_page import PAGES, REDRIVE, answer, form_token, held


@pytest.fixture(scope="module")
def teams(browser: Browser) -> Iterator[Reporting]:
    users = {"admin": "admin", "planner": "op:planning", "builder": "op:works"}
    with running(browser, users, teams=["planning", "works"]) as found:
        yield found


@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_for_the_team_of_the_dags_alone(teams: Reporting, path: str) -> None:
    assert answer(teams, path, "planner").status in (200, 303)
    refused = answer(teams, path, "builder")
    assert (refused.status, "5021" in refused.text()) == (403, False)


def test_only_the_team_of_the_dags_redrives(teams: Reporting) -> None:
    page = teams.page("planner")
    page.goto(teams.address("/quarantine"))
    form = {"case": str(held(teams, "document")), "reason": "once more", "token": form_token(page)}
    assert answer(teams, "/quarantine/redrive", "builder", form).status == 403
    assert teams.call("GET", f"/api/v2/dags/{REDRIVE}/dagRuns", user="admin")["dag_runs"] == []
    assert answer(teams, "/quarantine/redrive", "planner", form).status == 303
    (run,) = teams.call("GET", f"/api/v2/dags/{REDRIVE}/dagRuns", user="planner")["dag_runs"]
    assert run["triggering_user_name"] == "planner"
    assert teams.run_ended(REDRIVE, run["dag_run_id"]) == "success"
