"""A purge of prose leaves nothing: a mark in every place where a document may say something, and none of them anywhere.

Each mark is a word of its own, so that one that is left tells where it stood.
"""

import io
import os
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest
from msgspec import structs
from sqlalchemy import Text

from etl import pipeline
from etl.addresses import escape
from etl.batch import RAW_FILES
from etl.load.purge import PURGED, find
from etl.records import (
    Finding,
    Indicator,
    IndicatorQuarter,
    Project,
    Record,
    Report,
    Severity,
    Strategy,
)
from etl.warehouse import model, open_engine
from tests import varied_pages
from tests.conftest import Warehouse, batches_of
from tests.forms import Form
from tests.load.content import content_of
from tests.load.records import AT, Export, Part, load, placed

MARK = re.compile("zq[0-9]+[a-z]+zq")
PARTS = 3  # of a document's lines: what makes one of them unreadable leaves the others to be read
PAGES = (
    varied_pages.project_page, varied_pages.project_view, varied_pages.project_grid, varied_pages.indicator_page,
    varied_pages.indicator_catalogue, varied_pages.department_index,
)  # fmt: skip


def marks_in(texts: Iterable[object]) -> set[str]:
    return {mark for text in texts for mark in MARK.findall(str(text))}


def marks_in_warehouse(warehouse: Warehouse) -> set[str]:
    """Return the marks in every row of every table and view, statistics and comments included."""
    with warehouse.connect() as connection:
        relations = connection.execute(
            "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'p')"
            " AND (relnamespace::regnamespace::text IN ('raw', 'dw', 'ops', 'mart', 'public')"
            " OR oid::regclass::text IN ('pg_stats', 'pg_description', 'pg_attrdef', 'pg_stat_activity'))"
        ).fetchall()
        found: set[str] = set()
        for relation in relations:
            rows = connection.execute(f"SELECT one::text AS row FROM {relation['name']} AS one")  # type: ignore[arg-type]
            found |= {f"{mark} in {relation['name']}" for mark in marks_in(row["row"] for row in rows)}
        return found


def marks_in_home(warehouse: Warehouse) -> set[str]:
    """Return the marks in every file of the warehouse's home: storage, batches, Data Docs, logs."""
    found: set[str] = set()
    for path in warehouse.settings.home.rglob("*"):
        if path.is_file():
            found |= {f"{mark} in {path}" for mark in marks_in(contents(path))}
    return found


def contents(path: Path) -> Iterable[object]:
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return [pq.read_table(path).to_pylist()]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [archive.read(name).decode(errors="replace") for name in archive.namelist()]
    return [content.decode(errors="replace")]


def marked(name: str, text: str, part: int) -> str:
    """Return a text with a mark at the end of every line of a part of its lines."""
    return "\n".join(
        f"{line} zq{number}{name}zq" if number % PARTS == part and line.strip() else line
        for number, line in enumerate(text.split("\n"))
    )


def put(folder: Path, name: str, text: str | bytes, day: int) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    at = (datetime(2024, 10, 1, tzinfo=UTC) + timedelta(days=day)).timestamp()
    os.utime(path, (at, at))
    return f"file://{escape(str(path))}"


def job(warehouse: Warehouse, source: Path, run_id: str) -> list[object]:
    """Do the whole job; return what its tasks hand to each other."""
    settings = warehouse.settings.model_copy(update={"etl_source": str(source)})
    work_lists = pipeline.pull(settings, run_id, only_new=False)
    batches = batches_of(settings, work_lists)
    summary = pipeline.load(settings, run_id, batches)
    return [work_lists, batches, summary, pipeline.publish(settings, summary["load_id"], batches),
            pipeline.quality(settings)]  # fmt: skip


def purge(warehouse: Warehouse, document: str, *, prose: bool = True) -> None:
    pipeline.purge(warehouse.settings, find(open_engine(warehouse.settings), document), None, prose=prose)


@pytest.fixture
def families(exports: Path) -> list[str]:
    """Exports of every family, a part of their lines marked in each; return their addresses."""
    form = Form().with_report(2, progress="150")  # held back
    copies = form.text() + Form(certified=True, name="ชื่ออื่น", rationale="อื่น", targets="อื่น").text()
    texts = {"form": (form.text(), ""), "copies": (copies, "")}
    for draw in PAGES:
        sample = draw(Random(0))[0].page
        texts[draw.__name__.replace("_", "")] = (sample.text, sample.uri.rpartition("/")[2])
    addresses = [
        put(exports, f"{name}{part}__{saved or 'x.txt'}", marked(name, text, part), part)
        for name, (text, saved) in texts.items()
        for part in range(PARTS)
    ]
    addresses.append(put(exports, "letter.txt", "จดหมายข่าว zq1letterzq", 1))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("packed.txt", marked("packed", Form(code="50210000-0043").text(), 1))
        archive.writestr("other.txt", Form(code="50210000-0044").text())
    put(exports, "all.zip", packed.getvalue(), 1)
    return [*addresses, f"file://{exports}/all.zip!/packed.txt"]


def test_nothing_that_a_document_of_any_family_says_is_left(
    warehouse: Warehouse, exports: Path, families: list[str]
) -> None:
    handed_over = job(warehouse, exports, "first")
    assert len({mark.split(" in ")[1] for mark in marks_in_warehouse(warehouse)}) > 15
    kept = {Path(mark.partition(" in ")[2]).relative_to(warehouse.settings.home) for mark in marks_in_home(warehouse)}
    assert {path.parts[0] for path in kept} >= {"landing", "batches", "parsed"}
    assert any("data_docs" in str(path) for path in kept)
    assert not marks_in(handed_over)
    for address in families:
        purge(warehouse, address)
    assert marks_in_warehouse(warehouse) == set()
    assert marks_in_home(warehouse) == set()
    assert warehouse.rows("SELECT project_name FROM mart.project_status WHERE project_code = '50210000-0044'") == [
        {"project_name": Form().name}
    ]
    handed_over = job(warehouse, exports, "again")
    assert handed_over[2]["documents_read"] == 1  # type: ignore[index]
    assert not marks_in(handed_over)
    assert marks_in_warehouse(warehouse) | marks_in_home(warehouse) == set()


CHECKED = {
    "project_code": "50210000-0042", "view_id": "2484", "agency_code": "5021", "unit_code": "50210000",
    "plan_version": "plan20ph2", "strategy_code": "4", "sub_issue_code": "4.9", "goal_code": "4.9.9",
    "kpi_id": "5021-0775", "indicator_type": "strategic", "indicator_level": "output", "unit": "ร้อยละ",
    "pair_score": "95 / 100",
}  # fmt: skip


def told(kind: type[Record] | type[IndicatorQuarter], name: str, **values: object) -> Any:
    """Return a record that has a mark in each of its texts, and a proper code in each field that is one."""
    stated: dict[str, Any] = {}
    for number, field in enumerate(structs.fields(kind)):
        mark = f"zq{number}{name}zq"
        if field.name in CHECKED:
            stated[field.name] = CHECKED[field.name]
        elif field.type in (str | None, list[str]):
            stated[field.name] = mark if field.type == str | None else [mark, f"ก {mark}"]
    record = kind(**stated | values)
    return placed(record) if isinstance(record, Record) else record


def export(name: str, day: int, **values: object) -> Export:
    """Return a document that says in every field that there is something of its own, in two copies that disagree."""
    year = {"fiscal_year": 2567}
    finding = Finding(
        rule_id="R-made-up", severity=Severity.WARNING, record=f"5021/zq1{name}recordzq/2567", field="unit_raw",
        value=f"zq1{name}valuezq", message=f"zq1{name}messagezq", line=1,
    )  # fmt: skip
    held = Finding(
        rule_id="R-progress-range", severity=Severity.CRITICAL, record="50210000-0042/2567/reports[2]",
        field="reports[2].progress_pct", value=f"zq1{name}heldvaluezq", message=f"zq1{name}reasonzq", line=None,
    )  # fmt: skip
    parts = [
        Part(
            project=told(Project, f"{name}{copy}", **year),
            strategy=told(Strategy, f"{name}{copy}strategy"),
            reports=(
                told(Report, f"{name}{copy}report", report_no=1),
                told(Report, f"{name}{copy}held", report_no=2, progress_pct=Decimal(150)),
            ),
            indicators=(
                told(Indicator, f"{name}{copy}indicator", **year,
                     quarters=[told(IndicatorQuarter, f"{name}{copy}quarter", quarter=1)]),
                told(Indicator, f"{name}{copy}unnumbered", **year, kpi_id=None, indicator_name=f"zq1{name}namezq"),
            ),
            findings=(finding, held),
        )
        for copy in "ab"
    ]  # fmt: skip
    return Export(name, parts, at=AT + timedelta(days=day), family="printed_form")


def test_every_field_of_every_record_is_covered_and_what_others_say_stays(warehouse: Warehouse, tmp_path: Path) -> None:
    """Three documents of the same project, loaded one after the other: what only the middle one said goes."""
    before, middle, after = export("before", 1), export("middle", 2), export("after", 3)
    for one in (before, middle, after):
        load(warehouse, tmp_path, one)
    asked = {mark for mark in marks_in_warehouse(warehouse) if "middle" in mark}
    assert {mark.split(" in ")[1] for mark in asked} >= {
        "raw.project", "raw.report", "raw.indicator", "raw.indicator_quarter", "dw.dim_project",
        "dw.progress_report_history", "dw.indicator_result_history", "dw.dim_report_status", "ops.finding",
        "ops.field_conflict", "ops.field_change", "ops.quarantine", "mart.document_quality", "mart.change_history",
    }  # fmt: skip
    counts = warehouse.rows("SELECT count(*) FROM ops.finding UNION ALL SELECT count(*) FROM dw.fact_project")
    purge(warehouse, middle.sha256)
    left = marks_in_warehouse(warehouse)
    assert not [mark for mark in left if "middle" in mark]
    assert warehouse.rows("SELECT count(*) FROM ops.finding UNION ALL SELECT count(*) FROM dw.fact_project") == counts
    for other in ("before", "after"):
        assert {mark.split(" in ")[1] for mark in left if other in mark} >= {"raw.project", "dw.dim_project"}
    # As if the document had said nothing in words: derived once more, everything is as it is.
    purged_once = content_of(warehouse)
    purge(warehouse, middle.sha256)
    assert content_of(warehouse) == purged_once
    purge(warehouse, after.sha256)
    assert warehouse.value("SELECT project_name FROM mart.project_status").endswith("beforebzq")
    purge(warehouse, before.sha256)
    assert marks_in_warehouse(warehouse) == set()
    assert warehouse.value("SELECT project_name FROM mart.project_status") is None
    load(warehouse, tmp_path, *[one._replace(reading=2) for one in (before, middle, after)])
    assert marks_in_warehouse(warehouse) == set()


def test_by_default_what_quotes_a_document_goes_and_what_it_says_of_projects_stays(
    warehouse: Warehouse, exports: Path
) -> None:
    """A name in the field of the fiscal year, and one in the field of the owner."""
    form = put(exports, "form.txt", Form(owner="zq1ownerzq", fiscal_year="zq1yearzq").text(), 1)
    held = put(exports, "held.txt", Form(owner="zq2ownerzq").with_report(2, progress="150 zq1progresszq").text(), 1)
    job(warehouse, exports, "first")
    assert {"zq1yearzq in ops.finding", "zq1yearzq in mart.document_quality"} <= marks_in_warehouse(warehouse)
    names = warehouse.rows("SELECT project_name, rationale FROM dw.dim_project ORDER BY project_key")
    for address in (form, held):
        purge(warehouse, address, prose=False)
    assert marks_in_warehouse(warehouse) | marks_in_home(warehouse) == set()
    assert {row["message"] for row in warehouse.rows("SELECT message FROM ops.finding")} == {PURGED}
    assert {row["reason"] for row in warehouse.rows("SELECT reason FROM ops.quarantine")} <= {PURGED}
    assert warehouse.rows("SELECT project_name, rationale FROM dw.dim_project ORDER BY project_key") == names
    assert warehouse.rows("SELECT DISTINCT is_prose_purged FROM ops.purge") == [{"is_prose_purged": False}]


def test_every_text_of_the_warehouse_is_known_to_the_purge() -> None:
    """A column that is added is text of a document, which goes, or it is marked as what it is."""
    known = {
        "ops.load": {
            "run_id", "status", "error", "parser_version", "triggered_by", "approved_by", "reason", "source",
        },
        "ops.rehearsal": {"state_mark", "decision", "decided_by", "reason", "batches_digest", "loaded_by"},
        "ops.load_table": {"table_name"}, "ops.agency_grant": {"login", "agency_code"},
        "ops.finding": {"rule_id", "severity", "field", "agency_code", "project_code", "kpi_id"},
        "ops.field_conflict": {"field", "project_code"},
        "ops.field_change": {"record", "field", "old_value", "new_value"},
        "ops.quarantine": {"rule_id", "severity", "state", "remark", "decided_by"},
        "ops.purge": {"sha256", "purged_by", "reason"},
        "raw.manifest": {"sha256", "uri", "time_rule_id", "time_reported"}, "raw.document": {"records_digest"},
        "ops.storage": {"address"}, "ops.quality_check": {"check_name", "severity", "message"},
        "ops.judged": {"judged_by", "records_digest", "family", "channel"},
        "ops.parsed": {"parser_version", "sha256", "address_ids", "pack"},
        "ops.pull": {"run_id", "source", "alert"},
        "raw.source_file": {"uri", "version", "sha256", "unpacked_by"}, "raw.landed_file": {"sha256", "stamp"},
        "raw.source_document": {"file_uri", "uri", "sha256"},
    }  # fmt: skip
    derived = {name for name in model.metadata.tables if name.startswith("dw.")}
    raw = {f"raw.{name}" for name in RAW_FILES}
    for name, table in model.metadata.tables.items():
        for column in table.columns:
            told = model.marks(column)
            is_marked = told.is_personal or told.quotes or told.states or told.names or told.is_checked
            if name not in derived | raw and isinstance(column.type, Text) and not is_marked:
                assert column.name in known.get(name, ()), f"{name}.{column.name}"
    for name in raw:
        free = {column.name for column in model.free_texts(model.metadata.tables[name])}
        assert not free & CHECKED.keys()
