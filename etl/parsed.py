"""What the documents of a work list say, as parsed: written by what parses them, read by what judges them.

In come documents with their copies, out come the same. A copy is kept whole, and not column by column: what judges it
needs its places, issues and findings as well, which no column of the warehouse has.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import pyarrow as pa
from upath import UPath

from etl import sealed
from etl.records import Copy, LandedDocument

NAME = "parsed.parquet"

_SCHEMA = pa.schema(
    [
        ("sha256", pa.string()), ("document", pa.binary()), ("copies", pa.binary()), ("records", pa.int32()),
        ("read_by", pa.string()), ("records_digest", pa.string()),
    ]
)  # fmt: skip
_TALLY = b"tally"  # in the file's own notes, where it is sealed too
_DOCUMENT = msgspec.msgpack.Decoder(LandedDocument)
_COPIES = msgspec.msgpack.Decoder(list[Copy])


class Parsed(NamedTuple):
    """A document, and its copies as parsed; one that was purged has none, nor has one that stands unchanged.

    `read_by` is a digest of what the copies follow from, None where parsing again may give others. `records_digest` is
    of what came of an unchanged one, None for all others.
    """

    document: LandedDocument
    copies: list[Copy]
    read_by: str | None = None
    records_digest: str | None = None


class Tally(NamedTuple):
    """The parser version that read some work lists, and how many documents were parsed anew and how many reused.

    Reused documents had been read by the same version before. Where there were several versions, all are named.
    """

    parser_version: str | None = None
    documents_parsed: int = 0
    documents_reused: int = 0


def write(folder: UPath, documents: Iterable[Parsed], tally: Tally) -> None:
    """Write what the documents of a work list say, a row for each document, and the tally."""
    rows = [
        {
            "sha256": said.document.sha256,
            "document": msgspec.msgpack.encode(said.document),
            "copies": msgspec.msgpack.encode(said.copies),
            "records": sum(1 + len(copy.reports) + len(copy.indicators) for copy in said.copies),
            "read_by": said.read_by,
            "records_digest": said.records_digest,
        }
        for said in documents
    ]
    sealed.write_table(
        folder / NAME, pa.Table.from_pylist(rows, schema=_SCHEMA.with_metadata({_TALLY: msgspec.json.encode(tally)}))
    )


def tally(folders: Iterable[UPath]) -> Tally | None:
    """Return the tally of all work lists; None where one has none, as those of an earlier release.

    Raises BatchDamagedError when one is damaged.
    """
    tallies = [_tally(folder) for folder in folders]
    known = [of_list for of_list in tallies if of_list]
    if len(known) < len(tallies):
        return None
    return Tally(
        ", ".join(sorted({of_list.parser_version for of_list in known if of_list.parser_version})) or None,
        sum(of_list.documents_parsed for of_list in known),
        sum(of_list.documents_reused for of_list in known),
    )


def count(folder: UPath) -> int:
    """Return how many records the documents of a work list have. Raises BatchDamagedError as `read` does."""
    return sum(sealed.read_table(folder / NAME, ["records"])["records"].to_pylist())


def read(folder: UPath) -> list[Parsed]:
    """Return what `write` wrote. Raises BatchDamagedError when it is missing, damaged or of another release."""
    columns = ["document", "copies", "read_by", "records_digest"]
    with sealed.reading(folder / NAME, columns) as rows:
        return [
            Parsed(_DOCUMENT.decode(document), _COPIES.decode(copies), *by)
            for document, copies, *by in zip(*(rows[name].to_pylist() for name in columns), strict=True)
        ]


def forget(folder: UPath, sha256: str) -> None:
    """Take a document out, if the file is there. Raises BatchDamagedError as `read` does."""
    sealed.drop_rows(folder / NAME, _SCHEMA.names, "sha256", sha256)


def _tally(folder: UPath) -> Tally | None:
    if not (folder / NAME).exists():
        return None
    with sealed.reading(folder / NAME, ["records"]) as rows:
        noted = (rows.schema.metadata or {}).get(_TALLY)
        return msgspec.json.decode(noted, type=Tally) if noted else None
