"""The PostgreSQL server behind the warehouse: the embedded one started and stopped, and connections to either kind.

In comes a `Settings`; out go URLs, SQLAlchemy engines and psycopg's connections. `schema` brings tables and marts up to
date, `access` makes logins, `query` asks. The content of tables is the business of `etl.load`.
"""

from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import ArgumentError

from etl.errors import BadInputError
from etl.settings import Settings
from etl.warehouse import server
from etl.warehouse.faults import require_new_enough, unavailable
from etl.warehouse.watched import Watched

DATABASE = "reporting"
_SCHEMES = {"postgresql", "postgres"}

Connection = Watched[dict[str, Any]]


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
    connection: Connection = _open(engine.url)
    connection.row_factory = dict_row
    connection.autocommit = autocommit
    return connection


def connect_to(url: str, *, autocommit: bool = False) -> Watched[Any]:
    """Return a connection to any database by libpq's URL or parameters. Raises what `connect` does."""
    try:
        connection: Watched[Any] = Watched.to(url, autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise unavailable(error) from error
    try:
        require_new_enough(connection)
    except BadInputError:
        connection.close()
        raise
    return connection


def _open(url: URL) -> Watched[Any]:
    """Return a connection that gives up when server or network fall silent. Raises what `connect` does."""
    _, parameters = PGDialect_psycopg().create_connect_args(url)  # type: ignore[no-untyped-call]
    return connect_to(make_conninfo(**parameters))
