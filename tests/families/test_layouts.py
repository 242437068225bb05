"""Printed forms laid out as tables, lists and grids: each reads as the plain one does, or says what not."""

import random
import re
from typing import Any

import pytest

from etl.extract import extract
from etl.parse.grammar import is_known_word
from etl.records import Copy, Severity
from tests.forms import Form, PrintedReport
from tests.layouts import FIELDS, REPORTS, TOLD

FORM = Form(
    reports=(
        PrintedReport("1", "15/11/2566", "10.00", "ประชุมคณะทำงาน 3 ครั้ง", "1,000.50 บาท"),
        PrintedReport("2", "20/02/2567", "20.50", "ปลูกต้นไม้ : 120 ต้น", "0 บาท", plan_status="ช้ากว่าแผน"),
        PrintedReport("3", "29/02/2567", "33.00", "ดำเนินการตามแผนงานประจำเดือน", "25,000 บาท"),
    )
)


def read(text: str) -> list[Copy]:
    return extract("form.txt", text.encode())


def values(copy: Copy) -> list[Any]:
    """Return what a copy says, without the places of it."""
    records = [record for record in (copy.project, copy.strategy, *copy.reports) if record]
    return [
        {name: getattr(record, name) for name in record.__struct_fields__ if name not in {"places", "issues"}}
        for record in records
    ]


@pytest.mark.parametrize("layout", REPORTS)
def test_reports_in_any_layout_are_read_like_the_plain_ones(layout: str) -> None:
    (plain,), (copy,) = read(FORM.text()), read(REPORTS[layout](FORM))
    assert values(copy) == values(plain)
    assert not [record.issues for record in (copy.project, *copy.reports) if record and record.issues]


@pytest.mark.parametrize("layout", TOLD)
def test_reports_with_more_or_less_beside_them_are_read_and_what_that_is_is_told(layout: str) -> None:
    print_form, issue = TOLD[layout]
    (plain,), (copy,) = read(FORM.text()), read(print_form(FORM))
    for report in plain.reports if issue == "report_no_unlisted" else ():
        report.report_no = None
    assert values(copy) == values(plain)
    records = [record for record in (copy.project, *copy.reports) if record]
    assert {name for record in records for name in record.issues} <= {issue, "labels_missing"}
    assert any(issue in record.issues for record in records)


def test_a_column_that_may_be_one_of_ours_is_no_other_and_its_facts_are_lost() -> None:
    rows = "ครั้งที่\tวันที่\tรายละเอียด\tความก้าวหน้า (%)\tยอดพิเศษ\tแผน\tเป้าหมาย\n"
    rows += "1\t15/11/2566\tประชุม\t10.00\t1,250.75\tเป็นไปตามแผน\tเป็นไปตามเป้าหมาย\n"
    (copy,) = read(FORM.with_(reports=()).text() + rows)
    assert copy.project
    assert copy.project.issues["report_facts_lost"] == "1,250.75"


def test_a_row_that_is_still_to_be_filled_in_is_no_report() -> None:
    (copy,) = read(REPORTS["tabs"](FORM) + "4\t\t\t\t\t\t\n")
    assert [report.report_no for report in copy.reports] == [1, 2, 3]


def test_a_row_that_says_so_goes_on_with_the_report_before_it() -> None:
    (copy,) = read(REPORTS["tabs"](FORM) + "3 (ต่อ)\t\tและเตรียมส่งมอบงาน\t\t\t\t\n")
    assert copy.reports[2].narrative == "ดำเนินการตามแผนงานประจำเดือน และเตรียมส่งมอบงาน"


def test_a_report_goes_on_below_the_headings_of_the_next_page() -> None:
    table = REPORTS["tabs"](FORM)
    heading = next(line for line in table.split("\n") if line.startswith("ครั้งที่\t"))
    (copy,) = read(f"{table}หน้า 1 / 2\n{heading}\n\t\tและเตรียมส่งมอบงาน\t\t\t\t\n")
    assert copy.reports[2].narrative == "ดำเนินการตามแผนงานประจำเดือน และเตรียมส่งมอบงาน"


def test_a_figure_alone_among_remarks_has_slipped_in_and_is_lost() -> None:
    rows = "ครั้งที่\tวันที่\tรายละเอียด\tความก้าวหน้า (%)\tงบประมาณที่เบิกใช้ (บาท)\tหมายเหตุ\n"
    (copy,) = read(FORM.with_(reports=()).text() + rows + "1\t15/11/2566\tประชุม\t10.00\t\t1,250.75\n")
    assert copy.project
    assert copy.project.issues["report_facts_lost"] == "1,250.75"


def test_a_bar_in_a_narrative_parts_no_cell() -> None:
    (copy,) = read(REPORTS["pipes"](FORM.with_report(2, narrative="ปลูกต้นไม้ | รดน้ำ")))
    assert copy.reports[1].narrative == "ปลูกต้นไม้ | รดน้ำ"
    assert str(copy.reports[1].progress_pct) == "20.50"


@pytest.mark.parametrize("layout", FIELDS)
def test_fields_in_any_layout_are_read_like_the_plain_ones(layout: str) -> None:
    (plain,), (copy,) = read(FORM.text()), read(FIELDS[layout](FORM))
    assert values(copy) == values(plain)
    assert not [record.issues for record in (copy.project, copy.strategy) if record and record.issues]


@pytest.mark.parametrize("layout", FIELDS)
def test_a_value_in_brackets_is_no_remark_of_its_label(layout: str) -> None:
    (plain,), (copy,) = read(FORM.text()), read(FIELDS[layout](FORM.with_(start="(2023-10-01)", end="(30/09/2567)")))
    assert values(copy) == values(plain)


def test_another_agency_that_takes_part_is_no_level_and_is_told() -> None:
    form = FORM.with_(agency="สำนักงานเขตภาษีเจริญ / ฝ่ายโยธา\nร่วมกับ สำนักการโยธา / กองควบคุม")
    (copy,) = read(form.text())
    assert copy.project
    assert (copy.project.agency_path, copy.project.issues) == (
        ["สำนักงานเขตภาษีเจริญ", "ฝ่ายโยธา"], {"text_unplaced": "1: ร่วมกับ สำนักการโยธา / กองควบคุม"},
    )  # fmt: skip


def test_a_label_that_nobody_knows_ends_the_name_before_it() -> None:
    (copy,) = read(FORM.with_(name="ปลูกต้นไม้\nประเภทโครงการ: โครงการต่อเนื่อง").text())
    assert copy.project
    assert (copy.project.project_name, copy.project.issues) == (
        "ปลูกต้นไม้",
        {"text_unplaced": "1: ประเภทโครงการ: โครงการต่อเนื่อง"},
    )


@pytest.mark.parametrize("layout", ["tabs", "pipes", "boxed", "aligned", "html"])
def test_an_empty_cell_is_blank_and_moves_no_other(layout: str) -> None:
    form = FORM.with_report(2, narrative="", plan_status="")
    (copy,) = read(REPORTS[layout](form))
    second = copy.reports[1]
    assert (second.narrative, second.plan_status, second.target_status) == (None, None, "เป็นไปตามเป้าหมาย")
    assert str(second.progress_pct) == "20.50"


def test_a_cell_that_goes_on_below_is_one() -> None:
    row = "│ 1 │ 15/11/2566 │ ประชุม │ 10.00 │ 0 │ เป็นไปตามแผน │ เป็นไปตามเป้าหมาย │"
    text = REPORTS["boxed"](FORM.with_(reports=()))
    (copy,) = read(f"{text}{row}\n│   │   │ คณะทำงาน │   │   │   │   │\n")
    assert [report.narrative for report in copy.reports] == ["ประชุม คณะทำงาน"]


def test_a_column_that_is_missing_is_told() -> None:
    text = REPORTS["tabs"](FORM)
    (copy,) = read("\n".join(line.rpartition("\t")[0] if line.count("\t") == 6 else line for line in text.split("\n")))
    assert copy.project
    assert copy.project.issues["labels_missing"] == "reports.target_status"
    assert [report.target_status for report in copy.reports] == [None, None, None]


def test_a_negative_share_keeps_its_sign() -> None:
    (copy,) = read(REPORTS["label_lines"](FORM.with_report(1, progress="-5.00")))
    assert str(copy.reports[0].progress_pct) == "-5.00"


def test_a_counter_that_disagrees_is_told() -> None:
    (copy,) = read(REPORTS["nested_list"](FORM).replace("(ครั้งที่ 2)", "(ครั้งที่ 4)"))
    assert "report_no_mismatch" in copy.reports[1].issues


@pytest.mark.parametrize("layout", REPORTS)
@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_layout_is_read_right_or_told(layout: str, seed: int) -> None:
    """A line that is lost, doubled, cut or joined with the next leaves no value that is wrong in silence."""
    draw = random.Random(f"{layout} {seed}")
    text = REPORTS[layout](FORM)
    head, heading, below = text.partition("การใช้จ่ายงบประมาณ")
    lines = below.split("\n")
    at = draw.randrange(1, len(lines)) if len(lines) > 1 else 0
    line = lines[at]
    # Within a figure nobody can tell that it was cut.
    cut = draw.choice([at for at in range(len(line) + 1) if not re.search("[0-9.,]$", line[:at]) or at == len(line)])
    lines[at : at + 1] = draw.choice(([], [line, line], [line[:cut]], [line[:cut], line[cut:]]))
    right = {report.report_no: report for report in read(FORM.text())[0].reports}
    (copy,) = read(head + heading + "\n".join(lines))
    assert copy.project
    issues = [*copy.project.issues, *(issue for report in copy.reports for issue in report.issues)]
    told = issues or [finding for finding in copy.findings if finding.severity == Severity.CRITICAL]
    wrong = [
        (report.report_no, name)
        for report in copy.reports
        for name in ("report_date", "progress_pct", "disbursed_thb", "plan_status", "target_status")
        # A rule tells of a report without a number, and of a status that is new.
        if report.report_no and (not name.endswith("status") or is_known_word(name, getattr(report, name) or ""))
        if getattr(report, name) not in (None, getattr(right[report.report_no], name))
    ]
    assert told or not wrong, (wrong, lines)


HEADS = ("ครั้งที่", "วันที่รายงาน", "ผลการดำเนินงาน", "ความก้าวหน้า (%)", "งบประมาณที่เบิกใช้ (บาท)", "สถานะแผน", "สถานะเป้าหมาย")
CELLS = [
    (one.no, one.date, one.narrative, one.progress, one.disbursed, one.plan_status, one.target_status)
    for one in FORM.reports
]


@pytest.mark.parametrize(
    "rows",
    [
        [*zip(HEADS, *CELLS, strict=True)],  # each report is a column, under its bare number
        [("#", *HEADS[1:3], "%", *HEADS[4:]), *CELLS],
        [(*HEADS[:3], "ทำได้จริง (ความก้าวหน้า, %)", "เบิกจ่ายจริง (งบประมาณ, บาท)", *HEADS[5:]), *CELLS],
        [tuple(re.sub(r"(?= \(|$)", " / English", head, count=1) for head in HEADS), *CELLS],
    ],
    ids=["columns", "signs", "groups", "two languages"],
)
def test_a_table_with_other_heads_is_read_like_the_plain_one(rows: list[tuple[str, ...]]) -> None:
    (plain,) = read(FORM.text())
    (copy,) = read(FORM.with_(reports=()).text() + "\n".join("\t".join(row) for row in rows) + "\n")
    assert values(copy) == values(plain)
    assert not (copy.project and copy.project.issues)
