"""Two warehouses as they stand: each sums up its tables by digests, and only rows of what differs are fetched.

Rows come in the order of their keys, a few at a time, and are compared side by side: however many differ, memory holds
no more of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import IsolationLevel, errors
from psycopg.rows import tuple_row
from sqlalchemy import Column, Engine, SelectBase, Table
from sqlalchemy.dialects.postgresql.base import PGDialect

from etl.diff import Change, Counts, Difference
from etl.diff.rows import Called, called, key_of, references, select_digests, select_rows
from etl.errors import BadInputError, first_line
from etl.warehouse import Connection, connect
from etl.warehouse.faults import unavailable
from etl.warehouse.model import content_columns, marks

ROWS_AT_ONCE = 2000
_SCHEMAS = ("dw", "ops", "raw")  # first what people look at, last what it derives from
# Any in which a per cent sign stands for itself.
_DIALECT = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]

_NO_WAREHOUSE = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName, errors.InsufficientPrivilege)

_Digests = dict[int, tuple[int, int]]


class _Row(NamedTuple):
    key: tuple[tuple[bool, Any], ...]
    called: Called
    values: Sequence[Any]
    shown: Sequence[Any]


def compare_warehouses(before: Engine, after: Engine, tables: Iterable[Table]) -> Iterator[Difference | Counts]:
    """Yield what differs in each of the tables, and then its counts, of two warehouses as each stands at one moment.

    Raises BadInputError when one of them is no warehouse of this version or is not read by its owner, and
    WarehouseUnavailableError when one does not answer.
    """
    with snapshot(before) as one, snapshot(after) as other:
        for found in compare(one, other, tables):
            yield from [found] if isinstance(found, Counts) else found


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one moment of the warehouse."""
    with connect(engine) as connection:
        connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
        yield connection


def compare(before: Connection, after: Connection, tables: Iterable[Table]) -> Iterator[list[Difference] | Counts]:
    """Yield what differs in each row of each of the tables, and then its counts, as two transactions see them.

    Raises as `compare_warehouses` does.
    """
    ordered = sorted(tables, key=lambda table: _SCHEMAS.index(str(table.schema)))
    sides = before, after
    try:
        for side in sides:  # values have one text on every server
            side.execute("SET LOCAL TIME ZONE 'Asia/Bangkok'")
            side.execute("SET LOCAL datestyle TO 'ISO'")
        with ThreadPoolExecutor(2) as both:
            for table in ordered:
                yield from _differences(table, sides, both)
    except psycopg.OperationalError as error:
        raise unavailable(error) from error


def _digests(connection: Connection, table: Table) -> _Digests:
    try:
        with connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(_sql(select_digests(table))).fetchall()
    except _NO_WAREHOUSE as error:
        raise BadInputError(
            f"{_shown(connection)} cannot be compared: {first_line(error)}; it must be a warehouse of this version"
            " (`etl warehouse migrate`), read by its owner"
        ) from error
    return {bucket: (count, digest) for bucket, count, digest in rows}


def _shown(connection: Connection) -> str:
    """Return the name of a database and its server, without what lets one in."""
    return f"{connection.info.dbname} on {connection.info.host or 'this machine'}"


def _sql(statement: SelectBase) -> bytes:
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})).encode()


def _differences(
    table: Table, sides: tuple[Connection, Connection], both: Executor
) -> Iterator[list[Difference] | Counts]:
    before, after = both.map(_digests, sides, (table, table))
    buckets = [bucket for bucket in before.keys() | after.keys() if before.get(bucket) != after.get(bucket)]
    found: Counter[Change] = Counter()
    if buckets:
        columns = content_columns(table)
        for old, new in _side_by_side([_rows(side, table, buckets) for side in sides], both):
            if differences := _of_pair(table.fullname, columns, old, new):
                found[differences[0].change] += 1
                yield differences
    yield Counts(
        table_name=table.fullname,
        rows_before=sum(count for count, _ in before.values()),
        rows_after=sum(count for count, _ in after.values()),
        added=found[Change.ADDED],
        removed=found[Change.REMOVED],
        changed=found[Change.CHANGED],
        restated=found[Change.RESTATED],
    )


def _rows(connection: Connection, table: Table, buckets: Sequence[int]) -> Iterator[_Row]:
    """Yield the rows of some buckets in the order of their keys, as they are fetched."""
    columns = content_columns(table)
    column_names = [column.name for column in columns]
    key_places = [columns.index(column) for column in key_of(table)]
    named_places = [columns.index(column) for column in references(table)]
    with connection.cursor("rows_of_a_table", row_factory=tuple_row) as cursor:
        cursor.itersize = ROWS_AT_ONCE
        for own_name, *rest in cursor.execute(_sql(select_rows(table, buckets))):
            values, names = rest[: len(columns)], rest[len(columns) :]
            readable = [*values]
            for place, name in zip(named_places, names, strict=True):
                readable[place] = name
            name_of_row = called(table, own_name, dict(zip(column_names, readable, strict=True)))
            key = tuple((values[place] is not None, values[place]) for place in key_places)  # blanks come first
            yield _Row(key, name_of_row, values, readable)


def _side_by_side(sides: Sequence[Iterator[_Row]], both: Executor) -> Iterator[tuple[_Row | None, _Row | None]]:
    """Yield the rows of both sides paired by their keys; None where one side has no such row."""
    before, after = sides
    one, other = both.map(lambda rows: next(rows, None), sides)  # each server sorts before its first row
    while one or other:
        if one and other and one.key == other.key:
            yield one, other
            one, other = next(before, None), next(after, None)
        elif other is None or (one and one.key < other.key):
            yield one, None
            one = next(before, None)
        else:
            yield None, other
            other = next(after, None)


def _of_pair(table: str, columns: Sequence[Column[Any]], one: _Row | None, other: _Row | None) -> list[Difference]:
    """Return the fields that differ in two rows of one key, or else the row that stands alone."""
    if one is None:
        return [_added(table, other)] if other else []
    if other is None:
        return [_removed(table, one)]
    differing = [place for place in range(len(columns)) if one.values[place] != other.values[place]]
    is_restated = all(marks(columns[place]).is_source for place in differing)
    differences = []
    for place in differing:
        is_personal = marks(columns[place]).is_personal
        differences.append(
            Difference(
                table_name=table,
                record=other.called.record,
                change=Change.RESTATED if is_restated else Change.CHANGED,
                field=".".join(filter(None, (other.called.path, columns[place].name))),
                before=None if is_personal else one.shown[place],
                after=None if is_personal else other.shown[place],
                is_personal=is_personal,
            )
        )
    return differences


def _added(table: str, row: _Row) -> Difference:
    record, path, says = row.called
    return Difference(table_name=table, record=record, change=Change.ADDED, field=path or None, after=says)


def _removed(table: str, row: _Row) -> Difference:
    record, path, says = row.called
    return Difference(table_name=table, record=record, change=Change.REMOVED, field=path or None, before=says)
