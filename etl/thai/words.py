"""Whether a line was broken within a word of Thai, as programs do that wrap text at a fixed width.

In come the texts on both sides of the break, out comes what stands between them: nothing, or a blank.
"""

import re
from bisect import bisect_left
from functools import cache, lru_cache

_REACH = 24  # letters on either side that are looked at
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
# No word begins with a vowel that follows its consonant, with a mark, or with a letter that is silent.
_NO_BEGINNING = re.compile(f"[{_MARKS}\u0e30\u0e32\u0e33\u0e45]|[ก-ฮ]\u0e4c")
# None ends with a vowel that leads, or with one that asks for another letter.
_NO_END = re.compile("[\u0e40-\u0e44\u0e31\u0e37][\u0e48-\u0e4b]?$")
_LAST_LETTERS = re.compile(f"[ก-ฮ\u0e30-\u0e3a\u0e40-\u0e4e]{{1,{_REACH}}}$")
_FIRST_LETTERS = re.compile(f"[ก-ฮ\u0e30-\u0e3a\u0e40-\u0e4e]{{1,{_REACH}}}(?!\\.)")  # no abbreviation
_BEGINNING_MAX = 12  # letters of a word before the break
_FEWER_MIN = 2


def between(before: str, after: str) -> str:
    """Return what stands between two texts that a line's end parts: a blank, or nothing within a word."""
    return "" if before and after and _is_within_word(before[-_REACH:], after[: _REACH + 1]) else " "


@lru_cache(maxsize=1024)
def _is_within_word(before: str, after: str) -> bool:
    """Tell whether the letters make no word apart, or fewer by two when together: `ดำ|เนินงาน`, not `การ|ดำเนินงาน`."""
    last, first = _LAST_LETTERS.search(before), _FIRST_LETTERS.match(after)
    if not last or not first:
        return False
    if _NO_BEGINNING.match(after) or _NO_END.search(before):
        return True
    if not _may_be_spanned(last[0], first[0]):
        return False
    apart = _words_in(last[0]) + _words_in(first[0])
    return apart - _words_in(last[0] + first[0]) >= _FEWER_MIN


def _may_be_spanned(last: str, first: str) -> bool:
    """Tell whether a known word begins with letters of the one and goes on with one of the other."""
    known = _sorted_words()
    for start in range(max(0, len(last) - _BEGINNING_MAX), len(last)):
        beginning = last[start:] + first[0]
        at = bisect_left(known, beginning)
        if at < len(known) and known[at].startswith(beginning):
            return True
    return False


def _words_in(letters: str) -> int:
    """Return the least number of words that letters are; a letter of no word counts for one."""
    words = _words()
    least = [0]
    for end in range(1, len(letters) + 1):
        least.append(min(least[start] + 1 for start in range(end) if end - start == 1 or letters[start:end] in words))
    return least[-1]


@cache
def _words() -> frozenset[str]:
    from pythainlp.corpus import thai_words  # takes longer to import than a form takes to read

    return thai_words()


@cache
def _sorted_words() -> list[str]:
    return sorted(_words())
