"""What people ask the marts, and how long they wait: each view, about an agency's year, a project, a whole year."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import tuple_row
from sqlalchemy import Engine

from etl.settings import Settings
from etl.warehouse import connect
from etl.warehouse.access import connect_as_bi

RUNS = 30
VIEW_MS, AS_OF_MS = 200, 500
_WARM_UP = 3

Asked = Mapping[str, Any]

# How a view is asked that has the columns.
_SCOPES = {
    "an agency's year": ("fiscal_year", "agency_code"),
    "a project": ("fiscal_year", "project_code"),
    "an indicator": ("fiscal_year", "kpi_id"),
    "a document": ("document_key", "sha256"),
}

# What is asked of whole years.
_OF_YEARS = {
    "project_status": (
        "SELECT agency_code, agency_name, count(*), sum(budget_received_thb), avg(progress_pct),"
        " count(*) FILTER (WHERE is_disputed) FROM {view} WHERE fiscal_year = %(fiscal_year)s GROUP BY 1, 2"
    ),
    "progress_report": (
        "SELECT agency_code, plan_status, count(*), avg(progress_delta_pct), sum(disbursed_thb) FROM {view}"
        " WHERE fiscal_year = %(fiscal_year)s GROUP BY 1, 2"
    ),
    "report_coverage": "SELECT * FROM {view} WHERE fiscal_year = %(fiscal_year)s",
    "indicator_attainment": (
        "SELECT agency_code, unit, count(*), avg(attainment_pct) FROM {view}"
        " WHERE fiscal_year = %(fiscal_year)s AND quarter = 0 GROUP BY 1, 2"
    ),
    "progress_anomaly": "SELECT agency_code, count(*) FROM {view} WHERE fiscal_year = %(fiscal_year)s GROUP BY 1",
    "budget": "SELECT agency_code, count(*) FROM {view} WHERE fiscal_year = %(fiscal_year)s GROUP BY 1",
    "strategy_progress": "SELECT * FROM {view} WHERE fiscal_year = %(fiscal_year)s",
    "agency_scorecard": "SELECT * FROM {view} WHERE fiscal_year = %(fiscal_year)s",
}
AS_OF = {
    "project_status_as_of": (
        "SELECT agency_code, count(*), sum(budget_received_thb), avg(progress_pct) FROM {view}(%(day)s)"
        " WHERE fiscal_year = %(fiscal_year)s GROUP BY 1"
    ),
    "progress_report_as_of": (
        "SELECT agency_code, count(*), avg(progress_pct) FROM {view}(%(day)s)"
        " WHERE fiscal_year = %(fiscal_year)s GROUP BY 1"
    ),
    "indicator_attainment_as_of": (
        "SELECT agency_code, count(*), avg(attainment_pct) FROM {view}(%(day)s)"
        " WHERE fiscal_year = %(fiscal_year)s GROUP BY 1"
    ),
}


class Question(NamedTuple):
    """A view or function of `mart`, what is asked of it, how, and in how many milliseconds it should be answered."""

    view: str
    scope: str
    query: str
    limit_ms: int


class Answered(NamedTuple):
    """A question's waiting times in milliseconds, to the last row; `rows` is the most that came."""

    question: Question
    p50_ms: float
    p95_ms: float
    rows: int


def questions(engine: Engine) -> list[Question]:
    """Return what is asked of every view that `mart` has, and of its functions of a day."""
    with connect(engine) as connection:
        rows = connection.execute(
            "SELECT table_name AS view, array_agg(column_name::TEXT) AS columns"
            " FROM information_schema.columns WHERE table_schema = 'mart' GROUP BY 1 ORDER BY 1"
        ).fetchall()
        functions = connection.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'mart'::regnamespace"
        ).fetchall()
    known = {row["proname"] for row in functions}
    return [
        *(question for row in rows for question in _of_view(row["view"], row["columns"])),
        *(_question(name, "a year on a day", query, AS_OF_MS) for name, query in AS_OF.items() if name in known),
    ]


def _of_view(view: str, columns: Sequence[str]) -> Iterator[Question]:
    scopes = {scope: names for scope, names in _SCOPES.items() if set(names) <= set(columns)}
    for scope, names in scopes.items():
        condition = " AND ".join(f"{name} = %({name})s" for name in names)
        yield _question(view, scope, f"SELECT * FROM {{view}} WHERE {condition}")
    if query := _OF_YEARS.get(view):
        yield _question(view, "a year", query)
    elif not scopes:
        yield _question(view, "all of it", "SELECT * FROM {view}")


def _question(view: str, scope: str, query: str, limit_ms: int = VIEW_MS) -> Question:
    return Question(view, scope, query.format(view=f"mart.{view}"), limit_ms)


def drawn(engine: Engine) -> list[Asked]:
    """Return whom the questions are of: the same projects, indicators and days for each question."""
    random = Random("marts")
    with connect(engine) as connection:
        exports = connection.execute(
            "SELECT project_code, fiscal_year, agency_code, snapshot_at::DATE AS day, document_key, sha256"
            " FROM raw.project JOIN dw.dim_document USING (document_key) ORDER BY 1, 2, 4"
        ).fetchall()
        indicators = connection.execute(
            "SELECT kpi_id FROM dw.dim_indicator WHERE kpi_id IS NOT NULL ORDER BY 1"
        ).fetchall()
    return [{**random.choice(exports), **random.choice(indicators)} for _ in range(_WARM_UP + RUNS)]


def ask(settings: Settings, question: Question, drawn: Sequence[Asked]) -> Answered:
    """Ask a question of everyone drawn, one after the other, as BI; the first few do not count."""
    times, rows = [], 0
    # As BI tools ask: the values stand in the query, so that each is planned by itself.
    with (
        connect_as_bi(settings) as connection,
        psycopg.ClientCursor(connection, row_factory=tuple_row) as cursor,
    ):
        for one in drawn:
            start = perf_counter()
            rows = max(rows, len(cursor.execute(question.query, one).fetchall()))
            times.append(1000 * (perf_counter() - start))
    warm = times[_WARM_UP:]
    return Answered(question, median(warm), quantiles(warm, n=20, method="inclusive")[-1], rows)
