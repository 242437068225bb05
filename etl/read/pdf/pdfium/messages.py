"""What the process that runs PDFium is asked, and what it replies; each message goes behind its length."""

from struct import Struct

import msgspec

LIMIT_RULE, UNREADABLE_RULE = "R-limit", "R-unreadable"  # as in etl.errors, which this process does not know
MEMORY_MAX_BYTES = 1 << 30
SECONDS_MAX = 60
PAGES_MAX = 300
PIECES_PER_PAGE_MAX = 3_000  # a full page of a form has 80
DPI = 200
PICTURE_SIDE_MAX_PIXELS = 4_000  # for pages as wide in points as the camera's picture was in pixels
LENGTH = Struct(">Q")  # goes before every message


class Request(msgspec.Struct, array_like=True):
    """What is asked of one PDF: the text of all pages, or pictures of some, counted from 0."""

    content: bytes
    pictures_of: list[int] | None = None


class Piece(msgspec.Struct, array_like=True):
    """Text printed in one go on one base line, and where; lengths are points, along the line and upwards from it.

    `mark` numbers the node of the source that it begins in, `end_mark` the one that it ends in; a node that goes on
    with the next page has its number there too. Both are -1 in a PDF that does not say. `blank_follows` tells that a
    blank was printed after it, as at the end of a line that wraps where blanks are kept.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    mark: int = -1
    end_mark: int = -1
    blank_follows: bool = False


class PageText(msgspec.Struct, array_like=True, tag="page"):
    """The pieces of one page in the order printed.

    `is_scan` tells that what is on it is a picture, whatever text may lie over or under it. `hidden` counts the pieces
    that no viewer shows, and that are left out. `span` is from where to where the page goes along its lines.
    `rules` are thin boxes, each with its left, lower, right and upper side. A character whose font does not tell what
    it means is U+FFFD.
    """

    pieces: list[Piece]
    is_scan: bool
    hidden: int = 0
    span: tuple[float, float] = (0.0, 0.0)
    rules: list[tuple[float, float, float, float]] = []


class Picture(msgspec.Struct, array_like=True, tag="picture"):
    """One page, counted from 0, as drawn at `DPI` or, where it is very big, at less: a byte of grey a pixel."""

    page: int
    width: int
    height: int
    grey: bytes


class Fault(msgspec.Struct, array_like=True, tag="fault"):
    """Why nothing can be had from the PDF; it is the last reply."""

    rule_id: str
    reason: str


class Done(msgspec.Struct, array_like=True, tag="done"):
    """That all has been said; it is the last reply."""


Reply = PageText | Picture | Fault | Done


class Refusal(Exception):  # noqa: N818 - a fault of the input, not of the program
    """Raised when nothing can be had from the PDF."""

    def __init__(self, rule_id: str, reason: str) -> None:
        super().__init__(reason)
        self.fault = Fault(rule_id, reason)
