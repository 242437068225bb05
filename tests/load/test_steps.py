"""The steps of a load: each reads what it says, no guard leaves a column out, and a column costs few lines."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, Table

from etl.load import merge
from etl.load.steps import RECORDS, Action, Step, in_order, read_steps
from etl.load.transform import run
from etl.records import Indicator, IndicatorQuarter, Project, Report, Strategy
from etl.warehouse import Connection, model
from tests.conftest import ROOT, Warehouse
from tests.load.content import content_of
from tests.load.records import AT, Export, Part, load

READ = """
    SELECT DISTINCT
        CASE WHEN starts_with(nspname, 'pg_temp') THEN relname ELSE concat_ws('.', nspname, relname) END AS name
    FROM pg_depend JOIN pg_rewrite ON objid = pg_rewrite.oid
    JOIN pg_class ON refobjid = pg_class.oid JOIN pg_namespace ON relnamespace = pg_namespace.oid
    WHERE classid = 'pg_rewrite'::REGCLASS AND refclassid = 'pg_class'::REGCLASS
    AND ev_class = 'looked_at'::REGCLASS AND refobjid <> ev_class
"""
# What says when a row is or was so, and what other rows are found by, stays as it is.
FILLED = (model.dim_project, model.fact_project, model.fact_progress_report, model.fact_indicator_result)
KEPT = {"valid_from", "valid_to", "is_current", "load_id", "project_code", "fiscal_year"}


def exports() -> list[Export]:
    """Return what a project-year and an indicator-year were at two snapshots, with something in every field."""
    project = Project(
        project_code="50210000-0001", agency_code="5021", unit_code="50210000", fiscal_year=2567,
        project_name="ปลูกต้นไม้", start_date=date(2023, 10, 1), end_date=date(2024, 9, 30), rationale="ขาดร่มเงา",
        objectives=["เพิ่มพื้นที่สีเขียว"], targets="ต้นไม้ 500 ต้น", is_certified=True,
        budget_received_thb=Decimal(100), budget_spent_thb=Decimal(25), evaluation_score=Decimal(90),
    )  # fmt: skip
    reports = [
        Report(
            report_no=number, report_date=date(2023, 10 + number, 15), progress_pct=Decimal(10 * number),
            disbursed_thb=Decimal(number), narrative="ปลูกแล้ว", plan_status="เป็นไปตามแผน",
        )
        for number in (1, 2)
    ]  # fmt: skip
    indicator = Indicator(
        kpi_id="5021-0801", agency_code="5021", fiscal_year=2567, unit_raw="ต้น", unit="ต้น", target_value=Decimal(10),
        result_value=Decimal(5), evaluation_quarter=1, evaluation_score=Decimal(95),
        quarters=[
            IndicatorQuarter(
                quarter=1, result_value=Decimal(5), score=Decimal(5), pair_score="95 / 100", narrative="ปลูกแล้ว"
            )
        ],
    )  # fmt: skip
    goal = Strategy(plan_version="plan2561-2580rev", strategy_code="4", sub_issue_code="4.9", goal_code="4.9.1")
    return [
        Export("first", [Part(project, (indicator,), (*reports[:1],), goal)], AT),
        Export("second", [Part(project, (indicator,), (*reports,), goal)], AT + timedelta(days=30)),
    ]


def test_each_step_reads_what_it_says_and_nothing_else(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: dict[str, set[str]] = {}

    def run_looked_at(connection: Connection, actions: Iterable[Action]) -> Counter[str]:
        written = Counter[str]()
        for action in actions:
            if action.into is None:
                connection.execute(f"CREATE TEMP VIEW looked_at AS {action.step.select}".encode())
                read[action.step.name] = {row["name"] for row in connection.execute(READ)}
                connection.execute("DROP VIEW looked_at")
            written += run(connection, [action])
        return written

    monkeypatch.setattr(merge, "run", run_looked_at)
    load(warehouse, tmp_path, *exports())
    assert read == {step.name: set(step.reads | step.before) for step in read_steps()}


def test_a_step_is_named_for_what_it_gives_and_gives_rows_to_somebody() -> None:
    steps = read_steps()
    files = {path.stem for path in (ROOT / "sql" / "transform").glob("*/*.sql")}
    assert files == {step.name for step in steps}
    read = {name for step in steps for name in step.reads} | {step.name for step in steps if step.fills}
    affected = {table.info["affected"][0] for table in model.TABLES if table.info["affected"]}
    assert files <= read | affected


def test_a_step_that_reads_what_none_gives_is_named() -> None:
    lost = Step("facts", "lost", frozenset({"nowhere"}), frozenset(), (), None, (), "SELECT")
    with pytest.raises(ValueError, match="facts/lost reads nowhere"):
        in_order([*read_steps(), lost])


def test_every_table_that_follows_from_documents_is_filled() -> None:
    early, late = in_order(read_steps())
    filled = {action.into.fullname for action in (*early, *late) if action.into is not None}
    copied = {f"raw.{name}" for name in ("project", "report", "indicator", "indicator_quarter")}
    content = {table.fullname for table in model.content_tables()}
    assert content - copied - {"dw.dim_date"} <= filled
    assert RECORDS not in {step.name for step in read_steps()}


def test_a_row_that_differs_in_any_one_column_is_written_again(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, *exports())
    before = content_of(warehouse)
    for table in FILLED:
        for column in table.columns:
            if not column.primary_key and column.name not in KEPT:
                spoil(warehouse, table, column)
                assert content_of(warehouse) != before, f"{table.fullname}.{column.name} has no value to begin with"
                load(warehouse, tmp_path, *exports())
                assert content_of(warehouse) == before, f"{table.fullname}.{column.name}"


def spoil(warehouse: Warehouse, table: Table, column: Column[Any]) -> None:
    """Let a column of all rows hold something else, and documents be read as if for the first time."""
    other = "NULL" if column.nullable else "-1" if isinstance(column.type, Integer) else f"NOT {column.name}"
    key = next(iter(table.primary_key)).name
    with warehouse.connect() as connection:
        connection.execute(f"UPDATE {table.fullname} SET {column.name} = {other} WHERE {key}::TEXT NOT IN ('-1', '-2')")
        connection.execute("UPDATE raw.document SET records_digest = 'spoilt'")


@pytest.mark.parametrize("column", ["project_name", "rationale", "objectives", "targets", "view_id"])
def test_a_column_costs_its_declaration_and_a_line_in_a_select(column: str) -> None:
    assert lines_with(column, ROOT / "etl" / "warehouse" / "model", "*.py") == 1
    assert lines_with(column, ROOT / "sql" / "transform", "*.sql") == 1
    assert lines_with(column, ROOT / "etl" / "load", "*.py") == 0


def test_a_column_of_a_mart_costs_a_line_in_its_view_besides() -> None:
    assert lines_with("project_name", ROOT / "sql" / "marts" / "project_status", "view.sql") == 1


def lines_with(column: str, folder: Path, pattern: str) -> int:
    """Return how many lines of code have a column's name."""
    texts = (path.read_text(encoding="utf-8") for path in folder.rglob(pattern))
    return sum(bool(re.search(rf"\b{column}\b", line)) for text in texts for line in text.splitlines())
