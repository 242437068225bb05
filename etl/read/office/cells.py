"""A number in a cell as its format shows it: a day as a day, a percentage with its sign, a code with its leading zeros.

Where the format would round the number, it is printed in full: the value that is read is the one that the cell holds.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 48: "##0.0E+0",
    49: "@",
}  # fmt: skip
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(50, 59), *range(71, 82)}
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a cell's clock has no zone
_LAST_SERIAL, _FIRST_SURE = 2_958_466, 61  # Excel counts a 29 February 1900, a day that never was
_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<code>.)', re.DOTALL)
_DIGITS = "0#?"


class _Format(NamedTuple):
    """What a section of a format says: whether it shows a day, a share, and what stands round the digits."""

    is_date: bool
    is_share: bool
    before: str
    digits: str  # placeholders, and of codes what stands between them
    after: str
    thousands: int  # by how many thousands the number is shown smaller


def built_in(number: int) -> str:
    """Return the built-in format of a number, which files do not write out; that of a day is `y`."""
    return "y" if number in _BUILT_IN_DATES else _BUILT_IN.get(number, "General")


def shown(value: str, style: str, *, from_1904: bool = False) -> str:
    """Return a number of a file as the format shows it; text that is no number stays as it is.

    A format may show thousands, or millions, without saying so: the number is then given in full.
    """
    try:
        number = Decimal(f"{float(value):.15g}")
    except (ValueError, ArithmeticError):
        return value
    if not number.is_finite():
        return value
    section = _section(style, -1 if number < 0 else 1 if number else 0)
    if section.is_date and (day := _day(float(number), from_1904=from_1904)):
        return day
    if section.is_share:
        number *= 100
    if section.before or section.after:
        number /= 1000**section.thousands
    text = _padded(number, section.digits) or _plain(number)
    return f"{section.before}{text}{section.after}{'%' * section.is_share}".strip()


@lru_cache(maxsize=512)
def _section(style: str, sign: int) -> _Format:
    sections = _sections(style)
    place = {1: 0, -1: 1, 0: 2}[sign]
    # A section without a place for digits, such as a dash for zero, does not say what the cell holds.
    return sections[place] if place < len(sections) and sections[place].digits else sections[0]


def _sections(style: str) -> list[_Format]:
    parts = [list[tuple[str, str]]()]
    for token in _TOKEN.finditer(style):
        kind = token.lastgroup or ""
        if kind == "code" and token[0] == ";":
            parts.append([])
        elif kind:
            parts[-1].append((kind, token[kind]))
    return [_read(part) for part in parts]


def _read(tokens: list[tuple[str, str]]) -> _Format:
    codes = "".join(text for kind, text in tokens if kind == "code")
    is_general = "general" in codes.lower()
    letters = set(re.sub(r"e[+-]|general", "", codes.lower()))
    is_date = (not is_general and not letters.isdisjoint("ydmhsbg")) or any(
        kind == "bracket" and text.lower() in {"h", "hh", "m", "mm", "s", "ss"} for kind, text in tokens
    )
    places = [place for place, (kind, text) in enumerate(tokens) if kind == "code" and text in _DIGITS]
    if is_date or not places:
        return _Format(is_date, "%" in codes, "", "General" if is_general else "", "", 0)
    first, last = places[0], places[-1]
    literals = {"quoted", "escaped"}
    before = "".join(text for kind, text in tokens[:first] if kind in literals).replace("-", "")
    tail = tokens[last + 1 :]
    scale = 0
    while scale < len(tail) and tail[scale] == ("code", ","):
        scale += 1
    after = "".join(text for kind, text in tail if kind in literals)
    digits = "".join(text for _, text in tokens[first : last + 1])
    return _Format(is_date=False, is_share="%" in codes, before=before, digits=digits, after=after, thousands=scale)


def _padded(number: Decimal, digits: str) -> str:
    """Return a code with its leading zeros and the characters between its digits; empty for other formats."""
    if number != number.to_integral_value() or number < 0 or not re.fullmatch(r"0[0\W]*0", digits) or "." in digits:
        return ""
    if "," in digits:
        return ""
    left, result = f"{int(number):0{digits.count('0')}}", ""
    for place in reversed(digits):
        if place == "0":
            left, result = left[:-1], left[-1] + result
        else:
            result = place + result
    return left + result


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(serial: float, *, from_1904: bool) -> str:
    """Return the day and time that a number counts to; empty where it counts to none."""
    if not 0 <= serial < _LAST_SERIAL:
        return ""
    days = serial if from_1904 or serial >= _FIRST_SURE else serial + 1
    return printed((_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(seconds=round(days * 86_400)))


def printed(moment: datetime) -> str:
    """Return a moment as the exports print it, midnight as its day."""
    day = date(moment.year, moment.month, moment.day).isoformat()
    return day if not (moment.hour or moment.minute or moment.second) else f"{day} {moment:%H:%M:%S}"
