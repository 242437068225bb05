"""Pieces of printed pages into the lines that were meant, and what a browser prints around the text of each page.

A paragraph that was printed over several lines is one line again. Thai has no blanks between words, so it depends on
where it was broken whether a blank belongs there. Cells of a table that stand side by side are one line, with tabs
between them. A wider gap between lines is an empty line, as in an export as text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from etl.read.pdfium import Piece
from etl.reference import words

# Lengths are in em, the size of the letters.
_SAME_LINE = 0.5  # base lines no farther apart are of one line: a number set higher, a word in another font
_CELL_BAND = 1.2  # the same of a cell and the one beside it, when one has a line more and is set in the middle
_SAME_EDGE = 0.3
_SAME_SIZE = 0.1
_BLANK_MIN, _TAB_MIN = 0.2, 1.0
_LEADING_MIN, _LEADING_MAX = 0.8, 2.2  # from base line to base line within a paragraph
_PITCH_MIN, _PITCH_MAX = 1.0, 1.8  # the usual leading
_GAP_MIN_PITCHES = 1.35
_WORD_MAX = 16  # letters; hardly a word is longer, so where there was room for as many, no line had to be broken

_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # takes no room of its own
_WORD = re.compile(rf"\s*\S{{1,{_WORD_MAX}}}")
# How what is a line of its own begins: an item of a list, a heading with its number, a label.
_ITEM = re.compile(r"\s*[-–•*·●▪◦]+\s")
_OWN_LINE = re.compile(r"\s*(?:\(?[0-9๐-๙]{1,2}[.)]\s|[0-9๐-๙](?:\.[0-9๐-๙]{1,2})+\s|[^:]{0,40}:(?![0-9/]))")
# Where a line is broken without a blank: between Thai words, though one follows ๆ and ฯ, and after a hyphen.
_OPENING = re.compile("|".join(words("phrases")["opening"]))
_BROKEN_WITHIN = re.compile("[\u0e01-\u0e2e\u0e30-\u0e45\u0e47-\u0e4e]\n[\u0e01-\u0e4e]|\\S[-–/?!]\n")

_CLOCK = r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?:\s*[ap]\.?m\.?|\s*น\.)?"
_PRINTED_AT = re.compile(rf"[0-9]{{1,4}}([/.-])[0-9]{{1,2}}\1[0-9]{{1,4}},?\s+{_CLOCK}", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|file|ftp)://\S+", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?:(?:หน้า(?:ที่)?|page)\s*)?([0-9]+)\s*(?:/|of|จาก)\s*([0-9]+)", re.IGNORECASE)


class Body(NamedTuple):
    """The pieces of a page's text, and what a browser printed around it; None where it did not."""

    pieces: list[Piece]
    printed_at: str | None = None
    address: str | None = None


class _Cell(NamedTuple):
    """A paragraph that may go on with the next page, and from where to where its lines go."""

    paragraph: "_Paragraph"
    left: float
    right: float


class _Flow(NamedTuple):
    """The pieces of one node of the source: how far right they may go, and whether only that ended their lines.

    `shows_blanks` tells that blanks at the ends of lines were printed.
    """

    right: float
    is_running: bool
    shows_blanks: bool


@dataclass
class _Paragraph:
    """Text that was meant as one line, and the space it takes: `top` and `bottom` are its first and last base lines.

    `shows_blanks` tells that blanks at the ends of its lines were printed, so that where there is none, there was none.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    last: Piece
    shows_blanks: bool

    def take(self, piece: Piece) -> None:
        """Go on with what was printed on the next line."""
        has_blank = self.last.blank_follows
        if not has_blank and not self.shows_blanks:
            is_within = _BROKEN_WITHIN.search(f"{self.text[-2:]}\n{piece.text[:1]}")
            has_blank = not is_within or bool(_OPENING.match(piece.text))
        self.text = f"{self.text.rstrip()}{' ' if has_blank else ''}{piece.text.lstrip()}"
        self.right = max(self.right, piece.right)
        self.bottom = min(self.bottom, piece.baseline)
        self.last = piece


def without_furniture(pieces: list[Piece], number: int, count: int) -> Body:
    """Return the body of a page (its number counted from 1, of so many) without the head and foot of a browser."""
    body = Body(pieces)
    for edge in (max, min):
        if not body.pieces:
            break
        outermost = edge(body.pieces, key=lambda piece: piece.baseline)
        room = _SAME_LINE * outermost.size
        row = [piece for piece in body.pieces if abs(piece.baseline - outermost.baseline) <= room]
        cells = _side_by_side(row).split("\t")
        printed_at = next(filter(_PRINTED_AT.fullmatch, cells), None)
        address = next(filter(_ADDRESS.fullmatch, cells), None)
        numbers = [match.groups() for match in map(_PAGE_NUMBER.fullmatch, cells) if match]
        # A PDF that tells which node of the source each text is of says of furniture that it is of none.
        is_of_no_node = all(piece.mark < 0 for piece in row) and any(piece.mark >= 0 for piece in body.pieces)
        if printed_at or address or (str(number), str(count)) in numbers or is_of_no_node:
            rest = [piece for piece in body.pieces if abs(piece.baseline - outermost.baseline) > room]
            body = Body(rest, body.printed_at or printed_at, body.address or address)
    return body


def lines(pages: Sequence[list[Piece]]) -> list[list[str]]:
    """Return the lines of each page's text; a paragraph that goes on with the next page is a line of its first one."""
    gap = _GAP_MIN_PITCHES * _pitch(pages)
    return [list(_with_gaps(_rows(paragraphs), gap)) for paragraphs in _paragraphs(pages)]


def _is_level(piece: Piece, other: Piece) -> bool:
    return abs(piece.baseline - other.baseline) <= _SAME_LINE * max(piece.size, other.size)


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
    paragraphs: list[list[_Paragraph]] = []
    cells: list[_Cell] = []
    for pieces in pages:
        paragraphs.append([])
        flows = _flows(pieces, margin)
        if any(_OWN_LINE.match(piece.text) for piece in _top_row(pieces)):
            cells = []
        paragraph: _Paragraph | None = None
        for number, piece in enumerate(pieces):
            flow = flows.get(piece.mark)
            if paragraph and _is_next_line(paragraph.last, number, pieces, margin, flow):
                paragraph.take(piece)
            elif cell := next((cell for cell in cells if _is_next_page(cell, piece)), None):
                paragraph = cell.paragraph
                paragraph.take(piece)
            else:
                cells = []
                paragraph = _Paragraph(
                    piece.text, piece.left, piece.right, piece.baseline, piece.baseline, piece.size, piece,
                    shows_blanks=flow is not None and flow.shows_blanks,
                )  # fmt: skip
                paragraphs[-1].append(paragraph)
        cells = _last_cells(paragraphs[-1], margin)
    return paragraphs


def _is_next_line(last: Piece, number: int, pieces: list[Piece], margin: float, flow: _Flow | None) -> bool:
    """Tell whether one of the pieces of a page goes on with the paragraph whose last piece is above it.

    `flow` is that of the piece's node, if that takes several lines.
    """
    piece = pieces[number]
    leading = (last.baseline - piece.baseline) / piece.size
    if not _LEADING_MIN <= leading <= _LEADING_MAX or last.mark != piece.mark:
        return False
    if _is_other_size(last, piece) or _ITEM.match(piece.text):
        return False
    if flow and flow.is_running:
        return True
    if not flow and abs(piece.left - last.left) > _SAME_EDGE * piece.size:
        return False
    beginning = " ".join(other.text for other in pieces[number : number + 2] if _is_level(piece, other))
    return not _OWN_LINE.match(beginning) and _was_full(
        last, piece, flow.right if flow else _edge(last, pieces, margin)
    )


def _edge(piece: Piece, pieces: list[Piece], margin: float) -> float:
    """Return where the cell beside a piece begins, or where the page ends."""
    room = _CELL_BAND * piece.size
    beside = (other for other in pieces if other.left >= piece.right and abs(other.baseline - piece.baseline) <= room)
    return min((other.left for other in beside), default=margin)


def _is_next_page(cell: _Cell, piece: Piece) -> bool:
    """Tell whether a piece at the top of a page goes on with a cell at the bottom of the page before."""
    last = cell.paragraph.last
    return (
        abs(piece.left - cell.left) <= _SAME_EDGE * piece.size
        and not _is_other_size(last, piece)
        and not _ITEM.match(piece.text)
        and not _OWN_LINE.match(piece.text)
        and _was_full(last, piece, cell.right)
    )


def _top_row(pieces: list[Piece]) -> list[Piece]:
    """Return what stands beside the first piece of a page, also where a cell is set in the middle of its row."""
    return [piece for piece in pieces if piece.baseline >= pieces[0].baseline - _CELL_BAND * pieces[0].size]


def _last_cells(paragraphs: list[_Paragraph], margin: float) -> list[_Cell]:
    """Return the cells of the last row of a page, which may go on with the next."""
    row = sorted(_rows(paragraphs)[-1], key=lambda paragraph: paragraph.left) if paragraphs else []
    nodes = {paragraph.last.mark for paragraph in row}
    if len(row) > 1 and len(nodes) == len(row):
        rights = [*(paragraph.left for paragraph in row[1:]), margin]
        return [_Cell(paragraph, paragraph.last.left, right) for paragraph, right in zip(row, rights, strict=True)]
    # Parted by a tab, or a single one: what follows begins where the line does.
    return [_Cell(paragraph, row[0].last.left, margin) for paragraph in row[-1:]]


def _is_other_size(piece: Piece, other: Piece) -> bool:
    return abs(piece.size - other.size) > _SAME_SIZE * other.size


def _was_full(last: Piece, following: Piece, right: float) -> bool:
    """Tell whether the first word of what follows may have found no room at the end of a line."""
    text = _MARK.sub("", following.text)
    word = _WORD.match(text)
    share = (len(word[0]) + 1) / len(text) if word else 0.0
    return last.right + share * (following.right - following.left) > right


def _flows(pieces: list[Piece], margin: float) -> dict[int, _Flow]:
    """Return the flow of each node of the source that takes several lines."""
    nodes: defaultdict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.mark >= 0:
            nodes[piece.mark].append(piece)
    edge = min((piece.left for piece in pieces), default=0.0)
    return {mark: _flow(node, pieces, edge, margin) for mark, node in nodes.items() if not _is_level(node[0], node[-1])}


def _flow(node: list[Piece], pieces: list[Piece], edge: float, margin: float) -> _Flow:
    left, right = min(piece.left for piece in node), max(piece.right for piece in node)
    above, below = node[0].baseline + node[0].size, node[-1].baseline - node[-1].size
    is_in_table = any(piece.left >= right and below < piece.baseline < above for piece in pieces)
    if left - edge <= _SAME_EDGE * node[0].size and not is_in_table:
        right = margin
    # Blank lines and tabs are only where the source's own lines are kept.
    leadings = [(upper.baseline - lower.baseline) / lower.size for upper, lower in pairwise(node)]
    is_running = min(leadings) >= _LEADING_MIN and max(leadings) <= _LEADING_MAX
    return _Flow(
        right,
        is_running=is_running and all(_was_full(upper, lower, right) for upper, lower in pairwise(node)),
        shows_blanks=any(piece.blank_follows for piece in node),
    )


def _rows(paragraphs: list[_Paragraph]) -> list[list[_Paragraph]]:
    """Return the paragraphs that stand side by side together, from the top of the page to its bottom."""
    rows: list[list[_Paragraph]] = []
    is_in_order = True
    for paragraph in paragraphs:
        if rows and paragraph.top > _bottom(rows[-1]) - _SAME_LINE * paragraph.size:
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
    room = _SAME_LINE * paragraph.size
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
        yield _side_by_side(row)
        above = row


def _side_by_side(row: Sequence[_Paragraph | Piece]) -> str:
    """Return texts that stand side by side in one line, with a tab where a cell or a column ends."""
    ordered = sorted(row, key=lambda cell: cell.left)
    text = ordered[0].text
    for before, cell in pairwise(ordered):
        gap = (cell.left - before.right) / cell.size
        text += ("\t" if gap >= _TAB_MIN else " " if gap >= _BLANK_MIN else "") + cell.text
    return text
