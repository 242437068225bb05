"""Numbers as the exports print them, as exact decimals: grouped, with baht or percent signs, in either digits."""

import re
from decimal import Decimal
from itertools import pairwise

from etl.thai.text import arabic_digits, repair

_NUMBER = r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_BARE = re.compile(_NUMBER, re.ASCII)
_BAHT = r"(?:บาท\.?\s*(?:ถ้วน)?|บ\.|฿|THB)"
# Databases print nought as `.00`; what else begins with a point may have lost its first digits.
_DASH = r"[-–—−]"
_OF_BAHT = re.compile(rf"(?:฿|THB)?\s*(?:{_NUMBER}|(\.0+))\s*(?:[./=]?{_DASH}|\.)?\s*{_BAHT}?", re.ASCII)
_SATANG = re.compile(rf"{_NUMBER}\s*บาท\s*(?P<satang>\d{{1,2}})\s*(?:สตางค์|สต\.)", re.ASCII)
_NOUGHTS_OF_WORDS = {"พัน": 3, "หมื่น": 4, "แสน": 5, "ล้าน": 6}
NOUGHT_WORDS = "|".join(_NOUGHTS_OF_WORDS)
"""The words for the noughts of an amount, as a regular expression."""

THOUSANDS = (
    r"(?:(?<![0-9๐-๙,.])(?:1,?)?000\s?(?:บาท|[Bb]aht|THB|thb)|(?:[Bb]aht|THB|thb)\s?['’x×(]?\s?(?:1,?)?000(?![0-9,.]))"
)
"""A thousand baht as a unit that is printed as its noughts, as a regular expression: `000 บาท`, `THB'000`."""

_NOUGHTS = {
    **_NOUGHTS_OF_WORDS, "พันล้าน": 9,
    "พ.บ.": 3, "พบ.": 3, "ล.บ.": 6, "ลบ.": 6, "ล.": 6, "K": 3, "M": 6,
}  # fmt: skip
_NOUGHT_WORD = "|".join(map(re.escape, sorted(_NOUGHTS, reverse=True)))
_IN_WORDS = re.compile(rf"(?:฿|THB)?\s*{_NUMBER}\s*(?P<word>{_NOUGHT_WORD})\s*{_BAHT}?", re.ASCII)
_SUMMAND = re.compile(rf"(\d{{1,3}}(?:\.\d+)?)\s*({NOUGHT_WORDS})", re.ASCII)
_SUM = re.compile(rf"(?:\d{{1,3}}(?:\.\d+)?\s*(?:{NOUGHT_WORDS})\s*){{2,4}}{_BAHT}", re.ASCII)
_BLANKS = re.compile(rf"(\d{{1,3}}(?:[ '’]\d{{3}})+(?:\.\d\d)?)\s*{_BAHT}?", re.ASCII)  # for commas
_SPELT = r"(?=ศูนย์|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|ยี่สิบ)[ก-ฮะ-์]{3,100}?บาท(?:ถ้วน|[ก-ฮะ-์]{3,40}สตางค์(?:ถ้วน)?)?"
_UNIT = rf"\s*(?:{NOUGHT_WORDS})\s*บาท\s*"  # of what stands before it, and no amount
_TWICE = re.compile(
    rf"(?P<figures>[^(]{{1,60}}?)\s*(?:\((?P<spelt>(?!{_UNIT}\))[ก-ฮะ-์\s]{{3,160}})\)|(?P<bare>{_SPELT}))"
)
_SPELT_FIRST = re.compile(rf"(?P<spelt>{_SPELT})\s*\((?P<figures>[^()]{{1,60}})\)")
_REPEATED = re.compile(
    rf"(?P<one>{_NUMBER}[^\d(]{{0,12}}?)(?:\s\s*|\s*[(=]\s*)(?P<other>{_NUMBER}[^\d)]{{0,12}}?)\)?", re.ASCII
)
_REPEATED_MIN = 5  # characters: less may be one number with a blank in it
_THOUSANDS = re.compile(r"\D{0,8}[1-9]\d{0,2}\.\d{3}(?!\d)", re.ASCII)  # satang have two digits; databases print four
_NO_BAHT = frozenset({
    "ไม่ใช้งบประมาณ", "ไม่มีงบประมาณ", "ไม่ได้ใช้งบประมาณ", "ไม่ได้รับงบประมาณ", "ไม่มีการเบิกจ่าย", "ยังไม่มีการเบิกจ่าย",
})  # fmt: skip
_NONE = frozenset({"ไม่มี", "ยังไม่เบิกจ่าย", "ยังไม่ได้เบิกจ่าย"})
_OF_PERCENT = re.compile(rf"(?:ร้อยละ)?\s*{_NUMBER}\s*(?:%|เปอร์เซ็นต์|เปอร์เซนต์|/\s*100)?", re.ASCII)
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
    try:
        return _fitting(_decimal(_OF_BAHT, text), *_MONEY)
    except ValueError:
        return _money_said_twice(text)


def _money_said_twice(text: str) -> Decimal:
    """Read an amount of baht and satang, or one that is printed twice, in words or in figures.

    Raises ValueError where the two do not say the same.
    """
    printed = arabic_digits(text)
    if match := _SATANG.fullmatch(printed):
        return _fitting(Decimal(match[1].replace(",", "")) + Decimal(match["satang"]) / 100, *_MONEY)
    if match := _TWICE.fullmatch(printed):
        one, other = read_money(match["figures"]), _spelt_money(match["spelt"] or match["bare"])
    elif match := _SPELT_FIRST.fullmatch(printed):
        one, other = read_money(match["figures"]), _spelt_money(match["spelt"])
    elif (match := _REPEATED.fullmatch(printed)) and len(match["one"]) >= _REPEATED_MIN:
        one, other = (_decimal(_OF_BAHT, match[name].strip()) for name in ("one", "other"))
    else:
        raise ValueError(f"{text!r} is not an amount")
    if one != other:
        raise ValueError(f"{text!r} is not one amount")
    return one


def _spelt_money(text: str) -> Decimal:
    """Return an amount that is spelt in words: `สี่แสนแปดหมื่นบาทถ้วน`. Raises ValueError for other words."""
    from pythainlp.util import thaiword_to_num  # takes longer to import than a form takes to read

    baht, _, rest = "".join(text.split()).partition("บาท")
    satang = rest.removesuffix("ถ้วน").removesuffix("สตางค์")
    return Decimal(thaiword_to_num(baht)) + (Decimal(thaiword_to_num(satang)) / 100 if satang else 0)


def read_worded_money(text: str) -> Decimal:
    """Read an amount in baht with its noughts as a word (`1.25 ล้านบาท`), all in words, or with blanks for commas.

    `ไม่มี` is 0. Raises ValueError, also for parts of a satang.
    """
    printed = arabic_digits(text)
    if printed in _NONE:
        return Decimal(0)
    if re.fullmatch(_SPELT, printed):
        return _fitting(_spelt_money(printed), *_MONEY)
    if parted := _BLANKS.fullmatch(printed):
        return _fitting(Decimal(re.sub("[ '’]", "", parted[1])), *_MONEY)
    if _SUM.fullmatch(printed):
        parts = [(Decimal(number), _NOUGHTS[word]) for number, word in _SUMMAND.findall(printed)]
        if all(before > behind for (_, before), (_, behind) in pairwise(parts)):
            return _fitting(Decimal(sum(number * 10**noughts for number, noughts in parts)), *_MONEY)
    match = _IN_WORDS.fullmatch(printed)
    if not match:
        raise ValueError(f"{text!r} is not an amount in words")
    return _fitting(Decimal(match[1].replace(",", "")) * 10 ** _NOUGHTS[match["word"]], *_MONEY)


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
