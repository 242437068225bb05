"""What an open table has of its mart: its columns, with the types that they have in a Parquet file and are asked in."""

import re
from typing import NamedTuple

import pyarrow as pa
from psycopg import sql

from etl.publish.dictionary.catalogue import Column, Relation

YEAR = "fiscal_year"
_OF_THE_LOAD = "last_loaded_at"  # which the description says once of all
_TYPES = {
    "text": pa.string(), "boolean": pa.bool_(), "date": pa.date32(), "timestamptz": pa.timestamp("us", "UTC"),
    "smallint": pa.int16(), "integer": pa.int32(), "bigint": pa.int64(), "integer[]": pa.list_(pa.int32()),
}  # fmt: skip
_NUMERIC = re.compile(r"numeric(?:\((?P<precision>\d+),(?P<scale>\d+)\))?")
# Of a number that a view computes, the server says neither how many digits it has nor how many decimals.
_PRECISION = 38
_SCALES, _SCALE_OF_OTHERS = {"baht": 2, "percent": 4, "percentage points": 4}, 9
_AS_TEXT = {
    "timestamptz": """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "integer[]": "array_to_json({})",
}


class OpenTable(NamedTuple):
    """An open table: its mart, and those of its columns that anybody may see."""

    mart: Relation
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The name of the mart within its schema."""
        return self.mart.name.partition(".")[2]

    @property
    def is_by_year(self) -> bool:
        """Whether its rows are of a fiscal year each, or of none that is known."""
        return any(column.name == YEAR for column in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """The schema of its files."""
        return pa.schema([pa.field(column.name, _type(column), column.is_nullable) for column in self.columns])

    @property
    def query(self) -> sql.Composed:
        """The question for its rows, those of a fiscal year one behind the other, in an order that is always the same.

        What the server does not write as Arrow reads it comes as such a text.
        """
        shown = [
            sql.SQL(_AS_TEXT.get(column.type, "{}")).format(sql.Identifier(column.name)) for column in self.columns
        ]
        names = [YEAR] if self.is_by_year else []
        order = [*names, *(column.name for column in self.columns if column.name not in names)]
        return sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
            sql.SQL(", ").join(shown), sql.Identifier(*self.mart.name.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, order)),
        )  # fmt: skip


def open_table(mart: Relation) -> OpenTable:
    """Return the open table of a mart."""
    return OpenTable(mart, tuple(column for column in mart.columns if column.is_open and column.name != _OF_THE_LOAD))


def _type(column: Column) -> pa.DataType:
    """Return a type that holds each value of a column exactly. Raises KeyError where none is known."""
    numeric = _NUMERIC.fullmatch(column.type)
    if numeric is None:
        return _TYPES[column.type]
    if numeric["precision"]:
        return pa.decimal128(int(numeric["precision"]), int(numeric["scale"]))
    return pa.decimal128(_PRECISION, _SCALES.get(column.unit or "", _SCALE_OF_OTHERS))
