"""Questions to the warehouse: as BI would ask them, and as the owner does for people who run it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import tuple_row
from sqlalchemy import Engine

from etl.errors import BadInputError, first_line
from etl.settings import PROJECT_ROOT, Settings
from etl.warehouse import Connection, connect
from etl.warehouse.access import connect_as_bi

QUESTIONS = PROJECT_ROOT / "sql" / "questions"


class Answer(NamedTuple):
    """The column names and rows of one query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def ask_as_bi(settings: Settings, query: str) -> Answer:
    """Run one read-only query as a login of reporting_bi, which sees `mart` alone.

    Raises BadInputError when the query is wrong, takes too long, is not one statement, or asks for what BI may not see.
    """
    with connect_as_bi(settings) as connection, connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{settings.sql_timeout_seconds}s'")
        try:
            # Prepared, a query is one statement: a second one cannot be smuggled in behind it.
            cursor.execute(query.encode(), prepare=True)
        except psycopg.Error as error:
            if connection.broken:  # which is no fault of the query
                raise
            raise BadInputError(f"the query failed: {first_line(error)}; {_advice(error)}") from error
        if cursor.description is None:
            raise BadInputError("the query returns no rows; ask with SELECT")
        return Answer([column.name for column in cursor.description], cursor.fetchall())


def _advice(error: psycopg.Error) -> str:
    match error:
        case psycopg.errors.InsufficientPrivilege() | psycopg.errors.ReadOnlySqlTransaction():
            return "BI reads the schema mart, and nothing else"
        case psycopg.errors.QueryCanceled():
            return "ask for less, or allow it more seconds with ETL_SQL_TIMEOUT_SECONDS"
        case psycopg.errors.UndefinedTable():
            return "the views are listed by SELECT table_name FROM information_schema.views"
        case psycopg.errors.SyntaxError():
            return "ask one question at a time, with SELECT"
    return "ask with one SELECT on the views of mart"


def ask(engine: Engine, question: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the rows that answer a question of `sql/questions/`, as the owner."""
    with connect(engine) as connection:
        return _answer(connection, question, parameters)


@contextmanager
def asking(engine: Engine, timeout_seconds: int = 20) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Yield what answers several questions as of one moment, and changes nothing; parameters are given by name.

    A question that takes longer than `timeout_seconds` raises psycopg's QueryCanceled.
    """
    with connect(engine) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(f"SET LOCAL statement_timeout = '{timeout_seconds}s'")
        yield lambda question, **parameters: _answer(connection, question, parameters)


def _answer(connection: Connection, question: str, parameters: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    statement = (QUESTIONS / f"{question}.sql").read_bytes()
    return connection.execute(statement, parameters).fetchall()
