"""The lines of a page from what Tesseract writes of it: its text, and its table of words and boxes."""

import re
from collections.abc import Iterator, Sequence
from itertools import count, groupby
from math import atan2, cos, sin
from operator import attrgetter
from statistics import fmean, median
from typing import NamedTuple

from etl.read.layout import LEADING_MAX_EM, begins_line, may_be_within, was_full
from etl.read.ocr.figures import SURE_PCT, Found, figures_of, is_checked, is_sure
from etl.read.ocr.tesseract import Word, words_of
from etl.read.ocr.tokens import Looks, seen_again, tokens_of
from etl.records import Line, Place
from etl.thai.text import clean

NOISE_PCT, NO_LINE_PCT = 80, 60  # a line's mean confidence; real lines had 77 and more, noise 50 and less
_NUMBER = re.compile(r"[0-9]{3,}")
_WORD_OR_FIGURE = re.compile(r"[\w\u0e00-\u0e7f]{5}")
_NOISE = re.compile(r"(?:\t[^\d:%])+$")


# Nikhahit and า, which Tesseract prefers, and two เ, which look as แ does.
_TYPED_AS = (("\u0e4d\u0e32", "\u0e33"), ("\u0e40\u0e40", "\u0e41"))
# The ring of ำ below a tone mark is taken for another mark.
_AM = re.compile("(?:([\u0e48-\u0e4b])[\u0e48-\u0e4c]|\u0e31([\u0e48-\u0e4b]))\u0e32")

# Lengths are in em, the size of the letters.
_PLAIN_LETTERS, _PLAIN_HEIGHT = re.compile("[กขคฉชซณดตถทธนบผพภมยรลวสหอา]+"), 0.6  # digits come with their neighbours
_SAME_EDGE = 0.7
_ORDINAL = re.compile(r"[\u0e01-\u0e4e]{2,20}ที่?\s*(?:[0-9๐-๙]|\S{1,6}\s+[-–—])")  # such as a level of a plan


class _Printed(NamedTuple):
    """One line as printed, its figures, and where it stands on the page set straight, in em."""

    text: str
    figures: list[Found]
    left: float
    right: float
    baseline: float


def lines_of(text: str, table: str, page: int, first_line: int, looks: Looks) -> list[Line]:
    """Return the lines of a page from what Tesseract writes of it: its text, and its table (TSV) of words and boxes."""
    printed = _printed(text, table, looks)
    boxes = [figure.box for line in printed for figure in line.figures if is_checked(figure)]
    seen = iter(looks.at_figures(boxes))
    low_confidence = [
        tuple(one.text for one in line.figures if not is_sure(one, next(seen) if is_checked(one) else None))
        for line in printed
    ]
    numbers = count(first_line)
    return [
        Line(Place(page, number), text, low_confidence=figures)
        for number, (text, figures) in zip(numbers, _paragraphs(printed, low_confidence), strict=False)
    ]


def _printed(text: str, table: str, looks: Looks) -> list[_Printed]:
    """Return the lines as printed: the text has their blanks, the table the same letters with boxes and confidence."""
    texts = [line for line in text.replace("\f", "").split("\n") if line.strip()]
    by_line = [list(words) for _, words in groupby(words_of(table), key=attrgetter("line"))]
    lines = [(text, words) for text, words in zip(texts, by_line, strict=True) if not _is_noise(text, words)]
    straight = _straight([words for _, words in lines])
    tokens = seen_again([list(tokens_of(text, words, straight.em)) for text, words in lines], straight.em, looks)
    return [
        _Printed(
            _spelled("".join(token.before + token.text for token in line)),
            list(figures_of(line)),
            *straight.span(words),
        )
        for line, (_, words) in zip(tokens, lines, strict=True)
    ]


def _spelled(text: str) -> str:
    text = _NOISE.sub("", clean(text).strip())
    for typed, meant in _TYPED_AS:
        text = text.replace(typed, meant)
    return _AM.sub("\\1\\2\u0e33", text)


def _is_noise(text: str, words: Sequence[Word]) -> bool:
    """Tell whether a line is made of marks above or below another, or of noise: Tesseract is sure of hardly one.

    A line with a number that is sure is a line, whatever is left of its label.
    """
    mean_pct = fmean(word.confidence_pct for word in words)
    if mean_pct < NO_LINE_PCT:
        return not any(word.confidence_pct >= SURE_PCT and _NUMBER.fullmatch(word.text) for word in words)
    return mean_pct < NOISE_PCT and not _WORD_OR_FIGURE.search(text)


class _Straight(NamedTuple):
    """How far the lines of a page lean, in radians, and the size of its letters in pixels."""

    lean: float
    em: float

    def span(self, words: Sequence[Word]) -> tuple[float, float, float]:
        """Return the left and right end of a line and its base line, in em, as if the page lay straight."""
        first, last = words[0], words[-1]
        left, base = self._turned(first.box.left, first.box.bottom)
        right, _ = self._turned(last.box.right, last.box.bottom)
        return left, right, base

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        across, down = cos(self.lean), sin(self.lean)
        return (x * across + y * down) / self.em, (y * across - x * down) / self.em


def _straight(lines: Sequence[Sequence[Word]]) -> _Straight:
    words = [word for line in lines for word in line]
    plain = [word for word in words if _PLAIN_LETTERS.fullmatch(word.text)] or words
    em = median(word.box.bottom - word.box.top for word in plain) / _PLAIN_HEIGHT if plain else 1.0
    leans = [
        atan2(line[-1].box.bottom - line[0].box.bottom, line[-1].box.right - line[0].box.left)
        for line in lines
        if len(line) > 1
    ]
    return _Straight(median(leans) if leans else 0.0, max(em, 1.0))


def _paragraphs(
    lines: Sequence[_Printed], low_confidence: Sequence[tuple[str, ...]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the text of each paragraph and the figures in it that are not sure."""
    margin = max((line.right for line in lines), default=0.0)
    text, figures = "", tuple[str, ...]()
    for above, line, of_line in zip([None, *lines], lines, low_confidence, strict=False):
        if above and _goes_on(above, line, margin):
            blank = "" if may_be_within(text, line.text) else " "
            text, figures = f"{text}{blank}{line.text}", figures + of_line
            continue
        if above:
            yield text, figures
        text, figures = line.text, of_line
    if lines:
        yield text, figures


def _goes_on(above: _Printed, line: _Printed, margin: float) -> bool:
    """Tell whether a line goes on with the one above: that was full, and this begins under it, but nothing new."""
    if line.baseline - above.baseline > LEADING_MAX_EM or abs(line.left - above.left) > _SAME_EDGE:
        return False
    is_new = begins_line(line.text) or _ORDINAL.match(line.text)
    return not is_new and was_full(above.right, line.text, line.right - line.left, margin)
