"""Runs the steps of a load: each SELECT into a temporary table, made into periods if asked for, then merged.

The SQL for periods, deletes and upserts is generated from the definition of each table, so that no step writes its own.
An unchanged row is not written again. Temporary tables are dropped with the transaction.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Column, Identity, Table

from etl.load.keys import looked_up
from etl.load.steps import Action, Step
from etl.warehouse.model import History, marks

_LOAD = "load_id"  # every merged row gets that of the current load; a step does not give it
_MOMENT = frozenset({"seen_at", "is_only"})
_WIDE = frozenset({25, 1009, 3802})  # text, text[], jsonb: not analysed, unless they are indexed


def run(connection: psycopg.Connection[Any], actions: Iterable[Action]) -> Counter[str]:
    """Run actions in the order given; return how many rows were deleted, inserted and updated, by table.

    Each statement begins with a comment that names its step, for whoever watches the server.
    """
    made: dict[str, int] = {}
    written = Counter[str]()
    for step, table in actions:
        tag = sql.SQL("-- {}/{}\n").format(sql.SQL(step.part), sql.SQL(step.name))
        if table is None:
            made[step.name] = connection.execute(tag + _make(connection, step)).rowcount
            for statement in _count(connection, step, made[step.name]):
                connection.execute(tag + statement)
            continue
        empty = {name for name, rows in made.items() if not rows}
        if statements := [*_fill(step, table, empty)]:
            with looked_up(connection, table):
                for statement in statements:
                    written[table.fullname] += connection.execute(tag + statement).rowcount
    return written


def _make(connection: psycopg.Connection[Any], step: Step) -> sql.Composed:
    """Return the statement that makes the temporary table of a step."""
    rows: sql.Composable = sql.SQL(step.select)
    if step.periods is not None:
        moments = sql.SQL("SELECT * FROM (\n{}\n) AS moment").format(rows)
        rows = _periods(step.periods, rows, [column for column, _ in _columns(connection, moments)])
    return sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS\n{}").format(sql.Identifier(step.name), rows)


def _count(connection: psycopg.Connection[Any], step: Step, rows: int) -> Iterator[sql.Composed]:
    """Yield the statements that index and analyse a step's rows; an empty table is analysed too."""
    if not step.found_by:
        return
    name = sql.Identifier(step.name)
    if not rows:
        yield sql.SQL("ANALYZE {}").format(name)
        return
    yield sql.SQL("CREATE INDEX ON {} ({})").format(name, _names(step.found_by))
    given = _columns(connection, sql.SQL("SELECT * FROM {}").format(name))
    counted = [column for column, kind in given if kind not in _WIDE or column in step.found_by]
    yield sql.SQL("ANALYZE {} ({})").format(name, _names(counted))


def _columns(connection: psycopg.Connection[Any], rows: sql.Composed) -> list[tuple[str, int]]:
    """Return names and types, by the server's numbers, of the columns of a query."""
    described = connection.execute(rows + sql.SQL(" LIMIT 0")).description or []
    return [(column.name, column.type_code) for column in described]


# Periods


def _periods(table: Table, moments: sql.Composable, columns: Sequence[str]) -> sql.Composed:
    """Return the query that makes periods of moments.

    A period begins where a column marked `History.BEGINS` changes. All other columns, such as the document, have the
    values of the last moment of the period.
    """
    key = table.info["version_of"] or [column.name for column in table.primary_key]
    kept = [column for column in columns if column not in _MOMENT]
    begins = [
        column.name for column in table.columns
        if marks(column).history is History.BEGINS and not column.primary_key and column.name not in key
    ]  # fmt: skip
    periods = sql.SQL(
        """
        WITH moment AS NOT MATERIALIZED (
        {moments}
        ),
        valued AS (SELECT *, ({begins}) AS values_now FROM moment WHERE NOT is_only),
        compared AS (
            SELECT *, lag(values_now) OVER (PARTITION BY {key} ORDER BY seen_at) AS values_before FROM valued
        ),
        numbered AS (
            SELECT *, count(*) FILTER (WHERE values_now IS DISTINCT FROM values_before) OVER (
                PARTITION BY {key} ORDER BY seen_at
            ) AS period_no
            FROM compared
        ),
        last AS (
            SELECT DISTINCT ON ({key}, period_no)
                *, min(seen_at) OVER (PARTITION BY {key}, period_no) AS valid_from
            FROM numbered
            ORDER BY {key}, period_no, seen_at DESC
        )
        SELECT {kept}, seen_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to FROM moment WHERE is_only
        UNION ALL
        SELECT {kept}, valid_from, lead(valid_from) OVER (PARTITION BY {key} ORDER BY valid_from) FROM last
        """
    ).format(moments=moments, begins=_names(begins), key=_names(key), kept=_names(kept))
    if not table.info["version_of"]:
        return periods
    (surrogate,) = table.primary_key
    return sql.SQL(
        "SELECT {made} AS {surrogate}, period.*, valid_to IS NULL AS is_current FROM ({periods}) AS period"
    ).format(made=sql.SQL(table.info["surrogate"]), surrogate=sql.Identifier(surrogate.name), periods=periods)


# Into the warehouse


def _fill(step: Step, table: Table, empty: AbstractSet[str]) -> Iterator[sql.Composed]:
    """Yield the statements that delete, insert and update a table's rows of the affected keys, as a step gives them.

    Two rows are equal when all columns but `load_id` are. A table whose key the database counts up has no key to match
    rows by, so all columns are compared. `empty` names steps that gave no rows, for which no statement is needed.
    """
    source, kept = sql.Identifier(step.name), sql.SQL(step.condition(table))
    key: list[Column[Any]] = list(table.primary_key)
    given = [column for column in table.columns if column.name != _LOAD and not _is_counted_up(column)]
    told_apart_by = key if all(column in given or column.name == _LOAD for column in key) else given
    known = sql.SQL("EXISTS (SELECT FROM {source} AS given WHERE {same} AND {kept})").format(
        source=source, same=_same(told_apart_by), kept=kept
    )
    name = sql.Identifier(str(table.schema), table.name)
    affected, *shared = table.info["affected"] or (None,)
    if affected and affected not in empty:
        of_affected = (sql.SQL("known.{0} = affected.{0}").format(sql.Identifier(column)) for column in shared)
        yield sql.SQL("DELETE FROM {} AS known USING {} AS affected WHERE {} AND NOT {}").format(
            name, sql.Identifier(affected), sql.SQL(" AND ").join(of_affected), known
        )
    if step.name in empty:
        return
    by_load = [_LOAD] if _LOAD in table.columns else []
    columns = _names([*by_load, *(column.name for column in given)])
    rows = sql.SQL("SELECT {} FROM {} AS given{} WHERE {}").format(
        columns, source, sql.SQL(" CROSS JOIN this_load" if by_load else ""), kept
    )
    insert = sql.SQL("INSERT INTO {} AS known ({}) {}").format(name, columns, rows)
    if told_apart_by is given:
        same = _same(given)
        yield insert + sql.SQL(" AND NOT EXISTS (SELECT FROM {} AS known WHERE {})").format(name, same)
        return
    changing = [column.name for column in given if column not in key]
    yield insert + sql.SQL(" ON CONFLICT ({}) DO ").format(_names(column.name for column in key)) + _change(
        changing, [*changing, *(column for column in by_load if table.columns[column] not in key)]
    )  # fmt: skip


def _change(compared: Sequence[str], written: Sequence[str]) -> sql.Composable:
    """Return what `ON CONFLICT` does with a row that exists: nothing, or an update where a compared column differs."""
    if not compared:
        return sql.SQL("NOTHING")
    return sql.SQL("UPDATE SET {} WHERE ({}) IS DISTINCT FROM ({})").format(
        sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in written),
        _names(compared, of="known"), _names(compared, of="excluded"),
    )  # fmt: skip


def _is_counted_up(column: Column[Any]) -> bool:
    return isinstance(column.server_default, Identity)


def _same(columns: Iterable[Column[Any]]) -> sql.Composed:
    """Return the condition that a known and a given row are equal in these columns."""
    alike = {False: sql.SQL("known.{0} = given.{0}"), True: sql.SQL("known.{0} IS NOT DISTINCT FROM given.{0}")}
    return sql.SQL(" AND ").join(alike[bool(column.nullable)].format(sql.Identifier(column.name)) for column in columns)


def _names(columns: Iterable[str], *, of: str | None = None) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*filter(None, (of, column))) for column in columns)
