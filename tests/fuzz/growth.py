"""No document costs more than its size: what is in it is doubled, and doubled again, and the work may not square.

A shape is a document in which one thing can be as many as is asked for: a run of some character on a line of a sound
export, or a structure. It grows until reading takes a measurable time of the processor, or until it is as big as the
limits let a document be; then it is doubled twice.
"""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from etl.extract import extract
from etl.limits import LINE_CHARACTERS_MAX
from tests.forms import Form
from tests.fuzz.targets import TARGETS

GROWTH_MAX = 2.5**2  # over two doublings: 4 where the work is as the size, 16 where it is as its square
_MEASURABLE_SECONDS = 0.04
_FIRST = 500
_ATTEMPTS = 3

CHARACTERS = {
    "blank": " ", "tab": "\t", "no-break space": "\xa0", "dot": ".", "digit": "7", "Thai digit": "๗", "consonant": "ก",
    "vowel above": "ิ", "leading vowel": "เ", "am": "ำ", "aa": "า", "nikhahit": "ํ", "tone": "่", "phinthu": "ฺ",
    "tone and vowel": "่ิ", "vowel and tone": "ุ่", "combining": "\u0301\u0327", "comma": ",", "colon": ":", "dash": "-",
    "bullet": "•", "pipe": "|", "star": "*", "quote": '"', "bracket": "(", "closing bracket": ")", "square": "[",
    "equals": "=", "slash": "/", "question mark": "?", "hash": "#", "percent": "%", "blank and dot": " .",
    "blank and bar": " |", "blank and star": " *", "grouped digits": "777,", "decimal digits": "7.",
    "blank and tone": " ่",
}  # fmt: skip
TEXT_TARGETS = (
    "printed_form", "project_page", "project_view", "indicator_page", "indicator_catalogue", "department_index",
)  # fmt: skip
_FORM = Form().text()


class Shape(NamedTuple):
    """A document that can grow: its name, what it is with so many, and the most that a limit lets through."""

    name: str
    document: Callable[[int], bytes]
    largest: int


def runs(target: str) -> Iterator[Shape]:
    """Yield a shape for each character on each line with text of a family's first export: within it and at its end."""
    lines = TARGETS[target].documents()[0].content.decode().split("\n")
    for number, line in enumerate(lines):
        middle = line.find(":") + 1 or len(line) // 2
        for at in {0, middle, len(line)} if line.strip() else ():
            for name, character in CHARACTERS.items():
                head = "\n".join([*lines[:number], line[:at]])
                tail = "\n".join([line[at:], *lines[number + 1 :]])
                yield Shape(
                    f"{target}, line {number + 1}, column {at + 1}: {name}",
                    lambda n, head=head, tail=tail, character=character: (head + character * n + tail).encode(),
                    LINE_CHARACTERS_MAX // len(character) // 8,
                )


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
        "comments": "<!-- ก -->", "entities": "&amp;", "breaks": "<br>",
        "inputs": "<input value=ก>",
    }.items():  # fmt: skip
        yield Shape(
            f"HTML: {name}", lambda n, part=part: f"<html><body>{part * n}<p>ก</p></body></html>".encode(), 16_000
        )
    yield Shape("HTML: attributes", lambda n: _page("<p " + " ".join(f"a{one}" for one in range(n)) + ">"), 100_000)


def _page(body: str) -> bytes:
    return f"<html><body>{body}ก</body></html>".encode()


def outgrown(shape: Shape) -> float | None:
    """Return by how much the work for a shape grows where that is too much, each time that it is tried; else None."""
    size = _FIRST
    while (cost := _cost(shape, size)) < _MEASURABLE_SECONDS and size < shape.largest:
        size *= 2
    if cost < _MEASURABLE_SECONDS / 2:
        return None
    growth = 0.0
    for _ in range(_ATTEMPTS):
        growth = _cost(shape, 4 * size) / min(_cost(shape, size), cost)
        if growth <= GROWTH_MAX:
            return None
    return growth


def _cost(shape: Shape, size: int) -> float:
    """Return the seconds of this process's processor that reading a shape of some size takes."""
    content = shape.document(size)
    began = time.process_time()
    extract(f"{shape.name}.txt", content)
    return time.process_time() - began
