"""What people who run the pipeline look at: loads and their effect, coverage, quarantine, findings.

Each function answers one page of theirs, as rows of `sql/questions/`, all as of one moment, and changes nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine

from etl.records.names import PROJECT
from etl.warehouse.query import ask, asking

LOADS_SHOWN = 8

Row = dict[str, Any]


class Part(NamedTuple):
    """A part of a long list: rows from `offset` on, and how many there are in all."""

    rows: list[Row]
    total: int
    offset: int
    limit: int


class Overview(NamedTuple):
    """How it stands: the last loads, what the last checks found, how fresh each subject is, what is held by rule."""

    loads: list[Row]
    checks: list[Row]
    freshness: list[Row]
    held: list[Row]


class Coverage(NamedTuple):
    """A fiscal year (B.E.), those that may be asked for, and a row an agency and month."""

    fiscal_year: int | None
    fiscal_years: list[int]
    rows: list[Row]


class Quarantine(NamedTuple):
    """Cases, how many rows are held by rule, and the agencies that may be asked for."""

    part: Part
    by_rule: list[Row]
    agencies: list[Row]


class Case(NamedTuple):
    """A case with its document, and the other rows that are held together with it."""

    row: Row
    others: list[Row]


class Findings(NamedTuple):
    """How many findings stand by rule and by agency, those asked for, and what years and agencies there are."""

    by_rule: list[Row]
    by_agency: list[Row]
    part: Part
    fiscal_years: list[int]
    agencies: list[Row]


class Load(NamedTuple):
    """A load; what it wrote by table, the fields that it saw change, what became of its documents.

    A rehearsal has what it would change, as `ops.rehearsal` keeps it.
    """

    load: Row
    rehearsal: Row | None
    effect: list[Row]
    changes: Part
    documents: Part


class CaseFilter(NamedTuple):
    """Which cases of quarantine are meant; None does not ask. An `agency_code` of "" is that of no known agency."""

    state: str = "held"
    quarantine_ids: list[int] | None = None
    load_id: int | None = None
    rule_id: str | None = None
    agency_code: str | None = None
    min_days: int | None = None


class FindingFilter(NamedTuple):
    """Which findings are meant; None does not ask. An `agency_code` of "" is that of no known agency."""

    fiscal_year: int | None = None
    severity: str | None = None
    rule_id: str | None = None
    agency_code: str | None = None


_HELD = CaseFilter()


def overview(engine: Engine) -> Overview:
    """Return how it stands."""
    with asking(engine) as answer:
        return Overview(
            answer("loads", run_id=None, load_id=None, limit=LOADS_SHOWN, offset=0),
            answer("last_checks"), answer("freshness"), answer("held_by_reason"),
        )  # fmt: skip


def loads(engine: Engine, limit: int, offset: int) -> Part:
    """Return loads, the newest first."""
    with asking(engine) as answer:
        rows = answer("loads", run_id=None, load_id=None, limit=limit, offset=offset)
        return Part(rows, answer("load_count")[0]["loads"], offset, limit)


def loads_of_run(engine: Engine, run_id: str) -> list[Row]:
    """Return the loads that a run of the scheduler did, the newest first."""
    with asking(engine) as answer:
        return answer("loads", run_id=run_id, load_id=None, limit=LOADS_SHOWN, offset=0)


def load(engine: Engine, load_id: int, limit: int, offset: int) -> Load | None:
    """Return a load with its effect; None where there is none of this number. The limits are those of its lists."""
    with asking(engine) as answer:
        found = answer("loads", run_id=None, load_id=load_id, limit=1, offset=0)
        if not found:
            return None
        changes = answer("load_changes", load_id=load_id, limit=limit, offset=offset)
        documents = answer("load_documents", load_id=load_id, limit=limit, offset=0)
        rehearsal = answer("rehearsal", load_id=load_id)
        return Load(
            found[0], rehearsal[0] if rehearsal else None, answer("load_effect", load_id=load_id),
            Part(changes, changes[0]["changes"] if changes else 0, offset, limit),
            Part(documents, documents[0]["documents"] if documents else 0, 0, limit),
        )  # fmt: skip


def coverage(engine: Engine, fiscal_year: int | None) -> Coverage:
    """Return who has reported in which month of a fiscal year; without one, of the newest."""
    with asking(engine) as answer:
        years = _fiscal_years(answer)
        year = fiscal_year or (years[0] if years else None)
        return Coverage(year, years, answer("coverage", fiscal_year=year))


def cases(engine: Engine, wanted: CaseFilter = _HELD) -> list[Row]:
    """Return all cases of quarantine that are meant, those held longest first."""
    return ask(engine, "cases", _of_cases(wanted))


def quarantine(engine: Engine, wanted: CaseFilter, limit: int, offset: int) -> Quarantine:
    """Return cases of quarantine, those held longest first."""
    with asking(engine) as answer:
        rows = answer("cases", **_of_cases(wanted, limit, offset))
        part = Part(rows, rows[0]["cases"] if rows else 0, offset, limit)
        return Quarantine(part, answer("held_by_reason"), answer("agencies"))


def case(engine: Engine, quarantine_id: int) -> Case | None:
    """Return a case; None where there is none."""
    with asking(engine) as answer:
        found = answer("case", quarantine_id=quarantine_id)
        if not found:
            return None
        wanted = CaseFilter(found[0]["state"], [quarantine_id])
        together = [one for row in answer("cases", **_of_cases(wanted)) for one in row["quarantine_ids"]]
        others = [one for one in together if one != quarantine_id]
        return Case(found[0], answer("case_records", quarantine_ids=others))


def together(engine: Engine, quarantine_ids: Sequence[int]) -> list[int]:
    """Return the ids of all rows of the held cases with these ids."""
    found = cases(engine, CaseFilter(quarantine_ids=list(quarantine_ids)))
    return [one for row in found for one in row["quarantine_ids"]]


def findings(engine: Engine, wanted: FindingFilter, limit: int, offset: int) -> Findings:
    """Return the findings that stand: how many by rule and by agency, and a part of them."""
    with asking(engine) as answer:
        counts = answer("finding_counts", **wanted._asdict())
        by_rule = [row for row in counts if row["is_of_rule"]]
        rows = answer("findings", **wanted._asdict(), limit=limit, offset=offset)
        total = sum(row["findings"] for row in by_rule)
        by_agency = [row for row in counts if not row["is_of_rule"]]
        part = Part(rows, total, offset, limit)
        return Findings(by_rule, by_agency, part, _fiscal_years(answer), answer("agencies"))


def _fiscal_years(answer: Callable[..., list[Row]]) -> list[int]:
    return [row["fiscal_year"] for row in answer("fiscal_years")]


def _of_cases(wanted: CaseFilter, limit: int | None = None, offset: int = 0) -> dict[str, Any]:
    return {**wanted._asdict(), "project": PROJECT, "limit": limit, "offset": offset}
