"""What a form says about its values: in brackets behind a label, or in a line of its own.

An unknown remark matters: an amount may be in thousands of baht, and a figure may be planned, not reached.
"""

import re

from etl.families.printed_form.lines import WORDS
from etl.parse.grammar import shape
from etl.thai.numbers import NOUGHT_WORDS, THOUSANDS

_KNOWN = {
    kind: frozenset(shape(remark).lower() for remark in known) for kind, known in WORDS["layouts"]["remarks"].items()
}
# What programs call a field is what stands in brackets behind its label on a form in two languages.
_ENGLISH = {
    field: frozenset(name.replace("_", "") for name in names)
    for kind in ("fields", "columns")
    for field, names in WORDS["keys"][kind].items()
}
_COUNTED = re.compile(r"(?:ครั้งที่)?\s*[0-9๐-๙]{1,3}")
# Another unit than baht, as people write it: in words, short, as noughts, or in English.
_MANY = f"(?:(?:{NOUGHT_WORDS}|ร้อย|สิบ)(?!ธ|ละ)){{1,4}}"
_MANY_BAHT = rf"{_MANY}(?:\s*บาท|\s?(?:นะ|ค[ะ่]|ครับ)|(?![ก-๎]))"  # and not of people, of whom it would be said behind
_UNIT = (
    rf"(?:{_MANY_BAHT}|[พล]\.?\s?บ(?:\.(?!\s?ม)|(?![ก-๎.]))|สตางค์|{THOUSANDS}|[KM]\s?(?:บาท|[Bb]aht|THB)"
    r"|(?:[Tt]housand|[Mm]illion|THOUSAND|MILLION)s?(?:\s(?:[Bb]aht|THB|BAHT))?)"
)
_STATED = re.compile(
    rf"(?:หน่วย|[Uu]nit|UNIT)\s*(?:เงิน)?(?:เป็น|คือ|of)?\s*[:=]?\s*(?:เป็น\s*)?{_UNIT}"
    rf"|(?:ตัวเลข|จำนวนเงิน|ยอดเงิน)[^0-9๐-๙\n]{{0,40}}?(?:เป็น|หลัก|หน่วย|คือ|:)\s*{_UNIT}"
    rf"|แสดง(?:เป็น|หน่วย)(?:เป็น|หลัก)?\s*{_MANY_BAHT}"
)
_STATING = ("หน่วย", "ตัวเลข", "จำนวนเงิน", "ยอดเงิน", "แสดง", "nit", "NIT")  # one is in each; most lines have none
_BRACKETED = re.compile(rf"\(\s*{_MANY}\s*บาท\s*\)")
_CAPTION = re.compile(
    rf"(?:หน่วย|หลัก|เป็น)(?:เงิน)?(?:เป็น)?\s*:?\s*{_MANY}|(?<![0-9๐-๙])(?<![0-9๐-๙]\s){_MANY}บาท"
    rf"|\b(?:thousand|million)s?\b|{THOUSANDS}",
    re.IGNORECASE,
)


def is_unknown(field: str, remark: str | None) -> bool:
    """Tell whether a remark in brackets behind a field's label is unknown, and may change the value's meaning."""
    known = _KNOWN.get(field.rpartition("_")[2])
    if remark and shape(remark).lower() in _ENGLISH.get(field, ()):
        return False
    if not remark or known is None or _COUNTED.fullmatch(remark.strip()):
        return False
    return not known.issuperset(_parts(remark))


def says_figure(remark: str | None) -> bool:
    """Tell whether a remark in brackets says that the values are per cent, or an amount."""
    return remark is not None and any(_KNOWN[unit].issuperset(_parts(remark)) for unit in ("pct", "thb"))


def _parts(remark: str) -> list[str]:
    """Return the shape of each part of a remark: a unit, for example, and the heading of a group of columns."""
    return [shape(part).lower() for part in remark.split(",")]


def unit_stated(text: str) -> str:
    """Return the part of any text, prose as well, that says that amounts are in another unit than baht; else empty."""
    match = _STATED.search(text) if any(word in text for word in _STATING) else None
    return match[0] if match else ""


def unit_in(text: str) -> str:
    """Return the same for a line of the form's own, where the unit may also stand in brackets alone."""
    if stated := unit_stated(text):
        return stated
    match = _BRACKETED.search(text)
    return match[0] if match else ""


def unit_in_caption(text: str) -> str:
    """Return the same for a line outside of all fields, which may be a caption: more wordings count there."""
    match = _CAPTION.search(text)
    return match[0] if match else ""
