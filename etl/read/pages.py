"""What the reader of every channel returns: the lines of a document, and what else the document says of itself."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from etl.records import Channel, Line


def _nobody_waits() -> None:
    pass


on_picture: Callable[[], None] = _nobody_waits
"""Called before a page is recognised in a picture; whoever limits the time of a document sets it."""


class TakenOut(NamedTuple):
    """What was taken out of the lines, in a few words, and the numbers of these lines: a person should check them."""

    what: str
    lines: tuple[int, ...]


class Beside(NamedTuple):
    """What is said beside the text of a document: the text, where it stands, and whether it concerns the records."""

    text: str
    where: str
    concerns: bool


class Pages(NamedTuple):
    """The lines of a document, in reading order, and the channel that they came through.

    `address` is where the export was saved from, and `printed_at` when it was printed, if it says so outside of its
    text. `notes` are what a person should know about how it was read, by rule; `taken_out` is what was left out of its
    lines, by rule. `beside` is what people say beside the lines, as in comments, and families never see.
    """

    channel: Channel
    lines: list[Line]
    address: str | None = None
    printed_at: datetime | None = None
    notes: dict[str, str] = {}  # noqa: RUF012 - never changed
    taken_out: dict[str, TakenOut] = {}  # noqa: RUF012 - never changed
    beside: tuple[Beside, ...] = ()
