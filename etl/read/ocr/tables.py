"""Takes a page apart into strips: cells of tables, with rules or without, and the text between them.

In comes a straight page in grey. Out comes a page on which its strips stand below each other, with the list of them. A
strip is text that has to be recognised by itself: a cell, which knows its row and column, or text outside of cells,
over the whole width of the page.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from etl.read import columns
from etl.read.ocr.scan import DARK, WHITE
from etl.read.ocr.thai_digits import Box

_DARK = 190  # rules are darker than this: they are thin, and often grey
_RULE_SHARE = 33  # a part of the page's width; few strokes of letters are so long
_GAP_SHARE = 120  # a part of the page's width; the longest break in a rule
_CELL_MIN_SHARE = 90  # a part of the page's width; the shortest side of a cell
_FILLED_MIN = 0.8  # of its box that a cell must fill
_HEIGHT_MAX = 0.6  # of the page's height; what is higher is the frame of the page
_LETTER_MIN, _LETTER_HEIGHT = 8, 0.6  # pixels, of any letter; em, of most letters
_ACROSS_MIN = 0.4  # of the page's width; a shorter rule separates no rows
_END_SHARE = 400  # a part of the page's width; so far before the end of its table a rule may end
_TABLE_SHAPE_MAX = 20  # height by width, at most, of a table
_STRIP_GAP_SHARE = 60  # a part of the page's width; the gap between strips

Mask = npt.NDArray[np.uint8]


class Strip(NamedTuple):
    """A part of a page to recognise by itself; `row` and `column` are those of a cell, `row` is None for other text."""

    box: Box
    row: int | None = None
    column: int = 0


class Part(NamedTuple):
    """A strip, and its top and bottom on the page of strips, in pixels."""

    strip: Strip
    top: int
    bottom: int


class _Rules(NamedTuple):
    """The pixels of horizontal and of vertical rules."""

    level: Mask
    upright: Mask


def taken_apart(page: Image.Image) -> tuple[Image.Image, list[Part]]:
    """Return the page without rules and with its strips below each other, and the strips; none without a table."""
    rules = _rules_of(page)
    cells = _boxes_of(rules)
    page = _without(page, rules)
    dark = np.asarray(page) < DARK
    outside = dark.copy()
    for box in cells:
        outside[_slices(box)] = False
    cells += [Box(*cell) for cell in columns.boxes_of(outside, _letter_size(dark), _heights(rules))]
    if not cells:
        return page, []
    return _one_below_the_other(page, _strips_of(cells, dark))


def _letter_size(dark: npt.NDArray[np.bool_]) -> float:
    """Return the size of the letters on a page in pixels."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    letters = heights[heights >= _LETTER_MIN]
    return float(np.median(letters)) / _LETTER_HEIGHT if letters.size else float(_LETTER_MIN)


def _heights(rules: _Rules) -> list[int]:
    """Return the heights of the long horizontal rules, in pixels from the top."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(rules.level, connectivity=8)
    widths = stats[:, cv2.CC_STAT_WIDTH]
    return [
        int(stats[rule, cv2.CC_STAT_TOP] + stats[rule, cv2.CC_STAT_HEIGHT] // 2)
        for rule in range(1, count)
        if widths[rule] >= _ACROSS_MIN * rules.level.shape[1]
    ]


def _rules_of(page: Image.Image) -> _Rules:
    """Return the rules of a page in grey, on white paper."""
    dark = (np.asarray(page) < _DARK).astype(np.uint8)
    length = max(page.width // _RULE_SHARE, 2)
    return _Rules(_runs(dark, length), np.ascontiguousarray(_runs(np.ascontiguousarray(dark.T), length).T))


def _runs(dark: Mask, length: int) -> Mask:
    """Return the dark runs to the right that have at least this length; they may step one row up or down."""
    thick = cv2.dilate(dark, np.ones((3, 1), np.uint8))
    return np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8)


def _without(page: Image.Image, rules: _Rules) -> Image.Image:
    """Return the page without its rules: between two of them Tesseract would see no text."""
    ruled = cv2.dilate(rules.level | rules.upright, np.ones((3, 3), np.uint8))
    return Image.fromarray(np.where(ruled > 0, np.uint8(WHITE), np.asarray(page))) if ruled.any() else page


def _boxes_of(rules: _Rules) -> list[Box]:
    """Return the boxes that rules enclose on all sides, but not a frame around the whole page."""
    height, width = rules.level.shape
    if not (rules.level.any() and rules.upright.any()):
        return []
    gap = max(width // _GAP_SHARE, 1)
    level = _closed(rules.level, (1, gap))
    upright = _closed(rules.upright, (gap, 1))
    open_ = np.where(_framed(level | upright, upright), np.uint8(0), np.uint8(1))
    _, _, stats, _ = cv2.connectedComponentsWithStats(open_, connectivity=4)
    side = width / _CELL_MIN_SHARE
    cells = [
        Box(int(left), int(top), int(left + across), int(top + down))
        for left, top, across, down, area in stats[1:]
        if across >= side and down >= side and down <= _HEIGHT_MAX * height and area >= _FILLED_MIN * across * down
        if left > 0 and top > 0 and left + across < width and top + down < height
    ]
    return sorted(cells, key=lambda box: (box.top, box.left))


def _closed(rules: Mask, size: tuple[int, int]) -> Mask:
    return np.asarray(cv2.morphologyEx(rules, cv2.MORPH_CLOSE, np.ones(size, np.uint8)), np.uint8)


def _framed(rules: Mask, upright: Mask) -> Mask:
    """Return the rules with a frame around each table: a table that continues on the next page is open at its end."""
    framed, thick = rules.copy(), 2 * (rules.shape[1] // _END_SHARE) + 1
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rules, connectivity=8)
    with_upright = set(np.unique(labels[upright > 0]).tolist())
    for table in range(1, count):
        left, top, width, height, _ = stats[table].tolist()
        if table in with_upright and width > height / _TABLE_SHAPE_MAX:
            cv2.rectangle(framed, (left, top), (left + width - 1, top + height - 1), 1, thick)
    return framed


def _strips_of(cells: Sequence[Box], dark: npt.NDArray[np.bool_]) -> list[Strip]:
    """Return the strips of a page from top to bottom and from left to right; text strips without ink are left out."""
    height, width = dark.shape
    strips: list[Strip] = []
    done = 0
    for number, row in enumerate(_rows(cells)):
        top, bottom = min(box.top for box in row), max(box.bottom for box in row)
        strips.append(Strip(Box(0, done, width, top)))
        strips += [Strip(box, number, column) for column, box in enumerate(row)]
        strips.append(Strip(Box(0, max(done, top), width, bottom)))  # what stands beside the cells
        done = max(done, bottom)
    strips.append(Strip(Box(0, done, width, height)))
    outside = dark.copy()
    for box in cells:
        outside[_slices(box)] = False
    return [strip for strip in strips if strip.row is not None or outside[_slices(strip.box)].any()]


def _rows(cells: Sequence[Box]) -> Iterator[list[Box]]:
    """Yield the cells of each row, from left to right: cells of a row begin at about the same height."""
    row: list[Box] = []
    for box in sorted(cells, key=lambda box: box.top):
        if row and box.top - row[0].top > (row[0].bottom - row[0].top) / 4:
            yield sorted(row)
            row = []
        row.append(box)
    if row:
        yield sorted(row)


def _one_below_the_other(page: Image.Image, strips: Sequence[Strip]) -> tuple[Image.Image, list[Part]]:
    """Return a page with the strips below each other, each as far to the right as before, and where they stand."""
    gap = page.width // _STRIP_GAP_SHARE
    grey = np.asarray(page)
    outside = grey.copy()
    for strip in strips:
        if strip.row is not None:
            outside[_slices(strip.box)] = WHITE
    parts, top = [], gap
    for strip in strips:
        parts.append(Part(strip, top, top + strip.box.bottom - strip.box.top))
        top = parts[-1].bottom + gap
    sheet = np.full((top, page.width), WHITE, np.uint8)
    for strip, start, end in parts:
        left, right = strip.box.left, strip.box.right
        sheet[start:end, left:right] = (outside if strip.row is None else grey)[_slices(strip.box)]
    return Image.fromarray(sheet), parts


def _slices(box: Box) -> tuple[slice, slice]:
    return slice(box.top, box.bottom), slice(box.left, box.right)
