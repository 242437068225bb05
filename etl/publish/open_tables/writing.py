"""Writes the files of an open table: what the server copies out, as Parquet and as CSV, a fiscal year at a time.

No more than a few megabytes of a table are in memory at once, however long it is.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from psycopg import sql
from psycopg.abc import Buffer
from upath import UPath

from etl import storage
from etl.publish.open_tables.table import YEAR, OpenTable
from etl.warehouse import Connection

PARQUET, CSV = "parquet", "csv"
_BOM = b"\xef\xbb\xbf"
_NO_YEAR = "__HIVE_DEFAULT_PARTITION__"  # as Hive, Spark and those after them call it
_BLOCK_BYTES = 16 << 20
_RUN_BY_SPREADSHEETS = r"^[=+\-@\t\r]"


class File(NamedTuple):
    """A file of an open table: its path from the folder of the tables, its rows, its bytes and their hash."""

    path: str
    fiscal_year: int | None
    rows: int
    byte_size: int
    sha256: str


class Written(NamedTuple):
    """An open table, and its files by their format."""

    table: OpenTable
    files: dict[str, list[File]]


def write_table(connection: Connection, table: OpenTable, folder: UPath) -> Written:
    """Write the files of a table into the folder of all tables; one without rows is a file of each format all the same.

    Raises pyarrow's ArrowInvalid where a number has more decimals than its column has: none is rounded.
    """
    done = Written(table, {PARQUET: [], CSV: []})
    part: _Part | None = None
    with connection.cursor().copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(table.query)) as copied:
        for year, rows in _by_year(table, _read(copied, table)):
            if part and part.fiscal_year != year:
                part.put(folder, done)
                part = None
            part = part or _Part(table, year)
            part.write(rows)
    (part or _Part(table, None)).put(folder, done)
    return done


class _Part:
    """The rows of one fiscal year, or of a table that has none, on their way into two files."""

    def __init__(self, table: OpenTable, fiscal_year: int | None) -> None:
        self.table, self.fiscal_year, self.rows = table, fiscal_year, 0
        self._files = {kind: tempfile.SpooledTemporaryFile(_BLOCK_BYTES) for kind in (PARQUET, CSV)}  # noqa: SIM115 - `put` closes them
        self._files[CSV].write(_BOM)
        self._parquet = pq.ParquetWriter(self._files[PARQUET], table.schema, compression="zstd")
        self._csv = pa.csv.CSVWriter(self._files[CSV], _for_spreadsheets(table.schema.empty_table()).schema)

    def write(self, rows: pa.Table) -> None:
        self._parquet.write_table(rows)
        self._csv.write_table(_for_spreadsheets(rows))
        self.rows += len(rows)

    def put(self, folder: UPath, done: Written) -> None:
        """Put the files where they belong, and note them."""
        self._parquet.close()
        self._csv.close()
        for kind, file in self._files.items():
            with file:
                byte_size, path = file.tell(), self._path(kind)
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                file.seek(0)
                storage.write(folder / path, file)
            done.files[kind].append(File(path, self.fiscal_year, self.rows, byte_size, digest))

    def _path(self, kind: str) -> str:
        name, year = self.table.name, _NO_YEAR if self.fiscal_year is None else self.fiscal_year
        if kind == CSV:
            return f"csv/{name}-{self.fiscal_year}.csv" if self.fiscal_year else f"csv/{name}.csv"
        return f"{name}/{YEAR}={year}/{name}.parquet" if self.table.is_by_year else f"{name}/{name}.parquet"


def _read(copied: Iterable[Buffer], table: OpenTable) -> Iterator[pa.Table]:
    """Yield what the server copies out, some rows at a time, in the table's types."""
    lists = {field.name: field.type for field in table.schema if pa.types.is_list(field.type)}
    asked = {field.name: pa.string() if field.name in lists else field.type for field in table.schema}
    # The server writes an empty text in quotes, and NULL as nothing.
    convert = pa.csv.ConvertOptions(
        column_types=asked, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
        true_values=["t"], false_values=["f"],
    )  # fmt: skip
    for piece in _pieces(copied):
        rows = pa.csv.read_csv(
            pa.BufferReader(piece),
            read_options=pa.csv.ReadOptions(column_names=[*asked]),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=convert,
        )
        for name, kind in lists.items():
            values = [text and json.loads(text) for text in rows[name].to_pylist()]
            rows = rows.set_column(rows.column_names.index(name), name, pa.array(values, kind))
        yield rows.cast(table.schema)


def _pieces(copied: Iterable[Buffer]) -> Iterator[bytes]:
    """Yield whole rows, some megabytes at a time: the server sends each for itself."""
    piece = bytearray()
    for row in copied:
        piece += row
        if len(piece) >= _BLOCK_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _by_year(table: OpenTable, pieces: Iterator[pa.Table]) -> Iterator[tuple[int | None, pa.Table]]:
    """Yield the rows of each fiscal year, which follow each other; those of a table without years as they come."""
    for rows in pieces:
        if not table.is_by_year:
            yield None, rows
            continue
        runs = pc.run_end_encode(rows[YEAR].combine_chunks())
        ends = [0, *runs.run_ends.to_pylist()]
        for year, (first, end) in zip(runs.values.to_pylist(), pairwise(ends), strict=True):
            yield year, rows.slice(first, end - first)


def _for_spreadsheets(rows: pa.Table) -> pa.Table:
    """Return rows as a spreadsheet takes them: times as ISO 8601 writes them, lists as JSON, no text a formula."""
    columns = [_for_a_spreadsheet(column) for column in rows.columns]
    return pa.table(columns, names=rows.column_names)


def _for_a_spreadsheet(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_list(kind):
        texts = [None if value is None else json.dumps(value) for value in column.to_pylist()]
        return pa.chunked_array([texts], pa.string())
    if pa.types.is_string(kind):
        return pc.if_else(
            pc.match_substring_regex(column, _RUN_BY_SPREADSHEETS), pc.binary_join_element_wise("'", column, ""), column
        )
    return column
