"""The OCR channel: pictures of printed pages into lines, by Tesseract with its models for Thai and English.

A paragraph that was printed over several lines is one line again, and each line names the figures in it that Tesseract
was not sure of. One run a page, on one thread: Tesseract's own threads make it several times slower.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from csv import QUOTE_NONE, DictReader
from functools import cache
from io import BytesIO
from itertools import count, groupby
from math import atan2, cos, sin
from operator import attrgetter
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, ImageSequence

from etl.errors import DocumentFault
from etl.read.pages import Pages
from etl.records import Channel, Line, Place
from etl.thai.text import clean

SURE_PCT = 85
NOISE_PCT = 80  # a line's mean confidence; real lines had 90 and more
PAGES_MAX = 300
PIXELS_MAX = 80_000_000  # A3 at 600 dpi has 70 million
SECONDS_MAX = 120  # for one page; a dense one takes five

_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8")
_LANGUAGES, _SECOND_LANGUAGE = "tha+eng", "eng"
_WORD_LEVEL = "5"  # in Tesseract's table
_SHEET_WIDTH, _SHEET_GAP, _EDGE = 1_500, 40, 3  # pixels; of the sheet for the second look
_ARGUMENTS = ("--oem", "1", "--psm", "6")  # one block of lines: the others tear long lines in two
_MISSING = (
    "the document is a picture, and Tesseract with its model for Thai reads those: "
    "install the packages tesseract-ocr and tesseract-ocr-tha"
)
_FIGURE = re.compile(r"[0-9๐-๙](?:[0-9๐-๙.,/:-]*[0-9๐-๙])?")
_WORD_OR_FIGURE = re.compile(r"[\w\u0e00-\u0e7f]{5}")
_DIGIT, _NO_DIGIT = re.compile("[0-9]"), re.compile("[^0-9]")
_SPECK = re.compile(r"(?:\t[^\d:%])+$")
_WIDE_GAP = re.compile(" {3,}")

_DARK, _WHITE = 160, 255
_RULE_SHARE = 20  # of the page's width: no stroke of a letter is as long
# Nikhahit and า, which Tesseract prefers, and two เ, which look as แ does.
_TYPED_AS = (("\u0e4d\u0e32", "\u0e33"), ("\u0e40\u0e40", "\u0e41"))

# Lengths are in em, the size of the letters.
_DIGIT_HEIGHT = 0.7
_SAME_EDGE, _LEADING_MAX = 0.7, 2.2
_WORD_MAX = 16  # letters; hardly a word is longer, so where there was room for as many, no line had to be broken
_WORD = re.compile(rf"\S{{1,{_WORD_MAX}}}")
_BEGINS_ANEW = re.compile(
    r"[-–•*·●▪◦]+\s|\(?[0-9๐-๙]{1,2}[.)]\s|[0-9๐-๙](?:\.[0-9๐-๙]{1,2})+\s|[^:]{0,40}:(?![0-9/])"
    r"|[\u0e01-\u0e4e]{2,20}ที่?\s*(?:[0-9๐-๙]|\S{1,6}\s+[-–—])"  # a level of a plan
)
_BROKEN_WITHIN = re.compile("[\u0e01-\u0e2e\u0e30-\u0e45\u0e47-\u0e4e]\n[\u0e01-\u0e4e]|\\S[-–/]\n")


class Box(NamedTuple):
    """Where something stands in a picture, in pixels from the left and the top."""

    left: int
    top: int
    right: int
    bottom: int


class _Word(NamedTuple):
    """What Tesseract takes for a word, in Thai a letter or two."""

    text: str
    confidence_pct: float
    line: tuple[str, str, str]
    box: Box


class _Figure(NamedTuple):
    """A number, date or code as recognised, and where."""

    text: str
    confidence_pct: float
    box: Box


class _Printed(NamedTuple):
    """One line as printed, its figures, and where it stands on the page set straight, in em."""

    text: str
    figures: list[_Figure]
    left: float
    right: float
    baseline: float


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
        raise DocumentFault("R-empty", "nothing that can be read is in the picture")
    return Pages(Channel.OCR, lines)


def read_picture(picture: Image.Image, page: int, first_line: int) -> list[Line]:
    """Return the lines of a page from its picture; pages and lines count from 1.

    Raises DocumentFault as `read` does.
    """
    _require_tesseract()
    grey = _without_rules(picture.convert("L"))
    text, table = recognise(grey, _LANGUAGES)
    return lines_of(text, table, page, first_line, lambda boxes: _look_again(grey, boxes))


def lines_of(
    text: str, table: str, page: int, first_line: int, look_again: Callable[[Sequence[Box]], Sequence[str]]
) -> list[Line]:
    """Return the lines of a page from what Tesseract writes of it: its text, and its table (TSV) of words and boxes.

    `look_again` returns what another look at some places of the picture recognises there.
    """
    printed = _printed(text, table)
    boxes = [figure.box for line in printed for figure in line.figures if _is_checked(figure)]
    seen = iter(look_again(boxes))
    unsure = [
        tuple(one.text for one in line.figures if not _is_sure(one, next(seen) if _is_checked(one) else None))
        for line in printed
    ]
    numbers = count(first_line)
    return [
        Line(Place(page, number), text, unsure=figures)
        for number, (text, figures) in zip(numbers, _paragraphs(printed, unsure), strict=False)
    ]


def _pictures(content: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(BytesIO(content)) as file:
            if (pages := getattr(file, "n_frames", 1)) > PAGES_MAX:
                raise DocumentFault("R-limit", f"the document has {pages} pages, more than {PAGES_MAX}")
            for frame in ImageSequence.Iterator(file):
                if frame.width * frame.height > PIXELS_MAX:
                    raise DocumentFault("R-limit", f"a picture of {frame.width} × {frame.height} pixels is too big")
                yield _on_white(ImageOps.exif_transpose(frame))
    except Image.DecompressionBombError as error:
        raise DocumentFault("R-limit", f"the picture is too big: {error}") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise DocumentFault("R-unreadable", f"the picture is damaged: {error}") from error


def _on_white(picture: Image.Image) -> Image.Image:
    """Return the picture in grey, what is transparent in white."""
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("L")


def recognise(picture: Image.Image, languages: str) -> tuple[str, str]:
    """Return what Tesseract writes of a picture: the text, with blanks where they were printed, and the table of words.

    Raises DocumentFault when it cannot read the picture, or takes too long.
    """
    pixels = BytesIO()
    picture.save(pixels, "PPM")
    with tempfile.TemporaryDirectory(prefix="etl-ocr-") as folder:
        stem = Path(folder, "page")
        command = ["tesseract", "-", str(stem), "-l", languages, *_ARGUMENTS, "txt", "tsv"]
        try:
            subprocess.run(
                command, input=pixels.getvalue(), check=True, capture_output=True, timeout=SECONDS_MAX,
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise DocumentFault("R-limit", f"a page takes Tesseract more than {SECONDS_MAX} seconds") from error
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise DocumentFault("R-unreadable", f"Tesseract cannot read the picture: {reason}") from error
        return stem.with_suffix(".txt").read_text("utf-8"), stem.with_suffix(".tsv").read_text("utf-8")


def _look_again(picture: Image.Image, boxes: Sequence[Box]) -> list[str]:
    """Return what the English model alone, which takes a slash for no digit, recognises at each place of a picture."""
    if not boxes:
        return []
    places = list(_placed(boxes))
    sheet = Image.new("L", (_SHEET_WIDTH, places[-1].bottom + _SHEET_GAP), _WHITE)
    for box, place in zip(boxes, places, strict=True):
        sheet.paste(picture.crop(_widened(box)), place[:2])
    _, table = recognise(sheet, _SECOND_LANGUAGE)
    seen = [""] * len(boxes)
    for word in _words(table):
        nearest = min(range(len(places)), key=lambda index: _distance(word.box, places[index]))
        seen[nearest] += word.text
    return seen


def _placed(boxes: Sequence[Box]) -> Iterator[Box]:
    """Yield where each box comes to stand when all are put side by side, in rows."""
    left = top = bottom = _SHEET_GAP
    for box in map(_widened, boxes):
        width, height = box.right - box.left, box.bottom - box.top
        if left + width > _SHEET_WIDTH - _SHEET_GAP and left > _SHEET_GAP:
            left, top = _SHEET_GAP, bottom + _SHEET_GAP // 2
        yield Box(left, top, left + width, top + height)
        left, bottom = left + width + _SHEET_GAP, max(bottom, top + height)


def _widened(box: Box) -> Box:
    return Box(box.left - _EDGE, box.top - _EDGE, box.right + _EDGE, box.bottom + _EDGE)


def _distance(box: Box, other: Box) -> int:
    """Return how far apart the middles of two boxes are; rows count most, so that a word is of its own row."""
    across = abs(box.left + box.right - other.left - other.right)
    return across + 100 * abs(box.top + box.bottom - other.top - other.bottom)


def _without_rules(picture: Image.Image) -> Image.Image:
    """Return the picture without the rules of tables: Tesseract takes a row between two for no text."""
    dark = np.asarray(picture) < _DARK
    length = picture.width // _RULE_SHARE
    rules = _runs(dark, length) | _runs(dark.T, length).T
    if not rules.any():
        return picture
    for axis in (0, 1):
        rules |= np.roll(rules, 1, axis) | np.roll(rules, -1, axis)
    return Image.fromarray(np.where(rules, np.uint8(_WHITE), np.asarray(picture)))


def _runs(dark: npt.NDArray[np.bool_], length: int) -> npt.NDArray[np.bool_]:
    """Return what belongs to dark runs to the right of at least so many pixels; doubling the step makes it quick."""
    runs = dark.copy()
    steps = [1 << power for power in range(max(length, 2).bit_length() - 1)]
    for step in steps:
        runs[:, :-step] &= runs[:, step:]
    for step in steps:
        runs[:, step:] |= runs[:, :-step]
    return runs


@cache
def _require_tesseract() -> None:
    """Raise DocumentFault unless Tesseract is installed with its models; what is missing is looked for again."""
    try:
        listed = subprocess.run(
            ["tesseract", "--list-langs"], check=True, capture_output=True, text=True
        ).stdout.split()
    except (OSError, subprocess.CalledProcessError) as error:
        raise DocumentFault("R-ocr-missing", _MISSING) from error
    if not set(_LANGUAGES.split("+")) <= set(listed):
        raise DocumentFault("R-ocr-missing", _MISSING)


def _printed(text: str, table: str) -> list[_Printed]:
    """Return the lines as printed: the text has their blanks, the table the same letters with boxes and confidence."""
    texts = [line for line in text.replace("\f", "").split("\n") if line.strip()]
    by_line = [list(words) for _, words in groupby(_words(table), key=attrgetter("line"))]
    lines = [(text, words) for text, words in zip(texts, by_line, strict=True) if not _is_noise(text, words)]
    straight = _straight([words for _, words in lines])
    return [_Printed(_spelled(text), list(_figures(text, words)), *straight.span(words)) for text, words in lines]


def _words(table: str) -> list[_Word]:
    return [
        _Word(
            row["text"], float(row["conf"]), (row["block_num"], row["par_num"], row["line_num"]),
            Box(
                int(row["left"]), int(row["top"]),
                int(row["left"]) + int(row["width"]), int(row["top"]) + int(row["height"]),
            ),
        )
        for row in DictReader(table.splitlines(), delimiter="\t", quoting=QUOTE_NONE)
        if row["level"] == _WORD_LEVEL and row["text"].strip()
    ]  # fmt: skip


def _spelled(text: str) -> str:
    text = _SPECK.sub("", _WIDE_GAP.sub("\t", clean(text).strip()))
    for typed, meant in _TYPED_AS:
        text = text.replace(typed, meant)
    return text


def _is_noise(text: str, words: Sequence[_Word]) -> bool:
    """Tell whether a line is made of marks above or below another: Tesseract is sure of none, and they form no word."""
    return fmean(word.confidence_pct for word in words) < NOISE_PCT and not _WORD_OR_FIGURE.search(text)


def _figures(text: str, words: Sequence[_Word]) -> Iterator[_Figure]:
    """Yield the figures in a line, each with the least confidence of its letters and all of its words' boxes."""
    of_letter = [word for word in words for letter in word.text if not letter.isspace()]
    letters = 0
    for part in re.finditer(r"\S+", text):
        of_part = of_letter[letters : letters + len(part[0])]
        letters += len(part[0])
        for figure in _FIGURE.finditer(part[0]):
            own = of_part[figure.start() : figure.end()]
            lefts, tops, rights, bottoms = zip(*(word.box for word in own), strict=True)
            box = Box(min(lefts), min(tops), max(rights), max(bottoms))
            yield _Figure(figure[0], min(word.confidence_pct for word in own), box)


def _is_checked(figure: _Figure) -> bool:
    """Tell whether another look at a figure tells anything: of a lone digit it does not, and no model has Thai ones."""
    return len(figure.text) > 1 and figure.text.isascii()


def _is_sure(figure: _Figure, seen: str | None) -> bool:
    """Tell whether a figure is as printed: two looks agree. Of Thai digits none is: ๗ comes as ๓, and ๔ as ๕."""
    if not figure.text.isascii():
        return False
    is_confident = figure.confidence_pct >= SURE_PCT
    if seen is None:
        return is_confident
    again = _FIGURE.search(seen)
    if again is None or _NO_DIGIT.sub("", again[0]) != _NO_DIGIT.sub("", figure.text):
        return False
    # A lone figure often loses its point; one that has another sign in its place is another number.
    signs = _DIGIT.sub("", again[0])
    return signs == _DIGIT.sub("", figure.text) or (not signs and is_confident)


class _Straight(NamedTuple):
    """How far the lines of a page lean, in radians, and the size of its letters in pixels."""

    lean: float
    em: float

    def span(self, words: Sequence[_Word]) -> tuple[float, float, float]:
        """Return the left and right end of a line and its base line, in em, as if the page lay straight."""
        first, last = words[0], words[-1]
        left, base = self._turned(first.box.left, first.box.bottom)
        right, _ = self._turned(last.box.right, last.box.bottom)
        return left, right, base

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        across, down = cos(self.lean), sin(self.lean)
        return (x * across + y * down) / self.em, (y * across - x * down) / self.em


def _straight(lines: Sequence[Sequence[_Word]]) -> _Straight:
    words = [word for line in lines for word in line]
    digits = [word for word in words if word.text.isascii() and word.text.isdigit()] or words
    em = median(word.box.bottom - word.box.top for word in digits) / _DIGIT_HEIGHT if digits else 1.0
    leans = [
        atan2(line[-1].box.bottom - line[0].box.bottom, line[-1].box.right - line[0].box.left)
        for line in lines
        if len(line) > 1
    ]
    return _Straight(median(leans) if leans else 0.0, max(em, 1.0))


def _paragraphs(lines: Sequence[_Printed], unsure: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the text of each paragraph and the figures in it that are not sure."""
    margin = max((line.right for line in lines), default=0.0)
    text, figures = "", tuple[str, ...]()
    for above, line, of_line in zip([None, *lines], lines, unsure, strict=False):
        if above and _goes_on(above, line, margin):
            is_within = _BROKEN_WITHIN.search(f"{text[-2:]}\n{line.text[:1]}")
            text, figures = f"{text}{'' if is_within else ' '}{line.text}", figures + of_line
            continue
        if above:
            yield text, figures
        text, figures = line.text, of_line
    if lines:
        yield text, figures


def _goes_on(above: _Printed, line: _Printed, margin: float) -> bool:
    """Tell whether a line goes on with the one above: that was full, and this begins under it, but nothing new."""
    if line.baseline - above.baseline > _LEADING_MAX or abs(line.left - above.left) > _SAME_EDGE:
        return False
    word = _WORD.match(line.text)
    share = len(word[0]) / len(line.text) if word else 0.0
    is_full = above.right + share * (line.right - line.left) > margin
    return is_full and not _BEGINS_ANEW.match(line.text)
