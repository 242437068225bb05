"""Queries for the rows of any table of content: their digests, and the rows themselves with what a reader calls them.

A table comes in, and some buckets of its keys; a SELECT goes out. The same content gives the same answer in every
warehouse, however its server sorts. A table that is new to `etl.warehouse.model` needs no word
here: its rows are named by their key.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import BIT

from etl.warehouse.model import NOT_APPLICABLE_KEY, UNKNOWN_KEY, content_columns

BUCKETS = 1024  # of half a million rows, one that differs brings five hundred with it
_DIGEST_DIGITS = 15  # hexadecimal ones: 60 bits, which a BIGINT holds

# What a row is called whose key is a hash.
_NAMES: Mapping[str, Callable[[Any], ColumnElement[str]]] = {
    "dw.dim_date": lambda row: cast(row.full_date, Text),
    "dw.dim_agency": lambda row: _joined(" since ", row.unit_code, row.valid_from),
    "dw.dim_project": lambda row: _joined(
        " since ", func.dw.record_name(row.project_code, row.fiscal_year), row.valid_from
    ),
    "dw.dim_strategy": lambda row: _joined(" ", row.plan_version, row.node_code),
    "dw.dim_indicator": lambda row: func.dw.indicator_record(
        row.kpi_id, row.agency_code, row.indicator_name, row.indicator_key, row.fiscal_year
    ),
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
_PATHS = {"copy": "copies", "ordinal": "rows", "report_ref": "reports", "quarter": "quarters", "line": "lines"}
_PROJECT_YEAR = ("project_code", "fiscal_year")


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

    First come record, path and what the row says, then its content, then the names of what its `references` point at.
    """
    source: FromClause = table
    names: dict[str, ColumnElement[str]] = {}
    for column, target in references(table).items():
        row = target.alias(f"of_{column.name}")
        source = source.outerjoin(row, column == row.c[_only_key(target).name])
        names[column.name] = _name(target, row)
    # Servers sort text in ways of their own; its bytes they all sort alike.
    order = [column.collate("C") if isinstance(column.type, Text) else column for column in key_of(table)]
    return (
        select(_record(table, names), _path(table), _says(table), *content_columns(table), *names.values())
        .select_from(source)
        .where(_bucket(table).in_(buckets))
        .order_by(*(column.nulls_first() for column in order))
    )


def _only_key(table: Table) -> Column[Any]:
    (column,) = table.primary_key
    return column


def _name(table: Table, row: FromClause) -> ColumnElement[str]:
    key = row.c[_only_key(table).name]
    member = case({UNKNOWN_KEY: "unknown", NOT_APPLICABLE_KEY: "not applicable"}, value=key)
    return func.coalesce(member, _NAMES[table.fullname](row.c), cast(key, Text))


def _record(table: Table, names: Mapping[str, ColumnElement[str]]) -> ColumnElement[str]:
    """Return what a reader calls the record that a row is or belongs to."""
    if table.fullname in _NAMES:
        return _name(table, table)
    named_by = _named_by(table)
    parts = [names.get(name, table.c[name]) for name in named_by if name not in (*_PROJECT_YEAR, *_PATHS, "field")]
    if set(_PROJECT_YEAR) <= set(named_by):
        parts.insert(0, func.dw.record_name(*(table.c[name] for name in _PROJECT_YEAR)))
    return _joined(" ", *parts)


def _path(table: Table) -> ColumnElement[str]:
    """Return the path of a row in its record, `reports[2]`; empty where the row is the record."""
    named_by = () if table.fullname in _NAMES else _named_by(table)
    parts: list[ColumnElement[Any]] = [
        literal(f"{_PATHS[name]}[") + cast(table.c[name], Text) + "]" for name in _PATHS if name in named_by
    ]
    parts += [table.c[name] for name in named_by if name == "field"]
    return func.concat_ws(".", *parts) if parts else literal("")


def _says(table: Table) -> ColumnElement[Any]:
    return table.c[_SAYS[table.fullname]].label("says") if table.fullname in _SAYS else null()


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
