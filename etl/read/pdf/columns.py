"""Rows of the cells of tables that have no rules: the pieces of a page come in, each row is one piece then.

Where cells beside each other do not stand on one base line, gaps that go on over several lines tell the columns.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from statistics import median

import numpy as np

from etl.read import columns
from etl.read.pdf.cells import Cell, is_frame, put_in_rows
from etl.read.pdf.pdfium.messages import Piece

_EM = 8  # pixels of the picture of a page in which columns are looked for
_ABOVE, _BELOW = 0.75, 0.1  # em, from the base line: where a line has ink
_UNEVEN_MIN, _UNEVEN_MAX = 0.35, 1.2  # em, between the base lines of cells beside each other
_GAP_MIN = 1.2  # em
_NO_MARK = -1
_MIDDLE = 0.3  # em, above its base line is the middle of a letter
_ACROSS_MIN = 0.4  # of the page's width, of a rule that parts rows

Box = tuple[float, float, float, float]


def with_columns(pieces: list[Piece], boxes: Sequence[Box], marks: Iterator[int]) -> list[Piece]:
    """Return the pieces of a page with each row of cells of a table without rules as one piece.

    `boxes` are rules that part rows, `marks` those that no row of the document has yet.
    """
    alone = [piece for piece in pieces if "\t" not in piece.text]
    if any(piece.mark != _NO_MARK for piece in alone) or not _is_uneven(alone):
        return pieces  # what the PDF itself tells of its cells is believed
    levels = [((low + high) / 2, end - start) for start, low, end, high in boxes]
    texts: defaultdict[Cell, list[Piece]] = defaultdict(list)
    cells = _cells(alone, levels)
    for piece in alone:
        middle, height = (piece.left + piece.right) / 2, piece.baseline + _MIDDLE * piece.size
        cell = next((one for one in cells if one.left <= middle < one.right and one.lower < height <= one.upper), None)
        if cell:
            texts[cell].append(piece)
    rows: list[list[Cell | None]] = [list(row) for _, row in groupby(cells, key=attrgetter("upper"))]
    filled = [row for row in rows if any(cell in texts for cell in row) and not is_frame(row, texts)]
    return put_in_rows(pieces, filled, texts, marks)


def _cells(pieces: Sequence[Piece], levels: Sequence[tuple[float, float]]) -> list[Cell]:
    """Return the cells of tables without rules, row by row; levels are rules across, with how long they are."""
    em = median(piece.size for piece in pieces)
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    top, bottom = max(piece.baseline for piece in pieces) + em, min(piece.baseline for piece in pieces) - em
    scale = _EM / em

    def down(height: float) -> int:
        return round((top - height) * scale)

    ink = np.zeros((down(bottom) + 1, round((right - left) * scale) + 1), bool)
    for piece in pieces:
        rows = slice(down(piece.baseline + _ABOVE * piece.size), down(piece.baseline - _BELOW * piece.size))
        ink[rows, round((piece.left - left) * scale) : round((piece.right - left) * scale)] = True
    across = [down(height) for height, length in levels if length >= _ACROSS_MIN * (right - left)]
    return [
        Cell(left + start / scale, top - lower / scale, left + end / scale, top - upper / scale)
        for start, upper, end, lower in columns.cells_of(ink, _EM, across)
    ]


def _is_uneven(pieces: Sequence[Piece]) -> bool:
    """Tell whether any two pieces stand side by side, but not on one line."""
    ordered = sorted(pieces, key=lambda piece: -piece.baseline)
    for number, piece in enumerate(ordered):
        for other in ordered[number + 1 :]:
            down = (piece.baseline - other.baseline) / piece.size
            if down > _UNEVEN_MAX:
                break
            gap = max(other.left - piece.right, piece.left - other.right) / piece.size
            if down >= _UNEVEN_MIN and gap >= _GAP_MIN:
                return True
    return False
