"""The embedded server opened to BI tools on a loopback port: who comes in there, and who never does."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from etl.errors import BadInputError
from etl.settings import Settings
from etl.warehouse import open_engine, owner_url, passwords, server
from etl.warehouse.access import BI_ROLE, WRITER_ROLE, grant
from etl.warehouse.schema import migrate

SECRET = "a-secret"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Settings]:
    """A warehouse on an embedded server of its own, with a login that reads and one that loads."""
    folder = Path(tempfile.mkdtemp(prefix="etl-listen-"))
    folder.chmod(0o755)
    settings = Settings(etl_home=folder)
    engine = open_engine(settings)
    migrate(engine, lock_timeout_seconds=60)
    grant(engine, "analyst", BI_ROLE, SECRET)
    grant(engine, "clerk", BI_ROLE, SECRET, agencies=["5049"])
    grant(engine, "loader", WRITER_ROLE, SECRET)
    engine.dispose()
    yield settings
    server.stop(settings)
    shutil.rmtree(folder)


@pytest.fixture
def port() -> int:
    with socket.create_server((server.LOOPBACK, 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def opened(warehouse: Settings, port: int) -> Iterator[int]:
    server.listen(warehouse, port)
    yield port
    server.listen(warehouse, None)


def etl(*arguments: object, **environment: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "etl", *map(str, arguments)]
    own = {name: value for name, value in os.environ.items() if name != "WAREHOUSE_URL"}
    return subprocess.run(
        command, env=own | {name: str(value) for name, value in environment.items()}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def by_port(port: int, login: str = "analyst", password: str = SECRET) -> "psycopg.Connection[tuple[int]]":
    return psycopg.connect(
        host=server.LOOPBACK, port=port, dbname="reporting", user=login, password=password, connect_timeout=5
    )


def test_a_bi_tool_reads_mart_by_the_port_and_nothing_else(opened: int) -> None:
    with by_port(opened) as connection:
        assert connection.execute("SELECT count(*) FROM mart.project_status").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT count(*) FROM raw.project")


def test_one_who_was_granted_agencies_comes_in_by_the_port(opened: int) -> None:
    with by_port(opened, "clerk") as connection:
        assert connection.execute("SELECT count(*) FROM project_status").fetchone() == (0,)


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_refused(opened: int, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        by_port(opened, password=password)


def test_nobody_but_readers_comes_in_by_the_port(warehouse: Settings, opened: int) -> None:
    known = {login: passwords.kept(warehouse.home, login) for login in (server.OWNER, server.SUPERUSER)}
    for login, password in {**known, "loader": SECRET}.items():
        assert password
        with pytest.raises(psycopg.OperationalError, match=r"pg_hba.conf rejects|no pg_hba.conf entry"):
            by_port(opened, login, password)


def test_the_port_outlives_a_stop_and_the_owner_keeps_the_socket(warehouse: Settings, opened: int) -> None:
    with psycopg.connect(owner_url(warehouse)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == (server.LOOPBACK,)
    assert server.stop(warehouse)
    owner_url(warehouse)
    by_port(opened).close()


def test_a_closed_port_lets_nobody_in(warehouse: Settings, port: int) -> None:
    server.listen(warehouse, port)
    readers = by_port(port), by_port(port, "clerk")
    server.listen(warehouse, None)  # who only reads does not keep it open
    for reader in readers:
        with pytest.raises(psycopg.OperationalError):
            reader.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="refused"):
        by_port(port)
    with psycopg.connect(owner_url(warehouse)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.mark.parametrize("login", ["loader", server.OWNER])
def test_no_load_is_ended_by_opening_it(warehouse: Settings, port: int, login: str) -> None:
    url = owner_url(warehouse)
    if login == "loader":
        url = url.replace(f"{server.OWNER}:{passwords.kept(warehouse.home, server.OWNER)}", f"loader:{SECRET}")
    with psycopg.connect(url, application_name="etl load") as connection:
        with pytest.raises(BadInputError, match=rf"others are at work: {login} \(etl load\); wait for the load"):
            server.listen(warehouse, port)
        connection.execute("SELECT 1")


def test_a_port_that_is_taken_is_named_and_costs_nothing(warehouse: Settings) -> None:
    with socket.create_server((server.LOOPBACK, 0)) as other:
        taken = int(other.getsockname()[1])
        with pytest.raises(BadInputError, match=rf"port {taken} of 127.0.0.1 cannot be opened .* `--close`"):
            server.listen(warehouse, taken)
    psycopg.connect(owner_url(warehouse)).close()


def test_a_port_that_another_program_took_meanwhile_is_named_and_stops_nobody(
    warehouse: Settings, opened: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.stop(warehouse)
    with socket.create_server((server.LOOPBACK, opened)):
        with psycopg.connect(owner_url(warehouse)) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        (warned,) = caplog.messages
        assert f"port {opened} of 127.0.0.1 is closed to BI tools: Address already in use" in warned
        assert f"`etl warehouse listen --port {opened}`" in warned
        with pytest.raises(BadInputError, match=f"port {opened} of 127.0.0.1 cannot be opened"):
            server.listen(warehouse, opened)
    server.listen(warehouse, opened)  # as the warning says, once it is free
    by_port(opened).close()


def test_the_command_line_opens_and_closes_it(warehouse: Settings, port: int) -> None:
    done = etl("warehouse", "listen", "--port", port, ETL_HOME=warehouse.home)
    assert (done.returncode, done.stdout) == (0, f"host 127.0.0.1, port {port}, database reporting\n")
    by_port(port).close()
    done = etl("warehouse", "listen", "--close", ETL_HOME=warehouse.home)
    assert (done.returncode, done.stdout) == (0, "closed\n")
    done = etl("warehouse", "listen", ETL_HOME=warehouse.home, WAREHOUSE_URL="postgresql://host/db")
    assert done.returncode == 2
    assert "names a server of your own" in done.stderr
