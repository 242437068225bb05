"""Every rule of `expectations/` by what it is for: a form that breaks it, and forms that do not."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from etl.pipeline import extract, judge
from etl.records import Finding
from etl.validate import EXPECTATIONS
from tests.conftest import SAMPLE
from tests.forms import Form, PrintedReport

SOUND = Form(goal="๔.๓.๑ กรุงเทพมหานครมีการปรับปรุงองค์ประกอบทางภูมิทัศน์เมือง", certified=True)

BROKEN: dict[str, list[Form | str]] = {
    "R-form-incomplete": [SOUND.text().partition("1.4")[0]],
    "R-project-code": [SOUND.with_(code="5021000A-0042")],
    "R-project-code-missing": [SOUND.with_(code="")],
    "R-fiscal-year-unreadable": [SOUND.with_(fiscal_year=year) for year in ("256x", "0500", "9999", "2023")],
    "R-fiscal-year-missing": [SOUND.with_(fiscal_year="")],
    "R-fiscal-year-range": [SOUND.with_(fiscal_year="2554"), SOUND.with_(fiscal_year="2570")],
    "R-project-name-missing": [SOUND.with_(name="")],
    "R-date-unreadable": [SOUND.with_(start="2023-13-01"), SOUND.with_report(2, date="31/13/2566")],
    "R-date-uncertain": [SOUND.with_(start="02/03/2024"), SOUND.with_report(2, date="02/13/2567")],
    "R-date-missing": [SOUND.with_(end=""), SOUND.with_report(1, date="")],
    "R-date-outside-fy": [SOUND.with_(start="2022-10-01"), SOUND.with_report(3, date="20/12/2567")],
    "R-date-far-outside-fy": [SOUND.with_(end="2054-09-30")],
    "R-date-order": [SOUND.with_(end="2023-09-30")],
    "R-money-unreadable": [SOUND.with_(spent="1,40 บาท"), SOUND.with_report(1, disbursed="x บาท")],
    "R-money-negative": [SOUND.with_(received="-1 บาท"), SOUND.with_report(1, disbursed="-0.01 บาท")],
    "R-overspent": [SOUND.with_(spent="1,250,000.51 บาท")],
    "R-100-no-spend": [SOUND.with_(spent="0 บาท").with_report(3, progress="100.00")],
    "R-agency-unknown": [SOUND.with_(code="77210000-0042")],
    "R-agency-mismatch": [SOUND.with_(code="50220000-0042")],
    "R-plan-code": [SOUND.with_(goal="ไม่มีรหัส"), SOUND.with_(strategy="ไม่มีรหัส"), SOUND.with_(sub_issue="ไม่มีรหัส")],
    "R-plan-path": [SOUND.with_(sub_issue="๔.๒ - อื่น")],
    "R-goal-missing": [SOUND.with_(goal="")],
    "R-goal-mismatch": [SOUND.with_(goal="๔.๓.๑ เป้าหมายอื่น")],
    "R-goal-truncated": [SOUND.with_(goal="๔.๓.๑ กรุงเทพมหานครมีการปรับปรุง%")],
    "R-indicator-missing": [SOUND.with_(indicator="")],
    "R-indicator-name-missing": [],
    "R-no-reports": [SOUND.with_(reports=())],
    "R-report-missing": [SOUND.with_report(2, no="5")],
    "R-late-reports": [SOUND.with_(reports=(PrintedReport("1", "25/09/2567", "100"),))],
    "R-encoding-loss": [SOUND.with_(rationale="ข้อความ\ufffdยาว" + "ก" * 2000)],
    "R-label-missing": [SOUND.text().replace("งบประมาณที่ได้รับ : 1,250,000.50 บาท", "")],
    "R-label-repeated": [SOUND.text().replace("เป้าหมายที่ :", "เป้าหมายที่ : ๔.๓.๒ อื่น\n\nเป้าหมายที่ :")],
    "R-dimension-unreadable": [SOUND.with_(indicator="มิติที่ สาม จำนวนต้นไม้")],
    "R-text-unplaced": [SOUND.text().replace("1.2 หน่วยงาน", "หมายเหตุ\n\n1.2 หน่วยงาน")],
    "R-text-placeholder": [
        SOUND.with_(targets="-"), SOUND.with_(rationale=""), SOUND.with_(indicator="-"),
        SOUND.with_report(1, narrative=""),
    ],
    "R-report-no": [SOUND.with_report(2, no="ก")],
    "R-report-no-missing": [SOUND.with_report(2, no="", counter="")],
    "R-report-no-repeated": [SOUND.with_report(2, no="1")],
    "R-counter-mismatch": [SOUND.with_report(2, counter="3")],
    "R-report-incomplete": [SOUND.text().partition("งบประมาณที่เบิกใช้ (ครั้งที่ 3)")[0]],
    "R-report-order": [SOUND.with_report(3, date="01/01/2567")],
    "R-progress-unreadable": [SOUND.with_report(2, progress="สิบ")],
    "R-progress-missing": [SOUND.with_report(2, progress="")],
    "R-progress-range": [SOUND.with_report(2, progress="150"), SOUND.with_report(2, progress="-1")],
    "R-progress-drop": [SOUND.with_report(3, progress="20.49")],
    "R-jump": [SOUND.with_report(3, progress="35.51")],
    "R-flat": [SOUND.with_report(3, progress="20.5000")],
    "R-spending-missing": [SOUND.with_report(2, disbursed="")],
    "R-status-unknown": [SOUND.with_report(2, plan_status="ชะลอ"), SOUND.with_report(2, target_status="ชะลอ")],
    "R-status-missing": [SOUND.with_report(2, plan_status=" "), SOUND.with_report(2, target_status=" ")],
    "R-status-extra": [SOUND.with_report(2, target_status="เป็นไปตามเป้าหมาย : อื่น")],
    "R-dimension": [SOUND.with_(indicator="มิติที่ 5 จำนวนต้นไม้")],
    "R-dimension-missing": [SOUND.with_(indicator="จำนวนต้นไม้")],
    "R-kpi-id": [],
}  # fmt: skip
# Printed forms carry neither: these are for the indicators of other families.
OF_OTHER_FAMILIES = {"R-indicator-name-missing", "R-kpi-id"}


def findings_of(forms: Sequence[Form | str]) -> list[list[Finding]]:
    """Return the findings of each form, judged in one batch."""
    documents = [
        extract(f"{number}.txt", (form if isinstance(form, str) else form.text()).encode())
        for number, form in enumerate(forms)
    ]
    judge([copy for copies in documents for copy in copies])
    return [[finding for copy in copies for finding in copy.findings] for copies in documents]


def findings(form: Form | str) -> list[Finding]:
    return findings_of([form])[0]


@pytest.fixture(scope="module")
def fired() -> dict[str, list[list[Finding]]]:
    """The findings of each rule's forms."""
    forms = [form for some in BROKEN.values() for form in some]
    found = iter(findings_of(forms))
    return {rule_id: [next(found) for _ in some] for rule_id, some in BROKEN.items()}


def rules() -> list[dict[str, Any]]:
    return [
        rule for path in EXPECTATIONS.glob("*.json") for rule in json.loads(path.read_text("utf-8"))["expectations"]
    ]


def test_every_rule_has_a_form_that_breaks_it() -> None:
    assert {rule["meta"]["rule_id"] for rule in rules()} == BROKEN.keys()
    assert {rule_id for rule_id, forms in BROKEN.items() if not forms} == OF_OTHER_FAMILIES


def test_a_sound_form_breaks_no_rule() -> None:
    assert findings(SOUND) == []
    assert findings(SOUND.text(percent_signs=False)) == []


@pytest.mark.parametrize("rule_id", [rule_id for rule_id, forms in BROKEN.items() if forms])
def test_the_rule_fires(rule_id: str, fired: dict[str, list[list[Finding]]]) -> None:
    for of_form in fired[rule_id]:
        found = [finding for finding in of_form if finding.rule_id == rule_id]
        assert found
        assert all(finding.line for finding in found)


def test_what_lies_within_the_limits_breaks_no_rule() -> None:
    forms = [
        SOUND.with_report(3, progress="35.50"),  # 15 points are no jump yet
        SOUND.with_(received="0 บาท", spent="0 บาท").with_report(3, progress="35"),  # no budget, nothing to spend
        SOUND.with_(start="2023-08-02", end="2024-11-29"),  # 60 days outside
        SOUND.with_(spent="1,250,000.50 บาท"),
    ]
    assert findings_of(forms) == [[]] * len(forms)


def test_a_finding_names_record_field_value_and_line() -> None:
    form = SOUND.with_report(2, progress="150")
    (finding,) = [one for one in findings(form) if one.severity == "critical"]
    assert (finding.rule_id, finding.record, finding.field, finding.value) == (
        "R-progress-range", "50210000-0042/2567/reports[2]", "reports[2].progress_pct", "150",
    )  # fmt: skip
    assert finding.line == form.line_of("150 %")
    assert finding.message == "progress 150 % is not between 0 and 100"


def test_the_sample_shows_its_jump_its_flat_line_and_its_cut_goal() -> None:
    found = {(one.rule_id, one.field, one.value) for one in findings(SAMPLE.read_text(encoding="utf-8"))}
    assert {rule for rule, _, _ in found} == {"R-jump", "R-flat", "R-goal-truncated", "R-copy-conflict"}
    assert ("R-jump", "reports[9].progress_pct", "18.00") in found
    assert ("R-flat", "reports[5].progress_pct", "70.00 → 70.00") in found


def test_a_held_project_holds_what_belongs_to_it_and_a_held_report_only_itself() -> None:
    whole, torn = (
        extract("a", SOUND.with_(code="x").text().encode()),
        extract("b", SOUND.with_report(2, progress="150").text().encode()),
    )
    judged = judge([*whole, *torn]).judged
    held_project, held_report = judged
    assert [held_project.rule_holding(report) for report in held_project.copy.reports] == ["R-project-held"] * 3
    assert [held_report.rule_holding(report) for report in held_report.copy.reports] == [None, "R-progress-range", None]
    assert held_report.copy.project
    assert held_report.rule_holding(held_report.copy.project) is None
