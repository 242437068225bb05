"""Takes struck text out of a text: `~~100~~`, `<del>100</del>`, letters with a stroke through each.

In comes a text, out comes the text without what is struck out, and the numbers of the lines that had any. What is
struck out is shown, but nobody takes it for a value. It may go on over a few lines of prose, but a mark in one cell and
a mark in another are no pair. Lines keep their numbers, and cells their places.
"""

import re

_STROKES = "\u0335\u0336\u0337\u0338"
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # of a letter; normal forms put strokes before them
_LETTER = rf"[^\s{_STROKES}][{_STROKES}]++[{_MARKS}{_STROKES}]*+"
_LINES_MAX = 8  # of one text that is struck out
_STRUCK = re.compile(
    rf"(?:(?P<letters>{_LETTER}(?:(?: [{_STROKES}]*+)?{_LETTER})*+)"
    r"|~~(?=[^\s~])(?:(?:(?!~~)[^\t\n|]){1,500}|(?:(?!~~)[^\t|;:,]|,(?=\s)){1,500})(?<=[^\s~])~~(?!~)"
    r"|<(?P<tag>del|s|strike)(?:\s[^<>]{0,200})?>(?:(?!</(?P=tag)>).){0,500}</(?P=tag)>)(?P<blank> ?)",
    re.DOTALL | re.IGNORECASE,
)
_DIGIT = re.compile("[0-9๐-๙]")
_SET_OFF = re.compile(r"[\s(\[]|\Z")  # what stands before a blank that goes with the struck text before it
_NOT_BETWEEN = re.compile(r"[^\t\n]+")


def without_struck(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text without what is struck out in it, and the numbers of the lines that had any, from 1.

    A digit with a stroke beside one without stays, as it may be a nought; the number can not be read then.
    """
    if not ("~~" in text or "</" in text or any(stroke in text for stroke in _STROKES)):
        return text, ()
    numbers = list[int]()
    counted = [0, 1]  # up to where line ends were counted, and the number of that line

    def taken_out(struck: re.Match[str]) -> str:
        ends = struck[0].count("\n")
        before, after = text[max(struck.start() - 1, 0) : struck.start()], text[struck.end() : struck.end() + 1]
        touches = [_DIGIT.match(letter) is not None for letter in (before, struck["blank"] or after)]
        letters = struck["letters"]
        is_of_number = letters and (
            (touches[0] and _DIGIT.match(letters)) or (touches[1] and _DIGIT.match(letters[-2]))
        )
        if ends >= _LINES_MAX or is_of_number:
            return struck[0]
        counted[:] = struck.start(), counted[1] + text.count("\n", counted[0], struck.start())
        numbers.extend(range(counted[1], counted[1] + ends + 1))
        blank = " " if all(touches) or not _SET_OFF.match(before) else ""
        return _NOT_BETWEEN.sub("", struck[0]) + (blank if struck["blank"] or all(touches) else "")

    return _STRUCK.sub(taken_out, text), tuple(dict.fromkeys(numbers))
