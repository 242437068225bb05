"""Known errors of the source put right: what a record prints, what is right, why, and who says so.

In come copies as parsed and the entries of `corrections.toml`; out come the copies corrected, with a finding for each
correction. One holds for as long as the source prints what it expects; where the source prints something else, the
record is held back. So it is also where just the right value is printed by now: there is nothing left to correct, and a
correction that stayed would one day overwrite a sound value that happens to be the old error. Only within one document
is it no repair of the source that a copy prints what is right: copies disagree, and the other one still has the error.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
import pyarrow as pa
from msgspec.structs import fields, replace

from etl.batch import STAGED
from etl.errors import BadInputError
from etl.parse.quarters import QUARTERS
from etl.records import (
    PERSONAL_FIELDS,
    Copy,
    Finding,
    Indicator,
    IndicatorQuarter,
    Project,
    Record,
    Report,
    Severity,
    Strategy,
)
from etl.reference import plan_version
from etl.thai.text import repair
from etl.validate import indicator_name, record_name, report_path

CORRECTED_RULE = "R-corrected"
OUTDATED_RULE = "R-correction-outdated"

_SHAPE = "a correction has record, field, expect, reason, source, date and perhaps value (none: unknown) and sha256"
_PROJECT = re.compile(r"(?:\d{8}-\d{4}|view:\d+)/(?:\d{4}|unknown)|copy\[\d+\]", re.ASCII)
_REPORT = re.compile(rf"(?P<project>{_PROJECT.pattern})/(?P<path>reports\[#?\d+\])", re.ASCII)
_REPORT_FIELD = re.compile(r"(?P<path>reports\[#?\d+\])\.(?P<field>\w+)", re.ASCII)
_INDICATOR = re.compile(r".+/(?:\d{4}|unknown)", re.ASCII)
_NAMED_BY_PLACE = re.compile(r"copy\[\d+\]|(?:reports|indicators)\[#\d+\]", re.ASCII)

# What parsers derive from a field follows when that is corrected, unless it is printed otherwise.
_FOLLOWING: dict[str, dict[str, Callable[[Any], object]]] = {
    "project_code": {"agency_code": lambda code: code and code[:4], "unit_code": lambda code: code and code[:8]},
    "kpi_id": {"agency_code": lambda kpi_id: kpi_id and kpi_id[:4]},
    "fiscal_year": {"plan_version": plan_version},
}

_Text = Annotated[str, msgspec.Meta(pattern=r"\S")]
_Types = tuple[Any, pa.DataType]
_Target = tuple[str, str]
_Fields = TypeVar("_Fields", bound=msgspec.Struct)


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    record: _Text
    field: _Text
    expect: Any
    reason: _Text
    source: _Text
    date: date
    value: Any = None
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    correction: list[dict[str, Any]] = []


class Correction(NamedTuple):
    """A known error: the record as findings name it, the field, what is printed there, and what is right.

    A `value` of None, or without items, is unknown. With a `sha256`, the error is this one document's.
    """

    record: str
    field: str
    expect: object
    value: object
    reason: str
    source: str
    date: date
    sha256: str | None = None

    @property
    def target(self) -> tuple[str, str]:
        """The record and the field."""
        return self.record, self.field


class _Holder(NamedTuple):
    """A record, or a quarter of one: its name in findings, the path before its fields there, and where they stood."""

    name: str
    path: str
    fields: Record | IndicatorQuarter
    record: Record
    key: str = ""

    def printed(self, field: str) -> str | None:
        """Return what is printed in a field as text, also what cannot be read; None is a blank."""
        value = getattr(self.fields, field)
        return self.record.issues.get(f"{self.key}{field}_unreadable") if value in (None, []) else _text(value)

    def line(self, field: str) -> int | None:
        """Return the line on which a field stands, or else the record begins."""
        places = self.record.places
        place = places.get(self.key + field) or min(places.values(), key=lambda one: (one.page, one.line), default=None)
        return place.line if place else None


class _Case(NamedTuple):
    """A correction for a field in which something is printed; `holder` is the place of its record in `_holders`."""

    holder: int
    field: str
    value: object
    printed: str
    correction: Correction

    @property
    def is_expected(self) -> bool:
        return self.value == self.correction.expect


def read_corrections(path: Path) -> list[Correction]:
    """Return the corrections of a TOML file, in its order.

    Raises BadInputError when the file cannot be read, or when an entry is incomplete, names a record or field that
    there cannot be, gives a value that the field cannot hold, or is for the same field as another; the text names it.
    """
    try:
        file = msgspec.convert(tomllib.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal), _File)
    except OSError as fault:
        raise BadInputError(f"{path}: the corrections cannot be read ({fault.strerror}); restore the file") from fault
    except tomllib.TOMLDecodeError as fault:
        raise BadInputError(f"{path}: not TOML ({fault}); correct it") from fault
    except ValueError as fault:
        raise BadInputError(f"{path}: {fault}; write entries that begin with [[correction]]") from fault
    corrections: list[Correction] = []
    for number, entry in enumerate(file.correction, start=1):
        try:
            corrections.append(_correction(entry))
            _require_new(corrections)
        except ValueError as fault:
            name = f"correction {number} ({entry.get('record', 'no record')}, {entry.get('field', 'no field')})"
            raise BadInputError(f"{path}, {name}: {fault}") from fault
    return corrections


def correct(copies: Sequence[Copy], corrections: Sequence[Correction]) -> list[Copy]:
    """Return the copies with each correction applied that holds, and a finding for each applied and each outdated.

    A blank stays blank: a correction says what is wrong, not what is missing.
    """
    corrected: list[Copy] = []
    for sha256, of_document in groupby(copies, key=lambda copy: copy.document.sha256):
        known: dict[str, list[Correction]] = {}
        for correction in corrections:
            if correction.sha256 in (None, sha256):
                known.setdefault(correction.record, []).append(correction)
        document = [(copy, list(_cases(copy, known)) if known else []) for copy in of_document]
        erring = {case.correction.target for _, cases in document for case in cases if case.is_expected}
        corrected += [_corrected(copy, cases, erring) if cases else copy for copy, cases in document]
    return corrected


# Reading entries


def _correction(raw: dict[str, Any]) -> Correction:
    """Return what an entry says. Raises ValueError when it is none that can be carried out."""
    try:
        entry = msgspec.convert(raw, _Entry)
    except msgspec.ValidationError as fault:
        raise ValueError(f"{fault}; {_SHAPE}") from fault
    record, field = _target(entry.record, entry.field)
    if _NAMED_BY_PLACE.search(record) and entry.sha256 is None:
        raise ValueError("its record is named by a place in one document; name that document, too, by its sha256")
    known = _fields_of(record)
    if field not in known:
        raise ValueError("the record has no such field; `etl parse` prints those that there are")
    expect = _typed("expect", entry.expect, known[field])
    value = _unknown(known[field]) if entry.value is None else _typed("value", entry.value, known[field])
    if value == expect:
        raise ValueError("its value is what it expects; take the entry out")
    return Correction(record, field, expect, value, entry.reason, entry.source, entry.date, entry.sha256)


def _target(record: str, field: str) -> tuple[str, str]:
    """Return record and field; the path of a report may stand before either, or both, as findings have it."""
    if in_report := _REPORT_FIELD.fullmatch(field):
        field = in_report["field"]
        record = f"{record.removesuffix('/' + in_report['path'])}/{in_report['path']}"
    if not any(pattern.fullmatch(record) for pattern in (_PROJECT, _REPORT, _INDICATOR)):
        raise ValueError("no record has such a name; name it as findings do, 50490000-3572/2566")
    return record, field


def _fields_of(record: str) -> dict[str, _Types]:
    """Return the fields of records of such a name, each with its own type and its column's."""
    if _PROJECT.fullmatch(record):
        return _stored(Project, "project") | _stored(Strategy, "project")
    if _REPORT.fullmatch(record):
        return _stored(Report, "report")
    of_quarter = _stored(IndicatorQuarter, "indicator_quarter")
    return _stored(Indicator, "indicator") | {
        f"{_quarter_path(number)}{name}": types
        for number in QUARTERS
        for name, types in of_quarter.items()
        if name != "quarter"
    }


def _stored(kind: type[msgspec.Struct], file: str) -> dict[str, _Types]:
    columns, left_out = STAGED[file].schema, {*Record.__struct_fields__, "quarters"}
    return {one.name: (one.type, columns.field(one.name).type) for one in fields(kind) if one.name not in left_out}


def _typed(name: str, raw: object, types: _Types) -> object:
    """Return a value as the field has it. Raises ValueError for a blank, and for what field or column cannot hold."""
    kind, column = types
    try:
        value = msgspec.convert(raw, kind)
        pa.scalar(value, column)
    except ValueError as fault:
        raise ValueError(f"its {name} is no value of the field: {fault}") from fault
    match value:  # text is spelt as parsers spell it
        case str():
            value = repair(value)
        case list():
            value = [repair(text) for text in value]
    if value == "" or (isinstance(value, list) and not all(value or [""])):
        raise ValueError(f"its {name} is blank; leave a value out that is unknown")
    return value


def _unknown(types: _Types) -> object:
    if types[0] is bool:
        raise ValueError("the field is never unknown; give its value")
    return [] if types[0] == list[str] else None


def _require_new(corrections: Sequence[Correction]) -> None:
    """Raise ValueError when the last correction is for a field that another is for, in one document or in all."""
    *others, last = corrections
    for number, other in enumerate(others, start=1):
        if other.target == last.target and (None in (other.sha256, last.sha256) or other.sha256 == last.sha256):
            raise ValueError(f"correction {number} is for the same field; keep one of them")


# Applying them


def _holders(copy: Copy) -> Iterator[_Holder]:
    """Yield what holds the fields of a copy; of the same copy corrected, the same in the same order."""
    name = record_name(copy)
    for record in filter(None, (copy.project, copy.strategy)):
        yield _Holder(name, "", record, record)
    for ordinal, report in enumerate(copy.reports, start=1):
        path = report_path(report, ordinal)
        yield _Holder(f"{name}/{path}", f"{path}.", report, report)
    for ordinal, indicator in enumerate(copy.indicators, start=1):
        yield _Holder(indicator_name(indicator, ordinal), "", indicator, indicator)
        for quarter in indicator.quarters:
            path = _quarter_path(quarter.quarter)
            yield _Holder(indicator_name(indicator, ordinal), path, quarter, indicator, key=path)


def _quarter_path(number: int) -> str:
    return f"quarters[{number}]."


def _cases(copy: Copy, known: Mapping[str, Sequence[Correction]]) -> Iterator[_Case]:
    for place, holder in enumerate(_holders(copy)):
        for correction in known.get(holder.name, ()):
            field = correction.field.removeprefix(holder.key)
            if holder.key + field == correction.field and hasattr(holder.fields, field):
                printed = holder.printed(field)
                if printed is not None:
                    yield _Case(place, field, getattr(holder.fields, field), printed, correction)


def _corrected(copy: Copy, cases: Sequence[_Case], erring: AbstractSet[_Target]) -> Copy:
    """Return a copy corrected; `erring` is what has its error in some copy of the document."""
    changed = _changed(copy, _changes(list(_holders(copy)), cases))
    holders = list(_holders(changed))  # by now, a record may have another name
    findings = [
        _finding(holders[case.holder], case)
        for case in cases
        if case.value != case.correction.value or case.correction.target not in erring
    ]
    return replace(changed, findings=[*copy.findings, *findings])


def _changes(holders: Sequence[_Holder], cases: Sequence[_Case]) -> dict[int, dict[str, object]]:
    """Return what is to be changed, by the `id` of what holds the fields."""
    changes: dict[int, dict[str, object]] = {}
    for case in cases:
        if not case.is_expected:
            continue
        holder, value = holders[case.holder], case.correction.value
        changes.setdefault(id(holder.fields), {})[case.field] = value
        for follower, derived in _FOLLOWING.get(case.field, {}).items():
            for other in holders:
                if other.name == holder.name and getattr(other.fields, follower, None) == derived(case.value):
                    changes.setdefault(id(other.fields), {}).setdefault(follower, derived(value))
    return changes


def _changed(copy: Copy, changes: Mapping[int, Mapping[str, object]]) -> Copy:
    def changed(fields: _Fields) -> _Fields:
        return replace(fields, **changes.get(id(fields), {}))

    return replace(
        copy,
        project=copy.project and changed(copy.project),
        strategy=copy.strategy and changed(copy.strategy),
        reports=[changed(report) for report in copy.reports],
        indicators=[
            replace(changed(indicator), quarters=[changed(quarter) for quarter in indicator.quarters])
            for indicator in copy.indicators
        ],
    )


def _finding(holder: _Holder, case: _Case) -> Finding:
    """Return what is told of a correction, applied or outdated; of personal data, not the values."""
    known, is_personal = case.correction, case.field in PERSONAL_FIELDS
    if case.is_expected:
        right = "nobody knows what is right" if known.value in (None, []) else f"{_text(known.value)} is right"
        said = "what is printed is corrected" if is_personal else f"{case.printed} is printed, {right}"
        message = f"{said}: {known.reason} ({known.source}, {known.date})"
    else:
        said = (
            "something else is printed" if is_personal else f"{case.printed} is printed, and not {_text(known.expect)}"
        )
        message = (
            f"{said}, as a correction expects: the source was put right or changed; take it out, or bind it "
            "by its sha256 to the document that it was made for"
        )
    return Finding(
        rule_id=CORRECTED_RULE if case.is_expected else OUTDATED_RULE,
        severity=Severity.INFO if case.is_expected else Severity.CRITICAL,
        record=holder.name, field=holder.path + case.field, value=None if is_personal else case.printed,
        message=message, line=holder.line(case.field),
    )  # fmt: skip


def _text(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
