"""A label of a form of which nothing is left that is near to it, told by what is missing in its section."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from msgspec.structs import replace

from etl.families import labels as labels_of
from etl.parse.grammar import label_pattern, shape
from etl.records import Line
from etl.repair.near import FIGURE

_WORDS = labels_of("printed_form")
_SECTIONS: dict[str, list[str]] = _WORDS["sections"]
_FIELDS: dict[str, dict[str, list[str]]] = _WORDS["fields"]
_LABELLED = re.compile(r"(?P<label>[^:]*?[a-zA-Z\u0e01-\u0e4e]{2}[^:]*):\s*(?P<value>\S.*?)\s*")
_LENGTH_SHARE = 0.5  # by which the letters of a lost label may be more or fewer


def repair_lost(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with a label for the one line of a section that has none that is known.

    That is done where just one field of the section is nowhere, so that its label is meant; its value is as inferred.
    """
    repaired = list(lines)
    for section, start, end in _sections(lines):
        missing = [labels[0] for labels in _FIELDS[section].values() if not _stands(labels, lines[start:end])]
        orphans = [place for place in range(start, end) if _is_orphan(section, lines[place].text)]
        match = _LABELLED.fullmatch(lines[orphans[0]].text) if len(missing) == len(orphans) == 1 else None
        if match and _is_as_long(match["label"], missing[0]):
            value = match["value"]
            parts = (value, *re.findall(FIGURE, value), *(name.strip() for name in value.split("/")))
            line = lines[orphans[0]]
            repaired[orphans[0]] = replace(line, text=f"{missing[0]} : {value}", repaired=(*line.repaired, *parts))
    return repaired


def _sections(lines: Sequence[Line]) -> Iterator[tuple[str, int, int]]:
    """Yield each section that has fields: its number, and where the lines begin and end that follow its heading."""
    headings = [
        (str(match.lastgroup).removeprefix("_").replace("_", "."), place)
        for place, line in enumerate(lines)
        if (match := _heading().match(line.text))
    ]
    for (section, start), (_, end) in pairwise([*headings, ("", len(lines))]):
        if section in _FIELDS:
            yield section, start + 1, end


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(
        "|".join(
            rf"\s*{re.escape(section)}[.)]?\s*(?P<_{section.replace('.', '_')}>{label_pattern(*labels)})"
            for section, labels in _SECTIONS.items()
        )
    )


@cache
def _label(*labels: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{label_pattern(*labels)}(?::|$)")


def _stands(labels: Sequence[str], lines: Sequence[Line]) -> bool:
    return any(_label(*labels).match(line.text) for line in lines)


def _is_orphan(section: str, text: str) -> bool:
    is_known = any(_label(*labels).match(text) for labels in _FIELDS[section].values())
    return not is_known and _LABELLED.fullmatch(text) is not None


def _is_as_long(label: str, other: str) -> bool:
    letters, known = len(shape(label)), len(shape(other))
    return abs(letters - known) <= _LENGTH_SHARE * known
