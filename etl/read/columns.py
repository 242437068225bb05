"""Finds the cells of tables that have no rules, in a picture or a PDF: by gaps that run down through several lines.

In comes a mask of where there is ink, out come the boxes of cells. A table is cut into cells only if it has many
columns, or if lines in neighbouring columns stand at different heights. Any other table is read as well line by line,
with gaps between its cells.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise, permutations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# In em, the size of the letters.
_WIDE, _NARROW = 1.2, 0.6  # a gap between columns; the part of it that must stay free in every line
_SAME_LINE = 0.15  # vowel and tone marks stand no farther from their letter
_MARKS = 0.4  # how far marks reach above and below a line
_LINE_MIN = 0.35  # height of a line; less is a mark, or noise
_APART = 0.35  # between two columns' lines: at least so far, they are not one line
_REACH = 0.25  # by which a line may fail to touch the two lines that it stands between
_PITCH_MIN, _PITCH_PLAY = 0.8, 0.35  # from line to line in a cell; and how much more it may be
_ROW_PITCH_MIN = 1.3  # from number to number in the first column, by the distance of lines in a cell
_ROW_MAX = 0.5  # of the page's height; what is higher is no row, but a column of the page
_INK_MIN = 2  # dark pixels in a row of pixels; fewer are noise
_COLUMNS_MIN, _BANDS_MIN = 5, 3

_Mask = npt.NDArray[np.bool_]
_Span = tuple[int, int]
Box = tuple[int, int, int, int]  # left, top, right, bottom


class _Band(NamedTuple):
    """Text between two blank rows of pixels: its top and bottom, and the gaps in it and on both sides."""

    top: int
    bottom: int
    gaps: list[_Span]


def boxes_of(dark: _Mask, em: float, levels: Sequence[int]) -> list[Box]:
    """Return the boxes of the cells, row by row, in pixels.

    `dark` is where ink is, `em` the size of the letters in pixels, `levels` the heights of horizontal rules.
    """
    bands = list(_bands(dark, em))
    cells: list[Box] = []
    start = 0
    while start < len(bands):
        size, corridors = _run(bands[start:], em)
        run = bands[start : start + size]
        table = _Table(dark, run, corridors, em) if corridors and size > 1 else None
        rows = table.cells(levels) if table and table.has_to_be_cut else []
        if rows and max(bottom - top for _, top, _, bottom in rows) < _ROW_MAX * len(dark):
            cells += rows
            start += size
        else:
            start += 1
    return cells


def _bands(dark: _Mask, em: float) -> Iterator[_Band]:
    for top, bottom in _merged(_spans(dark.sum(1) > _INK_MIN), _SAME_LINE * em):
        columns = _merged(_spans(np.asarray(dark[top:bottom].any(0))), _NARROW * em)
        beyond = round(_WIDE * em)  # so that text at the edge of the page has a gap on both sides, too
        ends = [-beyond, *(end for span in columns for end in span), dark.shape[1] + beyond]
        yield _Band(top, bottom, list(zip(ends[::2], ends[1::2], strict=True)))


def _spans(filled: _Mask) -> list[_Span]:
    """Return where each filled stretch begins and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], filled, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _merged(spans: Sequence[_Span], gap_min: float) -> list[_Span]:
    """Return the spans; spans that are closer than `gap_min` become one."""
    merged: list[_Span] = []
    for start, end in spans:
        if merged and start - merged[-1][1] < gap_min:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _run(bands: Sequence[_Band], em: float) -> tuple[int, list[_Span]]:
    """Return how many bands, from the first on, share their wide gaps, and the gaps that go through all of them."""
    gaps, wide, size = bands[0].gaps, _wide(bands[0], em), 1
    for band in bands[1:]:
        wide = wide + _wide(band, em)
        shared = [
            (max(gap[0], other[0]), min(gap[1], other[1]))
            for gap in gaps
            for other in band.gaps
            if min(gap[1], other[1]) - max(gap[0], other[0]) >= _NARROW * em
        ]
        if any(not any(start < right and left < end for left, right in shared) for start, end in wide):
            break
        gaps, size = shared, size + 1
    return size, [gap for gap in gaps[1:-1] if gap[1] - gap[0] >= _NARROW * em]


def _wide(band: _Band, em: float) -> list[_Span]:
    return [(start, end) for start, end in band.gaps[1:-1] if end - start >= _WIDE * em]


class _Line(NamedTuple):
    """A line in a column: its top and bottom, and the middle of its ink, which marks above it hardly change."""

    top: int
    bottom: int
    middle: float


def _lines(dark: _Mask, top: int, bottom: int, em: float) -> Iterator[_Line]:
    ink = dark[top:bottom].sum(1)
    for start, end in _merged(_spans(ink > 0), _SAME_LINE * em):
        if end - start >= _LINE_MIN * em:
            middle = float(np.average(np.arange(start, end), weights=ink[start:end]))
            yield _Line(top + start, top + end, top + middle)


class _Table:
    """The lines of each column of a table."""

    def __init__(self, dark: _Mask, bands: Sequence[_Band], corridors: Sequence[_Span], em: float) -> None:
        self._em = em
        self._edges = [0, *((left + right) // 2 for left, right in corridors), dark.shape[1]]
        self._bands = bands
        self._full = sum(len(band.gaps) - 2 >= len(corridors) for band in bands)
        self._columns = [
            list(_lines(dark[:, left:right], bands[0].top, bands[-1].bottom, em))
            for left, right in pairwise(self._edges)
        ]

    @property
    def has_to_be_cut(self) -> bool:
        """Whether it has many columns, or cells of several lines beside cells with other lines."""
        return bool(self._pitches) or (len(self._columns) >= _COLUMNS_MIN and self._full >= _BANDS_MIN)

    @cached_property
    def _pitches(self) -> list[float]:
        """The distances between lines of one cell: a line of another column stands at half height between the two."""
        return [
            below.middle - above.middle
            for lines, others in permutations(self._columns, 2)
            for above, below in pairwise(lines)
            if below.middle - above.middle >= _PITCH_MIN * self._em
            and any(self._is_between(other, above, below) for other in others)
        ]

    def _is_between(self, line: _Line, above: _Line, below: _Line) -> bool:
        """Tell whether a line stands at the height between two lines of another column, and touches both of them."""
        room = _REACH * self._em
        is_beside = line.top < above.bottom + room and line.bottom > below.top - room
        return is_beside and above.middle + _APART * self._em < line.middle < below.middle - _APART * self._em

    @property
    def _pitch(self) -> float:
        """The distance of lines of one cell; 0 where each cell has one line."""
        if self._pitches:
            return min(self._pitches)
        leasts = [min((b.middle - a.middle for a, b in pairwise(lines)), default=0.0) for lines in self._columns]
        least = min(filter(None, leasts), default=0.0)
        return least if leasts[0] > _ROW_PITCH_MIN * least else 0.0

    def cells(self, levels: Sequence[int]) -> list[Box]:
        """Return the boxes of all cells, row by row, empty cells included."""
        pitch_max = self._pitch + _PITCH_PLAY * self._em if self._pitch else 0.0
        rows: list[_Span] = []
        for top, bottom in sorted(span for lines in self._columns for span in _joined(lines, pitch_max, levels)):
            if rows and top < rows[-1][1]:
                rows[-1] = (rows[-1][0], max(bottom, rows[-1][1]))
            else:
                rows.append((top, bottom))
        filled = [at for at, row in enumerate(rows) if self._has_values(row)]
        rows = rows[filled[0] : filled[-1] + 1] if filled else []
        return [
            (left, top, right, bottom)
            for top, bottom in self._with_marks(rows)
            for left, right in pairwise(self._edges)
        ]

    def _has_values(self, row: _Span) -> bool:
        """Tell whether a row has text in any column but the first; else it is a line above or below the table."""
        return any(row[0] <= line.middle <= row[1] for lines in self._columns[1:] for line in lines)

    def _with_marks(self, rows: Sequence[_Span]) -> Iterator[_Span]:
        """Yield the rows, enlarged by the marks above and below their lines; at most halfway to the next row."""
        if not rows:
            return
        reach = round(_MARKS * self._em)
        ends = [rows[0][0] - 2 * reach, *(end for row in rows for end in row), rows[-1][1] + 2 * reach]
        for above, top, bottom, below in zip(ends[::2], ends[1::2], ends[2::2], ends[3::2], strict=False):
            yield max(top - reach, (above + top) // 2, 0), min(bottom + reach, (bottom + below) // 2)


def _joined(lines: Sequence[_Line], pitch_max: float, levels: Sequence[int]) -> list[_Span]:
    """Return the top and bottom of each cell of a column, from the lines in it."""
    cells: list[_Span] = []
    for above, line in zip([None, *lines], lines, strict=False):
        is_ruled_off = above and any(above.middle <= level <= line.middle for level in levels)
        if above and not is_ruled_off and line.middle - above.middle <= pitch_max:
            cells[-1] = (cells[-1][0], line.bottom)
        else:
            cells.append((line.top, line.bottom))
    return cells
