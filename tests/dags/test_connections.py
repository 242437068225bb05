"""Our types of Connections: Airflow's form offers them with labelled fields, and its test says what is there."""

import json
import secrets
from pathlib import Path
from typing import Any

import boto3
import pytest
from airflow.sdk import Connection
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime
from psycopg.conninfo import conninfo_to_dict

import etl_settings
from connection_hooks import ExportsHook, WarehouseHook
from etl.warehouse import owner_url
from tests.dags.real_airflow import RealAirflow
from tests.forms import Form


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    (tmp_path / "form.txt").write_text(Form().text(), encoding="utf-8")
    return tmp_path


def as_the_form_sends(conn_type: str, **fields: Any) -> dict[str, Any]:
    """Return the body with which the form tests a Connection; extras that nobody filled in are null."""
    extra = {
        "report_exports": {"index": None, "host_key": None, "endpoint_url": None, "role_arn": None},
        "reporting_warehouse": {"sslmode": None, "sslrootcert": None},
    }[conn_type] | fields.pop("extra", {})
    return {"connection_id": "any", "conn_type": conn_type, "extra": json.dumps(extra)} | fields


def tried(airflow: RealAirflow, conn_type: str, **fields: Any) -> tuple[bool, str]:
    answer = airflow.api.call("POST", "/connections/test", as_the_form_sends(conn_type, **fields))
    return answer["status"], answer["message"]


def test_airflow_finds_the_types_and_their_hooks() -> None:
    hooks = ProvidersManagerTaskRuntime().hooks
    for hook in (ExportsHook, WarehouseHook):
        found = hooks[hook.conn_type]
        assert found is not None
        assert (found.hook_class_name, found.hook_name) == (f"connection_hooks.{hook.__name__}", hook.hook_name)
        assert (found.connection_type, found.connection_id_attribute_name) == (hook.default_conn_name, "conn_id")


def test_the_form_offers_the_types_with_labelled_fields(airflow: RealAirflow) -> None:
    offered = {one["connection_type"]: one for one in airflow.ui("/connections/hook_meta")}
    exports, warehouse = offered["report_exports"], offered["reporting_warehouse"]
    assert exports["hook_name"] == "Project exports · แฟ้มส่งออก"
    assert exports["standard_fields"]["host"]["title"] == "Address · ที่อยู่"
    assert "sftp://files.example.org" in exports["standard_fields"]["host"]["placeholder"]
    assert exports["standard_fields"]["port"]["hidden"]
    titles = {name: field["schema"]["title"] for name, field in exports["extra_fields"].items()}
    assert titles == {
        "index": "A web page of links", "host_key": "Key of the SFTP server", "endpoint_url": "S3 endpoint",
        "role_arn": "S3 role",
    }  # fmt: skip
    assert warehouse["standard_fields"]["url_schema"]["title"] == "Database · ฐานข้อมูล"
    assert "require" in warehouse["extra_fields"]["sslmode"]["schema"]["enum"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"host": "file://{folder}"}, "file://{folder}: 1 files; file://{folder}/form.txt was read, {bytes} bytes"),
        ({"host": "file://{folder}/none"}, "there is nothing at {folder}/none"),
        ({"host": "{folder}"}, "or report_exports with an address such as sftp://files.example.org"),
        ({"host": None}, "or report_exports with an address such as sftp://files.example.org"),
        ({"host": "http://127.0.0.1:1/form.txt", "login": "me", "password": "s3cret"}, "http://127.0.0.1:1/form.txt"),
        ({"host": "sftp://127.0.0.1:1/out", "login": "me", "extra": {"host_key": "x"}}, "key 1 of an SFTP server is"),
    ],
    ids=["folder", "no such folder", "path", "nothing", "no web server", "no key"],
)  # fmt: skip
def test_a_place_of_exports_is_tried_and_a_fault_says_why(
    airflow: RealAirflow, exports: Path, fields: dict[str, Any], says: str
) -> None:
    known = {"folder": str(exports), "bytes": (exports / "form.txt").stat().st_size}
    host = fields["host"] and fields["host"].format(**known)
    works, said = tried(airflow, "report_exports", **fields | {"host": host})
    assert says.format(**known) in said
    assert works == ("was read" in says)
    assert "s3cret" not in said


@pytest.mark.parametrize("role", [None, "arn:aws:iam::123456789012:role/exports"])
def test_a_store_that_speaks_s3_is_tried_with_all_that_the_connection_says(
    airflow: RealAirflow, object_store: str, role: str | None
) -> None:
    key = {"aws_access_key_id": "id", "aws_secret_access_key": "s3cret"}
    store = boto3.client("s3", "us-east-1", endpoint_url=object_store, **key)
    bucket = f"exports-{secrets.token_hex(8)}"
    store.create_bucket(Bucket=bucket)
    store.put_object(Bucket=bucket, Key="form.txt", Body=b"form")
    extra = {"endpoint_url": object_store, "role_arn": role}
    fields = {"host": f"s3://{bucket}", "login": "id", "password": "s3cret", "extra": extra}
    said = f"s3://{bucket}: 1 files; s3://{bucket}/form.txt was read, 4 bytes"
    assert tried(airflow, "report_exports", **fields) == (True, said)
    works, said = tried(airflow, "report_exports", **fields | {"password": ""})
    assert (works, "its secret as password" in said) == (False, True)
    works, said = tried(airflow, "report_exports", **fields | {"extra": {"endpoint_url": "store:9000"}})
    assert (works, "must be an address such as https://" in said, "s3cret" in said) == (False, True, False)


def test_a_warehouse_is_tried_and_it_is_said_what_the_login_may(airflow: RealAirflow) -> None:
    airflow.etl("warehouse", "migrate")
    url = conninfo_to_dict(owner_url(airflow.settings))
    parts = {"host": url["host"], "login": url["user"], "password": url["password"], "schema": url["dbname"]}
    works, said = tried(airflow, "reporting_warehouse", **parts)
    assert (works, said.partition(", ")[2]) == (
        True, f"database {parts['schema']}, as {parts['login']}: it may load"
    )  # fmt: skip
    works, said = tried(airflow, "reporting_warehouse", **parts | {"password": "wrong"})
    assert not works
    assert "wrong" not in said


@pytest.mark.parametrize(
    ("conn", "url"),
    [
        ({"host": "sftp://h:2222/out", "login": "me", "password": "a/b"}, "sftp://me:a%2Fb@h:2222/out"),
        ({"host": "https://h/forms", "extra": '{"index": true}'}, "index+https://h/forms/"),
        ({"host": "s3://bucket/folder"}, "s3://bucket/folder"),
        ({"host": "s3://bucket", "login": "id", "password": "a/b"}, "s3://id:a%2Fb@bucket/"),
        ({"host": "file:///data"}, "file:///data"),
    ],
)
def test_what_the_form_takes_is_what_a_task_pulls_from(conn: dict[str, Any], url: str) -> None:
    made = Connection(conn_id="report_exports", conn_type="report_exports", **conn)
    assert etl_settings.exports_url(made) == url
    again = Connection.from_uri(made.get_uri(), conn_id="report_exports")
    assert etl_settings.exports_url(again) == url


def test_what_a_form_leaves_empty_is_no_parameter_of_the_warehouse() -> None:
    made = Connection(
        conn_id="w", conn_type="reporting_warehouse", host="h", schema="db", login="u", password="p",
        extra='{"sslmode": "require", "sslrootcert": null}',
    )  # fmt: skip
    assert etl_settings.warehouse_url(made) == "postgresql://u:p@h/db?sslmode=require"
