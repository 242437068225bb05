"""Values of fields with what people write beside them: a remark, a value that corrects the first, boxes to tick.

In come a record, a field and its printed text. The field is set, and what stands beside its value is noted: a remark as
`<field>_remarked`, a correction as `<field>_corrected`. The value that was corrected is never taken for the value.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from etl.parse.grammar import Text, add_issue, bare, fill, is_known_word, known_word, label_pattern
from etl.parse.ticks import ticked
from etl.records import Record
from etl.reference import words
from etl.thai.dates import PrintedDate, read_date
from etl.thai.numbers import NOUGHT_WORDS, read_money, read_percent, read_worded_money
from etl.thai.text import fold

_PHRASES: dict[str, list[str]] = words("phrases")
_SHOWN_MAX = 160  # characters of a text in which a remark or a correction is looked for
_BULLET = re.compile(r"\A(?:[-–*•·]|[0-9๐-๙]{1,2}[.)])\s*")
# A blank within a number where a line ended; and one that parts no two numbers, as what is beside it is no whole one.
_BROKEN = re.compile(
    r"(?<=[0-9๐-๙],)\n(?=[0-9๐-๙]{3}(?![0-9๐-๙]))|(?<=[0-9๐-๙]\.)\n(?=[0-9๐-๙]{1,4}\s*(?:%|บาท|$))|(?<=[0-9๐-๙])\n(?=,[0-9๐-๙]{3})"
    r"|(?<=[0-9๐-๙])\n(?=\.[0-9๐-๙])|(?<=,[0-9๐-๙])\n(?=[0-9๐-๙]{2}(?![0-9๐-๙]))|(?<=,[0-9๐-๙]{2})\n(?=[0-9๐-๙](?![0-9๐-๙]))"
    r"|(?<=[0-9๐-๙],[0-9๐-๙]{3},)\s(?=[0-9๐-๙]{3}(?![0-9๐-๙]))|(?<=,[0-9๐-๙]{3}\.)\s(?=[0-9๐-๙]{1,4}\s*(?:%|บาท|$))"
    r"|(?<=,[0-9๐-๙])\s(?=[0-9๐-๙]{2},[0-9๐-๙]{3})|(?<=,[0-9๐-๙]{2})\s(?=[0-9๐-๙],[0-9๐-๙]{3})|(?<=,[0-9๐-๙]{3})\s(?=,[0-9๐-๙]{3})"
)
_BOLD = re.compile(r"(?<![0-9๐-๙])\*\*([^*]{1,60})\*\*(?![0-9๐-๙])")
_CUMULATIVE = re.compile(r"(?<!\s)\s*\((?:ผลงาน|ยอด|รวม)?สะสม\)\Z")
_FIGURE = re.compile("[0-9๐-๙]")
# Progress is printed with two digits behind the point, so that a third one may be the number of a footnote.
_NOTE_STUCK = re.compile(r"(?:ร้อยละ)?\s*[0-9๐-๙]{1,3}\.[0-9๐-๙]{2}[1-9๑-๙]\s*%?")
_BEGINS_WITH_FIGURE = re.compile(r"\s*[+-]?[0-9๐-๙]")
_CHANGING = re.compile("|".join((f"(?:{NOUGHT_WORDS})(?!ธ)", *_PHRASES["changing"])), re.IGNORECASE)
_BEHIND = "|".join(_PHRASES["behind"])
CORRECTING = "|".join(_PHRASES["correcting"])
"""What stands between a value and the one that corrects it, as a regular expression."""

# Ways in which a remark stands behind a value, and a value behind the one that it corrects.
_REMARKED = (
    re.compile(r"(?P<value>[^(\[]{1,60}?)\s*[(\[](?P<remark>[^()\[\]]{1,100})[)\]](?:\s*(?:%|บาท))?\s*[.*]*"),
    re.compile(rf"(?P<value>.{{1,60}}?)(?:\s*[,;/–-]\s*|\s+)(?P<remark>(?:{_BEHIND}).{{0,100}})", re.DOTALL),
    re.compile(r"(?P<value>[^*†‡]{1,60})(?P<mark>[*†‡]{1,3})\s*(?P<remark>[^*†‡]{0,100})"),
)
_IN_BRACKETS = re.compile(
    rf"[^(\[]{{1,100}}[(\[]\s*(?:{CORRECTING})\s*:?\s*(?P<new>[^()\[\]]{{1,80}})[)\]]\s*", re.IGNORECASE
)
_FROM_TO = re.compile(
    r"(?:จาก)?(?:เดิม)?\s*[^ก-๎]{1,60}(?:บาท)?\s*(?:แก้(?!ไขจาก|จาก)|เป็น|ใหม่)\s*(?P<new>.{1,80})", re.DOTALL
)
_CORRECTED = re.compile(rf".{{1,100}}?[\s)]*(?:{CORRECTING})\s*:?\s*(?P<new>.{{1,80}})", re.DOTALL | re.IGNORECASE)


class _Aside(NamedTuple):
    """A way to read a text: the part that is the value, and what the rest makes of it."""

    value: str
    fault: str


def _asides(text: str, lines: Sequence[str] = ()) -> list[_Aside]:
    """Return how a text may be read that is more than a value: as corrected, else as a value with a remark.

    `lines` are those that the text was printed on.
    """
    if len(text) > _SHOWN_MAX:
        return []
    if (whole := _BROKEN.sub("", _BOLD.sub(r"\1", _with_line_ends(text, lines)))) != text:
        return [_Aside(fold(whole), "")]
    if match := _IN_BRACKETS.fullmatch(text) or _CORRECTED.fullmatch(text) or _FROM_TO.fullmatch(text):
        new = match["new"]
        while again := _CORRECTED.fullmatch(new):
            new = again["new"]
        return [_Aside(value, "corrected") for value in (new.strip(" .)"), *_without_remark(new))]
    return [_Aside(value, "remarked") for value in _without_remark(text)]


def _with_line_ends(text: str, lines: Sequence[str]) -> str:
    """Return a text that was joined of lines with the ends of those where there are blanks now."""
    for upper, lower in pairwise(filter(None, map(str.split, lines))):
        text = text.replace(f"{upper[-1]} {lower[0]}", f"{upper[-1]}\n{lower[0]}", 1)
    return text


def _without_remark(text: str) -> list[str]:
    """Return what may be a value with a remark behind it, each way to part them."""
    found = [match for form in _REMARKED if (match := form.fullmatch(text))]
    return [match["value"].strip() for match in found if not _changes(match["remark"])]


def _changes(remark: str) -> bool:
    """Tell whether a remark makes another value of the one before it: a unit, for example, or another number."""
    if _BEGINS_WITH_FIGURE.match(remark):
        return True
    return _FIGURE.search(remark) is None and _CHANGING.search(remark.strip()) is not None


def fill_beside(
    record: Record, field: str, text: Text | None, read: Callable[[str], Any], part: str | None = None
) -> None:
    """Set one field from its text, of which only a part may be the value; note what the rest makes of it."""
    faults: list[str] = []

    def read_value(value: str) -> Any:
        try:
            return read(value)
        except ValueError:
            for aside in _asides(value, text.lines if text else ()):
                try:
                    found = read(aside.value)
                except ValueError:
                    continue
                faults.append(aside.fault)
                return found
            raise

    fill(record, field, text, read_value, part)
    if text and any(faults):
        add_issue(record, f"{field}_{faults[0]}", text.value if part is None else bare(part))


def fill_date(record: Record, field: str, text: Text | None, fiscal_year: int | None, part: str | None = None) -> None:
    """Set one field from a printed date; `<field>_uncertain` is noted where the order of day and month is unclear."""
    printed: list[PrintedDate] = []

    def read(value: str) -> date:
        printed.append(read_date(value, fiscal_year))
        return printed[0].day

    fill_beside(record, field, text, read, part)
    if printed and text and not printed[0].is_certain:
        add_issue(record, f"{field}_uncertain", text.value if part is None else bare(part))


def fill_money(record: Record, field: str, text: Text | None, part: str | None = None) -> None:
    """Set one field from a printed amount in baht; `<field>_worded` is noted for words in it, as in `1.25 ล้านบาท`."""
    is_worded = False

    def read(value: str) -> Decimal:
        nonlocal is_worded
        try:
            return read_money(value)
        except ValueError:
            amount = read_worded_money(value)
            is_worded = True
            return amount

    fill_beside(record, field, text, read, part)
    if is_worded and text:
        add_issue(record, f"{field}_worded", text.value if part is None else bare(part))


def fill_percent(record: Record, field: str, text: Text | None, part: str | None = None) -> None:
    """Set one field from a printed percentage; `(สะสม)` behind it is no remark, as each progress is cumulative."""

    def read(value: str) -> Decimal:
        return read_percent(_CUMULATIVE.sub("", value) if value.endswith(")") else value)

    fill_beside(record, field, text, read, part)
    printed = bare(part) if part is not None else text.value if text else ""
    if _NOTE_STUCK.fullmatch(printed):
        add_issue(record, f"{field}_noted", printed)


def fill_word(record: Record, field: str, text: Text | None, part: str | None = None) -> None:
    """Set one field from a word of the vocabulary that has its name, or from the one that is ticked of several.

    A word that is not known is kept as printed. Where none or more than one of several is chosen, or there is no word,
    the field stays None, and `<field>_conflict` is noted.
    """
    if text is None:
        return
    fault = ""

    def read(value: str) -> str | None:
        nonlocal fault
        word, fault = _chosen(field, value)
        return word

    fill(record, field, text, read, part)
    if fault:
        add_issue(record, f"{field}_{fault}", text.value if part is None else bare(part))


@lru_cache(maxsize=1024)
def _chosen(vocabulary: str, text: str) -> tuple[str | None, str]:
    """Return the word that a text says, and the fault of the text, if any."""
    plain = _BULLET.sub("", text)
    if is_known_word(vocabulary, plain):
        return known_word(vocabulary, plain), ""
    found = ticked(_patterns(vocabulary), text)
    if found and found.is_clear:
        return found.word and known_word(vocabulary, found.word), ""
    for aside in _asides(text):
        if is_known_word(vocabulary, aside.value):
            return known_word(vocabulary, aside.value), aside.fault
    return (None, "conflict") if found or not any(map(str.isalpha, text)) else (text, "")


@cache
def _patterns(vocabulary: str) -> tuple[tuple[str, str], ...]:
    known: Any = words("vocabulary")[vocabulary]
    return tuple((word, label_pattern(word)) for word in known)
