"""Labels and values that the layout of a form separated, put together again: each label on one line with its value.

In come the lines of a form. Out come its lines: a label that was wrapped over two lines is joined, and a row of labels
above a row of values becomes a line for each label with its value.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from etl.families.printed_form.fields import ENGLISH
from etl.families.printed_form.lines import FRAME, WORDS
from etl.parse.grammar import shape
from etl.read.cells import cells_of, has_cells
from etl.records import Line

_SHAPES = frozenset(
    shape(label) for fields in WORDS["fields"].values() for labels in fields.values() for label in labels
)
_BEGINNINGS = frozenset(label[:end] for label in _SHAPES for end in range(2, len(label)))
_LABEL_LETTERS_MAX = 2 * max(map(len, _SHAPES))
_ROW_LETTERS_MAX = 200
_PAIR = 2
_FRAME = re.compile(rf"^{FRAME}")
_ENGLISH = re.compile(rf"{ENGLISH[:-1]}:?\s*$")


def laid_out(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a form with each label whole and beside its value."""
    # Nearly every form prints a colon after a label, and prose is longer: only few lines have to be examined.
    apart = [line.text for line in lines if ":" not in line.text and len(line.text) <= _ROW_LETTERS_MAX]
    if not any(_label_shape(text) in _BEGINNINGS or _is_row_of_labels(text) for text in apart):
        return [*lines]
    return list(beside(list(_whole(lines)), _is_label))


@lru_cache(maxsize=1024)
def _label_shape(text: str) -> str:
    """Return the shape of a line, without what frames it; empty where the line is too long for a label."""
    if len(text) > _LABEL_LETTERS_MAX:
        return ""
    return shape(_ENGLISH.sub("", _FRAME.sub("", text)) if "/" in text or "|" in text else _FRAME.sub("", text)).rstrip(
        ":"
    )


def _whole(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines; two lines that make a label together, and none apart, become one line."""
    joined = False
    for line, below in pairwise([*lines, Line(lines[-1].place, "")]):
        if joined:
            joined = False
            continue
        upper = _label_shape(line.text)
        joined = upper in _BEGINNINGS - _SHAPES and bool(lower := _label_shape(below.text)) and upper + lower in _SHAPES
        yield Line(line.place, line.text.rstrip() + below.text.lstrip()) if joined else line


def _is_label(cell: str) -> bool:
    return _label_shape(cell) in _SHAPES


def _is_row_of_labels(text: str, is_label: Callable[[str], bool] = _is_label) -> bool:
    if not has_cells(text):
        return False
    cells = cells_of(text)
    return len(cells) >= _PAIR and all(map(is_label, cells))


def beside(lines: Sequence[Line], is_label: Callable[[str], bool]) -> Iterator[Line]:
    """Yield the lines; a row of labels above a row of as many values becomes a line for each label with its value."""
    above: list[str] = []
    kept: list[Line] = []
    for line in lines:
        cells = cells_of(line.text)
        if above and line.text.strip():
            if len(cells) == len(above) and not is_label(cells[0]):
                yield from (Line(line.place, f"{label}\t{value}") for label, value in zip(above, cells, strict=True))
                above, kept = [], []
                continue
            yield from kept
            above, kept = [], []
        if _is_row_of_labels(line.text, is_label):
            above = cells
        if above:
            kept.append(line)
        else:
            yield line
    yield from kept
