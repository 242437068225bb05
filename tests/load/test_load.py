"""The load on a real PostgreSQL: what the sample becomes, what loading again changes, what is held and released."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from etl import pipeline, validate
from etl.errors import ConservationError, VolumeError
from etl.records import Project, Report
from tests.conftest import SAMPLE, Warehouse, batches_of
from tests.forms import Form
from tests.load import records
from tests.load.content import content_of
from tests.load.records import LOSES_A_RECORD, Export, Part, add_step

AT = datetime(2024, 10, 15, tzinfo=UTC)


def export(folder: Path, name: str, text: str | bytes, at: datetime = AT) -> Path:
    """Write one export, last modified at a moment."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


@pytest.fixture
def sample(exports: Path) -> Path:
    """A folder that holds the sample."""
    shutil.copy(SAMPLE, exports)
    return exports


def test_the_sample_becomes_a_project_nine_reports_and_two_disputed_goals(warehouse: Warehouse, sample: Path) -> None:
    summary = warehouse.load(sample)
    assert (summary["status"], summary["documents_read"]) == ("committed", 1)
    assert (summary["records_read"], summary["records_loaded"], summary["records_superseded"]) == (22, 11, 11)
    (project,) = warehouse.rows("SELECT * FROM mart.project_status")
    assert project["project_name"] == "เพิ่มฟังก์ชันให้ห้องสมุดเป็น Co-working Space"
    assert (project["agency_code"], project["agency_name"]) == ("5049", "สำนักงานเขตทุ่งครุ")
    assert (project["start_date"], project["last_report_date"]) == (date(2022, 10, 1), date(2023, 9, 18))
    assert (project["budget_received_thb"], project["spent_pct"]) == (Decimal(0), None)
    assert (project["progress_pct"], project["report_count"]) == (Decimal(100), 9)
    assert project["is_certified"]
    assert project["is_disputed"]
    goals = warehouse.rows(
        "SELECT goal_code, is_disputed, weight FROM dw.bridge_project_strategy"
        " JOIN dw.dim_strategy USING (strategy_key) ORDER BY goal_code"
    )
    assert [tuple(goal.values()) for goal in goals] == [
        ("7.2.1", True, Decimal("0.5")),
        ("7.2.2", True, Decimal("0.5")),
    ]
    deltas = warehouse.rows("SELECT progress_delta_pct AS delta FROM mart.progress_report ORDER BY report_no")
    assert [row["delta"] for row in deltas] == [None, 5, 5, 10, 0, 5, 5, 2, 18]


def test_the_sample_has_not_reported_from_october_to_december(warehouse: Warehouse, sample: Path) -> None:
    warehouse.load(sample)
    coverage = warehouse.rows("SELECT * FROM mart.report_coverage ORDER BY fiscal_month")
    assert [row["missing"] for row in coverage] == [1, 1, 1] + [0] * 9
    assert {(row["expected"], row["expected"] - row["received"] - row["missing"]) for row in coverage} == {(1, 0)}


def test_the_sample_leaves_both_sides_of_each_conflict(warehouse: Warehouse, sample: Path) -> None:
    warehouse.load(sample)
    conflicts = warehouse.rows("SELECT * FROM ops.field_conflict ORDER BY field")
    assert [row["field"] for row in conflicts] == [
        "goal_code", "goal_name", "reports[2].narrative", "reports[3].narrative", "reports[4].narrative",
        "reports[9].narrative",
    ]  # fmt: skip
    assert {(row["project_code"], row["fiscal_year"], row["copy"]) for row in conflicts} == {("50490000-3572", 2566, 1)}
    assert (conflicts[0]["value_shown"], conflicts[0]["value_other"]) == ("7.2.1", "7.2.2")
    assert conflicts[2]["value_shown"].startswith("สำรวจ")
    assert conflicts[2]["value_other"].startswith("สำรอง")
    narrative = warehouse.value("SELECT narrative FROM mart.progress_report WHERE report_no = 2")
    assert narrative == conflicts[2]["value_shown"]


def test_every_value_can_be_traced_to_its_line(warehouse: Warehouse, sample: Path) -> None:
    warehouse.load(sample)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    traced = warehouse.rows(
        "SELECT report_no, progress_pct::INTEGER AS progress, (places -> 'progress_pct' ->> 1)::INTEGER AS line"
        " FROM raw.report WHERE is_shown"
    )
    assert len(traced) == 9
    for report in traced:
        assert f"= {report['progress']}.00" in lines[report["line"] - 1]
        assert f"(ครั้งที่ {report['report_no']})" in lines[report["line"] - 1]


def test_loading_again_changes_nothing_but_the_audit(warehouse: Warehouse, sample: Path) -> None:
    warehouse.load(sample)
    before = content_of(warehouse)
    again = warehouse.load(sample)
    assert content_of(warehouse) == before
    assert (again["records_loaded"], again["records_unchanged"], again["records_superseded"]) == (0, 11, 11)
    assert warehouse.value("SELECT count(*) FROM ops.finding WHERE load_id = %s", again["load_id"]) == 0


def test_every_record_of_every_document_is_accounted_for(warehouse: Warehouse, exports: Path) -> None:
    export(exports, "sound.txt", Form().text() + Form(certified=True).text())
    export(exports, "held-report.txt", Form(code="50210000-0043").with_report(2, progress="150").text())
    export(exports, "held-project.txt", Form(code="5021000A-0044").text())
    export(exports, "empty.txt", "")
    export(exports, "junk.bin", bytes(range(256)))
    export(exports, "letter.txt", "จดหมายข่าวประจำเดือน")
    summary = warehouse.load(exports)
    assert summary["documents_read"] == 6
    assert summary["documents_quarantined"] == 3
    accounts = warehouse.rows(
        "SELECT uri, records_read, records_loaded, records_quarantined, records_superseded FROM ops.load_document"
        " JOIN dw.dim_document USING (document_key)"
    )
    assert {row.pop("uri").rpartition("/")[2]: tuple(row.values()) for row in accounts} == {
        "sound.txt": (10, 5, 0, 5),
        "held-report.txt": (5, 4, 1, 0),
        "held-project.txt": (5, 0, 5, 0),
        "empty.txt": (1, 0, 1, 0),
        "junk.bin": (1, 0, 1, 0),
        "letter.txt": (1, 0, 1, 0),
    }
    held = warehouse.rows("SELECT record, rule_id FROM ops.quarantine WHERE record ~ 'reports.2.' ORDER BY record")
    assert [tuple(row.values()) for row in held] == [
        ("50210000-0043/2567/reports[2]", "R-progress-range"),
        ("copy[1]/reports[2]", "R-project-held"),
    ]
    assert warehouse.value("SELECT count(*) FROM ops.quarantine") == summary["records_quarantined"]


def test_a_report_held_back_is_no_fact_and_the_next_one_counts_from_the_one_before(
    warehouse: Warehouse, exports: Path
) -> None:
    export(exports, "form.txt", Form().with_report(2, progress="150").text())
    warehouse.load(exports)
    rows = warehouse.rows("SELECT report_no, progress_delta_pct FROM mart.progress_report ORDER BY report_no")
    assert [tuple(row.values()) for row in rows] == [(1, None), (3, Decimal(23))]


def test_two_reports_of_one_number_are_two_cases_each_at_its_line(warehouse: Warehouse, exports: Path) -> None:
    form = Form().with_report(2, no="1", narrative="ครั้งที่สอง")
    export(exports, "form.txt", form.text())
    summary = warehouse.load(exports)
    assert (summary["records_loaded"], summary["records_quarantined"]) == (3, 2)
    cases = warehouse.rows("SELECT line, reason FROM ops.quarantine ORDER BY line")
    assert [row["line"] for row in cases] == [form.line_of("15/11/2566"), form.line_of("ครั้งที่สอง")]
    assert {row["reason"].count("the number is given to 2 reports") for row in cases} == {1}


def test_unknown_is_not_zero(warehouse: Warehouse, exports: Path) -> None:
    form = Form(start="", received="", spent="").with_report(2, date="", progress="", disbursed="")
    export(exports, "form.txt", form.text())
    warehouse.load(exports)
    (project,) = warehouse.rows("SELECT * FROM mart.project_status")
    assert [project[name] for name in ("start_date", "budget_received_thb", "budget_spent_thb", "spent_pct")] == [
        None
    ] * 4
    assert warehouse.value("SELECT start_date_key FROM dw.fact_project") == -1
    (report,) = warehouse.rows("SELECT * FROM mart.progress_report WHERE report_no = 2")
    assert [report[name] for name in ("report_date", "progress_pct", "progress_delta_pct", "disbursed_thb")] == [
        None
    ] * 4


def test_what_a_fix_makes_readable_is_released(
    warehouse: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    export(exports, "form.txt", Form().with_report(2, plan_status="ชะลอ").text())
    harder = tmp_path / "expectations"
    shutil.copytree(validate.EXPECTATIONS, harder)
    rules = json.loads((harder / "reports.json").read_text("utf-8"))
    for rule in rules["expectations"]:
        if rule["meta"]["rule_id"] == "R-status-unknown":
            rule["severity"] = "critical"
    (harder / "reports.json").write_text(json.dumps(rules, ensure_ascii=False), "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(validate, "EXPECTATIONS", harder)
        assert warehouse.load(exports)["records_quarantined"] == 1
    assert warehouse.load(exports)["records_quarantined"] == 0
    assert warehouse.value("SELECT state FROM ops.quarantine") == "released"
    assert warehouse.value("SELECT count(*) FROM dw.fact_progress_report") == 3


def test_a_later_snapshot_changes_facts_and_leaves_a_trace(warehouse: Warehouse, exports: Path) -> None:
    early, late = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    export(exports, "a.txt", Form(name="ชื่อเดิม").text(), early)
    warehouse.load(exports)
    export(exports, "b.txt", Form(name="ชื่อใหม่").with_report(3, progress="34").text(), late)
    summary = warehouse.load(exports)
    assert summary["records_superseded"] == 5
    versions = warehouse.rows(
        "SELECT project_name, valid_from, valid_to, is_current FROM dw.dim_project"
        " WHERE project_key > 0 ORDER BY valid_from"
    )
    assert [tuple(row.values()) for row in versions] == [
        ("ชื่อเดิม", early, late, False),
        ("ชื่อใหม่", late, None, True),
    ]
    changes = warehouse.rows("SELECT record, field, old_value, new_value, seen_at FROM ops.field_change ORDER BY field")
    assert [tuple(row.values()) for row in changes] == [
        ("50210000-0042/2567", "progress_pct", "33.0000", "34.0000", late),
        ("50210000-0042/2567", "project_name", "ชื่อเดิม", "ชื่อใหม่", late),
        ("50210000-0042/2567", "reports[3].progress_pct", "33.0000", "34.0000", late),
    ]
    assert warehouse.value("SELECT progress_pct FROM mart.project_status") == 34


def test_a_blank_in_a_later_snapshot_erases_nothing(warehouse: Warehouse, exports: Path) -> None:
    export(exports, "a.txt", Form().text(), datetime(2024, 3, 1, tzinfo=UTC))
    export(exports, "b.txt", Form(targets="", received="").text(), datetime(2024, 6, 1, tzinfo=UTC))
    warehouse.load(exports)
    assert warehouse.value("SELECT budget_received_thb FROM mart.project_status") == Decimal("1250000.50")
    assert warehouse.value("SELECT targets FROM dw.dim_project WHERE is_current AND project_key > 0") == "ต้นไม้ 500 ต้น"


def test_a_fiscal_year_is_loaded_alone(warehouse: Warehouse, exports: Path) -> None:
    export(exports, "2567.txt", Form().text())
    year_before = Form(fiscal_year="2566", start="2022-10-01", end="2023-09-30", reports=())
    export(exports, "2566.txt", year_before.text())
    export(exports, "empty.txt", "")
    summary = warehouse.load(exports, fiscal_year=2566)
    assert (summary["documents_read"], summary["documents_quarantined"]) == (2, 1)
    assert [row["fiscal_year"] for row in warehouse.rows("SELECT fiscal_year FROM dw.fact_project")] == [2566]


def test_an_empty_source_is_an_empty_load(warehouse: Warehouse, exports: Path) -> None:
    summary = warehouse.load(exports)
    assert (summary["status"], summary["documents_read"], summary["records_read"]) == ("committed", 0, 0)


def test_a_load_that_fails_leaves_the_warehouse_as_it_was(
    warehouse: Warehouse, sample: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    warehouse.load(sample)
    before = content_of(warehouse)
    export(sample, "another.txt", Form().text())
    with monkeypatch.context() as patched, pytest.raises(psycopg.errors.DivisionByZero):
        add_step(patched, tmp_path, "-- reads: ops.load_table\n-- gives: fault\n\nSELECT 1 / 0 AS fault")
        warehouse.load(sample)
    assert content_of(warehouse) == before
    (failed,) = warehouse.rows("SELECT * FROM ops.load WHERE status = 'failed'")
    assert failed["error"] == "division by zero"
    assert warehouse.value("SELECT failed_since IS NOT NULL FROM mart.freshness LIMIT 1")
    assert warehouse.load(sample)["records_loaded"] == 5
    assert not warehouse.value("SELECT failed_since IS NOT NULL FROM mart.freshness LIMIT 1")


def test_a_record_lost_on_the_way_fails_the_load(
    warehouse: Warehouse, sample: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_step(monkeypatch, tmp_path, LOSES_A_RECORD)
    with pytest.raises(ConservationError, match="nothing was loaded"):
        warehouse.load(sample)
    assert warehouse.value("SELECT count(*) FROM dw.fact_project") == 0


def test_a_load_that_died_is_told_as_failed_by_the_next(warehouse: Warehouse, sample: Path) -> None:
    with warehouse.connect() as connection:
        connection.execute("INSERT INTO ops.load (run_id, status) VALUES ('killed', 'running')")
    warehouse.load(sample)
    assert warehouse.value("SELECT status FROM ops.load WHERE run_id = 'killed'") == "failed"


def test_two_loads_at_once_wait_for_each_other(warehouse: Warehouse, sample: Path) -> None:
    settings = warehouse.settings.model_copy(update={"etl_source": str(sample)})
    batches = batches_of(settings, pipeline.pull(settings, "both", only_new=False))
    with ThreadPoolExecutor(2) as both:
        summaries = list(both.map(lambda run_id: pipeline.load(settings, run_id, batches), ["first", "second"]))
    assert sorted(summary["records_loaded"] for summary in summaries) == [0, 11]
    assert warehouse.value("SELECT count(*) FROM dw.fact_progress_report") == 9


def test_only_what_is_new_is_pulled_when_asked(warehouse: Warehouse, sample: Path) -> None:
    warehouse.load(sample)
    settings = warehouse.settings.model_copy(update={"etl_source": str(sample)})
    assert pipeline.pull(settings, "daily-1", only_new=True) == []
    export(sample, "another.txt", Form().text())
    (work_list,) = pipeline.pull(settings, "daily-2", only_new=True)
    summary = pipeline.load(settings, "daily-2", batches_of(settings, [work_list]))
    assert (summary["documents_read"], summary["records_loaded"]) == (1, 5)


def test_no_fact_points_at_nothing_and_every_fact_has_a_committed_load(warehouse: Warehouse, sample: Path) -> None:
    export(sample, "another.txt", Form().text())
    warehouse.load(sample)
    nullable = warehouse.rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'dw' AND table_name ~ '^fact' AND column_name ~ 'key$' AND is_nullable = 'YES'"
    )
    assert nullable == []
    for fact in ("fact_project", "fact_progress_report"):
        assert warehouse.value(f"SELECT bool_and(status = 'committed') FROM dw.{fact} JOIN ops.load USING (load_id)")


def test_a_small_budget_much_exceeded_is_a_ratio_of_many_digits(warehouse: Warehouse, exports: Path) -> None:
    export(exports, "form.txt", Form(received="0.01 บาท", spent="9999999999999999.99 บาท").text())
    warehouse.load(exports)
    assert warehouse.value("SELECT spent_pct FROM mart.project_status") == Decimal(99999999999999999900)


def year_of(exports: Path, projects: int, **stated: str) -> Path:
    """Fill the folder with the forms of some projects of one year, and nothing else."""
    for path in exports.iterdir():
        path.unlink()
    for number in range(projects):
        form = Form(code=f"50210000-{number:04}", **stated)
        (exports / f"{number}.txt").write_text(form.text(), encoding="utf-8")
    return exports


def test_a_year_of_which_much_less_came_than_before_is_not_loaded(warehouse: Warehouse, exports: Path) -> None:
    warehouse.load(year_of(exports, 4), fiscal_year=2567)
    before = content_of(warehouse)
    with pytest.raises(VolumeError, match=r"documents of 2567: 1, before 4.*ETL_VOLUME_DROP_MAX_PCT=100"):
        warehouse.load(year_of(exports, 1, name="อื่น"), fiscal_year=2567)
    assert content_of(warehouse) == before
    (failed,) = warehouse.rows("SELECT error FROM ops.load WHERE status = 'failed'")
    assert "before 4" in failed["error"]
    # Half of it may be missing, any other year may be smaller, and who knows better may say so.
    warehouse.load(year_of(exports, 2), fiscal_year=2567)
    warehouse.load(year_of(exports, 1, fiscal_year="2566"), fiscal_year=2566)
    warehouse.settings = warehouse.settings.model_copy(update={"volume_drop_max_pct": 100})
    warehouse.load(year_of(exports, 0), fiscal_year=2567)


def test_a_year_that_comes_broken_is_not_loaded_over_a_sound_one(warehouse: Warehouse, exports: Path) -> None:
    warehouse.load(year_of(exports, 4), fiscal_year=2567)
    with pytest.raises(VolumeError, match="accepted records of 2567: 0, before"):
        warehouse.load(year_of(exports, 4, start="ไม่ทราบ"), fiscal_year=2567)
    # What was held back is told all the same, once, and counts as read by no load.
    assert warehouse.value("SELECT count(*) FROM ops.quarantine WHERE state = 'held'") == 20
    assert warehouse.value("SELECT sum(records_quarantined) FROM ops.load") == 0


def test_a_fact_table_that_loses_most_of_its_rows_is_not_published(warehouse: Warehouse, tmp_path: Path) -> None:
    reports = tuple(Report(report_no=number, progress_pct=Decimal(number)) for number in range(1, 6))
    project = Project(project_code="50210000-0042", agency_code="5021", unit_code="50210000", fiscal_year=2567)
    sound = Export("form", [Part(project, reports=reports)])
    records.load(warehouse, tmp_path, sound)
    with pytest.raises(VolumeError, match=r"rows of dw\.fact_progress_report: 1, before 5"):
        records.load(warehouse, tmp_path, sound._replace(parts=[Part(project, reports=reports[:1])], reading=2))
    assert warehouse.value("SELECT count(*) FROM dw.fact_progress_report") == 5
