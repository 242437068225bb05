"""Figures in Thai digits, read from their picture: Tesseract's model for Thai knows no ๔, ๖, ๗, ๘ and ๙ at all.

In comes the picture of one figure, out comes what is printed there and whether that is sure. Each mark is held against
a sheet of the digits in many typefaces, `thai_digits.png`; a typeface is taught by one more row on it.
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
CELL = 48  # pixels; of the sheet, for one sign
SHEET = resources.files("etl.reference") / "thai_digits.png"

_PALE = 205  # of a stroke thinner than a pixel, which parts a digit where it is taken for paper
_LIKENESS_MIN = 0.65  # 1 is the same; of a typeface on the sheet, worn digits had 0.75 and more
_SURE_LIKENESS_MIN = 0.8
_LEAD_MIN = 0.05  # of a sure sign before the next likely one; none that was wrong led by more than 0.03
_SIDE, _SOFT = 16, 0.8  # pixels, to which a mark is brought before it is compared
_ASPECT_WEIGHT = 0.15

_PIXELS_MIN = 4  # of a mark; less is dirt
_SMALL = 0.5  # of the tallest mark's height: dots, commas and dashes are smaller, digits are not
_WIDE, _CUT_FROM = 1.45, 0.25  # times as wide as high are two signs that touch, somewhere about the middle
_NARROW = 0.9  # times as wide as high a mark may be two signs, one of them a slash
_SLIM, _FLAT = 3, 1.5  # times as high as wide are brackets and the dots of a colon; times as wide as high are dashes
_SAME_COLUMN = 0.7  # of the narrower of two marks: then they are pieces of one

# In em: how far a digit reaches beyond what Tesseract takes for its letters.
_ABOVE, _BELOW = 0.35, 0.25

_WELL_FORMED = re.compile("[๐-๙]+(?:[.,:/-][๐-๙]+)*")

_Ink = npt.NDArray[np.float32]


class Box(NamedTuple):
    """Where something stands in a picture, in pixels from the left and the top."""

    left: int
    top: int
    right: int
    bottom: int


class Figure(NamedTuple):
    """A figure as read from its picture."""

    text: str
    is_sure: bool


class _Mark(NamedTuple):
    """A piece of ink, and where it stands in the picture; it ends before `right` and `bottom`."""

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
    """The sign that a mark is most like, how like, and by how much more than any other."""

    sign: str
    likeness: float
    lead: float


class _Sheet(NamedTuple):
    """The signs in all typefaces, ready to be compared: a row each, and for each sign which rows are it."""

    looks: _Ink
    aspects: _Ink
    rows: dict[str, list[int]]


def read_figure(page: Image.Image, box: Box, em: float) -> Figure | None:
    """Return the figure that stands about a box in a page in grey, whose letters have a size of `em` pixels.

    None where anything but Thai digits and their signs stands there. A box ends where the figure does to a letter or
    two: Tesseract's do. There is the widest gap; that of a blank. It is sure where dark ink alone says the same as with
    what is pale.
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
    """Return the marks between the widest gap near the one end and that near the other."""
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
    """Return the figure that marks are, without what stands round it: brackets, colons, an equals sign."""
    tallest = max((mark.height for mark in marks if not _is_slim(mark)), default=0)
    read = [_read(mark) if mark.height >= _SMALL * tallest else [] for mark in marks]
    own = [place for place, readings in enumerate(read) if _is_like(readings)]
    if not own:
        return None
    first, last = own[0], own[-1] + 1
    around = [*marks[:first], *marks[last:]]
    marks, read = marks[first:last], read[first:last]
    foot = median(mark.bottom for mark, readings in zip(marks, read, strict=True) if _is_like(readings))
    signs = [
        "".join(reading.sign for reading in readings) if _is_like(readings) else _other_sign(mark, tallest, foot)
        for mark, readings in zip(marks, read, strict=True)
    ]
    text = "".join(filter(None, signs))
    if None in signs or not _WELL_FORMED.fullmatch(text):
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
    """Return the sign that a mark is, or those that touch in it: where it is so wide, or else they are sure."""
    single = _read_sign(mark)
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
    return min(_read_sign(part).likeness for part in parts)


def _parts(mark: _Mark, column: int) -> Iterator[_Mark]:
    for ink in (mark.ink[:, :column], mark.ink[:, column:]):
        yield _cut(ink, ink > WHITE - _PALE)  # all of it may be pale


def _read_sign(mark: _Mark) -> _Reading:
    look, aspect = _look(mark)
    sheet = _sheet()
    of_rows = sheet.looks @ look - _ASPECT_WEIGHT * np.abs(sheet.aspects - aspect)
    likeness = sorted(((float(of_rows[rows].max()), sign) for sign, rows in sheet.rows.items()), reverse=True)
    return _Reading(likeness[0][1], likeness[0][0], likeness[0][0] - likeness[1][0])


def _other_sign(mark: _Mark, tallest: int, foot: float) -> str | None:
    """Return the sign that a mark is by its shape and place, of those that are no digits; None where it is none."""
    if _is_slim(mark):
        return ":"
    if mark.height >= _SMALL * tallest:
        return None
    if mark.width > mark.height * _FLAT:
        return "-"
    return "," if mark.bottom > foot + mark.width / 2 else "."


def _look(mark: _Mark) -> tuple[_Ink, float]:
    """Return a mark's ink in a square of one size and darkness, and its own shape: the logarithm of width by height."""
    square = Image.fromarray(mark.ink.astype(np.uint8)).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    look = np.asarray(square.filter(ImageFilter.GaussianBlur(_SOFT)), np.float32).ravel()
    look = look - look.mean()
    return look / max(float(np.linalg.norm(look)), 1.0), log(mark.width / mark.height)


@cache
def _sheet() -> _Sheet:
    ink = WHITE - np.asarray(Image.open(BytesIO(SHEET.read_bytes())).convert("L"), np.float32)
    looks: list[_Ink] = []
    aspects: list[float] = []
    rows: dict[str, list[int]] = {sign: [] for sign in SIGNS}
    for top in range(0, ink.shape[0], CELL):
        for sign, left in zip(SIGNS, range(0, ink.shape[1], CELL), strict=True):
            cell = ink[top : top + CELL, left : left + CELL]
            if cell.any():
                look, aspect = _look(_cut(cell, cell > WHITE - DARK))
                rows[sign].append(len(looks))
                looks.append(look)
                aspects.append(aspect)
    return _Sheet(np.stack(looks), np.array(aspects, np.float32), rows)


def _marks(ink: _Ink, dark: npt.NDArray[np.bool_]) -> Iterator[_Mark]:
    """Yield the marks from left to right, pieces that stand above each other as one."""
    pieces = _pieces(dark)
    columns: list[npt.NDArray[np.bool_]] = []
    for number in sorted(set(pieces[dark].tolist()), key=lambda one: _span(pieces == one)):
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
    """Return a number for each connected piece in all of its pixels: the greatest spreads until nothing changes."""
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


def _is_one_column(one: tuple[int, int], other: tuple[int, int]) -> bool:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared >= _SAME_COLUMN * min(one[1] - one[0], other[1] - other[0])


def _cut(ink: _Ink, piece: npt.NDArray[np.bool_]) -> _Mark:
    """Return a piece as a mark, with its soft edge and without what else stands beside it."""
    rows, (left, right) = np.flatnonzero(piece.any(1)), _span(piece)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    near = np.zeros_like(piece)
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            near |= np.roll(piece, (down, across), (0, 1))
    return _Mark(left, top, right, bottom, np.where(near, ink, 0)[top:bottom, left:right])
