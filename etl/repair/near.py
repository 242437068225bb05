"""Known words found in what was recognised: the one that is near in shape, within a tolerance.

The tolerance counts edits: letters that are missing, too many or other ones. Tone marks, blanks and dots are no letters
of a shape, so that losing them costs nothing.
"""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

from etl.parse.grammar import shape

LETTERS_PER_EDIT = 5
EDITS_MAX = 2  # of a label: with three, one phrase of prose can become another
LETTERS_PER_EDIT_OF_NAME = 10  # the names of two districts may differ in two letters

DIGIT = "[0-9๐-๙]"
FIGURE = rf"{DIGIT}(?:[0-9๐-๙.,]*{DIGIT})?"
WORD = re.compile(r"[^\W_]\S*")

_LOST = re.compile(r"[\s.\u0e48-\u0e4c]")
_TONE_MARKS = "\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
_ANYTHING = re.compile("")
_THAI_RUN = re.compile("[\u0e01-\u0e4e]+")


class Known(NamedTuple):
    """A known word: its shape, up to how many edits away it is still meant, and the code or number that it has."""

    text: str
    shape: str
    edits_max: int
    code: str = ""


class Found(NamedTuple):
    """A known word near to what stands in a text, so many edits away, and where that begins and ends."""

    known: Known
    edits: int
    start: int
    end: int


def label(text: str, code: str = "") -> Known:
    """Return a label, or a word of a vocabulary: one edit is allowed, or two of ten letters or more."""
    letters = shape(text)
    return Known(text, letters, max(1, min(EDITS_MAX, len(letters) // LETTERS_PER_EDIT)), code)


def agency_name(text: str) -> Known:
    """Return the name of an agency: one edit is allowed for every ten letters."""
    letters = shape(text)
    return Known(text, letters, len(letters) // LETTERS_PER_EDIT_OF_NAME)


def node_name(text: str, code: str, letters_max: int | None = None) -> Known:
    """Return the name of a node of a plan, perhaps its beginning: one edit is allowed for every five letters."""
    letters = shape(text)[:letters_max]
    return Known(text, letters, len(letters) // LETTERS_PER_EDIT, code)


def strings(table: Any) -> list[str]:
    """Return all texts in a table of reference words, however deep."""
    if isinstance(table, str):
        return [table]
    values = table.values() if isinstance(table, dict) else table if isinstance(table, list) else []
    return [text for value in values for text in strings(value)]


def near(text: str, start: int, words: Sequence[Known], *, ends: re.Pattern[str] = _ANYTHING) -> Found | None:
    """Return the known word nearest to what begins at a place of the text and ends before `ends`.

    Of several that are as near it is the longest; None where none is near, or two of that length are.
    """
    letters_max = max((len(known.shape) + known.edits_max for known in words), default=0) + 1
    places = list(islice((place for place in range(start, len(text)) if not _LOST.match(text[place])), letters_max))
    letters = "".join(text[place] for place in places)
    if not letters:
        return None
    found: list[Found] = []
    for known in words:
        if not (letters[0].isalnum() or letters[0] == known.text[0]):
            continue
        for edits, size in _edits(letters, known):
            end = _behind_marks(text, places[size - 1] + 1)
            if ends.match(text, end):
                found.append(Found(known, edits, start, end))
                break
    best = min(map(_rank, found), default=None)
    nearest = [word for word in found if _rank(word) == best]
    return nearest[0] if len({(word.known.shape, word.known.code) for word in nearest}) == 1 else None


def find(text: str, start: int, words: Sequence[Known]) -> Found | None:
    """Return the nearest of the known words that begins where Thai begins in the text, from a place on."""
    places = [run.start() for run in _THAI_RUN.finditer(text) if run.start() >= start]
    found = [word for place in places if (word := near(text, place, words))]
    return min(found, key=lambda word: word.edits, default=None)


def _rank(found: Found) -> tuple[int, int]:
    return found.edits, -len(found.known.shape)


def _edits(letters: str, known: Known) -> list[tuple[int, int]]:
    """Return how many edits away the first letters are from the known word, and how many letters, the nearest first.

    A digit behind a word is no letter of it, but the beginning of a value.
    """
    size = len(known.shape)
    sizes = range(max(1, size - known.edits_max), min(size + known.edits_max, len(letters)) + 1)
    edits = (
        (Levenshtein.distance(letters[:end], known.shape, score_cutoff=known.edits_max), abs(end - size), end)
        for end in sizes
        if known.shape[-1].isdigit() or not letters[end - 1].isdigit()
    )
    return [(count, end) for count, _, end in sorted(edits) if count <= known.edits_max]


def _behind_marks(text: str, place: int) -> int:
    """Return the place behind the tone marks that stand at a place."""
    while place < len(text) and text[place] in _TONE_MARKS:
        place += 1
    return place
