"""The tables of a scan are cut into their cells, with rules and without, and nothing that is printed is lost."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from etl.read.ocr.scan import DARK, WHITE
from etl.read.ocr.tables import Part, taken_apart

FORM = Path(__file__).parent / "ocr" / "form.tif"
WIDTH, HEIGHT = 1650, 1200
EM, LEADING = 30, 42  # pixels, of letters and of lines

Grey = np.ndarray


def blank() -> Grey:
    return np.full((HEIGHT, WIDTH), WHITE, np.uint8)


def write(page: Grey, left: int, top: int, letters: int = 8, lines: int = 1) -> None:
    """Print lines of letters, which are boxes."""
    for line in range(lines):
        for letter in range(letters):
            x, y = left + letter * 20, top + line * LEADING
            page[y : y + 18, x : x + 14] = 0


def rule(page: Grey, columns: Sequence[int], rows: Sequence[int], grey: int = 0) -> None:
    for y in rows:
        page[y : y + 2, columns[0] : columns[-1] + 2] = grey
    for x in columns:
        page[rows[0] : rows[-1] + 2, x : x + 2] = grey


def cells(parts: Iterable[Part]) -> list[tuple[int, int]]:
    return [(part.strip.row, part.strip.column) for part in parts if part.strip.row is not None]


def ink(page: Image.Image) -> int:
    return int((np.asarray(page) < DARK).sum())


def ruled_page(grey: int = 0) -> Grey:
    page = blank()
    write(page, 100, 60)  # a heading
    rule(page, [100, 400, 1500], [200, 300, 400], grey)
    for top in (235, 335):
        write(page, 120, top)
        write(page, 420, top, letters=30)
    write(page, 100, 500, letters=60)
    return page


@pytest.mark.parametrize("grey", [0, 136])
def test_cells_between_rules_stand_below_each_other(grey: int) -> None:
    sheet, parts = taken_apart(Image.fromarray(ruled_page(grey)))
    assert cells(parts) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [part.strip.row for part in (parts[0], parts[-1])] == [None, None]
    assert all(above.bottom < below.top for above, below in zip(parts, parts[1:], strict=False))
    assert sheet.height > parts[-1].bottom


def test_rules_go_and_letters_stay() -> None:
    page = ruled_page()
    letters = blank()
    letters[page == 0] = 0
    rule(letters, [100, 400, 1500], [200, 300, 400], WHITE)
    assert ink(taken_apart(Image.fromarray(page))[0]) == ink(Image.fromarray(letters))


def test_a_table_that_goes_on_with_the_next_page_has_its_last_row() -> None:
    page = ruled_page()
    page[402:700, 100:102] = page[402:700, 400:402] = page[402:697, 1500:1502] = 0
    page[500:520, 102:400] = WHITE
    write(page, 120, 435)
    write(page, 420, 435, letters=30, lines=5)
    assert cells(taken_apart(Image.fromarray(page))[1])[-2:] == [(2, 0), (2, 1)]


def test_what_stands_beside_a_table_is_kept() -> None:
    page = ruled_page()
    write(page, 1530, 250, letters=4)
    with_, without = (taken_apart(Image.fromarray(one))[0] for one in (page, ruled_page()))
    assert ink(with_) - ink(without) == 4 * 18 * 14


def test_labels_that_wrap_beside_values_are_cells_without_rules_as_well() -> None:
    page = blank()
    for number, lines in enumerate((2, 1, 3)):
        top = 200 + 200 * number
        write(page, 100, top, letters=8, lines=lines)
        write(page, 500, top + (lines - 1) * LEADING // 2, letters=30)  # in the middle of its row
    assert cells(taken_apart(Image.fromarray(page))[1]) == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_an_empty_cell_of_a_table_without_rules_keeps_its_column() -> None:
    page = blank()
    columns = [100, 250, 600, 900, 1200, 1400]
    for number in range(4):
        for left in columns if number != 2 else [*columns[:3], *columns[4:]]:
            write(page, left, 200 + 120 * number, letters=5)
    parts = taken_apart(Image.fromarray(page))[1]
    assert cells(parts) == [(row, column) for row in range(4) for column in range(6)]


def test_lines_with_wide_gaps_that_stand_on_one_base_line_are_lines() -> None:
    page = blank()
    for number in range(6):
        write(page, 100, 200 + 100 * number, letters=6 + number)
        write(page, 600, 200 + 100 * number, letters=20)
    assert taken_apart(Image.fromarray(page))[1] == []


def test_a_page_without_tables_stays_as_it_is() -> None:
    with Image.open(FORM) as file:
        page = file.convert("L")
    sheet, parts = taken_apart(page)
    assert parts == []
    assert np.array_equal(np.asarray(sheet), np.asarray(page))


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3), (33, 33)])
@pytest.mark.parametrize("grey", [0, WHITE])
def test_a_picture_of_any_size_is_taken_apart(size: tuple[int, int], grey: int) -> None:
    assert taken_apart(Image.new("L", size, grey))[0].width == size[0]
