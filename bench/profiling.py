"""Where a load spends its time: each statement of `sql/merge/` run and timed by itself, and perhaps explained."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, cast
from unittest.mock import patch

import psycopg
from psycopg import sql

from etl.load import merge
from etl.warehouse import Connection, connect

_LOAD = "etl/load"
_TOLD_SHARE, _PLANNED_SHARE = 0.01, 0.03

_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|(\$\w*\$).*?\1|;", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*\n?")
_DEED = re.compile(
    r"\b(CREATE (?:TEMP )?TABLE|INSERT INTO|DELETE FROM|UPDATE|ANALYZE|COPY|SET|TRUNCATE)\b\s+([\w.\"]*)"
)
_EXPLAINED = re.compile(r"(WITH|INSERT|DELETE|UPDATE|CREATE TEMP TABLE \w+ (ON COMMIT DROP )?AS)\b")


class Spent(NamedTuple):
    """One statement: the file that it stands in, what it does, how long that took and how it was planned."""

    part: str
    deed: str
    seconds: float
    rows: int
    plan: str = ""


@contextmanager
def statements(*, with_plans: bool) -> Iterator[list[Spent]]:
    """Give a list that fills with the statements of every load in this context.

    Foreign keys, checked at the commit otherwise, are checked as the last statement.
    """
    spent: list[Spent] = []
    parts = {path.read_bytes(): path.name for path in merge.MERGE.glob("*.sql")}

    def connect_traced(*arguments: Any, **options: Any) -> Connection:
        connection = connect(*arguments, **options)
        cursor = partial(_Cursor, spent=spent, parts=parts, with_plans=with_plans)
        connection.cursor_factory = cast("type[psycopg.Cursor[Any]]", cursor)
        return connection

    with patch.object(merge, "connect", connect_traced):
        yield spent


class _Cursor(psycopg.Cursor[Any]):
    """A cursor that takes a file apart and notes the time of each statement."""

    def __init__(
        self, *arguments: Any, spent: list[Spent], parts: dict[bytes, str], with_plans: bool, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._spent, self._parts, self._with_plans = spent, parts, with_plans

    def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
        part = self._parts.get(query) if isinstance(query, bytes) else None
        if part is None:
            with self._noted(_LOAD, query):
                return super().execute(query, *arguments, **options)
        for statement in split(query.decode()):
            with self._noted(part, statement) as plan:
                if self._with_plans and _EXPLAINED.match(statement):
                    super().execute(f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS) {statement}".encode())
                    plan += [str(next(iter(row.values()))) for row in self.fetchall()]
                else:
                    super().execute(statement.encode())
        if part == max(self._parts.values()):
            with self._noted("commit", "SET CONSTRAINTS ALL"):
                super().execute("SET CONSTRAINTS ALL IMMEDIATE")
        return self

    @contextmanager
    def copy(self, statement: Any, *arguments: Any, **options: Any) -> Iterator[psycopg.Copy]:
        with self._noted(_LOAD, statement), super().copy(statement, *arguments, **options) as copy:
            yield copy

    @contextmanager
    def _noted(self, part: str, statement: Any) -> Iterator[list[str]]:
        text = _text(statement, self)
        deed = _DEED.search(_COMMENT.sub("", text))
        plan: list[str] = []
        start = time.perf_counter()
        yield plan
        seconds = time.perf_counter() - start
        name = " ".join(deed.groups()) if deed else text[:40]
        self._spent.append(Spent(part, name, seconds, self.rowcount, "\n".join(plan)))


def _text(statement: Any, cursor: psycopg.Cursor[Any]) -> str:
    match statement:
        case sql.Composable():
            return statement.as_string(cursor)
        case bytes():
            return statement.decode()
    return str(statement)


def split(script: str) -> list[str]:
    """Return the statements of a script, without the comments before them."""
    statements, start = [], 0
    for token in _TOKEN.finditer(script):
        if token.group() == ";":
            statements.append(script[start : token.start()])
            start = token.end()
    return [re.sub(r"\A(?:\s|--[^\n]*\n)+", "", one) for one in statements]


def table(spent: list[Spent], seconds: float) -> str:
    """Return the files and statements that took the most of a load's time, as Markdown, and the plans of slow ones."""
    parts: dict[str, float] = {}
    deeds: dict[tuple[str, str], list[Spent]] = {}
    for one in spent:
        parts[one.part] = parts.get(one.part, 0) + one.seconds
        deeds.setdefault((one.part, one.deed), []).append(one)
    rest = seconds - sum(parts.values())
    lines = ["| part | s | % |", "|---|---:|---:|"]
    for part, took in [*parts.items(), ("Parquet, CSV, commit", rest)]:
        lines.append(f"| {part} | {took:.2f} | {100 * took / seconds:.0f} |")
    lines += ["", "| part | statement | times | rows | s | % |", "|---|---|---:|---:|---:|---:|"]
    for (part, deed), some in sorted(deeds.items(), key=lambda item: -sum(one.seconds for one in item[1])):
        took, rows = sum(one.seconds for one in some), sum(max(one.rows, 0) for one in some)
        if took > _TOLD_SHARE * seconds:
            lines.append(f"| {part} | {deed} | {len(some)} | {rows} | {took:.2f} | {100 * took / seconds:.0f} |")
    for one in sorted(spent, key=lambda one: -one.seconds):
        if one.plan and one.seconds > _PLANNED_SHARE * seconds:
            lines += ["", f"{one.part}: {one.deed}, {one.seconds:.2f} s", "", "```", one.plan, "```"]
    return "\n".join(lines)
