"""The printed form: sections 1.1 to 1.6 describe a project-year, section 2 lists its reports; copies follow each other.

Two layouts are known. They differ in stars, blanks and colons, in where the title stands (it may part a label from its
value), and in whether a percent sign follows the progress.
"""

import re
from collections.abc import Iterator
from enum import StrEnum, auto
from functools import lru_cache, partial
from itertools import pairwise
from typing import NamedTuple

from etl.families import labels
from etl.parse.grammar import (
    Text,
    add_issue,
    fill,
    fill_date,
    is_known_word,
    label_pattern,
    read_project_code,
    read_report_no,
    read_year,
    shape,
    word_reader,
)
from etl.parse.plan_path import is_plan_code
from etl.records import Copy, Document, Line, Place, Project, Report, Strategy
from etl.reference import plan_version, words
from etl.thai.numbers import read_money, read_percent
from etl.thai.text import arabic_digits

_WORDS = labels("printed_form")
MARKERS = (_WORDS["title"], *(label for labels in _WORDS["sections"].values() for label in labels))
_REQUIRED_SECTIONS = tuple(name for name in _WORDS["sections"] if name != "1")
_RECOGNISED_BY_HEADINGS = 2
_PROSE_SECTIONS = {"1.3": "rationale", "1.4": "objectives", "1.5": "targets"}
_WRAPPING_FIELDS = frozenset({"project_name", "agency_path", "owner", "strategy", "sub_issue", "goal", "indicator"})
_PLAN_SECTION, _REPORTS_SECTION = "1.6", "2"
_NO_CONTINUATION = re.compile(r"[^:]{1,60}\s:(?:\s|$)|[.…_=\s-]+$")  # a label that is not known, or a rule
_DETAIL_LINES_MAX = 40  # wrapped in the narrowest column, a detail has half as many
_STATUSES = 2  # against the plan, and against the target


_LABELS = {
    section: "|".join(f"(?P<{field}>{label_pattern(*labels)})" for field, labels in fields.items())
    for section, fields in _WORDS["fields"].items()
}
_FIELDS = {section: re.compile(rf"\s*(?:{labels})(?::|$)") for section, labels in _LABELS.items()}
# Printed in two columns, a line holds two fields.
_NEXT_FIELD = {
    section: re.compile(rf"\s(?={label_pattern(*(one for labels in fields.values() for one in labels))}:)")
    for section, fields in _WORDS["fields"].items()
}

_REPORTS = _WORDS["reports"]
_HEADING = re.compile(rf"\s*{label_pattern(_REPORTS['heading'])}\s*(?P<no>[^\s:]*)\s*::?\s*(?P<rest>.*)")
# The number in a cell of its own; what follows stands on the next line.
_HEADING_ALONE = re.compile(rf"\s*{label_pattern(_REPORTS['heading'])}\s*[0-9๐-๙]+\s*$")
_CLOCK = r"\s+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?+"
_DATED = re.compile(rf"(?P<date>[^:]*?\d[/-]\d+{_CLOCK}\s*\)?\s*|[^:]*+):(?P<narrative>.*)", re.DOTALL)
_PROGRESS = rf":{{0,2}}\s*{label_pattern(_REPORTS['progress'])}ฯ?\s*="
_DETAIL = re.compile(rf"\s*+{_PROGRESS}")
_DISBURSED = re.compile(
    rf"{label_pattern(_REPORTS['disbursed'])}\(\s*{label_pattern(_REPORTS['counter'])}(?P<no>[^()]*)\)\s*=\s*"
)


def _section_heading(name: str, labels: list[str]) -> str:
    """Return what finds a section's heading: its number and label, or a line with nothing but its label."""
    number = r"\s*[.]\s*".join(f"[{digit}{chr(ord('๐') + int(digit))}]" for digit in name.split("."))
    label, group = label_pattern(*labels), name.replace(".", "_")
    return rf"(?P<numbered_{group}>{number}[.)]?\s*{label})|(?P<bare_{group}>{label}:?\s*$)"


# A signature's label has dots or a post in brackets behind it; a sentence may well begin with the same word.
_MARKS = re.compile(
    r"[*#\s]*+(?:"
    + "|".join(
        (
            rf"(?P<title>{label_pattern(_WORDS['title'])}[*\s]*$)",
            rf"(?P<certification>{label_pattern(_WORDS['certification'])})",
            rf"(?P<signature>{label_pattern(*_WORDS['signature'])}[.…_\s]*+(?:\([^)]*\))?[.…_\s]*$)",
            f"(?P<report>{label_pattern(_REPORTS['heading'])})",
            f"(?P<detail>{_PROGRESS})",
            *(_section_heading(name, labels) for name, labels in _WORDS["sections"].items()),
        )
    )
    + ")"
)

_PLAN = words("plan_path")
_LEVELS: dict[str, list[str]] = _PLAN["levels"]
_SEPARATORS = r"[?:.\ufffd\s–—−‐-]*"
_ONE_NUMBER, _NUMBERS = r"(?P<code>[0-9])(?!\.?[0-9])", r"(?P<code>[0-9](?:\.[0-9]+)+)"


def _line_of_plan(words_of_level: str, code: str) -> re.Pattern[str]:
    """Return what finds a line of the plan: the words of its level, its code, and its name."""
    return re.compile(rf"{words_of_level}{code}{_SEPARATORS}(?P<name>.*)", re.DOTALL)


_STRATEGY = _line_of_plan(label_pattern(*_LEVELS["strategy"]), _ONE_NUMBER)
_SUB_ISSUE = _line_of_plan(f"(?:{label_pattern(*_LEVELS['sub_issue'])})?", _NUMBERS)
_GOAL = _line_of_plan(f"(?:{label_pattern(*_LEVELS['goal'])})?", _NUMBERS)
_INDICATOR = _line_of_plan(label_pattern(_PLAN["dimension"]), _ONE_NUMBER)
_DIMENSION = re.compile(label_pattern(_PLAN["dimension"]))


class _Kind(StrEnum):
    """What a line is, unless it holds a field or goes on with one."""

    TITLE = auto()
    CERTIFICATION = auto()
    SIGNATURE = auto()
    REPORT = auto()
    DETAIL = auto()
    SECTION = auto()


class _Mark(NamedTuple):
    """What a line begins with; of a section's heading, which one, and what follows on the same line."""

    kind: _Kind
    section: str = ""
    is_numbered: bool = False
    rest: str = ""


_MARK_OF_GROUP = {
    **{kind.value: _Mark(kind) for kind in _Kind if kind is not _Kind.SECTION},
    **{
        f"{look}_{name.replace('.', '_')}": _Mark(_Kind.SECTION, name, look == "numbered")
        for name in _WORDS["sections"]
        for look in ("numbered", "bare")
    },
}


@lru_cache(maxsize=4096)  # each line is asked about three times: to recognise, to part copies, to sort
def _mark(text: str) -> _Mark | None:
    match = _MARKS.match(text)
    if not match:
        return None
    mark = _MARK_OF_GROUP[str(match.lastgroup)]
    return mark._replace(rest=text[match.end() :].strip(" .:*\t")) if mark.section else mark


def recognise(_document: Document, lines: list[Line]) -> bool:
    """Tell whether these lines are a printed form: its title stands there, or two of its section headings do."""
    marks = [mark for line in lines if (mark := _mark(line.text))]
    headings = {mark.section for mark in marks if mark.is_numbered}
    return len(headings) >= _RECOGNISED_BY_HEADINGS or any(mark.kind == _Kind.TITLE for mark in marks)


def parse(document: Document, lines: list[Line]) -> list[Copy]:
    """Return each copy of the form in the document; none when no section heading stands anywhere."""
    starts = list(_copy_starts(lines))
    return [
        _parse_copy(document, number, _trimmed(lines[start:end]), lines[: start if number == 1 else 0])
        for number, (start, end) in enumerate(pairwise([*starts, len(lines)]), start=1)
    ]


def _copy_starts(lines: list[Line]) -> Iterator[int]:
    """Yield the index at which each copy begins: where the numbering of sections starts over."""
    last = ""
    for index, line in enumerate(lines):
        mark = _mark(line.text)
        if mark is None or mark.kind != _Kind.SECTION:
            continue
        if (not last or mark.section < last) and (mark.is_numbered or not last):
            yield index
            last = mark.section
        elif mark.section > last:
            last = mark.section


def _trimmed(lines: list[Line]) -> list[Line]:
    """Return the lines without blank ones and without a title at the end, which opens the next copy."""
    end = len(lines)
    while not lines[end - 1].text.strip() or _mark(lines[end - 1].text) == _Mark(_Kind.TITLE):
        end -= 1
    return lines[:end]


def _parse_copy(document: Document, number: int, lines: list[Line], before: list[Line]) -> Copy:
    reader = _CopyReader()
    for line in (*before, *lines):
        reader.take(line)
    project = _project(reader, lines[-1].place)
    return Copy(
        document=document,
        copy=number,
        page=lines[0].place.page,
        first_line=lines[0].place.line,
        last_line=lines[-1].place.line,
        project=project,
        strategy=_strategy(reader.texts, plan_version(project.fiscal_year)),
        reports=[_report(heading, detail, project.fiscal_year) for heading, detail in reader.reports],
    )


class _CopyReader:
    """Sorts the lines of one copy into the texts of its fields and reports; every line lands somewhere."""

    def __init__(self) -> None:
        self.texts: dict[str, Text] = {}
        self.reports: list[tuple[Text, Text | None]] = []
        self.sections: set[str] = set()
        self.unplaced: list[Line] = []
        self.repeated: list[str] = []
        self.certification: Text | None = None
        self._is_signed = False
        self._section = ""
        self._open: Text | None = None
        self._open_wraps = True
        self._after_blank = False

    def take(self, line: Line) -> None:
        """Put one line where it belongs."""
        if not line.text or line.text.isspace():
            self._after_blank = True
            return
        mark = _mark(line.text)
        if mark is None:
            if not self._is_signed:
                self._take_text(line, None)
        elif mark.kind != _Kind.TITLE and not self._is_end(line, mark) and not self._is_heading(line, mark):
            self._take_text(line, mark.kind)
        self._after_blank = False

    def _is_end(self, line: Line, mark: _Mark) -> bool:
        """Take the certification, and the block of signature, name and post, which holds no field."""
        if mark.kind == _Kind.CERTIFICATION:
            self.certification = Text(line.place, line.text)
            self._is_signed = True
        elif mark.kind == _Kind.SIGNATURE and self._section == _REPORTS_SECTION:
            self._is_signed = True
        elif mark.kind in {_Kind.REPORT, _Kind.SECTION}:
            self._is_signed = False
        if self._is_signed:
            self._open = None
        return self._is_signed

    def _is_heading(self, line: Line, mark: _Mark) -> bool:
        # Section 1.2 has the name of its first field: without a number, and within it, that is the field.
        if mark.kind != _Kind.SECTION or (not mark.is_numbered and mark.section <= self._section):
            return False
        self._section = mark.section
        self.sections.add(mark.section)
        self._open = None
        if field := _PROSE_SECTIONS.get(mark.section):
            self._begin(field, Text(line.place, mark.rest), wraps=True)
        elif mark.rest and mark.section != _PLAN_SECTION:  # there, the name of the plan follows
            self.unplaced.append(line)
        return True

    def _take_text(self, line: Line, kind: _Kind | None) -> None:
        if self._section == _REPORTS_SECTION:
            self._take_report_line(line, kind)
        elif kind in {_Kind.REPORT, _Kind.DETAIL} and "::" in line.text:
            self.unplaced.append(line)  # a report, where there should be none
        else:
            self._take_form_line(line)

    def _take_form_line(self, line: Line) -> None:
        if self._section in _FIELDS:
            for part in _NEXT_FIELD[self._section].split(line.text):
                self._take_field(Line(line.place, part))
        elif self._open:
            self._open.add(line)
        else:
            self.unplaced.append(line)

    def _take_field(self, line: Line) -> None:
        if match := _FIELDS[self._section].match(line.text):
            field = str(match.lastgroup)
            self._begin(field, Text(line.place, line.text[match.end() :]), wraps=field in _WRAPPING_FIELDS)
        elif self._open and self._is_continuation(line):
            self._open.add(line)
        else:
            self.unplaced.append(line)

    def _is_continuation(self, line: Line) -> bool:
        """Tell whether the line goes on with the open field: its first text, or wrapped and no label of its own."""
        if self._open is None or self._open.is_empty:
            return self._open is not None
        return self._open_wraps and not self._after_blank and not _NO_CONTINUATION.match(line.text)

    def _begin(self, field: str, text: Text, *, wraps: bool) -> None:
        """Open a field. One that is printed twice keeps both texts and is noted, unless both say the same."""
        self._open = self.texts.setdefault(field, text)
        self._open_wraps = wraps
        if self._open is not text and (field in self.repeated or self._open.value != text.value):
            self._open.join(text)
            if field not in self.repeated:
                self.repeated.append(field)

    def _take_report_line(self, line: Line, kind: _Kind | None) -> None:
        if kind is _Kind.REPORT and (_HEADING.match(line.text) or _HEADING_ALONE.match(line.text)):
            self._open = Text(line.place, line.text)
            self.reports.append((self._open, None))
        elif kind is _Kind.DETAIL and self.reports and self.reports[-1][1] is None:
            self._open = Text(line.place, line.text)
            self.reports[-1] = (self.reports[-1][0], self._open)
        elif self._open and not self._is_after_detail():
            self._open.add(line)
        else:
            self.unplaced.append(line)

    def _is_after_detail(self) -> bool:
        """Tell whether a report's detail is open and ends before this line: it is whole, or a blank line follows it."""
        is_detail = bool(self.reports) and self._open is self.reports[-1][1]
        return is_detail and self._open is not None and (self._after_blank or _is_whole_detail(self._open))


def _is_whole_detail(text: Text) -> bool:
    """Tell whether a known target status ends the text, so that the next line is no continuation."""
    if len(text.lines) > _DETAIL_LINES_MAX:
        return True
    match = _DISBURSED.search(joined := text.value)
    statuses = joined[match.end() :].split(":")[1:] if match else []
    return len(statuses) >= _STATUSES and is_known_word("target_status", statuses[-1])


def _project(reader: _CopyReader, end: Place) -> Project:
    texts, project = reader.texts, Project(is_certified=reader.certification is not None)
    fill(project, "project_name", texts.get("project_name"))
    fill(project, "project_code", texts.get("project_code"), read_project_code)
    fill(project, "fiscal_year", texts.get("fiscal_year"), read_year)
    for field in ("start_date", "end_date"):
        fill_date(project, field, texts.get(field), project.fiscal_year)
    for field in ("budget_received_thb", "budget_spent_thb"):
        fill(project, field, texts.get(field), read_money)
    fill(project, "agency_path", texts.get("agency_path"), _agency_path)
    for field in ("owner", "coordinator", "rationale", "targets"):
        fill(project, field, texts.get(field))
    if objectives := texts.get("objectives"):
        project.places["objectives"] = objectives.place
        project.objectives = objectives.items()
    if project.project_code:
        project.agency_code, project.unit_code = project.project_code[:4], project.project_code[:8]
        project.places["agency_code"] = project.places["project_code"]
    _add_issues_of_copy(project, reader, end)
    return project


def _add_issues_of_copy(project: Project, reader: _CopyReader, end: Place) -> None:
    """Note what is wrong with the copy as a whole: torn off sections, labels missing or printed twice, stray lines."""
    if reader.certification:
        project.places["is_certified"] = reader.certification.place
    if missing := [name for name in _REQUIRED_SECTIONS if name not in reader.sections]:
        add_issue(project, "sections_missing", ", ".join(missing))
        project.places["sections"] = end
    for fault, fields in (("labels_missing", _labels_missing(reader)), ("labels_repeated", reader.repeated)):
        if fields:
            add_issue(project, fault, ", ".join(fields))
            project.places["labels"] = reader.texts[fields[0]].place if fields[0] in reader.texts else end
    if reader.unplaced:
        add_issue(project, "text_unplaced", str(len(reader.unplaced)))  # counted, not quoted: it may name a person
        project.places["text"] = reader.unplaced[0].place


def _labels_missing(reader: _CopyReader) -> list[str]:
    """Return the fields of the sections read whose labels stand nowhere: a form prints each, also for a blank."""
    return [
        field
        for section, fields in _WORDS["fields"].items()
        if section in reader.sections
        for field in fields
        if field not in reader.texts
    ]


def _agency_path(text: str) -> list[str]:
    return [name for part in text.split("/") if (name := part.strip())]


def _strategy(texts: dict[str, Text], plan: str | None) -> Strategy:
    strategy = Strategy(plan_version=plan)
    for field, pattern in (("strategy", _STRATEGY), ("sub_issue", _SUB_ISSUE), ("goal", _GOAL)):
        fill(strategy, f"{field}_code", texts.get(field), partial(_plan_code, pattern))
        if getattr(strategy, f"{field}_code"):
            fill(strategy, f"{field}_name", texts.get(field), partial(_plan_name, pattern))
    if indicator := texts.get("indicator"):
        match = _INDICATOR.fullmatch(arabic_digits(indicator.value))
        strategy.places["indicator_name"] = strategy.places["dimension_no"] = indicator.place
        strategy.dimension_no = int(match["code"]) if match else None
        if not match and _DIMENSION.match(indicator.value):
            add_issue(strategy, "dimension_no_unreadable", indicator.value)
        strategy.indicator_name = (indicator.value[match.start("name") :] if match else indicator.value) or None
    return strategy


def _plan_code(pattern: re.Pattern[str], text: str) -> str:
    """Return the code that a line of the plan begins with, in Arabic digits. Raises ValueError when there is none."""
    return _plan_line(pattern, text)["code"]


def _plan_name(pattern: re.Pattern[str], text: str) -> str | None:
    """Return what a line of the plan says after its code, in the digits printed. Raises as `_plan_code` does."""
    return text[_plan_line(pattern, text).start("name") :] or None


@lru_cache(maxsize=1024)  # a plan has few lines, and each is read for its code and for its name
def _plan_line(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.fullmatch(arabic_digits(text))
    if not match or not is_plan_code(match["code"]):
        raise ValueError(f"{text!r} has no code")
    return match


def _report(heading: Text, detail: Text | None, fiscal_year: int | None) -> Report:
    report = Report()
    _read_heading(report, heading, fiscal_year)
    if detail is None:
        _break_off(report, heading)
    else:
        _read_detail(report, detail)
    return report


def _break_off(report: Report, text: Text) -> None:
    """Note that the report ends before both of its statuses: what stands last may be cut as well."""
    add_issue(report, "detail_incomplete", text.value)
    report.places["detail"] = text.place


def _read_heading(report: Report, heading: Text, fiscal_year: int | None) -> None:
    match = _HEADING.fullmatch(heading.value)
    number, rest = (match["no"], match["rest"]) if match else ("", heading.value)
    fill(report, "report_no", heading, read_report_no, number)
    dated = _DATED.fullmatch(rest)
    printed_date, narrative = (dated["date"], dated["narrative"]) if dated else (rest, "")
    fill_date(report, "report_date", heading, fiscal_year, printed_date)
    fill(report, "narrative", heading, str, narrative)


def _read_detail(report: Report, detail: Text) -> None:
    text = detail.value
    start, disbursed = _DETAIL.match(text), _DISBURSED.search(text)
    end = disbursed.start() if disbursed else text.find(" :")
    progress = text[start.end() if start else 0 : end if end >= 0 else None]
    fill(report, "progress_pct", detail, read_percent, progress.rstrip(": "))
    if not disbursed:
        _break_off(report, detail)
        return
    if shape(arabic_digits(disbursed["no"])).lstrip("0") != str(report.report_no or ""):
        add_issue(report, "report_no_mismatch", f"รายงานครั้งที่ {report.report_no} / (ครั้งที่{disbursed['no']})")
    amount, *statuses = text[disbursed.end() :].split(":")
    fill(report, "disbursed_thb", detail, read_money, amount)
    if len(statuses) < _STATUSES:
        _break_off(report, detail)
    for field, printed in zip(("plan_status", "target_status"), statuses, strict=False):
        fill(report, field, detail, word_reader(field), printed)
    if any(extra := statuses[_STATUSES:]):
        add_issue(report, "status_extra", ":".join(extra).strip())
        report.places["status"] = detail.place
