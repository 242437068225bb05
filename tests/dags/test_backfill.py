"""A backfill of two fiscal years by a real scheduler: it ends in success, and once more leaves the same warehouse."""

from typing import Any

import pytest

from etl import storage
from tests.dags.real_airflow import DAILY, FISCAL_YEAR, REDRIVE, RealAirflow

LOADED_BY_BACKFILLS = "FROM ops.load WHERE run_id LIKE 'backfill%' AND status <> 'rehearsed'"


@pytest.fixture(scope="module")
def first(airflow: RealAirflow) -> list[dict[str, Any]]:
    return airflow.backfill()


def test_a_port_in_use_is_left_to_its_owner(airflow):
    assert not airflow.home.url.endswith(":8080")


def test_starting_again_starts_nothing_and_says_how_to_log_in(airflow):
    said = airflow.local("up")
    assert "starting" not in said
    assert airflow.home.url in said
    assert airflow.home.password in said


def test_every_dag_on_a_schedule_has_a_next_run(airflow):
    # Airflow swallows what a timetable raises, and then there is none.
    unscheduled = airflow.metadata("SELECT dag_id FROM dag WHERE next_dagrun IS NULL ORDER BY dag_id")
    assert unscheduled == [("quarantine_redrive",)]


def test_secrets_are_for_the_owner_only(airflow):
    for file in (airflow.home.configuration_file, airflow.home.passwords_file):
        assert file.stat().st_mode & 0o077 == 0


def test_a_dry_run_names_the_years_and_runs_nothing(airflow):
    dates = ("--from-date", "2020-10-01", "--to-date", "2023-09-30")
    said = airflow.airflow("backfill", "create", "--dag-id", FISCAL_YEAR, *dates, "--dry-run")
    assert [line[2:12] for line in said.splitlines() if line.startswith("| 2")] == [
        "2020-10-01", "2021-10-01", "2022-10-01",
    ]  # fmt: skip


def test_just_the_years_asked_for_run_and_succeed(airflow, first):
    assert {(run["note"], run["run_type"]) for run in first} == {("FY2565", "backfill"), ("FY2566", "backfill")}
    assert all(run["state"] == "success" for run in first), airflow.last_words()


def test_the_warehouse_holds_what_belongs_to_those_years(airflow, first):
    run_ids = {run["note"]: run["dag_run_id"] for run in first}
    loads = airflow.query(f"SELECT run_id, status, documents_read {LOADED_BY_BACKFILLS}")
    assert set(loads) == {(run_ids["FY2565"], "committed", 0), (run_ids["FY2566"], "committed", 1)}
    assert airflow.query("SELECT project_code, fiscal_year, report_count FROM mart.project_status") == [
        ("50490000-3572", 2566, 9),
    ]  # fmt: skip


def test_a_second_backfill_leaves_the_same_warehouse(airflow, first):
    before = airflow.star_schema()
    again = airflow.backfill("--reprocess-behavior", "completed")
    assert [run["state"] for run in again] == ["success", "success"], airflow.last_words()
    assert {run["dag_run_id"] for run in again} == {run["dag_run_id"] for run in first}
    assert airflow.query(f"SELECT count(*) {LOADED_BY_BACKFILLS}") == [(4,)]
    assert airflow.star_schema() == before


def test_each_try_of_a_run_has_a_folder_of_its_own_named_after_dag_and_run(airflow, first):
    folders = [storage.run_of(folder) for folder in storage.batches(airflow.settings).iterdir()]
    with_exports, without = sorted((run["dag_run_id"] for run in first), reverse=True)  # 2566, and the year before
    assert folders.count(with_exports) == 2
    assert folders.count(without) <= 1  # once it is known that nothing is of that year, there is no work
    assert {*folders} <= {with_exports, without}
    assert all(folder.name.startswith(f"{FISCAL_YEAR}__") for folder in storage.batches(airflow.settings).iterdir())


def test_all_that_airflow_and_its_tasks_keep_is_for_its_owner_alone(airflow, first):
    found = [path for path in airflow.settings.home.rglob("*") if not path.is_symlink()]
    assert {"landing", "batches", "logs"} <= {path.name for path in found}
    assert [path for path in found if path.exists() and path.stat().st_mode & 0o077] == []


def test_a_run_with_nothing_to_parse_leaves_its_audit_row(airflow, first):
    run = airflow.trigger(DAILY)
    assert "not done in time" in airflow.told(DAILY, "ยังไม่เสร็จตามกำหนด")["title"]  # its deadline is at once
    assert run["tasks"]["parse"]["state"] == "skipped"
    assert run["state"] == "success"
    assert airflow.query("SELECT documents_read FROM ops.load ORDER BY load_id DESC LIMIT 1") == [(0,)]


def test_a_source_that_is_not_there_fails_at_once_and_loads_nothing(airflow, first):
    before = airflow.query("SELECT count(*) FROM ops.load")
    run = airflow.trigger(DAILY, source="/no/such/folder")
    assert (run["tasks"]["pull"]["state"], run["tasks"]["pull"]["try_number"]) == ("failed", 1)
    assert run["tasks"]["load"]["state"] == "upstream_failed"
    assert airflow.query("SELECT count(*) FROM ops.load") == before
    told = airflow.told(DAILY, "failed")["message"]
    assert "Task: pull\n" in told
    assert "Cause: BadInputError: there is nothing at /no/such/folder" in told
    assert f"Log: {airflow.home.url}/dags/{DAILY}/runs/" in told


def test_the_same_failure_is_not_told_again(airflow, first):
    airflow.trigger(DAILY, source="/no/such/folder")
    airflow.trigger(DAILY, source="/another/folder")
    assert "/another/folder" in airflow.told(DAILY, "still failing")["message"]
    assert sum("/no/such/folder" in told["message"] for told in airflow.received.posted) == 1


def test_a_failure_is_told_also_where_what_is_kept_of_the_last_one_cannot_be_read(airflow, first):
    kept = f"/variables/reporting_alert__{DAILY}"
    for stored in ("{", '["a list"]', '{"cause": "x", "told_at": "yesterday", "since": "1"}'):
        airflow.api.call("PATCH", kept, {"key": kept.rpartition("/")[2], "value": stored})
        source = f"/unreadable/{len(stored)}"
        airflow.trigger(DAILY, source=source)
        assert source in airflow.told(DAILY, source)["message"]


def test_a_redrive_reads_the_document_of_the_case_named_once_more(airflow, first, tmp_path):
    (tmp_path / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    run = airflow.trigger(DAILY, source=str(tmp_path))
    assert (run["state"], run["note"]) == ("success", "⚠️ ถูกกักไว้ · held back: R-unknown-family 1")
    assert "R-unknown-family 1" in airflow.told(DAILY, "well again")["message"]
    ((case, last_seen),) = airflow.query("SELECT quarantine_id, last_seen FROM ops.quarantine WHERE state = 'held'")
    run = airflow.trigger(REDRIVE, quarantine_ids=[str(case)])
    assert run["state"] == "success", airflow.last_words()
    ((state, seen_again),) = airflow.query("SELECT state, last_seen FROM ops.quarantine")
    assert state == "held"
    assert seen_again > last_seen
