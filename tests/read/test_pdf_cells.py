"""A table that is ruled on a page is rows of cells, however the text in its cells wraps."""

from itertools import pairwise

import pytest

from etl.read.pdf.broken import with_whole_rows
from etl.read.pdf.cells import row_marks, with_rows
from etl.read.pdf.pdfium.messages import Piece
from tests.read.test_pdf_sight import FIELD, FORM, LOOK, printed, sheet, text

EM = 10.0
LINE = 14.0
Box = tuple[float, float, float, float]


def table(edges: list[float], heights: list[float], cells: list[list[list[str]]]) -> tuple[list[Piece], list[Box]]:
    """Return the pieces and rules of a table: its upright edges, its level ones from above, the lines of each cell."""
    boxes = [(x, heights[-1], x, heights[0]) for x in edges] + [(edges[0], y, edges[-1], y) for y in heights]
    pieces = [
        Piece(line, left + 5, min(left + 5 + 6 * len(line), right - 5), top - LINE * (number + 1), EM)
        for top, row in zip(heights, cells, strict=False)
        for (left, right), lines in zip(pairwise(edges), row, strict=True)
        for number, line in enumerate(lines)
    ]
    return pieces, boxes


def texts(pieces: list[Piece], boxes: list[Box]) -> list[str]:
    return [piece.text for piece in with_rows(pieces, boxes, row_marks())]


def test_two_pairs_of_label_and_value_in_a_row_are_four_cells() -> None:
    cells = [[["ปีงบประมาณ"], ["2567"], ["รหัสโครงการ"], ["50210000-0042"]]]
    assert texts(*table([40, 130, 250, 340, 500], [700, 680], cells)) == ["ปีงบประมาณ\t2567\tรหัสโครงการ\t50210000-0042"]


def test_a_label_that_wraps_in_its_cell_is_one() -> None:
    cells = [[["งบประมาณที่ได้รับ", "จริง"], ["1,250,000.50 บาท"]]]
    assert texts(*table([40, 140, 300], [700, 660], cells)) == ["งบประมาณที่ได้รับจริง\t1,250,000.50 บาท"]


def test_a_figure_that_is_wider_than_its_cell_is_one() -> None:
    cells = [[["1"], ["15/11/256", "6"], ["10.00"]]]
    assert texts(*table([40, 80, 144, 300], [700, 660], cells)) == ["1\t15/11/2566\t10.00"]


@pytest.mark.parametrize("place", range(3))
def test_an_empty_cell_keeps_its_column(place: int) -> None:
    row = ["1", "2", "3"]
    row[place] = ""
    cells = [[[one] if one else [] for one in row]]
    assert texts(*table([40, 100, 160, 220], [700, 680], cells)) == ["\t".join(row).rstrip("\t")]


def test_lines_of_their_own_in_the_last_cell_follow_the_row() -> None:
    cells = [[["วัตถุประสงค์"], ["- หนึ่ง", "- สอง", "- สาม"]]]
    assert texts(*table([40, 130, 500], [700, 640], cells)) == ["วัตถุประสงค์\t- หนึ่ง", "- สอง", "- สาม"]


def test_a_cell_over_two_rows_stands_in_the_first() -> None:
    pieces, boxes = table([40, 130, 200], [700, 680, 660], [[["ไตรมาส"], ["1"]], [[], ["2"]]])
    boxes = [box for box in boxes if box[1] != 680] + [(130, 680, 200, 680)]
    assert texts(pieces, boxes) == ["ไตรมาส\t1", "\t2"]


def test_what_stands_in_no_row_of_cells_is_left_as_it_is() -> None:
    pieces, _ = table([40, 300], [700, 660], [[["one line", "another"]]])
    frame = [
        (10.0, 10.0, 10.0, 790.0),
        (590.0, 10.0, 590.0, 790.0),
        (10.0, 10.0, 590.0, 10.0),
        (10.0, 790.0, 590.0, 790.0),
    ]
    assert with_rows(pieces, [], row_marks()) == pieces
    assert with_rows(pieces, frame, row_marks()) == pieces
    assert with_rows(pieces, [(40, 650, 300, 650)], row_marks()) == pieces


def test_a_frame_about_a_column_of_labelled_lines_is_no_cell() -> None:
    cells = [[["Code : 1", "Year : 2"], ["Budget : 3", "Spent : 4"]]]
    pieces, boxes = table([40, 200, 400], [700, 660], cells)
    assert with_rows(pieces, boxes, row_marks()) == pieces


def test_text_that_goes_over_a_rule_is_of_no_cell() -> None:
    pieces, boxes = table([40, 100, 160], [700, 680], [[["1"], ["2"]]])
    pieces[0] = Piece("a long remark", 45, 140, 686, EM)
    assert with_rows(pieces, boxes, row_marks()) == pieces


ROWS = [("Label one", "1,250.50", "Label two", "2567"), ("Label three", "", "Label four", "50210000-0042")]
EDGES, HEIGHTS = (40, 120, 200, 280, 380), (700, 680, 660)
WORDS = b"".join(
    text(left + 3, top - 14, word)
    for top, row in zip(HEIGHTS, ROWS, strict=False)
    for left, word in zip(EDGES, row, strict=False)
    if word
)
LINES = [(x, 660, x, 700) for x in EDGES] + [(40, y, 380, y) for y in HEIGHTS]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "drawn",
    [
        "".join(f"{a} {b} m {x} {y} l S\n" for a, b, x, y in LINES),
        "".join(f"{a} {b} m {x} {y} l\n" for a, b, x, y in LINES) + "S\n",
        "".join(f"{a} {b} {max(x - a, 1)} {max(y - b, 1)} re f\n" for a, b, x, y in LINES),
        "".join(f"{a} {b} {x - a} 20 re S\n" for a, x in pairwise(EDGES) for b in HEIGHTS[1:]),
    ],
    ids=["lines", "one path", "thin boxes", "a box a cell"],
)
def test_a_table_is_rows_of_cells_however_its_rules_are_drawn(drawn: str, rotate: int) -> None:
    content = sheet(drawn.encode() + WORDS + text(30, 600, "Below"), entries=f"/Rotate {rotate}")
    assert printed(content) == ["\t".join(row) for row in ROWS] + ["Below"]


def test_a_field_of_a_form_is_in_its_cell() -> None:
    drawn = b"40 680 60 30 re S 100 680 100 30 re S 200 680 60 30 re S 260 680 100 30 re S\n"
    labels = text(43, 700, "Budget") + text(43, 686, "received") + text(203, 700, "Spent")
    filled = sheet(drawn + labels, FIELD.format("/F 4 /AP <</N 7 0 R>>"), LOOK, entries="/Annots [6 0 R]",
                   catalogue=FORM.format(""))  # fmt: skip
    assert printed(filled) == ["Budget received\t500.25\tSpent"]


def test_cells_that_stand_close_are_parted_by_the_rule_between() -> None:
    drawn = b"40 660 20 20 re S 60 660 20 20 re S\n"
    assert printed(sheet(drawn + text(53, 666, "1") + text(62, 666, "2"))) == ["1\t2"]
    assert printed(sheet(text(53, 666, "1") + text(62, 666, "2"))) == ["1 2"]


def test_no_two_rows_of_a_document_are_of_one_node() -> None:
    cells = [[["วัตถุประสงค์"], ["ลดน้ำท่วม", "ซ่อมท่อ"]], [["เป้าหมาย"], ["ท่อ 3 จุด"]]]
    pieces, boxes = table([40, 130, 500], [700, 650, 620], cells)
    marks = row_marks()
    rows = [piece.mark for _ in "two pages" for piece in with_rows(pieces, boxes, marks)]
    assert len(rows) == len({*rows})


EDGES = [40.0, 80.0, 160.0, 300.0, 400.0, 500.0]
HEAD = [["no"], ["day"], ["text"], ["sum"], ["state"]]


def broken(height: float, cells: list[list[list[str]]], *, heights: list[float]) -> tuple[list[Piece], list[Box]]:
    """Return a table whose last row has no rule below it, as a page's end leaves it; its uprights go down to there."""
    pieces, boxes = table(EDGES, [*heights, height], cells)
    return pieces, [box for box in boxes if box[1] != height or box[0] == box[2]]


def test_a_row_that_the_end_of_the_page_breaks_is_whole_on_its_first_page() -> None:
    row = [["2"], ["20/02"], ["begun, and"], ["20"], ["late"]]
    rest = [[], [], ["gone on"], [], []]
    following = [["3"], ["29/02"], ["done"], ["33"], ["late"]]
    marks = row_marks()
    pages = [
        with_rows(*broken(600, [HEAD, row], heights=[700, 680]), marks),
        with_rows(*table(EDGES, [700, 680, 640, 600], [HEAD, rest, following]), marks),
    ]
    assert [[piece.text for piece in pieces] for pieces in with_whole_rows(pages)] == [
        ["no\tday\ttext\tsum\tstate", "2\t20/02\tbegun, and gone on\t20\tlate"],
        ["no\tday\ttext\tsum\tstate", "3\t29/02\tdone\t33\tlate"],
    ]


def test_a_row_over_three_pages_is_whole_though_its_number_stands_on_the_second() -> None:
    marks = row_marks()
    begun, amid, rest = (
        [[number] if number else [], [], [said], [], []] for number, said in (("", "a"), ("2", "b"), ("", "c"))
    )
    pages = [
        with_rows(*broken(600, [HEAD, begun], heights=[700, 680]), marks),
        with_rows(*broken(600, [HEAD, amid], heights=[700, 680]), marks),
        with_rows(*table(EDGES, [700, 680, 640], [HEAD, rest]), marks),
    ]
    assert [piece.text for piece in with_whole_rows(pages)[0]][1:] == ["2\t\ta b c"]


@pytest.mark.parametrize(
    "rest",
    [
        [["3"], ["29/02"], ["other"], ["33"], ["late"]], [[], [], ["other"], ["1,000"], []],
        [["no."], ["date"], ["text"], [], []],
    ],
)  # fmt: skip
def test_a_row_that_is_whole_takes_nothing_of_the_next_page(rest: list[list[str]]) -> None:
    row = [["2"], ["20/02"], ["whole"], ["20"], ["late"]]
    marks = row_marks()
    pages = [
        with_rows(*broken(600, [HEAD, row], heights=[700, 680]), marks),
        with_rows(*table(EDGES, [700, 680, 640], [HEAD, rest]), marks),
    ]
    assert [[piece.text for piece in pieces[1:]] for pieces in with_whole_rows(pages)] == [
        ["2\t20/02\twhole\t20\tlate"], ["\t".join(map(" ".join, rest)).rstrip("\t")],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("begun", "rest", "whole"), [("1,250,", "000", "1,250,000"), ("20", "%", "20%"), ("20/02/", "2567", "20/02/2567")]
)
def test_a_number_that_the_end_of_the_page_breaks_is_whole(begun: str, rest: str, whole: str) -> None:
    marks = row_marks()
    pages = [
        with_rows(*broken(600, [HEAD, [["2"], [], ["begun"], [begun], []]], heights=[700, 680]), marks),
        with_rows(*table(EDGES, [700, 680, 640], [HEAD, [[], [], ["gone on"], [rest], []]]), marks),
    ]
    joined = with_whole_rows(pages)[0][1].text.split("\t")
    assert (joined[2], joined[3].replace(" ", "")) == ("begun gone on", whole)


def test_rows_between_uprights_alone_are_not_taken_for_one() -> None:
    rows = [[str(number), f"{number}/02", "text", "20", "late"] for number in range(1, 4)]
    body = [list(column) for column in zip(*rows, strict=True)]
    assert texts(*broken(600, [HEAD, body], heights=[700, 680]))[1:] != ["\t".join(" ".join(column) for column in body)]


def test_two_uprights_are_no_table() -> None:
    boxes = [(40.0, 600.0, 40.0, 700.0), (300.0, 600.0, 300.0, 700.0), (40.0, 700.0, 300.0, 700.0)]
    assert texts([Piece("a", 50, 60, 690, EM), Piece("b", 50, 60, 650, EM)], boxes) == ["a", "b"]


def test_a_time_of_day_below_its_day_is_no_part_of_the_day() -> None:
    cells = [[["1"], ["2020-10-24", "00:00:00"], ["10.00"]]]
    assert texts(*table([40, 80, 154, 300], [700, 660], cells)) == ["1\t2020-10-24 00:00:00\t10.00"]
