"""One embedded PostgreSQL for all tests, and a warehouse of its own for each test that asks for one."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from etl import pipeline
from etl.settings import Settings
from etl.warehouse import open_engine, schema, server

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "50490000-3572_two_copies.txt"
_TEMPLATE = "template_warehouse"


class Warehouse:
    """A warehouse under test: load documents into it, and ask it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._run_numbers = count(1)

    def load(self, source: Path | str, *, fiscal_year: int | None = None) -> dict[str, Any]:
        """Do the whole job on a folder; return the counts of the load."""
        settings = self.settings.model_copy(update={"etl_source": str(source)})
        run_id = f"run-{next(self._run_numbers)}"
        work_lists = pipeline.pull(settings, run_id, only_new=False)
        batches = [pipeline.process(one, fiscal_year=fiscal_year) for one in work_lists]
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


@pytest.fixture(scope="session")
def server_home() -> Iterator[Path]:
    """A home with a running server. Not under pytest's own folder: that is closed to the server's account."""
    home = Path(tempfile.mkdtemp(prefix="etl-tests-"))
    home.chmod(0o755)
    # What the tests write need not outlive the machine, and to wait for the disk takes half their time.
    with psycopg.connect(server.database_url(Settings(etl_home=home), "postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync TO off")
        connection.execute("SELECT pg_reload_conf()")
    yield home
    server.stop(Settings(etl_home=home))
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def new_database(server_home: Path) -> Callable[[], str]:
    """Return the URL of another database with a migrated, empty warehouse."""
    settings = Settings(etl_home=server_home)
    template = Settings(etl_home=server_home, warehouse_url=server.database_url(settings, _TEMPLATE))
    engine = open_engine(template)
    schema.migrate(engine)
    engine.dispose()
    numbers = count(1)

    def make() -> str:
        name = f"warehouse_{os.getpid()}_{next(numbers)}"
        with psycopg.connect(server.database_url(settings, "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return server.database_url(settings, name)

    return make


@pytest.fixture
def warehouse(new_database: Callable[[], str], tmp_path: Path) -> Warehouse:
    """An empty warehouse."""
    return Warehouse(Settings(etl_home=tmp_path / "home", warehouse_url=new_database()))


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """An empty folder for exports."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder
