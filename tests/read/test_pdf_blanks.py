import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.read.pdf.blanks import Blanks

THAI = st.text("กขคงจชดตนบปมยรลวสหอะาิีุูเแโไ่้", min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("before", "after", "has_blank"),
    [
        ("ประชาชนในพื้นที่", "ได้รับความสะดวก", False),
        ("เป็น Co-", "working Space", False),
        ("ครั้งที่ 2/", "2567", False),
        ("กิจกรรมต่างๆ", "ของห้องสมุด", True),
        ("ชั้นในของกรุงเทพฯ", "ได้", True),
        ("จำนวนทั้งสิ้น 36", "แห่ง", True),
        ("ทั้งหมดของเขต", "27 แห่ง", True),
        ("สำนักงานเขต /", "ฝ่ายโยธา", True),
        ("(ปิดวันจันทร์)", "และวันหยุด", True),
    ],
)
def test_letters_tell_where_a_line_may_be_broken(before: str, after: str, has_blank: bool) -> None:
    assert Blanks("").has_blank(before, after) is has_blank


@pytest.mark.parametrize(
    ("before", "after", "has_blank"),
    [
        ("ไฟส่องสว่างไม่ทั่วถึง", "ดังนั้นจึงต้องปรับปรุง", True),
        ("ประชุมคณะทำงาน", "เพื่อมอบหมายภารกิจ", True),
        ("ปรับภูมิทัศน์และ", "เพื่อความปลอดภัย", False),
        ("ห้องสมุดของ", "กทม. ทั้งหมด", True),
        ("น้ำท่วมขังริมถนน", "ซ่อมแซมทางเท้า", True),
        ("จัดอบรมในพื้นที่", "ติดตั้งไฟส่องสว่าง", True),
        ("งบประมาณสำหรับการ", "ซ่อมแซมทางเท้า", False),
        ("สำนักงานเขต / กลุ่มงาน", "ส่งเสริมสุขภาพ", False),
        ("ชุมชนนำร่อง อาทิ", "ชุมชนริมคลอง", True),
        ("ชุมชนนำร่อง อาทิ", "เช่น ริมคลอง", False),
    ],
)
def test_between_letters_habit_decides(before: str, after: str, has_blank: bool) -> None:
    assert Blanks("").has_blank(before, after) is has_blank


def test_the_document_knows_better_than_letters_and_habit() -> None:
    elsewhere = Blanks("ปลูกต้นไม้ ร่มรื่นตลอดแนว\nทางเท้าซ่อมแซมแล้ว\nรุ่น PM2.5")
    assert elsewhere.has_blank("จัดหาต้นไม้", "ร่มรื่น")
    assert not elsewhere.has_blank("ปูทางเท้า", "ซ่อมแซมท่อ")
    assert not elsewhere.has_blank("ตรวจวัดรุ่น PM", "2.5")


def test_names_of_plans_are_known() -> None:
    assert Blanks("").has_blank("๔.๓ - เมืองปลอดโรคคนเมือง", "อาหารปลอดภัย")
    assert not Blanks("").has_blank("๑. มหานคร", "ปลอดภัย")


def test_a_document_that_says_both_says_nothing() -> None:
    assert not Blanks("ต้นไม้ ร่มรื่น ต้นไม้ร่มรื่น").has_blank("จัดหาต้นไม้", "ร่มรื่น")


@given(THAI, THAI)
def test_what_the_document_prints_once_it_prints_again(before: str, after: str) -> None:
    assert Blanks(f"{before} {after}").has_blank(before, after)
    assert not Blanks(f"{before}{after}").has_blank(before, after)
