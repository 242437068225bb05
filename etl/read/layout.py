"""Decides whether a line of a printed page continues the line above it, for PDF and for pictures.

In come texts, and where they begin and end along the line, in whatever unit the caller uses for all of them.
"""

import re

from etl.reference import words

LEADING_MAX_EM = 2.2  # em, the size of the letters; from base line to base line within a paragraph
_WORD_LETTERS_MAX = 16  # few words are longer: with room for so many, no line had to be broken
_WORD, _SHORT_WORD = re.compile(rf"\s*\S{{1,{_WORD_LETTERS_MAX}}}"), re.compile(r"\s*\S{1,6}")
_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # above or below a letter: takes no room on the line
_WITHIN = re.compile("[\u0e01-\u0e2e\u0e30-\u0e45\u0e47-\u0e4e]\n[\u0e01-\u0e4e]|\\S[-–/?!]\n")

_AMOUNT = r"[0-9๐-๙,]+[.][0-9๐-๙]+\s|[0-9๐-๙,.-]*\s*บาท"
# What begins a line of its own, and continues none: an item of a list, a heading with its number, a label.
_ITEM = re.compile(r"\s*[-–•*·●▪◦]+\s")
_OWN_LINE = re.compile(
    r"\s*(?:\(?[0-9๐-๙]{1,2}[.)](?![0-9๐-๙])|[0-9๐-๙](?:\.[0-9๐-๙]{1,2})+\s|(?!"
    rf"{_AMOUNT})[^:=]{{0,40}}:(?![0-9/])|{'|'.join(words('phrases')['line'])})"
)


def was_full(end: float, following: str, width: float, margin: float, *, is_short: bool = False) -> bool:
    """Tell whether a line may have been broken because the next word found no room between `end` and `margin`.

    `following` is the text of the next line, `width` the width of that text. With `is_short`, at most six letters of
    the word are counted.
    """
    text = _MARK.sub("", following)
    word = (_SHORT_WORD if is_short else _WORD).match(text)
    share = (len(word[0]) + 1) / len(text) if word else 0.0
    return end + share * width > margin


def is_item(text: str) -> bool:
    """Tell whether a line begins an item of a list, by its bullet."""
    return _ITEM.match(text) is not None


def begins_line(text: str) -> bool:
    """Tell whether a text begins like a line of its own, so that it continues no other."""
    return is_item(text) or _OWN_LINE.match(text) is not None


def may_be_within(before: str, after: str) -> bool:
    """Tell whether a line may be broken here without a blank: between Thai letters, or after a hyphen or a slash."""
    return _WITHIN.search(f"{before[-2:]}\n{after[:1]}") is not None
