"""Pages of every family with facts drawn at random, each in all of its layouts and beside the fields it must give.

As of forms, every fact is drawn as a value and printed in one of the ways that pages print it.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from etl.reference import agencies, plan_version
from tests.forms import Page
from tests.indicator_pages import CatalogueEntry, DepartmentIndex, IndexKpi, IndicatorPage, Row
from tests.project_pages import GridIndicator, GridReport, PageReport, ProjectGrid, ProjectPage, ProjectView
from tests.varied_forms import FISCAL_YEARS, amount, phrase, plan_path, prose

_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_DISTRICTS = [code for code, agency in agencies().items() if agency.agency_kind == "district"]
_UNITS = ("ร้อยละ", "แห่ง", "คน", "ชุมชน", "โรงเรียน", "ตร.ม.", "ครั้ง")
_TYPES = {"ตัวชี้วัดเชิงยุทธศาสตร์": "strategic", "ตัวชี้วัดงานประจำ": "routine", "": None}
_LEVELS = {"ผลผลิต (output)": "output", "ผลลัพธ์ (outcome)": "outcome"}
_LEVEL_WORDS = {
    "plan2556-2575": ("ด้านที่", "มิติที่", "เป้าหมายที่"),
    "plan2561-2580rev": ("ยุทธศาสตร์ที่", "ยุทธศาสตร์ย่อยที่", "เป้าหมายที่"),
}


class Sample(NamedTuple):
    """One page in one layout, and what must be read from it by the names of the public JSON."""

    layout: str
    page: Page
    truth: dict[str, Any]


def project_page(random: Random) -> list[Sample]:
    """Return a project page, whole with and without blank lines, and as a crawler left it."""
    year, code = random.choice(FISCAL_YEARS), _code(random)
    version, title, rationale, targets = plan_version(year) or "", phrase(random), prose(random), prose(random)
    nodes = plan_path(random, version)
    plan = tuple(
        f"{word} {node.code.translate(_THAI_DIGITS)} {'–' if depth < 2 else ''} {node.name}".replace("  ", " ")
        for depth, (word, node) in enumerate(zip(_LEVEL_WORDS[version], nodes, strict=True))
    )
    rises = [Decimal(random.randrange(1, 801)) / 100 for _ in range(random.randint(1, 12))]
    facts = [
        (number, sum(rises[:number], Decimal()), _day(random, year, number)) for number in range(len(rises), 0, -1)
    ]
    narratives = [prose(random) for _ in facts]
    quarter, score = random.randint(1, 4), random.choice((None, Decimal(100), Decimal(0), Decimal("95.5")))
    headline = facts[0][1]
    page = ProjectPage(
        code=code, title=title, agency=agencies()[code[:4]].agency_name, fiscal_year=str(year),
        progress=f"{headline:.2f}", chart=f"{headline:.2f}", contact="หัวหน้าฝ่าย โทร. 2548 ต่อ 3121",
        evaluation=f" : ไตรมาสที่ {quarter}" + ("" if score is None else f" {score:.4f}"),
        rationale=rationale, units=f"{code[:8]}/{code[:8]}", objectives=f"- {rationale}\n- {targets}", targets=targets,
        plan=plan,
        reports=tuple(
            PageReport(str(number), f"{progress:.2f}", day.isoformat(), f"{day:%d/%m}/{day.year + 543}", narrative)
            for (number, progress, day), narrative in zip(facts, narratives, strict=True)
        ),
    )  # fmt: skip
    truth: dict[str, Any] = {
        "project": {
            "project_code": code, "project_name": title, "fiscal_year": year, "agency_path": [page.agency],
            "agency_code": code[:4], "unit_code": code[:8], "contact": page.contact, "rationale": rationale,
            "objectives": [rationale, targets], "targets": targets, "progress_pct": headline,
            "evaluation_quarter": quarter, "evaluation_score": score, "is_certified": False,
        },
        "strategy": {
            "plan_version": version, "strategy_code": nodes[0].code, "strategy_name": nodes[0].name,
            "sub_issue_code": nodes[1].code, "sub_issue_name": nodes[1].name,
            "goal_code": nodes[2].code, "goal_name": nodes[2].name,
        },
        "reports": [
            {
                "report_no": number, "report_date": day.isoformat(), "progress_pct": progress, "narrative": narrative,
                "disbursed_thb": None, "plan_status": None, "target_status": None,
            }
            for (number, progress, day), narrative in zip(facts, narratives, strict=True)
        ],
    }  # fmt: skip
    lost: dict[str, Any] = {"project_name": None, "fiscal_year": None, "agency_path": []}
    return [
        Sample("whole", page.saved(), truth),
        Sample("without blank lines", page.saved(page.whole(between="\n")), truth),
        Sample("bare", page.saved(page.bare()), {**truth, "project": {**truth["project"], **lost}}),
    ]


def project_view(random: Random) -> list[Sample]:
    """Return a newer project view, its labels and values glued, parted by colons, and on lines of their own."""
    year, code, title, rationale = random.choice(FISCAL_YEARS), _code(random), phrase(random), prose(random)
    received, spent, progress = amount(random), amount(random), Decimal(random.randrange(10001)) / 100
    kpi_id, start, end = f"{code[:4]}-{random.randrange(100, 10000)}", _day(random, year, 1), _day(random, year, 12)
    view = ProjectView(
        code=code, heading_code=code, fiscal_year=str(year), title=title, kpi_id=kpi_id,
        received=received.printed, spent=spent.printed, progress=f"{progress:.2f}", headline=f"{progress:.2f}",
        agency=agencies()[code[:4]].agency_name or "", start=f"{start} 00:00:00.000", end=f"{end} 00:00:00.000",
        rationale=rationale,
    )  # fmt: skip
    truth = {
        "project": {
            "project_code": code, "project_name": title, "fiscal_year": year, "start_date": start.isoformat(),
            "end_date": end.isoformat(), "budget_received_thb": received.value, "budget_spent_thb": spent.value,
            "agency_path": [view.agency], "agency_code": code[:4], "rationale": rationale, "progress_pct": progress,
        },
        "reports": [],
        "indicators": [{"kpi_id": kpi_id, "fiscal_year": year, "agency_code": code[:4]}],
    }  # fmt: skip
    return [
        Sample(name, Page("view.txt", view.text(between)), truth)
        for name, between in (("glued", ""), ("colons", " : "), ("lines", "\n"))
    ]


def project_grid(random: Random) -> list[Sample]:
    """Return a plan-68 view of several indicators and reports, its cells parted by tabs, bars and line ends."""
    year, title, budget = 2568, phrase(random), amount(random)
    units = [random.choice(_UNITS) for _ in range(random.randint(1, 4))]
    numbers = [(_number(random), _number(random)) for _ in units]
    days = [_day(random, year, number) for number in range(1, random.randint(1, 5) + 1)]
    notes = [prose(random) for _ in days]
    grid = ProjectGrid(
        title=title, budget=f"{budget.value:,.2f}",
        indicators=tuple(
            GridIndicator(f"KPI 3.4.1.{number} : {phrase(random)}", unit, f"{target:,.2f}", f"{result:,.2f}", "25.00")
            for number, (unit, (target, result)) in enumerate(zip(units, numbers, strict=True), start=1)
        ),
        reports=tuple(
            GridReport(f"{day:%d-%m-%Y} 00:00:00", "12.50", note) for day, note in zip(days, notes, strict=True)
        ),
        reports_shown=f"1-{len(days)} of {len(days)} items",
    )  # fmt: skip
    truth = {
        "project": {
            "project_code": None, "project_name": title, "budget_received_thb": budget.value,
            "agency_path": [grid.agency, grid.section],
        },
        "reports": [
            {"report_date": day.isoformat(), "narrative": note} for day, note in zip(days, notes, strict=True)
        ],
        "indicators": [
            {"kpi_id": f"3.4.1.{number}", "unit": unit, "target_value": target, "result_value": result}
            for number, (unit, (target, result)) in enumerate(zip(units, numbers, strict=True), start=1)
        ],
    }  # fmt: skip
    return [
        Sample(name, grid.saved(grid.text(between)), truth)
        for name, between in (("tabs", "\t"), ("bars", " | "), ("lines", "\n"))
    ]


def indicator_page(random: Random) -> list[Sample]:
    """Return an indicator page with its table in every style, and as a crawler left it."""
    kpi_id, unit = f"{random.choice(_DISTRICTS)}-{random.randrange(100, 10000)}", random.choice(_UNITS)
    kind, level = random.choice(list(_TYPES)), random.choice(list(_LEVELS))
    target, result, rows = _number(random), _number(random), _rows(random)
    quarter, score = random.randint(1, 4), random.choice((None, Decimal(100), Decimal("83.5")))
    page = IndicatorPage(
        kpi_id=kpi_id, name=f"{phrase(random)} : {random.randint(1, 9)}", unit=unit, target=f"{target:,.4f}",
        result=f"{result:,.2f}", type=kind, level=level, rows=rows,
        evaluation=f"ไตรมาสที่ {quarter}:" + ("" if score is None else f" {score:.4f}"),
        summary=prose(random), definition=prose(random),
    )  # fmt: skip
    indicator = {
        "kpi_id": kpi_id, "indicator_name": page.name, "agency_code": kpi_id[:4], "indicator_type": _TYPES[kind],
        "indicator_level": _LEVELS[level], "unit_raw": unit, "unit": unit, "target_value": target,
        "result_value": result, "evaluation_quarter": quarter, "evaluation_score": score, "quarters": _quarters(rows),
    }  # fmt: skip
    lost = {**indicator, "indicator_name": None, "quarters": []}
    return [
        *(Sample(style, page.page(page.text(style=style)), {"indicators": [indicator]}) for style in _STYLES),
        Sample("bare", page.page(page.bare()), {"indicators": [lost]}),
    ]


def indicator_catalogue(random: Random) -> list[Sample]:
    """Return a page of the catalogue, its target's value and unit on either side, with and without blank lines."""
    number, name, unit, target = str(random.randint(87, 235)), phrase(random), random.choice(_UNITS), _number(random)
    nodes = plan_path(random, "plan2556-2575")
    plan = tuple(
        f":{word} {node.code.translate(_THAI_DIGITS)} {'- ' if depth < 2 else ''}{node.name}"
        for depth, (word, node) in enumerate(zip(_LEVEL_WORDS["plan2556-2575"], nodes, strict=True))
    )
    printed = random.choice((f"{unit} : {target:,}", f"{target:,} : {unit}", f"≥{target} : {unit}"))
    entry = CatalogueEntry(number=number, name=name, target=printed, plan=plan, definition=prose(random))
    indicator = {
        "kpi_id": number, "indicator_name": name, "unit": unit, "target_value": target,
        "strategy_code": nodes[0].code, "sub_issue_code": nodes[1].code, "goal_code": nodes[2].code,
        "definition": entry.definition,
    }  # fmt: skip
    pages = (entry.page(), Page(entry.page().uri, entry.text(blank_lines=False)))
    names = ("blank lines", "without blank lines")
    return [Sample(name, page, {"indicators": [indicator]}) for name, page in zip(names, pages, strict=True)]


def department_index(random: Random) -> list[Sample]:
    """Return an index of several KPIs with its tables in every style."""
    district, dimension = random.choice(_DISTRICTS), random.randint(1, 4)
    facts = [(phrase(random), random.choice(_UNITS), _number(random), _number(random), _rows(random)) for _ in range(4)]
    index = DepartmentIndex(
        unit_code=f"{district}0000", year=str(random.choice(range(2560, 2566))), has_table_head=random.random() < 0.5,
        kpis=tuple(
            IndexKpi(
                name=f"{number}. {name}", bracket=f"[มิติที่ {dimension} : ตัวชี้วัดเจรจา]", unit=unit,
                target=f"{target:,.2f}", result=f"{result:,.2f}", rows=rows,
                head="๑.๖ - ปลอดโรคคนเมือง อาหารปลอดภัย" if number == 1 else None,
            )
            for number, (name, unit, target, result, rows) in enumerate(facts, start=1)
        ),
    )  # fmt: skip
    indicators = [
        {
            "indicator_name": f"{number}. {name}", "fiscal_year": int(index.year), "agency_code": district,
            "dimension_no": dimension, "unit": unit, "target_value": target, "result_value": result,
            "sub_issue_code": "1.6", "goal_code": "1.6.6", "quarters": _quarters(rows),
        }
        for number, (name, unit, target, result, rows) in enumerate(facts, start=1)
    ]  # fmt: skip
    return [Sample(style, index.page(index.text(style=style)), {"indicators": indicators}) for style in _STYLES]


FAMILIES: Mapping[str, Callable[[Random], list[Sample]]] = {
    "project page": project_page, "project view": project_view, "project grid": project_grid,
    "indicator page": indicator_page, "indicator catalogue": indicator_catalogue, "department index": department_index,
}  # fmt: skip

_STYLES = ("cells", "bars", "tabs", "three")


def _code(random: Random) -> str:
    return f"{random.choice(_DISTRICTS)}{random.choice(('0000', '0300', '1000'))}-{random.randrange(10000):04}"


def _day(random: Random, fiscal_year: int, month: int) -> date:
    return date(fiscal_year - 544, 10, 1) + timedelta(days=30 * month - random.randint(2, 28))


def _number(random: Random) -> Decimal:
    return random.choice((Decimal(random.randrange(1, 5000)), Decimal(random.randrange(1, 10**6)) / 100))


def _rows(random: Random) -> tuple[Row, ...]:
    pairs, scores = ("100 / 100", "95 / 100", "0 / 0"), ("", "100.0000", "62.5000")
    return tuple(
        Row(str(number), f"{_number(random):,.2f}", random.choice(scores), random.choice(pairs), prose(random))
        for number in range(1, 5)
    )


def _quarters(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    return [
        {
            "quarter": int(row.quarter), "result_value": Decimal(row.result.replace(",", "")),
            "score": Decimal(row.score) if row.score else None, "pair_score": row.pair,
        }
        for row in rows
    ]  # fmt: skip
