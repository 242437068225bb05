"""A small world for the marts: four agencies in two fiscal years, with everything that must not be mistaken for zero.

Its facts stand here and nowhere else, so that what a view must answer can be worked out by hand.
"""

import os
import re
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.records import Finding, Indicator, IndicatorQuarter, Project, Report, Severity, Strategy
from etl.settings import PROJECT_ROOT
from etl.warehouse.query import ask_as_bi
from tests.conftest import SAMPLE, Warehouse
from tests.forms import Form
from tests.load.records import Export, Part, load, placed

EARLY, LATE = datetime(2023, 3, 31, tzinfo=UTC), datetime(2023, 6, 30, tzinfo=UTC)
AFTER = datetime(2023, 10, 15, tzinfo=UTC)  # the fiscal year 2566 is over
OWNER, CONTACT = "นางสาวสมมติ ผู้ไม่มีตัวตน", "0 2999 7777"

TREES, FREE, EVALUATED, UNDATED = "50210300-0001", "50210300-0002", "50210600-0003", "50210300-0009"
FALLING, STRAY, OLD, SAMPLED = "50010000-0001", "50010000-0002", "08000000-0001", "50490000-3572"
POLICY = "ร้อยละของรายงานที่ส่งตามกำหนด"
AS_PLANNED, SLOWER = "เป็นไปตามแผน", "ช้ากว่าแผน"

PLAN = "plan2561-2580rev"
MONITORING = Strategy(plan_version=PLAN, strategy_code="7", sub_issue_code="7.2", goal_code="7.2.2")
LANDSCAPE = Strategy(plan_version=PLAN, strategy_code="4", sub_issue_code="4.3", goal_code="4.3.1")
UNHEARD_OF = Strategy(plan_version=PLAN, strategy_code="9", sub_issue_code="9.9", goal_code="9.9.9")
OLD_MONITORING = Strategy(plan_version="plan2556-2575", strategy_code="7", sub_issue_code="7.2", goal_code="7.2.1")


def project(code: str, **fields: Any) -> Project:
    """Return a project that runs through the fiscal year 2566, with some fields otherwise."""
    stated: dict[str, Any] = {
        "project_code": code, "project_name": f"โครงการ {code}", "agency_code": code[:4], "unit_code": code[:8],
        "fiscal_year": 2566, "start_date": date(2022, 10, 1), "end_date": date(2023, 9, 30),
    }  # fmt: skip
    return placed(Project(**(stated | fields)))


def report(no: int, day: date | None, progress: int | None, *, plan_status: str | None = None, **fields: Any) -> Report:
    """Return a report."""
    progress_pct = None if progress is None else Decimal(progress)
    return placed(Report(report_no=no, report_date=day, progress_pct=progress_pct, plan_status=plan_status, **fields))


def finding(rule_id: str, record: str, line: int | None, **fields: Any) -> Finding:
    """Return a warning about a record, with some fields otherwise."""
    stated: dict[str, Any] = {"severity": Severity.WARNING, "field": "progress_pct", "value": "ค่า", "message": rule_id}
    return Finding(rule_id=rule_id, record=record, line=line, **(stated | fields))


def kpi(kpi_id: str | None, **fields: Any) -> Indicator:
    """Return an indicator of the fiscal year 2566."""
    code = kpi_id[:4] if kpi_id else "5021"
    return placed(Indicator(kpi_id=kpi_id, agency_code=code, fiscal_year=2566, **fields))


def _trees() -> list[Export]:
    """Return two snapshots of one form: the first is superseded, and so is what was found in it."""
    name = f"{TREES}/2566"
    first = report(1, date(2022, 11, 15), 20, plan_status=AS_PLANNED, disbursed_thb=Decimal(100_000))
    second = report(2, date(2023, 3, 15), 30, plan_status=SLOWER)
    third = report(3, date(2023, 9, 20), 45, plan_status=AS_PLANNED, disbursed_thb=Decimal(300_000))
    received = Decimal(1_000_000)
    early = Part(
        project(TREES, budget_received_thb=received, budget_spent_thb=Decimal(100_000)), (), (first, second), LANDSCAPE,
        (finding("R-flat", f"{name}/reports[2]", 5), finding("R-goal-mismatch", name, 11)),
    )  # fmt: skip
    late = Part(
        project(TREES, budget_received_thb=received, budget_spent_thb=Decimal(400_000)), (), (first, second, third),
        MONITORING,
        (
            finding("R-jump", f"{name}/reports[3]", 9, value="15"),
            finding("R-goal-mismatch", name, 12, field="goal_name", value="อีกข้อความ"),
            finding("R-text-placeholder", name, 13, severity=Severity.INFO),
        ),
    )  # fmt: skip
    return [
        Export("trees-early.txt", [early], EARLY, "printed_form"),
        Export("trees.txt", [late], AFTER, "printed_form"),
    ]


def _pages() -> list[Export]:
    page = "project_page"
    half_a_million = Decimal(500_000)
    evaluated = project(
        EVALUATED, progress_pct=Decimal(0), evaluation_quarter=4, evaluation_score=Decimal(100),
        budget_received_thb=half_a_million, budget_spent_thb=half_a_million,
    )  # fmt: skip
    falling = {"budget_received_thb": Decimal(800_000)}
    overspent = project(
        OLD, fiscal_year=2565, start_date=date(2021, 10, 1), end_date=date(2022, 9, 30), progress_pct=Decimal(100),
        budget_received_thb=Decimal(200_000), budget_spent_thb=Decimal(250_000),
    )  # fmt: skip
    free = project(FREE, budget_received_thb=Decimal(0), budget_spent_thb=Decimal(0))
    undated = project(UNDATED, fiscal_year=None, progress_pct=Decimal(10))
    view = placed(Project(view_id="2484", project_name="อบรมครู"))
    in_view = finding("R-project-code-missing", "view:2484/unknown", 1)
    return [
        Export("free.html", [Part(free)], AFTER, page),
        Export("evaluated.html", [Part(evaluated, strategy=UNHEARD_OF)], AFTER, page),
        Export("undated.html", [Part(undated)], AFTER, page),
        Export("falling-early.html", [_falling("57.50", **falling)], EARLY, page),
        Export("falling.html", [_falling("56.66", **falling)], LATE, page),
        Export("stray.html", [Part(project(STRAY, progress_pct=Decimal(80)), strategy=UNHEARD_OF)], LATE, page),
        Export(
            "old.html", [Part(overspent, strategy=OLD_MONITORING)], datetime(2022, 9, 20, tzinfo=UTC), page
        ),
        Export("view.html", [Part(view, findings=(in_view,))], AFTER, "project_view"),
    ]  # fmt: skip


def _falling(progress: str, **fields: Any) -> Part:
    return Part(project(FALLING, progress_pct=Decimal(progress), **fields), strategy=MONITORING)


def _indicators() -> list[Export]:
    path = {
        name: getattr(MONITORING, name) for name in ("plan_version", "strategy_code", "sub_issue_code", "goal_code")
    }
    policy = {"indicator_name": POLICY, "dimension_no": 1, **path}
    percent = {"unit_raw": "ร้อยละ", "unit": "ร้อยละ"}
    score = {"unit_raw": "คะแนน", "unit": "คะแนน"}
    quarters = [IndicatorQuarter(quarter=1, result_value=Decimal(40), score=Decimal(95), pair_score="95 / 100")]
    well = kpi("5021-0801", target_value=Decimal(80), result_value=Decimal(100), quarters=quarters, **policy, **percent)
    badly = kpi("5001-0801", target_value=Decimal(80), result_value=Decimal(40), **policy, **percent)
    on_a_scale = kpi("5049-0801", target_value=Decimal(5), result_value=Decimal(4), **policy, **score)
    undefined = kpi(
        "5021-0802", indicator_name="ร้อยละของข้อร้องเรียนซ้ำ", dimension_no=3, target_value=Decimal(0),
        result_value=Decimal(10), **percent,
    )  # fmt: skip
    nameless = kpi(None, result_value=Decimal(7), unit_raw="ราย", unit="ราย")
    found = (finding("R-target-0", "5021-0802/2566", 4, field="target_value"),)
    without_id = (finding("R-kpi-id-missing", "indicators[#1]/2566", 2, field="kpi_id"),)
    return [
        Export("kpi-well.txt", [Part(None, (well,))], AFTER),
        Export("kpi-badly.txt", [Part(None, (badly,))], AFTER),
        Export("kpi-scale.txt", [Part(None, (on_a_scale,))], AFTER),
        Export("kpi-undefined.txt", [Part(None, (undefined,), findings=found)], AFTER),
        Export("kpi-nameless.txt", [Part(None, (nameless,), findings=without_id)], AFTER),
    ]


def _broken() -> Export:
    unreadable = finding("R-unreadable", "document", None, severity=Severity.CRITICAL, field=None, value=None)
    return Export("broken.pdf", [Part(findings=(unreadable,))], AFTER, None)


def make(warehouse: Warehouse, folder: Path) -> None:
    """Load the world: the sample and a form with an owner as they are read, all else as records."""
    exports = folder / "exports"
    exports.mkdir()
    shutil.copy(SAMPLE, exports / "sample.txt")
    form = Form(code="50220300-0042", owner=f"{OWNER} โทร. {CONTACT}", certified=True)
    (exports / "form.txt").write_text(form.text().replace("สยป :", f"สยป : {OWNER} {CONTACT}"), encoding="utf-8")
    for path in exports.iterdir():
        os.utime(path, (AFTER.timestamp(), AFTER.timestamp()))
    warehouse.load(exports)
    load(warehouse, folder, *_trees(), *_pages(), *_indicators(), _broken())


class Question:
    """A section of `docs/questions.md`: its queries, asked as the BI role, in their order."""

    def __init__(self, warehouse: Warehouse, number: int) -> None:
        text = (PROJECT_ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
        (section,) = re.findall(rf"^## {number}\. .*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        self.queries: list[str] = re.findall(r"```sql\n(.*?)```", section, re.DOTALL)
        self._settings = warehouse.settings

    def answer(self, nth: int) -> list[tuple[Any, ...]]:
        """Return the rows of the n-th query."""
        return ask_as_bi(self._settings, self.queries[nth - 1]).rows
