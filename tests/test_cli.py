"""The command line as people call it: a process, its exit status, its two streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLE, Warehouse
from tests.forms import Form


class Etl:
    """The command line on one warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        settings = warehouse.settings
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ETL_")},
            "ETL_HOME": str(settings.etl_home),
            "WAREHOUSE_URL": str(settings.warehouse_url),
        }

    def __call__(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "etl", *map(str, arguments)]
        return subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def etl(warehouse: Warehouse) -> Etl:
    return Etl(warehouse)


def test_parse_prints_an_object_for_each_copy(etl: Etl) -> None:
    done = etl("parse", SAMPLE)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = map(json.loads, done.stdout.splitlines())
    assert [*first] == [
        "document", "copy", "page", "first_line", "last_line", "project", "strategy", "reports", "indicators",
        "findings",
    ]  # fmt: skip
    assert first["document"]["uri"] == f"file://{SAMPLE}"
    assert (first["document"]["family"], first["document"]["channel"]) == ("printed_form", "text")
    assert (first["copy"], first["first_line"], first["last_line"]) == (1, 7, 76)
    assert [one["project"]["is_certified"] for one in (first, second)] == [False, True]
    assert {finding["rule_id"] for finding in first["findings"]} == {
        "R-jump", "R-flat", "R-goal-truncated", "R-copy-conflict",
    }  # fmt: skip
    assert [*first["findings"][0]] == ["rule_id", "severity", "record", "field", "value", "message", "line"]


def test_parse_names_what_is_held_back_and_prints_it_all_the_same(etl: Etl, exports: Path) -> None:
    (exports / "form.txt").write_text(Form().with_report(2, progress="150").text(), encoding="utf-8")
    (exports / "junk.bin").write_bytes(bytes(range(256)))
    done = etl("parse", exports)
    assert done.returncode == 3
    form, junk = map(json.loads, done.stdout.splitlines())
    assert form["reports"][1]["progress_pct"] == 150
    assert junk["project"] is None
    assert junk["findings"][0]["severity"] == "critical"
    assert "progress 150 % is not between 0 and 100" in done.stderr
    assert "junk.bin" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_loads_and_a_second_run_loads_nothing_twice(etl: Etl) -> None:
    first, second = (etl("run", ROOT / "samples", "--json") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert json.loads(first.stdout)["records_loaded"] == 11
    assert json.loads(second.stdout)["records_loaded"] == 0
    assert json.loads(second.stdout)["records_unchanged"] == 11
    assert Path(json.loads(first.stdout)["data_docs"].removeprefix("file://")).exists()
    status = etl("status")
    assert status.returncode == 0
    assert "dw.fact_progress_report" in status.stdout


def test_run_ends_with_3_when_something_is_held_back_and_quarantine_shows_its_lines(etl: Etl, exports: Path) -> None:
    form = Form().with_report(2, progress="150")
    (exports / "form.txt").write_text(form.text(), encoding="utf-8")
    done = etl("run", exports)
    assert done.returncode == 3
    assert "50210000-0042/2567/reports[2]: progress 150 % is not between 0 and 100" in done.stderr
    assert f"line {form.line_of('150 %')}" in done.stderr
    listed = etl("quarantine", "list")
    case = next(word for word in listed.stdout.split() if word.isdigit())
    shown = etl("quarantine", "show", case)
    assert f"> {form.line_of('150 %'):5}" in shown.stdout
    assert "ความก้าวหน้าของงานฯ = 150 %" in shown.stdout


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("csv", "project_code,budget_spent_thb,spent_pct\n50490000-3572,0.00,\n"),
        ("json", '[{"project_code":"50490000-3572","budget_spent_thb":0.00,"spent_pct":null}]\n'),
    ],
)
def test_sql_answers_as_bi_in_the_format_asked_for(etl: Etl, warehouse: Warehouse, output: str, expected: str) -> None:
    warehouse.load(ROOT / "samples")
    query = "SELECT project_code, budget_spent_thb, spent_pct FROM mart.project_status"
    assert etl("sql", query, "--format", output).stdout.replace("\r", "") == expected


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["sql", "SELECT * FROM dw.fact_project"], 1, "etl: the query failed: permission denied for schema dw"),
        (["run", "/no/such/folder"], 1, "etl: there is nothing at /no/such/folder"),
        (["run", "--fiscal-year", "2023"], 2, "2555"),
        (["parse", "/no/such/file"], 2, "/no/such/file"),
        (["nonsense"], 2, "nonsense"),
        (["quarantine", "show", "1"], 2, "no case 1"),
    ],
)
def test_an_error_is_one_clear_message_and_no_traceback(
    etl: Etl, arguments: list[str], status: int, message: str
) -> None:
    done = etl(*arguments)
    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_traceback_comes_only_when_asked_for(etl: Etl) -> None:
    assert "Traceback" in etl("--debug", "run", "/no/such/folder").stderr


def test_the_warehouse_url_is_the_owner_s(etl: Etl, warehouse: Warehouse) -> None:
    assert etl("warehouse", "url").stdout.strip() == warehouse.settings.warehouse_url
    assert etl("warehouse", "migrate").stdout.strip() == "up to date"
