"""What a review of a backfill rests on: the same content does not differ, and what differs is named for a reader."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert

from etl import pipeline
from etl.diff import Change, Counts, Difference, LoadCounts
from etl.diff.loads import compare_loads
from etl.diff.text import in_words
from etl.diff.warehouses import compare_warehouses
from etl.errors import BadInputError, WarehouseUnavailableError
from etl.records import Indicator, IndicatorQuarter, Project, Report, Strategy
from etl.settings import Settings
from etl.warehouse import model, open_engine
from etl.warehouse.model import content_tables
from tests.conftest import Warehouse
from tests.load.records import AT, Export, Part, placed, write_batch
from tests.processes import Etl

LATER = AT + timedelta(days=30)


@pytest.fixture
def other(new_database: Callable[[], str], tmp_path: Path) -> Warehouse:
    """Another empty warehouse."""
    return Warehouse(Settings(etl_home=tmp_path / "other-home", warehouse_url=new_database()))


def form(name: str, number: int, *progress: int | None, at: datetime = AT, reading: int = 1, **fields: Any) -> Export:
    """Return a form of one project with a report for each progress, in percent."""
    project = Project(
        project_code=f"50210000-{number:04}", agency_code="5021", unit_code="50210000", fiscal_year=2567,
        project_name="ปลูกต้นไม้ริมคลอง", **fields,
    )  # fmt: skip
    reports = tuple(
        placed(
            Report(
                report_no=no, report_date=date(2024, no, 15), progress_pct=None if value is None else Decimal(value),
                plan_status="เป็นไปตามแผน", target_status="เป็นไปตามเป้าหมาย",
            )
        )
        for no, value in enumerate(progress, start=1)
    )  # fmt: skip
    part = Part(placed(project), (), reports, Strategy(plan_version="plan2561-2580rev", goal_code="4.3.1"))
    return Export(name, [part], at=at, family="printed_form", reading=reading)


def kpi(name: str, result: int) -> Export:
    """Return a page of one indicator with a result in its second quarter."""
    quarter = IndicatorQuarter(quarter=2, result_value=Decimal(result))
    indicator = Indicator(kpi_id="5021-0801", agency_code="5021", fiscal_year=2567, quarters=[quarter])
    return Export(name, [Part(None, (placed(indicator),))])


def load(warehouse: Warehouse, folder: Path, *exports: Export) -> None:
    """Load exports in one load."""
    batches = [write_batch(folder / str(warehouse.settings.etl_home.name), export) for export in exports]
    pipeline.load(warehouse.settings, "test", batches)


def compared(before: Warehouse, after: Warehouse) -> tuple[list[Difference], dict[str, Counts]]:
    """Return the differences of two warehouses, and the counts of each table."""
    with opened(before) as one, opened(after) as another:
        return split(compare_warehouses(one, another, content_tables()))


@contextmanager
def opened(warehouse: Warehouse) -> Iterator[Engine]:
    """Open an engine, and leave no connection behind."""
    engine = open_engine(warehouse.settings)
    try:
        yield engine
    finally:
        engine.dispose()


def split(found: Iterator[Any]) -> tuple[list[Difference], dict[str, Any]]:
    """Return differences, and counts by table."""
    all_found = list(found)
    counts = {one.table_name: one for one in all_found if isinstance(one, Counts | LoadCounts)}
    return [one for one in all_found if isinstance(one, Difference)], counts


def lines(differences: list[Difference], table_name: str) -> list[str]:
    """Return the differences of one table as a reader sees them."""
    return [in_words(one) for one in differences if one.table_name == table_name]


# Two warehouses


def test_the_same_documents_in_another_order_are_no_difference(
    warehouse: Warehouse, other: Warehouse, tmp_path: Path
) -> None:
    exports = [form("a", 1, 10, 20), form("b", 1, 10, 30, at=LATER), form("c", 2, 150), kpi("d", 80)]
    load(warehouse, tmp_path, *exports)
    for export in reversed(exports):
        load(other, tmp_path, export)
    # How a session writes days and times is no difference either.
    with other.connect() as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET timezone TO 'America/New_York'")
        connection.execute(f"ALTER DATABASE {name} SET datestyle TO 'German'")
    differences, counts = compared(warehouse, other)
    assert differences == []
    assert counts["dw.fact_progress_report"] == Counts("dw.fact_progress_report", 2, 2, 0, 0, 0, 0)
    assert counts["raw.manifest"].rows_before == counts["raw.manifest"].rows_after == 4
    assert counts["ops.quarantine"].rows_before == 1
    assert "ops.load" not in counts


def test_each_difference_is_named_by_record_and_field(warehouse: Warehouse, other: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, form("a", 1, 10, 50), form("gone", 2, 10), kpi("page", 80))
    load(other, tmp_path, form("a", 1, 10, 60, reading=2), form("new", 3, 10), kpi("page", 80))
    differences, counts = compared(warehouse, other)
    assert lines(differences, "dw.fact_progress_report") == [
        "~ 50210000-0001/2567 reports[2].progress_pct: 50.0000 -> 60.0000",
        "~ 50210000-0001/2567 reports[2].progress_delta_pct: 40.0000 -> 50.0000",
        "- 50210000-0002/2567 reports[1]",
        "+ 50210000-0003/2567 reports[1]",
    ]
    of_months = "~ 50210000-0001/2567 progress_by_month: "
    assert [line for line in lines(differences, "dw.fact_project") if not line.startswith(of_months)] == [
        "~ 50210000-0001/2567 progress_pct: 50.0000 -> 60.0000",
        "- 50210000-0002/2567",
        "+ 50210000-0003/2567",
    ]
    (read_otherwise,) = (one for one in lines(differences, "raw.report") if one.startswith("~"))
    sha256 = form("a", 1).sha256
    assert read_otherwise == (
        f"~ 50210000-0001/2567 file:///exports/a ({sha256[:8]}) copies[1].rows[2].progress_pct: 50.0000 -> 60.0000"
    )
    assert sorted(line[0] for line in lines(differences, "dw.dim_document")) == ["+", "-"]
    assert counts["dw.fact_progress_report"] == Counts("dw.fact_progress_report", 3, 3, 1, 1, 1, 0)
    assert not [one for one in differences if one.table_name == "dw.fact_indicator_result"]


def test_what_a_key_points_at_is_named_and_what_a_row_says_is_told(
    warehouse: Warehouse, other: Warehouse, tmp_path: Path
) -> None:
    load(warehouse, tmp_path, form("a", 1, 10))
    load(other, tmp_path, form("b", 1, 10))
    load(other, tmp_path, form("c", 2, 150))
    differences, counts = compared(warehouse, other)
    old, new = (f"file:///exports/{name} ({form(name, 1).sha256[:8]})" for name in "ab")
    assert lines(differences, "dw.fact_project") == [
        f"= 50210000-0001/2567 log_document_key: {old} -> {new}",
        f"= 50210000-0001/2567 document_key: {old} -> {new}",
        "+ 50210000-0002/2567",
    ]
    assert counts["dw.fact_project"] == Counts("dw.fact_project", 1, 2, 1, 0, 0, 1)
    held = f"50210000-0002/2567/reports[1] file:///exports/c ({form('c', 2).sha256[:8]})"
    assert lines(differences, "ops.quarantine") == [
        f"+ {held} copies[1].lines[1]: the project that it belongs to is held back"
    ]
    assert not [
        one for one in differences if "90" in str(one.after)
    ]  # the same page in another reading? No: other bytes


def test_an_indicator_is_named_by_its_id_and_quarter(warehouse: Warehouse, other: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, kpi("page", 80))
    load(other, tmp_path, kpi("page", 80)._replace(reading=2, parts=kpi("page", 90).parts))
    differences, _ = compared(warehouse, other)
    assert lines(differences, "dw.fact_indicator_result") == [
        "~ 5021-0801/2567 quarters[2].result_value: 80.000000 -> 90.000000"
    ]


def test_personal_data_is_compared_and_not_shown(warehouse: Warehouse, other: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, form("a", 1, 10, owner="เจ้าของคนเดิม", rationale="เดิม"))
    load(other, tmp_path, form("a", 1, 10, owner="เจ้าของคนใหม่", rationale="ใหม่", reading=2))
    differences, _ = compared(warehouse, other)
    (owner,) = (one for one in differences if one.field == "copies[1].owner")
    assert (owner.is_personal, owner.before, owner.after) == (True, None, None)
    assert in_words(owner).endswith("copies[1].owner: differs (personal data)")
    for form_of_output in ([], ["--json"]):
        done = Etl(other)("diff", warehouse.settings.warehouse_url, *form_of_output)
        assert done.returncode == 3
        assert "เดิม" in done.stdout
        assert "เจ้าของ" not in done.stdout + done.stderr


KEYS = st.text(st.sampled_from("aAzZ-_ 1๒กขฮเ์é\U0001f600"), min_size=1, max_size=3)
SIDES = st.dictionaries(
    st.tuples(KEYS, KEYS), st.one_of(st.none(), st.sampled_from(["", "1", "2", "ก"])), max_size=12
)  # fmt: skip


@pytest.fixture(scope="module")
def pair(new_database: Callable[[], str]) -> tuple[Warehouse, Warehouse]:
    """Two warehouses with a load each, whose changes a test may write by hand."""
    one, another = (Warehouse(Settings(warehouse_url=new_database())) for _ in range(2))
    for warehouse in (one, another):
        with opened(warehouse) as engine, engine.begin() as connection:
            connection.execute(insert(model.load).values(run_id="test", status="committed"))
    return one, another


@settings(max_examples=25)
@given(before=SIDES, after=SIDES)
def test_any_two_tables_differ_by_what_differs(
    before: dict[tuple[str, str], str | None], after: dict[tuple[str, str], str | None],
    pair: tuple[Warehouse, Warehouse],
) -> None:  # fmt: skip
    with opened(pair[0]) as one, opened(pair[1]) as another:
        for engine, changes in ((one, before), (another, after)):
            rows = [
                {"record": record, "field": field, "new_value": value, "seen_at": AT, "load_id": 1}
                for (record, field), value in changes.items()
            ]
            with engine.begin() as connection:
                connection.execute(delete(model.field_change))
                connection.execute(insert(model.field_change), rows) if rows else None
        differences, counts = split(compare_warehouses(one, another, [model.field_change]))
    assert sum(one.change == Change.ADDED for one in differences) == len(after.keys() - before.keys())
    assert sum(one.change == Change.REMOVED for one in differences) == len(before.keys() - after.keys())
    changed = {(before[key], after[key]) for key in before.keys() & after.keys() if before[key] != after[key]}
    assert {(one.before, one.after) for one in differences if one.change == Change.CHANGED} == changed
    assert (counts["ops.field_change"].rows_before, counts["ops.field_change"].rows_after) == (len(before), len(after))


def test_what_is_no_warehouse_of_this_version_is_named(warehouse: Warehouse, other: Warehouse) -> None:
    with other.connect() as connection:
        connection.execute("ALTER TABLE raw.report DROP COLUMN narrative")
    with pytest.raises(BadInputError, match=f"{other.settings.warehouse_url.rpartition('/')[2].partition('?')[0]} on"):
        compared(warehouse, other)


def test_a_server_that_does_not_answer_is_told(pair: tuple[Warehouse, Warehouse]) -> None:
    silent = Warehouse(Settings(warehouse_url="postgresql://reader@127.0.0.1:1/reporting"))
    with pytest.raises(WarehouseUnavailableError, match="does not answer"):
        compared(pair[0], silent)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["postgresql://reader:geheim@127.0.0.1:1/reporting"], 1),
        (["postgresql://reader:ge/heim@127.0.0.1:1/reporting"], 1),
        (["postgresql://reader:geheim@127.0.0.1:1/reporting", "12"], 2),
        (["reader:geheim"], 2),
        (["mysql://reader:geheim@127.0.0.1:1/reporting"], 1),
        (["--debug", "diff", "postgresql://reader:ge/heim@127.0.0.1:1/reporting"], 1),
    ],
)
def test_a_password_is_never_printed(pair: tuple[Warehouse, Warehouse], arguments: list[str], status: int) -> None:
    done = Etl(pair[0])(*([] if "diff" in arguments else ["diff"]), *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr
    assert "heim" not in done.stderr


def test_the_command_line_counts_names_and_ends_with_3(warehouse: Warehouse, other: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, form("a", 1, 10, 50))
    load(other, tmp_path, form("a", 1, 10, 60, reading=2), *(form(f"new{no}", no, 10) for no in range(2, 5)))
    urls = [one.settings.warehouse_url for one in (warehouse, other)]
    etl = Etl(warehouse)
    same = etl("diff", urls[0])
    assert (same.returncode, same.stderr) == (0, "")
    text = etl("diff", *urls, "--limit", 2)
    assert text.returncode == 3
    assert "\ndw.fact_project\n  ~ 50210000-0001/2567 progress_pct: 50.0000 -> 60.0000\n" in text.stdout
    assert "\n  and 3 more\n" in text.stdout
    done = etl("diff", *urls, "--json")
    assert done.returncode == 3
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert {
        "table_name": "dw.fact_project", "rows_before": 1, "rows_after": 4, "added": 3, "removed": 0, "changed": 1,
        "restated": 0,
    } in objects  # fmt: skip
    assert {
        "table_name": "dw.fact_progress_report", "record": "50210000-0001/2567", "change": "changed",
        "field": "reports[2].progress_pct", "before": 50, "after": 60, "is_personal": False, "seen_at": None,
    } in objects  # fmt: skip


# Two loads of one warehouse


def loads_compared(warehouse: Warehouse, first: int, last: int) -> tuple[list[Difference], dict[str, Any]]:
    """Return the differences between the states after two loads, and the counts of each table."""
    with opened(warehouse) as engine:
        return split(compare_loads(engine, first, last))


def test_the_loads_between_tell_what_they_added_and_changed(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, form("a", 1, 10, 50), kpi("page", 80))
    load(warehouse, tmp_path, form("b", 1, 10, 60, at=LATER), form("c", 2, 150))
    differences, counts = loads_compared(warehouse, 1, 2)
    assert lines(differences, "dw.fact_project") == ["~ 50210000-0001/2567", "+ 50210000-0002/2567"]
    assert lines(differences, "dw.fact_progress_report") == [
        "~ 50210000-0001/2567 reports[1]",
        "~ 50210000-0001/2567 reports[2]",
    ]
    *_, change = sorted((one for one in differences if one.table_name == "ops.field_change"), key=lambda one: one.field)
    assert (change.record, change.field) == ("50210000-0001/2567", "reports[2].progress_pct")
    assert (change.before, change.after, change.seen_at) == ("50.0000", "60.0000", LATER)
    (case,) = lines(differences, "ops.quarantine")
    assert case.startswith("+ 50210000-0002/2567/reports[1] file:///exports/c (")
    assert counts["dw.fact_project"] == LoadCounts("dw.fact_project", 1, 2, 1, 1, 0, 0)
    assert counts["dw.fact_indicator_result"] == LoadCounts("dw.fact_indicator_result", 2, 2, 0, 0, 0, 0)
    assert counts["raw.document"] == LoadCounts("raw.document", 2, 4, 2, 0, 0, 0)


def test_a_record_of_a_document_read_otherwise_is_unclear(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, form("a", 1, 10))
    load(warehouse, tmp_path, form("a", 1, 10, 20, reading=2))
    differences, counts = loads_compared(warehouse, 1, 2)
    assert lines(differences, "dw.fact_progress_report") == ["? 50210000-0001/2567 reports[2]"]
    assert lines(differences, "raw.document") == [f"~ file:///exports/a ({form('a', 1).sha256[:8]})"]
    assert counts["dw.fact_progress_report"] == LoadCounts("dw.fact_progress_report", 1, 2, 0, 0, 1, 0)


def test_what_a_later_load_wrote_again_is_counted(warehouse: Warehouse, tmp_path: Path) -> None:
    load(warehouse, tmp_path, kpi("page", 80))
    load(warehouse, tmp_path, form("a", 1, 10))
    load(warehouse, tmp_path, form("b", 1, 20, at=LATER))
    differences, counts = loads_compared(warehouse, 1, 2)
    assert lines(differences, "dw.fact_project") == []
    assert counts["dw.fact_project"] == LoadCounts("dw.fact_project", 0, 1, 0, 0, 0, 1)


def test_loads_on_the_command_line(warehouse: Warehouse, tmp_path: Path) -> None:
    etl = Etl(warehouse)
    load(warehouse, tmp_path, form("a", 1, 10))
    load(warehouse, tmp_path, form("b", 2, 10))
    load(warehouse, tmp_path, form("b", 2, 10))
    to_the_last = etl("diff", 1)
    assert to_the_last.returncode == 3
    assert "\ndw.fact_project\n  + 50210000-0002/2567\n" in to_the_last.stdout
    assert "compare two warehouses" in to_the_last.stderr
    nothing = etl("diff", 2, 3, "--json")
    assert nothing.returncode == 0
    assert json.loads(nothing.stdout.splitlines()[0])["records_unchanged"] == 2
    for arguments, message in ((("1", "9"), "no load 9"), (("3", "2"), "load 3 came after load 2")):
        wrong = etl("diff", *arguments)
        assert (wrong.returncode, message in wrong.stderr) == (2, True)
