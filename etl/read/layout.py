"""When a line of a printed page goes on with the one above it, whether a PDF places them or a picture shows them.

In come texts and where they begin and end; lengths are in em, the size of the letters.
"""

import re

from etl.reference import words

LEADING_MAX_EM = 2.2  # from base line to base line within a paragraph
_WORD_LETTERS_MAX = 16  # hardly a word is longer, so where there was room for as many, no line had to be broken
_WORD, _SHORT_WORD = re.compile(rf"\s*\S{{1,{_WORD_LETTERS_MAX}}}"), re.compile(r"\s*\S{1,6}")
_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # takes no room of its own
_WITHIN = re.compile("[\u0e01-\u0e2e\u0e30-\u0e45\u0e47-\u0e4e]\n[\u0e01-\u0e4e]|\\S[-–/?!]\n")

_AMOUNT = r"[0-9๐-๙,]+[.][0-9๐-๙]+\s|[0-9๐-๙,.-]*\s*บาท"
# How what is a line of its own begins: an item of a list, a heading with its number, a label.
_ITEM = re.compile(r"\s*[-–•*·●▪◦]+\s")
_OWN_LINE = re.compile(
    r"\s*(?:\(?[0-9๐-๙]{1,2}[.)](?![0-9๐-๙])|[0-9๐-๙](?:\.[0-9๐-๙]{1,2})+\s|(?!"
    rf"{_AMOUNT})[^:=]{{0,40}}:(?![0-9/])|{'|'.join(words('phrases')['line'])})"
)


def was_full(end: float, following: str, width: float, margin: float, *, is_short: bool = False) -> bool:
    """Tell whether the first word of what follows, so wide, may have found no room between the end and the margin.

    With `is_short`, that is asked of a word of a few letters.
    """
    text = _MARK.sub("", following)
    word = (_SHORT_WORD if is_short else _WORD).match(text)
    share = (len(word[0]) + 1) / len(text) if word else 0.0
    return end + share * width > margin


def is_item(text: str) -> bool:
    """Tell whether a line begins an item of a list, by its bullet."""
    return _ITEM.match(text) is not None


def begins_line(text: str) -> bool:
    """Tell whether a text begins like a line of its own."""
    return is_item(text) or _OWN_LINE.match(text) is not None


def may_be_within(before: str, after: str) -> bool:
    """Tell whether a line may have been broken without a blank: between Thai letters, or after a hyphen or a stroke."""
    return _WITHIN.search(f"{before[-2:]}\n{after[:1]}") is not None
