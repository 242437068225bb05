"""Errors of PostgreSQL and its client as one line each that says what to do.

In comes an error of psycopg; out goes an `EtlError`. A server that cannot be reached gives no error code, so that its
words are matched.
"""

import re

import psycopg

from etl.errors import BadInputError, EtlError, WarehouseUnavailableError, first_line
from etl.warehouse.watched import Silent

MINIMUM_VERSION = 15

_NOT_REACHED = (
    (
        r"password|SCRAM|SASL",
        "check login and password in WAREHOUSE_URL; write what is no letter or digit as %XX",
    ),
    (r'database ".*" does not exist', "make the database, owned by this login, or correct WAREHOUSE_URL"),
    (r'role ".*" does not exist|not permitted to log in', "make the login, or correct WAREHOUSE_URL"),
    (r"permission denied for database", "have the owner grant this login CONNECT, or correct WAREHOUSE_URL"),
    (r"no encryption|does not support SSL", "the server says whether it wants TLS: set sslmode in WAREHOUSE_URL"),
    (r"certificate|SSL|TLS", "check sslmode and sslrootcert in WAREHOUSE_URL against the server's certificate"),
    (r"pg_hba\.conf", "have the server's pg_hba.conf let this login in from here"),
    (r"too many|remaining connection slots", "too many are connected: end some, or raise max_connections"),
    (r"shared memory", "somebody holds very many locks: end that session, or raise max_locks_per_transaction"),
    (r"starting up|shutting down|recovery|not yet accepting", "wait until the server is up, and try again"),
    (r"has said nothing", "see whether the server hangs, or the network to it; nothing is half loaded: run it again"),
    (r"timeout|timed out", "what is there accepts and says nothing: check host and port, and whether the server hangs"),
    (
        r"translate host name|resolve|refused|route|unreachable|No such file",
        "check host and port; is the server up?",
    ),
)
_CODES = {
    "53100": "the server's disk is full: make room there",
    "53200": "the server is out of memory, or of room for locks: end what uses it, or raise its limits",
    "53300": "too many are connected: end some, or raise max_connections",
    "57P01": "somebody stopped the server or this session",
    "57P02": "the server crashed; its log says why",
    "57P03": "the server is starting or stopping: wait until it is up",
    "57014": "it took longer than the server lets it, or was cancelled",
    "55P03": "somebody else holds a lock on it",
    "40P01": "somebody else worked on the same rows",
    "40001": "somebody else worked on the same rows",
    "25006": "the server takes no writes: name the primary, not a replica, in WAREHOUSE_URL",
    "42501": "this login may not do it: docs/access.md says who may do what",
    "58030": "the server cannot read or write its files; its log says why",
    "XX001": "the server's files are damaged: restore a backup",
    "XX002": "an index is damaged: REINDEX it",
}
# What trying again does not help.
_LASTING = {"25006", "42501", "XX001", "XX002"}


def unavailable(error: BaseException) -> WarehouseUnavailableError:
    """Return the error that says in one line why the warehouse cannot be reached."""
    reason = first_line(error)
    remedies = (remedy for pattern, remedy in _NOT_REACHED if re.search(pattern, str(error)))
    return WarehouseUnavailableError(
        f"the warehouse does not answer: {reason}; {next(remedies, 'check WAREHOUSE_URL or the server')}"
    )


def explain(error: Exception) -> EtlError | None:
    """Return what an error in a session means to the user; None where it is a fault of the program."""
    code = getattr(error, "sqlstate", None)
    if isinstance(error, Silent):
        return unavailable(error)
    if code is None and isinstance(error, psycopg.OperationalError):
        return WarehouseUnavailableError(
            f"the server ended the connection: {first_line(error)}; nothing is half loaded: see to the server, and run"
            " it again"
        )
    if code not in _CODES:
        return None
    refused = f"the warehouse refused: {first_line(error)}: {_CODES[code]}; nothing is half loaded"
    return BadInputError(refused) if code in _LASTING else WarehouseUnavailableError(f"{refused}, so run it again")


def require_new_enough(connection: psycopg.Connection[object]) -> None:
    """Raise BadInputError when the server is older than the warehouse's SQL."""
    version = major(connection.info.server_version)
    if version < MINIMUM_VERSION:
        raise BadInputError(
            f"the server is PostgreSQL {version}, and the warehouse needs {MINIMUM_VERSION} or later: upgrade"
            " it, or name another one in WAREHOUSE_URL"
        )


def major(server_version: int) -> int:
    """Return the major version in the number that a server gives."""
    return server_version // 10_000
