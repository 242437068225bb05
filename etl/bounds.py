"""What the warehouse can hold: each value that was read is held against the type of its column before it goes there.

In come copies as parsed, out come copies without the values that their columns cannot hold. A critical finding says
what and where each was, so that its record is held back and all else goes on. The bounds are those of
`etl.warehouse.model`, and of nothing else. What is only said of a record is made to fit instead.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
from msgspec.structs import replace
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Integer, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB

from etl.records import PERSONAL_FIELDS, Copy, Finding, Indicator, IndicatorQuarter, Place, Record, Severity
from etl.records.names import Kind, Name, quarter_field, quarter_item
from etl.records.walk import walk
from etl.thai.calendar import FIRST_DAY, LAST_DAY
from etl.warehouse import model
from etl.warehouse.model.kinds import PROSE_BYTES_MAX, Remark, Whole, Words

NOT_LOADABLE_RULE = "R-not-loadable"

_Record = TypeVar("_Record", bound=Record)
_SHOWN_LETTERS = 60
_SHORTENED = "… (shortened)"


def arrow_type(kind: Any) -> pa.DataType:
    """Return the type that a column of a batch has, for a column of the warehouse of this type."""
    match kind:
        case ARRAY():
            return pa.list_(arrow_type(kind.item_type))
        case SmallInteger():
            return pa.int16()
        case BigInteger():
            return pa.int64()
        case Integer():
            return pa.int32()
        case Numeric():
            return pa.decimal128(kind.precision, kind.scale)
        case Boolean():
            return pa.bool_()
        case Date():
            return pa.date32()
        case DateTime():
            return pa.timestamp("us", tz="UTC")
        case Text() | JSONB():
            return pa.string()
    raise TypeError(f"no Arrow type is known for {kind!r}")


def misfit(kind: Any, value: Any) -> str | None:
    """Return in words why a column of this type cannot hold a value; None where it can."""
    match kind:
        case ARRAY():
            return next(filter(None, (misfit(kind.item_type, item) for item in value)), None)
        case Text():
            return _misfit_of_text(value, bytes_max(kind))
        case Date():
            return None if FIRST_DAY <= value <= LAST_DAY else f"days from {FIRST_DAY} to {LAST_DAY} are held"
        case Whole():
            return None if kind.first <= value <= kind.last else f"{kind.first} to {kind.last} are held"
        case Numeric():
            return _misfit_of_number(value, kind)
    try:
        pa.scalar(value, arrow_type(kind))
    except (ValueError, OverflowError) as fault:
        return str(fault)
    return None


def bytes_max(kind: Text) -> int:
    """Return how many bytes of UTF-8 a column of text holds."""
    return kind.bytes_max if isinstance(kind, Words) else PROSE_BYTES_MAX


def fitted(kind: Text, text: str) -> str:
    """Return the text as a column holds it: what cannot be stored is escaped, what is too much is cut off."""
    limit = bytes_max(kind)
    if _misfit_of_text(text, limit) is None:
        return text
    stored = text.replace("\0", r"\x00").encode("utf-8", "backslashreplace")
    if len(stored) <= limit:
        return stored.decode()
    return stored[: limit - len(_SHORTENED.encode())].decode("utf-8", "ignore") + _SHORTENED


def _misfit_of_text(text: str, limit: int) -> str | None:
    if "\0" in text:
        return "NUL characters are not held"
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        return "halves of characters (surrogates) are not held"
    return f"it has {size:,} bytes, and at most {limit:,} are held" if size > limit else None


def _misfit_of_number(number: Decimal, kind: Numeric[Any]) -> str | None:
    precision, scale = kind.precision or 0, kind.scale or 0
    if not number.is_finite():
        return "it is no number"
    # Arithmetic would round, so digits are counted, without the zeros at the end.
    _, digits, exponent = number.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    if any(digits) and (-int(exponent) - zeros > scale or number.adjusted() >= precision - scale):
        return f"numbers of {precision - scale} digits and {scale} decimals are held"
    return None


class _Misfit(NamedTuple):
    """A field whose value its column cannot hold: its path in the record, the value, why not, and where it stood."""

    field: str
    value: object
    why: str
    place: Place | None


def hold_misfits(copies: Sequence[Copy]) -> list[Copy]:
    """Return the copies without what the warehouse cannot hold, each with a critical finding for what was taken out.

    A table of quarters loses the rows of a quarter that there is not, or that it has twice.
    """
    return [_fitting(copy) for copy in copies]


def _fitting(copy: Copy) -> Copy:
    misfits: dict[tuple[Kind, int], list[_Misfit]] = {}

    def fit(kind: Kind, record: _Record, ordinal: int = 1) -> _Record:
        fitting, found = _without_misfits(kind, record)
        if found:
            misfits.setdefault((kind, ordinal), []).extend(found)
        return fitting

    fitting = replace(
        copy,
        project=copy.project and fit(Kind.PROJECT, copy.project),
        strategy=copy.strategy and fit(Kind.PROJECT, copy.strategy),
        reports=[fit(Kind.REPORT, report, ordinal) for ordinal, report in enumerate(copy.reports, start=1)],
        indicators=[
            fit(Kind.INDICATOR, indicator, ordinal) for ordinal, indicator in enumerate(copy.indicators, start=1)
        ],
    )
    if not misfits:
        return fitting
    # Of a record that loses what names it, the place does: names are made when all is taken out.
    findings = [
        _finding(ref.name, found) for ref in walk(fitting) for found in misfits.get((ref.kind, ref.ordinal), ())
    ]
    return replace(fitting, findings=[*copy.findings, *findings])


def _without_misfits(kind: Kind, record: _Record) -> tuple[_Record, list[_Misfit]]:
    """Return a record without the values that its columns cannot hold, and these; its issues are made to fit."""
    first = min(record.places.values(), key=lambda place: (place.page, place.line), default=None)
    misfits = [lost._replace(place=record.places.get(lost.field) or first) for lost in _misfits(kind, record)]
    changes: dict[str, Any] = {lost.field: [] if isinstance(lost.value, list) else None for lost in misfits}
    issues = {issue: fitted(Remark, text) for issue, text in record.issues.items()}
    if issues != record.issues:
        changes["issues"] = issues
    if isinstance(record, Indicator) and record.quarters:
        quarters, of_quarters = _quarters_without_misfits(record)
        misfits += of_quarters
        if of_quarters:
            changes["quarters"] = quarters
    return replace(record, **changes) if changes else record, misfits


def _misfits(kind: Kind, record: Record | IndicatorQuarter) -> Iterator[_Misfit]:
    columns = _COLUMNS[kind]
    for field in record.__struct_fields__:
        value = getattr(record, field)
        if value is not None and field in columns and field != "places" and (why := misfit(columns[field], value)):
            yield _Misfit(field, value, why, None)


def _quarters_without_misfits(indicator: Indicator) -> tuple[list[IndicatorQuarter], list[_Misfit]]:
    times = Counter(quarter.quarter for quarter in indicator.quarters)
    kept: list[IndicatorQuarter] = []
    misfits: list[_Misfit] = []
    for quarter in indicator.quarters:
        item = quarter_item(quarter.quarter)
        place = next((at for field, at in indicator.places.items() if field.startswith(item)), None)
        why = misfit(_COLUMNS[Kind.QUARTER]["quarter"], quarter.quarter)
        if why or times[quarter.quarter] > 1:
            misfits.append(_Misfit("quarters", quarter.quarter, why or "a quarter is held once", place))
            continue
        found = list(_misfits(Kind.QUARTER, quarter))
        kept.append(replace(quarter, **{lost.field: None for lost in found}))
        for lost in found:
            field = quarter_field(quarter.quarter, lost.field)
            misfits.append(lost._replace(field=field, place=indicator.places.get(field) or place))
    return kept, misfits


def _finding(name: Name, found: _Misfit) -> Finding:
    is_personal = found.field in PERSONAL_FIELDS
    return Finding(
        rule_id=NOT_LOADABLE_RULE, severity=Severity.CRITICAL, record=str(name), field=name.field(found.field),
        value=None if is_personal else _shown(found.value),
        message=f"the warehouse cannot hold the value: {found.why}", line=found.place.line if found.place else None,
    )  # fmt: skip


def _shown(value: object) -> str:
    if isinstance(value, list):
        value = "\n".join(map(str, value))
    if isinstance(value, int) and value.bit_length() > _SHOWN_LETTERS:
        return f"a number of {value.bit_length()} bits"
    return fitted(Words(4 * _SHOWN_LETTERS), str(value))


_COLUMNS = {
    Kind.PROJECT: {column.name: column.type for column in model.raw_project.columns},
    Kind.REPORT: {column.name: column.type for column in model.raw_report.columns},
    Kind.INDICATOR: {column.name: column.type for column in model.raw_indicator.columns},
    Kind.QUARTER: {column.name: column.type for column in model.raw_indicator_quarter.columns},
}
