"""Rows of cells into lines, whatever table they come from: a line a row, its cells parted by tabs.

In come rows of texts; a column in which no row has any is no column, but room. A cell of several lines goes on below
where nothing stands beside it, and in one line where something does.
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
    """Return rows with the lines that they begin on, counted from one on."""
    result, line = [], first_line
    for cells in rows:
        result.append(Row(line, cells))
        line += len(lines_of_row(cells))
    return result


def lines_of(rows: Sequence[Row], page: int) -> list[Line]:
    """Return the lines of rows on a page."""
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
    # What goes on below goes on with the last cell: a label stands beside it at most.
    *before, last = parts
    if len([part for part in before if part]) > 1 or any(len(part) > 1 for part in before):
        last = [" ".join(map(str.strip, last))]
    first = "\t".join(chain((" ".join(map(str.strip, part)) for part in before), last[:1]))
    return [first, *last[1:]]
