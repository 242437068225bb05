"""Judges whole batches of copies by the suites in `expectations/`: what is accepted, held back, flagged.

In come copies as parsed; out come the same copies with their findings, and for each record the rule that holds it back.
Critical holds a record back, warning loads and flags it, info only tells. What belongs to a held project is held too.
"""

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd

from etl.parse.grammar import is_known_word
from etl.records import Copy, Finding, Indicator, Place, Project, Record, Report, Severity, Strategy
from etl.settings import PROJECT_ROOT
from etl.validate.checking import RuleFailure, check
from etl.validate.measures import IndicatorRow, ProjectRow, indicator_frame, project_frame, report_frame, report_rows
from etl.validate.suites import Suite, load_suite

EXPECTATIONS = PROJECT_ROOT / "expectations"
PROJECT_HELD = "R-project-held"

_ID_WITH_AGENCY = re.compile(r"\d{4}-", re.ASCII)


class Judged(NamedTuple):
    """A copy, its indicators of every kind, and the rule that holds back a record, by `id` of the record."""

    copy: Copy
    indicators: list[Indicator]
    held_by: dict[int, str]

    def rule_holding(self, record: Record) -> str | None:
        """Return the critical rule that the record, or the project that it belongs to, broke; None if accepted."""
        if rule := self.held_by.get(id(record)):
            return rule
        return PROJECT_HELD if id(self.copy.project) in self.held_by else None


class _Subject(NamedTuple):
    """The record that a row of a frame is of, and how its findings name it."""

    judged: Judged
    record: Record
    name: str
    path: str = ""
    aside: Record | None = None

    def place(self, field: str) -> Place | None:
        """Return where the field stood, or else where the record did."""
        places = {**(self.aside.places if self.aside else {}), **self.record.places}
        return places.get(field) or min(places.values(), key=lambda place: (place.page, place.line), default=None)


def suites() -> dict[str, Suite]:
    """Return the suites by record kind. Raises BadInputError when one of them cannot be used."""
    return {path.stem: load_suite(path) for path in sorted(EXPECTATIONS.glob("*.json"))}


def validate(copies: Sequence[Copy], rules: dict[str, Suite]) -> tuple[list[Judged], list[dict[str, Any]]]:
    """Return the copies judged, in their order, and for Data Docs the result of each suite that had rows to judge.

    The findings of the rules are appended to each copy's own.
    """
    judged = [Judged(copy, [*copy.indicators, *_indicator_by_name(copy)], {}) for copy in copies]
    projects, reports = _projects(judged), [row for one in judged for row in report_rows(one.copy)]
    indicators = [IndicatorRow(one.copy.document.family, each) for one in judged for each in one.indicators]
    frames = (
        ("projects", project_frame([_project_row(subject) for subject in projects]), projects),
        ("reports", report_frame(reports), _reports(judged)),
        ("indicators", indicator_frame(indicators), _indicators(judged)),
    )
    _hold_as_found((*projects, *_reports(judged), *_indicators(judged)))
    families = {copy.document.family for copy in copies}
    return judged, [
        _apply(rules[name].judging(families), frame, subjects) for name, frame, subjects in frames if subjects
    ]


class Condemned:
    """The critical findings of a copy, by what they name: a record's are found without a look at all the others'."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._lines_of: dict[str, dict[int | None, list[tuple[int, Finding]]]] = {}
        for number, finding in enumerate(findings):
            if finding.severity == Severity.CRITICAL:
                lines = self._lines_of.setdefault(finding.record, {})
                lines.setdefault(finding.line, []).append((number, finding))

    def holding(self, name: str, record: Record | None) -> list[Finding]:
        """Return the findings that hold a record back, or the document where there is none, in their order.

        Of two reports that share a number, the line says which.
        """
        by_line = self._lines_of.get(name, {})
        lines: Iterable[int | None] = by_line
        if record is not None and not isinstance(record, Project):
            lines = {None, *(place.line for place in record.places.values())}
        return [
            finding
            for _, finding in sorted((one for line in lines for one in by_line.get(line, ())), key=itemgetter(0))
        ]


def record_name(copy: Copy) -> str:
    """Return the name of a copy's project-year in findings: `50490000-3572/2566`, or `50490000-3572/unknown`.

    A view that prints no code is named by its number, `view:2484/2568`; a copy that prints neither by its place.
    """
    project = copy.project
    if project is None or (project.project_code is None and project.view_id is None):
        return f"copy[{copy.copy}]"
    return f"{project.project_code or f'view:{project.view_id}'}/{project.fiscal_year or 'unknown'}"


def report_path(report: Report, ordinal: int) -> str:
    """Return the path of a report: by its number, or where it has none, by its place in the copy from 1."""
    return f"reports[{report.report_no}]" if report.report_no is not None else f"reports[#{ordinal}]"


def indicator_name(indicator: Indicator, ordinal: int) -> str:
    """Return the name of an indicator-year in findings, `5030-1086/2566`: where two are the same, their names are.

    An id that does not begin with its agency's code names it within the agency only, `0800/3.4.1.3/2568`, and so does a
    text, `5030/ร้อยละของ…/2566`; without id and text it is its place in the copy, from 1, that names it.
    """
    year, agency = indicator.fiscal_year or "unknown", indicator.agency_code
    if indicator.kpi_id and (agency is None or _ID_WITH_AGENCY.match(indicator.kpi_id)):
        return f"{indicator.kpi_id}/{year}"
    if text := indicator.kpi_id or indicator.indicator_name:
        return f"{agency or 'unknown'}/{text}/{year}"
    return f"indicators[#{ordinal}]/{year}"


def _indicator_by_name(copy: Copy) -> list[Indicator]:
    """Return the indicator that a strategy section names: a text without an id."""
    if copy.strategy is None or copy.project is None or copy.project.fiscal_year is None:
        return []
    if copy.strategy.indicator_name is None or is_known_word("placeholder", copy.strategy.indicator_name):
        return []
    return [
        Indicator(
            indicator_name=copy.strategy.indicator_name,
            dimension_no=copy.strategy.dimension_no,
            fiscal_year=copy.project.fiscal_year,
            agency_code=copy.project.agency_code,
            places={name: copy.strategy.places[name] for name in ("indicator_name", "dimension_no")},
        )
    ]


def _projects(judged: Sequence[Judged]) -> list[_Subject]:
    return [
        _Subject(one, one.copy.project, record_name(one.copy), aside=one.copy.strategy)
        for one in judged
        if one.copy.project
    ]


def _project_row(subject: _Subject) -> ProjectRow:
    copy = subject.judged.copy
    return ProjectRow(copy.document.family, copy.project or Project(), copy.strategy or Strategy(), copy.reports)


def _reports(judged: Sequence[Judged]) -> list[_Subject]:
    paths = [
        (one, report, report_path(report, ordinal))
        for one in judged
        for ordinal, report in enumerate(one.copy.reports, start=1)
    ]
    return [_Subject(one, report, f"{record_name(one.copy)}/{path}", f"{path}.") for one, report, path in paths]


def _indicators(judged: Sequence[Judged]) -> list[_Subject]:
    return [
        _Subject(one, indicator, indicator_name(indicator, ordinal))
        for one in judged
        for ordinal, indicator in enumerate(one.indicators, start=1)
    ]


def _hold_as_found(subjects: Iterable[_Subject]) -> None:
    """Hold back what a finding condemned before any rule did, as an outdated correction does."""
    condemned: dict[int, Condemned] = {}
    for subject in subjects:
        judged = subject.judged
        if id(judged) not in condemned:
            condemned[id(judged)] = Condemned(judged.copy.findings)
        for finding in condemned[id(judged)].holding(subject.name, subject.record):
            judged.held_by.setdefault(id(subject.record), finding.rule_id)


def _apply(suite: Suite, frame: pd.DataFrame, subjects: Sequence[_Subject]) -> dict[str, Any]:
    """Check the frame, give every failure as a finding to its copy, and note what is held back; return the result."""
    checked = check(frame, suite)
    for failure in checked.failures:
        subject = subjects[failure.row]
        subject.judged.copy.findings.append(_finding(subject, failure))
        if failure.rule.severity == Severity.CRITICAL:
            subject.judged.held_by.setdefault(id(subject.record), failure.rule.rule_id)
    return checked.result


def _finding(subject: _Subject, failure: RuleFailure) -> Finding:
    rule, place = failure.rule, subject.place(failure.rule.field)
    value = None if failure.value is None else str(failure.value)
    return Finding(
        rule_id=rule.rule_id,
        severity=Severity(rule.severity),
        record=subject.name,
        field=subject.path + rule.field,
        value=value,
        message=rule.message.format(value=value),
        line=place.line if place else None,
    )
