"""The open tables, as DuckDB, Frictionless and a portal read them: equal to the marts, of one moment, for anybody."""

import hashlib
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rdflib
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from rdflib.namespace import DCAT, DCTERMS, RDF
from upath import UPath

from etl import pipeline, storage
from etl.housekeeping import tidy
from etl.settings import PROJECT_ROOT, Settings
from etl.warehouse import server
from etl.warehouse.marts import explained, read_marts
from etl.warehouse.model import TABLES, marks
from tests.conftest import Databases, Warehouse
from tests.forms import Form
from tests.marts import world as the_world
from tests.processes import Etl

CLOSED = {
    "mart.document", "mart.document_quality", "mart.change_history", "mart.progress_anomaly", "mart.value_place",
    "mart.freshness", "mart.conflict",
}  # fmt: skip
WORD = "ถ้อยคำที่ต้องไม่เผยแพร่"
NOT_STATED = "__HIVE_DEFAULT_PARTITION__"


class Tables:
    """The open tables beside a description, as a reader finds them."""

    def __init__(self, package: UPath) -> None:
        self.area = package.parent
        self.package: dict[str, Any] = json.loads(package.read_bytes())

    def __getitem__(self, name: str) -> dict[str, Any]:
        (found,) = [resource for resource in self.package["resources"] if resource["name"] == name]
        return found

    def names(self) -> set[str]:
        return {resource["name"].partition(".")[0] for resource in self.package["resources"]}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table's Parquet files."""
        return [row for path in self[f"{name}.parquet"]["path"] for row in self.read(path).to_pylist()]

    def read(self, path: str) -> pa.Table:
        return pq.read_table(pa.BufferReader((self.area / path).read_bytes()))


@pytest.fixture(scope="module")
def world(new_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The warehouse of the small world, its tables published."""
    folder = tmp_path_factory.mktemp("world")
    warehouse = Warehouse(Settings(etl_home=folder / "home", warehouse_url=new_database()))
    the_world.make(warehouse, folder)
    pipeline.open_tables(warehouse.settings)
    return warehouse


@pytest.fixture(scope="module")
def tables(world: Warehouse) -> Tables:
    return Tables(UPath(world.settings.home / "tables" / "datapackage.json"))


@pytest.fixture
def loaded(warehouse: Warehouse, exports: Path) -> Warehouse:
    """A warehouse with one form loaded."""
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    warehouse.load(exports)
    return warehouse


def marts(warehouse: Warehouse) -> set[str]:
    return {row["name"] for row in warehouse.rows("SELECT viewname AS name FROM pg_views WHERE schemaname = 'mart'")}


def comparable(value: object) -> object:
    """Return a value such that equal ones look alike: as a number, and at a time, not as decimals and zones."""
    match value:
        case Decimal():
            return str(value.normalize())
        case datetime():
            return value.astimezone(UTC).isoformat()
    return value


def alike(row: dict[str, Any]) -> str:
    return repr([*map(comparable, row.values())])


def test_every_mart_is_there_but_those_that_quote_documents(tables: Tables, world: Warehouse) -> None:
    assert tables.names() == marts(world) - {name.removeprefix("mart.") for name in CLOSED}


def test_tables_have_every_row_and_value_of_their_marts(tables: Tables, world: Warehouse) -> None:
    for name in tables.names():
        columns = [field["name"] for field in tables[f"{name}.parquet"]["schema"]["fields"]]
        shown = world.rows(f"SELECT {', '.join(columns)} FROM mart.{name}")
        assert sorted(map(alike, tables.rows(name))) == sorted(map(alike, shown)), name
    assert len(tables.rows("project_status")) > 5
    assert len(tables.rows("progress_report")) > 5


def test_money_is_decimal_and_days_are_dates(tables: Tables) -> None:
    (path, *_) = tables["project_status.parquet"]["path"]
    schema = tables.read(path).schema
    assert schema.field("budget_received_thb").type == pa.decimal128(18, 2)
    assert schema.field("behind_pct").type == pa.decimal128(38, 4)
    assert schema.field("start_date").type == pa.date32()
    assert schema.field("snapshot_at").type == pa.timestamp("us", "UTC")
    assert not any(pa.types.is_floating(field.type) for name in tables.names() for field in _schema(tables, name))


def _schema(tables: Tables, name: str) -> pa.Schema:
    return tables.read(tables[f"{name}.parquet"]["path"][0]).schema


def test_a_year_has_its_own_files_and_so_have_projects_without_one(tables: Tables, world: Warehouse) -> None:
    years = world.rows("SELECT DISTINCT fiscal_year FROM mart.project_status")
    assert None in {row["fiscal_year"] for row in years}
    folders = {path.split("/")[2] for path in tables["project_status.parquet"]["path"]}
    assert folders == {f"fiscal_year={row['fiscal_year'] or NOT_STATED}" for row in years}
    for resource in tables.package["resources"]:
        for file in resource["files"]:
            content = (tables.area / file["path"]).read_bytes()
            assert (file["bytes"], file["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")


def test_descriptions_say_what_the_dictionary_does_in_both_languages(tables: Tables) -> None:
    (money,) = [
        field for field in tables["project_status.csv"]["schema"]["fields"] if field["name"] == "budget_received_thb"
    ]
    assert (money["type"], money["unit"]) == ("number", "baht")
    assert money["description"] == "งบประมาณที่ได้รับ, baht; empty where not stated."
    assert money["descriptionThai"] == "งบประมาณที่ได้รับ เป็นบาท ว่างเมื่อเอกสารไม่ได้ระบุ"
    for resource in tables.package["resources"]:
        assert resource["description"] and resource["descriptionThai"] and resource["titleThai"]
        assert all(field["description"] and field["descriptionThai"] for field in resource["schema"]["fields"])


def test_frictionless_finds_nothing_wrong_with_description_and_csv(tables: Tables) -> None:
    package = frictionless.Package(str(tables.area / "datapackage.json"))
    for resource in package.resources[:]:
        if resource.name.endswith(".parquet"):  # read above by what wrote them, and below by another
            package.remove_resource(resource.name)
    report = package.validate()
    assert report.valid, report.flatten(["name", "type", "note"])
    assert report.stats["tasks"] == len(tables.names())


def test_a_portal_reads_every_table_with_its_files_from_the_catalogue(tables: Tables) -> None:
    address = tables.area / "dcat.jsonld"
    graph = rdflib.Graph().parse(address, format="json-ld")
    datasets = {str(graph.value(one, DCTERMS.identifier)): one for one in graph.subjects(RDF.type, DCAT.Dataset)}
    assert datasets.keys() == tables.names()
    for dataset in datasets.values():
        assert {text.language for text in graph.objects(dataset, DCTERMS.title)} == {"en", "th"}
        assert {text.language for text in graph.objects(dataset, DCTERMS.description)} == {"en", "th"}
        for distribution in graph.objects(dataset, DCAT.distribution):
            path = str(graph.value(distribution, DCAT.downloadURL)).removeprefix("file://")
            assert Path(path).stat().st_size == int(graph.value(distribution, DCAT.byteSize))


def test_spreadsheets_show_thai_and_run_no_text(warehouse: Warehouse, exports: Path) -> None:
    (exports / "form.txt").write_text(Form(name="=HYPERLINK(1) โครงการ").text(), encoding="utf-8")
    warehouse.load(exports)
    tables = Tables(pipeline.open_tables(warehouse.settings))
    (path,) = tables["project_status.csv"]["path"]
    content = (tables.area / path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert '"\'=HYPERLINK(1) โครงการ"' in content.decode("utf-8-sig")
    assert tables.rows("project_status")[0]["project_name"] == "=HYPERLINK(1) โครงการ"


# What the docs tell people to ask


def queries() -> list[str]:
    page = (PROJECT_ROOT / "docs" / "open_tables.md").read_text("utf-8")
    return re.findall(r"```sql\n(.+?)```", page, re.DOTALL)


def test_duckdb_answers_the_queries_of_the_docs(
    tables: Tables, world: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(str(tables.area)))
    by_agency, by_month = (duckdb.connect().execute(query).fetchall() for query in queries())
    assert {row[:3] for row in by_agency} == {
        tuple(row.values())
        for row in world.rows(
            "SELECT agency_name, count(*), sum(budget_received_thb) FROM mart.project_status WHERE fiscal_year = 2566"
            " GROUP BY agency_name"
        )
    }
    assert [tuple(map(int, row)) for row in by_month] == [
        tuple(map(int, row.values()))
        for row in world.rows(
            "SELECT fiscal_year, fiscal_month, sum(missing) AS missing, sum(expected) AS expected"
            " FROM mart.report_coverage GROUP BY 1, 2"
            " ORDER BY 1, 2"
        )
    ]


# Open to anybody


def test_a_word_in_all_that_is_not_open_is_in_no_table(
    warehouse: Warehouse, new_database: Databases, tmp_path: Path
) -> None:
    the_world.make(warehouse, tmp_path)
    written, name = 0, conninfo_to_dict(warehouse.settings.warehouse_url)["dbname"]
    with psycopg.connect(server.superuser_url(new_database.settings), dbname=name, row_factory=dict_row) as connection:
        connection.execute("SET session_replication_role = replica")  # no constraint has a say in it
        for table in TABLES:
            for column in table.columns:
                if not marks(column).is_open and column.name not in _keys(table):
                    written += _write_word(connection, table.fullname, column.name)
    assert written > 100
    for name in ("progress_report", "document_quality", "change_history", "indicator_attainment"):
        assert WORD in repr(warehouse.rows(f"SELECT * FROM mart.{name}")), name
    tables = Tables(pipeline.open_tables(warehouse.settings))
    files = [path for path in Path(str(tables.area)).rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix != ".parquet" and WORD in path.read_text("utf-8")]
    assert not [path for path in files if path.suffix == ".parquet" and WORD in repr(pq.read_table(path).to_pylist())]


def _keys(table: Any) -> set[str]:
    """Return the columns that name a row: a word for all of them would make them one."""
    return {*table.primary_key.columns.keys()}


def _write_word(connection: psycopg.Connection[Any], table: str, column: str) -> int:
    kind = connection.execute(
        "SELECT data_type FROM information_schema.columns WHERE table_schema || '.' || table_name = %s"
        " AND column_name = %s",
        [table, column],
    ).fetchone()
    value = "ARRAY[%s]" if kind["data_type"] == "ARRAY" else "%s"
    return connection.execute(f"UPDATE {table} SET {column} = {value}", [WORD]).rowcount


def test_no_open_mart_shows_what_quotes_a_document(world: Warehouse) -> None:
    read = read_marts()
    assert {mart.name for mart in read if not mart.is_open} == CLOSED
    with world.connect() as connection:
        texts = explained(connection, read)
    kept_back = {(view, column) for (view, column), text in texts.items() if not text.is_open and view not in CLOSED}
    assert {column for _, column in kept_back} == {
        "document_uri", "narrative", "summary", "definition", "target_raw",
    }  # fmt: skip


def test_a_purge_of_all_texts_leaves_none_in_any_table_and_one_of_personal_data_touches_none(
    loaded: Warehouse, exports: Path
) -> None:
    pipeline.publish(loaded.settings, 1, [])
    before = Tables(UPath(loaded.settings.home / "tables" / "datapackage.json"))
    name = before.rows("project_status")[0]["project_name"]
    (sha256,) = [row["sha256"] for row in loaded.rows("SELECT sha256 FROM raw.manifest")]
    pipeline.purge(loaded.settings, sha256, None, prose=False)
    assert (before.area / before.package["version"]).exists()
    elsewhere = loaded.settings.model_copy(update={"etl_storage": str(exports.with_name("elsewhere"))})
    pipeline.open_tables(elsewhere)
    with loaded.connect() as connection:
        connection.execute("INSERT INTO ops.storage VALUES (%s, now())", [elsewhere.storage])
    done = pipeline.purge(loaded.settings, sha256, None, prose=True)
    assert done.not_reached == []
    after = Tables(UPath(loaded.settings.home / "tables" / "datapackage.json"))
    assert after.rows("project_status")[0]["project_name"] is None
    assert [path.name for path in after.area.iterdir() if path.is_dir()] == [after.package["version"]]
    assert [*(Path(elsewhere.storage) / "tables").iterdir()] == []
    assert not any(name in path.read_text("utf-8") for path in Path(str(after.area)).rglob("*.csv"))


# Of one moment, and never half


@pytest.fixture
def published(loaded: Warehouse) -> Tables:
    return Tables(pipeline.open_tables(loaded.settings))


def waiting(connection: psycopg.Connection[Any]) -> int:
    """Wait until a session waits for a table that this one holds; return its process."""
    while True:
        held = connection.execute(
            "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        ).fetchone()
        if held:
            return int(held["pid"])


@pytest.fixture
def publishing(loaded: Warehouse, published: Tables) -> Iterator[tuple[psycopg.Connection[Any], Any]]:
    """A session that holds the table of goals, and a publish that has written what needs none, and waits for it."""
    with ThreadPoolExecutor(1) as pool, loaded.connect() as connection:
        connection.execute("LOCK TABLE dw.dim_strategy IN ACCESS EXCLUSIVE MODE")
        yield connection, pool.submit(pipeline.open_tables, loaded.settings, anew=True)


def test_all_tables_are_of_the_load_that_the_description_names(
    loaded: Warehouse, published: Tables, publishing: tuple[psycopg.Connection[Any], Any]
) -> None:
    connection, publish = publishing
    waiting(connection)
    connection.execute("UPDATE dw.fact_project SET progress_pct = 1")
    connection.execute(
        "INSERT INTO ops.load (run_id, status, finished_at, documents_read, documents_quarantined, records_read,"
        " records_loaded, records_unchanged, records_quarantined, records_superseded)"
        " VALUES ('later', 'committed', now(), 0, 0, 0, 0, 0, 0, 0)"
    )
    connection.commit()
    before, after = Tables(publish.result()), Tables(pipeline.open_tables(loaded.settings))
    assert before.package["version"] != published.package["version"]
    assert before.package["load_id"] == published.package["load_id"] < after.package["load_id"]
    assert before.rows("project_status") == published.rows("project_status")
    assert [row["progress_pct"] for row in after.rows("project_status")] == [Decimal(1)]


def test_a_publish_that_dies_leaves_what_stood(
    loaded: Warehouse, published: Tables, publishing: tuple[psycopg.Connection[Any], Any]
) -> None:
    connection, publish = publishing
    pid = waiting(connection)
    half = [path for path in published.area.iterdir() if path.name.startswith("load-")]
    assert len(half) == 2
    connection.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(psycopg.OperationalError):
        publish.result()
    connection.rollback()
    assert Tables(published.area / "datapackage.json").package == published.package
    assert Tables(pipeline.open_tables(loaded.settings)).package == published.package


def test_tables_of_the_same_loads_and_day_stand_as_they_are(published: Tables, loaded: Warehouse) -> None:
    assert Tables(pipeline.open_tables(loaded.settings)).package == published.package
    assert Etl(loaded)("tables").stdout == (loaded.settings.home / "tables" / "datapackage.json").as_uri() + "\n"
    again = Tables(published.area / "datapackage.json")
    assert again.package["version"] != published.package["version"]
    assert published.rows("project_status") == again.rows("project_status")


def test_former_tables_go_when_they_are_old_and_those_described_stay(published: Tables, loaded: Warehouse) -> None:
    again = Tables(pipeline.open_tables(loaded.settings, anew=True))
    now = datetime.now(UTC)
    assert tidy(loaded.settings, now + timedelta(days=6))["tables_deleted"] == 0
    assert tidy(loaded.settings, now + timedelta(days=8))["tables_deleted"] == 1
    assert {path.name for path in again.area.iterdir()} == {
        "datapackage.json", "dcat.jsonld", again.package["version"],
    }  # fmt: skip
    assert tidy(loaded.settings, now + timedelta(days=80))["tables_deleted"] == 0


def test_they_lie_on_an_object_store_where_storage_is_one(loaded: Warehouse, bucket: str) -> None:
    settings = loaded.settings.model_copy(update={"etl_storage": f"{bucket}/state"})
    tables = Tables(pipeline.open_tables(settings))
    assert str(tables.area) == f"{bucket}/state/tables"
    assert [row["project_code"] for row in tables.rows("project_status")] == [Form().code]
    pipeline.open_tables(settings, anew=True)
    UPath(bucket).fs.invalidate_cache()
    assert tidy(settings, datetime.now(UTC) + timedelta(days=8))["tables_deleted"] == 1


def test_settings_turn_them_off(loaded: Warehouse) -> None:
    off = loaded.settings.model_copy(update={"open_tables": False})
    assert pipeline.publish(off, 1, [])["open_tables"] is None
    assert not (off.home / storage.TABLES).exists()
    on = pipeline.publish(loaded.settings, 1, [])["open_tables"]
    assert on == (off.home / "tables" / "datapackage.json").as_uri()


def test_a_warehouse_without_a_load_has_nothing_to_publish(warehouse: Warehouse) -> None:
    done = Etl(warehouse)("tables")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no load was committed yet" in done.stderr


def test_today_is_the_day_of_what_speaks_of_time(published: Tables, loaded: Warehouse) -> None:
    assert date.fromisoformat(published.package["as_of"]) == loaded.value("SELECT dw.today()")
