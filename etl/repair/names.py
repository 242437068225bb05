"""Names of agencies in their known spelling, and codes of plans by the names that stand behind them.

The digits of a plan's codes are Thai, and hardly one of them is recognised for sure; the names are.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from msgspec.structs import replace

from etl.parse.grammar import label_pattern, shape
from etl.records import Line
from etl.reference import agencies, other_names, plan_nodes, plan_version, sections, words
from etl.repair.near import DIGIT, WORD, Known, agency_name, label, near, node_name
from etl.repair.parts import labels_of, playing
from etl.thai.text import arabic_digits

_LEVELS: dict[str, list[str]] = words("plan_path")["levels"]
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_NAME_LETTERS_MIN = 15  # of a name that is cut
_CODE_REACH = 9  # how far a name may stand behind what is recognised for its code

_AGENCY = re.compile(rf"\s*{label_pattern(*labels_of('projects', 'agency_path'))}:")
_AGENCY_AND_YEAR = re.compile(rf".*\S(?=\s*:\s*\(\s*{DIGIT}{{4}}\s*\)\s*$)")
_YEAR = re.compile(
    rf"^\s*{label_pattern(*labels_of('projects', 'fiscal_year'))}:?\s*(?P<labelled>25[0-9]{{2}})"
    r"|:\s*\((?P<bracketed>25[0-9]{2})\)\s*$"
)
_DEPTHS = {"strategy": 1, "sub_issue": 2, "goal": 3}
_LABEL = re.compile(
    "|".join(rf"\s*(?P<{level}>{label_pattern(*labels_of('projects', f'{level}_code'))}:\s*)" for level in _DEPTHS)
)
_DIMENSION_LOST = re.compile(
    rf"(?P<label>\s*{label_pattern(*labels_of('projects', 'indicator_name'))}:\s*)[a-zA-Z]{{2,4}}\s+(?P<no>[1-4])(?=\s)"
)
_HEADING = re.compile(rf"\s*{label_pattern(*chain.from_iterable(playing('plan_heading')))}")
_WORDS_LOST = (_LEVELS["strategy"][-1], "", "")  # below a strategy, the code alone tells the level
_CODE = re.compile(rf"{DIGIT}(?:\.?{DIGIT})*")


def repair_agency(line: Line) -> Line:
    """Return the line with each name of the agency's path as it is known."""
    if path := _AGENCY.match(line.text):
        start, end = path.end(), len(line.text)
    elif named := _AGENCY_AND_YEAR.match(line.text):
        start, end = 0, named.end()
    else:
        return line
    parts, repaired = [], list(line.repaired)
    for part in line.text[start:end].split("/"):
        found = near(part, 0, _agencies())
        is_whole = found is not None and not shape(part[found.end :])
        parts.append(found.known.text if found and is_whole else part.strip())
        if found and is_whole and found.edits:
            repaired.append(found.known.text)
    text = f"{line.text[:start]} {' / '.join(parts)}{line.text[end:]}"
    return replace(line, text=text.strip(), repaired=tuple(repaired))


def repair_dimension(line: Line) -> Line:
    """Return the line with the word for a dimension before its number, where Latin letters were recognised for it."""
    match = _DIMENSION_LOST.match(line.text)
    if not match:
        return line
    text = f"{match['label']}{words('plan_path')['dimension']} {match['no']}{line.text[match.end() :]}"
    return replace(line, text=text, repaired=(*line.repaired, match["no"]))


def repair_plan(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the codes of the plan that belong to the names behind them."""
    version = plan_version(next(filter(None, map(_fiscal_year, lines)), None))
    repaired: list[Line] = []
    depth = len(_DEPTHS)  # of the level on the line before; 0 where that is the heading of the plan
    for line in lines:
        level = _level(line.text)
        if level is None and depth < len(_DEPTHS):
            level = _Level(depth + 1, _WORDS_LOST[depth], 0)
        named = _repair_code(line, level, version) if level else None
        repaired.append(named or line)
        if level and (named or level.end):
            depth = level.depth
        elif line.text.strip():
            depth = 0 if _HEADING.match(line.text) else len(_DEPTHS)
    return repaired


class _Level(NamedTuple):
    """A level of a plan on a line: its depth, its label and word, and the place behind these."""

    depth: int
    words: str
    end: int


def _level(text: str) -> _Level | None:
    """Return the level that the label of a line tells, or else its word; None where there is neither."""
    labelled = _LABEL.match(text)
    start = labelled.end() if labelled else 0
    found = near(text, start, _level_words())
    if not (labelled or found):
        return None
    depth = _DEPTHS[str(labelled.lastgroup)] if labelled else int(found.known.code) if found else 0
    return _Level(depth, text[:start] + (found.known.text if found else ""), found.end if found else start)


def _repair_code(line: Line, level: _Level, version: str | None) -> Line | None:
    """Return the line with the code that belongs to the name on it; None where that is near to no name of the plan."""
    rest = line.text[level.end :]
    nodes = _nodes(level.depth, version) or _nodes(level.depth, None)
    starts = [word.start() for word in WORD.finditer(rest) if word.start() <= _CODE_REACH]
    named = [found for start in starts if (found := near(rest, start, _as_cut(nodes, rest[start:])))]
    nearest = min(named, key=lambda found: found.edits, default=None)
    if nearest is None:
        return None
    printed = _CODE.search(rest[: nearest.start])
    stated, code = arabic_digits(printed[0]) if printed else "", nearest.known.code
    low_confidence = tuple(figure for figure in line.low_confidence if arabic_digits(figure) not in (stated, code))
    between = " - " if level.depth < len(_DEPTHS) else " "
    text = f"{level.words.strip()} {code.translate(_THAI_DIGITS)}{between}{rest[nearest.start :]}"
    repaired = line.repaired if code == stated else (*line.repaired, code)
    return replace(line, text=text.lstrip(), low_confidence=low_confidence, repaired=repaired)


def _as_cut(nodes: Iterable[Known], text: str) -> list[Known]:
    """Return the names cut to the length of the text, which may have been cut itself."""
    size = max(len(shape(text.rstrip("% "))), _NAME_LETTERS_MIN)
    return [node_name(node.text, node.code, size) for node in nodes]


def _fiscal_year(line: Line) -> int | None:
    match = _YEAR.search(arabic_digits(line.text))
    return int(match["labelled"] or match["bracketed"]) if match else None


@cache
def _agencies() -> Sequence[Known]:
    names = {agency.agency_name for agency in agencies().values() if agency.agency_name}
    names |= {name for code in agencies() for name in other_names(code)}
    names |= {section.section_name for section in sections()}
    return list(map(agency_name, sorted(names)))


@cache
def _level_words() -> Sequence[Known]:
    return [label(word, str(_DEPTHS[level])) for level in _DEPTHS for word in _LEVELS[level]]


@cache
def _nodes(depth: int, version: str | None) -> Sequence[Known]:
    """Return the names on a level of a plan, or of all plans, with their codes."""
    return [
        node_name(node.name, node.code)
        for node in plan_nodes().values()
        if node.code.count(".") == depth - 1 and version in (None, node.plan_version)
    ]
