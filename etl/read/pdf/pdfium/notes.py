"""Reads what people noted on a page: the words of their notes, and the letters that notes strike out.

In comes a page that PDFium has open, before its notes become part of it. A note that is hidden says nothing.
"""

from ctypes import byref, c_ushort
from typing import Any, NamedTuple

import pypdfium2.raw as c

from .rules import Box

_NOT_PRINTED = (c.FPDF_ANNOT_LINK, c.FPDF_ANNOT_POPUP)
_NO_NOTE = (*_NOT_PRINTED, c.FPDF_ANNOT_WIDGET)
_UNSEEN = c.FPDF_ANNOT_FLAG_HIDDEN | c.FPDF_ANNOT_FLAG_NOVIEW
_CHARACTERS_MAX = (
    5_000  # of one note: more than is looked at, so that one that is cut concerns whatever it goes on with
)
_STROKE = 0.4  # of a line's height, from below, where what strikes it out goes through
_THIN = 0.25  # points


class Notes(NamedTuple):
    """What is noted on a page.

    `are_shown` says that a viewer shows something more on it, also a field of a form. `said` are the words that stand
    in notes, `drawn` those of notes that show something on the page. `struck` are strokes through letters, in points.
    """

    are_shown: bool
    said: list[str]
    drawn: list[str]
    struck: list[Box]


def notes(page: Any) -> Notes:
    """Return what is noted on a page; links do not count."""
    are_shown, said, drawn, struck = False, list[str](), list[str](), list[Box]()
    for place in range(c.FPDFPage_GetAnnotCount(page)):
        note = c.FPDFPage_GetAnnot(page, place)
        subtype = c.FPDFAnnot_GetSubtype(note)
        are_shown |= subtype not in _NOT_PRINTED
        if subtype not in _NO_NOTE and not c.FPDFAnnot_GetFlags(note) & _UNSEEN:
            if text := _text(note):
                (said if subtype == c.FPDF_ANNOT_TEXT else drawn).append(text)
            if subtype == c.FPDF_ANNOT_STRIKEOUT:
                struck += _strokes(note)
        c.FPDFPage_CloseAnnot(note)
    return Notes(are_shown, said, drawn, struck)


def _text(note: Any) -> str:
    size = c.FPDFAnnot_GetStringValue(note, b"Contents", None, 0)  # bytes, with two noughts at the end
    buffer = (c_ushort * (size // 2 + 1))()
    c.FPDFAnnot_GetStringValue(note, b"Contents", buffer, size)
    return bytes(buffer)[: max(size - 2, 0)].decode("utf-16-le", errors="replace").strip()[:_CHARACTERS_MAX]


def _strokes(note: Any) -> list[Box]:
    """Return where a note strikes letters out; the four corners of each line are given in an order of their own."""
    found = []
    corners = c.FS_QUADPOINTSF()
    for place in range(c.FPDFAnnot_CountAttachmentPoints(note)):
        if c.FPDFAnnot_GetAttachmentPoints(note, place, byref(corners)):
            xs, ys = ([getattr(corners, f"{axis}{number}") for number in range(1, 5)] for axis in "xy")
            height = min(ys) + _STROKE * (max(ys) - min(ys))
            found.append((min(xs), height, max(xs), height + _THIN))
    return found
