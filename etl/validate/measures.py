"""What the rules look at: one row a record, its fields beside measures derived from them and the parser's doubts.

Rules judge single values of single columns, because only then does Great Expectations say which row failed. So whatever
spans fields, reports or reference data is a measure here, None where there is nothing to judge; the limit that it is
held against stands in `expectations/`, for a data engineer to set. A measure in words is None when all is well.
Beside each field stands `<field>_stated`, which is None only where nothing was printed.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from etl.parse.grammar import is_known_word, shape
from etl.records import Copy, Family, Indicator, Project, Record, Report, Strategy
from etl.reference import PlanNode, agencies, plan_nodes
from etl.thai.calendar import days_outside_fiscal_year, fiscal_year_end
from etl.thai.text import lost_characters

FULL_PCT = Decimal(100)
LATE_DAYS = 10  # reports that all lie in the last days of the fiscal year were written for the record

_EVIDENCE = frozenset(Record.__struct_fields__)
_BLANK = "(blank)"

PROJECT_DOUBTS = (
    "project_code_unreadable", "fiscal_year_unreadable", "start_date_unreadable", "start_date_uncertain",
    "end_date_unreadable", "end_date_uncertain", "budget_received_thb_unreadable", "budget_spent_thb_unreadable",
    "strategy_code_unreadable", "sub_issue_code_unreadable", "goal_code_unreadable", "dimension_no_unreadable",
    "sections_missing", "labels_missing", "labels_repeated", "text_unplaced",
)  # fmt: skip
REPORT_DOUBTS = (
    "report_no_unreadable", "report_no_mismatch", "report_date_unreadable", "report_date_uncertain",
    "progress_pct_unreadable", "disbursed_thb_unreadable", "detail_incomplete", "status_extra",
)  # fmt: skip


INDICATOR_DOUBTS: tuple[str, ...] = ()


class IndicatorRow(NamedTuple):
    """An indicator, and the family of the export that names it."""

    family: Family | None
    indicator: Indicator


class ProjectRow(NamedTuple):
    """A copy's project with what belongs to it, and the family of the export."""

    family: Family | None
    project: Project
    strategy: Strategy
    reports: list[Report]


class ReportRow(NamedTuple):
    """A report, the one numbered before it, the project-year that both are of, and the family of the export."""

    family: Family | None
    report: Report
    previous: Report | None
    project: Project
    times_numbered: int


def project_frame(rows: Sequence[ProjectRow]) -> pd.DataFrame:
    """Return one row a project: its fields, its strategy's, the measures of `PROJECT_MEASURES` and the doubts."""
    return _frame(
        [_cells(row, [row.project, row.strategy], PROJECT_MEASURES) for row in rows],
        [Project, Strategy], PROJECT_MEASURES, PROJECT_DOUBTS,
    )  # fmt: skip


def report_frame(rows: Sequence[ReportRow]) -> pd.DataFrame:
    """Return one row a report: its fields, the measures of `REPORT_MEASURES` and the doubts."""
    return _frame(
        [_cells(row, [row.report], REPORT_MEASURES) for row in rows], [Report], REPORT_MEASURES, REPORT_DOUBTS
    )


def indicator_frame(rows: Sequence[IndicatorRow]) -> pd.DataFrame:
    """Return one row an indicator: its fields, the measures of `INDICATOR_MEASURES` and the doubts."""
    return _frame(
        [_cells(row, [row.indicator], INDICATOR_MEASURES) for row in rows],
        [Indicator], INDICATOR_MEASURES, INDICATOR_DOUBTS,
    )  # fmt: skip


def report_rows(copy: Copy) -> list[ReportRow]:
    """Return the copy's reports in the order printed, each with the report of the next lower number in that copy."""
    project = copy.project or Project()
    times = Counter(report.report_no for report in copy.reports)
    by_number = sorted((report for report in copy.reports if report.report_no), key=_number)
    previous = {id(later): earlier for earlier, later in pairwise(by_number)}
    return [
        ReportRow(copy.document.family, report, previous.get(id(report)), project, times[report.report_no])
        for report in copy.reports
    ]


def _cells(row: Any, records: Sequence[Record], measures: Mapping[str, Callable[[Any], object]]) -> dict[str, object]:
    cells: dict[str, object] = {"family": row.family}
    cells |= {name: _cell(getattr(record, name)) for record in records for name in _names(type(record))}
    cells |= {name: measure(row) for name, measure in measures.items()}
    for record in records:
        cells |= record.doubts
        cells |= {f"{name}_stated": _stated(record, name) for name in _names(type(record))}
    return cells


def _stated(record: Record, name: str) -> object:
    """Return the field's value, or what was printed in its place; None is a blank, and not what cannot be read."""
    value = _cell(getattr(record, name))
    return record.doubts.get(f"{name}_unreadable") if value is None else value


def _cell(value: object) -> object:
    return "\n".join(value) or None if isinstance(value, list) else value


def _frame(
    rows: list[dict[str, object]],
    kinds: Sequence[type[Record]],
    measures: Mapping[str, Callable[[Any], object]],
    doubts: Sequence[str],
) -> pd.DataFrame:
    fields = [name for kind in kinds for name in _names(kind)]
    columns = ["family", *fields, *(f"{name}_stated" for name in fields), *measures, *doubts]
    # `object` keeps decimals, dates and None as they are; pandas would make floats and NaN of them.
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _names(kind: type[Record]) -> list[str]:
    return [name for name in kind.__struct_fields__ if name not in _EVIDENCE and name != "quarters"]


def _number(report: Report) -> int:
    return report.report_no or 0


# Measures of a project


def _agency_unknown(row: ProjectRow) -> str | None:
    code = row.project.agency_code
    return code if code and code not in agencies() else None


def _agency_mismatch(row: ProjectRow) -> str | None:
    known = agencies().get(row.project.agency_code or "")
    if not (known and known.agency_name and row.project.agency_path):
        return None
    # Of a division the department is printed first.
    printed = {shape(name) for name in row.project.agency_path}
    return None if shape(known.agency_name) in printed else f"{row.project.agency_path[0]} / {known.agency_name}"


def _days_outside(day: date | None, fiscal_year: int | None) -> int | None:
    return days_outside_fiscal_year(day, fiscal_year) if day and fiscal_year else None


def _duration_days(row: ProjectRow) -> int | None:
    start, end = row.project.start_date, row.project.end_date
    return (end - start).days if start and end else None


def _overspent_thb(row: ProjectRow) -> Decimal | None:
    received, spent = row.project.budget_received_thb, row.project.budget_spent_thb
    return spent - received if received and spent is not None and spent > received else None


def _full_progress_unspent(row: ProjectRow) -> str | None:
    """100 % with nothing spent; a project without a budget has nothing to spend."""
    project, last = row.project, max(row.reports, key=_number, default=None)
    progress = project.progress_pct if project.progress_pct is not None or last is None else last.progress_pct
    has_spent = project.budget_spent_thb or any(report.disbursed_thb for report in row.reports)
    if progress != FULL_PCT or not project.budget_received_thb or project.budget_spent_thb is None or has_spent:
        return None
    return f"{progress} %, {project.budget_spent_thb} of {project.budget_received_thb} baht"


def _report_numbers_missing(row: ProjectRow) -> str | None:
    numbers = {report.report_no for report in row.reports if report.report_no}
    missing = sorted(set(range(1, max(numbers, default=0))) - numbers)
    return ", ".join(map(str, missing)) or None


def _reported_only_late(row: ProjectRow) -> str | None:
    days = [report.report_date for report in row.reports if report.report_date]
    if not days or not row.project.fiscal_year:
        return None
    days_left = (fiscal_year_end(row.project.fiscal_year) - min(days)).days
    return min(days).isoformat() if 0 <= days_left < LATE_DAYS else None


def _goal_node(strategy: Strategy) -> PlanNode | None:
    return plan_nodes().get((strategy.plan_version or "", strategy.goal_code or ""))


def _goal_truncated(row: ProjectRow) -> str | None:
    """A goal's text ends in a per cent sign, or just where the plan's own text is known to be cut."""
    name, known = row.strategy.goal_name, _goal_node(row.strategy)
    if not name:
        return None
    is_known_cut = known is not None and known.is_truncated and shape(name) == shape(known.name)
    return name if name.endswith("%") or is_known_cut else None


def _goal_mismatch(row: ProjectRow) -> str | None:
    """The text printed under a goal's code is not the plan's; either may be cut short."""
    known = _goal_node(row.strategy)
    if not (known and row.strategy.goal_name):
        return None
    printed, planned = shape(row.strategy.goal_name.rstrip("%")), shape(known.name)
    is_same = printed.startswith(planned) or planned.startswith(printed)
    return None if is_same else f"{row.strategy.goal_name} / {known.name}"


def _plan_path_broken(row: ProjectRow) -> str | None:
    path = [code for code in (row.strategy.strategy_code, row.strategy.sub_issue_code, row.strategy.goal_code) if code]
    is_nested = all(lower.startswith(f"{upper}.") for upper, lower in pairwise(path))
    return None if is_nested else " / ".join(path)


def _lost_characters(row: ProjectRow) -> str | None:
    texts = _texts([row.project, row.strategy, *row.reports])
    count = sum(map(lost_characters, texts))
    return str(count) if count else None


def _texts(records: Sequence[Record]) -> list[str]:
    values = [getattr(record, name) for record in records for name in _names(type(record))]
    lists = [value if isinstance(value, list) else [value] for value in values]
    return [text for texts in lists for text in texts if isinstance(text, str)]


def _placeholder(text: str | None) -> str | None:
    if not text:
        return _BLANK
    return text if is_known_word("placeholder", text) else None


PROJECT_MEASURES: dict[str, Callable[[ProjectRow], object]] = {
    "agency_unknown": _agency_unknown,
    "agency_mismatch": _agency_mismatch,
    "start_days_outside_fiscal_year": lambda row: _days_outside(row.project.start_date, row.project.fiscal_year),
    "end_days_outside_fiscal_year": lambda row: _days_outside(row.project.end_date, row.project.fiscal_year),
    "duration_days": _duration_days,
    "overspent_thb": _overspent_thb,
    "full_progress_unspent": _full_progress_unspent,
    "report_count": lambda row: len(row.reports),
    "report_numbers_missing": _report_numbers_missing,
    "reported_only_late": _reported_only_late,
    "goal_truncated": _goal_truncated,
    "goal_mismatch": _goal_mismatch,
    "plan_path_broken": _plan_path_broken,
    "lost_characters": _lost_characters,
    "indicator_placeholder": lambda row: row.strategy.indicator_name and _placeholder(row.strategy.indicator_name),
    "rationale_placeholder": lambda row: _placeholder(row.project.rationale),
    "objectives_placeholder": lambda row: _placeholder(" ".join(row.project.objectives)),
    "targets_placeholder": lambda row: _placeholder(row.project.targets),
}


# Measures of a report


def _report_no_repeated(row: ReportRow) -> int | None:
    return row.times_numbered if row.report.report_no else None


def _progress_change(row: ReportRow) -> tuple[Decimal, Decimal] | None:
    before, now = row.previous.progress_pct if row.previous else None, row.report.progress_pct
    if before is None or now is None or not 0 <= before <= FULL_PCT or not 0 <= now <= FULL_PCT:
        return None
    return before, now


def _progress_rise_pct(row: ReportRow) -> Decimal | None:
    change = _progress_change(row)
    return change[1] - change[0] if change and change[1] > change[0] else None


def _progress_drop(row: ReportRow) -> str | None:
    change = _progress_change(row)
    return f"{change[0]} → {change[1]}" if change and change[1] < change[0] else None


def _progress_flat(row: ReportRow) -> str | None:
    change = _progress_change(row)
    return f"{change[0]} → {change[1]}" if change and change[1] == change[0] < FULL_PCT else None


def _days_after_previous(row: ReportRow) -> int | None:
    if row.previous is None or row.previous.report_date is None or row.report.report_date is None:
        return None
    return (row.report.report_date - row.previous.report_date).days


def _unknown_word(vocabulary: str, text: str | None) -> str | None:
    return text if text and not is_known_word(vocabulary, text) else None


REPORT_MEASURES: dict[str, Callable[[ReportRow], object]] = {
    "report_no_times": _report_no_repeated,
    "report_days_outside_fiscal_year": lambda row: _days_outside(row.report.report_date, row.project.fiscal_year),
    "days_after_previous": _days_after_previous,
    "progress_rise_pct": _progress_rise_pct,
    "progress_drop": _progress_drop,
    "progress_flat": _progress_flat,
    "plan_status_unknown": lambda row: _unknown_word("plan_status", row.report.plan_status),
    "target_status_unknown": lambda row: _unknown_word("target_status", row.report.target_status),
    "narrative_placeholder": lambda row: _placeholder(row.report.narrative),
}


# Measures of an indicator


INDICATOR_MEASURES: dict[str, Callable[[IndicatorRow], object]] = {}
