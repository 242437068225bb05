"""The OCR channel: pictures of printed pages into lines, by Tesseract with its models for Thai and English.

What is doubtful is looked at again in another way: figures by the English model alone, words that may not be Latin by
the Thai one, Thai digits by `thai_digits`. A paragraph that was printed over several lines is one line again, and each
line names the figures in it that two looks do not agree on. One run a page, on one thread: Tesseract's own threads make
it several times slower.
"""

from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO

from PIL import Image, ImageOps, ImageSequence

from etl.errors import EMPTY_RULE, LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import OCR_PAGES_MAX as PAGES_MAX
from etl.limits import OCR_PIXELS_MAX as PIXELS_MAX
from etl.read.ocr import paper, scan, tables, thai_digits
from etl.read.ocr.lines import lines_of
from etl.read.ocr.tesseract import ENGLISH, LANGUAGES, THAI, look_again, recognise, require_tesseract, with_marks
from etl.read.ocr.tokens import Looks
from etl.read.pages import Pages
from etl.records import Channel, Line

_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8")
_GREY_MODES = ("1", "L", "I", "F", "I;16", "LA", "La")
_SHEET_WIDTH = 1_500  # pixels; of the sheet for the second look


def _nobody_waits() -> None:
    pass


on_page: Callable[[], None] = _nobody_waits  # called for each page, by whoever gives a document time for its pages


def is_picture(content: bytes) -> bool:
    """Tell whether a document is a picture, by its first bytes."""
    return content.startswith(_MAGIC)


def read(content: bytes) -> Pages:
    """Return the lines of a picture, or of each page of a TIFF.

    Raises DocumentFault when Tesseract or its Thai model is not installed, the picture is damaged or has too many
    pages or pixels, nothing can be recognised in it, or that takes too long.
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
    for one in paper.pages_in(picture):
        on_page()
        lines += _lines(one, page, first_line + len(lines))
    return lines


def _lines(picture: Image.Image, page: int, first_line: int) -> list[Line]:
    grey, parts = tables.taken_apart(scan.prepare(picture))
    text, table = recognise(grey, LANGUAGES)
    looks = Looks(
        at_figures=partial(look_again, grey, ENGLISH, _SHEET_WIDTH),
        # Side by side, words of which no letter is known for sure are taken for one.
        at_words=lambda boxes: look_again(grey, THAI, 0, list(map(with_marks, boxes))),
        at_thai_figure=partial(thai_digits.read_figure, grey),
    )
    return lines_of(text, table, page, first_line, looks, parts)


def _pictures(content: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(BytesIO(content)) as file:
            if (pages := getattr(file, "n_frames", 1)) > PAGES_MAX:
                raise DocumentFault(LIMIT_RULE, f"the document has {pages} pages, more than {PAGES_MAX}")
            for frame in ImageSequence.Iterator(file):
                if frame.width * frame.height > PIXELS_MAX:
                    raise DocumentFault(LIMIT_RULE, f"a picture of {frame.width} × {frame.height} pixels is too big")
                yield _on_white(ImageOps.exif_transpose(frame))
    except Image.DecompressionBombError as error:
        raise DocumentFault(LIMIT_RULE, f"the picture is too big: {error}") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise DocumentFault(UNREADABLE_RULE, f"the picture is damaged: {error}") from error


def _on_white(picture: Image.Image) -> Image.Image:
    """Return the picture in grey, or in colour where it has any, what is transparent in white."""
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("L" if picture.mode in _GREY_MODES else "RGB")
