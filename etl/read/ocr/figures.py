"""The figures on a line (numbers, dates, codes), and whether two results of recognition agree on them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from etl.read.ocr.tesseract import Seen, around
from etl.read.ocr.thai_digits import Box
from etl.read.ocr.tokens import Token
from etl.thai.dates import number_of_word

SURE_PCT = 85
_FIGURE = re.compile(r"[0-9๐-๙](?:[0-9๐-๙.,/:-]*[0-9๐-๙])?")
_DIGIT, _NO_DIGIT = re.compile("[0-9๐-๙]"), re.compile("[^0-9]")


class Found(NamedTuple):
    """A number, date or code in a line, and its box; `is_sure` is that of its token."""

    text: str
    confidence_pct: float
    box: Box
    is_sure: bool | None


def figures_of(line: Sequence[Token]) -> Iterator[Found]:
    """Yield the figures in a line, each with the lowest confidence of its letters and the box of its words.

    The word for a number counts as a figure if a second result did not confirm it.
    """
    for token in line:
        if token.is_sure is False and number_of_word(token.text):
            yield Found(token.text, 0.0, token.box, is_sure=False)
        for match in _FIGURE.finditer(token.text):
            own = token.of_letter[match.start() : match.end()] if token.is_sure is None else token.of_letter
            confidence_pct = min(word.confidence_pct for word in own)
            yield Found(match[0], confidence_pct, around(own), token.is_sure)


def is_checked(figure: Found) -> bool:
    """Tell whether the English model should check a figure: it knows no Thai digits, and is no help with one digit."""
    return len(figure.text) > 1 and figure.text.isascii()


def is_sure(figure: Found, seen: Seen | None) -> bool:
    """Tell whether a figure is certain: it agrees with the second result, `seen`; without one, by its confidence."""
    if not figure.text.isascii():
        return figure.is_sure is True
    is_confident = figure.confidence_pct >= SURE_PCT and figure.is_sure is None
    if seen is None:
        return is_confident
    again = _FIGURE.search(seen.text)
    if again is None or _NO_DIGIT.sub("", again[0]) != _NO_DIGIT.sub("", figure.text):
        return False
    # By itself, a figure often loses its point; with another character in its place it is another number.
    points = _DIGIT.sub("", again[0])
    return points == _DIGIT.sub("", figure.text) or (not points and is_confident)
