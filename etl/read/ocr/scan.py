"""Prepares a scanned page for recognition: makes its paper white, removes noise, and turns it straight.

In comes a picture in grey, out comes one in grey. Where a step has nothing to do, it changes no pixel.
"""

from itertools import pairwise
from math import radians, tan

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

WHITE = 255
DARK = 160  # ink is darker than this, if paper is white; the edges of letters are about as grey

_PAPER_CELL = 16  # pixels, wider than a stroke of a letter: the lightest in a square of this size is paper
_CLEAN_MIN = 253  # the brightness of paper in a picture that was not scanned
_PAPER_SHARE = (
    0.88  # of the lightest in a square; from here on all is paper, else Tesseract reads the grain of blank paper
)
_NOISE_SIDE = 2  # pixels, at most, of noise; the dots of small print have three
_NOISE_PER_MEGAPIXEL_MAX = 100  # with fewer, the page counts as clean, and nothing is removed

_LEAN_MAX, _LEAN_MIN = 5.0, 0.15  # degrees; more is not looked for, less does no harm
_LEAN_STEPS = (0.5, 0.1, 0.02)
_LEAN_WIDTH, _LEAN_STRIPS = 800, 40  # pixels of width in which the lean is measured; strips side by side

_Mask = npt.NDArray[np.bool_]


def prepare(picture: Image.Image) -> Image.Image:
    """Return a page in grey, prepared for Tesseract; the rules of its tables are still there."""
    return _straightened(_without_noise(_on_white_paper(picture)))


def _on_white_paper(picture: Image.Image) -> Image.Image:
    """Return the picture with white paper, where that is grey or shaded."""
    cells = (max(picture.width // _PAPER_CELL, 1), max(picture.height // _PAPER_CELL, 1))
    small = picture.filter(ImageFilter.BoxBlur(1)).resize(cells, Image.Resampling.NEAREST)
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(2))
    if np.median(np.asarray(paper)) >= _CLEAN_MIN:
        return picture
    shade = np.asarray(paper.resize(picture.size, Image.Resampling.BILINEAR), np.float32) * _PAPER_SHARE
    return Image.fromarray(np.clip(np.asarray(picture) * (WHITE / np.maximum(shade, 1)), 0, WHITE).astype(np.uint8))


def _without_noise(picture: Image.Image) -> Image.Image:
    """Return the picture without dark noise if it is full of it: Tesseract would take that for dots and marks."""
    dark = np.asarray(picture) < DARK
    noise = _noise(dark)
    if noise.sum() * 1_000_000 <= _NOISE_PER_MEGAPIXEL_MAX * dark.size:
        return picture
    return Image.fromarray(np.where(noise, np.uint8(WHITE), np.asarray(picture)))


def _noise(dark: _Mask) -> _Mask:
    """Return the dark pixels in squares of two by two pixels that have nothing dark around them."""
    counts = np.pad(dark, ((_NOISE_SIDE, _NOISE_SIDE), (_NOISE_SIDE, _NOISE_SIDE))).astype(np.uint8)
    inner = _sums(counts, _NOISE_SIDE)[1:-1, 1:-1]
    alone = (inner > 0) & (inner == _sums(counts, _NOISE_SIDE + 2))
    noise = np.zeros((dark.shape[0] + 1, dark.shape[1] + 1), bool)
    for down in range(_NOISE_SIDE):
        for right in range(_NOISE_SIDE):
            noise[down : down + alone.shape[0], right : right + alone.shape[1]] |= alone[
                : noise.shape[0] - down, : noise.shape[1] - right
            ]
    return noise[1:, 1:] & dark


def _sums(counts: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """Return the sum over each square of `size` by `size` pixels."""
    height, width = counts.shape[0] - size + 1, counts.shape[1] - size + 1
    rows = np.zeros((height, counts.shape[1]), np.uint8)
    for start in range(size):
        rows += counts[start : start + height]
    sums = np.zeros((height, width), np.uint8)
    for start in range(size):
        sums += rows[:, start : start + width]
    return sums


def _straightened(picture: Image.Image) -> Image.Image:
    """Return the picture turned so that its lines run level."""
    lean = _lean(picture)
    if abs(lean) < _LEAN_MIN:
        return picture
    return picture.rotate(lean, Image.Resampling.BICUBIC, fillcolor=WHITE)


def _lean(picture: Image.Image) -> float:
    """Return how far the lines fall to the right, in degrees: by the turn that separates lines and blanks best."""
    small = picture.reduce(max(picture.width // _LEAN_WIDTH, 1))
    ink = WHITE - np.asarray(small, np.float32)
    edges = np.linspace(0, ink.shape[1], _LEAN_STRIPS + 1).astype(int)
    strips = np.stack([ink[:, left:right].sum(1) for left, right in pairwise(edges)])
    middles = (edges[:-1] + edges[1:]) / 2 - ink.shape[1] / 2
    best, reach = 0.0, _LEAN_MAX
    for step in _LEAN_STEPS:
        leans = best + np.arange(-reach, reach + step / 2, step)
        best = float(max(leans, key=lambda lean: _contrast(strips, middles * tan(radians(lean)))))
        reach = step
    return best


def _contrast(strips: npt.NDArray[np.float32], shifts: npt.NDArray[np.float64]) -> float:
    """Return how much neighbouring rows of pixels differ once each strip is moved up by its shift."""
    rows = np.zeros(strips.shape[1])
    for strip, shift in zip(strips, np.rint(shifts).astype(int), strict=True):
        rows += np.roll(strip, -shift)
    return float(np.square(np.diff(rows)).sum())
