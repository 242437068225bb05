"""What pulls know of sources, kept in the warehouse: their files, the documents in them, and how these lie landed.

In come files as a pull found them; out comes what is known when the next one begins, and whether somebody should look
at the source.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Engine

from etl.landing import DAMAGED_RULE
from etl.pull.memory import Content, Known, KnownFile
from etl.pull.pulled import Pulled
from etl.warehouse import Connection, connect
from etl.warehouse.query import ask

_FILES = """
    INSERT INTO raw.source_file (uri, version, sha256, fetched_at, unpacked_by)
    SELECT * FROM unnest(%s::TEXT[], %s::TEXT[], %s::TEXT[], %s::TIMESTAMPTZ[], %s::TEXT[])
    ON CONFLICT (uri) DO UPDATE SET
        version = excluded.version, sha256 = excluded.sha256, fetched_at = excluded.fetched_at,
        unpacked_by = excluded.unpacked_by, gone_at = NULL
"""
_NO_DOCUMENTS = "DELETE FROM raw.source_document WHERE file_uri = ANY(%s)"
_DOCUMENTS = """
    INSERT INTO raw.source_document (file_uri, ordinal, uri, sha256, byte_size, modified_at)
    SELECT * FROM unnest(%s::TEXT[], %s::INTEGER[], %s::TEXT[], %s::TEXT[], %s::BIGINT[], %s::TIMESTAMPTZ[])
"""
_STAMPS = """
    INSERT INTO raw.landed_file AS known (sha256, stamp) SELECT * FROM unnest(%s::TEXT[], %s::TEXT[])
    ON CONFLICT (sha256) DO UPDATE SET stamp = excluded.stamp WHERE known.stamp <> excluded.stamp
"""
_GONE = "UPDATE raw.source_file SET gone_at = now() WHERE uri = ANY(%s)"
_BACK = "UPDATE raw.source_file SET gone_at = NULL WHERE uri = ANY(%s)"
_PULL = """
    INSERT INTO ops.pull (run_id, source, pulled_at, files_listed, files_fetched, files_gone, bytes_fetched, alert)
    VALUES (%s, %s, clock_timestamp(), %s, %s, %s, %s, %s)
"""


class SourceFiles:
    """The memory of pulls. A file that two pulls fetch at the same time is as the last of them found it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def recall(self, address: str, folder: str | None) -> Known:
        """Return what is known of the file at an address, and of those in the folder that it is.

        Bytes that were found damaged when they were read are not among those that were proven.
        """
        where = {"address": address, "folder": folder}
        contents: dict[str, list[Content]] = {}
        for row in ask(self._engine, "source_documents", where):
            contents.setdefault(row.pop("file_uri"), []).append(Content(**row))
        files = {
            row["uri"]: KnownFile(**row, contents=tuple(contents.get(row["uri"], ())))
            for row in ask(self._engine, "source_files", where)
        }
        stamps = ask(self._engine, "landed_files", {**where, "damaged": DAMAGED_RULE})
        return Known(files, {row["sha256"]: row["stamp"] for row in stamps})

    def remember(self, files: Iterable[KnownFile], stamps: Mapping[str, str]) -> None:
        """Keep files as they are now, and how bytes lie that were written or proven."""
        # In order, so that two pulls of one source wait for each other, and for no more.
        known = sorted(files, key=attrgetter("uri"))
        with connect(self._engine) as connection:
            _insert(connection, _FILES, [(file.uri, *file[1:5]) for file in known])
            connection.execute(_NO_DOCUMENTS, [[file.uri for file in known]])
            _insert(
                connection, _DOCUMENTS,
                [(file.uri, number, *content) for file in known for number, content in enumerate(file.contents, 1)],
            )  # fmt: skip
            _insert(connection, _STAMPS, sorted(stamps.items()))

    def note(self, gone: Collection[str], back: Collection[str]) -> None:
        """Keep which files, by their addresses, the source lists no more, and which it lists again."""
        with connect(self._engine) as connection:
            connection.execute(_GONE, [sorted(gone)])
            connection.execute(_BACK, [sorted(back)])


def keep_pull(engine: Engine, run_id: str, pulled: Pulled, drop_max_pct: int) -> str | None:
    """Record a pull in `ops.pull`; return why somebody should look at its source, if somebody should.

    It lists nothing, or fewer files than at the last pull that was well, by more than so many per cent. Until it lists
    as many again, or the limit is raised for one pull, that stays so.
    """
    address, tally = pulled.address, pulled.tally
    before = ask(engine, "files_before", {"source": address})
    alert = _alert(address, tally.files_listed, before[0]["files_listed"] if before else 0, drop_max_pct)
    with connect(engine) as connection:
        row = (run_id, address, tally.files_listed, tally.files_fetched, tally.files_gone, tally.bytes_fetched, alert)
        connection.execute(_PULL, row)
    return alert


def _alert(address: str, now: int, before: int, drop_max_pct: int) -> str | None:
    if not now:
        return f"{address} lists no file, and listed {before:,} before; is it mounted, and is that its address?"
    if before - now > before * drop_max_pct / 100:
        return (
            f"{address} lists {now:,} files, and listed {before:,} before; what is there was pulled, and nothing was"
            " deleted; if that is right, pull once with ETL_SOURCE_DROP_MAX_PCT=100"
        )
    return None


def _insert(connection: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        connection.execute(statement, [list(column) for column in zip(*rows, strict=True)])
