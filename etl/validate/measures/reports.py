"""Measures of a report, beside the one numbered before it."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from etl.parse.grammar import is_known_word
from etl.records import Copy, Project, Report
from etl.validate.measures.frame import frame
from etl.validate.measures.shared import FULL_PCT, days_outside, elided, placeholder

if TYPE_CHECKING:
    import pandas as pd


class ReportRow(NamedTuple):
    """A report, the one numbered before it, the project-year that both are of, and the family of the export."""

    family: str | None
    report: Report
    previous: Report | None
    project: Project
    times_numbered: int


def report_frame(rows: Sequence[ReportRow]) -> "pd.DataFrame":
    """Return one row a report: its fields, the measures below and the issues."""
    return frame("reports", [Report], [(row, (row.report,)) for row in rows], MEASURES)


def report_rows(copy: Copy) -> list[ReportRow]:
    """Return the copy's reports in the order printed, each with the report of the next lower number in that copy."""
    project, reports = copy.project or Project(), copy.reports
    times = Counter(report.report_no for report in reports)
    numbered = [place for place, report in enumerate(reports) if report.report_no]
    by_number = sorted(numbered, key=lambda place: reports[place].report_no or 0)
    previous = {later: reports[earlier] for earlier, later in pairwise(by_number)}
    return [
        ReportRow(copy.document.family, report, previous.get(place), project, times[report.report_no])
        for place, report in enumerate(reports)
    ]


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


MEASURES: dict[str, Callable[[ReportRow], object]] = {
    "report_no_times": _report_no_repeated,
    "report_days_outside_fiscal_year": lambda row: days_outside(row.report.report_date, row.project.fiscal_year),
    "days_after_previous": _days_after_previous,
    "progress_rise_pct": _progress_rise_pct,
    "progress_drop": _progress_drop,
    "progress_flat": _progress_flat,
    "plan_status_unknown": lambda row: _unknown_word("plan_status", row.report.plan_status),
    "target_status_unknown": lambda row: _unknown_word("target_status", row.report.target_status),
    "narrative_elided": lambda row: elided(row.report.narrative),
    "narrative_placeholder": lambda row: placeholder(row.report.narrative),
}
