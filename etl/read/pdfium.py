"""PDFium, run as a process of its own: a PDF's bytes come in, the pieces printed on each page or its picture go out.

It is a program and the messages that it exchanges. It imports PDFium and msgspec alone, so that it starts soon and has
little to lose: what a crafted PDF does to PDFium, it does to this process, under the limits that it sets itself.

PDFium's own text of a Thai page is not what was printed, for four reasons, and each has its cure here:

* It sorts what stands on a line from left to right. A vowel or a tone is drawn left of where the next consonant begins,
  so clusters are torn apart and come twice. While its text is taken, the page is held so far away that PDFium, which
  measures in single precision, sees all of it in one place: there is nothing to sort, and the order printed stays.
* It leaves out what draws no ink, so that a blank printed by itself is lost. Blanks are found among the page's objects
  and put back where they stood.
* It guesses blanks from gaps, and takes the mark that ends a cluster for as wide as it is drawn: hence one after ำ. A
  guessed blank stays where a blank was printed; where there is a gap, what follows is a piece of its own; else it goes.
* It takes a hyphen at the end of a line for a word broken in two and joins the lines. They are parted again.

Chromium draws a page in the order of its text, and every blank. Other writers may draw what is of one font first, or
leave a gap for a blank: of theirs it is asked where every letter stands, and what stands on a line is put in order.
"""

import re
import resource
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from ctypes import PYFUNCTYPE, addressof, byref, c_double, c_float, c_int, c_ushort, c_void_p, cast, sizeof
from itertools import compress, groupby, islice, repeat
from math import hypot, inf
from operator import eq, mul
from struct import Struct
from typing import Any, BinaryIO, NamedTuple

import msgspec
import pypdfium2
import pypdfium2.raw as c

_LIMIT_RULE, _UNREADABLE_RULE = "R-limit", "R-unreadable"  # as in etl.errors, which this process does not know
MEMORY_MAX_BYTES = 1 << 30
SECONDS_MAX = 60
PAGES_MAX = 300
PIECES_PER_PAGE_MAX = 3_000  # a full page of a form has 80
DPI = 200
PICTURE_SIDE_MAX_PIXELS = 4_000  # for pages as wide in points as the camera's picture was in pixels
LENGTH = Struct(">Q")  # goes before every message

_POINTS_PER_INCH = 72
_BLANK_MIN_EM = 0.05  # a blank of no width is drawn as a blank that takes no room
_GAP_MIN_EM = 0.2  # any font's blank is wider
_BLANK_MAX_EM = 1.0
_LEVEL_MAX_EM = 0.1
_BACK_MAX_EM = 0.2  # letters of one word overlap by less
_FAR_AWAY, _FAR_SIDE = -(2.0**40), 2.0**17  # points; the steps of single precision there are as wide as the page
_INVISIBLE = 3
_SCAN_CHARACTERS_MAX = 400  # a page with a head and a foot and hardly a line between them has fewer
_MAPS_ALL = "Skia/PDF"  # Chromium's writer, which gives the text of whatever a font has no code for
_SAMPLE = 48  # of so many characters, one is asked where it is not worth the time to ask all
_DIRECTIONS_ASKED = 8  # of so many characters of a page, evenly spread
_MARKS_PER_PAGE_MAX = 1 << 20
_BROKEN_WORD = "\x02\ufffe"  # what PDFium puts for a hyphen at the end of a line
_CUT_OFF_CHARACTERS_MAX = 12
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # drawn above or below a letter, without any width
_CLUSTER = re.compile(f"[\u0e01-\u0e2e][{_MARKS}\u0e33]")
_MARK = re.compile(f"[{_MARKS}](?=[^ \r\n{_MARKS}])")
_BLANK = re.compile(" ")
_AM = "\u0e33"
_DRAWN = re.compile("[^\r\n]")
_MARK_ALONE = re.compile(f"[{_MARKS}]")
_LINE_END = re.compile(f"\r\n|(?<=[{_BROKEN_WORD}])")


class Request(msgspec.Struct, array_like=True):
    """What is asked of one PDF: the text of all pages, or pictures of some, counted from 0."""

    content: bytes
    pictures_of: list[int] | None = None


def _is_character(code: int) -> bool:
    """Tell whether a number is a character's, and not half of one as damaged fonts name them."""
    return 0 < code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF


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

    `is_scan` tells that what is on it is a picture, whatever text may lie over it. A character whose font does not tell
    what it means is U+FFFD.
    """

    pieces: list[Piece]
    is_scan: bool


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


def _fast(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """Return a function of PDFium without the checks and conversions that cost more than the call itself."""
    return PYFUNCTYPE(result, *arguments)(cast(function, c_void_p).value or 0)


_object_at = _fast(c.FPDFPage_GetObject, c_void_p)
_object_within = _fast(c.FPDFFormObj_GetObject, c_void_p)
_count_within = _fast(c.FPDFFormObj_CountObjects, c_int)
_bounds = _fast(c.FPDFPageObj_GetBounds, c_int, c_void_p)
_kind = _fast(c.FPDFPageObj_GetType, c_int, c_void_p)
_mark = _fast(c.FPDFPageObj_GetMarkedContentID, c_int, c_void_p)
_render_mode = _fast(c.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
_object_of = _fast(c.FPDFText_GetTextObject, c_void_p)
_unicode = _fast(c.FPDFText_GetUnicode, c_int)
_origin = _fast(c.FPDFText_GetCharOrigin, c_int)
_matrix = _fast(c.FPDFText_GetMatrix, c_int)
_font_size = _fast(c.FPDFText_GetFontSize, c_double)
_loose_box = _fast(c.FPDFText_GetLooseCharBox, c_int)
_is_generated = _fast(c.FPDFText_IsGenerated, c_int)
_is_unmapped = _fast(c.FPDFText_HasUnicodeMapError, c_int)
_element_at = _fast(c.FPDF_StructTree_GetChildAtIndex, c_void_p)
_count_in_element = _fast(c.FPDF_StructElement_CountChildren, c_int, c_void_p)
_element_within = _fast(c.FPDF_StructElement_GetChildAtIndex, c_void_p, c_void_p)
_mark_within = _fast(c.FPDF_StructElement_GetChildMarkedContentID, c_int, c_void_p)

# Room for what is asked of many objects or characters at once, and pointers into it: to make these takes longer than to
# have them filled.
_ROOM = 1024
_BOXES = (c_float * (4 * _ROOM))()
_POINTS = (c_double * (2 * _ROOM))()
_MATRICES = (c_float * (6 * _ROOM))()


def _pointers(array: Any, step: int, first: int = 0) -> list[c_void_p]:
    """Return pointers to every so-manieth number of an array."""
    size = sizeof(array._type_)
    return [c_void_p(addressof(array) + size * place) for place in range(first, len(array), step)]


_BOX_SIDES = [_pointers(_BOXES, 4, side) for side in range(4)]
_POINT_SIDES = [_pointers(_POINTS, 2, side) for side in range(2)]
_MATRIX_ROOMS = _pointers(_MATRICES, 6)


class _Spot(NamedTuple):
    """Where a character stands, along its line and upwards, and how big it is."""

    start: float
    baseline: float
    size: float


_NOWHERE = _Spot(0.0, 0.0, 1.0)


class _Boundary(NamedTuple):
    """Two neighbouring characters between which PDFium's text may be wrong about a blank, or a line ends.

    With the numbers of the objects that draw them, the box of the last object before the second, and where that stands.
    """

    last: int
    following: int
    is_end: bool
    drawn_by: int
    followed_by: int
    box: tuple[float, float, float, float]
    spot: _Spot

    @property
    def is_guess(self) -> bool:
        """Whether PDFium made up what stands between them."""
        return self.following - self.last > 1


class _Nodes:
    """The nodes of the source, numbered through the document.

    A PDF marks on each page anew what belongs to a node; its tree tells which nodes have marks on several pages. What
    it says is taken where it says of two pages the same: as many nodes go on as have begun before.
    """

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._first = -_MARKS_PER_PAGE_MAX
        self._numbers: dict[int, int] = {}
        self._parted: list[int] = []
        self._are_known = True

    def turn_to(self, page: Any) -> None:
        """Go on with the next page."""
        self._first += _MARKS_PER_PAGE_MAX
        self._numbers = {}
        if self._pages == 1:
            return
        begun, parted = self._across(page)
        if len(begun) == len(self._parted):
            self._numbers = dict(zip(begun, self._parted, strict=True))
        self._parted = [self.number(mark) for mark in parted]

    def number(self, mark: int) -> int:
        """Return the number of the node that has a mark on this page, -1 for none."""
        return self._numbers.get(mark, self._first + mark) if mark >= 0 and self._are_known else -1

    def _across(self, page: Any) -> tuple[list[int], list[int]]:
        """Return the marks of the nodes that have begun before this page, and of those that go on after it."""
        begun, parted = [], []
        self._are_known = False
        for element, places in _leaves(page):
            self._are_known = True
            if len(places) > 1:
                marks = _marks_of(element, places)
                here = [mark for mark in marks if mark >= 0]
                if here and marks[0] < 0:
                    begun.append(here[0])
                if here and marks[-1] < 0:
                    parted.append(here[-1])
        return begun, parted


def _leaves(page: Any) -> Iterator[tuple[int, range]]:
    """Yield the elements of a page's tree that have no others on it, and the places of what they have."""
    tree = c.FPDF_StructTree_GetForPage(page)
    try:
        elements = _listed(_element_at, tree, c.FPDF_StructTree_CountChildren(tree))[::-1]
        while elements:
            element = elements.pop()
            places = range(_count_in_element(element))
            within = list(filter(None, map(_element_within, repeat(element), places)))
            elements += reversed(within)
            if not within:
                yield element, places
    finally:
        c.FPDF_StructTree_Close(tree)


def _marks_of(element: int, places: range) -> list[int]:
    """Return the marks that an element has on its page, -1 for each on another one."""
    return list(map(_mark_within, repeat(element), places))


class _Page:
    """A page that PDFium has open: its characters, its objects, and where they stand as the page is read.

    Both go by their numbers: characters in the order of PDFium's text, objects in the order in which they were drawn.
    """

    def __init__(self, page: Any, text_page: Any, area: float, nodes: _Nodes, *, is_sampled: bool) -> None:
        self._area = area
        self._nodes = nodes
        self._letters = c_void_p(cast(text_page, c_void_p).value)
        self._is_in_order = is_sampled
        self._count = max(c.FPDFText_CountChars(text_page), 0)
        self._text = self._read_text(text_page)
        self._lose_unmapped(range(0, self._count, _SAMPLE if is_sampled else 1))
        self._sampled = list(filter(None, self._ask(_object_of, range(0, self._count, _SAMPLE))))
        self._objects = _listed(_object_at, page, c.FPDFPage_CountObjects(page))
        self._numbers = _numbered(self._objects)
        self._has_forms = any(address not in self._numbers for address in self._sampled)
        if self._has_forms:
            self._objects = list(_flattened(self._objects))
            self._numbers = _numbered(self._objects)
        self._loose = c.FS_RECTF()
        self._turn = self._direction()

    def read(self) -> PageText:
        """Return the pieces of the page in the order printed. Raises Refusal when there are too many."""
        pieces = list(islice(self._pieces(), PIECES_PER_PAGE_MAX + 1)) if self._count else []
        if len(pieces) > PIECES_PER_PAGE_MAX:
            raise Refusal(_LIMIT_RULE, f"a page of the PDF has more than {PIECES_PER_PAGE_MAX} pieces of text")
        return PageText(pieces if self._is_in_order else [*_in_order(pieces)], is_scan=self._is_scan())

    def _direction(self) -> int:
        """Return where most lines run, whichever way the page is shown: to the right, up, to the left, down."""
        characters = range(0, self._count, self._count // _DIRECTIONS_ASKED + 1)
        deque(map(_matrix, repeat(self._letters), characters, _MATRIX_ROOMS), maxlen=0)
        pairs = zip(_MATRICES[0 : 6 * len(characters) : 6], _MATRICES[1 : 6 * len(characters) : 6], strict=True)
        turns = [(0 if a >= 0 else 2) if abs(a) >= abs(b) else (1 if b > 0 else 3) for a, b in pairs]
        return max(turns, key=turns.count, default=0)

    def _read_text(self, text_page: Any) -> str:
        buffer = (c_ushort * (self._count + 1))()
        length = c.FPDFText_GetText(text_page, 0, self._count, buffer)
        text = bytes(buffer)[: 2 * length - 2].decode("utf-16-le", errors="replace")
        if len(text) == self._count:
            return text
        # PDFium left out control characters, or wrote others as pairs; the numbers of the characters must hold.
        codes = self._ask(_unicode, range(self._count))
        return "".join(chr(code) if _is_character(code) else "\ufffd" for code in codes)

    def _lose_unmapped(self, characters: range) -> None:
        """Put U+FFFD for those of the characters whose font does not tell what they mean; PDFium puts their codes."""
        for unmapped in compress(characters, self._ask(_is_unmapped, characters)):
            self._text = f"{self._text[:unmapped]}\ufffd{self._text[unmapped + 1 :]}"

    def _ask(self, question: Callable[..., Any], characters: Iterable[int]) -> list[Any]:
        return list(map(question, repeat(self._letters), characters))

    def _is_scan(self) -> bool:
        """Tell whether the page has no text that is drawn, or little but a picture as big as half the page."""
        if all(_render_mode(address) == _INVISIBLE for address in self._sampled):
            return bool(self._objects)
        return self._count < _SCAN_CHARACTERS_MAX and any(
            _kind(address) == c.FPDF_PAGEOBJ_IMAGE and self._is_big(address) for address in self._objects
        )

    def _is_big(self, address: int) -> bool:
        left, bottom, right, top = _measured([address])
        return (right - left) * (top - bottom) * 2 > self._area

    def _pieces(self) -> Iterator[Piece]:
        """Yield what was printed in one go, with the blanks that were printed and no others."""
        text, done, (begun_by,), (spot,) = "", 0, self._drawn_by([0]), self._spots([0])
        leaps = {} if self._is_in_order else self._leaps()
        for boundary in self._boundaries(leaps):
            has_blank = self._has_blank(boundary)
            is_leap = boundary.following in leaps
            if not (boundary.is_end or boundary.is_guess or has_blank or is_leap):
                continue
            text += self._text[done : boundary.last + 1]
            done = boundary.following
            end = leaps[boundary.following] if is_leap else self._end(boundary)
            if is_leap or self._is_parted(boundary, spot, end, has_blank=has_blank):
                text = text.strip(" ") if leaps else text
                if text and not self._is_cut_off(text, spot, begun_by):
                    text = f"{text[:-1]}-" if text[-1:] in _BROKEN_WORD else text
                    mark, end_mark = self._node(begun_by), self._node(boundary.drawn_by)
                    yield Piece(text, spot.start, end, spot.baseline, spot.size, mark, end_mark, has_blank)
                text, begun_by, spot = "", boundary.followed_by, boundary.spot
            elif has_blank:
                text += " "

    def _leaps(self) -> dict[int, float]:
        """Return the letters and blanks that do not stand where the one before them ends, and where its text ends.

        A mark stands nowhere by itself, but may take the room that its letter leaves. Where ำ ends is not told well.
        """
        blanks = [blank.start() for blank in _BLANK.finditer(self._text)]
        guesses = set(compress(blanks, self._ask(_is_generated, blanks)))
        drawn = [found for one in _DRAWN.finditer(self._text) if (found := one.start()) not in guesses]
        leaps: dict[int, float] = {}
        text_end, end, level, before = 0.0, inf, inf, ""
        for character, spot in zip(drawn, self._spots(drawn), strict=True):
            letter, own_end = self._text[character], self._loose_end(character)
            if _MARK_ALONE.match(letter):
                text_end = end = max(end, own_end)
                continue
            gap, gap_max = (spot.start - end) / spot.size, _BLANK_MAX_EM if before == _AM else _GAP_MIN_EM
            is_level = abs(spot.baseline - level) <= _LEVEL_MAX_EM * spot.size
            if is_level and not -_BACK_MAX_EM <= gap <= gap_max:
                leaps[character] = text_end
            end, level, before = own_end, spot.baseline, letter
            text_end = text_end if letter == " " else end
        return leaps

    def _boundaries(self, leaps: Iterable[int]) -> Iterator[_Boundary]:
        """Yield the boundaries of the page in order, the end of its text last."""
        pairs = [(mark, mark + 1, False) for mark in self._marks_before_blanks()]
        pairs += [(blank - 1, blank + 1, False) for blank in self._wrong_guesses()]
        pairs += [(end.start() - 1, end.end(), True) for end in _LINE_END.finditer(self._text, 1, self._count - 1)]
        known = {following for _, following, _ in pairs}
        pairs += [(leap - 1, leap, False) for leap in leaps if leap not in known]
        pairs.sort()
        followings = [following for _, following, _ in pairs]
        drawn_by = self._drawn_by([*(last for last, _, _ in pairs), self._count - 1])
        followed_by = [*self._drawn_by(followings), len(self._objects)]
        pairs.append((self._count - 1, self._count, True))
        sides = _measured([self._objects[number - 1] for number in followed_by])
        boxes = zip(sides[0::4], sides[1::4], sides[2::4], sides[3::4], strict=True)
        spots = [*self._spots(followings), _NOWHERE]
        for pair, before, after, box, spot in zip(pairs, drawn_by, followed_by, boxes, spots, strict=True):
            yield _Boundary(*pair, before, after, box, spot)

    def _marks_before_blanks(self) -> list[int]:
        """Return the marks that end a cluster and have a blank after them that PDFium left out."""
        marks = [mark.start() for mark in _MARK.finditer(self._text, 0, self._count - 1)]
        blanks = self._blanks_between(marks, [mark + 1 for mark in marks])
        return [marks[number] for number in blanks]

    def _wrong_guesses(self) -> list[int]:
        """Return the blanks that PDFium made up where none was printed."""
        blanks = [blank.start() for blank in _BLANK.finditer(self._text, 1, self._count - 1)]
        guesses = list(compress(blanks, self._ask(_is_generated, blanks)))
        right = set(self._blanks_between([guess - 1 for guess in guesses], [guess + 1 for guess in guesses]))
        return [guess for number, guess in enumerate(guesses) if number not in right]

    def _blanks_between(self, lasts: list[int], followings: list[int]) -> list[int]:
        """Return which pairs of characters, by their place in the lists, have an object between that draws nothing."""
        before, after = self._drawn_by(lasts), self._drawn_by(followings)
        apart = [pair for pair in range(len(lasts)) if after[pair] - before[pair] > 1]
        sides = _measured([self._objects[after[pair] - 1] for pair in apart])
        return list(compress(apart, map(eq, sides[0::4], sides[2::4])))

    def _drawn_by(self, characters: list[int]) -> list[int]:
        """Return the numbers of the objects that draw some characters; 0 for none, or for one not of the page."""
        return list(map(self._numbers.get, self._ask(_object_of, characters), repeat(0)))

    def _node(self, number: int) -> int:
        """Return the number of the node of the source that an object belongs to, -1 for none."""
        return self._nodes.number(_mark(self._objects[number]))

    def _has_blank(self, boundary: _Boundary) -> bool:
        """Tell whether a blank was printed there by itself: an object that draws nothing, and takes room."""
        left, lower, right, upper = boundary.box
        if left != right or lower != upper or boundary.followed_by - boundary.drawn_by < 2:
            return False
        if _kind(self._objects[boundary.followed_by - 1]) != c.FPDF_PAGEOBJ_TEXT:
            return False
        if boundary.is_end or boundary.is_guess or self._has_forms:
            return True
        start, _ = self._extent(boundary.box)
        return boundary.spot.start - start >= _BLANK_MIN_EM * boundary.spot.size

    def _is_parted(self, boundary: _Boundary, begun: _Spot, end: float, *, has_blank: bool) -> bool:
        """Tell whether a piece that began and ends where given ends at a boundary.

        Of a page with few lines PDFium may think that they run downwards, and end one after every few letters.
        """
        start, baseline, size = boundary.spot
        if boundary.following == self._count:
            return True
        if not boundary.is_end:
            return not has_blank and start - end > _GAP_MIN_EM * size
        if abs(baseline - begun.baseline) > _LEVEL_MAX_EM * size or start - end < -_GAP_MIN_EM * size:
            return True
        gap = start - max(end, self._loose_end(boundary.last))
        return gap > (_BLANK_MAX_EM if has_blank else _GAP_MIN_EM) * size

    def _end(self, boundary: _Boundary) -> float:
        """Return where what was printed before a boundary ends.

        What is drawn after a character without being one itself is part of its cluster.
        """
        if self._has_forms:  # an object's box is measured within its form, a letter's on the page
            return self._loose_end(boundary.last)
        if boundary.followed_by - boundary.drawn_by == 1:
            return self._extent(boundary.box)[1]
        others = self._objects[boundary.drawn_by + 1 : boundary.followed_by]
        cluster = [address for address in others if _kind(address) == c.FPDF_PAGEOBJ_TEXT]
        sides = _measured([self._objects[boundary.drawn_by], *cluster])
        return max(self._extent(sides[start : start + 4])[1] for start in range(0, len(sides), 4))

    def _loose_end(self, character: int) -> float:
        """Return where the room that a character takes ends, which is more than what is drawn of it."""
        _loose_box(self._letters, character, byref(self._loose))
        return self._extent([getattr(self._loose, side) for side in ("left", "bottom", "right", "top")])[1]

    def _is_cut_off(self, text: str, spot: _Spot, begun_by: int) -> bool:
        """Tell whether a piece stands outside of what its page shows.

        A browser draws on a page also those marks of the next line that reach up into it, as whole clusters.
        """
        if len(text) > _CUT_OFF_CHARACTERS_MAX or not _CLUSTER.match(text):
            return False
        clip, x, y = c.FPDFPageObj_GetClipPath(cast(self._objects[begun_by], c.FPDF_PAGEOBJECT)), c_float(), c_float()
        for path in range(c.FPDFClipPath_CountPaths(clip)):
            heights = []
            for segment in range(c.FPDFClipPath_CountPathSegments(clip, path)):
                c.FPDFPathSegment_GetPoint(c.FPDFClipPath_GetPathSegment(clip, path, segment), x, y)
                heights.append(self._turned(x.value, y.value)[1])
            if heights and not min(heights) < spot.baseline < max(heights):
                return True
        return False

    def _spots(self, characters: list[int]) -> list[_Spot]:
        """Return where characters stand."""
        spots: list[_Spot] = []
        for first in range(0, len(characters), _ROOM):
            some = characters[first : first + _ROOM]
            deque(map(_origin, repeat(self._letters), some, *_POINT_SIDES), maxlen=0)
            deque(map(_matrix, repeat(self._letters), some, _MATRIX_ROOMS), maxlen=0)
            widths = map(hypot, _MATRICES[0 : 6 * len(some) : 6], _MATRICES[1 : 6 * len(some) : 6])
            sizes = map(mul, self._ask(_font_size, some), widths)
            points = map(self._turned, _POINTS[0 : 2 * len(some) : 2], _POINTS[1 : 2 * len(some) : 2])
            spots += [_Spot(*point, size or 1.0) for point, size in zip(points, sizes, strict=True)]
        return spots

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        return ((x, y), (y, -x), (-x, -y), (-y, x))[self._turn]

    def _extent(self, box: Sequence[float]) -> tuple[float, float]:
        """Return from where to where a box goes along its line."""
        left, lower, right, upper = box
        return ((left, right), (lower, upper), (-right, -left), (-upper, -lower))[self._turn]


def _in_order(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces with those that stand on one line next to each other joined, from left to right."""
    for _, line in groupby(pieces, key=lambda piece: round(piece.baseline)):
        joined: Piece | None = None
        for piece in sorted(line, key=lambda piece: piece.left):
            gap = (piece.left - joined.right) / piece.size if joined else 0.0
            if joined is None or gap > _BLANK_MAX_EM:
                if joined:
                    yield joined
                joined = piece
                continue
            blank = " " if gap > _GAP_MIN_EM else ""
            joined = msgspec.structs.replace(
                joined, text=f"{joined.text}{blank}{piece.text}", right=max(joined.right, piece.right),
                end_mark=piece.end_mark, blank_follows=piece.blank_follows,
            )  # fmt: skip
        if joined:
            yield joined


def _measured(objects: list[int]) -> list[float]:
    """Return the left, lower, right and upper side of each object, one after the other."""
    sides: list[float] = []
    for start in range(0, len(objects), _ROOM):
        some = objects[start : start + _ROOM]
        deque(map(_bounds, some, *_BOX_SIDES), maxlen=0)
        sides += _BOXES[: 4 * len(some)]
    return sides


def _listed(object_at: Callable[..., int], holder: Any, count: int) -> list[int]:
    return list(map(object_at, repeat(cast(holder, c_void_p)), range(count)))


def _numbered(objects: list[int]) -> dict[int, int]:
    return dict(zip(objects, range(len(objects)), strict=True))


def _flattened(objects: list[int]) -> Iterator[int]:
    """Yield the objects with what stands in forms, pages within the page, in its place."""
    for address in objects:
        if _kind(address) == c.FPDF_PAGEOBJ_FORM:
            form = c_void_p(address)
            yield from _flattened(_listed(_object_within, form, _count_within(form)))
        else:
            yield address


def _open(content: bytes) -> pypdfium2.PdfDocument:
    """Return the document. Raises Refusal when PDFium does not read it."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        # Of a document without pages PDFium tells what was wrong with the one before.
        if error.err_code == c.FPDF_ERR_PASSWORD and b"/Encrypt" in content:
            raise Refusal(_UNREADABLE_RULE, "the PDF is encrypted and opens only with a password") from error
        raise Refusal(
            _UNREADABLE_RULE, "the document begins as a PDF file but has no pages that PDFium finds"
        ) from error
    if len(document) > PAGES_MAX:
        raise Refusal(_LIMIT_RULE, f"the PDF has {len(document)} pages; at most {PAGES_MAX} are read")
    return document


def _read_texts(document: pypdfium2.PdfDocument) -> Iterator[PageText]:
    is_sampled = document.get_metadata_value("Producer").startswith(_MAPS_ALL)
    nodes = _Nodes(len(document))
    for number in range(len(document)):
        page = c.FPDF_LoadPage(document, number)
        if not page:
            raise Refusal(_UNREADABLE_RULE, f"page {number + 1} of {len(document)} of the PDF is damaged")
        if not c.FPDFPage_CountObjects(page) and any(max(_marks_of(*leaf), default=-1) >= 0 for leaf in _leaves(page)):
            raise Refusal(_UNREADABLE_RULE, f"page {number + 1} of {len(document)} of the PDF has lost what was on it")
        area = c.FPDF_GetPageWidthF(page) * c.FPDF_GetPageHeightF(page)
        box = _FAR_AWAY, _FAR_AWAY, _FAR_AWAY + _FAR_SIDE, _FAR_AWAY + _FAR_SIDE
        c.FPDFPage_SetMediaBox(page, *box)
        c.FPDFPage_SetCropBox(page, *box)
        text_page = c.FPDFText_LoadPage(page)
        nodes.turn_to(page)
        try:
            yield _Page(page, text_page, area, nodes, is_sampled=is_sampled).read()
        finally:
            c.FPDFText_ClosePage(text_page)
            c.FPDF_ClosePage(page)


def _draw(document: pypdfium2.PdfDocument, numbers: list[int]) -> Iterator[Picture]:
    for number in numbers:
        page = document[number]
        scale = min(DPI / _POINTS_PER_INCH, PICTURE_SIDE_MAX_PIXELS / max(page.get_size()))
        bitmap = page.render(scale=scale, grayscale=True)
        rows = memoryview(bitmap.buffer).cast("B")
        grey = b"".join(rows[row * bitmap.stride :][: bitmap.width] for row in range(bitmap.height))
        yield Picture(number, bitmap.width, bitmap.height, grey)
        page.close()


def _replies(request: bytes) -> Iterator[Reply]:
    try:
        wanted = msgspec.msgpack.decode(request, type=Request)
        with closing(_open(wanted.content)) as document:
            yield from _read_texts(document) if wanted.pictures_of is None else _draw(document, wanted.pictures_of)
            yield Done()
    except Refusal as refusal:
        yield refusal.fault
    except MemoryError:
        yield Fault(_LIMIT_RULE, f"the PDF takes more than {MEMORY_MAX_BYTES >> 20} MiB of memory")


def _limit(what: int, most: int) -> None:
    """Set a limit of this process, within what it may use at most anyway."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until there are no more, each within its limits of memory and of processor time."""
    _limit(resource.RLIMIT_AS, MEMORY_MAX_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    while length := requests.read(LENGTH.size):
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + SECONDS_MAX)
        for reply in _replies(requests.read(LENGTH.unpack(length)[0])):
            message = msgspec.msgpack.encode(reply)
            replies.write(LENGTH.pack(len(message)) + message)
            replies.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
