"""Joins the text in tables with rules: each row of cells becomes one piece of text.

In come the pieces of text of a page, and its rules. Out come the pieces, with one for each row: the texts of its cells
with tabs between them; an empty cell keeps its tab. A cell is what four rules enclose. Lines of a cell that were broken
at its edge are joined. Where the last cell of a row has several lines of its own, they follow as further pieces. Text
outside of cells stays as it is, and so does text in a cell without a neighbour.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise
from operator import itemgetter
from typing import NamedTuple

import msgspec

from etl.read.layout import begins_line, was_full
from etl.read.pdf.blanks import Blanks
from etl.read.pdf.pdfium.messages import Piece

_SAME_EDGE = 3.0  # points; rules that are no farther apart are the same, or meet
_FIRST_MARK = -2  # lower than the number of any node of the source
_MIDDLE_EM = 0.3  # from the base line up to the middle of a letter
_SAME_LINE_EM = 0.5
_BLANK_MIN_EM = 0.2
_BROKEN_UPRIGHTS_MIN = 3
_FILLED_MIN, _LEVEL = 0.6, 4.0  # share of columns with text on a line; points in which base lines are one
_FULL_LINES_MAX = 2  # of one row: the head of a table may have two
_PADDING_MAX = 12.0  # points; text farther from the cell's edge is centred

_DAY, _CLOCK = re.compile(r"\(?[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{2,4}"), re.compile("[0-9]{1,2}:[0-9]{2}")
_LABELLED = re.compile(r"[^:=]{1,60}:(?![0-9/])")

Box = tuple[float, float, float, float]


class _Rule(NamedTuple):
    """A horizontal or vertical rule: its height or distance from the left, where it starts and where it ends."""

    at: float
    start: float
    end: float

    def spans(self, place: float) -> bool:
        return self.start - _SAME_EDGE <= place <= self.end + _SAME_EDGE


class Cell(NamedTuple):
    """What four rules enclose, or gaps separate, in points from the lower left."""

    left: float
    lower: float
    right: float
    upper: float


class _Grid:
    """The rules of a page; finds the cell at a place."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._levels = sorted(
            _Rule((lower + upper) / 2, left, right)
            for left, lower, right, upper in boxes
            if right - left > upper - lower
        )
        self._uprights = sorted(
            _Rule((left + right) / 2, lower, upper)
            for left, lower, right, upper in boxes
            if upper - lower > right - left
        )
        self.broken = _ends_without_rule(self._levels, self._uprights)
        self._levels = sorted([*self._levels, *self.broken])
        self._across: list[float] = []  # left and right edges of cells found so far, in order
        self._up: list[float] = []  # lower and upper edges

    def cell_at(self, x: float, y: float) -> Cell | None:
        """Return the cell at a place, equal for all places in it; None where a side has no rule."""
        lower, upper = _nearest(self._levels, y, x)
        left, right = _nearest(self._uprights, x, y)
        if lower is None or upper is None or left is None or right is None:
            return None
        return Cell(
            _settled(self._across, left), _settled(self._up, lower),
            _settled(self._across, right), _settled(self._up, upper),
        )  # fmt: skip


def _ends_without_rule(levels: Sequence[_Rule], uprights: Sequence[_Rule]) -> list[_Rule]:
    """Return the edges that a page's end leaves open: where uprights end together without one.

    They begin at a rule, or, where a row takes a whole page, together as well.
    """
    found: list[_Rule] = []
    for side, other in ((1, 2), (2, 1)):  # where each starts, and where it ends
        together: list[_Rule] = []
        for upright in [*sorted(uprights, key=itemgetter(side)), None]:
            if upright and together and upright[side] - together[-1][side] <= _SAME_EDGE:
                together.append(upright)
                continue
            if len({round(one.at) for one in together}) >= _BROKEN_UPRIGHTS_MIN:
                edge = _Rule(together[0][side], min(one.at for one in together), max(one.at for one in together))
                is_open = not any(_meet(level, edge.at) and level.spans(edge.start) for level in levels)
                held = [any(_meet(level, one[other]) and level.spans(one.at) for level in levels) for one in together]
                is_held = all(held) or (not any(held) and len({round(one[other]) for one in together}) == 1)
                found += [edge] if is_open and is_held else []
            together = [upright] if upright else []
    return found


def _meet(level: _Rule, height: float) -> bool:
    return abs(level.at - height) <= _SAME_EDGE


def _nearest(rules: list[_Rule], place: float, across: float) -> tuple[float | None, float | None]:
    """Return where the nearest rules before and behind `place` are that reach past `across`; None for none."""
    middle = bisect_right(rules, place, key=lambda rule: rule.at)
    before = next((rules[index].at for index in range(middle - 1, -1, -1) if rules[index].spans(across)), None)
    behind = next((rules[index].at for index in range(middle, len(rules)) if rules[index].spans(across)), None)
    return before, behind


def row_marks() -> Iterator[int]:
    """Yield numbers for rows as nodes: each row is a node of its own, and none is a node of the source."""
    return count(_FIRST_MARK, -1)


def with_rows(pieces: list[Piece], boxes: Sequence[Box], marks: Iterator[int], shift: float = 0.0) -> list[Piece]:
    """Return the pieces of a page; each row of cells with rules is one piece, in the place of its first one.

    `boxes` are the rules, and `marks` yields numbers that no row of the document has yet. `shift` is how far the pieces
    were moved along their lines, in points; the rules were not moved.
    """
    if not boxes:
        return pieces
    grid = _Grid([(left + shift, lower, right + shift, upper) for left, lower, right, upper in boxes])
    texts: defaultdict[Cell, list[Piece]] = defaultdict(list)
    crossed: set[float] = set()  # upper edges of rows where text crosses the edge of its cell: no table then
    for piece in pieces:
        cell = grid.cell_at((piece.left + piece.right) / 2, piece.baseline + _MIDDLE_EM * piece.size)
        if cell:
            texts[cell].append(piece)
            if piece.left < cell.left - _SAME_EDGE or piece.right > cell.right + _SAME_EDGE:
                crossed.add(cell.upper)
    rows = [
        row
        for row in _rows(list(texts), grid)
        if not any(cell and cell.upper in crossed for cell in row) and not is_frame(row, texts)
    ]
    edges = [rule.at for rule in grid.broken]
    return put_in_rows(pieces, [row for row in rows if not _is_of_many(row, edges, texts)], texts, marks, edges)


def _is_broken(row: Sequence[Cell | None], edges: Sequence[float], *, below: bool) -> bool:
    """Tell whether the lower or upper side of a row is an edge that a page's end left open."""
    sides = [cell.lower if below else cell.upper for cell in row if cell]
    return any(abs(side - edge) <= _SAME_EDGE for side in sides for edge in edges)


def _is_of_many(row: Sequence[Cell | None], edges: Sequence[float], texts: Mapping[Cell, list[Piece]]) -> bool:
    """Tell whether an open row is many, as of a table with upright rules only: most columns have several lines."""
    if not (_is_broken(row, edges, below=True) or _is_broken(row, edges, below=False)):
        return False
    lines = Counter(
        round(height) for cell in row if cell for height in {piece.baseline // _LEVEL for piece in texts.get(cell, ())}
    )
    return sum(count >= _FILLED_MIN * len(row) for count in lines.values()) > _FULL_LINES_MAX


def put_in_rows(
    pieces: list[Piece], rows: Iterable[list[Cell | None]], texts: Mapping[Cell, list[Piece]], marks: Iterator[int],
    edges: Sequence[float] = (),
) -> list[Piece]:  # fmt: skip
    """Return the pieces of a page; those of each row of cells are one piece, in the place of the first of them.

    A row down to one of the `edges` is broken there by the page's end.
    """
    blanks = Blanks("\n".join(piece.text for piece in pieces))
    order = {id(piece): number for number, piece in enumerate(pieces)}
    first: dict[int, list[Piece]] = {}
    taken: set[int] = set()
    for row in rows:
        own = {id(piece) for cell in row if cell for piece in texts.get(cell, ())}
        begins_with = min(own, key=order.__getitem__)
        first[begins_with] = _pieces(row, texts, blanks, marks)
        if _is_broken(row, edges, below=True):
            first[begins_with][0].is_broken = True
        taken |= own
    return [put for piece in pieces for put in first.get(id(piece), [] if id(piece) in taken else [piece])]


def _settled(edges: list[float], side: float) -> float:
    """Return the known edge that a side hardly differs from; a side without one is added to the edges."""
    place = bisect_left(edges, side - _SAME_EDGE)
    if place < len(edges) and edges[place] <= side + _SAME_EDGE:
        return edges[place]
    edges.insert(place, side)
    return side


def _rows(cells: list[Cell], grid: _Grid) -> Iterator[list[Cell | None]]:
    """Yield each row: cells side by side that begin at one height, left to right; None where one began higher up."""
    by_top: defaultdict[float, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_top[cell.upper].append(cell)
    for upper, level in by_top.items():
        level.sort()
        done = level[0].left - 1
        for cell in level:
            if cell.left < done:
                continue
            middle = upper - min(upper - other.lower for other in level) / 2
            before = list(_beside(cell, grid, middle, -1))
            row = [*reversed(before), cell, *_beside(cell, grid, middle, 1)]
            done = row[-1].right
            if len(row) > 1:
                yield [beside if beside.upper == upper else None for beside in row]


def _beside(cell: Cell, grid: _Grid, middle: float, way: int) -> Iterator[Cell]:
    """Yield the cells beside a cell at the height `middle`: to the right where `way` is 1, to the left for -1."""
    while True:
        start = cell.right + 2 * _SAME_EDGE if way > 0 else cell.left - 2 * _SAME_EDGE
        following = grid.cell_at(start, middle)
        if following is None or (following.left < cell.right if way > 0 else following.right > cell.left):
            return
        yield following
        cell = following


def is_frame(row: Sequence[Cell | None], texts: Mapping[Cell, list[Piece]]) -> bool:
    """Tell whether a cell, other than the last, holds several labels: then it is a column of the page, not a cell."""
    columns = [texts.get(cell, []) for cell in row[:-1] if cell]
    return any(sum(_LABELLED.match(piece.text) is not None for piece in column) > 1 for column in columns)


def _pieces(
    row: list[Cell | None], texts: Mapping[Cell, list[Piece]], blanks: Blanks, marks: Iterator[int]
) -> list[Piece]:
    """Return a row as one piece, and behind it the further lines of its last cell."""
    columns = [_lines(texts.get(cell, []), cell, blanks) if cell else [] for cell in row]
    pieces = [piece for cell in row if cell for piece in texts.get(cell, ())]
    *others, last = columns
    cells = [" ".join(lines) for lines in others] + last[:1]
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    top = max(pieces, key=lambda piece: piece.baseline)
    of_last = list(texts.get(row[-1], ())) if row[-1] else []
    own = [next(marks) for _ in last] or [next(marks)]
    whole = Piece("\t".join(cells).rstrip("\t"), left, right, top.baseline, top.size, own[0], own[0])
    foot = min((piece.baseline for piece in of_last), default=top.baseline)
    step = (top.baseline - foot) / max(len(last) - 1, 1)
    return [whole] + [
        msgspec.structs.replace(
            whole, text=line, left=of_last[0].left, baseline=top.baseline - step * number, mark=own[number],
            end_mark=own[number],
        )
        for number, line in enumerate(last[1:], start=1)
    ]  # fmt: skip


def _lines(pieces: list[Piece], cell: Cell, blanks: Blanks) -> list[str]:
    """Return the lines of a cell, joined where they were broken at its edge; it has equal room on both sides."""
    margin = cell.right - min(min((piece.left - cell.left for piece in pieces), default=0.0), _PADDING_MAX)
    printed: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.baseline):
        is_same = printed and printed[-1][0].baseline - piece.baseline <= _SAME_LINE_EM * piece.size
        printed[-1].append(piece) if is_same else printed.append([piece])
    lines: list[str] = []
    above: Piece | None = None
    for row in printed:
        row.sort(key=lambda piece: piece.left)
        text = row[0].text
        for before, piece in pairwise(row):
            text += (" " if piece.left - before.right > _BLANK_MIN_EM * piece.size else "") + piece.text
        width = row[-1].right - row[0].left
        if above and not begins_line(text) and was_full(above.right, text, width, margin):
            has_blank = above.blank_follows or (
                not _is_cut(lines[-1], text) and blanks.has_blank(lines[-1].rstrip(), text.lstrip())
            )
            lines[-1] = f"{lines[-1].rstrip()}{' ' if has_blank else ''}{text.lstrip()}"
        else:
            lines.append(text)
        above = row[-1]
    return lines


def _is_cut(before: str, after: str) -> bool:
    """Tell whether a figure was cut because it is wider than its cell: it stands alone on the line before."""
    if _CLOCK.match(after) and _DAY.fullmatch(before):
        return False
    return not re.search(r"\s", before) and before[-1:].isdigit() and after[:1].isdigit()
