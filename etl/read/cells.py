"""The cells of a line, whatever parts them: tabs, as reading puts between the cells of a table, or gaps of two blanks.

In comes the text of a line, out come its cells and the room that they take. Lines of other tables, with bars or boxes
or from a page or a spreadsheet, have their tabs already when they get here.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_GAP = re.compile(r"\s{2,}")
_FRAGMENT = re.compile(r"\S+(?:\s\S+)*")
_MARK = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")  # takes no room of its own


class Room(NamedTuple):
    """A cell that gaps part from others: its text, and where it begins and ends in letters that take room."""

    text: str
    start: int
    end: int


def has_cells(text: str) -> bool:
    """Tell whether a line may have more than one cell."""
    return "\t" in text or "  " in text


def cells_of(text: str) -> list[str]:
    """Return the texts of the cells of a line, blank ones too where tabs part them."""
    parts = text.split("\t") if "\t" in text else _GAP.split(text.strip())
    return [part.strip() for part in parts]


def rooms_of(text: str) -> list[Room]:
    """Return the cells of a line that gaps part, each with its room; none of a line with tabs."""
    rooms, at, taken = list[Room](), 0, 0
    for match in _FRAGMENT.finditer("" if "\t" in text else text):
        start = taken + len(_MARK.sub("", text[at : match.start()]))
        at, taken = match.end(), start + len(_MARK.sub("", match[0]))
        rooms.append(Room(match[0], start, taken))
    return rooms


def under(columns: Sequence[Room], text: str) -> list[str]:
    """Return the cells of a line, each under the column whose room it shares the most of; several are one text."""
    cells = [""] * len(columns)
    for room in rooms_of(text):
        shared = [min(room.end, column.end) - max(room.start, column.start) for column in columns]
        nearest = max(range(len(columns)), key=shared.__getitem__)
        cells[nearest] = f"{cells[nearest]} {room.text}".strip()
    return cells
