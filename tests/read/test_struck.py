"""What is struck out in a text is left out of it, and said."""

from decimal import Decimal

import pytest

from etl.extract import extract
from etl.read.struck import without_struck
from tests.forms import Form


@pytest.mark.parametrize(
    ("printed", "left", "lines"),
    [
        ("= ~~40.00~~ 30.00 %", "= 30.00 %", (1,)), ("<del>500</del> 600", "600", (1,)),
        ("5\u03360\u03360\u0336,\u03360\u0336 50 บาท", "50 บาท", (1,)), ("ก\u0336า\u0336 ใหม่", "ใหม่", (1,)),
        ("<s class='x'>500</s> 600", "600", (1,)), ("ก\n~~ข\nค~~ ง", "ก\n\nง", (2, 3)), ("~~500~~", "", (1,)),
        ("~~~\nก\n~~~", "~~~\nก\n~~~", ()), ("~~ 500 ~~", "~~ 500 ~~", ()), ("~~500", "~~500", ()),
        ("~500~", "~500~", ()), ("</td>", "</td>", ()), ("500~~600~~", "500", (1,)),
        ("500~~600~~ 700", "500 700", (1,)), ("1~~2~~3", "1 3", (1,)), ("(~~100~~ 200)", "(200)", (1,)),
        ("ก\t~~500~~\t600", "ก\t\t600", (1,)), ("ก\t5\u03360\u0336\t60", "ก\t\t60", (1,)),
        ("5\u0336\t6\u0336\t7", "\t\t7", (1,)), ("<del>5\t6\n7</del>\t8", "\t\n\t8", (1, 2)),
        ("ก\u0336า\u0336 \u0336ข\u0336 ใหม่", "ใหม่", (1,)),
    ],
)  # fmt: skip
def test_struck_text_is_taken_out_and_said(printed: str, left: str, lines: tuple[int, ...]) -> None:
    assert without_struck(printed) == (left, lines)


@pytest.mark.parametrize(
    "printed",
    [
        "50\u0337 60", "50\u0338", "5\u03360 บาท", "= ~~10 %\t: ก\n= 20~~ %\t: ข", "1\t~~ก\t5\n2\tข~~\t6",
        "| ~~ก | ข~~ |", "1,~~ก,5\n2,ข~~,6", "ก : ~~5\nข : 6~~",
    ],
)  # fmt: skip
def test_marks_that_are_no_pair_strike_nothing_out(printed: str) -> None:
    assert without_struck(printed) == (printed, ())


def test_of_a_struck_value_the_one_behind_is_read() -> None:
    form = (
        Form()
        .with_report(2, progress="~~40.00~~ 20.50", disbursed="5\u03360\u03360\u0336 550 บาท")
        .with_report(3, plan_status="~~เป็นไปตามแผน~~ ช้ากว่าแผน")
    )
    (copy,) = extract("form.txt", form.text().encode())
    assert [report.progress_pct for report in copy.reports] == [10, Decimal("20.5"), 33]
    assert copy.reports[1].disbursed_thb == 550
    assert copy.reports[2].plan_status == "ช้ากว่าแผน"
    assert [(one.rule_id, one.line) for one in copy.findings] == [("R-struck-text", form.line_of("~~40.00~~"))]


def test_a_cell_that_is_struck_out_leaves_the_others_where_they_are() -> None:
    head = "ลำดับ\tรหัสโครงการ\tชื่อโครงการ/กิจกรรม\tงบประมาณที่ได้รับ (บาท)\tงบประมาณที่ใช้ไป (บาท)"
    struck = "".join(f"{digit}\u0336" for digit in "1,000")
    for cell in ("~~1,000~~", struck, "<del>1,000</del>"):
        rows = (f"1\t50210000-0042\tปลูก\t{cell}\t500", "2\t50210000-0043\tล้าง\t2,000\t100")
        first, second = extract("rows.txt", "\n".join([head, *rows]).encode())
        assert first.project and second.project
        assert (first.project.budget_received_thb, first.project.budget_spent_thb) == (None, 500)
        assert (second.project.budget_received_thb, second.project.budget_spent_thb) == (2_000, 100)
