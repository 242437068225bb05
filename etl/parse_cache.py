"""What documents say, kept by the hash of their bytes and the version of the parser: nothing is parsed twice.

In come copies as parsed, before anything is corrected; out come the same, for whichever run asks. They lie in packs on
storage, one for what a task parsed, and `ops.parsed` lists them. Where and when a document was seen is no part of
it, except for the ids that its address says, as parsers take them from there. It only saves time: what is
missing or damaged is parsed again, so the folder may be emptied at any time.
"""

import logging
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace
from sqlalchemy import Engine
from upath import UPath

from etl import sealed
from etl.errors import NOT_PROCESSED_RULE, BatchDamagedError
from etl.parse.address import ids_in
from etl.parser_version import parser_version
from etl.records import Copy, LandedDocument
from etl.records.walk import fiscal_years
from etl.storage import unique
from etl.warehouse import connect

_AT_ONCE = 8  # packs, each a wait for the disk or a store
_SCHEMA = pa.schema([("sha256", pa.string()), ("address_ids", pa.string()), ("copies", pa.binary())])
_COPIES = msgspec.msgpack.Decoder(list[Copy])

_OF_OTHER_YEARS = "SELECT sha256, address_ids FROM ops.parsed WHERE parser_version = %s AND NOT fiscal_years && %s"
_KNOWN = "SELECT sha256, address_ids, pack FROM ops.parsed WHERE parser_version = %s AND sha256 = any(%s)"
_KEEP = """
    INSERT INTO ops.parsed (parser_version, sha256, address_ids, fiscal_years, pack) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (parser_version, sha256, address_ids)
    DO UPDATE SET fiscal_years = excluded.fiscal_years, pack = excluded.pack
"""
_EXPIRE = "DELETE FROM ops.parsed WHERE parser_version = %s AND sha256 = any(%s)"
_JUDGE_ANEW = """
    UPDATE ops.judged SET judged_by = NULL
    FROM dw.dim_document AS document
    WHERE judged.document_key = document.document_key AND document.sha256 = any(%s)
"""
_PURGED = "SELECT sha256 FROM ops.purge WHERE sha256 = any(%s)"

logger = logging.getLogger(__name__)


class Key(NamedTuple):
    """What the copies of a document follow from: its bytes, and the ids that its address says."""

    sha256: str
    address_ids: str


class Kept(NamedTuple):
    """What a document says, as it is kept; it belongs to the loads of some fiscal years (B.E.), with None to all."""

    key: Key
    fiscal_years: list[int] | None
    copies: bytes


def to_keep(document: LandedDocument, copies: Sequence[Copy]) -> Kept | None:
    """Return what is to be kept of a document that was parsed just now; None where trying again may give more.

    So it may where it was not read, for want of time, memory or a program, and where a fault of ours stopped it.
    """
    is_read = copies[0].document.channel is not None
    if not is_read or is_of_a_fault(copies):
        return None
    return Kept(key_of(document), fiscal_years(copies), msgspec.msgpack.encode([_at("", copy) for copy in copies]))


def is_of_a_fault(copies: Sequence[Copy]) -> bool:
    """Tell whether a fault of ours stopped a document, so that trying again may give more."""
    return any(finding.rule_id == NOT_PROCESSED_RULE for finding in copies[0].findings)


class ParseCache(NamedTuple):
    """What a version of the parser has read, in a folder of packs that the warehouse lists."""

    engine: Engine
    folder: UPath
    version: str

    def without_other_years(self, documents: Iterable[LandedDocument], years: AbstractSet[int]) -> list[LandedDocument]:
        """Return the documents without those that are known to speak of other fiscal years (B.E.) only."""
        with connect(self.engine) as connection:
            others = {Key(**row) for row in connection.execute(_OF_OTHER_YEARS, [self.version, sorted(years)])}
        return [document for document in documents if key_of(document) not in others]

    def read(self, documents: Iterable[LandedDocument]) -> dict[str, list[Copy]]:
        """Return, by hash, the copies of those documents that are kept."""
        wanted = {key_of(document): document for document in documents}
        packs: dict[str, set[Key]] = {}
        with connect(self.engine) as connection:
            for row in connection.execute(_KNOWN, [self.version, [key.sha256 for key in wanted]]):
                if (key := Key(row["sha256"], row["address_ids"])) in wanted:
                    packs.setdefault(row["pack"], set()).add(key)
        found: dict[str, list[Copy]] = {}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for rows in pool.map(partial(_rows_of, self.folder), packs, packs.values()):
                for key, copies in rows:
                    found[key.sha256] = [_at(wanted[key].uri, copy) for copy in copies]
        return found

    def expire(self, hashes: Iterable[str]) -> None:
        """Have documents, given by their hashes, parsed again by who asks for them next, and judged until a load."""
        expired = list(hashes)
        with connect(self.engine) as connection:
            connection.execute(_EXPIRE, [self.version, expired])
            connection.execute(_JUDGE_ANEW, [expired])

    def keep(self, parsed: Sequence[Kept]) -> None:
        """Keep what was parsed since the cache was made, unless the parser has changed meanwhile."""
        if not parsed or parser_version() != self.version:
            return
        pack = f"{self.version}/{unique('pack')}.parquet"
        rows = [{**kept.key._asdict(), "copies": kept.copies} for kept in parsed]
        try:
            sealed.write_table(self.folder / pack, pa.Table.from_pylist(rows, schema=_SCHEMA))
        except FileNotFoundError:  # cleared away by a purge while it was being written
            return
        with connect(self.engine) as connection:
            connection.cursor().executemany(
                _KEEP, [(self.version, *kept.key, kept.fiscal_years, pack) for kept in sorted(parsed)]
            )
            hashes = [kept.key.sha256 for kept in parsed]
            purged = [row["sha256"] for row in connection.execute(_PURGED, [hashes])]
            connection.execute("DELETE FROM ops.parsed WHERE sha256 = any(%s)", [purged])
        # Since the pack was written before we asked, a purge from now on finds it.
        for sha256 in purged:
            forget(self.folder, sha256)


def forget(folder: UPath, sha256: str) -> int:
    """Take a document out of all packs of a folder; return how many packs that changed.

    A pack that is damaged goes as a whole, and so does what a writer that was killed left.
    """
    changed = 0
    for pack in folder.glob("*/*.parquet"):
        try:
            rows = sealed.read_table(pack, _SCHEMA.names)
        except BatchDamagedError:
            pack.unlink(missing_ok=True)
            continue
        left = rows.filter(pc.field("sha256") != sha256)
        if left.num_rows < rows.num_rows:
            sealed.write_table(pack, left)
            changed += 1
    for part in folder.glob("*/*.part"):
        part.unlink(missing_ok=True)
    return changed


def key_of(document: LandedDocument) -> Key:
    """Return what the copies of a document follow from."""
    ids = sorted(ids_in(document.uri).items())
    return Key(document.sha256, "&".join(f"{field}={value}" for field, value in ids))


def _at(uri: str, copy: Copy) -> Copy:
    return replace(copy, document=replace(copy.document, uri=uri))


def _rows_of(folder: UPath, pack: str, keys: AbstractSet[Key]) -> list[tuple[Key, list[Copy]]]:
    """Return what a pack says of some documents; nothing where it is missing or damaged."""
    hashes = pa.array({key.sha256 for key in keys}, pa.string())
    try:
        with sealed.reading(folder / pack, _SCHEMA.names) as rows:
            chosen = rows.filter(pc.is_in(rows["sha256"], value_set=hashes)).to_pylist()
            found = [(Key(row["sha256"], row["address_ids"]), row["copies"]) for row in chosen]
            return [(key, _COPIES.decode(copies)) for key, copies in found if key in keys]
    except (BatchDamagedError, OSError) as error:
        if isinstance(error, OSError) and folder.protocol:  # a store that does not answer says nothing of a pack
            raise
        logger.warning("%s is missing or damaged: what it kept is parsed again", folder / pack)
        return []
