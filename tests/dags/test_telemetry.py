"""What a load did reaches those who watch Airflow from elsewhere, as docs/telemetry.md says."""

import json
from typing import Any

from tests.dags.real_airflow import FISCAL_YEAR, RealAirflow


def test_a_load_sends_its_counts_to_the_collector_that_the_docs_show(airflow: RealAirflow) -> None:
    run = airflow.trigger(FISCAL_YEAR, fiscal_year=2566, review="never")
    assert run["state"] == "success", airflow.last_words()
    counts = airflow.api.result(FISCAL_YEAR, run["dag_run_id"], "load")
    assert counts["documents_read"] > 0
    expected = {
        f"airflow.reporting.load.{name} dag_id={FISCAL_YEAR} fiscal_year=2566 {count}"
        for name, count in counts.items()
        if isinstance(count, int) and not name.endswith("_id")
    }
    said = airflow.settings.home / "metrics.txt"
    airflow.wait_for(lambda: expected <= {_sorted(line) for line in said.read_text().splitlines()})


def test_a_run_tells_which_columns_mart_shows_and_no_value(airflow: RealAirflow) -> None:
    run = airflow.trigger(FISCAL_YEAR, fiscal_year=2566, review="never")
    assert run["state"] == "success", airflow.last_words()

    def events() -> list[dict[str, Any]]:
        said = [json.loads(line) for line in airflow.lineage_file.read_text().splitlines()]
        return [event for event in said if event["job"]["name"] == f"{FISCAL_YEAR}.publish"]

    airflow.wait_for(lambda: "COMPLETE" in {event["eventType"] for event in events()})
    told = next(event for event in events() if event["outputs"])
    views: dict[str, list[tuple[str, str]]] = {}
    for relation, name, kind in airflow.query(
        "SELECT table_name, column_name, format_type(atttypid, atttypmod) FROM information_schema.columns"
        " JOIN pg_attribute ON attrelid = to_regclass('mart.' || table_name) AND attname = column_name"
        " WHERE table_schema = 'mart' ORDER BY table_name COLLATE \"C\", ordinal_position"
    ):
        views.setdefault(f"reporting.mart.{relation}", []).append((name, kind))
    shown = {
        one["name"]: [(field["name"], field["type"]) for field in one["facets"]["schema"]["fields"]]
        for one in told["outputs"]
    }
    assert shown == views
    assert {one["name"] for one in told["inputs"]} >= {"reporting.dw.fact_project", "reporting.dw.dim_project"}
    assert {one["namespace"].partition("://")[0] for one in (*told["inputs"], *told["outputs"])} == {"postgres"}
    (project,) = airflow.query("SELECT project_name FROM mart.project_status")[0]
    assert project not in airflow.lineage_file.read_text()


def _sorted(line: str) -> str:
    name, *attributes, value = line.split(" ")
    return " ".join([name, *sorted(attributes), value.removesuffix(".0")])
