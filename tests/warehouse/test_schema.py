"""The schema: the database is what the one definition says, everything is explained, and BI reads `mart` alone."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import inspect

from etl.errors import BadInputError
from etl.pull.snapshot import BUDDHIST, TO_COME
from etl.warehouse import open_engine, schema
from etl.warehouse.keys import surrogate_key
from etl.warehouse.model import TABLES, marks, metadata
from etl.warehouse.query import ask_as_bi
from tests.conftest import Warehouse
from tests.warehouse.installed import installed_at

PERSONAL = {"owner", "coordinator", "contact"}
FIRST_RELEASE = """
    INSERT INTO ops.load (run_id, status) VALUES ('first', 'committed');
    INSERT INTO dw.dim_document (document_key, sha256) VALUES (1, 'a');
    INSERT INTO raw.manifest (sha256, uri, snapshot_at, fetched_at, byte_size, landed_uri) VALUES
    ('a', 'to come', '2099-01-01Z', '2024-05-06Z', 1, ''), ('a', 'buddhist', '2567-03-01Z', '2024-05-06Z', 1, ''),
    ('a', 'past', '2024-03-01Z', '2024-05-06Z', 1, '');
    INSERT INTO raw.document SELECT 1, 'of the first release', 2, 0, load_id FROM ops.load;
    INSERT INTO raw.report (document_key, copy, ordinal, is_shown, project_code, fiscal_year, report_no, places)
    VALUES (1, 1, 1, TRUE, '50210000-0042', 2567, 3, '{}');
    INSERT INTO dw.fact_project (
        project_code, fiscal_year, project_key, agency_key, start_date_key, end_date_key, first_report_date_key,
        last_report_date_key, spent_pct, report_count, document_key, load_id
    )
    SELECT '50210000-0042', 2567, -1, -1, -1, -1, -1, -1, 12.5, 1, 1, load_id FROM ops.load;
    INSERT INTO dw.fact_progress_report (
        project_code, fiscal_year, report_no, project_key, agency_key, report_date_key, status_key, document_key,
        load_id
    )
    SELECT '50210000-0042', 2567, 3, -1, -1, -1, -1, 1, load_id FROM ops.load;
    CREATE VIEW mart.project_status AS SELECT spent_pct FROM dw.fact_project;
"""


def test_the_database_is_what_the_tables_define(warehouse: Warehouse) -> None:
    schema.check(open_engine(warehouse.settings))


def test_a_migrated_warehouse_is_left_alone(warehouse: Warehouse) -> None:
    assert not schema.migrate(open_engine(warehouse.settings))


def test_a_warehouse_of_the_first_release_is_brought_up_to_date_with_what_it_holds(server_home: Path) -> None:
    shared = [(schema.SQL / path).read_text("utf-8") for path in ("functions.sql", "members.sql")]
    settings = installed_at("0001", server_home, *shared, FIRST_RELEASE)
    engine = open_engine(settings)
    assert schema.migrate(engine)
    schema.check(engine)
    warehouse = Warehouse(settings)
    assert warehouse.value("SELECT report_ref FROM raw.report") == "3"
    assert warehouse.value("SELECT report_ref FROM dw.fact_progress_report") == "3"
    assert warehouse.value("SELECT spent_pct FROM mart.project_status") == Decimal("12.5")
    assert warehouse.value("SELECT valid_from FROM dw.fact_project") is not None
    assert warehouse.rows(
        "SELECT uri, date_part('year', reported_at)::INT AS year, snapshot_at, time_rule_id"
        " FROM raw.manifest ORDER BY uri"
    ) == [
        {"uri": "buddhist", "year": 2567, "snapshot_at": datetime(2024, 3, 1, tzinfo=UTC), "time_rule_id": BUDDHIST},
        {"uri": "past", "year": 2024, "snapshot_at": datetime(2024, 3, 1, tzinfo=UTC), "time_rule_id": None},
        {"uri": "to come", "year": 2099, "snapshot_at": datetime(2024, 5, 5, 17, tzinfo=UTC), "time_rule_id": TO_COME},
    ]
    # What it holds is read once more with the first load: nothing is told to be known that was read otherwise.
    assert warehouse.value("SELECT records_digest FROM raw.document") == "to be read again"


UNDATED = r"""
    INSERT INTO dw.dim_date (date_key) VALUES (-1), (20231016);
    INSERT INTO ops.load (run_id, started_at, status) VALUES ('one', now(), 'committed');
    INSERT INTO dw.dim_document (document_key, sha256, uri, snapshot_at, fetched_at) VALUES (1, 'a', 'x', now(), now());
    INSERT INTO raw.report (
        document_key, copy, ordinal, is_shown, project_code, fiscal_year, report_ref, report_date, places
    ) VALUES
    (1, 1, 1, TRUE, 'view:7', 2567, '2023-10-16', '2023-10-16', '{}'),
    (1, 1, 11, TRUE, 'view:7', 2567, '2023-10-16#2', '2023-10-16', '{}'),
    (1, 1, 2, TRUE, 'view:7', 2567, '#2', NULL, '{}');
    INSERT INTO ops.finding (load_id, rule_id, severity, document_key, copy, record, field, message)
    SELECT
        load_id, 'R-flat', 'info', 1, 1, 'view:7/2567/reports[#' || place || ']', 'reports[#' || place || '].value', ''
    FROM ops.load CROSS JOIN unnest(ARRAY[1, 2, 11]) AS place;
"""


def test_reports_without_a_number_are_named_by_their_day_in_an_installed_warehouse(server_home: Path) -> None:
    settings = installed_at("0010", server_home, UNDATED)
    assert schema.migrate(open_engine(settings))
    assert Warehouse(settings).rows("SELECT record, field FROM ops.finding ORDER BY finding_id") == [
        {"record": f"view:7/2567/reports[{ref}]", "field": f"reports[{ref}].value"}
        for ref in ("2023-10-16", "#2", "2023-10-16#2")
    ]


def test_every_table_view_and_column_is_explained(warehouse: Warehouse) -> None:
    unexplained = warehouse.rows(
        "SELECT n.nspname, c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE n.nspname IN ('raw', 'dw', 'mart', 'ops') AND c.relkind IN ('r', 'v')"
        " AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)"
    )
    assert unexplained == []


def test_personal_data_is_marked_and_no_view_shows_it(warehouse: Warehouse) -> None:
    marked = {column.name for table in TABLES for column in table.columns if marks(column).is_personal}
    assert marked == PERSONAL
    shown = {row["column_name"] for row in warehouse.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'mart'"
    )}  # fmt: skip
    assert shown
    assert not shown & PERSONAL


def test_bi_reads_every_view_of_mart_and_nothing_else(warehouse: Warehouse) -> None:
    engine = open_engine(warehouse.settings)
    for view in inspect(engine).get_view_names(schema="mart"):
        ask_as_bi(warehouse.settings, f"SELECT * FROM mart.{view}")
    for name in metadata.tables:
        with pytest.raises(BadInputError, match="permission denied"):
            ask_as_bi(warehouse.settings, f"SELECT * FROM {name}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DROP SCHEMA mart CASCADE",
        "CREATE TEMP TABLE t (n INT)",
        "DELETE FROM mart.project_status",
        "SELECT set_config('role', 'reporting_owner', TRUE), (SELECT count(*) FROM dw.fact_project)",
        "SELECT lo_import('/etc/hostname')",
        "RESET ROLE",
        "SELEKT 1",
    ],
)
def test_what_is_no_harmless_query_is_refused_in_one_line(warehouse: Warehouse, query: str) -> None:
    with pytest.raises(BadInputError) as refused:
        ask_as_bi(warehouse.settings, query)
    assert "\n" not in str(refused.value)


def test_a_query_that_takes_longer_than_the_settings_allow_says_what_to_do(warehouse: Warehouse) -> None:
    settings = warehouse.settings.model_copy(update={"sql_timeout_seconds": 1})
    with pytest.raises(BadInputError, match=r"statement timeout; .*ETL_SQL_TIMEOUT_SECONDS"):
        ask_as_bi(settings, "SELECT count(*) FROM generate_series(1, 1000000000000)")


def test_bi_cannot_write_even_as_itself(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SET ROLE reporting_bi")
        connection.execute("CREATE TABLE public.t (n INT)")


@given(
    st.lists(
        st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))),
        min_size=1,
        max_size=4,
    )
)
def test_keys_made_here_are_the_warehouse_s_own(key_connection: psycopg.Connection, parts: list[str | None]) -> None:
    (key,) = key_connection.execute(sql.SQL("SELECT dw.key(VARIADIC %s::TEXT[])"), [parts]).fetchone()
    assert surrogate_key(*parts) == key


@pytest.fixture(scope="module")
def key_connection(new_database):
    with psycopg.connect(new_database()) as connection:
        yield connection


def test_the_calendar_of_the_warehouse_is_the_fiscal_one(warehouse: Warehouse) -> None:
    (day,) = warehouse.rows("SELECT * FROM dw.dim_date WHERE date_key = 20221001")
    assert (day["be_year"], day["fiscal_year"], day["fiscal_quarter"], day["fiscal_month"]) == (2565, 2566, 1, 1)
    (day,) = warehouse.rows("SELECT * FROM dw.dim_date WHERE date_key = 20230930")
    assert (day["be_year"], day["fiscal_year"], day["fiscal_quarter"], day["fiscal_month"]) == (2566, 2566, 4, 12)
