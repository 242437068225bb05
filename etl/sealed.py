"""Files of a run that another step reads, perhaps much later: Parquet with its own hash, so that damage is seen.

In come tables, out come tables; what is missing or was changed on the disk is one error, which names the run.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import unquote

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from upath import UPath

from etl.errors import BatchDamagedError
from etl.storage import write


def write_table(file: UPath, rows: pa.Table) -> None:
    """Write rows to a Parquet file, sealed."""
    parquet = BytesIO()
    pq.write_table(rows, parquet, compression="zstd")
    write(file, sealed(parquet.getvalue()))


def read_table(file: UPath, columns: Sequence[str]) -> pa.Table:
    """Return columns of a sealed Parquet file. Raises BatchDamagedError when it is missing or damaged."""
    with reading(file, columns) as rows:
        return rows


def drop_rows(file: UPath, columns: Sequence[str], key: str, value: object) -> None:
    """Take the rows with a value in column `key` out of a sealed Parquet file, if it is there; it keeps these columns.

    Raises BatchDamagedError when it is damaged.
    """
    if file.exists():
        write_table(file, read_table(file, columns).filter(pc.field(key) != value))


@contextmanager
def reading(file: UPath, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield columns of a sealed Parquet file; an error while working on them counts as damage, as in `whole`."""
    with whole(file) as content:
        # In this thread alone. Threads of Arrow's own let go of the bytes when they like, and where the interpreter
        # ends just then, because the server died in mid-load, they end the process by SIGABRT.
        parquet = pq.ParquetFile(BytesIO(_unsealed(content)), pre_buffer=False)
        yield parquet.read(columns, use_threads=False).select(columns)


@contextmanager
def whole(file: UPath) -> Iterator[bytes]:
    """Yield the content of a file of a batch, to be read as what it should be.

    Raises BatchDamagedError when it is not there, or not as it was written.
    """
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _damaged(file, "is missing") from error
    try:
        yield content
    # Arrow says OSError of bad pages, and KeyError where a column is missing.
    except (pa.ArrowException, msgspec.MsgspecError, ValueError, OSError, KeyError) as error:
        raise _damaged(file, "is damaged") from error


def _damaged(file: UPath, what: str) -> BatchDamagedError:
    return BatchDamagedError(
        f"{file} {what}: do the run {unquote(file.parents[1].name)} once more from its start"
        " (`etl run`; in Airflow, clear its first task)"
    )


def sealed(parquet: bytes) -> bytes:
    """Return a Parquet file with its hash in it, behind the rows and before the footer, where no reader looks.

    Parquet's own checksums are of pages: a footer that changed on the disk gives other rows without a word.
    """
    end = _rows_end(parquet)
    return b"".join((parquet[:end], hashlib.sha256(parquet).digest(), parquet[end:]))


def _unsealed(content: bytes) -> bytes:
    """Return a sealed file as it was written. Raises ValueError when it is not that any more."""
    end = _rows_end(content)
    start = end - hashlib.sha256().digest_size
    parquet = content[:start] + content[end:]
    if start < 0 or hashlib.sha256(parquet).digest() != content[start:end]:
        raise ValueError("the hash of the file is not the one in it")
    return parquet


def _rows_end(parquet: bytes) -> int:
    """Return where the rows of a Parquet file end: its last eight bytes are the size of its footer, and a mark."""
    return max(0, len(parquet) - 8 - int.from_bytes(parquet[-8:-4], "little"))
