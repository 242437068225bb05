"""Forms without headings are read by what their labels and reports say; one that is cut off never passes in silence."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from etl.extract import extract
from etl.records import Copy, Finding, Severity
from tests.forms import CERTIFICATION, TITLE, Form, PrintedReport
from tests.judging import findings_added
from tests.layouts import FIELDS, REPORTS

FORM = Form(
    reports=(
        PrintedReport("1", "15/11/2566", "10.00", "ประชุมคณะทำงาน 3 ครั้ง", "1,000.50 บาท"),
        PrintedReport("2", "20/02/2567", "20.50", "ปลูกต้นไม้ : 120 ต้น", "0 บาท", plan_status="ช้ากว่าแผน"),
        PrintedReport("3", "29/02/2567", "33.00", "ดำเนินการตามแผนงานประจำเดือน", "25,000 บาท"),
    )
)
ALL = "1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 2"
_PROSE, _HEADING = re.compile(r"1\.[345] (?P<label>[^\s.]+)"), re.compile(r"(?:1\.|1\.[126]|2\.) ")


def bare(text: str) -> str:
    """Return a form without headings; prose has its label before it."""
    lines, label = list[str](), ""
    for line in text.split("\n"):
        if prose := _PROSE.match(line):
            label = prose["label"]
        elif _HEADING.match(line):
            label = ""
        else:
            lines.append(f"{label} : {line}" if label and line.strip() else line)
            label = "" if line.strip() else label
    return "\n".join(lines)


def without(text: str, *sections: str) -> str:
    """Return a form without the headings of some sections, and without their prose."""
    kept, is_kept = list[str](), True
    for line in text.split("\n"):
        if heading := re.match(r"(1\.[1-6]|2)\.? \S", line):
            is_kept = heading[1] not in sections
        if is_kept or re.match(r"[^:]{0,40} :", line):
            kept.append(line)
    return "\n".join(kept)


def read(text: str) -> list[Copy]:
    return extract("form.txt", text.encode())


def values(copy: Copy) -> list[Any]:
    records = [record for record in (copy.project, copy.strategy, *copy.reports) if record]
    return [
        {name: getattr(record, name) for name in record.__struct_fields__ if name not in {"places", "issues"}}
        for record in records
    ]


def findings(text: str) -> list[Finding]:
    return [one for copy in findings_added([read(text)])[0] for one in copy.findings]


PRINTS: dict[str, Callable[[Form], str]] = {
    "plain": Form.text,
    **{f"reports as {name}": REPORTS[name] for name in ("tabs", "pipes", "boxed", "aligned")},
    **{f"fields as {name}": FIELDS[name] for name in ("cells", "below", "wide_gap", "piped", "equals", "two_up")},
}


@pytest.mark.parametrize("layout", PRINTS)
@pytest.mark.parametrize("is_titled", [True, False])
def test_a_form_without_headings_says_the_same_and_that_they_are_missing(layout: str, is_titled: bool) -> None:
    text = PRINTS[layout](FORM)
    printed = bare(text if is_titled else text.replace(f"**** {TITLE} ****", ""))
    (plain,), (copy,) = read(FORM.text()), read(printed)
    assert values(copy) == values(plain)
    assert copy.project
    assert copy.project.issues["headings_missing"] == ALL
    assert not {"sections_missing", "report_facts_lost", "facts_lost"} & copy.project.issues.keys()


@pytest.mark.parametrize("sections", [("1.1", "1.2", "1.6"), ("1.2", "1.3", "1.4", "1.5"), ("1.6",)])
def test_some_headings_may_be_missing(sections: tuple[str, ...]) -> None:
    (plain,), (copy,) = read(FORM.text()), read(without(FORM.text(), *sections))
    assert [one["progress_pct"] for one in values(copy)[2:]] == [one["progress_pct"] for one in values(plain)[2:]]
    assert copy.project
    assert values(copy)[1] == values(plain)[1]
    assert "sections_missing" not in copy.project.issues
    assert "headings_missing" in copy.project.issues


@pytest.mark.parametrize(
    "damaged",
    [
        without(FORM.text(), "1.4"),  # its prose may stand in section 1.3
        without(FORM.text(), "1.1").replace(FORM.code, ""),
        without(FORM.with_(reports=FORM.reports[1:]).text(), "1.2", "1.3", "1.4", "1.5"),  # the first report is missing
        without(FORM.with_(reports=FORM.reports[::2]).text(), "1.1"),  # one amid them is
        without(FORM.with_(reports=()).text(), "1.1"),
        without(f"หน้า 1/3\n{FORM.text()}\nหน้า 3/3\n", "1.3", "1.4", "1.5"),  # a page is
    ],
)
def test_a_form_without_headings_of_which_more_is_missing_is_held(damaged: str) -> None:
    found = {one.rule_id for one in findings(damaged) if one.severity is Severity.CRITICAL}
    assert "R-form-incomplete" in found


@pytest.mark.parametrize(
    "print_form", [Form.text, lambda form: bare(form.text()), lambda form: bare(REPORTS["tabs"](form))]
)
@pytest.mark.parametrize("certified", [True, False])
def test_a_form_that_is_cut_at_any_line_never_passes_in_silence(
    print_form: Callable[[Form], str], certified: bool
) -> None:
    lines = print_form(FORM.with_(certified=certified)).split("\n")
    whole = [report.progress_pct for report in read("\n".join(lines))[0].reports]
    documents = [read("\n".join(lines[:end])) for end in range(1, len(lines))]
    for (copy, *_), end in zip(findings_added(documents), range(1, len(lines)), strict=True):
        if [report.progress_pct for report in copy.reports] != whole:
            assert {one.severity for one in copy.findings} & {Severity.CRITICAL, Severity.WARNING}, lines[end - 1]


def test_a_whole_form_raises_no_such_finding() -> None:
    rules = {one.rule_id for one in findings(FORM.with_(certified=True).text())}
    assert not {"R-end-missing", "R-heading-unseen", "R-page-missing", "R-form-incomplete"} & rules
    assert "R-end-missing" in {one.rule_id for one in findings(FORM.text())}


def test_two_forms_without_headings_are_two_copies() -> None:
    other = FORM.with_(code="50210000-0043", name="ล้างท่อระบายน้ำ")
    copies = read(bare(FORM.text() + other.text()))
    assert [copy.project and copy.project.project_code for copy in copies] == [FORM.code, "50210000-0043"]
    assert [len(copy.reports) for copy in copies] == [3, 3]


@pytest.mark.parametrize("label", ["{thai} / {english}", "{thai} | {english}", "{thai} ({english})"])
def test_a_label_in_two_languages_is_one(label: str) -> None:
    english = {"ชื่อโครงการ/กิจกรรม": "Project name", "รหัสโครงการ...": "Project code", "งบประมาณที่ได้รับ": "Budget received"}
    text = FORM.text()
    for thai, said in english.items():
        text = text.replace(f"{thai} :", f"{label.format(thai=thai, english=said)} :")
    (plain,), (copy,) = read(FORM.text()), read(text)
    assert values(copy) == values(plain)
    assert not (copy.project and copy.project.issues)


def test_a_period_has_both_days() -> None:
    text = bare(FORM.text()).replace("เริ่มต้นโครงการ : 2023-10-01 00:00:00", "ระยะเวลา : 1 ต.ค. 2566 - 30 ก.ย. 2567")
    (copy,) = read(text.replace("สิ้นสุดโครงการ : 2024-09-30 00:00:00", ""))
    assert copy.project
    assert (str(copy.project.start_date), str(copy.project.end_date)) == ("2023-10-01", "2024-09-30")


@pytest.mark.parametrize("page", ["- 2 -", "หน้า 2/2", "พิมพ์เมื่อ 20/02/2567 09:15:22   หน้า 2/2"])
def test_the_foot_of_a_page_amid_a_report_is_no_part_of_it(page: str) -> None:
    first = "หน้า 1/2\n" if "หน้า" in page else ""
    (plain,), (copy,) = (
        read(FORM.text()),
        read(first + FORM.text().replace("\t\t\n\t:: ความ", f"\n{page}\n\t:: ความ", 1)),
    )
    assert values(copy) == values(plain)
    assert copy.project
    assert not {"report_facts_lost", "text_unplaced", "pages_missing"} & copy.project.issues.keys()


def test_a_page_without_its_number_among_others_is_missing() -> None:
    (copy,) = read(f"หน้า 1/3\n{FORM.with_(certified=True).text()}\nหน้า 3/3\n{CERTIFICATION}")
    assert copy.project
    assert copy.project.issues["pages_missing"] == "2"


@pytest.mark.parametrize("nothing", ["ไม่มี", "........", "ยังไม่กำหนด"])
def test_an_indicator_that_is_said_to_be_none_is_none(nothing: str) -> None:
    (copy,) = read(FORM.with_(indicator=nothing, goal=nothing).text())
    assert copy.strategy
    assert copy.strategy.indicator_name is None
    assert copy.strategy.goal_code is None


@pytest.mark.parametrize("certified", [True, False])
@pytest.mark.parametrize("is_name_first", [True, False])
def test_behind_a_form_with_headings_that_of_another_project_begins_without(
    certified: bool, is_name_first: bool
) -> None:
    other = bare(FORM.with_(code="50210000-0043", name="ขุดลอกคลอง").text()).replace(f"**** {TITLE} ****", "")
    if not is_name_first:
        name, code = (re.search(f"{label}.*\n", other) for label in ("ชื่อโครงการ/กิจกรรม", "รหัสโครงการ"))
        assert name and code
        other = other.replace(name[0], "").replace(code[0], code[0] + name[0])
    first, second = read(f"{FORM.with_(certified=certified).text()}\n{other}")
    assert values(first) == values(read(FORM.with_(certified=certified).text())[0])
    assert values(second) == values(read(other)[0])


def test_a_code_alone_at_the_foot_of_a_form_begins_no_other() -> None:
    (copy,) = read(f"{FORM.text()}\nรหัสโครงการ : 50210000-0099")
    assert copy.project
    assert copy.project.project_code == FORM.code
