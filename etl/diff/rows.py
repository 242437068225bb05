"""Queries for the rows of any table of content: their digests, and the rows themselves with what a reader calls them.

A table comes in, and some buckets of its keys; a SELECT goes out, and what a reader calls its rows. The same content
gives the same answer in every warehouse, however its server sorts. A table that is new to `etl.warehouse.model` needs
no word here: its rows are named by their key.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import BIT

from etl.records.names import project_year, quarter_item, report_item
from etl.warehouse.model import NOT_APPLICABLE_KEY, UNKNOWN_KEY, UNKNOWN_YEAR, content_columns

BUCKETS = 1024  # of half a million rows, one that differs brings five hundred with it
_DIGEST_DIGITS = 15  # hexadecimal ones: 60 bits, which a BIGINT holds

# What a row is called whose key is a hash.
_NAMES: Mapping[str, Callable[[Any], ColumnElement[str]]] = {
    "dw.dim_date": lambda row: cast(row.full_date, Text),
    "dw.dim_agency": lambda row: _joined(" since ", row.unit_code, row.valid_from),
    "dw.dim_project": lambda row: _joined(" since ", row.record, row.valid_from),
    "dw.dim_strategy": lambda row: _joined(" ", row.plan_version, row.node_code),
    "dw.dim_indicator": lambda row: row.record,
    "dw.dim_report_status": lambda row: _joined(" : ", row.plan_status, row.target_status),
    "dw.dim_document": lambda row: row.uri + " (" + func.left(row.sha256, 8) + ")",
}

# What other rows are named by, where that is not their key.
_NAMED_BY: Mapping[str, Sequence[str]] = {
    "raw.project": ("project_code", "fiscal_year", "document_key", "copy"),
    "raw.report": ("project_code", "fiscal_year", "document_key", "copy", "ordinal"),
    "ops.finding": ("record", "document_key", "rule_id", "field"),
    "ops.quarantine": ("record", "document_key", "copy", "line"),
}
# What a row says of itself, where it has words of its own.
_SAYS = {"ops.finding": "message", "ops.quarantine": "reason", "ops.field_change": "new_value"}
# Where a row is in its record, by the columns that tell.
_PATHS: Mapping[str, Callable[[Any], str]] = {
    "copy": "copies[{}]".format, "ordinal": "rows[{}]".format, "report_ref": report_item,
    "quarter": lambda quarter: quarter_item(quarter) if quarter else "",  # the headline is the record itself
    "line": "lines[{}]".format, "field": str,
}  # fmt: skip
_PROJECT_YEAR = ("project_code", "fiscal_year")


class Called(NamedTuple):
    """What a reader calls a row: its record, its path in that, empty where it is the record, and what it says."""

    record: str
    path: str
    says: str | None


def key_of(table: Table) -> list[Column[Any]]:
    """Return the columns that identify a row in any warehouse: all, where its key is a mere counter."""
    key, content = list(table.primary_key), content_columns(table)
    return key if all(column in content for column in key) else content


def references(table: Table) -> dict[Column[Any], Table]:
    """Return the columns of content that point at rows with a name, and the tables of these."""
    return {
        column: key.column.table
        for column in content_columns(table)
        for key in column.foreign_keys
        if key.column.primary_key and key.column.table.fullname in _NAMES
    }


def select_digests(table: Table) -> Select[int, int, int]:
    """Return the query for bucket, row count and digest; the order of rows is nothing to a digest."""
    digest = func.sum(_hash(cast(func.row(*content_columns(table)), Text)))
    return select(_bucket(table).label("bucket"), func.count(), digest).select_from(table).group_by("bucket")


def select_rows(table: Table, buckets: Sequence[int]) -> Select[Any]:
    """Return the query for a table's rows in the order of its key.

    First comes its own name, where its key is a hash, then its content, then the names of what its `references` point
    at.
    """
    source: FromClause = table
    names: list[ColumnElement[str]] = []
    for column, target in references(table).items():
        row = target.alias(f"of_{column.name}")
        source = source.outerjoin(row, column == row.c[_only_key(target).name])
        names.append(_name(target, row))
    # Servers sort text in ways of their own; its bytes they all sort alike.
    order = [column.collate("C") if isinstance(column.type, Text) else column for column in key_of(table)]
    return (
        select(_name(table, table) if table.fullname in _NAMES else null(), *content_columns(table), *names)
        .select_from(source)
        .where(_bucket(table).in_(buckets))
        .order_by(*(column.nulls_first() for column in order))
    )


def called(table: Table, own_name: str | None, values: Mapping[str, Any]) -> Called:
    """Return what a reader calls a row of a table, by its content with the names of what it points at."""
    says = values.get(_SAYS.get(table.fullname, ""))
    if own_name is not None:
        return Called(own_name, "", says)
    named_by = _named_by(table)
    parts = [values[name] for name in named_by if name not in (*_PROJECT_YEAR, *_PATHS)]
    if set(_PROJECT_YEAR) <= set(named_by) and values["project_code"] is not None:
        year = values["fiscal_year"]
        parts.insert(0, project_year(values["project_code"], None if year == UNKNOWN_YEAR else year))
    path = [
        in_words(values[name]) for name, in_words in _PATHS.items() if name in named_by and values[name] is not None
    ]
    return Called(
        " ".join(str(part) for part in parts if part is not None), ".".join(part for part in path if part), says
    )


def _only_key(table: Table) -> Column[Any]:
    (column,) = table.primary_key
    return column


def _name(table: Table, row: FromClause) -> ColumnElement[str]:
    key = row.c[_only_key(table).name]
    member = case({UNKNOWN_KEY: "unknown", NOT_APPLICABLE_KEY: "not applicable"}, value=key)
    return func.coalesce(member, _NAMES[table.fullname](row.c), cast(key, Text))


def _named_by(table: Table) -> Sequence[str]:
    return _NAMED_BY.get(table.fullname) or [column.name for column in key_of(table)]


def _joined(separator: str, *parts: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the parts that are stated as one text; NULL where none is."""
    return func.nullif(func.concat_ws(separator, *parts), "")


def _bucket(table: Table) -> ColumnElement[int]:
    """Return the bucket of a row, by the first surrogate key in its own, which is a hash already, or else by a hash."""
    key = key_of(table)
    surrogate = next((column for column in key if isinstance(column.type, BigInteger)), None)
    spread = _hash(cast(key[0], Text)) if surrogate is None else surrogate
    return func.coalesce(func.abs(spread % literal_column(str(BUCKETS))), 0)


def _hash(content: ColumnElement[str]) -> ColumnElement[int]:
    digest = func.left(func.md5(content), _DIGEST_DIGITS)
    return cast(cast(func.concat("x", digest), BIT(4 * _DIGEST_DIGITS)), BigInteger)
