"""A label that recognition left no trace of: it is the one that is missing in its section."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from msgspec.structs import replace

from etl.parse.grammar import label_pattern, shape
from etl.records import Line
from etl.repair.near import FIGURE
from etl.repair.parts import playing

_LABELLED = re.compile(r"(?P<label>[^:]*?[a-zA-Z\u0e01-\u0e4e]{2}[^:]*):\s*(?P<value>\S.*?)\s*")
_LENGTH_SHARE = 0.5  # of a label's letters; by so many more or fewer may be recognised for it

_Fields = Mapping[str, Sequence[str]]
"""The labels of the fields of a section."""


def repair_lost(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, in each section the one with an unknown label with the one label that stands nowhere there.

    Where several lines, or several labels, come into question, all stay as they are. The value is noted as repaired.
    """
    repaired = list(lines)
    for fields, start, end in _sections(lines):
        missing = [labels[0] for labels in fields.values() if not _stands(labels, lines[start:end])]
        orphans = [place for place in range(start, end) if _is_orphan(fields, lines[place].text)]
        match = _LABELLED.fullmatch(lines[orphans[0]].text) if len(missing) == len(orphans) == 1 else None
        if match and _is_as_long(match["label"], missing[0]):
            value = match["value"]
            parts = (value, *re.findall(FIGURE, value), *(name.strip() for name in value.split("/")))
            line = lines[orphans[0]]
            repaired[orphans[0]] = replace(line, text=f"{missing[0]} : {value}", repaired=(*line.repaired, *parts))
    return repaired


def _sections(lines: Sequence[Line]) -> Iterator[tuple[_Fields, int, int]]:
    """Yield each section that has fields: these, and where the lines begin and end that follow its heading."""
    for heading, fields_below in _numbered():
        found = [(match.lastgroup, place) for place, line in enumerate(lines) if (match := heading.match(line.text))]
        for (group, start), (_, end) in pairwise([*found, (None, len(lines))]):
            if group in fields_below:
                yield fields_below[group], start + 1, end


@cache
def _numbered() -> list[tuple[re.Pattern[str], dict[str | None, _Fields]]]:
    """Return, of each family, what finds its numbered headings, a group each, and by group the fields below."""
    found: list[tuple[re.Pattern[str], dict[str | None, _Fields]]] = []
    for family in playing("numbered"):
        groups = {number: f"section_{place}" for place, number in enumerate(family["sections"])}
        headings = (
            rf"\s*{re.escape(number)}[.)]?\s*(?P<{groups[number]}>{label_pattern(*labels)})"
            for number, labels in family["sections"].items()
        )
        fields_below: dict[str | None, _Fields] = {
            groups[number]: fields for number, fields in family["fields"].items()
        }
        found.append((re.compile("|".join(headings)), fields_below))
    return found


@cache
def _label(*labels: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{label_pattern(*labels)}(?::|$)")


def _stands(labels: Sequence[str], lines: Sequence[Line]) -> bool:
    return any(_label(*labels).match(line.text) for line in lines)


def _is_orphan(fields: _Fields, text: str) -> bool:
    is_known = any(_label(*labels).match(text) for labels in fields.values())
    return not is_known and _LABELLED.fullmatch(text) is not None


def _is_as_long(label: str, other: str) -> bool:
    letters, known = len(shape(label)), len(shape(other))
    return abs(letters - known) <= _LENGTH_SHARE * known
