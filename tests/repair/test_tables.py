"""Rows that were recognised cell by cell have their labels, headings, statuses, days and numbers."""

import pytest

from etl.records import Line, Place
from etl.repair import repair

HEADER = "รายงานครั้งที่\tวันที่\tรายละเอียด\tความก้าวหน้า (%)\tงบประมาณที่เบิกใช้ (บาท)\tแผน\tเป้าหมาย"


def repaired(*texts: str) -> list[Line]:
    return repair([Line(Place(1, number), text) for number, text in enumerate(texts, start=1)])


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("รหัสโครงการ\t50280600-3589", "รหัสโครงการ : 50280600-3589"),
        ("A wa ซือผู้รับผิดชอบ\tฝ่ายโยธา", "ชื่อผู้รับผิดชอบ : ฝ่ายโยธา"),
        ("เริมต้นโครงการ\t05/10/2563\tสินสุดโครงการ\t30/09/2564", "เริ่มต้นโครงการ : 05/10/2563\tสิ้นสุดโครงการ : 30/09/2564"),
        ("ตัวชีวัด\tมิติที่ 2 ร้อยละ", "ตัวชี้วัด : มิติที่ 2 ร้อยละ"),
    ],
)
def test_a_label_in_its_cell_has_a_colon(row: str, text: str) -> None:
    assert [line.text for line in repaired(row)] == [text]


def test_a_value_in_a_row_of_two_fields_is_put_right_and_said() -> None:
    (line,) = repaired("เริ่มต้นโครงการ\t05/1012563\tสิ้นสุดโครงการ\t30/09/2564")
    assert line.text == "เริ่มต้นโครงการ : 05/10/2563\tสิ้นสุดโครงการ : 30/09/2564"
    assert line.repaired == ("05/10/2563",)


@pytest.mark.parametrize("lost", ["ครั้ง a fi\tวันที่", "ครั้ง\tJun", "รายงานครั้งที่\tJun"])
def test_a_heading_that_was_lost_follows_from_the_others(lost: str) -> None:
    header = HEADER.replace("รายงานครั้งที่\tวันที่", lost)
    assert repaired(header)[0].text == HEADER


def test_two_headings_that_were_lost_are_not_guessed() -> None:
    header = HEADER.replace("วันที่", "Jun").replace("แผน", "uw")
    assert repaired(header)[0].text == header


def test_a_number_that_was_lost_follows_the_one_before_and_is_said() -> None:
    rows = [
        f"{no}\t{day}/11/2566\tงาน\t10\t0 บาท\tเป็นไปตามแผน\tเป็นไปตามเป้าหมาย"
        for no, day in (("1", 15), ("", 20), ("3", 25))
    ]
    lines = repaired(HEADER, *rows)[1:]
    assert [line.text.split("\t")[0] for line in lines] == ["1", "2", "3"]
    assert [line.repaired for line in lines] == [(), ("2",), ()]


def test_a_row_without_a_day_goes_on_with_the_one_before() -> None:
    rest = "\t\tและปลูกต้นไม้\t\t\t\t"
    assert repaired(HEADER, rest)[1].text == rest


def test_a_status_is_put_right_and_said() -> None:
    row = "1\t15/11/2566\tงาน\t10\t0 บาท\tเร็วกวาแพน\tสูงกว่าเป้าหมาย"
    line = repaired(HEADER, row)[1]
    assert line.text == row.replace("เร็วกวาแพน", "เร็วกว่าแผน")
    assert line.repaired == ("เร็วกว่าแผน",)
