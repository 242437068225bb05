"""The embedded PostgreSQL 18: one server for each `ETL_HOME`, shared by every process on this machine.

It listens on a Unix socket in a private folder, and on a port of this machine alone where `listen` opened it to BI
tools; it asks every login for a password. Those of the owner, who loads and is no superuser, and of the superuser, who
sets up and does nothing else, are made here. PostgreSQL refuses to run as root, so root hands it to a system account of
its own. That account must reach data and programs; where a parent folder is closed to it, both live under `/var/lib`
instead, and no folder's permissions are ever changed to let it in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from filelock import Timeout
from psycopg import sql
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from etl import files
from etl.errors import WarehouseUnavailableError, first_line
from etl.settings import PROJECT_ROOT, Settings
from etl.warehouse.server import process
from etl.warehouse.server.place import OWNER, SUPERUSER, Place, package, place_of
from etl.warehouse.server.port import LOOPBACK, require_free, require_nobody
from etl.warehouse.server.setup import is_set_up
from etl.warehouse.watched import Watched

__all__ = [
    "LOOPBACK",
    "OWNER",
    "SUPERUSER",
    "database_url",
    "known_url",
    "listen",
    "program",
    "stop",
    "superuser_url",
]

_DATABASE_SQL = PROJECT_ROOT / "sql" / "embedded" / "database.sql"
_LOCK_SECONDS = 60


def database_url(settings: Settings, database: str) -> str:
    """Return the owner's libpq URL of a database on the embedded server, making and starting what is not there yet.

    Raises WarehouseUnavailableError when the server does not come up; the message ends with the log's last lines.
    """
    place = place_of(settings)
    with _locked(place):
        with _superuser(place) as connection:
            is_ours = _create(connection, database)
        if not is_ours:
            with Watched.to(place.url(database, SUPERUSER)) as connection:
                connection.execute(_DATABASE_SQL.read_bytes())
    return place.url(database, OWNER)


def known_url(settings: Settings, database: str) -> str:
    """Return the owner's URL of a database as it is known now: nothing is made or started."""
    return place_of(settings).url(database, OWNER)


def superuser_url(settings: Settings) -> str:
    """Return the superuser's libpq URL on the embedded server, which is meant for setting it up only.

    Raises what `database_url` does.
    """
    place = place_of(settings)
    with _locked(place), _superuser(place):
        return place.url("postgres", SUPERUSER)


def stop(settings: Settings) -> bool:
    """Stop the embedded server once its sessions' transactions are rolled back; False when it was not running.

    One that has not stopped after some seconds is shut down as by a crash, which a warning says: what was committed
    stays. Raises WarehouseUnavailableError when that does not stop it either.
    """
    place = place_of(settings)
    if not place.data.exists():
        return False
    with _locked(place):
        if not process.is_running(place):
            return False
        process.stop(place)
    return True


def listen(settings: Settings, port: int | None) -> None:
    """Open the server to BI tools on a loopback port, or close it again (None); it is restarted for that.

    Logins that read marts, and no others, come in there. Raises BadInputError when the port is taken, or when anybody
    else than these has a session: a restart would end it, and the load that it may be in.
    """
    place = place_of(settings)
    with _locked(place):
        if place.port != port or (port is not None and not process.has_open_port(place)):
            is_running = process.is_running(place)
            if is_running:
                with _superuser(place) as connection:
                    require_nobody(connection)
            if port is not None:
                require_free(port)
            if is_running:
                process.stop(place)
            place.keep_port(port)
        _superuser(place).close()


def program(name: str) -> Path:
    """Return where the embedded server's package has one of PostgreSQL's client programs."""
    return package() / "pginstall18" / "bin" / name


@contextmanager
def _locked(place: Place) -> Iterator[None]:
    files.make(place.home, files.PASSABLE)
    try:
        with files.lock(place.home / "postgres.lock", timeout_seconds=_LOCK_SECONDS):
            yield
    except Timeout as error:
        raise WarehouseUnavailableError(
            f"another process has held {place.home / 'postgres.lock'} for {_LOCK_SECONDS} s; end it and try again"
        ) from error


def _superuser(place: Place) -> psycopg.Connection:
    """Return the superuser's connection; the server is created, set up and started first where needed.

    Raises WarehouseUnavailableError also when the server runs but accepts no connection: it is not taken for stopped.
    """
    if not is_set_up(place) and process.is_running(place):
        process.stop(place)
    awaited = Retrying(
        stop=stop_after_delay(process.START_SECONDS), wait=wait_fixed(0.1), reraise=True,
        retry=retry_if_exception(lambda error: process.is_passing(place, error)),
    )  # fmt: skip
    try:
        return awaited(_started, place)
    except psycopg.OperationalError as error:
        raise WarehouseUnavailableError(
            f"the embedded PostgreSQL runs, and lets nobody in: {first_line(error)}; its log is {place.log}"
        ) from error


def _started(place: Place) -> psycopg.Connection:
    if not process.is_running(place):
        process.start(place)
    return Watched.to(place.url("postgres", SUPERUSER), autocommit=True)


def _create(connection: psycopg.Connection, database: str) -> bool:
    """Create a database if missing; return whether it was handed to the owner already, as this release does it."""
    find = (
        "SELECT pg_get_userbyid(datdba) = %(owner)s AND has_parameter_privilege(%(owner)s, 'session_replication_role',"
        " 'SET') FROM pg_database WHERE datname = %(database)s"
    )
    found = connection.execute(find, {"owner": OWNER, "database": database}).fetchone()
    if not found:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return bool(found and found[0])
