"""Thai digits, as each typeface of the sheet prints them, are read back; what is none is not read."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter

from etl.read.ocr.thai_digits import CELL, SHEET, SIGNS, Box, Figure, read_figure

DIGITS = SIGNS[:10]
EM = 33  # pixels; twelve points at 200 dpi
TALLEST = 0.75  # em, of the digits of most typefaces
WHITE = 255


def sheet() -> Image.Image:
    return Image.open(BytesIO(SHEET.read_bytes())).convert("L")


TYPEFACES = range(sheet().height // CELL)


def glyph(typeface: int, sign: str) -> Image.Image:
    """Return a sign without what is white about it, in the size of print; dots and dashes are drawn."""
    if sign in ".-":
        return Image.new("L", (4, 4) if sign == "." else (9, 3), 0)
    left, top = CELL * SIGNS.index(sign), CELL * typeface
    cell = sheet().crop((left, top, left + CELL, top + CELL))
    cut = cell.crop(ImageChops.invert(cell).point(lambda ink: ink if ink > 60 else 0).getbbox())
    share = EM * TALLEST / (CELL - 6)
    return cut.resize((max(round(cut.width * share), 1), max(round(cut.height * share), 1)), Image.Resampling.BOX)


def page_with(text: str, typeface: int, *, blur: float = 0.4) -> tuple[Image.Image, Box]:
    """Return a page with a figure, something else at some distance from it, and the box that Tesseract may give it."""
    page, left, foot = Image.new("L", (900, 120), WHITE), 100, 80
    page.paste(0, (60, foot - 16, 64, foot))  # what stands before
    start = left
    for sign in text:
        picture = glyph(typeface, sign)
        rise = 7 if sign == "-" else 0
        page.paste(picture, (left, foot - picture.height - rise))
        left += picture.width + 4
    page.paste(0, (left + 20, foot - 16, left + 24, foot))
    box = Box(start + 8, foot - 22, left - 6, foot)  # it begins within the first digit
    return page.filter(ImageFilter.GaussianBlur(blur)), box


@settings(max_examples=150)
@given(st.text(DIGITS, min_size=2, max_size=8), st.sampled_from(TYPEFACES), st.sampled_from((0.2, 0.5, 0.8)))
def test_a_figure_is_read_in_every_typeface_or_is_not_sure(text: str, typeface: int, blur: float) -> None:
    figure = read_figure(*page_with(text, typeface, blur=blur), EM)
    assert figure is None or figure.text == text or not figure.is_sure


@pytest.mark.parametrize("typeface", TYPEFACES)
@pytest.mark.parametrize("text", ["๕๐๔๙๐๐๐๐-๓๕๗๒", "๒๕๖๖", "๑๘.๗๕", "๗.๒.๑"])
def test_a_figure_that_is_sharp_is_read(text: str, typeface: int) -> None:
    figure = read_figure(*page_with(text, typeface), EM)
    assert figure
    assert figure.text == text


@pytest.mark.parametrize(("text", "typeface"), [("๒๖", 3), ("๘/๖", 5), ("๓/๓", 6), ("๑๒/๒๐", 4)])
def test_signs_that_touch_are_parted(text: str, typeface: int) -> None:
    page, box = page_with(text, typeface)
    ink = np.asarray(page)
    paper = [x for x in range(box.left, box.right - 6) if (ink[:, x] > 200).all()]
    touching = Image.fromarray(np.delete(ink, paper, axis=1))
    assert read_figure(touching, box._replace(right=box.right - len(paper)), EM) == Figure(text, is_sure=True)


def test_a_digit_whose_thin_strokes_are_pale_is_whole() -> None:
    page, box = page_with("๒๕๖๑", 3)
    ink = np.array(page)
    pale = slice(box.left - 1, box.left + 1)  # across the first digit
    ink[:, pale] = np.maximum(ink[:, pale], 180)
    assert read_figure(Image.fromarray(ink), box, EM) == Figure("๒๕๖๑", is_sure=False)


@pytest.mark.parametrize("size", [(3, 20), (20, 20), (30, 12)])
def test_what_is_no_digit_is_not_read(size: tuple[int, int]) -> None:
    page = Image.new("L", (300, 100), WHITE)
    page.paste(0, (100, 60 - size[1], 100 + size[0], 60))
    assert read_figure(page, Box(100, 40, 100 + size[0], 60), EM) is None


@settings(max_examples=300)
@given(
    st.binary(min_size=1, max_size=400), st.integers(1, 24), st.tuples(*[st.integers(0, 400)] * 4), st.integers(1, 40)
)
def test_any_picture_has_a_figure_or_none(pixels: bytes, width: int, sides: tuple[int, int, int, int], em: int) -> None:
    width = min(width, len(pixels))
    rows = len(pixels) // width
    picture = Image.frombytes("L", (width, rows), pixels[: width * rows])
    page = Image.new("L", (width + 16, rows + 16), WHITE)
    page.paste(picture, (8, 8))
    left, right, top, bottom = sides
    for one in (page, picture):
        x, y = sorted((left % one.width, right % one.width)), sorted((top % one.height, bottom % one.height))
        figure = read_figure(one, Box(x[0], y[0], x[1] + 1, y[1] + 1), em)
        assert figure is None or set(figure.text) <= set("๐๑๒๓๔๕๖๗๘๙/.,:-")


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2), (2, 3), (9, 1), (9, 2)])
def test_dirt_of_a_pixel_or_two_is_no_figure(size: tuple[int, int]) -> None:
    page = Image.new("L", (60, 40), WHITE)
    page.paste(0, (20, 20, 20 + size[0], 20 + size[1]))
    read_figure(page, Box(18, 18, 22 + size[0], 22 + size[1]), 12)


def test_on_a_blank_page_nothing_is_read() -> None:
    assert read_figure(Image.new("L", (300, 100), WHITE), Box(100, 40, 140, 60), EM) is None
