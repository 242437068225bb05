"""Numbers as the exports print them, as exact decimals: grouped, with baht or percent signs, in either digits."""

import re
from decimal import Decimal

from etl.thai.text import arabic_digits, repair

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_BAHT = re.compile(r"(?:\.-|\.)?\s*(?:บาท\.?)?$")
_MONEY = (16, 2)  # digits before and after the point that the warehouse holds
_PERCENT = (5, 4)
_VALUE = (18, 6)


def read_decimal(text: str) -> Decimal:
    """Read a number with or without thousands separators. Raises ValueError when anything else stands beside it."""
    number = arabic_digits(repair(text))
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"{text!r} is not a number")
    return Decimal(number.replace(",", ""))


def read_percent(text: str) -> Decimal:
    """Read a percentage, with or without its sign or word; its range is for the rules to judge. Raises ValueError."""
    return _fitting(read_decimal(repair(text).removesuffix("%").removeprefix("ร้อยละ")), *_PERCENT)


def read_money(text: str) -> Decimal:
    """Read an amount in baht: `0 บาท`, `393,224,000.- บาท`. Raises ValueError, also for parts of a satang."""
    return _fitting(read_decimal(_BAHT.sub("", repair(text))), *_MONEY)


def read_value(text: str) -> Decimal:
    """Read a number in an indicator's unit, which stands elsewhere; `1,407.52` is one number. Raises ValueError."""
    return _fitting(read_decimal(text), *_VALUE)


def _fitting(number: Decimal, digits: int, places: int) -> Decimal:
    """Return the number. Raises ValueError when it has more digits than can be held: none is rounded away."""
    shortest = number.normalize()
    exponent = shortest.as_tuple().exponent
    if shortest.adjusted() >= digits or (isinstance(exponent, int) and -exponent > places):
        raise ValueError(f"{number} is not a number of {digits} digits and {places} decimals")
    return number
