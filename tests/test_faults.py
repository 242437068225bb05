"""Whatever goes wrong is told in one line that says what to do, within seconds, and without a traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from botocore.exceptions import EndpointConnectionError
from sqlalchemy import text

from etl.cli.faults import in_one_line
from etl.settings import Settings
from etl.warehouse import connect, open_engine
from etl.warehouse.faults import explain
from tests.conftest import ROOT, Warehouse


def etl(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "etl", *arguments], env=os.environ | environment, cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def test_a_server_has_some_seconds_to_let_us_in_and_the_network_to_show_that_it_is_there(warehouse: Warehouse) -> None:
    url = str(warehouse.settings.warehouse_url)
    for asked, seconds in ((url, "10"), (f"{url}&connect_timeout=3", "3")):
        with connect(open_engine(Settings(warehouse_url=asked))) as connection:
            told = connection.info.get_parameters()
        assert told["connect_timeout"] == seconds
        assert int(told["tcp_user_timeout"]) > 0


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"ETL_BATCH_DOCUMENTS": "none"}, "ETL_BATCH_DOCUMENTS is wrong: "),
        ({"ETL_HOME": "/etc/passwd/home"}, "Not a directory: '/etc/passwd/home'"),
        ({"WAREHOUSE_URL": "postgresql://a@127.0.0.1:9/b"}, "refused; check host and port"),
        ({"WAREHOUSE_URL": "postgresql://a@nowhere.invalid/b"}, "check host and port"),
    ],
)
def test_wrong_settings_are_told_in_one_line(environment: dict[str, str], told: str, tmp_path: Path) -> None:
    done = etl("status", **({"ETL_HOME": str(tmp_path), "WAREHOUSE_URL": ""} | environment))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert told in done.stderr


def test_a_full_disk_is_told_in_one_line(warehouse: Warehouse) -> None:
    named = {"ETL_HOME": str(warehouse.settings.home), "WAREHOUSE_URL": str(warehouse.settings.warehouse_url)}
    done = etl("sql", "SELECT repeat('x', 100000)", "--format", "csv", "--output", "/dev/full", **named)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "the disk is full: make room there" in done.stderr


def test_storage_that_does_not_answer_is_told_in_one_line(warehouse: Warehouse) -> None:
    named = {"ETL_HOME": str(warehouse.settings.home), "WAREHOUSE_URL": str(warehouse.settings.warehouse_url)}
    login = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}
    done = etl("run", "samples", ETL_STORAGE="s3://b/x", AWS_ENDPOINT_URL="http://127.0.0.1:9", **named, **login)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "Could not connect to the endpoint" in done.stderr
    assert "check ETL_SOURCE and ETL_STORAGE" in done.stderr


def test_a_session_that_is_ended_is_told_in_one_line(warehouse: Warehouse) -> None:
    engine = open_engine(warehouse.settings)
    with connect(engine) as connection, pytest.raises(psycopg.OperationalError) as ended:
        warehouse.rows("SELECT pg_terminate_backend(%s)", connection.info.backend_pid)
        connection.execute("SELECT 1")
    assert "somebody stopped the server or this session" in in_one_line(ended.value)
    with pytest.raises(psycopg.OperationalError) as gone:
        connection.execute("SELECT 1")
    assert "the server ended the connection" in in_one_line(gone.value)
    assert "\n" not in in_one_line(gone.value)
    with engine.connect() as wrapped, pytest.raises(Exception, match="division") as fault:
        wrapped.execute(text("SELECT 1 / 0"))
    assert "fault of the program" in in_one_line(fault.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EROFS, "Read-only file system", "/x"), "set ETL_HOME"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x'; this account may not"),
        (psycopg.errors.DiskFull("could not extend file\nHINT: x"), "the server's disk is full"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute"), "name the primary"),
        (psycopg.errors.TooManyConnections("sorry"), "too many are connected"),
        (MemoryError(), "memory is used up"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:9"), "check ETL_SOURCE and ETL_STORAGE"),
        (KeyError("a\nb"), "this is a fault of the program: KeyError"),
    ],
)
def test_an_error_has_its_remedy(error: Exception, told: str) -> None:
    line = in_one_line(error)
    assert told in line
    assert "\n" not in line


def test_what_the_server_says_behind_its_first_line_is_not_told() -> None:
    told = explain(psycopg.errors.DeadlockDetected("deadlock\nDETAIL: (owner)=(of the row)"))
    assert told is not None
    assert "of the row" not in str(told)
