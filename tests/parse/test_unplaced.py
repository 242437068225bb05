import pytest

from etl.parse.unplaced import note_unplaced, takes_back
from etl.records import Line, Place, Project


def _noted(*texts: str, with_figures: bool = True) -> dict[str, str]:
    project = Project()
    note_unplaced(
        project, [Line(Place(1, at), text) for at, text in enumerate(texts, start=1)], with_figures=with_figures
    )
    return project.issues


def test_the_first_lines_are_quoted_each_cut_to_a_fair_length() -> None:
    quoted = _noted("หมายเหตุ", "ก" * 200, "ข", "ค")["text_unplaced"]
    assert quoted == f"4: หมายเหตุ | {'ก' * 80}… | ข | …"


def test_no_line_is_no_issue() -> None:
    assert _noted() == {}


@pytest.mark.parametrize(
    "text",
    [
        "หมายเหตุ : สถานะครั้งที่ 1 แก้เป็น ช้ากว่าแผน", "*** ฉบับนี้ยกเลิก ห้ามใช้ ***", "(ร่าง)", "(ตัวอย่างการกรอก)", "DRAFT",
        "ใช้อันแรกนะ อันหลังผิด",
        "ใช่ๆ ของปีที่แล้ว ไม่ใช่ปีนี้", "เอา 25 แทน 30 นะ", "draft see a@b.example.org", "รายงานนี้เป็นโมฆะ", "ขอถอนรายงาน",
        "หมายเหตุ ยอดเบิกขอยกเลิก เนื่องจากเบิกซ้ำ", "ความก้าวหน้าที่ถูกต้องคือ ร้อยละ 25",
    ],
)  # fmt: skip
def test_what_takes_back_corrects_or_voids_may_change_values(text: str) -> None:
    assert takes_back(text)
    assert _noted("หมายเหตุ", text, with_figures=False)["text_changing"].startswith("1: ")


@pytest.mark.parametrize(
    "text",
    [
        "ผู้แทนชุมชน", "ตัวแทน", "ทดแทน", "ออกกำลังกายเพื่อร่างกาย", "ผู้รับผิดชอบ", "แก้ปัญหา", "แก้มลิง",
        "ยกเลิกการส่งข้อความ", "รูปร่าง", "ค่าตอบแทน",
        "10:05 รับทราบค่ะ", "พิมพ์ 31/01/2567 10:05", "โทร. 0 2222 3344 ต่อ 5512",
        "Sent: Monday, July 3, 2023", "ไตรมาสที่ 4", "2. หมายเหตุ", "ภายในวันที่ 30 กันยายน 2566", "#[1]Home [2]Back",
        "ปฏิบัติราชการแทน ปลัดกรุงเทพมหานคร", "หัวหน้าฝ่ายโยธา รักษาราชการแทน", "ทำการแทน", "อีเมล plan2567@example.org",
        "https://example.org/draft?id=123", "173 ถนนสมมติ แขวงสมมติ เขตสมมติ กรุงเทพฯ 10200", "๑๗๓ ถ.สมมติ กทม. ๑๐๒๐๐",
        "หน้า 2", "2/2", "- 2/3 -", "Page 1 of 2", "1 of 2", "มือถือ 081-234-5678", "เลขที่เอกสาร กท 4901/1234", "ผู้กระทำผิด",
        "ชุมชนตัวอย่าง", "ดาวน์โหลดตัวอย่าง", "โครงการจัดทำร่างผังเมือง", "ขอแก้ปัญหาน้ำท่วม",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_changes_nothing(text: str) -> None:
    assert _noted(text).keys() == {"text_unplaced"}


def test_a_figure_on_a_form_may_change_values_and_one_in_prose_does_not() -> None:
    assert _noted("ลดฝุ่น PM 2.5")["text_changing"]
    assert "text_changing" not in _noted("ลดฝุ่น PM 2.5", with_figures=False)
    assert _noted("ปรับปรุงถนนสมมติ กรุงเทพมหานคร 10,200")["text_changing"]
    assert _noted("ถนนสมมติ กรุงเทพฯ 10200 เบิก 500")["text_changing"]
    assert _noted("เบิก 500 ถนนสมมติ กรุงเทพฯ 10200")["text_changing"]
