"""Finds out what a viewer shows of a page, so that text that nobody can see is left out and counted.

The page is drawn small. If a picture is on it, it is drawn once more without its text: where text can be seen, both
drawings differ. This finds text that is hidden in any way: by a picture or a white patch over it, as white on white,
without ink, on a layer that is switched off, or outside of the visible part of the page.
"""

from collections.abc import Iterable
from ctypes import byref, c_int, c_void_p, cast, string_at
from math import ceil, floor, sqrt
from typing import Any, NamedTuple

import pypdfium2.raw as c

from . import calls

_SCALE, _AREA_MAX_PIXELS = 0.3, 2_000_000  # pixels for each point, enough to see ink; pixels of a drawing
_FAR = 1000  # points; the length by which an axis is measured
_FINE = 1024  # parts of a pixel: PDFium returns places as whole numbers
_CONTRAST_MIN = 6  # of 255; less can hardly be seen on paper or screen
_WHITE = 0xFFFFFFFF

Point = tuple[float, float]


class _Drawing(NamedTuple):
    """A page drawn small: a byte of grey for each pixel, row by row; `stride` is the bytes of a row."""

    grey: bytes
    stride: int

    def cut(self, left: int, top: int, right: int, bottom: int) -> bytes:
        """Return the pixels in a rectangle."""
        return b"".join(self.grey[row * self.stride + left : row * self.stride + right] for row in range(top, bottom))


class Sight:
    """What can be seen at places of a page that PDFium has open.

    `objects` are all that are drawn, in order. `has_forms` says that some of them are in a form, a page inside the
    page. `paths` are the lines and boxes of the page itself.
    """

    def __init__(self, page: Any) -> None:
        self.objects = calls.listed(calls.object_at, page, c.FPDFPage_CountObjects(page))
        self._kinds = list(map(calls.kind, self.objects))
        self.paths = self._of_kind(c.FPDF_PAGEOBJ_PATH)
        self.has_forms = c.FPDF_PAGEOBJ_FORM in self._kinds
        if self.has_forms:
            self.objects = list(calls.flattened(self.objects))
            self._kinds = list(map(calls.kind, self.objects))
        width, height = c.FPDF_GetPageWidthF(page), c.FPDF_GetPageHeightF(page)
        scale = min(_SCALE, sqrt(_AREA_MAX_PIXELS / max(width * height, 1.0)))
        self._size = max(round(width * scale), 1), max(round(height * scale), 1)
        self._axes = self._measured(page)
        self._drawn = self._draw(page)
        self._has_picture = c.FPDF_PAGEOBJ_IMAGE in self._kinds or c.FPDF_PAGEOBJ_SHADING in self._kinds
        self._bare = self._drawn
        if self._has_picture:
            self._bare = self._draw_without(page, self._of_kind(c.FPDF_PAGEOBJ_TEXT))

    def _of_kind(self, wanted: int) -> list[int]:
        """Return the objects of one kind, in order."""
        return [address for address, kind in zip(self.objects, self._kinds, strict=True) if kind == wanted]

    def shows(self, corners: Iterable[Point]) -> bool:
        """Tell whether text in a rectangle can be seen; `corners` are two opposite corners of it."""
        box = self._pixels(corners)
        drawn = self._drawn.cut(*box)
        return bool(drawn) and (drawn != self._bare.cut(*box) if self._has_picture else _has_ink(drawn))

    def has_other(self, corners: Iterable[Point]) -> bool:
        """Tell whether anything but text can be seen in a rectangle."""
        return self._has_picture and _has_ink(self._bare.cut(*self._pixels(corners)))

    def _measured(self, page: Any) -> tuple[Point, Point, Point]:
        """Return where the origin of the page is in the drawing, and how far a point along each axis goes there."""
        points = []
        for x, y in ((0, 0), (_FAR, 0), (0, _FAR)):
            across, down = c_int(), c_int()
            size = [side * _FINE for side in self._size]
            c.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, byref(across), byref(down))
            points.append((across.value / _FINE, down.value / _FINE))
        origin, *ends = points
        along, up = (((end[0] - origin[0]) / _FAR, (end[1] - origin[1]) / _FAR) for end in ends)
        return origin, along, up

    def _pixels(self, corners: Iterable[Point]) -> tuple[int, int, int, int]:
        """Return the left, upper, right and lower side, in pixels of the drawing, of a rectangle of the page."""
        (left, top), along, up = self._axes
        spots = [(left + x * along[0] + y * up[0], top + x * along[1] + y * up[1]) for x, y in corners]
        xs, ys = zip(*spots, strict=True)
        return (
            max(floor(min(xs)), 0), max(floor(min(ys)), 0),
            min(ceil(max(xs)), self._size[0]), min(ceil(max(ys)), self._size[1]),
        )  # fmt: skip

    def _draw_without(self, page: Any, texts: list[int]) -> _Drawing:
        handles = [cast(c_void_p(address), c.FPDF_PAGEOBJECT) for address in texts]
        for handle in handles:
            c.FPDFPageObj_SetIsActive(handle, False)
        drawing = self._draw(page)
        for handle in handles:
            c.FPDFPageObj_SetIsActive(handle, True)
        return drawing

    def _draw(self, page: Any) -> _Drawing:
        bitmap = c.FPDFBitmap_CreateEx(*self._size, c.FPDFBitmap_Gray, None, 0)
        if not bitmap:
            raise MemoryError
        try:
            c.FPDFBitmap_FillRect(bitmap, 0, 0, *self._size, _WHITE)
            c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, *self._size, 0, 0)
            stride = c.FPDFBitmap_GetStride(bitmap)
            return _Drawing(string_at(c.FPDFBitmap_GetBuffer(bitmap), stride * self._size[1]), stride)
        finally:
            c.FPDFBitmap_Destroy(bitmap)


def _has_ink(pixels: bytes) -> bool:
    return bool(pixels) and max(pixels) - min(pixels) >= _CONTRAST_MIN
