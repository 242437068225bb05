"""Copies of one project-year in one document are evidence, not versions: one is shown, and where they differ is kept.

In come judged copies; out comes, for each record, whether it is shown, superseded or held back, and each disagreement.
The certified copy is shown, and among several the last; a report that is held back there is shown from the next copy.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from msgspec.structs import asdict, replace

from etl.records import PERSONAL_FIELDS, Copy, Finding, Record, Report, Severity
from etl.records.names import Kind, quarter_field
from etl.records.walk import RecordRef
from etl.validate import Judged, Verdict

CONFLICT_RULE = "R-copy-conflict"

# Not what a copy says, but how it was read or what follows from other fields.
_NOT_COMPARED = frozenset({*Record.__struct_fields__, "is_certified", "plan_version", "agency_code", "unit_code"})


class State(StrEnum):
    """What becomes of one record of one copy."""

    SHOWN = "shown"
    SUPERSEDED = "superseded"
    HELD = "held"


class Conflict(NamedTuple):
    """One field, by its path, of a copy that is not shown, on which the copy shown disagrees.

    `record` is the name of the project-year or indicator-year that the field is of.
    """

    record: str
    field: str
    value_shown: str | None
    value_other: str | None
    line: int


class Outcome(NamedTuple):
    """One record of a copy, the verdict on it, and what becomes of it."""

    verdict: Verdict
    state: State

    @property
    def ref(self) -> RecordRef:
        """The record."""
        return self.verdict.ref


class Reconciled(NamedTuple):
    """A copy with all its findings, what becomes of each of its records, and where a copy that is shown disagrees."""

    copy: Copy
    records: list[Outcome]
    conflicts: list[Conflict]


class _Version(NamedTuple):
    """What one copy says of a project, report or indicator: the copy's number, and the record's place in it."""

    number: int
    place: int
    copy: Copy
    ref: RecordRef

    @property
    def key(self) -> Hashable:
        """What versions of one record share; one that nothing names but its place is of its copy alone."""
        ref = self.ref
        is_alone = ref.kind is Kind.INDICATOR and ref.name.is_by_place
        return self.copy.document.sha256, ref.kind, str(ref.name), self.copy.copy if is_alone else None

    @property
    def path(self) -> str:
        """What stands before a field in a conflict; an indicator may be one of many of its page."""
        if self.ref.kind is Kind.INDICATOR:
            return f"indicators[#{self.ref.ordinal}]."
        return f"{self.ref.name.item}." if self.ref.name.item else ""

    def values(self) -> dict[str, object]:
        """Return what can differ between copies, by field; each quarter of an indicator has fields of its own."""
        values = {
            name: getattr(record, name)
            for record in self.ref.records
            for name in record.__struct_fields__
            if name not in _NOT_COMPARED
        }
        for quarter in values.pop("quarters", ()):
            stated = {name: value for name, value in asdict(quarter).items() if name != "quarter"}
            values |= {quarter_field(quarter.quarter, name): value for name, value in stated.items()}
        return values

    def line(self, field: str) -> int:
        """Return the line on which the field stands, or on which the record or else the copy begins."""
        place = self.ref.place(field)
        return place.line if place else self.copy.first_line


def reconcile(judged: Sequence[Judged]) -> list[Reconciled]:
    """Return what becomes of each record, copy by copy in their order, and where copies of a document disagree.

    A disagreement is also a finding of the copy that is not shown.
    """
    states = [[State.HELD] * len(of_copy.verdicts) for of_copy in judged]
    conflicts: list[list[Conflict]] = [[] for _ in judged]
    accepted = list(_accepted(judged))
    copies = _copies(accepted)
    for shown, *others in _contests(accepted):
        states[shown.number][shown.place] = State.SHOWN
        for other in others:
            states[other.number][other.place] = State.SUPERSEDED
            conflicts[other.number].extend(_conflicts(shown, other))
        for number, conflict in _omissions(shown, others, copies):
            conflicts[number].append(conflict)
    return [
        Reconciled(
            replace(copy, findings=[*copy.findings, *map(_finding, of_copy)]),
            list(map(Outcome, verdicts, of_records)),
            of_copy,
        )
        for (copy, verdicts), of_records, of_copy in zip(judged, states, conflicts, strict=True)
    ]


def _accepted(judged: Sequence[Judged]) -> Iterator[_Version]:
    for number, (copy, verdicts) in enumerate(judged):
        for place, verdict in enumerate(verdicts):
            if verdict.held_by is None and verdict.ref.kind is not Kind.DOCUMENT:
                yield _Version(number, place, copy, verdict.ref)


def _contests(versions: Iterable[_Version]) -> Iterable[list[_Version]]:
    """Return the versions of each record of each document, the one to show first."""
    contests: dict[Hashable, list[_Version]] = {}
    for version in versions:
        contests.setdefault(version.key, []).append(version)
    return [sorted(versions, key=_precedence, reverse=True) for versions in contests.values()]


def _precedence(version: _Version) -> tuple[bool, int]:
    copy = version.copy
    return copy.project is not None and copy.project.is_certified, copy.copy


def _conflicts(shown: _Version, other: _Version) -> Iterator[Conflict]:
    shown_values, other_values = shown.values(), other.values()
    for field in {**other_values, **shown_values}:
        is_personal = field in PERSONAL_FIELDS  # that they differ is reported, not what they say
        texts = (None, None) if is_personal else (_text(shown_values.get(field)), _text(other_values.get(field)))
        if shown_values.get(field) != other_values.get(field):
            yield Conflict(other.ref.name.owner, other.path + field, *texts, other.line(field))


def _copies(accepted: Iterable[_Version]) -> dict[Hashable, list[_Version]]:
    """Return the copies in which each project-year of each document is accepted."""
    copies: dict[Hashable, list[_Version]] = {}
    for version in accepted:
        if version.ref.kind is Kind.PROJECT:
            copies.setdefault((version.copy.document.sha256, version.ref.name.owner), []).append(version)
    return copies


def _omissions(
    shown: _Version, others: Sequence[_Version], copies: dict[Hashable, list[_Version]]
) -> Iterator[tuple[int, Conflict]]:
    """Yield a conflict when copies of the project-year lack a report which another has: one, in the first such copy.

    One for each would be their number squared where every copy has a report of its own.
    """
    (report, *_) = shown.ref.records
    if not isinstance(report, Report):
        return
    having = {version.number for version in (shown, *others)}
    of_year = copies.get((shown.copy.document.sha256, shown.ref.name.owner), ())
    lacking = next((version for version in of_year if version.number not in having), None)
    if lacking:
        stated, line = _text(report.report_date), lacking.copy.first_line
        yield lacking.number, Conflict(shown.ref.name.owner, shown.ref.name.item, stated, None, line)


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
