"""The lock of loads, purges and migrations: who only reads can neither take it nor waits, and who holds it is named."""

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url
from upath import UPath

from etl import pipeline
from etl.errors import WarehouseBusyError
from etl.load.purge import purge
from etl.records import Project
from etl.settings import Settings
from etl.warehouse import open_engine, schema, server
from etl.warehouse.lock import lock_loads
from tests.conftest import ROOT, Warehouse
from tests.load import records
from tests.load.records import Export, Part
from tests.warehouse.test_roles import as_login

MODES = (
    "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)  # fmt: skip
FORM = Export("form", [Part(Project(project_code="50210000-0042", fiscal_year=2567))])


@pytest.fixture
def impatient(warehouse: Warehouse) -> Warehouse:
    """A warehouse whose loads wait for a second."""
    warehouse.settings = warehouse.settings.model_copy(update={"lock_timeout_seconds": 1})
    return warehouse


@contextmanager
def at_work(warehouse: Warehouse, work: str) -> Iterator[int]:
    """Hold the lock; yield the number of the process that does."""
    with warehouse.connect() as connection:
        lock_loads(connection, work, 1)
        yield connection.info.backend_pid


@contextmanager
def analyst(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    """A session with BI's rights, which waits for no lock."""
    login = as_login(warehouse, "reporting_bi")
    with psycopg.connect(str(login.settings.warehouse_url), autocommit=True) as connection:
        connection.execute("SET lock_timeout = '10ms'")
        yield connection


def stale(warehouse: Warehouse) -> Warehouse:
    """Let the schema look as if it were of another release."""
    with warehouse.connect() as connection:
        connection.execute("COMMENT ON SCHEMA mart IS 'made from another'")
    return warehouse


def test_advisory_locks_whoever_may_take_them_stop_nothing(
    impatient: Warehouse, server_home: Path, tmp_path: Path
) -> None:
    database = make_url(str(impatient.settings.warehouse_url)).database
    superuser = server.superuser_url(Settings(etl_home=server_home))
    with psycopg.connect(superuser, dbname=database, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(number) FROM generate_series(256600, 256700) AS number")
        connection.execute("SELECT pg_advisory_lock(hashtext(table_name)) FROM information_schema.tables")
        assert schema.migrate(open_engine(stale(impatient).settings), lock_timeout_seconds=1)
        assert records.load(impatient, tmp_path, FORM)["status"] == "committed"


@pytest.mark.parametrize("mode", MODES)
def test_bi_locks_no_table_of_ours(warehouse: Warehouse, mode: str) -> None:
    with analyst(warehouse) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"BEGIN; LOCK TABLE ops.load IN {mode} MODE")


def test_bi_locks_no_view_in_a_way_that_loads_wait_for(impatient: Warehouse, tmp_path: Path) -> None:
    with analyst(impatient) as connection:
        for mode in MODES[1:]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"BEGIN; LOCK TABLE mart.freshness IN {mode} MODE")
            connection.execute("ROLLBACK")
        connection.execute("BEGIN; LOCK TABLE mart.freshness IN ACCESS SHARE MODE")
        assert records.load(impatient, tmp_path, FORM)["status"] == "committed"


def test_a_writer_takes_the_lock(warehouse: Warehouse) -> None:
    with as_login(warehouse, "reporting_writer").connect() as connection:
        lock_loads(connection, "load", 1)


def test_bi_reads_every_view_while_a_load_is_at_work(warehouse: Warehouse) -> None:
    with at_work(warehouse, "load"), analyst(warehouse) as connection:
        views = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'mart'").fetchall()
        for (view,) in views:
            connection.execute(f"SELECT * FROM mart.{view}")
        assert not schema.migrate(open_engine(warehouse.settings), lock_timeout_seconds=1)


def test_who_holds_the_lock_is_reported_at_first_and_in_the_error(
    impatient: Warehouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_engine(impatient.settings)
    batch = records.write_batch(tmp_path, FORM)
    held = r"process {} \(etl load of May since \d\d:\d\d:\d\d, login reporting_owner, idle in transaction"
    with at_work(impatient, "load of May") as process:
        with pytest.raises(WarehouseBusyError, match=held.format(process)) as told:
            pipeline.load(impatient.settings, "june", [batch])
        with pytest.raises(WarehouseBusyError, match=held.format(process)):
            purge(engine, UPath(tmp_path), "a" * 64, None, lock_timeout_seconds=1)
        stale(impatient)
        with pytest.raises(WarehouseBusyError, match=held.format(process)):
            schema.migrate(engine, lock_timeout_seconds=1)
    assert "ETL_LOCK_TIMEOUT_SECONDS" in str(told.value)
    assert "\n" not in str(told.value)
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 3
    assert all(warning.startswith(f"waiting for process {process} ") for warning in warnings)
    assert impatient.value("SELECT count(*) FROM ops.load") == 0
    assert schema.migrate(engine)
    assert pipeline.load(impatient.settings, "june", [batch])["status"] == "committed"


def test_a_lock_on_a_table_that_a_load_fills_ends_the_load_and_is_named(impatient: Warehouse, tmp_path: Path) -> None:
    batch = records.write_batch(tmp_path, FORM)
    with impatient.connect() as connection:
        connection.execute("LOCK TABLE dw.fact_project")
        with pytest.raises(WarehouseBusyError, match=f"process {connection.info.backend_pid} "):
            pipeline.load(impatient.settings, "june", [batch])
    assert impatient.value("SELECT status FROM ops.load") == "failed"


def test_a_reader_makes_a_migration_wait_and_no_other_reader(warehouse: Warehouse) -> None:
    engine = open_engine(stale(warehouse).settings)
    with analyst(warehouse) as slow, analyst(warehouse) as quick, ThreadPoolExecutor(1) as pool:
        slow.execute("BEGIN")
        slow.execute("SELECT * FROM mart.project_status")
        with pytest.raises(WarehouseBusyError, match=f"process {slow.info.backend_pid} "):
            schema.migrate(engine, lock_timeout_seconds=1)
        quick.execute("SELECT * FROM mart.project_status")
        migrating = pool.submit(schema.migrate, engine)
        quick.execute("SET lock_timeout = '10s'")
        quick.execute("SELECT * FROM mart.project_status")
        slow.execute("SELECT * FROM mart.progress_report")
        slow.execute("COMMIT")
        assert migrating.result()


def test_an_empty_database_is_migrated_once_however_many_begin(server_home: Path) -> None:
    settings = Settings(etl_home=server_home)
    url = server.database_url(settings, f"crowd_{os.getpid()}")

    def migrate(_: int) -> bool:
        return schema.migrate(open_engine(Settings(etl_home=server_home, warehouse_url=url)))

    with ThreadPoolExecutor(4) as crowd:
        assert sorted(crowd.map(migrate, range(4))) == [False, False, False, True]


def test_no_code_takes_a_lock_that_anybody_may_take() -> None:
    files = [path for folder in ("etl", "sql", "dags", "plugins") for path in (ROOT / folder).rglob("*.*")]
    assert not [path for path in files if path.suffix in {".py", ".sql"} and "pg_advisory" in path.read_text("utf-8")]
