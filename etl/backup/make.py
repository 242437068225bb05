"""Makes a backup while the product runs. Each part refers only to parts that are copied after it.

Airflow's database is first: a task that it calls unfinished may be done by the time of the next part, and is then run
again without harm. The warehouse follows, in one snapshot, and then the landing area, to which files are only added.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from psycopg.rows import dict_row
from upath import UPath

from etl import storage
from etl.backup import (
    AIRFLOW,
    AIRFLOW_DUMP,
    BATCHES,
    CORRECTIONS,
    FORMAT,
    LANDING,
    LOGINS,
    RULES,
    WAREHOUSE_DUMP,
    Login,
    Manifest,
    Step,
    TableContent,
    airflow,
    logins,
)  # fmt: skip
from etl.backup.content import contents, has_table
from etl.backup.dump import dump
from etl.backup.folder import files_in, new_folder, seal, write
from etl.errors import BadInputError
from etl.landing import place
from etl.settings import Settings
from etl.warehouse import Connection, connect, connect_to, open_engine, server
from etl.warehouse.schema import EXPECTATIONS, SCHEMAS

_Keep = Callable[[str, Iterable[bytes]], None]
_HASH_DIGITS = 64


class _Warehouse(msgspec.Struct, frozen=True):
    """What the other parts of a backup need to know of the warehouse's snapshot."""

    migration: str
    server_version: int
    last_load_id: int | None
    tables: dict[str, TableContent]
    documents: set[str]
    committed_runs: set[str]
    logins: list[Login]


class _Copied(msgspec.Struct, frozen=True):
    """Which files of the landing area were copied, and which are not what their names say."""

    whole: set[str]
    damaged: set[str]


def backup(settings: Settings, folder: Path, step: Step) -> Manifest:
    """Write a backup into a folder that is not there yet or empty; return its manifest.

    Raises BadInputError when the folder cannot take it or there is no warehouse yet, DumpFailedError when PostgreSQL
    gives no dump, WarehouseUnavailableError when it does not answer.
    """
    with new_folder(folder.absolute()) as part:
        hashes: dict[str, str] = {}

        def keep(name: str, chunks: Iterable[bytes]) -> None:
            hashes[name] = write(part / name, chunks)

        step("airflow")
        has_airflow = airflow.is_set_up(settings)
        if has_airflow:
            _keep_airflow(settings, keep)
        step("warehouse")
        warehouse = _keep_warehouse(settings, keep)
        copied = _keep_landing(settings, keep, step("landing"))
        batch_folders = _keep_batches(settings, warehouse.committed_runs, keep, step("batches"))
        for path in EXPECTATIONS.glob("*.json"):
            keep(f"{RULES}/{path.name}", [path.read_bytes()])
        if settings.etl_corrections.exists():
            keep(CORRECTIONS, [settings.etl_corrections.read_bytes()])
        manifest = Manifest(
            format=FORMAT,
            made_at=datetime.now(UTC),
            program_version=version("bma-project-reporting"),
            migration=warehouse.migration,
            server_version=warehouse.server_version,
            last_load_id=warehouse.last_load_id,
            tables=warehouse.tables,
            has_airflow=has_airflow,
            landed_files=len(copied.whole),
            batch_folders=batch_folders,
            missing=sorted(warehouse.documents - copied.whole - copied.damaged),
            damaged=sorted(copied.damaged),
            logins_without_password=[login.name for login in warehouse.logins if login.verifier is None],
            file_count=len(hashes),
            byte_count=sum(path.stat().st_size for path in files_in(part)),
        )
        seal(part, manifest, hashes)
    return manifest


def _keep_airflow(settings: Settings, keep: _Keep) -> None:
    with connect_to(airflow.database_url(settings)) as connection:
        keep(AIRFLOW_DUMP, dump(connection))
    for name in (airflow.CONFIGURATION, airflow.PASSWORDS):
        path = airflow.home(settings) / name
        if path.exists():
            keep(f"{AIRFLOW}/{name}", [path.read_bytes()])


def _logins(settings: Settings, connection: Connection) -> list[Login]:
    """Return the logins; on the embedded server who sets it up reads them, and sees what proves their passwords."""
    if settings.warehouse_url:
        return logins.read(connection)
    with connect_to(server.superuser_url(settings)) as superuser:
        superuser.row_factory = dict_row
        return logins.read(superuser)


def _keep_warehouse(settings: Settings, keep: _Keep) -> _Warehouse:
    with connect(open_engine(settings)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        migration = _migration(connection)
        snapshot = _column(connection, "SELECT pg_export_snapshot()")[0]
        keep(WAREHOUSE_DUMP, dump(connection, schemas=SCHEMAS, snapshot=snapshot))
        found = _logins(settings, connection)
        keep(LOGINS, [msgspec.json.encode(found)])
        known = "SELECT sha256 FROM raw.manifest EXCEPT SELECT sha256 FROM ops.purge"
        return _Warehouse(
            migration=migration,
            server_version=connection.info.server_version,
            last_load_id=_column(connection, "SELECT max(load_id) FROM ops.load")[0],
            tables=contents(connection),
            documents=set(_column(connection, known)),
            committed_runs=set(_column(connection, "SELECT run_id FROM ops.load WHERE status = 'committed'")),
            logins=found,
        )


def _migration(connection: Connection) -> str:
    if not has_table(connection, "ops", "alembic_version"):
        raise BadInputError("there is no warehouse to back up: nothing was ever loaded here; check WAREHOUSE_URL")
    return str(_column(connection, "SELECT version_num FROM ops.alembic_version")[0])


def _column(connection: Connection, query: str) -> list[Any]:
    rows = connection.execute(query.encode()).fetchall()
    return [value for row in rows for value in row.values()]


def _keep_landing(settings: Settings, keep: _Keep, advance: Callable[[], object]) -> _Copied:
    """Copy every file whose bytes have the hash that is its name."""
    whole, damaged = set(), set()
    for path in storage.landing(settings).glob("*/*"):
        if len(path.name) != _HASH_DIGITS:
            continue  # on its way in, or left on it by a kill
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == path.name:
            keep(str(place(UPath(LANDING), path.name)), [content])
            whole.add(path.name)
        else:
            damaged.add(path.name)
        advance()
    return _Copied(whole, damaged)


def _keep_batches(settings: Settings, committed: set[str], keep: _Keep, advance: Callable[[], object]) -> list[str]:
    """Copy batches that no load has committed, because a task may still need them. Return their folders."""
    root, kept = storage.batches(settings), []
    for folder in sorted(root.iterdir(), key=str) if root.exists() else []:
        if storage.run_of(folder) in committed:
            continue
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.endswith(".part"):
                keep(f"{BATCHES}/{path.relative_to(root)}", [path.read_bytes()])
                advance()
        kept.append(folder.name)
    return kept
