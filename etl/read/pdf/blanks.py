"""Decides whether there was a blank where a line was broken. Thai lines break at blanks and between words.

In come the texts before and after the break, out comes whether a blank stood between them. The page does not show it,
so these are asked in turn, and the first answer counts:

* The document, and the names of plans and agencies: the same letters elsewhere within a line, with a blank or without.
* The letters: without a blank, a line can only be broken between Thai letters, or after a hyphen or a slash. Beside
  digits, brackets, other scripts, ๆ and ฯ it is broken at a blank.
* Habit: `phrases.toml` lists words that usually have a blank before or after them. Between other words is none.

The last is a guess that is right more often than wrong. It only concerns prose: for codes, amounts and dates the
letters decide, and no status or word of an agency's name is among those words.
"""

import re
from functools import cache

from etl.read.layout import may_be_within
from etl.reference import agencies, plan_nodes, words

_PHRASES = words("phrases")
_ABBREVIATION = re.compile("[\u0e01-\u0e2e]{1,4}\\.")
_OPENS = re.compile("|".join(_PHRASES["opening"]))
_ACTS = re.compile("|".join(_PHRASES["acting"]))
_CLOSES = re.compile(f"(?:{'|'.join(_PHRASES['closing'])})$")
_ENDS = re.compile(f"(?:{'|'.join(_PHRASES['ending'])})$")
_LEADS = re.compile(f"(?:{'|'.join(_PHRASES['leading'])})$")
_NAMES = re.compile(f"(?:{'|'.join(_PHRASES['naming'])})$")
_KNOWN_BY = 4  # characters on either side
_LOOKED_AT = 16


@cache
def _official_names() -> str:
    """Return the names of plans and agencies, a line each."""
    names = [node.name for node in plan_nodes().values()]
    return "\n".join([*names, *(agency.agency_name or "" for agency in agencies().values())])


class Blanks:
    """Answers for one document; `text` is all that is printed in it, with its line ends."""

    def __init__(self, text: str) -> None:
        self._text = text

    def has_blank(self, before: str, after: str) -> bool:
        """Tell whether a blank stood between two texts where a line was broken; neither has a blank at that end."""
        known_before, known_after = before[-_KNOWN_BY:], after[:_KNOWN_BY]
        for text in (self._text, _official_names()):
            is_with = f"{known_before} {known_after}" in text
            is_without = f"{known_before}{known_after}" in text
            if is_with != is_without:
                return is_with
        if not may_be_within(before, after):
            return True
        return _is_set_off(before[-_LOOKED_AT:], after)


def _is_set_off(before: str, after: str) -> bool:
    """Tell whether a blank usually stands between two such words."""
    leads = not _ENDS.search(before) and _LEADS.search(before)
    if _OPENS.match(after):
        return not leads
    if _ACTS.match(after):
        return not leads and not _NAMES.search(before)
    return bool(_ABBREVIATION.match(after) or _CLOSES.search(before))
