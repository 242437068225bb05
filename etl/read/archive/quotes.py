"""Splits the text of a message into its own lines and those quoted from older messages, and dates the quoted ones."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import NamedTuple

from etl.thai.dates import read_date

_QUOTE = re.compile(r"\s?>")
_MESSAGE = re.compile(r"\s*-{2,}\s*(?:original message|ข้อความเดิม|ข้อความต้นฉบับ)\s*-{2,}\s*", re.IGNORECASE)
_WROTE = re.compile(r"\s*(?:on |เมื่อ|ใน|วัน).{4,200}(?:wrote|เขียน(?:ว่า)?)\s*:\s*", re.IGNORECASE)
_FROM = re.compile(r"[\s*]*(?:from|จาก)[\s*]*:", re.IGNORECASE)
_SENT = re.compile(r"[\s*]*(?:sent|date|วันที่|ส่ง(?:เมื่อ)?)[\s*]*:", re.IGNORECASE)
_SUBJECT = re.compile(r"[\s*]*(?:subject|เรื่อง)[\s*]*:", re.IGNORECASE)
_TO = re.compile(r"[\s*]*(?:to|cc|ถึง|สำเนา(?:ถึง)?)[\s*]*:", re.IGNORECASE)
_FIELDS = 6  # lines of the head of a message that is quoted
_DAY = re.compile(
    r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8},? \d{4}|\d{4}-\d{2}-\d{2}"
    r"|[0-9๐-๙]{1,2}(?:/[0-9๐-๙]{1,2}/|\s?[ก-ฮ][^\s0-9๐-๙]{1,12}\s?(?:พ\.ศ\.\s?)?)[0-9๐-๙]{4}"
)


class Parted(NamedTuple):
    """The lines of a message's own text, and those that it quotes, with the head above them."""

    own: list[str]
    quoted: list[str]


def parted(lines: Sequence[str]) -> Parted:
    """Return the lines of a text, what it quotes apart from its own."""
    own, quoted = list[str](), list[str]()
    for place, line in enumerate(lines):
        if _MESSAGE.fullmatch(line) or _is_head(lines[place : place + _FIELDS]):
            return Parted(own, [*quoted, *lines[place:]])
        following = next((text for text in lines[place + 1 : place + 3] if text.strip()), "")
        is_quoted = _QUOTE.match(line) or (_WROTE.fullmatch(line) and _QUOTE.match(following))
        (quoted if is_quoted else own).append(line)
    return Parted(own, quoted)


def unquoted(line: str) -> str:
    """Return a quoted line without its mark; blank for the fields and lines that mail programs put before a quote."""
    plain = re.sub(r"\A(?:\s?>)+", "", line).strip()
    is_head = any(field.match(plain) for field in (_FROM, _SENT, _SUBJECT, _TO)) or _MESSAGE.fullmatch(plain)
    return "" if is_head or _WROTE.fullmatch(plain) else plain


def _is_head(lines: Sequence[str]) -> bool:
    """Tell whether lines begin with the fields of a message, as mail programs put them before what they quote."""
    if not lines or not _FROM.match(lines[0]):
        return False
    return all(any(field.match(line) for line in lines) for field in (_SENT, _SUBJECT))


def quoted_at(quoted: Sequence[str]) -> datetime | None:
    """Return the day of what is quoted, as its head states it; None where it states none that can be read."""
    head = " ".join([line for line in quoted if line.strip()][:_FIELDS])
    for printed in _DAY.findall(head):
        try:
            return datetime.combine(read_date(printed, None).day, time(), UTC)
        except ValueError:
            continue
    return None
