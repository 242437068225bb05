"""Turns the rows of any table into lines: a line for each row, with tabs between its cells.

In come rows of texts, out come lines. A column that is empty in all rows is left out. A last cell of several lines
keeps them, below each other, if at most a label stands beside it; any other cell becomes one line.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from etl.records import Line, Place
from etl.thai.text import clean


class Row(NamedTuple):
    """A row of a table: the line of the document on which it begins, and its cells."""

    line: int
    cells: Sequence[str]


def numbered(rows: Iterable[Sequence[str]], first_line: int) -> list[Row]:
    """Return the rows, each with the number of the line that it begins on; the first begins on `first_line`."""
    result, line = [], first_line
    for cells in rows:
        result.append(Row(line, cells))
        line += len(lines_of_row(cells))
    return result


def lines_of(rows: Sequence[Row], page: int) -> list[Line]:
    """Return the lines of the rows, as lines of one page."""
    filled = {column for row in rows for column, text in enumerate(row.cells) if text.strip()}
    return [
        Line(Place(page, number), clean(text))
        for row in rows
        for number, text in enumerate(
            lines_of_row([text for column, text in enumerate(row.cells) if column in filled]), start=row.line
        )
    ]


def lines_of_row(cells: Sequence[str]) -> list[str]:
    """Return the lines of a row, at least one."""
    parts = [text.strip().splitlines() for text in cells]
    while parts and not any(map(str.strip, parts[-1])):
        parts.pop()
    if not parts:
        return [""]
    # Further lines belong to the last cell: that is clear only if no more than a label stands beside it.
    *before, last = parts
    if len([part for part in before if part]) > 1 or any(len(part) > 1 for part in before):
        last = [" ".join(map(str.strip, last))]
    first = "\t".join(chain((" ".join(map(str.strip, part)) for part in before), last[:1]))
    return [first, *last[1:]]
