"""What a process that reads documents is asked, and what it says; each message goes behind its length.

Behind what is asked goes the document, as it is: it may be big, and is not copied once more.
"""

from datetime import datetime
from struct import Struct

import msgspec

from etl.records import Copy

LENGTH = Struct(">Q")


class Request(msgspec.Struct, array_like=True, tag="read"):
    """A document to read: into its copies or, with `shown_around` (a line number), into the lines near that line."""

    uri: str
    shown_around: int | None = None


class Unpack(msgspec.Struct, array_like=True, tag="unpack"):
    """An archive to unpack."""

    uri: str


class PageBegun(msgspec.Struct, array_like=True, tag="page"):
    """That one more page has to be recognised, which takes its time."""


class Extracted(msgspec.Struct, array_like=True, tag="extracted"):
    """The copies of the document, or number and text of its lines to show, or its fault: a rule and a reason.

    `log` is what was logged of it. With `is_last`, the process ends after this reply, because it has become big.
    """

    copies: list[Copy]
    fault: tuple[str, str] | None
    log: list[str]
    is_last: bool
    lines: list[tuple[int, str]] = []


class Found(msgspec.Struct, array_like=True, tag="found"):
    """A document in the archive."""

    uri: str
    content: bytes
    modified_at: datetime | None


class Unpacked(msgspec.Struct, array_like=True, tag="unpacked"):
    """That there are no more documents in the archive; where it cannot be unpacked `is_whole`, it is one itself.

    `log` and `is_last` mean the same as in `Extracted`.
    """

    is_whole: bool
    log: list[str]
    is_last: bool


Asked = Request | Unpack
Reply = PageBegun | Extracted | Found | Unpacked
