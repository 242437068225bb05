"""Finds the pages in a picture: cuts off what lies around them, flattens them, takes away stamps, parts two pages.

In comes a picture in grey or in colour, out come pages in grey. A scan of one page without colour is returned
unchanged.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from etl.read.ocr.scan import DARK, WHITE

_SMALL = 800  # pixels; longer side of the reduced picture in which the page is looked for
_DESK_MAX = 0.8  # of the paper's brightness: what lies around a photographed page is darker
_DESK_SHARE = 0.6  # of the picture's edge that must be so dark
_PAGE_MIN = 0.3  # of the picture, which the page must fill
_CORNER_PLAY = 0.03  # of the length of the page's outline, by which its sides may bend
_EDGE_ROOM = 0.02  # of the page, kept around it until its edges are found
_EDGE_DEGREE = 3  # of the polynomial for the edge of a curled page

_COLOURED = 60  # levels between the strongest and the weakest colour of ink that is not black
_COLOURED_SHARE_MAX = 0.5  # of all ink; with more, the page itself is printed in colour
_STROKE_SHARE = 28  # a part of the page's width; a stroke so long is a stamp's, not a letter's
_MARK_MAX = 0.45  # of the page's width; what is larger is a frame, not a stamp
_BROKEN_SHARE = 300  # a part of the page's width; black text may interrupt a stamp for so far
_BLACK_MAX = 110

_SHEET = (1.25, 1.6)  # width by height, at least and at most, of a sheet with two pages
_GUTTER_MIN = 0.035  # of the sheet's width
_INK_MIN = 0.001  # of each page's pixels; with less, it is blank

_Pixels = npt.NDArray[np.uint8]


def pages_in(picture: Image.Image) -> list[Image.Image]:
    """Return the pages in a picture, in reading order."""
    flat = _flat(picture)
    return _parted(flat if flat.mode == "L" else _without_marks(flat))


def _flat(picture: Image.Image) -> Image.Image:
    """Return the page in a photograph as if seen from above; a picture of nothing but a page is returned unchanged."""
    grey = np.asarray(picture.convert("L"))
    corners = _corners(grey)
    if corners is None:
        return picture
    pixels = np.asarray(picture)
    top, right, bottom, left = (float(np.linalg.norm(corners[end] - corners[end - 1])) for end in (1, 2, 3, 0))
    width, height = round(max(top, bottom)), round(max(left, right))
    across, down = round(_EDGE_ROOM * width), round(_EDGE_ROOM * height)
    target = np.array(
        [(across, down), (across + width, down), (across + width, down + height), (across, down + height)], np.float32
    )
    size = (width + 2 * across, height + 2 * down)
    turned = cv2.warpPerspective(pixels, cv2.getPerspectiveTransform(corners, target), size, flags=cv2.INTER_CUBIC)
    return Image.fromarray(_uncurled(np.asarray(turned, np.uint8), across, down, (width, height)))


def _corners(grey: _Pixels) -> npt.NDArray[np.float32] | None:
    """Return the corners of a page that is brighter than its surroundings, clockwise from the upper left; or None."""
    scale = max(max(grey.shape) / _SMALL, 1.0)
    size = (round(grey.shape[1] / scale), round(grey.shape[0] / scale))
    small = cv2.GaussianBlur(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), (5, 5), 0)
    edge = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    paper = float(np.percentile(small, 80))
    if (edge < _DESK_MAX * paper).mean() < _DESK_SHARE:
        return None
    _, bright = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    whole = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    page = max(contours, key=cv2.contourArea, default=None)
    if page is None or cv2.contourArea(page) < _PAGE_MIN * small.size:
        return None
    hull = cv2.convexHull(page)
    corners = cv2.approxPolyDP(hull, _CORNER_PLAY * cv2.arcLength(hull, True) / 2, True).reshape(-1, 2)
    if len(corners) != 4:
        return None
    by_sum, by_difference = corners.sum(1), corners[:, 0] - corners[:, 1]
    ordered = (by_sum.argmin(), by_difference.argmax(), by_sum.argmax(), by_difference.argmin())
    return np.array([corners[number] for number in ordered], np.float32) * np.float32(scale)


def _uncurled(pixels: _Pixels, across: int, down: int, size: tuple[int, int]) -> _Pixels:
    """Return a page of the given size with its upper and lower edge straight.

    In `pixels`, these edges are about `down` from the picture's edge, and the sides `across`.
    """
    width, height = size
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    _, bright = cv2.threshold(cv2.GaussianBlur(grey, (9, 9), 0), 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    columns = np.arange(across, across + width, max(width // 200, 1))
    upper = bright[: 3 * down, columns].argmax(0)
    lower = pixels.shape[0] - 1 - bright[-3 * down :, columns][::-1].argmax(0)
    x = np.arange(across, across + width, dtype=np.float32)
    first, last = _curve(columns, upper, x), _curve(columns, lower, x)
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    y = first[None, :] * (1 - share) + last[None, :] * share
    return np.asarray(
        cv2.remap(pixels, np.tile(x, (height, 1)), y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _curve(x: npt.NDArray[np.int64], y: npt.NDArray[np.int64], at: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the y of the curve through most of the points (x, y), for each x in `at`."""
    middle, reach = float(x.mean()), float(np.ptp(x)) or 1.0
    kept = np.ones(len(x), bool)
    for _ in range(2):  # the second time without points far from the first curve
        curve = np.polyfit((x[kept] - middle) / reach, y[kept], _EDGE_DEGREE)
        off = np.abs(y - np.polyval(curve, (x - middle) / reach))
        kept = off <= max(2 * float(np.median(off)), 2.0)
    return np.polyval(curve, (at - middle) / reach).astype(np.float32)


def _without_marks(picture: Image.Image) -> Image.Image:
    """Return the picture in grey, without large coloured marks such as stamps and signatures, and what is in them.

    Black text under them stays. So do coloured letters: a form may be filled in with a blue pen.
    """
    pixels, grey = np.asarray(picture.convert("RGB")), np.asarray(picture.convert("L"))
    strongest = pixels.max(2)
    coloured = (strongest.astype(np.int16) - pixels.min(2) > _COLOURED).astype(np.uint8)
    if not coloured.any() or coloured.sum() > _COLOURED_SHARE_MAX * (grey < DARK).sum():
        return Image.fromarray(grey)
    labels, pieces = _pieces(coloured, 3)
    width = grey.shape[1]
    is_stroke = (pieces.widths >= width / _STROKE_SHARE) & (pieces.heights >= width / _STROKE_SHARE / 2)
    _, marks = _pieces(coloured, width // _BROKEN_SHARE * 2 + 1)
    is_mark = np.zeros(len(pieces.boxes), bool)
    for box in marks.boxes[(marks.widths <= _MARK_MAX * width) & (marks.heights <= _MARK_MAX * width)]:
        within = (pieces.boxes[:, :2] >= box[:2]).all(1) & (pieces.boxes[:, 2:] <= box[2:]).all(1)
        if (within & is_stroke).any():
            is_mark |= within
    is_mark[0] = False
    return Image.fromarray(np.where(is_mark[labels] & (strongest > _BLACK_MAX), np.uint8(WHITE), grey))


class _Pieces(NamedTuple):
    """The boxes of pieces of ink (left, top, right, bottom), by the piece's number; number 0 is the paper."""

    boxes: npt.NDArray[np.int32]

    @property
    def widths(self) -> npt.NDArray[np.int32]:
        return self.boxes[:, 2] - self.boxes[:, 0]

    @property
    def heights(self) -> npt.NDArray[np.int32]:
        return self.boxes[:, 3] - self.boxes[:, 1]


def _pieces(ink: _Pixels, reach: int) -> tuple[npt.NDArray[np.int32], _Pieces]:
    """Return for each pixel the number of its piece, and the pieces; ink less than `reach` pixels apart is one."""
    thick = cv2.dilate(ink, np.ones((reach, reach), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=8)
    boxes = np.array(stats[:, :4], np.int32)
    boxes[:, 2:] += boxes[:, :2]
    boxes[:, :2] += reach // 2
    boxes[:, 2:] -= reach // 2
    return np.asarray(labels, np.int32), _Pieces(boxes)


def _parted(sheet: Image.Image) -> list[Image.Image]:
    """Return the two pages that are side by side on a sheet, or the sheet itself if it is one page."""
    if not _SHEET[0] <= sheet.width / sheet.height <= _SHEET[1]:
        return [sheet]
    grey = np.asarray(sheet)
    dark = grey < min(DARK, int(0.7 * np.percentile(grey, 80)))
    columns = dark.mean(0)
    middle = sheet.width // 2
    gutter = list(_blank_about(columns, middle))
    halves = columns[:middle], columns[middle:]
    if len(gutter) < _GUTTER_MIN * sheet.width or any(half.mean() < _INK_MIN for half in halves):
        return [sheet]
    return [sheet.crop((0, 0, middle, sheet.height)), sheet.crop((middle, 0, sheet.width, sheet.height))]


def _blank_about(columns: npt.NDArray[np.float64], middle: int) -> Iterator[int]:
    """Yield the columns without ink, from the middle to both sides up to the first ink."""
    for steps in (range(middle - 1, -1, -1), range(middle, len(columns))):
        for column in steps:
            if columns[column] > _INK_MIN / 2:
                break
            yield column
