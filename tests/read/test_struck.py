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
    ],
)  # fmt: skip
def test_struck_text_is_taken_out_and_said(printed: str, left: str, lines: tuple[int, ...]) -> None:
    assert without_struck(printed) == (left, lines)


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
