"""What stands above the headline of a project page: its title and code, the agency and the fiscal year."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from etl.families.project_page.lines import CODE_AT_END, NUMBER, text_of
from etl.parse.grammar import Text
from etl.records import Line, Place

_ENDING_LINES_MAX = 6  # over which the code behind a title may be wrapped
# What stands where a title has its code, and is none: it has half of a code's digits at least.
_BROKEN_CODE_AT_END = re.compile(r":\s*(?=(?:[^:\d]{0,9}\d){6})(?P<end>[^\s:]{1,12}[-–—‐‑][^\s:]{0,12})[*\s]*$")
_YEAR_AT_END = re.compile(r":\s*\((?P<end>[^()]{0,12})\)\s*$")


class Head(NamedTuple):
    """What stands above the headline: title and code, agency and year, the number of the chart, and other lines."""

    title: Text | None
    code: Text | None
    agency: Text | None
    year: Text | None
    numbers: list[Text]
    unplaced: list[Line]


def read_head(lines: Sequence[Line]) -> Head:
    """Part the lines above the headline by how they end: a title in a code, an agency in a year, each perhaps wrapped.

    What ends in neither is an old page's agency if it follows the title, or a title that lost its code if it stands
    before the agency.
    """
    title = code = agency = year = None
    numbers: list[Text] = []
    unplaced: list[Line] = []
    blocks: list[list[Line]] = [[]]
    for line in lines:
        if not line.text.strip() or NUMBER.fullmatch(line.text):
            numbers += [Text(line.place, line.text)] if line.text.strip() else []
            blocks.append([])
            continue
        blocks[-1].append(line)
        end = " ".join(line.text for line in blocks[-1][-_ENDING_LINES_MAX:])
        if not (CODE_AT_END.search(end) or _BROKEN_CODE_AT_END.search(end) or _YEAR_AT_END.search(end)):
            continue
        joined = text_of(blocks[-1])
        text = " ".join(joined.lines)
        if code is None and (match := CODE_AT_END.search(text) or _BROKEN_CODE_AT_END.search(text)):
            title, code = _before(match, joined.place), Text(line.place, match["end"])
            blocks[-1] = []
        elif code and CODE_AT_END.search(line.text):
            unplaced.append(blocks[-1].pop())
        elif year is None and (match := _YEAR_AT_END.search(text if code else line.text)):
            agency, year = _before(match, joined.place if code else line.place), Text(line.place, match["end"])
            blocks[-1:] = [[] if code else blocks[-1][:-1], []]
    left = [block for block in blocks if block]
    if title and agency is None:
        after = title.place
        agency = _take_block(left, lambda place: place.line > after.line, 0)
    elif agency and title is None:
        before = agency.place
        title = _take_block(left, lambda place: place.line < before.line, -1)
    return Head(title, code, agency, year, numbers, unplaced + [line for block in left for line in block])


def _before(match: re.Match[str], place: Place) -> Text:
    """Return what stands before an ending, without the colon that parts them."""
    return Text(place, match.string[: match.start()].rstrip(" :\t"))


def _take_block(blocks: list[list[Line]], stands_there: Callable[[Place], bool], which: int) -> Text | None:
    """Take the first or last of the blocks that stand there out of the list."""
    there = [block for block in blocks if stands_there(block[0].place)]
    if not there:
        return None
    blocks.remove(there[which])
    return Text(there[which][0].place, " ".join(line.text for line in there[which]))
