"""Recognised dates in the looks that exports give them: slashes, dashes, blanks, months and clocks put right."""

import re
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from etl.parse.grammar import shape
from etl.repair.near import DIGIT, LETTERS_PER_EDIT
from etl.thai.dates import MONTHS

_SLASH = r"[/17lI|J]"  # and what a slash between digits is taken for
_DASH = r"\s?[-–—]\s?"
_MIDNIGHT = r"[^\s\w:]{0,2}\s*[0๐oO][0๐oO1lI:.,]{4,12}"  # the only time that exports print
_GLUED_MIDNIGHT = r"[0๐]{2}(?::[0๐]{2}){2}(?:\.[0๐]{3})?"
_BROKEN = rf"(?P<day>[0-3][0-9]){_SLASH}(?P<month>[01][0-9]){_SLASH}(?P<year>2[45][0-9]{{2}})"
_SOUND = (
    rf"{DIGIT}{{1,2}}/{DIGIT}{{1,2}}/(?:{DIGIT}{{4}}|{DIGIT}{{2}})",
    rf"{DIGIT}{{4}}{_DASH}{DIGIT}{{2}}{_DASH}{DIGIT}{{2}}",
    rf"{DIGIT}{{2}}{_DASH}{DIGIT}{{2}}{_DASH}{DIGIT}{{4}}",
)
_NAMED = rf"(?P<dd>{DIGIT}{{1,2}})\s*(?P<name>[ก-๎][ก-๎. ]{{1,14}}?)[.,\s]*(?P<yy>{DIGIT}{{4}}|{DIGIT}{{2}})"
_DATE = re.compile(
    rf"\(?(?<!{DIGIT})(?:(?P<sound>{'|'.join(_SOUND)})|{_NAMED}|{_BROKEN})"
    rf"(?:(?P<glued>{_GLUED_MIDNIGHT})|(?!{DIGIT})\)?(?:{_MIDNIGHT})?)(?!{DIGIT})"
)
_BLANKS = re.compile(r"\s")


class Day(NamedTuple):
    """A date as an export prints it, the part of that which was put right (empty for none), and where it ended."""

    text: str
    repaired: str
    end: int


def read_day(text: str, start: int = 0) -> Day | None:
    """Return the date that stands at a place of the text; None where none does, or its month is near to no name."""
    match = _DATE.match(text, start)
    if match is None:
        return None
    if sound := match["sound"]:
        day = _BLANKS.sub("", sound)
        return Day(day, day if match["glued"] else "", match.end())
    if match["day"]:
        day = "/".join(match.group("day", "month", "year"))
        return Day(day, day, match.end())
    month = _month(shape(match["name"]))
    if month is None:
        return None
    return Day(f"{match['dd']} {month} {match['yy']}", "" if month == shape(match["name"]) else month, match.end())


def _month(letters: str) -> str | None:
    """Return the name of a month nearest to the letters, if just one is near enough."""
    edits = {name: Levenshtein.distance(letters, name) for name in MONTHS}
    least = min(edits.values())
    nearest = [name for name in MONTHS if edits[name] == least]
    return nearest[0] if len(nearest) == 1 and least <= max(1, len(nearest[0]) // LETTERS_PER_EDIT) else None
