"""A page is read as a browser shows it: Chromium's text of each beside our lines; what differs has a finding.

Two things are compared. The letters: those that the browser lays out, with what style sheets and lists add, are all
read, and no others. The words: where the browser ends one, so do we, and where it goes on; a line of ours may hold what
the browser sets beside each other in boxes, but never ends within a box.
"""

import re
import tomllib
from collections import Counter
from itertools import chain
from pathlib import Path
from random import Random

import pytest

from etl.read import Pages, read
from etl.thai.text import clean
from tests import varied_pages
from tests.browser import Shown, shown
from tests.forms import Form
from tests.html_pages import LAYOUTS
from tests.read import test_html

_HEAD = "<!doctype html><meta charset=utf-8>"
_MARKS = re.compile("[•◦▪▸▾\uf101]")  # of lists and of what opens, which say nothing; and a picture of a font

_PAGES = tomllib.loads((Path(__file__).parent / "shown_pages.toml").read_text("utf-8"))
SAME: dict[str, str] = _PAGES["same"]
TOLD = {name: (page, rule_id) for rule_id, pages in _PAGES["told"].items() for name, page in pages.items()}

# A browser believes what a page states of its encoding, and we what its bytes show.
ENCODED = {
    "TIS-620": ("<meta charset=tis-620><p>งบประมาณ ๕ ฿", "cp874"),
    "Windows": ("<meta charset=windows-874><p>งบประมาณ “๕” …", "cp874"),
    "a byte-order mark": ("<meta charset=tis-620><p>งบประมาณ", "utf-8-sig"),
    "UTF-16": ("<p>งบประมาณ", "utf-16"),
}
LYING = {
    "no UTF-8": ("<meta charset=utf-8><p>งบประมาณที่ได้รับ", "cp874"),
    "no TIS-620": ("<meta charset=tis-620><p>งบประมาณที่ได้รับ", "utf-8"),
    "no Latin": ("<meta charset=iso-8859-1><p>งบประมาณที่ได้รับ", "cp874"),
}


def _exports() -> dict[str, str]:
    """Return an export of every family in the layouts that systems and crawlers save it in."""
    random = Random(1)
    texts = {"printed_form": Form(certified=True).text()} | {
        name: make(random)[0].page.text for name, make in varied_pages.FAMILIES.items()
    }
    pages = {f"{name} as {layout}": put(text) for name, text in texts.items() for layout, put in LAYOUTS.items()}
    of_text = {name: put for name, put in test_html.LAYOUTS.items() if name != "text area"}  # a value is no inner text
    return pages | {f"form as {name}": f"{_HEAD}{put(texts['printed_form'])}" for name, put in of_text.items()}


EXPORTS = _exports()
PAGES = {
    **{name: f"{_HEAD}{page}".encode() for name, page in SAME.items()},
    **{name: f"<!doctype html>{page}".encode(code) for name, (page, code) in {**ENCODED, **LYING}.items()},
    **{name: page.encode() for name, page in EXPORTS.items()},
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    return shown(PAGES, tmp_path_factory.mktemp("pages"))


def _letters(texts: list[str]) -> Counter[str]:
    return Counter(_MARKS.sub("", "".join(clean("".join(texts)).split())))


def _boxes(inner: str) -> list[list[str]]:
    """Return the words of each box of a page: of a line, or of a cell in it."""
    return [words for box in re.split(r"[\n\t]", _MARKS.sub("", clean(inner))) if (words := box.split())]


def _is_of_whole_boxes(lines: list[list[str]], boxes: list[list[str]]) -> bool:
    ends = set[int]()
    at = 0
    for box in boxes:
        ends.add(at := at + len(box))
    at = 0
    return all((at := at + len(line)) in ends for line in lines)


def _require_same(pages: Pages, seen: Shown) -> None:
    lines = [line.text for line in pages.lines if line.text]
    assert _letters(lines) == _letters(seen.texts)
    if _letters([seen.inner]) == _letters(seen.texts):
        words, boxes = [line.split() for line in lines], _boxes(seen.inner)
        assert [*chain(*words)] == [*chain(*boxes)]
        assert _is_of_whole_boxes(words, boxes)


@pytest.mark.parametrize("name", [*SAME, *ENCODED, *EXPORTS])
def test_a_page_is_read_as_a_browser_shows_it(name: str, browser: dict[str, Shown]) -> None:
    _require_same(read(PAGES[name]), browser[name])


@pytest.mark.parametrize("name", TOLD)
def test_what_is_not_read_as_it_is_shown_has_a_finding(name: str) -> None:
    page, rule_id = TOLD[name]
    pages = read(f"{_HEAD}{page}".encode())
    assert rule_id in pages.notes | pages.taken_out


@pytest.mark.parametrize("name", LYING)
def test_a_page_that_lies_of_its_encoding_is_read_nevertheless(name: str, browser: dict[str, Shown]) -> None:
    pages = read(PAGES[name])
    assert [line.text for line in pages.lines] == ["งบประมาณที่ได้รับ"]
    assert browser[name].inner != "งบประมาณที่ได้รับ"
    assert "R-encoding-detected" in pages.notes
