"""The load itself: lock, row of `ops.load`, transaction. What it computes is in `sql/transform/`."""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, cast

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from sqlalchemy import Engine, text
from upath import UPath

from etl.batch import (
    EVIDENCE_FILES,
    RAW_FILES,
    STAGED,
    not_loadable,
    read_judged,
    read_table,
    read_unchanged,
)
from etl.errors import BatchDamagedError, ConservationError, VolumeError
from etl.isolate import do_without_faulty
from etl.landing import DAMAGED_RULE
from etl.load import rehearsal
from etl.load.keys import prove, trust
from etl.load.runs import Approval, Run
from etl.load.stage import Ready, clear_changed, copy, create_stage, ready, stage, stage_reference
from etl.load.steps import actions_of, in_order, read_step, read_steps
from etl.load.transform import run
from etl.parsed import Tally
from etl.settings import LOCK_TIMEOUT_SECONDS, PROJECT_ROOT
from etl.unchanged import rows_of
from etl.warehouse import Connection, connect
from etl.warehouse.faults import unavailable
from etl.warehouse.lock import busy, lock_loads

REFUSED = PROJECT_ROOT / "sql" / "refused"
REPORTING = frozenset({"new_observation", "held_case"})  # the steps that still run when a load is refused
VOLUME = PROJECT_ROOT / "sql" / "checks" / "volume.sql"
# Memory of the one load that runs at a time: enough to sort, hash or keep a year's reports.
WORK_MEMORY, TEMPORARY_MEMORY = "128MB", "128MB"
PAGE_COST = 1.1  # of a page read at random, against one read in a row: that of SSD or memory
SAMPLE = (
    20  # of what steps give, for its planning: 300 times as many rows. The server's own 100 takes as long as a step
)
# Errors that a value can cause. Any other error is no document's fault.
DATA_FAULTS = (
    psycopg.DataError, psycopg.IntegrityError, psycopg.errors.CardinalityViolation, psycopg.errors.ProgramLimitExceeded,
)  # fmt: skip

logger = logging.getLogger(__name__)


def load(
    engine: Engine,
    begun: Run,
    batches: Sequence[UPath],
    *,
    volume_drop_max_pct: int,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
    rehearsed: Callable[[Connection, list[str]], bytes] | None = None,
) -> dict[str, Any]:
    """Load the batches of a run and return its row of `ops.load`.

    With `rehearsed`, everything is done and taken back again: it is called before that, with a connection that sees
    what would be, and with what would be less than before by more than it may be, which is no error then. It returns
    what would change, as JSON, which `ops.rehearsal` keeps.

    A document that the warehouse cannot take is held back as a whole, and the others are loaded. Loads wait for each
    other.

    Raises WarehouseBusyError when it waits for longer than `lock_timeout_seconds`; ConservationError when the records
    read are not the sum of those loaded, unchanged, held back and superseded; VolumeError when a fiscal year's load, or
    a fact table, is smaller than before by more than `volume_drop_max_pct` percent, unless that was approved;
    WarehouseChangedError when warehouse, batches or release are not those that the approved load was rehearsed with.
    After these, as after any other error, nothing is loaded; `ops.load` says why, and `ops.quarantine` lists what was
    held back.
    """
    with connect(engine, autocommit=True) as connection:
        try:
            with connection.transaction():
                lock_loads(connection, f"load {begun.run_id}", lock_timeout_seconds)
                load_id = _begin(engine, begun)
                held: dict[str, str] = {}
                counts: dict[str, Any] = {}
                found: dict[str, Any] = {}

                def work(connection: Connection) -> None:
                    at_stake = rehearsal.at_stake(connection, begun, batches) if rehearsed or begun.approval else {}
                    rehearsal.require_unchanged(connection, begun, at_stake)
                    shrunken = _load(load_id, batches, held, volume_drop_max_pct, connection)
                    if rehearsed:
                        counts.update(_summary(connection, load_id))
                        found.update(at_stake, effect=rehearsed(connection, shrunken).decode())
                    else:
                        _check_volume(shrunken, begun.approval)

                fault = _fault_of(connection, work, keep=not rehearsed)
                if fault:
                    _fail(connection, load_id, batches, held, fault)
                elif rehearsed:
                    _note_rehearsal(connection, load_id, counts, found)
        except psycopg.OperationalError as error:
            raise unavailable(error) from error
        if fault and _is_of_conservation(fault):
            raise ConservationError(
                f"load {load_id} lost or doubled records, and nothing was loaded: {fault}"
            ) from fault
        if isinstance(fault, psycopg.errors.LockNotAvailable):
            raise busy(connection, lock_timeout_seconds, ("AccessShareLock",)) from fault
        if fault:
            raise fault
        return _summary(connection, load_id)


def known_observations(engine: Engine) -> set[tuple[str, str, datetime]]:
    """Return hash, address and time of every document that was loaded or purged.

    Documents of a refused load and documents with damaged bytes are not among them, so that they are pulled again.
    """
    query = text(
        "SELECT sha256, uri, reported_at FROM raw.manifest WHERE sha256 IN (SELECT sha256 FROM ops.purge UNION ALL"
        " SELECT sha256 FROM dw.dim_document JOIN raw.document USING (document_key) WHERE document_key NOT IN"
        " (SELECT document_key FROM ops.quarantine WHERE rule_id = :damaged AND state = 'held'))"
    )
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(query, {"damaged": DAMAGED_RULE})}


def _begin(engine: Engine, begun: Run) -> int:
    """Write a row of `ops.load` with the status `running`, which others see at once; return its number."""
    with connect(engine, autocommit=True) as connection:
        # We hold the lock, so a load that is still marked as running has died.
        connection.execute(
            "UPDATE ops.load SET status = 'failed', finished_at = now(), error = 'ended before its commit'"
            " WHERE status = 'running'"
        )
        approval = begun.approval
        row = connection.execute(
            "INSERT INTO ops.load (run_id, fiscal_year, status, triggered_by, approved_by, reason, rehearsal_of,"
            " source, parser_version, documents_parsed, documents_reused)"
            " SELECT %(run_id)s, %(fiscal_year)s, 'running', %(triggered_by)s, %(approved_by)s, %(reason)s,"
            " %(rehearsal_of)s, (SELECT source FROM ops.pull WHERE run_id = %(run_id)s ORDER BY pull_id DESC LIMIT 1),"
            " %(parser_version)s, %(documents_parsed)s, %(documents_reused)s RETURNING load_id",
            {
                "run_id": begun.run_id, "fiscal_year": begun.fiscal_year, "triggered_by": begun.origin.triggered_by,
                "approved_by": approval and approval.approved_by,
                "reason": approval.reason if approval and approval.reason else begun.origin.reason,
                "rehearsal_of": approval and approval.rehearsal_id,
                **dict(zip(Tally._fields, begun.tally or (None,) * len(Tally._fields), strict=True)),
            },
        ).fetchone()  # fmt: skip
    return int(cast("dict[str, Any]", row)["load_id"])


def _fault_of(connection: Connection, work: Callable[[Connection], object], *, keep: bool = True) -> Exception | None:
    """Do some work within the transaction. Return the error, if any.

    The work is rolled back when it fails, and also when `keep` is false. Raises psycopg.OperationalError when the
    connection is lost.
    """
    try:
        with connection.transaction(force_rollback=not keep):
            work(connection)
    except Exception as error:
        if connection.broken:
            raise
        return error
    return None


def _load(
    load_id: int, batches: Sequence[UPath], held: dict[str, str], volume_drop_max_pct: int, connection: Connection
) -> list[str]:
    """Merge all documents that the warehouse can take; add the others to `held`, each with the reason.

    Return what is less than before by more than `volume_drop_max_pct`.
    """
    documents = _documents(batches)

    def fault_of_first(count: int) -> Exception | None:
        merge = partial(_merge, load_id=load_id, batches=batches, documents=frozenset(documents[:count]), held=held)
        fault = _fault_of(connection, merge, keep=count == len(documents))
        if fault and not _is_of_data(fault):
            raise fault
        return fault

    def put_aside(document: str, fault: Exception) -> None:
        held[document] = _reason(fault)
        # The reason may quote the document, and logs are not purged: it is left out.
        logger.warning("document %s is held back: %s", document, type(fault).__name__)

    do_without_faulty(documents, fault_of_first, put_aside)
    shrunken = connection.execute(VOLUME.read_bytes(), {"drop_max_pct": volume_drop_max_pct}).fetchall()
    return ["{volume}: {volume_now}, before {volume_before}".format(**row) for row in shrunken]


def _is_of_data(fault: Exception) -> bool:
    return isinstance(fault, DATA_FAULTS) and not _is_of_conservation(fault)


def _is_of_conservation(fault: Exception) -> bool:
    """Return whether the counts of records do not add up, which is no single document's fault."""
    return isinstance(fault, psycopg.errors.CheckViolation) and "conservation" in str(fault)


def _reason(fault: Exception) -> str:
    said = fault.diag.message_primary if isinstance(fault, psycopg.Error) else None
    return f"the warehouse cannot take it: {said or fault}"


def _fail(
    connection: Connection, load_id: int, batches: Sequence[UPath], held: Mapping[str, str], fault: Exception
) -> None:
    """Mark the load as failed, with the reason, and report what was held back."""
    fault_in_report = _fault_of(connection, partial(_report_held, batches, held))
    if fault_in_report:
        logger.warning("what was held back cannot be reported: %s", type(fault_in_report).__name__)
    connection.execute(
        "UPDATE ops.load SET status = 'failed', finished_at = clock_timestamp(), error = %s WHERE load_id = %s",
        [str(fault).partition("\n")[0], load_id],
    )


def _check_volume(shrunken: Sequence[str], approval: Approval | None) -> None:
    """Raise VolumeError where something shrinks, unless that was approved."""
    if shrunken and not (approval and approval.approved_by):
        raise VolumeError(
            f"nothing was loaded, for much less came than before: {'; '.join(shrunken)}; if that is right, approve it"
            " in Airflow, with the parameter `review`, or load it with ETL_VOLUME_DROP_MAX_PCT=100"
        )


def _note_rehearsal(connection: Connection, load_id: int, counts: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Keep what a load would have done: its counts in `ops.load`, and what was found in `ops.rehearsal`."""
    rehearsal.keep(connection, load_id, found)
    counted = {name: count for name, count in counts.items() if name.startswith(("documents_", "records_"))}
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), count) for name, count in counted.items()
    )
    connection.execute(
        sql.SQL(
            "UPDATE ops.load SET status = 'rehearsed', finished_at = clock_timestamp(), {} WHERE load_id = {}"
        ).format(assignments, load_id)
    )


def _report_held(batches: Sequence[UPath], held: Mapping[str, str], connection: Connection) -> None:
    create_stage(connection)
    documents = _documents(batches)
    for folder, keys in _stage_documents(connection, batches, documents, held).items():
        copy(connection, _ready(folder, "quarantine", keys))
    connection.execute((REFUSED / "staged.sql").read_bytes())
    early, late = in_order(read_steps())
    observed, reported = ([action for action in some if action.step.name in REPORTING] for some in (early, late))
    run(connection, [*observed, *actions_of(read_step(REFUSED / "noted_document.sql")), *reported])


def _merge(
    connection: Connection,
    load_id: int,
    batches: Sequence[UPath],
    documents: AbstractSet[str],
    held: Mapping[str, str],
) -> None:
    """Merge some documents, given by their hashes; those in `held` go to quarantine, with the reason."""
    connection.execute(
        f"SET LOCAL work_mem = '{WORK_MEMORY}'; SET LOCAL temp_buffers = '{TEMPORARY_MEMORY}';"
        f" SET LOCAL random_page_cost = {PAGE_COST}; SET LOCAL default_statistics_target = {SAMPLE}"
    )
    connection.execute("CREATE TEMP TABLE this_load (load_id) ON COMMIT DROP AS SELECT %s::BIGINT", [load_id])
    connection.execute("ANALYZE this_load")
    trust(connection)
    create_stage(connection)
    stage_reference(connection)
    staged = _stage_documents(connection, batches, documents, held)
    early, late = in_order(read_steps())
    written = run(connection, early)
    clear_changed(connection)
    changed = {row["document_key"] for row in connection.execute("SELECT document_key FROM changed_document")}
    parts = (
        partial(_ready, folder, name, fresh)
        for folder, keys in staged.items()
        if (fresh := keys & changed)
        for name in (*RAW_FILES, *EVIDENCE_FILES)
    )
    for part in _one_ahead(parts):
        copy(connection, part)
    written += run(connection, late)
    prove(connection, [*early, *late])
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    logger.info("rows written: %s", json.dumps(written, sort_keys=True))


def _documents(batches: Sequence[UPath]) -> list[str]:
    """Return the hashes of all documents of the batches, in their order."""
    hashes = (hash_ for folder in batches for hash_ in read_table(folder, "manifest")["sha256"].to_pylist())
    return list(dict.fromkeys(hashes))


def _stage_documents(
    connection: Connection, batches: Sequence[UPath], documents: Collection[str], held: Mapping[str, str]
) -> dict[UPath, set[int]]:
    """Stage documents and observations, and cases of quarantine for documents in `held`.

    Of a purged document only the observation is staged: an older batch may still hold its records. Return the keys of
    the documents of each batch that are not held; a document in two batches counts for the first.
    """
    purged = {row["sha256"] for row in connection.execute("SELECT sha256 FROM ops.purge")}
    chosen = pa.array(documents, pa.string())
    unpurged = pa.array([document for document in documents if document not in purged], pa.string())
    staged: dict[UPath, set[int]] = {}
    known: set[int] = set()
    for folder in batches:
        manifest = read_table(folder, "manifest")
        stage(connection, "manifest", _where(manifest, "sha256", chosen))
        rows = pa.concat_tables([read_table(folder, "document"), _unchanged(connection, folder, purged)])
        _require_each(folder, {*manifest["sha256"].to_pylist()} - purged, {*rows["sha256"].to_pylist()})
        rows = _where(rows, "sha256", unpurged)
        rows = rows.filter(pc.invert(pc.is_in(rows["document_key"], value_set=pa.array(known, pa.int64()))))
        known |= set(rows["document_key"].to_pylist())
        are_held = pc.is_in(rows["sha256"], value_set=pa.array(held, pa.string()))
        for name, some in not_loadable(rows.filter(are_held), held).items():
            stage(connection, name, some)
        sound = rows.filter(pc.invert(are_held))
        stage(connection, "document", sound)
        stage(connection, "judged", _where(read_judged(folder), "document_key", rows["document_key"].combine_chunks()))
        staged[folder] = set(sound["document_key"].to_pylist())
    return staged


def _unchanged(connection: Connection, folder: UPath, purged: AbstractSet[str]) -> pa.Table:
    """Return the rows of a batch's documents that stand as they were judged before, as the warehouse has them."""
    stand = [document for document in read_unchanged(folder) if document["sha256"] not in purged]
    return pa.Table.from_pylist(rows_of(connection, stand), schema=STAGED["document"].schema)


def _require_each(folder: UPath, listed: AbstractSet[str], brought: AbstractSet[str]) -> None:
    """Raise BatchDamagedError where a batch lists a document, and has neither its row nor that it stands unchanged."""
    if lost := len(listed - brought):
        raise BatchDamagedError(
            f"{folder} has nothing of {lost} of its documents: do its run once more from its start (`etl run`; in"
            " Airflow, clear its first task)"
        )


def _ready(folder: UPath, name: str, keys: AbstractSet[int]) -> Ready:
    return ready(name, _of_documents(read_table(folder, name), keys))


def _one_ahead(tasks: Iterable[Callable[[], Ready]]) -> Iterator[Ready]:
    """Yield the results of tasks in order; the next task runs in a thread while the caller uses a result."""
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
    return _where(rows, "document_key", pa.array(keys, pa.int64()))


def _where(rows: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return rows.filter(pc.is_in(rows[column], value_set=values))


def _summary(connection: Connection, load_id: int) -> dict[str, Any]:
    counts = (
        "documents_parsed", "documents_reused", "documents_read", "documents_quarantined", "records_read",
        "records_loaded", "records_unchanged", "records_quarantined", "records_superseded",
    )  # fmt: skip
    columns = sql.SQL(", ").join(map(sql.Identifier, ("load_id", "run_id", "status", *counts)))
    query = sql.SQL("SELECT {} FROM ops.load WHERE load_id = %s").format(columns)
    return cast("dict[str, Any]", connection.execute(query, [load_id]).fetchone())
