"""One document's personal data taken out of everything that is kept, and kept out.

In comes a document's hash. Out of the warehouse go the values of every column that is marked as personal, in one
transaction that also remembers the document; out of storage go its bytes, every archive that packs them, and its rows
in batches. A pull does not land a purged document again, and a load takes nothing personal of it, should a batch still
have any. What it says of projects stands as it was read; `ops.purge` says what was purged, when, by whom and why.
"""

import hashlib
from typing import NamedTuple

from psycopg import sql
from sqlalchemy import Engine, text
from upath import UPath

from etl import batch, landing, storage
from etl.errors import BadInputError, BatchDamagedError
from etl.load import storages
from etl.load.tables import metadata
from etl.read.archive import MEMBER, is_archive, unpack
from etl.settings import LOCK_TIMEOUT_SECONDS
from etl.warehouse import Connection, connect
from etl.warehouse.lock import lock_loads


class Purged(NamedTuple):
    """The document that was purged, how many values, files and batches it was taken out of, and what may still have it.

    `not_reached` names what could not be looked into, with the reason.
    """

    sha256: str
    values_removed: int
    files_removed: int
    batches_changed: int
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
    *, lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> Purged:  # fmt: skip
    """Take a document's personal data out of warehouse and storage. Done again, it takes out what has come in since.

    Looked through are the storage at `root` and every other that a run has used. Raises WarehouseBusyError when a load
    is at work for longer than `lock_timeout_seconds`.
    """
    with connect(engine) as connection:
        lock_loads(connection, "purge", lock_timeout_seconds)
        connection.execute(
            "INSERT INTO ops.purge (sha256, purged_at, purged_by, reason) VALUES (%s, now(), session_user, %s)"
            " ON CONFLICT DO NOTHING",
            [sha256, reason],
        )
        values = _purge_rows(connection, sha256)
        addresses = connection.execute("SELECT uri FROM raw.manifest WHERE sha256 = %s", [sha256]).fetchall()
    is_packed = any(MEMBER in row["uri"] for row in addresses)
    done = Purged(sha256, values, 0, 0, [])
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


def _purge_rows(connection: Connection, sha256: str) -> int:
    """Empty the personal columns of a document's rows, and give up what is held of it; return how many values went."""
    count = 0
    for table in metadata.tables.values():
        for column in table.columns:
            if column.info.get("personal"):
                statement = sql.SQL(
                    "UPDATE {table} SET {column} = NULL FROM dw.dim_document AS document WHERE document.sha256 = %s"
                    " AND document.document_key = {table}.document_key AND {column} IS NOT NULL"
                ).format(table=sql.Identifier(str(table.schema), table.name), column=sql.Identifier(column.name))
                count += connection.execute(statement, [sha256]).rowcount
    connection.execute(
        "UPDATE ops.quarantine SET state = 'rejected', remark = 'the document was purged'"
        " FROM dw.dim_document AS document WHERE document.sha256 = %s"
        " AND document.document_key = quarantine.document_key AND state = 'held'",
        [sha256],
    )
    return count


def _purge_storage(root: UPath, done: Purged, *, is_packed: bool) -> Purged:
    """Take a document out of landing area and batches under a root; return what was done with this added."""
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
        not_reached=[*done.not_reached, *unread, *damaged],
    )


def _remove_archives(area: UPath, sha256: str) -> tuple[int, list[str]]:
    """Remove the archives that pack a document; return how many went, and which cannot be looked into."""
    count, unread = 0, []
    for path in area.glob("*/*"):
        try:
            content = path.read_bytes()
        except OSError as error:
            unread.append(f"{path}: {error}")
            continue
        if _packs(content, sha256):
            path.unlink()
            count += 1
        elif is_archive(content) and hashlib.sha256(content).hexdigest() != path.name:
            unread.append(f"{path}: the archive is damaged, and what it packs cannot be told")
    return count, unread


def _change_batches(batches: UPath, sha256: str) -> tuple[int, list[str]]:
    """Take a document out of all batches; return how many had it, and which cannot be looked into."""
    count, unread = 0, []
    for folder in batch.folders(batches):
        try:
            count += batch.forget(folder, sha256)
        except (BatchDamagedError, OSError) as error:
            unread.append(f"{folder}: {error}")
    return count, unread


def _packs(content: bytes, sha256: str) -> bool:
    members = unpack("", content) if is_archive(content) else ()
    return any(hashlib.sha256(member.content).hexdigest() == sha256 for member in members)
