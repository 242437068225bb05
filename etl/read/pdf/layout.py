"""Makes lines of the pieces of text on printed pages.

In come the pieces of each page, out come its lines. A paragraph that was printed over several lines, or over two pages,
is one line again. Which pieces belong together is taken from the nodes of the source, if the PDF marks them. If not, it
is guessed: a line that was full is continued, unless the next looks like a label. Cells side by side are one line with
tabs between them. A wider gap between lines becomes an empty line, as in an export as text.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from etl.read.layout import LEADING_MAX_EM, begins_line, is_item, was_full
from etl.read.pdf.blanks import Blanks
from etl.read.pdf.pdfium.messages import Piece

# Lengths are in em, the size of the letters.
SAME_LINE = 0.5  # base lines so close are one line: a raised number, a word in another font
_CELL_BAND = 1.2  # the same for cells side by side: one may have a line more, and be centred
_SAME_EDGE = 0.3
_NO_MARK = -1
_SAME_SIZE = 0.1
_BLANK_MIN, _TAB_MIN = 0.2, 1.0
_LEADING_MIN = 0.8  # from base line to base line within a paragraph
_PITCH_MIN, _PITCH_MAX = 1.0, 1.8  # the usual leading lies between these
_GAP_MIN_PITCHES = 1.35


class _LastLine(NamedTuple):
    """The last paragraph of a page, and where the line that it is in begins."""

    paragraph: "_Paragraph"
    left: float


class _Flow(NamedTuple):
    """How the text of one node of the source flows: `right` is how far its lines may go, in points.

    `is_running` says that all of its lines ended only because they were full. `shows_blanks` says that blanks at the
    ends of its lines were printed.
    """

    right: float
    is_running: bool
    shows_blanks: bool


class _Part(NamedTuple):
    """The pieces of one node of the source on a page, and all pieces of that page."""

    pieces: list[Piece]
    page: list[Piece]


@dataclass
class _Paragraph:
    """Text that was meant as one line, and the space it takes: `top` and `bottom` are its first and last base lines.

    `shows_blanks` says that blanks at the ends of its lines were printed: without one there, there was none. In such a
    PDF the lines of a paragraph behind a tab may begin where its whole row begins, at `row_left`.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    last: Piece
    shows_blanks: bool
    row_left: float

    def take(self, piece: Piece, blanks: Blanks) -> None:
        """Append a piece from the next line, with a blank before it if there was one."""
        text, following = self.text.rstrip(), piece.text.lstrip()
        has_blank = self.last.blank_follows or (not self.shows_blanks and blanks.has_blank(text, following))
        self.text = f"{text}{' ' if has_blank else ''}{following}"
        self.right = max(self.right, piece.right)
        self.bottom = min(self.bottom, piece.baseline)
        self.last = piece


def lines(pages: Sequence[list[Piece]]) -> list[list[str]]:
    """Return the lines of each page; a paragraph over two pages is a line of the first of them."""
    gap = _GAP_MIN_PITCHES * _pitch(pages)
    return [list(_with_gaps(_rows(paragraphs), gap)) for paragraphs in _paragraphs(pages)]


def _is_level(piece: Piece, other: Piece) -> bool:
    return abs(piece.baseline - other.baseline) <= SAME_LINE * max(piece.size, other.size)


def _pitch(pages: Sequence[list[Piece]]) -> float:
    """Return the usual leading of the document, in em."""
    leadings = (
        round((upper.baseline - lower.baseline) / lower.size, 1)
        for pieces in pages
        for upper, lower in pairwise(pieces)
    )
    usual = Counter(leading for leading in leadings if _PITCH_MIN <= leading <= _PITCH_MAX).most_common(1)
    return usual[0][0] if usual else _PITCH_MAX


def _paragraphs(pages: Sequence[list[Piece]]) -> list[list[_Paragraph]]:
    """Return the paragraphs of each page in the order printed."""
    margin = max((piece.right for pieces in pages for piece in pieces), default=0.0)
    flows = _flows(pages, margin)
    blanks = Blanks("\n".join(piece.text for pieces in pages for piece in pieces))
    shows_blanks = any(
        upper.blank_follows and not _is_level(upper, lower) for pieces in pages for upper, lower in pairwise(pieces)
    )
    paragraphs: list[list[_Paragraph]] = []
    nodes: dict[int, _Paragraph] = {}  # the last paragraph of each node so far
    for pieces in pages:
        above = _last_line(paragraphs[-1]) if paragraphs else None
        paragraphs.append([])
        paragraph: _Paragraph | None = None
        begun: set[int] = set()
        row_left = 0.0
        for number, piece in enumerate(pieces):
            if number == 0 or not _is_level(pieces[number - 1], piece):
                row_left = piece.left
            flow, parted = flows.get(piece.mark), None if piece.mark in begun else nodes.get(piece.mark)
            if paragraph and _is_next_line(paragraph, number, pieces, margin, flow, blanks):
                paragraph.take(piece, blanks)
            elif parted and flow and _is_in_flow(parted.last, number, pieces, flow, blanks):
                paragraph = parted
                paragraph.take(piece, blanks)
            elif number == 0 and above and _is_next_page(above, pieces, margin):
                paragraph = above.paragraph
                paragraph.take(piece, blanks)
            else:
                paragraph = _Paragraph(
                    piece.text, piece.left, piece.right, piece.baseline, piece.baseline, piece.size, piece,
                    shows_blanks=flow.shows_blanks if flow else shows_blanks and piece.mark == _NO_MARK,
                    row_left=row_left,
                )  # fmt: skip
                paragraphs[-1].append(paragraph)
            begun.add(piece.mark)
            nodes[piece.end_mark] = paragraph
    return paragraphs


def _is_next_line(
    paragraph: _Paragraph, number: int, pieces: list[Piece], margin: float, flow: _Flow | None, blanks: Blanks
) -> bool:
    """Tell whether piece `number` of a page continues the paragraph above it.

    `margin` is where lines end on the page. `flow` is that of the piece's node, if the node has several lines.
    """
    piece, last = pieces[number], paragraph.last
    leading = (last.baseline - piece.baseline) / piece.size
    if not _LEADING_MIN <= leading <= LEADING_MAX_EM or last.end_mark != piece.mark:
        return False
    if flow:
        return _is_in_flow(last, number, pieces, flow, blanks)
    left = paragraph.row_left if paragraph.shows_blanks else last.left
    return (
        abs(piece.left - left) <= _SAME_EDGE * piece.size
        and not _begins_line(last, number, pieces)
        and _was_full(last, piece, _edge(paragraph, pieces, margin))
    )


def _is_in_flow(last: Piece, number: int, pieces: list[Piece], flow: _Flow, blanks: Blanks) -> bool:
    """Tell whether piece `number` of a page continues `last`, the piece of the same node before it."""
    piece = pieces[number]
    if flow.is_running:
        return not _is_other_size(last, piece) and not is_item(piece.text)
    if _begins_line(last, number, pieces) or not _was_full(last, piece, flow.right):
        return False
    if last.blank_follows or not flow.shows_blanks or _was_full(last, piece, flow.right, is_short=True):
        return True
    # A blank that would have been printed is missing: the line ended here.
    return not blanks.has_blank(last.text, piece.text)


def _begins_line(last: Piece, number: int, pieces: list[Piece]) -> bool:
    """Tell whether piece `number` of a page begins like a line of its own, or is of another size than `last`."""
    piece = pieces[number]
    beginning = " ".join(other.text for other in pieces[number : number + 2] if _is_level(piece, other))
    return _is_other_size(last, piece) or begins_line(beginning)


def _edge(paragraph: _Paragraph, pieces: list[Piece], margin: float) -> float:
    """Return where the cell to the right of a paragraph begins, or else the margin of the page."""
    band, room = _CELL_BAND * paragraph.size, _SAME_EDGE * paragraph.size
    return min(
        (
            other.left
            for other in pieces
            if other.left >= paragraph.right - room
            and paragraph.bottom - band <= other.baseline <= paragraph.top + band
        ),
        default=margin,
    )


def _is_next_page(above: _LastLine, pieces: list[Piece], margin: float) -> bool:
    """Tell whether a page begins with the rest of the last line of the page before, in a PDF without marked nodes."""
    piece, last = pieces[0], above.paragraph.last
    return (
        last.end_mark == piece.mark == _NO_MARK
        and abs(piece.left - above.left) <= _SAME_EDGE * piece.size
        and not _is_other_size(last, piece)
        and not any(begins_line(other.text) for other in _top_row(pieces))
        and _was_full(last, piece, margin)
    )


def _top_row(pieces: list[Piece]) -> list[Piece]:
    """Return the first piece of a page and those beside it, even if one of them is centred in its row."""
    return [piece for piece in pieces if piece.baseline >= pieces[0].baseline - _CELL_BAND * pieces[0].size]


def _last_line(paragraphs: list[_Paragraph]) -> _LastLine | None:
    """Return the last line of a page: text after a tab continues below where the whole line begins."""
    if not paragraphs:
        return None
    row = _rows(paragraphs)[-1]
    return _LastLine(row[-1], min(paragraph.last.left for paragraph in row))


def _is_other_size(piece: Piece, other: Piece) -> bool:
    return abs(piece.size - other.size) > _SAME_SIZE * other.size


def _was_full(last: Piece, following: Piece, margin: float, *, is_short: bool = False) -> bool:
    """Tell whether the first word of `following` may have found no room at the end of the line of `last`."""
    return was_full(last.right, following.text, following.right - following.left, margin, is_short=is_short)


def _flows(pages: Sequence[list[Piece]], margin: float) -> dict[int, _Flow]:
    """Return the flow of each node of the source that takes several lines."""
    nodes: defaultdict[int, list[_Part]] = defaultdict(list)
    for pieces in pages:
        by_mark: defaultdict[int, list[Piece]] = defaultdict(list)
        for piece in pieces:
            for mark in {piece.mark, piece.end_mark} - {_NO_MARK}:
                by_mark[mark].append(piece)
        for mark, node in by_mark.items():
            nodes[mark].append(_Part(node, pieces))
    edge = min((piece.left for pieces in pages for piece in pieces), default=0.0)
    return {
        mark: _flow(parts, edge, margin)
        for mark, parts in nodes.items()
        if len(parts) > 1 or not _is_level(parts[0].pieces[0], parts[0].pieces[-1])
    }


def _flow(parts: list[_Part], edge: float, margin: float) -> _Flow:
    """Return the flow of a node; outside of tables, its lines may go as far as the margin of the page."""
    node = [piece for part in parts for piece in part.pieces]
    left, right = min(piece.left for piece in node), max(piece.right for piece in node)
    if left - edge <= _SAME_EDGE * node[0].size and not any(_is_in_table(part, right) for part in parts):
        right = margin
    # Text with blank lines in it keeps the line ends of its source.
    leadings = [
        (upper.baseline - lower.baseline) / lower.size for part in parts for upper, lower in pairwise(part.pieces)
    ]
    is_running = all(_LEADING_MIN <= leading <= LEADING_MAX_EM for leading in leadings)
    return _Flow(
        right,
        is_running=is_running and all(_was_full(upper, lower, right) for upper, lower in pairwise(node)),
        shows_blanks=any(piece.blank_follows for piece in node),
    )


def _is_in_table(part: _Part, right: float) -> bool:
    """Tell whether something stands to the right of a node whose lines go as far as `right`."""
    first, last = part.pieces[0], part.pieces[-1]
    above, below = first.baseline + first.size, last.baseline - last.size
    room = _SAME_EDGE * first.size
    return any(piece.left >= right - room and below < piece.baseline < above for piece in part.page)


def _rows(paragraphs: list[_Paragraph]) -> list[list[_Paragraph]]:
    """Return the rows of a page from top to bottom, each with the paragraphs that stand side by side."""
    rows: list[list[_Paragraph]] = []
    is_in_order = True
    for paragraph in paragraphs:
        if rows and paragraph.top > _bottom(rows[-1]) - SAME_LINE * paragraph.size:
            row = next((row for row in reversed(rows) if _is_beside(paragraph, row)), None)
            if row is not None:
                row.append(paragraph)
                continue
            is_in_order = False
        rows.append([paragraph])
    return rows if is_in_order else sorted(rows, key=_top, reverse=True)


def _top(row: list[_Paragraph]) -> float:
    return max(paragraph.top for paragraph in row)


def _bottom(row: list[_Paragraph]) -> float:
    return min(paragraph.bottom for paragraph in row)


def _is_beside(paragraph: _Paragraph, row: list[_Paragraph]) -> bool:
    room = SAME_LINE * paragraph.size
    return (
        paragraph.bottom <= _top(row) + room
        and paragraph.top >= _bottom(row) - room
        and all(paragraph.left >= other.right - room or paragraph.right <= other.left + room for other in row)
    )


def _with_gaps(rows: list[list[_Paragraph]], gap: float) -> Iterator[str]:
    above: list[_Paragraph] | None = None
    for row in rows:
        if above and (_bottom(above) - _top(row)) > gap * row[0].size:
            yield ""
        yield side_by_side(row)
        above = row


def side_by_side(row: Sequence[_Paragraph | Piece]) -> str:
    """Return texts that stand side by side as one line, with a tab at each gap between cells or columns."""
    ordered = sorted(row, key=lambda cell: cell.left)
    text = ordered[0].text
    for before, cell in pairwise(ordered):
        gap = (cell.left - before.right) / cell.size
        is_column = isinstance(before, _Paragraph) and before.bottom < before.top
        text += ("\t" if gap >= _TAB_MIN else " " if gap >= _BLANK_MIN or is_column else "") + cell.text
    return text
