"""What the warehouse can hold: each value that was read is held against the type of its column before it goes there.

In come copies as parsed. A value that its column cannot hold is taken out of its record, and a critical finding says
what and where it was, so that the record is held back and all else goes on. The bounds are those of
`etl.warehouse.model`, and of nothing else. What is only said of a record is made to fit instead.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Integer, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB

from etl.records import PERSONAL_FIELDS, Copy, Finding, Indicator, IndicatorQuarter, Place, Record, Severity
from etl.thai.calendar import FIRST_DAY, LAST_DAY
from etl.validate import indicator_name, record_name, report_path
from etl.warehouse import model
from etl.warehouse.model.kinds import PROSE_BYTES_MAX, Remark, Whole, Words

NOT_LOADABLE_RULE = "R-not-loadable"
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
            return next(filter(None, (misfit(kind.item_type, one) for one in value)), None)
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
    # Not by arithmetic, which rounds: by its digits, those that are nought at its end apart.
    _, digits, exponent = number.as_tuple()
    noughts = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    if any(digits) and (-int(exponent) - noughts > scale or number.adjusted() >= precision - scale):
        return f"numbers of {precision - scale} digits and {scale} decimals are held"
    return None


class _Misfit(NamedTuple):
    """A field whose value its column cannot hold: its path in the record, the value, why not, and where it stood."""

    field: str
    value: object
    why: str
    place: Place | None


def hold_misfits(copies: Sequence[Copy]) -> None:
    """Take out of records what the warehouse cannot hold, and let a critical finding of each copy say so.

    A table of quarters loses the rows of a quarter that there is not, or that it has twice.
    """
    for copy in copies:
        # Of a record that loses what names it, the place does: the names are asked for when all is taken out.
        of_project = [one for record in (copy.project, copy.strategy) for one in _take_out("project", record)]
        of_reports = [list(_take_out("report", report)) for report in copy.reports]
        of_indicators = [list(_take_out_of_indicator(indicator)) for indicator in copy.indicators]
        name = record_name(copy)
        copy.findings += [_finding(name, "", one) for one in of_project]
        for ordinal, (report, found) in enumerate(zip(copy.reports, of_reports, strict=True), start=1):
            path = report_path(report, ordinal)
            copy.findings += [_finding(f"{name}/{path}", f"{path}.", one) for one in found]
        for ordinal, (indicator, found) in enumerate(zip(copy.indicators, of_indicators, strict=True), start=1):
            copy.findings += [_finding(indicator_name(indicator, ordinal), "", one) for one in found]


def _take_out(file: str, record: Record | None) -> Iterator[_Misfit]:
    if record is None:
        return
    first = min(record.places.values(), key=lambda place: (place.page, place.line), default=None)
    for one in _take_out_of_fields(file, record):
        yield one._replace(place=record.places.get(one.field) or first)
    record.issues = {fault: fitted(Remark, text) for fault, text in record.issues.items()}


def _take_out_of_fields(file: str, record: Record | IndicatorQuarter) -> Iterator[_Misfit]:
    columns = _COLUMNS[file]
    for field in record.__struct_fields__:
        value = getattr(record, field)
        if value is None or field not in columns or field == "places":
            continue
        if why := misfit(columns[field], value):
            setattr(record, field, [] if isinstance(value, list) else None)
            yield _Misfit(field, value, why, None)


def _take_out_of_indicator(indicator: Indicator) -> Iterator[_Misfit]:
    yield from _take_out("indicator", indicator)
    times = Counter(quarter.quarter for quarter in indicator.quarters)
    kept: list[IndicatorQuarter] = []
    for quarter in indicator.quarters:
        path = f"quarters[{quarter.quarter}]"
        place = next((at for field, at in indicator.places.items() if field.startswith(path)), None)
        why = misfit(model.raw_indicator_quarter.c.quarter.type, quarter.quarter)
        if why or times[quarter.quarter] > 1:
            yield _Misfit("quarters", quarter.quarter, why or "a quarter is held once", place)
            continue
        for one in _take_out_of_fields("indicator_quarter", quarter):
            yield one._replace(field=f"{path}.{one.field}", place=indicator.places.get(f"{path}.{one.field}") or place)
        kept.append(quarter)
    indicator.quarters = kept


def _finding(record: str, path: str, found: _Misfit) -> Finding:
    is_personal = found.field in PERSONAL_FIELDS
    return Finding(
        rule_id=NOT_LOADABLE_RULE, severity=Severity.CRITICAL, record=record, field=path + found.field,
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
    "project": {column.name: column.type for column in model.raw_project.columns},
    "report": {column.name: column.type for column in model.raw_report.columns},
    "indicator": {column.name: column.type for column in model.raw_indicator.columns},
    "indicator_quarter": {column.name: column.type for column in model.raw_indicator_quarter.columns},
}
