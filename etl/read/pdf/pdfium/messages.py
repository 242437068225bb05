"""The messages to and from the process that runs PDFium; each is sent after its length."""

from struct import Struct

import msgspec

LIMIT_RULE, UNREADABLE_RULE = "R-limit", "R-unreadable"  # as in etl.errors, which this process does not know
MEMORY_MAX_BYTES = 1 << 30
SECONDS_MAX = 60
PAGES_MAX = 300
PIECES_PER_PAGE_MAX = 3_000  # a full page of a form has 80
DPI = 200
PICTURE_SIDE_MAX_PIXELS = 4_000  # some pages are as many points wide as the camera's picture had pixels
LENGTH = Struct(">Q")  # of a message, which is sent before it


class Request(msgspec.Struct, array_like=True):
    """What is asked of one PDF: the text of all pages, or pictures of some, counted from 0."""

    content: bytes
    pictures_of: list[int] | None = None


class Piece(msgspec.Struct, array_like=True):
    """Text that was printed in one go on one base line. All lengths are points, along the line and upwards.

    `mark` is the number of the node of the source (such as a paragraph) in which it begins, `end_mark` of the node in
    which it ends. A node that continues on the next page keeps its number there. Both are -1 in a PDF without marked
    nodes. `blank_follows` says that a blank was printed after it, as some programs do at the end of a wrapped line.
    `is_broken` says that it is a row of cells that the end of the page broke.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    mark: int = -1
    end_mark: int = -1
    blank_follows: bool = False
    is_broken: bool = False


class PageText(msgspec.Struct, array_like=True, tag="page"):
    """The pieces of one page in the order printed.

    `is_scan` says that the page is a picture, whatever text lies over or under it. `hidden` counts the pieces that no
    viewer shows; they are left out. `span` is where the page begins and ends along its lines, in points. `rules` are
    thin boxes, each with its left, lower, right and upper side. A character that its font gives no meaning is U+FFFD.
    `aside` are large pieces among the hidden that ink surrounds: letters that are turned stand beside their base line.
    `said` are the words of notes that a viewer shows beside the page, `drawn` those of notes that are shown on it.
    """

    pieces: list[Piece]
    is_scan: bool
    hidden: int = 0
    span: tuple[float, float] = (0.0, 0.0)
    rules: list[tuple[float, float, float, float]] = []
    aside: list[Piece] = []
    said: list[str] = []
    drawn: list[str] = []


class Picture(msgspec.Struct, array_like=True, tag="picture"):
    """A picture of one page (counted from 0), a byte of grey for each pixel; at `DPI`, or less for a huge page."""

    page: int
    width: int
    height: int
    grey: bytes


class Fault(msgspec.Struct, array_like=True, tag="fault"):
    """The last reply if the PDF cannot be read: the rule, and why."""

    rule_id: str
    reason: str


class Done(msgspec.Struct, array_like=True, tag="done"):
    """The last reply if all went well."""


Reply = PageText | Picture | Fault | Done


class Refusal(Exception):  # noqa: N818 - a fault of the input, not of the program
    """Raised when the PDF cannot be read."""

    def __init__(self, rule_id: str, reason: str) -> None:
        super().__init__(reason)
        self.fault = Fault(rule_id, reason)
