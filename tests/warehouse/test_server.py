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
from etl.warehouse import connect, open_engine, owner_url, server


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
    try:
        data = Path(str(ask(owner_url(settings), "SHOW data_directory")))
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
