"""Decoration of a text: whatever somebody put about its lines, it is read as it was printed, and nothing is lost."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract import extract
from etl.read.decoration import undecorated
from etl.records import to_json
from tests.decorations import HABITS, decorated
from tests.forms import Form
from tests.varied_forms import draw

FORMS = [Form(certified=True), *(draw(Random(seed)).form for seed in range(6))]
RECORDS = ("project", "strategy", "reports", "indicators")


def records_of(text: str) -> list[dict[str, Any]]:
    copies = [json.loads(to_json(copy)) for copy in extract("form.txt", text.encode())]
    return [{name: copy[name] for name in RECORDS} for copy in copies]


@pytest.mark.parametrize("percent_signs", [True, False], ids=["signs", "colons"])
@pytest.mark.parametrize("habit", HABITS)
def test_a_decorated_form_is_read_like_the_plain_one(habit: str, percent_signs: bool) -> None:
    for form in FORMS:
        plain = records_of(form.text(percent_signs=percent_signs))
        assert records_of(decorated(form, habit, percent_signs=percent_signs)) == plain


@pytest.mark.parametrize("line", ["> ร้อยละ 80", "> 50 คน", ">= 80 %"])
def test_more_than_is_no_quote(line: str) -> None:
    forms = [Form().with_(targets=targets) for targets in (line, f"{line}\n{line}")]
    for form in forms:
        assert records_of(form.text())[0]["project"]["targets"] == " ".join(form.targets.split("\n"))


def test_of_a_mail_that_answers_above_the_form_is_read() -> None:
    answer = "เรียน ผู้เกี่ยวข้อง\n\nส่งแบบรายงานมาตามนี้\n\nขอบคุณ\n\n"
    (mailed,) = records_of(answer + decorated(Form(), "quoted"))
    (plain,) = records_of(Form().text())
    assert mailed == plain


def test_what_was_taken_off_is_said() -> None:
    (copy,) = extract("form.txt", decorated(Form(), "bold_label_colon_in").encode())
    assert [finding.message for finding in copy.findings if finding.rule_id == "R-decorated"] == [
        "decoration, as of Markdown or mail, was taken off 14 lines"
    ]
    (copy,) = extract("form.txt", Form().text().encode())
    assert not [finding for finding in copy.findings if finding.rule_id == "R-decorated"]


@pytest.mark.parametrize(
    "line",
    [
        "ขนาด 3*4*5 เมตร", "ราคา 5 * 2 * 3", "a_b_c", "_____", "....", "1.1 รหัสโครงการ", "- ลดความร้อน", "พื้นที่ <50 ไร่",
        "**** แบบแสดงรายงาน ****", "** 1.3 หลักการ", "\t:: ความก้าวหน้าของงานฯ = 20.5 %", ": ปลูกต้นไม้", "R&D และ Q&A",
        "~~2,000,000~~ 1,250,000 บาท", "20.5<sup>1</sup> %", "<del>500</del>", "[^1]", "C:\\ข้อมูล", "ก|ข", "--", "=",
    ],
)  # fmt: skip
def test_what_is_no_decoration_stays(line: str) -> None:
    assert undecorated([line]).lines == [line]


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("| รหัส | 5021 |", "รหัส\t5021"), ("|รหัส||5021|", "รหัส\t\t5021"), (r"| ก \| ข | ค |", "ก | ข\tค"),
        ("|---|:---:|", ""), ("+----+----+", ""), ("├──────┼──────┤", ""), ("```text", ""), ("~~~", ""),
        ("> > ชื่อ", "ชื่อ"), ("### 1.1 รหัส ###", "1.1 รหัส"), ("[5021](#a(b)) ก", "5021 ก"),
        ("[เอกสาร](https://example.org/a_b_c)", "เอกสาร (https://example.org/a_b_c)"),
        ("[5021](tel:5021)", "5021"), ("[a@example.org](mailto:a@example.org)", "a@example.org"),
        ("<b>ก</b>&nbsp;: ข<br/>", "ก\u00a0: ข "), ("__ก__ : *ข*", "ก : ข"), ("`ก`", "ก"), ("***ก***", "ก"),
    ],
)  # fmt: skip
def test_decoration_goes(line: str, plain: str) -> None:
    *others, changed = (
        undecorated([*["**รหัส :** 5021"] * 9, line]).lines if line[0] != ">" else undecorated([line]).lines
    )
    assert changed == plain
    assert set(others) <= {"รหัส : 5021"}


@pytest.mark.parametrize(
    "line",
    ["โครงการ *สวนสวย* ปี 2566", "**ด่วน** ที่สุด", "_หมายเหตุ_ ไม่มี", "# ข้อมูลปี 2565", "[เอกสาร](https://example.org/a_b_c)"],
)
def test_what_is_decorated_nowhere_else_keeps_its_marks(line: str) -> None:
    sound = Form().text().splitlines()
    undone = undecorated([*sound, line, *sound])
    assert undone == ([*sound, line, *sound], 0)


@given(st.lists(st.text(alphabet="ก่1*_`=<>&;\\|[]()#~-: \t│─+b/", max_size=60), max_size=6))
def test_a_line_keeps_its_number_and_gains_no_letter(lines: list[str]) -> None:
    plain = undecorated(lines).lines
    assert len(plain) == len(lines)
    assert all(len(after) <= len(before) for before, after in zip(lines, plain, strict=True))
    for before, after in zip(lines, plain, strict=True):
        assert [letter for letter in after if letter in "ก1"] == [letter for letter in before if letter in "ก1"] or (
            "](" in before or "&#" in before
        )
