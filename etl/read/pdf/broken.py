"""Joins rows of tables that the end of a page broke.

In come the pieces of each page, with a piece for each row of cells. Out come these with the rest of a broken row, which
stands at the top of the next page below the head of the table, joined to its beginning, cell by cell.
"""

import re
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from msgspec.structs import replace

from etl.read.pdf.blanks import Blanks
from etl.read.pdf.pdfium.messages import Piece

_WHOLE = re.compile(
    r"(?:[0-9๐-๙]{1,3}(?:,[0-9๐-๙]{3})*|[0-9๐-๙]+)(?:\.[0-9๐-๙]+)?\s*(?:%|บาท)?"
    r"|[0-9๐-๙]{8}-[0-9๐-๙]{4}|[0-9๐-๙]{1,2}/[0-9๐-๙]{1,2}/[0-9๐-๙]{2,4}|[0-9๐-๙]{1,3}[.)]"
)
_FIGURE = re.compile(r"[0-9๐-๙](?![0-9๐-๙]?:)")  # and no time of day, which may stand below its day


def with_whole_rows(pages: Sequence[list[Piece]]) -> list[list[Piece]]:
    """Return the pieces of each page; a row that goes on on the next page, or on several, is whole on its first."""
    if not any(piece.is_broken for pieces in pages for piece in pieces):
        return [*pages]
    blanks = Blanks("\n".join(piece.text for pieces in pages for piece in pieces))
    whole = [[*pieces] for pieces in pages]
    for at, (upper, lower) in reversed([*enumerate(pairwise(whole))]):
        begun = next((number for number, piece in enumerate(upper) if piece.is_broken), None)
        heads = {piece.text for pieces in pages[: at + 1] for piece in pieces if "\t" in piece.text}
        rest = next((piece for piece in lower if "\t" in piece.text and piece.text not in heads), None)
        if begun is None or rest is None:
            continue
        beginning, number = upper[begun], lower.index(rest)
        following = lower[number + 1 : number + 2]
        if _is_row_of_its_own(beginning, rest):
            continue
        if (begun + 1 < len(upper) and _is_of_same_row(beginning, upper[begun + 1])) or (
            following and _is_of_same_row(rest, following[0])
        ):
            continue  # the last cell has lines of its own: the rest stays a row
        upper[begun] = replace(beginning, text=_joined(beginning.text, rest.text, blanks), is_broken=False)
        del lower[number]
    return whole


def _is_row_of_its_own(above: Piece, below: Piece) -> bool:
    """Tell whether a row goes on with no other: where that has a whole figure, this one has a figure as well.

    The first cell is the number or the code of a row: behind a whole one, any text begins another row.
    """
    both = [cells for cells in zip(above.text.split("\t"), below.text.split("\t"), strict=False) if all(cells)]
    is_first = bool(above.text.split("\t")[0] and below.text.split("\t")[0])
    return any(
        _WHOLE.fullmatch(before) and (_FIGURE.match(after) or (is_first and number == 0))
        for number, (before, after) in enumerate(both)
    )


def _is_of_same_row(row: Piece, piece: Piece) -> bool:
    return piece.left > row.left and piece.right == row.right and "\t" not in piece.text


def _joined(beginning: str, rest: str, blanks: Blanks) -> str:
    cells = zip_longest(beginning.split("\t"), rest.split("\t"), fillvalue="")
    return "\t".join(
        f"{before}{' ' if blanks.has_blank(before, after) else ''}{after}" if before and after else before or after
        for before, after in cells
    )
