"""The PostgreSQL server behind the warehouse: the embedded one started and stopped, and connections to either kind.

In comes a `Settings`; out go connection URLs and SQLAlchemy engines. What stands in the database is `load`'s business.
"""

from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from etl.errors import BadInputError, WarehouseUnavailableError
from etl.settings import Settings
from etl.warehouse import server

DATABASE = "reporting"
_SCHEMES = {"postgresql", "postgres"}

Connection = psycopg.Connection[dict[str, Any]]


def owner_url(settings: Settings) -> str:
    """Return the owner's libpq URL of the warehouse, starting the embedded server when no external one is set."""
    return settings.warehouse_url or server.database_url(settings, DATABASE)


def open_engine(settings: Settings) -> Engine:
    """Return a SQLAlchemy engine on the warehouse as its owner, through psycopg 3.

    Raises BadInputError when WAREHOUSE_URL is not the URL of a PostgreSQL database.
    """
    return create_engine(
        _url(settings).set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={"application_name": "etl"},
    )


def shown_url(settings: Settings) -> str:
    """Return the URL of the warehouse as it may be shown: without a password. Raises what `open_engine` does."""
    return _url(settings).difference_update_query(["password", "sslpassword"]).render_as_string(hide_password=True)


def _url(settings: Settings) -> URL:
    try:
        url = make_url(owner_url(settings))
    except (ArgumentError, ValueError):
        # Without the cause, which may quote the URL and a password in it.
        raise BadInputError("WAREHOUSE_URL or the URL given is none; write postgresql://user@host/database") from None
    if url.get_backend_name() not in _SCHEMES:
        raise BadInputError(f"WAREHOUSE_URL is of {url.drivername}; it must begin with postgresql://")
    if "@" in f"{url.host}{url.database}":  # the end of a password, which would be told as a host that does not answer
        raise BadInputError("WAREHOUSE_URL has more than one @; in a password, write it as %40")
    return url


def connect(engine: Engine, *, autocommit: bool = False) -> Connection:
    """Return a connection of psycopg's own to the engine's database; rows are dictionaries.

    Raises WarehouseUnavailableError when the server does not answer or does not let the owner in.
    """
    _, parameters = engine.dialect.create_connect_args(engine.url)
    parameters["application_name"] = "etl"
    try:
        return psycopg.connect(**parameters, autocommit=autocommit, row_factory=dict_row)
    except psycopg.OperationalError as error:
        raise unavailable(error) from error


def unavailable(error: Exception) -> WarehouseUnavailableError:
    """Return the error that says in one line that, and why, the warehouse does not answer."""
    reason = str(error).partition("\n")[0]
    return WarehouseUnavailableError(f"the warehouse does not answer: {reason}; check WAREHOUSE_URL or the server")
