"""The grammar that the families share: labels by their shape, and the signs that a document may be of a family."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.parse.grammar import Text, fill, label_pattern, marker_of, read_project_code, read_year, shape
from etl.records import Place, Project

LABELS = ("หน่วยนับ", "ผลงานที่ทำได้", "แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ", "สยป. ประเมินโครงการ", "Policy ID")
_TYPED_APART = {"แ": "เเ", "\u0e33": "\u0e4d\u0e32"}
_lost = st.text(" .\t\u00a0\u0e48\u0e49\u0e4c", max_size=3)


@given(st.sampled_from(LABELS), st.lists(_lost, min_size=60, max_size=60), st.booleans())
def test_a_label_is_found_whatever_it_lost_or_gained(label: str, lost: list[str], is_typed_apart: bool) -> None:
    letters = [_TYPED_APART.get(letter, letter) if is_typed_apart else letter for letter in shape(label)]
    printed = "".join(f"{letter}{between}" for letter, between in zip(letters, lost, strict=False))
    assert re.fullmatch(label_pattern(label), printed)
    for before in ("", "| ", "** ", "1.2 ", "๑. ", "(3) ", "\t"):
        assert marker_of(*LABELS).match(f"{before}{printed}: 1")


@pytest.mark.parametrize("text", ["", "หน่วยงาน : นับ", "ตามหน่วยนับ", "หน่วย|นับ"])
def test_other_words_are_no_marker(text: str) -> None:
    assert not marker_of(*LABELS).match(text)


def test_the_case_of_a_sign_does_not_matter() -> None:
    assert marker_of(*LABELS).match("POLICY id30")


def filled(field: str, text: str) -> Project:
    read = {"project_code": read_project_code, "fiscal_year": read_year}.get(field, str)
    fill(project := Project(), field, Text(Place(1, 1), text), read)
    return project


@pytest.mark.parametrize("line", ["........", "....", "____", "…………", "_ _ __ _"])
def test_nothing_on_a_dotted_line_is_nothing(line: str) -> None:
    for field in ("fiscal_year", "project_name", "owner"):
        assert getattr(project := filled(field, line), field) is None
        assert not project.issues


@pytest.mark.parametrize(("before", "behind"), [("....", "....."), ("", "......"), ("__", "____"), ("...", "...")])
def test_what_is_written_on_a_dotted_line_is_the_value(before: str, behind: str) -> None:
    assert filled("fiscal_year", f"{before}2567{behind}").fiscal_year == 2567
    assert filled("project_code", f"{before} 50210000-0042 {behind}").project_code == "50210000-0042"


@pytest.mark.parametrize("printed", ["5021 0000-0042", "5021 0000 – 0042", "๕๐๒๑ ๐๐๐๐-๐๐๔๒"])
def test_a_code_may_be_printed_in_groups(printed: str) -> None:
    assert filled("project_code", printed).project_code == "50210000-0042"


@pytest.mark.parametrize("text", ["2567...", "…2567", "25....67"])
def test_dots_beside_a_value_that_may_stand_for_some_of_it_leave_it_unread(text: str) -> None:
    assert filled("fiscal_year", text).issues == {"fiscal_year_unreadable": text}


def test_a_name_keeps_dots_that_say_that_it_goes_on() -> None:
    assert filled("project_name", "ปลูกต้นไม้...").project_name == "ปลูกต้นไม้..."
    assert filled("project_name", ".....ปลูกต้นไม้.....").project_name == "ปลูกต้นไม้"
