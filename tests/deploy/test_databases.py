"""The databases of a Docker installation, made on a real server."""

import runpy
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from etl.settings import Settings
from etl.warehouse import server
from tests.conftest import Warehouse

SCRIPT = Path(__file__).parents[2] / "deploy" / "docker" / "databases.py"
make_databases = runpy.run_path(str(SCRIPT))["main"]


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    # Not pytest's own folder, which is closed to the account that the server of a test run by root has.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = Settings(etl_home=Path(folder))
        yield server.superuser_url(settings)
        server.stop(settings)


@pytest.fixture
def superuser(server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    """Point the script to the server and return a connection that sees what it did."""
    server_at = conninfo_to_dict(server_url)
    monkeypatch.setenv("PGHOST", str(server_at["host"]))
    monkeypatch.setenv("PGUSER", str(server_at["user"]))
    monkeypatch.setenv("PGPASSWORD", str(server_at["password"]))
    monkeypatch.setenv("WAREHOUSE_PASSWORD", "first")
    monkeypatch.setenv("AIRFLOW_DB_PASSWORD", "second")
    make_databases()
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield connection


def rows(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()


def password_hash(connection: psycopg.Connection[Any], role: str) -> str:
    [(found,)] = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role]).fetchall()
    return str(found)


def test_each_database_has_its_owner(superuser: psycopg.Connection[Any]) -> None:
    owners = rows(superuser, "SELECT datname, pg_get_userbyid(datdba) FROM pg_database")
    assert {("reporting", "reporting_owner"), ("airflow", "airflow")} <= set(owners)


def test_airflow_is_closed_to_other_roles(superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("DROP ROLE IF EXISTS somebody")
    superuser.execute("CREATE ROLE somebody")
    assert rows(superuser, "SELECT has_database_privilege('somebody', 'airflow', 'CONNECT')") == [(False,)]


def test_again_changes_nothing_but_the_password(
    superuser: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = "SELECT oid, datname, datacl::TEXT FROM pg_database ORDER BY oid"
    found, password = rows(superuser, databases), password_hash(superuser, "airflow")
    monkeypatch.setenv("AIRFLOW_DB_PASSWORD", "third")
    make_databases()
    assert rows(superuser, databases) == found
    assert password_hash(superuser, "airflow") != password
    assert password_hash(superuser, "airflow").startswith("SCRAM-SHA-256$")


def test_the_login_of_superset_reads_the_marts_alone(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    url = warehouse.settings.warehouse_url
    assert url
    monkeypatch.setenv("WAREHOUSE_URL", url)
    for password in ("third", "fourth"):  # that of .env may be another with the next start
        monkeypatch.setenv("SUPERSET_WAREHOUSE_PASSWORD", password)
        runpy.run_path(str(SCRIPT.with_name("bi_login.py")))["main"]()
    with psycopg.connect(make_conninfo(url, user="superset", password="fourth")) as superset:
        assert superset.execute("SELECT count(*) FROM project_status").fetchall() == [(0,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            superset.execute("SELECT FROM dw.dim_project")
