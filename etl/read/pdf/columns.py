"""Joins the text in tables without rules: each row of cells becomes one piece of text.

In come the pieces of text of a page, out come the pieces with one for each row. Columns are found by gaps that run down
through several lines, but only on a page where pieces side by side stand at different heights.
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

_EM = 8  # pixels; size of a letter in the picture in which columns are looked for
_ABOVE, _BELOW = 0.75, 0.1  # em above and below the base line, where a line has ink
_UNEVEN_MIN, _UNEVEN_MAX = 0.35, 1.2  # em, between the base lines of pieces side by side
_GAP_MIN = 1.2  # em
_NO_MARK = -1
_MIDDLE = 0.3  # em, from the base line up to the middle of a letter
_ACROSS_MIN = 0.4  # of the text's width; a shorter rule separates no rows

Box = tuple[float, float, float, float]


def with_columns(pieces: list[Piece], boxes: Sequence[Box], marks: Iterator[int]) -> list[Piece]:
    """Return the pieces of a page; each row of cells of a table without rules is one piece.

    `boxes` are the rules of the page: horizontal ones may separate rows. `marks` yields numbers that no row of the
    document has yet.
    """
    alone = [piece for piece in pieces if "\t" not in piece.text]
    if any(piece.mark != _NO_MARK for piece in alone) or not _is_uneven(alone):
        return pieces  # a PDF that marks the nodes of its source needs no guess about cells
    levels = [((low + high) / 2, end - start) for start, low, end, high in boxes]
    texts: defaultdict[Cell, list[Piece]] = defaultdict(list)
    cells = _cells(alone, levels)
    for piece in alone:
        middle, height = (piece.left + piece.right) / 2, piece.baseline + _MIDDLE * piece.size
        cell = next((box for box in cells if box.left <= middle < box.right and box.lower < height <= box.upper), None)
        if cell:
            texts[cell].append(piece)
    rows: list[list[Cell | None]] = [list(row) for _, row in groupby(cells, key=attrgetter("upper"))]
    filled = [row for row in rows if any(cell in texts for cell in row) and not is_frame(row, texts)]
    return put_in_rows(pieces, filled, texts, marks)


def _cells(pieces: Sequence[Piece], levels: Sequence[tuple[float, float]]) -> list[Cell]:
    """Return the cells of tables without rules, row by row; `levels` are heights and lengths of horizontal rules."""
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
        for start, upper, end, lower in columns.boxes_of(ink, _EM, across)
    ]


def _is_uneven(pieces: Sequence[Piece]) -> bool:
    """Tell whether any two pieces stand side by side at slightly different heights."""
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
