"""The grammar that the families share: labels by their shape, and the signs that a document may be of a family."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.parse.grammar import label_pattern, marker_of, shape

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
