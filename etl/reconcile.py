"""Copies of one project-year in one document are evidence, not versions: one is shown, and where they differ is kept.

In come judged copies; out comes, for each record, whether it is shown, superseded or held back, and each disagreement.
The certified copy is shown, and among several the last; a report that is held back there is shown from the next copy.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from msgspec.structs import asdict

from etl.records import PERSONAL_FIELDS, Finding, Place, Project, Record, Report, Severity
from etl.validate import Judged, indicator_name, record_name, report_path

CONFLICT_RULE = "R-copy-conflict"

# Not what a copy says, but how it was read or what follows from other fields.
_NOT_COMPARED = frozenset({*Record.__struct_fields__, "is_certified", "plan_version", "agency_code", "unit_code"})


class State(StrEnum):
    """What becomes of one record of one copy."""

    SHOWN = "shown"
    SUPERSEDED = "superseded"
    HELD = "held"


class Conflict(NamedTuple):
    """One field, by its path, on which two copies of a document disagree.

    `judged` is the copy that is not shown, `record` the name of what the field is of.
    """

    judged: Judged
    record: str
    field: str
    value_shown: str | None
    value_other: str | None
    line: int | None


class Reconciled(NamedTuple):
    """The state of every record, by its `id`, and the conflicts between copies."""

    states: dict[int, State]
    conflicts: list[Conflict]


class _Version(NamedTuple):
    """What one copy says of a project, report or indicator; the first record is the one that is counted."""

    judged: Judged
    key: Hashable
    records: tuple[Record, ...]
    name: str
    path: str = ""

    def values(self) -> dict[str, object]:
        """Return what can differ between copies, by field; each quarter of an indicator has fields of its own."""
        values = {
            name: getattr(record, name)
            for record in self.records
            for name in record.__struct_fields__
            if name not in _NOT_COMPARED
        }
        for quarter in values.pop("quarters", ()):
            stated = {name: value for name, value in asdict(quarter).items() if name != "quarter"}
            values |= {f"quarters[{quarter.quarter}].{name}": value for name, value in stated.items()}
        return values

    def line(self, field: str) -> int:
        """Return the line on which the field stands, or on which the record or else the copy begins."""
        places: dict[str, Place] = {}
        for record in self.records:
            places |= record.places
        lines = [place.line for place in places.values()]
        return places[field].line if field in places else min(lines, default=self.judged.copy.first_line)


def reconcile(judged: Sequence[Judged]) -> Reconciled:
    """Return what is shown of each project, report and indicator, and where copies of a document disagree.

    A disagreement is also a finding of the copy that is not shown.
    """
    states: dict[int, State] = {}
    conflicts: list[Conflict] = []
    versions = [version for one in judged for version in _versions(one)]
    for version in versions:
        states[id(version.records[0])] = State.HELD
    accepted = [version for version in versions if _is_accepted(version)]
    copies = _copies(accepted)
    for shown, *others in _contests(accepted):
        states[id(shown.records[0])] = State.SHOWN
        for other in others:
            states[id(other.records[0])] = State.SUPERSEDED
            conflicts.extend(_conflicts(shown, other))
        conflicts.extend(_omissions(shown, others, copies))
    for conflict in conflicts:
        conflict.judged.copy.findings.append(_finding(conflict))
    return Reconciled(states, conflicts)


def _versions(judged: Judged) -> Iterator[_Version]:
    """Yield the records of a copy; a project-year's key is part of its reports' keys."""
    copy = judged.copy
    if copy.project:
        year = record_name(copy)
        yield _Version(judged, year, (copy.project, *filter(None, [copy.strategy])), year)
        for ordinal, report in enumerate(copy.reports, start=1):
            path = report_path(report, ordinal)
            yield _Version(judged, (year, path), (report,), year, f"{path}.")
    for ordinal, indicator in enumerate(judged.indicators, start=1):
        name = indicator_name(indicator, ordinal)
        # One that nothing names but its place is of its copy alone.
        key = name if indicator.kpi_id or indicator.indicator_name else (copy.copy, name)
        yield _Version(judged, key, (indicator,), name, f"indicators[#{ordinal}].")


def _is_accepted(version: _Version) -> bool:
    return version.judged.rule_holding(version.records[0]) is None


def _contests(versions: Iterable[_Version]) -> Iterable[list[_Version]]:
    """Return the versions of each record of each document, the one to show first."""
    rivals: dict[Hashable, list[_Version]] = {}
    for version in versions:
        kind = type(version.records[0])
        rivals.setdefault((version.judged.copy.document.sha256, kind, version.key), []).append(version)
    return [sorted(versions, key=_precedence, reverse=True) for versions in rivals.values()]


def _precedence(version: _Version) -> tuple[bool, int]:
    copy = version.judged.copy
    return copy.project is not None and copy.project.is_certified, copy.copy


def _conflicts(shown: _Version, other: _Version) -> Iterator[Conflict]:
    shown_values, other_values = shown.values(), other.values()
    for field in {**other_values, **shown_values}:
        is_personal = field in PERSONAL_FIELDS  # that they differ is told, not what they say
        texts = (None, None) if is_personal else (_text(shown_values.get(field)), _text(other_values.get(field)))
        if shown_values.get(field) != other_values.get(field):
            yield Conflict(other.judged, other.name, other.path + field, *texts, other.line(field))


def _copies(accepted: Iterable[_Version]) -> dict[Hashable, list[Judged]]:
    """Return the copies in which each project-year of each document is accepted."""
    copies: dict[Hashable, list[Judged]] = {}
    for version in accepted:
        if isinstance(version.records[0], Project):
            copies.setdefault((version.judged.copy.document.sha256, version.key), []).append(version.judged)
    return copies


def _omissions(shown: _Version, others: Sequence[_Version], copies: dict[Hashable, list[Judged]]) -> Iterator[Conflict]:
    """Yield a conflict when copies of the project-year lack a report which another has: one, in the first such copy.

    One for each would be their number squared where every copy has a report of its own.
    """
    report = shown.records[0]
    if not isinstance(report, Report):
        return
    having = {id(version.judged) for version in (shown, *others)}
    of_year = copies.get((shown.judged.copy.document.sha256, shown.name), ())
    lacking = next((judged for judged in of_year if id(judged) not in having), None)
    if lacking:
        field, line = shown.path.removesuffix("."), lacking.copy.first_line
        yield Conflict(lacking, shown.name, field, _text(report.report_date), None, line)


def _text(value: object) -> str | None:
    if value is None or value == []:
        return None
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _finding(conflict: Conflict) -> Finding:
    return Finding(
        rule_id=CONFLICT_RULE,
        severity=Severity.WARNING,
        record=conflict.record,
        field=conflict.field,
        value=conflict.value_other,
        message="another copy in the document says otherwise, and is shown",
        line=conflict.line,
    )
