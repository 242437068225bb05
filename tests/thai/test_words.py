"""Where a line was broken within a word, nothing stands between its parts."""

import pytest

from etl.thai.words import between


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("จัดทำแผนการดำ", "เนินงาน"),
        ("สวน 15 นาท", "ี ใกล้บ้าน"),
        ("งบปร", "ะมาณ"),
        ("โคร", "งการ"),
        ("ยุทธศาส", "ตร์"),
        ("ซ่อมแซมไฟฟ้าส่องสว่า", "งในตรอก"),
        ("จังหวั", "ด"),
        ("เ", "ขต"),
    ],
)
def test_within_a_word_there_is_nothing(before: str, after: str) -> None:
    assert between(before, after) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("แผนการ", "ดำเนินงาน"),
        ("รายการ", "สำรวจท่อ"),
        ("กรุงเทพมหานคร", "พ.ศ. 2528"),
        ("พัฒนา", "ชุมชน"),
        ("เขต", "ทุ่งครุ"),
        ("จำนวน", "12 แห่ง"),
        ("ปี 2567", "ระยะที่ 2"),
        ("", "ก"),
        ("ก", ""),
    ],
)
def test_between_words_there_is_a_blank(before: str, after: str) -> None:
    assert between(before, after) == " "
