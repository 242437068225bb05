"""Finds the rules that are drawn on a page: edges of cells of tables, as lines or as sides of boxes, and strokes.

A stroke is a rule that goes through the middle of letters: it strikes them out.
"""

from collections.abc import Iterable, Iterator
from ctypes import byref, c_float, c_void_p, cast
from itertools import pairwise

import pypdfium2.raw as c

from . import calls
from .messages import Piece

Box = tuple[float, float, float, float]
"""Left, lower, right and upper side, in points."""

THICK_MAX = 3.0  # points; a rule is thinner
RULES_MAX = 2_000  # of a page; with more, it holds a drawing
# In em, the size of the letters: how thick a stroke may be, how far above the base line it lies, how much it covers.
# PDFium measures a line as twice as thick as it is drawn.
_STROKE_MAX, _STROKE_LOW, _STROKE_HIGH, _STROKE_MIN = 0.35, 0.1, 0.55, 0.25
_SEGMENTS_OF_BOX = 6  # a box has a start, four sides and an end


def rules(paths: list[int]) -> list[Box]:
    """Return the rules among the paths of a page, as thin boxes; none where there are too many for tables."""
    if len(paths) > RULES_MAX:
        return []
    sides = iter(calls.measured(paths))
    found: list[Box] = []
    for address, *box in zip(paths, sides, sides, sides, sides, strict=True):
        handle = cast(c_void_p(address), c.FPDF_PAGEOBJECT)
        is_box = c.FPDFPath_CountSegments(handle) <= _SEGMENTS_OF_BOX
        found += _sides(*box) if is_box else filter(_is_rule, _lines(handle))
        if len(found) > RULES_MAX:
            return []
    return found


def _is_rule(box: Box) -> bool:
    left, lower, right, upper = box
    return min(right - left, upper - lower) <= THICK_MAX < max(right - left, upper - lower)


def _sides(left: float, lower: float, right: float, upper: float) -> Iterator[Box]:
    """Yield a thin box itself, or the four sides of any other box."""
    if right - left <= THICK_MAX or upper - lower <= THICK_MAX:
        yield left, lower, right, upper
        return
    yield left, lower, left, upper
    yield right, lower, right, upper
    yield left, lower, right, lower
    yield left, upper, right, upper


def _lines(path: c.FPDF_PAGEOBJECT) -> Iterator[Box]:
    """Yield the straight lines of a path, each as the box around it, in points of the page."""
    matrix = c.FS_MATRIX()
    c.FPDFPageObj_GetMatrix(path, byref(matrix))
    x, y = c_float(), c_float()
    points = []
    for number in range(min(c.FPDFPath_CountSegments(path), 4 * RULES_MAX)):
        segment = c.FPDFPath_GetPathSegment(path, number)
        c.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
        points.append(
            (
                matrix.a * x.value + matrix.c * y.value + matrix.e,
                matrix.b * x.value + matrix.d * y.value + matrix.f,
                c.FPDFPathSegment_GetType(segment) == c.FPDF_SEGMENT_LINETO,
            )
        )
    for (left, lower, _), (right, upper, is_line) in pairwise(points):
        if is_line:
            yield min(left, right), min(lower, upper), max(left, right), max(lower, upper)


def strokes(pieces: Iterable[Piece], boxes: Iterable[Box]) -> list[Box]:
    """Return the rules that go through the letters of a piece."""
    level = [box for box in boxes if box[2] - box[0] > box[3] - box[1]]
    if not level:
        return []
    found = {
        box: None
        for piece in pieces
        for box in level
        if goes_through(box, piece.baseline, piece.size)
        and min(box[2], piece.right) - max(box[0], piece.left) >= _STROKE_MIN * piece.size
    }
    return [*found]


def goes_through(box: Box, baseline: float, size: float) -> bool:
    """Tell whether a level rule is at the height of the letters of a line, and as thin as a stroke of a pen."""
    _, lower, _, upper = box
    middle = (lower + upper) / 2 - baseline
    return upper - lower <= _STROKE_MAX * size and _STROKE_LOW * size < middle < _STROKE_HIGH * size
