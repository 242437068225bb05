"""The grammar that all families share: labels found by their shape, values over several lines, fields with a place.

A label's shape is its letters without blanks, dots and tone marks: exactly these get lost in transcriptions and scans.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

from etl.issues import require_declared
from etl.records import Line, Place, Record
from etl.reference import words
from etl.thai.calendar import BE_MINUS_CE
from etl.thai.text import arabic_digits, fold, respell
from etl.thai.words import between

REPORTS_MAX = 366  # no project reports more often than daily
QUARTERS = ("1", "2", "3", "4")

_LOST_IN_LABELS = re.compile(r"[\s.…‥\u0e48-\u0e4c]")
_BETWEEN = r"[\s.…‥\u0e48-\u0e4c]*"
_BEFORE_LABELS = r"[\s|*#0-9๐-๙.()]*"
_TYPED_AS = {"แ": ("เเ",), "\u0e33": ("\u0e4d\u0e32", "\u0e33\u0e32")}
_NOTHING = frozenset(
    f"{dash}{blank}{unit}".strip() for dash in ("", "-", "–", "—") for blank in ("", " ") for unit in ("", "%", "บาท")
)
# A dotted or drawn line that is left to be written on, alone or round what was written.
_DRAWN = r"(?:\.{4,}|…{2,}|_{2,})[.…_]*"
_DRAWN_ROUND = re.compile(rf"{_DRAWN}(?P<written>[^.…_].*?){_DRAWN}", re.DOTALL)
_DRAWN_BESIDE = re.compile(rf"\A{_DRAWN}\s*|{_DRAWN}\s*(?=(?:%|บาท)?\s*\Z)")
_DOTS_ROUND = re.compile(r"(?:\.{3,}|…)\s*(?P<written>[^.…].*?)\s*(?:\.{3,}|…)[.…]*", re.DOTALL)
_DASHED = re.compile(r"\s*[-–—‐‑‒―−﹣－\u00ad]\s*")  # as programs print the dash of a code
_ZERO_DATE = re.compile(r"0+([-/.])0+\1 ?0+(?:[ T]+[0:.]+)?")  # as databases print a missing date
_YEAR = re.compile(
    r"\(?(?:พ\.?\s?ศ\.?\s*)?(?P<year>2[4-6]\d\d|[4-9]\d)\)?(?:\s*[(/]?\s*(?:ค\.?\s?ศ\.?\s*)?(?P<common>(?:19|20)\d\d)\)?)?",
    re.ASCII,
)
_BULLET = re.compile(r"(?:[-–](?![0-9๐-๙])|[•*·●▪◦]|\(?[0-9๐-๙]{1,2}[.)](?![0-9๐-๙]))\s*")

_DASH_ITEM = re.compile(r"\s*[-–•*·●▪◦]+\s+(?=\S)")
_NUMBER_ITEM = re.compile(r"\s*\(?[0-9๐-๙]{1,2}[.)]\s*(?=[^\s0-9๐-๙])")
_ITEM = re.compile(rf"{_DASH_ITEM.pattern}|{_NUMBER_ITEM.pattern}")


def shape(text: str) -> str:
    """Return the shape of a label: what is left of it without blanks, dots and tone marks."""
    return _LOST_IN_LABELS.sub("", text)


@cache
def label_pattern(*labels: str) -> str:
    """Return a regular expression that finds any of the labels by shape, the longest first."""
    shapes = sorted({shape(label) for label in labels}, key=len, reverse=True)
    return f"(?:{'|'.join(_BETWEEN.join(map(_letter_pattern, letters)) for letters in shapes)}){_BETWEEN}+"


def _letter_pattern(letter: str) -> str:
    """Return a regular expression for a letter in each way to type it."""
    return f"(?:{'|'.join((*_TYPED_AS[letter], letter))})" if letter in _TYPED_AS else re.escape(letter)


def marker_of(*labels: str) -> re.Pattern[str]:
    """Return what finds a line that may begin with one of the labels, in any case, after any number or decoration."""
    return re.compile(rf"{_BEFORE_LABELS}{label_pattern(*labels)}", re.IGNORECASE)


class Text:
    """Printed text gathered from one or more lines, with the place where it begins."""

    __slots__ = ("_blank", "_value", "lines", "place")

    def __init__(self, place: Place, text: str = "") -> None:
        self.place = place
        self.lines = [text] if text.strip() else []
        self._value: str | None = None
        self._blank = 0  # how many of the first lines are known to be blank, so that each is checked once

    def add(self, line: Line) -> None:
        """Append a line; the first line with text in it sets the place."""
        if not self.lines and line.text.strip():
            self.place = line.place
        self.lines.append(line.text)
        self._value = None

    def join(self, other: "Text") -> None:
        """Append all lines of another text."""
        self.lines += other.lines
        self._value = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it but blanks and colons."""
        while self._blank < len(self.lines) and not self.lines[self._blank].strip(" \t:"):
            self._blank += 1
        return self._blank == len(self.lines)

    @property
    def value(self) -> str:
        """The text in one piece, repaired, without the colons after its label; empty when blank."""
        if self._value is None:
            self._value = bare(respell(_joined(self.lines)))
        return self._value

    def take_first_item(self, *, is_numbered: bool) -> bool:
        """Keep only the first item if the lines are a list, without its bullet; tell whether there are more items.

        With `is_numbered`, numbers count as bullets. Where the first line has no bullet but others have, all lines are
        kept: they may be a wrapped name. The answer is True then, too.
        """
        lines = [line for line in self.lines if line.strip()]
        starts = [index for index, line in enumerate(lines) if _DASH_ITEM.match(line)]
        if not starts and is_numbered:
            numbered = [index for index, line in enumerate(lines) if _NUMBER_ITEM.match(line)]
            starts = numbered if len(numbered) > 1 else []
        if starts and starts[0] == 0:
            first = lines[: starts[1]] if len(starts) > 1 else lines
            self.lines = [_ITEM.sub("", first[0]), *first[1:]]
            self._value, self._blank = None, 0
        return len(starts) > (1 if starts[:1] == [0] else 0)

    def items(self) -> list[str]:
        """Return the text as a list of items. A bullet begins an item; without any bullet, each line is an item."""
        has_bullets = any(_BULLET.match(line.strip()) for line in self.lines)
        items: list[list[str]] = []
        for line in filter(None, map(fold, self.lines)):
            bullet = _BULLET.match(line)
            if bullet or not has_bullets or not items:
                items.append([line[bullet.end() :] if bullet else line])
            else:
                items[-1].append(line)
        return [item for lines in items if (item := _written(respell(_joined(lines)).strip(), is_text=True))]


def _joined(lines: Sequence[str]) -> str:
    """Return lines as one text, with a blank between two unless a word was broken there."""
    if len(lines) == 1:
        return fold(lines[0])
    text = ""
    for line in filter(None, map(fold, lines)):
        text += f"{between(text, line)}{line}" if text else line
    return text


def fill(
    record: Record, field: str, text: Text | None, read: Callable[[str], Any] = str, part: str | None = None
) -> None:
    """Set one field from its printed text, and its place from where the text stood.

    `read` turns text into the value, and raises ValueError where it cannot: the field stays None then, and
    `<field>_unreadable` is noted. It also stays None for blank text and, where a number or a date is expected, for a
    dash, a lone unit or a date of zeros. Where a text holds several fields, `part` is what belongs to this one.
    """
    if text is None:
        return
    record.places[field] = text.place
    value = _written(text.value if part is None else bare(part), is_text=read is str)
    if not value or (read is not str and (value in _NOTHING or _ZERO_DATE.fullmatch(value))):
        return
    try:
        setattr(record, field, read(value))
    except ValueError:
        add_issue(record, f"{field}_unreadable", value)


def _written(text: str, *, is_text: bool) -> str:
    """Return what is written on a dotted or drawn line; empty where nothing is.

    Where text is expected, dots on one side alone stay: they may say that the text goes on elsewhere.
    """
    if not ("..." in text or "…" in text or "__" in text):
        return text
    if not any(map(str.isalnum, text)):
        return ""
    if is_text:
        match = _DRAWN_ROUND.fullmatch(text)
        return match["written"].strip() if match else text
    match = _DOTS_ROUND.fullmatch(text)
    return match["written"] if match else _DRAWN_BESIDE.sub(" ", text).strip()


def says_nothing(text: str) -> bool:
    """Tell whether a text says that there is nothing, or is a dotted line without anything on it."""
    return is_known_word("nothing", text) or not _written(text, is_text=True)


def bare(text: str) -> str:
    """Return the text without the blanks around it and the colons after its label."""
    return text.strip().lstrip(": ")


def add_issue(record: Record, name: str, printed: str) -> None:
    """Note an issue of the record, and the printed text that shows it.

    Raises UndeclaredIssueError when no `issues.toml` declares it: no rule would judge it.
    """
    require_declared(record, name)
    record.issues[name] = printed


def is_list_item(line: str) -> bool:
    """Tell whether a line begins an item of a list, by its bullet or number."""
    return _BULLET.match(line.strip()) is not None


def read_year(text: str) -> int:
    """Read a Buddhist year of four digits or two, Thai or Arabic, with `พ.ศ.` before it or without.

    The same year of the common era may follow: `2566 (2023)`. Raises ValueError for any other text.
    """
    match = _YEAR.fullmatch(arabic_digits(text))
    year = int(match["year"]) if match else 0
    year += 2500 if year < 100 else 0
    if not match or (match["common"] and int(match["common"]) != year - BE_MINUS_CE):
        raise ValueError(f"{text!r} is not a Buddhist year")
    return year


def read_report_no(text: str) -> int:
    """Read the number of a report, in Thai or Arabic digits. Raises ValueError unless it is 1 to 366."""
    digits = arabic_digits(text)
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= REPORTS_MAX):
        raise ValueError(f"{text!r} does not count reports")
    return int(digits)


def read_quarter(text: str) -> int:
    """Read the number of a quarter, in Thai or Arabic digits. Raises ValueError unless it is 1 to 4."""
    digits = arabic_digits(text)
    if digits not in QUARTERS:
        raise ValueError(f"{text!r} is not a quarter")
    return int(digits)


def read_project_code(text: str) -> str:
    """Read a project code: eight digits, a blank amid them or none, a dash, four digits. Raises ValueError."""
    code = _DASHED.sub("-", arabic_digits(text))
    if not re.fullmatch(r"\d{4} ?\d{4}-\d{4}", code, re.ASCII):
        raise ValueError(f"{text!r} is not a project code")
    return code.replace(" ", "")


@cache
def _known(vocabulary: str) -> dict[str, str]:
    return {shape(word): word for word in words("vocabulary")[vocabulary]}


def read_kpi_id(text: str) -> str:
    """Read an indicator's id with the digits printed: 871 and 0871 are different ids. Raises ValueError."""
    kpi_id = _DASHED.sub("-", arabic_digits(text))
    if not re.fullmatch(r"\d{4}-\d{3,4}", kpi_id, re.ASCII):
        raise ValueError(f"{text!r} is not an indicator's id")
    return kpi_id


def is_project_code(text: str) -> bool:
    """Tell whether a text is a project code."""
    try:
        return bool(read_project_code(text))
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def known_word(vocabulary: str, text: str) -> str:
    """Return the standard spelling of a word of the vocabulary; any other text is returned unchanged."""
    return _known(vocabulary).get(shape(text), text)


def is_known_word(vocabulary: str, text: str) -> bool:
    """Tell whether the text is a word of the vocabulary, by its shape."""
    return shape(text) in _known(vocabulary)
