"""What stands at the edge of a page is no part of the report that the page parts, and is said."""

import pytest

from etl.extract import extract
from tests.forms import TITLE, Form

FORM = Form(name="ซ่อมทางเท้าจุดเสี่ยง", agency="สำนักงานเขตคลองเตย / ฝ่ายโยธา").with_report(2, narrative="ตีเส้นแล้ว และทาสี")
HEAD, FOOT = "ตีเส้นแล้ว", "และทาสี"


def parted(edge: str) -> str:
    return FORM.text().replace(f"{HEAD} {FOOT}", f"{HEAD}\n{edge}\n{FOOT}")


@pytest.mark.parametrize(
    ("edge", "is_said"),
    [
        (f"{TITLE} (ต่อ)", False),
        (f"** {TITLE} ( ต่อ ) **", False),
        (f"โครงการซ่อมทางเท้าจุดเสี่ยง ({FORM.code})", True),
        (f"ซ่อมทางเท้า จุดเสี่ยง (รหัสโครงการ {FORM.code})", True),
        ("http://project.example.go.th/print.php?pid=7\n2/10/66 09:41\n2/3", True),
        ("http://project.example.go.th/print.php?pid=7 2/10/2566 09:41 2/3", True),
        ("2/10/66, 09:41 น. 2/3", True),
        ("สำนักงานเขตคลองเตย   หน้าที่ 3 จาก 3", True),
        ("ซ่อมทางเท้าจุดเสี่ยง หน้า 3/3", True),
    ],
)
def test_the_edge_of_a_page_is_taken_off(edge: str, is_said: bool) -> None:
    plain, copy = (extract("form.txt", text.encode())[0] for text in (FORM.text(), parted(edge)))
    assert [(report.narrative, report.progress_pct) for report in copy.reports] == [
        (report.narrative, report.progress_pct) for report in plain.reports
    ]
    assert plain.project and copy.project
    assert ("stamp_printed" in copy.project.issues) == is_said
    assert copy.project.issues.keys() - plain.project.issues.keys() <= {"stamp_printed", "pages_missing"}


@pytest.mark.parametrize(
    "line",
    [
        f"รายละเอียดตามโครงการ {FORM.code} ระยะแรก",
        "ดูที่ http://project.example.go.th/print.php?pid=7 2/3",
        "ตามเอกสาร หน้า 3/3 ของสัญญา",
    ],
)
def test_what_may_be_the_edge_of_a_page_stays_and_is_said(line: str) -> None:
    report = extract("form.txt", parted(line).encode())[0].reports[1]
    assert report.narrative == f"{HEAD} {line} {FOOT}"
    assert "narrative_interrupted" in report.issues


@pytest.mark.parametrize("line", ["http://example.go.th/map", "2/3", "เหลือ 2/3 ของงาน", "2/10/2566 09:41 ฝนตก"])
def test_prose_that_has_an_address_or_a_fraction_stays_prose(line: str) -> None:
    report = extract("form.txt", parted(line).encode())[0].reports[1]
    assert report.narrative == f"{HEAD} {line} {FOOT}"
    assert not report.issues
