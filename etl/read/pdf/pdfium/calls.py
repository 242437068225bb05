"""Fast calls of PDFium for many objects or characters of a page at once, and the memory for their answers."""

from collections import deque
from collections.abc import Callable, Iterator
from ctypes import PYFUNCTYPE, addressof, c_double, c_float, c_int, c_void_p, cast, sizeof
from itertools import repeat
from typing import Any

import pypdfium2.raw as c


def _fast(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """Return a function of PDFium without the checks and conversions that cost more than the call itself."""
    return PYFUNCTYPE(result, *arguments)(cast(function, c_void_p).value or 0)


object_at = _fast(c.FPDFPage_GetObject, c_void_p)
object_within = _fast(c.FPDFFormObj_GetObject, c_void_p)
count_within = _fast(c.FPDFFormObj_CountObjects, c_int)
bounds = _fast(c.FPDFPageObj_GetBounds, c_int, c_void_p)
kind = _fast(c.FPDFPageObj_GetType, c_int, c_void_p)
mark = _fast(c.FPDFPageObj_GetMarkedContentID, c_int, c_void_p)
render_mode = _fast(c.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
object_of = _fast(c.FPDFText_GetTextObject, c_void_p)
unicode = _fast(c.FPDFText_GetUnicode, c_int)
origin = _fast(c.FPDFText_GetCharOrigin, c_int)
matrix = _fast(c.FPDFText_GetMatrix, c_int)
font_size = _fast(c.FPDFText_GetFontSize, c_double)
loose_box = _fast(c.FPDFText_GetLooseCharBox, c_int)
is_generated = _fast(c.FPDFText_IsGenerated, c_int)
is_unmapped = _fast(c.FPDFText_HasUnicodeMapError, c_int)
element_at = _fast(c.FPDF_StructTree_GetChildAtIndex, c_void_p)
count_in_element = _fast(c.FPDF_StructElement_CountChildren, c_int, c_void_p)
element_within = _fast(c.FPDF_StructElement_GetChildAtIndex, c_void_p, c_void_p)
mark_within = _fast(c.FPDF_StructElement_GetChildMarkedContentID, c_int, c_void_p)

# Memory for the answers to many calls, and pointers into it. It is made once: to make it takes longer than to have it
# filled.
ROOM = 1024
BOXES = (c_float * (4 * ROOM))()
POINTS = (c_double * (2 * ROOM))()
MATRICES = (c_float * (6 * ROOM))()


def _pointers(array: Any, step: int, first: int = 0) -> list[c_void_p]:
    """Return pointers to every `step`th number of an array, from number `first` on."""
    size = sizeof(array._type_)
    return [c_void_p(addressof(array) + size * place) for place in range(first, len(array), step)]


BOX_SIDES = [_pointers(BOXES, 4, side) for side in range(4)]
POINT_SIDES = [_pointers(POINTS, 2, side) for side in range(2)]
MATRIX_ROOMS = _pointers(MATRICES, 6)


def measured(objects: list[int]) -> list[float]:
    """Return four numbers for each object in one list: its left, lower, right and upper side, in points."""
    sides: list[float] = []
    for start in range(0, len(objects), ROOM):
        some = objects[start : start + ROOM]
        deque(map(bounds, some, *BOX_SIDES), maxlen=0)
        sides += BOXES[: 4 * len(some)]
    return sides


def listed(at: Callable[..., int], holder: Any, count: int) -> list[int]:
    """Return the result of a PDFium function `at` for each of the `count` places of a holder."""
    return list(map(at, repeat(cast(holder, c_void_p)), range(count)))


def numbered(objects: list[int]) -> dict[int, int]:
    """Return the number of each object."""
    return dict(zip(objects, range(len(objects)), strict=True))


def flattened(objects: list[int]) -> Iterator[int]:
    """Yield the objects; a form (a page inside the page) is replaced by the objects in it."""
    for address in objects:
        if kind(address) == c.FPDF_PAGEOBJ_FORM:
            form = c_void_p(address)
            yield from flattened(listed(object_within, form, count_within(form)))
        else:
            yield address
