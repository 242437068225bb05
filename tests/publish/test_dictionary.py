"""The data dictionary: up to date beside the code, whole, true to the warehouse, and safe to open."""

import html
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.parsers.expat import ParserCreate

import pytest
import yaml
from sqlalchemy import Engine

from etl.publish import dictionary
from etl.publish.dictionary.catalogue import Catalogue, Column, Relation, read_catalogue
from etl.publish.dictionary.star import draw
from etl.records import Finding, Indicator, Project, Report, Severity
from etl.settings import Settings
from etl.warehouse import connect, open_engine, schema
from etl.warehouse.marts import MARTS
from etl.warehouse.model import TABLES
from tests.conftest import ROOT, Warehouse
from tests.load.records import AT, Export, Part, load, placed

# What rules judge that is not the value of one column, but a copy as a whole.
WHOLE = {
    "facts",
    "report_facts",
    "unit",
    "sections",
    "headings",
    "end",
    "pages",
    "stamp",
    "labels",
    "text",
    "cells",
    "columns",
    "plan_text",
    "rows",
    "sums",
    "reports",
    "quarters",
    "detail",
    "status",
    "result",
}

# What the standard knows in a contract, an object of its schema, a property and a check of quality.
ODCS_CONTRACT = {
    "version", "kind", "apiVersion", "id", "name", "tenant", "tags", "status", "servers", "dataProduct", "description",
    "domain", "schema", "support", "price", "team", "roles", "slaProperties", "authoritativeDefinitions",
    "customProperties", "contractCreatedTs",
}  # fmt: skip
ODCS_ELEMENT = {
    "id", "name", "physicalType", "description", "businessName", "authoritativeDefinitions", "tags", "customProperties",
    "logicalType", "physicalName", "relationships", "quality",
}  # fmt: skip
ODCS_OBJECT = ODCS_ELEMENT | {"dataGranularityDescription", "properties"}
ODCS_PROPERTY = ODCS_ELEMENT | {
    "primaryKey", "primaryKeyPosition", "logicalTypeOptions", "required", "unique", "partitioned",
    "partitionKeyPosition", "classification", "encryptedName", "transformSourceObjects", "transformLogic",
    "transformDescription", "examples", "criticalDataElement", "items",
}  # fmt: skip
ODCS_CHECK = {
    "id", "name", "type", "description", "dimension", "severity", "tags", "businessImpact", "method", "schedule",
    "scheduler", "unit", "authoritativeDefinitions", "customProperties",
}  # fmt: skip
ODCS_TYPES = {"string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean"}

BARE = b"""
    CREATE VIEW mart.bare AS SELECT 1 AS bare, 'a' AS "odd<b>", 100 AS cost_thb, uri FROM dw.dim_document;
    COMMENT ON VIEW mart.bare IS 'What is <script>alert(1)</script> | "odd" & {{ 7 * 7 }}?';
    COMMENT ON COLUMN mart.bare.bare IS 'It says `a < b`.';
"""


@pytest.fixture(scope="module")
def catalogue(new_database: Callable[[], str]) -> Catalogue:
    return read_catalogue(open_engine(Settings(warehouse_url=new_database())))


@pytest.fixture(scope="module")
def files(catalogue: Catalogue) -> dict[str, str]:
    return dictionary.render(catalogue)


@pytest.fixture(scope="module")
def careless(new_database: Callable[[], str]) -> Engine:
    """A warehouse with a view that says too little of itself, and oddly."""
    engine = open_engine(Settings(warehouse_url=new_database()))
    with connect(engine) as connection:
        connection.execute(BARE)
    return engine


@pytest.fixture(scope="module")
def careless_catalogue(careless: Engine) -> Catalogue:
    return read_catalogue(careless)


def column(catalogue: Catalogue, name: str) -> Column:
    relation, _, wanted = name.rpartition(".")
    (found,) = [one for one in relation_of(catalogue, relation).columns if one.name == wanted]
    return found


def relation_of(catalogue: Catalogue, name: str) -> Relation:
    (found,) = [one for one in catalogue.relations if one.name == name]
    return found


def rule_ids(catalogue: Catalogue, name: str) -> set[str]:
    return {rule.rule_id for rule in column(catalogue, name).rules}


def gaps(catalogue: Catalogue) -> Iterator[str]:
    """Yield what somebody who adds a table, a view or a column has forgotten to say of it."""
    for relation in catalogue.relations:
        if not relation.comment:
            yield f"{relation.name} has no comment"
        if not relation.grain and relation.kind != "function":
            yield f"{relation.name} does not say what a row is: a comment of a view says `A row a …`"
        for one in relation.columns:
            if not one.comment:
                yield f"{relation.name}.{one.name} has no comment"
            if relation.schema == "mart" and not (one.thai and one.comment_th):
                yield f"{relation.name}.{one.name} says nothing in Thai: add it to its folder in sql/marts/"
        if relation.schema == "mart" and not (relation.thai and relation.comment_th):
            yield f"{relation.name} says nothing in Thai: add it to its folder in sql/marts/"


# The files


def test_the_files_in_docs_are_those_of_the_warehouse_as_it_is_defined(files: dict[str, str]) -> None:
    kept = {name: path.read_text(encoding="utf-8") for name in files if (path := dictionary.DOCS / name).exists()}
    stale = [name for name, text in files.items() if kept.get(name) != text]
    assert not stale, f"docs/ is stale ({', '.join(stale)}): run `make dictionary` and commit what it writes"


def test_the_files_are_written_where_they_are_wanted(
    careless: Engine, careless_catalogue: Catalogue, tmp_path: Path
) -> None:
    written = dictionary.write(careless, tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == dictionary.render(careless_catalogue)
    assert {path.parent for path in written} == {tmp_path}


def test_nothing_in_the_files_is_of_a_day_or_a_machine(files: dict[str, str]) -> None:
    for text in files.values():
        assert str(ROOT) not in text
        assert str(datetime.now(UTC).year) not in text


# What it says


def test_every_table_view_and_column_says_what_it_is(catalogue: Catalogue) -> None:
    assert list(gaps(catalogue)) == []


def test_what_is_forgotten_is_named(careless_catalogue: Catalogue) -> None:
    assert [gap for gap in gaps(careless_catalogue) if gap.startswith("mart.bare")] == [
        "mart.bare does not say what a row is: a comment of a view says `A row a …`",
        "mart.bare.bare says nothing in Thai: add it to its folder in sql/marts/",
        "mart.bare.odd<b> has no comment",
        "mart.bare.odd<b> says nothing in Thai: add it to its folder in sql/marts/",
        "mart.bare.cost_thb has no comment",
        "mart.bare.cost_thb says nothing in Thai: add it to its folder in sql/marts/",
        "mart.bare.uri has no comment",
        "mart.bare.uri says nothing in Thai: add it to its folder in sql/marts/",
        "mart.bare says nothing in Thai: add it to its folder in sql/marts/",
    ]


def test_every_table_and_view_is_told_in_every_form(catalogue: Catalogue, files: dict[str, str]) -> None:
    for relation in catalogue.relations:
        assert f'id="{relation.name}"' in files["data_dictionary.html"]
        assert f"### {relation.name}" in files["data_dictionary.md"]
    assert {table.fullname for table in TABLES} < {one.name for one in catalogue.relations}
    assert "mart.project_status" in {one.name for one in catalogue.relations}


def test_a_row_is_named_by_what_it_stands_for_and_not_by_its_surrogate_key(catalogue: Catalogue) -> None:
    assert relation_of(catalogue, "dw.fact_progress_report").grain == (
        "a report of a project-year: fiscal_year × project_code × report_ref"
    )
    assert relation_of(catalogue, "dw.dim_report_status").grain == "a pair of statuses: status_key"
    assert relation_of(catalogue, "dw.dim_project").grain == (
        "a project-year in a period: project_code × fiscal_year × valid_from"
    )
    assert relation_of(catalogue, "dw.dim_document").grain == "an export: sha256"
    assert relation_of(catalogue, "mart.report_coverage").grain == "an agency and month"


def test_a_function_tells_what_it_takes_and_leads_to_the_view_whose_rows_it_returns(
    catalogue: Catalogue, files: dict[str, str]
) -> None:
    function = relation_of(catalogue, "mart.project_status_as_of")
    assert (function.kind, function.arguments, function.returns) == ("function", "day date", "mart.project_history")
    assert "mart.project_status_as_of(day date)" in files["data_dictionary.md"]
    assert 'Returns rows of <a href="#mart.project_history">' in files["data_dictionary.html"]


def test_keys_types_and_units_are_told(catalogue: Catalogue) -> None:
    spent = column(catalogue, "dw.fact_project.budget_spent_thb")
    assert (spent.type, spent.unit, spent.is_nullable) == ("numeric(18,2)", "baht", True)
    assert column(catalogue, "mart.project_status.budget_spent_thb").type == "numeric(18,2)"
    assert column(catalogue, "dw.fact_progress_report.progress_delta_pct").unit == "percentage points"
    assert column(catalogue, "mart.indicator_attainment.result_value").unit == "the indicator's unit"
    assert column(catalogue, "ops.field_change.old_value").unit is None
    code = column(catalogue, "dw.fact_project.project_code")
    assert (code.is_primary_key, code.is_nullable, code.references) == (True, False, None)
    assert column(catalogue, "dw.fact_project.agency_key").references == "dw.dim_agency.agency_key"
    assert column(catalogue, "dw.dim_project.valid_to").references is None
    assert column(catalogue, "dw.dim_document.sha256").is_unique
    assert relation_of(catalogue, "dw.dim_strategy").unique == (("plan_version", "node_code"),)


def test_columns_are_named_as_the_exports_name_them(catalogue: Catalogue) -> None:
    received = column(catalogue, "mart.project_status.budget_received_thb")
    assert received.thai == "งบประมาณที่ได้รับ (บาท)"
    assert [(label.file, label.spellings[0]) for label in received.labels] == [
        ("printed_form", "งบประมาณที่ได้รับ"),
        ("project_view", "งบฯ ที่ได้รับ (บาท)"),
    ]
    progress = column(catalogue, "mart.progress_report.progress_pct")
    assert [(label.file, label.spellings) for label in progress.labels] == [("printed_form", ("ความก้าวหน้าของงาน",))]
    assert column(catalogue, "raw.project.rationale").thai == "หลักการและเหตุผล"


def test_open_vocabularies_tell_the_words_they_know(catalogue: Catalogue) -> None:
    assert "ช้ากว่าแผน" in column(catalogue, "mart.progress_report.plan_status").known_words
    words = column(catalogue, "dw.dim_indicator.indicator_level").known_words
    assert words == ("output = ผลผลิต / output", "outcome = ผลลัพธ์ / outcome")


def test_a_column_has_the_rules_of_its_own_record(catalogue: Catalogue) -> None:
    of_project = rule_ids(catalogue, "mart.project_status.progress_pct")
    of_report = rule_ids(catalogue, "mart.progress_report.progress_pct")
    assert ("R-headline-mismatch" in of_project, "R-jump" in of_project) == (True, False)
    assert ("R-headline-mismatch" in of_report, "R-jump" in of_report) == (False, True)
    assert "R-date-outside-fy" in rule_ids(catalogue, "mart.progress_report.report_date")
    assert "R-agency-unknown" in rule_ids(catalogue, "mart.project_status.agency_code")
    assert "R-zero-after-positive" in rule_ids(catalogue, "raw.indicator_quarter.result_value")
    assert "R-zero-after-positive" not in rule_ids(catalogue, "raw.indicator.result_value")
    assert "R-goal-mismatch" in rule_ids(catalogue, "dw.dim_strategy.goal_name")


def test_rules_tell_what_great_expectations_is_asked(catalogue: Catalogue) -> None:
    told = {(asked.suite, asked.rule.rule_id): asked.expectation for asked in catalogue.rules}
    assert told["reports", "R-progress-range"] == (
        "expect_column_values_to_be_between(progress_pct, min_value=0, max_value=100)"
    )
    assert told["projects", "R-money-unreadable"] == "expect_column_values_to_be_null({field}_unreadable)"


def test_every_rule_is_told_beside_the_column_that_it_judges(catalogue: Catalogue) -> None:
    told = {rule.rule_id for relation in catalogue.relations for one in relation.columns for rule in one.rules}
    astray = {asked.rule.rule_id for asked in catalogue.rules if not WHOLE.issuperset(asked.fields)} - told
    assert not astray, "name the tables and columns that hold what they judge in etl/reference/dictionary.toml"


def test_no_view_shows_a_column_of_personal_data(catalogue: Catalogue, files: dict[str, str]) -> None:
    personal = {one.name for table in catalogue.of("raw") for one in table.columns if one.is_personal}
    assert personal == {"owner", "coordinator", "contact"}
    assert not personal & {one.name for view in catalogue.of("mart") for one in view.columns}
    for name in personal:
        row = re.search(rf'id="raw\.project\.{name}".*?</tr>', files["data_dictionary.html"], re.DOTALL)
        assert row
        assert "personal data" in row[0]


def report(no: int | None, **stated: Any) -> Report:
    return placed(Report(report_no=no, **stated))


def of_project(*reports: Report, **stated: Any) -> list[Part]:
    known = {"project_code": "50210000-0042", "fiscal_year": 2566, "agency_code": "5021", "unit_code": "50210000"}
    odd = Finding(
        rule_id="R-jump", severity=Severity.WARNING, record="50210000-0042/2566/reports[1]", field=None, value=None,
        message="progress rose by 90 points", line=None,
    )  # fmt: skip
    return [Part(placed(Project(**known, **stated)), reports=reports, findings=(odd,))]


def test_what_is_said_to_be_never_empty_never_is(catalogue: Catalogue, warehouse: Warehouse, tmp_path: Path) -> None:
    first = report(1, report_date=date(2023, 1, 31), progress_pct=Decimal(10))
    undated, held = report(2), report(3, progress_pct=Decimal(150))
    exports = [
        Export("first", of_project(first, progress_pct=Decimal(40))),
        Export("copies", of_project(progress_pct=Decimal(40), rationale="ร่าง") + of_project(progress_pct=Decimal(40))),
        Export("later", of_project(first, undated, held, progress_pct=Decimal(30)), at=AT + timedelta(days=30)),
        Export("view", [Part(placed(Project(view_id="2484")), reports=(report(None, report_date=AT.date()),))],
               family="project_view"),
        Export("indicator", [Part(indicators=(placed(Indicator(kpi_id="5021-0042")),))], family="indicator_page"),
    ]  # fmt: skip
    for export in exports:
        load(warehouse, tmp_path, export)
    for view in (one for one in catalogue.of("mart") if one.kind == "view"):
        (counted,) = warehouse.rows(
            f"SELECT count(*) AS rows, {', '.join(f'count({one.name}) AS {one.name}' for one in view.columns)}"
            f" FROM {view.name}"
        )
        empty = [one.name for one in view.columns if not one.is_nullable and counted[one.name] < counted["rows"]]
        assert counted["rows"], f"nothing to be seen in {view.name}"
        assert not empty, f"{view.name} leaves empty what its folder in sql/marts/ says is never empty"


# A mart that is new

LATE = """-- Which projects are late? A row a late project.

CREATE VIEW mart.late AS
SELECT project_code, behind_pct AS late_pct, last_loaded_at FROM mart.project_status WHERE is_overdue;
"""
LATE_COLUMNS = """
name: โครงการล่าช้า
th: โครงการใดล่าช้า หนึ่งแถวคือโครงการที่ล่าช้าหนึ่งโครงการ
columns:
  late_pct:
    name: ความล่าช้า
    en: Percentage points behind.
    th: จำนวนจุดร้อยละที่ช้ากว่าเวลา
"""


def test_a_mart_is_its_folder_and_nothing_else(new_database: Callable[[], str], tmp_path: Path) -> None:
    marts = Path(shutil.copytree(MARTS, tmp_path / "marts"))
    (marts / "late").mkdir()
    (marts / "late" / "view.sql").write_text(LATE, encoding="utf-8")
    (marts / "late" / "columns.yaml").write_text(LATE_COLUMNS, encoding="utf-8")
    settings = Settings(warehouse_url=new_database())
    schema.migrate(open_engine(settings), marts=marts)
    assert Warehouse(settings).rows("SELECT * FROM mart.late") == []
    catalogue = read_catalogue(open_engine(settings), marts)
    assert list(gaps(catalogue)) == []
    assert relation_of(catalogue, "mart.late").grain == "a late project"
    assert column(catalogue, "mart.late.last_loaded_at").comment_th
    assert not column(catalogue, "mart.late.last_loaded_at").is_nullable
    files = dictionary.render(catalogue)
    assert "### mart.late · โครงการล่าช้า" in files["data_dictionary.md"]
    assert 'id="mart.late.late_pct"' in files["data_dictionary.html"]
    assert "จำนวนจุดร้อยละที่ช้ากว่าเวลา" in files["data_dictionary.html"]
    (late,) = [view for view in yaml.safe_load(files["mart.odcs.yaml"])["schema"] if view["name"] == "late"]
    assert late["description"] == "Which projects are late? A row a late project."
    assert [one["description"] for one in late["properties"]][1] == "Percentage points behind."


# The page


def test_the_page_is_whole_in_itself(files: dict[str, str]) -> None:
    page = files["data_dictionary.html"]
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in page


def test_every_link_of_the_page_leads_somewhere_and_every_name_is_one_thing_s(files: dict[str, str]) -> None:
    names = [html.unescape(name) for name in re.findall(r'\sid="([^"]+)"', files["data_dictionary.html"])]
    links = {html.unescape(link) for link in re.findall(r'href="#([^"]+)"', files["data_dictionary.html"])}
    assert len(names) == len(set(names))
    assert links <= set(names)
    assert {"mart.project_status", "dw.dim_agency.agency_key", "R-jump"} <= links


def test_what_stands_in_a_comment_is_text_and_nothing_else(careless_catalogue: Catalogue) -> None:
    files = dictionary.render(careless_catalogue)
    page, markdown = files["data_dictionary.html"], files["data_dictionary.md"]
    assert "<script>alert" not in page
    assert "What is &lt;script&gt;alert(1)&lt;/script&gt; | &#34;odd&#34; &amp; {{ 7 * 7 }}?" in page
    assert "It says <code>a &lt; b</code>." in page
    assert 'id="mart.bare.odd&lt;b&gt;"' in page
    assert "<script>" not in markdown
    (row,) = [line for line in markdown.splitlines() if line.startswith("| `bare` |")]
    assert row.replace("\\|", "").count("|") == 8


def test_every_row_of_the_markdown_has_the_columns_of_its_table(files: dict[str, str]) -> None:
    widths = [
        line.replace("\\|", "").count("|") for line in files["data_dictionary.md"].splitlines() if line[:1] == "|"
    ]
    assert {*widths} == {6, 8}


# The picture


def test_the_picture_shows_the_star_with_its_keys_and_a_line_for_each_reference(
    catalogue: Catalogue, files: dict[str, str]
) -> None:
    star = draw(catalogue.of("dw"))
    drawn = {box.table.name for box in star.boxes}
    assert {"dw.fact_project", "dw.dim_agency", "dw.bridge_project_strategy"} <= drawn
    references = {
        f"{table.fullname}.{key.parent.name} → {key.target_fullname}"
        for table in TABLES
        for key in table.foreign_keys
        if table.fullname in drawn and key.column.table.fullname in drawn and key.column.table is not table
    }
    assert {line.title for line in star.lines} == references
    texts: list[str] = []
    parser = ParserCreate()
    parser.CharacterDataHandler = texts.append
    parser.Parse(files["er.svg"], True)
    assert texts.count("agency_key") == 4
    assert {"PK", "FK", "numeric(18,2)"} <= set(texts)


def test_nothing_in_the_picture_lies_on_another_thing_or_off_the_sheet(catalogue: Catalogue) -> None:
    star = draw(catalogue.of("dw"))
    spots = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in star.boxes]
    for number, (left, top, right, bottom) in enumerate(spots):
        assert 0 < left < right < star.width
        assert 0 < top < bottom < star.height
        for other in spots[number + 1 :]:
            assert right < other[0] or other[2] < left or bottom < other[1] or other[3] < top


def test_a_table_of_the_star_that_has_no_place_in_the_picture_is_named(catalogue: Catalogue) -> None:
    stray = Relation("dw.dim_vendor", "table", "A vendor.", relation_of(catalogue, "dw.dim_date").columns)
    with pytest.raises(ValueError, match="dim_vendor"):
        draw([*catalogue.of("dw"), stray])


# The contract


@pytest.fixture(scope="module")
def contract(files: dict[str, str]) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files["mart.odcs.yaml"])
    return loaded


def test_the_contract_is_of_the_standard(contract: dict[str, Any]) -> None:
    assert (contract["apiVersion"], contract["kind"], contract["status"]) == ("v3.1.0", "DataContract", "active")
    assert {"version", "id"} <= contract.keys() <= ODCS_CONTRACT
    for view in contract["schema"]:
        assert view.keys() <= ODCS_OBJECT
        for one in view["properties"]:
            assert one.keys() <= ODCS_PROPERTY
            assert one["logicalType"] in ODCS_TYPES
            for check in one.get("quality", ()):
                assert {"name", "type", "severity", "description"} <= check.keys() <= ODCS_CHECK
                assert check["type"] == "text"


def test_the_contract_holds_every_view_and_column_as_it_is(contract: dict[str, Any], catalogue: Catalogue) -> None:
    promised = {
        view["physicalName"]: [(one["name"], one["physicalType"], one["description"]) for one in view["properties"]]
        for view in contract["schema"]
    }
    assert promised == {
        view.name: [(one.name, one.type, one.comment) for one in view.columns]
        for view in catalogue.of("mart")
        if view.kind == "view"
    }
    (status,) = [view for view in contract["schema"] if view["name"] == "project_status"]
    columns = {one["name"]: one for one in status["properties"]}
    assert columns["snapshot_at"]["logicalType"] == "timestamp"
    assert columns["budget_spent_thb"]["logicalType"] == "number"
    assert columns["budget_spent_thb"]["customProperties"][0] == {"property": "unit", "value": "baht"}
    assert (columns["is_disputed"]["required"], columns["project_code"]["required"]) == (True, False)
    assert {one["classification"] for one in columns.values()} == {"internal"}


def test_the_contract_promises_what_is_kept_elsewhere(contract: dict[str, Any], warehouse: Warehouse) -> None:
    frequency, latency = contract["slaProperties"]
    assert f'"{frequency["schedule"]}"' in (ROOT / "dags" / "report_exports_daily.py").read_text(encoding="utf-8")
    assert (latency["value"], latency["unit"]) == (warehouse.settings.freshness_max_hours, "h")
    for role in contract["roles"]:
        assert warehouse.value("SELECT count(*) FROM pg_roles WHERE rolname = %s", role["role"]) == 1
    view, _, name = latency["element"].rpartition(".")
    assert warehouse.rows(f"SELECT {name} FROM {view}") == []
