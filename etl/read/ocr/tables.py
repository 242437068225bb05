"""Where the tables of a page in grey are: its rules and the cells that they enclose, and the columns that gaps part.

In comes a page that lies straight, out come its strips from top to bottom, each the picture of text that stands by
itself: a cell, which knows its row and column, or what stands in none, across the page.
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

_DARK = 190  # of a rule, which is thin, and often grey
_RULE_SHARE = 33  # of the page's width: hardly a stroke of a letter is as long
_GAP_SHARE = 120  # of the page's width: so far a rule may be broken
_CELL_MIN_SHARE = 90  # of the page's width: of a cell's sides
_FILLED_MIN = 0.8  # of the box about a cell
_HEIGHT_MAX = 0.6  # of the page: what is higher is its frame
_LETTER_MIN, _LETTER_HEIGHT = 8, 0.6  # pixels; in em, of most letters
_ACROSS_MIN = 0.4  # of the page's width, of a rule that parts rows
_END_SHARE = 400  # of the page's width: so far from the end of its table a rule may end
_TABLE_SHAPE_MAX = 20  # how many times as high as wide a table is
_STRIP_GAP_SHARE = 60  # of the page's width: between strips

Mask = npt.NDArray[np.uint8]


class Strip(NamedTuple):
    """A part of a page whose text stands by itself; `row` and `column` are those of a cell, and None of other text."""

    box: Box
    row: int | None = None
    column: int = 0


class Part(NamedTuple):
    """A strip, and from where to where it stands on a page of strips."""

    strip: Strip
    top: int
    bottom: int


class _Rules(NamedTuple):
    """What belongs to rules across a page and along it."""

    level: Mask
    upright: Mask


def taken_apart(page: Image.Image) -> tuple[Image.Image, list[Part]]:
    """Return a page in grey without rules, the cells of its tables below each other, and the parts it is of."""
    rules = _rules_of(page)
    cells = _cells_of(rules)
    page = _without(page, rules)
    dark = np.asarray(page) < DARK
    outside = dark.copy()
    for box in cells:
        outside[_slices(box)] = False
    cells += [Box(*cell) for cell in columns.cells_of(outside, _letter_size(dark), _heights(rules))]
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
    """Return the heights of the rules across a page."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(rules.level, connectivity=8)
    widths = stats[:, cv2.CC_STAT_WIDTH]
    return [
        int(stats[one, cv2.CC_STAT_TOP] + stats[one, cv2.CC_STAT_HEIGHT] // 2)
        for one in range(1, count)
        if widths[one] >= _ACROSS_MIN * rules.level.shape[1]
    ]


def _rules_of(page: Image.Image) -> _Rules:
    """Return the rules of a page in grey, on white paper."""
    dark = (np.asarray(page) < _DARK).astype(np.uint8)
    length = max(page.width // _RULE_SHARE, 2)
    return _Rules(_runs(dark, length), np.ascontiguousarray(_runs(np.ascontiguousarray(dark.T), length).T))


def _runs(dark: Mask, length: int) -> Mask:
    """Return the runs to the right of a length; one that leans goes on in the row above or below."""
    thick = cv2.dilate(dark, np.ones((3, 1), np.uint8))
    return np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8)


def _without(page: Image.Image, rules: _Rules) -> Image.Image:
    """Return the page without its rules: Tesseract takes a row between two for no text."""
    ruled = cv2.dilate(rules.level | rules.upright, np.ones((3, 3), np.uint8))
    return Image.fromarray(np.where(ruled > 0, np.uint8(WHITE), np.asarray(page))) if ruled.any() else page


def _cells_of(rules: _Rules) -> list[Box]:
    """Return the boxes that rules enclose on all sides, without those that hold the whole page."""
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
    """Return rules with a frame about each table: one that goes on with the next page has no rule at its end."""
    framed, thick = rules.copy(), 2 * (rules.shape[1] // _END_SHARE) + 1
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rules, connectivity=8)
    with_upright = set(np.unique(labels[upright > 0]).tolist())
    for one in range(1, count):
        left, top, width, height, _ = stats[one].tolist()
        if one in with_upright and width > height / _TABLE_SHAPE_MAX:
            cv2.rectangle(framed, (left, top), (left + width - 1, top + height - 1), 1, thick)
    return framed


def _strips_of(cells: Sequence[Box], dark: npt.NDArray[np.bool_]) -> list[Strip]:
    """Return the strips of a page from top to bottom and from left to right, but for those that are blank."""
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
    """Yield the cells that begin at about one height, from left to right."""
    row: list[Box] = []
    for box in sorted(cells, key=lambda box: box.top):
        if row and box.top - row[0].top > (row[0].bottom - row[0].top) / 4:
            yield sorted(row)
            row = []
        row.append(box)
    if row:
        yield sorted(row)


def _one_below_the_other(page: Image.Image, strips: Sequence[Strip]) -> tuple[Image.Image, list[Part]]:
    """Return a page with the strips of another one below each other, each as far to the right as before."""
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
