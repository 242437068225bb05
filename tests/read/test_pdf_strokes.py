"""What is struck out on a page of a PDF is taken out of its lines, with a note; rules beside letters strike nothing."""

import pytest

from etl.read import read
from tests.read.test_pdf_sight import printed, sheet, text

# The letters of `Old 12 New 34`, 10 points high, stand from 30 to about 90, on the base line 600.
WORDS = text(30, 600, "Old 12 New 34")
OTHER = text(30, 560, "Next 5")


def box(left: float, lower: float, width: float, height: float) -> bytes:
    return f"{left} {lower} {width} {height} re f\n".encode()


def drawn(left: float, right: float, height: float) -> bytes:
    return f"0.7 w {left} {height} m {right} {height} l S\n".encode()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("stroke", [box(29, 603, 32, 0.75), drawn(29, 61, 603.4)], ids=["box", "line"])
def test_struck_letters_are_taken_out_and_noted(stroke: bytes, rotate: int) -> None:
    pages = read(sheet(WORDS + stroke + OTHER, entries=f"/Rotate {rotate}"))
    assert [line.text for line in pages.lines if line.text] == ["New 34", "Next 5"]
    assert pages.taken_out["R-struck-text"].lines == (1,)


def test_a_part_of_a_number_that_is_struck_out_is_taken_out() -> None:
    pages = read(sheet(text(30, 600, "150.00") + box(29.5, 603, 6, 0.75)))
    assert [line.text for line in pages.lines] == ["50.00"]
    assert pages.taken_out["R-struck-text"].lines == (1,)


@pytest.mark.parametrize(
    "rule",
    [
        box(29, 598.5, 70, 0.75),  # under the words
        box(29, 609, 70, 0.75),  # over them
        box(29, 594, 70, 14),  # around them
        box(95, 603, 70, 0.75),  # behind them
        drawn(61, 61, 603.4),
        b"0.5 w 61 590 m 61 612 l S\n",  # an upright one
    ],
    ids=["under", "over", "around", "behind", "dot", "upright"],
)
def test_a_rule_elsewhere_strikes_nothing(rule: bytes) -> None:
    pages = read(sheet(b"0.8 g " + rule + b"0 g " + WORDS + OTHER))
    assert [line.text for line in pages.lines if line.text] == printed(sheet(WORDS + OTHER))
    assert "R-struck-text" not in pages.taken_out
