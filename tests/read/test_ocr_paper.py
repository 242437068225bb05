"""Pages lie flat before they are read, one after the other, without stamps, and a scan stays as it is."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from etl.read.ocr.paper import pages_in
from etl.read.ocr.scan import DARK, WHITE

FORM = Path(__file__).parent / "ocr" / "form.tif"
DESK, RED, BLUE = (70, 60, 52), (200, 40, 50), (30, 50, 170)


@pytest.fixture(scope="module")
def page() -> Image.Image:
    with Image.open(FORM) as file:
        return file.convert("L")


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Return how much two pages are alike, their letters a little blurred."""
    small = [np.asarray(image.convert("L").resize((400, 560)).reduce(2), np.float64).ravel() for image in (one, other)]
    return float(np.corrcoef(*small)[0, 1])


def photograph(page: Image.Image, curl: float = 0.0) -> Image.Image:
    """Return a page on a desk, seen from aside, its upper and lower edge bent."""
    desk = Image.new("RGB", (page.width, page.height + 120), DESK)
    desk.paste(page.convert("RGB"), (0, 60))
    flat = np.asarray(desk)
    height, width = flat.shape[:2]
    x = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    y = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
    bent = cv2.remap(flat, x, y + np.float32(curl) * np.sin(x / width * np.pi), cv2.INTER_CUBIC, borderValue=DESK)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = np.array([(180, 140), (width + 60, 100), (width + 100, height + 60), (120, height + 110)], np.float32)
    turn = cv2.getPerspectiveTransform(corners, moved)
    return Image.fromarray(cv2.warpPerspective(bent, turn, (width + 220, height + 220), borderValue=DESK))


@pytest.mark.parametrize("curl", [0.0, 12.0])
def test_a_photograph_of_a_page_is_that_page(page: Image.Image, curl: float) -> None:
    (flat,) = pages_in(photograph(page, curl))
    assert likeness(flat, page) > 0.9
    assert likeness(photograph(page, curl), page) < 0.5


def test_a_scan_stays_as_it_is(page: Image.Image) -> None:
    (same,) = pages_in(page)
    assert np.array_equal(np.asarray(same), np.asarray(page))


def test_stamps_and_signatures_go_and_what_is_black_below_them_stays(page: Image.Image) -> None:
    stamped = page.convert("RGB")
    draw = ImageDraw.Draw(stamped)
    draw.ellipse((300, 300, 700, 700), outline=RED, width=8)
    draw.text((450, 480), "PAID", fill=RED, font_size=60)
    draw.line([(800, 500), (900, 420), (950, 560), (1100, 480)], fill=BLUE, width=6)
    stamped = Image.fromarray(np.minimum(np.asarray(stamped), np.asarray(page.convert("RGB"))))
    (clean,) = pages_in(stamped)
    assert ((np.asarray(clean) < DARK) == (np.asarray(page) < DARK)).mean() > 0.9999


def test_letters_in_colour_stay(page: Image.Image) -> None:
    blue = np.where(np.asarray(page)[..., None] < DARK, np.uint8(BLUE), np.uint8(WHITE))
    (read,) = pages_in(Image.fromarray(blue))
    assert ((np.asarray(read) < DARK) == (np.asarray(page) < DARK)).mean() > 0.999


def test_two_pages_on_a_sheet_follow_each_other(page: Image.Image) -> None:
    sheet = Image.new("L", (2 * page.width, page.height), WHITE)
    sheet.paste(page, (0, 0))
    sheet.paste(page, (page.width, 0))
    assert [likeness(one, page) > 0.99 for one in pages_in(sheet)] == [True, True]


def test_a_page_laid_across_is_one_page(page: Image.Image) -> None:
    across = Image.new("L", (page.height, page.width), WHITE)
    across.paste(page.crop((0, 0, page.width, page.width)).resize((page.height, page.width)), (0, 0))
    assert len(pages_in(across)) == 1
