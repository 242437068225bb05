"""The installation that is attacked: a home with a server of its own, exports, and commands run on it as anybody would.

Where we may mount, the home is a small file system in memory, so that a disk can fill up.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.rows import dict_row

from etl.settings import Settings
from etl.warehouse import owner_url, server
from tests.conftest import ROOT, SAMPLE
from tests.forms import Form

FORMS, FOLDERS = 150, 10
DISK_BYTES = 4 << 30
HUNG_SECONDS = 420
POLL_SECONDS = 0.005
EXPORTED_AT = 1_700_000_000  # every export's time, before any clock that we set
_LETTER = "จดหมายข่าวประจำเดือน"


@dataclass
class Command:
    """A command that runs, in a session of its own, and what it said."""

    process: subprocess.Popen[bytes]
    output: Any
    started: float = field(default_factory=time.monotonic)

    def kill(self, *, children: bool) -> None:
        """End it as by `kill -9`, with or without the processes that it started."""
        with suppress(ProcessLookupError):
            if children:
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()

    def ended(self) -> int:
        """Wait for its end; return its status. One that does not end is ended, and its status is -99."""
        try:
            return self.process.wait(max(1.0, HUNG_SECONDS - (time.monotonic() - self.started)))
        except subprocess.TimeoutExpired:
            self.kill(children=True)
            self.process.wait()
            return -99

    def said(self) -> str:
        self.output.seek(0)
        return str(self.output.read().decode(errors="replace"))

    def last_line(self) -> str:
        return next((line for line in reversed(self.said().splitlines()) if line.strip()), "nothing")


class World:
    """One installation under attack."""

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.home, self.exports, self.is_mounted = folder / "home", folder / "exports", is_mounted
        self.home.mkdir(mode=0o755)
        self.settings = Settings(etl_home=self.home, warehouse_url=None)
        self._reference_home = folder / "reference"
        _write_exports(self.exports)

    @property
    def reference(self) -> Settings:
        """A warehouse beside it that sees nothing of the attack."""
        url = server.database_url(self.settings, "reference")
        return Settings(etl_home=self._reference_home, warehouse_url=url)

    def environment(self, settings: Settings | None = None) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("ETL_", "WAREHOUSE_"))}
        one = settings or self.settings
        url = {"WAREHOUSE_URL": one.warehouse_url} if one.warehouse_url else {}
        return own | url | {"ETL_HOME": str(one.home), "ETL_BATCH_DOCUMENTS": "60"}

    def start(
        self, *arguments: object, settings: Settings | None = None, before: tuple[str, ...] = (), **more: str
    ) -> Command:
        """Start a module or command of Python in a session of its own."""
        output = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the command's outcome is of interest
        command = [*before, sys.executable, *map(str, arguments)]
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment(settings) | more, stdin=subprocess.DEVNULL, stdout=output,
            stderr=output, start_new_session=True,
        )  # fmt: skip
        return Command(process, output)

    def run(self, source: Path | None = None, **options: Any) -> Command:
        """Start `etl run`."""
        return self.start("-m", "etl", "run", source or self.exports, "--json", **options)

    def folders(self) -> list[Path]:
        """Return the parts of the exports: a run of each brings what one of the whole does."""
        return sorted(path for path in self.exports.iterdir() if path.is_dir())

    @contextmanager
    def asked(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """Yield a connection of the owner to the warehouse."""
        with psycopg.connect(owner_url(self.settings), autocommit=True, row_factory=dict_row) as connection:
            connection.execute("SET application_name TO 'chaos'")
            yield connection

    def rows(self, query: str) -> list[dict[str, Any]]:
        with self.asked() as connection:
            return connection.execute(query.encode()).fetchall()

    def postmaster(self) -> psutil.Process:
        """Return the server's first process."""
        for folder in (self.home, *Path("/var/lib/bma-reporting").glob("*")):
            with suppress(FileNotFoundError):
                number = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
                process = psutil.Process(number)
                if str(folder) in " ".join(process.cmdline()):
                    return process
        raise LookupError("the server does not run")

    def used_bytes(self) -> int:
        """Return how much of the small file system is in use."""
        return shutil.disk_usage(self.home).used

    def resize(self, size_bytes: int) -> None:
        """Let the small file system hold so much and no more."""
        options = ("-o", f"remount,size={size_bytes}")
        subprocess.run(["mount", *options, str(self.home.parent)], check=True)

    def strays(self) -> list[psutil.Process]:
        """Return what still runs with this home, the server apart."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                is_ours = process.environ().get("ETL_HOME") == str(self.home) and process.pid != os.getpid()
                if is_ours and process.name() != "postgres":
                    found.append(process)
        return found


@contextmanager
def world() -> Iterator[World]:
    """Yield an installation, and leave nothing of it behind."""
    folder = Path(tempfile.mkdtemp(prefix="etl-chaos-"))
    folder.chmod(0o755)
    mount = ("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0755", "etl-chaos", str(folder))
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    made = World(folder, is_mounted=is_mounted)
    try:
        yield made
    finally:
        for process in made.strays():
            with suppress(psutil.Error):
                process.kill()
        server.stop(made.settings)
        if is_mounted:
            subprocess.run(["umount", str(folder)], check=True)
        shutil.rmtree(folder)


def _write_exports(folder: Path) -> None:
    """Write forms of many projects, the sample, letters that nobody can read, and one form that stands twice."""
    for number in range(FORMS):
        form = Form(code=f"50210000-{number:04}", name=f"ปลูกต้นไม้ริมคลอง ระยะที่ {number}")
        form = form.with_(fiscal_year=str(2564 + number % 4))
        _write(folder / f"part{number % FOLDERS}" / f"form{number}.txt", form.text().encode())
    for number in range(3):
        _write(folder / f"part{number}" / "letter.txt", f"{_LETTER} {number}".encode())
        _write(folder / f"part{number}" / "again.txt", Form(code="50210000-9999").text().encode())
    _write(folder / "part0" / SAMPLE.name, SAMPLE.read_bytes())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (EXPORTED_AT, EXPORTED_AT))
