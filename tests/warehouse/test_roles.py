"""Who may do what: logins of each group on a real server, and passwords that nothing tells."""

import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import make_url, text

from etl import pipeline
from etl.errors import BadInputError, EtlError
from etl.settings import Settings
from etl.warehouse import open_engine, schema, server, shown_url
from etl.warehouse.access import grant
from etl.warehouse.model import metadata
from etl.warehouse.query import ask_as_bi
from tests.conftest import ROOT, Warehouse, batches_of
from tests.forms import Form

SECRET = "s3cr/t p@ss:w0rd%"
DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def owned(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse that these tests share, to its owner."""
    return Warehouse(Settings(etl_home=tmp_path_factory.mktemp("home"), warehouse_url=new_database()))


@pytest.fixture(scope="module")
def loader(owned: Warehouse) -> Warehouse:
    """The same warehouse, to somebody who is a member of reporting_writer and of nothing else."""
    return as_login(owned, "reporting_writer")


@pytest.fixture(scope="module")
def analyst(owned: Warehouse) -> Warehouse:
    """The same warehouse, to somebody who is a member of reporting_bi and of nothing else."""
    return as_login(owned, "reporting_bi")


def as_login(warehouse: Warehouse, group: str) -> Warehouse:
    url = make_url(str(warehouse.settings.warehouse_url))
    login = f"{group}_of_{url.database}"
    grant(open_engine(warehouse.settings), login, group, SECRET)
    return Warehouse(warehouse.settings.model_copy(update={"warehouse_url": url_of(warehouse, login, SECRET)}))


def url_of(warehouse: Warehouse, login: str, password: str, **other: str) -> str:
    """Return the URL of the same warehouse for another login, or of another database of its server."""
    url = make_url(str(warehouse.settings.warehouse_url)).set(username=login, password=password, **other)
    return url.render_as_string(hide_password=False).replace(" ", "%20")


@contextmanager
def session(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(str(warehouse.settings.warehouse_url), autocommit=True, row_factory=dict_row) as connection:
        yield connection


# The writer


def test_a_writer_loads_holds_redrives_and_asks(
    loader: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (exports / "form.txt").write_text(Form().with_report(2, progress="150").text(), encoding="utf-8")
    (exports / "letter.txt").write_text("จดหมายข่าวประจำเดือน", encoding="utf-8")
    first = loader.load(exports)
    assert (first["status"], first["records_quarantined"]) == ("committed", 2)
    (exports / "form.txt").write_text(Form().text(), encoding="utf-8")
    assert loader.load(exports)["records_loaded"] > 0
    assert pipeline.pull(loader.settings, "daily", only_new=True) != []
    work_lists = pipeline.redrive(loader.settings, "redrive")
    again = pipeline.load(loader.settings, "redrive", batches_of(loader.settings, work_lists))
    assert again["status"] == "committed"
    assert pipeline.quality(loader.settings) != []
    assert loader.value("SELECT count(*) FROM mart.progress_report") == 3
    with pytest.raises(BadInputError, match="ETL_SQL_URL"):
        ask_as_bi(loader.settings, "SELECT 1")


def test_a_writer_reads_and_writes_the_rows_of_every_table_and_cannot_forge_the_schema_s_version(
    loader: Warehouse,
) -> None:
    with session(loader) as connection:
        for table in metadata.tables:
            rights = "SELECT has_table_privilege(%s, %s) AS may"
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                assert connection.execute(rights, [table, right]).fetchone() == {"may": True}, (table, right)
        with pytest.raises(DENIED):
            connection.execute("UPDATE ops.alembic_version SET version_num = '0000'")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE ops.finding",
        "TRUNCATE ops.finding",
        "ALTER TABLE ops.finding ADD COLUMN n INT",
        "CREATE TABLE dw.mine (n INT)",
        "CREATE VIEW mart.mine AS SELECT 1",
        "CREATE SCHEMA mine",
        "DROP SCHEMA mart CASCADE",
        "DROP FUNCTION dw.date_key(DATE)",
        "CREATE ROLE mine",
        "SET ROLE reporting_owner",
        "GRANT SELECT ON ops.finding TO reporting_bi",
        "ALTER ROLE reporting_bi SET statement_timeout = 0",
    ],
)
def test_a_writer_changes_no_table_and_no_rights(loader: Warehouse, statement: str) -> None:
    granted = "SELECT has_table_privilege('reporting_bi', 'ops.finding', 'SELECT') AS granted"
    with session(loader) as connection:
        try:
            connection.execute(statement)
        except DENIED:
            return
        # To grant what one may not grant is a warning in SQL, and grants nothing.
        assert connection.execute(granted).fetchone() == {"granted": False}
        assert statement.startswith("GRANT")


def test_a_writer_is_told_that_the_owner_must_migrate(
    warehouse: Warehouse, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = as_login(warehouse, "reporting_writer")
    assert not schema.migrate(open_engine(loader.settings))
    monkeypatch.setattr(schema, "_digest", lambda _: "another")
    with pytest.raises(BadInputError, match=r"not up to date.*`etl warehouse migrate` as the owner") as told:
        loader.load(exports)
    assert "\n" not in str(told.value)
    assert schema.migrate(open_engine(warehouse.settings))
    assert loader.load(exports)["status"] == "committed"


def test_what_the_owner_makes_later_is_the_writer_s_to_fill_and_in_mart_bi_s_to_read(
    owned: Warehouse, loader: Warehouse, analyst: Warehouse
) -> None:
    with session(owned) as owner:
        owner.execute("CREATE TABLE ops.later (n INT GENERATED ALWAYS AS IDENTITY, m INT)")
        owner.execute("CREATE VIEW mart.later AS SELECT m FROM ops.later")
        owner.execute("CREATE FUNCTION mart.later_of(INT) RETURNS BIGINT LANGUAGE sql SECURITY DEFINER"
                      " SET search_path = ops RETURN (SELECT count(*) FROM ops.later WHERE m = $1)")  # fmt: skip
    with session(loader) as connection:
        connection.execute("INSERT INTO ops.later (m) VALUES (7)")
    with session(analyst) as connection:
        assert connection.execute("SELECT m, mart.later_of(m) AS n FROM mart.later").fetchall() == [{"m": 7, "n": 1}]


# BI


def test_etl_sql_asks_as_one_who_was_granted_agencies_where_it_is_given_that_login(owned: Warehouse) -> None:
    login = f"clerk_asking_{os.getpid()}"
    grant(open_engine(owned.settings), login, "reporting_bi", SECRET, agencies=["5049"])
    as_clerk = {"warehouse_url": url_of(owned, login, SECRET)}, {"sql_url": url_of(owned, login, SECRET)}
    for update in as_clerk:
        settings = owned.settings.model_copy(update=update)
        assert ask_as_bi(settings, "SELECT session_user, current_schema").rows == [(login, "mart_agency")]
        with pytest.raises(BadInputError, match="permission denied for schema mart"):
            ask_as_bi(settings, "SELECT * FROM mart.project_status")


def test_bi_reads_all_of_mart_and_no_table(analyst: Warehouse) -> None:
    with session(analyst) as connection:
        views = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'mart'").fetchall()
        assert len(views) > 5
        for view in views:
            connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier("mart", view["viewname"])))
        for table in metadata.tables:
            with pytest.raises(DENIED):
                connection.execute(f"SELECT * FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE reporting_owner",
        "SET ROLE reporting_writer",
        "SET SESSION AUTHORIZATION reporting_owner",
        "ALTER ROLE reporting_bi SET statement_timeout = 0",
        "DELETE FROM raw.project",
        "CREATE TABLE mart.mine (n INT)",
        "CREATE TABLE public.mine (n INT)",
        "INSERT INTO ops.load (run_id, status) VALUES ('x', 'running')",
        "SELECT pg_read_file('/etc/hostname')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_bi_neither_writes_nor_climbs_even_where_it_lifts_its_own_limits(analyst: Warehouse, statement: str) -> None:
    with session(analyst) as connection:
        # PostgreSQL lets any session do so: they guard against mistakes, rights against people.
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(DENIED):
            connection.execute(statement)


@pytest.mark.parametrize("group", ["reporting_bi", "reporting_writer"])
def test_a_login_has_the_limits_of_its_group(owned: Warehouse, group: str) -> None:
    limits = {}
    with session(as_login(owned, group)) as connection:
        for name in ("default_transaction_read_only", "statement_timeout", "idle_in_transaction_session_timeout"):
            limits |= connection.execute(f"SHOW {name}").fetchone() or {}
    assert list(limits.values()) == (["on", "1min", "1min"] if group == "reporting_bi" else ["off", "0", "0"])


def test_functions_of_mart_that_act_as_the_owner_have_a_fixed_path_and_are_not_everybody_s(
    owned: Warehouse,
) -> None:
    sample = "CREATE FUNCTION mart.sample() RETURNS INT LANGUAGE sql SECURITY DEFINER SET search_path = '' RETURN 1"
    with open_engine(owned.settings).begin() as connection:
        connection.execute(text(sample))
    run_roles(owned.settings)
    functions = owned.rows(
        "SELECT proname, prosecdef, proconfig, has_function_privilege('public', p.oid, 'EXECUTE') AS is_open"
        " FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'mart'"
    )
    assert functions
    for function in functions:
        assert not function["is_open"], function
        if function["prosecdef"]:
            assert any(setting.startswith("search_path=") for setting in function["proconfig"] or ()), function


# Roles and logins


def test_a_database_is_migrated_while_another_of_its_server_is(
    owned: Warehouse, new_database: Callable[[], str]
) -> None:
    limits, change = "SELECT rolconfig FROM pg_roles WHERE rolname = 'reporting_bi'", "ALTER ROLE reporting_bi SET"
    blocked = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    before = owned.value(limits)
    with session(owned) as watch, session(owned) as first, ThreadPoolExecutor(1) as pool:
        first.execute(f"{change} statement_timeout = '1s'")
        with first.transaction():
            first.execute(f"{change} statement_timeout = '60s'")
            second = pool.submit(run_roles, Settings(warehouse_url=new_database()))
            while watch.execute(blocked).fetchone() == {"n": 0}:
                assert not second.done()
        second.result()
    assert sorted(owned.value(limits)) == sorted(before)


def run_roles(settings: Settings) -> None:
    """Do what a migration does about roles."""
    with open_engine(settings).begin() as connection:
        schema.run_file(connection, schema.SQL / "roles.sql")


def test_an_owner_without_rights_over_roles_migrates_where_an_administrator_made_them(
    owned: Warehouse, server_home: Path
) -> None:
    name = f"plain_owner_{os.getpid()}"
    url = make_url(server.superuser_url(Settings(etl_home=server_home)))
    with psycopg.connect(str(url.render_as_string(hide_password=False)), autocommit=True) as superuser:
        superuser.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'plain'")
        superuser.execute(f"CREATE DATABASE {name} OWNER {name}")
    url = url.set(username=name, password="plain", database=name)
    settings = Settings(etl_home=server_home, warehouse_url=url.render_as_string(hide_password=False))
    assert schema.migrate(open_engine(settings))
    assert not schema.migrate(open_engine(settings))


def test_where_an_administrator_made_no_group_for_agencies_all_works_but_granting_them(
    owned: Warehouse, server_home: Path
) -> None:
    name = f"roleless_owner_{os.getpid()}"
    with psycopg.connect(server.superuser_url(Settings(etl_home=server_home)), autocommit=True) as superuser:
        superuser.execute("ALTER ROLE reporting_agency RENAME TO put_away")
        try:
            superuser.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'plain'")
            superuser.execute(f"CREATE DATABASE {name} OWNER {name}")
            url = url_of(owned, name, "plain", database=name)
            assert schema.migrate(open_engine(Settings(etl_home=server_home, warehouse_url=url)))
            with pytest.raises(BadInputError, match=r'"reporting_agency" does not exist; docs/access.md'):
                grant(open_engine(owned.settings), "nobody_yet", "reporting_bi", SECRET, agencies=["5049"])
        finally:
            superuser.execute("ALTER ROLE put_away RENAME TO reporting_agency")


@pytest.mark.parametrize("taken", ["reporting_owner", "reporting_bi", "reporting_writer"])
def test_a_login_takes_no_role_that_is_there_for_another_purpose(owned: Warehouse, taken: str) -> None:
    with pytest.raises(BadInputError, match=f"there is a role {taken}"):
        grant(open_engine(owned.settings), taken, "reporting_bi", SECRET)


def test_a_password_reaches_the_server_as_its_proof_only_and_can_be_changed(
    owned: Warehouse, server_home: Path
) -> None:
    login = f"somebody_{os.getpid()}"
    proofs = []
    for password in (SECRET, "another"):
        grant(open_engine(owned.settings), login, "reporting_bi", password)
        with psycopg.connect(server.superuser_url(Settings(etl_home=server_home))) as superuser:
            proofs += superuser.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [login]).fetchone()
    assert all(proof.startswith("SCRAM-SHA-256$") for proof in proofs)
    assert proofs[0] != proofs[1]
    with pytest.raises(BadInputError, match="another purpose"):
        grant(open_engine(owned.settings), login, "reporting_writer", SECRET)


# Passwords


def etl(*arguments: str, said: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "etl", *arguments]
    return subprocess.run(
        command, env=os.environ | environment, cwd=ROOT, capture_output=True, text=True, check=False, input=said
    )


def tells(text: str) -> bool:
    """Tell whether a text holds the password, or any part of it, in clear or as a URL has it."""
    return any(part in text for part in (SECRET, quote(SECRET, safe=""), "s3cr", "w0rd"))


def test_the_command_line_grants_and_shows_no_password(owned: Warehouse) -> None:
    url = str(owned.settings.warehouse_url)
    environment, password = {"WAREHOUSE_URL": url}, str(make_url(url).password)
    done = etl("warehouse", "grant", f"reader_{os.getpid()}", "--role", "bi", said=f"{SECRET}\n", **environment)
    assert (done.returncode, done.stdout) == (0, "granted\n"), done.stderr
    clerk = f"clerk_{os.getpid()}"
    agencies = ("--agency", "5001", "--agency", "5049")
    done = etl("warehouse", "grant", clerk, "--role", "bi", *agencies, said=f"{SECRET}\n", **environment)
    assert (done.returncode, done.stdout) == (0, "granted\n"), done.stderr
    granted = owned.rows("SELECT agency_code FROM ops.agency_grant WHERE login = %s ORDER BY 1", clerk)
    assert [row["agency_code"] for row in granted] == ["5001", "5049"]
    wrong = etl("warehouse", "grant", clerk, "--role", "writer", *agencies, said=f"{SECRET}\n", **environment)
    assert (wrong.returncode, "for readers" in wrong.stderr) == (2, True)
    nothing = etl("warehouse", "grant", "reader", "--role", "bi", **environment)
    assert (nothing.returncode, "the password is empty" in nothing.stderr) == (2, True)
    assert password not in etl("warehouse", "start", **environment).stdout
    assert password in etl("warehouse", "url", **environment).stdout


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://owner:{quote(SECRET, safe='')}@127.0.0.1:9/db",
        "postgresql://127.0.0.1:9/db?user=owner&password=s3cr",
        "postgresql://owner:s3cr@w0rd@127.0.0.1:9/db",
        "postgresql://owner:s3cr@w0rd/x@127.0.0.1:9/db",
        "postgresql://owner:s3cr@x:w0rd@127.0.0.1:9/db",
        "mysql://owner:s3cr@127.0.0.1/db",
        "owner:s3cr@w0rd",
    ],
)
def test_a_warehouse_that_does_not_answer_is_told_of_without_its_password(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(etl_home=tmp_path, warehouse_url=url)
    caplog.set_level(logging.DEBUG)
    for ask in (lambda: pipeline.load(settings, "run", []), lambda: pipeline.quality(settings)):
        with pytest.raises(EtlError) as failed:
            ask()
        # As Airflow logs it: with all that it was raised from.
        assert not tells("".join(traceback.format_exception(failed.value)))
    assert not tells(caplog.text)
    assert not tells(repr(settings))
    if url.startswith("postgresql") and url.count("@") < 2:
        assert not tells(shown_url(settings))


def test_storage_with_a_login_is_refused_because_its_address_is_kept(tmp_path: Path) -> None:
    settings = Settings(etl_home=tmp_path, etl_storage="sftp://me:s3cr@files.example/state")
    with pytest.raises(BadInputError, match="ETL_STORAGE") as refused:
        pipeline.pull(settings, "run", only_new=False)
    assert not tells(str(refused.value))
