"""Makes the lines of a page from what Tesseract writes about it: a text, and a table of words with their boxes."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import count, groupby
from math import atan2, cos, sin
from operator import attrgetter
from statistics import fmean, median
from typing import NamedTuple

from etl.read.layout import LEADING_MAX_EM, begins_line, may_be_within, was_full
from etl.read.ocr.figures import SURE_PCT, Found, figures_of, is_checked, is_sure
from etl.read.ocr.tables import Part, Strip
from etl.read.ocr.tesseract import Word, words_of
from etl.read.ocr.thai_digits import Box
from etl.read.ocr.tokens import Looks, seen_again, tokens_of
from etl.read.rows import lines_of_row
from etl.records import Line, Place
from etl.thai.text import clean

NOISE_PCT, NO_LINE_PCT = 80, 60  # a line's mean confidence; real lines have 77 and more, noise has 50 and less
_NUMBER = re.compile(r"[0-9]{3,}")
_WORD_OR_FIGURE = re.compile(r"[\w\u0e00-\u0e7f]{5}")
_NOISE = re.compile(r"(?:\t[^\d:%])+$")


# Tesseract writes nikhahit and า for ำ, and two เ for แ, which look the same.
_TYPED_AS = (("\u0e4d\u0e32", "\u0e33"), ("\u0e40\u0e40", "\u0e41"))
# The ring of ำ below a tone mark is taken for another mark.
_AM = re.compile("(?:([\u0e48-\u0e4b])[\u0e48-\u0e4c]|\u0e31([\u0e48-\u0e4b]))\u0e32")
_MARK_ON_DIGIT = re.compile("(?<=[0-9๐-๙])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+")  # a digit has no marks

# Lengths are in em, the size of the letters.
# Letters without marks give the size; digits do not, as their boxes hold their neighbours as well.
_PLAIN_LETTERS, _PLAIN_HEIGHT = re.compile("[กขคฉชซณดตถทธนบผพภมยรลวสหอา]+"), 0.6
_SAME_EDGE = 0.7
_PADDING_MAX_EM = 1.2  # text farther from the cell's edge is centred
_PAIR = 2  # a label and its value
_WHOLE_PAGE = Strip(Box(0, 0, 0, 0))
# A word with its number, such as a level of a plan.
_ORDINAL = re.compile(r"[\u0e01-\u0e4e]{2,20}ที่?\s*(?:[0-9๐-๙]|\S{1,6}\s+[-–—])")


class _Printed(NamedTuple):
    """A line as printed: text, figures, its middle in pixels from the top, and its place in em on a straight page."""

    text: str
    figures: list[Found]
    middle: int
    left: float
    right: float
    baseline: float


class _Checked(NamedTuple):
    """A line as printed, and the figures in it that are not certain."""

    printed: _Printed
    low_confidence: tuple[str, ...]


class _Block(NamedTuple):
    """A strip of the page and its paragraphs, each with those of its figures that are not certain."""

    strip: Strip
    paragraphs: list[tuple[str, tuple[str, ...]]]


def lines_of(text: str, table: str, page: int, first_line: int, looks: Looks, parts: Sequence[Part] = ()) -> list[Line]:
    """Return the lines of a page from what Tesseract writes about it: a text, and a table (TSV) of words with boxes.

    `looks` recognise places a second time. `parts` are the strips that the page was put together from, if it was. The
    cells of a row become one line with tabs between them.
    """
    printed, em = _printed(text, table, looks)
    boxes = [figure.box for line in printed for figure in line.figures if is_checked(figure)]
    seen = iter(looks.at_figures(boxes))
    checked = [
        _Checked(
            line,
            tuple(
                figure.text
                for figure in line.figures
                if not is_sure(figure, next(seen) if is_checked(figure) else None)
            ),
        )
        for line in printed
    ]
    lines: list[Line] = []
    for row, own in groupby(_paragraphs_of_parts(checked, parts, em), key=lambda block: block.strip.row is not None):
        blocks = list(own)
        first = first_line + len(lines)
        lines += _rows(blocks, page, first) if row else _plain(blocks, page, first)
    return lines


def _plain(blocks: Iterable[_Block], page: int, first_line: int) -> Iterator[Line]:
    """Yield the lines of blocks that stand below each other."""
    numbers = count(first_line)
    for block in blocks:
        for text, figures in block.paragraphs:
            yield Line(Place(page, next(numbers)), text, low_confidence=figures)


def _rows(cells: Sequence[_Block], page: int, first_line: int) -> Iterator[Line]:
    """Yield a line for each row of cells; where a row is a label and a value, further lines of the value follow."""
    numbers = count(first_line)
    for _, own in groupby(cells, key=lambda cell: cell.strip.row):
        row = list(own)
        texts = [[text for text, _ in cell.paragraphs] for cell in row]
        is_pair = len(row) == _PAIR
        joined = ["\n".join(cell) if is_pair and cell is texts[-1] else reduce(_joined, cell, "") for cell in texts]
        figures = [figure for cell in row for _, figures in cell.paragraphs for figure in figures]
        for text in lines_of_row(joined):
            low_confidence = tuple(figure for figure in figures if figure in text)
            yield Line(Place(page, next(numbers)), text, low_confidence=low_confidence)


def _joined(text: str, below: str) -> str:
    return f"{text}{'' if not text or may_be_within(text, below) else ' '}{below}"


def _paragraphs_of_parts(lines: Sequence[_Checked], parts: Sequence[Part], em: float) -> Iterator[_Block]:
    """Yield the paragraphs of each part of a page; without parts, the whole page is one."""
    if not parts:
        yield _Block(_WHOLE_PAGE, list(_paragraphs(lines, _margin(lines))))
        return
    of_part: list[list[_Checked]] = [[] for _ in parts]
    starts = [part.top for part in parts]
    for line in lines:
        of_part[max(bisect_right(starts, line.printed.middle) - 1, 0)].append(line)
    page = _margin([line for part, own in zip(parts, of_part, strict=True) if part.strip.row is None for line in own])
    for part, own in zip(parts, of_part, strict=True):
        margin = page if part.strip.row is None else _margin_of_cell(own, part.strip.box, em)
        paragraphs = list(_paragraphs(own, margin))
        if part.strip.row is not None:  # a gap inside a cell begins no other cell
            paragraphs = [(text.replace("\t", "  "), figures) for text, figures in paragraphs]
        yield _Block(part.strip, paragraphs)


def _margin(lines: Sequence[_Checked]) -> float:
    return max((line.printed.right for line in lines), default=0.0)


def _margin_of_cell(lines: Sequence[_Checked], box: Box, em: float) -> float:
    """Return how far to the right the lines of a cell may go, in em: as much room is left there as on the left."""
    padding = min((line.printed.left - box.left / em for line in lines), default=0.0)
    return box.right / em - min(max(padding, 0.0), _PADDING_MAX_EM)


def _printed(text: str, table: str, looks: Looks) -> tuple[list[_Printed], float]:
    """Return the lines as printed, and the size of their letters in pixels.

    `text` has the blanks, `table` the same letters with boxes and confidence: line by line they belong together.
    """
    texts = [line for line in text.replace("\f", "").split("\n") if line.strip()]
    by_line = [list(words) for _, words in groupby(words_of(table), key=attrgetter("line"))]
    lines = [(text, words) for text, words in zip(texts, by_line, strict=True) if not _is_noise(text, words)]
    straight = _straight([words for _, words in lines])
    tokens = seen_again([list(tokens_of(text, words, straight.em)) for text, words in lines], straight.em, looks)
    printed = [
        _Printed(
            _spelled("".join(token.before + token.text for token in line)),
            list(figures_of(line)),
            (words[0].box.top + words[0].box.bottom) // 2,
            *straight.span(words),
        )
        for line, (_, words) in zip(tokens, lines, strict=True)
    ]
    return printed, straight.em


def _spelled(text: str) -> str:
    text = _NOISE.sub("", clean(text).strip())
    for typed, meant in _TYPED_AS:
        text = text.replace(typed, meant)
    return _MARK_ON_DIGIT.sub("", _AM.sub("\\1\\2\u0e33", text))


def _is_noise(text: str, words: Sequence[Word]) -> bool:
    """Tell whether a line is only marks of another line, or noise: then its mean confidence is low.

    A line with a number of high confidence is a real one, whatever is left of its label.
    """
    mean_pct = fmean(word.confidence_pct for word in words)
    if mean_pct < NO_LINE_PCT:
        return not any(word.confidence_pct >= SURE_PCT and _NUMBER.fullmatch(word.text) for word in words)
    return mean_pct < NOISE_PCT and not _WORD_OR_FIGURE.search(text)


class _Straight(NamedTuple):
    """How far the lines of a page lean (radians), and the size of its letters (pixels)."""

    lean: float
    em: float

    def span(self, words: Sequence[Word]) -> tuple[float, float, float]:
        """Return the left and right end of a line and its base line, in em, turned so that lines are level."""
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


def _paragraphs(lines: Sequence[_Checked], margin: float) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the text of each paragraph, and the figures in it that are not certain."""
    text, figures = "", tuple[str, ...]()
    for above, line in zip([None, *lines], lines, strict=False):
        if above and _goes_on(above.printed, line.printed, margin):
            text, figures = _joined(text, line.printed.text), figures + line.low_confidence
            continue
        if above:
            yield text, figures
        text, figures = line.printed.text, line.low_confidence
    if lines:
        yield text, figures


def _goes_on(above: _Printed, line: _Printed, margin: float) -> bool:
    """Tell whether a line continues the line above it: that was full, and this begins below it without a label."""
    if line.baseline - above.baseline > LEADING_MAX_EM or abs(line.left - above.left) > _SAME_EDGE:
        return False
    is_new = begins_line(line.text) or _ORDINAL.match(line.text)
    return not is_new and was_full(above.right, line.text, line.right - line.left, margin)
