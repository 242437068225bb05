"""Which values of a recognised document somebody should look at: those that nothing printed corroborates.

In come the records of a copy and the lines that they were read from; out come issues, `<field>_misread`, for each value
that has to be right to the digit: whose figure was not recognised for sure, was inferred, or cannot be found again on
its lines, and which neither the calendar nor the rest of the record confirms.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any

from etl.parse.grammar import add_issue, label_pattern, shape
from etl.records import Copy, Line, Project, Record, Report
from etl.records.names import quarter_field
from etl.repair.parts import of_family
from etl.thai.calendar import (
    BE_MINUS_CE,
    days_outside_fiscal_year,
    fiscal_year_end,
    fiscal_year_of,
    fiscal_year_start,
)
from etl.thai.dates import MONTHS, WINDOW_DAYS
from etl.thai.text import arabic_digits

_LINES_MAX = 4  # from a field's place to the end of its value
_FIGURE = re.compile(r"[0-9](?:[0-9.,/:-]*[0-9])?")
_PARTS_SIGN = re.compile(r"\s*([/–-])\s*")
_MISPRINTED = re.compile(r"0[0-9].*|[0-9]{1,3}\.[0-9]{3}")  # a point that was lost, or a comma taken for one
_AMOUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]{2})?")
_NOTHING = "(nothing)"
_FULL_PCT = 100

_FIELDS = (
    "project_code", "fiscal_year", "start_date", "end_date", "budget_received_thb", "budget_spent_thb", "agency_path",
    "progress_pct", "evaluation_quarter", "evaluation_score", "strategy_code", "sub_issue_code", "goal_code",
    "dimension_no", "report_no", "report_date", "disbursed_thb", "plan_status", "target_status", "kpi_id",
    "target_value", "result_value",
)  # fmt: skip
_NO_KEYS = (  # of a project, and of a report
    "start_date", "end_date", "budget_received_thb", "budget_spent_thb", "report_date", "progress_pct", "disbursed_thb",
)  # fmt: skip
_STRATEGY_FIELDS = {  # by the name of their label
    "strategy": "strategy_code", "sub_issue": "sub_issue_code", "goal": "goal_code", "indicator": "dimension_no",
}  # fmt: skip
_QUARTER_FIELDS = ("result_value", "score", "pair_score")


def note_uncorroborated(copy: Copy, lines: Sequence[Line]) -> None:
    """Note for each record of a copy which of its values are not corroborated by the lines of the document."""
    index_of = {line.place: index for index, line in enumerate(lines)}
    records = [record for record in (copy.project, copy.strategy, *copy.reports, *copy.indicators) if record]
    starts = sorted({index_of[place] for record in records for place in record.places.values() if place in index_of})
    for record in records:
        for field, value in _values(record):
            place = record.places.get(field)
            if place not in index_of:
                continue
            start = index_of[place]
            following = bisect_right(starts, start)
            end = min(starts[following] if following < len(starts) else len(lines), start + _LINES_MAX)
            if not _is_corroborated(field, value, lines[start:end], is_confirmed=_is_confirmed(copy, field)):
                add_issue(record, f"{field}_misread", _NOTHING if value in (None, []) else str(value))
    _note_uncertified(copy, lines)
    _note_missing(copy)
    for judged in filter(None, (copy.project, *copy.reports)):
        _as_misread(judged)
    for report in copy.reports:
        _drop_impossible(report, copy.project.fiscal_year if copy.project else None)


def _as_misread(record: Record) -> None:
    """Note an unreadable value that is no key as misread, which warns, and not as unreadable, which holds back.

    That a picture is hard to read is no reason to refuse the record.
    """
    for field in _NO_KEYS:
        if (printed := record.issues.pop(f"{field}_unreadable", None)) is not None:
            add_issue(record, f"{field}_misread", printed)


def _drop_impossible(report: Report, fiscal_year: int | None) -> None:
    """Take out of a report an uncertain date or percentage that no report of the year can have."""
    day, pct = report.report_date, report.progress_pct
    if "report_date_misread" in report.issues and day and fiscal_year:
        report.report_date = day if days_outside_fiscal_year(day, fiscal_year) <= WINDOW_DAYS else None
    if "progress_pct_misread" in report.issues and pct is not None:
        report.progress_pct = pct if 0 <= pct <= _FULL_PCT else None


def _note_uncertified(copy: Copy, lines: Sequence[Line]) -> None:
    """Raise an issue where a signed copy is not certified: the sentence above the signature was not recognised."""
    family = copy.document.family
    words = of_family(family, "signature") if family else None
    if copy.project is None or copy.project.is_certified or words is None:
        return
    own = (line for line in lines if copy.first_line <= line.place.line <= copy.last_line)
    if signature := next((line for line in own if _signature(words[0]).match(line.text)), None):
        add_issue(copy.project, "is_certified_misread", _NOTHING)
        copy.project.places["is_certified"] = signature.place


@cache
def _signature(label: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{label_pattern(label)}\s*[.…(]")


def _note_missing(copy: Copy) -> None:
    """Raise an issue for each field of a form of which not even the label was recognised."""
    labels = copy.project.issues.get("labels_missing", "").split(", ") if copy.project else []
    for label in labels:
        field = _STRATEGY_FIELDS.get(label, label)
        record = copy.strategy if label in _STRATEGY_FIELDS else copy.project
        if record and field in _FIELDS and hasattr(record, field):
            add_issue(record, f"{field}_misread", _NOTHING)


def _values(record: Record) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a record that have to be right to the digit, and their values."""
    for field in _FIELDS:
        if hasattr(record, field) and f"{field}_unreadable" not in record.issues:
            yield field, getattr(record, field)
    for quarter in getattr(record, "quarters", ()):
        for field in _QUARTER_FIELDS:
            yield quarter_field(quarter.quarter, field), getattr(quarter, field)


def _is_corroborated(field: str, value: Any, lines: Sequence[Line], *, is_confirmed: bool) -> bool:
    """Tell whether a value stands on its lines, and there neither inferred nor with low confidence."""
    uncertain = chain.from_iterable((*line.repaired, *(() if is_confirmed else line.low_confidence)) for line in lines)
    if any(_reads_as(field, arabic_digits(text), value) for text in uncertain):
        return False
    if isinstance(value, list) or (isinstance(value, str) and not _FIGURE.search(value)):
        return True
    text = _PARTS_SIGN.sub(r"\1", arabic_digits(" ".join(line.text for line in lines)))
    return any(_reads_as(field, figure, value) for figure in _FIGURE.findall(text))


def _reads_as(field: str, printed: str, value: Any) -> bool:
    """Tell whether something printed can have been read as the value, or as a part of it."""
    match value:
        case str():
            return printed == value or printed in re.split("[/ -]+", value) or printed == value.replace(" ", "")
        case list():
            return printed in value
        case date():
            return MONTHS.get(shape(printed)) == value.month or _is_day(
                [int(number) for number in re.findall("[0-9]+", printed)], value
            )
        case int() | Decimal():
            is_figure = _AMOUNT if field.endswith("_thb") else _FIGURE
            return bool(is_figure.fullmatch(printed)) and _number(printed) == value
    return False


def _is_day(numbers: Sequence[int], day: date) -> bool:
    """Tell whether numbers are those of a day, in any order and era; of a date with its month in words, one of them."""
    years = {day.year, day.year + BE_MINUS_CE, (day.year + BE_MINUS_CE) % 100}
    if len(numbers) == 1:
        return numbers[0] in {day.day, *years}
    return bool(years & set(numbers)) and {day.day, day.month} <= set(numbers)


def _number(printed: str) -> Decimal | None:
    number = printed.replace(",", "")
    is_number = re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", number) and not _MISPRINTED.fullmatch(printed)
    return Decimal(number) if is_number else None


def _is_confirmed(copy: Copy, field: str) -> bool:
    """Tell whether the calendar or the rest of the copy says the same as a value of which recognition is not sure."""
    project = copy.project or Project()
    year = project.fiscal_year
    match field:
        case "fiscal_year":
            return year is not None and any(
                day and fiscal_year_of(day) == year for day in (project.start_date, project.end_date)
            )
        case "start_date":
            return year is not None and project.start_date == fiscal_year_start(year)
        case "end_date":
            return year is not None and project.end_date == fiscal_year_end(year)
        case "report_no":
            numbers = [report.report_no for report in copy.reports]
            count = len(numbers)
            return numbers in (list(range(1, count + 1)), list(range(count, 0, -1))) and not any(
                "report_no_mismatch" in report.issues for report in copy.reports
            )
        case "disbursed_thb" | "budget_spent_thb":
            spent = [report.disbursed_thb for report in copy.reports]
            return (
                bool(project.budget_spent_thb)
                and None not in spent
                and sum(filter(None, spent)) == project.budget_spent_thb
            )
    return False
