"""Reads figures in Thai digits from their picture: Tesseract's model for Thai does not know ๔, ๖, ๗, ๘ and ๙.

In comes a page and the box of one figure. Out comes what is printed there, and whether that is certain. Each mark of
ink is compared with a sheet of the digits in many typefaces, `thai_digits.png`. A new typeface is one more row of it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from io import BytesIO
from math import log
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from etl.read.ocr.scan import DARK, WHITE

SIGNS = "๐๑๒๓๔๕๖๗๘๙/"  # the columns of the sheet
CELL = 48  # pixels; side of the sheet's cell for one character
SHEET = resources.files("etl.reference") / "thai_digits.png"

_PALE = 205  # strokes thinner than a pixel are so pale; taken for paper, they would break a digit in two
_LIKENESS_MIN = 0.65  # 1 is equal; worn digits of a typeface on the sheet have 0.75 and more
_SURE_LIKENESS_MIN = 0.8
_LEAD_MIN = 0.05  # how far the best character must be ahead of the next; wrong ones were ahead by 0.03 at most
_SIDE, _SOFT = 16, 0.8  # pixels; side of a mark and its blur when it is compared
_ASPECT_WEIGHT = 0.15

_PIXELS_MIN = 4  # of a mark; less is noise
_SMALL = 0.5  # of the tallest mark's height: dots, commas and dashes are smaller, digits are not
_WIDE, _CUT_FROM = 1.45, 0.25  # width by height from which a mark is two characters; where they meet, at least
_NARROW = 0.9  # width by height, from which a mark may be a digit and a slash
_SLIM, _FLAT = 3, 1.5  # height by width of brackets and colons; width by height of dashes
_SAME_COLUMN = 0.7  # of the width of the narrower of two pieces: sharing so much, they are one mark

# In em: how far a digit may reach above and below the box that Tesseract gives.
_ABOVE, _BELOW = 0.35, 0.25

_WELL_FORMED = re.compile("[๐-๙]+(?:[.,:/-][๐-๙]+)*")

_Ink = npt.NDArray[np.float32]


class Box(NamedTuple):
    """A place in a picture, in pixels from the left and from the top."""

    left: int
    top: int
    right: int
    bottom: int


class Figure(NamedTuple):
    """A figure as read from its picture, and whether it is certain."""

    text: str
    is_sure: bool


class _Mark(NamedTuple):
    """A mark of ink and its box in the picture; `right` and `bottom` are the first pixels behind it."""

    left: int
    top: int
    right: int
    bottom: int
    ink: _Ink

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


class _Reading(NamedTuple):
    """The character that a mark looks most like, how much so, and how far that is ahead of the next character."""

    character: str
    likeness: float
    lead: float


class _Sheet(NamedTuple):
    """The characters in all typefaces, ready to be compared: a row for each, and the rows of each character."""

    looks: _Ink
    aspects: _Ink
    rows: dict[str, list[int]]


def read_figure(page: Image.Image, box: Box, em: float) -> Figure | None:
    """Return the figure at a box of a page in grey, or None where anything but Thai digits and `/.,:-` stands there.

    `em` is the size of the page's letters in pixels. The box, which is Tesseract's, may be a letter or two too short or
    too long. The widest gap near each of its ends is taken for the blank beside the figure. The figure is certain only
    if it is the same with pale ink and without.
    """
    left, top = max(round(box.left - 2 * em), 0), max(round(box.top - _ABOVE * em), 0)
    right, bottom = min(round(box.right + 2 * em), page.width), min(round(box.bottom + _BELOW * em), page.height)
    ink = WHITE - np.asarray(page.crop((left, top, right, bottom)), np.float32)
    figures = []
    for dark in (DARK, _PALE):
        found = [mark for mark in _marks(ink, ink > WHITE - dark) if mark.top > 0 and mark.bottom < ink.shape[0]]
        figures.append(_figure(_between_gaps(found, box.left - left, box.right - left, em)))
    longest = max(filter(None, figures), key=lambda figure: (len(figure.text), figure.is_sure), default=None)
    is_same = all(figure and longest and figure.text == longest.text for figure in figures)
    return longest and longest._replace(is_sure=longest.is_sure and is_same)


def _between_gaps(marks: Sequence[_Mark], left: float, right: float, em: float) -> Sequence[_Mark]:
    """Return the marks between the widest gap near the left end and the widest gap near the right end."""
    edges = [-em, *(mark.right for mark in marks)], [*(mark.left for mark in marks), right + 3 * em]
    gaps = [(end - start, start, end) for start, end in zip(*edges, strict=True)]
    middle = (left + right) / 2
    before = [gap for gap in gaps if left - em <= gap[2] <= min(left + em / 2, middle + em / 4)]
    behind = [gap for gap in gaps if max(right - em / 2, middle - em / 4) <= gap[1] <= right + em]
    if not before or not behind:
        return ()
    first, last = max(before)[2], max(behind)[1]
    return [mark for mark in marks if first <= mark.left and mark.right <= last]


def _figure(marks: Sequence[_Mark]) -> Figure | None:
    """Return the figure that the marks are, without brackets, colons or an equals sign around it; None for none."""
    tallest = max((mark.height for mark in marks if not _is_slim(mark)), default=0)
    read = [_read(mark) if mark.height >= _SMALL * tallest else [] for mark in marks]
    own = [place for place, readings in enumerate(read) if _is_like(readings)]
    if not own:
        return None
    first, last = own[0], own[-1] + 1
    around = [*marks[:first], *marks[last:]]
    marks, read = marks[first:last], read[first:last]
    foot = median(mark.bottom for mark, readings in zip(marks, read, strict=True) if _is_like(readings))
    characters = [
        "".join(reading.character for reading in readings) if _is_like(readings) else _no_digit(mark, tallest, foot)
        for mark, readings in zip(marks, read, strict=True)
    ]
    text = "".join(filter(None, characters))
    if None in characters or not _WELL_FORMED.fullmatch(text):
        return None
    is_sure = all(
        reading.likeness >= _SURE_LIKENESS_MIN and reading.lead >= _LEAD_MIN
        for readings in read
        if _is_like(readings)
        for reading in readings
    ) and not any(_may_be_digit(mark, tallest) for mark in around)
    return Figure(text, is_sure)


def _is_like(readings: Sequence[_Reading]) -> bool:
    return bool(readings) and min(reading.likeness for reading in readings) >= _LIKENESS_MIN


def _is_slim(mark: _Mark) -> bool:
    return mark.height >= _SLIM * mark.width


def _may_be_digit(mark: _Mark, tallest: int) -> bool:
    return mark.height >= _SMALL * tallest and not _is_slim(mark) and mark.width < _WIDE * mark.height


def _read(mark: _Mark) -> list[_Reading]:
    """Return the character that a mark is, or the characters that touch in it.

    It is cut in two if it is very wide, or if it is no certain character and both halves are.
    """
    single = _read_character(mark)
    is_wide = mark.width >= _WIDE * mark.height
    if mark.width < _NARROW * mark.height or (not is_wide and single.likeness >= _SURE_LIKENESS_MIN):
        return [single]
    columns = range(max(round(_CUT_FROM * mark.width), 1), round((1 - _CUT_FROM) * mark.width))
    if not columns:
        return [single]
    pair = max((list(_parts(mark, column)) for column in columns), key=_likeness)
    if is_wide or _likeness(pair) >= _SURE_LIKENESS_MIN:
        return [reading for part in pair for reading in _read(part)]
    return [single]


def _likeness(parts: Sequence[_Mark]) -> float:
    return min(_read_character(part).likeness for part in parts)


def _parts(mark: _Mark, column: int) -> Iterator[_Mark]:
    for ink in (mark.ink[:, :column], mark.ink[:, column:]):
        yield _cut(ink, ink > WHITE - _PALE)  # all of a part may be pale


def _read_character(mark: _Mark) -> _Reading:
    """Return the character of the sheet that a mark looks most like."""
    look, aspect = _look(mark)
    sheet = _sheet()
    of_rows = sheet.looks @ look - _ASPECT_WEIGHT * np.abs(sheet.aspects - aspect)
    likeness = sorted(((float(of_rows[rows].max()), drawn) for drawn, rows in sheet.rows.items()), reverse=True)
    return _Reading(likeness[0][1], likeness[0][0], likeness[0][0] - likeness[1][0])


def _no_digit(mark: _Mark, tallest: int, foot: float) -> str | None:
    """Return the punctuation that a mark is by its shape and place; None where it is none."""
    if _is_slim(mark):
        return ":"
    if mark.height >= _SMALL * tallest:
        return None
    if mark.width > mark.height * _FLAT:
        return "-"
    return "," if mark.bottom > foot + mark.width / 2 else "."


def _look(mark: _Mark) -> tuple[_Ink, float]:
    """Return a mark scaled to one size and darkness, and its shape: the logarithm of width by height."""
    square = Image.fromarray(mark.ink.astype(np.uint8)).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    look = np.asarray(square.filter(ImageFilter.GaussianBlur(_SOFT)), np.float32).ravel()
    look = look - look.mean()
    return look / max(float(np.linalg.norm(look)), 1.0), log(mark.width / mark.height)


@cache
def _sheet() -> _Sheet:
    ink = WHITE - np.asarray(Image.open(BytesIO(SHEET.read_bytes())).convert("L"), np.float32)
    looks: list[_Ink] = []
    aspects: list[float] = []
    rows: dict[str, list[int]] = {drawn: [] for drawn in SIGNS}
    for top in range(0, ink.shape[0], CELL):
        for drawn, left in zip(SIGNS, range(0, ink.shape[1], CELL), strict=True):
            cell = ink[top : top + CELL, left : left + CELL]
            if cell.any():
                look, aspect = _look(_cut(cell, cell > WHITE - DARK))
                rows[drawn].append(len(looks))
                looks.append(look)
                aspects.append(aspect)
    return _Sheet(np.stack(looks), np.array(aspects, np.float32), rows)


def _marks(ink: _Ink, dark: npt.NDArray[np.bool_]) -> Iterator[_Mark]:
    """Yield the marks from left to right; pieces above each other are one mark."""
    pieces = _pieces(dark)
    columns: list[npt.NDArray[np.bool_]] = []
    for number in sorted(set(pieces[dark].tolist()), key=lambda number: _span(pieces == number)):
        piece = pieces == number
        if piece.sum() < _PIXELS_MIN:
            continue
        if columns and _is_one_column(_span(columns[-1]), _span(piece)):
            columns[-1] |= piece
        else:
            columns.append(piece)
    for piece in columns:
        yield _cut(ink, piece)


def _pieces(dark: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return for each dark pixel the number of its connected piece: the greatest number in it, spread step by step."""
    numbers = np.pad(np.where(dark, np.arange(1, dark.size + 1).reshape(dark.shape), 0), 1)
    while True:
        spread = numbers.copy()
        for axis in (0, 1):
            spread = np.maximum(spread, np.maximum(np.roll(spread, 1, axis), np.roll(spread, -1, axis)))
        spread[numbers == 0] = 0
        if (spread == numbers).all():
            return numbers[1:-1, 1:-1]
        numbers = spread


def _span(piece: npt.NDArray[np.bool_]) -> tuple[int, int]:
    columns = np.flatnonzero(piece.any(0))
    return int(columns[0]), int(columns[-1]) + 1


def _is_one_column(span: tuple[int, int], other: tuple[int, int]) -> bool:
    shared = min(span[1], other[1]) - max(span[0], other[0])
    return shared >= _SAME_COLUMN * min(span[1] - span[0], other[1] - other[0])


def _cut(ink: _Ink, piece: npt.NDArray[np.bool_]) -> _Mark:
    """Return a piece as a mark: with its soft edge, and without other ink in its box."""
    rows, (left, right) = np.flatnonzero(piece.any(1)), _span(piece)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    near = np.zeros_like(piece)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            near |= np.roll(piece, (down, across), (0, 1))
    return _Mark(left, top, right, bottom, np.where(near, ink, 0)[top:bottom, left:right])
