"""No document costs more than its size: what is in it is doubled, and doubled again, and the work may not square.

A shape is a document in which one thing can be as many as is asked for: a run of some character on a line of a sound
export, or a structure. It grows until reading takes a measurable time of the processor, or until it is as big as the
limits let a document be; then it is doubled twice. It is time that is measured, so this is for `make fuzz`, on a
machine with nothing else to do, and not for the suite.
"""

import gc
import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from etl.extract import extract
from etl.limits import LINE_CHARACTERS_MAX
from tests.forms import Form
from tests.fuzz.targets import TARGETS

GROWTH_MAX = 2.5**2  # over two doublings: 4 where the work is as the size, 16 where it is as its square
_MEASURABLE_SECONDS = 0.03
_ATTEMPTS = 5

CHARACTERS = {
    "blank": " ", "tab": "\t", "no-break space": "\xa0", "dot": ".", "digit": "7", "Thai digit": "๗", "consonant": "ก",
    "vowel above": "ิ", "leading vowel": "เ", "am": "ำ", "aa": "า", "nikhahit": "ํ", "tone": "่", "phinthu": "ฺ",
    "tone and vowel": "่ิ", "vowel and tone": "ุ่", "combining": "\u0301\u0327", "comma": ",", "colon": ":", "dash": "-",
    "bullet": "•", "pipe": "|", "star": "*", "quote": '"', "bracket": "(", "closing bracket": ")", "square": "[",
    "equals": "=", "slash": "/", "question mark": "?", "hash": "#", "percent": "%", "blank and dot": " .",
    "blank and bar": " |", "blank and star": " *", "grouped digits": "777,", "decimal digits": "7.",
    "digits and slashes": "7/", "letters and blanks": "ก ", "digits and blanks": "7 ",
    "blank and tone": " ่",
}  # fmt: skip
_COLUMNS = ("before", "within", "behind")
_FORM = Form().text()
_TAG = re.compile(r"<(\w+)")


class Shape(NamedTuple):
    """A document that can grow: its name, what it is with so many, and the most that a limit lets through."""

    name: str
    document: Callable[[int], bytes]
    largest: int


def runs(target: str) -> Iterator[Shape]:
    """Yield a shape for each character on each line with text of a family's first export: before, within, behind it."""
    lines = _lines(target)
    for number, line in enumerate(lines):
        for column in _COLUMNS if line.strip() else ():
            for name, character in CHARACTERS.items():
                yield _run(f"{target}, line {number + 1}", lines, {number}, column, name, character)


def _lines(target: str) -> list[str]:
    return TARGETS[target].documents()[0].content.decode().split("\n")


def _run(where: str, lines: Sequence[str], numbers: set[int], column: str, name: str, character: str) -> Shape:
    """Return a shape in which some lines have a run of a character, as long as is asked for."""

    def document(size: int) -> bytes:
        return "\n".join(
            _with_run(line, character * size, column) if number in numbers else line
            for number, line in enumerate(lines)
        ).encode()

    return Shape(f"{where}, {column}: {name}", document, LINE_CHARACTERS_MAX // len(character) // 8)


def _with_run(line: str, run: str, column: str) -> str:
    at = {"before": 0, "within": line.find(":") + 1 or len(line) // 2, "behind": len(line)}[column]
    return line[:at] + run + line[at:]


def structures() -> Iterator[Shape]:
    """Yield shapes whose number of parts grows."""
    field = "\n".join(line for line in _FORM.split("\n") if "ปีงบประมาณ" in line)
    for name, part in {
        "blank lines": "\n", "lines of a letter": "ก\n", "lines of a colon": ":\n", "bullets": "- ก\n",
        "labels repeated": f"{field}\n", "labels with a line below": f"{field}\nก\n", "copies": _FORM,
    }.items():  # fmt: skip
        middle = _FORM.index("\n", len(_FORM) // 2) + 1
        yield Shape(
            name,
            lambda n, part=part, middle=middle: (_FORM[:middle] + part * n + _FORM[middle:]).encode(),
            4_000 if part is not _FORM else 1_000,
        )
    for name, part in {
        "paragraphs": "<p>ก</p>", "cells": "<td>ก</td>", "empty cells": "<td></td>", "rows": "<tr><td>ก</td></tr>",
        "comments": "<!-- ก -->", "entities": "&amp;", "breaks": "<br>", "open paragraphs": "<p>ก", "links": "<a>ก",
        "inputs": "<input value=ก>", "style blocks": "<style>ก</style>", "scripts": "<p>ก<script>ก</script>",
        "hidden elements": "<p hidden>ก</p>", "lists": "<select><option>ก</select>",
        "templates": "<template>ก</template>", "pictures": "<svg><title>ก</title></svg>",
        "set lines": "<pre>ก\nก</pre>", "fields": "<textarea>ก\nก</textarea>",
        "closing tags": "</div>", "crossed tags": "<b><i>ก</b></i>", "out of tables": "<table>ก<tr>",
    }.items():  # fmt: skip
        yield Shape(f"HTML: {name}", _repeated(part), 16_000)
    for name, opening in {
        "elements": "<div>", "hidden elements": "<div hidden>", "set lines": "<pre>", "objects": "<object>",
        "white space": "<div style='white-space: pre'>", "dialogs": "<dialog>", "templates": "<template>",
        "bold": "<b>", "tables": "<table><tr><td>", "lists": "<ul><li>", "pictures": "<svg><select>",
    }.items():  # fmt: skip
        yield Shape(f"HTML: {name} in each other", _nested(opening), 16_000)
    for name, option in {"choices": "<option>ก</option>", "groups": "<optgroup><option>ก</optgroup>"}.items():
        yield Shape(f"HTML: {name} of a list", lambda n, option=option: _page(f"<select>{option * n}</select>"), 16_000)
    yield Shape("HTML: attributes", lambda n: _page("<p " + " ".join(f"a{one}" for one in range(n)) + ">"), 100_000)


def _repeated(part: str) -> Callable[[int], bytes]:
    return lambda n: _page(part * n + "<p>ก</p>")


def _nested(opening: str) -> Callable[[int], bytes]:
    closing = "".join(f"</{tag}>" for tag in reversed(_TAG.findall(opening)))
    return lambda n: _page(f"{opening}ก\n" * n + closing * n)


def _of_list(option: str) -> Callable[[int], bytes]:
    return lambda n: _page(f"<select>{option * n}</select>")


def _page(body: str) -> bytes:
    return f"<html><body>{body}ก</body></html>".encode()


def outgrown(shape: Shape) -> float | None:
    """Return by how much the work for a shape grows where that is too much, each time that it is tried; else None."""
    for part in (64, 8, 1):  # what is far too slow shows early, what is quick is not asked often
        size = shape.largest // part
        if (cost := _cost(shape, size)) >= _MEASURABLE_SECONDS:
            break
    else:
        return None
    growth, more = 0.0, math.inf
    for _ in range(_ATTEMPTS):  # the least of both: what else the machine does only adds
        cost, more = min(cost, _cost(shape, size)), min(more, _cost(shape, 4 * size))
        growth = more / cost
        if growth <= GROWTH_MAX:
            return None
    return growth


def _cost(shape: Shape, size: int) -> float:
    """Return the seconds of this process's processor that reading a shape of some size takes."""
    content = shape.document(size)
    gc.disable()  # it would look through all that the tests have made, too
    try:
        began = time.process_time()
        extract(f"{shape.name}.txt", content)
        return time.process_time() - began
    finally:
        gc.enable()
