"""A table without rules is rows of cells where its cells do not stand on one base line, and all else stays."""

from itertools import pairwise

import pytest

from etl.read.pdf.cells import row_marks
from etl.read.pdf.columns import with_columns
from etl.read.pdf.pdfium.messages import Piece

EM, LEADING, ROOM = 12.0, 17.0, 14.0
LEFTS = (40.0, 130.0, 300.0)


def row(top: float, cells: list[list[str]], lefts: tuple[float, ...] = LEFTS) -> list[Piece]:
    """Return the pieces of a row whose cells are set in the middle."""
    most = max(map(len, cells))
    return [
        Piece(line, left, left + 5 * len(line), top - LEADING * ((most - len(lines)) / 2 + number), EM)
        for left, lines in zip(lefts, cells, strict=False)
        for number, line in enumerate(lines)
    ]


def table(rows: list[list[list[str]]]) -> list[Piece]:
    heights = [700.0]
    for cells in rows:
        heights.append(heights[-1] - LEADING * max(map(len, cells)) - ROOM)
    return [piece for (top, _), cells in zip(pairwise(heights), rows, strict=True) for piece in row(top, cells)]


def texts(pieces: list[Piece], boxes: list[tuple[float, float, float, float]] | None = None) -> list[str]:
    return [piece.text for piece in with_columns(pieces, boxes or [], row_marks())]


def test_a_label_that_wraps_stands_beside_its_value() -> None:
    pieces = table([[["ปีงบประมาณ", "พ.ศ."], ["2567"]], [["รหัสโครงการ"], ["50210000-0042"]]])
    assert texts(pieces) == ["ปีงบประมาณ พ.ศ.\t2567", "รหัสโครงการ\t50210000-0042"]


def test_an_empty_cell_keeps_its_column() -> None:
    pieces = table([[["ครั้งที่"], ["รายละเอียด"], ["แผน"]], [["1"], [], ["เป็นไป", "ตามแผน"]]])
    assert texts(pieces) == ["ครั้งที่\tรายละเอียด\tแผน", "1\t\tเป็นไปตามแผน"]


def test_rules_part_rows_that_stand_close() -> None:
    upper = row(700, [["ก่อสร้าง", "ทางเท้า"], ["1"]])
    lower = row(700 - 2 * LEADING, [["ปลูกต้นไม้", "ริมคลอง"], ["2"]])
    level = 700 - 2 * LEADING + 12
    rule = (40.0, level, 500.0, level)
    assert texts([*upper, *lower], [rule]) == ["ก่อสร้างทางเท้า\t1", "ปลูกต้นไม้ริมคลอง\t2"]


@pytest.mark.parametrize(
    "pieces",
    [
        table([[["ชื่อ"], ["สวน"]], [["รหัส"], ["50210000-0042"]]]),
        [Piece("บรรทัดเดียว", 40, 300, 700, EM)],
        [],
        [
            Piece(f"ปี : {number}", left, left + 60, top - 3 * LEADING * number, EM)
            for left, top in ((40.0, 700.0), (300.0, 690.0))
            for number in range(6)
        ],
    ],
    ids=["one base line", "one piece", "nothing", "columns of a page"],
)
def test_what_is_no_such_table_stays(pieces: list[Piece]) -> None:
    assert with_columns(pieces, [], row_marks()) == pieces


def test_what_the_pdf_tells_of_its_cells_is_believed() -> None:
    pieces = table([[["ปีงบประมาณ", "พ.ศ."], ["2567"]]])
    for number, piece in enumerate(pieces):
        piece.mark = piece.end_mark = number
    assert with_columns(pieces, [], row_marks()) == pieces
