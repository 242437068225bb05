"""One embedded PostgreSQL for the tests of a process, and a warehouse of its own for each test that asks for one.

Not one for all processes: tests change roles and fill lock tables, which all databases of a server share.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import fsspec
import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis.database import DirectoryBasedExampleDatabase
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from etl import pipeline, storage
from etl.settings import Settings
from etl.warehouse import open_engine, schema, server

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "50490000-3572_two_copies.txt"
_TEMPLATE = "template_warehouse"

# What takes longest is begun first, so that no process is left with it while the others have nothing to do.
LONGEST_FIRST = (
    "dags/test_backfill.py", "dags/test_review.py", "load/test_poison.py", "backup/test_backup.py",
    "load/test_any_order.py", "warehouse/test_server.py", "test_cli.py", "load/test_load.py", "load/test_sources.py",
    "warehouse/test_escapes.py", "load/test_steps.py", "workers/test_workers.py", "load/test_history.py",
    "load/test_damaged.py", "families/test_families.py", "marts/test_snapshots.py", "load/test_purge_markers.py",
    "load/test_purge.py", "load/test_killed.py", "load/test_moved_storage.py", "warehouse/test_silent.py",
    "load/test_indicators.py", "load/test_clocks.py", "fuzz/test_fuzz.py", "workers/test_unpacking.py",
)  # fmt: skip

# Alike everywhere, in CI too: other examples each time, and a failing one is kept and printed so that it can be had
# again. No deadline, which a busy machine alone may miss.
hypothesis_settings.register_profile(
    "tests",
    deadline=None, derandomize=False, print_blob=True,
    database=DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "examples"),
)  # fmt: skip
hypothesis_settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest files come first."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


class _ByFile(LoadFileScheduling):
    """A process has the tests of a file, or all tests of `dags/`, which share one Airflow."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "dags" if file.startswith("tests/dags/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile | None:
    """Hand the tests out to the processes, where `make test` asks for that by `--dist loadfile`."""
    return _ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def batches_of(settings: Settings, work_lists: Iterable[str], *, fiscal_year: int | None = None) -> list[str]:
    """Parse and validate work lists; return the addresses of their batches."""
    return pipeline.validate([pipeline.parse(settings, one, fiscal_year=fiscal_year) for one in work_lists])


class Warehouse:
    """A warehouse under test: load documents into it, and ask it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._run_numbers = count(1)

    def load(self, source: Path | str, *, fiscal_year: int | None = None) -> dict[str, Any]:
        """Do the whole job on a folder; return the counts of the load."""
        settings = self.settings.model_copy(update={"etl_source": str(source)})
        run_id = storage.unique(f"run-{next(self._run_numbers)}")  # others may have the same home
        work_lists = pipeline.pull(settings, run_id, only_new=False, fiscal_year=fiscal_year)
        batches = batches_of(settings, work_lists, fiscal_year=fiscal_year)
        return pipeline.load(settings, run_id, batches, fiscal_year=fiscal_year)

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """Return the rows of a query, as the owner."""
        with self.connect() as connection:
            return connection.execute(query, parameters).fetchall()

    def value(self, query: str, *parameters: object) -> Any:
        """Return the one value of a query."""
        (row,) = self.rows(query, *parameters)
        (value,) = row.values()
        return value

    def connect(self) -> psycopg.Connection[dict[str, Any]]:
        """Return a connection as the owner."""
        return psycopg.connect(self.settings.warehouse_url, row_factory=dict_row)


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk() -> Iterator[None]:
    """What the tests write need not outlive the machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def server_home() -> Iterator[Path]:
    """A home with a running server. Not under pytest's own folder: that is closed to the server's account."""
    home = Path(tempfile.mkdtemp(prefix="etl-tests-"))
    home.chmod(0o755)
    # What the tests write need not outlive the machine, and to wait for the disk takes half their time.
    with psycopg.connect(server.superuser_url(Settings(etl_home=home)), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync TO off")
        connection.execute("ALTER SYSTEM SET synchronous_commit TO off")
        connection.execute("ALTER SYSTEM SET autovacuum TO off")  # no database lives long enough to need it
        connection.execute("SELECT pg_reload_conf()")
    yield home
    server.stop(Settings(etl_home=home))
    shutil.rmtree(home, ignore_errors=True)


class Databases:
    """Makes databases with a migrated, empty warehouse: called, it returns the URL of another one."""

    def __init__(self, server_home: Path) -> None:
        self.settings = Settings(etl_home=server_home)
        self._numbers = count(1)
        engine = open_engine(Settings(etl_home=server_home, warehouse_url=self._url(_TEMPLATE)))
        schema.migrate(engine)
        engine.dispose()

    def __call__(self) -> str:
        name = f"warehouse_{os.getpid()}_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop a database that no test needs any more, whoever is still connected to it."""
        self._execute(f"DROP DATABASE IF EXISTS {conninfo_to_dict(url)['dbname']} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return server.database_url(self.settings, name)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(server.superuser_url(self.settings), autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def new_database(server_home: Path) -> Databases:
    """Return the URL of another database with a migrated, empty warehouse."""
    return Databases(server_home)


@pytest.fixture
def warehouse(new_database: Databases, tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    url = new_database()
    yield Warehouse(Settings(etl_home=tmp_path / "home", warehouse_url=url))
    new_database.drop(url)


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """The address of an object store that speaks S3."""
    from moto.server import ThreadedMotoServer

    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    yield "http://{}:{}".format(*store.get_host_and_port())
    store.stop()


@pytest.fixture
def bucket(object_store: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket, for this process and those that it starts."""
    for name, value in {
        "AWS_ENDPOINT_URL": object_store, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    name = f"exports-{secrets.token_hex(8)}"
    fsspec.get_filesystem_class("s3").clear_instance_cache()  # what was made before knows other addresses
    fsspec.filesystem("s3").mkdir(name)
    return f"s3://{name}"


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """An empty folder for exports."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder
