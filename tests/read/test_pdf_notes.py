"""What is noted on a page of a PDF, or drawn large across it, is told; what a note strikes out is no value."""

import pytest

from etl.read import read
from tests.read.test_pdf_sight import printed, sheet, text

WORDS = text(30, 600, "Old 12 New 34") + text(30, 560, "Next 5")
NOTE = "<</Type /Annot /Subtype /{} /Rect [30 600 60 612] /Contents ({}) {}>>"


def said(content: bytes) -> list[tuple[str, bool]]:
    return [(one.text, one.concerns) for one in read(content).beside]


def noted(kind: str, words: str, more: str = "", *, rotate: int = 0) -> bytes:
    entries = f"/Annots [6 0 R] /Rotate {rotate}"
    return sheet(WORDS, NOTE.format(kind, words, more), entries=entries)


@pytest.mark.parametrize("kind", ["Text", "FreeText", "Highlight", "Caret"])
@pytest.mark.parametrize(("words", "concerns"), [("correct: 450,000", True), ("very good", False)])
def test_the_words_of_a_note_are_told(kind: str, words: str, concerns: bool) -> None:
    assert said(noted(kind, words)) == [(words, concerns)]


@pytest.mark.parametrize(("kind", "more"), [("Text", "/F 2"), ("Link", ""), ("Popup", ""), ("Widget", "")])
def test_what_is_hidden_or_no_note_says_nothing(kind: str, more: str) -> None:
    assert said(noted(kind, "correct: 450,000", more)) == []


def test_a_mark_that_repeats_the_page_says_nothing_more() -> None:
    assert said(noted("Highlight", "Old 12")) == []


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_what_a_note_strikes_out_is_taken_out(rotate: int) -> None:
    corners = "/QuadPoints [29 610 60 610 29 597 60 597]"
    pages = read(noted("StrikeOut", "", corners, rotate=rotate))
    assert [line.text for line in pages.lines if line.text] == ["New 34", "Next 5"]
    assert pages.taken_out["R-struck-text"].lines == (1,)
    assert "R-struck-text" not in read(noted("Underline", "", corners)).taken_out


def large(words: str, matrix: str, grey: float) -> bytes:
    return f"q {grey} g BT /F 60 Tf {matrix} 200 500 Tm ({words}) Tj ET Q\n".encode()


@pytest.mark.parametrize(
    "matrix", ["1 0 0 1", "0.707 0.707 -0.707 0.707", "0 1 -1 0"], ids=["level", "aslant", "upright"]
)
@pytest.mark.parametrize("grey", [0, 0.85])
@pytest.mark.parametrize(("words", "concerns"), [("CANCELLED", True), ("DRAFT", True), ("COPY", False)])
def test_a_watermark_is_told_and_is_no_part_of_a_line(matrix: str, grey: float, words: str, concerns: bool) -> None:
    many = b"".join(text(30, 700 - 20 * number, f"Line {number} of the form") for number in range(30))
    for content in (large(words, matrix, grey) + many, many + large(words, matrix, grey)):
        pages = read(sheet(content))
        assert [(one.text, one.concerns) for one in pages.beside] == [(words, concerns)]
        assert [line.text for line in pages.lines if line.text] == printed(sheet(many))


def test_a_watermark_that_is_drawn_again_and_again_is_told_once() -> None:
    again = b"".join(
        large("DRAFT", "0.707 0.707 -0.707 0.707", 0.8).replace(b"200 500", at) for at in (b"9 50", b"9 300")
    )
    assert said(sheet(again + WORDS)) == [("DRAFT", True)]


def test_a_large_title_is_text() -> None:
    for title in ("Report 2567", "Report on changes and corrections of roads"):
        pages = read(sheet(large(title, "0.4 0 0 0.4", 0) + WORDS))
        assert not pages.beside
        assert title in [line.text for line in pages.lines]


@pytest.mark.parametrize("thick", [0.5, 1, 1.4])
def test_a_line_that_a_pen_draws_through_letters_strikes_them_out(thick: float) -> None:
    line = f"{thick} w 29 603.4 m 61 603.4 l S\n".encode()
    assert "R-struck-text" in read(sheet(WORDS + line)).taken_out
    under = f"{thick} w 29 598.4 m 61 598.4 l S\n".encode()
    assert "R-struck-text" not in read(sheet(WORDS + under)).taken_out
