"""Dates as exports print them: three orders, two eras, two-digit years, Thai digits, Thai and English months."""

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from etl.thai.calendar import BE_MINUS_CE, FIRST_DAY, LAST_DAY, days_outside_fiscal_year
from etl.thai.text import arabic_digits, repair

_SHORT_BUDDHIST_MIN = 40  # of a year in two digits
WINDOW_DAYS = 60  # a date may lie this far outside its fiscal year before another order of day and month is tried

_WEEKDAY = "(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัส|ศุกร์|เสาร์|อาทิตย์)"
_DAY_OF = rf"(?:วัน{_WEEKDAY}? ?ที่ ?)?"
_ERA = r"(?:[พค]\.? ?ศ\.? ?|[พค](?:ุทธ|ริสต์)ศักราช ?)?"
_HOUR = r"\d{1,2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?|\.\d{2}(?= ?น))"
_CLOCK = rf"(?:(?:[ T]+|,? ?เวลา ?){_HOUR} ?(?:[AP]M|น\.?)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}}) ?([-/.]) ?(\d{{1,2}}) ?\2 ?(\d{{1,2}}){_CLOCK}", re.ASCII)
# A moment as programs write it, with its distance from Greenwich: its day is Bangkok's.
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)? ?(?:Z|UTC|([+-])(\d\d):?(\d\d)?)", re.ASCII
)
_BANGKOK = timezone(timedelta(hours=7))  # it has no summer time
_YEAR_LAST = re.compile(rf"{_DAY_OF}(\d{{1,2}}) ?([/.-]) ?(\d{{1,2}}) ?\2 ?(\d{{4}}|\d{{2}}){_CLOCK}", re.ASCII)
_MONTH = r"(?P<month>(?:[\u0e00-\u0e7f. ]|[A-Za-z])+?)"
_NAMED_MONTH = re.compile(
    rf"{_DAY_OF}(?P<day>\d{{1,2}})[ -]?(?:เดือน ?)?{_MONTH}[ ,-]*{_ERA}(?P<year>\d{{4}}|\d{{2}}){_CLOCK}", re.ASCII
)
_COMPACT = re.compile(r"((?:19|20|2[4-6])\d\d)(\d\d)(\d\d)", re.ASCII)
_SERIAL = re.compile(r"[34]\d{4}(?:\.0+)?", re.ASCII)  # of a spreadsheet: the days since the end of 1899
_SERIALS_BEGIN = date(1899, 12, 30)
_MONTH_FIRST = re.compile(rf"(?P<month>[A-Za-z]{{3,9}})\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_CLOCK}", re.ASCII)
MONTHS = {  # by name, without dots and blanks
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
SHORT_MONTHS = tuple("ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split())  # noqa: SIM905
_ENGLISH_MONTHS = {
    form: number
    for number, name in enumerate(
        (
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ),
        start=1,
    )
    for form in (name, name[:3])
}  # fmt: skip


class PrintedDate(NamedTuple):
    """A date that was read; not certain when another order of day and month would have done as well, or was needed."""

    day: date
    is_certain: bool


def number_of_word(word: str) -> int | None:
    """Return the number that a word stands for, dots apart: that of a month; None for any other word."""
    return MONTHS.get(word.replace(".", ""))


@lru_cache(maxsize=8192)  # a batch prints the same days over and over
def read_date(text: str, fiscal_year: int | None = None) -> PrintedDate:
    """Read one printed date, and prefer the order of day and month that falls into the fiscal year (B.E.).

    The orders in use are ISO, D/M/B.E., D-M-C.E., M/D/C.E. and `Oct 1 2023`; the other order of day and month is taken
    where only it falls within `WINDOW_DAYS` of the fiscal year. Of a moment, `2022-09-30T17:00:00Z`, the day in Bangkok
    is taken. A spreadsheet's number of a day in that window is a date as well, and not certain. Raises ValueError when
    the text is no date, or one outside of the calendar.
    """
    if moment := _moment(text):
        return moment
    readings = _readings(text) or _readings(printed := arabic_digits(repair(text)).strip("() "))
    if readings is None and fiscal_year and _SERIAL.fullmatch(printed):
        day = _SERIALS_BEGIN + timedelta(days=int(printed.partition(".")[0]))
        if days_outside_fiscal_year(day, fiscal_year) <= WINDOW_DAYS:
            return PrintedDate(day, is_certain=False)
    if readings is None or not (readings.usual or readings.other):
        raise ValueError(f"{text!r} is not a date")
    usual, other, is_other_in_use = readings
    days = [day for day in dict.fromkeys((usual, other)) if day]
    if len(days) > 1 and fiscal_year:
        days = [day for day in days if days_outside_fiscal_year(day, fiscal_year) <= WINDOW_DAYS] or days
    return PrintedDate(days[0], is_certain=days[0] == usual and not (is_other_in_use and len(days) > 1))


class _Readings(NamedTuple):
    """A date read in the usual order of day and month and in the other one; None where an order gives no day.

    `is_other_in_use` tells whether exports print dates of this look in the other order as well.
    """

    usual: date | None
    other: date | None
    is_other_in_use: bool


def _moment(text: str) -> PrintedDate | None:
    """Return Bangkok's day of a moment; not certain where it is another day than printed, and no midnight."""
    match = _MOMENT.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(match[group] or 0) for group in range(1, 7))
    offset = timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0))
    try:
        zone = timezone(-offset if match[7] == "-" else offset)
        moment = datetime(_common_era(year), month, day, hour, minute, second, tzinfo=zone).astimezone(_BANGKOK)
    except (ValueError, OverflowError):
        return None
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        return None
    is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return PrintedDate(moment.date(), is_certain=is_midnight or moment.day == day)


def _readings(text: str) -> _Readings | None:
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(match[group]) for group in (1, 3, 4))
        return _Readings(_day(_common_era(year), month, day), None, is_other_in_use=False)
    if match := _YEAR_LAST.fullmatch(text):
        first, separator, second, printed_year = int(match[1]), match[2], int(match[3]), int(match[4])
        year = _common_era(printed_year)
        day_first, month_first = _day(year, second, first), _day(year, first, second)
        if separator == "/" and year == printed_year:
            return _Readings(month_first, day_first, is_other_in_use=True)
        return _Readings(day_first, month_first, is_other_in_use=False)
    if match := _NAMED_MONTH.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        name = re.sub("[. ]", "", match["month"]).lower().replace("ฏ", "ฎ")  # July is often misspelt
        month = MONTHS.get(name) or _ENGLISH_MONTHS.get(name, 0)
        year = int(match["year"])
        if name in _ENGLISH_MONTHS and year < _SHORT_BUDDHIST_MIN:  # as spreadsheets print it: `1-Oct-22`
            year += 2000
        return _Readings(_day(_common_era(year), month, int(match["day"])), None, is_other_in_use=False)
    if match := _COMPACT.fullmatch(text):
        year, month, day = map(int, match.groups())
        return _Readings(_day(_common_era(year), month, day), None, is_other_in_use=False)
    return None


def _common_era(year: int) -> int:
    """Return the year C.E. of a printed one: from 2400 Buddhist, 1900-2200 common, 40-99 Buddhist 25xx."""
    if year >= 2400:
        return year - BE_MINUS_CE
    if 1900 <= year <= 2200:
        return year
    if _SHORT_BUDDHIST_MIN <= year <= 99:
        return year + 2500 - BE_MINUS_CE
    raise ValueError(f"{year} is not a year of an era in use")


def _day(year: int, month: int, day: int) -> date | None:
    # The era is settled before the day is built: 29/02/2567 exists because 2024 is a leap year.
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None
