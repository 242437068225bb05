"""The text channel: turns bytes in UTF-8, UTF-16, UTF-32 or a Thai code page (read as cp874) into lines.

The encoding is that of the byte-order mark, or else what the bytes themselves show; a note says so where it is not the
one that the document states, or UTF-8 where it states none. A document full of control characters is no text. One with
a few is read, and `etl.read` takes them out.
"""

import codecs
import re
from itertools import count
from typing import NamedTuple

from etl.errors import EMPTY_RULE, LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import LINES_MAX, TEXT_BYTES_MAX
from etl.read import chat, separated, structured
from etl.read.decoration import undecorated
from etl.read.marks import STRUCK_RULE, STRUCK_TEXT
from etl.read.pages import Pages, TakenOut
from etl.read.rows import lines_of
from etl.read.struck import without_struck
from etl.records import Channel, Line, Place
from etl.thai.text import clean

DETECTED_RULE = "R-encoding-detected"
DECORATED_RULE = "R-decorated"
_CP874, _UTF_8 = "cp874", "utf-8"

DAMAGED_UTF_8_SHARE_MAX = 0.5
CONTROL_SHARE_MAX = 0.01  # pasted prose has a few, a picture is full of them
WIDE_SHARE_MIN = 0.9  # of the higher bytes of UTF-16: so many are those of ASCII or Thai letters
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16: its mark begins with that of UTF-16
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# All extend TIS-620. cp874 has what programs really write: a no-break space, an ellipsis, quotes, dashes, a bullet.
_THAI_CODE_PAGES = re.compile(r"tis-?620|(?:x-)?(?:cp|windows|dos|ibm)-?874|iso-?8859-?11", re.IGNORECASE)
_NUL_AND_THAI = (b"\x00", b"\x0e")  # the higher bytes of ASCII and of Thai letters
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_PADDING = "\x1a\x00"  # what DOS puts after the end of a file
# `splitlines` takes these for ends of lines, which they are not.
_SEPARATORS = str.maketrans("\x1c\x1d\x1e", "\x1f\x1f\x1f")
_THAI = re.compile("[\u0e01-\u0e5b]")
_THAI_RUN = re.compile("[\u0e01-\u0e4e]{3}")


class Decoded(NamedTuple):
    """A document's text, and a note on its encoding, by rule, where that is not the stated one."""

    text: str
    notes: dict[str, str]


def read(content: bytes) -> Pages:
    """Return the lines of a text. A form feed begins a new page; lines are counted through the whole document.

    Raises DocumentFault when the content is empty, too big, or no text in any of the encodings.
    """
    require_size(content)
    text, notes = decode(content)
    if text.count("\n") > LINES_MAX:  # checked before each line becomes an object
        raise DocumentFault(LIMIT_RULE, f"the document has more than {LINES_MAX:,} lines; split it", LINES_MAX + 1)
    text = clean(text.translate(_SEPARATORS))
    if not text.strip():
        raise DocumentFault(EMPTY_RULE, "the document is empty")
    text, struck = without_struck(text)
    taken_out = {STRUCK_RULE: TakenOut(STRUCK_TEXT, struck)} if struck else {}
    numbers = count(1)  # second in `zip`, so that no number is lost at the end of a page
    placed = [
        (Place(page, number), line)
        for page, page_text in enumerate(text.split("\f"), start=1)
        for line, number in zip(page_text.splitlines(), numbers, strict=False)
    ]
    written = chat.messages_of(placed)
    if written is not None:
        placed = written
    elif (rows := separated.rows_of(text)) is not None:
        return Pages(Channel.TEXT, lines_of(rows, page=1), notes=notes, taken_out=taken_out)
    elif (found := structured.lines_of(text)) is not None:
        lines = [Line(Place(1, number), clean(line)) for number, line in enumerate(found, 1)]
        return Pages(Channel.TEXT, lines, notes=notes, taken_out=taken_out)
    plain, changed = undecorated([line for _, line in placed])
    lines = [Line(place, line) for (place, _), line in zip(placed, plain, strict=True)]
    taken_off = [f"decoration, as of Markdown or mail, was taken off {changed} lines"] if changed else []
    if written is not None:
        taken_off.append("the clock and the name before each message of a chat were taken off")
    if taken_off:
        notes = notes | {DECORATED_RULE: "; ".join(taken_off)}
    return Pages(Channel.TEXT, lines, notes=notes, taken_out=taken_out)


def require_size(content: bytes) -> None:
    """Raise DocumentFault when a document is too big to be decoded."""
    if len(content) > TEXT_BYTES_MAX:
        raise DocumentFault(LIMIT_RULE, f"the text has {len(content):,} bytes, more than {TEXT_BYTES_MAX:,}; split it")


def decode(content: bytes, stated: str | None = None) -> Decoded:
    """Return the text of a document; `stated` is the encoding that the document itself states, if any.

    Bytes that are no characters become U+FFFD. Raises DocumentFault when the content is no text in any encoding.
    """
    if mark := next((mark for mark in _BYTE_ORDER_MARKS if content.startswith(mark)), None):
        return Decoded(_proper(content.decode(_BYTE_ORDER_MARKS[mark], errors="replace")), {})
    encoding, text = _detect(content)
    text = _proper(text)
    if text.isascii() or encoding == _standard_name(stated or _UTF_8):
        return Decoded(text, {})
    says = f"where the document states {stated}" if stated else "which nothing in the document states"
    return Decoded(text, {DETECTED_RULE: f"read as {encoding}, {says}"})


def _detect(content: bytes) -> tuple[str, str]:
    """Return the encoding that the bytes themselves show, and their text in it. Raises DocumentFault for no text."""
    if (b"\x00" in content or b"\x0e" in content) and (wide := _wide_encoding(content)):
        return wide, content.decode(wide, errors="replace")
    try:
        return _UTF_8, content.decode()
    except UnicodeDecodeError:
        text = content.decode(errors="replace")
    # Thai text in another encoding gives hardly any Thai letter as UTF-8; damaged UTF-8 gives nearly all.
    if text.count("\ufffd") <= DAMAGED_UTF_8_SHARE_MAX * len(_THAI.findall(text)):
        return _UTF_8, text
    text = content.decode(_CP874, errors="replace")
    # In cp874 most bytes are some letter, whatever they mean; only Thai text has runs of Thai letters.
    if not _THAI_RUN.search(text):
        raise DocumentFault(UNREADABLE_RULE, "the document is neither UTF-8 nor Thai text in TIS-620 or cp874")
    return _CP874, text


def _standard_name(encoding: str) -> str:
    if _THAI_CODE_PAGES.fullmatch(encoding):
        return _CP874
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return encoding


def _wide_encoding(content: bytes) -> str | None:
    """Return the encoding with two or four bytes a character that the bytes show; None where they show none."""
    if not any(content[2::4]) and not any(content[3::4]):
        return "utf-32-le"
    if not any(content[::4]) and not any(content[1::4]):
        return "utf-32-be"
    for encoding, higher in (("utf-16-le", content[1::2]), ("utf-16-be", content[::2])):
        if sum(map(higher.count, _NUL_AND_THAI)) >= WIDE_SHARE_MIN * len(higher):
            return encoding
    return None


def _proper(text: str) -> str:
    """Return the text without its padding. Raises DocumentFault when it has too many control characters for a text."""
    text = text.rstrip(_PADDING)
    if not (first := _NO_TEXT.search(text)):
        return text
    if len(_NO_TEXT.findall(text)) > CONTROL_SHARE_MAX * len(text):
        line = text.count("\n", 0, first.start()) + 1
        raise DocumentFault(
            UNREADABLE_RULE, f"the document is no text: line {line} has a control character, and more follow"
        )
    return text
