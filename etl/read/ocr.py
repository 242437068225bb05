"""The OCR channel: pictures of printed pages into lines, by Tesseract with its models for Thai and English.

What is doubtful is looked at again in another way: figures by the English model alone, words that may not be Latin by
the Thai one, Thai digits by `thai_digits`. A paragraph that was printed over several lines is one line again, and each
line names the figures in it that two looks do not agree on. One run a page, on one thread: Tesseract's own threads make
it several times slower.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from csv import QUOTE_NONE, DictReader
from functools import cache, partial
from io import BytesIO
from itertools import count, groupby, islice
from math import atan2, cos, sin
from operator import attrgetter
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

from PIL import Image, ImageOps, ImageSequence

from etl.errors import EMPTY_RULE, LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import OCR_PAGES_MAX as PAGES_MAX
from etl.limits import OCR_PIXELS_MAX as PIXELS_MAX
from etl.limits import OCR_SECONDS_MAX as SECONDS_MAX
from etl.read import scan, thai_digits
from etl.read.pages import Pages
from etl.read.thai_digits import Box, Figure
from etl.records import Channel, Line, Place
from etl.thai.dates import MONTHS
from etl.thai.text import clean

SURE_PCT = 85
NOISE_PCT, NO_LINE_PCT = 80, 60  # a line's mean confidence; real lines had 77 and more, specks 50 and less

_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8")
_THAI, _ENGLISH = "tha", "eng"
_LANGUAGES = f"{_THAI}+{_ENGLISH}"
_WORD_LEVEL = "5"  # in Tesseract's table
_SHEET_WIDTH, _SHEET_GAP, _EDGE = 1_500, 40, 3  # pixels; of the sheet for the second look
_ARGUMENTS = ("--oem", "1", "--psm", "6")  # one block of lines: the others tear long lines in two
MISSING_RULE = "R-ocr-missing"
_MISSING = (
    "the document is a picture, and Tesseract with its model for Thai reads those: "
    "install the packages tesseract-ocr and tesseract-ocr-tha"
)
_TOKEN = re.compile(r"(\s*)(\S+)")
_FIGURE = re.compile(r"[0-9๐-๙](?:[0-9๐-๙.,/:-]*[0-9๐-๙])?")
_LATIN, _THAI_TOKEN = re.compile("[a-zA-Z]"), re.compile('[(“"]?[\u0e01-\u0e2e\u0e40-\u0e44][\u0e01-\u0e4e.]+[)”":]*')
_THAI_WORD = re.compile("[\u0e01-\u0e4e]{4}")
_LATIN_SURE_PCT = 90  # of a word; real ones had 90 and more, and hardly one that was Thai
_THAI_SURE_PCT, _THAI_LESS_PCT = 60, 15  # of what the Thai model alone says; the two models' scales differ
_LETTER_HEIGHT_MIN = 20  # pixels
_MARK_SHARE = 0.35  # of its letters' height: how far above and below a word its marks stand
# Tesseract knows five of the Thai digits; some of the others come as letters.
_KNOWN_DIGITS = "๐๑๒๓๕"
_THAI_FIGURE = re.compile(r"(?P<before>[^\w@]*)(?P<figure>[\w@].*?)(?P<behind>[^\w@]*)")
_LIKE_THAI_FIGURE = re.compile("[อฒฆผฑณฉคดตoO@ๆ]{1,4}")
_PART_THAI_FIGURE = re.compile("(?=.*[๐-๙])[0-9๐-๙อฒฆผฑณฉคดตญoO@ๆวร.,/:-]+")
_NUMBER = re.compile(r"[0-9]{3,}")
_WORD_OR_FIGURE = re.compile(r"[\w\u0e00-\u0e7f]{5}")
_DIGIT, _NO_DIGIT = re.compile("[0-9๐-๙]"), re.compile("[^0-9]")
_SPECK = re.compile(r"(?:\t[^\d:%])+$")
_WIDE_GAP = re.compile(" {3,}")

# Nikhahit and า, which Tesseract prefers, and two เ, which look as แ does.
_TYPED_AS = (("\u0e4d\u0e32", "\u0e33"), ("\u0e40\u0e40", "\u0e41"))
# The ring of ำ below a tone mark is taken for another mark.
_AM = re.compile("(?:([\u0e48-\u0e4b])[\u0e48-\u0e4c]|\u0e31([\u0e48-\u0e4b]))\u0e32")

# Lengths are in em, the size of the letters.
_PLAIN_LETTERS, _PLAIN_HEIGHT = re.compile("[กขคฉชซณดตถทธนบผพภมยรลวสหอา]+"), 0.6  # digits come with their neighbours
_SAME_EDGE, _LEADING_MAX = 0.7, 2.2
_COLUMN_GAP = 1.2
_WORD_MAX = 16  # letters; hardly a word is longer, so where there was room for as many, no line had to be broken
_WORD = re.compile(rf"\S{{1,{_WORD_MAX}}}")
_BEGINS_ANEW = re.compile(
    r"[-–•*·●▪◦]+\s|\(?[0-9๐-๙]{1,2}[.)](?![0-9๐-๙])|[0-9๐-๙](?:\.[0-9๐-๙]{1,2})+\s|[^:]{0,40}:(?![0-9/])"
    r"|[\u0e01-\u0e4e]{2,20}ที่?\s*(?:[0-9๐-๙]|\S{1,6}\s+[-–—])"  # a level of a plan
)
_BROKEN_WITHIN = re.compile("[\u0e01-\u0e2e\u0e30-\u0e45\u0e47-\u0e4e]\n[\u0e01-\u0e4e]|\\S[-–/]\n")


def _nobody_waits() -> None:
    pass


on_page: Callable[[], None] = _nobody_waits  # called for each page, by whoever gives a document time for its pages


class _Word(NamedTuple):
    """What Tesseract takes for a word, in Thai a letter or two."""

    text: str
    confidence_pct: float
    line: tuple[str, str, str]
    box: Box


class Seen(NamedTuple):
    """What another look recognises at one place."""

    text: str
    confidence_pct: float


class Looks(NamedTuple):
    """Other looks at places of a page: at figures by the English model, at words by the Thai one, at Thai figures.

    The last is given the size of the page's letters in pixels.
    """

    at_figures: Callable[[Sequence[Box]], Sequence[Seen]]
    at_words: Callable[[Sequence[Box]], Sequence[Seen]]
    at_thai_figure: Callable[[Box, float], Figure | None]


class _Token(NamedTuple):
    """What stands between blanks: those before it, its text, and the word of each letter as recognised at first.

    `is_sure` tells of what was looked at again whether that is beyond issue.
    """

    before: str
    text: str
    of_letter: Sequence[_Word]
    is_sure: bool | None = None

    @property
    def box(self) -> Box:
        return _around(self.of_letter)

    @property
    def confidence_pct(self) -> float:
        return min(word.confidence_pct for word in self.of_letter)


class _Found(NamedTuple):
    """A number, date or code in a line, and where; `is_sure` as of its token."""

    text: str
    confidence_pct: float
    box: Box
    is_sure: bool | None


class _Printed(NamedTuple):
    """One line as printed, its figures, and where it stands on the page set straight, in em."""

    text: str
    figures: list[_Found]
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
        raise DocumentFault(EMPTY_RULE, "nothing that can be read is in the picture")
    return Pages(Channel.OCR, lines)


def read_picture(picture: Image.Image, page: int, first_line: int) -> list[Line]:
    """Return the lines of a page from its picture; pages and lines count from 1.

    Raises DocumentFault as `read` does.
    """
    _require_tesseract()
    on_page()
    grey = scan.prepare(picture.convert("L"))
    text, table = recognise(grey, _LANGUAGES)
    looks = Looks(
        at_figures=partial(_look_again, grey, _ENGLISH, _SHEET_WIDTH),
        # Side by side, words of which no letter is known for sure are taken for one.
        at_words=lambda boxes: _look_again(grey, _THAI, 0, list(map(_with_marks, boxes))),
        at_thai_figure=partial(thai_digits.read_figure, grey),
    )
    return lines_of(text, table, page, first_line, looks)


def lines_of(text: str, table: str, page: int, first_line: int, looks: Looks) -> list[Line]:
    """Return the lines of a page from what Tesseract writes of it: its text, and its table (TSV) of words and boxes."""
    printed = _printed(text, table, looks)
    boxes = [figure.box for line in printed for figure in line.figures if _is_checked(figure)]
    seen = iter(looks.at_figures(boxes))
    low_confidence = [
        tuple(one.text for one in line.figures if not _is_sure(one, next(seen) if _is_checked(one) else None))
        for line in printed
    ]
    numbers = count(first_line)
    return [
        Line(Place(page, number), text, low_confidence=figures)
        for number, (text, figures) in zip(numbers, _paragraphs(printed, low_confidence), strict=False)
    ]


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
            raise DocumentFault(LIMIT_RULE, f"a page takes Tesseract more than {SECONDS_MAX} seconds") from error
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise DocumentFault(UNREADABLE_RULE, f"Tesseract cannot read the picture: {reason}") from error
        return stem.with_suffix(".txt").read_text("utf-8"), stem.with_suffix(".tsv").read_text("utf-8")


def _look_again(picture: Image.Image, language: str, width: int, boxes: Sequence[Box]) -> list[Seen]:
    """Return what the model of one language alone recognises at each place of a picture.

    The places are put together on a sheet, as many side by side as there are within its width, and one at least.
    """
    if not boxes:
        return []
    places = list(_placed(boxes, width))
    edges = max(place.right for place in places) + _SHEET_GAP, max(place.bottom for place in places) + _SHEET_GAP
    sheet = Image.new("L", edges, scan.WHITE)
    for box, place in zip(boxes, places, strict=True):
        sheet.paste(picture.crop(_widened(box)), place[:2])
    _, table = recognise(sheet, language)
    seen: list[list[_Word]] = [[] for _ in boxes]
    for word in _words(table):
        nearest = min(range(len(places)), key=lambda index: _distance(word.box, places[index]))
        seen[nearest].append(word)
    return [
        Seen("".join(word.text for word in words), min((word.confidence_pct for word in words), default=0.0))
        for words in seen
    ]


def _placed(boxes: Sequence[Box], sheet_width: int) -> Iterator[Box]:
    """Yield where each box comes to stand when they are put side by side, in rows."""
    left = top = bottom = _SHEET_GAP
    for box in map(_widened, boxes):
        width, height = box.right - box.left, box.bottom - box.top
        if left + width > sheet_width - _SHEET_GAP and left > _SHEET_GAP:
            left, top = _SHEET_GAP, bottom + _SHEET_GAP // 2
        yield Box(left, top, left + width, top + height)
        left, bottom = left + width + _SHEET_GAP, max(bottom, top + height)


def _widened(box: Box) -> Box:
    return Box(box.left - _EDGE, box.top - _EDGE, box.right + _EDGE, box.bottom + _EDGE)


def _with_marks(box: Box) -> Box:
    reach = round(max(box.bottom - box.top, _LETTER_HEIGHT_MIN) * _MARK_SHARE)
    return Box(box.left, box.top - reach, box.right, box.bottom + reach)


def _around(words: Sequence[_Word]) -> Box:
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _distance(box: Box, other: Box) -> int:
    """Return how far apart the middles of two boxes are; rows count most, so that a word is of its own row."""
    across = abs(box.left + box.right - other.left - other.right)
    return across + 100 * abs(box.top + box.bottom - other.top - other.bottom)


@cache
def _require_tesseract() -> None:
    """Raise DocumentFault unless Tesseract is installed with its models; what is missing is looked for again."""
    try:
        listed = subprocess.run(
            ["tesseract", "--list-langs"], check=True, capture_output=True, text=True
        ).stdout.split()
    except (OSError, subprocess.CalledProcessError) as error:
        raise DocumentFault(MISSING_RULE, _MISSING) from error
    if not set(_LANGUAGES.split("+")) <= set(listed):
        raise DocumentFault(MISSING_RULE, _MISSING)


def _printed(text: str, table: str, looks: Looks) -> list[_Printed]:
    """Return the lines as printed: the text has their blanks, the table the same letters with boxes and confidence."""
    texts = [line for line in text.replace("\f", "").split("\n") if line.strip()]
    by_line = [list(words) for _, words in groupby(_words(table), key=attrgetter("line"))]
    lines = [(text, words) for text, words in zip(texts, by_line, strict=True) if not _is_noise(text, words)]
    straight = _straight([words for _, words in lines])
    tokens = _seen_again([list(_tokens(text, words, straight.em)) for text, words in lines], straight.em, looks)
    return [
        _Printed(
            _spelled("".join(token.before + token.text for token in line)), list(_figures(line)), *straight.span(words)
        )
        for line, (_, words) in zip(tokens, lines, strict=True)
    ]


def _tokens(text: str, words: Sequence[_Word], em: float) -> Iterator[_Token]:
    """Yield the tokens of a line; before one in another column of a table stands a tab."""
    of_letter = iter([word for word in words for letter in word.text if not letter.isspace()])
    end: float | None = None
    for match in _TOKEN.finditer(text):
        own = list(islice(of_letter, len(match[2])))
        is_apart = end is not None and own[0].box.left - end > _COLUMN_GAP * em
        yield _Token("\t" if is_apart or _WIDE_GAP.fullmatch(match[1]) else match[1], match[2], own)
        end = own[-1].box.right


def _seen_again(lines: list[list[_Token]], em: float, looks: Looks) -> list[list[_Token]]:
    """Return the lines with what another look sees better: Thai words taken for Latin ones, and Thai digits.

    A month that another look takes for another one is not sure.
    """
    places = [
        (row, column)
        for row, line in enumerate(lines)
        if any(_THAI_WORD.search(token.text) for token in line)
        for column, token in enumerate(line)
        if _is_hardly_latin(token) or _month(token.text)
    ]
    seen = looks.at_words([lines[row][column].box for row, column in places])
    for (row, column), one in zip(places, seen, strict=True):
        token = lines[row][column]
        if month := _month(token.text):
            lines[row][column] = token._replace(is_sure=None if _month(one.text) == month else False)
        elif _is_better(one, token):
            lines[row][column] = token._replace(text=one.text, is_sure=False)
    return [[_with_thai_figure(token, em, looks) for token in line] for line in lines]


def _is_better(seen: Seen, token: _Token) -> bool:
    """Tell whether what the Thai model sees is a Thai word of which it is about as sure as the first look was."""
    is_confident = seen.confidence_pct >= max(_THAI_SURE_PCT, token.confidence_pct - _THAI_LESS_PCT)
    return is_confident and _THAI_TOKEN.fullmatch(seen.text) is not None


def _month(text: str) -> int | None:
    return MONTHS.get(text.replace(".", ""))


def _with_thai_figure(token: _Token, em: float, looks: Looks) -> _Token:
    """Return the token with its Thai digits as they are read from the picture, if it may have any, and they can be."""
    match = _THAI_FIGURE.fullmatch(token.text)
    is_likely = match is not None and _is_likely_thai_figure(match["figure"])
    if not match or not (is_likely or _LIKE_THAI_FIGURE.fullmatch(match["figure"]) or _is_hardly_latin(token)):
        return token
    figure = looks.at_thai_figure(token.box, em)
    if figure is None or not (is_likely or figure.is_sure):
        return token
    is_sure = figure.is_sure and _agrees(match["figure"], figure.text)
    return token._replace(text=f"{match['before']}{figure.text}{match['behind']}", is_sure=is_sure)


def _is_hardly_latin(token: _Token) -> bool:
    return token.confidence_pct < _LATIN_SURE_PCT and _LATIN.search(token.text) is not None


def _is_likely_thai_figure(figure: str) -> bool:
    """Tell whether a figure is mostly Thai digits, or nothing but digits and what they are taken for."""
    if _PART_THAI_FIGURE.fullmatch(figure):
        return True
    letters = [letter for letter in figure if letter.isalnum()]
    return 2 * sum(letter in thai_digits.SIGNS for letter in letters) >= len(letters) > 0


def _agrees(recognised: str, read: str) -> bool:
    """Tell whether Tesseract says nothing else than what was read from the picture, of the digits that it knows."""
    if len(recognised) != len(read):
        return sum(map(str.isalnum, recognised)) <= sum(map(str.isalnum, read))
    pairs = zip(recognised, read, strict=True)
    return all(one == other for one, other in pairs if one in _KNOWN_DIGITS and other in _KNOWN_DIGITS)


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
    text = _SPECK.sub("", clean(text).strip())
    for typed, meant in _TYPED_AS:
        text = text.replace(typed, meant)
    return _AM.sub("\\1\\2\u0e33", text)


def _is_noise(text: str, words: Sequence[_Word]) -> bool:
    """Tell whether a line is made of marks above or below another, or of specks: Tesseract is sure of hardly one.

    A line with a number that is sure is a line, whatever is left of its label.
    """
    mean_pct = fmean(word.confidence_pct for word in words)
    if mean_pct < NO_LINE_PCT:
        return not any(word.confidence_pct >= SURE_PCT and _NUMBER.fullmatch(word.text) for word in words)
    return mean_pct < NOISE_PCT and not _WORD_OR_FIGURE.search(text)


def _figures(line: Sequence[_Token]) -> Iterator[_Found]:
    """Yield the figures in a line, each with the least confidence of its letters and the box of its words.

    A month in words is a figure where it was looked at again in vain.
    """
    for token in line:
        if token.is_sure is False and _month(token.text):
            yield _Found(token.text, 0.0, token.box, is_sure=False)
        for match in _FIGURE.finditer(token.text):
            own = token.of_letter[match.start() : match.end()] if token.is_sure is None else token.of_letter
            confidence_pct = min(word.confidence_pct for word in own)
            yield _Found(match[0], confidence_pct, _around(own), token.is_sure)


def _is_checked(figure: _Found) -> bool:
    """Tell whether another look at a figure tells anything: of a lone digit it does not, and no model has Thai ones."""
    return len(figure.text) > 1 and figure.text.isascii()


def _is_sure(figure: _Found, seen: Seen | None) -> bool:
    """Tell whether a figure is as printed: two looks agree."""
    if not figure.text.isascii():
        return figure.is_sure is True
    is_confident = figure.confidence_pct >= SURE_PCT and figure.is_sure is None
    if seen is None:
        return is_confident
    again = _FIGURE.search(seen.text)
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
    plain = [word for word in words if _PLAIN_LETTERS.fullmatch(word.text)] or words
    em = median(word.box.bottom - word.box.top for word in plain) / _PLAIN_HEIGHT if plain else 1.0
    leans = [
        atan2(line[-1].box.bottom - line[0].box.bottom, line[-1].box.right - line[0].box.left)
        for line in lines
        if len(line) > 1
    ]
    return _Straight(median(leans) if leans else 0.0, max(em, 1.0))


def _paragraphs(
    lines: Sequence[_Printed], low_confidence: Sequence[tuple[str, ...]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the text of each paragraph and the figures in it that are not sure."""
    margin = max((line.right for line in lines), default=0.0)
    text, figures = "", tuple[str, ...]()
    for above, line, of_line in zip([None, *lines], lines, low_confidence, strict=False):
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
