"""A second, simple reader beside the parsers, which finds facts that they lost.

In come the lines of a document and the copies that a family's parser made of them; out come issues for the lost facts.
A fact is a date, an amount, a percentage, a project's code or the number of a report. Wherever it stands, it must be
the value of a field, be in prose, or be quoted by an issue. This reader uses no patterns of the parsers, so that it
does not share their errors.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from etl.parse.grammar import add_issue
from etl.parse.unplaced import QUOTING
from etl.records import Channel, Copy, Indicator, Line, Place, Record

_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_BE_MINUS_CE, _BE_MIN = 543, 2400  # no export is of a Buddhist year before that
_DIGIT = "[0-9๐-๙]"
_FIGURE = re.compile(rf"{_DIGIT}(?:[0-9๐-๙,./:-]*{_DIGIT})?")
_UNIT = re.compile("%|บาท")
_BEFORE_UNIT = re.compile(rf"(?:^|[^0-9๐-๙,./:-])({_DIGIT}+)\s*$")
_REACH = 24  # characters before a unit in which its number is looked for
_COUNTED = re.compile(rf"ครั้งที่\s*({_DIGIT}++)(?!\s*/)")  # but not 2/2566, the second meeting of a year

_TIME = rf"{_DIGIT}{{1,2}}[.:]{_DIGIT}{{2}}"
_HOUR = "น."
_CLOCK = re.compile(rf"(?:{_TIME}\s?[-–]\s?)?{_TIME}(?=\s?{re.escape(_HOUR)})")
_HEADED = re.compile(rf"รายงานครั้งที่\s*({_DIGIT}+)\s*::")  # a report's heading, wherever it stands: prose has none
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "มกราคม มค", "กุมภาพันธ์ กพ", "มีนาคม มีค", "เมษายน เมย", "พฤษภาคม พค", "มิถุนายน มิย",
            "กรกฎาคม กรกฏาคม กค", "สิงหาคม สค", "กันยายน กย", "ตุลาคม ตค", "พฤศจิกายน พย", "ธันวาคม ธค",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(r"\.?\s?".join(name) + r"\.?" for name in _MONTHS)
_ERA, _YEAR = r"(?:[พค]\.?\s?ศ\.?\s?)?", f"{_DIGIT}{{4}}|{_DIGIT}{{2}}"


def _month_and_year(group: str) -> str:
    """Return a regular expression for a month and a year after a day.

    `group` is what their groups begin with: `?:` to capture nothing, an empty text to capture both.
    """
    return rf"\s?(?=[กตธพมสเ])({group}{_MONTH})\s?{_ERA}({group}{_YEAR})(?![0-9๐-๙])"


# Takes all digits before a month, so that the search never begins amid them; more than two are no day.
_NAMED_DAY = re.compile(rf"({_DIGIT}++){_month_and_year('')}")
_DAY_DIGITS_MAX = 2
_UNITS = ("%", "บาท")
_FIGURE_AND_NEXT = re.compile(rf"{_DIGIT}[0-9๐-๙,./:-]*+(?:\s*+(?:{'|'.join(_UNITS)})|{_month_and_year('?:')})?")

# Shapes by which a figure in Arabic digits is known to be a fact.
_CODE = re.compile(r"[0-9]{8}-[0-9]{4}")
_DAY = re.compile(r"([0-9]{1,4})[/-]([0-9]{1,2})[/-]([0-9]{2,4})")
_AMOUNT = re.compile(r"[0-9]+(?:(?:,[0-9]{3})+(?:\.[0-9]+)?|\.[0-9]{2,})")
_TIME_OF_DAY = re.compile("[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_QUOTED_MAX = 10
_NOTES = Record.__struct_fields__  # fields that every record has, before its own


class Lost(NamedTuple):
    """A lost fact: the first place where it stands, its text in Arabic digits, and what it looks like.

    `is_lone_day` is True for a day on a line with no other figure but a time of day.
    """

    place: Place
    printed: str
    is_counter: bool = False
    is_day: bool = False
    is_lone_day: bool = False


def watch(copies: Sequence[Copy], lines: Sequence[Line]) -> None:
    """Note the lost facts of each copy: those among its reports as `report_facts_lost`, others as `facts_lost`.

    A lost number of a report counts as one among the reports wherever it stands. In a picture all are `facts_lost`:
    letters may be taken for figures there, and each field that a report lost has an issue of its own.
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
    """Return the index of the copy that a place is in; lines before the first copy count as its own."""
    return max(0, bisect_right(copies, place.line, key=lambda copy: copy.first_line) - 1)


def _start_of_reports(copy: Copy, facts: Sequence[Lost]) -> Place | None:
    """Return where the reports of a copy begin; None where it has none.

    If no report was read, they begin with the first fact that is lost after the copy's last field, provided that days
    and other facts are lost there. Days alone may be stamps.
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
    """Return the place of the last report if only one lone day is lost after it, as of signing; else None."""
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
    """Return the facts in the lines that are in no field, prose or issue, in the order of the lines.

    In the lines of a copy, what another one keeps does not count: the rows of a register may have the same days.
    """
    lost = [fact for some, of_some in _apart(copies, lines) for fact in _lost(some, of_some)]
    return sorted(lost, key=lambda fact: _order(fact.place))


def _apart(copies: Sequence[Copy], lines: Sequence[Line]) -> list[tuple[Sequence[Copy], Sequence[Line]]]:
    """Return copies with their own lines, those that share lines together; and all copies with the lines of none."""
    if len(copies) == 1:
        return [(copies, lines)]
    groups, last = list[list[Copy]](), 0
    for copy in copies:
        if not groups or copy.first_line > last:
            groups.append([])
        groups[-1].append(copy)
        last = max(last, copy.last_line)
    parts, at, of_none = list[tuple[Sequence[Copy], Sequence[Line]]](), 0, list[Line]()
    for group in groups:
        start = bisect_left(lines, group[0].first_line, at, key=_number)
        end = bisect_right(lines, max(copy.last_line for copy in group), start, key=_number)
        parts.append((group, lines[start:end]))
        of_none += lines[at:start]
        at = end
    return [*parts, (copies, [*of_none, *lines[at:]])]


def _number(line: Line) -> int:
    return line.place.line


def _lost(copies: Sequence[Copy], lines: Sequence[Line]) -> list[Lost]:
    """Return the facts in the lines that are in no field, prose or issue of any of the copies."""
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
    """Tell whether a fact may be lost: a quick check, as nearly always none is. It misses none.

    It may err the other way, as it takes times of day for amounts. It does not find out where a fact stands.
    """
    facts = map(_fact, {*_FIGURE_AND_NEXT.findall(text)})
    missing = {printed for printed, readings in facts if readings is not None and values.isdisjoint(readings)}
    missing.update(figure for figure in {*_COUNTED.findall(text)} if Decimal(figure) not in values)
    if missing and not missing <= _figures_of(texts):
        return True
    return any(Decimal(figure) not in numbers for figure in {*_HEADED.findall(text)})


@lru_cache(maxsize=16384)
def _fact(printed: str) -> tuple[str, frozenset[object] | None]:
    """Return a figure in Arabic digits, and the values that it can stand for, or None where it is no fact.

    `printed` has what follows the figure as well, as a unit or a month: that may show it to be a fact.
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
    """Yield the whole numbers before a unit; the search goes backwards from the units, as they are few."""
    for unit in _UNIT.finditer(text):
        if number := _BEFORE_UNIT.search(text[max(0, unit.start() - _REACH) : unit.start()]):
            yield number[1]


def _placed(
    missing: set[str], counted: set[str], days: set[tuple[str, str, str]], lines: Iterable[tuple[Line, str]]
) -> Iterator[Lost]:
    """Yield each lost fact with the first line that it stands on."""
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
    """Return how many of the figures are no time of day."""
    return sum(_TIME_OF_DAY.fullmatch(_arabic(figure)) is None for figure in figures)


def _kept(copies: Sequence[Copy]) -> tuple[set[object], list[str]]:
    """Return all values in the copies' records, with a day as (year, month, day), and all texts in them."""
    values: set[object] = set()
    texts: list[str] = []
    records: list[Record] = [
        record for copy in copies for record in (copy.project, copy.strategy, *copy.reports, *copy.indicators) if record
    ]
    things = [thing for record in records for thing in astuple(record)[len(_NOTES) :]]
    for record in records:
        texts += [printed for issue, printed in record.issues.items() if issue not in QUOTING]
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
    """Return the result in percent of its target; None without both. Some pages print it, but no field keeps it."""
    target, result = indicator.target_value, indicator.result_value
    if not target or result is None:
        return None
    try:
        return round(result / target * 100, 2)
    except ArithmeticError:  # it has more digits than the precision of decimals
        return None


@lru_cache(maxsize=8192)
def _arabic(figure: str) -> str:
    return figure.translate(_ARABIC)


def _named_day(day: str, month: str, printed_year: str) -> tuple[int, int, int]:
    """Return the year C.E., month and day of a day whose month is written out; a year of two digits is Buddhist."""
    year = int(printed_year) + (2500 if len(printed_year) == 2 else 0)
    return year - _BE_MINUS_CE if year >= _BE_MIN else year, _MONTHS[re.sub(r"[.\s]", "", month)], int(day)


@lru_cache(maxsize=8192)
def _by_shape(figure: str) -> frozenset[object] | None:
    """Return the values that a figure can stand for, if its shape shows it to be a fact; else None."""
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
