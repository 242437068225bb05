"""Where a load spends its time: each of its statements timed by itself, those of steps perhaps explained."""

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

_TAG = re.compile(r"-- (?P<step>\w+/\w+)\n")
_COMMENT = re.compile(r"--[^\n]*\n?")
_VERB = re.compile(
    r"\b(CREATE (?:TEMP )?TABLE|INSERT INTO|DELETE FROM|UPDATE|ANALYZE|COPY|SET|TRUNCATE)\b\s+([\w.\"]*)"
)
_EXPLAINED = re.compile(r"(WITH|INSERT|DELETE|UPDATE|CREATE TEMP TABLE [\w\"]+ (ON COMMIT DROP )?AS)\b")


class Spent(NamedTuple):
    """One statement: the file that it stands in, what it does, how long that took and how it was planned."""

    part: str
    verb: str
    seconds: float
    rows: int
    plan: str = ""


@contextmanager
def statements(*, with_plans: bool) -> Iterator[list[Spent]]:
    """Give a list that fills with the statements of every load in this context."""
    spent: list[Spent] = []

    def connect_traced(*arguments: Any, **options: Any) -> Connection:
        connection = connect(*arguments, **options)
        cursor = partial(_Cursor, spent=spent, with_plans=with_plans)
        connection.cursor_factory = cast("type[psycopg.Cursor[Any]]", cursor)
        return connection

    with patch.object(merge, "connect", connect_traced):
        yield spent


class _Cursor(psycopg.Cursor[Any]):
    """A cursor that notes the time of each statement."""

    def __init__(self, *arguments: Any, spent: list[Spent], with_plans: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._spent, self._with_plans = spent, with_plans

    def execute(self, query: Any, *arguments: Any, **options: Any) -> Any:
        statement = _text(query, self)
        tag = _TAG.match(statement)
        with self._noted(tag["step"] if tag else _LOAD, statement) as plan:
            if tag and self._with_plans and _EXPLAINED.match(statement, tag.end()):
                super().execute(f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS) {statement}")
                plan += [str(next(iter(row.values()))) for row in self.fetchall()]
                return self
            return super().execute(query, *arguments, **options)

    @contextmanager
    def copy(self, statement: Any, *arguments: Any, **options: Any) -> Iterator[psycopg.Copy]:
        with self._noted(_LOAD, statement), super().copy(statement, *arguments, **options) as copy:
            yield copy

    @contextmanager
    def _noted(self, part: str, statement: Any) -> Iterator[list[str]]:
        text = _text(statement, self)
        verb = _VERB.search(_COMMENT.sub("", text))
        plan: list[str] = []
        start = time.perf_counter()
        yield plan
        seconds = time.perf_counter() - start
        name = " ".join(verb.groups()) if verb else text[:40]
        self._spent.append(Spent(part, name, seconds, self.rowcount, "\n".join(plan)))


def _text(statement: Any, cursor: psycopg.Cursor[Any]) -> str:
    match statement:
        case sql.Composable():
            return statement.as_string(cursor)
        case bytes():
            return statement.decode()
    return str(statement)


def table(spent: list[Spent], seconds: float) -> str:
    """Return the files and statements that took the most of a load's time, as Markdown, and the plans of slow ones."""
    parts: dict[str, float] = {}
    verbs: dict[tuple[str, str], list[Spent]] = {}
    for one in spent:
        parts[one.part] = parts.get(one.part, 0) + one.seconds
        verbs.setdefault((one.part, one.verb), []).append(one)
    rest = seconds - sum(parts.values())
    lines = ["| part | s | % |", "|---|---:|---:|"]
    for part, took in [*parts.items(), ("Parquet, CSV, commit", rest)]:
        lines.append(f"| {part} | {took:.2f} | {100 * took / seconds:.0f} |")
    lines += ["", "| part | statement | times | rows | s | % |", "|---|---|---:|---:|---:|---:|"]
    for (part, verb), some in sorted(verbs.items(), key=lambda item: -sum(one.seconds for one in item[1])):
        took, rows = sum(one.seconds for one in some), sum(max(one.rows, 0) for one in some)
        if took > _TOLD_SHARE * seconds:
            lines.append(f"| {part} | {verb} | {len(some)} | {rows} | {took:.2f} | {100 * took / seconds:.0f} |")
    for one in sorted(spent, key=lambda one: -one.seconds):
        if one.plan and one.seconds > _PLANNED_SHARE * seconds:
            lines += ["", f"{one.part}: {one.verb}, {one.seconds:.2f} s", "", "```", one.plan, "```"]
    return "\n".join(lines)
