"""Project pages and views written for the tests: the facts of one project in every layout, with prose of our own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from etl.records import Line, Place
from tests.forms import Page


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text as a channel gives them."""
    return [Line(Place(1, number), line) for number, line in enumerate(text.splitlines(), start=1)]


NAVIGATION = ("Back Home", "FusionCharts will render here")
LINK = "ดูโครงการแผนปีฯ : พิมพ์ข้อมูล"
PLAN = (
    "ด้านที่ ๔ – มหานครกระชับ : Compact City",
    "มิติที่ ๔.๑ - กรุงเทพมหานครเติบโตอย่างเป็นระเบียบตามผังเมืองรวม",
    "เป้าหมายที่ ๔.๑.๒ มีสวนขนาดเล็กใกล้บ้าน",
    "เป้าประสงค์ที่ ๔.๑.๒.๑ ทุกเขตมีสวนขนาดเล็กเพิ่มขึ้น",
)


@dataclass(frozen=True)
class PageReport:
    """A report as a page prints it: a heading with one date, and a line with the other; a test may print any text."""

    no: str
    progress: str
    day: str
    thai_day: str
    narrative: str = "ปลูกต้นไม้ตามแผนงานประจำเดือน"

    def lines(self) -> list[str]:
        heading = f"({self.no}) ความคืบหน้าโครงการฯ ร้อยละ {self.progress} ({self.day})"
        return [heading, f"{self.thai_day} : {self.narrative}"]


REPORTS = (
    PageReport("3", "33.00", "2020-03-31", "31/03/2563", "ปลูกต้นไม้แล้วเสร็จ\nและบำรุงรักษาต่อเนื่อง"),
    PageReport("2", "20.50", "2020-02-29", "29/02/2563"),
    PageReport("1", "10.00", "2019-11-15", "15/11/2562"),
)


@dataclass(frozen=True)
class ProjectPage:
    """A project page; None leaves a line out. `whole` and `bare` give it with and without what a crawler may lose."""

    code: str | None = "50210000-0042"
    title: str | None = 'โครงการ "สวนริมคลอง" ปี 2563 : ระยะที่ 2 (PM 2.5) *'
    agency: str | None = "สำนักงานเขตภาษีเจริญ"
    fiscal_year: str | None = "2563"
    progress: str = "33.00"
    chart: str | None = "33.00"
    contact: str | None = "หัวหน้าฝ่ายโยธา โทร. 2548"
    evaluation: str | None = " : ไตรมาสที่ 2 100.0000"
    rationale: str = "พื้นที่ริมคลองขาดร่มเงา\nยุทธศาสตร์ที่ ๔ ของแผนจึงให้ความสำคัญ"
    units: str | None = "50210300/50210300"
    objectives: str = "- เพิ่มพื้นที่สีเขียว\n- ลดความร้อนในชุมชน"
    targets: str = "ต้นไม้ 37,285 ต้น"
    plan: tuple[str, ...] = PLAN
    reports: tuple[PageReport, ...] = REPORTS

    def with_(self, **changes: Any) -> "ProjectPage":
        """Return the page with some facts changed."""
        return replace(self, **changes)

    def with_report(self, nth: int, /, **changes: Any) -> "ProjectPage":
        """Return the page with some facts of its n-th report, as printed from above, changed."""
        reports = list(self.reports)
        reports[nth - 1] = replace(reports[nth - 1], **changes)
        return replace(self, reports=tuple(reports))

    def whole(self, *, between: str = "\n\n") -> str:
        """Return the page as printed, a blank line or another text between its parts."""
        year = "" if self.fiscal_year is None else f" : ({self.fiscal_year})"
        parts = [
            "ความคืบหน้าโครงการ/กิจกรรม",
            "\n".join(NAVIGATION),
            None if self.title is None else f"{self.title} : {self.code}" if self.code else self.title,
            None if self.agency is None else f"{self.agency}{year}",
            self.chart,
            *self._headline(),
            "หลักการและเหตุผล", self.rationale,
            self.units,
            "วัตถุประสงค์ของโครงการ", self.objectives,
            "เป้าหมายของโครงการ", self.targets,
            "สนับสนุนยุทธศาสตร์กรุงเทพมหานครฯ", "\n".join(self.plan),
            *("\n".join(report.lines()) for report in self.reports),
        ]  # fmt: skip
        return between.join(part for part in parts if part is not None) + "\n"

    def bare(self) -> str:
        """Return the page as a crawler left it: without title, agency, headings and blank lines."""
        prose = (self.rationale, self.units, self.objectives, self.targets, *self.plan)
        reports = [line for report in self.reports for line in report.lines()]
        return "\n".join(part for part in (*self._headline(), *prose, *reports) if part is not None) + "\n"

    def _headline(self) -> Iterable[str | None]:
        evaluation = None if self.evaluation is None else f"*** สยป. ประเมินโครงการ{self.evaluation}"
        return f"ความคืบหน้าโครงการ ร้อยละ {self.progress}", self.contact, LINK, evaluation

    def saved(self, text: str | None = None, *, code: str | None = None) -> Page:
        """Return a text of the page saved under the address of its code."""
        return Page(
            f"file:///exports/myproject.php?pid={code or self.code}.html", self.whole() if text is None else text
        )


@dataclass(frozen=True)
class ProjectView:
    """The newer view: labels and values, glued, on two lines, or parted by a colon."""

    code: str = "50210000-0042"
    heading_code: str | None = "50210000-0042"
    fiscal_year: str = "2566"
    title: str = "ปีใหม่ปลอดภัย ปี 2566 : ระยะที่ 2"
    policy: str = "30"
    branch: str = "0000"
    kpi_id: str = "5021-871"
    received: str = "1,250,000.50"
    spent: str = "312500"
    progress: str = "45.50"
    headline: str = "45.50"
    agency: str = "สำนักงานเขตภาษีเจริญ"
    start: str = "2022-10-01 00:00:00.000"
    end: str = "2023-09-30 00:00:00.000"
    rationale: str = "หน่วยงานในพื้นที่ต้องการความปลอดภัย\nหน่วยงานจึงจัดทำโครงการ"

    def with_(self, **changes: Any) -> "ProjectView":
        """Return the view with some facts changed."""
        return replace(self, **changes)

    def text(self, between: str = "") -> str:
        """Return the view with this between label and value: nothing, a colon, or the end of the line."""
        labels = {
            "รหัสโครงการ": self.code, "ปี": self.fiscal_year, "ชื่อโครงการ": self.title, "Policy ID": self.policy,
            "Branch ID": self.branch, "Kpi ID": self.kpi_id, "งบฯ ที่ได้รับ (บาท)": self.received,
            "งบฯ ที่ใช้ไป (บาท)": self.spent, "คืบหน้าล่าสุด": self.progress, "หน่วยงาน": self.agency,
            "Start Date": self.start, "Finish Date": self.end, "หลักการและเหตุผล": self.rationale,
        }  # fmt: skip
        heading = "รายละเอียดโครงการ/กิจกรรม" + ("" if self.heading_code is None else f": {self.heading_code}")
        rows = [f"{label}{between}{value}" for label, value in labels.items()]
        head = [heading, "", f"คืบหน้าล่าสุด : ร้อยละ {self.headline}", "", "ข้อมูลโครงการ/กิจกรรม พิมพ์ PDF", ""]
        return "\n".join([*head, *rows]) + "\n"


@dataclass(frozen=True)
class GridIndicator:
    """A row of the second grid."""

    label: str = "KPI 3.4.1.3 : จำนวนโรงเรียนที่เข้าร่วม"
    unit: str = "โรงเรียน"
    target: str = "1,437.00"
    result: str = "359.25"
    share: str = "25.00"


@dataclass(frozen=True)
class GridReport:
    """A row of the third grid."""

    day: str = "16-10-2023 00:00:00"
    result: str = "0.00"
    note: str = "ประชุมคณะทำงาน 3 ครั้ง"


@dataclass(frozen=True)
class ProjectGrid:
    """The plan-68 view: three grids, their cells glued or on lines of their own."""

    view_id: str | None = "2484"
    title: str = "โครงการห้องเรียนสีเขียว"
    budget: str = "0.00"
    agency: str = "สำนักการศึกษา"
    section: str = "กลุ่มงานการเงินและงบประมาณ"
    indicators: tuple[GridIndicator, ...] = (
        GridIndicator(), GridIndicator("OKR 6.2.1 โรงเรียนสีเขียวต้นแบบ", "แห่ง", "4.00", "4.00", "100.00"),
    )  # fmt: skip
    reports: tuple[GridReport, ...] = (GridReport(), GridReport("15-11-2023 00:00:00", "12.50", "สำรวจโรงเรียน"))
    reports_shown: str = "1-2 of 2 items"

    def with_(self, **changes: Any) -> "ProjectGrid":
        """Return the view with some facts changed."""
        return replace(self, **changes)

    def text(self, between: str = "") -> str:
        """Return the view with this between the cells of a row: nothing, a tab, a bar, or the end of the line."""
        count = len(self.indicators)
        rows = [
            ["รายละเอียดโครงการ"], [], ["Showing 1-1 of 1 item."],
            ["File", "ชื่อโครงการ/กิจกรรม", "งบประมาณฯ", "หน่วยงานที่รับผิดชอบ", "ส่วนราชการ/ฝ่าย"],
            ["", self.title, self.budget, self.agency, self.section],
            [], ["KRs/KPI ที่เกี่ยวข้อง"], [], [f"Showing 1-{count} of {count} items."],
            ["Action", "KEY_RESULT", "หน่วยนับ", "ค่าเป้าหมาย", "ผลการดำเนินงาน", "ความคืบหน้าของ KPI (%)"],
            *(["-", one.label, one.unit, one.target, one.result, one.share] for one in self.indicators),
            [], ["** รายละเอียดเกี่ยวกับการรายงานฯ **"], [], [f"Showing {self.reports_shown}."],
            ["วันที่รายงาน", "ผลการดำเนินงาน", "Photo", "REPORT_NOTE"],
            *([report.day, report.result, "", report.note] for report in self.reports),
        ]  # fmt: skip
        return "\n".join(between.join(row) for row in rows) + "\n"

    def saved(self, text: str | None = None) -> Page:
        """Return a text of the view saved under its address."""
        number = "" if self.view_id is None else f"ID={self.view_id}&"
        return Page(f"http://host.example/index.php?{number}page=1&r=site%2Fprojectview", text or self.text())
