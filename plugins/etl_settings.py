"""The settings of a task: from Airflow's Connections if these are defined, else from environment variables."""

import json
from typing import Any
from urllib.parse import quote

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from etl.errors import BadInputError
from etl.settings import Settings

WAREHOUSE = "reporting_warehouse"
WAREHOUSE_TYPES = (WAREHOUSE, "postgres", "postgresql", "generic")
EXPORTS = "report_exports"
EXPORT_SCHEMES = {
    "file": "file",
    "fs": "file",
    "http": "http",
    "https": "https",
    "s3": "s3",
    "sftp": "sftp",
    "ssh": "sftp",
}
EXPORT_EXTRAS = {"host_key": "sftp_host_key", "endpoint_url": "s3_endpoint", "role_arn": "s3_role"}


def settings(source: str | None = None) -> Settings:
    """Return the settings for the calling task; a `source` wins over any Connection or variable.

    Raises BadInputError when a Connection has a type that cannot be used for its purpose.
    """
    warehouse = _connection(WAREHOUSE)
    exports = None if source else _connection(EXPORTS)
    found: dict[str, Any] = {"warehouse_url": warehouse and warehouse_url(warehouse), "etl_source": source}
    found |= exports_of(exports) if exports else {}
    return Settings(**{name: value for name, value in found.items() if value})


def batches_name(task: RuntimeTaskInstanceProtocol) -> str:
    """Return the name of the folder for the batches of this try of a task: made of DAG, run and try, and unique.

    A task that is retried or cleared begins in a new folder, so that it does not touch what an earlier try left, or is
    still writing. Later tasks use the folder that the task returned.
    """
    from etl.storage import name_of_try  # heavy, and Airflow imports plugins in all its processes

    return name_of_try(task.dag_id, task.run_id, task.try_number)


def warehouse_url(connection: Connection) -> str:
    """Return the libpq URL of a PostgreSQL Connection; its extras, such as `sslmode`, become parameters.

    Raises BadInputError when the Connection is of another type.
    """
    if connection.conn_type not in WAREHOUSE_TYPES:
        types = ", ".join(WAREHOUSE_TYPES)
        raise BadInputError(f"Connection {WAREHOUSE}: its type must be one of {types}, not {connection.conn_type}")
    given = {name: value for name, value in connection.extra_dejson.items() if value}  # a form leaves others empty
    filled = Connection(
        conn_id=connection.conn_id, conn_type="postgres", host=connection.host, port=connection.port,
        login=connection.login, password=connection.password, schema=connection.schema,
        extra=json.dumps(given) if given else None,
    )  # fmt: skip
    _, _, rest = filled.get_uri().partition("://")
    return f"postgresql://{rest}"


def exports_of(connection: Connection) -> dict[str, Any]:
    """Return the settings that a Connection of exports gives. Raises what `exports_url` does."""
    given = {setting: connection.extra_dejson.get(extra) for extra, setting in EXPORT_EXTRAS.items()}
    return {"etl_source": exports_url(connection)} | {name: value for name, value in given.items() if value}


def exports_url(connection: Connection) -> str:
    """Return the URL of the folder or site that a Connection names, with its login.

    The host may be an address with its scheme, as it must be where the type does not say it. The path is the schema of
    the Connection or its extra `path`; a web Connection may hold `https` as its schema instead, and the extra `index`
    where its page is one of links to exports.
    Raises BadInputError when exports cannot be pulled by a Connection of this type.
    """
    scheme, host = EXPORT_SCHEMES.get(connection.conn_type or ""), connection.host or ""
    path = connection.schema or connection.extra_dejson.get("path", "")
    if path in ("http", "https"):
        scheme, path = path, ""
    if "://" in host:
        named, _, host = host.partition("://")
        scheme = EXPORT_SCHEMES.get(named)
    if scheme is None:
        types = ", ".join(EXPORT_SCHEMES)
        raise BadInputError(
            f"Connection {EXPORTS}: its type must be one of {types}, or {EXPORTS} with an address such as"
            f" sftp://files.example.org; it is {connection.conn_type}, which says nothing of how to pull"
        )
    if scheme == "s3" and bool(connection.login) != bool(connection.password):
        raise BadInputError(
            f"Connection {EXPORTS}: a key of S3 has two parts, its id as login and its secret as password; leave both"
            " empty where the worker has credentials of its own"
        )
    host, _, folder = host.partition("/")
    path = f"{folder.rstrip('/')}/{path.lstrip('/')}".lstrip("/") if path else folder
    if connection.extra_dejson.get("index"):
        scheme, path = f"index+{scheme}", f"{path.rstrip('/')}/".lstrip("/")
    port = f":{connection.port}" if connection.port else ""
    return f"{scheme}://{_credentials(connection)}{host}{port}/{path}"


def _connection(conn_id: str) -> Connection | None:
    try:
        connection: Connection = Connection.get(conn_id)
    except AirflowNotFoundException:
        return None
    return connection


def _credentials(connection: Connection) -> str:
    if not connection.login:
        return ""
    password = f":{quote(connection.password, safe='')}" if connection.password else ""
    return f"{quote(connection.login, safe='')}{password}@"
