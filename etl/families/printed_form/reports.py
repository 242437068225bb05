"""The reports of a printed form: a heading with number, date and narrative, and a detail with progress and money."""

import re

from etl.families.printed_form.columns import COLUMNS, OTHER
from etl.families.printed_form.lines import FRAME, PLANNED, PROGRESS, TRANSLATED, WORDS
from etl.families.printed_form.tables import UNIT, Listed
from etl.families.printed_form.units import in_unit
from etl.parse.grammar import (
    Text,
    add_issue,
    fill,
    is_known_word,
    label_pattern,
    read_report_no,
    shape,
)
from etl.parse.values import fill_date, fill_money, fill_percent, fill_word
from etl.records import Report
from etl.thai.text import arabic_digits

_REPORTS = WORDS["reports"]
_DETAIL_LINES_MAX = 40  # even wrapped in the narrowest column, a detail has half as many
_DETAIL_MARK = "::"
_STATUS_FIELDS = ("plan_status", "target_status")
_STATUSES = 2  # against the plan, and against the target
_HEADING = re.compile(
    rf"{FRAME}{label_pattern(_REPORTS['heading'])}\s*{TRANSLATED}(?P<no>[^\s:]*)\s*{TRANSLATED}::?\s*(?P<rest>.*)"
)
# The heading with its number alone; the date follows on the next line.
_HEADING_ALONE = re.compile(rf"{FRAME}{label_pattern(_REPORTS['heading'])}\s*{TRANSLATED}[0-9๐-๙]+\s*{TRANSLATED}$")
_CLOCK = r"(?:\s+|T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?+(?:\s?น\.?|Z|[+-]\d{2}:?\d{2})?"
_DATED = re.compile(rf"(?P<date>[^:]*?\d[/-]\d+{_CLOCK}\s*\)?\s*|[^:]*+):(?P<narrative>.*)", re.DOTALL)
# Labels of the statuses, which may stand on lines of their own below the amount.
_STATUS_LABELS = re.compile(
    rf"(?<=บาท)\s+{label_pattern(*COLUMNS['plan_status'])}(?=:)|\s{label_pattern(*COLUMNS['target_status'])}(?=:)"
)
_DETAIL = re.compile(rf"{FRAME}{PROGRESS}")
_PLANNED = re.compile(rf"{FRAME}{PLANNED}")
_DISBURSED = re.compile(
    rf"{label_pattern(_REPORTS['disbursed'])}{TRANSLATED}\(\s*{label_pattern(_REPORTS['counter'])}(?P<no>[^()]*)\)\s*"
    rf"{TRANSLATED}=\s*"
)


def begins_report(text: str) -> bool:
    """Tell whether a line begins a report: it is its heading, or the part of it up to the number."""
    return bool(_HEADING.match(text) or _HEADING_ALONE.match(text))


def is_planned_alone(text: str) -> bool:
    """Tell whether a line has nothing but the progress that was planned; the real one follows on the next line."""
    return _PLANNED.fullmatch(text) is not None


def says_disbursed(text: str) -> bool:
    """Tell whether the detail of a report says what was disbursed."""
    return _DISBURSED.search(text) is not None


def is_whole_detail(text: Text) -> bool:
    """Tell whether a detail is complete, so that no line continues it: it ends with a known target status."""
    if len(text.lines) > _DETAIL_LINES_MAX:
        return True
    match = _DISBURSED.search(joined := text.value)
    statuses = joined[match.end() :].split(":")[1:] if match else []
    return len(statuses) >= _STATUSES and is_known_word("target_status", statuses[-1])


def read_report(heading: Text, detail: Text | None, fiscal_year: int | None) -> Report:
    """Return the report of a heading and its detail; without a detail, it is noted as incomplete."""
    report = Report()
    _read_heading(report, heading, fiscal_year)
    if detail is None:
        _break_off(report, heading)
    else:
        _read_detail(report, detail)
    return report


def read_listed_report(texts: Listed, fiscal_year: int | None) -> Report:
    """Return the report whose texts stand in cells or behind labels; without progress, it is noted as incomplete.

    A table may have no column for numbers. Its reports are known by their days then, which is noted.
    """
    report = Report()
    no = texts.get("report_no")
    fill(report, "report_no", no, read_report_no, no.value.strip("().: ") if no else None)
    fill_date(report, "report_date", texts.get("report_date"), fiscal_year)
    fill(report, "narrative", texts.get("narrative"))
    fill_percent(report, "progress_pct", texts.get("progress_pct"))
    amount, unit = texts.get("disbursed_thb"), texts.get(UNIT)
    fill_money(report, "disbursed_thb", amount, in_unit(amount.value, unit.value) if amount and unit else None)
    for field in _STATUS_FIELDS:
        fill_word(report, field, texts.get(field))
    if "progress_pct" not in texts:
        _break_off(report, next(iter(texts.values())))
    elif _DETAIL_MARK in (report.narrative or ""):  # the form's own detail begins there, and was not known as one
        _break_off(report, texts["narrative"])
    elif amount and ":" in amount.value and not {*_STATUS_FIELDS} & texts.keys():
        _break_off(report, amount)  # the statuses stand behind it
    if other := texts.get(OTHER):
        add_issue(report, "columns_unread", other.value)
        report.places["columns"] = other.place
    if no is None:
        add_issue(report, "report_no_unlisted", str(report.report_date))
        report.places["report_no"] = next(iter(texts.values())).place
    else:
        _note_missing_number(report)
    if (counter := texts.get("counter")) and arabic_digits(counter.value).lstrip("0") != str(report.report_no):
        add_issue(report, "report_no_mismatch", f"รายงานครั้งที่ {report.report_no} / (ครั้งที่ {counter.value})")
    return report


def _break_off(report: Report, text: Text) -> None:
    """Note that the report breaks off before its last value: the value printed last may be cut as well."""
    add_issue(report, "detail_incomplete", text.value)
    report.places["detail"] = text.place


def _note_missing_number(report: Report) -> None:
    if report.report_no is None and "report_no_unreadable" not in report.issues:
        add_issue(report, "report_no_missing", "(blank)")


def _read_heading(report: Report, heading: Text, fiscal_year: int | None) -> None:
    match = _HEADING.fullmatch(heading.value)
    number, rest = (match["no"], match["rest"]) if match else ("", heading.value)
    fill(report, "report_no", heading, read_report_no, number)
    _note_missing_number(report)
    dated = _DATED.fullmatch(rest)
    printed_date, narrative = (dated["date"], dated["narrative"]) if dated else (rest, "")
    fill_date(report, "report_date", heading, fiscal_year, printed_date)
    fill(report, "narrative", heading, str, narrative)


def _read_detail(report: Report, detail: Text) -> None:
    text = detail.value
    start, disbursed = _DETAIL.match(text), _DISBURSED.search(text)
    end = disbursed.start() if disbursed else text.find(" :")
    progress = text[start.end() if start else 0 : end if end >= 0 else None]
    fill_percent(report, "progress_pct", detail, progress.rstrip(": "))
    if planned := _PLANNED.match(text):
        add_issue(report, "columns_unread", planned[0].strip(": \t"))
        report.places["columns"] = detail.place
    if not disbursed:
        _break_off(report, detail)
        return
    if shape(arabic_digits(disbursed["no"])).lstrip("0") != str(report.report_no or ""):
        add_issue(report, "report_no_mismatch", f"รายงานครั้งที่ {report.report_no} / (ครั้งที่{disbursed['no']})")
    amount, *statuses = _STATUS_LABELS.sub("", text[disbursed.end() :]).split(":")
    fill_money(report, "disbursed_thb", detail, amount)
    if len(statuses) < _STATUSES:
        _break_off(report, detail)
    for field, printed in zip(_STATUS_FIELDS, statuses, strict=False):
        fill_word(report, field, detail, printed)
    if any(extra := statuses[_STATUSES:]):
        add_issue(report, "status_extra", ":".join(extra).strip())
        report.places["status"] = detail.place
