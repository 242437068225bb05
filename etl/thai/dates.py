"""Dates as the exports print them: three orders, two eras, two-digit years, Thai digits and month names."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from etl.thai.calendar import BE_MINUS_CE, days_outside_fiscal_year
from etl.thai.text import arabic_digits, repair

WINDOW_DAYS = 60  # a date may lie this far outside its fiscal year before another order of day and month is tried

_CLOCK = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_CLOCK}", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([/-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}", re.ASCII)
_ROUND_SEPARATOR = re.compile(r" *([/-]) *")
_NAMED_MONTH = re.compile(rf"(\d{{1,2}}) ?([\u0e00-\u0e7f. ]+?) ?(?:พ\.? ?ศ\.? ?)?(\d{{4}}|\d{{2}}){_CLOCK}", re.ASCII)
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


class PrintedDate(NamedTuple):
    """A date that was read; not certain when another order of day and month would have done as well, or was needed."""

    day: date
    is_certain: bool


@lru_cache(maxsize=8192)  # a batch prints the same days over and over
def read_date(text: str, fiscal_year: int | None = None) -> PrintedDate:
    """Read one printed date, and prefer the order of day and month that falls into the fiscal year (B.E.).

    The orders in use are ISO, D/M/B.E., D-M-C.E. and M/D/C.E.; the other order of day and month is taken where only it
    falls within `WINDOW_DAYS` of the fiscal year. Raises ValueError when the text is no date.
    """
    order, other_order = _orders(_ROUND_SEPARATOR.sub(r"\1", arabic_digits(repair(text)).strip("() ")))
    usual, other = _day(order), _day(other_order)
    days = [day for day in (usual, other) if day]
    if not days:
        raise ValueError(f"{text!r} is not a date")
    fitting = [day for day in days if fiscal_year and days_outside_fiscal_year(day, fiscal_year) <= WINDOW_DAYS]
    chosen = (fitting or days)[0]
    is_either = other_order.is_in_use and len(set(fitting or days)) > 1
    return PrintedDate(chosen, is_certain=chosen == usual and not is_either)


class _Order(NamedTuple):
    """A way to read three numbers; `is_in_use` where exports are known to print dates of this look in this order."""

    year: int
    month: int
    day: int
    is_in_use: bool


_NONE = _Order(0, 0, 0, is_in_use=False)


def _orders(text: str) -> tuple[_Order, _Order]:
    """Return the usual reading of the text and the one with day and month the other way round."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, match.groups())
        return _Order(_common_era(year), month, day, is_in_use=True), _NONE
    if match := _NAMED_MONTH.fullmatch(text):
        month = _MONTHS.get(re.sub("[. ]", "", match[2]), 0)
        return _Order(_common_era(int(match[3])), month, int(match[1]), is_in_use=True), _NONE
    if match := _YEAR_LAST.fullmatch(text):
        first, separator, second, printed_year = int(match[1]), match[2], int(match[3]), int(match[4])
        year = _common_era(printed_year)
        is_month_first = separator == "/" and year == printed_year
        day_first = _Order(year, second, first, is_in_use=True)
        month_first = _Order(year, first, second, is_in_use=is_month_first)
        return (month_first, day_first) if is_month_first else (day_first, month_first)
    raise ValueError(f"{text!r} is not a date")


def _common_era(year: int) -> int:
    """Return the year C.E. of a printed one: from 2400 Buddhist, 1900-2200 common, 40-99 Buddhist 25xx."""
    if year >= 2400:
        return year - BE_MINUS_CE
    if 1900 <= year <= 2200:
        return year
    if 40 <= year <= 99:
        return year + 2500 - BE_MINUS_CE
    raise ValueError(f"{year} is not a year of an era in use")


def _day(order: _Order) -> date | None:
    # The era is settled before the day is built: 29/02/2567 exists because 2024 is a leap year.
    try:
        return date(order.year, order.month, order.day)
    except ValueError:
        return None
