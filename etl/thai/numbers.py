"""Numbers as the exports print them, as exact decimals: grouped, with baht or percent signs, in either digits."""

import re
from decimal import Decimal

from etl.thai.text import arabic_digits, repair

_NUMBER = r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_BARE = re.compile(_NUMBER, re.ASCII)
_BAHT = r"(?:บาท\.?\s*(?:ถ้วน)?|บ\.|฿|THB)"
# Databases print nought as `.00`; what else begins with a point may have lost its first digits.
_DASH = r"[-–—−]"
_OF_BAHT = re.compile(rf"(?:฿|THB)?\s*(?:{_NUMBER}|(\.0+))\s*(?:[./=]?{_DASH}|\.)?\s*{_BAHT}?", re.ASCII)
_BAHT_OF_WORD = {"พัน": 3, "หมื่น": 4, "แสน": 5, "ล้าน": 6, "พันล้าน": 9}  # noughts
_IN_WORDS = re.compile(rf"{_NUMBER}\s*(?P<word>{'|'.join(sorted(_BAHT_OF_WORD, reverse=True))})\s*{_BAHT}", re.ASCII)
_THOUSANDS = re.compile(r"\D{0,8}[1-9]\d{0,2}\.\d{3}(?!\d)", re.ASCII)  # satang have two digits; databases print four
_NO_BAHT = frozenset({"ไม่ใช้งบประมาณ", "ไม่มีงบประมาณ", "ไม่ได้ใช้งบประมาณ", "ไม่ได้รับงบประมาณ"})
_OF_PERCENT = re.compile(rf"(?:ร้อยละ)?\s*{_NUMBER}\s*%?", re.ASCII)
_MONEY = (16, 2)  # digits before and after the point that the warehouse holds
_PERCENT = (5, 4)
_VALUE = (18, 6)


def read_decimal(text: str) -> Decimal:
    """Read a number with or without thousands separators. Raises ValueError when anything else stands beside it."""
    return _decimal(_BARE, text)


def read_percent(text: str) -> Decimal:
    """Read a percentage, with or without its sign or word; its range is for the rules to judge. Raises ValueError."""
    return _fitting(_decimal(_OF_PERCENT, text), *_PERCENT)


def read_money(text: str) -> Decimal:
    """Read an amount in baht: `0 บาท`, `393,224,000.- บาทถ้วน`, `.00`; `ไม่ใช้งบประมาณ` says that it is nought.

    Raises ValueError, also for parts of a satang.
    """
    if text in _NO_BAHT:
        return Decimal(0)
    if _THOUSANDS.match(arabic_digits(text)):
        raise ValueError(f"{text!r} is not a number: its point may part thousands")
    return _fitting(_decimal(_OF_BAHT, text), *_MONEY)


def read_worded_money(text: str) -> Decimal:
    """Read an amount whose noughts are a word: `1.25 ล้านบาท`. Raises ValueError, also for parts of a satang."""
    match = _IN_WORDS.fullmatch(arabic_digits(text))
    if not match:
        raise ValueError(f"{text!r} is not an amount in words")
    return _fitting(Decimal(match[1].replace(",", "")) * 10 ** _BAHT_OF_WORD[match["word"]], *_MONEY)


def read_value(text: str) -> Decimal:
    """Read a number in an indicator's unit, which stands elsewhere; `1,407.52` is one number. Raises ValueError."""
    return _fitting(read_decimal(text), *_VALUE)


def _decimal(form: re.Pattern[str], text: str) -> Decimal:
    """Return the number in a text of such a form, as printed or repaired. Raises ValueError when it has another."""
    match = form.fullmatch(text) or form.fullmatch(arabic_digits(repair(text)))
    if not match:
        raise ValueError(f"{text!r} is not a number")
    return Decimal(next(filter(None, match.groups())).replace(",", ""))


def _fitting(number: Decimal, digits: int, places: int) -> Decimal:
    """Return the number. Raises ValueError when it has more digits than can be held: none is rounded away."""
    whole, _, decimals = f"{number:f}".lstrip("+-0").partition(".")
    if len(whole) > digits or len(decimals.rstrip("0")) > places:
        raise ValueError(f"{number} is not a number of {digits} digits and {places} decimals")
    return number
