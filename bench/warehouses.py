"""Warehouses to measure in: fresh databases on an embedded PostgreSQL as in production, and loads into them."""

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

from bench.spent import Spent, Used, spent
from etl import pipeline
from etl.settings import Settings
from etl.warehouse import connect, open_engine, schema, server
from etl.warehouse.server.place import place_of


class Server(NamedTuple):
    """The embedded server of a home, made and started when it is first asked."""

    home: Path

    def database(self, name: str) -> str:
        """Return the URL of a new, empty database; one of that name goes."""
        settings = Settings(etl_home=self.home)
        with psycopg.connect(server.superuser_url(settings), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute("CHECKPOINT")  # so that nobody pays for what another wrote
        return server.database_url(settings, name)

    def warehouse(self, name: str) -> Settings:
        """Return the settings of a new, empty warehouse in a database of its own; one of that name goes."""
        settings = Settings(etl_home=self.home, warehouse_url=self.database(name))
        engine = open_engine(settings)
        schema.migrate(engine)
        engine.dispose()
        return settings


def settle(settings: Settings) -> None:
    """Let the server do at once what it does by itself in the hours between two loads: clean up, count, write out."""
    with connect(open_engine(settings), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    with psycopg.connect(server.superuser_url(settings), autocommit=True) as connection:
        connection.execute("CHECKPOINT")


class Load(NamedTuple):
    """What a load took: seconds, and memory of the loading process at its peak (None: not known here)."""

    spent: Spent
    peak_mib: float | None


@contextmanager
def passing_server() -> Iterator[Server]:
    """Give a server that is stopped and removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="etl-bench-"))
    home.chmod(0o755)  # the account that the server runs as must pass through
    try:
        yield Server(home)
    finally:
        server.stop(Settings(etl_home=home))
        shutil.rmtree(home, ignore_errors=True)


def load(settings: Settings, batches: Sequence[str]) -> Load:
    """Load batches in a process of its own, as a task does."""
    peaks: list[float | None] = []

    def work() -> Used:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            used, peak_mib = pool.submit(_load, settings, batches).result()
        peaks.append(peak_mib)
        return used

    return Load(spent(place_of(settings).data, work), *peaks)


def _load(settings: Settings, batches: Sequence[str]) -> tuple[Used, float | None]:
    start, own = time.perf_counter(), time.process_time()
    pipeline.load(settings, "bench", batches)
    return Used(time.perf_counter() - start, time.process_time() - own), _peak_mib()


def _peak_mib() -> float | None:
    """Return the most memory that this process held; `getrusage` would count its parent's as well."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
