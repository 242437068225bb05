"""The warehouse on servers of others, PostgreSQL 15 and 18: TLS, passwords, and an owner that is no superuser."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from etl.diff import Counts
from etl.diff.warehouses import compare_warehouses
from etl.errors import BadInputError, WarehouseUnavailableError
from etl.load import merge
from etl.load.keys import prove
from etl.load.steps import Action
from etl.settings import Settings
from etl.warehouse import Connection, connect, open_engine, schema
from etl.warehouse.access import grant
from etl.warehouse.model import content_tables
from etl.warehouse.query import ask_as_bi
from tests.conftest import ROOT, SAMPLE, Warehouse
from tests.warehouse.conftest import PASSWORD, External


def etl(settings: Settings, *arguments: str, **named: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ETL_HOME": str(settings.home), "WAREHOUSE_URL": str(settings.warehouse_url)} | named
    command = [sys.executable, "-m", "etl", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_sample_is_loaded_asked_for_and_equal_to_what_the_embedded_server_holds(
    outside: Warehouse, external: External, warehouse: Warehouse
) -> None:
    assert outside.value("SHOW server_version").startswith(external.version)
    assert outside.value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == external.has_tls
    for each in (outside, warehouse):
        each.load(SAMPLE.parent)
    assert outside.load(SAMPLE.parent)["records_loaded"] == 0
    schema.check(open_engine(outside.settings))
    compared = compare_warehouses(open_engine(outside.settings), open_engine(warehouse.settings), content_tables())
    assert [found for found in compared if not isinstance(found, Counts)] == []
    asked = etl(outside.settings, "sql", "SELECT count(*), min(current_user) FROM mart.progress_report", "--format=csv")
    assert (asked.stdout.splitlines()[1], asked.stderr) == (f"9,{outside.value('SELECT current_database()')}_sql", "")


def test_an_owner_that_may_have_keys_looked_up_or_not_loads_the_same(
    outside: Warehouse, external: External, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    switched, settings = [], Settings(etl_home=tmp_path, warehouse_url=external.database())
    owner = make_url(str(settings.warehouse_url)).username

    def prove_watched(connection: Connection, actions: Iterable[Action]) -> None:
        switched.append(connection.execute("SHOW session_replication_role").fetchone())
        prove(connection, actions)

    monkeypatch.setattr(merge, "prove", prove_watched)
    with external.superuser() as superuser:
        superuser.execute(f"GRANT SET ON PARAMETER session_replication_role TO {owner}".encode())
    for each in (outside, Warehouse(settings)):
        schema.migrate(open_engine(each.settings))
        with each.connect() as connection:
            connection.execute("UPDATE raw.document SET records_digest = 'spoilt'")
        each.load(SAMPLE.parent)
    assert switched == [{"session_replication_role": "origin"}, {"session_replication_role": "replica"}]
    compared = compare_warehouses(open_engine(outside.settings), open_engine(settings), content_tables())
    assert [found for found in compared if not isinstance(found, Counts)] == []


def test_a_granted_login_asks_for_itself_and_for_etl_sql(outside: Warehouse, external: External) -> None:
    schema.migrate(open_engine(outside.settings))
    database = str(make_url(str(outside.settings.warehouse_url)).database)
    grant(open_engine(outside.settings), f"analyst_{database}", "reporting_bi", "an analyst's")
    url = external.url(f"analyst_{database}", database, password="an%20analyst%27s")
    for settings in (
        outside.settings.model_copy(update={"warehouse_url": url}),
        outside.settings.model_copy(update={"sql_url": url}),
    ):
        assert ask_as_bi(settings, "SELECT current_user").rows == [(f"analyst_{database}",)]
    with pytest.raises(BadInputError, match="may do more than read mart"):
        ask_as_bi(outside.settings.model_copy(update={"sql_url": outside.settings.warehouse_url}), "SELECT 1")


def test_the_login_of_etl_sql_is_made_anew_where_its_password_is_lost_or_changed(outside: Warehouse) -> None:
    schema.migrate(open_engine(outside.settings))
    (login,) = ask_as_bi(outside.settings, "SELECT current_user").rows[0]
    with outside.connect() as owner:
        owner.execute(f"ALTER ROLE {login} PASSWORD 'another'")
    assert ask_as_bi(outside.settings, "SELECT current_user").rows == [(login,)]
    for file in (outside.settings.home / "passwords").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        file.unlink()
    assert ask_as_bi(outside.settings, "SELECT current_user").rows == [(login,)]


def test_an_owner_that_makes_no_roles_is_told_how_etl_sql_can_ask(outside: Warehouse, external: External) -> None:
    schema.migrate(open_engine(outside.settings))  # which made the groups
    settings = Settings(etl_home=outside.settings.home, warehouse_url=external.database(rights="NOCREATEROLE"))
    assert schema.migrate(open_engine(settings))
    with pytest.raises(
        BadInputError, match=r"login of its own.*ETL_SQL_URL.*`etl warehouse grant NAME --role bi`"
    ) as told:
        ask_as_bi(settings, "SELECT 1")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"password": "wrong"}, "check login and password"),
        ({"database": "nowhere"}, "make the database"),
        ({"login": "nobody"}, "check login and password"),
    ],
)
def test_what_keeps_us_out_is_told_with_its_remedy(external: External, change: dict[str, str], told: str) -> None:
    parts = {"login": "postgres", "database": "postgres", "password": PASSWORD, "sslmode": "verify-full"} | change
    url = external.url(parts["login"], parts["database"], password=parts["password"], sslmode=parts["sslmode"])
    with pytest.raises(WarehouseUnavailableError, match=told) as error:
        connect(open_engine(Settings(warehouse_url=url)))
    assert "\n" not in str(error.value)
    assert "wrong" not in str(error.value)


def test_a_server_too_old_is_told(external: External, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.warehouse.faults.MINIMUM_VERSION", int(external.version) + 1)
    with pytest.raises(BadInputError, match=f"is PostgreSQL {external.version}, and the warehouse needs"):
        connect(open_engine(Settings(warehouse_url=external.url("postgres", "postgres"))))
    with (
        pytest.raises(BadInputError),
        open_engine(Settings(warehouse_url=external.url("postgres", "postgres"))).connect(),
    ):
        pass


def test_nobody_comes_in_without_a_password(external: External) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(external.url("postgres", "postgres", password=""))


@pytest.mark.parametrize("external", ["15"], indirect=True)
def test_tls_that_lacks_or_proves_nothing_is_told_with_its_remedy(external: External, tmp_path: Path) -> None:
    url = external.url("postgres", "postgres")
    (tmp_path / "ca.crt").write_bytes(External.certificates()[0])
    for wrong, told in (
        (external.url("postgres", "postgres", sslmode="disable"), "set sslmode"),
        (url.replace(str(external.home), str(tmp_path)), "sslrootcert"),
        (url.replace(str(external.home), str(tmp_path / "nowhere")), "sslrootcert"),
    ):
        with pytest.raises(WarehouseUnavailableError, match=told) as error:
            connect(open_engine(Settings(warehouse_url=wrong)))
        assert "\n" not in str(error.value)
