"""The command line as people call it: a process, its exit status, its two streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from etl import pipeline
from etl.errors import DocumentFault
from tests.conftest import ROOT, SAMPLE, Warehouse
from tests.forms import Form
from tests.processes import Etl, break_reading


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


def test_parse_without_judging_prints_the_same_records(etl: Etl, exports: Path) -> None:
    (exports / "form.txt").write_text(Form().with_report(2, progress="150").text(), encoding="utf-8")
    (exports / "junk.bin").write_bytes(bytes(range(256)))
    judged, unjudged = etl("parse", exports), etl("parse", "--unjudged", exports)
    assert unjudged.returncode == 3  # what cannot be read is told all the same
    for one, other in zip(judged.stdout.splitlines(), unjudged.stdout.splitlines(), strict=True):
        told, untold = json.loads(one), json.loads(other)
        assert {finding["rule_id"] for finding in untold.pop("findings")} <= {
            finding["rule_id"] for finding in told.pop("findings")
        }
        assert told == untold


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


def test_run_names_what_it_left_out_and_loads_a_file_whose_name_is_no_utf_8(
    etl: Etl, warehouse: Warehouse, exports: Path
) -> None:
    with open(os.fsencode(exports) + b"/" + "รายงาน.txt".encode("cp874"), "wb") as file:  # noqa: PTH123 - bytes
        file.write(Form().text().encode())
    (exports / "dangling\x1b[31m.txt").symlink_to("gone.txt")
    done = etl("run", exports, "--json")
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        f"left out: file://{exports}/dangling%1B[31m.txt: the link leads nowhere: No such file or directory"
    ]
    assert json.loads(done.stdout)["files_skipped"] == 1
    assert warehouse.value("SELECT uri FROM raw.manifest") == f"file://{exports}/%C3%D2%C2%A7%D2%B9.txt"


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
    ("content", "shown"),
    [
        ((ROOT / "tests" / "read" / "pdf" / "kept_garuda.pdf").read_bytes(), "เริ่มต้นโครงการ : 2023-10-01 00:00:00"),
        (("ตัวชี้วัดหนึ่ง" + "\n" * 15 + "ตัวชี้วัดสอง").encode("cp874"), "ตัวชี้วัดสอง"),
        (b"%PDF-1.7 cut off", "b'%PDF-1.7 cut off'"),
        (bytes(range(256)), r"b'\x00\x01"),
    ],
    ids=["pdf", "tis-620", "torn-pdf", "bytes"],
)
def test_the_lines_of_any_document_can_be_shown(content: bytes, shown: str) -> None:
    assert any(text.startswith(shown) for _, text in pipeline.raw_lines(content, around=15))


def test_what_one_wrong_fiscal_year_holds_back_is_one_case(etl: Etl, warehouse: Warehouse, exports: Path) -> None:
    sample = SAMPLE.read_text("utf-8")
    (exports / "form.txt").write_text(sample.replace("พ.ศ. : 2566", "พ.ศ. : 2599"), encoding="utf-8")
    (exports / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    (exports / "other.txt").write_text(Form().with_report(2, progress="150").text(), encoding="utf-8")
    done = etl("run", exports)
    line = sample.splitlines().index("ปีงบประมาณ พ.ศ. : 2566") + 1
    of_year, of_letter, of_report = done.stderr.splitlines()
    assert of_year.startswith("held back: 50490000-3572/2599, and 21 more with it: the fiscal year begins only in ")
    assert of_year.endswith(f"form.txt, line {line})")
    assert "with it" not in of_letter + of_report
    first = held_cases(warehouse)["letter.txt"], held_cases(warehouse)["other.txt"]
    listed = etl("quarantine", "list").stdout
    ids = [int(word) for word in listed.replace("│", " ").split() if word.isdigit() and len(word) > 12]
    (case,) = set(ids).difference(first)
    assert len(ids) == 3
    shown = etl("quarantine", "show", case).stdout
    assert "50490000-3572/2599/reports[9]" in shown.partition("Held with it")[2]
    assert "Held with it" not in etl("quarantine", "show", first[0]).stdout
    etl("quarantine", "reject", case, "--reason", "ปีผิด")
    states = warehouse.rows("SELECT state, count(*) FROM ops.quarantine GROUP BY state ORDER BY state")
    assert [tuple(row.values()) for row in states] == [("held", 2), ("rejected", 22)]
    assert etl("run", exports).returncode == 3
    assert warehouse.value("SELECT count(*) FROM ops.quarantine WHERE state = 'rejected'") == 22


def held_cases(warehouse: Warehouse) -> dict[str, int]:
    """Return the ids of the cases that are held, by the file's name."""
    rows = warehouse.rows(
        "SELECT uri, quarantine_id FROM ops.quarantine JOIN dw.dim_document USING (document_key) WHERE state = 'held'"
    )
    return {row["uri"].rpartition("/")[2]: row["quarantine_id"] for row in rows}


def test_redrive_releases_what_a_fix_made_readable_and_holds_the_rest(
    etl: Etl, warehouse: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    (exports / "junk.bin").write_bytes(bytes(range(256)))
    with monkeypatch.context() as broken:
        break_reading(broken, "parse", fault)
        warehouse.load(exports)
    assert held_cases(warehouse).keys() == {"form.txt", "junk.bin"}
    (exports / "form.txt").unlink()  # it is read from the landing area
    done = etl("quarantine", "redrive", "--json")
    assert done.returncode == 3
    summary = json.loads(done.stdout)
    assert (summary["documents_read"], summary["records_loaded"], summary["records_quarantined"]) == (2, 5, 1)
    assert held_cases(warehouse).keys() == {"junk.bin"}
    assert warehouse.value("SELECT count(*) FROM ops.quarantine WHERE state = 'released'") == 1
    assert "form.txt" not in done.stderr


def test_redrive_of_one_case_leaves_the_others_alone(etl: Etl, warehouse: Warehouse, exports: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (exports / name).write_text(f"จดหมายข่าว {name}", encoding="utf-8")
    warehouse.load(exports)
    one = held_cases(warehouse)["one.txt"]
    done = etl("quarantine", "redrive", one, "--json")
    assert (done.returncode, json.loads(done.stdout)["documents_read"]) == (3, 1)
    assert "one.txt" in done.stderr
    assert "two.txt" not in done.stderr


def test_a_case_that_is_rejected_is_told_of_no_more_and_is_not_tried_again(
    etl: Etl, warehouse: Warehouse, exports: Path
) -> None:
    (exports / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    warehouse.load(exports)
    case = held_cases(warehouse)["letter.txt"]
    assert etl("quarantine", "reject", case, "--reason", "ไม่ใช่รายงาน").stdout == "rejected\n"
    (row,) = warehouse.rows("SELECT state, remark FROM ops.quarantine")
    assert (row["state"], row["remark"]) == ("rejected", "ไม่ใช่รายงาน")
    assert etl("run", exports).returncode == 0
    assert pipeline.redrive(warehouse.settings, "again") == []
    assert warehouse.value("SELECT state FROM ops.quarantine") == "rejected"
    twice = etl("quarantine", "reject", case, "--reason", "อีกครั้ง")
    assert (twice.returncode, "it is rejected" in twice.stderr) == (2, True)


def fault(*_: object) -> None:
    """Fail as a parser does that a fix is needed for."""
    raise DocumentFault("R-unknown-family", "not yet known")


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
    assert etl("sql", query, "--format", output).stdout == expected


def test_json_has_every_column_also_of_those_with_one_name(etl: Etl) -> None:
    shown = etl("sql", """SELECT 1, 2, 3 AS "?column?_2", 4 AS n, 5 AS n""", "--format", "json")
    assert json.loads(shown.stdout) == [{"?column?": 1, "?column?_3": 2, "?column?_2": 3, "n": 4, "n_2": 5}]


def test_what_stands_in_the_warehouse_is_printed_as_it_is_and_never_taken_for_markup(etl: Etl) -> None:
    shown = etl("sql", """SELECT 'reports[#1]' AS "[b]", '[/x] note' AS note""")
    assert shown.returncode == 0, shown.stderr
    assert "reports[#1]" in shown.stdout
    assert "[/x] note" in shown.stdout
    assert "[b]" in shown.stdout


def test_csv_ends_lines_as_a_shell_expects(etl: Etl) -> None:
    command = [sys.executable, "-m", "etl", "sql", "SELECT 1 AS one", "--format", "csv"]
    done = subprocess.run(command, env=etl.environment, cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"one\n1\n"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["sql", "SELECT * FROM dw.fact_project"], 1, "etl: the query failed: permission denied for schema dw"),
        (
            ["run", "/no/such/folder"],
            1,
            "/no/such/folder; check its spelling, or name another folder or address of exports",
        ),
        (["run", "--fiscal-year", "2023"], 2, "2500"),
        (["parse", "/no/such/file"], 2, "/no/such/file"),
        (["nonsense"], 2, "nonsense"),
        (["quarantine", "show", "1"], 2, "no case 1"),
        (["quarantine", "redrive", "1"], 2, "no case 1"),
        (["quarantine", "reject", "1", "--reason", "-"], 2, "no case 1"),
        (["quarantine", "reject", "1"], 2, "--reason"),
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
