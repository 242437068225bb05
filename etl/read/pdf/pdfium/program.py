"""The program that runs PDFium: in come requests, out come the pieces of text on each page, or pictures of pages."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from ctypes import byref
from typing import Any

import msgspec
import pypdfium2
import pypdfium2.raw as c

from .messages import (
    DPI,
    LENGTH,
    LIMIT_RULE,
    MEMORY_MAX_BYTES,
    PAGES_MAX,
    PICTURE_SIDE_MAX_PIXELS,
    SECONDS_MAX,
    UNREADABLE_RULE,
    Done,
    Fault,
    PageText,
    Picture,
    Refusal,
    Reply,
    Request,
)
from .nodes import Nodes, leaves, marks_of
from .notes import notes
from .page import Page
from .sight import Sight

_POINTS_PER_INCH = 72
_FAR_AWAY, _FAR_SIDE = -(2.0**40), 2.0**17  # points; so far away, single precision has steps as wide as a page
_MAPS_ALL = "Skia/PDF"  # Chromium's writer: no character of its fonts is without a meaning


def _open(content: bytes) -> pypdfium2.PdfDocument:
    """Return the document. Raises Refusal when PDFium does not read it."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        # For a document without pages PDFium repeats the error of the document before.
        if error.err_code == c.FPDF_ERR_PASSWORD and b"/Encrypt" in content:
            raise Refusal(UNREADABLE_RULE, "the PDF is encrypted and opens only with a password") from error
        raise Refusal(
            UNREADABLE_RULE, "the document begins as a PDF file but has no pages that PDFium finds"
        ) from error
    document.init_forms()  # gives form fields that only have a value the look that a viewer gives them
    if len(document) > PAGES_MAX:
        raise Refusal(LIMIT_RULE, f"the PDF has {len(document)} pages; at most {PAGES_MAX} are read")
    return document


def _read_texts(document: pypdfium2.PdfDocument) -> Iterator[PageText]:
    is_sampled = document.get_metadata_value("Producer").startswith(_MAPS_ALL)
    nodes = Nodes(len(document))
    for number in range(len(document)):
        page = c.FPDF_LoadPage(document, number)
        if not page:
            raise Refusal(UNREADABLE_RULE, f"page {number + 1} of {len(document)} of the PDF is damaged")
        if not c.FPDFPage_CountObjects(page) and any(max(marks_of(*leaf), default=-1) >= 0 for leaf in leaves(page)):
            raise Refusal(UNREADABLE_RULE, f"page {number + 1} of {len(document)} of the PDF has lost what was on it")
        noted = notes(page)
        if noted.are_shown:
            page = _with_notes(document, page, number)
        bounds = c.FS_RECTF()
        c.FPDF_GetPageBoundingBox(page, byref(bounds))
        sides = bounds.left, bounds.bottom, bounds.right, bounds.top
        sight = Sight(page)
        box = _FAR_AWAY, _FAR_AWAY, _FAR_AWAY + _FAR_SIDE, _FAR_AWAY + _FAR_SIDE
        c.FPDFPage_SetMediaBox(page, *box)
        c.FPDFPage_SetCropBox(page, *box)
        text_page = c.FPDFText_LoadPage(page)
        nodes.turn_to(page)
        try:
            yield Page(text_page, sides, nodes, sight, noted, is_sampled=is_sampled and not noted.are_shown).read()
        finally:
            c.FPDFText_ClosePage(text_page)
            c.FPDF_ClosePage(page)


def _with_notes(document: pypdfium2.PdfDocument, page: Any, number: int) -> Any:
    """Return the page, loaded again, with the form fields and notes that a viewer shows as part of its content."""
    if document.formenv:
        c.FORM_OnAfterLoadPage(page, document.formenv)
    c.FPDFPage_Flatten(page, c.FLAT_NORMALDISPLAY)
    if document.formenv:
        c.FORM_OnBeforeClosePage(page, document.formenv)
    c.FPDF_ClosePage(page)
    return c.FPDF_LoadPage(document, number)


def _draw(document: pypdfium2.PdfDocument, numbers: list[int]) -> Iterator[Picture]:
    for number in numbers:
        page = document[number]
        scale = min(DPI / _POINTS_PER_INCH, PICTURE_SIDE_MAX_PIXELS / max(page.get_size()))
        bitmap = page.render(scale=scale, grayscale=True)
        rows = memoryview(bitmap.buffer).cast("B")
        grey = b"".join(rows[row * bitmap.stride :][: bitmap.width] for row in range(bitmap.height))
        yield Picture(number, bitmap.width, bitmap.height, grey)
        page.close()


def _replies(request: bytes) -> Iterator[Reply]:
    try:
        wanted = msgspec.msgpack.decode(request, type=Request)
        with closing(_open(wanted.content)) as document:
            yield from _read_texts(document) if wanted.pictures_of is None else _draw(document, wanted.pictures_of)
            yield Done()
    except Refusal as refusal:
        yield refusal.fault
    except MemoryError:
        yield Fault(LIMIT_RULE, f"the PDF takes more than {MEMORY_MAX_BYTES >> 20} MiB of memory")


def _limit(what: int, most: int) -> None:
    """Set a limit of this process, but not above the one that is set for it from outside."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main() -> None:
    """Answer requests until there are no more; each has a limit of memory and of processor time."""
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    _limit(resource.RLIMIT_AS, MEMORY_MAX_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    while length := requests.read(LENGTH.size):
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + SECONDS_MAX)
        for reply in _replies(requests.read(LENGTH.unpack(length)[0])):
            message = msgspec.msgpack.encode(reply)
            replies.write(LENGTH.pack(len(message)) + message)
            replies.flush()
