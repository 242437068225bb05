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
    [("sha256", pa.string()), ("document", pa.binary()), ("copies", pa.binary()), ("records", pa.int32())]
)
_DOCUMENT = msgspec.msgpack.Decoder(LandedDocument)
_COPIES = msgspec.msgpack.Decoder(list[Copy])


class Parsed(NamedTuple):
    """A document, and its copies as parsed; one that was purged has none."""

    document: LandedDocument
    copies: list[Copy]


def write(folder: UPath, documents: Iterable[Parsed]) -> None:
    """Write what the documents of a work list say, a row a document."""
    rows = [
        {
            "sha256": document.sha256,
            "document": msgspec.msgpack.encode(document),
            "copies": msgspec.msgpack.encode(copies),
            "records": sum(1 + len(copy.reports) + len(copy.indicators) for copy in copies),
        }
        for document, copies in documents
    ]
    sealed.write_table(folder / NAME, pa.Table.from_pylist(rows, schema=_SCHEMA))


def count(folder: UPath) -> int:
    """Return how many records the documents of a work list have. Raises BatchDamagedError as `read` does."""
    return sum(sealed.read_table(folder / NAME, ["records"])["records"].to_pylist())


def read(folder: UPath) -> list[Parsed]:
    """Return what `write` wrote. Raises BatchDamagedError when it is missing, damaged or of another release."""
    columns = ["document", "copies"]
    with sealed.reading(folder / NAME, columns) as rows:
        return [
            Parsed(_DOCUMENT.decode(document), _COPIES.decode(copies))
            for document, copies in zip(*(rows[name].to_pylist() for name in columns), strict=True)
        ]


def forget(folder: UPath, sha256: str) -> None:
    """Take a document out, if the file is there. Raises BatchDamagedError as `read` does."""
    sealed.drop_rows(folder / NAME, _SCHEMA.names, "sha256", sha256)
