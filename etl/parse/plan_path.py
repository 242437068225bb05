"""The lines of a page that name levels of a plan, from the strategy down to the goal and what is below it.

In come lines. Out come codes and names by level, the plans whose words are used for the levels, and the lines that
name no level. Codes are in Arabic digits. A wrapped line continues the level above it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from etl.parse.grammar import Text, add_issue, fill, label_pattern, shape
from etl.records import Indicator, Line, Strategy
from etl.reference import plan_version, words
from etl.thai.text import arabic_digits

_WORDS = words("plan_path")
_LEVELS = tuple(_WORDS["levels"])
_PARTS_OF = {level: parts for parts, level in enumerate(_LEVELS, start=1)}  # `7.2.1` has three
_STORED = _LEVELS[:3]

_LEVEL_WORDS = "|".join(f"(?P<{level}>{label_pattern(*spellings)})" for level, spellings in _WORDS["levels"].items())
_PART_DIGITS_MAX = 2
_CODE = rf"[0-9](?:\s?\.\s?[0-9]{{1,{_PART_DIGITS_MAX}}})*"
_BEFORE = r"[*#:\s\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*+"  # emphasis, and vowel or tone marks without a letter
_LINE = re.compile(
    rf"{_BEFORE}(?:{_LEVEL_WORDS})?\s*+(?P<code>{_CODE})?(?![0-9])(?P<parting>[?:.\ufffd\s–—−‐-]*+)(?P<name>.*)",
    re.DOTALL,
)
_ANY_WORD = label_pattern(*(word for spellings in _WORDS["levels"].values() for word in spellings))
_NEXT_ON_LINE = re.compile(rf"(?<!\s)\s++(?=(?:{_ANY_WORD})\s*[0-9]|(?P<code>[0-9](?:\.[0-9]{{1,2}})+)\s)")
_WORD_ONLY = re.compile(rf"\s*{_ANY_WORD}")
_DIMENSION = re.compile(rf"\s*{label_pattern(_WORDS['dimension'])}\s*(?P<code>[0-9])(?![0-9.๐-๙])\s*(?P<name>.*)")
_ROUTINE = re.compile(rf"[*\s]*(?P<name>{label_pattern(*_WORDS['routine'])})")
_PLAN_OF_WORD = {shape(word): plan for plan, spellings in _WORDS["words_of"].items() for word in spellings}


@dataclass
class PlanPath:
    """What the lines of a plan say, by level; the code of a level is None where none of its depth is printed."""

    codes: dict[str, str | None] = field(default_factory=dict)
    names: dict[str, Text] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    is_routine: bool = False
    indicator: Text | None = None
    dimension_no: int | None = None
    plans: set[str] = field(default_factory=set)
    unplaced: list[Line] = field(default_factory=list)

    @property
    def levels_missing(self) -> list[str]:
        """The levels from strategy to goal that no line names; none for routine work, which is outside of the plan."""
        return [] if self.is_routine else [level for level in _STORED if level not in self.names]


def is_plan_code(code: str) -> bool:
    """Tell whether a code may be of a plan: no more numbers than a plan has levels, each of two digits at most."""
    parts = code.split(".")
    return len(parts) <= len(_LEVELS) and max(map(len, parts)) <= _PART_DIGITS_MAX


def begins_plan(text: str) -> bool:
    """Tell whether a line names a strategy by its word and code, as the first line of a plan does."""
    match = _LINE.match(arabic_digits(text))
    return bool(match and match["strategy"] and match["code"] and "." not in match["code"] and match["name"])


def begins_level(text: str, strategy: str) -> bool:
    """Tell whether a line names a level below the strategy that the line `strategy` names."""
    upper, lower = _LINE.match(arabic_digits(strategy)), _LINE.match(arabic_digits(text))
    return bool(upper and lower and lower["code"] and lower["code"].startswith(f"{upper['code']}."))


def read_plan_path(lines: Iterable[Line]) -> PlanPath:
    """Return what the lines say of the plan; each level is taken from the first line that names it."""
    path, reader = PlanPath(), _Reader()
    for line in lines:
        for part in _parts(line):
            reader.take(path, part)
        reader.is_after_blank = not line.text.strip()
    return path


def fill_plan(record: Strategy | Indicator, path: PlanPath, fiscal_year: int | None) -> None:
    """Set the plan's fields. Its version follows from the fiscal year, or else from the words for its levels.

    Noted are a year and words of different versions, and a level whose code cannot be read.
    """
    by_year = plan_version(fiscal_year)
    by_words = next(iter(path.plans)) if len(path.plans) == 1 else None
    record.plan_version = by_year or by_words
    if len(path.plans) > 1 or (by_year and by_words not in (None, by_year)):
        add_issue(
            record, "plan_version_mismatch", " / ".join([*filter(None, [by_year]), *sorted(path.plans - {by_year})])
        )
    for level in filter(path.names.__contains__, _STORED):
        name, code = path.names[level], path.codes[level]
        record.places[f"{level}_code"] = name.place
        setattr(record, f"{level}_code", code)
        if code or path.is_routine:
            fill(record, f"{level}_name", name)
        else:
            add_issue(record, f"{level}_code_unreadable", path.printed[level])


def _parts(line: Line) -> Iterator[Line]:
    """Yield the levels that stand on one line, each as a line of its own."""
    text = arabic_digits(line.text)
    match, start = _LINE.match(text), 0
    code = match["code"] if match else None
    for split in _NEXT_ON_LINE.finditer(text) if code else ():
        # A code without a level's word begins with the code before it; else it is a number in a name. A number right
        # behind a word is that word's code.
        is_next = split["code"] is None or split["code"].startswith(f"{code}.")
        if split.start() and is_next and not _WORD_ONLY.fullmatch(text, start, split.end()):
            yield Line(line.place, line.text[start : split.start()])
            start, code = split.end(), split["code"] or code
    yield Line(line.place, line.text[start:])


class _Reader:
    """Reads the lines of a plan in order; knows the level that a wrapped line continues."""

    def __init__(self) -> None:
        self.is_after_blank = False
        self._depth = 0
        self._open: Text | None = None

    def take(self, path: PlanPath, line: Line) -> None:
        if not line.text.strip():
            return
        if (routine := _ROUTINE.match(line.text)) and not path.names:
            path.is_routine = True
            self._begin(path, "strategy", None, Text(line.place, routine["name"]), line.text)
        elif dimension := _DIMENSION.match(line.text):
            path.dimension_no = int(dimension["code"])
            path.indicator = self._open = Text(line.place, dimension["name"])
        elif not self._is_level(path, line):
            if self._open and not (self.is_after_blank and not self._open.is_empty):
                self._open.add(line)
            else:
                path.unplaced.append(line)

    def _is_level(self, path: PlanPath, line: Line) -> bool:
        match = _LINE.match(arabic_digits(line.text))
        if match is None:
            return False
        code = "".join(match["code"].split()) if match["code"] else None
        word = next((level for level in _LEVELS if match[level]), None)
        parts = len(code.split(".")) if code else 0
        level = word or (_LEVELS[parts - 1] if 1 < parts <= len(_LEVELS) else None)
        # Without a level's word, a number is a code only if the path gets deeper by it: a name may have `2.5` in it.
        if level is None or (not word and parts <= self._depth):
            return False
        if level in path.names:
            path.unplaced.append(line)
            return True
        if word and (plan := _PLAN_OF_WORD.get(shape(match[word]))):
            path.plans.add(plan)
        self._depth = _PARTS_OF[level]
        fitting = code if parts == self._depth else None
        self._begin(path, level, fitting, Text(line.place, line.text[match.start("name") :]), line.text)
        return True

    def _begin(self, path: PlanPath, level: str, code: str | None, name: Text, printed: str) -> None:
        self._open = name
        path.codes[level], path.names[level], path.printed[level] = code, name, printed.strip()
