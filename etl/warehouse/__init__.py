"""The PostgreSQL server behind the warehouse: the embedded one started and stopped, and connections to either kind.

In comes a `Settings`; out go URLs, SQLAlchemy engines and psycopg's connections. `schema` brings tables and marts up to
date, `access` makes logins, `query` asks. The content of tables is the business of `etl.load`.
"""

import os
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import ArgumentError

from etl.errors import BadInputError
from etl.settings import Settings
from etl.warehouse import server
from etl.warehouse.faults import require_new_enough, unavailable
from etl.warehouse.watched import SILENCE_SECONDS, Watched

DATABASE = "reporting"
_SCHEMES = {"postgresql", "postgres"}

# The server has so long to let us in, and as long to show that it is at work; the system gives up a dead network.
_LIMITS = {
    "connect_timeout": os.environ.get("PGCONNECT_TIMEOUT", str(SILENCE_SECONDS)),
    "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000",
}  # fmt: skip

Connection = psycopg.Connection[dict[str, Any]]


def owner_url(settings: Settings) -> str:
    """Return the libpq URL of the warehouse: WAREHOUSE_URL with its login, or as owner of the embedded server.

    The embedded server is started.
    """
    return settings.warehouse_url or server.database_url(settings, DATABASE)


def known_url(settings: Settings) -> URL:
    """Return the owner's URL of the warehouse, whether or not there is a server yet. Raises as `open_engine` does."""
    return _checked(settings.warehouse_url or server.known_url(settings, DATABASE))


def open_engine(settings: Settings) -> Engine:
    """Return a SQLAlchemy engine on the warehouse, as the login of `owner_url`, through psycopg 3.

    Raises BadInputError when WAREHOUSE_URL is not the URL of a PostgreSQL database.
    """
    url = _checked(owner_url(settings)).set(drivername="postgresql+psycopg")
    return create_engine(url, creator=lambda: _open(url), pool_pre_ping=True)


def shown_url(settings: Settings) -> str:
    """Return the URL of the warehouse as it may be shown: without a password. Raises what `open_engine` does."""
    url = _checked(owner_url(settings)).difference_update_query(["password", "sslpassword"])
    return url.render_as_string(hide_password=True)


def _checked(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Without the cause, which may quote the URL and a password in it.
        raise BadInputError("WAREHOUSE_URL or the URL given is none; write postgresql://user@host/database") from None
    if url.get_backend_name() not in _SCHEMES:
        raise BadInputError(f"WAREHOUSE_URL is of {url.drivername}; it must begin with postgresql://")
    if "@" in f"{url.host}{url.database}":  # the end of a password, which would be shown as a host that does not answer
        raise BadInputError("WAREHOUSE_URL has more than one @; in a password, write it as %40")
    return url


def connect(engine: Engine, *, autocommit: bool = False) -> Connection:
    """Return a connection of psycopg's own to the engine's database; rows are dictionaries.

    Raises WarehouseUnavailableError when the server does not answer or does not let the login in, BadInputError when it
    is too old.
    """
    connection = _open(engine.url)
    connection.autocommit = autocommit
    connection.row_factory = dict_row
    return connection


def _open(url: URL) -> psycopg.Connection[Any]:
    """Return a connection that gives up when server or network fall silent. Raises what `connect` does."""
    _, parameters = PGDialect_psycopg().create_connect_args(url)  # type: ignore[no-untyped-call]
    try:
        connection = Watched.to(**(_LIMITS | parameters | {"application_name": "etl"}))
    except psycopg.OperationalError as error:
        raise unavailable(error) from error
    try:
        require_new_enough(connection)
    except BadInputError:
        connection.close()
        raise
    return connection
