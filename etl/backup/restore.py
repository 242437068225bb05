"""Restores a backup: every file is checked before anything changes, and the warehouse comes last, in one transaction.

A restore that is killed before that leaves the warehouse as it was; it can simply be run again.
"""

from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine

from etl import files, pipeline, storage
from etl.backup import (
    AIRFLOW,
    AIRFLOW_DUMP,
    BATCHES,
    CORRECTIONS,
    LANDING,
    LOGINS,
    RULES,
    WAREHOUSE_DUMP,
    Login,
    Manifest,
    Step,
    airflow,
    logins,
)  # fmt: skip
from etl.backup.content import contents, has_table, is_empty
from etl.backup.dump import restore as restore_dump
from etl.backup.folder import verified
from etl.errors import BadInputError, EtlError
from etl.landing import place
from etl.settings import Settings
from etl.warehouse import Connection, connect, connect_to, open_engine
from etl.warehouse.faults import major
from etl.warehouse.schema import EXPECTATIONS, SCHEMAS, migrate


class NotEqualError(EtlError):
    """Raised when a restored warehouse is not what was backed up."""


class _Purge(NamedTuple):
    reason: str | None
    prose: bool


class Restored(msgspec.Struct, frozen=True):
    """What was restored, and what is left to do by hand."""

    manifest: Manifest
    logins_to_grant: list[str]
    rules_that_differ: list[Path]
    purged_again: list[str]


def restore(settings: Settings, folder: Path, step: Step, *, replace: bool, with_rules: bool) -> Restored:
    """Make this installation what the backup is of; return what was done.

    Raises BadInputError, and touches nothing, when a file of the backup is not as it was written, when there is content
    here already that `replace` does not give up, and when the server is too old for it. Raises NotEqualError when rows
    are not what they were, DumpFailedError when PostgreSQL does not take a dump.
    """
    step("verify")
    manifest = verified(folder)
    engine = open_engine(settings)
    with connect(engine) as connection:
        _require_room(settings, connection, manifest, replace=replace)
        purges = _purges(connection)
    _put_back_files(settings, folder, step)
    if manifest.has_airflow:
        step("airflow")
        _put_back_airflow(settings, folder)
    step("warehouse")
    with connect(engine, autocommit=True) as connection:
        restore_dump(folder / WAREHOUSE_DUMP, connection, before=_schemas_anew())
        granted = logins.agencies(connection)
    step("compare")
    _require_equal(engine, manifest)
    migrate(engine)
    with connect(engine) as connection:
        remembered = msgspec.json.decode((folder / LOGINS).read_bytes(), type=list[Login])
        to_grant = logins.put_back(connection, remembered, granted)
    return Restored(
        manifest=manifest,
        logins_to_grant=to_grant,
        rules_that_differ=_put_back_rules(settings, folder, with_rules=with_rules),
        purged_again=_purge_again(settings, engine, purges),
    )


def _require_room(settings: Settings, connection: Connection, manifest: Manifest, *, replace: bool) -> None:
    here, there = major(connection.info.server_version), major(manifest.server_version)
    if here < there:
        raise BadInputError(
            f"the backup is of PostgreSQL {there} and the server here is PostgreSQL {here}; restore it to one that is"
            " as new"
        )
    if replace:
        return
    if not is_empty(connection):
        raise BadInputError("there is a warehouse with content here; `--replace` gives it up for the backup")
    if manifest.has_airflow and airflow.is_used(settings):
        raise BadInputError("there is an Airflow with runs here; `--replace` gives it up for the backup")


def _purges(connection: Connection) -> dict[str, _Purge]:
    """Return the purges made here, so that an older backup does not bring the data back."""
    if not has_table(connection, "ops", "purge"):
        return {}
    # As JSON, for the schema may be of before there was such a column.
    query = (
        "SELECT sha256, reason, coalesce((to_jsonb(purge) ->> 'is_prose_purged')::BOOLEAN, FALSE) AS prose"
        " FROM ops.purge AS purge"
    )
    return {row["sha256"]: _Purge(row["reason"], row["prose"]) for row in connection.execute(query)}


def _put_back_files(settings: Settings, folder: Path, step: Step) -> None:
    landing, advance = storage.landing(settings), step("landing")
    for path in (folder / LANDING).glob("*/*"):
        storage.write(place(landing, path.name), path.read_bytes())
        advance()
    batches, advance = storage.batches(settings), step("batches")
    for path in (folder / BATCHES).rglob("*"):
        if path.is_file():
            storage.write(batches / str(path.relative_to(folder / BATCHES)), path.read_bytes())
            advance()


def _put_back_airflow(settings: Settings, folder: Path) -> None:
    for path in (folder / AIRFLOW).glob("*"):
        files.write(airflow.home(settings) / path.name, path.read_bytes())
    with connect_to(airflow.database_url(settings), autocommit=True) as connection:
        anew = ("DROP SCHEMA IF EXISTS public CASCADE", "CREATE SCHEMA public")
        restore_dump(folder / AIRFLOW_DUMP, connection, before=anew)


def _schemas_anew() -> list[str]:
    # `mart` is derived: `migrate` makes it, and everybody's rights, of what this version of the program says.
    return [f"DROP SCHEMA IF EXISTS {schema} CASCADE" for schema in ("mart", "mart_agency", *SCHEMAS)]


def _require_equal(engine: Engine, manifest: Manifest) -> None:
    with connect(engine) as connection:
        found = contents(connection)
    differing = sorted(
        name for name in found.keys() | manifest.tables.keys() if found.get(name) != manifest.tables.get(name)
    )
    if differing:
        raise NotEqualError(
            f"the restored warehouse is not what was backed up: {', '.join(differing)} differ; do not use it, and try"
            " `etl restore --replace` from another backup"
        )


def _put_back_rules(settings: Settings, folder: Path, *, with_rules: bool) -> list[Path]:
    """Put back corrections and rules that are missing, or all; return those that differ and were left alone."""
    places = {path: EXPECTATIONS / path.name for path in sorted((folder / RULES).glob("*"))}
    places[folder / CORRECTIONS] = settings.etl_corrections
    differing = [
        path
        for path, place in places.items()
        if path.exists() and not (place.exists() and place.read_bytes() == path.read_bytes())
    ]
    left = [path for path in differing if places[path].exists() and not with_rules]
    for path in differing:
        if path not in left:
            places[path].write_bytes(path.read_bytes())
    return left


def _purge_again(settings: Settings, engine: Engine, purges: dict[str, _Purge]) -> list[str]:
    with connect(engine) as connection:
        kept = _purges(connection)
    again = sorted(
        sha256 for sha256, done in purges.items() if sha256 not in kept or (done.prose and not kept[sha256].prose)
    )
    for sha256 in again:
        pipeline.purge(settings, sha256, purges[sha256].reason, prose=purges[sha256].prose)
    return again
