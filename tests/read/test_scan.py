"""A page is made ready for recognition, and one that is ready stays as it is."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from etl.read.ocr.scan import DARK, WHITE, prepare

FORM = Path(__file__).parent / "ocr" / "form.tif"


@pytest.fixture(scope="module")
def page() -> Image.Image:
    with Image.open(FORM) as file:
        return file.convert("L")


def dark(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture) < DARK


def rows_part(picture: Image.Image) -> float:
    """Return how much the rows of a page differ from their neighbours: most where its lines run level."""
    return float(np.square(np.diff(dark(picture).sum(1))).sum())


def test_a_page_that_is_clean_stays_as_it_is(page: Image.Image) -> None:
    assert np.array_equal(np.asarray(prepare(page)), np.asarray(page))


@pytest.mark.parametrize("degrees", [-4.0, -1.0, 0.4, 2.5])
def test_a_page_that_leans_is_set_straight(page: Image.Image, degrees: float) -> None:
    leaning = page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=WHITE)
    assert rows_part(prepare(leaning)) > 0.7 * rows_part(page)
    assert rows_part(leaning) < 0.5 * rows_part(page)


def test_noise_goes_and_dots_stay(page: Image.Image) -> None:
    chance = np.random.default_rng(1).random((page.height, page.width))
    speckled = np.where(chance < 0.001, 0, np.asarray(page)).astype(np.uint8)
    left = dark(prepare(Image.fromarray(speckled)))
    alone = ~dark(page.filter(ImageFilter.MinFilter(7)))  # far from every letter
    assert (speckled < DARK)[alone].sum() > 1000
    assert left[alone].sum() < 20
    assert left[dark(page)].mean() > 0.99


@pytest.mark.parametrize("paper", [(215, 215), (150, 150), (190, 245)])
def test_grey_paper_becomes_white(page: Image.Image, paper: tuple[int, int]) -> None:
    shade = np.linspace(*paper, page.width)[None, :] / WHITE
    grain = np.random.default_rng(2).normal(0, 5, (page.height, page.width))
    grey = np.clip(np.asarray(page) * shade + 20 + grain, 0, WHITE).astype(np.uint8)
    prepared = np.asarray(prepare(Image.fromarray(grey)))
    blank = np.asarray(page.filter(ImageFilter.MinFilter(9))) == WHITE
    assert (prepared[blank] == WHITE).mean() > 0.99
    assert (prepared[dark(page)] < DARK).mean() > 0.99


def test_the_grain_of_a_blank_page_goes() -> None:
    grain = np.random.default_rng(3).normal(205, 6, (800, 600))
    assert (np.asarray(prepare(Image.fromarray(grain.astype(np.uint8)))) == WHITE).mean() > 0.99
