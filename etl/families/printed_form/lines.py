"""What a line of a printed form begins with: a title, a heading of a section, a report, the certification."""

import re
from enum import StrEnum, auto
from functools import lru_cache
from typing import NamedTuple

from etl.families import labels
from etl.parse.grammar import label_pattern

WORDS = labels("printed_form")
TRANSLATED = r"(?:[(/|\[]\s*[A-Za-z][A-Za-z .'-]{0,40}+(?:[0-9]{1,3}+\s*)?[)\]]?\s*)?"
"""What stands behind a label on a form in two languages: the same in English, which may have a report's number."""

_PLANNED = (
    rf"{label_pattern(*WORDS['layouts']['planned_progress'])}(?:ฯ\s*)?{TRANSLATED}"
    r"[=:]\s*[0-9๐-๙][0-9๐-๙.]*+\s*(?:%|ร้อยละ)?"
)
PLANNED = rf":{{0,2}}\s*{_PLANNED}[\s,;]*"
"""The progress that was planned, where it stands before the real one."""

PROGRESS = (
    rf"(?::{{0,2}}\s*{label_pattern(WORDS['reports']['progress'])}ฯ?\s*{TRANSLATED}="
    rf"|{PLANNED}:{{0,2}}\s*{label_pattern(*WORDS['layouts']['real_progress'])}(?:ฯ\s*)?{TRANSLATED}[=:])"
)


FRAME = r"[\s*#>+•●▪◦–-]*+"
"""What may stand before a label: blanks, stars, and the bullet of a list."""


def _numbered_heading(name: str, labels: list[str]) -> str:
    """Return a regular expression for a section's heading: its number, then its label."""
    number = r"\s*[.]\s*".join(f"[{digit}{chr(ord('๐') + int(digit))}]" for digit in name.split("."))
    return rf"(?P<numbered_{name.replace('.', '_')}>{number}[.)]?\s*{label_pattern(*labels)})"


def _bare_heading(name: str, labels: list[str]) -> str:
    """Return a regular expression for a section's heading without a number, alone on its line."""
    return rf"(?P<bare_{name.replace('.', '_')}>{label_pattern(*labels)}:?\s*$)"


# A signature's label has dots or a post in brackets behind it; a sentence may well begin with the same word.
_FRAMED = "|".join(
    (
        rf"(?P<title>{label_pattern(WORDS['title'])}[*\s]*(?:\(\s*ต่อ\s*\)[*\s]*)?$)",
        rf"(?P<certification>{label_pattern(WORDS['certification'])})",
        rf"(?P<signature>{label_pattern(*WORDS['signature'])}[.…_\s]*+(?:\([^)]*\))?[.…_\s]*$)",
        f"(?P<report>{label_pattern(WORDS['reports']['heading'])})",
        f"(?P<detail>{PROGRESS})",
        *(_numbered_heading(name, labels) for name, labels in WORDS["sections"].items()),
    )
)
# Without a number, what stands behind a bullet is rather an item of a list than a heading: no bullet is allowed.
_BARE = "|".join(_bare_heading(name, labels) for name, labels in WORDS["sections"].items())
_MARKS = re.compile(rf"{FRAME}(?:{_FRAMED})|[*#\s]*+(?:{_BARE})")


class Kind(StrEnum):
    """What a line begins with, where it neither holds a field nor continues one."""

    TITLE = auto()
    CERTIFICATION = auto()
    SIGNATURE = auto()
    REPORT = auto()
    DETAIL = auto()
    SECTION = auto()


class Mark(NamedTuple):
    """What a line begins with. A heading also has its section, and `rest`: the text after it on the same line."""

    kind: Kind
    section: str = ""
    is_numbered: bool = False
    rest: str = ""


_MARK_OF_GROUP = {
    **{kind.value: Mark(kind) for kind in Kind if kind is not Kind.SECTION},
    **{
        f"{look}_{name.replace('.', '_')}": Mark(Kind.SECTION, name, look == "numbered")
        for name in WORDS["sections"]
        for look in ("numbered", "bare")
    },
}


@lru_cache(maxsize=4096)  # each line is asked about three times: to recognise, to find copies, to sort
def mark_of(text: str) -> Mark | None:
    """Return what a line begins with; None for any other line."""
    match = _MARKS.match(text)
    if not match:
        return None
    mark = _MARK_OF_GROUP[str(match.lastgroup)]
    return mark._replace(rest=text[match.end() :].strip(" .:*\t")) if mark.section else mark
