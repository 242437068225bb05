"""Reads one page that PDFium has open: its pieces of text in the order printed, with the blanks that were printed."""

import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from ctypes import byref, c_float, c_ushort, c_void_p, cast
from itertools import compress, groupby, islice, repeat
from math import hypot, inf
from operator import eq, mul
from typing import Any, NamedTuple

import msgspec
import pypdfium2.raw as c

from . import calls
from .messages import LIMIT_RULE, PIECES_PER_PAGE_MAX, PageText, Piece, Refusal
from .nodes import Nodes
from .notes import Notes
from .rules import Box, goes_through, rules, strokes
from .sight import Sight

_BLANK_MIN_EM = 0.05  # some blanks are drawn with no width: they are none
_GAP_MIN_EM = 0.2  # any font's blank is wider
_BLANK_MAX_EM = 1.0
_LEVEL_MAX_EM = 0.1
_LINE_MIN_EM = 0.8  # from one line to the next; raised and lowered numbers move by less
_BACK_MAX_EM = 0.2  # letters of one word overlap by less
_INVISIBLE = 3
_RULE_ROOM = 1.0  # points by which a letter may reach over a rule
_LETTER_EM = 0.45  # the least height of letters in any font
_LARGE_MIN = 24.0  # points; smaller letters are no watermark
_SCAN_CHARACTERS_MAX = 400  # a page with a head, a foot and little else has fewer
_SAMPLE = 48  # one in so many characters is checked, where to check all would take too long
_DIRECTIONS_ASKED = 8  # characters, evenly spread over a page
_STRUCK = "\ufdd2"  # as in etl.read.marks, which this process does not know
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


def _is_character(code: int) -> bool:
    """Tell whether a number is that of a character, and not of a half of one, as damaged fonts have."""
    return 0 < code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF


class _Spot(NamedTuple):
    """Where a character stands, along its line and upwards, and its size, in points."""

    start: float
    baseline: float
    size: float


_NOWHERE = _Spot(0.0, 0.0, 1.0)


class _Boundary(NamedTuple):
    """Two neighbouring characters between which a line ends, or PDFium's text may be wrong about a blank.

    `drawn_by` and `followed_by` are the numbers of the objects that draw them. `box` is that of the last object before
    the second character, `spot` where that character stands.
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
        """Whether a character stands between them that PDFium made up."""
        return self.following - self.last > 1


class Page:
    """A page that PDFium has open: its characters, its objects, and where they stand.

    Both are numbered from 0: characters in the order of PDFium's text, objects in the order in which they were drawn.
    Places are turned so that lines run to the right.
    """

    def __init__(
        self, text_page: Any, bounds: Sequence[float], nodes: Nodes, sight: Sight, noted: Notes, *, is_sampled: bool
    ) -> None:
        self._bounds = bounds
        self._sight = sight
        self._noted = noted
        self._nodes = nodes
        self._letters = c_void_p(cast(text_page, c_void_p).value)
        self._is_in_order = is_sampled
        self._count = max(c.FPDFText_CountChars(text_page), 0)
        self._text = self._read_text(text_page)
        self._lose_unmapped(range(0, self._count, _SAMPLE if is_sampled else 1))
        self._sampled = list(filter(None, self._ask(calls.object_of, range(0, self._count, _SAMPLE))))
        self._objects, self._has_forms = sight.objects, sight.has_forms
        self._numbers = calls.numbered(self._objects)
        self._loose = c.FS_RECTF()
        self._turn = self._direction()

    def read(self) -> PageText:
        """Return the pieces of the page in the order printed. Raises Refusal when there are too many."""
        pieces, found = self._first_pieces(), self._rules()
        if struck := strokes(pieces, [*found, *self._turned_boxes(self._noted.struck)]):
            self._strike(struck)
            pieces = self._first_pieces()
        if len(pieces) > PIECES_PER_PAGE_MAX:
            raise Refusal(LIMIT_RULE, f"a page of the PDF has more than {PIECES_PER_PAGE_MAX} pieces of text")
        unseen = [piece for piece in pieces if not self._is_seen(piece)]
        shown = [piece for piece in pieces if piece not in unseen] if unseen else pieces
        is_scan = self._is_scan() or any(self._sight.has_other(self._corners(piece)) for piece in unseen)
        pieces = shown if self._is_in_order else [*_in_order(shown, found)]
        span, noted = self._extent(self._bounds), self._noted
        aside = [piece for piece in unseen if piece.size >= _LARGE_MIN and self._sight.shows(self._around(piece))]
        return PageText(pieces, is_scan, len(unseen), span, found, aside, noted.said, noted.drawn)

    def _first_pieces(self) -> list[Piece]:
        """Return the pieces, and one more than there may be where there are too many."""
        return list(islice(self._pieces(), PIECES_PER_PAGE_MAX + 1)) if self._count else []

    def _strike(self, struck: Sequence[Box]) -> None:
        """Write a mark for each character that a stroke goes through; vowel and tone marks go with their letter."""
        letters = list(self._text)
        is_struck = False
        for character, spot in enumerate(self._spots([*range(self._count)])):
            if self._text[character].isspace() or self._text[character] in _BROKEN_WORD:
                continue
            if not _MARK_ALONE.match(self._text[character]):
                middle = (spot.start + self._loose_end(character)) / 2
                is_struck = any(
                    stroke[0] <= middle <= stroke[2] and goes_through(stroke, spot.baseline, spot.size)
                    for stroke in struck
                )
            if is_struck:
                letters[character] = _STRUCK
        self._text = "".join(letters)

    def _rules(self) -> list[Box]:
        """Return the rules of the page as boxes, turned as the text is."""
        return self._turned_boxes(rules(self._sight.paths))

    def _turned_boxes(self, boxes: Iterable[Box]) -> list[Box]:
        found = []
        for left, lower, right, upper in boxes:
            xs, ys = zip(self._turned(left, lower), self._turned(right, upper), strict=True)
            found.append((min(xs), min(ys), max(xs), max(ys)))
        return found

    def _is_seen(self, piece: Piece) -> bool:
        """Tell whether a viewer shows a piece; one without letters and digits always counts as shown."""
        return self._sight.shows(self._corners(piece)) or not any(map(str.isalnum, piece.text))

    def _corners(self, piece: Piece) -> list[tuple[float, float]]:
        """Return two opposite corners of the box of a piece's letters on the page, without vowel and tone marks."""
        top = piece.baseline + _LETTER_EM * piece.size
        return [self._turned_back(piece.left, piece.baseline), self._turned_back(piece.right, top)]

    def _around(self, piece: Piece) -> list[tuple[float, float]]:
        """Return two opposite corners of what surrounds a piece, by the size of its letters."""
        lower, upper = piece.baseline - piece.size, piece.baseline + piece.size
        return [self._turned_back(piece.left - piece.size, lower), self._turned_back(piece.right + piece.size, upper)]

    def _direction(self) -> int:
        """Return where most lines run on the page: 0 to the right, 1 up, 2 to the left, 3 down."""
        characters = range(0, self._count, self._count // _DIRECTIONS_ASKED + 1)
        deque(map(calls.matrix, repeat(self._letters), characters, calls.MATRIX_ROOMS), maxlen=0)
        pairs = zip(
            calls.MATRICES[0 : 6 * len(characters) : 6], calls.MATRICES[1 : 6 * len(characters) : 6], strict=True
        )
        turns = [(0 if a >= 0 else 2) if abs(a) >= abs(b) else (1 if b > 0 else 3) for a, b in pairs]
        return max(turns, key=turns.count, default=0)

    def _read_text(self, text_page: Any) -> str:
        buffer = (c_ushort * (self._count + 1))()
        length = c.FPDFText_GetText(text_page, 0, self._count, buffer)
        text = bytes(buffer)[: 2 * length - 2].decode("utf-16-le", errors="replace")
        if len(text) == self._count:
            return text
        # PDFium left out control characters, or wrote some as pairs. The text must have one character for each number.
        codes = self._ask(calls.unicode, range(self._count))
        return "".join(chr(code) if _is_character(code) else "\ufffd" for code in codes)

    def _lose_unmapped(self, characters: range) -> None:
        """Write U+FFFD for characters to which their font gives no meaning; PDFium writes their codes."""
        for unmapped in compress(characters, self._ask(calls.is_unmapped, characters)):
            self._text = f"{self._text[:unmapped]}\ufffd{self._text[unmapped + 1 :]}"

    def _ask(self, question: Callable[..., Any], characters: Iterable[int]) -> list[Any]:
        return list(map(question, repeat(self._letters), characters))

    def _is_scan(self) -> bool:
        """Tell whether the page has only invisible text, or little text and a picture of at least half its size."""
        if all(calls.render_mode(address) == _INVISIBLE for address in self._sampled):
            return bool(self._objects)
        return self._count < _SCAN_CHARACTERS_MAX and any(
            calls.kind(address) == c.FPDF_PAGEOBJ_IMAGE and self._is_big(address) for address in self._objects
        )

    def _is_big(self, address: int) -> bool:
        left, bottom, right, top = calls.measured([address])
        page_left, page_bottom, page_right, page_top = self._bounds
        return (right - left) * (top - bottom) * 2 > (page_right - page_left) * (page_top - page_bottom)

    def _pieces(self) -> Iterator[Piece]:
        """Yield the pieces that were printed in one go, with the blanks that were printed and no others."""
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
        """Return the characters that do not begin where the one before ends, each with where the text before it ends.

        A character on another line counts as well: PDFium does not always end the line between two fields of a form.
        Vowel and tone marks do not count, but may move the end of their letter. PDFium is not exact about the end of ำ.
        """
        blanks = [blank.start() for blank in _BLANK.finditer(self._text)]
        guesses = set(compress(blanks, self._ask(calls.is_generated, blanks)))
        drawn = [found for match in _DRAWN.finditer(self._text) if (found := match.start()) not in guesses]
        leaps: dict[int, float] = {}
        text_end, end, level, before = 0.0, inf, inf, ""
        for character, spot in zip(drawn, self._spots(drawn), strict=True):
            letter, own_end = self._text[character], self._loose_end(character)
            if _MARK_ALONE.match(letter):
                text_end = end = max(end, own_end)
                continue
            gap, gap_max = (spot.start - end) / spot.size, _BLANK_MAX_EM if before == _AM else _GAP_MIN_EM
            rise = abs(spot.baseline - level) / spot.size
            is_level, is_elsewhere = rise <= _LEVEL_MAX_EM, _LINE_MIN_EM <= rise < inf
            if is_elsewhere or (is_level and not -_BACK_MAX_EM <= gap <= gap_max):
                leaps[character] = text_end
            end, level, before = own_end, spot.baseline, letter
            text_end = text_end if letter == " " else end
        return leaps

    def _boundaries(self, leaps: Iterable[int]) -> Iterator[_Boundary]:
        """Yield the boundaries of the page in order; the last is the end of its text."""
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
        sides = calls.measured([self._objects[number - 1] for number in followed_by])
        boxes = zip(sides[0::4], sides[1::4], sides[2::4], sides[3::4], strict=True)
        spots = [*self._spots(followings), _NOWHERE]
        for pair, before, after, box, spot in zip(pairs, drawn_by, followed_by, boxes, spots, strict=True):
            yield _Boundary(*pair, before, after, box, spot)

    def _marks_before_blanks(self) -> list[int]:
        """Return the marks at the end of a cluster after which a blank was printed that PDFium left out."""
        marks = [mark.start() for mark in _MARK.finditer(self._text, 0, self._count - 1)]
        blanks = self._blanks_between(marks, [mark + 1 for mark in marks])
        return [marks[number] for number in blanks]

    def _wrong_guesses(self) -> list[int]:
        """Return the blanks that PDFium made up where none was printed."""
        blanks = [blank.start() for blank in _BLANK.finditer(self._text, 1, self._count - 1)]
        guesses = list(compress(blanks, self._ask(calls.is_generated, blanks)))
        right = set(self._blanks_between([guess - 1 for guess in guesses], [guess + 1 for guess in guesses]))
        return [guess for number, guess in enumerate(guesses) if number not in right]

    def _blanks_between(self, lasts: list[int], followings: list[int]) -> list[int]:
        """Return the indices of the pairs of characters between which an object of no width was drawn."""
        before, after = self._drawn_by(lasts), self._drawn_by(followings)
        apart = [pair for pair in range(len(lasts)) if after[pair] - before[pair] > 1]
        sides = calls.measured([self._objects[after[pair] - 1] for pair in apart])
        return list(compress(apart, map(eq, sides[0::4], sides[2::4])))

    def _drawn_by(self, characters: list[int]) -> list[int]:
        """Return the numbers of the objects that draw the characters; 0 where there is none on the page."""
        return list(map(self._numbers.get, self._ask(calls.object_of, characters), repeat(0)))

    def _node(self, number: int) -> int:
        """Return the number of the node of the source that an object belongs to; -1 for none."""
        return self._nodes.number(calls.mark(self._objects[number]))

    def _has_blank(self, boundary: _Boundary) -> bool:
        """Tell whether a blank was printed there by itself: a text object that draws nothing and takes room."""
        left, lower, right, upper = boundary.box
        if left != right or lower != upper or boundary.followed_by - boundary.drawn_by < 2:
            return False
        if calls.kind(self._objects[boundary.followed_by - 1]) != c.FPDF_PAGEOBJ_TEXT:
            return False
        if boundary.is_end or boundary.is_guess or self._has_forms:
            return True
        start, _ = self._extent(boundary.box)
        return boundary.spot.start - start >= _BLANK_MIN_EM * boundary.spot.size

    def _is_parted(self, boundary: _Boundary, begun: _Spot, end: float, *, has_blank: bool) -> bool:
        """Tell whether a piece ends at a boundary; it began at `begun`, and its text ends at `end`.

        An end of line in PDFium's text is no proof: on a page with few lines it may put one after every few letters.
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
        """Return where the text before a boundary ends.

        A text object drawn after a character, and no character itself, belongs to that character's cluster.
        """
        if self._has_forms:  # the box of an object in a form is not measured on the page, that of a letter is
            return self._loose_end(boundary.last)
        if boundary.followed_by - boundary.drawn_by == 1:
            return self._extent(boundary.box)[1]
        others = self._objects[boundary.drawn_by + 1 : boundary.followed_by]
        cluster = [address for address in others if calls.kind(address) == c.FPDF_PAGEOBJ_TEXT]
        sides = calls.measured([self._objects[boundary.drawn_by], *cluster])
        return max(self._extent(sides[start : start + 4])[1] for start in range(0, len(sides), 4))

    def _loose_end(self, character: int) -> float:
        """Return where the room of a character ends; it is wider than its ink."""
        calls.loose_box(self._letters, character, byref(self._loose))
        return self._extent([getattr(self._loose, side) for side in ("left", "bottom", "right", "top")])[1]

    def _is_cut_off(self, text: str, spot: _Spot, begun_by: int) -> bool:
        """Tell whether a piece stands outside of the area that its page shows.

        Marks of the next page's first line may reach up into a page: a browser then draws their clusters there, too.
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
        """Return where the characters stand, and their sizes."""
        spots: list[_Spot] = []
        for first in range(0, len(characters), calls.ROOM):
            some = characters[first : first + calls.ROOM]
            deque(map(calls.origin, repeat(self._letters), some, *calls.POINT_SIDES), maxlen=0)
            deque(map(calls.matrix, repeat(self._letters), some, calls.MATRIX_ROOMS), maxlen=0)
            widths = map(hypot, calls.MATRICES[0 : 6 * len(some) : 6], calls.MATRICES[1 : 6 * len(some) : 6])
            sizes = map(mul, self._ask(calls.font_size, some), widths)
            points = map(self._turned, calls.POINTS[0 : 2 * len(some) : 2], calls.POINTS[1 : 2 * len(some) : 2])
            spots += [_Spot(*point, size or 1.0) for point, size in zip(points, sizes, strict=True)]
        return spots

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        return ((x, y), (y, -x), (-x, -y), (-y, x))[self._turn]

    def _turned_back(self, along: float, up: float) -> tuple[float, float]:
        return ((along, up), (-up, along), (-along, -up), (up, -along))[self._turn]

    def _extent(self, box: Sequence[float]) -> tuple[float, float]:
        """Return where a box begins and ends along the lines."""
        left, lower, right, upper = box
        return ((left, right), (lower, upper), (-right, -left), (-upper, -lower))[self._turn]


def _in_order(pieces: Iterable[Piece], boxes: Iterable[Box]) -> Iterator[Piece]:
    """Yield the pieces line by line, from left to right; pieces next to each other become one.

    `boxes` are the rules: pieces with a vertical rule between them belong to two cells, and are not joined.
    """
    uprights = [(left, right, lower, upper) for left, lower, right, upper in boxes if upper - lower > right - left]
    for _, line in groupby(pieces, key=lambda piece: round(piece.baseline)):
        joined: Piece | None = None
        for piece in sorted(line, key=lambda piece: piece.left):
            gap = (piece.left - joined.right) / piece.size if joined else 0.0
            if joined is None or gap > _BLANK_MAX_EM or (gap > 0 and _is_ruled_off(joined, piece, uprights)):
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


def _is_ruled_off(before: Piece, piece: Piece, uprights: Iterable[Box]) -> bool:
    """Tell whether a rule stands between two pieces; `uprights` have their left, right, lower and upper side."""
    height = piece.baseline + _LETTER_EM * piece.size / 2
    return any(
        before.right <= left + _RULE_ROOM and right - _RULE_ROOM <= piece.left and lower <= height <= upper
        for left, right, lower, upper in uprights
    )
