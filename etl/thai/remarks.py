"""Words beside an export, as in a comment, and whether they concern what it says.

In comes a text, out comes whether it holds a figure, a unit, or a word that takes back or corrects.
"""

import re

from etl.thai.numbers import NOUGHT_WORDS

_TAKES_BACK = re.compile(
    r"ผิด|ไม่ใช่|ไม่ถูก|ไม่ต้อง|ไม่เอา|ไม่นับ|ไม่ตรง|ไม่ครบ|ไม่สมบูรณ์|ยังไม่|อย่า(?:เพิ่ง)?(?:ใช้|นำ|เอา)|ห้าม|งดใช้|ยกเลิก|ถอน|เพิกถอน|โมฆะ"
    r"|แก้(?!ไขปัญหา|ปัญหา)|เปลี่ยน(?!แปลงสภาพ|ผ่าน)|ปรับ(?!ปรุง|ภูมิ|สภาพ|เปลี่ยน)|คลาดเคลื่อน|สลับ|ตก(?:ไป|หล่น)|ที่ถูก(?!ใจ)|ถูกต้องคือ|จริง\s?ๆ|ได้จริง|จริงคือ|ใช้.{0,20}(?<!ทด)แทน"
    r"|ฉบับ(?:ใหม่|เก่า|ร่าง)|ไฟล์(?:ใหม่|เก่า)|ส่งใหม่|ร่าง(?!กาย|แห|แบบ|พระราช)|ตัวอย่าง|ทดสอบ|ลบ(?:ออก|ทิ้ง)|ตัดออก|ชั่วคราว|ขออภัย|รอ(?:ตรวจ|ยืนยัน|แก้|อนุมัติ)"
    r"|\b(?:not|n't|wrong\w*|incorrect\w*|mistakes?|errors?|typos?|ignor\w+|disregard\w*|cancel\w*|void|withdr\w+|drafts?|samples?"
    r"|instead|replac\w+|supersed\w+|obsolete|outdated|correct\w*|chang\w+|revis\w+|amend\w*|should|actual\w*|test)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    rf"หน่วย(?!งาน|บริการ)|หลัก\s?(?:{NOUGHT_WORDS})|(?:{NOUGHT_WORDS})\s?(?:บาท|นะ|ค[ะ่]|ครับ)|สตางค์|\b(?:thousands?|millions?|k\s?baht|m\s?baht)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile("[0-9๐-๙]")
_LETTER_MAX = 4_000  # characters that are looked at; a letter is shorter


def concerns(text: str) -> bool:
    """Tell whether a remark says anything of a value, or of the export as a whole."""
    said = text[:_LETTER_MAX]
    return any(pattern.search(said) for pattern in (_FIGURE, _UNIT, _TAKES_BACK)) or len(text) > _LETTER_MAX


def name_concerns(text: str) -> bool:
    """Tell whether a title, such as the name of a sheet, states a unit or takes back; its figures name no value."""
    return _UNIT.search(text) is not None or _TAKES_BACK.search(text) is not None
