"""What every channel gives back: the lines of a document, and what it says of itself outside of them."""

from datetime import datetime
from typing import NamedTuple

from etl.records import Channel, Line


class TakenOut(NamedTuple):
    """What was taken out of lines that somebody should look at, in a word, and their numbers."""

    what: str
    lines: tuple[int, ...]


class Pages(NamedTuple):
    """The lines of a document, in reading order, and the channel that they came through.

    `address` and `printed_at` are what the export says of itself outside of its text: where it was saved from, and when
    it was printed. `notes` are what somebody should know of how it was read, by rule; so is `taken_out`.
    """

    channel: Channel
    lines: list[Line]
    address: str | None = None
    printed_at: datetime | None = None
    notes: dict[str, str] = {}  # noqa: RUF012 - never changed
    taken_out: dict[str, TakenOut] = {}  # noqa: RUF012 - never changed
