"""Measures of a project, with its place in a plan and its reports."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from etl.parse.grammar import shape
from etl.records import Project, Report, Strategy
from etl.reference import names_of
from etl.thai.calendar import fiscal_year_end
from etl.thai.text import lost_characters
from etl.validate.measures.frame import cell, frame, stated
from etl.validate.measures.shared import (
    BLANK,
    FULL_PCT,
    agency_unknown,
    days_outside,
    days_to_fiscal_year,
    elided,
    goal_mismatch,
    goal_truncated,
    placeholder,
    plan_path_broken,
    texts_of,
)

if TYPE_CHECKING:
    import pandas as pd

_DIMENSION = re.compile("มิติที่ ?[0-9๐-๙]")


class ProjectRow(NamedTuple):
    """A copy's project with what belongs to it, the family of the export, and the day on which it is judged."""

    family: str | None
    project: Project
    strategy: Strategy
    reports: list[Report]
    today: date


def project_frame(rows: Sequence[ProjectRow]) -> "pd.DataFrame":
    """Return one row a project: its fields, its strategy's, the measures below and the issues."""
    return frame("projects", [Project, Strategy], [(row, (row.project, row.strategy)) for row in rows], MEASURES)


def _identity(row: ProjectRow) -> str | None:
    """What identifies the project: its code as printed, readable or not, or the number of its view."""
    return row.project.project_code or row.project.issues.get("project_code_unreadable") or row.project.view_id


def _view_without_code(row: ProjectRow) -> str | None:
    return None if row.project.project_code else row.project.view_id


def _blank(row: ProjectRow, field: str) -> str | None:
    """A label without a value behind it. A field whose label is not printed is missing, not blank."""
    is_printed = field in row.project.places and stated(row.project, field) is None
    return BLANK if is_printed else None


def _agency_mismatch(row: ProjectRow) -> str | None:
    project = row.project
    names = names_of(project.agency_code, project.fiscal_year) if project.agency_code else frozenset()
    if not (names and project.agency_path):
        return None
    # Of a division the department is printed first.
    if {shape(name) for name in project.agency_path}.isdisjoint(map(shape, names)):
        return f"{project.agency_path[0]} / {' / '.join(sorted(names))}"
    return None


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


def _report_count(row: ProjectRow) -> int | None:
    """How many reports there are; where parts of the export are cut off, none says nothing."""
    is_cut = "sections_missing" in row.project.issues
    return None if is_cut and not row.reports else len(row.reports)


def _headline_mismatch(row: ProjectRow) -> str | None:
    """The headline and the progress of the last report, where they differ."""
    last = max(row.reports, key=_number, default=Report()).progress_pct
    headline = row.project.progress_pct
    return f"{headline} / {last}" if None not in (headline, last) and headline != last else None


def _evaluation_lead_pct(row: ProjectRow) -> Decimal | None:
    score, progress = row.project.evaluation_score, row.project.progress_pct
    return score - progress if score is not None and progress is not None else None


def _progress_fractions(row: ProjectRow) -> str | None:
    """The progress of the reports, where several are given and all may be fractions: 0.33 for 33 per cent."""
    stated = [report.progress_pct for report in row.reports if report.progress_pct is not None]
    are_fractions = (
        len(stated) > 1 and min(stated) >= 0 and max(stated) <= 1 and any(progress % 1 for progress in stated)
    )
    return ", ".join(map(str, stated)) if are_fractions else None


def _indicators_in_one(row: ProjectRow) -> str | None:
    """The indicator's name, where another one's dimension stands in it."""
    name = row.strategy.indicator_name
    return name if name and _DIMENSION.search(name) else None


def _report_numbers_missing(row: ProjectRow) -> str | None:
    numbers = {report.report_no for report in row.reports if report.report_no}
    if "report_alone" in row.project.issues:  # a register that shows each project's last report alone
        return None
    missing = sorted(set(range(1, max(numbers, default=0))) - numbers)
    return ", ".join(map(str, missing)) or None


def _days_left_at_first_report(row: ProjectRow) -> int | None:
    """Days from the first report to the end of the fiscal year; one that comes after it is another rule's."""
    days = [report.report_date for report in row.reports if report.report_date]
    if not days or not row.project.fiscal_year:
        return None
    days_left = (fiscal_year_end(row.project.fiscal_year) - min(days)).days
    return days_left if days_left >= 0 else None


def _lost_characters(row: ProjectRow) -> str | None:
    texts = texts_of([row.project, row.strategy, *row.reports])
    count = sum(map(lost_characters, texts))
    return str(count) if count else None


def _prose_placeholder(row: ProjectRow, field: str) -> str | None:
    """A placeholder or a blank under a heading; without its heading, the prose is missing and not blank."""
    value = cell(getattr(row.project, field))
    return placeholder(str(value).replace("\n", " ") if value else None) if field in row.project.places else None


def _elided(row: ProjectRow, field: str) -> str | None:
    """The end of a text, or of an item of a list, that goes on elsewhere."""
    value = getattr(row.project if field in Project.__struct_fields__ else row.strategy, field)
    return next(filter(None, map(elided, value if isinstance(value, list) else [value])), None)


def _end_missing(row: ProjectRow) -> str | None:
    """The last report of a form that neither certification nor signature ends: more may have stood behind it."""
    if "end" in row.project.places:
        return None
    last = row.reports[-1] if row.reports else None
    return str((last.report_no or last.report_date) if last else BLANK)


def _number(report: Report) -> int:
    return report.report_no or 0


MEASURES: dict[str, Callable[[ProjectRow], object]] = {
    "days_to_fiscal_year": lambda row: days_to_fiscal_year(row.project.fiscal_year, row.today),
    "agency_unknown": lambda row: agency_unknown(row.project),
    "agency_mismatch": _agency_mismatch,
    "start_days_outside_fiscal_year": lambda row: days_outside(row.project.start_date, row.project.fiscal_year),
    "end_days_outside_fiscal_year": lambda row: days_outside(row.project.end_date, row.project.fiscal_year),
    "duration_days": _duration_days,
    "overspent_thb": _overspent_thb,
    "full_progress_unspent": _full_progress_unspent,
    "report_count": _report_count,
    "report_numbers_missing": _report_numbers_missing,
    "days_left_at_first_report": _days_left_at_first_report,
    "end_missing": _end_missing,
    "goal_truncated": lambda row: goal_truncated(row.strategy),
    "goal_mismatch": lambda row: goal_mismatch(row.strategy),
    "plan_path_broken": lambda row: plan_path_broken(row.strategy),
    "lost_characters": _lost_characters,
    "indicator_name_placeholder": lambda row: row.strategy.indicator_name and placeholder(row.strategy.indicator_name),
    "identity": _identity,
    "view_without_code": _view_without_code,
    "headline_mismatch": _headline_mismatch,
    "progress_fractions": _progress_fractions,
    "indicators_in_one": _indicators_in_one,
    "evaluation_lead_pct": _evaluation_lead_pct,
    **{
        f"{field}_blank": partial(_blank, field=field)
        for field in (
            "start_date",
            "end_date",
            "budget_received_thb",
            "budget_spent_thb",
            "agency_path",
            "progress_pct",
        )
    },
    **{
        f"{field}_placeholder": partial(_prose_placeholder, field=field)
        for field in ("rationale", "objectives", "targets")
    },
    **{
        f"{field}_elided": partial(_elided, field=field)
        for field in (
            "project_name",
            "rationale",
            "objectives",
            "targets",
            "strategy_name",
            "sub_issue_name",
            "goal_name",
            "indicator_name",
        )
    },
}
