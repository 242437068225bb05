"""The frames that rules judge: one row a record, with its fields, measures derived from them, and parsing issues.

A rule judges one value in one column, because only then does Great Expectations say which row failed. A question that
spans fields, reports or reference data is therefore computed here, as a measure; its limit is set in `expectations/`.
A measure is None where there is nothing to judge; a measure in words is also None when all is well. Each field has a
second column, `<field>_stated`, which is None only where nothing was printed.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from etl.issues import names
from etl.parse.grammar import is_known_word, shape
from etl.parse.units import number_in_unit
from etl.records import Copy, Indicator, Project, Record, Report, Strategy
from etl.records.names import quarter_field
from etl.reference import PlanNode, is_agency, names_of, plan_nodes, words
from etl.thai.calendar import FIRST_YEAR, LAST_YEAR, days_outside_fiscal_year, fiscal_year_end, fiscal_year_start
from etl.thai.text import lost_characters

if TYPE_CHECKING:
    import pandas as pd

FULL_PCT = Decimal(100)

_EVIDENCE = frozenset(Record.__struct_fields__)
_BLANK = "(blank)"
_PER_CENT = "ร้อยละ"
_DIMENSION = re.compile("มิติที่ ?[0-9๐-๙]")
_LEVEL_NAME = re.compile("[^ก-ฮ]*ระดับ")
_THOUSAND = 1000


class IndicatorRow(NamedTuple):
    """An indicator, the family of the export that names it, and the day on which it is judged."""

    family: str | None
    indicator: Indicator
    today: date


class ProjectRow(NamedTuple):
    """A copy's project with what belongs to it, the family of the export, and the day on which it is judged."""

    family: str | None
    project: Project
    strategy: Strategy
    reports: list[Report]
    today: date


class ReportRow(NamedTuple):
    """A report, the one numbered before it, the project-year that both are of, and the family of the export."""

    family: str | None
    report: Report
    previous: Report | None
    project: Project
    times_numbered: int


def project_frame(rows: Sequence[ProjectRow]) -> "pd.DataFrame":
    """Return one row a project: its fields, its strategy's, the measures of `PROJECT_MEASURES` and the issues."""
    return _frame(
        [_cells(row, [row.project, row.strategy], PROJECT_MEASURES) for row in rows],
        [Project, Strategy], PROJECT_MEASURES, names("projects"),
    )  # fmt: skip


def report_frame(rows: Sequence[ReportRow]) -> "pd.DataFrame":
    """Return one row a report: its fields, the measures of `REPORT_MEASURES` and the issues."""
    return _frame(
        [_cells(row, [row.report], REPORT_MEASURES) for row in rows], [Report], REPORT_MEASURES, names("reports")
    )


def indicator_frame(rows: Sequence[IndicatorRow]) -> "pd.DataFrame":
    """Return one row an indicator: its fields, the measures of `INDICATOR_MEASURES` and the issues."""
    return _frame(
        [_cells(row, [row.indicator], INDICATOR_MEASURES) for row in rows],
        [Indicator], INDICATOR_MEASURES, names("indicators"),
    )  # fmt: skip


def report_rows(copy: Copy) -> list[ReportRow]:
    """Return the copy's reports in the order printed, each with the report of the next lower number in that copy."""
    project, reports = copy.project or Project(), copy.reports
    times = Counter(report.report_no for report in reports)
    numbered = [place for place, report in enumerate(reports) if report.report_no]
    by_number = sorted(numbered, key=lambda place: _number(reports[place]))
    previous = {later: reports[earlier] for earlier, later in pairwise(by_number)}
    return [
        ReportRow(copy.document.family, report, previous.get(place), project, times[report.report_no])
        for place, report in enumerate(reports)
    ]


def _cells(row: Any, records: Sequence[Record], measures: Mapping[str, Callable[[Any], object]]) -> dict[str, object]:
    cells: dict[str, object] = {"family": row.family}
    cells |= {name: _cell(getattr(record, name)) for record in records for name in _names(type(record))}
    cells |= {name: measure(row) for name, measure in measures.items()}
    for record in records:
        cells |= record.issues
        cells |= {f"{name}_stated": _stated(record, name) for name in _names(type(record))}
    return cells


def _stated(record: Record, name: str) -> object:
    """Return the field's value, or what was printed in its place; None is a blank, and not what cannot be read."""
    value = _cell(getattr(record, name))
    return record.issues.get(f"{name}_unreadable") if value is None else value


def _cell(value: object) -> object:
    return "\n".join(value) or None if isinstance(value, list) else value


def _frame(
    rows: list[dict[str, object]],
    kinds: Sequence[type[Record]],
    measures: Mapping[str, Callable[[Any], object]],
    issues: Iterable[str],
) -> "pd.DataFrame":
    import pandas as pd

    fields = [name for kind in kinds for name in _names(kind)]
    columns = ["family", *fields, *(f"{name}_stated" for name in fields), *measures, *sorted(issues)]
    # `object` keeps decimals, dates and None as they are; pandas would make floats and NaN of them.
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _names(kind: type[Record]) -> list[str]:
    return [name for name in kind.__struct_fields__ if name not in _EVIDENCE and name != "quarters"]


def _number(report: Report) -> int:
    return report.report_no or 0


# Measures of a project


def _days_to_fiscal_year(fiscal_year: int | None, today: date) -> int | None:
    """Days until a fiscal year that has not begun; one that cannot be in a calendar is another rule's."""
    if not fiscal_year or not FIRST_YEAR <= fiscal_year <= LAST_YEAR:
        return None
    days = (fiscal_year_start(fiscal_year) - today).days
    return days if days > 0 else None


def _agency_unknown(of: Project | Indicator) -> str | None:
    """A code that is no agency's, or is one's in other years only."""
    code, year = of.agency_code, of.fiscal_year
    if not code or is_agency(code, year):
        return None
    return f"{code} in {year}" if is_agency(code, None) else code


def _identity(row: ProjectRow) -> str | None:
    """What identifies the project: its code as printed, readable or not, or the number of its view."""
    return row.project.project_code or row.project.issues.get("project_code_unreadable") or row.project.view_id


def _view_without_code(row: ProjectRow) -> str | None:
    return None if row.project.project_code else row.project.view_id


def _blank(row: ProjectRow, field: str) -> str | None:
    """A label without a value behind it. A field whose label is not printed is missing, not blank."""
    is_printed = field in row.project.places and _stated(row.project, field) is None
    return _BLANK if is_printed else None


def _agency_mismatch(row: ProjectRow) -> str | None:
    project = row.project
    names = names_of(project.agency_code, project.fiscal_year) if project.agency_code else frozenset()
    if not (names and project.agency_path):
        return None
    # Of a division the department is printed first.
    if {shape(name) for name in project.agency_path}.isdisjoint(map(shape, names)):
        return f"{project.agency_path[0]} / {' / '.join(sorted(names))}"
    return None


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
    are_fractions = len(stated) > 1 and min(stated) >= 0 and max(stated) <= 1 and any(one % 1 for one in stated)
    return ", ".join(map(str, stated)) if are_fractions else None


def _indicators_in_one(row: ProjectRow) -> str | None:
    """The indicator's name, where another one's dimension stands in it."""
    name = row.strategy.indicator_name
    return name if name and _DIMENSION.search(name) else None


def _report_numbers_missing(row: ProjectRow) -> str | None:
    numbers = {report.report_no for report in row.reports if report.report_no}
    missing = sorted(set(range(1, max(numbers, default=0))) - numbers)
    return ", ".join(map(str, missing)) or None


def _days_left_at_first_report(row: ProjectRow) -> int | None:
    """Days from the first report to the end of the fiscal year; one that comes after it is another rule's."""
    days = [report.report_date for report in row.reports if report.report_date]
    if not days or not row.project.fiscal_year:
        return None
    days_left = (fiscal_year_end(row.project.fiscal_year) - min(days)).days
    return days_left if days_left >= 0 else None


def _goal_node(plan: Strategy | Indicator) -> PlanNode | None:
    return plan_nodes().get((plan.plan_version or "", plan.goal_code or ""))


def _goal_truncated(plan: Strategy | Indicator) -> str | None:
    """A goal's text ends in a per cent sign, or just where the plan's own text is known to be cut."""
    name, known = plan.goal_name, _goal_node(plan)
    if not name:
        return None
    is_known_cut = known is not None and known.is_truncated and shape(name) == shape(known.name)
    return name if name.endswith("%") or is_known_cut else None


def _goal_mismatch(plan: Strategy | Indicator) -> str | None:
    """The text printed under a goal's code is not the plan's; either may be cut short."""
    known = _goal_node(plan)
    if not (known and plan.goal_name):
        return None
    printed, planned = shape(plan.goal_name.rstrip("%")), shape(known.name)
    is_same = printed.startswith(planned) or planned.startswith(printed)
    return None if is_same else f"{plan.goal_name} / {known.name}"


def _plan_path_broken(plan: Strategy | Indicator) -> str | None:
    path = [code for code in (plan.strategy_code, plan.sub_issue_code, plan.goal_code) if code]
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


def _prose_placeholder(row: ProjectRow, field: str) -> str | None:
    """A placeholder or a blank under a heading; without its heading, the prose is missing and not blank."""
    value = _cell(getattr(row.project, field))
    return _placeholder(str(value).replace("\n", " ") if value else None) if field in row.project.places else None


PROJECT_MEASURES: dict[str, Callable[[ProjectRow], object]] = {
    "days_to_fiscal_year": lambda row: _days_to_fiscal_year(row.project.fiscal_year, row.today),
    "agency_unknown": lambda row: _agency_unknown(row.project),
    "agency_mismatch": _agency_mismatch,
    "start_days_outside_fiscal_year": lambda row: _days_outside(row.project.start_date, row.project.fiscal_year),
    "end_days_outside_fiscal_year": lambda row: _days_outside(row.project.end_date, row.project.fiscal_year),
    "duration_days": _duration_days,
    "overspent_thb": _overspent_thb,
    "full_progress_unspent": _full_progress_unspent,
    "report_count": _report_count,
    "report_numbers_missing": _report_numbers_missing,
    "days_left_at_first_report": _days_left_at_first_report,
    "goal_truncated": lambda row: _goal_truncated(row.strategy),
    "goal_mismatch": lambda row: _goal_mismatch(row.strategy),
    "plan_path_broken": lambda row: _plan_path_broken(row.strategy),
    "lost_characters": _lost_characters,
    "indicator_name_placeholder": lambda row: row.strategy.indicator_name and _placeholder(row.strategy.indicator_name),
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


def _goal_absent(row: IndicatorRow) -> str | None:
    """An indicator outside of routine work, under no goal."""
    indicator = row.indicator
    is_routine = indicator.indicator_type == "routine"
    return None if is_routine or _stated(indicator, "goal_code") else _BLANK


def _unit_clash(row: IndicatorRow) -> str | None:
    """A target on a scale with results beyond its end; or a level measured in per cent by steps of a scale."""
    indicator, target = row.indicator, row.indicator.target_value
    results = [value for value in (indicator.result_value, *_quarter_results(indicator)) if value is not None]
    highest, steps = max(results, default=None), _scale_max().get(indicator.unit or "")
    if target is None or highest is None:
        return None
    if steps:
        return f"{target} / {highest}" if target <= steps < highest else None
    is_level = indicator.unit == _PER_CENT and _LEVEL_NAME.match(indicator.indicator_name or "")
    is_step = 0 < min(target, indicator.result_value or target) <= max(_scale_max().values())
    return f"{target} / {highest}" if is_level and is_step else None


def _scale_max() -> dict[str, int]:
    scales: dict[str, int] = words("vocabulary")["scale_max"]
    return scales


def _quarter_results(indicator: Indicator) -> list[Decimal | None]:
    return [quarter.result_value for quarter in indicator.quarters]


def _cut_at_comma(row: IndicatorRow, value: Decimal | None) -> str | None:
    """A value that equals the digits before the comma of a quarter's result: 1 of 1,407.52."""
    grouped = [f"{result:,}" for result in _quarter_results(row.indicator) if result and result >= _THOUSAND]
    whole = next((text for text in grouped if value == Decimal(text.partition(",")[0])), None)
    return f"{value} / {whole}" if whole else None


def _quarters_cut(row: IndicatorRow) -> str | None:
    cut = (_cut_at_comma(row, result) for result in _quarter_results(row.indicator) if result is not None)
    return ", ".join(filter(None, cut)) or None


def _headline_not_last(row: IndicatorRow) -> str | None:
    """The headline and the result of the last quarter that has one, where they differ."""
    headline = row.indicator.result_value
    last = next((value for value in reversed(_quarter_results(row.indicator)) if value is not None), None)
    return f"{headline} / {last}" if None not in (headline, last) and headline != last else None


def _scores_out_of_range(row: IndicatorRow) -> str | None:
    scores = [quarter.score for quarter in row.indicator.quarters if quarter.score is not None]
    return ", ".join(str(score) for score in scores if not 0 <= score <= FULL_PCT) or None


def _evaluations_disagree(row: IndicatorRow) -> str | None:
    """The evaluation's score and the one that the table has for its quarter, where they differ."""
    score, number = row.indicator.evaluation_score, row.indicator.evaluation_quarter
    in_table = next((quarter.score for quarter in row.indicator.quarters if quarter.quarter == number), None)
    return f"{score} / {in_table}" if None not in (score, in_table) and score != in_table else None


def _evaluated_without_result(row: IndicatorRow) -> str | None:
    """The quarters that were given a score though their result is 0."""
    quarters = [quarter.quarter for quarter in row.indicator.quarters if quarter.score and quarter.result_value == 0]
    return ", ".join(map(str, quarters)) or None


def _name_placeholder(row: IndicatorRow) -> str | None:
    return row.indicator.indicator_name and _placeholder(row.indicator.indicator_name)


def _narrative_placeholders(row: IndicatorRow) -> str | None:
    """The quarters under whose heading nothing is reported."""
    places, quarters = row.indicator.places, row.indicator.quarters
    headed = [quarter for quarter in quarters if quarter_field(quarter.quarter, "narrative") in places]
    return ", ".join(str(quarter.quarter) for quarter in headed if _placeholder(quarter.narrative)) or None


def _characters_lost(row: IndicatorRow) -> str | None:
    narratives = [quarter.narrative or "" for quarter in row.indicator.quarters]
    return str(sum(map(lost_characters, [*_texts([row.indicator]), *narratives])) or "") or None


INDICATOR_MEASURES: dict[str, Callable[[IndicatorRow], object]] = {
    "days_to_fiscal_year": lambda row: _days_to_fiscal_year(row.indicator.fiscal_year, row.today),
    "agency_unknown": lambda row: _agency_unknown(row.indicator),
    "goal_absent": _goal_absent,
    "goal_truncated": lambda row: _goal_truncated(row.indicator),
    "goal_mismatch": lambda row: _goal_mismatch(row.indicator),
    "plan_path_broken": lambda row: _plan_path_broken(row.indicator),
    "unit_number": lambda row: number_in_unit(row.indicator.unit_raw or ""),
    "unit_unknown": lambda row: None if row.indicator.unit else row.indicator.unit_raw,
    "unit_clash": _unit_clash,
    "headline_cut": lambda row: _cut_at_comma(row, row.indicator.result_value),
    "quarters_cut": _quarters_cut,
    "headline_not_last": _headline_not_last,
    "scores_out_of_range": _scores_out_of_range,
    "evaluations_disagree": _evaluations_disagree,
    "evaluated_without_result": _evaluated_without_result,
    "indicator_name_placeholder": _name_placeholder,
    "narrative_placeholders": _narrative_placeholders,
    "characters_lost": _characters_lost,
}
