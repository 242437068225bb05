"""Where a task's settings come from: its own parameter, then Airflow's Connections, then the environment."""

from types import SimpleNamespace

import pytest
from airflow.sdk import Connection
from upath import UPath

import etl_settings
from etl import storage
from etl.errors import BadInputError
from etl.settings import Settings


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("ETL_SOURCE", "/from/environment")
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://environment/db")


def connection(uri: str) -> Connection:
    return Connection.from_uri(uri, conn_id="any")


def test_without_connections_the_environment_is_used():
    assert etl_settings.settings() == Settings()


def test_connections_win_over_the_environment(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_REPORTING_WAREHOUSE", "postgres://owner:s%2Fcret@db.example:5433/reporting")
    monkeypatch.setenv("AIRFLOW_CONN_REPORT_EXPORTS", "s3://bucket/exports/2566")
    found = etl_settings.settings()
    assert found.warehouse_url == "postgresql://owner:s%2Fcret@db.example:5433/reporting"
    assert found.etl_source == "s3://bucket/exports/2566"


def test_the_key_of_an_sftp_server_comes_from_its_connection(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_REPORT_EXPORTS", "sftp://h/x?host_key=ssh-ed25519+AAAA%2B")
    found = etl_settings.settings()
    assert (found.etl_source, found.reach.host_keys) == ("sftp://h/x", ("ssh-ed25519 AAAA+",))


def test_each_connection_stands_for_itself(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_REPORT_EXPORTS", "file:///exports")
    assert etl_settings.settings().warehouse_url == "postgresql://environment/db"


def test_the_source_of_a_run_wins_over_the_connection(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_REPORT_EXPORTS", "file:///exports")
    assert etl_settings.settings("/once").etl_source == "/once"


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("postgres://u:p@h/db", "postgresql://u:p@h/db"),
        ("postgresql://u@h:5432/db?sslmode=require", "postgresql://u@h:5432/db?sslmode=require"),
        ("postgres://u@/db?host=%2Frun%2Fpg", "postgresql://u@/db?host=%2Frun%2Fpg"),
        ("generic://u:p@h:5432/db?sslmode=require", "postgresql://u:p@h:5432/db?sslmode=require"),
    ],
)
def test_a_warehouse_connection_becomes_a_libpq_url(uri, url):
    assert etl_settings.warehouse_url(connection(uri)) == url


def test_a_warehouse_that_is_not_postgresql_is_refused():
    with pytest.raises(
        BadInputError, match="must be one of reporting_warehouse, postgres, postgresql, generic, not mysql"
    ):
        etl_settings.warehouse_url(connection("mysql://h/db"))


@pytest.mark.parametrize(
    ("exports", "url"),
    [
        (connection("file:///data/exports"), "file:///data/exports"),
        (Connection(conn_id="c", conn_type="fs", extra='{"path": "/data/exports"}'), "file:///data/exports"),
        (connection("s3://bucket/a/b"), "s3://bucket/a/b"),
        (connection("sftp://me:p%40ss@files.example:2222/out/daily"), "sftp://me:p%40ss@files.example:2222/out/daily"),
        (Connection(conn_id="c", conn_type="ssh", host="h", login="me", schema="/out"), "sftp://me@h/out"),
        (connection("https://reports.example/exports/"), "https://reports.example/exports/"),
        (
            Connection(conn_id="c", conn_type="http", host="h.example", schema="https", port=8443),
            "https://h.example:8443/",
        ),
        (Connection(conn_id="c", conn_type="http", host="https://h.example", schema="x"), "https://h.example/x"),
        (
            Connection(conn_id="c", conn_type="http", host="h.example", schema="x", extra='{"index": true}'),
            "index+http://h.example/x/",
        ),
        (
            Connection(conn_id="c", conn_type="generic", host="sftp://h.example", login="me", port=2222, schema="out"),
            "sftp://me@h.example:2222/out",
        ),
        (
            Connection(conn_id="c", conn_type="generic", host="https://h.example/forms/", port=8443),
            "https://h.example:8443/forms/",
        ),
        (
            Connection(conn_id="c", conn_type="generic", host="https://h.example/a/", extra='{"index": true}'),
            "index+https://h.example/a/",
        ),
        (Connection(conn_id="c", conn_type="generic", host="file:///data/exports"), "file:///data/exports"),
    ],
)
def test_an_exports_connection_becomes_a_url(exports, url):
    assert etl_settings.exports_url(exports) == url


@pytest.mark.parametrize("uri", ["ftp://h/x", "generic://h/x"])
def test_exports_that_cannot_be_pulled_are_refused(uri):
    with pytest.raises(BadInputError, match=f"it is {uri.partition(':')[0]}, which says nothing of how to pull"):
        etl_settings.exports_url(connection(uri))


def test_a_host_of_no_known_scheme_is_refused():
    with pytest.raises(BadInputError, match="its type must be one of"):
        etl_settings.exports_url(Connection(conn_id="c", conn_type="http", host="ftp://h.example"))


@pytest.mark.parametrize("login", [{"login": "id"}, {"password": "s3cret"}])
def test_half_a_key_of_s3_is_refused(login):
    with pytest.raises(BadInputError, match="its id as login and its secret as password") as refused:
        etl_settings.exports_url(Connection(conn_id="c", conn_type="s3", host="bucket", **login))
    assert "s3cret" not in str(refused.value)


def test_endpoint_key_and_role_of_s3_come_from_its_connection(monkeypatch):
    uri = (
        "s3://id:se%2Fcret@bucket/x?endpoint_url=https%3A%2F%2Fstore.example&role_arn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
    )
    monkeypatch.setenv("AIRFLOW_CONN_REPORT_EXPORTS", uri)
    found = etl_settings.settings()
    assert found.etl_source == "s3://id:se%2Fcret@bucket/x"
    assert (found.reach.s3_endpoint, found.reach.s3_role) == ("https://store.example", "arn:aws:iam::1:role/r")


def test_each_try_begins_batches_of_a_name_of_its_own_that_tells_dag_and_run():
    def named(dag_id: str, run_id: str, try_number: int) -> str:
        return etl_settings.batches_name(SimpleNamespace(dag_id=dag_id, run_id=run_id, try_number=try_number))

    tries = [("daily", "manual__2026", 1), ("daily", "manual__2026", 1), ("daily", "manual__2026", 2)]
    names = [named(*one) for one in (*tries, ("yearly", "manual__2026", 1), ("daily", "manual__2026__1", 1))]
    assert len(set(names)) == len(names)
    assert [name.rpartition("__")[0] for name in names] == [
        "daily__manual__2026__1", "daily__manual__2026__1", "daily__manual__2026__2", "yearly__manual__2026__1",
        "daily__manual__2026__1__1",
    ]  # fmt: skip
    # As a backup asks which batches a load has taken.
    runs = [storage.run_of(UPath("/batches") / name) for name in names]
    assert runs == ["manual__2026"] * 4 + ["manual__2026__1"]
    assert storage.run_of(UPath("/batches/cli__2026-11-28T22%3A00%3A00Z__0123456789")) == (
        "cli__2026-11-28T22:00:00Z__0123456789"
    )
