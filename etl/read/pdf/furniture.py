"""Removes what a browser prints around the text of each page: title and date above, address and number below."""

import re
from typing import NamedTuple

from etl.read.pdf.layout import SAME_LINE, side_by_side
from etl.read.pdf.pdfium.messages import Piece

_CLOCK = r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?:\s*[ap]\.?m\.?|\s*น\.)?"
_PRINTED_AT = re.compile(rf"[0-9]{{1,4}}([/.-])[0-9]{{1,2}}\1[0-9]{{1,4}},?\s+{_CLOCK}", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|file|ftp)://\S+", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?:(?:หน้า(?:ที่)?|page)\s*)?([0-9]+)\s*(?:/|of|จาก)\s*([0-9]+)", re.IGNORECASE)


class Body(NamedTuple):
    """The pieces of a page's text, and the time and address that a browser printed around it, if any."""

    pieces: list[Piece]
    printed_at: str | None = None
    address: str | None = None


def without_furniture(pieces: list[Piece], number: int, count: int) -> Body:
    """Return the body of page `number` (from 1) of `count`, without the head and foot that a browser printed."""
    body = Body(pieces)
    for edge in (max, min):
        if not body.pieces:
            break
        outermost = edge(body.pieces, key=lambda piece: piece.baseline)
        room = SAME_LINE * outermost.size
        row = [piece for piece in body.pieces if abs(piece.baseline - outermost.baseline) <= room]
        cells = side_by_side(row).split("\t")
        printed_at = next(filter(_PRINTED_AT.fullmatch, cells), None)
        address = next(filter(_ADDRESS.fullmatch, cells), None)
        numbers = [match.groups() for match in map(_PAGE_NUMBER.fullmatch, cells) if match]
        # In a PDF that marks which node of the source a text belongs to, head and foot belong to none.
        is_of_no_node = all(piece.mark < 0 for piece in row) and any(piece.mark >= 0 for piece in body.pieces)
        if printed_at or address or (str(number), str(count)) in numbers or is_of_no_node:
            rest = [piece for piece in body.pieces if abs(piece.baseline - outermost.baseline) > room]
            body = Body(rest, body.printed_at or printed_at, body.address or address)
    return body
