"""A second, dumb reader beside the parsers: whatever looks like a fact must have gone somewhere.

In come the lines of a document and the copies that a family's parser made of them; out come issues for the facts that
went nowhere. A date, an amount, a per cent, a project's code or the number of a report, anywhere in the text, must be
the value of a field, stand in prose, or be quoted by an issue. It shares nothing with the parsers, so that it is not
wrong where they are.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from etl.parse.grammar import add_issue
from etl.records import Channel, Copy, Indicator, Line, Place, Record

_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_BE_MINUS_CE = 543
_DIGIT = "[0-9๐-๙]"
_FIGURE = re.compile(rf"{_DIGIT}(?:[0-9๐-๙,./:-]*{_DIGIT})?")
_UNIT = re.compile("%|บาท")
_BEFORE_UNIT = re.compile(rf"(?:^|[^0-9๐-๙,./:-])({_DIGIT}+)\s*$")
_REACH = 24  # letters before a unit in which its number stands
_COUNTED = re.compile(rf"ครั้งที่\s*({_DIGIT}++)(?!\s*/)")  # not the second meeting of a year: 2/2566

_TIME = rf"{_DIGIT}{{1,2}}[.:]{_DIGIT}{{2}}"
_HOUR = "น."
_CLOCK = re.compile(rf"(?:{_TIME}\s?[-–]\s?)?{_TIME}(?=\s?{re.escape(_HOUR)})")
_HEADED = re.compile(rf"รายงานครั้งที่\s*({_DIGIT}+)\s*::")  # wherever it stands: no prose reports
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "มกราคม มค", "กุมภาพันธ์ กพ", "มีนาคม มีค", "เมษายน เมย", "พฤษภาคม พค", "มิถุนายน มิย",
            "กรกฎาคม กค", "สิงหาคม สค", "กันยายน กย", "ตุลาคม ตค", "พฤศจิกายน พย", "ธันวาคม ธค",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(r"\.?\s?".join(name) + r"\.?" for name in _MONTHS)
_ERA, _YEAR = r"(?:พ\.?\s?ศ\.?\s?)?", f"{_DIGIT}{{4}}|{_DIGIT}{{2}}"


def _month_and_year(group: str) -> str:
    """Return a regular expression for a month and a year behind a day.

    `group` begins the group of each: `?:` for one that is not captured, nothing for one that is.
    """
    return rf"\s?(?=[กตธพมสเ])({group}{_MONTH})\s?{_ERA}({group}{_YEAR})(?![0-9๐-๙])"


# All digits before a month are taken, so that a look for their first one is enough; more than two are no day.
_NAMED_DAY = re.compile(rf"({_DIGIT}++){_month_and_year('')}")
_DAY_DIGITS_MAX = 2
_UNITS = ("%", "บาท")
_FIGURE_AND_NEXT = re.compile(rf"{_DIGIT}[0-9๐-๙,./:-]*+(?:\s*+(?:{'|'.join(_UNITS)})|{_month_and_year('?:')})?")

# Of a figure in Arabic digits, what its own shape says.
_CODE = re.compile(r"[0-9]{8}-[0-9]{4}")
_DAY = re.compile(r"([0-9]{1,4})[/-]([0-9]{1,2})[/-]([0-9]{2,4})")
_AMOUNT = re.compile(r"[0-9]+(?:(?:,[0-9]{3})+(?:\.[0-9]+)?|\.[0-9]{2,})")
_TIME_OF_DAY = re.compile("[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_QUOTED_MAX = 10
_NOTES = Record.__struct_fields__  # come first among the fields of a record


class Lost(NamedTuple):
    """A fact that went nowhere: where it stands first, as printed in Arabic digits, and what it looks like.

    `is_lone_day` tells that it is a day, and that no other figure stands on its line but a time of day.
    """

    place: Place
    printed: str
    is_counter: bool = False
    is_day: bool = False
    is_lone_day: bool = False


def watch(copies: Sequence[Copy], lines: Sequence[Line]) -> None:
    """Note for each copy the facts that went nowhere: those among its reports as `report_facts_lost`.

    A report's number that is lost is of a report wherever it stands. Of a picture all are `facts_lost`: there, letters
    may be taken for figures, and what is lost of a report has issues field by field.
    """
    of_copies: dict[int, list[Lost]] = {}
    for fact in lost_facts(copies, lines):
        of_copies.setdefault(_copy_of(fact.place, copies), []).append(fact)
    lost: dict[tuple[int, str], list[Lost]] = {}
    for index, facts in of_copies.items():
        copy = copies[index]
        start, stamped = _start_of_reports(copy, facts), _start_of_stamps(copy, facts)
        for fact in facts:
            is_stamp = stamped is not None and _order(fact.place) > stamped
            lost.setdefault((index, "facts_lost" if is_stamp else _fault(fact, copy, start)), []).append(fact)
    for (index, fault), facts in lost.items():
        copy = copies[index]
        if record := copy.project or next(iter(copy.indicators), None):
            more = f" and {len(facts) - _QUOTED_MAX} more" if len(facts) > _QUOTED_MAX else ""
            add_issue(record, fault, ", ".join(fact.printed for fact in facts[:_QUOTED_MAX]) + more)
            record.places[fault.removesuffix("_lost")] = facts[0].place


def _copy_of(place: Place, copies: Sequence[Copy]) -> int:
    """Return the index of the copy that a place lies in; what stands before the first copy is its own."""
    return max(0, bisect_right(copies, place.line, key=lambda copy: copy.first_line) - 1)


def _start_of_reports(copy: Copy, facts: Sequence[Lost]) -> Place | None:
    """Return where the reports of a copy begin: those read, or else those that were not, behind its last field.

    A day that is lost there may be a stamp; with another fact beside it, it is taken for a report.
    """
    placed = [place for report in copy.reports for place in report.places.values()]
    if placed:
        return min(placed, key=_order)
    records = filter(None, (copy.project, copy.strategy))
    fields = [record.places[name] for record in records for name in record.__struct_fields__ if name in record.places]
    last = max(fields, key=_order, default=None)
    behind = [fact for fact in facts if last is None or _order(fact.place) > _order(last)]
    is_report = any(fact.is_day for fact in behind) and not all(fact.is_day for fact in behind)
    return min((fact.place for fact in behind), key=_order) if is_report else None


def _start_of_stamps(copy: Copy, facts: Sequence[Lost]) -> tuple[int, int] | None:
    """Return the place of the last report, if all that is lost behind it is a lone day, as of signing or printing."""
    last = max((_order(place) for report in copy.reports for place in report.places.values()), default=None)
    behind = [fact for fact in facts if last is not None and _order(fact.place) > last]
    return last if len(behind) == 1 and behind[0].is_lone_day else None


def _fault(fact: Lost, copy: Copy, start: Place | None) -> str:
    if copy.project is None or copy.document.channel == Channel.OCR:
        return "facts_lost"
    is_among_reports = start is not None and _order(fact.place) >= _order(start)
    return "report_facts_lost" if fact.is_counter or is_among_reports else "facts_lost"


def _order(place: Place) -> tuple[int, int]:
    return place.page, place.line


def lost_facts(copies: Sequence[Copy], lines: Sequence[Line]) -> list[Lost]:
    """Return each fact of the lines that is in no field, no prose and no issue of any copy, in their order."""
    values, texts = _kept(copies)
    numbers = {report.report_no for copy in copies for report in copy.reports}
    if not _may_be_lost("\n".join([line.text for line in lines]), values, texts, numbers):
        return []
    printed = [_CLOCK.sub(" ", line.text) if _HOUR in line.text else line.text for line in lines]
    text = "\n".join(printed)
    counted = {*_COUNTED.findall(text)}
    unread = {figure for figure in _HEADED.findall(text) if Decimal(figure) not in numbers}
    lost = [
        figure
        for figure in {*_FIGURE.findall(text)}
        if (readings := _by_shape(figure)) is not None and values.isdisjoint(readings)
    ]
    lost += [figure for figure in {*_measured(text), *counted} if Decimal(figure) not in values]
    prose = _figures_of(texts)
    missing = {figure for figure in lost if _arabic(figure) not in prose} | unread
    written = values | {_named_day(*day) for day in _named_days("\n".join(texts))}
    lost_days = {day for day in _named_days(text) if _named_day(*day) not in written}
    return list(_placed(missing, counted, lost_days, zip(lines, printed, strict=True))) if missing or lost_days else []


def _may_be_lost(text: str, values: set[object], texts: Sequence[str], numbers: set[int | None]) -> bool:
    """Tell whether a fact may be lost: one look at a text in which nearly always none is, and none is missed.

    It takes times of day for amounts, and asks for no places.
    """
    facts = map(_fact, {*_FIGURE_AND_NEXT.findall(text)})
    missing = {printed for printed, readings in facts if readings is not None and values.isdisjoint(readings)}
    missing.update(figure for figure in {*_COUNTED.findall(text)} if Decimal(figure) not in values)
    if missing and not missing <= _figures_of(texts):
        return True
    return any(Decimal(figure) not in numbers for figure in {*_HEADED.findall(text)})


@lru_cache(maxsize=16384)
def _fact(printed: str) -> tuple[str, frozenset[object] | None]:
    """Return a figure in Arabic digits, and the values that it can stand for; None for these where it is no fact.

    What follows the figure may tell that it is one.
    """
    if day := _NAMED_DAY.fullmatch(printed):
        return printed, frozenset({_named_day(*day.groups())}) if len(day[1]) <= _DAY_DIGITS_MAX else None
    match = _FIGURE.match(printed)
    figure = match[0] if match else printed
    readings = _by_shape(figure)
    if readings is None and figure.isdigit() and printed.endswith(_UNITS):
        readings = frozenset({Decimal(figure)})
    return _arabic(figure), readings


def _figures_of(texts: Sequence[str]) -> set[str]:
    """Return the figures in texts, in Arabic digits."""
    return {_arabic(figure) for figure in _FIGURE.findall("\n".join(texts))}


def _named_days(text: str) -> set[tuple[str, str, str]]:
    """Return the days whose month is written out: day, month and year as printed."""
    return {day for day in _NAMED_DAY.findall(text) if len(day[0]) <= _DAY_DIGITS_MAX}


def _measured(text: str) -> Iterator[str]:
    """Yield the whole numbers before a unit. They are looked for from the unit backwards: units are few."""
    for unit in _UNIT.finditer(text):
        if number := _BEFORE_UNIT.search(text[max(0, unit.start() - _REACH) : unit.start()]):
            yield number[1]


def _placed(
    missing: set[str], counted: set[str], days: set[tuple[str, str, str]], lines: Iterable[tuple[Line, str]]
) -> Iterator[Lost]:
    found: set[str] = set()
    for line, text in lines:
        figures = _FIGURE.findall(text)
        for day in _named_days(text) if days else ():
            if day in days:
                days = days - {day}
                yield Lost(line.place, _arabic(" ".join(day)), is_day=True, is_lone_day=_count(figures) == len(day) - 1)
        for figure in figures:
            if figure in missing and figure not in found:
                found.add(figure)
                arabic = _arabic(figure)
                is_day = _DAY.fullmatch(arabic) is not None
                yield Lost(line.place, arabic, figure in counted, is_day, is_day and _count(figures) == 1)


def _count(figures: Sequence[str]) -> int:
    """Return how many figures there are that are no time of day."""
    return sum(_TIME_OF_DAY.fullmatch(_arabic(figure)) is None for figure in figures)


def _kept(copies: Sequence[Copy]) -> tuple[set[object], list[str]]:
    """Return all values of the records of the copies, days as year, month and day, and all of their texts."""
    values: set[object] = set()
    texts: list[str] = []
    records: list[Record] = [
        record for copy in copies for record in (copy.project, copy.strategy, *copy.reports, *copy.indicators) if record
    ]
    things = [thing for record in records for thing in astuple(record)[len(_NOTES) :]]
    for record in records:
        texts += record.issues.values()
    while things:
        thing = things.pop()
        kind = type(thing)
        if kind is str:
            texts.append(thing)
        elif kind is Decimal or kind is int:
            values.add(thing)
        elif kind is date:
            values.add((thing.year, thing.month, thing.day))
        elif kind is list:
            things += thing
        elif isinstance(thing, Struct):
            things += astuple(thing)
    values.update(texts)
    values.update(share for copy in copies for indicator in copy.indicators if (share := _share_pct(indicator)))
    return values, texts


def _share_pct(indicator: Indicator) -> Decimal | None:
    """Return what a result is of its target, in percent: some pages print it, and it is checked there and not kept."""
    target, result = indicator.target_value, indicator.result_value
    if not target or result is None:
        return None
    try:
        return round(result / target * 100, 2)
    except ArithmeticError:  # more digits than a share can have
        return None


@lru_cache(maxsize=8192)
def _arabic(figure: str) -> str:
    return figure.translate(_ARABIC)


def _named_day(day: str, month: str, printed_year: str) -> tuple[int, int, int]:
    """Return the year C.E., month and day of a day whose month is written out; years are Buddhist."""
    year = int(printed_year)
    return (year + 2500 if year < 100 else year) - _BE_MINUS_CE, _MONTHS[re.sub(r"[.\s]", "", month)], int(day)


@lru_cache(maxsize=8192)
def _by_shape(figure: str) -> frozenset[object] | None:
    """Return the values that a figure can stand for, if its own shape tells that it is a fact; else None."""
    printed = _arabic(figure)
    if _CODE.fullmatch(printed):
        return frozenset({printed})
    if day := _DAY.fullmatch(printed):
        first, month, last = map(int, day.groups())
        return frozenset(
            (ce, a, b)
            for year, a, b in ((last, month, first), (last, first, month), (first, month, last))
            for ce in (year, year - _BE_MINUS_CE, year + 2500 - _BE_MINUS_CE, year + 2000)
        )
    return frozenset({Decimal(printed.replace(",", ""))}) if _AMOUNT.fullmatch(printed) else None
