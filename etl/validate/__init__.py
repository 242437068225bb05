"""Judges copies of documents by the suites in `expectations/`: what is accepted, held back, flagged.

In come copies as parsed; out come copies with the findings of the rules, and for each record what holds it back.
Critical holds a record back, warning loads and flags it, info only informs. A held project holds its records too.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from etl.parse.grammar import is_known_word
from etl.records import Copy, Finding, Indicator, Project, Severity, Strategy
from etl.records.names import Kind
from etl.records.walk import RecordRef, walk
from etl.settings import PROJECT_ROOT
from etl.validate.checking import RuleFailure, check
from etl.validate.declared import with_declared
from etl.validate.measures.indicators import IndicatorRow, indicator_frame
from etl.validate.measures.projects import ProjectRow, project_frame
from etl.validate.measures.reports import report_frame, report_rows
from etl.validate.suites import Suite, load_suite

if TYPE_CHECKING:
    import pandas as pd

EXPECTATIONS = PROJECT_ROOT / "expectations"
PROJECT_HELD = "R-project-held"


class Verdict(NamedTuple):
    """The critical findings of one record, and the rule that holds it back; None if it is accepted."""

    ref: RecordRef
    critical: tuple[Finding, ...]
    held_by: str | None


class Judged(NamedTuple):
    """A copy with all its findings, and a verdict on each of its records, also on an indicator that it only names."""

    copy: Copy
    verdicts: list[Verdict]


def suites() -> dict[str, Suite]:
    """Return the suites by record kind, with the rules that issues bring along.

    Raises BadInputError when one of them cannot be used, or when no rule judges an issue that parsing may note.
    """
    return with_declared({path.stem: load_suite(path) for path in sorted(EXPECTATIONS.glob("*.json"))})


def validate(copies: Sequence[Copy], rules: dict[str, Suite], today: date) -> tuple[list[Judged], list[dict[str, Any]]]:
    """Return the copies judged, in their order, and for Data Docs the result of each suite that had rows to judge.

    Which fiscal years have begun, or soon will, is judged by `today`.
    A critical finding that a copy has already, of reading or of an outdated correction, holds its record back as well.
    """
    families = {copy.document.family for copy in copies}
    refs = [list(walk(copy, _named_indicators(copy))) for copy in copies]
    found: dict[_At, list[Finding]] = {}
    for number, copy in enumerate(copies):
        found |= {(number, place): findings for place, findings in _found_before(copy.findings, refs[number])}
    results: list[dict[str, Any]] = []
    of_rules: dict[int, list[Finding]] = {}
    for name, frame, rows in _frames(copies, refs, today):
        if not rows:
            continue
        checked = check(frame, rules[name].judging(families))
        results.append(checked.result)
        for failure in checked.failures:
            number, place = rows[failure.row]
            finding = _finding(refs[number][place], failure)
            of_rules.setdefault(number, []).append(finding)
            if finding.severity == Severity.CRITICAL:
                found.setdefault((number, place), []).append(finding)
    judged = [
        Judged(
            replace(copy, findings=[*copy.findings, *of_rules.get(number, ())]),
            list(_verdicts(refs[number], [found.get((number, place), []) for place in range(len(refs[number]))])),
        )
        for number, copy in enumerate(copies)
    ]
    return judged, results


_At = tuple[int, int]
"""A record, by two indexes: of its copy in the list of copies, and of the record in that copy."""


def _frames(
    copies: Sequence[Copy], refs: Sequence[Sequence[RecordRef]], today: date
) -> "Iterator[tuple[str, pd.DataFrame, list[_At]]]":
    """Yield each suite's name, the frame that it judges, and which record each row of the frame belongs to."""
    rows: dict[Kind, list[_At]] = {kind: [] for kind in Kind}
    for number, of_copy in enumerate(refs):
        for place, ref in enumerate(of_copy):
            rows[ref.kind].append((number, place))
    projects = [
        ProjectRow(copy.document.family, copy.project or Project(), copy.strategy or Strategy(), copy.reports, today)
        for copy in (copies[number] for number, _ in rows[Kind.PROJECT])
    ]
    indicators = [
        IndicatorRow(copies[number].document.family, record, today)
        for number, place in rows[Kind.INDICATOR]
        for record in refs[number][place].records
        if isinstance(record, Indicator)
    ]
    yield "projects", project_frame(projects), rows[Kind.PROJECT]
    yield "reports", report_frame([row for copy in copies for row in report_rows(copy)]), rows[Kind.REPORT]
    yield "indicators", indicator_frame(indicators), rows[Kind.INDICATOR]


def _named_indicators(copy: Copy) -> list[Indicator]:
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


def _found_before(findings: Iterable[Finding], refs: Sequence[RecordRef]) -> Iterator[tuple[int, list[Finding]]]:
    """Yield the place of each record that critical findings name, and these in their order.

    Of two records that share a name, such as reports of one number, the line says which.
    """
    named: dict[str, dict[int | None, list[tuple[int, Finding]]]] = {}
    for order, finding in enumerate(findings):
        if finding.severity == Severity.CRITICAL:
            named.setdefault(finding.record, {}).setdefault(finding.line, []).append((order, finding))
    for place, ref in enumerate(refs) if named else ():
        by_line = named.get(str(ref.name), {})
        lines: Iterable[int | None] = by_line
        if by_line and ref.kind in {Kind.REPORT, Kind.INDICATOR}:
            lines = {None, *(where.line for where in ref.places.values())}
        of_record = sorted(chain.from_iterable(by_line.get(line, ()) for line in lines), key=itemgetter(0))
        if of_record:
            yield place, [finding for _, finding in of_record]


def _verdicts(refs: Sequence[RecordRef], found: Sequence[Sequence[Finding]]) -> Iterator[Verdict]:
    is_project_held = any(findings for ref, findings in zip(refs, found, strict=True) if ref.kind is Kind.PROJECT)
    for ref, findings in zip(refs, found, strict=True):
        held_by = findings[0].rule_id if findings else PROJECT_HELD if is_project_held else None
        yield Verdict(ref, tuple(findings), held_by)


def _finding(ref: RecordRef, failure: RuleFailure) -> Finding:
    rule, place = failure.rule, ref.place(failure.rule.field)
    value = None if failure.value is None else str(failure.value)
    return Finding(
        rule_id=rule.rule_id,
        severity=Severity(rule.severity),
        record=str(ref.name),
        field=ref.name.field(rule.field),
        value=value,
        message=rule.message.format(value=value),
        line=place.line if place else None,
    )
