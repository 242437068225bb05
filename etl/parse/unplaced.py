"""Lines that belong to no field: quoted, and judged by what they may change.

In come a record and the lines that went into none of its fields. Out come its issues: `text_unplaced` quotes them, and
`text_changing` those that may change what the fields say, as they have words that take something back, correct it or
mark it as not valid, or a figure. A day, a time and a telephone's number are no figures here: the oracle finds what is
lost of the first two.
"""

import re
from collections.abc import Sequence
from typing import Protocol

from etl.parse.grammar import add_issue
from etl.records import Place, Record
from etl.reference import words
from etl.thai.text import fold

QUOTING = frozenset({"text_unplaced", "text_changing"})
"""The issues that quote what has no field: what stands in one is not kept by that."""

_TAKING_BACK = re.compile("|".join(words("phrases")["taking_back"]), re.IGNORECASE)
_DIGIT = "[0-9๐-๙]"
_YEAR = rf"{_DIGIT}{{4}}|{_DIGIT}{{2}}(?!{_DIGIT})"
# How to reach somebody: what stands in a link or an address of e-mail is no word, and no figure either.
_REACHED_AT = re.compile(r"https?://\S++|[\w.+-]{1,64}@[\w.-]++|\bwww\.\S++", re.ASCII)
# Where somebody sits: with its street or quarter, the city and its postcode, and nothing else.
_ADDRESS = re.compile(
    rf"(?=[^\n]{{0,120}}(?:ถนน|ถ\.|แขวง))(?![^\n]{{0,160}}(?:งบ|เงิน|เบิก|บาท|%|ร้อยละ|ก้าวหน้า))[^\n]{{0,160}}(?:กรุงเทพ|กทม)[ก-๎ฯ.]{{0,12}}\s?(?:10|๑๐){_DIGIT}{{3}}\s*"
)
# What is no figure of its own: days and times, numbers of pages, items, reports and letters, and of telephones.
_NO_FIGURE = re.compile(
    rf"{_DIGIT}{{1,4}}[/-]{_DIGIT}{{1,2}}[/-]{_DIGIT}{{2,4}}|{_DIGIT}{{1,2}}[:.]{_DIGIT}{{2}}(?::{_DIGIT}{{2}})?(?=\s?น\.)"
    rf"|{_DIGIT}{{1,2}}:{_DIGIT}{{2}}(?::{_DIGIT}{{2}})?|{_DIGIT}{{1,2}}\s?[ก-๎.]{{2,12}}\s?(?:พ\.?ศ\.?\s?)?(?:{_YEAR})"
    r"|\b[A-Z][a-z]{2,8}\.? [0-9]{1,2}, [0-9]{4}|\[[0-9]{1,3}\]"
    rf"|\A\W*{_DIGIT}{{1,2}}[.)](?!{_DIGIT})|\A\W*{_DIGIT}\W*\Z|(?<!วัน)ที่\s?{_DIGIT}{{1,3}}(?!{_DIGIT})"
    rf"|\A\W*(?:(?:หน้า(?:ที่)?|[Pp]age)\s*{_DIGIT}{{1,3}}(?:\s*(?:/|จาก|of)\s*{_DIGIT}{{1,3}})?|{_DIGIT}{{1,3}}\s*(?:/|of)\s*{_DIGIT}{{1,3}})\W*\Z"
    rf"|\b(?:กท|นร|มท)\s?{_DIGIT}{{2,5}}(?:\.{_DIGIT}{{1,4}})*/{_DIGIT}{{1,6}}(?!{_DIGIT})"
    r"|(?:โทร|มือถือ|[Tt]el)[^0-9๐-๙]{0,12}[0-9๐-๙ -]++(?:ต่อ\s?[0-9๐-๙ ,-]++)?"
)
_FIGURE = re.compile(_DIGIT)
_QUOTED_MAX, _LETTERS_MAX = 3, 80


class _Line(Protocol):
    """A line or a cell: where it stands, and its text."""

    @property
    def place(self) -> Place: ...

    @property
    def text(self) -> str: ...


def note_unplaced(record: Record, lines: Sequence[_Line], *, with_figures: bool = False) -> None:
    """Note the lines that belong to no field, and those of them that may change what the fields say.

    On a form a figure may do so; between the fields of a page stands prose, which has figures of its own.
    """
    if lines:
        add_issue(record, "text_unplaced", _quoted(lines))
        record.places["text"] = lines[0].place
    if changing := [line for line in lines if takes_back(line.text) or (with_figures and _has_figure(line.text))]:
        add_issue(record, "text_changing", _quoted(changing))
        record.places["text"] = changing[0].place


def takes_back(text: str) -> bool:
    """Tell whether a text has words that take something back, correct it or mark it as not valid."""
    return _TAKING_BACK.search(_REACHED_AT.sub("", text)) is not None


def _has_figure(text: str) -> bool:
    said = _REACHED_AT.sub("", text)
    return (
        _FIGURE.search(said) is not None
        and _FIGURE.search(_NO_FIGURE.sub("", said)) is not None
        and _ADDRESS.fullmatch(said) is None
    )


def _quoted(lines: Sequence[_Line]) -> str:
    """Return how many lines there are, and the first of them, each cut to a fair length."""
    shown = " | ".join(_cut(fold(line.text)) for line in lines[:_QUOTED_MAX])
    return f"{len(lines)}: {shown}" + (" | …" if len(lines) > _QUOTED_MAX else "")


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS_MAX else f"{text[:_LETTERS_MAX].rstrip()}…"
