"""Foreign keys of what a load writes, proved as a set, and not row by row.

The server looks up each key of each row by itself, which is a fifth of a first load. In a load's transaction it need
not: what points at other rows is written with its triggers off, and `prove` then looks up all that the steps gave, each
key once, in one statement. Into tables that others point at, the load writes with triggers on: a row that goes while
others still point at it fails the load as ever.

The keys stay declared, and hold for whoever else writes. Where the login may not set `session_replication_role`
(docs/access.md), the server looks up each row as well.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import Table

from etl.batch import RAW_FILES
from etl.load.steps import Action
from etl.warehouse.model import TABLES, metadata

# What others point at: none of it is in `raw`, where pulls note the files of sources meanwhile.
POINTED_AT = frozenset(
    key.referred_table.fullname
    for table in TABLES
    for key in table.foreign_key_constraints
    if key.referred_table.schema != "raw"
)

_SET = "SELECT set_config('session_replication_role', %s, TRUE) WHERE {}"
_OFF = _SET.format("has_parameter_privilege('session_replication_role', 'SET')")
_ON_AGAIN = _SET.format("current_setting('session_replication_role') = 'replica'")


class Key(NamedTuple):
    """A column of a table that points at another, and the temporary table that gave it its rows, under a condition."""

    table: str
    column: str
    points_at: str
    source: str
    condition: LiteralString = "TRUE"


def trust(connection: psycopg.Connection[Any]) -> None:
    """Let the server look up no keys until this transaction ends, which is after `prove`.

    Until then nobody else may change the tables that are pointed at: of the rows that it looks up, the server sees to
    that by itself.
    """
    tables = sql.SQL(", ").join(sql.Identifier(*name.split(".")) for name in sorted(POINTED_AT))
    connection.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(tables))
    connection.execute(_OFF, ["replica"])


@contextmanager
def looked_up(connection: psycopg.Connection[Any], table: Table) -> Iterator[None]:
    """Let the server look up what is written into this table in this context, if others point at it."""
    is_trusted = table.fullname in POINTED_AT and connection.execute(_ON_AGAIN, ["origin"]).rowcount
    yield
    if is_trusted:
        connection.execute(_OFF, ["replica"])


def prove(connection: psycopg.Connection[Any], actions: Iterable[Action]) -> None:
    """Look up every key that actions have merged into the warehouse, and those of records copied into `raw`.

    Raises psycopg.errors.ForeignKeyViolation, which names a key that points nowhere.
    """
    given: dict[str, dict[Key, sql.Composed]] = {}
    for key in keys_of(actions):
        rows = sql.SQL("SELECT DISTINCT {name} AS named_by, {column} AS value FROM {source} WHERE {condition}").format(
            name=sql.Literal(f"{key.table}.{key.column}"), column=sql.Identifier(key.column),
            source=sql.Identifier(key.source), condition=sql.SQL(key.condition),
        )  # fmt: skip
        # What several tables take from one place is looked up for the first of them.
        given.setdefault(key.points_at, {}).setdefault(key._replace(table=""), rows)
    lost = sql.SQL(" UNION ALL ").join(_lost(target, given[target].values()) for target in sorted(given))
    row = connection.execute(lost).fetchone()
    if row:
        raise psycopg.errors.ForeignKeyViolation("{named_by} is {value}, and there is no such key".format(**row))


def _lost(target: str, given: Iterable[sql.Composable]) -> sql.Composed:
    """Return the query for one of the given values that a column, named with its table and schema, does not have."""
    schema, table, column = target.split(".")
    return sql.SQL(
        "(SELECT named_by, value FROM (SELECT min(named_by) AS named_by, value FROM ({given}) AS given GROUP BY value)"
        " AS given WHERE value IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM {table} AS known WHERE known.{column} = given.value) LIMIT 1)"
    ).format(
        given=sql.SQL(" UNION ALL ").join(given), table=sql.Identifier(schema, table), column=sql.Identifier(column)
    )  # fmt: skip


def keys_of(actions: Iterable[Action]) -> Iterator[Key]:
    """Yield the keys of what actions merge and of the records of changed documents: all that `looked_up` leaves out."""
    for name in RAW_FILES:
        yield from _keys(metadata.tables[f"raw.{name}"], "changed_document")
    for step, table in actions:
        if table is not None and table.fullname not in POINTED_AT:
            yield from _keys(table, step.name, step.condition(table))


def _keys(table: Table, source: str, condition: LiteralString = "TRUE") -> Iterator[Key]:
    for constraint in table.foreign_key_constraints:
        ((column, element),) = zip(constraint.column_keys, constraint.elements, strict=True)
        given_by = ("this_load", "TRUE") if column == "load_id" else (source, condition)
        yield Key(table.fullname, column, element.target_fullname, *given_by)
