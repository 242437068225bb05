"""Takes struck text out of a text: `~~100~~`, `<del>100</del>`, letters with a stroke through each.

In comes a text, out comes the text without what is struck out, and the numbers of the lines that had any. What is
struck out may go on over a few lines, which keep their numbers. It is shown, but nobody takes it for a value.
"""

import re

_STROKES = "\u0335\u0336\u0337\u0338"
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # of a letter; normal forms put strokes before them
_LINES_MAX = 8  # of one text that is struck out
_STRUCK = re.compile(
    rf"(?:[^\s{_STROKES}][{_STROKES}]+[{_MARKS}{_STROKES}]*+(?:[ \t][{_STROKES}]*+)?)+"
    r"|~~(?=[^\s~])(?:(?!~~).){1,500}(?<=[^\s~])~~(?!~)[ \t]?"
    r"|<(?P<tag>del|s|strike)(?:\s[^<>]{0,200})?>(?:(?!</(?P=tag)>).){0,500}</(?P=tag)>[ \t]?",
    re.DOTALL | re.IGNORECASE,
)


def without_struck(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text without what is struck out in it, and the numbers of the lines that had any, from 1."""
    if not ("~~" in text or "</" in text or any(stroke in text for stroke in _STROKES)):
        return text, ()
    numbers = list[int]()
    counted = [0, 1]  # up to where line ends were counted, and the number of that line

    def taken_out(struck: re.Match[str]) -> str:
        ends = struck[0].count("\n")
        if ends >= _LINES_MAX:
            return struck[0]
        counted[:] = struck.start(), counted[1] + text.count("\n", counted[0], struck.start())
        numbers.extend(range(counted[1], counted[1] + ends + 1))
        return "\n" * ends

    return _STRUCK.sub(taken_out, text), tuple(dict.fromkeys(numbers))
