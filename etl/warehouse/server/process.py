"""The server's process: started, asked whether it runs, and stopped."""

import logging
import os
import pwd
from contextlib import suppress

import psutil
import psycopg
from psycopg.pq import PGconn, Ping

from etl import files
from etl.errors import WarehouseUnavailableError
from etl.warehouse.server.place import SOCKET_PORT, SUPERUSER, Place
from etl.warehouse.server.port import LOOPBACK, why_taken
from etl.warehouse.server.programs import give, run
from etl.warehouse.server.setup import ensure_account, initialise, is_set_up, set_up, write_access
from etl.warehouse.watched import connect_timeout

START_SECONDS = 60
STOP_SECONDS = 20
IMMEDIATE_STOP_SECONDS = 10  # after 5 s PostgreSQL itself kills what has not ended
_KILLED_SECONDS = 10
# What libpq says to a server that has just begun or just ends: it is not asked once more, for by then it may be gone.
_PASSING = ("closed the connection", "the database system is ", "Connection refused", "No such file")
_PID_FILE = "postmaster.pid"
_ADDRESS_LINE = 5  # of that file: the first address that it listens on
_SETTINGS = {
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "reserved_connections": "20",
    "max_locks_per_transaction": "256",
    "shared_buffers": "512MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "Asia/Bangkok",
    "log_timezone": "Asia/Bangkok",
    # Keeps documents' values out of the log: neither the row that broke a constraint nor a failed statement is logged.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}

logger = logging.getLogger(__name__)


def start(place: Place) -> None:
    """Start the server, made and set up first where needed; raise WarehouseUnavailableError when it does not come up.

    Where another program has taken the port of BI tools, it starts without that, and a warning says so.
    """
    if place.account is not None:
        ensure_account(place.account)
    files.make(place.data.parent, files.PASSABLE)
    if not (place.data / "PG_VERSION").exists():
        initialise(place)
    _await_killed(place)
    if not place.socket_folder.exists():
        files.make(place.socket_folder)
        give(place.socket_folder, place.account)
    _require_own(place)
    place.log.touch(files.FILE)
    place.log.chmod(files.FILE)
    give(place.log, place.account)
    if not is_set_up(place):
        set_up(place)
    write_access(place)
    why = why_taken(place.port) if place.port else None
    if why:
        logger.warning(
            "port %d of %s is closed to BI tools: %s; the warehouse works without it: free it and open it again with"
            " `etl warehouse listen --port %d`, or choose another, or none with `--close`",
            place.port, LOOPBACK, why, place.port,
        )  # fmt: skip
    own = {
        "listen_addresses": LOOPBACK if place.port and not why else "", "port": place.port or SOCKET_PORT,
        "unix_socket_directories": place.socket_folder,
    }  # fmt: skip
    options = " ".join(f"-c {name}='{value}'" for name, value in (_SETTINGS | own).items())
    wait = ("--wait", "--timeout", START_SECONDS)
    run(place, "pg_ctl", "--pgdata", place.data, "--log", place.log, *wait, "--options", options, "start")


def stop(place: Place) -> None:
    """Stop the server, as by a crash where it has not stopped for some seconds.

    Raises WarehouseUnavailableError when that does not stop it either.
    """
    if _stops(place, "fast", STOP_SECONDS):
        return
    logger.warning(
        "the embedded PostgreSQL has not stopped for %d s, and is shut down as by a crash: what was committed stays,"
        " and its next start takes longer", STOP_SECONDS,
    )  # fmt: skip
    if not _stops(place, "immediate", IMMEDIATE_STOP_SECONDS):
        process = _process(place)
        raise WarehouseUnavailableError(
            f"the embedded PostgreSQL, process {process.pid if process else 'unknown'}, does not stop: if it is halted,"
            " let it go on with `kill -CONT`; else it waits for a disk, and stops when that answers; what was committed"
            f" stays; its log is {place.log}"
        )


def is_running(place: Place) -> bool:
    """Return whether a server process exists, even if it answers badly or not yet."""
    with suppress(psutil.NoSuchProcess):
        if (process := _process(place)) and str(place.data) in process.cmdline():
            return True
    return _ping(place) in {Ping.OK, Ping.REJECT}  # in another container its number means nothing here


def has_open_port(place: Place) -> bool:
    """Return whether the server listens on its port, and not on its socket alone."""
    if not is_running(place):
        return False
    lines = (place.data / _PID_FILE).read_text().splitlines()
    return len(lines) > _ADDRESS_LINE and bool(lines[_ADDRESS_LINE].strip())


def is_passing(place: Place, error: BaseException) -> bool:
    """Return whether a server refuses connections for now: it starts, recovers or stops, or has just ended."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    return any(word in str(error) for word in _PASSING) or _ping(place) == Ping.REJECT or not is_running(place)


def _await_killed(place: Place) -> None:
    """Wait until a killed server is gone: while its process id exists, no other can start."""
    if process := _process(place):
        psutil.wait_procs([process], timeout=_KILLED_SECONDS)


def _require_own(place: Place) -> None:
    """Raise WarehouseUnavailableError when somebody else owns the folder of the socket, as they might under /tmp."""
    owner = pwd.getpwnam(place.account).pw_uid if place.account else os.geteuid()
    if place.socket_folder.stat().st_uid != owner:
        raise WarehouseUnavailableError(
            f"{place.socket_folder} is another account's; remove it, or set ETL_HOME elsewhere"
        )


def _process(place: Place) -> psutil.Process | None:
    """Return the process of the server's pid file; None where there is no file or no such process."""
    try:
        return psutil.Process(int((place.data / _PID_FILE).read_text().split(maxsplit=1)[0]))
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def _ping(place: Place) -> Ping:
    return Ping(PGconn.ping(f"{place.url('postgres', SUPERUSER)}&connect_timeout={connect_timeout()}".encode()))


def _stops(place: Place, mode: str, seconds: int) -> bool:
    """Ask the server to stop; return whether it has within so many seconds."""
    wait = ("--wait", "--timeout", seconds)
    try:
        run(place, "pg_ctl", "--pgdata", place.data, "--mode", mode, *wait, "stop")
    except WarehouseUnavailableError:
        return not is_running(place)
    return True
