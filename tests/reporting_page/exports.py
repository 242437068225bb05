"""Invented exports of a fiscal year: districts that report well and badly, and documents that mean harm."""

from datetime import date
from pathlib import Path

from etl.reference import agencies
from tests.forms import Form, PrintedReport

YEAR = 2567
HOSTILE = '<script>document.title="harm"</script>&'
LETTER = "จดหมายข่าวประจำเดือน"
WORKS = ("ปลูกต้นไม้ริมคลอง", "ซ่อมทางเท้า", "ขุดลอกท่อระบายน้ำ", "ส่งเสริมสุขภาพผู้สูงอายุ", "คัดแยกขยะในชุมชน")
DISTRICTS = 18
PROJECTS = 4
MONTHS = 10


def write(folder: Path) -> None:
    """Write the exports into a folder."""
    for district in range(1, DISTRICTS + 1):
        for number in range(PROJECTS):
            (folder / f"{district:02}-{number}.txt").write_text(_form(district, number).text(), encoding="utf-8")
    bad = Form(code="50210000-0901").with_report(2, progress="150")
    (folder / "bad.txt").write_text(bad.text(), encoding="utf-8")
    (folder / f"{HOSTILE.replace('/', '')}\x07\u202e.txt").write_text(LETTER, encoding="utf-8")
    hostile = Form(code="50210000-0902", name=HOSTILE).with_report(3, plan_status=HOSTILE)
    (folder / "hostile.txt").write_text(hostile.text(), encoding="utf-8")


def _form(district: int, number: int) -> Form:
    """Return a project's form; the later a district stands in the list, the more months it leaves out."""
    months = [month for month in range(MONTHS) if (month * 7 + number * 3 + district) % DISTRICTS >= district - 3]
    reports = tuple(
        PrintedReport(str(nth), _day(month), f"{8 * (month + 1) + number}.00", disbursed=f"{month * 12_500:,}.00 บาท")
        for nth, month in enumerate(months, start=1)
    )
    code = f"{5000 + district}"
    return Form(
        code=f"{code}0300-{district * 10 + number:04}",
        name=f"{WORKS[(district + number) % len(WORKS)]} ระยะที่ {number + 1}",
        agency=f"{agencies()[code].agency_name} / ฝ่ายโยธา",
        goal="๔.๓.๑ กรุงเทพมหานครมีการปรับปรุงองค์ประกอบทางภูมิทัศน์เมือง",
        reports=reports,
    )


def _day(month: int) -> str:
    """Return a day of a month of the fiscal year as forms print it; the year's first month is 0."""
    day = date(YEAR - 544 + (month + 9) // 12, (month + 9) % 12 + 1, 20)
    return f"{day:%d/%m}/{day.year + 543}"
