"""Runs Tesseract: on a whole picture, or again on single places of it with the model of one language."""

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from csv import QUOTE_NONE, DictReader
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from etl.errors import LIMIT_RULE, UNREADABLE_RULE, DocumentFault
from etl.limits import OCR_SECONDS_MAX as SECONDS_MAX
from etl.read.ocr.scan import WHITE
from etl.read.ocr.thai_digits import Box

THAI, ENGLISH = "tha", "eng"
LANGUAGES = f"{THAI}+{ENGLISH}"
_WORD_LEVEL = "5"  # the level of words in Tesseract's table
_SHEET_GAP, _EDGE = 40, 3  # pixels; between places on the sheet, and around each place
_ARGUMENTS = ("--oem", "1", "--psm", "6")  # one block of lines; other modes tear long lines in two
MISSING_RULE = "R-ocr-missing"
_MISSING = (
    "the document is a picture, and Tesseract with its model for Thai reads those: "
    "install the packages tesseract-ocr and tesseract-ocr-tha"
)
_LETTER_HEIGHT_MIN = 20  # pixels
_MODELS = re.compile('"(.+)"')  # the folder that Tesseract names where it lists its languages
_MARK_SHARE = 0.35  # of the letters' height; so far above and below a word its marks reach


class Word(NamedTuple):
    """What Tesseract calls a word: in Thai, often only a letter or two."""

    text: str
    confidence_pct: float
    line: tuple[str, str, str]
    box: Box


class Seen(NamedTuple):
    """What was recognised at one place the second time; the lowest confidence of its words."""

    text: str
    confidence_pct: float


def recognise(picture: Image.Image, languages: str) -> tuple[str, str]:
    """Return what Tesseract writes about a picture: its text with the printed blanks, and its table (TSV) of words.

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


def look_again(picture: Image.Image, language: str, width: int, boxes: Sequence[Box]) -> list[Seen]:
    """Return what the model of one language alone recognises at each of the boxes in a picture.

    All boxes are put on one sheet, so that Tesseract runs once. A row of the sheet takes as many as fit into `width`
    pixels, and at least one.
    """
    if not boxes:
        return []
    places = list(_placed(boxes, width))
    edges = max(place.right for place in places) + _SHEET_GAP, max(place.bottom for place in places) + _SHEET_GAP
    sheet = Image.new("L", edges, WHITE)
    for box, place in zip(boxes, places, strict=True):
        sheet.paste(picture.crop(_widened(box)), place[:2])
    _, table = recognise(sheet, language)
    seen: list[list[Word]] = [[] for _ in boxes]
    for word in words_of(table):
        nearest = min(range(len(places)), key=lambda index: _distance(word.box, places[index]))
        seen[nearest].append(word)
    return [
        Seen("".join(word.text for word in words), min((word.confidence_pct for word in words), default=0.0))
        for words in seen
    ]


def _placed(boxes: Sequence[Box], sheet_width: int) -> Iterator[Box]:
    """Yield the place of each box on a sheet of this width, on which they stand in rows."""
    left = top = bottom = _SHEET_GAP
    for box in map(_widened, boxes):
        width, height = box.right - box.left, box.bottom - box.top
        if left + width > sheet_width - _SHEET_GAP and left > _SHEET_GAP:
            left, top = _SHEET_GAP, bottom + _SHEET_GAP // 2
        yield Box(left, top, left + width, top + height)
        left, bottom = left + width + _SHEET_GAP, max(bottom, top + height)


def _widened(box: Box) -> Box:
    return Box(box.left - _EDGE, box.top - _EDGE, box.right + _EDGE, box.bottom + _EDGE)


def with_marks(box: Box) -> Box:
    """Return the box of a word, enlarged by the marks above and below it."""
    reach = round(max(box.bottom - box.top, _LETTER_HEIGHT_MIN) * _MARK_SHARE)
    return Box(box.left, box.top - reach, box.right, box.bottom + reach)


def around(words: Sequence[Word]) -> Box:
    """Return the box around all of the words."""
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _distance(box: Box, other: Box) -> int:
    """Return how far apart two boxes are; height counts most, so that each word goes to a place in its row."""
    across = abs(box.left + box.right - other.left - other.right)
    return across + 100 * abs(box.top + box.bottom - other.top - other.bottom)


@cache
def require_tesseract() -> None:
    """Raise DocumentFault unless Tesseract is installed with its models. Only a success is remembered."""
    try:
        listed = subprocess.run(
            ["tesseract", "--list-langs"], check=True, capture_output=True, text=True
        ).stdout.split()
    except (OSError, subprocess.CalledProcessError) as error:
        raise DocumentFault(MISSING_RULE, _MISSING) from error
    if not set(LANGUAGES.split("+")) <= set(listed):
        raise DocumentFault(MISSING_RULE, _MISSING)


def tesseract_version() -> str:
    """Return a text that differs for each version of Tesseract and its models; empty where it is not installed."""
    try:
        said, listed = (
            subprocess.run(["tesseract", option], check=True, capture_output=True, text=True).stdout
            for option in ("--version", "--list-langs")
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    folder = _MODELS.search(listed)
    models = [Path(folder[1], f"{language}.traineddata") for language in LANGUAGES.split("+")] if folder else []
    digests = [hashlib.sha256(model.read_bytes()).hexdigest() for model in models if model.is_file()]
    # After two lines of versions (its own, its picture library's), `--version` describes the machine.
    return "\n".join([*said.splitlines()[:2], listed.partition("\n")[2], *digests])


def words_of(table: str) -> list[Word]:
    """Return the words in Tesseract's table (TSV), blank ones left out."""
    return [
        Word(
            row["text"], float(row["conf"]), (row["block_num"], row["par_num"], row["line_num"]),
            Box(
                int(row["left"]), int(row["top"]),
                int(row["left"]) + int(row["width"]), int(row["top"]) + int(row["height"]),
            ),
        )
        for row in DictReader(table.splitlines(), delimiter="\t", quoting=QUOTE_NONE)
        if row["level"] == _WORD_LEVEL and row["text"].strip()
    ]  # fmt: skip
