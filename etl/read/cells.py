"""The cells of a line. They are separated by tabs, as reading puts between the cells of a table, or by two blanks.

In comes the text of a line. Out come its cells and where they stand. Rows between bars, boxes, and the tables of HTML
pages and spreadsheets, were turned into tabs before. Some pages have bars between cells only; whoever reads these says
so, as a bar may stand in prose.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_GAP = re.compile(r"\s{2,}")
_BAR = re.compile(r"\t|(?<!\S)\|(?!\S)")
_FRAGMENT = re.compile(r"\S+(?:\s\S+)*")
_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # above or below a letter: takes no room on the line


class Room(NamedTuple):
    """A cell between gaps: its text, and where it begins and ends, counted in letters that take room on the line."""

    text: str
    start: int
    end: int


def has_cells(text: str) -> bool:
    """Tell whether a line may have more than one cell."""
    return "\t" in text or "  " in text


def cells_of(text: str) -> list[str]:
    """Return the texts of the cells of a line; between tabs, blank cells count as well."""
    parts = text.split("\t") if "\t" in text else _GAP.split(text.strip())
    return [part.strip() for part in parts]


def cells_at_bars(text: str) -> list[str]:
    """Return the texts of the cells of a line between tabs, or between bars that stand alone; blank cells count."""
    return [part.strip() for part in _BAR.split(text)]


def rooms_of(text: str) -> list[Room]:
    """Return the cells of a line between gaps, each with where it stands; none for a line with tabs."""
    rooms, at, taken = list[Room](), 0, 0
    for match in _FRAGMENT.finditer("" if "\t" in text else text):
        start = taken + len(_MARK.sub("", text[at : match.start()]))
        at, taken = match.end(), start + len(_MARK.sub("", match[0]))
        rooms.append(Room(match[0], start, taken))
    return rooms


def under(columns: Sequence[Room], text: str) -> list[str]:
    """Return one text for each column: the cells of the line that overlap it more than any other column."""
    cells = [""] * len(columns)
    for room in rooms_of(text):
        shared = [min(room.end, column.end) - max(room.start, column.start) for column in columns]
        nearest = max(range(len(columns)), key=shared.__getitem__)
        cells[nearest] = f"{cells[nearest]} {room.text}".strip()
    return cells
