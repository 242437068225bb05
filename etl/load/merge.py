"""The load itself: the audit row, the lock, the transaction. The statements stand in `sql/merge/`, in their order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from sqlalchemy import Engine, text
from upath import UPath

from etl.batch import EVIDENCE_FILES, RAW_FILES, read_table
from etl.errors import ConservationError, VolumeError
from etl.load.stage import Ready, copy, create_stage, ready, stage, stage_reference
from etl.settings import PROJECT_ROOT
from etl.warehouse import Connection, connect

MERGE = PROJECT_ROOT / "sql" / "merge"
VOLUME = PROJECT_ROOT / "sql" / "checks" / "volume.sql"
# What the one load that runs at a time may use: a year's reports fit, for a sort or hash and as a temporary table.
WORK_MEMORY, TEMPORARY_MEMORY = "128MB", "128MB"
PAGE_COST = 1.1  # of a page anywhere, in pages in a row: as on SSD, or in memory
LOAD_LOCK = 2566_02  # any number that no other lock of this database uses


def load(
    engine: Engine, run_id: str, batches: Sequence[UPath], fiscal_year: int | None, *, volume_drop_max_pct: int
) -> dict[str, Any]:
    """Load the batches of a run and return its row of `ops.load`.

    Loads wait for each other. Raises ConservationError when the records read are not those loaded, unchanged, held back
    and superseded, and VolumeError when what a fiscal year's load brings, or a fact table, has shrunk by more than
    `volume_drop_max_pct` percent since the load before; then, as after any other error, nothing is loaded and
    `ops.load` says why.
    """
    with connect(engine, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOAD_LOCK])
        load_id = _begin(connection, run_id, fiscal_year)
        try:
            with connection.transaction():
                _merge(connection, load_id, batches)
                _check_volume(connection, volume_drop_max_pct)
        except Exception as error:
            _fail(connection, load_id, error)
            if isinstance(error, psycopg.errors.CheckViolation) and "conservation" in str(error):
                raise ConservationError(
                    f"load {load_id} lost or doubled records, and nothing was loaded: {error}"
                ) from error
            raise
        return _summary(connection, load_id)


def known_sightings(engine: Engine) -> set[tuple[str, str, datetime]]:
    """Return hash, address and time of every document that a load has seen."""
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(text("SELECT sha256, uri, snapshot_at FROM raw.manifest"))}


def _begin(connection: Connection, run_id: str, fiscal_year: int | None) -> int:
    # We hold the lock: whoever wrote "running" before us has died.
    connection.execute(
        "UPDATE ops.load SET status = 'failed', finished_at = now(), error = 'ended before its commit'"
        " WHERE status = 'running'"
    )
    row = connection.execute(
        "INSERT INTO ops.load (run_id, fiscal_year, status) VALUES (%s, %s, 'running') RETURNING load_id",
        [run_id, fiscal_year],
    ).fetchone()
    return int(cast("dict[str, Any]", row)["load_id"])


def _fail(connection: Connection, load_id: int, error: Exception) -> None:
    if not connection.broken:
        connection.execute(
            "UPDATE ops.load SET status = 'failed', finished_at = now(), error = %s WHERE load_id = %s",
            [str(error).partition("\n")[0], load_id],
        )


def _merge(connection: Connection, load_id: int, batches: Sequence[UPath]) -> None:
    connection.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
    connection.execute(f"SET LOCAL temp_buffers = '{TEMPORARY_MEMORY}'")
    connection.execute(f"SET LOCAL random_page_cost = {PAGE_COST}")
    connection.execute("CREATE TEMP TABLE this_load (load_id) ON COMMIT DROP AS SELECT %s::BIGINT", [load_id])
    connection.execute("ANALYZE this_load")
    create_stage(connection)
    stage_reference(connection)
    documents = _stage_documents(connection, batches)
    first, *others = sorted(MERGE.glob("*.sql"))
    _run(connection, first)
    changed = {row["document_key"] for row in connection.execute("SELECT document_key FROM changed_document")}
    parts = (
        partial(_ready, folder, name, fresh)
        for folder, keys in documents.items()
        if (fresh := keys & changed)
        for name in (*RAW_FILES, *EVIDENCE_FILES)
    )
    for part in _one_ahead(parts):
        copy(connection, part)
    for path in others:
        _run(connection, path)


def _check_volume(connection: Connection, drop_max_pct: int) -> None:
    shrunken = connection.execute(VOLUME.read_bytes(), {"drop_max_pct": drop_max_pct}).fetchall()
    if shrunken:
        told = "; ".join("{volume}: {volume_now}, before {volume_before}".format(**row) for row in shrunken)
        raise VolumeError(
            f"nothing was loaded, for much less came than before: {told}; if that is right, load it with"
            " ETL_VOLUME_DROP_MAX_PCT=100"
        )


def _stage_documents(connection: Connection, batches: Sequence[UPath]) -> dict[UPath, set[int]]:
    """Stage documents and sightings; return the documents of each batch, one that comes twice with its first batch."""
    documents: dict[UPath, set[int]] = {}
    staged: set[int] = set()
    for folder in batches:
        stage(connection, "manifest", read_table(folder, "manifest"))
        rows = read_table(folder, "document")
        documents[folder] = set(rows["document_key"].to_pylist()) - staged
        staged |= documents[folder]
        stage(connection, "document", _of_documents(rows, documents[folder]))
    return documents


def _ready(folder: UPath, name: str, keys: AbstractSet[int]) -> Ready:
    return ready(name, _of_documents(read_table(folder, name), keys))


def _one_ahead(tasks: Iterable[Callable[[], Ready]]) -> Iterator[Ready]:
    """Yield what the tasks give, in their order; each runs in a thread while what the one before gave is copied."""
    with ThreadPoolExecutor(1) as pool:
        before: Future[Ready] | None = None
        for task in tasks:
            after = pool.submit(task)
            if before:
                yield before.result()
            before = after
        if before:
            yield before.result()


def _of_documents(rows: pa.Table, keys: AbstractSet[int]) -> pa.Table:
    return rows.filter(pc.is_in(rows["document_key"], value_set=pa.array(keys, pa.int64())))


def _run(connection: Connection, path: Path) -> None:
    connection.execute(path.read_bytes())


def _summary(connection: Connection, load_id: int) -> dict[str, Any]:
    counts = (
        "documents_read", "documents_quarantined", "records_read", "records_loaded", "records_unchanged",
        "records_quarantined", "records_superseded",
    )  # fmt: skip
    columns = sql.SQL(", ").join(map(sql.Identifier, ("load_id", "run_id", "status", *counts)))
    query = sql.SQL("SELECT {} FROM ops.load WHERE load_id = %s").format(columns)
    return cast("dict[str, Any]", connection.execute(query, [load_id]).fetchone())
