"""Thai text that was damaged before it came here: the signs of damage, and how many of each are too many.

In comes a document's text, out comes what is wrong with it, or None. A sign may also be a slip of the pen: it counts
from a share of the text on. Beside each limit is the greatest share in sound text: a real form, sixty pages, names of
agencies and plans, and scans of forms.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}".encode()
_LOST_MAY_BEGIN_WITH = (b"\xee", b"\xef")
# A cut at the end of a line costs a letter and says nothing of the rest: fields are cut at a number of bytes.
_LOST = re.compile("[\ufffd\ue000-\uf8ff](?!\r|\n|$)")
_LOST_LETTER = re.compile("[?](?=[?\u0e01-\u0e4e])")  # a real question mark ends a word
_ENTITY = re.compile("&#(?:3[56][0-9]{2}|[xX]0?[eE][0-5][0-9a-fA-F]);")
# A blank after a vowel that leads its consonant, or before what stands after, above or below one.
_TORN = re.compile(" (?:(?<=[เ-ไ] )|(?=[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]))")
_MISREAD = tuple(first_bytes.decode("cp874") for first_bytes in (b"\xe0\xb8", b"\xe0\xb9"))
_ONLY_WITH_AA = ("การ", "งาน", "ความ")  # no export is without them, and with ำ none of them is a word
_WITH_AM = tuple(word.replace("\u0e32", "\u0e33") for word in _ONLY_WITH_AA)


class _Text(NamedTuple):
    """A text and its UTF-8, where a Thai letter is three bytes, the first of them 0xE0, and bytes are counted fast."""

    text: str
    utf_8: bytes
    characters: int
    thai_letters: int


class _Sign(NamedTuple):
    """A sign of damage: what it means, how often a text shows it, of how many, and the share where damage begins.

    Below `times_min` it is a slip in a short page, or says nothing in so short a text.
    """

    meaning: str
    count: Callable[[_Text], int]
    of: Callable[[_Text], int]
    share_max: float
    times_min: int = 3


def damage(text: str) -> str | None:
    """Return what is wrong with a text as a whole, in words, or None when it is sound."""
    utf_8 = text.encode("utf-8", "replace")
    counted = _Text(text, utf_8, len(text), utf_8.count(b"\xe0"))
    for sign in _SIGNS:
        count = sign.count(counted)
        if count >= sign.times_min and count > sign.share_max * (of := sign.of(counted)):
            return f"{sign.meaning} ({count} of {of})"
    return None


def _characters(counted: _Text) -> int:
    return counted.characters


def _thai_letters(counted: _Text) -> int:
    return counted.thai_letters


def _matches(pattern: re.Pattern[str], counted: _Text) -> int:
    return len(pattern.findall(counted.text))


def _occurrences(parts: tuple[str, ...], counted: _Text) -> int:
    return sum(map(counted.text.count, parts))


def _lost(counted: _Text) -> int:
    return _matches(_LOST, counted) if any(map(counted.utf_8.__contains__, _LOST_MAY_BEGIN_WITH)) else 0


def _foreign(counted: _Text) -> int:
    """Return how many bytes more than one the letters of other scripts take; blanks, dashes and rules are of none."""
    known = 2 * (counted.thai_letters + counted.utf_8.count(b"\xe2")) + counted.utf_8.count(_NO_BREAK_SPACE)
    return len(counted.utf_8) - counted.characters - known


def _beginnings(counted: _Text) -> int:
    return counted.utf_8.count(b" \xe0")


_AA_AND_AM = partial(_occurrences, (*_ONLY_WITH_AA, *_WITH_AM))
_SIGNS = (
    _Sign("characters were lost", _lost, _characters, 0.001),  # sound: none
    _Sign("letters became question marks", partial(_matches, _LOST_LETTER), _characters, 0.01),  # sound: none
    _Sign("letters stand as entities of HTML", partial(_matches, _ENTITY), _characters, 0.005),  # sound: none
    _Sign("UTF-8 was read as TIS-620", partial(_occurrences, _MISREAD), _thai_letters, 0.05, 20),  # sound: 0.01
    _Sign("Thai was read in another encoding", _foreign, _characters, 0.1),  # sound: 0.01
    _Sign("า became ำ", partial(_occurrences, _WITH_AM), _AA_AND_AM, 0.05),  # sound: none
    _Sign("blanks tear syllables apart", partial(_matches, _TORN), _thai_letters, 0.005),  # sound: none
    _Sign("blanks part letters", _beginnings, _thai_letters, 0.3, 20),  # sound: 0.1
)
