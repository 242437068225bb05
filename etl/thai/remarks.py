"""Words beside an export, as in a comment or in the letter that brings it, and whether they concern what it says.

In comes a text, out comes whether it holds a figure, a unit, or a word that takes back or corrects. A letter names what
it brings, greets and says how to call: the figures of that alone concern no value.
"""

import re

from etl.thai.numbers import NOUGHT_WORDS, THOUSANDS

_TAKES_BACK = re.compile(
    r"(?<!กระทำ)ผิด(?!ชอบ|ปกติ)|ไม่ใช่|ไม่ถูก|ไม่ต้อง|ไม่เอา|ไม่นับ|ไม่ตรง|ไม่ครบ|ไม่สมบูรณ์|ยังไม่|อย่า(?:เพิ่ง)?(?:ใช้|นำ|เอา)|ห้าม|งดใช้|ยกเลิก|ถอน|เพิกถอน|โมฆะ"
    r"|แก้(?!ไขปัญหา|ปัญหา|มลิง)|เปลี่ยน(?!แปลงสภาพ|ผ่าน)|ปรับ(?!ปรุง|ภูมิ|สภาพ|เปลี่ยน)|คลาดเคลื่อน|สลับ|ตก(?:ไป|หล่น)|ที่ถูก(?!ใจ)|ถูกต้องคือ|จริง\s?ๆ|ได้จริง|จริงคือ|ใช้.{0,20}(?<!ทด)แทน"
    r"|ฉบับ(?:ใหม่|เก่า|ร่าง)|ไฟล์(?:ใหม่|เก่า)|ส่งใหม่|ร่าง(?!กาย|แห|แบบ|พระราช)|ตัวอย่าง|ทดสอบ|ลบ(?:ออก|ทิ้ง)|ตัดออก|ชั่วคราว|ขออภัย|รอ(?:ตรวจ|ยืนยัน|แก้|อนุมัติ)"
    r"|\b(?:not(?! hesitate)|n't|wrong\w*|incorrect\w*|mistakes?|errors?|typos?|ignor\w+|disregard\w*|cancel\w*|void"
    r"|withdr\w+|drafts?|samples?|instead|replac\w+|supersed\w+|obsolete|outdated|correct\w*|chang\w+|revis\w+|amend\w*|should|actual\w*|test)\b",
    re.IGNORECASE,
)
# What letters say out of courtesy, or of a form that was put right before it was sent.
_POLITE = re.compile(
    r"(?:หาก|ถ้า|กรณี)[^\n]{0,40}?(?:ผิดพลาด|ข้อสงสัย|ขัดข้อง|แก้ไข)[^\n]{0,60}|\bif\b[^\n]{0,60}?(?:questions?|errors?)[^\n]{0,40}"
    r"|(?:ฉบับ|ไฟล์|ราย(?:งาน|การ))(?:ที่)?(?:ปรับ)?แก้ไข(?:แล้ว)?(?!เป็น)|(?:แก้ไข|ปรับแก้|แก้)(?:ให้|เรียบร้อย|ตาม[^\s]{0,40})?แล้ว"
    r"|^[^\n]*\b(?:intended recipient|confidential(?:ity)?)\b[^\n]*|ไม่ใช่ผู้รับ[^\n]*|^sent from my [^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_UNIT = re.compile(
    rf"หน่วย(?!งาน|บริการ|รับผิดชอบ)|หลัก\s?(?:{NOUGHT_WORDS})|(?:{NOUGHT_WORDS})\s?(?:บาท|นะ|ค[ะ่]|ครับ)|สตางค์|{THOUSANDS}|\b(?:thousands?|millions?|k\s?baht|m\s?baht)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile("[0-9๐-๙]")
_D = "[0-9๐-๙]"
_NO_VALUE = re.compile(
    rf"^(?=[^\n]*(?:ถนน|ถ\.|แขวง|อาคาร|ชั้น|เลขที่|กรุงเทพ|\broad\b|bangkok))(?![^\n]*(?:งบ|บาท|%|ก้าวหน้า))[^\n]*$"
    rf"|\b0{_D}{{1,2}}[- ]?{_D}{{3,4}}[- ]?{_D}{{3,4}}\b|\S{{1,80}}@\S{{1,80}}|https?://\S{{1,300}}"
    rf"|(?<!{_D}){_D}{{8}}\s?[-–]\s?{_D}{{4}}(?!{_D})"
    rf"|(?:โทร(?:ศัพท์|สาร)?|tel|fax|มือถือ|ต่อ|line|ไลน์)[ .:]*(?:id)?[ .:]*{_D}[-0-9๐-๙ ()ต่อ,]*"
    rf"|(?:ที่|หนังสือ(?:เลข)?ที่)\s*(?:กท|นร|มท)?\s*{_D}{{2,5}}(?:\.{_D}+)*/{_D}+"
    rf"|(?:ปี(?:งบประมาณ)?|ประจำปี(?:งบประมาณ)?|พ\.\s?ศ\.)\s*(?:พ\.\s?ศ\.)?\s*{_D}{{2,4}}"
    rf"|(?:ครั้งที่|ไตรมาส(?:ที่)?|\bQ|รอบ(?:ที่)?|ฉบับที่|หน้า|ระยะ(?:ที่)?|เฟส|งวด(?:ที่)?)\s?{_D}{{1,2}}(?:-{_D})?(?:/{_D}{{2,4}})?(?![,.]?{_D})"
    rf"|เดือน\s?[ก-๙.]{{2,15}}\s?(?:พ\.ศ\.\s?)?{_D}{{2,4}}"
    rf"|(?:จำนวน|รวม|ทั้ง)?\s?{_D}{{1,3}}\s?(?:ไฟล์|ฉบับ|ชุด|แผ่น|หน้า|โครงการ|ตัวชี้วัด|แห่ง|เขต|ซอย|สาย|จุด|files?|attachments?)"
    rf"|(?:ลงวันที่|ภายในวันที่|ณ วันที่|ประจำวันที่)\s*{_D}{{1,2}}\s*(?:/{_D}{{1,2}}/|[ก-๙.]+\s*(?:พ\.ศ\.)?\s*){_D}{{2,4}}"
    rf"|^\s*{_D}{{1,2}}\s*[.)](?=\s)",
    re.IGNORECASE | re.MULTILINE,
)
_LETTER_MAX = 4_000  # characters that are looked at; a letter is shorter


def concerns(text: str) -> bool:
    """Tell whether a remark says anything of a value, or of the export as a whole."""
    said = text[:_LETTER_MAX]
    return any(pattern.search(said) for pattern in (_FIGURE, _UNIT, _TAKES_BACK)) or len(text) > _LETTER_MAX


def letter_concerns(text: str) -> bool:
    """Tell the same of a letter: figures that only name what it brings, days and numbers to call do not count."""
    said = _POLITE.sub(" ", text[:_LETTER_MAX])
    if _UNIT.search(said) or _TAKES_BACK.search(said) or len(text) > _LETTER_MAX:
        return True
    return _FIGURE.search(_NO_VALUE.sub(" ", said)) is not None


def name_concerns(text: str) -> bool:
    """Tell whether a title, such as the name of a sheet, states a unit or takes back; its figures name no value."""
    return _UNIT.search(text) is not None or _TAKES_BACK.search(text) is not None
