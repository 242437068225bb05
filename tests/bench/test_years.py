"""Years made in code must be what they claim: the same every time, of real shape, and known to the last satang."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import marts, profiling
from bench.loading import exponent
from bench.years import REPORTS, TotalsError, Year, check, tables, totals, write_year
from etl import pipeline
from etl.load.steps import read_steps
from etl.reference import agencies
from etl.warehouse import open_engine
from tests.conftest import Warehouse
from tests.load.content import content_of

SMALL = Year(2566, 12)


def test_a_year_is_the_same_every_time() -> None:
    assert list(SMALL.copies(1)) == list(SMALL.copies(1))


def test_a_project_is_the_same_however_many_are_beside_it() -> None:
    few, many = (list(Year(2566, count).copies(1)) for count in (3, 12))
    assert many[: len(few)] == few


def test_years_differ() -> None:
    this, next_ = (list(Year(fiscal_year, 1).copies(1)) for fiscal_year in (2566, 2567))
    assert this[0].project is not None
    assert next_[0].project is not None
    assert this[0].project.rationale != next_[0].project.rationale
    assert this[0].document.sha256 != next_[0].document.sha256


def test_a_large_year_is_of_real_shape() -> None:
    forms = [copy for copy in Year(2566, 300).copies(1) if copy.project]
    projects = [copy.project for copy in forms if copy.project]
    reports = [report for copy in forms for report in copy.reports]
    named = {code for code, agency in agencies().items() if agency.agency_name}
    assert {project.agency_code for project in projects} == named
    assert len({project.project_code for project in projects}) == 300
    assert len(reports) == 300 * REPORTS
    assert all(150 <= len(report.narrative or "") <= 450 for report in reports)
    assert all(0 <= (report.progress_pct or 0) <= 100 for report in reports)
    assert len({report.plan_status for report in reports}) == 4
    assert {project.budget_received_thb == 0 for project in projects} == {True, False}


def test_snapshots_show_more_and_more_of_one_year() -> None:
    year = Year(2566, 1, snapshots=3)
    first, second, last = (next(iter(year.copies(snapshot))) for snapshot in (1, 2, 3))
    assert [len(copy.reports) for copy in (first, second, last)] == [3, 6, 9]
    assert last.reports[:3] == first.reports
    assert len({copy.document.sha256 for copy in (first, second, last)}) == 3
    assert year.exported_at(1) < year.exported_at(2) < year.exported_at(3)


def test_totals_are_those_of_plain_tables() -> None:
    summed = totals(SMALL.copies(1))
    projects, reports = (table.to_pylist() for table in tables(SMALL).values())
    assert (summed.projects, summed.reports) == (12, 108)
    assert summed.budget_received_thb == sum(row["budget_received_thb"] for row in projects)
    assert summed.budget_spent_thb == sum(row["disbursed_thb"] for row in reports)
    assert summed.progress_pct == sum(row["progress_pct"] for row in reports) > Decimal(0)


def test_a_year_is_written_once(tmp_path: Path) -> None:
    written = write_year(tmp_path, SMALL)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert write_year(tmp_path, SMALL) == written
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == files


def test_a_warehouse_holds_what_was_loaded(warehouse: Warehouse, tmp_path: Path) -> None:
    written = write_year(tmp_path, SMALL)
    counts = pipeline.load(warehouse.settings, "test", written.batches)
    assert counts["records_read"] == counts["records_loaded"]
    check(warehouse.settings, SMALL.fiscal_year, written.totals)
    with pytest.raises(TotalsError, match="2566"):
        check(warehouse.settings, SMALL.fiscal_year, totals(Year(2566, 11).copies(1)))


def test_earlier_snapshots_loaded_late_change_no_total(warehouse: Warehouse, tmp_path: Path) -> None:
    written = write_year(tmp_path, SMALL)
    past = write_year(tmp_path, SMALL._replace(snapshots=2))
    assert past.totals == written.totals
    for batches in (written.batches, past.batches):
        pipeline.load(warehouse.settings, "test", batches)
        check(warehouse.settings, SMALL.fiscal_year, written.totals)


def test_a_profiled_load_is_the_same_load(
    warehouse: Warehouse, new_database: Callable[[], str], tmp_path: Path
) -> None:
    written = write_year(tmp_path, SMALL)
    pipeline.load(warehouse.settings, "test", written.batches)
    other = Warehouse(warehouse.settings.model_copy(update={"warehouse_url": new_database()}))
    with profiling.statements(with_plans=True) as spent:
        pipeline.load(other.settings, "test", written.batches)
    assert content_of(other) == content_of(warehouse)
    assert {f"{step.part}/{step.name}" for step in read_steps()} <= {one.part for one in spent}
    assert any("Seq Scan" in one.plan for one in spent)


def test_a_profile_adds_up() -> None:
    spent = [
        profiling.Spent("a.sql", "INSERT INTO x", 0.5, 2),
        profiling.Spent("a.sql", "INSERT INTO x", 1.0, 3, "Scan"),
    ]
    told = profiling.table(spent, seconds=2)
    assert "| a.sql | 1.50 | 75 |" in told
    assert "| a.sql | INSERT INTO x | 2 | 5 | 1.50 | 75 |" in told
    assert told.endswith("a.sql: INSERT INTO x, 1.00 s\n\n```\nScan\n```")


def test_every_view_is_asked_and_answers(warehouse: Warehouse, tmp_path: Path) -> None:
    pipeline.load(warehouse.settings, "test", write_year(tmp_path, SMALL).batches)
    engine = open_engine(warehouse.settings)
    views = warehouse.rows("SELECT viewname FROM pg_views WHERE schemaname = 'mart'")
    asked, drawn = marts.questions(engine), marts.drawn(engine)
    assert {row["viewname"] for row in views} <= {question.view for question in asked}
    answers = {(question.view, question.scope): marts.ask(warehouse.settings, question, drawn) for question in asked}
    assert answers["project_status", "a project"].rows == 1
    assert answers["progress_report", "a project"].rows == REPORTS
    assert all(answer.p50_ms <= answer.p95_ms for answer in answers.values())


@given(st.integers(2, 12), st.floats(0.01, 100))
def test_the_exponent_of_equal_loads_is_1(loads: int, seconds: float) -> None:
    assert exponent([seconds] * loads) == pytest.approx(1)


def test_the_exponent_of_loads_that_slow_down_is_above_1() -> None:
    assert exponent([2 * number - 1 for number in range(1, 11)]) == pytest.approx(2)
