"""What exports leave out: a fiscal year, a project code, a number of a report, a headline, an agency."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from etl.records import Copy, Document, Project, Report
from tests.conftest import Warehouse
from tests.load.records import Export, Part, load, placed
from tests.processes import break_reading

EARLY, LATE = datetime(2024, 1, 31, tzinfo=UTC), datetime(2024, 6, 30, tzinfo=UTC)


def page(name: str, *reports: Report, at: datetime = EARLY, family: str = "project_page", **fields: Any) -> Export:
    """Return the export of a page that lost its title, with some fields of its project otherwise."""
    stated = {"project_code": "50210000-0042", "agency_code": "5021", "unit_code": "50210000", "targets": "500 ต้น"}
    return Export(name, [Part(placed(Project(**(stated | fields))), reports=reports)], at=at, family=family)


def view(name: str, *days: date, at: datetime = EARLY) -> Export:
    """Return the export of a view that prints neither code nor year, with a log of reports without numbers."""
    reports = tuple(placed(Report(report_date=day, narrative=f"รายงานวันที่ {day}")) for day in days)
    project = placed(Project(view_id="2484", project_name="อบรมครู"))
    return Export(name, [Part(project, reports=reports)], at=at, family="project_view")


def report(no: int, progress_pct: int) -> Report:
    """Return a report of 29 September 2566."""
    return placed(Report(report_no=no, report_date=date(2023, 9, 29), progress_pct=Decimal(progress_pct)))


def test_a_project_without_a_year_is_loaded_and_shown_without_one(warehouse: Warehouse, tmp_path: Path) -> None:
    summary = load(warehouse, tmp_path, page("page", report(1, 100)), page("of-a-year", fiscal_year=2566))
    assert (summary["records_read"], summary["records_loaded"]) == (3, 3)
    rows = warehouse.rows(
        "SELECT project_code, fiscal_year, report_count FROM mart.project_status ORDER BY fiscal_year"
    )
    assert [tuple(row.values()) for row in rows] == [("50210000-0042", 2566, None), ("50210000-0042", None, 1)]
    assert warehouse.value("SELECT fiscal_year IS NULL FROM mart.progress_report WHERE project_code = '50210000-0042'")
    # Nobody knows in which months it was to report, nor of the other one whether it did.
    assert warehouse.rows("SELECT * FROM mart.report_coverage") == []


def test_what_changes_of_a_project_without_a_year_is_told(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("early"), page("late", at=LATE, targets="600 ต้น"))
    (change,) = warehouse.rows("SELECT record, field, new_value FROM ops.field_change")
    assert tuple(change.values()) == ("50210000-0042/unknown", "targets", "600 ต้น")


def test_a_view_without_a_code_is_known_by_its_number(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, view("view"))
    (row,) = warehouse.rows("SELECT * FROM mart.project_status")
    assert [row[name] for name in ("project_code", "view_id", "fiscal_year", "project_name")] == [
        None, "2484", None, "อบรมครู",
    ]  # fmt: skip
    assert (row["agency_code"], row["agency_name"]) == (None, None)
    assert warehouse.value("SELECT agency_key FROM dw.fact_project") == -1
    assert warehouse.value("SELECT project_code FROM dw.dim_project WHERE project_key > 0") == "view:2484"
    assert warehouse.rows("SELECT * FROM mart.report_coverage") == []


def test_reports_without_numbers_are_known_by_their_days(warehouse: Warehouse, tmp_path: Path) -> None:
    october, november = date(2023, 10, 16), date(2023, 11, 20)
    load(warehouse, tmp_path, view("first", october, october))
    # The log grows at its head: what was first is second now.
    summary = load(warehouse, tmp_path, view("second", november, october, october, at=LATE))
    assert summary["records_loaded"] == 4
    rows = warehouse.rows("SELECT view_id, report_no, report_date FROM mart.progress_report ORDER BY report_date")
    assert [tuple(row.values()) for row in rows] == [
        ("2484", None, october), ("2484", None, october), ("2484", None, november),
    ]  # fmt: skip
    assert warehouse.value("SELECT report_count FROM mart.project_status") == 3
    added = warehouse.rows("SELECT field, old_value FROM ops.field_change ORDER BY field")
    assert [tuple(row.values()) for row in added] == [
        ("reports[2023-11-20].narrative", None), ("reports[2023-11-20].report_date", None),
    ]  # fmt: skip


def test_progress_is_the_last_that_any_document_shows(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, page("headline", progress_pct=Decimal(50)), page("reported", report(3, 80), at=LATE))
    assert warehouse.value("SELECT progress_pct FROM mart.project_status") == 80


def test_what_a_page_cannot_say_does_not_change_what_a_form_said(warehouse: Warehouse, tmp_path: Path) -> None:
    form = page("form", family="printed_form", is_certified=True, objectives=["เพิ่มพื้นที่สีเขียว"])
    load(warehouse, tmp_path, form, page("page", at=LATE))
    assert warehouse.value("SELECT is_certified FROM mart.project_status")
    (row,) = warehouse.rows("SELECT objectives, valid_from FROM dw.dim_project WHERE project_key > 0")
    assert (row["objectives"], row["valid_from"]) == (["เพิ่มพื้นที่สีเขียว"], EARLY)
    assert warehouse.value("SELECT count(*) FROM ops.field_change") == 0


def test_an_evaluation_without_a_score_has_not_that_of_another_quarter(warehouse: Warehouse, tmp_path: Path) -> None:
    scored = page("early", evaluation_quarter=1, evaluation_score=Decimal(100))
    load(warehouse, tmp_path, scored, page("late", at=LATE, evaluation_quarter=2))
    assert warehouse.value("SELECT evaluation_score FROM dw.fact_project") is None


def test_the_time_that_an_export_prints_goes_before_that_of_its_source(warehouse: Warehouse, tmp_path: Path) -> None:
    printed_at = datetime(2024, 9, 1, tzinfo=UTC)
    load(warehouse, tmp_path, page("printed", targets="ใหม่")._replace(printed_at=printed_at))
    load(warehouse, tmp_path, page("file", targets="เดิม", at=LATE))
    assert warehouse.value("SELECT targets FROM dw.dim_project WHERE is_current AND project_key > 0") == "ใหม่"
    assert warehouse.value("SELECT snapshot_at FROM mart.project_status") == printed_at
    # What is new at a source is told by the source's own time.
    assert warehouse.value("SELECT snapshot_at FROM raw.manifest WHERE uri LIKE '%%printed'") == EARLY


def test_a_document_that_tells_of_nothing_is_held(
    warehouse: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (exports / "page.txt").write_text("หน้าเปล่า", encoding="utf-8")

    def nothing(document: Document, _lines: object) -> list[Copy]:
        return [Copy(document=document, copy=1, page=1, first_line=1, last_line=1)]

    break_reading(monkeypatch, "parse", nothing)
    summary = warehouse.load(exports)
    assert (summary["records_read"], summary["records_quarantined"]) == (1, 1)
    assert warehouse.value("SELECT rule_id FROM ops.quarantine") == "R-no-records"
