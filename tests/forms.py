"""Printed forms written for the tests: the facts of one project-year in either layout, with prose of our own."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

TITLE = "แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ"
CERTIFICATION = "ขอรับรองว่า ข้อมูลที่ปรากฏในเอกสารฉบับนี้ หน่วยงานได้จัดพิมพ์จากระบบงานจริง เพื่อเป็นหลักฐานไว้ตรวจสอบ"


class Page(NamedTuple):
    """A page saved under an address; both are what its reader has to go by."""

    uri: str
    text: str


class Scan(NamedTuple):
    """What was recognised in a picture, and the figures in it that may have been recognised wrongly."""

    text: str
    low_confidence: tuple[str, ...]


@dataclass(frozen=True)
class PrintedReport:
    """A report as printed; every value is text, so that a test can print what no system should."""

    no: str
    date: str
    progress: str
    narrative: str = "ดำเนินการตามแผนงานประจำเดือน"
    disbursed: str = "0 บาท"
    counter: str | None = None
    plan_status: str = "เป็นไปตามแผน"
    target_status: str = "เป็นไปตามเป้าหมาย"


REPORTS = (
    PrintedReport("1", "15/11/2566", "10.00"),
    PrintedReport("2", "20/02/2567", "20.50"),
    PrintedReport("3", "29/02/2567", "33.00"),
)


@dataclass(frozen=True)
class Form:
    """A printed form; `text` gives it in the layout with per cent signs, or in the other one."""

    code: str = "50210000-0042"
    name: str = "ปลูกต้นไม้ริมคลองสาธารณะ ปี 2567 : ระยะที่ 2"
    fiscal_year: str = "2567"
    start: str = "2023-10-01 00:00:00"
    end: str = "2024-09-30 00:00:00"
    received: str = "1,250,000.50 บาท"
    spent: str = "312,500.- บาท"
    agency: str = "สำนักงานเขตภาษีเจริญ / ฝ่ายโยธา"
    owner: str = "ฝ่ายโยธา"
    rationale: str = "คลองในพื้นที่ขาดร่มเงา\nจึงต้องปลูกต้นไม้เพิ่ม"
    objectives: str = "- เพิ่มพื้นที่สีเขียว\n- ลดความร้อน\nในชุมชน"
    targets: str = "ต้นไม้ 500 ต้น"
    strategy: str = "ยุทธศาสตร์ที่ ๔ – การเชื่อมโยงเมืองที่มีความคล่องตัวและระบบบริการสาธารณะแบบบูรณาการ"
    sub_issue: str = "๔.๓ - กรุงเทพมหานครเป็นเมืองที่มีรูปแบบการจัดการภูมิทัศน์เมืองอย่างยั่งยืน"
    goal: str = "๔.๓.๑ กรุงเทพมหานครมีการปรับปรุงองค์ประกอบทางภูมิทัศน์เมือง%"
    indicator: str = "มิติที่ 1 จำนวนต้นไม้ที่ปลูกเพิ่ม"
    reports: tuple[PrintedReport, ...] = field(default=REPORTS)
    certified: bool = False

    def with_(self, **changes: Any) -> "Form":
        """Return the form with some facts changed."""
        return replace(self, **changes)

    def with_report(self, nth: int, /, **changes: Any) -> "Form":
        """Return the form with some facts of its n-th report changed."""
        reports = list(self.reports)
        reports[nth - 1] = replace(reports[nth - 1], **changes)
        return replace(self, reports=tuple(reports))

    def text(self, *, percent_signs: bool = True) -> str:
        """Return the form as text: with per cent signs and stars, or with colons and the title in the way."""
        stars = "****" if percent_signs else "**"
        title = f"{stars} {TITLE} {stars}"
        name = f"ชื่อโครงการ/กิจกรรม : {self.name}" if percent_signs else f"ชื่อโครงการ/กิจกรรม\n\n{title}\n\n: {self.name}"
        parts = [
            *([title] if percent_signs else []),
            "1. ชื่อโครงการและหน่วยงานที่รับผิดชอบโครงการ",
            "1.1 รหัสโครงการและชื่อโครงการ",
            name,
            f"รหัสโครงการ... : {self.code}",
            f"ปีงบประมาณ พ.ศ. : {self.fiscal_year}",
            f"เริ่มต้นโครงการ : {self.start}",
            f"งบประมาณที่ได้รับ : {self.received}",
            f"สิ้นสุดโครงการ : {self.end}",
            f"งบประมาณที่ใช้ไป : {self.spent}",
            "1.2 หน่วยงานที่รับผิดชอบ",
            f"หน่วยงานที่รับผิดชอบ. : {self.agency}",
            f"ชื่อผู้รับผิดชอบ... : {self.owner}",
            "ผู้ประสานงาน สยป :",
            "1.3 หลักการและเหตุผล",
            self.rationale,
            "1.4 วัตถุประสงค์ของโครงการ",
            self.objectives,
            "1.5 เป้าหมายของโครงการ..",
            self.targets,
            "1.6 สนับสนุนแผนพัฒนา กทม. ระยะ 20 ปี (ยุทธศาสตร์-ประเด็นยุทธศาสตร์-กลยุทธ์ตามแผนฯ /ตัวชี้วัด)",
            f"ประเด็นยุทธศาสตร์ : {self.strategy}",
            f"ประเด็นยุทธศาสตร์ย่อย : {self.sub_issue}",
            f"เป้าหมายที่ : {self.goal}",
            f"ตัวชี้วัด... : {self.indicator}",
            "2. รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ",
            "\n".join(_report(report, percent_signs=percent_signs) for report in self.reports),
            *([CERTIFICATION, "ลงชื่อ.....(ผู้รับผิดชอบโครงการ)", "ตำแหน่ง", "....."] if self.certified else []),
        ]
        return "\n\n".join(parts) + "\n"

    def line_of(self, text: str, *, percent_signs: bool = True) -> int:
        """Return the number of the first line that holds the text."""
        lines = self.text(percent_signs=percent_signs).splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)


def _report(report: PrintedReport, *, percent_signs: bool) -> str:
    counter = report.no if report.counter is None else report.counter
    number = f"{'' if percent_signs else ' '}{report.no}"
    progress = f"{report.progress} %" if percent_signs else f"{report.progress}\t:"
    statuses = f"{report.plan_status}{chr(9) if percent_signs else ' '}: {report.target_status}"
    return (
        f"รายงานครั้งที่{number}\t:: {report.date} : {report.narrative}\t\t\n"
        f"\t:: ความก้าวหน้าของงานฯ = {progress} งบประมาณที่เบิกใช้ (ครั้งที่ {counter}) = {report.disbursed}\t: {statuses}"
    )
