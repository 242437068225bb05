"""Draws the city from a seed: the same seed and size give the same city, to the byte."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from city.model import Agency, Broken, City, Copy, Indicator, Page, Project, Report, Sight, first_of
from etl import reference
from etl.reference import PlanNode, agency_periods, plan_nodes, plan_version
from etl.thai.calendar import BANGKOK

FISCAL_YEARS = (2565, 2566, 2567)
FORMS = 1500
INVENTED = "เอกสารสมมติ สร้างขึ้นเพื่อสาธิตระบบ ไม่ใช่ข้อมูลจริง (invented for a demonstration)"

_CITY_ITSELF = "0000"  # no agency, though its code stands among theirs
_EXPORTS_PER_PROJECT = 1.25  # as drawn below
_MONTHS = 12

_WORKS = (
    "ปลูกต้นไม้ริมคลอง", "ปรับปรุงทางเท้าหน้าตลาด", "สำรวจท่อระบายน้ำ", "อบรมผู้นำชุมชน", "ติดตั้งไฟส่องสว่าง",
    "คัดแยกขยะที่ต้นทาง", "ตรวจคุณภาพน้ำในบึง", "พัฒนาห้องสมุดชุมชน", "ดูแลผู้สูงอายุ", "ลดฝุ่นในโรงเรียน",
    "ฝึกซ้อมอพยพหนีไฟ", "ทำความสะอาดถนนสายหลัก", "เปิดลานกีฬายามเย็น", "จัดระเบียบแผงค้า", "ซ่อมสะพานข้ามคลอง",
)  # fmt: skip
_PLACES = "ดาวเหนือ เมฆขาว สายรุ้ง แสงจันทร์ ลมหนาว ใบไม้ทอง หิ่งห้อย น้ำค้าง ปลาทอง ว่าวจุฬา".split()  # noqa: SIM905
_SECTIONS = {
    "district": (("03", "ฝ่ายโยธา"), ("06", "ฝ่ายรักษาความสะอาดและสวนสาธารณะ"), ("10", "ฝ่ายพัฒนาชุมชนและสวัสดิการสังคม")),
    "department": (("00", "กลุ่มงานสมมติที่หนึ่ง"), ("00", "กลุ่มงานสมมติที่สอง")),
}  # fmt: skip
_NARRATIVES = (
    "ดำเนินการตามแผนงานประจำเดือน", "ลงพื้นที่สำรวจร่วมกับชุมชน", "อยู่ระหว่างจัดซื้อวัสดุ", "ส่งมอบงานงวดแล้ว",
    "ประชุมติดตามผลและปรับแผน",
)  # fmt: skip
_KPIS = (
    ("ร้อยละของสวนสมมติที่ได้รับการดูแล", "ร้อยละ", 80), ("จำนวนชุมชนสมมติที่คัดแยกขยะ", "ชุมชน", 40),
    ("จำนวนจุดเสี่ยงสมมติที่แก้ไขแล้ว", "จุด", 25),
)  # fmt: skip
# What must be there, but would be rare: of so many projects one each.
_RARE_EVERY, _MISDATED, _UNSPENT, _OVERSPENT, _LAST_DAYS = 24, 3, 9, 14, 20
_CHANNELS = ("text",) * 6 + ("html",) * 4 + ("pdf",)


def draw(seed: int = 1, forms: int = FORMS) -> City:
    """Return a city of about so many forms."""
    random = Random(f"city {seed}")
    per_year = max(1, round(forms / _EXPORTS_PER_PROJECT / len(FISCAL_YEARS)))
    projects, pages, indicators = list[Project](), list[Page](), list[Indicator]()
    habits = {
        code: random.choice((1.0, 0.98, 0.95, 0.9, 0.8, 0.55)) for code in sorted({a.agency_code for a in _known()})
    }
    for year in FISCAL_YEARS:
        agencies = _agencies(year, habits)
        for number in range(per_year):
            # Each agency has its turn, so that a small city has as many of them as it can.
            projects.append(_project(random, agencies[number % len(agencies)], year, 1000 + number))
        for number, agency in enumerate(agencies[: max(3, per_year // 12)]):
            pages.append(_page(random, agency, year, number))
        if year != FISCAL_YEARS[-1]:  # of the last, nobody has been measured yet
            measured = [agency for agency in agencies if agency.code.startswith("50")][: max(2, per_year // 10)]
            indicators += [_indicator(random, agency, year, kpi) for agency in measured for kpi in _KPIS]
    return City(tuple(projects), tuple(pages), tuple(indicators), tuple(_broken(random)))


def _known() -> list[reference.Agency]:
    return [one for one in agency_periods() if one.agency_name and one.agency_code != _CITY_ITSELF]


def _agencies(year: int, habits: dict[str, float]) -> list[Agency]:
    return [
        Agency(one.agency_code, one.agency_name or "", habits[one.agency_code])
        for one in _known()
        if (one.fiscal_year_from or year) <= year <= (one.fiscal_year_to or year)
    ]


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9, 30), BANGKOK)


def _goals(version: str | None) -> list[PlanNode]:
    """Return the goals of a plan that are supported: all but the last, which no project names."""
    nodes = plan_nodes().values()
    return [node for node in nodes if node.plan_version == version and node.code.count(".") == 2][:-1]


def _project(random: Random, agency: Agency, year: int, number: int) -> Project:
    kind = "district" if agency.code.startswith("50") else "department"
    code, section = random.choice(_SECTIONS[kind])
    first = random.choice((1, 1, 1, 1, 3, 4))
    last = random.choice((12, 12, 12, 12, 9, 10)) if first == 1 else 12
    received = Decimal(
        random.choice((0, random.randrange(50_000, 9_000_000, 50), random.randrange(50_000, 900_000, 50)))
    )
    reports = _reports(random, agency, year, first, last, received)
    match number % _RARE_EVERY:
        case _ if year == FISCAL_YEARS[-1] or not reports:
            pass
        case rare if rare == _MISDATED and len(reports) > 1:
            reports = (*reports[:-1], replace(reports[-1], is_misdated=True))
        case rare if rare == _UNSPENT:
            received = Decimal(250_000)
            reports = tuple(replace(report, disbursed_thb=Decimal(0)) for report in reports)
            reports = (*reports[:-1], replace(reports[-1], progress_pct=Decimal(100)))
        case rare if rare == _OVERSPENT:
            received = Decimal(100_000)
            reports = (*reports[:-1], replace(reports[-1], disbursed_thb=Decimal(150_000)))
        case rare if rare == _LAST_DAYS:
            day = date(year - 543, 9, 26)
            reports = (replace(reports[-1], no=1, day=day),)
    name = f"(สมมติ) {random.choice(_WORKS)} ชุมชน{random.choice(_PLACES)} รุ่นที่ {number - 999}"
    return Project(
        code=f"{agency.code}{code}00-{number:04}", name=name, agency=agency, section=section, fiscal_year=year,
        start=first_of(year, first), end=first_of(year, last + 1) - timedelta(days=1),
        indicator=f"มิติที่ {random.randint(1, 4)} ร้อยละความสำเร็จของงานสมมติ", rationale=INVENTED,
        sights=tuple(_sights(random, year, received, reports)),
    )  # fmt: skip


def _reports(random: Random, agency: Agency, year: int, first: int, last: int, received: Decimal) -> tuple[Report, ...]:
    """Return what is reported of a project until its year is over: months are passed over, or reported too late."""
    progress, left, reports = Decimal(0), received, list[Report]()
    speed = random.choice((0.6, 1, 1, 1.1))
    due = {
        month: month if random.random() < 0.93 or month == last else month + 1
        for month in range(first, last + 1)
        if random.random() < agency.diligence
    }
    for place, (month, reported_in) in enumerate(due.items(), start=1):
        progress = _further(random, progress, speed * 100 / (last - first + 1), is_last=month == last)
        paid = min(left, Decimal(random.choice((0, 1, 2))) * received / 10).quantize(Decimal("0.01"))
        left -= paid
        target = Decimal(100) * (month - first + 1) / (last - first + 1)
        reports.append(
            Report(
                place, first_of(year, reported_in) + timedelta(days=random.randint(4, 12) if reported_in != month else
                random.randint(14, 26)), progress, paid, random.choice(_NARRATIVES),
                "ช้ากว่าแผน" if progress < target - 20 else "เป็นไปตามแผน",
                "ต่ำกว่าเป้าหมาย" if progress < target - 30 else "เป็นไปตามเป้าหมาย",
            )
        )  # fmt: skip
    return tuple(sorted(reports, key=lambda report: report.no))


def _further(random: Random, progress: Decimal, step: float, *, is_last: bool) -> Decimal:
    """Return how far it is a month later: mostly somewhat further, at times by a leap, not at all, or back."""
    fate = random.random()
    if fate < 0.06:
        return progress
    if fate < 0.075 and progress > 10:
        return progress - random.randint(1, 5)
    if is_last and fate < 0.7:
        return Decimal(100)
    leap = random.randint(16, 30) if fate > 0.95 else round(step * random.uniform(0.7, 1.3))
    return min(progress + leap, Decimal(100))


def _sights(random: Random, year: int, received: Decimal, reports: tuple[Report, ...]) -> Iterator[Sight]:
    """Yield the exports of a project: in spring, after the year, and once more when it was put right."""
    goal = random.choice(_goals(plan_version(year)))
    moved = received + (random.randrange(1, 9) * 10_000 if received and random.random() < 0.3 else 0)
    spring, autumn, winter = (_at(date(year - 543, 4, 5)), _at(date(year - 543, 10, 2)), _at(date(year - 542, 2, 15)))
    if year == FISCAL_YEARS[-1]:  # it goes on, and the last export is of June
        autumn = winter = _at(date(year - 543, 6, 5))
    is_followed = random.random() < 0.15
    is_forgotten = random.random() < 0.03  # nothing came since spring
    certified = random.random() < 0.5
    if is_followed or is_forgotten:
        yield _sight(random, spring, _copy(received, reports, spring, goal, certified=False), goal)
    if is_forgotten:
        return
    shown = _copy(moved, reports, autumn, goal, certified=certified)
    yield _sight(random, autumn, shown, goal)
    if year != FISCAL_YEARS[-1] and random.random() < 0.1:
        yield _sight(random, winter, _revised(random, shown), goal)


def _copy(
    received: Decimal, reports: tuple[Report, ...], made_at: datetime, goal: PlanNode, *, certified: bool
) -> Copy:
    known = tuple(report for report in reports if report.day < made_at.date())
    return Copy(received, sum((one.disbursed_thb for one in known), Decimal(0)), known, goal, certified)


def _revised(random: Random, before: Copy) -> Copy:
    """Return what is shown once the year is long over: the rest is spent, and a last report is put right."""
    reports = before.reports
    if reports and not reports[-1].is_misdated and random.random() < 0.5:
        last = reports[-1]
        change = random.choice((-3, 4))
        corrected = max(Decimal(0), min(last.progress_pct + change, Decimal(100)))
        reports = (*reports[:-1], replace(last, progress_pct=corrected))
    return replace(before, spent_thb=max(before.spent_thb, before.received_thb), reports=reports)


def _sight(random: Random, made_at: datetime, copy: Copy, goal: PlanNode) -> Sight:
    other = None
    if copy.reports and random.random() < 0.08:
        # Two copies in a file: the certified one is believed, the other differs in what it says it received and did.
        copy = replace(copy, is_certified=True)
        first = replace(copy.reports[0], narrative=f"{copy.reports[0].narrative} ฉบับร่าง")
        other = replace(
            copy, received_thb=copy.received_thb + 500, reports=(first, *copy.reports[1:]), is_certified=False,
            goal=random.choice([goal, *_goals_beside(goal)[:2]]),
        )  # fmt: skip
    return Sight(made_at, copy, other, "text" if other else random.choice(_CHANNELS))


def _goals_beside(goal: PlanNode) -> list[PlanNode]:
    return [other for other in _goals(goal.plan_version) if other != goal]


def _page(random: Random, agency: Agency, year: int, number: int) -> Page:
    progress = Decimal((0, 35, 60, 80, 100)[number % 5])
    score = Decimal((100, 80)[number % 2]) if number % 3 != 1 else None
    return Page(
        f"{agency.code}0000-{8000 + number:04}", f"(สมมติ) งานประจำของชุมชน{random.choice(_PLACES)} ที่ {number + 1}",
        agency, year, progress, score, random.choice(_goals(plan_version(year))),
        _at(date(year - 543, 6, 5) if year == FISCAL_YEARS[-1] else date(year - 543, 10, 2)),
    )  # fmt: skip


def _indicator(random: Random, agency: Agency, year: int, kpi: tuple[str, str, int]) -> Indicator:
    name, unit, target = kpi
    steps = [Decimal(random.randint(5, 40)) * target / 100 for _ in range(4)]
    results = tuple(sum(steps[: n + 1], Decimal(0)).quantize(Decimal("0.01")) for n in range(4))
    return Indicator(name, agency, year, random.choice(_goals(plan_version(year))), unit, Decimal(target), results)


def _broken(random: Random) -> Iterator[Broken]:
    day = _at(date(FISCAL_YEARS[-1] - 543, 6, 5))
    yield Broken("เสียหาย-1.pdf", b"%PDF-1.7\n" + random.randbytes(400), day)
    yield Broken("เสียหาย-2.zip", b"PK\x03\x04" + random.randbytes(300), day)
    yield Broken("ว่างเปล่า.txt", b"", day)
    yield Broken("จดหมาย.txt", "เรียน ผู้อำนวยการเขตสมมติ\nขอส่งรายงานมาเพื่อโปรดทราบ\n".encode(), day)
    yield Broken("เข้าระบบ.html", b"<html><body><h1>502 Bad Gateway</h1></body></html>", day)
