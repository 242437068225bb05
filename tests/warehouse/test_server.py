"""The embedded server, on homes of its own: started, shared, killed, stopped, and never at other folders' expense."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from etl.errors import BadInputError, WarehouseUnavailableError
from etl.settings import Settings
from etl.warehouse import connect, open_engine, owner_url, schema, server
from etl.warehouse.access import grant
from etl.warehouse.model import metadata
from etl.warehouse.server import process
from etl.warehouse.server.place import place_of
from etl.warehouse.server.programs import give, run
from etl.warehouse.server.setup import ensure_account
from tests.conftest import SAMPLE, Warehouse


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of its own, open to the server's account."""
    folder = Path(tempfile.mkdtemp(prefix="etl-server-"))
    folder.chmod(0o755)
    yield folder
    server.stop(Settings(etl_home=folder))
    shutil.rmtree(folder)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row
        return row[0]


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def test_the_server_starts_is_found_running_and_stops(home: Path) -> None:
    settings = Settings(etl_home=home)
    url = owner_url(settings)
    assert str(ask(url, "SHOW server_version")).startswith("18.")
    assert ask(url, "SELECT current_user") == "reporting_owner"
    pid = postmaster(home)
    assert owner_url(settings) == url
    assert postmaster(home) == pid
    assert server.stop(settings)
    assert not server.stop(settings)
    with pytest.raises(psycopg.OperationalError):
        ask(url, "SELECT 1")


def test_a_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    settings = Settings(etl_home=home)
    url = owner_url(settings)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(postmaster(home), signal.SIGKILL)
    assert ask(owner_url(settings), "SELECT answer FROM kept") == 42


def test_a_server_that_hangs_is_told_of(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    settings = Settings(etl_home=home)
    owner_url(settings)
    os.kill(postmaster(home), signal.SIGSTOP)
    try:
        with pytest.raises(WarehouseUnavailableError, match=r"runs, and lets nobody in: .*timeout"):
            owner_url(settings)
    finally:
        os.kill(postmaster(home), signal.SIGCONT)
    assert ask(owner_url(settings), "SELECT 1") == 1


def test_a_server_with_a_session_that_hangs_is_stopped_at_once_and_keeps_what_was_committed(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 1)
    settings = Settings(etl_home=home)
    url = owner_url(settings)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    hanging = psycopg.connect(url)
    hanging.execute("INSERT INTO kept SELECT 43")
    os.kill(hanging.info.backend_pid, signal.SIGSTOP)
    assert server.stop(settings)
    (told,) = caplog.messages
    assert "has not stopped for 1 s, and is shut down as by a crash: what was committed stays" in told
    hanging.close()
    assert ask(owner_url(settings), "SELECT string_agg(answer::TEXT, ' ') FROM kept") == "42"


def test_a_halted_server_is_not_waited_for_and_its_process_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STOP_SECONDS", "IMMEDIATE_STOP_SECONDS"):
        monkeypatch.setattr(process, name, 1)
    settings = Settings(etl_home=home)
    owner_url(settings)
    pid = postmaster(home)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(WarehouseUnavailableError, match=rf"process {pid}, does not stop: .*kill -CONT") as told:
            server.stop(settings)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert "\n" not in str(told.value)
    assert ask(owner_url(settings), "SELECT 1") == 1


def test_processes_that_start_it_at_once_share_one_server(home: Path) -> None:
    program = "from etl.settings import Settings; from etl.warehouse import owner_url; print(owner_url(Settings()))"
    environment = {**os.environ, "ETL_HOME": str(home)}

    def start(_: int) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    with ThreadPoolExecutor(3) as pool:
        urls = set(pool.map(start, range(3)))
    assert len(urls) == 1
    assert ask(urls.pop(), "SELECT count(*) FROM pg_database WHERE datname = 'reporting'") == 1


def test_the_permissions_of_folders_around_it_stay_as_they_are() -> None:
    closed = Path(tempfile.mkdtemp(prefix="etl-closed-"))
    assert closed.stat().st_mode & 0o777 == 0o700
    settings = Settings(etl_home=closed / "inside" / "home")
    data = Path(str(ask(server.superuser_url(settings), "SHOW data_directory")))
    try:
        assert closed.stat().st_mode & 0o777 == 0o700
        assert data.is_relative_to(closed) == (os.geteuid() != 0)
    finally:
        server.stop(settings)
        shutil.rmtree(data.parent)
        shutil.rmtree(closed, ignore_errors=True)


def test_a_home_with_a_long_path_has_a_short_socket(home: Path) -> None:
    settings = Settings(etl_home=home / ("long" * 25) / "home")
    try:
        assert ask(owner_url(settings), "SELECT 1") == 1
    finally:
        server.stop(settings)


def test_only_its_owner_reaches_the_socket(home: Path) -> None:
    url = owner_url(Settings(etl_home=home))
    folder = home / "socket"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert ask(url, "SHOW listen_addresses") == ""


def test_a_server_that_cannot_start_says_why_and_where_its_log_is(home: Path) -> None:
    settings = Settings(etl_home=home)
    owner_url(settings)
    server.stop(settings)
    with (home / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(WarehouseUnavailableError, match=r"no_such_setting.*postgres\.log"):
        owner_url(settings)


def test_an_empty_file_for_the_servers_number_is_told_of(home: Path) -> None:
    settings = Settings(etl_home=home)
    owner_url(settings)
    server.stop(settings)
    (home / "postgres" / "postmaster.pid").touch()  # as power that failed may leave it
    with pytest.raises(WarehouseUnavailableError, match=r"postmaster\.pid.* is empty"):
        owner_url(settings)


def test_an_external_server_is_used_as_it_is(home: Path) -> None:
    settings = Settings(etl_home=home, warehouse_url="postgresql://somebody@elsewhere/reporting")
    assert owner_url(settings) == "postgresql://somebody@elsewhere/reporting"
    assert not (home / "postgres").exists()


@pytest.mark.parametrize("url", ["hello", "mysql://somebody@elsewhere/reporting"])
def test_what_is_no_postgresql_url_is_refused(url: str) -> None:
    with pytest.raises(BadInputError, match="WAREHOUSE_URL"):
        open_engine(Settings(warehouse_url=url))


def test_a_home_with_a_blank_in_its_path_works(home: Path) -> None:
    settings = Settings(etl_home=home / "my home")
    try:
        with connect(open_engine(settings)) as connection:
            assert connection.execute("SELECT 1 AS one").fetchall() == [{"one": 1}]
    finally:
        server.stop(settings)


def test_a_server_that_does_not_answer_is_told_in_one_line() -> None:
    with pytest.raises(WarehouseUnavailableError, match="does not answer") as told:
        connect(open_engine(Settings(warehouse_url="postgresql://somebody:secret@127.0.0.1:9/reporting")))
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


# Who may log in


def test_the_owner_is_no_superuser_and_nobody_comes_in_without_a_password(home: Path) -> None:
    url = owner_url(Settings(etl_home=home))
    rights = "SELECT concat_ws(' ', rolsuper, rolcreatedb, rolbypassrls, rolreplication, rolcreaterole) FROM pg_roles"
    assert ask(url, f"{rights} WHERE rolname = current_user") == "f f f f t"
    socket = f"?host={home / 'socket'}"
    for login in ("reporting_owner", "postgres", "bma-reporting", "root"):
        for password in ("", ":wrong"):
            with pytest.raises(psycopg.OperationalError, match=r"password"):
                psycopg.connect(f"postgresql://{login}{password}@/reporting{socket}")
    assert {file.stat().st_mode & 0o777 for file in (home / "passwords").iterdir()} == {0o600}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(url, "SELECT pg_read_file('postgresql.conf')")
    elsewhere = url.replace("/reporting?", "/postgres?")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        ask(elsewhere, "SELECT 1")


def test_the_owner_of_an_earlier_release_gets_the_rights_of_this_one(home: Path) -> None:
    settings = Settings(etl_home=home)
    may = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
    server.database_url(settings, "reporting")
    with psycopg.connect(server.superuser_url(settings)) as connection:
        connection.execute("REVOKE SET ON PARAMETER session_replication_role FROM reporting_owner")
    assert ask(server.known_url(settings, "reporting"), may) is False
    assert ask(server.database_url(settings, "reporting"), may) is True


def test_lost_passwords_are_made_anew_and_nothing_else_is(home: Path) -> None:
    settings = Settings(etl_home=home)
    with psycopg.connect(owner_url(settings)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    before = owner_url(settings)
    shutil.rmtree(home / "passwords")
    assert owner_url(settings) != before
    assert ask(owner_url(settings), "SELECT answer FROM kept") == 42


def earlier_release(home: Path) -> str:
    """Make and start a server as earlier releases did; return the URL of who owns and may do everything there."""
    place = place_of(Settings(etl_home=home))
    if place.account:
        ensure_account(place.account)
    for folder in (place.data, place.socket_folder):
        folder.mkdir(mode=0o700)
        give(folder, place.account)
    place.log.touch()
    give(place.log, place.account)
    locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    run(place, "initdb", "--pgdata", place.data, "--username", "reporting_owner", "--auth=trust", *locale)
    options = f"-c listen_addresses='' -c unix_socket_directories='{place.socket_folder}'"
    run(
        place, "pg_ctl", "--pgdata", place.data, "--log", place.log, "--wait", "--options", options, "start"
    )  # fmt: skip
    url = f"postgresql://reporting_owner@/%s?host={place.socket_folder}"
    with psycopg.connect(url % "postgres", autocommit=True) as connection:
        for database in ("reporting", "airflow"):
            connection.execute(f"CREATE DATABASE {database}")
    with psycopg.connect(url % "airflow") as connection:
        connection.execute("CREATE TYPE state AS ENUM ('queued'); CREATE TABLE run (id SERIAL, state STATE)")
        connection.execute("INSERT INTO run (state) VALUES ('queued')")
    return url % "reporting"


def test_a_server_of_an_earlier_release_is_taken_over_with_all_that_it_holds(home: Path, tmp_path: Path) -> None:
    before = Warehouse(Settings(etl_home=home, warehouse_url=earlier_release(home)))
    assert before.load(SAMPLE.parent)["records_loaded"] == 11
    grant(open_engine(before.settings), "analyst", "reporting_bi", "secret")
    content = tables(before)

    settings = Settings(etl_home=home)
    now = Warehouse(Settings(etl_home=home, warehouse_url=owner_url(settings)))
    assert tables(now) == content
    owners = now.rows(
        "SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class"
        " WHERE relnamespace::REGNAMESPACE::TEXT IN ('raw', 'dw', 'ops', 'mart')"
    )
    assert owners == [{"owner": "reporting_owner"}]
    assert now.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    again = now.load(SAMPLE.parent)
    assert (again["status"], again["records_loaded"], again["records_unchanged"]) == ("committed", 0, 11)
    schema.check(open_engine(now.settings))
    grant(open_engine(now.settings), "analyst", "reporting_bi", "another")
    with psycopg.connect(server.database_url(settings, "airflow")) as connection:
        connection.execute("INSERT INTO run (state) VALUES ('queued')")
        connection.execute("ALTER TABLE run ADD COLUMN at TIMESTAMPTZ")
        connection.execute("ALTER TYPE state ADD VALUE 'running'")
        assert connection.execute("SELECT max(id) FROM run").fetchone() == (2,)


def tables(warehouse: Warehouse) -> dict[str, list[dict[str, object]]]:
    return {name: warehouse.rows(f"SELECT * FROM {name}") for name in metadata.tables}


# A server that runs and lets nobody in


def test_a_server_whose_lock_table_is_full_is_not_taken_for_a_stopped_one(home: Path) -> None:
    settings = Settings(etl_home=home)
    owner_url(settings)
    pid = postmaster(home)
    with psycopg.connect(server.superuser_url(settings)) as connection:
        with pytest.raises(psycopg.errors.OutOfMemory):
            connection.execute("SELECT pg_advisory_lock(n) FROM generate_series(1, 1000000) AS n")
        try:
            owner_url(settings)
        except WarehouseUnavailableError as error:
            assert "runs, and lets nobody in" in str(error)
            assert "\n" not in str(error)
        assert postmaster(home) == pid
        connection.rollback()
        connection.execute("SELECT pg_advisory_unlock_all()")
    assert ask(owner_url(settings), "SELECT 1") == 1


def test_a_server_with_another_password_is_not_taken_for_a_stopped_one(home: Path) -> None:
    settings = Settings(etl_home=home)
    owner_url(settings)
    pid = postmaster(home)
    with psycopg.connect(server.superuser_url(settings)) as connection:
        connection.execute("ALTER ROLE postgres PASSWORD 'another'")
    with pytest.raises(WarehouseUnavailableError, match=r"runs, and lets nobody in: .*password") as told:
        owner_url(settings)
    assert "\n" not in str(told.value)
    assert postmaster(home) == pid


def test_a_server_that_is_starting_is_waited_for(home: Path) -> None:
    settings = Settings(etl_home=home)
    url = owner_url(settings)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE many AS SELECT n, repeat('x', 500) FROM generate_series(1, 50000) AS n")
        (backend,) = connection.execute("SELECT pg_backend_pid()").fetchone()
        pid = postmaster(home)
        connection.commit()
        os.kill(backend, signal.SIGKILL)  # and the server recovers, refusing everybody until it has
        assert ask(owner_url(settings), "SELECT count(*) FROM many") == 50000
    assert postmaster(home) == pid


def test_a_server_that_is_stopping_is_started_again(home: Path) -> None:
    settings = Settings(etl_home=home)
    url = owner_url(settings)
    with ThreadPoolExecutor(1) as pool:
        with psycopg.connect(url):
            os.kill(postmaster(home), signal.SIGTERM)  # waits for this session to end, and lets nobody else in
            again = pool.submit(owner_url, settings)
        assert again.result() == url
    assert ask(url, "SELECT 1") == 1
