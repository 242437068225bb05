"""The OCR channel: turns pictures of printed pages into lines, by Tesseract with its models for Thai and English.

In comes a picture, out come lines. What is not certain is recognised a second time in another way: figures by the
English model alone, words that may not be Latin by the Thai model alone, Thai digits by `thai_digits`. A paragraph over
several lines becomes one line again. Each line lists the figures in it that are not certain. Tesseract runs on one
thread: its own threads make it several times slower.
"""

from collections.abc import Iterator
from functools import partial
from io import BytesIO

from PIL import Image, ImageOps, ImageSequence

from etl.errors import EMPTY_RULE, LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import OCR_PAGES_MAX as PAGES_MAX
from etl.limits import OCR_PIXELS_MAX as PIXELS_MAX
from etl.read import pages
from etl.read.ocr import paper, scan, tables, thai_digits
from etl.read.ocr.lines import lines_of
from etl.read.ocr.tesseract import ENGLISH, LANGUAGES, THAI, look_again, recognise, require_tesseract, with_marks
from etl.read.ocr.tokens import Looks
from etl.read.pages import Pages
from etl.records import Channel, Line

_GREY_MODES = ("1", "L", "I", "F", "I;16", "LA", "La")
_SHEET_WIDTH = 1_500  # pixels; of the sheet of figures for the second result


def read(content: bytes) -> Pages:
    """Return the lines of a picture, or of each page of a TIFF.

    Raises DocumentFault when Tesseract or one of its models is not installed, when the picture is damaged or has too
    many pages or pixels, when nothing can be recognised in it, and when that takes too long.
    """
    lines: list[Line] = []
    for page, picture in enumerate(_pictures(content), start=1):
        lines += read_picture(picture, page, len(lines) + 1)
    if not lines:
        raise DocumentFault(EMPTY_RULE, "nothing that can be read is in the picture")
    return Pages(Channel.OCR, lines)


def read_picture(picture: Image.Image, page: int, first_line: int) -> list[Line]:
    """Return the lines of a page from its picture; pages and lines count from 1.

    Raises DocumentFault as `read` does.
    """
    require_tesseract()
    lines: list[Line] = []
    for part in paper.pages_in(picture):
        pages.on_picture()
        lines += _lines(part, page, first_line + len(lines))
    return lines


def _lines(picture: Image.Image, page: int, first_line: int) -> list[Line]:
    grey, parts = tables.taken_apart(scan.prepare(picture))
    text, table = recognise(grey, LANGUAGES)
    looks = Looks(
        at_figures=partial(look_again, grey, ENGLISH, _SHEET_WIDTH),
        # Width 0, so each word gets a row of its own: side by side, uncertain words would be taken for one.
        at_words=lambda boxes: look_again(grey, THAI, 0, list(map(with_marks, boxes))),
        at_thai_figure=partial(thai_digits.read_figure, grey),
    )
    return lines_of(text, table, page, first_line, looks, parts)


def _pictures(content: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(BytesIO(content)) as file:
            if (count := getattr(file, "n_frames", 1)) > PAGES_MAX:
                raise DocumentFault(LIMIT_RULE, f"the document has {count} pages, more than {PAGES_MAX}")
            for frame in ImageSequence.Iterator(file):
                if frame.width * frame.height > PIXELS_MAX:
                    raise DocumentFault(LIMIT_RULE, f"a picture of {frame.width} × {frame.height} pixels is too big")
                yield _on_white(ImageOps.exif_transpose(frame))
    except Image.DecompressionBombError as error:
        raise DocumentFault(LIMIT_RULE, f"the picture is too big: {error}") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise DocumentFault(UNREADABLE_RULE, f"the picture is damaged: {error}") from error


def _on_white(picture: Image.Image) -> Image.Image:
    """Return the picture in grey, or in colour if it has any; transparent parts become white."""
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("L" if picture.mode in _GREY_MODES else "RGB")
