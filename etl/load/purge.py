"""Removes one document's personal data, or all of its text, from everything that is kept, for good.

In comes a document's hash. One transaction notes the purge in `ops.purge`, empties the personal columns of the
document's rows, and overwrites what quotes it: values and messages of findings, reasons of quarantine. With `prose`
every other free text is emptied as well, and `dw` and `ops` are derived again by the steps of a load.
From storage go the document's bytes, every archive that contains them, its rows in batches, and what is kept of it for
later runs; from the results of validation go the samples of values. A later pull does not land the document again, and
a load takes nothing of it from an older batch. Codes, figures and days stay as they were read.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from psycopg import sql
from sqlalchemy import Column, Engine, Text, text
from upath import UPath

from etl import batch, landing, parse_cache, storage, workers
from etl.errors import BadInputError, BatchDamagedError
from etl.load import storages
from etl.load.stage import create_stage, stage_reference
from etl.load.steps import ACCOUNT, in_order, read_steps
from etl.load.transform import run
from etl.read.archive import MEMBER, is_archive
from etl.records.names import CODED
from etl.reference import words
from etl.settings import LOCK_TIMEOUT_SECONDS, PROJECT_ROOT
from etl.warehouse import Connection, connect
from etl.warehouse.lock import lock_loads
from etl.warehouse.model import TABLES, free_texts, marks, metadata

CLEARS_STATISTICS = 180_000  # the first server version that can clear statistics

PURGED, REMARK = "(purged)", "the document was purged"
_ALWAYS = sql.SQL("TRUE")
_STATEMENTS = PROJECT_ROOT / "sql" / "purge"
_RAW = tuple(metadata.tables[f"raw.{name}"] for name in batch.RAW_FILES)
# Values in error messages: PostgreSQL puts them in double quotes, Python in single ones.
_QUOTED = "\"[^\"]*\"|'[^']*'"


class Purged(NamedTuple):
    """The purged document, how many values and files were removed, and how many batches and packs changed.

    `not_reached` lists files and places that could not be searched, each with the reason: they may still have the data.
    """

    sha256: str
    values_removed: int
    files_removed: int
    batches_changed: int
    packs_changed: int
    not_reached: list[str]


def find(engine: Engine, document: str) -> str:
    """Return the hash of the document that has this hash, or was pulled from this address.

    Raises BadInputError when no load has seen it, and when several documents were pulled from the address.
    """
    with engine.connect() as connection:
        query = text("SELECT DISTINCT sha256 FROM raw.manifest WHERE :document IN (sha256, uri) ORDER BY sha256")
        hashes = connection.execute(query, {"document": document}).scalars().all()
    if not hashes:
        raise BadInputError(
            f"no load has seen {document}; name a document by its sha256 or the address it was pulled from"
        )
    if len(hashes) > 1:
        raise BadInputError(f"{document} was more than one document in its time; name one: {', '.join(hashes)}")
    return str(hashes[0])


def purge(
    engine: Engine, root: UPath, sha256: str, reason: str | None,
    *, prose: bool = False, lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> Purged:  # fmt: skip
    """Remove a document's personal data from warehouse and storage, and with `prose` every text of it.

    The storage at `root` is searched, and every other that a run has used. To purge again is safe, and removes what has
    come in since. Raises WarehouseBusyError when a load runs for longer than `lock_timeout_seconds`.
    """
    with connect(engine) as connection:
        lock_loads(connection, "purge", lock_timeout_seconds)
        connection.execute(
            "INSERT INTO ops.purge AS known (sha256, purged_at, purged_by, reason, is_prose_purged)"
            " VALUES (%s, now(), session_user, %s, %s) ON CONFLICT (sha256) DO UPDATE SET is_prose_purged = TRUE"
            " WHERE excluded.is_prose_purged AND NOT known.is_prose_purged",
            [sha256, reason, prose],
        )
        connection.execute("DELETE FROM ops.parsed WHERE sha256 = %s", [sha256])
        values = _purge_rows(connection, sha256, prose=prose)
        addresses = connection.execute("SELECT uri FROM raw.manifest WHERE sha256 = %s", [sha256]).fetchall()
    _sweep(engine)
    is_packed = any(MEMBER in row["uri"] for row in addresses)
    done = Purged(sha256, values, 0, 0, 0, [])
    for place in dict.fromkeys([str(root), *storages.known(engine)]):
        try:
            done = _purge_storage(UPath(place), done, is_packed=is_packed)
        except Exception as error:  # noqa: BLE001 - each kind of storage has its own, and the others are to be purged
            done = done._replace(not_reached=[*done.not_reached, f"{place}: {error}"])
    return done


def purged(engine: Engine) -> frozenset[str]:
    """Return the hashes of all documents that were purged."""
    with engine.connect() as connection:
        return frozenset(connection.execute(text("SELECT sha256 FROM ops.purge")).scalars())


def forget_purged(engine: Engine, folders: Iterable[UPath]) -> None:
    """Remove purged documents from batches that were made before the purge."""
    gone = purged(engine)
    for folder in folders:
        try:
            for sha256 in gone.intersection(batch.read_table(folder, "document")["sha256"].to_pylist()):
                batch.forget(folder, sha256)
        except BatchDamagedError:
            continue  # the load says so


def _purge_rows(connection: Connection, sha256: str, *, prose: bool) -> int:
    """Remove a document's texts from all tables, and reject its cases of quarantine; return how many values went."""
    count = 0
    for table in TABLES:
        for column in table.columns:
            if marks(column).is_personal:
                count += _replace(connection, sha256, column, None)
            elif marks(column).quotes:
                count += _replace(connection, sha256, column, PURGED)
    connection.execute(
        "UPDATE ops.quarantine SET state = CASE state WHEN 'held' THEN 'rejected' ELSE state END, remark = %s"
        " FROM dw.dim_document AS document WHERE document.sha256 = %s"
        " AND document.document_key = quarantine.document_key AND (state = 'held' OR remark IS NOT NULL)",
        [REMARK, sha256],
    )
    connection.execute(
        "UPDATE ops.load SET error = regexp_replace(error, %(quoted)s, %(purged)s, 'g') WHERE error ~ %(quoted)s",
        {"quoted": _QUOTED, "purged": PURGED},
    )
    return count + (_purge_prose(connection, sha256) if prose else 0)


def _purge_prose(connection: Connection, sha256: str) -> int:
    """Remove every free text of a document from all tables; return how many values went."""
    count = _purge_stated(connection, sha256)
    said = sql.Literal(sorted({column.name for table in _RAW for column in free_texts(table)}))
    for table in TABLES:
        for column in table.columns:
            if marks(column).states:
                of_text = sql.SQL("split_part(field, '.', -1) = ANY({})").format(said)
                count += _replace(connection, sha256, column, None, of_text)
            elif marks(column).names:
                count += _replace(connection, sha256, column, PURGED, _with_text(column))
    return count


def _with_text(column: Column[Any]) -> sql.Composed:
    """Return what is true of a row whose name in this column is made of more than codes, numbers and days."""
    return sql.SQL("{} !~ {}").format(sql.Identifier(column.name), sql.Literal(CODED))


def _purge_stated(connection: Connection, sha256: str) -> int:
    """Empty the texts of a document's records, and derive `dw` and `ops` again; return how many values went."""
    document = connection.execute(
        "SELECT document_key, raw.document.load_id FROM raw.document INNER JOIN dw.dim_document USING (document_key)"
        " WHERE sha256 = %s",
        [sha256],
    ).fetchone()
    if document is None:  # no load has taken it
        return 0
    # The steps run as in a load without documents, under the number of the load that read this one last.
    connection.execute(
        "CREATE TEMP TABLE this_load (load_id) ON COMMIT DROP AS SELECT %s::BIGINT", [document["load_id"]]
    )
    create_stage(connection)
    stage_reference(connection)
    early, late = in_order(read_steps())
    run(connection, early)
    for statement in (_STATEMENTS / "affected.sql").read_text().split(";\n"):
        connection.execute(statement, document)
    count = sum(_purge_text(connection, sha256, column) for table in _RAW for column in table.columns)
    run(connection, (action for action in late if action.step.part != ACCOUNT))
    connection.execute((_STATEMENTS / "unused.sql").read_bytes())
    return count


def _purge_text(connection: Connection, sha256: str, column: Column[Any]) -> int:
    """Empty a column of a document's rows if it is a text, except for words of a vocabulary.

    A name goes as well where it is made of more than codes, numbers and days.
    """
    if marks(column).names:
        return _replace(connection, sha256, column, None, _with_text(column))
    if column not in free_texts(column.table):
        return 0
    if vocabulary := marks(column).vocabulary:
        known = sql.Literal(words("vocabulary")[vocabulary])
        unknown = sql.SQL("{} <> ALL({})").format(sql.Identifier(column.name), known)
        return _replace(connection, sha256, column, None, unknown)
    return _replace(connection, sha256, column, None)


def _replace(
    connection: Connection, sha256: str, column: Column[Any], value: str | None, where: sql.Composable = _ALWAYS
) -> int:
    """Overwrite a column of a document's rows with a value; return how many rows that changed."""
    statement = sql.SQL(
        "UPDATE {table} SET {column} = {value} FROM dw.dim_document AS document WHERE document.sha256 = {sha256}"
        " AND document.document_key = {table}.document_key"
        " AND {column} IS NOT NULL AND {column} IS DISTINCT FROM {value} AND {where}"
    ).format(
        table=sql.Identifier(str(column.table.schema), column.table.name), column=sql.Identifier(column.name),
        value=sql.Literal(value), sha256=sql.Literal(sha256), where=where,
    )  # fmt: skip
    return connection.execute(statement).rowcount


def _sweep(engine: Engine) -> None:
    """Free the space of deleted rows, and renew statistics, which keep samples of frequent values."""
    tables = [table for table in TABLES if any(isinstance(column.type, Text) for column in table.columns)]
    with connect(engine, autocommit=True) as connection:
        names = sql.SQL(", ").join(sql.Identifier(str(table.schema), table.name) for table in tables)
        connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(names))
        if connection.info.server_version < CLEARS_STATISTICS:
            return
        for table in tables:  # ANALYZE does not clear the statistics of a table that has become empty
            statement = sql.SQL(
                "SELECT pg_clear_attribute_stats(schemaname, tablename, attname, inherited) FROM pg_stats"
                " WHERE schemaname = {} AND tablename = {} AND NOT EXISTS (SELECT FROM {})"
            )
            name = sql.Identifier(str(table.schema), table.name)
            connection.execute(statement.format(sql.Literal(table.schema), sql.Literal(table.name), name))


def _purge_storage(root: UPath, done: Purged, *, is_packed: bool) -> Purged:
    """Remove a document from landing area, batches and packs under a root; return `done` with this added."""
    if not root.exists():
        missing = f"{root}: it is not there; it may be another machine's, or have moved"
        return done._replace(not_reached=[*done.not_reached, missing])
    files = landing.remove(root / storage.LANDING, done.sha256)
    unread: list[str] = []
    if is_packed:
        archives, unread = _remove_archives(root / storage.LANDING, done.sha256)
        files += archives
    changed, damaged = _change_batches(root / storage.BATCHES, done.sha256)
    return done._replace(
        files_removed=done.files_removed + files,
        batches_changed=done.batches_changed + changed,
        packs_changed=done.packs_changed + parse_cache.forget(root / storage.PARSED, done.sha256),
        not_reached=[*done.not_reached, *unread, *damaged],
    )


def _remove_archives(area: UPath, sha256: str) -> tuple[int, list[str]]:
    """Remove the archives that contain a document; return how many went, and which could not be searched."""
    count, unread = 0, []
    for path in area.glob("*/*"):
        try:
            content = path.read_bytes()
        except OSError as error:
            unread.append(f"{path}: {error}")
            continue
        if not is_archive(content):
            continue
        packed = [hashlib.sha256(member.content).hexdigest() for member in workers.unpacked("", content)]
        if sha256 in packed:
            path.unlink()
            count += 1
        elif hashlib.sha256(content).hexdigest() != path.name:
            unread.append(f"{path}: the archive is damaged, and what it packs cannot be told")
        elif path.name in packed[1:]:
            unread.append(f"{path}: the archive goes over a limit, and what else it packs cannot be told")
    return count, unread


def _change_batches(batches: UPath, sha256: str) -> tuple[int, list[str]]:
    """Remove a document from all batches; return how many had it, and which could not be searched."""
    count, unread = 0, []
    for folder in batch.folders(batches):
        try:
            count += batch.forget(folder, sha256)
        except (BatchDamagedError, OSError) as error:
            unread.append(f"{folder}: {error}")
    return count, unread
