"""The nodes of a PDF's source, such as paragraphs and cells, as its structure tree and its pages mark them."""

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import pypdfium2.raw as c

from . import calls

_MARKS_PER_PAGE_MAX = 1 << 20


class Nodes:
    """Numbers the nodes of the source through the document.

    On each page a PDF counts its marks anew; its structure tree shows which nodes have marks on several pages. That is
    used only where two pages agree: as many nodes continue on the second as are unfinished on the first.
    """

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._first = -_MARKS_PER_PAGE_MAX
        self._numbers: dict[int, int] = {}
        self._parted: list[int] = []
        self._are_known = True

    def turn_to(self, page: Any) -> None:
        """Begin the next page."""
        self._first += _MARKS_PER_PAGE_MAX
        self._numbers = {}
        if self._pages == 1:
            return
        begun, parted = self._across(page)
        if len(begun) == len(self._parted):
            self._numbers = dict(zip(begun, self._parted, strict=True))
        self._parted = [self.number(mark) for mark in parted]

    def number(self, mark: int) -> int:
        """Return the number of the node that a mark on this page belongs to; -1 for none."""
        return self._numbers.get(mark, self._first + mark) if mark >= 0 and self._are_known else -1

    def _across(self, page: Any) -> tuple[list[int], list[int]]:
        """Return the marks of the nodes that began before this page, and of those that continue after it."""
        begun, parted = [], []
        self._are_known = False
        for element, places in leaves(page):
            self._are_known = True
            if len(places) > 1:
                marks = marks_of(element, places)
                here = [mark for mark in marks if mark >= 0]
                if here and marks[0] < 0:
                    begun.append(here[0])
                if here and marks[-1] < 0:
                    parted.append(here[-1])
        return begun, parted


def leaves(page: Any) -> Iterator[tuple[int, range]]:
    """Yield the elements of a page's tree that contain no other element, with the range of their contents."""
    tree = c.FPDF_StructTree_GetForPage(page)
    try:
        elements = calls.listed(calls.element_at, tree, c.FPDF_StructTree_CountChildren(tree))[::-1]
        while elements:
            element = elements.pop()
            places = range(calls.count_in_element(element))
            within = list(filter(None, map(calls.element_within, repeat(element), places)))
            elements += reversed(within)
            if not within:
                yield element, places
    finally:
        c.FPDF_StructTree_Close(tree)


def marks_of(element: int, places: range) -> list[int]:
    """Return the marks of an element's contents; -1 for those on another page."""
    return list(map(calls.mark_within, repeat(element), places))
