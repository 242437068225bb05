"""The PDF channel: turns a PDF into the lines printed on it; a page without text goes to OCR as a picture.

In come the bytes of a PDF, out come its lines. PDFium reads the file in a process of its own. Title, date, address and
page number that a browser prints around the text are removed; date and address are kept apart from the lines.
"""

import itertools
import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import Image

from etl.errors import EMPTY_RULE, UNREADABLE_RULE, DocumentFault
from etl.read import ocr
from etl.read.html import HIDDEN_RULE
from etl.read.marks import settled
from etl.read.pages import Pages
from etl.read.pdf import layout, worker
from etl.read.pdf.beside import noted, without_watermarks
from etl.read.pdf.broken import with_whole_rows
from etl.read.pdf.cells import row_marks, with_rows
from etl.read.pdf.columns import with_columns
from etl.read.pdf.damage import damage
from etl.read.pdf.furniture import Body, without_furniture
from etl.read.pdf.pdfium.messages import PageText, Picture, Piece, Request
from etl.read.pdf.sheets import PageOnSheet, pages_on
from etl.records import Channel, Line, Place
from etl.thai.text import DRAWN_BY_FONTS, clean, lost_characters

LOST_SHARE_MAX = 0.001  # of all characters, as for damaged text; sound pages have none
_BANGKOK = ZoneInfo("Asia/Bangkok")
_BUDDHIST_YEARS, _BUDDHIST_MIN = 543, 2400
_TWO_DIGIT_BUDDHIST_MIN = 55  # `69` is 2569: no export is older than 2555, and 2055 is far

_CONTROLS = (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0))
_REPAIRED = DRAWN_BY_FONTS | dict.fromkeys(_CONTROLS, "\ufffd")

_PRINTED_AT = re.compile(
    r"(\d+)[/.-](\d+)[/.-](\d+),?\s+(\d+)[:.](\d+)(?:[:.]\d+)?\s*(?:(?P<half>[ap])\.?m\.?|น\.)?", re.IGNORECASE
)


def read(content: bytes) -> Pages:
    """Return the lines of a PDF. Raises DocumentFault when it is locked, damaged, too big, or blank."""
    replies = worker.ask(Request(content))
    if fault := damage(content):  # looked for while PDFium reads
        raise DocumentFault(UNREADABLE_RULE, f"the PDF is damaged: {fault}; get it once more from where it comes from")
    pages = [reply for reply in replies if isinstance(reply, PageText)]
    said = [*noted(pages)]
    pages, watermarks = without_watermarks(pages)
    sheets = [pages_on(page.pieces, page.span) for page in pages]
    numbers, count = itertools.count(1), sum(map(len, sheets))
    bodies = [[without_furniture(part.pieces, next(numbers), count) for part in sheet] for sheet in sheets]
    drawn = [number for number, page in enumerate(pages) if _is_picture(page, bodies[number])]
    marks = row_marks()
    ruled = [
        [
            with_columns(with_rows(body.pieces, page.rules, marks, part.shift), page.rules, marks)
            for body, part in zip(of_page, sheet, strict=True)
        ]
        for of_page, sheet, page in zip(bodies, sheets, pages, strict=True)
    ]
    texts = _texts(_whole([[] if number in drawn else sheet for number, sheet in enumerate(ruled)]))
    printed_at = next((body.printed_at for sheet in bodies for body in sheet if body.printed_at), None)
    address = next((body.address for sheet in bodies for body in sheet if body.address), None)
    lines, taken_out = settled(_numbered(texts, _pictures(content, drawn)))
    if not lines:
        raise DocumentFault(EMPTY_RULE, "nothing is printed on the pages of the PDF")
    return Pages(
        Channel.OCR if drawn else Channel.PDF,
        lines,
        address=address if address and not address.endswith(("…", "...")) else None,
        printed_at=_read_time(printed_at) if printed_at else None,
        notes=_notes(pages, sheets),
        taken_out=taken_out,
        beside=(*said, *watermarks),
    )


def _notes(pages: list[PageText], sheets: list[list[PageOnSheet]]) -> dict[str, str]:
    """Return what a person should know about the pages, by rule; a blank page, for example, may be a lost one."""
    said = {
        "R-blank-page": ("nothing is printed", [not page.pieces and not page.is_scan for page in pages]),
        HIDDEN_RULE: ("text that no viewer shows was left out", [page.hidden > 0 for page in pages]),
        "R-pages-on-sheet": ("several pages were read side by side", [len(sheet) > 1 for sheet in sheets]),
    }
    return {
        rule_id: f"{what} on page {', '.join(str(number) for number, is_so in enumerate(where, 1) if is_so)}"
        f" of {len(pages)}"
        for rule_id, (what, where) in said.items()
        if any(where)
    }


def _whole(sheets: list[list[list[Piece]]]) -> list[list[list[Piece]]]:
    """Return the pieces of each page on each sheet, with the rows whole that the end of a page broke."""
    pages = iter(with_whole_rows([pieces for sheet in sheets for pieces in sheet]))
    return [[next(pages) for _ in sheet] for sheet in sheets]


def _texts(sheets: list[list[list[Piece]]]) -> list[list[str]]:
    """Return the lines of each sheet, page by page; a paragraph may continue on the next page."""
    lines = iter(layout.lines([pieces for sheet in sheets for pieces in sheet]))
    return [[text for _ in sheet for text in next(lines)] for sheet in sheets]


def _is_picture(page: PageText, bodies: list[Body]) -> bool:
    """Tell whether a page has to be recognised as a picture: it has no text, or its text has lost characters."""
    if page.is_scan:
        return True
    text = _repaired("".join(piece.text for body in bodies for piece in body.pieces))
    return lost_characters(text) > LOST_SHARE_MAX * len(text)


def _repaired(text: str) -> str:
    return text if text.isprintable() else text.translate(_REPAIRED)


def _pictures(content: bytes, numbers: list[int]) -> Iterator[Picture]:
    if not numbers:
        return iter(())
    return (reply for reply in worker.ask(Request(content, numbers)) if isinstance(reply, Picture))


def _numbered(texts: list[list[str]], pictures: Iterator[Picture]) -> list[Line]:
    """Return the lines of all pages, numbered through the document; pages that are pictures are recognised here."""
    lines: list[Line] = []
    picture = next(pictures, None)
    for page, page_texts in enumerate(texts, start=1):
        for text in page_texts:
            lines.append(Line(Place(page, len(lines) + 1), clean(_repaired(text))))
        if picture and picture.page == page - 1:
            image = Image.frombytes("L", (picture.width, picture.height), picture.grey)
            lines += ocr.read_picture(image, page, len(lines) + 1)
            picture = next(pictures, None)
    return lines


def _read_time(printed: str) -> datetime | None:
    """Return the time that a browser printed, as Bangkok's; None where it cannot be read."""
    match = _PRINTED_AT.fullmatch(printed)
    if not match:
        return None
    first, second, third, hour, minute = map(int, match.groups()[:5])
    if first > 31:
        year, month, day = first, second, third
    elif match["half"] and third < 100:  # the American order: no other has `am` and a year of two digits
        year, month, day = third, first, second
    else:
        year, month, day = third, second, first
    if year < 100:
        year += 2500 if year >= _TWO_DIGIT_BUDDHIST_MIN else 2000
    if year >= _BUDDHIST_MIN:
        year -= _BUDDHIST_YEARS
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"].lower() == "p")
    try:
        return datetime(year, month, day, hour, minute, tzinfo=_BANGKOK)
    except ValueError:
        return None
