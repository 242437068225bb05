"""The text channel: UTF-8, UTF-16 with a byte-order mark, or the Thai code pages TIS-620 and cp874."""

import codecs
import re

from etl.errors import DocumentFault
from etl.records import Line, Place
from etl.thai.text import clean, lost_characters

DAMAGED_SHARE_MAX = 0.001  # sound exports have none; a form's worth of prose with five lost characters is past repair
DAMAGED_UTF_8_SHARE_MAX = 0.5
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
_THAI = re.compile("[\u0e01-\u0e5b]")
_THAI_RUN = re.compile("[\u0e01-\u0e4e]{3}")
_LINE_END = re.compile("\r\n|[\n\r\x0b\x85\u2028\u2029]")


def read_lines(content: bytes) -> list[Line]:
    """Return the lines of a text; a form feed begins a new page, and lines count on through the document.

    Raises DocumentFault when the content is empty, is in none of the encodings, or lost characters on its way here.
    """
    if not content.strip():
        raise DocumentFault("R-empty", "the document is empty")
    text = _decode(content)
    damage = lost_characters(text) / len(text)
    if damage > DAMAGED_SHARE_MAX:
        raise DocumentFault("R-encoding-loss", f"{damage:.1%} of the characters were lost before the text came here")
    lines: list[Line] = []
    for page, page_text in enumerate(clean(text).split("\f"), start=1):
        for line in _LINE_END.split(page_text):
            lines.append(Line(Place(page, len(lines) + 1), line))
    return lines


def _decode(content: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    if encoding is None:
        utf_8 = content.decode("utf-8", errors="replace")
        # In Thai text of another encoding hardly a letter is UTF-8; in UTF-8 that was damaged, nearly all are.
        if utf_8.count("\ufffd") <= DAMAGED_UTF_8_SHARE_MAX * len(_THAI.findall(utf_8)):
            return _checked(utf_8)
        encoding = "cp874"
    try:
        text = _checked(content.decode(encoding))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DocumentFault("R-unreadable", f"the document is no text in {encoding}: line {line}") from error
    # Most bytes are letters of some sort in cp874; Thai prose has runs of them.
    if encoding == "cp874" and not _THAI_RUN.search(text):
        raise DocumentFault("R-unreadable", "the document is neither UTF-8 nor Thai text in TIS-620 or cp874")
    return text


def _checked(text: str) -> str:
    if match := _CONTROL.search(text):
        line = text[: match.start()].count("\n") + 1
        raise DocumentFault("R-unreadable", f"the document is no text: line {line} has a control character")
    return text
