"""Known errors of the source put right: what a record prints, what is right, why, and who says so.

In come copies as parsed and the entries of `corrections.toml`; out come the copies corrected, with a finding for each
correction. One holds for as long as the source prints what it expects; where the source prints something else, the
record is held back. So it is also where just the right value is printed by now: there is nothing left to correct, and a
correction that stayed would one day overwrite a sound value that happens to be the old error. Only within one document
is it no repair of the source that a copy prints what is right: copies disagree, and the other one still has the error.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import fields, replace

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
from etl.records.names import Kind, Name, quarter_field, quarter_item, read_field, read_name
from etl.records.walk import RecordRef, walk
from etl.reference import plan_version
from etl.thai.text import repair

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Table

CORRECTED_RULE = "R-corrected"
OUTDATED_RULE = "R-correction-outdated"

_SHAPE = "a correction has record, field, expect, reason, source, date and perhaps value (none: unknown) and sha256"
# What parsers derive from a field follows when that is corrected, unless it is printed otherwise.
_FOLLOWING: dict[str, dict[str, Callable[[Any], object]]] = {
    "project_code": {"agency_code": lambda code: code and code[:4], "unit_code": lambda code: code and code[:8]},
    "kpi_id": {"agency_code": lambda kpi_id: kpi_id and kpi_id[:4]},
    "fiscal_year": {"plan_version": plan_version},
}

_Text = Annotated[str, msgspec.Meta(pattern=r"\S")]
_Types = tuple[Any, "pa.DataType"]
_Changes = dict[tuple[Kind, int], dict[str, object]]
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


class _Case(NamedTuple):
    """A correction for a field in which something is printed, and the kind and place of its record in its copy."""

    kind: Kind
    ordinal: int
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


def years_to_look_in(fiscal_year: int, corrections: Iterable[Correction]) -> set[int]:
    """Return the fiscal years (B.E.) that documents print which belong to one, as corrections stand."""
    printed = {correction.expect for correction in corrections if correction.field == "fiscal_year"}
    return {fiscal_year, *(year for year in printed if isinstance(year, int))}


# Reading entries


def _correction(raw: dict[str, Any]) -> Correction:
    """Return what an entry says. Raises ValueError when it is none that can be carried out."""
    try:
        entry = msgspec.convert(raw, _Entry)
    except msgspec.ValidationError as fault:
        raise ValueError(f"{fault}; {_SHAPE}") from fault
    name, field = _target(entry.record, entry.field)
    if name.is_by_place and entry.sha256 is None:
        raise ValueError("its record is named by a place in one document; name that document, too, by its sha256")
    known = _fields_of(name.kind)
    if field not in known:
        raise ValueError("the record has no such field; `etl parse` prints those that there are")
    expect = _typed("expect", entry.expect, known[field])
    value = _unknown(known[field]) if entry.value is None else _typed("value", entry.value, known[field])
    if value == expect:
        raise ValueError("its value is what it expects; take the entry out")
    return Correction(str(name), field, expect, value, entry.reason, entry.source, entry.date, entry.sha256)


def _target(record: str, field: str) -> tuple[Name, str]:
    """Return record and field; the item of a report may stand before either, or both, as findings have it."""
    name, (item, own) = read_name(record), read_field(field)
    if item and name.kind in {Kind.PROJECT, Kind.REPORT}:
        if name.item not in ("", item):
            raise ValueError(f"its record is {name.item}, and its field is of {item}; name one of them")
        name, field = read_name(f"{name.owner}/{item}"), own
    if name.kind not in {Kind.PROJECT, Kind.REPORT, Kind.INDICATOR}:
        raise ValueError("only projects, reports and indicators are corrected; name one as findings do")
    return name, field


def _fields_of(kind: Kind) -> dict[str, _Types]:
    """Return the fields of records of a kind, each with its own type and its column's."""
    from etl.warehouse import model  # which takes a while, and a file without entries does not need it

    match kind:
        case Kind.PROJECT:
            return _stored(Project, model.raw_project) | _stored(Strategy, model.raw_project)
        case Kind.REPORT:
            return _stored(Report, model.raw_report)
    of_quarter = _stored(IndicatorQuarter, model.raw_indicator_quarter)
    return _stored(Indicator, model.raw_indicator) | {
        quarter_field(number, name): types
        for number in QUARTERS
        for name, types in of_quarter.items()
        if name != "quarter"
    }


def _stored(kind: type[msgspec.Struct], table: "Table") -> dict[str, _Types]:
    from etl.bounds import arrow_type

    stored = [field for field in fields(kind) if field.name not in {*Record.__struct_fields__, "quarters"}]
    return {field.name: (field.type, arrow_type(table.columns[field.name].type)) for field in stored}


def _typed(name: str, raw: object, types: _Types) -> object:
    """Return a value as the field has it. Raises ValueError for a blank, and for what field or column cannot hold."""
    import pyarrow as pa

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


def _holder(ref: RecordRef, field: str) -> Record | IndicatorQuarter | None:
    """Return what holds a field of a record: itself, what its fields stand beside, or a quarter of it."""
    item, name = read_field(field)
    holders: Iterable[Record | IndicatorQuarter] = ref.records
    if item:
        quarters = (quarter for record in ref.records if isinstance(record, Indicator) for quarter in record.quarters)
        holders = (quarter for quarter in quarters if quarter_item(quarter.quarter) == item)
    return next((holder for holder in holders if hasattr(holder, name)), None)


def _cases(copy: Copy, known: Mapping[str, Sequence[Correction]]) -> Iterator[_Case]:
    for ref in walk(copy):
        for correction in known.get(str(ref.name), ()):
            holder = _holder(ref, correction.field)
            value = getattr(holder, read_field(correction.field)[1]) if holder else None
            printed = _unread(ref, correction.field) if value in (None, []) else _text(value)
            if printed is not None:
                yield _Case(ref.kind, ref.ordinal, value, printed, correction)


def _unread(ref: RecordRef, field: str) -> str | None:
    """Return what is printed in a field and cannot be read; None is a blank."""
    return next(filter(None, (record.issues.get(f"{field}_unreadable") for record in ref.records)), None)


def _corrected(copy: Copy, cases: Sequence[_Case], erring: AbstractSet[tuple[str, str]]) -> Copy:
    """Return a copy corrected; `erring` is what has its error in some copy of the document."""
    changed = _changed(copy, _changes(copy, cases))
    refs = {(ref.kind, ref.ordinal): ref for ref in walk(changed)}  # by now, a record may have another name
    findings = [
        _finding(refs[case.kind, case.ordinal], case)
        for case in cases
        if case.value != case.correction.value or case.correction.target not in erring
    ]
    return replace(changed, findings=[*changed.findings, *findings])


def _changes(copy: Copy, cases: Sequence[_Case]) -> _Changes:
    refs = {(ref.kind, ref.ordinal): ref for ref in walk(copy)}
    changes: _Changes = {}
    for case in cases:
        if not case.is_expected:
            continue
        field, value = case.correction.field, case.correction.value
        of_record = changes.setdefault((case.kind, case.ordinal), {})
        of_record[field] = value
        for follower, derived in _FOLLOWING.get(field, {}).items():
            records = refs[case.kind, case.ordinal].records
            if any(getattr(record, follower, None) == derived(case.value) for record in records):
                of_record.setdefault(follower, derived(value))
    return changes


def _changed(copy: Copy, changes: _Changes) -> Copy:
    def changed(kind: Kind, record: _Fields, ordinal: int = 1, item: str = "") -> _Fields:
        own = {
            name: value
            for field, value in changes.get((kind, ordinal), {}).items()
            for of_item, name in (read_field(field),)
            if of_item == item and hasattr(record, name)
        }
        return replace(record, **own) if own else record

    return replace(
        copy,
        project=copy.project and changed(Kind.PROJECT, copy.project),
        strategy=copy.strategy and changed(Kind.PROJECT, copy.strategy),
        reports=[changed(Kind.REPORT, report, ordinal) for ordinal, report in enumerate(copy.reports, start=1)],
        indicators=[
            replace(
                changed(Kind.INDICATOR, indicator, ordinal),
                quarters=[
                    changed(Kind.INDICATOR, quarter, ordinal, quarter_item(quarter.quarter))
                    for quarter in indicator.quarters
                ],
            )
            for ordinal, indicator in enumerate(copy.indicators, start=1)
        ],
    )


def _finding(ref: RecordRef, case: _Case) -> Finding:
    """Return the finding of a correction, applied or outdated; of personal data, not the values."""
    known, is_personal = case.correction, case.correction.field in PERSONAL_FIELDS
    if case.is_expected:
        right = "nobody knows what is right" if known.value in (None, []) else f"{_text(known.value)} is right"
        said = "what is printed is corrected" if is_personal else f"{case.printed} is printed, {right}"
        message = f"{said}: {known.reason} ({known.source}, {known.date})"
    else:
        said = (
            "something else is printed" if is_personal else f"{case.printed} is printed, and not {_text(known.expect)}"
        )
        message = (
            f"{said}, as a correction expects: the source was put right or changed; take the "
            "correction out, or bind it by its sha256 to the document that it was made for"
        )
    place = ref.place(known.field)
    return Finding(
        rule_id=CORRECTED_RULE if case.is_expected else OUTDATED_RULE,
        severity=Severity.INFO if case.is_expected else Severity.CRITICAL,
        record=str(ref.name), field=ref.name.field(known.field), value=None if is_personal else case.printed,
        message=message, line=place.line if place else None,
    )  # fmt: skip


def _text(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
