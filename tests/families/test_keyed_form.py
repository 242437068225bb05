"""Forms transcribed as keys and values: JSON, JSON lines and YAML say the same as the form that was printed."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import yaml

from etl.extract import extract
from etl.records import Copy
from tests.forms import TITLE, Form, PrintedReport

FORM = Form(objectives="- เพิ่มพื้นที่สีเขียว\n- ลดความร้อน")


def reports(form: Form, names: tuple[str, ...]) -> list[dict[str, Any]]:
    def values(one: PrintedReport) -> tuple[Any, ...]:
        return int(one.no), one.date, one.narrative, one.progress, one.disbursed, one.plan_status, one.target_status

    return [dict(zip(names, values(one), strict=True)) for one in form.reports]


def thai(form: Form) -> dict[str, Any]:
    """Return a form as a language model gives it, by its printed headings and labels."""
    columns = ("รายงานครั้งที่", "วันที่", "รายละเอียด", "ความก้าวหน้าของงานฯ", "งบประมาณที่เบิกใช้", "สถานะแผน", "สถานะเป้าหมาย")
    return {
        TITLE: {
            "1.1 รหัสโครงการและชื่อโครงการ": {
                "ชื่อโครงการ/กิจกรรม": form.name, "รหัสโครงการ": form.code, "ปีงบประมาณ พ.ศ.": form.fiscal_year,
                "เริ่มต้นโครงการ": form.start, "งบประมาณที่ได้รับ (บาท)": form.received, "สิ้นสุดโครงการ": form.end,
                "งบประมาณที่ใช้ไป": form.spent,
            },
            "1.2 หน่วยงานที่รับผิดชอบ": {
                "หน่วยงานที่รับผิดชอบ": form.agency, "ชื่อผู้รับผิดชอบ": form.owner, "ผู้ประสานงาน สยป.": None,
            },
            "1.3 หลักการและเหตุผล": form.rationale,
            "1.4 วัตถุประสงค์ของโครงการ": ["เพิ่มพื้นที่สีเขียว", "ลดความร้อน"],
            "1.5 เป้าหมายของโครงการ": form.targets,
            "1.6 สนับสนุนแผนพัฒนา กทม. ระยะ 20 ปี": {
                "ประเด็นยุทธศาสตร์": form.strategy, "ประเด็นยุทธศาสตร์ย่อย": form.sub_issue, "เป้าหมายที่": form.goal,
                "ตัวชี้วัด": form.indicator,
            },
            "2. รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ": reports(form, columns),
        }
    }  # fmt: skip


def english(form: Form) -> dict[str, Any]:
    """Return a form as an API gives it, in an order of its own, some values as numbers."""
    columns = ("report_no", "date", "description", "progress", "disbursed", "plan_status", "target_status")
    return {
        "reports": [one | {"progress": float(one["progress"])} for one in reports(form, columns)],
        "fiscalYear": int(form.fiscal_year),
        "project": {"code": form.code, "name": form.name},
        "start-date": form.start, "end_date": form.end,
        "budget": {"received": 1250000.5, "spent": form.spent},
        "agency": form.agency.split(" / "), "owner": form.owner, "coordinator": "",
        "rationale": {"text": form.rationale},
        "objectives": ["เพิ่มพื้นที่สีเขียว", "ลดความร้อน"],
        "targets": form.targets,
        "plan_alignment": {
            "strategy": form.strategy, "sub_issue": form.sub_issue, "goal": form.goal, "indicator": form.indicator,
        },
    }  # fmt: skip


def without_title(form: Form) -> dict[str, Any]:
    (sections,) = thai(form).values()
    flat: dict[str, Any] = {}
    for key, value in sections.items():
        flat |= value if isinstance(value, dict) else {key: value}
    return flat


KEYED = {"thai": thai, "english": english, "without headings": without_title}
WRITTEN: dict[str, Callable[[Any], str]] = {
    "json": lambda value: json.dumps(value, ensure_ascii=False, indent=2),
    "compact json": json.dumps,
    "fenced json": lambda value: (
        f"ถอดความจากเอกสาร\n\n```json\n{json.dumps(value, ensure_ascii=False, indent=1)}\n```\n"
    ),
    "yaml": lambda value: yaml.safe_dump(value, allow_unicode=True, sort_keys=False),
}


def copies(text: str) -> list[Copy]:
    return extract("file:///export", text.encode())


def said(copy: Copy) -> tuple[Any, ...]:
    """Return all that a copy says but for where it stands; blanks round a line's end are of its layout."""
    records = (copy.project, copy.strategy, *copy.reports)
    return tuple(
        {name: getattr(record, name) for name in record.__struct_fields__ if name not in {"places", "issues"}}
        for record in records
        if record
    )


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("keyed", KEYED)
def test_a_form_says_the_same_as_keys_and_values(keyed: str, written: str) -> None:
    (copy,), (printed,) = copies(WRITTEN[written](KEYED[keyed](FORM))), copies(FORM.text())
    assert said(copy) == said(printed)
    assert copy.project is not None
    assert [*copy.project.issues] == (["text_unplaced"] if written.startswith("fenced") else [])
    assert [one.issues for one in copy.reports] == [{}, {}, {}]


@pytest.mark.parametrize("joined", ["\n".join, lambda lines: f"[{','.join(lines)}]"])
def test_several_forms_are_several_copies(joined: Any) -> None:
    forms = [FORM, FORM.with_(code="50210000-0043", reports=FORM.reports[:1])]
    found = copies(joined([json.dumps(english(form)) for form in forms]))
    assert [copy.project and copy.project.project_code for copy in found] == ["50210000-0042", "50210000-0043"]
    assert [len(copy.reports) for copy in found] == [3, 1]
    assert [copy.project and copy.project.issues for copy in found] == [{}, {}]


@pytest.mark.parametrize("keyed", KEYED)
@pytest.mark.parametrize("key", ["หมายเหตุ", "remark", "name"])
def test_a_key_that_no_label_knows_is_told_and_of_no_field(keyed: str, key: str) -> None:
    value = KEYED[keyed](FORM)
    within = value.get(TITLE, value)
    within[key] = "ดูเอกสาร"
    for nested in (within, within | {"contact": {key: "ดูเอกสาร", "agency": None}}):
        value = {TITLE: nested} if TITLE in value else nested
        (copy,), (printed,) = copies(json.dumps(value)), copies(FORM.text())
        assert said(copy) == said(printed)
        assert copy.project is not None
        assert copy.project.issues["text_unplaced"]


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_nothing_is_unknown_and_never_nought(nothing: str | None) -> None:
    value = english(FORM) | {"end_date": nothing, "budget": {"received": nothing, "spent": 0}, "owner": nothing}
    value["reports"][1] |= {"progress": nothing, "disbursed": nothing}
    (copy,) = copies(json.dumps(value))
    assert copy.project is not None
    project = copy.project
    assert (project.end_date, project.budget_received_thb, project.owner) == (None, None, None)
    assert project.budget_spent_thb == 0
    assert [one.progress_pct for one in copy.reports] == [Decimal(10), None, Decimal(33)]
    assert copy.reports[1].disbursed_thb is None


def test_a_key_with_another_unit_holds_the_form_back() -> None:
    value = english(FORM)
    value["budget_received (พัน)"] = value.pop("budget")["received"]
    (copy,) = copies(json.dumps(value))
    assert copy.project is not None
    assert copy.project.issues["remark_unknown"] == "(พัน)"


def test_a_column_that_nobody_knows_is_told() -> None:
    value = english(FORM)
    value["reports"][0]["extra"] = "50"
    (copy,) = copies(json.dumps(value))
    issues = [one.issues for one in (copy.project, *copy.reports) if one]
    assert any(issues)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"a": 1, "b": {"c": [1, 2]}}',
        "a: &x 1\nb:\n  - *x\n",
        '{"project_code": "50210000-0042"}',
        "[" * 100_000,
        "a:\n  - " + "[ " * 100_000,
    ],
)
def test_records_that_are_no_form_say_so(text: str) -> None:
    (copy,) = copies(text)
    assert copy.project is None
    assert copy.findings[0].severity == "critical"
