"""Lines that correct an export in words, as people write them in a letter: `ขอแก้ไขงบประมาณเป็น 500,000 บาท`."""

import re

_CORRECTS = re.compile(
    r"(?:แก้(?:ไข)?|เปลี่ยน(?:แปลง)?|ปรับ(?:ปรุง|แก้)?(?!ปรุง)|ที่ถูกต้อง|ที่ถูก)[^\n]{0,80}?(?:เป็น|คือ|=|→|->)[^\n]{0,40}?[0-9๐-๙]"
    r"|[0-9๐-๙][^\n]{0,40}?(?:แก้(?:ไข)?|เปลี่ยน|ปรับ)เป็น"
    r"|\b(?:correct(?:ed|ion)?|chang(?:ed?|ing)|should (?:be|read))\b[^\n]{0,80}?[0-9๐-๙]",
    re.IGNORECASE,
)


def corrects(line: str) -> bool:
    """Tell whether a line says in words what a value is to be."""
    return _CORRECTS.search(line[:400]) is not None
