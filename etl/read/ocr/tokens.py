"""Tokens, the texts between blanks on a line, and their correction by a second result: Thai words and Thai digits."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from etl.read.ocr import thai_digits
from etl.read.ocr.tesseract import Seen, Word, around
from etl.read.ocr.thai_digits import Box, Figure
from etl.thai.dates import number_of_word

_TOKEN = re.compile(r"(\s*)(\S+)")
_LATIN, _THAI_TOKEN = re.compile("[a-zA-Z]"), re.compile('[(“"]?[\u0e01-\u0e2e\u0e40-\u0e44][\u0e01-\u0e4e.]+[)”":]*')
_THAI_WORD = re.compile("[\u0e01-\u0e4e]{4}")
_LATIN_SURE_PCT = 90  # of a Latin word; real ones have 90 and more, and few that are Thai
_THAI_SURE_PCT, _THAI_LESS_PCT = 60, 15  # by the Thai model; less than the first result's, at most
# The five Thai digits that Tesseract knows; it writes others as letters.
_KNOWN_DIGITS = "๐๑๒๓๕"
_THAI_FIGURE = re.compile(r"(?P<before>[^\w@]*)(?P<figure>[\w@].*?)(?P<behind>[^\w@]*)")
_LIKE_THAI_FIGURE = re.compile("[อฒฆผฑณฉคดตoO@ๆ]{1,4}")
_PART_THAI_FIGURE = re.compile("(?=.*[๐-๙])[0-9๐-๙อฒฆผฑณฉคดตญoO@ๆวร.,/:-]+")
_WIDE_GAP = re.compile(" {3,}")
_COLUMN_GAP = 1.2  # em


class Looks(NamedTuple):
    """Second looks at places of a page: the English model on figures, the Thai model on words, and Thai figures.

    The last takes the size of the page's letters, in pixels, as well.
    """

    at_figures: Callable[[Sequence[Box]], Sequence[Seen]]
    at_words: Callable[[Sequence[Box]], Sequence[Seen]]
    at_thai_figure: Callable[[Box, float], Figure | None]


class Token(NamedTuple):
    """A text between blanks: the blanks before it, its text, and for each letter the word as recognised at first.

    `is_sure` is None unless a second result was asked for; then it says whether the text is certain.
    """

    before: str
    text: str
    of_letter: Sequence[Word]
    is_sure: bool | None = None

    @property
    def box(self) -> Box:
        return around(self.of_letter)

    @property
    def confidence_pct(self) -> float:
        return min(word.confidence_pct for word in self.of_letter)


def tokens_of(text: str, words: Sequence[Word], em: float) -> Iterator[Token]:
    """Yield the tokens of a line; a tab is before a token that stands in another column of a table."""
    of_letter = iter([word for word in words for letter in word.text if not letter.isspace()])
    end: float | None = None
    for match in _TOKEN.finditer(text):
        own = list(islice(of_letter, len(match[2])))
        is_apart = end is not None and own[0].box.left - end > _COLUMN_GAP * em
        yield Token("\t" if is_apart or _WIDE_GAP.fullmatch(match[1]) else match[1], match[2], own)
        end = own[-1].box.right


def seen_again(lines: list[list[Token]], em: float, looks: Looks) -> list[list[Token]]:
    """Return the lines, corrected by second results: Thai words that were taken for Latin ones, and Thai digits.

    A word for a number is not certain if the second result is another number.
    """
    places = [
        (row, column)
        for row, line in enumerate(lines)
        if any(_THAI_WORD.search(token.text) for token in line)
        for column, token in enumerate(line)
        if _is_hardly_latin(token) or number_of_word(token.text)
    ]
    seen = looks.at_words([lines[row][column].box for row, column in places])
    for (row, column), again in zip(places, seen, strict=True):
        token = lines[row][column]
        if number := number_of_word(token.text):
            lines[row][column] = token._replace(is_sure=None if number_of_word(again.text) == number else False)
        elif _is_better(again, token):
            lines[row][column] = token._replace(text=again.text, is_sure=False)
    return [[_with_thai_figure(token, em, looks) for token in line] for line in lines]


def _is_better(seen: Seen, token: Token) -> bool:
    """Tell whether the Thai model found a Thai word, with about as much confidence as the first result had."""
    is_confident = seen.confidence_pct >= max(_THAI_SURE_PCT, token.confidence_pct - _THAI_LESS_PCT)
    return is_confident and _THAI_TOKEN.fullmatch(seen.text) is not None


def _with_thai_figure(token: Token, em: float, looks: Looks) -> Token:
    """Return the token with its Thai digits as read from the picture, if it may have any and they can be read."""
    match = _THAI_FIGURE.fullmatch(token.text)
    is_likely = match is not None and _is_likely_thai_figure(match["figure"])
    if not match or not (is_likely or _LIKE_THAI_FIGURE.fullmatch(match["figure"]) or _is_hardly_latin(token)):
        return token
    figure = looks.at_thai_figure(token.box, em)
    if figure is None or not (is_likely or figure.is_sure):
        return token
    is_sure = figure.is_sure and _agrees(match["figure"], figure.text)
    return token._replace(text=f"{match['before']}{figure.text}{match['behind']}", is_sure=is_sure)


def _is_hardly_latin(token: Token) -> bool:
    return token.confidence_pct < _LATIN_SURE_PCT and _LATIN.search(token.text) is not None


def _is_likely_thai_figure(figure: str) -> bool:
    """Tell whether a text is half Thai digits or more, or only digits and letters that Tesseract writes for them."""
    if _PART_THAI_FIGURE.fullmatch(figure):
        return True
    letters = [letter for letter in figure if letter.isalnum()]
    return 2 * sum(letter in thai_digits.SIGNS for letter in letters) >= len(letters) > 0


def _agrees(recognised: str, read: str) -> bool:
    """Tell whether Tesseract's result agrees with what was read from the picture, as far as it knows the digits."""
    if len(recognised) != len(read):
        return sum(map(str.isalnum, recognised)) <= sum(map(str.isalnum, read))
    pairs = zip(recognised, read, strict=True)
    return all(digit == other for digit, other in pairs if digit in _KNOWN_DIGITS and other in _KNOWN_DIGITS)
