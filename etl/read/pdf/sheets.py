"""Finds the pages that were printed side by side on one sheet: in come its pieces of text, out come those of each page.

A program that puts several pages on a sheet draws one page after the other. So a new page begins where the next piece
stands higher up and wholly beside all text of the page so far, and the middle or a third of the sheet lies between the
two. The columns of a table are not taken for pages, as its rows are drawn one by one.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from etl.read.pdf.pdfium.messages import Piece

_FOLDS = (1 / 2, 1 / 3, 2 / 3)  # of a sheet's width: where pages side by side may meet
_RISE_MIN_EM = 3.0  # from the foot of a page to the head of the next
_SAME_EDGE_EM = 0.5


class PageOnSheet(NamedTuple):
    """The pieces of a page, moved to the left margin of the sheet's first page; `shift` is by how much, in points."""

    pieces: list[Piece]
    shift: float


def pages_on(pieces: list[Piece], sheet: tuple[float, float]) -> list[PageOnSheet]:
    """Return the pages on a sheet; `sheet` is where it begins and ends along the lines, in points."""
    folds = [sheet[0] + share * (sheet[1] - sheet[0]) for share in _FOLDS]
    pages: list[list[Piece]] = []
    left = right = lowest = 0.0
    for piece in pieces:
        if not pages or _is_next(piece, left, right, lowest, pages[-1][-1], folds):
            pages.append([])
            left, right, lowest = piece.left, piece.right, piece.baseline
        pages[-1].append(piece)
        left, right, lowest = min(left, piece.left), max(right, piece.right), min(lowest, piece.baseline)
    if len(pages) <= 1 or _overlap(pages):
        return [PageOnSheet(pieces, 0.0)]
    first = min(piece.left for piece in pages[0])
    return [_moved(page, first - min(piece.left for piece in page)) for page in pages]


def _is_next(piece: Piece, left: float, right: float, lowest: float, last: Piece, folds: Iterable[float]) -> bool:
    """Tell whether a piece begins another page than the one between `left` and `right`, whose last piece is `last`."""
    room = _SAME_EDGE_EM * piece.size
    if piece.left >= right - room and piece.baseline - last.baseline > _RISE_MIN_EM * piece.size:
        return any(right - room <= fold <= piece.left + room for fold in folds)
    if piece.right <= left + room and piece.baseline < lowest:
        return any(piece.right - room <= fold <= left + room for fold in folds)
    return False


def _overlap(pages: list[list[Piece]]) -> bool:
    """Tell whether any two pages overlap: then they are no pages."""
    boxes = [
        (
            min(piece.left for piece in page), max(piece.right for piece in page),
            min(piece.baseline for piece in page), max(piece.baseline for piece in page),
        )
        for page in pages
    ]  # fmt: skip
    return any(
        box[0] < other[1] and other[0] < box[1] and box[2] < other[3] and other[2] < box[3]
        for number, box in enumerate(boxes)
        for other in boxes[:number]
    )


def _moved(page: list[Piece], shift: float) -> PageOnSheet:
    moved = [msgspec.structs.replace(piece, left=piece.left + shift, right=piece.right + shift) for piece in page]
    return PageOnSheet(moved, shift)
