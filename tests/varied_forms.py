"""Printed forms with facts drawn at random, each beside the fields that must be read from it.

Every fact is drawn as a value and printed in one of the ways that exports print it, so the truth never comes from the
code under test. Names of agencies and plans are the reference tables'; the prose is made of words of our own.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from etl.reference import PlanNode, agencies, plan_nodes, plan_version
from tests.forms import Form, PrintedReport

FISCAL_YEARS = range(2560, 2570)
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_MONTHS = "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม".split()  # noqa: SIM905
_SHORT_MONTHS = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()  # noqa: SIM905
_PHRASES = (
    "ซ่อมแซมทางเท้าหน้าตลาด", "จัดอบรมผู้นำชุมชน", "สำรวจท่อระบายน้ำริมถนน", "ปลูกต้นไม้ริมคลอง", "ติดตั้งไฟส่องสว่าง",
    "ตรวจสอบคุณภาพน้ำในบึง", "พัฒนาห้องสมุดให้เป็น Co-working Space", "ลดฝุ่น PM 2.5 ในพื้นที่", "คัดแยกขยะที่ต้นทาง",
    "ให้บริการนอกเวลาราชการ (08.00-20.00 น.)", "ประชุมคณะทำงานครั้งที่ 2/2566", "สอดคล้องกับแผนปฏิบัติราชการฯ",
    "ดูแลผู้สูงอายุ 12 แห่ง", "จัดซื้อวัสดุ ๓ รายการ", "ปรับปรุงสวนสาธารณะขนาด 4-2-0 ไร่", "รับฟังความเห็นของผู้ค้า",
    "น้ำท่วมขังซ้ำซาก", "ชำระค่าธรรมเนียมผ่านระบบ QR", "เพื่อให้ประชาชนเข้าถึงได้อย่างทั่วถึง", "ทำความสะอาดถนนสายหลัก",
)  # fmt: skip
_WORDS_OF_PLAN = ("เป็นไปตามแผน", "ช้ากว่าแผน", "เร็วกว่าแผน", "ยกเลิก")
_WORDS_OF_TARGET = ("เป็นไปตามเป้าหมาย", "ต่ำกว่าเป้าหมาย", "สูงกว่าเป้าหมาย")


class Example(NamedTuple):
    """One copy of a form, and what must be read from it by the names of the public JSON."""

    form: Form
    truth: dict[str, Any]


class _Fact(NamedTuple):
    printed: str
    value: Any


def draw(random: Random) -> Example:
    """Return a form with 0 to 12 reports, its values in any of the printed shapes, perhaps in Thai digits."""
    in_thai_digits = random.random() < 0.15
    year = random.choice(FISCAL_YEARS)
    unit = random.choice(("0000", "0300", "0600", "1000"))
    code = f"{random.choice(_agency_codes())}{unit}-{random.randrange(10000):04}"
    agency = agencies()[code[:4]].agency_name or ""
    path = [agency, *random.sample(("ฝ่ายโยธา", "ฝ่ายทะเบียน", "กลุ่มงานแผนงาน"), random.randint(0, 2))]
    start = _day_in(random, year, 0, 60)
    end = _day_in(random, year, 300, 364)
    received, spent = amount(random), amount(random)
    nodes = plan_path(random, plan_version(year) or "")
    dimension = random.choice((1, 2, 3, 4))
    title, rationale = _title(random), [prose(random) for _ in range(random.randint(1, 3))]
    objectives = [prose(random) for _ in range(random.randint(1, 4))]
    targets, indicator = prose(random), f"ร้อยละของ{phrase(random)}"
    certified = random.random() < 0.5
    rises = [Decimal(random.randrange(1, 801)) / 100 for _ in range(random.randint(0, 12))]
    reports = [_report(random, number, year, sum(rises[:number], Decimal())) for number in range(1, len(rises) + 1)]
    start_date, end_date = _printed_day(random, start), _printed_day(random, end)

    def digits(text: str) -> str:
        return text.translate(_THAI_DIGITS) if in_thai_digits else text

    printed = Form(
        code=digits(code), name=title, fiscal_year=digits(str(year)), start=digits(start_date), end=digits(end_date),
        received=digits(received.printed), spent=digits(spent.printed), agency=" / ".join(path), owner=path[-1],
        rationale="\n".join(rationale), objectives="\n".join(f"- {one}" for one in objectives), targets=targets,
        strategy=f"ยุทธศาสตร์ที่ {nodes[0].code.translate(_THAI_DIGITS)} {random.choice('–-?')} {nodes[0].name}",
        sub_issue=f"{nodes[1].code.translate(_THAI_DIGITS)} - {nodes[1].name}",
        goal=f"{nodes[2].code.translate(_THAI_DIGITS)} {nodes[2].name}",
        indicator=f"มิติที่ {dimension} {indicator}", certified=certified,
        reports=tuple(
            PrintedReport(
                no=digits(one.no), date=digits(one.date), progress=digits(one.progress), narrative=one.narrative,
                disbursed=digits(one.disbursed), plan_status=one.plan_status, target_status=one.target_status,
            )
            for one, _ in reports
        ),
    )  # fmt: skip
    project = {
        "project_code": code, "project_name": title, "fiscal_year": year,
        "start_date": start.isoformat(), "end_date": end.isoformat(),
        "budget_received_thb": received.value, "budget_spent_thb": spent.value,
        "agency_path": path, "agency_code": code[:4], "unit_code": code[:8], "owner": path[-1], "coordinator": None,
        "contact": None, "rationale": " ".join(rationale), "objectives": objectives, "targets": targets,
        "progress_pct": None, "evaluation_quarter": None, "evaluation_score": None, "is_certified": certified,
    }  # fmt: skip
    strategy = {
        "plan_version": plan_version(year),
        "strategy_code": nodes[0].code, "strategy_name": nodes[0].name,
        "sub_issue_code": nodes[1].code, "sub_issue_name": nodes[1].name,
        "goal_code": nodes[2].code, "goal_name": nodes[2].name,
        "dimension_no": dimension, "indicator_name": indicator,
    }  # fmt: skip
    return Example(printed, {"project": project, "strategy": strategy, "reports": [truth for _, truth in reports]})


def _report(random: Random, number: int, year: int, progress: Decimal) -> tuple[PrintedReport, dict[str, Any]]:
    day = _day_in(random, year, 28 * number - 20, 28 * number)
    shown = random.choice((f"{progress:.2f}", f"{progress:.4f}", f"{progress.normalize():f}"))
    disbursed, narrative = amount(random), prose(random)
    plan_status, target_status = random.choice(_WORDS_OF_PLAN), random.choice(_WORDS_OF_TARGET)
    printed = PrintedReport(
        str(number), _printed_day(random, day), shown, narrative, disbursed.printed,
        plan_status=plan_status, target_status=target_status,
    )  # fmt: skip
    truth = {
        "report_no": number, "report_date": day.isoformat(), "narrative": narrative, "progress_pct": progress,
        "disbursed_thb": disbursed.value, "plan_status": plan_status, "target_status": target_status,
    }  # fmt: skip
    return printed, truth


def _agency_codes() -> list[str]:
    return [code for code, agency in agencies().items() if agency.agency_name]


def plan_path(random: Random, version: str) -> list[PlanNode]:
    """Return a strategy, sub-issue and goal under each other, with names that are whole."""
    nodes = {code: node for (plan, code), node in plan_nodes().items() if plan == version and not node.is_truncated}
    goals = [code for code in nodes if code.count(".") == 2 and code[:3] in nodes and code[0] in nodes]
    goal = random.choice(goals)
    return [nodes[goal[0]], nodes[goal[:3]], nodes[goal]]


def _day_in(random: Random, fiscal_year: int, first: int, last: int) -> date:
    return date(fiscal_year - 544, 10, 1) + timedelta(days=random.randint(first, last))


def _printed_day(random: Random, day: date) -> str:
    year = day.year + 543
    return random.choice(
        (
            f"{day:%Y-%m-%d} 00:00:00", f"{day:%Y-%m-%d} 00:00:00.000", f"{day:%d/%m}/{year}", f"({day:%Y-%m-%d})",
            f"{day:%d-%m-%Y} 00:00:00", f"{day:%d/%m}/{year % 100}", f"{day.day} {_MONTHS[day.month - 1]} {year}",
            f"{day.day} {_SHORT_MONTHS[day.month - 1].rstrip('.')} {year}",
            f"{day.day} {_SHORT_MONTHS[day.month - 1]} {year % 100}", f"{day.month}/{day.day}/{day.year}",
        )
    )  # fmt: skip


def amount(random: Random) -> _Fact:
    satang = random.choice((0, random.randrange(10**6), random.randrange(10**11)))
    baht = Decimal(satang) / 100
    if satang % 100 == 0:
        return _Fact(random.choice((f"{satang // 100:,}.- บาท", f"{satang // 100} บาท", f"{baht:.2f}")), baht)
    return _Fact(random.choice((f"{baht:,.2f} บาท", f"{baht:.2f}", f"{baht:,.2f}")), baht)


def _title(random: Random) -> str:
    name = phrase(random)
    return random.choice((name, f"“{name}”", f"อ.2/2 {name}", f"{name} ปี 2566 : ระยะที่ 2", f"{name} *"))


def prose(random: Random) -> str:
    return " ".join(_pick(random, random.randint(2, 6)))


def phrase(random: Random) -> str:
    return random.choice(_PHRASES)


def _pick(random: Random, count: int) -> Sequence[str]:
    return random.sample(_PHRASES, count)
