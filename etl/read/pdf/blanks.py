"""Whether a blank was where a line was broken: Thai is broken between words as at blanks, and a browser prints neither.

In comes what stands before and after the break, out comes whether a blank parted them. Nothing on the page tells, so
these are asked in turn, and the first that has an answer is believed:

* The document, and the names of plans and agencies: where the same letters stand within a line, there is a blank or is
  none.
* The letters: Thai is broken between its own letters without a blank, and anything after a hyphen or a stroke; beside
  digits, brackets, other scripts, ๆ and ฯ a line is broken only at a blank.
* Habit: `phrases.toml` lists words that are set off with a blank more often than not. Between others there was none.

The last is a guess, and more often right than wrong, no more. It is about prose: what breaks a code, an amount or a
date is decided by the letters, and no word for a status or in an agency's name is among those that are set off.
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
    """What a document tells of its own blanks; `text` is all that it prints, a line a printed line."""

    def __init__(self, text: str) -> None:
        self._text = text

    def has_blank(self, before: str, after: str) -> bool:
        """Tell whether a blank was where a line was broken between two texts, neither of which has one there."""
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
    """Tell whether words are set off from each other more often than not."""
    leads = not _ENDS.search(before) and _LEADS.search(before)
    if _OPENS.match(after):
        return not leads
    if _ACTS.match(after):
        return not leads and not _NAMES.search(before)
    return bool(_ABBREVIATION.match(after) or _CLOSES.search(before))
