"""Ways out of a login's rights, tried as `etl sql`, as granted BI logins and as a writer, on every kind of server.

What a statement gives back, tells or says beside it must hold none of what is hidden: a person's name in a document,
and what stands in the server's files. What may not be done is refused; and afterwards nothing has changed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from sqlalchemy import make_url

from etl.errors import BadInputError
from etl.settings import Settings
from etl.warehouse import open_engine
from etl.warehouse.access import grant
from etl.warehouse.model import metadata
from etl.warehouse.query import ask_as_bi
from tests.conftest import Warehouse
from tests.forms import Form
from tests.warehouse.conftest import VERSIONS, Externals

HIDDEN = "นายผู้ซ่อนตัว"
OF_FILES = ("all all ", "root:x:0", "SCRAM-SHA-256$")
SECRET = "a_login_of_this_test"
ESCAPED = Path("/tmp/escaped")  # noqa: S108 - where the server may write, were it told to
WITHOUT_XML = "built with libxml"  # which the package's server was not
FROM_RAW = "SELECT owner FROM raw.project"
OF_ANOTHER = "สะพานของหน่วยงานอื่น"  # what a login that was granted an agency must not see


class Escape(NamedTuple):
    """A statement, and to whom it is refused: of BI, of the writer; on the embedded server, or on every one."""

    statement: str
    bi: str = "everywhere"
    writer: str = "everywhere"


ESCAPES = [
    # Settings
    Escape("WITH gone AS MATERIALIZED (SELECT set_config('role', 'none', TRUE))"
           " SELECT word FROM gone, LATERAL ts_stat($$SELECT to_tsvector('simple', owner) FROM raw.project$$)",
           writer="nowhere"),
    Escape(f"SELECT set_config('role', 'none', TRUE), ({FROM_RAW} LIMIT 1)", writer="nowhere"),
    Escape("SELECT set_config('role', '{owner}', FALSE)"),
    Escape("SELECT set_config('role', 'reporting_writer', FALSE)", writer="nowhere"),
    Escape("SELECT set_config('session_authorization', '{owner}', FALSE)"),
    Escape("SELECT set_config('default_transaction_read_only', 'off', FALSE)", "nowhere", "nowhere"),
    Escape("SELECT set_config('transaction_read_only', 'off', TRUE)", "nowhere", "nowhere"),
    Escape("SELECT set_config('search_path', 'raw, ops, dw', FALSE)", "nowhere", "nowhere"),
    Escape("SELECT set_config('log_statement', 'all', FALSE)"),
    Escape("SELECT set_config('session_preload_libraries', 'x', FALSE)"),
    Escape("SELECT set_config('temp_file_limit', '-1', FALSE)"),
    Escape("SELECT set_config('session_replication_role', 'replica', FALSE)"),
    Escape("SET ROLE {owner}"), Escape("SET SESSION AUTHORIZATION {owner}"),
    Escape("RESET ROLE", "nowhere", "nowhere"), Escape("RESET ALL", "nowhere", "nowhere"),
    # Functions that take SQL
    Escape(f"SELECT query_to_xml('{FROM_RAW}', TRUE, FALSE, '')", writer="nowhere"),
    Escape("SELECT table_to_xml('raw.project', TRUE, FALSE, '')", writer="nowhere"),
    Escape("SELECT schema_to_xml('raw', TRUE, FALSE, '')", writer="nowhere"),
    Escape("SELECT database_to_xml(TRUE, FALSE, '')", "nowhere", "nowhere"),
    Escape("SELECT ts_rewrite('a'::TSQUERY, $$SELECT owner::TSQUERY, 'x'::TSQUERY FROM raw.project$$)",
           writer="nowhere"),
    Escape("SELECT cursor_to_xml('nothing', 1, TRUE, FALSE, '')"),
    Escape("SELECT * FROM dblink('dbname=reporting', 'SELECT 1') AS x (n INT)"),
    Escape("SELECT xmlparse(DOCUMENT '<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>')::TEXT",
           "nowhere", "nowhere"),
    Escape("SELECT xpath('document(\"/etc/passwd\")', '<a/>'::XML)"),
    # Files and programs
    Escape("SELECT pg_read_file('pg_hba.conf')"), Escape("SELECT pg_read_binary_file('pg_hba.conf')"),
    Escape("SELECT pg_ls_dir('.')"), Escape("SELECT pg_stat_file('pg_hba.conf')"), Escape("SELECT pg_ls_logdir()"),
    Escape("SELECT pg_ls_waldir()"), Escape("SELECT pg_current_logfile()"), Escape("SELECT * FROM pg_hba_file_rules"),
    Escape("SELECT * FROM pg_file_settings"), Escape("SELECT * FROM pg_config()"),
    Escape("SELECT current_setting('data_directory')"), Escape("SELECT current_setting('hba_file')"),
    Escape("SELECT lo_import('/etc/passwd')"), Escape("SELECT lo_export(1, '/tmp/escaped')"),
    Escape("COPY (SELECT 1) TO PROGRAM 'true'"), Escape("COPY (SELECT 1) TO '/tmp/escaped'"),
    Escape("COPY ops.load FROM PROGRAM 'true'"), Escape("COPY ops.load FROM '/etc/passwd'"),
    Escape("LOAD 'auto_explain'"), Escape("CREATE EXTENSION dblink"), Escape("CREATE LANGUAGE plperlu"),
    Escape("CREATE SERVER s FOREIGN DATA WRAPPER file_fdw"), Escape("CREATE TABLESPACE s LOCATION '/tmp'"),
    # Large objects, messages, locks
    Escape("SELECT lo_create(0)", "embedded", "embedded"), Escape("SELECT lo_creat(-1)", "embedded", "embedded"),
    Escape("SELECT lo_from_bytea(0, 'x')", "embedded", "embedded"), Escape("SELECT * FROM pg_largeobject"),
    Escape("SELECT lo_get(1)"), Escape("SELECT loread(0, 1)"),
    Escape("SELECT pg_advisory_lock(256601)", "embedded", "embedded"),
    Escape("SELECT pg_try_advisory_lock(n) FROM generate_series(1, 10) AS n", "embedded", "embedded"),
    Escape("SELECT pg_logical_emit_message(FALSE, 'x', 'y')", "embedded", "embedded"),
    Escape("SELECT pg_notify('x', 'y')", "embedded", "embedded"),
    Escape("LISTEN x", "nowhere", "nowhere"),
    Escape("LOCK TABLE ops.load IN ACCESS EXCLUSIVE MODE", writer="nowhere"),
    Escape("LOCK TABLE mart.project_status IN ACCESS EXCLUSIVE MODE"),
    # Statements around statements
    Escape("DO $$ BEGIN PERFORM 1; END $$", "embedded", "embedded"),
    Escape(f"DO $$ BEGIN EXECUTE '{FROM_RAW}'; END $$", writer="embedded"),
    Escape(f"PREPARE p AS {FROM_RAW}", writer="nowhere"), Escape(f"DECLARE c CURSOR FOR {FROM_RAW}", writer="nowhere"),
    Escape("EXPLAIN ANALYZE DELETE FROM mart.project_status"),
    Escape("EXPLAIN ANALYZE DELETE FROM raw.project WHERE FALSE", writer="nowhere"),
    Escape(f"EXPLAIN ANALYZE {FROM_RAW}", writer="nowhere"), Escape("CALL pg_catalog.nothing()"),
    # Objects
    Escape("CREATE TEMP TABLE mine (n INT)", "embedded", "nowhere"), Escape("CREATE TABLE public.mine (n INT)"),
    Escape("CREATE FUNCTION pg_temp.f() RETURNS INT LANGUAGE sql AS 'SELECT 1'", "embedded", "embedded"),
    Escape("CREATE FUNCTION mart.now() RETURNS INT LANGUAGE sql AS 'SELECT 1'"), Escape("CREATE SCHEMA mine"),
    Escape("CREATE OR REPLACE FUNCTION dw.today() RETURNS DATE LANGUAGE sql AS 'SELECT NULL::DATE'"),
    Escape("CREATE VIEW mart.mine AS SELECT 1"), Escape("ALTER VIEW mart.project_status SET (security_barrier)"),
    Escape("CREATE DATABASE mine"), Escape("CREATE PUBLICATION p FOR ALL TABLES"),
    Escape("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()"),
    # Roles
    Escape("CREATE ROLE mine"), Escape("ALTER ROLE CURRENT_USER SUPERUSER"), Escape("ALTER ROLE {owner} PASSWORD 'x'"),
    Escape("ALTER ROLE reporting_bi SET statement_timeout = 0"), Escape("GRANT pg_read_all_data TO CURRENT_USER"),
    Escape("GRANT pg_execute_server_program TO CURRENT_USER"), Escape("GRANT {owner} TO CURRENT_USER"),
    Escape("GRANT reporting_writer TO CURRENT_USER"), Escape("DROP OWNED BY {owner}"),
    Escape("REASSIGN OWNED BY {owner} TO CURRENT_USER"),
    Escape("ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT ON TABLES TO PUBLIC"),
    # What the server knows of itself
    Escape("SELECT * FROM pg_authid"), Escape("SELECT * FROM pg_shadow"), Escape("SELECT * FROM pg_statistic"),
    Escape("SELECT * FROM pg_statistic_ext_data"), Escape("SELECT * FROM pg_subscription"),
    Escape("SELECT * FROM pg_stats WHERE schemaname = 'raw'", "nowhere", "nowhere"),
    Escape("SELECT * FROM pg_stats_ext", "nowhere", "nowhere"),
    Escape("SELECT * FROM pg_stat_activity", "nowhere", "nowhere"),
    Escape("SELECT * FROM pg_prepared_statements", "nowhere", "nowhere"),
    Escape("SELECT * FROM pg_settings", "nowhere", "nowhere"),
    Escape("SELECT * FROM information_schema.views", "nowhere", "nowhere"),
    Escape("SELECT pg_get_viewdef('mart.project_status')", "nowhere", "nowhere"),
    Escape("SELECT current_setting('reporting.password', TRUE)", "nowhere", "nowhere"),
    # Others' sessions and the server
    Escape("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{owner}'"),
    Escape("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = '{owner}'"),
    Escape("SELECT pg_reload_conf()"), Escape("SELECT pg_rotate_logfile()"), Escape("SELECT pg_switch_wal()"),
    Escape("SELECT pg_create_physical_replication_slot('s')"), Escape("SELECT pg_promote()"),
    Escape("SELECT pg_stat_reset()"), Escape("ALTER SYSTEM SET fsync = off"), Escape("CHECKPOINT"),
    Escape("SELECT pg_log_backend_memory_contexts(pg_backend_pid())"),
    Escape("SELECT pg_export_snapshot()", "nowhere", "nowhere"), Escape("VACUUM pg_authid", "nowhere", "nowhere"),
    # Errors that quote
    Escape("SELECT (SELECT string_agg(p.*::TEXT, '') FROM mart.project_status AS p)::INT"),
    Escape("SELECT 1 / 0 FROM raw.project"),
    Escape("INSERT INTO raw.document SELECT * FROM raw.document"),
]  # fmt: skip

TELLING = f"CASE WHEN project_name = '{OF_ANOTHER}' THEN (project_name || ' of another')::INT END > 0"

# Ways from the rows of one agency to those of another.
BETWEEN_AGENCIES = [
    "SELECT * FROM mart.project_status", "SELECT * FROM mart.project_status_as_of('2056-01-01')",
    "SELECT * FROM mart_agency.project_status_as_of('2056-01-01')", "SELECT * FROM mart_agency.value_place",
    "SELECT mart.project_status_as_of('2056-01-01')", "SELECT * FROM dw.dim_project", "SELECT * FROM mart.document",
    "SELECT * FROM ops.agency_grant", "UPDATE ops.agency_grant SET agency_code = '5049'",
    "INSERT INTO ops.agency_grant VALUES (session_user, '5049')",
    "SET search_path = mart; SELECT * FROM project_status", "SET ROLE reporting_bi; SELECT * FROM mart.project_status",
    "SELECT set_config('role', 'reporting_bi', TRUE)", "SET SESSION AUTHORIZATION {whole}",
    # Conditions that tell of the rows that they see: all but the login's own are behind a barrier.
    f"SELECT * FROM project_status WHERE {TELLING}", "SELECT * FROM project_status WHERE project_name::INT > 0",
    "SELECT * FROM budget ORDER BY project_name::INT",
    f"SELECT * FROM project_status WHERE 1 / (length(project_name) - length('{OF_ANOTHER}')) > 9",
    "SELECT * FROM project_status WHERE (agency_code || project_name)::DATE IS NULL OR agency_code = '5049'",
    "SELECT * FROM project_status AS mine JOIN progress_report AS theirs ON theirs.project_name::INT > 0",
    ("CREATE FUNCTION pg_temp.tell(x TEXT) RETURNS BOOLEAN COST 0.01 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', x;"
    " RETURN TRUE; END $$; SELECT * FROM project_status WHERE pg_temp.tell(project_name)"),
    "CREATE FUNCTION pg_temp.tell(x TEXT) RETURNS BOOLEAN LEAKPROOF LANGUAGE sql RETURN x IS NULL",
    "CREATE TEMP VIEW mine AS SELECT * FROM mart.project_status; SELECT * FROM mine",
    "CREATE OR REPLACE VIEW mart_agency.project_status AS SELECT * FROM mart.project_status",
    "ALTER VIEW mart_agency.project_status RESET (security_barrier)",
    "GRANT USAGE ON SCHEMA mart TO CURRENT_USER", "GRANT reporting_bi TO CURRENT_USER",
    "SELECT query_to_xml('SELECT * FROM mart.project_status', TRUE, FALSE, '')",
    "SELECT schema_to_xml('mart_agency', TRUE, FALSE, '')",
    "SELECT * FROM pg_stats", "SELECT * FROM pg_stats_ext_exprs",
    "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM project_status",
]  # fmt: skip


class Besieged(NamedTuple):
    """A warehouse with somebody's name in it, and logins of each kind."""

    owner: Warehouse
    owner_login: str
    analyst: str
    loader: str
    clerk: str
    is_embedded: bool

    def content(self) -> dict[str, list[dict[str, object]]]:
        roles = "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles ORDER BY rolname"
        objects = (
            "SELECT relname FROM pg_class WHERE relnamespace IN"
            " (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_') ORDER BY relname, oid"
        )
        found = {name: self.owner.rows(f"SELECT * FROM {name}") for name in metadata.tables}
        return found | {"roles": self.owner.rows(roles), "objects": self.owner.rows(objects)}


@pytest.fixture(scope="module", params=["embedded", *VERSIONS])
def besieged(
    request: pytest.FixtureRequest,
    new_database: Callable[[], str],
    externals: Externals,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Besieged]:
    folder, is_embedded = tmp_path_factory.mktemp("besieged"), request.param == "embedded"
    url = new_database() if is_embedded else externals[request.param].database()
    owner = Warehouse(Settings(etl_home=folder / "home", warehouse_url=url))
    (folder / "exports").mkdir()
    (folder / "exports" / "form.txt").write_text(Form(owner=HIDDEN).text(), encoding="utf-8")
    other = Form(code="50490000-0001", name=OF_ANOTHER, agency="สำนักงานเขตทุ่งครุ", owner=HIDDEN)
    (folder / "exports" / "other.txt").write_text(other.text(), encoding="utf-8")
    owner.load(folder / "exports")
    assert owner.value("SELECT string_agg(DISTINCT owner, ',') FROM raw.project") == HIDDEN
    assert owner.value("SELECT count(*) FROM mart.project_status WHERE project_name = %s", OF_ANOTHER) == 1
    with owner.connect() as connection:
        connection.autocommit = True
        connection.execute("ANALYZE")
    parts = make_url(url)
    logins = []
    for number, (group, agencies) in enumerate(
        (("reporting_bi", ()), ("reporting_writer", ()), ("reporting_bi", ("5021",)))
    ):
        login = f"besieging_{number}_{parts.database}"
        grant(open_engine(owner.settings), login, group, SECRET, agencies=agencies)
        logins.append(parts.set(username=login, password=SECRET).render_as_string(hide_password=False))
    with owner.connect() as busy:
        busy.execute(f"SELECT '{HIDDEN}'")  # what the owner asks is nobody's to see
        yield Besieged(owner, str(parts.username), *logins, is_embedded)


@pytest.fixture(scope="module", autouse=True)
def nothing_has_changed(besieged: Besieged) -> Iterator[None]:
    ask_as_bi(besieged.owner.settings, "SELECT 1")
    before = besieged.content()
    yield
    assert besieged.content() == before
    assert not ESCAPED.exists()


def tried(url: str, statement: str) -> tuple[bool, str]:
    """Return whether a statement was done, and all that was told, with the login's own limits lifted."""
    told: list[object] = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: told.append((notice.message_primary, notice.message_detail)))
        connection.execute("SET default_transaction_read_only = off")
        try:
            with connection.transaction(force_rollback=True):
                cursor = connection.execute(statement)
                told.append(cursor.fetchall() if cursor.description else None)
        except psycopg.Error as error:
            diag = error.diag
            told.append((str(error), diag.message_detail, diag.message_hint, diag.context))
            if isinstance(error, psycopg.errors.ActiveSqlTransaction):  # not to be done in one
                try:
                    connection.execute(statement)
                except psycopg.Error as outside:
                    return False, repr([*told, str(outside)])
                return True, repr(told)
            return False, repr(told)
    return True, repr(told)


def is_refused(besieged: Besieged, where: str) -> bool:
    return where == "everywhere" or (where == "embedded" and besieged.is_embedded)


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda one: one.statement[:60])
def test_bi_gets_nothing_but_mart(besieged: Besieged, escape: Escape) -> None:
    statement = escape.statement.replace("{owner}", besieged.owner_login)
    was_done, told = tried(besieged.analyst, statement)
    assert was_done != is_refused(besieged, escape.bi) or WITHOUT_XML in told, told
    assert not any(hidden in told for hidden in (HIDDEN, *OF_FILES)), told
    try:
        answered = repr(ask_as_bi(besieged.owner.settings, statement))
    except BadInputError as refused:
        answered = str(refused)
        assert "\n" not in answered
    else:
        assert not is_refused(besieged, escape.bi), answered
    assert not any(hidden in answered for hidden in (HIDDEN, *OF_FILES)), answered


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda one: one.statement[:60])
def test_a_writer_gets_rows_and_nothing_else(besieged: Besieged, escape: Escape) -> None:
    was_done, told = tried(besieged.loader, escape.statement.replace("{owner}", besieged.owner_login))
    assert was_done != is_refused(besieged, escape.writer) or WITHOUT_XML in told, told
    assert not any(hidden in told for hidden in OF_FILES), told


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda one: one.statement[:60])
def test_one_who_was_granted_an_agency_gets_no_more_than_bi(besieged: Besieged, escape: Escape) -> None:
    was_done, told = tried(besieged.clerk, escape.statement.replace("{owner}", besieged.owner_login))
    assert not was_done or not is_refused(besieged, escape.bi), told
    assert not any(hidden in told for hidden in (HIDDEN, OF_ANOTHER, *OF_FILES)), told


@pytest.mark.parametrize("statement", BETWEEN_AGENCIES, ids=lambda one: one[:60])
def test_one_who_was_granted_an_agency_sees_nothing_of_another(besieged: Besieged, statement: str) -> None:
    whole = str(make_url(besieged.analyst).username)
    _, told = tried(besieged.clerk, statement.replace("{whole}", whole))
    assert not any(hidden in told for hidden in (OF_ANOTHER, "of another", "division by zero")), told


def test_what_a_barrier_keeps_is_seen_without_it(besieged: Besieged) -> None:
    # So the tests above can fail: the same condition, behind no barrier, tells of the other agency's row.
    with besieged.owner.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("ALTER VIEW mart_agency.project_status RESET (security_barrier)")
        connection.execute("SET LOCAL search_path = mart_agency")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="of another"):
            connection.execute(f"SELECT * FROM project_status WHERE {TELLING}")
