"""The unit of amounts that a label or the heading of a column states in brackets: `งบประมาณที่ได้รับ (ล้านบาท)`.

In come a label, and the text of a value below or behind it. Out come both parts of the label, and the value with its
unit, which makes an amount in words of a number.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from etl.parse.values import CORRECTING
from etl.thai.numbers import NOUGHT_WORDS

_BRACKETS = re.compile(r"[(\[](?P<said>[^()\[\]]*)[)\]]\s*$")
_UNIT = re.compile(rf"\s*(?:หน่วย\s*:?\s*)?(?P<unit>(?:{NOUGHT_WORDS})\s*บาท)\s*")
_OWN_UNIT = re.compile(rf"[0-9๐-๙]\s*(?:{NOUGHT_WORDS}|[พล]\.?\s?บ)")
# The amount of a cell, and the one that corrects it.
_AMOUNT = re.compile(
    rf"(?P<before>\A\s*|(?:{CORRECTING}|เป็น|แก้|ใหม่)\s*+:?\s*+)(?P<number>(?:฿|THB)?\s*[0-9๐-๙]+(?:[.,][0-9๐-๙]+)*)(?:[.=]?[-–](?![0-9๐-๙]))?",
    re.IGNORECASE,
)
_DIGIT = re.compile("[0-9๐-๙]")


class Parted(NamedTuple):
    """A label: without its unit, and the unit; blank where it states none but baht."""

    plain: str
    unit: str


@lru_cache(maxsize=1024)
def parted(label: str) -> Parted:
    """Return the parts of a label; its unit may stand in brackets alone, or beside what a group of columns is of."""
    match = _BRACKETS.search(label)
    parts = match["said"].split(",") if match else []
    units = [unit["unit"] for part in parts if (unit := _UNIT.fullmatch(part))]
    if not match or not units:
        return Parted(label, "")
    rest = ", ".join(part.strip() for part in parts if part.strip() and not _UNIT.fullmatch(part))
    name = label[: match.start()].rstrip()
    return Parted(f"{name} ({rest})" if rest else name, units[0])


def in_unit(value: str, unit: str) -> str:
    """Return a value with the unit that its label states: `1.25` of `ล้านบาท` becomes `1.25 ล้านบาท`.

    A value that says its own unit stays. Where it is not clear which number the unit is of, it goes behind all, so that
    none is taken for baht.
    """
    if not unit or not _DIGIT.search(value) or _OWN_UNIT.search(value):
        return value
    if "บาท" in value or not _AMOUNT.search(value):
        return f"{value} {unit}"
    return _AMOUNT.sub(rf"\g<before>\g<number> {unit}", value)
