"""What a PDF shows beside its text: the words of notes, and of a watermark drawn large across a page.

In come the pages as PDFium reads them. Out come what is said, and the pages without the letters of watermarks, which
stand in the midst of lines that they do not belong to.
"""

from collections.abc import Iterator
from statistics import median_low

import msgspec

from etl.read.pages import Beside
from etl.read.pdf.pdfium.messages import PageText, Piece
from etl.thai.remarks import concerns, name_concerns

_LARGE, _LARGE_MIN_POINTS = 2.5, 24.0  # by how much a watermark is larger than most text, and how large at least
_COPIES = ("สำเนา", "copy", "ลับ", "confidential")
_LETTERS_MAX = 24  # of what is drawn, perhaps again and again; a title has more


def without_watermarks(pages: list[PageText]) -> tuple[list[PageText], list[Beside]]:
    """Return the pages without watermarks, and what these say, each once."""
    words = [_watermark([*page.pieces, *page.aside]) for page in pages]
    left = [
        msgspec.structs.replace(page, pieces=[piece for piece in page.pieces if piece not in large]) if large else page
        for page, large in zip(pages, words, strict=True)
    ]
    texts = dict.fromkeys(_said(large) for large in words if large)
    return left, [Beside(text, "a watermark", name_concerns(text)) for text in texts]


def _watermark(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces of a watermark that a page has; letters of turned words are pieces of their own."""
    if not pieces or (largest := max(piece.size for piece in pieces)) < _LARGE_MIN_POINTS:
        return []
    usual = median_low(piece.size for piece in pieces for _ in piece.text)
    if largest < _LARGE * usual:
        return []
    large = [piece for piece in pieces if piece.size >= max(_LARGE * usual, _LARGE_MIN_POINTS)]
    text = _said(large)
    is_known = name_concerns(text) or text.lower().startswith(_COPIES)
    return large if is_known and len(text) <= _LETTERS_MAX else []


def _said(large: list[Piece]) -> str:
    """Return what large pieces say, once, however often it is drawn."""
    text = "".join("".join(piece.text.split()) for piece in large)
    return text[: f"{text}{text}".find(text, 1)]


def noted(pages: list[PageText]) -> Iterator[Beside]:
    """Yield the words of notes; those that a page shows as well only where they take something back."""
    for number, page in enumerate(pages, start=1):
        where = f"a note on page {number}"
        yield from (Beside(text, where, concerns(text)) for text in page.said)
        if not page.drawn:
            continue
        shown = "".join("".join(piece.text.split()) for piece in page.pieces)
        for text in page.drawn:
            is_shown = "".join(text.split()) in shown
            if not is_shown or name_concerns(text):
                yield Beside(text, where, name_concerns(text) or (not is_shown and concerns(text)))
