"""Finds the labels of a printed form's fields on a line, each with what stands behind it.

In come the text of a line and the sections whose labels may stand there. A label is known by its shape; behind it
stands a colon or the like, or its value stands in the next cell, or on the next line. English words may stand behind
it, as on forms in two languages.
"""

import re
from functools import cache
from typing import NamedTuple

from etl.families.printed_form.lines import FRAME, WORDS
from etl.parse.grammar import label_pattern, shape
from etl.reference import words

PLAN_SECTION = "1.6"
PROSE = {"1.3": "rationale", "1.4": "objectives", "1.5": "targets"}
SECTIONS = frozenset(WORDS["fields"].keys() | PROSE.keys())
"""The sections that hold fields."""

_DIGIT = "[0-9๐-๙]"
_ONLY_FRAME = re.compile(FRAME)
_LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    section: {field: (*labels, *WORDS["synonyms"].get(field, ())) for field, labels in fields.items()}
    for section, fields in WORDS["fields"].items()
}
# Without a heading, more words are labels: what they are of is clear, as no other section can be meant.
_LOOSE_LABELS = {
    section: {field: (*labels, *WORDS["unheaded"].get(field, ())) for field, labels in fields.items()}
    for section, fields in {
        **_LABELS,
        **{section: {field: tuple(WORDS["sections"][section])} for section, field in PROSE.items()},
        "1.1": {**_LABELS["1.1"], "period": ()},
    }.items()
}
# A remark behind a label, as `(บาท)`. Figures in brackets that nothing follows are no remark, but the value.
_REMARK = r"(?:\((?![^()]{0,60}[0-9๐-๙][^()]{0,60}\)\s*+$)(?P<remark>[^()]{1,60})\)[\s.]*+)?"
ENGLISH = r"(?:[/|]\s*[A-Za-z][A-Za-z .'-]{0,40}+(?:\([A-Za-z .]{1,20}\))?[\s.]*+)?"
"""The English words behind a label in two languages, if any."""
# Behind a label stands a colon or the like, or the value stands in the next cell, or on the next line.
_SEPARATOR = r"(?:[:=→]|(?<=\s)[–—-](?=\s)|(?<=\t)|(?<=\s\s))"
_BEHIND = rf"{ENGLISH}{_REMARK}\]?\s*+(?:{_SEPARATOR}|$|(?<=\]\s))"
_BEHIND_NEXT = ENGLISH + _REMARK.replace("?P<remark>", "?:") + _SEPARATOR
# The word of a level of the plan with its code is a label of its own, as in `ด้านที่ ๔ : …`.
_PLAN_LABELS = "|".join(f"(?P<{field}>{label_pattern(*labels)})" for field, labels in _LABELS[PLAN_SECTION].items())
_LEVEL = re.compile(rf"{FRAME}(?:{_PLAN_LABELS})(?=(?P<code>{_DIGIT}(?:\.{_DIGIT}{{1,2}}){{0,2}})(?![.0-9๐-๙]))")
_PARTS = {"strategy": 1, "sub_issue": 2, "goal": 3}  # numbers in the code of each level: `7.2.1` is a goal's
LEVELS = frozenset(_PARTS)
"""The fields of the levels of a plan."""
# Such a word may also be a whole line of a wrapped name.
_LEVEL_WORDS = frozenset(shape(label) for field in _PARTS for label in WORDS["fields"][PLAN_SECTION][field][1:])
_ANY_LEVEL = label_pattern(*(word for level in words("plan_path")["levels"].values() for word in level))
_LEVEL_VALUE = re.compile(rf"[:\s]*{FRAME}(?:{_ANY_LEVEL})?{_DIGIT}")


class Label(NamedTuple):
    """A label at the beginning of a line: its section and field, its remark in brackets, and the text behind it."""

    section: str
    field: str
    remark: str | None
    rest: str


@cache
def _pattern(section: str, loose: frozenset[str]) -> re.Pattern[str]:
    """Return what finds the labels of a section, and those of the sections that have no heading."""
    labels = {
        field: spellings
        for name in sorted({section, *loose} & SECTIONS)
        for field, spellings in (_LOOSE_LABELS if name in loose else _LABELS).get(name, {}).items()
    }
    found = "|".join(f"(?P<{field}>{label_pattern(*spellings)})" for field, spellings in labels.items())
    return re.compile(rf"{FRAME}\[?(?:{found}){_BEHIND}")


@cache
def _next(section: str, loose: frozenset[str]) -> re.Pattern[str]:
    """Return what finds where the next label begins on a line: a form in two columns has two fields on it."""
    labels = (
        label
        for name in sorted({section, *loose} & WORDS["fields"].keys())
        for spellings in WORDS["fields"][name].values()
        for label in spellings
    )
    return re.compile(rf"\s(?={label_pattern(*labels)}{_BEHIND_NEXT})")


@cache
def _section_of(field: str) -> str:
    return next(section for section, fields in _LOOSE_LABELS.items() if field in fields)


def may_begin(section: str, loose: frozenset[str]) -> bool:
    """Tell whether any label may stand on the lines of a section; prose has none, where each section has a heading."""
    return section in WORDS["fields"] or bool(loose)


def parts(text: str, section: str, loose: frozenset[str]) -> list[str]:
    """Return the parts of a line that each begin with a label; the first may begin with anything."""
    first, *others = _next(section, loose).split(text)
    if not others:
        return [first]
    *ended, last = others if _ONLY_FRAME.fullmatch(first) else [first, *others]
    return [*(part.rstrip(" /|,;") for part in ended), last]


def label_of(  # noqa: PLR0911 - a case a line
    text: str, section: str, loose: frozenset[str], following: str, known: frozenset[str]
) -> Label | None:
    """Return the label that a line begins with; None for any other line.

    `section` is the one that the line stands in, and `loose` are those that have no heading, whose labels may stand
    anywhere. `following` is the text of the next line, `known` are the fields that have been read. A level of the plan
    may have its word and code for a label.
    """
    match = _pattern(section, loose).match(text)
    field = next((name for name, found in match.groupdict().items() if found and name != "remark"), "") if match else ""
    if match and (not field or _section_of(field) != PLAN_SECTION):
        return Label(_section_of(field), field, match["remark"], text[match.end() :])
    if section != PLAN_SECTION and PLAN_SECTION not in loose:
        return None
    if match and match.end() == len(text) and shape(match[0].strip(" \t.:")) in _LEVEL_WORDS:
        return Label(PLAN_SECTION, field, match["remark"], "") if _LEVEL_VALUE.match(following) else None
    if match and field in LEVELS and section != PLAN_SECTION:
        rest = text[match.end() :]
        if not _LEVEL_VALUE.match(rest if rest.strip() else following):
            return None  # without a heading and a code, the word may be of anything
    if match:
        return Label(PLAN_SECTION, field, match["remark"], text[match.end() :])
    if (level := _LEVEL.match(text)) and "indicator" not in known:
        field = next(name for name in _PARTS if level[name])
        if field not in known and level["code"].count(".") + 1 == _PARTS[field]:
            return Label(PLAN_SECTION, field, None, text[level.end() :])
    return None
