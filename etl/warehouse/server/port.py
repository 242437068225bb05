"""The loopback port by which BI tools come in: what must be so before it is opened."""

import socket

import psycopg

from etl.errors import BadInputError
from etl.warehouse.server.place import OWNER

LOOPBACK = "127.0.0.1"


def require_nobody(connection: psycopg.Connection) -> None:
    """Raise BadInputError when anybody has a session who does not only read marts."""
    query = """
        SELECT string_agg(DISTINCT format('%%s (%%s)', usename, application_name), ', ')
        FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND (
            usename = %s OR NOT EXISTS (
                SELECT FROM pg_roles
                WHERE rolname IN ('reporting_bi', 'reporting_agency') AND pg_has_role(usesysid, oid, 'MEMBER')
            )
        )
    """
    (names,) = connection.execute(query, [OWNER]).fetchone() or ("",)
    if names:
        raise BadInputError(
            f"the server must be restarted, and others are at work: {names}; wait for the load, and stop Airflow"
            " (`make down`; `make up` starts it again)"
        )


def require_free(port: int) -> None:
    """Raise BadInputError when a loopback port is taken."""
    if why := why_taken(port):
        raise BadInputError(
            f"port {port} of {LOOPBACK} cannot be opened to BI tools: {why}; free it, or choose another with"
            " `etl warehouse listen --port`, or none with `--close`"
        )


def why_taken(port: int) -> str | None:
    """Return why a loopback port cannot be opened; None where it can."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does
        try:
            tried.bind((LOOPBACK, port))
        except OSError as error:
            return error.strerror
    return None
