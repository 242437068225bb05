"""What a process that reads documents is asked, and what it says; each message goes behind its length."""

from struct import Struct

import msgspec

from etl.records import Copy

LENGTH = Struct(">Q")


class Request(msgspec.Struct, array_like=True):
    """A document to read: into its copies or, with `shown_around`, into the lines near that one."""

    uri: str
    content: bytes
    shown_around: int | None = None


class PageBegun(msgspec.Struct, array_like=True, tag="page"):
    """That one more page has to be recognised, which takes its time."""


class Extracted(msgspec.Struct, array_like=True, tag="extracted"):
    """The copies of the document, or number and text of its lines to show, or its fault: a rule and a reason.

    `log` is what was logged of it. `is_last` tells that the process ends, as it does once it has become big.
    """

    copies: list[Copy]
    fault: tuple[str, str] | None
    log: list[str]
    is_last: bool
    lines: list[tuple[int, str]] = []
